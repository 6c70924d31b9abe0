// Package answers is the skill that answers questions from the catalogue: with the source and the date of the check, with a choice when it is
// not sure, and with a person when it does not know.
package answers

import (
	"embed"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/knowledge"
)

//go:embed texts
var files embed.FS

// name is the skill's, in choices and sessions.
const name = "answers"

// Skill answers questions.
type Skill struct {
	catalogue Catalogue
	composer  *Composer
	texts     *bot.Texts
	documents Documents
	wording   Wording
	filing    string // of the wording's model
}

// Catalogue is where the current index comes from.
type Catalogue interface{ Index() *knowledge.Index }

// New returns the skill.
func New(c Catalogue) *Skill {
	composer := NewComposer()
	return &Skill{catalogue: c, composer: composer, texts: composer.texts, documents: NoDocuments{}, wording: AsComposed{}}
}

// Name is the skill's.
func (s *Skill) Name() string { return name }

// Routes are the questions, the wish for a person, and whatever nobody else understood.
func (s *Skill) Routes() []bot.Route {
	return []bot.Route{
		{Intent: "ask", Action: bot.Ask, Handle: s.ask},
		{Intent: "none", Action: bot.Ask, Handle: s.stray},
		{Intent: "human", Action: bot.Ask, Handle: s.human},
	}
}

// Keeps are the questions that went to a person or found no answer.
func (s *Skill) Keeps() []bot.Kept {
	return []bot.Kept{{Kind: KindQuestion, Name: s.texts.Say("kept.questions", nil), Rule: s.texts.Say("kept.rule", nil)}}
}

// ask answers a question, or says that it can't.
func (s *Skill) ask(t *bot.Turn) error {
	if t.Text() == "" {
		return s.decline(t)
	}
	return s.answer(t, s.lookUp(t, t.Text()))
}

// stray looks at what nobody understood: it may be a question all the same, if the catalogue is sure of it.
func (s *Skill) stray(t *bot.Turn) error {
	if t.Text() == "" {
		t.Say(s.texts.Say("attachment", nil))
		return nil
	}
	a := s.lookUp(t, t.Text())
	if a.Verdict == knowledge.VerdictAnswer {
		return s.answer(t, a)
	}
	if len([]rune(t.Text())) <= chat {
		t.Reply(bot.Reply{Text: s.texts.Say("stray", nil), Choices: []bot.Choice{s.choice("human", "human", "")}})
		return nil
	}
	return s.decline(t)
}

// chat is up to how many characters a message that is neither question nor report is taken for small talk: there is nothing to hand to a clerk.
const chat = 12

func (s *Skill) lookUp(t *bot.Turn, text string) knowledge.Answer {
	return s.catalogue.Index().Ask(knowledge.Question{
		Text: text, Now: t.Now, Units: t.Org.Path(t.Unit), Subject: t.Session.Topic, Top: 4,
	})
}

// answer says what was found.
func (s *Skill) answer(t *bot.Turn, a knowledge.Answer) error {
	switch a.Verdict {
	case knowledge.VerdictAnswer:
		t.Session.Topic = a.Hits[0].Entry.ID
		return s.say(t, a, s.composer.Reply(a))
	case knowledge.VerdictClarify:
		r := s.composer.Reply(a)
		if said, err := s.fromDocuments(t, slices.Clone(r.Choices[:len(r.Choices)-1])...); said || err != nil { // the last is none of them
			return err
		}
		t.Reply(r)
	default:
		return s.decline(t)
	}
	return nil
}

// decline looks into the documents; if they don't have it either it says so, offers a person, and keeps the question for the clerk.
func (s *Skill) decline(t *bot.Turn) error {
	if t.Message.Action == "" && t.Text() != "" {
		if said, err := s.fromDocuments(t); said || err != nil {
			return err
		}
	}
	t.Reply(s.composer.Reply(knowledge.Answer{Verdict: knowledge.VerdictDecline}))
	return s.keep(t, Question{Text: t.Text(), State: unanswered})
}

// Choose answers a facet, an entry of several, or opens the way to a person.
func (s *Skill) Choose(t *bot.Turn, verb, argument string) error {
	id, facet, _ := strings.Cut(argument, "|")
	switch verb {
	case "entry":
		entry, ok := s.catalogue.Index().Entry(id)
		if !ok {
			t.Say(s.texts.Say("gone", nil))
			return nil
		}
		return s.answer(t, knowledge.Answer{
			Verdict: knowledge.VerdictAnswer, Facet: knowledge.Facet(facet), Hits: []knowledge.Hit{{Entry: entry, Score: 1}},
		})
	case "neither":
		return s.decline(t)
	case "human":
		return s.human(t)
	case "reply":
		return s.prepareReply(t, id)
	case "suggest":
		return s.suggest(t, id)
	case "send":
		return s.sendSuggested(t, id)
	}
	t.Say(s.texts.Say("gone", nil))
	return nil
}

func (s *Skill) choice(label, verb, argument string) bot.Choice {
	return bot.NewChoice(s.texts.Say("choice."+label, nil), name, verb, argument)
}

// life is how long a question waits for a person before it is no longer shown as open.
const life = 30 * 24 * time.Hour
