package timex

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// everyMonth reads 每月5号, 每月底, 每月最后一天, 每月第一个周一, 每月1号和15号.
func (p *parser) everyMonth(i, n int, u *rule) bool {
	u.freq, u.interval, u.end = "MONTHLY", n, i
	u.next = func(_ *reckoner, from time.Time) time.Time { return from }
	j := p.opt(i, "份")
	j = p.opt(j, "的")
	if p.everyLunar(j, u) {
		return true
	}
	var md []string
	for range 31 {
		d, e, ok := p.small(j, 1, 31)
		if !ok || !p.in(e, "号日") && !p.in(e, "、和,到至-") {
			break
		}
		md = append(md, strconv.Itoa(d))
		u.end = p.opt(e, "号", "日")
		j = p.opt(u.end, "、", "和", "及", ",")
		if j == u.end {
			break
		}
	}
	if len(md) == 1 { // 每月10号到15号
		if s := p.rangeSep(u.end); s >= 0 {
			if to, e, ok := p.small(s, 1, 31); ok && p.in(e, "号日") && to > atoi(md[0]) {
				u.length, u.end = to-atoi(md[0])+1, e+1
			}
		}
	}
	if len(md) > 0 {
		u.parts = []string{"BYMONTHDAY=" + strings.Join(md, ",")}
		return p.nextBy(u, func(_ *reckoner, d time.Time) bool { return contains(md, d.Day()) })
	}
	if p.at(j) == '月' && p.in(j+1, "底末初中") { // 每月月底
		j++
	}
	var f fields
	f.month = 1
	if !p.selectors(j, &f) || len(f.sels) != 1 {
		return true
	}
	return p.everySelected(f.sels[0], f.end, u)
}

// everyLunar reads a lunar day after 每月 or 每年: 每月初一, 每年农历八月十五. No rule holds it.
func (p *parser) everyLunar(i int, u *rule) bool {
	e := p.oneOf(i, "农历", "阴历", "旧历", "老历")
	if e < 0 && p.at(i) == '初' && chineseDigit(p.at(i+1)) > 0 {
		e = i + 1
	}
	if e < 0 {
		return false
	}
	var f fields
	if p.date(i, &f) && f.lunar {
		e = f.end
	} else if _, end, ok := p.small(e, 1, 31); ok {
		e = end
	}
	u.end, u.invalid = e, movable
	return true
}

// everySelected is a rule for the part of a month that s picks.
func (p *parser) everySelected(s selector, end int, u *rule) bool {
	switch s.what {
	case selEnd:
		u.parts = []string{"BYMONTHDAY=-1"}
	case selLast:
		switch {
		case s.n == 1 && s.unit == OneDay:
			u.parts = []string{"BYMONTHDAY=-1"}
		case s.n == 1 && s.unit == Week:
			u.parts, u.length, u.approx = []string{"BYDAY=-1MO"}, 7, true
			s.what, s.n, s.wd = selWeekday, -1, 1
		default:
			return true
		}
	case selStart:
		u.parts = []string{"BYMONTHDAY=1"}
	case selTenDays:
		u.parts, u.length = []string{"BYMONTHDAY=" + strconv.Itoa(10*s.n-9)}, 10
	case selMiddle:
		u.parts = []string{"BYMONTHDAY=15"}
	case selNth:
		if s.unit != OneDay || s.n > 31 {
			return true
		}
		u.parts = []string{"BYMONTHDAY=" + strconv.Itoa(s.n)}
	case selWeekday:
		u.parts = []string{fmt.Sprintf("BYDAY=%d%s", s.n, dayNames[s.wd])}
	case selWorkday:
		u.parts = []string{"BYDAY=MO,TU,WE,TH,FR", fmt.Sprintf("BYSETPOS=%d", s.n)}
	case selWeek:
		u.parts, u.length = []string{fmt.Sprintf("BYDAY=%dMO", s.n)}, 7
		s.what, s.wd = selWeekday, 1
	case selWeekend:
		u.parts = []string{fmt.Sprintf("BYDAY=%dSA", s.n)}
		s.what, s.wd = selWeekday, 6
	default:
		return true
	}
	u.end = end
	return p.nextBy(u, func(r *reckoner, d time.Time) bool {
		first := r.day(d.Year(), int(d.Month()), 1)
		month := days{from: first, to: addMonths(first, 1), grain: Month}
		switch s.what {
		case selEnd, selLast:
			return d.AddDate(0, 0, 1).Day() == 1
		case selStart:
			return d.Day() == 1
		case selMiddle:
			return d.Day() == 15
		case selWorkday: // by weekdays alone, as the rule says
			day, ok := r.plainWorkday(month, s.n)
			return ok && day.Equal(d)
		}
		got := r.selected(s, month)
		return got.invalid == "" && got.from.Equal(d)
	})
}

// plainWorkday is the n-th day from Monday to Friday of a month; an RRULE knows no holidays.
func (r *reckoner) plainWorkday(d days, n int) (time.Time, bool) {
	plain := reckoner{o: r.o, now: r.now, today: r.today, cal: weekdaysOnly{}}
	return plain.workdayIn(d.from, d.to, n)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // written by Itoa
	return n
}

func contains(list []string, n int) bool {
	for _, s := range list {
		if s == strconv.Itoa(n) {
			return true
		}
	}
	return false
}

// nextBy sets the first occurrence to the first day that fits.
func (p *parser) nextBy(u *rule, fits func(*reckoner, time.Time) bool) bool {
	u.hasDay = true
	u.next = func(r *reckoner, from time.Time) time.Time {
		for d, n := from, 0; n < 366*9; d, n = r.plus(d, 1), n+1 {
			if fits(r, d) {
				return d
			}
		}
		return from
	}
	return true
}

// weekdaysOnly is a calendar without holidays, as an RRULE has it.
type weekdaysOnly struct{}

func (weekdaysOnly) Workday(day time.Time) (work, announced bool) { return weekday(day) < 6, true }
