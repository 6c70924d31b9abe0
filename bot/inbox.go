package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// inbox turns a message into a change.
func (e *Engine) inbox(ctx context.Context, job Job) (Change, error) {
	var m Message
	if err := json.Unmarshal(job.Body, &m); err != nil {
		return Change{}, Because(Invalid, err, "")
	}
	t := e.newTurn(ctx)
	for i := range m.Attachments {
		m.Attachments[i].Channel = m.Chat.Channel
	}
	t.Message = &m
	if err := e.converse(t); err != nil {
		return Change{}, err
	}
	return e.finish(t, job.ID)
}

// newTurn returns a turn that has read nothing.
func (e *Engine) newTurn(ctx context.Context) *Turn {
	return &Turn{
		Context: ctx, Now: e.Now().In(e.Location), Org: e.Org, Root: e.Root, Places: e.Places, Person: &Person{}, Session: &Session{},
		read: e.Understand, edits: e.edits, store: e.Store, versions: map[string]int64{}, put: map[string]Record{},
	}
}

// converse finds out who speaks and what about, and lets the right skill act.
func (e *Engine) converse(t *Turn) error {
	m := t.Message
	if err := e.recognise(t); err != nil {
		return err
	}
	t.Session.rest(t.Now)
	if len(m.Text) > MaxText {
		m.Text = strings.ToValidUTF8(m.Text[:MaxText], "")
		t.Say(e.texts.Say("cut", nil))
	}
	if m.Action == "" && !m.Edited {
		m.Action = chosen(t.Session.Choices, m.Text)
	}
	if m.Action == "" {
		if err := t.understand(); err != nil {
			return err
		}
	}
	if err := e.handle(t); err != nil {
		return err
	}
	if again := t.again; again != nil {
		t.Message, t.again = again, nil
		if err := t.understand(); err != nil {
			return err
		}
		if err := e.handle(t); err != nil {
			return err
		}
		t.Message = m // what was really said stands in the transcript
	}
	if !t.Session.Told && !m.Chat.Group && !e.capabilities(m.Chat.Channel).Informs {
		t.Session.Told = true
		t.Say(e.texts.Say("privacy", nil))
	}
	return nil
}

// handle routes the message; what may not be done is said.
func (e *Engine) handle(t *Turn) error {
	err := e.route(t)
	if err != nil && KindOf(err) == Forbidden && MessageOf(err) != "" {
		t.Say(MessageOf(err))
		return nil
	}
	return err
}

// route gives the message to the first that it belongs to: a guard, a pressed choice, the skill that asked, the skill of the intent.
func (e *Engine) route(t *Turn) error {
	if t.Message.Action == "" {
		for _, g := range e.guards {
			if mine, err := g.Guard(t); mine || err != nil {
				return err
			}
		}
	} else if skill, verb, argument, ok := splitAction(t.Message.Action); ok {
		if c, ok := e.skills[skill].(Chooser); ok {
			return c.Choose(t, verb, argument)
		}
	}
	if t.Message.Edited && (t.Session.Skill != "" || e.routes[t.Understood.Intent].Action != Ask) {
		// A question is answered anew. What has had its effects had better be put right in words than done a second time.
		t.Say(e.texts.Say("edited", nil))
		return nil
	}
	if c, ok := e.skills[t.Session.Skill].(Continuer); ok {
		if mine, err := c.Continue(t); mine || err != nil {
			return err
		}
	}
	route, ok := e.routes[t.Understood.Intent]
	if !ok {
		route, ok = e.routes["none"]
		if !ok {
			t.Say(e.texts.Say("unknown", nil))
			return nil
		}
	}
	if !t.Allowed(route.Action, "") {
		t.Say(e.texts.Say("forbidden", nil), NewChoice(e.texts.Say("choice.human", nil), "answers", "human", ""))
		return nil
	}
	return route.Handle(t)
}

// recognise reads whose account it is and the session of the conversation.
func (e *Engine) recognise(t *Turn) error {
	m := t.Message
	person, err := who(t, m.From)
	if err != nil {
		return err
	}
	t.Person = person
	if _, err := t.Get(KindSession, m.Lane(), t.Session); err != nil {
		return err
	}
	t.Unit = person.Unit
	switch {
	case m.Chat.Group:
		var bound ChatBinding
		if known, err := t.Get(KindChat, m.Chat.Key(), &bound); err != nil {
			return err
		} else if known {
			t.Unit = bound.Unit
		}
	case person.Chat.Key() != m.Chat.Key() && person.ID != m.From.Key():
		// Where somebody speaks to us privately is where we can speak to them.
		person.Chat = m.Chat
		if err := t.Put(KindPerson, person.ID, person, t.Now, person.Keys()...); err != nil {
			return err
		}
		t.states = nil
	}
	if t.Unit == "" {
		t.Unit = t.Session.Unit
	}
	if t.Unit == "" {
		t.Unit = e.Root
	}
	return nil
}

// who returns the person whose account it is; a resident without a record if nobody has bound it.
func who(t *Turn, a Account) (*Person, error) {
	var b Binding
	bound, err := t.Get(KindAccount, a.Key(), &b)
	if err != nil {
		return nil, err
	}
	if bound {
		var p Person
		if found, err := t.Get(KindPerson, b.Person, &p); err != nil {
			return nil, err
		} else if found {
			return &p, nil
		}
	}
	return &Person{ID: a.Key(), Name: a.Name}, nil
}

