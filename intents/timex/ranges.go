package timex

import (
	"cmp"
	"slices"
	"time"
)

// rangeSep returns the end of what joins the two ends of a range at i, else -1.
func (p *parser) rangeSep(i int) int {
	switch p.at(i) {
	case '-', '~', '到', '至', '直', '一':
	default:
		return -1
	}
	if e := p.oneOf(i, "一直到", "直到", "到了", "到", "至", "~~", "~"); e >= 0 {
		return p.space(e)
	}
	j := i
	for p.at(j) == '-' {
		j++
	}
	if j > i && j-i <= 4 {
		return p.space(j)
	}
	return -1
}

// secondEnd reads the point that ends a range.
func (p *parser) secondEnd(i int, a *fields) (point, bool) {
	if c := (clock{pos: i}); a.clock.dots && p.dotted(i, &c) {
		return point{fields{pos: i, end: c.end, clock: c}}, true
	}
	b, ok := p.pointAt(i)
	if !ok {
		b, ok = p.lunarEnd(i, a)
	}
	return b, ok
}

// lunarEnd reads the second end of 正月初一到十五, a number that only a lunar day before it makes a day.
func (p *parser) lunarEnd(i int, a *fields) (point, bool) {
	n, e, ok := p.small(i, 2, 30)
	if !ok || !a.lunar || n <= a.day || a.day == 0 || p.countsSomething(e) {
		return point{}, false
	}
	return point{fields{pos: i, end: e, lunar: true, day: n}}, true
}

// hoursBehind reads the hours that stand behind two days, 12月1日至5日9:00-17:00: the first belong to the first day.
func (p *parser) hoursBehind(a, b *point) {
	if !a.f.hasDate() || a.f.clock.set() || !b.f.hasDate() || !b.f.clock.hasHour {
		return
	}
	s := p.rangeSep(p.space(b.f.end))
	if s < 0 {
		return
	}
	c, ok := p.clockAt(s, true)
	if !ok || !c.hasHour {
		return
	}
	if c.part == noPart && !c.exact {
		c.part = p.samePart(&b.f.clock, &c)
	}
	a.f.clock, b.f.clock, b.f.end = b.f.clock, c, c.end
}

// rangeOf joins two points into a span. What the later one leaves out it takes from the earlier one.
func (p *parser) rangeOf(start int, a, b *point) (Match, bool) {
	if p.o.Prefer == Future && a.f.hasDate() { // one that has begun and is not over counts as ahead
		past, x, y := *p.o, *a, *b
		past.Prefer = Past
		future := p.o
		p.o, p.clk.o = &past, &past
		m, ok := p.joinPoints(start, &x, &y)
		p.o, p.clk.o = future, future
		if ok && m.Invalid == "" && !m.Start.After(p.clk.now) && m.Stop.After(p.clk.now) {
			return m, true
		}
	}
	return p.joinPoints(start, a, b)
}

func (p *parser) joinPoints(start int, a, b *point) (Match, bool) {
	if !a.f.hasDate() && b.f.hasDate() { // 2点到明天4点 begins today
		a.f.from, a.f.grain = p.clk.today, OneDay
		a.f.to = p.clk.plus(p.clk.today, 1)
	}
	p.inherit(&a.f, &b.f)
	x, y := p.resolvePoint(a, a.f.pos), p.resolvePoint(b, b.f.pos)
	m := p.match(start, p.opt(b.f.end, "之间", "期间", "为止", "止"))
	m.Invalid = x.Invalid
	if m.Invalid == "" {
		m.Invalid = y.Invalid
	}
	m.Joined = true
	m.Kind, m.Grain, m.HasDate, m.HasClock = Span, y.Grain, x.HasDate || y.HasDate, x.HasClock || y.HasClock
	m.Provisional, m.Approx = x.Provisional || y.Provisional, x.Approx || y.Approx
	m.Ambiguous, m.Conflict = x.Ambiguous, cmp.Or(x.Conflict, y.Conflict)
	if m.Invalid != "" {
		return m, true
	}
	if x.HasClock && x.ClockEnd > 0 {
		m.ClockPos, m.ClockEnd = x.ClockPos, m.End
	}
	m.Start, m.LastStart, m.Stop = x.Start, y.Start, y.Stop
	if p.o.Prefer == Future {
		m.Ambiguous = slices.DeleteFunc(slices.Clone(m.Ambiguous), func(t time.Time) bool { return t.Before(p.clk.now) })
	}
	if !y.HasDate && y.HasClock { // the stop is on the day of the start, or the one after
		day := p.clk.floor(x.Start)
		if x.Start.Hour() == 0 && a.f.clock.h == 12 || a.f.clock.part == evening && x.Start.Hour() < 5 {
			day = p.clk.plus(day, -1)
		}
		t, to, others := p.clk.on(&b.f.clock, day)
		for _, o := range others {
			if o.After(m.Start) && (!t.After(m.Start) || o.Before(t)) {
				t, to = o, o
			}
		}
		if !b.f.clock.hasHour || b.f.clock.h2 > 0 {
			t = to
		}
		for !t.After(m.Start) {
			t = p.clk.plus(t, 1)
		}
		m.Stop, m.LastStart = t, t
	}
	if !m.Stop.After(m.Start) {
		if next, ok := p.wrap(b, &y, m.Start); ok {
			m.Stop, m.LastStart = next.to, next.from
		} else {
			return m, false
		}
	}
	return m, true
}

