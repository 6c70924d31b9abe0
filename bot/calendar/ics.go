package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Event is an event or a series as a calendar file tells it.
type Event struct {
	UID      string // stable over all changes
	Sequence int    // one higher with each change of time or place, and when it is cancelled
	Stamp    time.Time
	Series   Series
	Length   time.Duration // 0: an hour
	Title    string
	Place    string
	Note     string
	Leads    []Lead // alarms
	Off      bool   // cancelled
}

const (
	icsUTC   = "20060102T150405Z"
	icsLocal = "20060102T150405"
)

// File writes the events as an iCalendar file (RFC 5545) under the name, as Outlook, Google and telephones read it. A series whose days
// shift with holidays can't be said in a rule: its occurrences of the year after now are written one by one.
func File(name string, events []Event, now time.Time, days Days) []byte {
	loc := now.Location()
	cal := ics.NewCalendar()
	cal.SetProductId("-//Linli//meetings//ZH")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(name)
	cal.SetXWRTimezone(loc.String())
	cal.SetRefreshInterval("PT1H", ics.WithValue("DURATION"))
	cal.SetXPublishedTTL("PT1H")
	first := now
	for _, e := range events {
		if e.Series.Rule != "" && e.Series.Shift == Keep && e.Series.Start.Before(first) {
			first = e.Series.Start
		}
	}
	if slices.ContainsFunc(events, func(e Event) bool { return e.Series.Rule != "" && e.Series.Shift == Keep }) {
		addZone(cal, loc, first, now.AddDate(5, 0, 0))
	}
	for _, e := range events {
		switch {
		case e.Series.Rule == "":
			add(cal, e, e.UID).at(e.Series.Start)
		case e.Series.Shift == Keep:
			addSeries(cal, e, loc)
		default:
			for _, o := range e.Series.Between(now.AddDate(0, -1, 0), now.AddDate(1, 0, 0), days) {
				add(cal, e, o.Key+"-"+e.UID).at(o.At)
			}
		}
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

// addSeries writes the rule, what is dropped from it, and what was moved.
func addSeries(cal *ics.Calendar, e Event, loc *time.Location) {
	v := add(cal, e, e.UID)
	zone := ics.WithTZID(loc.String())
	start := e.Series.Start.In(loc)
	v.SetProperty(ics.ComponentPropertyDtStart, start.Format(icsLocal), zone)
	v.SetProperty(ics.ComponentPropertyDtEnd, start.Add(v.length).Format(icsLocal), zone)
	v.AddRrule(e.Series.Rule)
	keys := make([]string, 0, len(e.Series.Moved))
	for key := range e.Series.Moved {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		planned, err := time.Parse(keyFormat, key)
		if err != nil {
			continue
		}
		to := e.Series.Moved[key]
		if to.IsZero() {
			v.AddExdate(planned.In(loc).Format(icsLocal), zone)
			continue
		}
		moved := add(cal, e, e.UID)
		moved.SetProperty(ics.ComponentPropertyRecurrenceId, planned.In(loc).Format(icsLocal), zone)
		moved.SetProperty(ics.ComponentPropertyDtStart, to.In(loc).Format(icsLocal), zone)
		moved.SetProperty(ics.ComponentPropertyDtEnd, to.In(loc).Add(moved.length).Format(icsLocal), zone)
	}
}

// event is a VEVENT that still lacks its times.
type event struct {
	*ics.VEvent
	length time.Duration
}

func (e event) at(start time.Time) {
	e.SetStartAt(start)
	e.SetEndAt(start.Add(e.length))
}

func add(cal *ics.Calendar, e Event, uid string) event {
	v := event{cal.AddEvent(uid + "@linli"), e.Length}
	if v.length <= 0 {
		v.length = time.Hour
	}
	v.SetDtStampTime(e.Stamp)
	v.SetModifiedAt(e.Stamp)
	v.SetSequence(e.Sequence)
	v.SetSummary(e.Title)
	if e.Place != "" {
		v.SetLocation(e.Place)
	}
	if e.Note != "" {
		v.SetDescription(e.Note)
	}
	v.SetStatus(ics.ObjectStatusConfirmed)
	if e.Off {
		v.SetStatus(ics.ObjectStatusCancelled)
		return v
	}
	for _, l := range e.Leads {
		if l.Clock != "" {
			continue // an alarm is a distance; the chat reminds at times of the day
		}
		alarm := v.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger(trigger(l.Before))
		alarm.SetProperty(ics.ComponentPropertyDescription, e.Title)
	}
	return v
}

// trigger writes a distance as RFC 5545 wants it: -P1DT2H.
func trigger(before time.Duration) string {
	if before == 0 {
		return "PT0S"
	}
	var b strings.Builder
	b.WriteString("-P")
	if n := before / (24 * time.Hour); n > 0 {
		fmt.Fprintf(&b, "%dD", n)
	}
	if rest := before % (24 * time.Hour); rest > 0 {
		b.WriteString("T")
		for _, u := range []struct {
			size time.Duration
			name string
		}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
			if n := rest / u.size; n > 0 {
				fmt.Fprintf(&b, "%d%s", n, u.name)
				rest -= n * u.size
			}
		}
	}
	return b.String()
}

// addZone writes what the zone's clocks do between the times: one block for each change, one alone where there is none.
func addZone(cal *ics.Calendar, loc *time.Location, from, to time.Time) {
	zone := cal.AddTimezone(loc.String())
	from = from.AddDate(-1, 0, 0).In(loc)
	block := func(at time.Time, before int, daylight bool) {
		name, after := at.Zone()
		var c *ics.ComponentBase
		if daylight {
			d := &ics.Daylight{}
			zone.Components, c = append(zone.Components, d), &d.ComponentBase
		} else {
			c = &zone.AddStandard().ComponentBase
		}
		c.SetProperty(ics.ComponentPropertyDtStart, at.UTC().Add(time.Duration(before)*time.Second).Format(icsLocal))
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), offset(before))
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), offset(after))
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzname), name)
	}
	begin := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, loc)
	_, offsetNow := begin.Zone()
	block(begin, offsetNow, begin.IsDST())
	for at := begin; ; {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.After(to) {
			return
		}
		at = end.In(loc)
		_, before := at.Add(-time.Second).Zone()
		block(at, before, at.IsDST())
	}
}

func offset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
}
