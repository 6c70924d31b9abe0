package bot

import (
	"context"
	"encoding/json"
	"time"
)

// KindSent is the kind of record that keeps where a draft stands on its platform, for a day.
const KindSent = "sent"

// sentLife is how long a draft may be amended.
const sentLife = 24 * time.Hour

// amendment is the kind of a delivery that takes the place of another.
const amendment = "amendment"

// standing is where a reply stands.
type standing struct {
	To    Chat   `json:"to"`
	Line  string `json:"line"`
	Index int    `json:"index"`
	ID    string `json:"id"` // the platform's
}

// Draft is a reply that may be put better within a minute: where it was said, and its name.
type Draft struct {
	To   Chat   `json:"to"`
	Name string `json:"name"`
}

// Draft answers in the conversation with what Amend may put better. Where the channel can't change what it has sent it says nothing and
// returns nil: then the better answer has to be waited for.
func (t *Turn) Draft(r Reply) *Draft {
	if t.Message == nil || !t.edits(t.Message.Chat.Channel) {
		return nil
	}
	d := &Draft{To: t.Message.Chat, Name: t.Message.Chat.Key() + "/" + t.Message.ID}
	t.said = append(t.said, saying{to: d.To, reply: r, kind: "reply", draft: d.Name})
	return d
}

// Amend puts the reply in the place of the draft, on the platform and in the transcript. If that fails the draft stays: it was an answer too.
func (t *Turn) Amend(d Draft, r Reply) error {
	body, err := json.Marshal(Delivery{To: d.To, Reply: r, Kind: amendment, At: t.Now, Draft: d.Name})
	if err != nil {
		return err
	}
	// In the lane of the chat it comes behind the draft.
	t.jobs = append(t.jobs, Job{Queue: QueueOutbox, ID: "amend/" + d.Name, Lane: d.To.Key(), Due: t.Now, Body: body})
	return nil
}

// edits reports whether the channel can change what it has sent.
func (e *Engine) edits(channel string) bool {
	_, ok := e.channels[channel].(Editor)
	return ok
}

// sent keeps where a draft stands.
func sent(d Delivery, id string) (Change, error) {
	body, err := json.Marshal(standing{To: d.To, Line: d.Line, Index: d.Index, ID: id})
	if err != nil {
		return Change{}, err
	}
	return Change{Put: []Record{{Kind: KindSent, ID: d.Draft, Time: d.At, Body: body}}}, nil
}

// editAttempts is how often an amendment is tried: the draft that it is to replace is an answer, and an amendment that comes late is a nuisance.
const editAttempts = 3

// edit puts a reply in the place of the draft.
func (e *Engine) edit(ctx context.Context, channel Channel, d Delivery) (Change, error) {
	var s standing
	var c Change
	if there, err := e.take(ctx, &c, KindSent, d.Draft, &s); err != nil || !there {
		return Change{}, err // the draft was never shown
	}
	var line Line
	there, err := e.take(ctx, &c, KindLine, s.Line, &line)
	if err != nil || !there || s.Index >= len(line.Out) {
		return Change{}, err // forgotten meanwhile, at somebody's wish
	}
	if err := channel.(Editor).Edit(ctx, s.To, s.ID, d.Reply); err != nil {
		return Change{}, err
	}
	line.Out[s.Index] = d.Reply
	if c.Put[1].Body, err = json.Marshal(line); err != nil {
		return Change{}, err
	}
	return c, nil
}

// take reads a record into the value and puts it into the change, to be removed unless it is given a body.
func (e *Engine) take(ctx context.Context, c *Change, kind, id string, into any) (bool, error) {
	r, err := e.Store.Get(ctx, kind, id)
	if KindOf(err) == NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	body := r.Body
	r.Body = nil
	c.Put = append(c.Put, r)
	return true, json.Unmarshal(body, into)
}
