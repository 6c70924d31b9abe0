package timex

import (
	"fmt"
	"time"
)

// part is a part of the day.
type part int

const (
	noPart part = iota
	dawn
	earlyMorning
	morning
	forenoon
	noon
	earlyAfternoon
	afternoon
	dusk
	evening
	night
	midnight
	daytime
)

func (p *Parts) hours(which part) HourSpan {
	return [...]HourSpan{{0, 24}, p.Dawn, p.EarlyMorning, p.Morning, p.Forenoon, p.Noon, p.EarlyAfternoon, p.Afternoon, p.Dusk,
		p.Evening, p.Night, p.Midnight, p.Daytime}[which]
}

// clock is a time of day as it was said.
type clock struct {
	pos, end int
	part     part
	hasHour  bool
	h, m, s  int
	h2       int // 七八点: the later hour
	grain    Grain
	exact    bool // a 24-hour time that no part of the day can shift: 14:30, 3pm, 零点
	approx   bool
	dots     bool // written with a dot: 2.30
	invalid  string
}

func (c *clock) set() bool { return c.hasHour || c.part != noPart }

var partWords = []word[part]{
	{"凌晨", dawn}, {"零晨", dawn}, {"拂晓", dawn}, {"黎明", dawn},
	{"大清早", earlyMorning}, {"清早", earlyMorning}, {"清晨", earlyMorning},
	{"一大早", morning}, {"大早上", morning}, {"早晨", morning}, {"早上", morning}, {"朝早", morning}, {"早间", morning}, {"一早", morning},
	{"上午", forenoon}, {"上昼", forenoon}, {"午前", forenoon},
	{"中午", noon}, {"午间", noon}, {"晌午", noon}, {"正午", noon},
	{"午后", earlyAfternoon}, {"下午", afternoon}, {"下昼", afternoon}, {"晏昼", afternoon},
	{"傍晚", dusk}, {"黄昏", dusk},
	{"大晚上", evening}, {"晚上", evening}, {"晚间", evening}, {"夜晚", evening}, {"夜间", evening}, {"夜里", evening},
	{"大半夜", night}, {"半夜", night}, {"深夜", night}, {"午夜", midnight}, {"子夜", midnight},
	{"白天", daytime},
}

// shortParts need a day before them or an hour after: 明早, 晚8点.
var shortParts = []word[part]{{"早", morning}, {"晨", morning}, {"朝", morning}, {"晚", evening}, {"夜", evening}}

// partWord reads a part of the day at i.
func (p *parser) partWord(i int, afterDate bool) (part, int) {
	switch p.at(i) {
	case '凌', '零', '拂', '黎', '大', '清', '一', '早', '上', '午', '中', '晌', '正', '下', '傍', '黄', '晚', '夜', '半', '深', '子', '白', '晨', '朝', '晏':
	default:
		return noPart, -1
	}
	if v, e := find(p, i, partWords); e >= 0 {
		if p.in(e, "好安") && !afterDate { // 早上好, 晚上好 are greetings
			return noPart, -1
		}
		return v, e
	}
	v, e := find(p, i, shortParts)
	if e < 0 || p.at(i) == '朝' && !(afterDate && p.in(i-1, "今明听寻")) { // 朝 faces and reigns; 今朝, 听朝 are mornings
		return noPart, -1
	}
	if p.at(e-1) == '早' && (p.lit(e, "中晚") >= 0 || p.at(e) == '晚' && !p.in(e+1, "点一些")) { // 每天早中晚: several times, none of them said
		return noPart, -1
	}
	if afterDate && !p.in(e, "些点期班稻熟饭餐会礼报高") && !p.in(e-1, "夜") || afterDate && p.in(e-1, "夜") && !p.in(e, "市") {
		return v, e
	}
	if p.lit(e, "一点") >= 0 && !p.in(e+2, "半钟多零一二三四五") { // 早一点, 晚一点: a little
		return noPart, -1
	}
	if n, ok := p.number(e); ok && p.in(p.space(n.end), "点时:") && p.at(e-1) != '夜' {
		return v, e
	}
	return noPart, -1
}

