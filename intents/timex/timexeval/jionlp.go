package timexeval

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"linli/intents/timex"
)

// jionlpSpec is one line of the suite.
type jionlpSpec struct {
	Group  int
	Text   string
	Base   json.RawMessage `json:"time_base"`
	Expect struct {
		Type       string
		Definition string
		Time       json.RawMessage
	}
}

// jionlpUsage are the suite's conventions: hours as said, periods from this very moment, the traditional year
// and these hours for the parts of the day.
var jionlpUsage = timex.Usage{
	HoursAsSaid:     true,
	FromNow:         true,
	TraditionalYear: true,
	YearEdge:        2,
	Parts: &timex.Parts{
		Dawn: timex.HourSpan{From: 0, To: 5}, EarlyMorning: timex.HourSpan{From: 5, To: 9}, Morning: timex.HourSpan{From: 6, To: 10}, Forenoon: timex.HourSpan{From: 7, To: 12},
		Noon: timex.HourSpan{From: 11, To: 14}, EarlyAfternoon: timex.HourSpan{From: 13, To: 15}, Afternoon: timex.HourSpan{From: 13, To: 18}, Dusk: timex.HourSpan{From: 17, To: 19},
		Evening: timex.HourSpan{From: 18, To: 24}, Night: timex.HourSpan{From: 22, To: 24}, Midnight: timex.HourSpan{From: 0, To: 1}, Daytime: timex.HourSpan{From: 7, To: 19},
	},
}

// base reads the reference time: seconds, NOW, or a date of which some fields are missing.
func (c *jionlpSpec) base() (t time.Time, given int) {
	var seconds float64
	if json.Unmarshal(c.Base, &seconds) == nil && seconds > 1e6 {
		return time.Unix(int64(seconds), 0).In(shanghai), allFields
	}
	f := []int{2021, 1, 1, 0, 0, 0}
	var list []int
	if json.Unmarshal(c.Base, &list) == nil && len(list) > 0 {
		copy(f, list)
		given = len(list)
	}
	named := map[string]int{}
	if json.Unmarshal(c.Base, &named) == nil && len(named) > 0 {
		for i, k := range []string{"year", "month", "day", "hour", "minute", "second"} {
			if v, ok := named[k]; ok {
				f[i] = v
			}
		}
		given = len(named)
	}
	return time.Date(f[0], time.Month(f[1]), f[2], f[3], f[4], f[5], 0, shanghai), given
}

// allFields is the number of fields of a whole reference time.
const allFields = 6

func jionlpCase(c jionlpSpec) Result {
	r := Result{Kind: c.Expect.Type, Text: c.Text, Want: string(c.Expect.Time)}
	now, given := c.base()
	o := timex.Options{Now: now, Prefer: timex.Current, Usage: jionlpUsage}
	if c.Group == 2 {
		o.Prefer = timex.Future
	}
	ms := timex.Find(c.Text, o)
	if c.Expect.Type == "time_delta" {
		ms = timex.FindDurations(c.Text, o)
	}
	r.OutOfScope = jionlpScope(&c, given > 0 && given < 5)
	if len(ms) != 1 {
		r.Got = fmt.Sprintf("%d phrases", len(ms))
		for _, m := range ms {
			r.Got += " " + m.Text
		}
		return r
	}
	m := &ms[0]
	r.Got = describe(m)
	switch c.Expect.Type {
	case "time_delta":
		r.Right = sameDelta(c.Expect.Time, m)
	case "time_period":
		r.Right = samePeriod(c.Expect.Time, m)
	default:
		var pair []string
		r.Right = json.Unmarshal(c.Expect.Time, &pair) == nil && len(pair) == 2 && samePair(pair, m, now, given)
	}
	return r
}

func describe(m *timex.Match) string {
	return fmt.Sprintf("%q %s %s .. %s %s %s %s %s %s", m.Text, m.Kind, m.Start.Format(time.DateTime), m.Stop.Format(time.DateTime), m.Grain, m.Mod, m.Duration, m.RRule, m.Invalid)
}

// samePair compares a span. The suite writes the last second of what was said; of a point of time the last second of
// its hour or minute; of the later end of a range of clock times it does either, so both count.
func samePair(pair []string, m *timex.Match, now time.Time, given int) bool {
	if m.Invalid != "" || m.Kind == timex.Length {
		return false
	}
	from, to := m.Start, m.Stop
	start, stops := from.Format(time.DateTime), []time.Time{to.Add(-time.Second), to}
	switch {
	case m.Mod == timex.Before || m.Mod == timex.Until:
		stop := m.LastStart // the suite counts the day in on either word
		if m.Mod == timex.Until {
			stop = m.Stop
		}
		stops = []time.Time{stop.Add(-time.Second), stop, lastSecond(stop, m.Grain)}
		start = "-inf"
		if stop.After(now) {
			start = now.Format(time.DateTime)
		}
	case m.Mod == timex.Since || m.Mod == timex.After:
		if m.Mod == timex.After {
			start = m.LastStart.Format(time.DateTime)
			if pair[0] == m.Start.Format(time.DateTime) {
				start = pair[0]
			}
		}
		if pair[1] == "inf" && m.Start.After(now) {
			return pair[0] == start
		}
		stops = []time.Time{now}
	case m.Offset:
		return offsetPair(pair, m)
	case m.Kind == timex.Instant:
		stops = []time.Time{lastSecond(from, m.Grain), from}
	case m.Joined && m.HasClock:
		stops = append(stops, lastSecond(to, m.Grain))
	case m.HasClock || m.Stop.Equal(now):
		stops = append(stops, lastSecond(to, timex.Minute), lastSecond(to, timex.Hour))
	}
	if given > 0 && given < 4 { // up to the end of the month or day that the reference time names
		y, mon, d := to.Date()
		if given < 3 {
			mon, d = mon+1, 0
		}
		stops = append(stops, time.Date(y, mon, d, 23, 59, 59, 0, shanghai))
	}
	if strings.HasSuffix(m.Text, "以来") && m.Grain == timex.Month && m.Mod == "" { // from the start of that month
		start = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, shanghai).Format(time.DateTime)
	}
	if pair[0] != start {
		return false
	}
	for _, s := range stops {
		if s.Format(time.DateTime) == pair[1] {
			return true
		}
	}
	return false
}

