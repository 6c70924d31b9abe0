package timex

import (
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// The years in which lunar dates are computed; outside of them they do not resolve.
const lunarFirst, lunarLast = 1600, 2400

func (r *reckoner) solar(julianDay float64) time.Time {
	s := calendar.NewSolarFromJulianDay(julianDay)
	return r.day(s.GetYear(), s.GetMonth(), s.GetDay())
}

// lunarMonth is the span of a lunar month, false when that year has no such (leap) month.
func (r *reckoner) lunarMonth(year, month int, leap bool) (from, to time.Time, ok bool) {
	if year < lunarFirst || year > lunarLast {
		return from, to, false
	}
	if leap {
		month = -month
	}
	m := calendar.NewLunarYear(year).GetMonth(month)
	if m == nil {
		return from, to, false
	}
	from = r.solar(m.GetFirstJulianDay())
	return from, from.AddDate(0, 0, m.GetDayCount()), true
}

// lunarMonthOf is the first day of the lunar month that t is in.
func (r *reckoner) lunarMonthOf(t time.Time) (time.Time, bool) {
	if t.Year() < lunarFirst || t.Year() > lunarLast {
		return t, false
	}
	l := calendar.NewSolarFromYmd(t.Year(), int(t.Month()), t.Day()).GetLunar()
	return r.plus(r.floor(t), 1-l.GetDay()), true
}

// lunarYear is the span from New Year's Day to New Year's Eve.
func (r *reckoner) lunarYear(year int) (from, to time.Time, ok bool) {
	from, _, ok = r.lunarMonth(year, 1, false)
	to, _, ok2 := r.lunarMonth(year+1, 1, false)
	return from, to, ok && ok2
}

var solarTerms = []string{"小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至",
	"小暑", "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至"}

// solarTerm is the day of the n-th solar term of a solar year, 小寒 being 0.
func (r *reckoner) solarTerm(year, n int) (time.Time, bool) {
	if year < lunarFirst || year > lunarLast {
		return time.Time{}, false
	}
	return r.solar(calendar.NewLunarYear(year).GetJieQiJulianDays()[n+2]), true
}
