package timex

import "time"

// english reads the English phrases that do not begin with a date: in 2 hours, every Friday at 10, 3pm, 2 days ago.
func (p *parser) english(i int) (Match, bool) {
	if !letter(p.at(i)) && !digit(p.at(i)) || letter(p.at(i-1)) || digit(p.at(i-1)) {
		return Match{}, false
	}
	if e := p.words(i, "every", "each"); e > 0 {
		return p.englishEvery(i, p.space(e))
	}
	if e := p.words(i, "now", "right now"); e > 0 {
		m := p.match(i, e)
		m.Kind, m.Start, m.Stop, m.LastStart, m.Grain, m.HasDate, m.HasClock = Instant, p.clk.now, p.clk.now, p.clk.now, Second, true, true
		return m, true
	}
	if m, ok := p.englishPreposition(i); ok {
		return m, true
	}
	if l, ok := p.englishLength(i); ok {
		j := p.space(l.end)
		if e := p.words(j, "ago"); e > 0 {
			return p.distance(i, e, &l, -1), true
		}
		if e := p.words(j, "later", "from now"); e > 0 {
			return p.distance(i, e, &l, 1), true
		}
		m := p.match(i, l.end)
		m.Kind, m.Duration, m.Grain = Length, l.duration(), l.unit
		return m, true
	}
	if d, e, ok := p.small(i, 1, 31); ok && digit(p.at(i)) { // 1st of December
		j := p.space(p.opt(e, "st", "nd", "rd", "th"))
		j = p.space(max(j, p.words(j, "of")))
		if m, me := latin(p, j, englishMonths); me >= 0 && j > e {
			var a point
			a.f = fields{pos: i, month: m, day: d, end: me}
			p.englishYear(&a.f)
			p.englishTail(&a.f)
			return p.resolvePoint(&a, i), true
		}
	}
	return p.englishClockPhrase(i)
}

// englishPreposition reads in 2 hours, within a week, by Friday, since 2 December.
func (p *parser) englishPreposition(i int) (Match, bool) {
	if e := p.words(i, "in", "within", "for", "after"); e > 0 {
		l, ok := p.englishLength(p.space(e))
		switch {
		case !ok:
		case p.at(i) == 'i' || p.at(i) == 'a':
			return p.distance(i, l.end, &l, 1), true
		case p.at(i) == 'w':
			return p.withinPhrase(i, l.end, &l), true
		}
	}
	if e := p.words(i, "by", "before", "until", "till", "since"); e > 0 {
		if a, ok := p.pointAt(p.space(e)); ok && letterOrDigit(p.at(p.space(e))) {
			m := p.resolvePoint(&a, i)
			if m.Invalid != "" {
				return m, true
			}
			mod := map[rune]Mod{'s': Since, 'u': Until, 't': Until}[p.at(i)]
			if mod == "" {
				mod = Before
				if p.at(i+1) == 'y' { // by Friday: Friday is included
					mod = Until
				}
			}
			return p.openSpan(m, mod, i, a.f.end), true
		}
	}
	return Match{}, false
}

// englishClockPhrase reads at 10, 9am-11am, 3pm tomorrow.
func (p *parser) englishClockPhrase(i int) (Match, bool) {
	at := max(i, p.words(i, "at"))
	c, ok := p.englishClock(p.space(at), at > i)
	if !ok || c.part != noPart && !c.hasHour {
		return Match{}, false
	}
	a := point{f: fields{pos: i, clock: c, end: c.end}}
	m := p.resolvePoint(&a, i)
	if s := p.rangeSep(p.space(c.end)); s >= 0 {
		if c2, ok := p.englishClock(s, true); ok {
			b := point{f: fields{pos: s, clock: c2, end: c2.end}}
			return p.rangeOf(i, &a, &b)
		}
	}
	// 3pm tomorrow, 10am on Friday
	j := p.space(c.end)
	var f fields
	if letter(p.at(j)) && p.englishDate(max(j, p.space(max(j, p.words(j, "on")))), &f) && !f.clock.set() {
		f.clock, f.pos = c, i
		return p.resolvePoint(&point{f}, i), true
	}
	return m, m.Invalid != "" || c.hasHour
}

func letterOrDigit(r rune) bool { return letter(r) || digit(r) }

// englishLength reads 2 hours, half an hour, an hour and a half is left to its first part.
func (p *parser) englishLength(i int) (length, bool) {
	l := length{pos: i}
	var v float64
	j := -1
	if digit(p.at(i)) {
		n := p.arabic(i)
		v, j = n.value, n.end
	} else {
		v, j = latin(p, i, englishNumbers)
	}
	if j < 0 {
		return l, false
	}
	j = p.space(j)
	if p.at(j) == '-' {
		j++
	}
	u, e := unit{}, -1
	for _, w := range englishUnits {
		if x := p.lit(j, w.text); x >= 0 && !letter(p.at(x)) {
			u, e = w.value, x
			break
		}
	}
	if e < 0 {
		return l, false
	}
	l.add(v, u)
	l.end = e
	return l, l.sane()
}

// englishEvery reads what follows every: Friday at 10, day, two weeks, month.
func (p *parser) englishEvery(i, j int) (Match, bool) {
	u := rule{interval: 1, next: func(_ *reckoner, from time.Time) time.Time { return from }}
	if p.words(j, "other") > 0 {
		u.interval, j = 2, p.space(j+5)
	} else if v, ok := p.number(j); ok && v.arabic && v.int() > 0 {
		u.interval, j = v.int(), p.space(v.end)
	} else if v, e := latin(p, j, englishNumbers); e >= 0 && v > 1 {
		u.interval, j = int(v), p.space(e)
	}
	if wd, e := latin(p, j, englishWeekdays); e >= 0 {
		u.freq, u.end, u.parts = "WEEKLY", e, []string{"BYDAY=" + dayNames[wd]}
		p.nextBy(&u, func(_ *reckoner, d time.Time) bool { return weekday(d) == wd })
		return p.englishRecurring(i, &u)
	}
	if e := p.words(j, "weekday", "workday", "working day"); e > 0 {
		workdays(&u)
		u.end = e
		return p.englishRecurring(i, &u)
	}
	g, e := latin(p, j, englishUnits)
	freq, ok := map[Grain]string{OneDay: "DAILY", Week: "WEEKLY", Month: "MONTHLY", Year: "YEARLY"}[g.grain]
	if e < 0 || !ok {
		if v, pe := latin(p, j, englishParts); pe >= 0 && v != noPart {
			u.freq, u.end = "DAILY", j
			return p.englishRecurring(i, &u)
		}
		return Match{}, false
	}
	u.freq, u.end = freq, e
	return p.englishRecurring(i, &u)
}

func (p *parser) englishRecurring(i int, u *rule) (Match, bool) {
	f := fields{end: u.end}
	p.englishTail(&f)
	return p.recurringAt(i, u, f.clock)
}
