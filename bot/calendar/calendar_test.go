package calendar_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"linli/bot/calendar"
	"linli/intents/timex/holiday"
)

var shanghai = func() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return loc
}()

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func list(occurrences []calendar.Occurrence) string {
	words := make([]string, len(occurrences))
	for i, o := range occurrences {
		words[i] = o.At.Format("01-02 15:04")
	}
	return strings.Join(words, ", ")
}

func TestHolidays(t *testing.T) {
	for _, c := range []struct {
		name     string
		s        calendar.Series
		from, to string
		want     string
	}{
		{"kept", calendar.Series{Start: at("2026-09-10 09:00"), Rule: "FREQ=WEEKLY;BYDAY=TH"}, "2026-09-24 00:00", "2026-10-10 00:00", "09-24 09:00, 10-01 09:00, 10-08 09:00"},
		// National Day 2026 is 1 to 7 October; the 8th is a working day and has its own occurrence: one of both is enough.
		{"later meets the next", calendar.Series{Start: at("2026-09-10 09:00"), Rule: "FREQ=WEEKLY;BYDAY=TH", Shift: calendar.Later}, "2026-09-24 00:00", "2026-10-10 00:00", "09-24 09:00, 10-08 09:00"},
		{"earlier", calendar.Series{Start: at("2026-09-10 09:00"), Rule: "FREQ=WEEKLY;BYDAY=TH", Shift: calendar.Earlier}, "2026-09-24 00:00", "2026-10-10 00:00", "09-24 09:00, 09-30 09:00, 10-08 09:00"},
		{"skipped", calendar.Series{Start: at("2026-09-10 09:00"), Rule: "FREQ=WEEKLY;BYDAY=TH", Shift: calendar.Skip}, "2026-09-24 00:00", "2026-10-16 00:00", "09-24 09:00, 10-08 09:00, 10-15 09:00"},
		// 10 October 2026 is a Saturday that is worked.
		{"working days with 调休", calendar.Series{Start: at("2026-09-30 08:30"), Rule: "FREQ=DAILY", Shift: calendar.Skip}, "2026-09-30 00:00", "2026-10-13 00:00", "09-30 08:30, 10-08 08:30, 10-09 08:30, 10-10 08:30, 10-12 08:30"},
		{"weekend to Monday", calendar.Series{Start: at("2026-11-01 09:00"), Rule: "FREQ=MONTHLY;BYMONTHDAY=21", Shift: calendar.Later}, "2026-11-01 00:00", "2026-12-31 00:00", "11-23 09:00, 12-21 09:00"},
		{"once on a day off", calendar.Series{Start: at("2026-11-22 09:00"), Shift: calendar.Later}, "2026-11-01 00:00", "2026-12-31 00:00", "11-23 09:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := list(c.s.Between(at(c.from), at(c.to), holiday.China())); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNotAnnounced(t *testing.T) {
	s := calendar.Series{Start: at("2027-09-30 09:00"), Rule: "FREQ=DAILY;COUNT=4", Shift: calendar.Later}
	got := s.Between(at("2027-09-01 00:00"), at("2027-11-01 00:00"), holiday.China())
	if list(got) != "09-30 09:00, 10-04 09:00" {
		t.Errorf("got %s", list(got))
	}
	for _, o := range got {
		if !o.Provisional {
			t.Errorf("%s rests on holidays that nobody has announced and does not say so", o.Key)
		}
	}
}

func TestMoved(t *testing.T) {
	s := calendar.Series{Start: at("2026-11-02 09:30"), Rule: "FREQ=WEEKLY;BYDAY=MO"}
	s.Move(calendar.Key(at("2026-11-23 09:30")), at("2026-11-25 15:00"))
	s.Move(calendar.Key(at("2026-11-30 09:30")), time.Time{})
	if got := list(s.Between(at("2026-11-16 00:00"), at("2026-12-08 00:00"), nil)); got != "11-16 09:30, 11-25 15:00, 12-07 09:30" {
		t.Errorf("got %s", got)
	}
	if o, ok := s.Next(at("2026-11-25 15:00"), nil); !ok || o.At != at("2026-12-07 09:30") {
		t.Errorf("next is %v %v", o, ok)
	}
	if err := s.EndBefore(at("2026-12-07 00:00")); err != nil {
		t.Fatal(err)
	}
	if o, ok := s.Next(at("2026-11-26 15:00"), nil); ok {
		t.Errorf("after its end there is still %v", o)
	}
}

func TestCheck(t *testing.T) {
	for rule, ok := range map[string]bool{
		"": true, "FREQ=WEEKLY;BYDAY=MO": true, "FREQ=MONTHLY;BYMONTHDAY=-1": true, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": true,
		"FREQ=HOURLY": false, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": false, "FREQ=WEEKLY;BYHOUR=9,15": false, "every monday": false, "FREQ=MONTHLY;BYMONTHDAY=45": false,
	} {
		if err := (calendar.Series{Start: at("2026-11-23 09:00"), Rule: rule}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", rule, err)
		}
	}
}

var rules = rapid.Custom(func(t *rapid.T) string {
	weekdays := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	day := rapid.SampledFrom(weekdays)
	days := func(label string) string {
		return strings.Join(rapid.SliceOfNDistinct(day, 1, 3, rapid.ID).Draw(t, label), ",")
	}
	interval := rapid.SampledFrom([]string{"", ";INTERVAL=2", ";INTERVAL=3"}).Draw(t, "interval")
	switch rapid.IntRange(0, 4).Draw(t, "freq") {
	case 0:
		return "FREQ=DAILY" + interval
	case 1:
		return "FREQ=WEEKLY;BYDAY=" + days("days") + interval
	case 2:
		return "FREQ=MONTHLY;BYMONTHDAY=" + rapid.SampledFrom([]string{"1", "15", "28", "31", "-1", "5,20"}).Draw(t, "monthday") + interval
	case 3:
		return "FREQ=MONTHLY;BYDAY=" + rapid.SampledFrom([]string{"1", "2", "-1"}).Draw(t, "n") + day.Draw(t, "day") + interval
	}
	return "FREQ=YEARLY;BYMONTH=" + rapid.SampledFrom([]string{"2", "3", "10"}).Draw(t, "month") + ";BYMONTHDAY=" + rapid.SampledFrom([]string{"1", "29"}).Draw(t, "monthday")
})

// TestAgainstRRule compares with what rrule-go says itself, and the shifts with the holiday table.
func TestAgainstRRule(t *testing.T) {
	table := holiday.China()
	rapid.Check(t, func(t *rapid.T) {
		rule := rules.Draw(t, "rule")
		start := at("2025-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "start")) * time.Minute)
		from := start.AddDate(0, 0, rapid.IntRange(-30, 300).Draw(t, "from"))
		to := from.AddDate(0, 0, rapid.IntRange(1, 120).Draw(t, "days"))
		option, err := rrule.StrToROption(rule)
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart = start
		r, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		var want []time.Time
		for _, o := range r.Between(from, to, true) {
			if o.Before(to) {
				want = append(want, o)
			}
		}
		series := calendar.Series{Start: start, Rule: rule}
		var got []time.Time
		for _, o := range series.Between(from, to, table) {
			got = append(got, o.At)
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("%s from %v:\n got %v\nwant %v", rule, start, got, want)
		}
		series.Shift = rapid.SampledFrom([]calendar.Shift{calendar.Earlier, calendar.Later, calendar.Skip}).Draw(t, "shift")
		shifted(t, series, from, to, table)
	})
}

// shifted checks what must hold of occurrences that keep to working days.
func shifted(t *rapid.T, s calendar.Series, from, to time.Time, table *holiday.Table) {
	seen := map[string]bool{}
	all := s.Between(from, to, table)
	for _, o := range all {
		day := o.At.Format(time.DateOnly)
		if seen[day] {
			t.Fatalf("twice on %s", day)
		}
		seen[day] = true
		if work, _ := table.Workday(o.At); !work {
			t.Fatalf("%v is not worked", o.At)
		}
		if h, m, _ := o.At.Clock(); h != o.Planned.Hour() || m != o.Planned.Minute() {
			t.Fatalf("%v changed the time of day of %v", o.At, o.Planned)
		}
		low, high := o.Planned, o.At
		switch {
		case o.At.Equal(o.Planned):
			continue
		case s.Shift == calendar.Skip, o.At.Before(o.Planned) != (s.Shift == calendar.Earlier):
			t.Fatalf("%v went from %v the wrong way", o.At, o.Planned)
		case o.At.Before(o.Planned):
			low, high = o.At.AddDate(0, 0, 1), o.Planned.AddDate(0, 0, 1)
		}
		for d := low; d.Before(high); d = d.AddDate(0, 0, 1) {
			if work, _ := table.Workday(d); work {
				t.Fatalf("%v: %v between %v and it is worked", o.At, d, o.Planned)
			}
		}
	}
	// Asked one after the other, from any point, the same come.
	var stepped []calendar.Occurrence
	for after := from.Add(-time.Nanosecond); ; {
		o, ok := s.Next(after, table)
		if !ok || !o.At.Before(to) {
			break
		}
		stepped, after = append(stepped, o), o.At
	}
	if list(stepped) != list(all) {
		t.Fatalf("stepping gives %s\nbetween gives %s", list(stepped), list(all))
	}
}

func TestWords(t *testing.T) {
	for rule, want := range map[string]string{
		"FREQ=DAILY": "每天", "FREQ=DAILY;INTERVAL=3": "每3天", "FREQ=WEEKLY;BYDAY=MO": "每周一", "FREQ=WEEKLY": "每周一",
		"FREQ=WEEKLY;BYDAY=MO,WE,FR": "每周一、周三、周五", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "每周一至周五", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU": "每两周周二",
		"FREQ=MONTHLY;BYDAY=1TH": "每月第一个周四", "FREQ=MONTHLY;BYDAY=-1FR": "每月最后一个周五", "FREQ=MONTHLY;BYMONTHDAY=15": "每月15日",
		"FREQ=MONTHLY;BYMONTHDAY=-1": "每月最后一天", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10": "每3个月10日", "FREQ=MONTHLY;BYDAY=TH;BYSETPOS=1": "每月第一个周四",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": "每月最后一个工作日", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5": "每年3月5日", "FREQ=YEARLY": "每年11月23日", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=20": "每年3月、6月、9月、12月的20日",
		"FREQ=WEEKLY;BYDAY=MO;COUNT=5": "每周一,共5次", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T155959Z": "每周一,到2026年12月31日为止",
	} {
		if got := (calendar.Series{Start: at("2026-11-23 09:00"), Rule: rule}).Words(shanghai); got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
	if got := (calendar.Series{Start: at("2026-11-23 09:00"), Rule: "FREQ=DAILY", Shift: calendar.Skip}).Words(shanghai); got != "每个工作日" {
		t.Error(got)
	}
	if got := (calendar.Series{Start: at("2026-01-31 09:00"), Rule: "FREQ=MONTHLY"}).Gaps(shanghai); got != "没有31日的月份跳过" {
		t.Error(got)
	}
}

func TestPlan(t *testing.T) {
	leads := []calendar.Lead{{Before: 24 * time.Hour}, {Before: time.Hour}, {Days: 1, Clock: "15:00"}, {Before: 60 * time.Minute}, {Before: 48 * time.Hour}}
	plan := calendar.Plan("m1", at("2026-11-24 09:30"), leads, at("2026-11-23 09:00"))
	var got []string
	for _, d := range plan {
		got = append(got, d.At.Format("02 15:04"))
		if early := d.At.Sub(d.Ring); early < 0 || early > time.Minute {
			t.Errorf("%v rings at %v", d.At, d.Ring)
		}
	}
	if want := "23 09:30, 23 15:00, 24 08:30"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if got := calendar.LeadWords(leads[:3]); got != "提前1天、提前1小时、前一天 15:00" {
		t.Error(got)
	}
}

func TestSpread(t *testing.T) {
	now, due := at("2026-11-23 09:00"), at("2026-11-24 09:30")
	second := map[int]int{}
	for i := range 6000 {
		ring := calendar.Spread("meeting-"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+at("2026-01-01 00:00").Add(time.Duration(i)*time.Second).String(), due, now)
		second[int(due.Sub(ring)/time.Second)]++
	}
	for s, n := range second {
		if s < 0 || s > 60 || n > 200 {
			t.Errorf("%d of 6000 ring %d seconds before the minute", n, s)
		}
	}
	if ring := calendar.Spread("x", now.Add(time.Minute), now); now.Add(time.Minute).Sub(ring) > 3*time.Second {
		t.Errorf("of a minute %v were taken", now.Add(time.Minute).Sub(ring))
	}
}

func TestJudge(t *testing.T) {
	due, event := at("2026-11-24 08:30"), at("2026-11-24 09:30")
	for _, c := range []struct {
		event, next, now time.Time
		want             calendar.Verdict
	}{
		{event, time.Time{}, due, calendar.OnTime},
		{event, time.Time{}, due.Add(4 * time.Minute), calendar.OnTime},
		{event, time.Time{}, due.Add(40 * time.Minute), calendar.Late},
		{event, due.Add(30 * time.Minute), due.Add(40 * time.Minute), calendar.Superseded},
		{event, due.Add(50 * time.Minute), due.Add(40 * time.Minute), calendar.Late},
		{event, due.Add(44 * time.Minute), due.Add(40 * time.Minute), calendar.Superseded},
		{event, time.Time{}, event, calendar.Expired},
		{due.Add(2 * time.Minute), time.Time{}, due.Add(4 * time.Minute), calendar.OnTime},
	} {
		if got := calendar.Judge(due, c.event, c.next, c.now); got != c.want {
			t.Errorf("at %v: %s, want %s", c.now, got, c.want)
		}
	}
}

func TestFile(t *testing.T) {
	weekly := calendar.Series{Start: at("2026-11-02 09:30"), Rule: "FREQ=WEEKLY;BYDAY=MO"}
	weekly.Move(calendar.Key(at("2026-11-23 09:30")), at("2026-11-25 15:00"))
	weekly.Move(calendar.Key(at("2026-11-30 09:30")), time.Time{})
	events := []calendar.Event{
		{UID: "m1", Series: calendar.Series{Start: at("2026-11-24 09:30")}, Title: "联席会议;第四季度,全体", Place: "二楼会议室", Note: "议题:\n1. 路灯\n2. 充电桩" + strings.Repeat("很长的说明", 40), Leads: []calendar.Lead{{Before: 24 * time.Hour}, {Before: 90 * time.Minute}, {Days: 1, Clock: "15:00"}}, Stamp: at("2026-11-20 10:00")},
		{UID: "s1", Sequence: 3, Series: weekly, Title: "例会", Length: 2 * time.Hour, Stamp: at("2026-11-20 10:00")},
		{UID: "s2", Series: calendar.Series{Start: at("2026-09-03 09:00"), Rule: "FREQ=MONTHLY;BYDAY=1TH", Shift: calendar.Later}, Title: "群众说事", Stamp: at("2026-11-20 10:00")},
		{UID: "m2", Series: calendar.Series{Start: at("2026-11-26 09:30")}, Title: "取消的会", Off: true, Sequence: 1, Stamp: at("2026-11-20 10:00")},
	}
	file := calendar.File("马鞍山社区", events, at("2026-11-20 10:00"), holiday.China())
	if again := calendar.File("马鞍山社区", events, at("2026-11-20 10:00"), holiday.China()); !bytes.Equal(file, again) {
		t.Error("the same events give two files")
	}
	for i, line := range bytes.Split(file, []byte("\r\n")) {
		if len(line) > 75 || bytes.ContainsAny(line, "\n\r") || !validUTF8(line) {
			t.Errorf("line %d is no line of a calendar file: %q", i+1, line)
		}
	}
	for _, want := range []string{
		"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai", "TZOFFSETTO:+0800", "DTSTART;TZID=Asia/Shanghai:20261102T093000", "RRULE:FREQ=WEEKLY;BYDAY=MO",
		"EXDATE;TZID=Asia/Shanghai:20261130T093000", "RECURRENCE-ID;TZID=Asia/Shanghai:20261123T093000", "DTSTART;TZID=Asia/Shanghai:20261125T150000",
		"DTSTART:20261124T013000Z", "TRIGGER:-P1D", "TRIGGER:-PT1H30M", "STATUS:CANCELLED", "SEQUENCE:3", `SUMMARY:联席会议\;第四季度\,全体`, "METHOD:PUBLISH",
	} {
		if !strings.Contains(string(file), want) {
			t.Errorf("%s is missing in\n%s", want, file)
		}
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	uids := map[string]int{}
	for _, e := range cal.Events() {
		uids[e.Id()]++
		if e.GetProperty(ics.ComponentPropertyDtstamp) == nil || e.GetProperty(ics.ComponentPropertyDtStart) == nil {
			t.Errorf("%s lacks what every event must have", e.Id())
		}
	}
	if uids["m1@linli"] != 1 || uids["s1@linli"] != 2 || len(uids) != 3+13 {
		t.Errorf("events: %v", uids)
	}
	if note := cal.Events()[0].GetProperty(ics.ComponentPropertyDescription).Value; note != events[0].Note {
		t.Errorf("the note came back as %q", note)
	}
}

func validUTF8(line []byte) bool { return strings.ToValidUTF8(string(line), "?") == string(line) }

func TestFileInAZoneWithSummerTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 2, 9, 30, 0, 0, berlin)
	file := string(calendar.File("x", []calendar.Event{{UID: "s", Series: calendar.Series{Start: start, Rule: "FREQ=WEEKLY"}, Stamp: start}}, start, nil))
	for _, want := range []string{"BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200", "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100"} {
		if !strings.Contains(file, want) {
			t.Errorf("%s is missing in\n%s", want, file)
		}
	}
}

func FuzzSeries(f *testing.F) {
	for _, rule := range []string{"FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20261231T155959Z", "FREQ=MONTHLY;BYDAY=5MO", ";;", "FREQ=DAILY;INTERVAL=0"} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		s := calendar.Series{Start: at("2026-11-23 09:00"), Rule: rule}
		if s.Check() != nil {
			return
		}
		if _, ok := s.Next(s.Start.Add(-time.Second), nil); !ok {
			t.Errorf("%q was found good and never happens", rule)
		}
		_, _ = s.Words(shanghai), s.Gaps(shanghai)
	})
}
