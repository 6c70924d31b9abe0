package timex

import (
	"fmt"
	"time"
)

// resolvePoint turns a point into a match whose text begins at start.
func (p *parser) resolvePoint(pt *point, start int) Match {
	f := &pt.f
	m := p.match(start, f.end)
	m.Approx = f.approx || f.clock.approx
	m.HasDate = f.hasDate()
	if f.clock.set() {
		m.HasClock = true
		m.ClockPos, m.ClockEnd = p.off[f.clock.pos], p.off[f.clock.end]
	}
	m.Festival = f.fest != nil
	m.Invalid = f.invalid
	if m.Invalid == "" {
		m.Invalid = f.clock.invalid
	}
	if m.Invalid != "" {
		m.Kind = Day
		if m.HasClock {
			m.Kind = Instant
		}
		return m
	}
	if !m.HasDate {
		p.clockAlone(&m, &f.clock)
		return m
	}
	r := &p.clk
	d := r.resolveDays(f)
	if f.clock.set() && r.o.Prefer == Future && d.invalid == "" && d.from.Equal(r.today) {
		if start, stop, _ := r.on(&f.clock, d.from); start.Before(r.now) && stop.Before(r.now) { // 3号9点 at 10 on the 3rd
			r.after = r.plus(r.today, 1)
			d = r.resolveDays(f)
			r.after = r.today
		}
	}
	m.Provisional = r.takeProvisional()
	if d.invalid != "" {
		m.Kind, m.Invalid = Day, d.invalid
		return m
	}
	if f.other != nil { // the date counts, the weekday is checked
		said := d.from
		if g := f.other; g.month == 0 && !g.hasYear && g.day == said.Day() { // 上周三(24日)
			said = d.from
		} else if d = r.resolveDays(f.other); d.invalid != "" {
			m.Kind, m.Invalid = Day, d.invalid
			return m
		}
		switch bare := f.from.IsZero(); {
		case f.wd > 0 && weekday(d.from) != f.wd:
			m.Conflict = conflict(d.from, f.wd)
		case !bare && !said.Equal(d.from): // 本周二(12月1日), which is a Tuesday of another week
			m.Conflict = fmt.Sprintf("%d月%d日不是前面说的%d月%d日", d.from.Month(), d.from.Day(), said.Month(), said.Day())
		}
	}
	if f.saidDay > 0 && weekday(d.from) != f.saidDay {
		m.Conflict = conflict(d.from, f.saidDay)
	}
	if f.wd == 6 && f.grain == Week && f.from.IsZero() { // 周末
		d.to, d.grain = r.plus(d.from, 2), OneDay
	}
	if f.clock.set() {
		return p.withClock(m, d.from, &f.clock)
	}
	m.Start, m.Stop, m.Grain = d.from, d.to, d.grain
	m.Kind, m.LastStart = Span, d.from
	if d.grain == OneDay {
		m.LastStart = r.plus(d.to, -1)
		if !d.to.After(r.plus(d.from, 1)) {
			m.Kind = Day
		}
	}
	return m
}

// conflict says on which weekday a date falls.
func conflict(day time.Time, said int) string {
	names := []rune("一二三四五六日")
	return fmt.Sprintf("%d月%d日是周%c,不是周%c", day.Month(), day.Day(), names[weekday(day)-1], names[said-1])
}

// withClock puts a time of day on a day.
func (p *parser) withClock(m Match, day time.Time, c *clock) Match {
	start, stop, others := p.clk.on(c, day)
	m.Start, m.Ambiguous, m.Grain, m.Kind, m.Stop, m.LastStart = start, others, c.grain, Instant, start, start
	m.Approx = m.Approx || c.approx
	if !c.hasHour || c.h2 > 0 {
		m.Kind, m.Stop, m.LastStart = Span, stop, stop
	}
	return m
}

// dayAndClock is a match of a known day with a time of day.
func (p *parser) dayAndClock(i int, day time.Time, c *clock) Match {
	m := p.match(i, c.end)
	m.HasDate, m.HasClock = true, true
	m.ClockPos, m.ClockEnd = p.off[c.pos], p.off[c.end]
	if c.invalid != "" {
		m.Kind, m.Invalid = Instant, c.invalid
		return m
	}
	return p.withClock(m, day, c)
}

// clockAlone chooses the day of a time that was said without one: today, or the day that the preference asks for.
func (p *parser) clockAlone(m *Match, c *clock) {
	r := &p.clk
	*m = p.withClock(*m, r.today, c)
	if r.o.Prefer == Current {
		return
	}
	type reading struct{ start, stop time.Time }
	var all []reading
	length := m.Stop.Sub(m.Start)
	for _, k := range []int{-1, 0, 1} {
		for _, t := range append([]time.Time{m.Start}, m.Ambiguous...) {
			t = t.AddDate(0, 0, k)
			all = append(all, reading{t, t.Add(length)})
		}
	}
	best := -1
	for i, x := range all {
		switch r.o.Prefer {
		case Future:
			if x.stop.Before(r.now) {
				continue
			}
		case Past:
			if x.start.After(r.now) {
				continue
			}
		}
		if best < 0 || absDuration(x.start.Sub(r.now)) < absDuration(all[best].start.Sub(r.now)) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	var others []time.Time
	if len(m.Ambiguous) > 0 { // the other half of the day, when it is on the side that was asked for
		for i, x := range all {
			d := x.start.Sub(all[best].start)
			if i != best && absDuration(d) <= 12*time.Hour && !(r.o.Prefer == Future && x.start.Before(r.now)) && !(r.o.Prefer == Past && x.start.After(r.now)) {
				others = append(others, x.start)
			}
		}
	}
	shift := all[best].stop.Sub(m.Stop)
	m.Start, m.Stop, m.LastStart, m.Ambiguous = all[best].start, all[best].stop, m.LastStart.Add(shift), others
}

func absDuration(d time.Duration) time.Duration { return max(d, -d) }
