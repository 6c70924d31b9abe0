package timex

import "time"

// length is an amount of time as it was said.
type length struct {
	pos, end          int
	years, months     float64
	days              float64
	workdays          int
	seconds           float64 // of the units from the hour down
	value             float64 // of the first unit
	unit              Grain   // the finest unit said
	units             int     // how many units were said
	approx            bool
	max               float64 // 三到五天: the larger value, 0 when there is none
	unitSize, maxSize float64
}

const (
	secondsOfDay = 86400.0
	daysOfMonth  = 30
	daysOfYear   = 365
)

// total is the length in seconds, with months of 30 and years of 365 days.
func (l *length) total() float64 {
	return (l.years*daysOfYear+l.months*daysOfMonth+l.days+float64(l.workdays))*secondsOfDay + l.seconds
}

// sane says whether the length is more than nothing and fits a time.Duration: at most 290 years, and ten
// thousand working days, which are counted one by one.
func (l *length) sane() bool {
	return l.total() > 0 && l.total() < 290*daysOfYear*secondsOfDay && l.workdays < 10000
}

func (l *length) duration() time.Duration {
	return time.Duration(l.total() * float64(time.Second))
}

type unit struct {
	grain   Grain
	months  float64
	days    float64
	seconds float64
	workday bool
	weak    bool // means a length only after another unit, or before 内, 后, 前
}

var unitWords = []word[unit]{
	{"个工作日", unit{grain: OneDay, workday: true}}, {"工作日", unit{grain: OneDay, workday: true}},
	{"个小时", unit{grain: Hour, seconds: 3600}}, {"个多小时", unit{grain: Hour, seconds: 3600}}, {"小时", unit{grain: Hour, seconds: 3600}}, {"个钟头", unit{grain: Hour, seconds: 3600}},
	{"钟头", unit{grain: Hour, seconds: 3600}}, {"个钟", unit{grain: Hour, seconds: 3600}}, {"个时辰", unit{grain: Hour, seconds: 7200}},
	{"刻钟", unit{grain: Minute, seconds: 900}},
	{"分钟", unit{grain: Minute, seconds: 60}}, {"秒钟", unit{grain: Second, seconds: 1}}, {"秒", unit{grain: Second, seconds: 1}},
	{"个星期", unit{grain: Week, days: 7}}, {"个礼拜", unit{grain: Week, days: 7}}, {"星期", unit{grain: Week, days: 7}}, {"礼拜", unit{grain: Week, days: 7}},
	{"个周", unit{grain: Week, days: 7}}, {"周", unit{grain: Week, days: 7}},
	{"个月", unit{grain: Month, months: 1}}, {"个多月", unit{grain: Month, months: 1}}, {"个多星期", unit{grain: Week, days: 7}}, {"个多礼拜", unit{grain: Week, days: 7}}, {"月", unit{grain: Month, months: 1, weak: true}},
	{"个季度", unit{grain: Quarter, months: 3}}, {"季度", unit{grain: Quarter, months: 3, weak: true}},
	{"个世纪", unit{grain: Year, months: 1200}}, {"个年头", unit{grain: Year, months: 12}}, {"周年", unit{grain: Year, months: 12}}, {"年", unit{grain: Year, months: 12}},
	{"个自然日", unit{grain: OneDay, days: 1}}, {"自然日", unit{grain: OneDay, days: 1}}, {"天", unit{grain: OneDay, days: 1}}, {"日", unit{grain: OneDay, days: 1, weak: true}}, {"晚", unit{grain: OneDay, days: 1, weak: true}}, {"夜", unit{grain: OneDay, days: 1, weak: true}},
	{"昼夜", unit{grain: OneDay, days: 1}}, {"整天", unit{grain: OneDay, days: 1}}, {"整年", unit{grain: Year, months: 12}}, {"整周", unit{grain: Week, days: 7}},
	{"分", unit{grain: Minute, seconds: 60, weak: true}}, {"时", unit{grain: Hour, seconds: 3600, weak: true}},
}