// wrap moves the end of a range past its start where its own reading lies before: 11月到2月, 周五到周一.
func (p *parser) wrap(b *point, y *Match, start time.Time) (days, bool) {
	move := func(t time.Time, k int) time.Time {
		switch {
		case b.f.wd > 0:
			return p.clk.plus(t, 7*k)
		case !b.f.hasYear && (b.f.month > 0 || b.f.fest != nil):
			return t.AddDate(k, 0, 0)
		case b.f.day > 0 && b.f.month == 0:
			return addMonths(t, k)
		}
		return t
	}
	for k := range 3 {
		if from, to := move(y.Start, k), move(y.Stop, k); to.After(start) {
			return days{from: from, to: to}, true
		}
	}
	return days{}, false
}

// inherit copies what b leaves out from a, and the year of the whole range from where it was said.
func (p *parser) inherit(a, b *fields) {
	r := &p.clk
	if !b.hasDate() {
		if !b.clock.hasHour && b.clock.part == noPart {
			return
		}
		if a.clock.hasHour && b.clock.hasHour && b.clock.part == noPart && !b.clock.exact {
			b.clock.part = p.samePart(&a.clock, &b.clock)
		}
		if b.clock.hasHour && a.clock.hasHour && a.clock.part == noPart && b.clock.part != noPart && !a.clock.exact {
			if ha, _ := b.clock.hourOf(false); a.clock.h < b.clock.h || a.clock.h < ha-12 {
				c := a.clock
				c.part = b.clock.part
				if h, _ := c.hourOf(false); h < ha && b.clock.part != evening || h < ha && a.clock.h >= 5 {
					a.clock.part = b.clock.part // 3点到下午5点
				}
			}
		}
		return
	}
	if a.clock.exact && a.clock.h > 12 && b.clock.part == noPart { // 22时到26日6时: both by the 24-hour clock
		b.clock.exact = true
	}
	if d := r.resolveDays(a); b.follows && d.invalid == "" && !d.from.IsZero() { // 11月25日22:00至次日6:00
		b.from = r.plus(d.from, 1)
		b.to = r.plus(b.from, 1)
		return
	}
	// 3号到5号, 下周三到周五, 今年3月到5月
	if a.hasYear && !b.hasYear && (b.month > 0 || b.day > 0 || len(b.sels) > 0 || b.fest != nil) && b.wd == 0 {
		b.year, b.hasYear = a.year, true
		if b.month == 0 && b.fest == nil && len(b.sels) == 0 {
			b.month = a.month
		} else if b.month > 0 && a.month > b.month {
			b.year++
		}
		b.lunar = b.lunar || a.lunar
		return
	}
	if a.hasYear || b.hasYear {
		if b.hasYear && !a.hasYear && a.month > 0 { // 3月到2027年5月
			return
		}
		return
	}
	d := r.resolveDays(a)
	if d.invalid != "" || d.from.IsZero() {
		return
	}
	switch {
	case b.wd > 0 && b.from.IsZero():
		b.from = r.monday(d.from, 0)
		b.to, b.grain = r.plus(b.from, 7), Week
		if b.wd < weekday(d.from) {
			b.from, b.to = r.plus(b.from, 7), r.plus(b.to, 7)
		}
	case b.month > 0 || b.fest != nil:
		b.year, b.hasYear = d.from.Year(), true
		if b.month > 0 && b.month < int(d.from.Month()) {
			b.year++
		}
		if a.lunar && !b.lunar && b.day > 0 {
			b.lunar = true
		}
		if a.lunar {
			b.hasYear = false
		}
	case b.day > 0:
		b.year, b.hasYear, b.month = d.from.Year(), true, int(d.from.Month())
		if a.lunar {
			b.lunar, b.month = true, a.month
			b.hasYear = a.hasYear
		} else if b.day < d.from.Day() {
			b.month++
		}
	}
}

// samePart gives the stop of a range the part of the day of its start: 下午3点到5点.
func (p *parser) samePart(a, b *clock) part {
	if a.part == noPart {
		if a.exact && a.h >= 13 && b.h >= 1 && b.h < 12 && b.h+12 > a.h {
			return afternoon
		}
		return noPart
	}
	ha, _ := a.hourOf(false)
	try := *b
	try.part = a.part
	if hb, _ := try.hourOf(false); hb*60+b.m > ha*60+a.m && (hb < 24 || a.part == evening || a.part == night) {
		return a.part
	}
	if ha < 12 && b.h <= 12 { // 上午10点到2点
		return afternoon
	}
	return noPart
}

