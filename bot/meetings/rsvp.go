package meetings

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// Invitee is somebody who is asked to come, and what they said.
type Invitee struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Unit   string   `json:"unit"`
	Chat   bot.Chat `json:"chat,omitzero"`
	Answer Answer   `json:"answer,omitempty"`
	Deputy string   `json:"deputy,omitempty"`
}

// Answer is what an invitee said; "" is nothing yet.
type Answer string

// The answers.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	Deputy Answer = "deputy" // somebody else comes
)

// answers are the choices under an invitation.
func (s *Skill) answers(m *Meeting) []bot.Choice {
	return []bot.Choice{s.choice("yes", "yes", m.ID), s.choice("no", "no", m.ID), s.choice("deputy", "deputy", m.ID)}
}

// invite puts those for whom the meeting is on its list.
func (s *Skill) invite(t *bot.Turn, m *Meeting) error {
	people, err := s.audience(t, m)
	for _, p := range people {
		if !slices.ContainsFunc(m.Invited, func(i Invitee) bool { return i.ID == p.ID }) {
			m.Invited = append(m.Invited, Invitee{ID: p.ID, Name: p.Name, Unit: p.Unit, Chat: p.Chat})
		}
	}
	return err
}

// count returns the names by answer.
func (m *Meeting) count(a Answer) []string {
	var names []string
	for _, i := range m.Invited {
		if i.Answer != a {
			continue
		}
		if a == Deputy {
			names = append(names, i.Name+"("+i.Deputy+")")
			continue
		}
		names = append(names, i.Name)
	}
	return names
}

func (s *Skill) answerYes(t *bot.Turn, id string) error { return s.record(t, id, Yes, "") }
func (s *Skill) answerNo(t *bot.Turn, id string) error  { return s.record(t, id, No, "") }

func (s *Skill) askDeputy(t *bot.Turn, id string) error {
	t.Say(s.say("ask.deputy", nil))
	return s.expect(t, "deputy", id)
}

func (s *Skill) heardDeputy(t *bot.Turn, id string) (bool, error) {
	deputy := strings.TrimSpace(t.Text())
	if found := deputyWords.FindStringSubmatch(deputy); found != nil {
		deputy = found[1]
	}
	if deputy == "" || len([]rune(deputy)) > 12 {
		if s.elsewhere(t) {
			return false, nil
		}
		t.Say(s.say("ask.deputy", nil))
		return true, nil
	}
	t.Settle()
	return true, s.record(t, id, Deputy, deputy)
}

// record notes an answer. Staff of the unit or below who were not on the list come onto it.
func (s *Skill) record(t *bot.Turn, id string, a Answer, deputy string) error {
	m, err := s.meeting(t, id)
	switch {
	case err != nil:
		return err
	case m == nil || m.Status == Cancelled:
		t.Say(s.say("rsvp.off", nil))
		return nil
	case !m.End().After(t.Now):
		t.Say(s.say("held.already", m))
		return nil
	}
	i := slices.IndexFunc(m.Invited, func(i Invitee) bool { return i.ID == t.Person.ID })
	if i < 0 {
		if m.Kind.public() {
			t.Say(s.say("rsvp.welcome", m)) // residents need not announce themselves, and no list of them is kept
			return nil
		}
		if !t.Person.Staff() || !t.Org.Within(t.Person.Unit, m.Unit) && !t.Allowed(bot.ProposeTopic, m.Unit) {
			t.Say(s.say("rsvp.stranger", m))
			return nil
		}
		m.Invited, i = append(m.Invited, Invitee{ID: t.Person.ID, Name: host(t), Unit: t.Person.Unit, Chat: t.Person.Chat}), len(m.Invited)
	}
	m.Invited[i].Answer, m.Invited[i].Deputy = a, deputy
	t.Session.Meeting = m.ID
	t.Say(s.say("rsvp."+string(a), map[string]any{"M": m, "Deputy": deputy, "Name": m.Invited[i].Name, "Group": t.Message.Chat.Group}))
	return s.put(t, m)
}

var (
	sendWords   = regexp.MustCompile(`(?:派|让|请|叫|安排|由)\s*([^,，。;；\s由让请派叫我]{1,8}?)(?:去|来|参加|出席|到会)`)
	deputyWords = regexp.MustCompile(`(?:由|让|请|派|叫|安排)?\s*([^,，。;；\s由让请派叫]{1,8}?)(?:代|替)(?:我|为|替|本人)*(?:参加|去|开会|开|出席|到会|来)?`)
	noWords     = regexp.MustCompile(`不能|不来|不去|去不了|来不了|参加不了|没法|无法|请假|不参加|缺席|没空|没时间`)
	yesWords    = regexp.MustCompile(`能来|能去|参加|准时|到会|会到|可以|收到|没问题|能到|一定到`)
)

