package bot

import (
	"context"
	"time"
)

// Listener writes down what is said in a recording. Its failures are *ModelError values.
type Listener interface {
	Hear(ctx context.Context, s Speech) (Heard, error)
}

// Speech is a recording.
type Speech struct {
	Person string // for whom; limits go by it, it is never sent
	Type   string // audio/ogg
	Data   []byte
}

// Heard are the words of a recording.
type Heard struct {
	Text   string
	Model  string
	Tokens int
}

// KindSeen is the kind of record that keeps what a model saw in a photo: a Seen under Attachment.Key; key by=, the person.
const KindSeen = "seen"

// Seen is what a photo shows, as a model says. It is a suggestion: no record changes by it.
type Seen struct {
	Text   string    `json:"text"`
	Model  string    `json:"model"`
	Filing string    `json:"filing,omitempty"`
	At     time.Time `json:"at"`
}

// Hear listens, if everything allows it: the switch, the free places, the budgets.
func (g *ModelGuard) Hear(ctx context.Context, s Speech) (h Heard, err error) {
	began := time.Now()
	defer func() {
		if g.options.Used != nil {
			g.options.Used(ModelUse{Task: TaskVoice, Why: WhyNoModel(err), Tokens: h.Tokens, Took: time.Since(began)})
		}
	}()
	if g.options.Ears == nil || g.options.Off[TaskVoice] {
		return Heard{}, &ModelError{Why: ModelOff}
	}
	free, err := g.enter(s.Person)
	if err != nil {
		return Heard{}, err
	}
	defer free()
	if h, err = g.options.Ears.Hear(ctx, s); err != nil {
		return Heard{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn()
	g.today += h.Tokens
	return h, nil
}

// enter takes a free place and counts the question, or says why not. The place is to be given back.
func (g *ModelGuard) enter(person string) (free func(), err error) {
	select {
	case g.slots <- struct{}{}:
	default:
		return nil, &ModelError{Why: ModelFull}
	}
	if !g.begin(person) {
		<-g.slots
		return nil, &ModelError{Why: ModelSpent}
	}
	return func() { <-g.slots }, nil
}
