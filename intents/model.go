// Package intents reads what a message means: an intent, and the slots that it fills. It is a library and needs no model of language:
// exact rules for a few things, a linear classifier for the rest, grammars for times and places.
package intents

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/intents/place"
	"linli/intents/timex"
)

// Context is what is known about who speaks.
type Context struct {
	Role   string // resident, grid, secretary, street, liaison, inspector, admin
	Now    time.Time
	Places *place.Gazetteer // may be nil
	Group  bool
}

// Understanding is what a message means.
type Understanding struct {
	Text   string        `json:"text"`
	Intent string        `json:"intent"`
	Score  float64       `json:"score"` // a probability
	Slots  Slots         `json:"slots"`
	Times  []timex.Match `json:"times"`
	Others []Scored      `json:"others,omitempty"` // what else it might be
}

// Slots are what a message says beside its intent.
type Slots struct {
	Category string     `json:"category,omitempty"`
	Place    string     `json:"place,omitempty"`
	Urgent   string     `json:"urgent,omitempty"`
	At       *time.Time `json:"at,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	RRule    string     `json:"rrule,omitempty"`
	Remind   []string   `json:"remind,omitempty"`
	Title    string     `json:"title,omitempty"`
	Due      string     `json:"due,omitempty"`
	Percent  *int       `json:"percent,omitempty"`
	Answer   string     `json:"answer,omitempty"`
	To       string     `json:"to,omitempty"`
	Number   string     `json:"number,omitempty"`
	Unit     string     `json:"unit,omitempty"`
}

// Options are what a model is made with.
type Options struct {
	Learned json.RawMessage // what Learn returned; nil: nothing
}

// Model understands. It does not change and may be used by many at once.
type Model struct {
	intents    *Classifier
	categories *Classifier
	urgent     *Classifier
	staff      map[string]bool // the intents that only staff have; who of them may do what is not for us to say
}

// How the data is learned from; tuned on testdata/messages-tune.tsv and stranger-tune.tsv.
var (
	intentOptions   = TrainOptions{C: 2, Grams: 2, Rare: 1.5, Beta: .3, Heat: 7, Bits: 17}
	categoryOptions = TrainOptions{C: .5, Grams: 2, Rare: 1, Bias: .3, Heat: 6, Bits: 15}
	urgentOptions   = TrainOptions{C: 1, Grams: 2, Rare: 1, Heat: 3, Bits: 17}
)

// OrderOptions are how a classifier is learned from past work orders: the best of what was tried by cross-validation on 8,000 titles of complaints.
var OrderOptions = TrainOptions{C: 2, Grams: 2, Rare: 1.5, Beta: .5, Bits: 19}

// New makes a model; it learns only if there is something new in the options, which takes some seconds.
func New(o Options) (*Model, error) {
	kept, err := readTrained()
	if err != nil {
		return nil, err
	}
	m := &Model{staff: map[string]bool{}, intents: kept.Intents.unpack(), urgent: kept.Urgent.unpack()}
	for line := range strings.Lines(intentTexts) {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			fields := strings.Fields(head)
			m.staff[fields[0]] = !slices.Contains(fields, "all")
		}
	}
	if o.Learned == nil {
		m.categories = kept.Categories.unpack()
		return m, nil
	}
	var learned []Example
	if err := json.Unmarshal(o.Learned, &learned); err != nil {
		return nil, fmt.Errorf("read what was learned: %w", err)
	}
	m.categories = Train(append(learned, categoryExamples()...), categoryOptions)
	return m, nil
}

// Learn prepares past work orders for Options.Learned. A category may be named by its code or its name.
func Learn(examples []Example) (json.RawMessage, Report, error) {
	for i, e := range examples {
		for _, c := range Categories() {
			if c.Name == e.Label {
				examples[i].Label = c.Code
			}
		}
		examples[i].Text = Normalize(e.Text)
	}
	raw, err := json.Marshal(examples)
	return raw, CrossValidate(examples, 5, OrderOptions), err
}

// ScoredCategory is a category's code and its probability.
type ScoredCategory struct {
	Code  string
	Score float64
}

// Category returns the likeliest categories of an incident.
func (m *Model) Category(text string, top int) []ScoredCategory {
	var out []ScoredCategory
	for _, s := range m.categories.Predict(Normalize(text)) {
		if len(out) == top {
			break
		}
		if s.Label == noCategory {
			continue
		}
		out = append(out, ScoredCategory{s.Label, s.Score})
	}
	return out
}

// Below the threshold a message is not ours; a report, which sends somebody on the way, has to be likelier.
const (
	threshold       = .12
	reportThreshold = .5
	doubtless       = .9 // what is none of ours with this probability isn't looked at again
	clearKind       = .6
	anyKind         = .25
)

// Understand reads a message.
func (m *Model) Understand(text string, c Context) Understanding {
	normal := Normalize(text)
	u := Understanding{Text: text, Intent: "none", Times: timex.Find(normal, timex.Options{Now: c.Now})}
	if u.Times == nil {
		u.Times = []timex.Match{}
	}
	if normal == "" {
		return u
	}
	where, placed := place.Best(place.Find(normal, c.Places))
	bare := normal
	if placed {
		bare = strings.Replace(normal, where.Text, "", 1)
	}
	scored := m.intents.Predict(normal)
	if number, code, ok := m.emergency(normal, bare, scored); ok {
		u.Intent, u.Score, u.Slots.Urgent, u.Slots.Category = "report", .99, number, code
	} else {
		u.Others = m.likely(scored, normal, bare, placed, c.Role)
		if first := u.Others[0]; first.Score >= reportThreshold || first.Label != "report" && first.Score >= threshold {
			u.Intent, u.Score = first.Label, first.Score
		}
		if onlyTimes(normal, u.Times) {
			u.Intent, u.Score = "none", doubtless
		}
		if u.Intent == "none" && caseNumber.MatchString(normal) {
			u.Intent, u.Score = "track", u.Others[0].Score // who names a case asks about it
		}
		u.Others = slices.Clone(u.Others[1:min(4, len(u.Others))])
	}
	if placed && (!where.Weak || u.Intent == "report" || strings.HasPrefix(u.Intent, "meeting.")) {
		u.Slots.Place = place.Original(text, normal, where)
		if len(where.Units) == 1 {
			u.Slots.Unit = where.Units[0]
		}
	}
	m.fill(&u, normal, bare, c)
	return u
}

// onlyTimes reports whether a text is nothing but a time: that answers a question, and is no wish by itself.
func onlyTimes(normal string, times []timex.Match) bool {
	for _, t := range times {
		normal = strings.Replace(normal, t.Text, "", 1)
	}
	return len(times) > 0 && strings.Trim(normal, " ,.。!?、吧") == ""
}

// likely is what somebody of the role may mean, the likeliest first. What somebody else might say with these words keeps its share: a resident who seems
// to arrange a meeting is not taken for somebody who says thanks.
func (m *Model) likely(scored []Scored, normal, bare string, placed bool, role string) []Scored {
	resident := role == "" || role == "resident"
	over := slices.ContainsFunc(scored[:2], func(s Scored) bool { return s.Label == "report" }) && settled(normal)
	likely := make([]Scored, 0, len(scored))
	for _, s := range scored {
		if m.staff[s.Label] && resident || s.Label == "report" && over {
			continue
		}
		if kind, _, _ := strings.Cut(s.Label, "."); slices.Contains(usual[role], kind) {
			s.Score = usualShare * s.Score / (1 + (usualShare-1)*s.Score) // the odds are so many times higher
		}
		likely = append(likely, s)
	}
	slices.SortStableFunc(likely, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	switch {
	case !over && m.namesTrouble(likely, bare):
		likely[0], likely[1] = likely[1], likely[0]
		likely[0].Score = reportThreshold
	case likely[0].Label == "report" && !placed && m.categories.Predict(bare)[0].Score < anyKind: // it names no trouble, nor where
		likely = append(likely[1:], likely[0])
	}
	return likely
}

// usual are the kinds of intents that are the daily work of a role; the same words mean other things to another.
var usual = map[string][]string{
	"inspector": {"inspection"},
	"secretary": {"meeting", "incident"},
	"liaison":   {"meeting", "duty"},
	"grid":      {"report", "incident"},
}

// usualShare is how much likelier what is usual is than the words alone say.
const usualShare = 3

// namesTrouble reports whether a text that is none of ours at first sight, but perhaps a report, names a trouble that is clearly of one kind.
func (m *Model) namesTrouble(scored []Scored, bare string) bool {
	if len(scored) < 2 || scored[0].Label != "none" || scored[0].Score >= doubtless || scored[1].Label != "report" {
		return false
	}
	kind := m.categories.Predict(bare)[0]
	return kind.Label != noCategory && kind.Score >= clearKind
}
