package answers

import (
	"linli/bot"
	"linli/knowledge"
)

// suggestible offers a draft of the reply, where there is a model. It is shown to staff and sent by nobody but them.
func (s *Skill) suggestible(q Question) []bot.Choice {
	if _, none := s.wording.(AsComposed); none {
		return nil
	}
	return []bot.Choice{s.choice("suggest", "suggest", q.ID)}
}

// suggest drafts a reply to the question from what comes nearest to it in the catalogue and the documents.
func (s *Skill) suggest(t *bot.Turn, id string) error {
	q, open, err := s.openQuestion(t, id)
	if !open || err != nil {
		return err
	}
	a := s.nearest(t, q.Text)
	if len(a.Hits) == 0 {
		t.Say(s.texts.Say("suggest.none", nil))
		return t.Expect(name, replying{Question: id})
	}
	plain := s.composer.Reply(a)
	entry := a.Hits[0].Entry
	w, err := s.wording.Word(t.Context, Asked{Task: bot.TaskStaff, Question: q.Text, Person: t.Person.ID, Entry: entry, Plain: plain.Text})
	if work, asked := workOf(bot.TaskStaff, []string{entry.ID}, w, err); asked {
		if err := t.Worked(work); err != nil {
			return err
		}
	}
	if err != nil {
		t.Say(s.texts.Say("suggest.failed", plain.Text))
		return t.Expect(name, replying{Question: id})
	}
	t.Reply(bot.Reply{
		Text:    s.texts.Say("suggest", map[string]string{"Text": w.Text, "Label": s.label(w)}),
		Choices: []bot.Choice{s.choice("send", "send", id)}, Sources: plain.Sources,
	})
	return t.Expect(name, replying{Question: id, Draft: w.Text})
}

// nearest is the entry, or the passage, that comes nearest to the question, be it sure or not.
func (s *Skill) nearest(t *bot.Turn, text string) knowledge.Answer {
	a := s.catalogue.Index().Ask(knowledge.Question{Text: text, Now: t.Now, Units: t.Org.Path(t.Unit), Top: 1})
	if len(a.Hits) > 0 && !a.Expired && a.Verdict != knowledge.VerdictDecline {
		return knowledge.Answer{Verdict: knowledge.VerdictAnswer, Facet: a.Facet, Hits: a.Hits[:1]}
	}
	if hits := s.documents.Find(t.Context, text, 1); len(hits) > 0 {
		return knowledge.Answer{Verdict: knowledge.VerdictAnswer, Hits: []knowledge.Hit{{Entry: hits[0].Passage.Entry(), Score: hits[0].Score}}}
	}
	return knowledge.Answer{}
}

// sendSuggested sends the draft that staff have read.
func (s *Skill) sendSuggested(t *bot.Turn, id string) error {
	q, open, err := s.openQuestion(t, id)
	if !open || err != nil {
		return err
	}
	var r replying
	if t.Session.Skill != name || t.Expected(&r) != nil || r.Question != id || r.Draft == "" {
		t.Say(s.texts.Say("gone", nil))
		return nil
	}
	t.Settle()
	return s.deliver(t, q, r.Draft)
}

// openQuestion returns the question if who asks is staff and nobody has answered it yet; else it says why not.
func (s *Skill) openQuestion(t *bot.Turn, id string) (q Question, open bool, err error) {
	known, err := t.Get(KindQuestion, id, &q)
	switch {
	case err != nil:
	case !known:
		t.Say(s.texts.Say("gone", nil))
	case !t.Person.Staff():
		t.Say(s.texts.Say("reply.staff", nil))
	case q.State == answered:
		t.Say(s.texts.Say("reply.taken", q))
	default:
		return q, true, nil
	}
	return q, false, err
}
