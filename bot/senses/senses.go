// Package senses is the skill that looks at photos and listens to voice messages with a model, where it is switched on. What it saw or heard is shown
// to who sent it and done only if they say that it is so; nobody waits for it, and without it everything goes its way.
package senses

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"time"

	"linli/bot"
)

//go:embed texts prompts
var files embed.FS

// name is the skill's.
const name = "senses"

// Options are what the skill is made with.
type Options struct {
	Eyes   bot.LanguageModel // nil: photos are not looked at
	Ears   bot.Listener      // nil: voice messages are not listened to
	Files  bot.Files         // where the bytes are
	Filing string            // the number under which the model is registered
}

// Skill sees and hears.
type Skill struct {
	options Options
	texts   *bot.Texts
	prompt  string
}

// New returns the skill.
func New(o Options) *Skill {
	prompt, err := files.ReadFile("prompts/photo.txt")
	if err != nil {
		panic(err) // it is part of the program
	}
	return &Skill{options: o, texts: bot.MustTexts(files), prompt: string(prompt)}
}

// Name is the skill's.
func (s *Skill) Name() string { return name }

// Routes are none: it sees to what comes with a message.
func (s *Skill) Routes() []bot.Route { return nil }

// Keeps are what photos show.
func (s *Skill) Keeps() []bot.Kept {
	if s.options.Eyes == nil {
		return nil
	}
	return []bot.Kept{{Kind: bot.KindSeen, Name: s.texts.Say("kept", nil), Rule: s.texts.Say("kept.rule", nil)}}
}

// job is what is to be looked at or listened to: the data of a timer.
type job struct {
	File   bot.Attachment `json:"file"`
	Chat   bot.Chat       `json:"chat"`
	Person string         `json:"person"`
	Said   time.Time      `json:"said"`          // when the message was handled
	Ask    bool           `json:"ask,omitempty"` // a photo came alone: what it shows may be what is reported
	Tries  int            `json:"tries,omitempty"`
}

// guess is what was seen or heard and waits to be confirmed: the state of the skill's question.
type guess struct {
	ID     string         `json:"id"`
	What   string         `json:"what"` // photo or voice
	Text   string         `json:"text"`
	File   bot.Attachment `json:"file"`
	Before bot.Session    `json:"before"` // the question that was open before
}

// Guard takes voice messages, and has photos looked at that others take.
func (s *Skill) Guard(t *bot.Turn) (bool, error) {
	m := t.Message
	alone := t.Text() == "" && m.Location == nil
	for _, a := range m.Attachments {
		switch {
		case a.Kind == "audio" && s.options.Ears != nil && alone && len(m.Attachments) == 1 && !m.Chat.Group:
			t.Say(s.texts.Say("hearing", nil))
			return true, s.later(t, "hear", job{File: a, Chat: m.Chat, Person: t.Person.ID, Said: t.Now})
		case a.Kind == "image" && s.options.Eyes != nil && t.Understood.Slots.Urgent == "":
			// The first is what the message is about; the others show it again. Of an emergency nothing leaves that need not.
			return false, s.later(t, "look", job{File: a, Chat: m.Chat, Person: t.Person.ID, Said: t.Now, Ask: alone && !m.Chat.Group && t.Session.Skill == ""})
		}
	}
	return false, nil
}

// The bytes of a file are brought beside the conversation: they are looked for a second later, and then again.
const (
	pause    = 2 * time.Second
	attempts = 15
)

func (s *Skill) later(t *bot.Turn, what string, j job) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	wait := pause
	if j.Tries == 0 {
		wait = time.Second
	}
	return t.Wake(bot.Timer{Skill: name, Name: what, Subject: j.File.Key(), At: t.Now.Add(wait), Data: data})
}

// Ring looks or listens when the file is here.
func (s *Skill) Ring(t *bot.Turn, timer bot.Timer) error {
	var j job
	if err := json.Unmarshal(timer.Data, &j); err != nil {
		return err
	}
	kept, here, err := t.Kept(j.File)
	if err != nil {
		return err
	}
	if j.Tries++; !here && j.Tries < attempts {
		return s.later(t, timer.Name, j)
	}
	switch {
	case timer.Name == "hear":
		return s.hear(t, j, kept)
	case s.options.Eyes != nil:
		return s.look(t, j, kept)
	}
	return nil // switched off meanwhile
}

