package answers

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"linli/bot"
)

// KindQuestion is the kind of record that keeps a Question; keys state=, unit=, by=.
const KindQuestion = "question"

// Question is one that the catalogue could not answer, or that somebody wanted a person for.
type Question struct {
	ID     string    `json:"id"`
	Text   string    `json:"text"`
	By     string    `json:"by"` // the person
	Name   string    `json:"name,omitempty"`
	Chat   bot.Chat  `json:"chat"` // where the answer goes
	Unit   string    `json:"unit"`
	State  string    `json:"state"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer,omitempty"`
	Clerk  string    `json:"clerk,omitempty"` // who answered
}

// StateName is the question's state.
func (q Question) StateName() string { return q.State }

// The states of a question.
const (
	unanswered = "unanswered" // the catalogue had nothing; a clerk may add an entry
	waiting    = "waiting"    // somebody waits for a person
	answered   = "answered"
)

// staff are who is asked, in a unit that has no group.
var staff = []bot.Role{bot.Secretary, bot.GridStaff, bot.Street, bot.Admin}

// keep stores the question. A turn that runs again stores the same one.
func (s *Skill) keep(t *bot.Turn, q Question) error {
	sum := sha256.Sum256([]byte(t.Message.Chat.Key() + " " + t.Message.ID))
	q.ID = hex.EncodeToString(sum[:6])
	q.By, q.Name, q.Chat, q.Unit, q.At = t.Person.ID, t.Person.Name, t.Message.Chat, t.Unit, t.Now
	t.Session.Question = q.ID
	return s.put(t, q)
}

func (s *Skill) put(t *bot.Turn, q Question) error {
	return t.Put(KindQuestion, q.ID, q, q.At, "state="+q.State, "unit="+q.Unit, "by="+q.By)
}

// human hands the conversation to a person: the last question goes to the nearest unit that somebody listens for.
func (s *Skill) human(t *bot.Turn) error {
	if t.Message.Chat.Group {
		t.Say(s.texts.Say("human.private", nil))
		return nil
	}
	var q Question
	if known, err := t.Get(KindQuestion, t.Session.Question, &q); err != nil {
		return err
	} else if !known || q.State != unanswered {
		q = Question{Text: t.Text()}
	}
	q.State = waiting
	if q.ID == "" {
		if err := s.keep(t, q); err != nil {
			return err
		}
		q.ID, q.By, q.Name, q.Chat, q.Unit, q.At = t.Session.Question, t.Person.ID, t.Person.Name, t.Message.Chat, t.Unit, t.Now
	} else if err := s.put(t, q); err != nil {
		return err
	}
	unit, chats, err := s.listeners(t)
	if err != nil {
		return err
	}
	if len(chats) == 0 {
		t.Say(s.texts.Say("human.nobody", nil))
		return nil
	}
	for _, chat := range chats {
		t.Tell(chat, bot.Reply{
			Text:    s.texts.Say("human.notice", map[string]any{"Q": q, "Text": bot.Mask(q.Text)}),
			Choices: []bot.Choice{s.choice("reply", "reply", q.ID)},
		}, t.Now.Add(life))
	}
	t.Say(s.texts.Say("human.called", map[string]any{"Unit": t.Org.Name(unit)}))
	return nil
}

// listeners returns the nearest unit, from where the person is upwards, that has a group or staff to speak to.
func (s *Skill) listeners(t *bot.Turn) (unit string, chats []bot.Chat, err error) {
	for _, id := range t.Org.Path(t.Unit) {
		if chats, err = t.Chats(id, staff...); err != nil || len(chats) > 0 {
			return id, chats, err
		}
	}
	return "", nil, nil
}

// prepareReply asks the member of staff who pressed the button for the words.
func (s *Skill) prepareReply(t *bot.Turn, id string) error {
	q, open, err := s.openQuestion(t, id)
	if !open || err != nil {
		return err
	}
	t.Say(s.texts.Say("reply.words", map[string]any{"Q": q, "Text": bot.Mask(q.Text)}), s.suggestible(q)...)
	return t.Expect(name, replying{Question: id})
}

// replying is what is remembered while staff write an answer.
type replying struct {
	Question string `json:"question"`
	Draft    string `json:"draft,omitempty"` // what was suggested
}

// Continue sends what staff wrote to the person who asked.
func (s *Skill) Continue(t *bot.Turn) (bool, error) {
	var r replying
	if err := t.Expected(&r); err != nil {
		return false, err
	}
	t.Settle()
	if t.Understood.Intent == "cancel" || strings.TrimSpace(t.Text()) == "" {
		t.Say(s.texts.Say("reply.dropped", nil))
		return true, nil
	}
	var q Question
	if known, err := t.Get(KindQuestion, r.Question, &q); err != nil || !known {
		return false, err
	}
	if q.State == answered {
		t.Say(s.texts.Say("reply.taken", q))
		return true, nil
	}
	return true, s.deliver(t, q, t.Text())
}

// deliver sends the answer to the person who asked.
func (s *Skill) deliver(t *bot.Turn, q Question, text string) error {
	q.State, q.Answer, q.Clerk = answered, text, t.Person.Name
	if err := s.put(t, q); err != nil {
		return err
	}
	t.Alert(q.Chat, bot.Reply{
		Text:    s.texts.Say("reply.delivered", map[string]any{"Q": q, "Unit": t.Org.Name(t.Unit)}),
		Choices: []bot.Choice{s.choice("human", "human", "")},
	})
	t.Say(s.texts.Say("reply.sent", q))
	return nil
}
