package timex

import "time"

// lengthPhrase reads what is built around a length of time at i: 三天后, 半小时内, 未来两周, 三个小时.
func (p *parser) lengthPhrase(i int) (Match, bool) {
	if m, ok := p.leading(i); ok {
		return m, true
	}
	start := i
	approx := false
	if e := p.oneOf(i, "大约", "大概", "约", "差不多", "再过", "过"); e >= 0 {
		if p.at(e-1) == '过' {
			if m, ok := p.passing(i, e); ok {
				return m, true
			}
			return Match{}, false
		}
		approx, i = true, p.space(e)
	}
	strong := p.lengthBefore(start)
	l, ok := p.lengthRange(i, strong)
	if !ok {
		return Match{}, false
	}
	l.approx = l.approx || approx
	return p.trailing(start, &l)
}

// onlyLength reads a length whatever is around it.
func (p *parser) onlyLength(i int) (Match, bool) {
	l, ok := p.lengthRange(i, p.lengthBefore(i))
	if !ok {
		if l, ok = p.englishLength(i); !ok || letter(p.at(i-1)) {
			return Match{}, false
		}
	}
	return p.lengthMatch(i, l.end, &l), true
}

// lead is a word before a length that gives it a place.
type lead int

const (
	ahead  lead = iota + 1 // 未来三天
	behind                 // 过去三天
	within                 // 三天内
)

var leads = []word[lead]{
	{"在未来", ahead}, {"未来", ahead}, {"今后", ahead}, {"接下来", ahead}, {"往后", ahead}, {"之后", ahead}, {"以后", ahead}, {"后面", ahead}, {"随后", ahead},
	{"过去", behind}, {"最近", behind}, {"近", behind}, {"之前", behind}, {"以前", behind}, {"此前", behind}, {"此后", ahead}, {"刚过去", behind},
}

// leadWord reads the word before a length at i. A single character, 前 or 下, says so in short.
func (p *parser) leadWord(i int) (which lead, end int) {
	switch p.at(i) {
	case '未', '今', '接', '往', '之', '以', '随', '过', '最', '近', '此', '刚', '在':
		which, end = find(p, i, leads)
	case '前', '上':
		return behind, i + 1
	case '后', '下':
		return ahead, i + 1
	default:
		return 0, -1
	}
	switch {
	case p.in(i, "近过") && p.in(i-1, "附最接远邻靠通经走路"): // 附近两天
		return 0, -1
	case p.in(i, "之以") && i > 0 && han(p.at(i-1)): // belongs to the word before
		return 0, -1
	}
	return which, end
}

// shortLead says whether 前, 后, 上 or 下 at i may stand before the length l, that begins at j.
func (p *parser) shortLead(i, j int, l *length) bool {
	if l.value == 0.5 || l.units > 1 || l.unit == Second || p.before(i, "以", "之", "提", "先", "向", "最", "背", "然", "落", "随", "楼", "月", "年", "周", "期", "门", "身", "饭", "餐", "睡", "会", "课", "术", "产", "婚", "考", "赛", "班", "药") {
		return false
	}
	if p.at(i) == '前' && l.unit == Quarter && p.at(l.end-3) != '个' { // 前三季度 are of this year
		return false
	}
	if p.in(i, "前后") {
		return true
	}
	if p.in(j, "十百千万") { // 上十个小时: about ten
		return false
	}
	one := l.value == 1 && p.at(j) != '1' && p.at(j) != '个' && p.at(j+1) != '个'
	frame := l.value == 1 && (l.unit == Week || l.unit == Month || l.unit == Quarter) // 下一周 is the week itself
	return (l.unit != Year || digit(p.at(j))) && !one && (!frame || digit(p.at(j)))
}

