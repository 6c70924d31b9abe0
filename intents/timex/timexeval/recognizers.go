package timexeval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/intents/timex"
)

// recognizersSpec is one line of the suite.
type recognizersSpec struct {
	File    string
	Input   string
	Ref     string
	Results []struct {
		Text     string
		Type     string
		TypeName string
		Value    struct {
			Timex                            string
			FutureResolution, PastResolution map[string]string
		}
		Resolution struct{ Values []map[string]string }
	}
}

// recognizersUsage are the suite's conventions: hours are taken as they are said, a number of four figures is
// a year, and these hours for the parts of the day.
var recognizersUsage = timex.Usage{
	HoursAsSaid: true,
	BareYears:   true,
	Parts: &timex.Parts{
		Dawn: timex.HourSpan{From: 0, To: 8}, EarlyMorning: timex.HourSpan{From: 8, To: 12}, Morning: timex.HourSpan{From: 8, To: 12}, Forenoon: timex.HourSpan{From: 8, To: 12},
		Noon: timex.HourSpan{From: 11, To: 13}, EarlyAfternoon: timex.HourSpan{From: 12, To: 16}, Afternoon: timex.HourSpan{From: 12, To: 16}, Dusk: timex.HourSpan{From: 16, To: 20},
		Evening: timex.HourSpan{From: 16, To: 20}, Night: timex.HourSpan{From: 20, To: 24}, Midnight: timex.HourSpan{From: 20, To: 24}, Daytime: timex.HourSpan{From: 8, To: 18},
	},
}

func recognizersCase(c recognizersSpec) Result {
	r := Result{Kind: c.File, Text: c.Input}
	now := time.Date(2017, 3, 22, 0, 0, 0, 0, shanghai)
	if t, err := time.ParseInLocation("2006-01-02T15:04:05", c.Ref, shanghai); err == nil {
		now = t
	}
	opts := func(p timex.Prefer) timex.Options {
		return timex.Options{Now: now, Prefer: p, Usage: recognizersUsage}
	}
	future, past := timex.Find(c.Input, opts(timex.Future)), timex.Find(c.Input, opts(timex.Past))
	present := timex.Find(c.Input, opts(timex.Current)) // a time without a date has no day in the suite
	var want, got []string
	component := strings.TrimSuffix(strings.TrimSuffix(c.File, "Extractor"), "Parser")
	model := strings.HasPrefix(c.File, "DateTimeModel")
	for _, x := range c.Results {
		switch {
		case model:
			want = append(want, plain(x.Text)+" "+values(x.Resolution.Values))
		case strings.HasSuffix(c.File, "Parser"):
			want = append(want, x.Text+" "+resolution(x.Type, x.Value.Timex, x.Value.FutureResolution)+" "+resolution(x.Type, x.Value.Timex, x.Value.PastResolution))
		default:
			want = append(want, x.Text)
		}
	}
	for i := range future {
		f := future[i]
		p := f
		if i < len(past) {
			p = past[i]
		}
		if !f.HasDate && i < len(present) {
			f, p = present[i], present[i]
		}
		switch {
		case model:
			got = append(got, plain(f.Text)+" "+values(slices.Concat(reading(&f), reading(&p))))
		case !belongs(component, &f):
		case strings.HasSuffix(c.File, "Parser"):
			rf, rp := reading(&f), reading(&p)
			got = append(got, view(component, c.Input, &f)+" "+flat(rf[0])+" "+flat(rp[0]))
		default:
			got = append(got, view(component, c.Input, &f))
		}
	}
	r.Want, r.Got = strings.Join(want, "\n         "), strings.Join(got, "\n         ")
	r.Right = slices.Equal(want, got)
	r.OutOfScope = recognizersScope(c)
	return r
}

// belongs says whether the suite's component finds that kind of phrase. Components see only their part of a phrase, so
// that a time of day inside of a longer phrase is one for the component of times.
func belongs(component string, m *timex.Match) bool {
	kind := typeOf(m)
	switch component {
	case "Date":
		return kind == "date" && !m.Offset || kind == "datetime" || kind == "datetimerange"
	case "Time":
		return m.ClockEnd > 0 && (kind == "time" || kind == "datetime" || m.Mod != "")
	case "Holiday":
		return m.Festival
	case "Set":
		return kind == "set"
	case "Duration":
		return kind == "duration"
	case "DatePeriod":
		return kind == "daterange"
	case "TimePeriod":
		return kind == "timerange"
	case "DateTime":
		return kind == "datetime"
	case "DateTimePeriod":
		return kind == "datetimerange"
	}
	return true
}

// view is the part of the phrase that the component sees.
func view(component, input string, m *timex.Match) string {
	switch {
	case component == "Time" && m.ClockEnd > 0:
		return input[m.ClockPos:m.ClockEnd]
	case component == "Date" && m.ClockEnd > 0:
		return strings.TrimRight(input[m.Pos:m.ClockPos], " 的,，T")
	}
	return m.Text
}

