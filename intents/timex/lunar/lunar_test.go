package lunar

import (
	"testing"
	"time"

	"github.com/6tail/lunar-go/calendar"
	"pgregory.net/rapid"
)

// TestAgreesWithTheLibrary asks the library for the lunar date of random days, by the way that this package does not take.
func TestAgreesWithTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 73000).Draw(t, "day"))
		l := calendar.NewSolarFromYmd(day.Year(), int(day.Month()), day.Day()).GetLunar()
		month, d, ok := Of(day)
		if !ok || month != l.GetMonth() || d != l.GetDay() {
			t.Fatalf("%s is %d/%d, the library has %d/%d", day.Format(time.DateOnly), month, d, l.GetMonth(), l.GetDay())
		}
		m, leap := month, false
		if m < 0 {
			m, leap = -m, true
		}
		first, days, ok := Month(l.GetYear(), m, leap)
		if !ok || d > days || !first.In(time.UTC).AddDate(0, 0, d-1).Equal(day) {
			t.Fatalf("month %d of %d begins on %v", month, l.GetYear(), first)
		}
		if term := l.GetJieQi(); term != "" {
			found := false
			for n, name := range Terms {
				got, _ := Term(day.Year(), n)
				found = found || name == term && got.In(time.UTC).Equal(day)
			}
			if !found {
				t.Fatalf("%s is %s", day.Format(time.DateOnly), term)
			}
		}
	})
}

func TestKnownDays(t *testing.T) {
	for _, c := range []struct {
		name             string
		year, month, day int
		leap             bool
		want             Day
	}{
		{"New Year 2026", 2026, 1, 1, false, Day{2026, 2, 17}},
		{"Mid-autumn 2026", 2026, 8, 15, false, Day{2026, 9, 25}},
		{"leap month of 2025", 2025, 6, 1, true, Day{2025, 7, 25}},
	} {
		first, _, ok := Month(c.year, c.month, c.leap)
		if got := first.In(time.UTC).AddDate(0, 0, c.day-1); !ok || !got.Equal(c.want.In(time.UTC)) {
			t.Errorf("%s is %s", c.name, got.Format(time.DateOnly))
		}
	}
	if _, _, ok := Month(2026, 6, true); ok {
		t.Error("2026 has no leap sixth month")
	}
	if _, ok := Term(First-1, 0); ok {
		t.Error("years before First have no answer")
	}
}