// leading reads 未来三天, 最近两周, 前三天, 下两周.
func (p *parser) leading(i int) (Match, bool) {
	which, e := p.leadWord(i)
	if e < 0 {
		return Match{}, false
	}
	j := p.space(p.opt(p.space(e), "的", "这"))
	l, ok := p.length(j, true)
	if e := p.oneOf(j, "个小时", "个钟头"); !ok && e >= 0 && p.in(i, "上下") { // 上个小时
		l, ok = length{pos: j, end: e, seconds: 3600, value: 1, unit: Hour, units: 1}, true
	}
	short := e == i+1 && p.at(i) != '近'
	if short && p.at(i) == '后' && i > p.done && han(p.at(i-1)) && p.oneOf(l.end, "之内", "以内", "内") >= 0 { // 收到后3天内
		return Match{}, false
	}
	if !ok || short && !p.shortLead(i, j, &l) {
		return Match{}, false
	}
	end := p.opt(l.end, "之内", "以内", "内", "里", "间", "期间", "以来")
	if p.at(end) == '来' && which == behind && l.unit != OneDay && l.seconds == 0 && !p.in(end+1, "了过访到") { // 近十年来
		end++
	}
	m := p.match(i, end)
	m.Kind, m.Grain, m.Duration, m.HasDate, m.HasClock = Span, l.unit, l.duration(), true, l.seconds > 0
	m.Approx = l.approx || short && p.in(i, "前后")
	if short && p.in(i, "上下") && l.seconds == 0 && l.unit != OneDay { // 下两周 are whole weeks
		m.Start, m.Stop = p.clk.wholeUnits(&l, which == ahead)
	} else {
		m.Start, m.Stop = p.clk.around(&l, which == ahead)
	}
	m.LastStart = m.Stop
	m.Provisional = p.clk.takeProvisional()
	return m, true
}

// around is the time of that length from now on, or up to now. Days are whole ones and leave today out.
func (r *reckoner) around(l *length, next bool) (from, to time.Time) {
	if l.seconds == 0 && !r.o.Usage.FromNow {
		switch tomorrow := r.plus(r.today, 1); {
		case !next:
			return r.from(r.today, l, -1), r.today
		case l.workdays > 0:
			return tomorrow, r.plus(r.from(r.today, l, 1), 1)
		default:
			return tomorrow, r.from(tomorrow, l, 1)
		}
	}
	if next {
		return r.now, r.from(r.now, l, 1)
	}
	from = r.from(r.now, l, -1)
	if l.years+l.months > 0 {
		from = r.floor(from)
	}
	return from, r.now
}

// wholeUnits are the next or the last whole weeks, months or quarters.
func (r *reckoner) wholeUnits(l *length, next bool) (from, to time.Time) {
	n := int(l.value)
	base, months := r.monday(r.today, 0), 0
	switch l.unit {
	case Month:
		base, months = r.day(r.today.Year(), int(r.today.Month()), 1), 1
	case Quarter:
		base, months = r.day(r.today.Year(), (int(r.today.Month())-1)/3*3+1, 1), 3
	}
	step := func(n int) time.Time {
		if months > 0 {
			return addMonths(base, months*n)
		}
		return r.plus(base, 7*n)
	}
	if next {
		return step(1), step(1 + n)
	}
	return step(-n), base
}

// passing reads 过三天, 再过两个小时: a distance ahead.
func (p *parser) passing(i, e int) (Match, bool) {
	if p.at(i) == '过' && (p.in(i-1, "超经通走路不") || han(p.at(i-1)) && p.at(i-1) != '再') {
		return Match{}, false
	}
	l, ok := p.length(p.space(e), false)
	if !ok || p.oneOf(l.end, "之内", "内") >= 0 {
		return Match{}, false
	}
	end := p.opt(l.end, "之后", "以后", "后")
	return p.distance(i, end, &l, 1), true
}

