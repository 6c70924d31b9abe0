package timex

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
	{"h", unit{grain: Hour, seconds: 3600}}, {"hrs", unit{grain: Hour, seconds: 3600}}, {"hr", unit{grain: Hour, seconds: 3600}}, {"days", unit{grain: OneDay, days: 1}}, {"day", unit{grain: OneDay, days: 1}},
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