// clockAt reads a time of day at i. afterDate relaxes what a time must look like, since the date before it is
// evidence enough.
func (p *parser) clockAt(i int, afterDate bool) (clock, bool) {
	c := clock{pos: i}
	j := i
	if e := p.oneOf(i, "大约", "大概", "约", "差不多"); e >= 0 {
		c.approx, j = true, p.space(e)
	}
	v, e := p.partWord(j, afterDate)
	if e >= 0 {
		c.part, j = v, p.space(p.opt(e, "的"))
		c.end = e
		if e2 := p.oneOf(j, "大约", "大概", "约", "差不多"); e2 >= 0 {
			c.approx, j = true, p.space(e2)
		}
	}
	if ok := p.hour(j, &c, afterDate || c.part != noPart); !ok {
		if c.part == noPart || c.approx {
			return c, false
		}
		c.grain = Hour
		if p.src[c.end-1] == '午' && c.end-i == 2 && p.at(c.end-2) == '正' { // 正午 is a point
			c.hasHour, c.exact, c.h = true, true, 12
		}
		return c, true
	}
	if p.at(c.end) == '多' && c.grain == Hour || p.at(c.end) == '许' && c.grain == Minute { // 十点多, 21时35分许
		c.approx, c.end = true, c.end+1
	}
	if e := p.oneOf(p.space(c.end), "左右", "上下", "前后"); e >= 0 {
		c.approx, c.end = true, e
	}
	return c, true
}

// hour reads 8点, 八点半, 14:30, 差五分八点 at i.
func (p *parser) hour(i int, c *clock, evidence bool) bool {
	switch p.at(i) {
	case '差':
		return p.toHour(i, c)
	case 'a', 'p':
		return p.meridiemBefore(i, c)
	}
	if c.part != noPart && p.dotted(i, c) {
		return true
	}
	n, ok := p.number(i)
	if !ok || !n.whole() || n.digits > 2 {
		return false
	}
	if e := p.oneOf(n.end, ":"); e >= 0 && n.arabic {
		return p.digital(n, e, c, evidence)
	}
	j := p.space(n.end)
	weak := n.digits == 1 && !n.arabic && n.value > 0 && !evidence && !(i == 0 && j+1 == len(p.src) && n.value > 1) // 一时, 几时
	later := 0
	if p.at(j) == '、' && evidence && n.int() > 0 { // 下午2、3点
		if n2, ok := p.number(j + 1); ok && n2.value == n.value+1 && p.at(n2.end) == '点' {
			later, j = n2.int(), n2.end
		}
	}
	var e int
	switch {
	case p.at(j) == '点':
		weak, e = false, p.opt(j+1, "钟")
	case p.at(j) == '时' && !p.in(j+1, "间候常段效代期光候速") && (n.value > 0 || p.at(j+1) != '工'):
		e = p.opt(j+1, "整", "许")
	default:
		return false
	}
	c.h = n.int()
	if later > 0 {
		c.h2, c.approx = later, true
	} else if n.digits == 2 && !n.arabic { // 七八点
		a, b := n.int()/10, n.int()%10
		if b != a+1 || n.int() > 89 {
			if a != 0 {
				return false
			}
		} else {
			c.h, c.h2, c.approx = a, b, true
		}
	}
	if !n.arabic && n.digits == 0 && c.h == 90 { // 九十点
		c.h, c.h2, c.approx = 9, 10, true
	}
	if n.arabic && n.digits == 2 && c.h < 10 || c.h == 0 || c.h > 12 {
		c.exact = true
	}
	if c.h > 24 {
		if !n.arabic && n.digits == 0 || c.h > 99 {
			return false
		}
		c.invalid = fmt.Sprintf("没有%d点", c.h)
	}
	c.hasHour, c.grain, c.end = true, Hour, e
	p.minutes(e, c)
	if c.end == e && !n.arabic && p.decimal(i, e) {
		return false
	}
	return evidence || c.end > e || !weak && p.hourInContext(i, e, n)
}

// decimal says whether 点 before e is the point of a number: 三点五米, 百分之十二点五.
func (p *parser) decimal(i, e int) bool {
	if p.before(i, "百分之", "千分之", "万分之") {
		return true
	}
	k := e
	for chineseDigit(p.at(k)) >= 0 {
		k++
	}
	return k > e && (!han(p.at(k)) && k-e < 3 && p.rangeSep(k) < 0 || p.in(k, "万亿元块倍度吨克斤折级米公厘平") || p.oneOf(k, "小时", "个小时") >= 0)
}

