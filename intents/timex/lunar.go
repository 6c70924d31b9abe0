package timex

import (
	"time"

	"linli/intents/timex/lunar"
)

// lunarMonth is the span of a lunar month, false when that year has no such (leap) month.
func (r *reckoner) lunarMonth(year, month int, leap bool) (from, to time.Time, ok bool) {
	first, days, ok := lunar.Month(year, month, leap)
	if !ok {
		return from, to, false
	}
	from = first.In(r.now.Location())
	return from, r.plus(from, days), true
}

// lunarMonthOf is the first day of the lunar month that t is in.
func (r *reckoner) lunarMonthOf(t time.Time) (time.Time, bool) {
	_, day, ok := lunar.Of(t)
	return r.plus(r.floor(t), 1-day), ok
}

// lunarYear is the span from New Year's Day to New Year's Eve.
func (r *reckoner) lunarYear(year int) (from, to time.Time, ok bool) {
	from, _, ok = r.lunarMonth(year, 1, false)
	to, _, ok2 := r.lunarMonth(year+1, 1, false)
	return from, to, ok && ok2
}

// solarTerm is the day of the n-th solar term of a solar year, 小寒 being 0.
func (r *reckoner) solarTerm(year, n int) (time.Time, bool) {
	d, ok := lunar.Term(year, n)
	if !ok {
		return time.Time{}, false
	}
	return d.In(r.now.Location()), true
}
