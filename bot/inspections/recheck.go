package inspections

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"linli/bot"
)

// badWords say that a finding did not stay right. They come before fineWords, which may stand in them: 没有整改到位.
var (
	badWords  = regexp.MustCompile(`又|再次|未整改|没整改|没有整改|还是|依然|仍|(?:出现|有|发生)反弹|反弹了`)
	fineWords = regexp.MustCompile(`(?:没|未|无)(?:有)?(?:发现|出现)?(?:反弹|问题)|正常|合格|保持|到位|通过|没事`)
)

// nextLook is when the unit's next round is, else the first working morning a month on. What this turn has changed of a round counts.
func (s *Skill) nextLook(t *bot.Turn, unit string, changed ...*Round) (time.Time, error) {
	found, err := t.FindAll(bot.Query{Kind: KindRound, Keys: []string{"unit=" + unit}}, 200)
	if err != nil {
		return time.Time{}, err
	}
	best := time.Time{}
	for _, rec := range found {
		var r Round
		if err := json.Unmarshal(rec.Body, &r); err != nil {
			return best, err
		}
		if i := slices.IndexFunc(changed, func(c *Round) bool { return c.ID == r.ID }); i >= 0 {
			r = *changed[i]
		}
		if !r.Off.IsZero() {
			continue
		}
		r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
		if next, ok := r.Calendar.Next(on(t.Now.AddDate(0, 0, 1), 0), s.days); ok && (best.IsZero() || next.At.Before(best)) {
			best = next.At
		}
	}
	if best.IsZero() || best.After(t.Now.AddDate(0, 3, 0)) {
		best = on(s.workdays(t.Now.AddDate(0, 1, -1), 1), 9*time.Hour)
	}
	return best, nil
}

// looks are the findings of the units that are to be looked at again.
func (s *Skill) looks(t *bot.Turn, units []string) ([]*Finding, error) {
	var all []*Finding
	for _, u := range units {
		closed, err := s.findings(t, time.Time{}, time.Time{}, "unit="+u, "state="+string(Closed))
		if err != nil {
			return nil, err
		}
		for _, f := range closed {
			// One whose own timer rings at the round's time is asked about by that timer.
			if !f.Held && f.Look.Before(t.Now) {
				all = append(all, f)
			}
		}
	}
	return all, nil
}

func (s *Skill) lookQuestion(t *bot.Turn, f *Finding) bot.Reply {
	return bot.Reply{Text: s.say("look", s.view(t, f)), Choices: []bot.Choice{s.choice("fine", f.ID), s.choice("again", f.ID)}}
}

// setLook says when the finding is looked at again, and wakes then.
func (s *Skill) setLook(t *bot.Turn, f *Finding, at time.Time) error {
	f.Look = at
	return wake(t, "look", f.ID, at)
}

// relook moves the looks that were to happen on a day of the round which was moved or dropped.
func (s *Skill) relook(t *bot.Turn, r *Round, day time.Time) error {
	for _, u := range r.Units {
		closed, err := s.findings(t, time.Time{}, time.Time{}, "unit="+u, "state="+string(Closed))
		if err != nil {
			return err
		}
		for _, f := range closed {
			if f.Held || !f.Look.Equal(day) {
				continue
			}
			at, err := s.nextLook(t, u, r)
			if err != nil {
				return err
			}
			if err := s.setLook(t, f, at); err != nil {
				return err
			}
			if err := s.put(t, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// askAgain is after how many working days a look that nobody answered is asked about again.
const askAgain = 3

// ringLook asks the inspector whether it has stayed right, until there is an answer.
func (s *Skill) ringLook(t *bot.Turn, timer bot.Timer) error {
	var f Finding
	known, err := t.Get(KindFinding, timer.Subject, &f)
	if err != nil || !known || f.State != Closed || f.Held || !f.Look.Equal(timer.At) {
		return err
	}
	f.local(t)
	t.Tell(f.Chat, s.lookQuestion(t, &f), time.Time{})
	if err := s.setLook(t, &f, on(s.workdays(t.Now, askAgain), 9*time.Hour)); err != nil {
		return err
	}
	return s.put(t, &f)
}

// lookedAt reads what was found on looking again.
func (s *Skill) lookedAt(t *bot.Turn, id, text string) error {
	switch {
	case fineWords.MatchString(text) && !badWords.MatchString(fineWords.ReplaceAllString(text, "")):
		return s.looked(t, id, true, text)
	case badWords.MatchString(text):
		return s.looked(t, id, false, text)
	}
	f, err := s.load(t, id, s.mayCheck)
	if err != nil || f == nil {
		return err
	}
	t.Reply(s.lookQuestion(t, f))
	return nil
}

// looked notes the result. A finding that has come back is open again with a deadline of its own: what the words name, else three working days.
func (s *Skill) looked(t *bot.Turn, id string, fine bool, why string) error {
	f, err := s.load(t, id, s.mayCheck)
	if err != nil || f == nil {
		return err
	}
	if f.State != Closed {
		t.Say(s.say("finding.state", s.view(t, f)))
		return nil
	}
	if fine {
		f.Held = true
		if err := s.move(t, f, Closed, why); err != nil {
			return err
		}
		t.Say(s.say("look.held", s.view(t, f)))
		return nil
	}
	f.Due, f.Up = on(s.workdays(t.Now, 3), 18*time.Hour), 0 // whoever said it came back gives it a new deadline
	return s.reopen(t, f, why)
}

// recheck lists what is to be looked at again.
func (s *Skill) recheck(t *bot.Turn) error {
	if w := wishOf(t.Text()); w == wishOpen {
		_, err := s.wanted(t, w)
		return err
	}
	var lines []map[string]any
	seen := map[string]bool{}
	for _, g := range t.Person.Grants {
		closed, err := s.findings(t, time.Time{}, time.Time{}, "within="+g.Unit, "state="+string(Closed))
		if err != nil {
			return err
		}
		for _, f := range closed {
			if !f.Held && !seen[f.ID] && s.mayCheck(t, f) {
				seen[f.ID] = true
				f.Look = f.Look.In(t.Now.Location())
				lines = append(lines, s.view(t, f))
			}
		}
	}
	t.Reply(bot.Reply{Text: s.say("look.list", lines), Personal: true})
	return nil
}
