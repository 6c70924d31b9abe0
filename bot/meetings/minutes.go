package meetings

import (
	"regexp"
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

// keepMinutes keeps text and files. Sentences that say who does what until when are offered as decisions.
func (s *Skill) keepMinutes(t *bot.Turn, m *Meeting, body string) error {
	m.Minutes = strings.TrimSpace(m.Minutes + "\n" + body)
	m.Files = append(m.Files, t.Message.Attachments...)
	if err := s.closeTopics(t, m); err != nil {
		return err
	}
	t.Session.Meeting = m.ID
	var choices []bot.Choice
	found := s.decisionsIn(t, body)
	if len(found) > 0 {
		choices = append(choices, bot.NewChoice(s.say("choice.extract", len(found)), name, "extract", m.ID))
	}
	t.Say(s.say("minutes.kept", map[string]any{"M": m, "Files": len(t.Message.Attachments), "Found": found}), choices...)
	return s.put(t, m)
}

var sentences = regexp.MustCompile(`[;；。\n]+`)

// decisionsIn are the sentences that name an owner and a deadline.
func (s *Skill) decisionsIn(t *bot.Turn, text string) []string {
	var found []string
	for _, part := range sentences.Split(text, -1) {
		part = strings.TrimSpace(itemNumber.ReplaceAllString(strings.TrimSpace(part), ""))
		if ownerIn(part, t.Now) != "" && !s.deadline(part, t.Now).IsZero() {
			found = append(found, part)
		}
	}
	return found
}

// extract makes decisions of what the minutes say.
func (s *Skill) extract(t *bot.Turn, id string) error {
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
	return s.decide(t, strings.Join(s.decisionsIn(t, m.Minutes), "\n"))
}
