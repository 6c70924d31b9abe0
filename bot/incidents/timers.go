package incidents

import (
	"slices"
	"time"

	"linli/bot"
)

// Ring acts on a timer. The case decides: one that was closed, moved or joined meanwhile lets it pass.
func (s *Skill) Ring(t *bot.Turn, timer bot.Timer) error {
	c, err := load(t, timer.Subject)
	if c == nil || err != nil {
		return err
	}
	switch timer.Name {
	case "draft", "join":
		return s.unfinished(t, c, timer.Name)
	case "warn":
		return s.warn(t, c, timer.At)
	case "due":
		return s.overdue(t, c, timer.At)
	case "escalate":
		return s.escalate(t, c, timer.At)
	case "alarm":
		return s.raiseAlarm(t, c)
	case "tell":
		return s.tellAgain(t, c)
	case "mediation":
		return s.late(t, c)
	case "rate":
		return s.askOnceMore(t, c)
	case "archive":
		return s.archive(t, c)
	case "forget":
		if n := len(c.History); c.ended() && n > 0 && !c.History[n-1].At.AddDate(keptYears, 0, 0).After(t.Now) {
			t.Remove(KindCase, c.ID) // its figures stay: they name nobody
		}
		return nil
	}
	return nil
}

// unfinished registers a draft that its reporter left: staff get it as it is and ask the rest.
func (s *Skill) unfinished(t *bot.Turn, c *Case, why string) error {
	if c.State != Draft {
		return nil
	}
	c.Apart = true
	if c.Category == "" {
		c.Category = Other
		s.weigh(c)
	}
	if err := s.enter(t, c, Change{As: []Actor{System}}); err != nil {
		return err
	}
	text := "unfinished"
	if why == "join" {
		text = "unjoined"
	}
	s.progress(t, c, text)
	return save(t, c)
}

// tellAgain tries once more to find somebody who hears of the case.
func (s *Skill) tellAgain(t *bot.Turn, c *Case) error {
	if !c.Unheard || c.State != Dispatched && c.State != Accepted && c.State != Returned {
		return nil
	}
	if err := s.findContact(t, c); err != nil {
		return err
	}
	if err := s.tellNew(t, c); err != nil {
		return err
	}
	return save(t, c)
}

// warn tells the unit in charge that the deadline is near.
func (s *Skill) warn(t *bot.Turn, c *Case, at time.Time) error {
	if !c.Open() || c.Warned || !c.Due.Warn().Equal(at) {
		return nil
	}
	c.Warned = true
	if err := auto(t, c, Warn, ""); err != nil {
		return err
	}
	data := s.data(t, c)
	data["Explain"] = s.explain(t, c)
	if err := s.tellStaff(t, c, "staff.warn", data, s.staffChoices(t, c)...); err != nil {
		return err
	}
	return save(t, c)
}

// overdue marks the case and begins to escalate.
func (s *Skill) overdue(t *bot.Turn, c *Case, at time.Time) error {
	if !c.Open() || c.Overdue || !c.Due.At.Equal(at) {
		return nil
	}
	c.Overdue = true
	return s.oneUp(t, c)
}

// escalate goes on, one level higher each time.
func (s *Skill) escalate(t *bot.Turn, c *Case, at time.Time) error {
	if !c.Open() || !c.Overdue || c.Due.At.After(at) {
		return nil
	}
	return s.oneUp(t, c)
}

