package timex

import (
	"fmt"
	"strconv"
	"time"
)

// everyQuarter reads 每季度, 每季度末, 每季度末月25日, 每季度第一个月5号, 每季度首月.
func (p *parser) everyQuarter(i, n int, u *rule) bool {
	u.freq, u.interval, u.end = "MONTHLY", 3*n, i
	u.next = func(_ *reckoner, from time.Time) time.Time { return from }
	j := p.opt(i, "的")
	months, last := "", 0
	switch {
	case p.oneOf(j, "末月", "末的月", "最后一个月") >= 0:
		j, last, months = p.oneOf(j, "末月", "末的月", "最后一个月"), 3, "3,6,9,12"
	case p.oneOf(j, "首月", "第一个月", "初月") >= 0:
		j, last, months = p.oneOf(j, "首月", "第一个月", "初月"), 1, "1,4,7,10"
	case p.lit(j, "第二个月") >= 0:
		j, last, months = j+4, 2, "2,5,8,11"
	case p.in(j, "末底") || p.lit(j, "最后一天") >= 0:
		j, last, months = max(j+1, p.lit(j, "最后一天")), 3, "3,6,9,12"
		u.end = j
	case p.in(j, "初") || p.lit(j, "第一天") >= 0:
		j, last, months = max(j+1, p.lit(j, "第一天")), 1, "1,4,7,10"
		u.end = j
	default:
		return true
	}
	u.end = j
	var inner rule
	day := 1
	if last == 3 && !p.before(j, "末月", "个月") {
		day = -1
	}
	p.everyMonth(j, 1, &inner)
	if len(inner.parts) == 0 {
		inner.parts = []string{"BYMONTHDAY=" + strconv.Itoa(day)}
		p.nextBy(&inner, func(_ *reckoner, d time.Time) bool {
			return day == 1 && d.Day() == 1 || day == -1 && d.AddDate(0, 0, 1).Day() == 1
		})
		inner.end = j
	}
	u.end, u.interval, u.freq = inner.end, 1, "YEARLY"
	u.parts = append([]string{"BYMONTH=" + months}, inner.parts...)
	next := inner.next
	u.hasDay = true
	u.next = func(r *reckoner, from time.Time) time.Time {
		for range 20 {
			d := next(r, from)
			if (int(d.Month())-1)%3+1 == last {
				return d
			}
			from = addMonths(r.day(d.Year(), int(d.Month()), 1), 1)
		}
		return from
	}
	return true
}

// movable is why no rule holds what goes by the moon or the sun.
const movable = "日期按农历或节气,每次不同,不能按公历重复"

// everyYear reads 每年, 每年10月1日, 每年春节, 每年3月, 每年年底.
func (p *parser) everyYear(i, n int, u *rule) bool {
	u.freq, u.interval, u.end = "YEARLY", n, i
	u.next = func(_ *reckoner, from time.Time) time.Time { return from }
	j := p.opt(p.opt(i, "的"), "年")
	if p.everyLunar(j, u) {
		return true
	}
	return p.yearlyDay(j, u) || true
}

// everyOn reads what 逢 or 每 may repeat without a unit: 逢周三, 逢5号, 每12月.
func (p *parser) everyOn(i int, u *rule) bool {
	u.interval = 1
	if w := p.weekWord(i); w >= 0 {
		return p.everyWeek(w, 1, u) && len(u.parts) > 0
	}
	if p.everyMonth(i, 1, u) && (len(u.parts) > 0 || u.invalid != "") {
		return true
	}
	u.freq = "YEARLY"
	return p.yearlyDay(i, u)
}

