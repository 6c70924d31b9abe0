package inspections

import "linli/bot"

// extend gives an open finding another deadline; its inspector alone may, and the unit is told.
func (s *Skill) extend(t *bot.Turn, id, text string) error {
	f, err := s.load(t, id, s.mayCheck)
	if err != nil || f == nil {
		return err
	}
	if f.State != Open {
		t.Say(s.say("finding.state", s.view(t, f)))
		return nil
	}
	at, invalid := s.deadline(text, t.Now)
	if at.IsZero() {
		t.Say(s.say("extend.ask", map[string]any{"ID": f.ID, "Invalid": invalid}))
		return nil
	}
	f.Due = at
	if err := s.setDue(t, f); err != nil {
		return err
	}
	if err := s.move(t, f, Open, text); err != nil {
		return err
	}
	t.Say(s.say("extended", s.view(t, f)))
	return s.tell(t, f.Unit, bot.Reply{Text: s.say("extended.told", s.view(t, f)), Choices: []bot.Choice{s.choice("done", f.ID)}})
}

// addPhoto takes a photo that came with nothing but the number: the inspector's shows the finding, the unit's that it is put right.
func (s *Skill) addPhoto(t *bot.Turn, id, text string) error {
	f, err := s.load(t, id, s.maySee)
	if err != nil || f == nil {
		return err
	}
	if !s.mayCheck(t, f) {
		return s.rectified(t, id, text)
	}
	f.Files = append(f.Files, t.Message.Attachments...)
	if text == "" {
		text = s.say("photo.step", nil)
	}
	if err := s.move(t, f, f.State, text); err != nil {
		return err
	}
	t.Say(s.say("photo.added", f))
	return s.tell(t, f.Unit, bot.Reply{Text: s.say("photo.told", s.view(t, f)), Files: t.Message.Attachments})
}

// note keeps what was said of a finding that stays where it is.
func (s *Skill) note(t *bot.Turn, id, text string) error {
	f, err := s.load(t, id, s.maySee)
	if err != nil || f == nil {
		return err
	}
	if err := s.move(t, f, f.State, text); err != nil {
		return err
	}
	t.Say(s.say("noted", s.view(t, f)))
	return nil
}
