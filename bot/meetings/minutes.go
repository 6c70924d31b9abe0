package meetings

import (
	"strings"

	"linli/bot"
)

// takeMinutes keeps the minutes of the last meeting.
func (s *Skill) takeMinutes(t *bot.Turn, body string) error {
	unit, ok := s.unitWhere(t, bot.ResolveMeeting)
	if !ok {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	m, err := s.lastMeeting(t, unit)
	if err != nil {
		return err
	}
	if m == nil {
		t.Say(s.say("minutes.nomeeting", t.Org.Name(unit)))
		return nil
	}
	return s.keepMinutes(t, m, body)
}

func (s *Skill) askMinutes(t *bot.Turn, id string) error {
	m, err := s.meeting(t, id)
	switch {
	case err != nil:
		return err
	case m == nil:
		t.Say(s.say("gone", nil))
		return nil
	case !t.Allowed(bot.ResolveMeeting, m.Unit):
		t.Say(s.say("forbidden", nil))
		return nil
	}
	t.Say(s.say("ask.minutes", m))
	return s.expect(t, "minutes", id)
}

func (s *Skill) heardMinutes(t *bot.Turn, id string) (bool, error) {
	m, err := s.meeting(t, id)
	if err != nil || m == nil {
		return false, err
	}
	if question.MatchString(t.Text()) && len([]rune(t.Text())) < 30 {
		return false, nil
	}
	if len([]rune(t.Text())) < 8 && len(t.Message.Attachments) == 0 {
		t.Say(s.say("ask.minutes", m))
		return true, nil
	}
	t.Settle()
	return true, s.keepMinutes(t, m, t.Text())
}

// keepMinutes keeps text and files. A line that says who does what until when is offered as a decision by being written as one.
func (s *Skill) keepMinutes(t *bot.Turn, m *Meeting, body string) error {
	m.Minutes = strings.TrimSpace(m.Minutes + "\n" + body)
	m.Files = append(m.Files, t.Message.Attachments...)
	if err := s.closeTopics(t, m); err != nil {
		return err
	}
	t.Session.Meeting = m.ID
	t.Say(s.say("minutes.kept", map[string]any{"M": m, "Files": len(t.Message.Attachments)}))
	return s.put(t, m)
}
