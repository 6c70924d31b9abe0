package meetings

import (
	"regexp"
	"strings"
	"time"

	"linli/bot"
)

var (
	reminderWords = regexp.MustCompile(`提醒`)
	cancelWords   = regexp.MustCompile(`取消|不开了|先不开|不开会了|不办了|不搞了|不用开|撤掉|撤销|撤了|停开|作废`)
	newWords      = regexp.MustCompile(`安排|召开|通知|定一个|新建|组织|再开`)
	wholeSeries   = regexp.MustCompile(`以后|今后|所有|全部|整个|每[周月天日]|都取消|不再`)
)

// cancel cancels a meeting, or one's own reminder.
func (s *Skill) cancel(t *bot.Turn) error {
	text := t.Text()
	if reminderWords.MatchString(text) || t.Person.Role() == bot.Resident {
		if done, err := s.cancelOwn(t, text); done || err != nil {
			return err
		}
	}
	if act := s.byWords(text); act != nil {
		return act(t)
	}
	found, err := s.identify(t, text, bot.ArrangeMeeting)
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return s.cancelIt(t)
	}
	// The words do not say so plainly.
	t.Say(s.say("cancel.sure", found[0]), s.choice("cancel", "cancel", found[0].ID), s.choice("retime", "retime", found[0].ID))
	return nil
}

// cancelIt cancels the meeting that the words mean.
func (s *Skill) cancelIt(t *bot.Turn) error {
	text := t.Text()
	if len(s.realm(t, bot.ArrangeMeeting)) == 0 {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	found, err := s.identify(t, text, bot.ArrangeMeeting)
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0:
		return s.noSuch(t, strings.NewReplacer("取消", "", "不开了", "").Replace(text))
	case len(found) > 1:
		choices := make([]bot.Choice, 0, 4)
		for _, m := range found[:min(4, len(found))] {
			choices = append(choices, bot.NewChoice(label(t, m), name, "cancel", m.ID))
		}
		t.Say(s.say("which", nil), choices...)
		return nil
	}
	if m := found[0]; m.Series != "" {
		if wholeSeries.MatchString(text) {
			return s.endSeries(t, m.Series)
		}
		if s.read(text, t.Now, true).Day.IsZero() {
			t.Say(s.say("cancel.series", m), bot.NewChoice(s.say("choice.thisone", m), name, "cancel", m.ID), s.choice("allofit", "end", m.Series))
			return nil
		}
	}
	return s.cancelOne(t, found[0].ID)
}

// cancelOne cancels one meeting. It can be taken back.
func (s *Skill) cancelOne(t *bot.Turn, id string) error {
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return err
	}
	t.Settle()
	m.Status, m.Plan = Cancelled, nil
	if err := s.free(t, m); err != nil {
		return err
	}
	if err := s.moveInSeries(t, m, time.Time{}); err != nil {
		return err
	}
	if err := s.news(t, m); err != nil {
		return err
	}
	t.Say(s.say("cancelled", map[string]any{"M": m, "Told": m.Told != nil, "Unit": t.Org.Name(m.Unit)}), s.choice("restore", "restore", m.ID))
	return nil
}

// restore takes a cancellation back.
func (s *Skill) restore(t *bot.Turn, id string) error {
	m, err := s.meeting(t, id)
	switch {
	case err != nil:
		return err
	case m == nil || m.Status != Cancelled:
		t.Say(s.say("gone", nil))
		return nil
	case !t.Allowed(bot.ArrangeMeeting, m.Unit):
		t.Say(s.say("forbidden", nil))
		return nil
	case !m.At.After(t.Now):
		t.Say(s.say("restore.late", m))
		return nil
	}
	if taken, err := s.clash(t, m); err != nil {
		return err
	} else if taken != nil {
		t.Say(s.say("restore.room", map[string]any{"Place": m.Place, "With": taken}))
		return nil
	}
	m.Status = Planned
	if err := s.book(t, m); err != nil {
		return err
	}
	if err := s.moveInSeries(t, m, m.At); err != nil {
		return err
	}
	if err := s.set(t, m); err != nil {
		return err
	}
	t.Session.Meeting = m.ID
	return s.echo(t, m, "restored")
}
