package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"
)

// ModelGuard stands before a model: it masks what is personal, holds budgets, remembers equal questions, and lets nobody wait for a free place.
// It is a LanguageModel itself.
type ModelGuard struct {
	options ModelGuardOptions
	slots   chan struct{}
	ledger  ledger // Keep's

	mu      sync.Mutex
	day     string
	persons map[string]int // questions of each person today
	today   int            // tokens of this process today
	before  int            // tokens of this process before today
	others  spent          // what the other processes, and earlier ones, have spent
	answers map[[32]byte]remembered
	order   [][32]byte // of answers, the oldest first
}

// ModelGuardOptions are what a guard is made with.
type ModelGuardOptions struct {
	Model  LanguageModel
	Ears   Listener         // nil: it cannot hear
	Off    map[string]bool  // tasks that are switched off
	AtOnce int              // how many may ask at once; 0: 8
	Budget ModelBudget      //
	Fresh  time.Duration    // how long an answer is remembered; 0: 10 minutes
	Now    func() time.Time // nil: time.Now
	Used   func(ModelUse)   // told of each use; nil: nobody
	Logger *slog.Logger     // nil: discards
}

// ModelBudget is how much may be asked. Zero is no limit.
type ModelBudget struct {
	Person int // questions of a person in a day
	Day    int // tokens of a day
	Total  int // tokens in all
}

// ModelUse is one use of a model. It bears nothing personal.
type ModelUse struct {
	Task   string
	Why    ModelFailure // "" if there was an answer
	Tokens int
	Cached bool
	Took   time.Duration
}

type remembered struct {
	answer Completion
	until  time.Time
}

// rememberMost is how many answers are remembered.
const rememberMost = 1000

// NewModelGuard returns a guard. A nil model is NoModel.
func NewModelGuard(o ModelGuardOptions) *ModelGuard {
	if o.Model == nil {
		o.Model = NoModel{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.AtOnce, o.Fresh = cmp.Or(o.AtOnce, 8), cmp.Or(o.Fresh, 10*time.Minute)
	return &ModelGuard{
		options: o, slots: make(chan struct{}, o.AtOnce), persons: map[string]int{}, answers: map[[32]byte]remembered{},
	}
}

// Complete asks the model, if everything allows it.
func (g *ModelGuard) Complete(ctx context.Context, p Prompt) (c Completion, err error) {
	began := time.Now()
	defer func() {
		if g.options.Used != nil {
			g.options.Used(ModelUse{Task: p.Task, Why: WhyNoModel(err), Tokens: c.Tokens, Cached: c.Cached, Took: time.Since(began)})
		}
	}()
	if g.options.Off[p.Task] {
		return Completion{}, &ModelError{Why: ModelOff}
	}
	p.Data = masked(p.Data)
	key := keyOf(p)
	if c, ok := g.recall(key); ok {
		return c, nil
	}
	free, err := g.enter(p.Person)
	if err != nil {
		return Completion{}, err
	}
	defer free()
	if c, err = g.options.Model.Complete(ctx, p); err != nil {
		return Completion{}, err
	}
	g.settle(key, c)
	return c, nil
}

// begin counts a question against the budgets; false if one is used up.
func (g *ModelGuard) begin(person string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn()
	b := g.options.Budget
	if b.Day > 0 && g.today+g.others.Day >= b.Day || b.Total > 0 && g.today+g.before+g.others.Total >= b.Total {
		return false
	}
	if person == "" {
		return true
	}
	if b.Person > 0 && g.persons[person] >= b.Person {
		return false
	}
	g.persons[person]++
	return true
}

// turn begins a new day's count. The lock is held.
func (g *ModelGuard) turn() {
	if day := g.options.Now().Format(time.DateOnly); day != g.day {
		g.before += g.today
		g.day, g.today, g.others.Day = day, 0, 0
		clear(g.persons)
	}
}

// settle counts what an answer cost and remembers it.
func (g *ModelGuard) settle(key [32]byte, c Completion) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn()
	g.today += c.Tokens
	if _, known := g.answers[key]; !known {
		g.order = append(g.order, key)
	}
	c.Tokens, c.Cached = 0, true
	g.answers[key] = remembered{c, g.options.Now().Add(g.options.Fresh)}
	for len(g.order) > rememberMost {
		delete(g.answers, g.order[0])
		g.order = g.order[1:]
	}
}

func (g *ModelGuard) recall(key [32]byte) (Completion, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.answers[key]
	return r.answer, ok && g.options.Now().Before(r.until)
}

// keyOf is equal for equal questions, whoever asks.
func keyOf(p Prompt) [32]byte {
	p.Person = ""
	text, err := json.Marshal(p)
	if err != nil { // a schema that isn't JSON: the model will say so
		text = []byte(p.System)
	}
	return sha256.Sum256(text)
}

// What Mask does not look for, since people write numbers with gaps and addresses of mail.
var (
	spacedNumber = regexp.MustCompile(`\d(?:[ \-.]?\d){10,18}[Xx]?`)
	mailAddress  = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
	gaps         = regexp.MustCompile(`[ \-.]`)
)

// masked returns the data as it may leave: what isn't public bears no identity, bank or telephone number and no mail address.
func masked(data []PromptData) []PromptData {
	out := make([]PromptData, len(data))
	for i, d := range data {
		if !d.Public {
			d.Text = MaskForModel(d.Text)
		}
		out[i] = d
	}
	return out
}

// MaskForModel is Mask, also for full-width digits, numbers with gaps, and addresses of mail.
func MaskForModel(text string) string {
	text = norm.NFKC.String(text)
	text = mailAddress.ReplaceAllString(text, "***@***")
	return spacedNumber.ReplaceAllStringFunc(text, func(n string) string {
		bare := gaps.ReplaceAllString(n, "")
		if hidden := Mask(bare); hidden != bare {
			return hidden
		}
		return n
	})
}