func (l *length) add(v float64, u unit) {
	if u.grain == Year {
		l.years += v * u.months / 12
	} else {
		l.months += v * u.months
	}
	l.seconds += v * u.seconds
	l.days += v * u.days
	if u.workday {
		l.workdays += int(v)
	}
	if l.units == 0 {
		l.value = v
	}
	l.unit = u.grain
	if u.grain == Year && v == 0.5 { // 半年后 is said to the month
		l.unit = Month
	}
	l.units++
}

// amount reads a number before a unit: 三, 半, 一个半, 几, 三五. half is added after the unit.
func (p *parser) amount(i int) (v float64, most float64, end int, approx, half, ok bool) {
	switch p.at(i) {
	case '半':
		return 0.5, 0, i + 1, false, false, true
	case '大': // 大半年
		return 0.5, 0.9, i + 2, true, false, p.at(i+1) == '半'
	case '几', '数':
		if p.at(i) == '几' && p.in(i+1, "十百") {
			n := float64(chinesePower(p.at(i + 1)))
			return 2 * n, 9 * n, i + 2, true, false, true
		}
		return 3, 0, i + 1, true, false, true
	}
	if a, b := chineseDigit(p.at(i)), chineseDigit(p.at(i+1)); a > 0 && b == a+1 && p.at(i+2) == '十' { // 二三十
		return float64(10 * a), float64(10 * b), i + 3, true, false, true
	}
	n, found := p.number(i)
	if !found {
		return 0, 0, i, false, false, false
	}
	v, end = n.value, n.end
	if !n.arabic && n.digits == 2 && p.src[i] != '零' && p.src[i] != '〇' { // 三五天, 七八个
		a, b := float64(n.int()/10), float64(n.int()%10)
		if b <= a {
			return 0, 0, i, false, false, false
		}
		v, most, approx = a, b, true
	}
	if d := chineseDigit(p.at(end)); d > 1 && !n.arabic && n.digits == 0 && n.whole() && n.int()%10 == d-1 { // 十五六天
		v, most, approx, end = n.value, n.value+1, true, end+1
	}
	if p.at(end) == '几' || p.at(end) == '来' && n.int()%10 == 0 {
		approx, end = true, end+1
	} else if p.at(end) == '多' {
		approx, end = true, end+1
	}
	if p.lit(end, "个半") >= 0 {
		return v + 0.5, 0, end + 2, approx, true, true
	}
	return v, most, end, approx, false, true
}

// length reads an amount of time at i. strong says that what is around makes it one: 提前3天, 未来3日.
func (p *parser) length(i int, strong bool) (length, bool) {
	l := length{pos: i, end: i}
	j := i
	var size float64
	for l.units < 5 {
		v, most, e, approx, half, ok := p.amount(p.space(j))
		if !ok {
			break
		}
		k := p.space(e)
		u, ue := find(p, k, unitWords)
		if ue < 0 || v == 0.5 && p.at(e-1) == '半' && p.at(k) != '个' && u.grain == Week {
			break
		}
		if u.weak && l.units == 0 && !strong && !(half && u.grain == Month) && !p.weakUnit(i, j, ue, u, v) {
			break
		}
		if u.grain == Month && u.weak && (p.in(ue, "份") || l.units == 0 && !p.in(e-1, "半数") && !(strong && (p.in(i-1, "近去来") || p.in(i-1, "上下") && digit(p.at(i)) && !digit(p.at(ue)) && chineseDigit(p.at(ue)) < 0))) {
			break
		}
		if u.grain == Year && l.units == 0 && v >= 1000 && p.at(i) != '两' && chinesePower(p.at(e-1)) == 0 {
			break
		}
		if size > 0 && unitSize(u) >= size && !(u.grain == OneDay && u.weak) {
			break
		}
		if u.grain == OneDay && p.in(k, "晚夜") {
			if l.units != 1 || l.unit != OneDay {
				break
			}
			l.end = ue // 6天5晚 is six days
			break
		}
		size = unitSize(u)
		l.add(v, u)
		l.approx = l.approx || approx || p.lit(k, "个多") >= 0
		if most > 0 {
			l.max, l.maxSize = most, size
		}
		if p.at(ue) == '半' && !(p.in(ue+1, "天年小个载") && p.at(ue+1) != 0 && p.at(ue-1) != '天') {
			l.add(0.5, u)
			l.units--
			if u.grain == Minute {
				ue = p.opt(ue, "钟")
			}
			if u.grain == Year { // 七年半后 is said to the month
				l.unit = Month
			}
			ue++
		} else if p.at(ue) == '多' {
			l.approx = true
			ue++
		}
		l.end = ue
		j = p.opt(ue, "零", "又")
		if p.at(j-1) == '零' && chineseDigit(p.at(j)) < 0 && !digit(p.at(j)) && !p.in(j, "十半") {
			break
		}
	}
	l.unitSize = size
	if l.units == 0 || !l.sane() {
		return l, false
	}
	return l, p.lengthInContext(i, l.end, &l)
}

