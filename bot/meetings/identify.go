package meetings

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// identify returns the meetings ahead that the words may mean and over which the person may do the action.
func (s *Skill) identify(t *bot.Turn, words string, action bot.Action) ([]*Meeting, error) {
	r := s.read(fillers.ReplaceAllString(words, " "), t.Now, true)
	title := trimTitle(titleIn(r.Rest))
	if title == "" && r.Day.IsZero() && r.At.IsZero() || thisOne.MatchString(words) {
		if m, err := s.current(t, action); m != nil || err != nil {
			return []*Meeting{m}, err
		}
	}
	all, err := s.ahead(t, action)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(all, func(m *Meeting) bool {
		switch {
		case title != "" && title != "会" && !strings.Contains(m.Title, title) && !strings.Contains(title, trimTitle(m.Title)):
			return true
		case !r.Day.IsZero() && !midnight(m.At).Equal(r.Day):
			return true
		case r.Timed && r.Day.IsZero():
			return false
		}
		return false
	})
	if r.Timed && len(found) > 1 {
		exact := slices.DeleteFunc(slices.Clone(found), func(m *Meeting) bool { return m.At.Sub(midnight(m.At)) != r.Clock })
		if len(exact) > 0 {
			found = exact
		}
	}
	// The unit that is named is meant; else the person's own, if one of its meetings fits.
	unit := cmp.Or(s.unitIn(t, words, action), t.Unit)
	own := slices.DeleteFunc(slices.Clone(found), func(m *Meeting) bool { return m.Unit != unit })
	if len(own) > 0 {
		found = own
	}
	// Of a series the next sitting is meant, unless a day was named.
	if r.Day.IsZero() {
		seen := map[string]bool{}
		found = slices.DeleteFunc(found, func(m *Meeting) bool {
			again := m.Series != "" && seen[m.Series]
			seen[m.Series] = true
			return again
		})
	}
	return found, nil
}

// trimTitle takes away what people leave out: 联席会议 is 联席会.
func trimTitle(title string) string {
	title = strings.TrimSuffix(title, "议")
	if title == "会" {
		return ""
	}
	return title
}

// current is the meeting that the conversation is about, if it is still ahead.
func (s *Skill) current(t *bot.Turn, action bot.Action) (*Meeting, error) {
	if t.Session.Meeting == "" {
		return nil, nil
	}
	m, err := s.meeting(t, t.Session.Meeting)
	if err != nil || m == nil || m.Status != Planned || !t.Allowed(action, m.Unit) {
		return nil, err
	}
	return m, nil
}

// ahead are the meetings that are still to come at the units where the person may do the action.
func (s *Skill) ahead(t *bot.Turn, action bot.Action) ([]*Meeting, error) {
	var all []*Meeting
	for _, unit := range s.realm(t, action) {
		found, err := s.meetings(t, t.Now.Add(-12*time.Hour), time.Time{}, "within="+unit, "status="+string(Planned))
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(found, func(m *Meeting) bool { return !m.End().After(t.Now) })...)
	}
	slices.SortStableFunc(all, func(a, b *Meeting) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return slices.CompactFunc(all, func(a, b *Meeting) bool { return a.ID == b.ID }), nil
}

// realm are the highest units at which the person may do the action; in a group its unit alone.
func (s *Skill) realm(t *bot.Turn, action bot.Action) []string {
	if t.Message.Chat.Group {
		if t.Allowed(action, t.Unit) {
			return []string{t.Unit}
		}
		return nil
	}
	var units []string
	for _, g := range t.Person.Grants {
		if t.Allowed(action, g.Unit) && !slices.Contains(units, g.Unit) {
			units = append(units, g.Unit)
		}
	}
	return units
}

func (s *Skill) noSuch(t *bot.Turn, words string) error {
	t.Say(s.say("nosuch", strings.TrimSpace(words)), s.choice("list", "show", ""))
	return nil
}
