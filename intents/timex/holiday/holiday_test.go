package holiday

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, time.FixedZone("CST", 8*3600))
	if err != nil {
		panic(err)
	}
	return t
}

func TestWorkday(t *testing.T) {
	for _, c := range []struct {
		day             string
		work, announced bool
		name            string
	}{
		{"2026-10-01", false, true, "国庆节"},
		{"2026-10-10", true, true, ""}, // a Saturday that is worked
		{"2026-09-20", true, true, ""}, // a Sunday that is worked
		{"2026-11-23", true, true, ""}, // a Monday
		{"2026-11-28", false, true, ""},
		{"2026-02-17", false, true, "春节"},
		{"2025-10-08", false, true, "国庆中秋"},
		{"2027-10-01", false, false, "国庆节"}, // nothing announced: the statutory days hold
		{"2027-02-05", false, false, "春节"},  // New Year's Eve
		{"2027-04-05", false, false, "清明节"},
		{"2027-06-09", false, false, "端午节"},
		{"2027-09-15", false, false, "中秋节"},
		{"2027-10-04", true, false, ""},
		{"2027-10-09", false, false, ""},
		{"2028-01-01", false, false, "元旦"},
	} {
		work, announced := China().Workday(day(c.day))
		if work != c.work || announced != c.announced {
			t.Errorf("%s: work %v announced %v", c.day, work, announced)
		}
		if got := China().Name(day(c.day)); !strings.HasPrefix(got, c.name) || (got == "") != (c.name == "") {
			t.Errorf("%s is %q", c.day, got)
		}
	}
}

func TestAddWorkdays(t *testing.T) {
	for _, c := range []struct {
		from      string
		n         int
		want      string
		announced bool
	}{
		{"2026-11-20", 3, "2026-11-25", true},
		{"2026-09-30", 1, "2026-10-08", true},
		{"2026-10-09", 1, "2026-10-10", true},
		{"2026-10-08", -1, "2026-09-30", true},
		{"2026-10-03", 0, "2026-10-08", true},
		{"2026-11-23", 0, "2026-11-23", true},
		{"2026-12-31", 1, "2027-01-04", false},
		{"2027-09-30", 1, "2027-10-04", false},
	} {
		got, announced := AddWorkdays(China(), day(c.from), c.n)
		if got.Format(time.DateOnly) != c.want || announced != c.announced {
			t.Errorf("%s + %d is %s, announced %v", c.from, c.n, got.Format(time.DateOnly), announced)
		}
	}
	if got, _ := NextWorkday(China(), day("2026-11-27")); got.Format(time.DateOnly) != "2026-11-30" {
		t.Errorf("after Friday comes %s", got)
	}
}

func TestAddWorkingHours(t *testing.T) {
	office := Office{Open: 9 * time.Hour, Close: 17*time.Hour + 30*time.Minute, BreakStart: 12 * time.Hour, BreakStop: 13*time.Hour + 30*time.Minute}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("CST", 8*3600))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		from string
		d    time.Duration
		want string
	}{
		{"2026-11-23 09:00", time.Hour, "2026-11-23 10:00"},
		{"2026-11-23 11:30", time.Hour, "2026-11-23 14:00"},
		{"2026-11-23 17:00", time.Hour, "2026-11-24 09:30"},
		{"2026-11-27 17:00", 2 * time.Hour, "2026-11-30 10:30"},
		{"2026-09-30 17:00", 4 * time.Hour, "2026-10-08 14:00"},
		{"2026-11-23 03:00", 0, "2026-11-23 09:00"},
		{"2026-11-23 12:30", 30 * time.Minute, "2026-11-23 14:00"},
	} {
		if got, _ := AddWorkingHours(China(), at(c.from), c.d, office); !got.Equal(at(c.want)) {
			t.Errorf("%s + %v is %s, want %s", c.from, c.d, got, c.want)
		}
	}
	if got, _ := AddWorkingHours(China(), at("2026-11-23 09:00"), time.Hour, Office{}); !got.Equal(at("2026-11-23 09:00")) {
		t.Errorf("without office hours: %s", got)
	}
}

// TestWorkdaysThereAndBack: counting on and back again ends where it began, on a day that is worked.
func TestWorkdaysThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, _ := AddWorkdays(China(), day("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 1500).Draw(t, "day")), 0)
		n := rapid.IntRange(1, 60).Draw(t, "n")
		to, _ := AddWorkdays(China(), from, n)
		back, _ := AddWorkdays(China(), to, -n)
		if work, _ := China().Workday(to); !work || !back.Equal(from) {
			t.Fatalf("%s + %d is %s, back at %s", from, n, to, back)
		}
	})
}

func TestImport(t *testing.T) {
	entries, err := ReadCSV(strings.NewReader("# 2027, made up\n2027-10-01,off,国庆节\n2027-10-04,off,国庆节\n2027-10-09,work,国庆节\n"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := China().With(entries)
	if err != nil {
		t.Fatal(err)
	}
	if !table.Announced(2027) || China().Announced(2027) {
		t.Error("the new table knows 2027, the shared one does not")
	}
	if work, announced := table.Workday(day("2027-10-04")); work || !announced {
		t.Error("2027-10-04 is off")
	}
	if work, _ := table.Workday(day("2027-10-09")); !work {
		t.Error("2027-10-09 is worked")
	}
	if work, announced := table.Workday(day("2026-10-10")); !work || !announced {
		t.Error("2026 is kept")
	}
	for _, bad := range []string{"2027-10-32,off,x\n", "2027-10-01,free,x\n", "2027-10-01,off\n"} {
		if _, err := ReadCSV(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is no error", bad)
		}
	}
	if _, err := China().With([]Entry{{Day: "soon"}}); err == nil {
		t.Error("a day that is no date is no error")
	}
}
