package timex

import (
	"time"

	"linli/intents/timex/holiday"
)

// reckoner does the arithmetic of days relative to one moment.
type reckoner struct {
	o           *Options
	now, today  time.Time
	after       time.Time // for the future: what ends up to here is over
	cal         Calendar
	parts       *Parts
	provisional bool // a year without announced holidays was asked for
}

func newReckoner(o *Options) reckoner {
	r := reckoner{o: o, now: o.Now, cal: o.Calendar, parts: o.Usage.Parts}
	if r.now.IsZero() {
		r.now = time.Now().In(time.FixedZone("CST", 8*3600))
	}
	if r.parts == nil {
		r.parts = &defaultParts
	}
	if r.cal == nil {
		r.cal = lazyChina{}
	}
	r.today = r.floor(r.now)
	r.after = r.today
	return r
}

// lazyChina builds the built-in table only when a working day is asked for.
type lazyChina struct{}

func (lazyChina) Workday(day time.Time) (work, announced bool) { return holiday.China().Workday(day) }

func (r *reckoner) day(y, m, d int) time.Time {
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, r.now.Location())
}

func (r *reckoner) floor(t time.Time) time.Time {
	y, m, d := t.Date()
	return r.day(y, int(m), d)
}

func (r *reckoner) plus(t time.Time, days int) time.Time { return t.AddDate(0, 0, days) }

// monday is the start of the week that is n weeks away from the one of t.
func (r *reckoner) monday(t time.Time, n int) time.Time {
	return r.floor(t).AddDate(0, 0, -weekday(t)+1+7*n)
}

// weekday counts Monday as 1 and Sunday as 7.
func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// addMonths keeps the day of the month, or takes the last one where there is none: a month after 31 January
// is 28 February.
func addMonths(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, t.Location()).Day()
	return time.Date(y, m+time.Month(n), min(d, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// nthWeekday is the n-th weekday wd in [from, to), or from the end when n is negative.
func (r *reckoner) nthWeekday(from, to time.Time, n, wd int) (time.Time, bool) {
	if n < 0 {
		last := r.plus(to, -1)
		d := r.plus(last, -((weekday(last)-wd+7)%7)+7*(n+1))
		return d, !d.Before(from)
	}
	d := r.plus(from, (wd-weekday(from)+7)%7+7*(n-1))
	return d, n > 0 && d.Before(to)
}

// workdayIn is the n-th working day of [from, to), from the end when n is negative.
func (r *reckoner) workdayIn(from, to time.Time, n int) (time.Time, bool) {
	day, step := from, 1
	if n < 0 {
		day, step, n = r.plus(to, -1), -1, -n
	}
	for ; !day.Before(from) && day.Before(to); day = r.plus(day, step) {
		work, announced := r.cal.Workday(day)
		r.provisional = r.provisional || !announced
		if work {
			if n--; n == 0 {
				return day, true
			}
		}
	}
	return time.Time{}, false
}

func (r *reckoner) addWorkdays(day time.Time, n int) time.Time {
	t, announced := holiday.AddWorkdays(r.cal, day, n)
	r.provisional = r.provisional || !announced
	return t
}

// HourSpan is a span of hours, the second being after the first; 26 is two at night of the next day.
type HourSpan struct{ From, To float64 }

// Parts are the hours of the parts of the day.
type Parts struct {
	Dawn, EarlyMorning, Morning, Forenoon, Noon, EarlyAfternoon, Afternoon, Dusk, Evening, Night, Midnight, Daytime HourSpan
}

// DefaultParts is what Linli takes the parts of the day for.
func DefaultParts() Parts { return defaultParts }

var defaultParts = Parts{
	Dawn:           HourSpan{0, 6},   // 凌晨
	EarlyMorning:   HourSpan{5, 8},   // 清晨
	Morning:        HourSpan{6, 9},   // 早上
	Forenoon:       HourSpan{8, 12},  // 上午
	Noon:           HourSpan{11, 13}, // 中午
	EarlyAfternoon: HourSpan{13, 15}, // 午后
	Afternoon:      HourSpan{12, 18}, // 下午
	Dusk:           HourSpan{17, 19}, // 傍晚
	Evening:        HourSpan{18, 24}, // 晚上
	Night:          HourSpan{22, 28}, // 深夜
	Midnight:       HourSpan{24, 25}, // 午夜
	Daytime:        HourSpan{8, 18},  // 白天
}
