// Package lunar gives the months and solar terms of the Chinese calendar. The astronomy is lunar-go's; it takes
// about a third of a millisecond a year, so that a year is computed once and kept.
package lunar

import (
	"sync"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// The years that can be asked for.
const First, Last = 1600, 2400

// Terms are the solar terms of a solar year in order.
var Terms = [24]string{"小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至",
	"小暑", "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至"}

// Day is a day of the common calendar.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// In is the start of the day at a place.
func (d Day) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

type month struct {
	number int // negative for a leap month
	first  Day
	days   int
}

type year struct {
	months []month
	terms  [24]Day
}

// years remembers each year from First-1 to Last+1 after the first question about it.
var years = func() (list [Last - First + 3]func() *year) {
	for i := range list {
		list[i] = sync.OnceValue(func() *year { return compute(First - 1 + i) })
	}
	return list
}()

func compute(n int) *year {
	y := &year{}
	l := calendar.NewLunarYear(n)
	for e := l.GetMonthsInYear().Front(); e != nil; e = e.Next() {
		m := e.Value.(*calendar.LunarMonth)
		y.months = append(y.months, month{number: m.GetMonth(), first: solar(m.GetFirstJulianDay()), days: m.GetDayCount()})
	}
	terms := l.GetJieQiJulianDays() // begins with 大雪 and 冬至 of the year before
	for i := range y.terms {
		y.terms[i] = solar(terms[i+2])
	}
	return y
}

func solar(julianDay float64) Day {
	s := calendar.NewSolarFromJulianDay(julianDay)
	return Day{s.GetYear(), time.Month(s.GetMonth()), s.GetDay()}
}

// Month is the first day and the length of a lunar month; ok is false when that year has no such month.
func Month(y, m int, leap bool) (first Day, days int, ok bool) {
	if y < First || y > Last {
		return Day{}, 0, false
	}
	if leap {
		m = -m
	}
	for _, mo := range years[y-First+1]().months {
		if mo.number == m {
			return mo.first, mo.days, true
		}
	}
	return Day{}, 0, false
}

// Term is the day of a solar term of a solar year, by its place in Terms.
func Term(y, n int) (Day, bool) {
	if y < First || y > Last || n < 0 || n >= len(Terms) {
		return Day{}, false
	}
	return years[y-First+1]().terms[n], true
}

// Of is the lunar month and day of a day of the common calendar; the month is negative when it is a leap one.
func Of(t time.Time) (month, day int, ok bool) {
	y, m, d := t.Date()
	if y < First || y > Last {
		return 0, 0, false
	}
	at := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	for _, n := range []int{y, y - 1} {
		for _, mo := range years[n-First+1]().months {
			if k := int(at.Sub(mo.first.In(time.UTC)) / (24 * time.Hour)); k >= 0 && k < mo.days {
				return mo.number, k + 1, true
			}
		}
	}
	return 0, 0, false
}
