package intents

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// tuneMessages are the messages that the model is tuned on; it has not learned from them.
func tuneMessages(t *testing.T) (head []string, rows [][]string) {
	return readMessages(t, "testdata/messages-tune.tsv")
}

func readMessages(t *testing.T, file string) (head []string, rows [][]string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = '\t', -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

// TestScoresAreProbabilities: of the messages with a score about p, about a share p is understood right.
func TestScoresAreProbabilities(t *testing.T) {
	m := newModel(t)
	_, rows := tuneMessages(t)
	type scored struct {
		score float64
		right bool
	}
	var all []scored
	for _, r := range rows {
		normal := Normalize(r[0])
		if _, _, urgent := m.Emergency(r[0]); urgent {
			continue
		}
		best := m.intents.Predict(normal)[0]
		all = append(all, scored{best.Score, best.Label == r[2]})
	}
	slices.SortFunc(all, func(a, b scored) int {
		switch {
		case a.score < b.score:
			return -1
		case a.score > b.score:
			return 1
		}
		return 0
	})
	const bins = 4
	for i := range bins {
		part := all[i*len(all)/bins : (i+1)*len(all)/bins]
		sum, right := 0.0, 0.0
		for _, s := range part {
			sum += s.score
			if s.right {
				right++
			}
		}
		said, was := sum/float64(len(part)), right/float64(len(part))
		t.Logf("%3d messages: said %.2f, was %.2f", len(part), said, was)
		if math.Abs(said-was) > .2 {
			t.Errorf("of %d messages with a mean score of %.2f a share of %.2f was right", len(part), said, was)
		}
	}
}

// TestNothingIsReportedThatIsNot: chit-chat, stories, praise and what is over: at most one in ten is taken for a report.
func TestNothingIsReportedThatIsNot(t *testing.T) {
	m := newModel(t)
	_, rows := tuneMessages(t)
	wrong, total := 0, 0
	for _, r := range rows {
		if r[2] != "none" {
			continue
		}
		total++
		if u := m.Understand(r[0], Context{Role: r[1], Now: monday}); u.Intent == "report" {
			t.Logf("%s: report (%.2f)", r[0], u.Score)
			wrong++
		}
	}
	if wrong*10 > total {
		t.Errorf("%d of %d messages that are none were taken for a report", wrong, total)
	}
}

// TestStrangers: messages by people who had seen nothing of the project, which nothing was tuned on. What counts are the figures of linli eval intents;
// the floors here are lower, so that a change of a few messages is no failure.
func TestStrangers(t *testing.T) {
	m := newModel(t)
	head, rows := readMessages(t, "testdata/stranger-report.tsv")
	cell := func(r []string, name string) string {
		if i := slices.Index(head, name); i < len(r) {
			return r[i]
		}
		return ""
	}
	var right, reports, kinds, urgent, called, others, taken float64
	for _, r := range rows {
		u := m.Understand(r[0], Context{Role: r[1], Now: monday})
		intents := strings.Split(r[2], "|")
		if slices.Contains(intents, u.Intent) {
			right++
		}
		if code := cell(r, "category"); code != "" {
			reports++
			if u.Slots.Category == code {
				kinds++
			}
		}
		if cell(r, "urgent") != "" {
			urgent++
			if u.Slots.Urgent != "" {
				called++
			}
		}
		if !slices.Contains(intents, "report") {
			others++
			if u.Intent == "report" {
				taken++
			}
		}
	}
	t.Logf("intents %.3f; categories %.3f of %.0f; somebody is called for %.0f of %.0f; %.0f of %.0f others are taken for reports", right/float64(len(rows)), kinds/reports, reports, called, urgent, taken, others)
	if right/float64(len(rows)) < .91 || kinds/reports < .89 || called/urgent < .89 || taken/others > .04 {
		t.Error("worse than it was")
	}
}