// yearlyDay reads a day of the year at i. Lunar festivals move, so that no rule can hold them.
func (p *parser) yearlyDay(i int, u *rule) bool {
	var f fields
	month, day, e := p.yearEdge(i)
	if today := p.oneOf(i, "今天", "这一天", "这天"); today >= 0 { // 每年的今天
		month, day, e = int(p.clk.today.Month()), p.clk.today.Day(), today
	}
	if e >= 0 {
		u.parts, u.end = []string{fmt.Sprintf("BYMONTH=%d", month), fmt.Sprintf("BYMONTHDAY=%d", day)}, e
		return p.nextBy(u, func(_ *reckoner, d time.Time) bool { return int(d.Month()) == month && d.Day() == day })
	}
	if p.yearlyMoving(i, u) {
		return true
	}
	if f = (fields{}); p.festivalName(i, &f) && f.fest.rule == 's' && f.off == noDaysOff {
		f.month, f.day = f.fest.month, f.fest.day
	} else if f = (fields{}); !p.month(i, &f) || f.lunar || f.invalid != "" {
		return false
	}
	u.end, u.parts = f.end, []string{"BYMONTH=" + strconv.Itoa(f.month)}
	switch {
	case len(f.sels) == 1:
		month := f.month
		inner := rule{}
		if p.everySelected(f.sels[0], f.end, &inner); inner.next == nil {
			return true
		}
		u.parts = append(u.parts, inner.parts...)
		u.next, u.hasDay = func(r *reckoner, from time.Time) time.Time {
			for range 30 {
				d := inner.next(r, from)
				if int(d.Month()) == month {
					return d
				}
				from = addMonths(r.day(d.Year(), int(d.Month()), 1), 1)
			}
			return from
		}, true
		return true
	case f.day == 0:
		f.day, u.length = 1, time.Date(2001, time.Month(f.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	u.parts = append(u.parts, "BYMONTHDAY="+strconv.Itoa(f.day))
	return p.nextBy(u, func(_ *reckoner, d time.Time) bool { return int(d.Month()) == f.month && d.Day() == f.day })
}

// yearEdge reads the first and the last day of the year at i.
func (p *parser) yearEdge(i int) (month, day, end int) {
	switch {
	case p.in(i, "底末"):
		return 12, 31, i + 1
	case p.at(i) == '初':
		return 1, 1, i + 1
	case p.oneOf(i, "最后一天", "最后1天") >= 0:
		return 12, 31, i + 4
	case p.lit(i, "第一天") >= 0:
		return 1, 1, i + 3
	}
	return 0, 0, -1
}

// yearlyMoving reads what is on another date each year: 秋天, 母亲节, 春节.
func (p *parser) yearlyMoving(i int, u *rule) bool {
	var f fields
	if s, e := p.season(i, &f); e >= 0 { // begins within a day of the same date each year
		u.freq, u.end, u.approx = "YEARLY", e, true
		u.next = func(r *reckoner, from time.Time) time.Time {
			for year := from.Year(); ; year++ {
				d := r.selected(s, days{from: r.day(year, 1, 1), to: r.day(year+1, 1, 1), grain: Year})
				if d.invalid != "" || !d.from.Before(from) {
					u.length = int(d.to.Sub(d.from).Hours()+12) / 24
					return d.from
				}
			}
		}
		u.hasDay = true
		return true
	}
	if p.festivalName(i, &f) && f.fest.rule == 'w' && f.off == noDaysOff {
		u.freq, u.end = "YEARLY", f.end
		u.parts = []string{"BYMONTH=" + strconv.Itoa(f.fest.month), fmt.Sprintf("BYDAY=%d%s", f.fest.day/10, dayNames[f.fest.day%10])}
		return p.nextBy(u, func(r *reckoner, d time.Time) bool {
			day, ok := r.festivalDay(f.fest, d.Year())
			return ok && day.Equal(d)
		})
	}
	if f = (fields{}); p.festivalName(i, &f) && f.fest.rule != 's' && f.off == noDaysOff {
		u.freq, u.end, u.invalid = "YEARLY", f.end, movable
		return p.nextBy(u, func(r *reckoner, d time.Time) bool {
			day, ok := r.festivalDay(f.fest, d.Year())
			return ok && day.Equal(d)
		})
	}
	return false
}
