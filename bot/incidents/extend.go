package incidents

import (
	"strings"
	"time"

	"linli/bot"
	"linli/intents/timex"
)

// askTime begins a request for more time: 延期. It must be made before the deadline.
func (s *Skill) askTime(t *bot.Turn, c *Case, text string) error {
	if !c.Can(AskTime, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, AskTime, "…")
		return err
	}
	if !t.Now.Before(c.Due.At) {
		t.Say(s.say("time.late", s.data(t, c)))
		return nil
	}
	if t.Message.Action == "" && text != "" {
		if _, ok := s.until(t, c, text); ok {
			return s.requestTime(t, c, text)
		}
	}
	t.Say(s.say("ask.until", s.data(t, c)))
	return t.Expect(name, asked{What: "until", Case: c.ID})
}

// until reads until when: a day, an hour, or a length of time beyond the deadline.
func (s *Skill) until(t *bot.Turn, c *Case, text string) (time.Time, bool) {
	for _, r := range References(text) {
		text = strings.Replace(text, r.words, " ", 1)
	}
	for _, m := range timex.Find(text, timex.Options{Now: t.Now}) {
		if m.Kind == timex.Length {
			return s.later(c.Due, m.Duration), m.Duration > 0
		}
		if at, ok := m.Deadline(); ok {
			if m.Grain == timex.OneDay {
				at = at.Add(-24*time.Hour + s.clock.Office.Close) // the end of the working day, not midnight
			}
			return at, true
		}
	}
	return time.Time{}, false
}

// later adds a length of time to a deadline as the deadline itself is counted: two days more of working hours are two working days.
func (s *Skill) later(due Deadline, d time.Duration) time.Time {
	if due.Limit.Calendar {
		return due.At.Add(d)
	}
	const day = 24 * time.Hour
	o := s.clock.Office
	worked := d/day*(o.Close-o.Open-(o.BreakStop-o.BreakStart)) + d%day
	return s.clock.Deadline(due.At, Limit{Hours: worked.Hours()}).At
}

// requestTime asks the level above for more time.
func (s *Skill) requestTime(t *bot.Turn, c *Case, text string) error {
	until, ok := s.until(t, c, text)
	switch {
	case !ok:
		t.Say(s.say("time.unread", nil))
		return t.Expect(name, asked{What: "until", Case: c.ID})
	case !until.After(c.Due.At):
		t.Say(s.say("time.early", s.data(t, c)))
		return t.Expect(name, asked{What: "until", Case: c.ID})
	case !t.Now.Before(c.Due.At):
		t.Say(s.say("time.late", s.data(t, c)))
		return nil
	}
	why := reason(text)
	if why == "" {
		why = resultOf(text)
	}
	if ok, err := s.act(t, c, AskTime, why); !ok || err != nil {
		return err
	}
	c.Extension = &Extension{By: speaker(t, c), Until: until, Why: why, At: t.Now}
	data := s.data(t, c)
	data["Until"], data["Why"], data["By"] = until.In(t.Now.Location()), why, t.Person.Name
	card := s.card(t, c, "card.time")
	card.Text = s.say("card.time", data)
	card.Choices = []bot.Choice{s.choice("grant", "grant", c.ID), s.choice("refuse", "refuse", c.ID), s.choice("story", "story", c.ID)}
	above := ""
	if path := t.Org.Path(c.Unit); len(path) > 1 {
		for _, unit := range path[1:] {
			if _, err := s.addHandlers(t, c, unit); err != nil {
				return err
			}
			reached, err := s.tellUnit(t, c, unit, card, false)
			if err != nil {
				return err
			}
			if reached {
				above = unit
				break
			}
		}
	}
	data["Above"] = t.Org.Name(above)
	t.Say(s.say("time.asked", data))
	return save(t, c)
}

// grantTime gives the time that was asked for.
func (s *Skill) grantTime(t *bot.Turn, c *Case, _ string) error {
	if c.Extension == nil {
		t.Say(s.say("time.none", c.Number))
		return nil
	}
	if ok, err := s.act(t, c, GiveTime, c.Extension.Why); !ok || err != nil {
		return err
	}
	c.Due.At, c.Due.Extended = c.Extension.Until, true
	c.Extension = nil
	if err := s.watch(t, c); err != nil {
		return err
	}
	t.Say(s.say("time.given", s.data(t, c)))
	if err := s.tellStaff(t, c, "staff.time.given", s.data(t, c)); err != nil {
		return err
	}
	s.progress(t, c, "time")
	return save(t, c)
}

// refuseTime asks why not.
func (s *Skill) refuseTime(t *bot.Turn, c *Case, text string) error {
	if c.Extension == nil {
		t.Say(s.say("time.none", c.Number))
		return nil
	}
	if why := reason(text); why != "" && t.Message.Action == "" {
		return s.refuse(t, c, why)
	}
	t.Say(s.say("ask.refuse", c.Number))
	return t.Expect(name, asked{What: "refuse", Case: c.ID})
}

func (s *Skill) refuse(t *bot.Turn, c *Case, why string) error {
	if c.Extension == nil {
		t.Say(s.say("time.none", c.Number))
		return nil
	}
	if ok, err := s.act(t, c, RefuseTime, why); !ok || err != nil {
		return err
	}
	c.Extension = nil
	data := s.data(t, c)
	data["Why"] = why
	t.Say(s.say("time.refused", data))
	if err := s.tellStaff(t, c, "staff.time.refused", data); err != nil {
		return err
	}
	return save(t, c)
}