// offsetPair compares a distance from now: 七年后 is that year for the suite, 两天前 everything up to that day.
func offsetPair(pair []string, m *timex.Match) bool {
	from := m.Start
	var to time.Time
	switch m.Grain {
	case timex.Year:
		from = time.Date(from.Year(), 1, 1, 0, 0, 0, 0, shanghai)
		to = from.AddDate(1, 0, 0)
	case timex.Month:
		to = from.AddDate(0, 1, 0)
		if first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, shanghai); pair[0] == "-inf" || pair[0] == first.Format(time.DateTime) {
			from, to = first, first.AddDate(0, 1, 0)
		}
	case timex.Week:
		to = from.AddDate(0, 0, 7)
	case timex.OneDay:
		to = from.AddDate(0, 0, 1)
	case timex.Second:
		to = from.Add(2 * time.Second)
	default:
		to = lastSecond(from, m.Grain).Add(time.Second)
		if m.Grain == timex.Hour {
			to = from.Truncate(time.Minute).Add(time.Hour + time.Minute)
		}
	}
	end := to.Add(-time.Second).Format(time.DateTime)
	switch {
	case m.Duration < 0 && pair[0] == "-inf":
		return pair[1] == end
	case pair[1] == "inf":
		return pair[0] == m.Start.Format(time.DateTime)
	case m.Duration < 0 && m.Grain == timex.Hour:
		return pair[1] == m.Start.Format(time.DateTime)
	}
	return pair[0] == from.Format(time.DateTime) && (pair[1] == end || pair[1] == pair[0])
}

// lastSecond is the last second of the unit that begins at t.
func lastSecond(t time.Time, g timex.Grain) time.Time {
	switch g {
	case timex.Second:
		return t
	case timex.Minute:
		return t.Add(time.Duration(59-t.Second()) * time.Second)
	case timex.Hour:
		return t.Add(time.Hour - time.Second)
	}
	return t.AddDate(0, 0, 1).Add(-time.Second)
}

func seconds(d map[string]float64) float64 {
	size := map[string]float64{"year": 365 * 86400, "month": 30 * 86400, "day": 86400, "hour": 3600, "minute": 60, "second": 1, "workday": 86400}
	total := 0.0
	for k, v := range d {
		total += v * size[k]
	}
	return total
}

func sameDelta(raw json.RawMessage, m *timex.Match) bool {
	one := map[string]float64{}
	if json.Unmarshal(raw, &one) == nil {
		return m.Kind == timex.Length && m.MaxDuration == 0 && near(seconds(one), m.Duration.Seconds())
	}
	var two []map[string]float64
	return json.Unmarshal(raw, &two) == nil && len(two) == 2 && near(seconds(two[0]), m.Duration.Seconds()) && near(seconds(two[1]), m.MaxDuration.Seconds())
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1 }

// samePeriod compares how often something happens, and when first if the case says so.
func samePeriod(raw json.RawMessage, m *timex.Match) bool {
	var p struct {
		Delta map[string]float64
		Point *struct{ Time json.RawMessage }
	}
	if m.Kind != timex.Recurrence || json.Unmarshal(raw, &p) != nil {
		return false
	}
	if m.RRule == "" { // finer than a day: timex gives the interval and says that no rule holds it
		return m.Duration > 0 && near(seconds(p.Delta), m.Duration.Seconds())
	}
	freq, n, quarterly := "", 1.0, false
	for part := range strings.SplitSeq(m.RRule, ";") {
		k, v, _ := strings.Cut(part, "=")
		switch k {
		case "FREQ":
			freq = v
		case "INTERVAL":
			fmt.Sscan(v, &n)
		case "BYMONTH":
			quarterly = strings.Count(v, ",") == 3 // 每季度末: four months of the year
		}
	}
	unit := map[string]map[string]float64{"DAILY": {"day": n}, "WEEKLY": {"day": 7 * n}, "MONTHLY": {"month": n}, "YEARLY": {"year": n}}[freq]
	if strings.Contains(m.RRule, "BYDAY=MO,TU,WE,TH,FR;") || strings.HasSuffix(m.RRule, "BYDAY=MO,TU,WE,TH,FR") {
		unit = map[string]float64{"day": 1} // every working day is daily for the suite
	}
	if quarterly {
		unit = map[string]float64{"month": 3}
	}
	if p.Delta["year"] == 0.5 {
		p.Delta = map[string]float64{"month": 6}
	}
	if !near(seconds(unit), seconds(p.Delta)) {
		return false
	}
	var first []string
	if p.Point == nil {
		return true
	}
	if json.Unmarshal(p.Point.Time, &first) != nil { // a list of occurrences: the first one counts
		var list [][]string
		if json.Unmarshal(p.Point.Time, &list) != nil || len(list) == 0 {
			return false
		}
		first = list[0]
	}
	if len(first) != 2 {
		return false
	}
	if first[0] != m.Start.Format(time.DateTime) {
		return false
	}
	stops := []time.Time{m.Stop, m.Stop.Add(-time.Second), lastSecond(m.Start, m.Grain), lastSecond(m.Stop, m.Grain)}
	for _, s := range stops {
		if s.Format(time.DateTime) == first[1] {
			return true
		}
	}
	return false
}