// ask shows what was seen or heard and waits for a yes. The question that was open before comes back with the answer.
func (s *Skill) ask(t *bot.Turn, j job, what, text, model string) error {
	var session bot.Session
	if _, err := t.Get(bot.KindSession, j.Chat.Key(), &session); err != nil {
		return err
	}
	g := guess{ID: idOf(j.File), What: what, Text: text, File: j.File}
	var open guess
	if session.Skill == name && json.Unmarshal(session.State, &open) == nil {
		g.Before = open.Before // of two in a row the later one counts
	} else {
		g.Before = bot.Session{Skill: session.Skill, State: session.State, Asked: session.Asked}
	}
	state, err := json.Marshal(g)
	if err != nil {
		return err
	}
	r := bot.Reply{
		Text: s.texts.Say(what, map[string]any{"Text": text, "Model": model, "Filing": s.options.Filing, "Urgent": t.Understand(text).Slots.Urgent}),
		Choices: []bot.Choice{
			bot.NewChoice(s.texts.Say("choice.yes", nil), name, "yes", g.ID), bot.NewChoice(s.texts.Say("choice.no", nil), name, "no", g.ID),
		},
	}
	session.Skill, session.State, session.Asked, session.Last, session.Choices = name, state, t.Now, t.Now, r.Choices
	t.Alert(j.Chat, r)
	return t.Put(bot.KindSession, j.Chat.Key(), session, t.Now)
}

// idOf names a file on a button.
func idOf(a bot.Attachment) string {
	sum := sha256.Sum256([]byte(a.Key()))
	return hex.EncodeToString(sum[:9])
}

// waiting returns what waits to be confirmed; nil if nothing does.
func waiting(t *bot.Turn) *guess {
	var g guess
	if t.Session.Skill != name || t.Expected(&g) != nil {
		return nil
	}
	return &g
}

// Choose takes the yes or the no.
func (s *Skill) Choose(t *bot.Turn, verb, argument string) error {
	g := waiting(t)
	if g == nil || g.ID != argument {
		t.Say(s.texts.Say("gone", nil))
		return nil
	}
	s.settle(t, g, verb == "yes")
	return nil
}

var (
	yes = regexp.MustCompile(`^(?:对|是|嗯+|没错|正确|好|可以|就是)(?:的|了|呀|啊|吧|这个|这样)*[。.!！]?$`)
	no  = regexp.MustCompile(`^(?:不对|不是|不|错了?|没有|不准)(?:的|了|呀|啊|这个|这样)*[。.!！]?$`)
)

// Continue takes the yes or the no in words. Other words are what the person wants to say instead.
func (s *Skill) Continue(t *bot.Turn) (bool, error) {
	g := waiting(t)
	if g == nil {
		t.Settle()
		return false, nil
	}
	switch {
	case yes.MatchString(t.Text()):
		s.settle(t, g, true)
		return true, nil
	case no.MatchString(t.Text()):
		s.settle(t, g, false)
		return true, nil
	}
	s.back(t, g)
	if t.Session.Skill == "" {
		return false, nil
	}
	t.Again(t.Message.Text, t.Message.Attachments...) // it may answer the question that was open before
	return true, nil
}

// settle closes the question. What was confirmed is handled as the person's own words.
func (s *Skill) settle(t *bot.Turn, g *guess, right bool) {
	s.back(t, g)
	if right {
		t.Again(g.Text, g.File)
		return
	}
	t.Say(s.texts.Say("no."+map[string]string{"heard": "voice", "seen": "photo"}[g.What], nil))
}

// back opens the question again that was open before.
func (s *Skill) back(t *bot.Turn, g *guess) {
	t.Session.Skill, t.Session.State, t.Session.Asked = g.Before.Skill, g.Before.State, g.Before.Asked
}