// chosen returns the action of the choice that the text names: by its number, by its label, or by "第二个".
func chosen(choices []Choice, text string) string {
	text = strings.Trim(text, " .。、)）(（,，!！号个")
	text = strings.TrimPrefix(text, "第")
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(choices) {
		return choices[n-1].Action
	}
	if n := strings.Index("一二三四五六七八九", text); text != "" && len(text) == 3 && n >= 0 && n/3 < len(choices) {
		return choices[n/3].Action
	}
	for _, c := range choices {
		if c.Label == text {
			return c.Action
		}
	}
	return ""
}

func splitAction(a string) (skill, verb, argument string, ok bool) {
	parts := strings.SplitN(a, ":", 3)
	if len(parts) != 3 {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}

// whisper moves what is personal out of a group into the person's private chat, and says so in the group.
func (e *Engine) whisper(t *Turn) {
	if !t.Message.Chat.Group {
		return
	}
	moved := false
	for i, s := range t.said {
		if s.to != t.Message.Chat || !s.reply.Personal {
			continue
		}
		moved = true
		if t.Person.Chat.ID == "" {
			t.said[i].reply = Reply{Text: e.texts.Say("personal.unknown", nil)}
		} else {
			t.said[i].to = t.Person.Chat
		}
	}
	if moved && t.Person.Chat.ID != "" {
		t.Say(e.texts.Say("personal.moved", nil))
	}
}

// finish makes the change of a turn: its records, the session, the transcript, the replies, the timers.
func (e *Engine) finish(t *Turn, jobID string) (Change, error) {
	e.claimFiles(t)
	c := Change{Add: t.jobs}
	if t.Message != nil {
		e.whisper(t)
		if err := e.keepSession(t); err != nil {
			return Change{}, err
		}
	}
	for _, key := range t.order {
		c.Put = append(c.Put, t.put[key])
	}
	deliveries, err := e.transcribe(t, jobID, &c)
	if err != nil {
		return Change{}, err
	}
	if e.Observe != nil {
		// The report is of what will be committed; a turn that loses its race reports again.
		e.Observe(TurnReport{Message: t.Message, Timer: t.Timer, Understood: t.Understood, Deliveries: deliveries, Records: t.states})
	}
	return c, nil
}

// keepSession writes the session: what can be chosen now, and when it was used.
func (e *Engine) keepSession(t *Turn) error {
	t.Session.Choices = nil
	for _, s := range t.said {
		if s.to == t.Message.Chat && len(s.reply.Choices) > 0 {
			t.Session.Choices = s.reply.Choices
		}
	}
	t.Session.Last = t.Now
	body, err := json.Marshal(t.Session)
	if err != nil {
		return err
	}
	t.write(Record{Kind: KindSession, ID: t.Message.Lane(), Time: t.Now, Body: body})
	return nil
}

// transcribe adds a line for each chat that was spoken to, and the jobs that deliver what was said.
func (e *Engine) transcribe(t *Turn, jobID string, c *Change) ([]Delivery, error) {
	chats := []Chat{}
	if t.Message != nil {
		chats = append(chats, t.Message.Chat)
	}
	for _, s := range t.said {
		if !slices.Contains(chats, s.to) {
			chats = append(chats, s.to)
		}
	}
	var all []Delivery
	for i, chat := range chats {
		line := Line{ID: fmt.Sprintf("%s/%d", jobID, i), Chat: chat, At: t.Now}
		if t.Message != nil && chat == t.Message.Chat {
			line.In = t.Message
		}
		for _, s := range t.said {
			if s.to != chat {
				continue
			}
			parts := split(s.reply, e.capabilities(chat.Channel))
			for _, part := range parts {
				d := Delivery{To: chat, Reply: part, Line: line.ID, Index: len(line.Out), Kind: s.kind, At: t.Now, Until: s.until}
				if len(parts) == 1 {
					d.Draft = s.draft
				}
				body, err := json.Marshal(d)
				if err != nil {
					return nil, err
				}
				queue, due := QueueOutbox, t.Now
				if s.kind == "notice" {
					queue, due = QueueNotice, e.Quiet.After(t.Now)
				}
				c.Add = append(c.Add, Job{Queue: queue, ID: fmt.Sprintf("%s/%d", line.ID, d.Index), Lane: chat.Key(), Due: due, Body: body})
				line.Out = append(line.Out, part)
				all = append(all, d)
			}
		}
		body, err := json.Marshal(line)
		if err != nil {
			return nil, err
		}
		c.Put = append(c.Put, Record{Kind: KindLine, ID: line.ID, Time: t.Now, Keys: []string{ChatKey(chat)}, Body: body})
	}
	return all, nil
}

func (e *Engine) capabilities(channel string) Capabilities {
	if c := e.channels[channel]; c != nil {
		return c.Capabilities()
	}
	return Capabilities{}
}

// apologise tells the sender that the message could not be handled. It is kept, as a dead letter.
func (e *Engine) apologise(job Job, _ error) Change {
	var m Message
	if json.Unmarshal(job.Body, &m) != nil || m.Chat.ID == "" {
		return Change{}
	}
	t := e.newTurn(context.Background())
	t.Message = &m
	t.Say(e.texts.Say("failed", nil))
	var c Change
	if _, err := e.transcribe(t, job.ID+"!"+strconv.FormatInt(time.Now().UnixMicro(), 36), &c); err != nil {
		return Change{}
	}
	return c
}