// answer hears an answer to an invitation in words.
func (s *Skill) answer(t *bot.Turn) error {
	text := t.Text()
	a, deputy := Answer(""), ""
	if deputy = deputyIn(text); deputy != "" {
		a = Deputy
	}
	switch {
	case a == Deputy:
	case noWords.MatchString(text) || t.Understood.Slots.Answer == "no":
		a = No
	case yesWords.MatchString(text) || t.Understood.Slots.Answer == "yes":
		a = Yes
	}
	found, err := s.invitations(t, text)
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0:
		t.Say(s.say("rsvp.none", nil))
		return nil
	case len(found) > 1:
		choices := make([]bot.Choice, 0, 4)
		for _, m := range found[:min(4, len(found))] {
			choices = append(choices, bot.NewChoice(label(t, m), name, map[Answer]string{No: "no", Deputy: "deputy"}[a]+map[bool]string{true: "yes"}[a == Yes || a == ""], m.ID))
		}
		t.Say(s.say("rsvp.which", nil), choices...)
		return nil
	case a == "":
		t.Say(s.say("rsvp.ask", found[0]), s.answers(found[0])...)
		return nil
	}
	return s.record(t, found[0].ID, a, deputy)
}

// deputyIn returns who comes instead by the words; "" if they name nobody.
func deputyIn(text string) string {
	for _, pattern := range []*regexp.Regexp{deputyWords, sendWords} {
		if found := pattern.FindStringSubmatch(text); found != nil && !noWords.MatchString(found[1]) && strings.Trim(found[1], "我") != "" {
			return found[1]
		}
	}
	return ""
}

// invitations are the meetings ahead to which the person is invited and that the words may mean, the one that the conversation is about first.
func (s *Skill) invitations(t *bot.Turn, text string) ([]*Meeting, error) {
	all, err := s.concern(t, t.Now.Add(-time.Hour), t.Now.AddDate(0, 3, 0))
	if err != nil {
		return nil, err
	}
	invited := func(m *Meeting) bool {
		return m.Kind.public() || slices.ContainsFunc(m.Invited, func(i Invitee) bool { return i.ID == t.Person.ID })
	}
	r := s.read(text, t.Now, true)
	title := trimTitle(bareTitle(r.Rest))
	all = slices.DeleteFunc(all, func(m *Meeting) bool {
		return m.Status != Planned || !m.End().After(t.Now) || !invited(m) || title != "" && !strings.Contains(m.Title, title) || !r.Day.IsZero() && !midnight(m.At).Equal(r.Day)
	})
	for _, m := range all {
		if m.ID == t.Session.Meeting && title == "" && r.Day.IsZero() {
			return []*Meeting{m}, nil
		}
	}
	return all, nil
}

// bareTitle reads a meeting's name from words like 联席会我参加.
func bareTitle(text string) string {
	for _, k := range kinds {
		if strings.Contains(text, k.word) {
			return k.word
		}
	}
	return ""
}

// setNag sets the timer for asking those again who have not answered: a day before, or halfway if the meeting is nearer than that.
func (s *Skill) setNag(t *bot.Turn, m *Meeting) error {
	at := m.At.Add(-24 * time.Hour)
	if at.Before(t.Now.Add(2 * time.Hour)) {
		at = t.Now.Add(m.At.Sub(t.Now) / 2).Truncate(time.Minute)
	}
	if m.At.Sub(at) < 2*time.Hour {
		return nil
	}
	return m.stepAt(t, "nag", at)
}

// ringNag asks those who have not answered, each privately, and tells who arranged the meeting how it stands.
func (s *Skill) ringNag(t *bot.Turn, timer bot.Timer) error {
	m, err := s.meeting(t, timer.Subject)
	if err != nil || m == nil || m.Status != Planned || !m.At.After(t.Now) || !m.Steps["nag"].Equal(timer.At) {
		return err
	}
	for _, i := range m.Invited {
		if i.Answer == "" && i.Chat.ID != "" {
			t.Tell(i.Chat, bot.Reply{Text: s.say("nag", map[string]any{"M": m, "Unit": t.Org.Name(m.Unit)}), Choices: s.answers(m)}, m.At)
		}
	}
	chat, err := s.hostChat(t, m)
	if err == nil && !chat.Group && len(m.Invited) > 0 {
		t.Tell(chat, bot.Reply{Text: s.say("replies", s.replies(m))}, m.At)
	}
	return err
}

// hostChat is where who arranged the meeting is spoken to alone, if anywhere; else where it was arranged.
func (s *Skill) hostChat(t *bot.Turn, m *Meeting) (bot.Chat, error) {
	if !m.Chat.Group {
		return m.Chat, nil
	}
	var p bot.Person
	if known, err := t.Get(bot.KindPerson, m.By, &p); err != nil || !known || p.Chat.ID == "" {
		return m.Chat, err
	}
	return p.Chat, nil
}

// replies is how the answers stand. Names are for who arranged the meeting; nobody's silence is shown to others.
func (s *Skill) replies(m *Meeting) map[string]any {
	return map[string]any{"M": m, "Yes": m.count(Yes), "No": m.count(No), "Deputy": m.count(Deputy), "Silent": m.count("")}
}