// minutes reads what follows an hour: 半, 一刻, 二十, 05分30秒, 整.
func (p *parser) minutes(e int, c *clock) {
	j := p.space(e)
	switch {
	case p.at(j) == '半' && !p.in(j+1, "天个年月小"):
		c.m, c.grain, c.end = 30, Minute, j+1
		return
	case p.at(j) == '整':
		c.end = j + 1
		return
	case p.at(j) == '过' && (digit(p.at(j+1)) || chineseDigit(p.at(j+1)) >= 0 || p.at(j+1) == '十'), p.at(j) == '零' && (digit(p.at(j+1)) || chineseDigit(p.at(j+1)) >= 0 && chineseDigit(p.at(j+2)) < 0):
		j++
	case p.at(j) == '差':
		if n, end, ok := p.small(j+1, 1, 59); ok && p.at(end) == '分' {
			c.h, c.m, c.grain, c.end = c.h-1, 60-n, Minute, end+1
		} else if e := p.lit(j, "差一刻"); e >= 0 {
			c.h, c.m, c.grain, c.end = c.h-1, 45, Minute, e
		}
		return
	}
	n, ok := p.number(j)
	if !ok || !n.whole() || n.int() > 99 {
		return
	}
	k := p.space(n.end)
	switch {
	case p.at(k) == '刻' && n.int() >= 1 && n.int() <= 3:
		c.m, c.grain, c.end = 15*n.int(), Minute, p.opt(k+1, "钟")
		return
	case p.at(k) == '分' && p.at(k+1) != '钱' && !(p.at(k+1) == '之' && !p.in(k+2, "前后间内")):
		c.end = p.opt(k+1, "钟", "整")
	case n.int() < 60 && (n.digits == 2 || n.digits == 0 || n.value < 10 && j > e) && (p.rangeSep(k) >= 0 || !p.countsSomething(k)):
		c.end = n.end
	default:
		return
	}
	c.m, c.grain = n.int(), Minute
	if c.m > 59 {
		c.invalid = fmt.Sprintf("没有%d分", c.m)
		return
	}
	if s, end, ok := p.small(p.space(c.end), 0, 59); ok && p.at(p.space(end)) == '秒' {
		c.s, c.grain, c.end = s, Second, p.space(end)+1
	}
}

// toHour reads 差五分八点 and 差一刻九点.
func (p *parser) toHour(i int, c *clock) bool {
	m, e := 15, p.lit(i, "差一刻")
	if e < 0 {
		n, end, ok := p.small(i+1, 1, 59)
		if !ok || p.at(end) != '分' {
			return false
		}
		m, e = n, p.opt(end+1, "钟")
	}
	e = p.opt(e, "到", "就")
	h, end, ok := p.small(e, 1, 24)
	if !ok || p.at(end) != '点' {
		return false
	}
	c.h, c.m, c.grain, c.end, c.hasHour = h-1, 60-m, Minute, p.opt(end+1, "钟"), true
	return true
}

// hourOf is the hour counted from midnight, 24 and more being the next day, and the other reading, or -1.
func (c *clock) hourOf(asSaid bool) (h, other int) {
	h, other = c.h, -1
	if c.exact && c.part == noPart {
		return h, other
	}
	switch c.part {
	case noPart:
		switch {
		case h == 12:
			other = 24
		case h >= 1 && h < 7 && !asSaid:
			h, other = h+12, h
		case h < 12:
			other = h + 12
		}
	case dawn:
		h %= 12
	case noon:
		if h <= 3 {
			h += 12
		}
	case earlyAfternoon, afternoon, dusk:
		if h >= 1 && h < 12 {
			h += 12
		}
	case evening:
		switch {
		case h >= 5 && h < 12:
			h += 12
		case h == 12, h >= 1 && h < 5, h == 0:
			h = h%12 + 24
		}
	case night, midnight:
		switch {
		case h >= 6 && h < 12:
			h += 12
		case h == 12 || h == 0:
			h = 24
		}
	}
	return h, other
}

// on is the clock on a day: the point with its other reading, or the span of a part of the day.
func (r *reckoner) on(c *clock, day time.Time) (start, stop time.Time, others []time.Time) {
	y, m, d := day.Date()
	at := func(h float64, min, sec int) time.Time {
		return time.Date(y, m, d, int(h), min+int(h*60)%60, sec, 0, day.Location())
	}
	if !c.hasHour {
		hours := r.parts.hours(c.part)
		return at(hours.From, 0, 0), at(hours.To, 0, 0), nil
	}
	h, other := c.hourOf(r.o.Usage.HoursAsSaid)
	start = at(float64(h), c.m, c.s)
	if c.h2 > 0 {
		stop = at(float64(h+c.h2-c.h+1), 0, 0)
	}
	if other >= 0 {
		others = []time.Time{at(float64(other), c.m, c.s)}
	}
	return start, stop, others
}
