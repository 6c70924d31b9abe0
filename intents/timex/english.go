package timex

import "time"

var englishMonths = []word[int]{
	{"january", 1}, {"february", 2}, {"march", 3}, {"april", 4}, {"june", 6}, {"july", 7}, {"august", 8}, {"september", 9}, {"october", 10}, {"november", 11}, {"december", 12},
	{"sept", 9}, {"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"may", 5}, {"jun", 6}, {"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12},
}

var englishWeekdays = []word[int]{
	{"monday", 1}, {"tuesday", 2}, {"wednesday", 3}, {"thursday", 4}, {"friday", 5}, {"saturday", 6}, {"sunday", 7},
	{"thurs", 4}, {"tues", 2}, {"thur", 4}, {"mon", 1}, {"tue", 2}, {"wed", 3}, {"thu", 4}, {"fri", 5}, {"sat", 6}, {"sun", 7},
}

var englishNumbers = []word[float64]{
	{"half an", 0.5}, {"half a", 0.5}, {"an", 1}, {"a couple of", 2}, {"a", 1}, {"one", 1}, {"two", 2}, {"three", 3}, {"four", 4}, {"five", 5}, {"six", 6}, {"seven", 7}, {"eight", 8},
	{"nine", 9}, {"ten", 10}, {"eleven", 11}, {"twelve", 12}, {"fifteen", 15}, {"twenty", 20}, {"thirty", 30},
}

var englishUnits = []word[unit]{
	{"working days", unit{grain: OneDay, workday: true}}, {"working day", unit{grain: OneDay, workday: true}}, {"business days", unit{grain: OneDay, workday: true}},
	{"seconds", unit{grain: Second, seconds: 1}}, {"second", unit{grain: Second, seconds: 1}}, {"minutes", unit{grain: Minute, seconds: 60}}, {"minute", unit{grain: Minute, seconds: 60}},
	{"mins", unit{grain: Minute, seconds: 60}}, {"min", unit{grain: Minute, seconds: 60}}, {"hours", unit{grain: Hour, seconds: 3600}}, {"hour", unit{grain: Hour, seconds: 3600}},
	{"hrs", unit{grain: Hour, seconds: 3600}}, {"hr", unit{grain: Hour, seconds: 3600}}, {"days", unit{grain: OneDay, days: 1}}, {"day", unit{grain: OneDay, days: 1}},
	{"weeks", unit{grain: Week, days: 7}}, {"week", unit{grain: Week, days: 7}}, {"months", unit{grain: Month, months: 1}}, {"month", unit{grain: Month, months: 1}},
	{"years", unit{grain: Year, months: 12}}, {"year", unit{grain: Year, months: 12}},
}

// latin finds one of the words at i as a whole word.
func latin[T any](p *parser, i int, table []word[T]) (T, int) {
	var none T
	if letter(p.at(i - 1)) {
		return none, -1
	}
	for _, w := range table {
		if e := p.lit(i, w.text); e >= 0 && !letter(p.at(e)) {
			return w.value, e
		}
	}
	return none, -1
}

// words matches whole Latin words with single blanks between them.
func (p *parser) words(i int, list ...string) int {
	for _, w := range list {
		if e := p.lit(i, w); e >= 0 && !letter(p.at(e)) && !letter(p.at(i-1)) {
			return e
		}
	}
	return -1
}

var englishDays = []word[int]{{"the day before yesterday", -2}, {"the day after tomorrow", 2}, {"day after tomorrow", 2}, {"yesterday", -1}, {"today", 0}, {"tomorrow", 1}, {"tmr", 1}, {"tonight", 0}}

// englishDate reads an English date: tomorrow, next Monday, Dec 1st, 1 December 2026.
func (p *parser) englishDate(i int, f *fields) bool {
	r := &p.clk
	if k, e := latin(p, i, englishDays); e >= 0 {
		f.from = r.plus(r.today, k)
		f.to, f.grain, f.end = r.plus(f.from, 1), OneDay, e
		if p.lit(i, "tonight") >= 0 {
			f.clock = clock{pos: i, end: e, part: evening, grain: Hour}
		}
		p.englishTail(f)
		return true
	}
	k, e, rel := 0, i, false
	switch {
	case p.words(i, "next") > 0:
		k, e, rel = 1, p.space(i+4), true
	case p.words(i, "last") > 0:
		k, e, rel = -1, p.space(i+4), true
	case p.words(i, "this", "on") > 0:
		e, rel = p.space(p.words(i, "this", "on")), p.at(i) == 't'
	}
	if wd, we := latin(p, e, englishWeekdays); we >= 0 && (we-e > 3 || rel || p.at(i) == 'o' || we == len(p.src) || p.at(we) == ' ' && p.englishClockNext(we)) {
		if rel {
			f.from = r.monday(r.today, k)
			f.to, f.grain = r.plus(f.from, 7), Week
		}
		f.wd, f.end = wd, we
		p.englishTail(f)
		return true
	}
	if rel && p.englishFrame(e, k, f) {
		return true
	}
	return p.englishMonthDate(e, f)
}