func typeOf(m *timex.Match) string {
	switch m.Kind {
	case timex.Length:
		return "duration"
	case timex.Recurrence:
		return "set"
	case timex.Day:
		return "date"
	case timex.Instant:
		if !m.HasDate {
			return "time"
		}
		return "datetime"
	}
	switch {
	case !m.HasDate:
		return "timerange"
	case m.HasClock:
		return "datetimerange"
	}
	return "daterange"
}

// reading turns a match into the values that the suite would give.
func reading(m *timex.Match) []map[string]string {
	kind := typeOf(m)
	v := map[string]string{"type": kind}
	if m.Invalid != "" {
		v["value"] = "not resolved"
		return []map[string]string{v}
	}
	layout := map[string]string{"date": time.DateOnly, "daterange": time.DateOnly, "time": time.TimeOnly, "timerange": time.TimeOnly}[kind]
	if layout == "" {
		layout = time.DateTime
	}
	switch kind {
	case "duration":
		v["value"] = strconv.Itoa(int(m.Duration.Seconds()))
		return []map[string]string{v}
	case "set":
		v["value"], v["timex"] = "not resolved", period(m.RRule)
		return []map[string]string{v}
	case "date", "datetime", "time":
		out := []map[string]string{}
		for _, t := range append([]time.Time{m.Start}, m.Ambiguous...) {
			out = append(out, map[string]string{"type": kind, "value": t.Format(layout)})
		}
		return out
	}
	out := []map[string]string{}
	starts := []time.Time{m.Start}
	if !m.Joined {
		starts = append(starts, m.Ambiguous...)
	}
	for _, start := range starts {
		out = append(out, spanValue(m, kind, layout, start))
	}
	return out
}

// spanValue is a span as the suite writes it: the end of a range is where its last unit begins, and a day that
// bounds an open span is written itself on either side.
func spanValue(m *timex.Match, kind, layout string, start time.Time) map[string]string {
	v := map[string]string{"type": kind}
	stop := m.Stop
	if joined(m) {
		stop = m.LastStart
	}
	switch m.Mod {
	case timex.Before, timex.Until:
		stop = m.Stop
		if m.Mod == timex.Until && m.Grain == timex.OneDay {
			stop = m.LastStart
		}
		if len(m.Ambiguous) > 0 && !start.Equal(m.Start) {
			stop = start
		}
		v["Mod"], v["end"] = string(m.Mod), stop.Format(layout)
		return v
	case timex.Since, timex.After:
		from := start
		if m.Mod == timex.After && m.Grain == timex.OneDay {
			from = m.LastStart
		}
		v["Mod"], v["start"] = string(m.Mod), from.Format(layout)
		return v
	}
	v["start"], v["end"] = start.Format(layout), stop.Format(layout)
	return v
}

// joined says whether the span was given by two ends.
func joined(m *timex.Match) bool { return m.Joined }

// period is the interval of a rule in the suite's notation: P1D, P2W.
func period(rrule string) string {
	n, unit := "1", ""
	for part := range strings.SplitSeq(rrule, ";") {
		k, v, _ := strings.Cut(part, "=")
		switch k {
		case "FREQ":
			unit = v[:1]
		case "INTERVAL":
			n = v
		}
	}
	if strings.Contains(rrule, "BY") {
		return rrule
	}
	return "P" + n + unit
}

// resolution is an expected value of a component in the form of flat.
func resolution(kind, tx string, r map[string]string) string {
	v := map[string]string{"type": kind}
	if len(r) == 0 {
		v["value"] = "not resolved"
		return flat(v)
	}
	for k, s := range r {
		switch {
		case kind == "set":
			v["value"], v["timex"] = "not resolved", tx
		case strings.HasPrefix(k, "start"):
			v["start"] = s
		case strings.HasPrefix(k, "end"):
			v["end"] = s
		default:
			v["value"] = s
		}
	}
	if v["value"] == "0001-01-01" {
		v["value"] = "not resolved"
	}
	return flat(v)
}

// flat writes a value with the fields that count, in a fixed order.
func flat(v map[string]string) string {
	out := v["type"]
	for _, k := range []string{"Mod", "start", "end", "value"} {
		if v[k] != "" {
			out += " " + k + "=" + v[k]
		}
	}
	if v["type"] == "set" {
		out += " " + strings.TrimPrefix(v["timex"], "Set: ")
	}
	return out
}

// values writes a set of values.
func values(list []map[string]string) string {
	var out []string
	for _, v := range list {
		if s := flat(v); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

// plain writes full-width signs as the suite does in some of its texts.
func plain(s string) string { return strings.NewReplacer("：", ":", "～", "~").Replace(s) }
