package answers

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"linli/bot"
	"linli/knowledge"
)

// Wording puts an answer into plain words. It may fail for any reason and then the answer goes out as it was composed; it never takes longer than
// its deadline, and it adds nothing that the entry does not say.
type Wording interface {
	Word(ctx context.Context, a Asked) (Worded, error)
}

// Asked is an answer before it is put into words.
type Asked struct {
	Task     string // bot.TaskAnswer if it is empty
	Question string
	Person   string // for whom; not sent
	Entry    *knowledge.Entry
	Plain    string // the answer as it was composed
	Patient  bool   // nobody waits for the words: they may take as long as a turn
}

// Worded is an answer in plain words.
type Worded struct {
	Text   string
	Cited  []string // IDs of entries
	Model  string
	Tokens int
}

// AsComposed is the wording where no model is configured.
type AsComposed struct{}

// Word leaves the answer as it is.
func (AsComposed) Word(context.Context, Asked) (Worded, error) {
	return Worded{}, &bot.ModelError{Why: bot.ModelOff}
}

// Misworded is a draft that may not go out.
type Misworded struct {
	Why   string           // length, form, cited, stamp, off topic, leak, facts, no source
	Facts []knowledge.Fact // with "facts": what it invents
}

func (e *Misworded) Error() string {
	text := "draft refused: " + e.Why
	for _, f := range e.Facts {
		text += " " + string(f.Kind)
	}
	return text
}

//go:embed prompts
var prompts embed.FS

// prompt returns the words that tell a model what to do.
func prompt(name string) string {
	text, err := prompts.ReadFile("prompts/" + name + ".txt")
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(text)
}

// Drafter is the Wording by a model.
type Drafter struct {
	model    bot.LanguageModel
	deadline time.Duration
	system   string
}

// NewDrafter returns a drafter that waits for the model no longer than the deadline; 0: 4 seconds.
func NewDrafter(m bot.LanguageModel, deadline time.Duration) *Drafter {
	if deadline == 0 {
		deadline = 4 * time.Second
	}
	return &Drafter{model: m, deadline: deadline, system: prompt("answer")}
}

// patience is how long words may take that nobody waits for.
const patience = 20 * time.Second

var draftSchema = json.RawMessage(`{"type":"object","properties":{"enough":{"type":"boolean"},"answer":{"type":"string"},` +
	`"cited":{"type":"array","items":{"type":"string"}}},"required":["enough","answer","cited"],"additionalProperties":false}`)

// draft is what a model writes.
type draft struct {
	Enough bool     `json:"enough"`
	Answer string   `json:"answer"`
	Cited  []string `json:"cited"`
}

// Word asks the model, and checks what it wrote.
func (d *Drafter) Word(ctx context.Context, a Asked) (Worded, error) {
	deadline := d.deadline
	if a.Patient {
		deadline = max(deadline, patience)
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	source := a.Entry.Text()
	c, err := d.model.Complete(ctx, bot.Prompt{
		Task: cmp.Or(a.Task, bot.TaskAnswer), Person: a.Person, System: d.system, Schema: draftSchema,
		Data: []bot.PromptData{
			{Name: "问题", Text: a.Question},
			{Name: "条目 " + a.Entry.ID, Text: source, Public: true},
			{Name: "已有的回答", Text: a.Plain, Public: true},
		},
	})
	if err != nil {
		return Worded{}, err
	}
	var w draft
	if err := json.Unmarshal(c.JSON, &w); err != nil {
		return Worded{}, &bot.ModelError{Why: bot.ModelMalformed}
	}
	worded := Worded{Text: tidy(w.Answer), Cited: w.Cited, Model: c.Model, Tokens: c.Tokens}
	if !w.Enough {
		return worded, &Misworded{Why: "no source"}
	}
	if !slices.Contains(w.Cited, a.Entry.ID) || len(w.Cited) != 1 {
		return worded, &Misworded{Why: "cited"}
	}
	if mentionsStamp(worded.Text) && a.Entry.Stamps != knowledge.StampYes {
		return worded, &Misworded{Why: "stamp"} // the colour of a stamp is said in fixed words or not at all
	}
	return worded, check(worded.Text, d.system, source, a.Plain)
}

// What a draft may be at most.
const (
	draftRunes = 320
	draftLines = 8
)

// leastOverlap is which share of a draft's pairs of characters must stand in what it cites. What speaks of something else has hardly any.
const leastOverlap = .3

// check holds a draft to its sources. It is a pure function: nothing that it refuses may be shown.
func check(text, system string, sources ...string) error {
	switch {
	case text == "" || len([]rune(text)) > draftRunes || strings.Count(text, "\n") >= draftLines:
		return &Misworded{Why: "length"}
	case strings.ContainsAny(text, "<>{}[]|`#") || strings.Contains(text, "://"):
		return &Misworded{Why: "form"}
	case knowledge.Repeats(text, system, 8):
		return &Misworded{Why: "leak"}
	case knowledge.Overlap(text, sources...) < leastOverlap:
		return &Misworded{Why: "off topic"}
	}
	if facts := knowledge.Unsupported(text, sources...); len(facts) > 0 {
		return &Misworded{Why: "facts", Facts: facts}
	}
	return nil
}

// tidy takes away what a text should not bear: control and direction marks, space at its ends, emphasis.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, text)
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, "**", "")) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func mentionsStamp(text string) bool {
	return strings.Contains(text, "盖章") || strings.Contains(text, "公章") || strings.Contains(text, "盖个章") || strings.Contains(text, "开证明") || strings.Contains(text, "开具")
}

// workOf says what became of a draft. It reports false where no model was asked.
func workOf(task string, cited []string, w Worded, err error) (bot.ModelWork, bool) {
	work := bot.ModelWork{Task: task, Outcome: bot.ModelUsed, Cited: cited, Model: w.Model, Tokens: w.Tokens}
	var refused *Misworded
	switch {
	case errors.As(err, &refused):
		work.Outcome = refused.Why
		for _, f := range refused.Facts {
			work.Facts = append(work.Facts, string(f.Kind))
		}
	case err != nil:
		work.Outcome = string(bot.WhyNoModel(err))
	}
	return work, work.Outcome != string(bot.ModelOff)
}

// Fixed reports whether the answer is said in fixed words, whatever the wording: a date that has passed, the colour of a stamp.
func Fixed(a knowledge.Answer) bool {
	return a.Expired || a.Facet == knowledge.FacetStamp || a.Hits[0].Entry.Stamps == knowledge.StampProhibited
}

// Use lets the wording put answers into words; Filing is the number under which the model is registered. It must be called before the first turn.
func (s *Skill) Use(w Wording, filing string) { s.wording, s.filing = w, filing }