// englishFrame reads week, weekend, month and year after next, last and this.
func (p *parser) englishFrame(e, k int, f *fields) bool {
	r := &p.clk
	y, m, _ := r.today.Date()
	switch {
	case p.words(e, "week") > 0:
		f.from = r.monday(r.today, k)
		f.to, f.grain, f.end = r.plus(f.from, 7), Week, e+4
	case p.words(e, "weekend") > 0:
		f.from = r.plus(r.monday(r.today, k), 5)
		f.to, f.grain, f.end = r.plus(f.from, 2), OneDay, e+7
	case p.words(e, "month") > 0:
		f.from = r.day(y, int(m)+k, 1)
		f.to, f.grain, f.end = addMonths(f.from, 1), Month, e+5
	case p.words(e, "year") > 0:
		f.from, f.to, f.grain, f.end = r.day(y+k, 1, 1), r.day(y+k+1, 1, 1), Year, e+4
	default:
		return false
	}
	return true
}

// englishMonthDate reads Dec 1st, December 1, 2026 and 1st of December.
func (p *parser) englishMonthDate(i int, f *fields) bool {
	m, e := latin(p, i, englishMonths)
	if e < 0 {
		return false
	}
	e = p.opt(e, ".")
	j := p.space(e)
	d, de, ok := p.small(j, 1, 31)
	if !ok || !digit(p.at(j)) || j == e {
		if e-i <= 3 || p.lit(i, "march") >= 0 || p.lit(i, "may") >= 0 {
			return false // may, mar and march are other words too
		}
		f.month, f.end = m, e
		p.englishYear(f)
		return true
	}
	f.month, f.day, f.end = m, d, p.opt(de, "st", "nd", "rd", "th")
	if p.at(f.end) == ':' || letter(p.at(f.end)) {
		return false
	}
	p.englishYear(f)
	p.englishTail(f)
	return true
}

func (p *parser) englishYear(f *fields) {
	j := p.space(p.opt(f.end, ","))
	if n, ok := p.number(j); ok && n.arabic && n.digits == 4 && n.int() > 1900 && n.int() < 2200 && j > f.end {
		f.year, f.hasYear, f.end = n.int(), true, n.end
	}
}

// englishTail reads a time of day behind a date: at 3pm, 10:30, morning.
func (p *parser) englishTail(f *fields) {
	j := p.space(p.opt(p.space(f.end), ","))
	j = p.space(max(j, p.words(j, "at", "from")))
	if c, ok := p.englishClock(j, true); ok {
		f.clock, f.end = c, c.end
	}
}

func (p *parser) englishClockNext(i int) bool {
	j := p.space(i)
	j = p.space(max(j, p.words(j, "at")))
	_, ok := p.englishClock(j, p.words(p.space(i), "at") > 0)
	return ok
}

var englishParts = []word[part]{{"in the morning", morning}, {"in the afternoon", afternoon}, {"in the evening", evening}, {"at night", evening}, {"morning", morning}, {"afternoon", afternoon}, {"evening", evening}, {"night", evening}}

// englishClock reads 3pm, 10:30 am, half past nine, noon; a bare hour only when evidence says so.
func (p *parser) englishClock(i int, evidence bool) (clock, bool) {
	c := clock{pos: i, grain: Hour}
	if v, e := latin(p, i, englishParts); e >= 0 && evidence {
		c.part, c.end = v, e
		return c, true
	}
	if e := p.words(i, "noon", "midday"); e > 0 {
		c.h, c.hasHour, c.exact, c.end = 12, true, true, e
		return c, true
	}
	if e := p.words(i, "midnight"); e > 0 {
		c.h, c.hasHour, c.exact, c.end = 24, true, true, e
		return c, true
	}
	shift, back := 0, false
	j := i
	for _, w := range []word[int]{{"half past", 30}, {"quarter past", 15}, {"a quarter past", 15}, {"quarter to", -15}, {"a quarter to", -15}} {
		if e := p.words(j, w.text); e > 0 {
			shift, back, j = w.value, w.value < 0, p.space(e)
			c.grain = Minute
		}
	}
	h, e := 0, -1
	if digit(p.at(j)) {
		n := p.arabic(j)
		if n.digits <= 2 && n.whole() {
			h, e = n.int(), n.end
			if p.at(e) == ':' {
				if !p.digital(n, e+1, &c, evidence) {
					return c, false
				}
				return c, true
			}
		}
	} else if v, we := latin(p, j, englishNumbers); we >= 0 && v >= 1 && v <= 12 && p.at(j) != 'a' {
		h, e = int(v), we
	}
	if e < 0 || h > 24 {
		return c, false
	}
	c.h, c.hasHour, c.end = h, true, e
	marked := shift != 0
	if o := p.words(p.space(e), "o'clock", "oclock", "o’clock"); o > 0 {
		c.end, marked = o, true
	}
	was := c.end
	p.meridiem(&c)
	marked = marked || c.end > was
	if !marked && (!evidence || letter(p.at(e)) || p.at(e) == '-' || p.at(e) == '/' || han(p.at(e))) {
		return c, false
	}
	if shift != 0 {
		c.m = (60 + shift) % 60
		if back {
			c.h--
		}
	}
	if !c.exact {
		if v, pe := latin(p, p.space(c.end), englishParts); pe >= 0 {
			c.part, c.end = v, pe
		}
	}
	return c, true
}

// meridiem reads am and pm behind an hour.
func (p *parser) meridiem(c *clock) {
	j := p.space(c.end)
	e := p.oneOf(j, "a.m.", "p.m.", "a.m", "p.m", "am", "pm")
	if e < 0 || letter(p.at(e)) || c.h > 12 || c.invalid != "" {
		return
	}
	c.h %= 12
	if p.at(j) == 'p' {
		c.h += 12
	}
	c.exact, c.end = true, e
}

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
		if a, ok := p.pointAt(p.space(e), false); ok && letterOrDigit(p.at(p.space(e))) {
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