// oneUp tells the unit in charge and the next level above it that has not been told.
func (s *Skill) oneUp(t *bot.Turn, c *Case) error {
	data := s.data(t, c)
	data["Explain"] = s.explain(t, c)
	if len(c.Escalated) == 0 {
		if err := s.tellStaff(t, c, "staff.overdue", data, s.staffChoices(t, c)...); err != nil {
			return err
		}
	}
	path := t.Org.Path(c.Unit)
	for _, unit := range path[min(1, len(path)):] {
		if slices.Contains(c.Escalated, unit) {
			continue
		}
		c.Escalated = append(c.Escalated, unit)
		if err := auto(t, c, Escalate, t.Org.Name(unit)); err != nil {
			return err
		}
		if _, err := s.addHandlers(t, c, unit); err != nil {
			return err
		}
		card := s.card(t, c, "card.overdue")
		card.Text = s.say("card.overdue", data)
		card.Choices = []bot.Choice{s.choice("supervise", "supervise", c.ID), s.choice("story", "story", c.ID)}
		reached, err := s.tellUnit(t, c, unit, card, c.Severity <= 1)
		if err != nil {
			return err
		}
		if !reached {
			continue // nobody there hears it: the level above that
		}
		if err := t.Wake(bot.Timer{Skill: name, Name: "escalate", Subject: c.ID, At: s.clock.Next(t.Now, c.Severity)}); err != nil {
			return err
		}
		break
	}
	return save(t, c)
}

// raiseAlarm takes an alarm that nobody has signed for to the level above, until there is none.
func (s *Skill) raiseAlarm(t *bot.Turn, c *Case) error {
	if c.State != Alarm {
		return nil
	}
	home := territory(t.Org, c.where())
	card := s.card(t, c, "card.alarm.unanswered")
	card.Urgent = true
	told := append([]string{c.Unit, c.Contact}, c.Escalated...)
	for _, unit := range t.Org.Path(home) {
		if slices.Contains(told, unit) {
			continue
		}
		if _, err := s.addHandlers(t, c, unit); err != nil {
			return err
		}
		c.Escalated = append(c.Escalated, unit)
		if err := auto(t, c, Escalate, t.Org.Name(unit)); err != nil {
			return err
		}
		reached, err := s.tellUnit(t, c, unit, card, true)
		if err != nil {
			return err
		}
		if reached {
			break
		}
	}
	// Those who were told first are told again, for as long as nobody has taken it.
	if _, err := s.alert(t, c, "card.alarm.again", ""); err != nil {
		return err
	}
	if t.Now.Sub(c.Reported) < time.Hour {
		if err := t.Wake(bot.Timer{Skill: name, Name: "alarm", Subject: c.ID, At: t.Now.Add(2 * alarmStep)}); err != nil {
			return err
		}
	}
	return save(t, c)
}

const (
	mediationPromise = 8 * time.Minute // 580: somebody on the spot, day and night
	mediationCode    = "580"           // under which a team of mediators stands in the organisation
)

// late tells the territory that the mediators have not said that they are there.
func (s *Skill) late(t *bot.Turn, c *Case) error {
	if c.Mediation == nil || !c.Mediation.Arrived.IsZero() || c.Mediation.Told || !c.Open() {
		return nil
	}
	c.Mediation.Told = true
	card := s.card(t, c, "card.mediation.late")
	card.Urgent = true
	for _, unit := range t.Org.Path(territory(t.Org, c.where())) {
		if reached, err := s.tellUnit(t, c, unit, card, true); err != nil {
			return err
		} else if reached {
			break
		}
	}
	return save(t, c)
}

// askOnceMore asks those who haven't answered, once; then the case is archived.
func (s *Skill) askOnceMore(t *bot.Turn, c *Case) error {
	if c.State != CalledBack && c.State != Rated || t.Now.Sub(c.Closed) < askAgain {
		return nil
	}
	if err := s.askReporters(t, c, "callback.again"); err != nil {
		return err
	}
	if err := t.Wake(bot.Timer{Skill: name, Name: "archive", Subject: c.ID, At: t.Now.Add(giveUp)}); err != nil {
		return err
	}
	return save(t, c)
}

func (s *Skill) archive(t *bot.Turn, c *Case) error {
	if c.State != CalledBack && c.State != Rated || t.Now.Sub(c.Closed) < askAgain+giveUp {
		return nil
	}
	if err := auto(t, c, Archive, s.say("archive.why", nil)); err != nil {
		return err
	}
	return save(t, c)
}
