package inspections

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"linli/bot"
	"linli/intents/timex/holiday"
)

var shanghai = time.FixedZone("CST", 8*3600)

// TestWishes reads testdata/wishes.tsv: what a sentence about inspections asks for.
func TestWishes(t *testing.T) {
	content, err := os.ReadFile("testdata/wishes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(content)) {
		want, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		if got := wishOf(text); string(got) != strings.TrimPrefix(want, "-") {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if n == 0 {
		t.Fatal("no sentences")
	}
}

// FuzzWords: whatever is said, the readers end, name a kind that exists, and no deadline or period lies where it can't.
func FuzzWords(f *testing.F) {
	for _, text := range []string{
		"第4季度督查改到12月5日", "马鞍山社区的督查推迟到下周三", "取消12月9日的督查", "还有哪些问题没整改", "督查发现3栋楼道堆物,限3天整改", "限2月30日前整改", "限0天整改",
		"限99999999999天整改", "推迟9999999年", "\xff督查\x00改到", "DC261123-1 期限改到12月5日", "每月31日督查", "每季度第四个周日督查", "去年12月督查通报", "",
	} {
		f.Add(text)
	}
	s := New(Options{})
	kinds := []wish{wishNothing, wishFinding, wishBulletin, wishCover, wishOpen, wishQuarter, wishRounds, wishMove, wishCancel}
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Date(2026, 11, 23, 10, 0, 0, 0, shanghai)
		text = strings.ToValidUTF8(text[:min(len(text), bot.MaxText)], "") // as the engine hands it on
		if w := wishOf(text); !slices.Contains(kinds, w) {
			t.Errorf("%q asks for %q", text, w)
		}
		at, problem := s.deadline(text, now)
		if !at.IsZero() && (!at.After(now) || problem != "") {
			t.Errorf("%q has the deadline %s, %q", text, at, problem)
		}
		if !utf8.ValidString(problem) {
			t.Errorf("%q: %q", text, problem)
		}
		if from, to, named := s.period(text, now); !from.Before(to) {
			t.Errorf("%q is about %s to %s (%v)", text, from, to, named)
		}
		if from, to, wrong := s.reported(text, now); wrong == "" && (!from.Before(to) || from.After(now)) {
			t.Errorf("%q reports on %s to %s", text, from, to)
		}
		if series, ok := quarterly(text, time.Time{}, now); ok && (series.Check() != nil || !series.Start.After(now)) {
			t.Errorf("%q recurs as %+v", text, series)
		}
		for _, round := range []time.Time{now.AddDate(0, 0, 3), now.AddDate(0, 2, 0)} {
			c := change{Text: text}
			if problem := s.target(round, false, &c, now); problem == "" && (!c.To.After(now) || c.To.Equal(round)) {
				t.Errorf("%q moves %s to %s", text, round, c.To)
			}
		}
	})
}

// TestSpread: each unit is on one working day within the time, no day is empty, and no day has more than it must.
func TestSpread(t *testing.T) {
	days := holiday.China()
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai).Add(time.Duration(rapid.IntRange(0, 330*24).Draw(t, "hours")) * time.Hour)
		_, to := quarter(from)
		var units []string
		for i := range rapid.IntRange(0, 200).Draw(t, "units") {
			units = append(units, string(rune('一'+i)))
		}
		plan := spread(units, from, to, days)
		all := working(from, to, days)
		if len(plan) == 0 && len(units) > 0 && len(all) > 0 {
			t.Fatalf("%d units and %d working days, but no plan", len(units), len(all))
		}
		var seen []string
		for i, d := range plan {
			work, _ := days.Workday(d.At)
			if !work || !d.At.After(from) || !d.At.Before(to) || len(d.Units) == 0 || i > 0 && !d.At.After(plan[i-1].At) {
				t.Fatalf("day %d is %+v", i, d)
			}
			seen = append(seen, d.Units...)
			if room := len(working(from, to.Add(-spare), days)); room > 0 && len(d.Units) > max(mostOneDay, ceil(len(units), room)) {
				t.Fatalf("%d units on %s, with %d days", len(d.Units), d.At, room)
			}
		}
		if len(plan) > 0 && !slices.Equal(seen, units) {
			t.Fatalf("planned %v of %v", seen, units)
		}
	})
}
