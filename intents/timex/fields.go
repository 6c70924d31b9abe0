package timex

import (
	"fmt"
	"time"
)

// fields is what a phrase says about a date and a time of day, before what is missing is filled in.
type fields struct {
	pos, end int

	year, month, day int // month and day are 0 when not said
	hasYear          bool
	lunar, leap      bool
	wd               int // a weekday that was said without its week, or within the span
	fest             *festival
	from, to         time.Time // days that need nothing else: 明天, 下周
	sels             []selector
	off              daysOff
	shift            int // days before or after: 元旦前一天
	workShift        int // working days before or after: 国庆后第一个工作日
	weekShift        int // whole weeks before or after: 春节前一周

	grain   Grain
	clock   clock
	workday bool    // from was found by counting working days
	saidDay int     // the weekday that was said besides: 12月1日(周二)
	other   *fields // the date that was said besides: 周五(11月27日)
	approx  bool
	invalid string
	inMonth bool // the selectors pick from a month that was not said: 月底
}

// daysOff asks for the days off around a festival.
type daysOff int

const (
	noDaysOff daysOff = iota
	wholeHoliday
	afterHoliday
	beforeHoliday
)

// selector picks a part of a frame such as a month or a year.
type selector struct {
	what selection
	n    int // which one; -1 is the last
	wd   int
	unit Grain
}

type selection int

const (
	selStart     selection = iota + 1 // 月初
	selMiddle                         // 月中
	selEnd                            // 月底
	selTenDays                        // 上旬
	selQuarter                        // 第二季度
	selHalf                           // 上半年
	selSeason                         // 夏天
	selWeek                           // 第一周
	selWeekday                        // 第一个周一
	selFirst                          // 前三天
	selLast                           // 最后两天
	selNth                            // 第三天
	selWorkday                        // 第一个工作日
	selWeekend                        // the weekend of a week
	selMonth                          // 末月, 首月
	selHalfMonth                      // 上半月
	selSpread                         // 三四月: the month and the next
)

func (f *fields) hasDate() bool {
	return f.hasYear || f.month > 0 || f.day > 0 || f.wd > 0 || f.fest != nil || !f.from.IsZero() || len(f.sels) > 0
}

// span is a resolved run of days.
type days struct {
	from, to time.Time
	grain    Grain
	invalid  string
	// provisional is set when a year without announced holidays was asked about.
	provisional bool
}

// candidate resolves the fields when what is missing is k units away from the present one.
func (r *reckoner) candidate(f *fields, k int) (days, bool) {
	r.provisional = false
	d, ok := r.reading(f, k)
	d.provisional = r.takeProvisional()
	return d, ok
}

func (r *reckoner) reading(f *fields, k int) (days, bool) {
	year, month := f.year, f.month
	y, m, _ := r.today.Date()
	switch {
	case !f.from.IsZero():
		if f.workday {
			_, known := r.cal.Workday(f.from)
			r.provisional = !known
		}
		return r.inSpan(f, days{from: f.from, to: f.to, grain: f.grain}), k == 0
	case f.wd > 0 && !f.hasYear && f.month == 0 && len(f.sels) == 0:
		day := r.plus(r.monday(r.today, k), f.wd-1)
		return days{from: day, to: r.plus(day, 1), grain: OneDay}, true
	case f.lunar && f.month == 0 && f.day > 0 && !f.hasYear: // 廿一 is one of this lunar month
		from, ok := r.lunarMonthOf(r.plus(r.today, 29*k))
		day := r.plus(from, f.day-1)
		return r.inSpan(f, days{from: day, to: r.plus(day, 1), grain: OneDay}), ok
	case f.fest != nil || f.month > 0 || f.lunar:
		if !f.hasYear {
			year = y + k
		} else if k != 0 {
			return days{}, false
		}
	case f.day > 0 || f.inMonth:
		if f.hasYear {
			return days{invalid: "缺少月份"}, k == 0
		}
		t := r.day(y, int(m)+k, 1)
		year, month = t.Year(), int(t.Month())
	case !f.hasYear && len(f.sels) > 0 && f.sels[0].what == selHalf: // 上半年 is one of this year
		year = y
		if k != 0 {
			return days{}, false
		}
	case !f.hasYear:
		year = y + k
	default:
		if k != 0 {
			return days{}, false
		}
	}
	return r.inSpan(f, r.frame(f, year, month)), true
}

// frame is the year, month or day that year and month name, with the fields' own day.
func (r *reckoner) frame(f *fields, year, month int) days {
	switch {
	case f.fest != nil:
		day, ok := r.festivalDay(f.fest, year)
		if !ok {
			return days{invalid: fmt.Sprintf("%d年没有这一天", year)}
		}
		return days{from: day, to: r.plus(day, 1), grain: OneDay}
	case f.lunar:
		return r.lunarFrame(f, year, month)
	case month == 0:
		return days{from: r.day(year, 1, 1), to: r.day(year+1, 1, 1), grain: Year}
	case f.day == 0:
		return days{from: r.day(year, month, 1), to: r.day(year, month+1, 1), grain: Month}
	}
	day := r.day(year, month, f.day)
	if day.Day() != f.day {
		return days{invalid: fmt.Sprintf("没有%d月%d日", month, f.day)}
	}
	return days{from: day, to: r.plus(day, 1), grain: OneDay}
}

func (r *reckoner) lunarFrame(f *fields, year, month int) days {
	if month == 0 {
		from, to, ok := r.lunarYear(year)
		if !ok {
			return days{invalid: "这一年的农历无法换算"}
		}
		return days{from: from, to: to, grain: Year}
	}
	from, to, ok := r.lunarMonth(year, month, f.leap)
	if !ok {
		return days{invalid: fmt.Sprintf("农历%d年没有闰%d月", year, month)}
	}
	if f.day == 0 {
		return days{from: from, to: to, grain: Month}
	}
	day := r.plus(from, f.day-1)
	if !day.Before(to) {
		return days{invalid: fmt.Sprintf("农历%d年%d月没有%d日", year, month, f.day)}
	}
	return days{from: day, to: r.plus(day, 1), grain: OneDay}
}

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
		to := r.plus(from, 10)
		if s.n == 3 {
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

// resolveDays fills in what is missing according to the preference.
func (r *reckoner) resolveDays(f *fields) days {
	d := r.choose(f)
	r.provisional = d.provisional
	return d
}

func (r *reckoner) choose(f *fields) days {
	var best days
	found := false
	first, ok := r.candidate(f, 0)
	if ok && first.invalid == "" && r.o.Prefer == Current {
		return first
	}
	if _, open := r.candidate(f, 1); !open {
		return first
	}
	span := 1
	if f.wd == 0 {
		span = 12
	}
	dist := func(d days) time.Duration {
		switch {
		case d.to.After(r.today) && !d.from.After(r.today):
			return 0
		case d.from.After(r.today):
			return d.from.Sub(r.today)
		}
		return r.today.Sub(d.to)
	}
	for k := range span + 1 {
		for _, k := range []int{k, -k} {
			d, ok := r.candidate(f, k)
			if !ok || d.invalid != "" {
				continue
			}
			switch {
			case r.o.Prefer == Future && !d.to.After(r.after), r.o.Prefer == Past && d.from.After(r.today):
				continue
			}
			if !found || dist(d) < dist(best) {
				best, found = d, true
			}
		}
		if found && k > 1 {
			break
		}
	}
	if !found {
		return first
	}
	return best
}
