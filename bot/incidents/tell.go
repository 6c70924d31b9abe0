package incidents

import (
	"slices"
	"strings"

	"linli/bot"
)

// Tell implements bot.Teller: the story of the case whose number the words are, for staff who handle it. Nobody's name is in it, and a confidential
// case is not told.
func (s *Skill) Tell(t *bot.Turn, words string) (story, refusal string, err error) {
	refs := References(words)
	if len(refs) != 1 || strings.Trim(strings.Replace(words, refs[0].words, "", 1), " 的这件个事项工单案编号第,，。:：") != "" {
		return "", "", nil
	}
	found, err := s.lookUp(t, refs[0])
	if err != nil {
		return "", "", err
	}
	found = slices.DeleteFunc(found, func(c *Case) bool { // a reporter's own case is not for them to draft about
		return c.Number == "" || !slices.ContainsFunc(Actors(t.Org, t.Person, c), func(a Actor) bool { return a != Reporting }) && c.Reporter(t.Person.ID) != nil
	})
	switch {
	case len(found) == 0:
		return "", s.say("notfound", refs[0].Text), nil
	case len(found) > 1:
		var numbers []string
		for _, c := range found[:min(len(found), 5)] {
			numbers = append(numbers, c.Number)
		}
		return "", s.say("tell.which", numbers), nil
	case found[0].Secret:
		return "", s.say("tell.secret", found[0].Number), nil
	}
	c := found[0]
	var b strings.Builder
	for _, f := range s.fields(t, c, "number", "category", "place", "text", "state", "unit", "due", "assist", "result") {
		b.WriteString(f.Name + ":" + f.Value + "\n")
	}
	b.WriteString(s.say("story", s.data(t, c)))
	for _, step := range c.History {
		data := s.stepData(t, c, step, false)
		if step.As == Reporting {
			data["Who"] = s.say("field.by", nil)
		}
		b.WriteString("\n" + s.say("story.line", data))
	}
	return b.String(), "", nil
}
