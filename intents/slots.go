package intents

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"linli/intents/timex"
)

var caseNumber = regexp.MustCompile(`[\p{Han}]{2,6}\d{4}-\d{1,3}`)

// fill fills the slots that belong to the intent; bare is the text without its place.
func (m *Model) fill(u *Understanding, normal, bare string, c Context) {
	s := &u.Slots
	if u.Intent == "report" && s.Category == "" {
		if best := m.Category(bare, 1); len(best) > 0 {
			s.Category = best[0].Code
		}
	}
	s.Percent = percent(normal)
	kind, _, _ := strings.Cut(u.Intent, ".")
	switch {
	case kind == "incident" || u.Intent == "track":
		s.Number = number(numberWords, normal)
	case kind == "duty":
		s.Number = strings.ReplaceAll(number(dutyWords, normal), "-", ".")
	case u.Intent == "inspection.recheck" || u.Intent == "meeting.resolve":
		s.Number = cmp.Or(number(orderWords, normal), number(numberWords, normal))
	}
	s.fillTimes(u, normal, c)
	switch u.Intent {
	case "duty.progress":
		if s.Percent == nil {
			s.Percent = progress(normal)
		}
	case "confirm":
		s.Answer = "yes"
	case "deny":
		s.Answer = "no"
	case "incident.transfer":
		s.To = transferTo(masked(normal, u.Times))
	case "inspection.finding", "meeting.resolve":
		s.To = u.owner(masked(normal, u.Times), c.Now)
	}
	if kind == "meeting" {
		s.fillMeeting(u, normal)
	}
}

// fillMeeting fills what the meeting is called and where it is, what is to be spoken about, and who comes.
func (s *Slots) fillMeeting(u *Understanding, normal string) {
	text := masked(normal, u.Times)
	switch u.Intent {
	case "meeting.topic":
		s.Title = topic(normal)
		return // the meeting's own name is no topic
	case "meeting.rsvp":
		s.Answer = attendance(normal)
		s.To = standIn(text)
		if s.To != "" && s.Answer != "maybe" && !together.MatchString(normal) {
			s.Answer = "no" // who sends another doesn't come
		}
	case "meeting.schedule", "meeting.reschedule":
		s.Place = meetingPlace(text, s.Place)
	}
	// 春节慰问座谈会: a festival may be part of the name.
	text = masked(normal, slices.DeleteFunc(slices.Clone(u.Times), func(t timex.Match) bool { return t.Festival && !t.HasClock }))
	if venue(s.Place, sureVenues) {
		text = strings.Replace(text, s.Place, string(timeMark), 1)
	}
	s.Title = title(text)
	if s.Title != "" && within(text, s.Place, s.Title) { // 停车位协商会 is about 停车位, not there
		s.Place = ""
	}
}

// within reports whether one piece of a text ends inside another one.
func within(text, inner, outer string) bool {
	start, at := strings.Index(text, outer), strings.Index(text, inner)
	return inner != "" && at >= 0 && start < at+len(inner) && at+len(inner) < start+len(outer)
}
