package meetings

import (
	"slices"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// listeners returns where a meeting is spoken of: the unit's groups; without any, the private chats of those who are invited.
func (s *Skill) listeners(t *bot.Turn, m *Meeting) ([]bot.Chat, error) {
	bound, err := t.Chats(m.Unit)
	if err != nil {
		return nil, err
	}
	chats := slices.DeleteFunc(bound, func(c bot.Chat) bool { return !c.Group })
	if m.Kind.public() {
		public, err := t.PublicChats(m.Unit)
		if err != nil {
			return nil, err
		}
		chats = append(chats, public...)
	}
	if len(chats) > 0 {
		return chats, nil
	}
	people, err := s.audience(t, m)
	for _, p := range people {
		if p.Chat.ID != "" && p.Chat != m.Chat {
			chats = append(chats, p.Chat)
		}
	}
	return chats, err
}

// audience are the people for whom a meeting is: the staff of its unit and of the units directly below, but for who arranged it.
func (s *Skill) audience(t *bot.Turn, m *Meeting) ([]bot.Person, error) {
	var roles []bot.Role
	if m.For != "" {
		roles = []bot.Role{bot.Role(m.For)}
	}
	var all []bot.Person
	for _, unit := range append([]string{m.Unit}, t.Org.Children(m.Unit)...) {
		people, err := t.People(unit, roles...)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			known := slices.ContainsFunc(all, func(q bot.Person) bool { return q.ID == p.ID })
			if !known && p.ID != m.By && p.Role() != bot.Admin {
				all = append(all, p)
			}
		}
	}
	return all, nil
}

// forWhom says for whom a meeting is, as its maker reads it.
func (s *Skill) forWhom(t *bot.Turn, m *Meeting) (string, error) {
	people, err := s.audience(t, m)
	if err != nil {
		return "", err
	}
	return s.say("for", map[string]any{"Unit": t.Org.Name(m.Unit), "Role": m.For, "Level": t.Org.Unit(m.Unit).Level, "N": len(people), "Public": m.Kind.public(), "Owners": m.Kind == Owners}), nil
}

// ringTell tells others what they do not know yet. If somebody has changed the meeting since the timer was set, a later one speaks.
func (s *Skill) ringTell(t *bot.Turn, timer bot.Timer) error {
	m, err := s.meeting(t, timer.Subject)
	if err != nil {
		return err
	}
	if m == nil {
		return s.tellSeries(t, timer.Subject)
	}
	if m.Changed.Add(grace).After(timer.At.Add(time.Second)) {
		return nil
	}
	if !m.At.After(t.Now) {
		if m.Told == nil && m.Status == Planned && t.Now.Sub(timer.At) > calendar.Tolerance {
			t.Tell(m.Chat, bot.Reply{Text: s.say("missed.invite", m)}, time.Time{})
		}
		return nil
	}
	known := m.Told
	news := ""
	switch {
	case m.Status == Cancelled && known != nil && !known.Off:
		news = "tell.cancelled"
	case m.Status != Planned:
	case known == nil:
		news = "tell.invite"
	case known.Off:
		news = "tell.restored"
	case m.differs():
		news = "tell.moved"
	}
	if news == "" {
		return nil
	}
	m.Told = &told{At: m.At, Place: m.Place, Off: m.Status == Cancelled}
	if news == "tell.invite" && !m.Kind.public() {
		if err := s.invite(t, m); err != nil {
			return err
		}
	}
	chats, err := s.listeners(t, m)
	if err != nil {
		return err
	}
	if m.Hand != "" && m.Hand != m.By && !slices.Contains(chats, m.Chat) {
		chats = append(chats, m.Chat) // somebody else changed it: who arranged it hears of it like the others
	}
	r, err := s.notice(t, m, news, known)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		t.Tell(chat, r, m.At)
	}
	if m.Status == Planned && !m.Kind.public() {
		if err := s.setNag(t, m); err != nil {
			return err
		}
	}
	return s.put(t, m)
}

// differs reports whether others were told another time or place.
func (m *Meeting) differs() bool {
	return m.Told != nil && (!m.Told.At.Equal(m.At) || m.Told.Place != m.Place || m.Told.Off != (m.Status == Cancelled))
}

// notice is what others are told: everything in one message.
func (s *Skill) notice(t *bot.Turn, m *Meeting, text string, before *told) (bot.Reply, error) {
	fields, err := s.fields(t, m)
	if err != nil {
		return bot.Reply{}, err
	}
	data := map[string]any{"M": m, "Unit": t.Org.Name(m.Unit), "Before": before, "Answer": !m.Kind.public()}
	r := bot.Reply{Text: s.say(text, data), Fields: fields}
	switch {
	case m.Status != Planned:
		r.Fields = nil
	case !m.Kind.public():
		r.Choices = s.answers(m)
	}
	if s.file != nil && m.Status == Planned {
		r.Link = &bot.Link{Label: s.say("file", nil), URL: s.file(m.ID)}
	}
	return r, nil
}

