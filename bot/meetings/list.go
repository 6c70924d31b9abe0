package meetings

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/intents/timex"
)

var (
	figureWords   = regexp.MustCompile(`办结率|解决率|完成率|销号率|统计|开了几次|开了多少|几次联席|频次`)
	decisionWords = regexp.MustCompile(`决议|销号|未办|没办|办结|督办|台账|议定`)
	topicWords    = regexp.MustCompile(`议题`)
	wishWords     = regexp.MustCompile(`(?:建议|希望|想).{0,12}(?:讨论|研究|议一议|商量)`)
	askWords      = regexp.MustCompile(`什么|哪|几|吗|有没有|看|查|[?？]`)
)

// list shows the meetings of a time, or what else is asked about them.
func (s *Skill) list(t *bot.Turn) error {
	text := t.Text()
	if !askWords.MatchString(text) && (noWords.MatchString(text) || deputyIn(text) != "") {
		if found, err := s.invitations(t, text); err != nil || len(found) > 0 {
			if err != nil {
				return err
			}
			return s.answer(t)
		}
	}
	switch {
	case wishWords.MatchString(text) && t.Allowed(bot.ProposeTopic, ""):
		return s.topic(t)
	case s.read(text, t.Now, true).Timed && meetingVerb.MatchString(text) && !askWords.MatchString(text) && len(s.realm(t, bot.ArrangeMeeting)) == 0:
		t.Say(s.say("forbidden", nil)) // an order to arrange one, from somebody who may not
		return nil
	case figureWords.MatchString(text):
		return s.figures(t)
	case topicWords.MatchString(text):
		return s.listTopics(t)
	case decisionWords.MatchString(text):
		return s.listDecisions(t)
	}
	from, to, words := s.period(t, text)
	all, err := s.concern(t, from, to)
	if err != nil {
		return err
	}
	title := trimTitle(bareTitle(text))
	all = slices.DeleteFunc(all, func(m *Meeting) bool {
		return m.Status == Cancelled || title != "" && !strings.Contains(m.Title, title)
	})
	if len(all) == 0 {
		return s.emptyList(t, words, title)
	}
	const most = 20
	rows := make([]map[string]any, 0, len(all))
	var choices []bot.Choice
	for _, m := range all[:min(len(all), most)] {
		rows = append(rows, map[string]any{"M": m, "Unit": t.Org.Name(m.Unit), "Other": m.Unit != t.Unit})
		if m.Status == Planned && len(choices) < 3 && s.exists(t, m) {
			choices = append(choices, bot.NewChoice(label(t, m), name, "show", m.ID))
		}
	}
	t.Say(s.say("list", map[string]any{"Words": words, "N": len(all), "Rows": rows, "More": len(all) - len(rows)}), choices...)
	return nil
}

// exists reports whether the meeting is a record already, and not only planned by a series.
func (s *Skill) exists(t *bot.Turn, m *Meeting) bool {
	return m.Series == "" || m.At.Before(t.Now.Add(sitAhead))
}

// period is the time that is asked for; two weeks from now if none is named.
func (s *Skill) period(t *bot.Turn, text string) (from, to time.Time, words string) {
	for _, m := range timex.Find(text, timex.Options{Now: t.Now, Calendar: s.days}) {
		switch {
		case m.Invalid != "" || m.Kind == timex.Length || m.Kind == timex.Recurrence:
			continue
		case m.Kind == timex.Instant:
			return midnight(m.Start), midnight(m.Start).AddDate(0, 0, 1), m.Text
		}
		from, to = m.Start, m.Stop
		if from.IsZero() {
			from = t.Now
		}
		if to.IsZero() {
			to = from.AddDate(0, 3, 0)
		}
		return from, to, m.Text
	}
	return t.Now.Add(-time.Hour), t.Now.AddDate(0, 0, 14), s.say("period.usual", nil)
}

// concern are the meetings of a time that concern the person: of the units where they may see them, and those to which they are invited.
func (s *Skill) concern(t *bot.Turn, from, to time.Time) ([]*Meeting, error) {
	var all []*Meeting
	for _, unit := range s.realm(t, bot.ListMeetings) {
		found, err := s.meetings(t, from, to, "within="+unit)
		if err != nil {
			return nil, err
		}
		planned, err := s.virtual(t, from, to, "within="+unit)
		if err != nil {
			return nil, err
		}
		all = append(append(all, found...), planned...)
	}
	for _, unit := range t.Org.Path(t.Unit) {
		// A grid member sees the community's meetings, a secretary the street's, as far as they are for them.
		found, err := s.meetings(t, from, to, "unit="+unit)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(found, func(m *Meeting) bool {
			return !slices.ContainsFunc(m.Invited, func(i Invitee) bool { return i.ID == t.Person.ID })
		})...)
		if t.Message.Chat.Group {
			break // in a group its own unit's meetings are spoken of
		}
	}
	slices.SortStableFunc(all, func(a, b *Meeting) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return slices.CompactFunc(all, func(a, b *Meeting) bool { return a.ID == b.ID }), nil
}

// emptyList says that nothing is planned, and when the next meeting is.
func (s *Skill) emptyList(t *bot.Turn, words, title string) error {
	next, err := s.concern(t, t.Now, t.Now.AddDate(0, 3, 0))
	if err != nil {
		return err
	}
	next = slices.DeleteFunc(next, func(m *Meeting) bool {
		return m.Status != Planned || title != "" && !strings.Contains(m.Title, title)
	})
	data := map[string]any{"Words": words, "Title": title, "Next": (*Meeting)(nil)}
	if len(next) > 0 {
		data["Next"] = next[0]
	}
	t.Say(s.say("list.empty", data))
	return nil
}

// show shows one meeting, with what the person may do with it; without an ID the list.
func (s *Skill) show(t *bot.Turn, id string) error {
	if id == "" {
		return s.list(t)
	}
	m, err := s.meeting(t, id)
	if err != nil {
		return err
	}
	invited := m != nil && slices.ContainsFunc(m.Invited, func(i Invitee) bool { return i.ID == t.Person.ID })
	if m == nil || !invited && !t.Allowed(bot.ListMeetings, m.Unit) {
		t.Say(s.say("gone", nil))
		return nil
	}
	fields, err := s.fields(t, m)
	if err != nil {
		return err
	}
	r := bot.Reply{Fields: fields, Text: s.say("detail", map[string]any{"M": m, "Unit": t.Org.Name(m.Unit)})}
	switch {
	case m.Status != Planned:
	case t.Allowed(bot.ArrangeMeeting, m.Unit):
		if len(m.Invited) > 0 && !t.Message.Chat.Group {
			r.Text += "\n" + s.say("replies", s.replies(m))
		}
		r.Choices = []bot.Choice{s.choice("retime", "retime", m.ID), s.choice("replace", "replace", m.ID), s.choice("cancel", "cancel", m.ID)}
	case !m.Kind.public():
		r.Choices = s.answers(m)
	}
	t.Session.Meeting = m.ID
	t.Reply(r)
	return nil
}