func unitSize(u unit) float64 {
	if u.grain == Year {
		return u.months / 12 * daysOfYear * secondsOfDay
	}
	return u.months*daysOfMonth*secondsOfDay + u.days*secondsOfDay + u.seconds + map[bool]float64{true: secondsOfDay}[u.workday]
}

// weakUnit says whether a weak unit may begin a length: 3日内, 两时 not.
func (p *parser) weakUnit(i, j, e int, u unit, v float64) bool {
	within := p.oneOf(e, "之内", "以内", "内") >= 0
	switch u.grain {
	case OneDay:
		n, ok := p.number(i)
		vague := p.in(e-2, "几数") && p.oneOf(e, "之后", "以后", "后", "之前", "以前", "前") >= 0 // 数日后
		return within || v > 31 || vague || ok && p.daysApart(e-1, n)
	case Hour:
		return within
	case Minute:
		if within || p.oneOf(e, "半以内", "半之内", "半内", "半钟") >= 0 {
			return true
		}
		_, end, ok := p.small(e, 0, 59)
		return ok && p.at(end) == '秒'
	case Quarter:
		return false
	}
	return u.grain == Month && (v == 0.5 || p.at(e-2) == '数')
}

// lengthRange reads 三到五天, 3天——8天, 两万四千到3万秒 at i.
func (p *parser) lengthRange(i int, strong bool) (length, bool) {
	l, ok := p.length(i, strong)
	end := l.end
	if !ok {
		_, _, e, _, _, found := p.amount(i)
		if !found {
			return l, false
		}
		end = e
	}
	s := p.rangeSep(p.space(end))
	if e := p.lit(end, "以上"); ok && e >= 0 { // 三年以上七年以下
		if hi, okHi := p.length(p.opt(e, ",", "、"), strong); okHi && hi.units == 1 && l.units == 1 && hi.total() > l.total() {
			if x := p.oneOf(hi.end, "以下", "以内", "之内"); x >= 0 {
				l.max, l.maxSize, l.end, l.approx = hi.value, hi.unitSize, x, true
			}
		}
		return l, ok
	}
	if s < 0 {
		return l, ok
	}
	p.joint = s
	hi, okHi := p.length(s, strong)
	if !okHi || hi.units != 1 || ok && (l.units > 1 || hi.unit != l.unit && hi.total() <= l.total()) { // 半年到一年
		return l, ok
	}
	if !ok {
		v, _, _, _, _, _ := p.amount(i)
		if v <= 0 || v >= hi.value || !p.lengthInContext(i, hi.end, &hi) {
			return l, false
		}
		l = hi
		scale := v / hi.value
		l.years, l.months, l.days, l.seconds, l.workdays = hi.years*scale, hi.months*scale, hi.days*scale, hi.seconds*scale, int(v)*min(hi.workdays, 1)
		l.pos, l.value = i, v
	}
	l.max, l.maxSize, l.end, l.approx = hi.value, hi.unitSize, hi.end, true
	return l, true
}

// from moves t on by sign times the length.
func (r *reckoner) from(t time.Time, l *length, sign int) time.Time {
	s := float64(sign)
	months := 12*l.years + l.months
	whole := int(months)
	t = addMonths(t, sign*whole)
	t = t.AddDate(0, 0, sign*int(l.days))
	rest := (months-float64(whole))*daysOfMonth*secondsOfDay + (l.days-float64(int(l.days)))*secondsOfDay + l.seconds
	t = t.Add(time.Duration(s * rest * float64(time.Second)))
	if l.workdays > 0 {
		clock := t.Sub(r.floor(t))
		t = r.addWorkdays(t, sign*l.workdays).Add(clock)
	}
	return t
}
