package answers

import (
	"encoding/json"

	"linli/bot"
	"linli/knowledge"
)

// unworded is an answer that went out as it was composed, and waits for better words.
type unworded struct {
	Asked Asked     `json:"asked"`
	Plain bot.Reply `json:"plain"`
	Draft bot.Draft `json:"draft"`
}

// say answers. With a wording the plain answer goes out at once and is amended when its words have been checked, which a timer sees to: nobody
// waits for a model. Where a channel can't change what it has sent the wording is waited for, as long as its deadline is.
func (s *Skill) say(t *bot.Turn, a knowledge.Answer, plain bot.Reply) error {
	if _, none := s.wording.(AsComposed); none || Fixed(a) || t.Message.Action != "" { // what was picked from a list is what was picked
		t.Reply(plain)
		return nil
	}
	asked := Asked{Task: bot.TaskAnswer, Question: t.Text(), Person: t.Person.ID, Entry: a.Hits[0].Entry, Plain: plain.Text}
	if draft := t.Draft(plain); draft != nil {
		asked.Patient = true
		data, err := json.Marshal(unworded{Asked: asked, Plain: plain, Draft: *draft})
		if err != nil {
			return err
		}
		return t.Wake(bot.Timer{Skill: name, Name: "word", Subject: draft.Name, At: t.Now, Data: data})
	}
	worded, _, err := s.word(t, asked, plain)
	if err != nil {
		return err
	}
	t.Reply(worded)
	return nil
}

// Ring looks for the words of an answer that went out without.
func (s *Skill) Ring(t *bot.Turn, timer bot.Timer) error {
	var u unworded
	if err := json.Unmarshal(timer.Data, &u); err != nil {
		return err
	}
	worded, ok, err := s.word(t, u.Asked, u.Plain)
	if err != nil || !ok {
		return err
	}
	return t.Amend(u.Draft, worded)
}

// word puts the answer into plain words if the wording can, and says so under it; else it stays as it was composed. What became of it is recorded.
func (s *Skill) word(t *bot.Turn, asked Asked, plain bot.Reply) (worded bot.Reply, ok bool, err error) {
	w, refused := s.wording.Word(t.Context, asked)
	if work, did := workOf(asked.Task, []string{asked.Entry.ID}, w, refused); did {
		if err := t.Worked(work); err != nil {
			return plain, false, err
		}
	}
	if refused != nil {
		return plain, false, nil
	}
	worded = plain
	worded.Text = w.Text + "\n" + s.label(w)
	return worded, true, nil
}

// label says that a model wrote it, and which.
func (s *Skill) label(w Worded) string {
	return s.texts.Say("generated", map[string]string{"Model": w.Model, "Filing": s.filing})
}