// tellSeries tells the unit of a series that is new, or that has ended.
func (s *Skill) tellSeries(t *bot.Turn, id string) error {
	sr, err := s.series(t, id)
	if err != nil || sr == nil || sr.Told == (sr.Status == Planned) {
		return err
	}
	m := sr.Pattern
	chats, err := s.listeners(t, &m)
	if err != nil {
		return err
	}
	next, _ := sr.Calendar.Next(t.Now, s.days)
	text := s.say("tell.series", map[string]any{
		"M": m, "Before": sr.Before, "On": sr.Status == Planned, "Words": sr.Calendar.Words(t.Now.Location()), "At": sr.Calendar.Start, "Next": next.At, "Shift": s.say("shift."+string(sr.Calendar.Shift), nil),
	})
	for _, chat := range chats {
		t.Tell(chat, bot.Reply{Text: text}, time.Time{})
	}
	sr.Told = sr.Status == Planned
	return s.putSeries(t, sr)
}

// ringRemind reminds of a meeting, if the reminder is still in its plan.
func (s *Skill) ringRemind(t *bot.Turn, timer bot.Timer) error {
	m, err := s.meeting(t, timer.Subject)
	if err != nil || m == nil || m.Status != Planned {
		return err
	}
	p, ok := m.take(timer.At)
	if !ok {
		return nil
	}
	verdict := calendar.Judge(p.At, m.At, m.dueAgain(p.At), t.Now)
	switch verdict {
	case calendar.Superseded:
		return s.put(t, m)
	case calendar.Expired:
		return s.reportMissed(t, m, p)
	}
	chats, err := s.listeners(t, m)
	if err != nil {
		return err
	}
	if !slices.Contains(chats, m.Chat) {
		chats = append([]bot.Chat{m.Chat}, chats...)
	}
	m.Done = append(m.Done, p.At)
	r := s.reminder(t, m, verdict == calendar.Late, p.At)
	for _, chat := range chats {
		to := r
		if chat == m.Chat && !chat.Group {
			to.Choices = nil // who arranged it is not asked to come
		}
		if m.Named {
			t.Alert(chat, to)
		} else {
			t.Tell(chat, to, m.At)
		}
	}
	return s.put(t, m)
}

// reminder is what is said before a meeting; on its day with the agenda.
func (s *Skill) reminder(t *bot.Turn, m *Meeting, late bool, due time.Time) bot.Reply {
	var agenda []string
	if midnight(due).Equal(midnight(m.At)) {
		agenda = m.Agenda
	}
	r := bot.Reply{Text: s.say("reminder", map[string]any{
		"M": m, "Unit": t.Org.Name(m.Unit), "Left": m.At.Sub(roundUp(t.Now)), "Days": int(midnight(m.At).Sub(midnight(t.Now)) / (24 * time.Hour)), "Late": late, "Due": due, "Agenda": agenda,
	})}
	if len(m.Invited) > 0 {
		r.Choices = s.answers(m)
	}
	return r
}

// roundUp takes back the seconds by which a reminder leaves before its minute.
func roundUp(at time.Time) time.Time {
	if rounded := at.Truncate(time.Minute); !rounded.Equal(at) {
		return rounded.Add(time.Minute)
	}
	return at
}

// reportMissed tells who arranged the meeting that reminders did not leave in time and help no more: all of them in one message.
func (s *Skill) reportMissed(t *bot.Turn, m *Meeting, first planned) error {
	missed := []time.Time{first.At}
	m.Plan = slices.DeleteFunc(m.Plan, func(p planned) bool {
		gone := !p.At.After(t.Now)
		if gone {
			missed = append(missed, p.At)
		}
		return gone
	})
	t.Tell(m.Chat, bot.Reply{Text: s.say("missed", map[string]any{"M": m, "Missed": missed})}, time.Time{})
	return s.put(t, m)
}

// ringAfter closes a meeting that is over: its room is free, and who arranged it is asked for the minutes where some are expected.
func (s *Skill) ringAfter(t *bot.Turn, timer bot.Timer) error {
	m, err := s.meeting(t, timer.Subject)
	if err != nil || m == nil || m.Status != Planned || m.End().After(t.Now) {
		return err
	}
	m.Status = Held
	if err := s.free(t, m); err != nil {
		return err
	}
	if err := s.closeTopics(t, m); err != nil {
		return err
	}
	if m.Kind != Plain {
		t.Tell(m.Chat, bot.Reply{
			Text:    s.say("after", map[string]any{"M": m, "Votes": m.Kind.votes()}),
			Choices: []bot.Choice{s.choice("minutes", "minutes", m.ID)},
		}, time.Time{})
	}
	return s.put(t, m)
}
