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
	follows bool // 次日, 第二天: the day after the one before it, or after today
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
	last int // of several that follow on each other, the last one; 0 is n itself
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

// namesDay says whether the fields name one day, so that a time of day can go with it.
func (f *fields) namesDay() bool {
	return f.day > 0 || f.wd > 0 || f.fest != nil || !f.from.IsZero() && f.grain == OneDay || len(f.sels) > 0
}

// hasWeek says whether a weekday was said.
func (f *fields) hasWeek() bool { return f.wd > 0 || f.saidDay > 0 }

// days is a resolved run of days.
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
