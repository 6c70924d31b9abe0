package incidents

import (
	"time"

	"linli/intents/timex/holiday"
)

// Limit is how long a category of case may take.
type Limit struct {
	Hours    float64 `json:"hours"`
	Calendar bool    `json:"calendar,omitempty"` // counts every hour; else working hours only
	Demo     bool    `json:"demo,omitempty"`     // an example value, to be shown as one
}

// Deadline is until when, and why.
type Deadline struct {
	From  time.Time `json:"from"`
	Limit Limit     `json:"limit"`
	At    time.Time `json:"at"`
	// Unannounced says that the holidays on the way are not published yet.
	Unannounced bool `json:"unannounced,omitempty"`
	// Extended is set when the level above gave more time; Limit then only says where it began.
	Extended bool `json:"extended,omitempty"`
}

// Clock counts hours.
type Clock struct {
	Days   holiday.Calendar
	Office holiday.Office
}

// Office is when a community works, if nothing else is set: 9:00–12:00, 14:00–17:30.
var Office = holiday.Office{
	Open: 9 * time.Hour, Close: 17*time.Hour + 30*time.Minute, BreakStart: 12 * time.Hour, BreakStop: 14 * time.Hour,
}

// Deadline counts the limit from an instant on.
func (k Clock) Deadline(from time.Time, l Limit) Deadline {
	d := Deadline{From: from, Limit: l}
	span := time.Duration(l.Hours * float64(time.Hour))
	if l.Calendar {
		d.At = from.Add(span)
		return d
	}
	at, announced := holiday.AddWorkingHours(k.Days, from, span, k.Office)
	d.At, d.Unannounced = at, !announced
	return d
}

// Warn is when to warn before the deadline: a fifth of the time before it, at least a quarter of an hour, at most a day.
func (d Deadline) Warn() time.Time {
	return d.At.Add(-min(max(d.At.Sub(d.From)/5, 15*time.Minute), 24*time.Hour))
}

// Next is when, after it was passed on to one level above, a case that still isn't solved goes to the next one.
func (k Clock) Next(now time.Time, severity int) time.Time {
	if severity <= 1 {
		return now.Add(30 * time.Minute)
	}
	at, _ := holiday.AddWorkingHours(k.Days, now, 4*time.Hour, k.Office)
	return at
}