// trailing reads what stands behind a length: 后, 前, 内, 以来, or nothing.
func (p *parser) trailing(i int, l *length) (Match, bool) {
	e := l.end
	if a := p.oneOf(e, "左右", "上下"); a >= 0 {
		l.approx, e = true, a
	}
	j := p.space(e)
	switch {
	case p.oneOf(j, "之后", "以后", "过后", "后", "开外") >= 0 && !p.in(p.oneOf(j, "之后", "以后", "过后", "后"), "台门面续勤天果院代半悔"):
		return p.distance(i, p.oneOf(j, "之后", "以后", "过后", "后", "开外"), l, 1), true
	case p.oneOf(j, "之前", "以前", "前") >= 0 && !p.in(p.opt(j, "之前", "以前", "前"), "台面门往天"):
		return p.distance(i, p.oneOf(j, "之前", "以前", "前"), l, -1), true
	case p.oneOf(j, "之内", "以内", "内") >= 0 && !p.in(p.opt(j, "之内", "以内", "内"), "部容科衣"):
		return p.withinPhrase(i, p.oneOf(j, "之内", "以内", "内"), l), true
	case p.lit(j, "一次") >= 0 && !p.in(j+2, "性"):
		return p.onceEvery(i, j+2, l)
	case p.oneOf(j, "以来", "来") >= 0 && (p.lit(j, "以来") >= 0 || p.at(i-1) == '近' || l.seconds == 0 && !han(p.at(j+1))):
		m := p.match(i, p.oneOf(j, "以来", "来"))
		m.Kind, m.Grain, m.Start, m.Stop, m.HasDate = Span, l.unit, p.clk.from(p.clk.now, l, -1), p.clk.now, true
		m.LastStart = m.Stop
		return m, true
	}
	return p.lengthMatch(i, e, l), true
}

// lengthMatch is the match of a length that nothing gives a place.
func (p *parser) lengthMatch(i, e int, l *length) Match {
	m := p.match(i, e)
	m.Kind, m.Duration, m.Grain, m.Approx, m.Workdays = Length, l.duration(), l.unit, l.approx, l.workdays
	if l.max > 0 {
		m.MaxDuration = time.Duration(l.max * l.maxSize * float64(time.Second))
	}
	return m
}

// distance is a point that far from now. Days and coarser units name a day, finer ones an instant.
func (p *parser) distance(i, end int, l *length, sign int) Match {
	r := &p.clk
	m := p.match(i, end)
	m.Offset, m.Grain, m.Approx, m.HasDate, m.Duration = true, l.unit, l.approx, true, l.duration()*time.Duration(sign)
	m.Workdays = l.workdays * sign
	t := r.from(r.now, l, sign)
	m.Provisional = r.takeProvisional()
	if l.seconds > 0 || l.days != float64(int(l.days)) { // 半天后 is in twelve hours
		m.Kind, m.Start, m.Stop, m.LastStart, m.HasClock = Instant, t, t, t, true
		return m
	}
	m.Kind = Day
	m.Start = r.floor(t)
	m.Stop, m.LastStart = r.plus(m.Start, 1), m.Start
	if p.atDistance(i, end, &m, l) {
		return m
	}
	// 三天后的下午3点, 两天后早上
	j := p.space(p.opt(p.space(end), "的"))
	if c, ok := p.clockAt(j, true); ok {
		return p.dayAndClock(i, m.Start, &c)
	}
	return m
}

// withinPhrase is the time from now on: 三天内. Days are whole ones, the last included, as the law counts them.
func (p *parser) withinPhrase(i, end int, l *length) Match {
	r := &p.clk
	m := p.match(i, end)
	m.Kind, m.Grain, m.Approx, m.Start, m.HasDate, m.Duration = Span, l.unit, l.approx, r.now, true, l.duration()
	m.Workdays = l.workdays
	m.Stop = r.from(r.now, l, 1)
	if l.seconds == 0 && !r.o.Usage.FromNow {
		m.Stop = r.plus(r.floor(m.Stop), 1)
	} else {
		m.HasClock = l.seconds > 0
	}
	m.LastStart = m.Stop
	if l.max > 0 && l.value > 0 {
		m.Stop = m.Start.Add(time.Duration(l.max * l.maxSize * float64(time.Second)))
	}
	m.Provisional = r.takeProvisional()
	return m
}

func (r *reckoner) takeProvisional() bool {
	was := r.provisional
	r.provisional = false
	return was
}
