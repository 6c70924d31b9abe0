package timex

import (
	"time"
)

// inSpan applies weekday, selectors, shifts and days off to a frame.
func (r *reckoner) inSpan(f *fields, d days) days {
	if d.invalid != "" {
		return d
	}
	if f.wd > 0 && (!f.from.IsZero() || f.hasYear || f.month > 0) && len(f.sels) == 0 && d.grain == Week {
		d.from = r.plus(d.from, f.wd-1)
		d.to, d.grain = r.plus(d.from, 1), OneDay
	}
	for _, s := range f.sels {
		d = r.selected(s, d)
		if d.invalid != "" {
			return d
		}
	}
	switch f.off {
	case wholeHoliday, afterHoliday, beforeHoliday:
		from, to, announced, ok := r.holidaySpan(d.from)
		r.provisional = r.provisional || !announced
		if ok {
			d.from, d.to = from, to
		}
		switch f.off {
		case wholeHoliday:
			d.grain = OneDay
		case beforeHoliday:
			d.to = r.plus(d.from, 1)
		case afterHoliday:
			d.from = r.plus(d.to, -1)
		}
	}
	if f.workShift != 0 {
		base := d.from
		if f.workShift > 0 {
			base = r.plus(d.to, -1)
		}
		d.from = r.addWorkdays(base, f.workShift)
		d.to, d.grain = r.plus(d.from, 1), OneDay
	}
	switch {
	case f.weekShift > 0:
		d.from, d.to, d.grain = d.to, r.plus(d.to, 7*f.weekShift), Week
	case f.weekShift < 0:
		d.from, d.to, d.grain = r.plus(d.from, 7*f.weekShift), d.from, Week
	}
	if f.shift > 0 {
		d.from = r.plus(d.to, f.shift-1)
		d.to, d.grain = r.plus(d.from, 1), OneDay
	} else if f.shift < 0 {
		d.from = r.plus(d.from, f.shift)
		d.to, d.grain = r.plus(d.from, 1), OneDay
	}
	return d
}

// selected is the part of d that s picks.
func (r *reckoner) selected(s selector, d days) days {
	none := days{invalid: "没有这一天"}
	one := func(day time.Time, ok bool) days {
		if !ok {
			return none
		}
		return days{from: day, to: r.plus(day, 1), grain: OneDay}
	}
	year := d.from.Year()
	switch s.what {
	case selStart, selMiddle, selEnd:
		return r.phase(s.what, d)
	case selTenDays:
		from := r.plus(d.from, 10*(s.n-1))
		last := max(s.n, s.last)
		to := r.plus(d.from, 10*last)
		if last == 3 {
			to = d.to
		}
		return days{from: from, to: to, grain: OneDay}
	case selQuarter:
		return days{from: r.day(year, 3*s.n-2, 1), to: r.day(year, 3*s.n+1, 1), grain: Quarter}
	case selHalf:
		return days{from: r.day(year, 6*s.n-5, 1), to: r.day(year, 6*s.n+1, 1), grain: Quarter}
	case selSpread:
		return days{from: d.from, to: addMonths(d.from, s.n), grain: Month}
	case selHalfMonth:
		if s.n == 1 {
			return days{from: d.from, to: r.plus(d.from, 15), grain: OneDay}
		}
		return days{from: r.plus(d.from, 15), to: d.to, grain: OneDay}
	case selSeason:
		from, ok := r.solarTerm(year, 2+6*s.n)
		to, ok2 := r.solarTerm(year+s.n/3, (8+6*s.n)%24)
		if !ok || !ok2 {
			return none
		}
		return days{from: from, to: to, grain: Quarter}
	case selWeek:
		day, ok := r.nthWeekday(d.from, d.to, s.n, 1)
		if !ok {
			return none
		}
		return days{from: day, to: r.plus(day, 7), grain: Week}
	case selWeekday:
		return one(r.nthWeekday(d.from, d.to, s.n, s.wd))
	case selWorkday:
		return one(r.workdayIn(d.from, d.to, s.n))
	case selWeekend:
		day, ok := r.nthWeekday(d.from, d.to, s.n, 6)
		if !ok {
			return none
		}
		return days{from: day, to: r.plus(day, 2), grain: OneDay}
	case selMonth:
		if s.n < 0 {
			return days{from: addMonths(d.to, -1), to: d.to, grain: Month}
		}
		from := addMonths(d.from, s.n-1)
		return days{from: from, to: addMonths(from, 1), grain: Month}
	}
	return r.counted(s, d)
}

// counted picks the first, the last or the n-th units of a frame.
func (r *reckoner) counted(s selector, d days) days {
	step := func(t time.Time, n int) time.Time {
		switch s.unit {
		case Week:
			return r.plus(t, 7*n)
		case Month:
			return addMonths(t, n)
		case Quarter:
			return addMonths(t, 3*n)
		case Year:
			return addMonths(t, 12*n)
		}
		return r.plus(t, n)
	}
	base, grain := d.from, s.unit
	if s.unit == Week && s.what != selLast {
		base, _ = r.nthWeekday(d.from, d.to, 1, 1)
	}
	out := days{grain: grain}
	switch s.what {
	case selFirst:
		out.from, out.to = base, step(base, s.n)
	case selLast:
		out.to = d.to
		if s.unit == Week { // whole weeks
			out.to = r.monday(d.to, 0)
		}
		out.from = step(out.to, -s.n)
	case selNth:
		if s.n < 0 {
			base = d.to
			s.n++
			if s.unit == Week {
				base = r.monday(d.to, 0)
			}
		}
		out.from, out.to = step(base, s.n-1), step(base, s.n)
	}
	if out.from.Before(d.from) || s.unit != Week && out.to.After(d.to) {
		return days{invalid: "没有这一天"}
	}
	return out
}

// phase is the beginning, middle or end of a month, quarter or year: five days, ten days around the middle, the
// days from the 25th on; a month or more of longer frames.
func (r *reckoner) phase(what selection, d days) days {
	usage := &r.o.Usage
	if d.grain == Year || d.grain == Quarter {
		months := 1
		if d.grain == Year {
			months = max(1, usage.YearEdge)
		}
		switch what {
		case selStart:
			return days{from: d.from, to: addMonths(d.from, months), grain: Month}
		case selEnd:
			return days{from: addMonths(d.to, -months), to: d.to, grain: Month}
		}
		n := 1
		if d.grain == Year {
			n = 5
		}
		from := addMonths(d.from, n)
		return days{from: from, to: addMonths(d.to, -n), grain: Month}
	}
	edge := 5
	if d.grain == Week {
		edge = 2
	}
	switch what {
	case selStart:
		return days{from: d.from, to: r.plus(d.from, edge), grain: OneDay}
	case selEnd:
		if d.grain == Month { // from the 25th on
			return days{from: r.plus(d.from, 24), to: d.to, grain: OneDay}
		}
		return days{from: r.plus(d.to, -edge), to: d.to, grain: OneDay}
	}
	if d.grain == Week {
		return days{from: r.plus(d.from, 2), to: r.plus(d.from, 4), grain: OneDay}
	}
	return days{from: r.plus(d.from, 10), to: r.plus(d.from, 20), grain: OneDay}
}