// bare is a range whose start is a mere number, while it is read.
type bare struct {
	frame   fields // what was said before the number
	part    part
	withDay bool // frame is a whole day
	at      int  // where the first number stands, and the second one
	next    int
	n, m    number
	unit    int // where the unit of the second number stands
}

// bareRange reads a range whose start is a mere number: 9到11点, 3-5号, 1995-1997年, 2——4月.
func (p *parser) bareRange(start, i int) (Match, bool) {
	if p.lastJoin < i { // most texts have no range, and this is asked at every place
		return Match{}, false
	}
	r := bare{at: i}
	if p.yearFrame(i, &r.frame) {
		r.at = p.space(p.opt(r.frame.end, "的"))
	} else {
		var f fields
		if p.date(i, &f) && !f.clock.set() && (p.at(f.end-1) != '月' || f.day > 0) {
			r.at, r.withDay, r.frame = p.space(f.end), true, f
		}
	}
	if v, e := p.partWord(r.at, r.withDay); e >= 0 {
		r.part, r.at = v, p.space(e)
	}
	var ok bool
	if r.n, ok = p.number(r.at); !ok || !r.n.whole() || p.numberBefore(r.at) || letter(p.at(r.at-1)) || p.at(r.at-1) == '第' {
		return Match{}, false
	}
	r.next = p.rangeSep(p.space(r.n.end))
	if r.next < 0 && p.at(r.n.end) == '、' {
		r.next = r.n.end + 1
	}
	if r.next < 0 {
		return Match{}, false
	}
	p.joint = r.next
	if r.m, ok = p.number(r.next); !ok || !r.m.whole() {
		return Match{}, false
	}
	r.unit = p.space(r.m.end)
	a, b, ok := p.bareEnds(&r, start < i)
	if !ok {
		return Match{}, false
	}
	a.f.pos, a.f.end = i, r.n.end
	return p.rangeOf(start, &a, &b)
}

// bareEnds gives the first number the unit of the second one.
func (p *parser) bareEnds(r *bare, since bool) (a, b point, ok bool) {
	n, m := r.n.int(), r.m.int()
	a.f = r.frame
	switch {
	case p.at(r.unit) == '点' && p.at(r.n.end) != '、' || p.at(r.unit) == '时' && !p.in(r.unit+1, "间候"):
		said := r.withDay || r.part != noPart || p.hourInContext(r.at, r.unit+1, r.m)
		if n > 24 || m > 24 || r.n.digits > 2 || n >= m && m+12 <= n || !said {
			return a, b, false
		}
		if !r.withDay {
			a.f = fields{}
		}
		a.f.clock = clock{pos: r.at, end: r.n.end, part: r.part, hasHour: true, h: n, grain: Hour, exact: n > 12 || n == 0}
	case r.part != noPart || r.withDay:
		return a, b, false
	case p.in(r.unit, "号日") && n >= 1 && n < m && m <= 31 && r.n.digits <= 2:
		if !r.frame.hasYear && r.frame.month == 0 && !p.dayInContext(r.at, r.unit, r.m) {
			return a, b, false
		}
		a.f.day = n
	case p.lit(r.unit, "季度") >= 0 && n >= 1 && n < m && m <= 4:
		a.f.sels = append(a.f.sels, selector{what: selQuarter, n: n})
	case p.at(r.unit) == '月' && n >= 1 && n <= 12 && m <= 12 && r.frame.month == 0:
		a.f.month = n
		b, ok = p.pointAt(r.next)
		return a, b, ok && b.f.day == 0
	case p.at(r.unit) == '年' && r.n.digits == 4 && (r.m.digits == 4 || r.m.digits == 2) && !r.frame.hasYear:
		a.f.year, a.f.hasYear = n, true
	case r.n.arabic && r.n.digits == 4 && r.m.digits == 4 && n > 1900 && n < m && m < 2100 && (since || p.o.Usage.BareYears) && !p.countsSomething(r.unit):
		a.f.year, a.f.hasYear = n, true
		b.f = fields{year: m, hasYear: true, pos: r.next, end: r.m.end}
		return a, b, true
	default:
		return a, b, false
	}
	b, ok = p.pointAt(r.next)
	return a, b, ok
}

// yearFrame reads a year or a month that a bare range stands in: 2018年 in 2018年2——4月, 5月 in 5月3-5日.
func (p *parser) yearFrame(i int, f *fields) bool {
	j := i
	if p.year(i, f) {
		j = p.space(p.opt(f.end, "的"))
	}
	if k, e, ok := p.relative(j); ok && !f.hasYear {
		if m := p.oneOf(e, relMonths...); m >= 0 {
			t := addMonths(p.clk.day(p.clk.today.Year(), int(p.clk.today.Month()), 1), k)
			f.year, f.hasYear, f.month, f.end = t.Year(), true, int(t.Month()), m
			return true
		}
	}
	if n, e, ok := p.small(j, 1, 12); ok && p.at(e) == '月' && !p.numberBefore(j) {
		f.month, f.end = n, p.opt(e+1, "份")
		return true
	}
	return f.hasYear
}
