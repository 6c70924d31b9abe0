package inspections

import (
	"encoding/json"
	"slices"
	"time"

	"linli/bot"
)

// show tells where a finding stands and what happened to it.
func (s *Skill) show(t *bot.Turn, id string) error {
	f, err := s.load(t, id, s.maySee)
	if err != nil || f == nil {
		return err
	}
	found, err := t.FindAll(bot.Query{Kind: KindStep, Keys: []string{"finding=" + id}}, 100)
	if err != nil {
		return err
	}
	var steps []Step
	files := slices.Clone(f.Files)
	for _, r := range found {
		var step Step
		if err := json.Unmarshal(r.Body, &step); err != nil {
			return err
		}
		step.At = step.At.In(t.Now.Location())
		steps = append(steps, step)
		for _, a := range step.Files {
			if !slices.Contains(files, a) {
				files = append(files, a)
			}
		}
	}
	data := s.view(t, f)
	data["Steps"] = steps
	t.Reply(bot.Reply{Text: s.say("finding.shown", data), Files: files, Personal: true})
	return nil
}

// findings reads what bears the keys.
func (s *Skill) findings(t *bot.Turn, from, to time.Time, keys ...string) ([]*Finding, error) {
	found, err := t.FindAll(bot.Query{Kind: KindFinding, Keys: keys, From: from, To: to}, 2000)
	if err != nil {
		return nil, err
	}
	var all []*Finding
	for _, r := range found {
		var f Finding
		if err := json.Unmarshal(r.Body, &f); err != nil {
			return nil, err
		}
		f.local(t)
		all = append(all, &f)
	}
	return all, nil
}

// list lists the findings that are not checked off: of the units that were named, else of those that the person works for.
func (s *Skill) list(t *bot.Turn) error {
	text := t.Text()
	if wrong := s.misnamed(t, text); wrong != "" {
		t.Say(wrong)
		return nil
	}
	var roots, titles []string
	for _, u := range unitsIn(t, text) {
		if !t.Allowed(bot.RecordFinding, u.ID) && !t.Allowed(bot.ReportProgress, u.ID) && !t.Allowed(bot.HandleIncident, u.ID) {
			t.Say(s.say("outside.see", u.Name))
			return nil
		}
		roots, titles = append(roots, u.ID), append(titles, u.Name)
	}
	if len(roots) == 0 {
		for _, g := range t.Person.Grants {
			roots = append(roots, g.Unit)
		}
	}
	all, err := s.unsettled(t, roots)
	if err != nil {
		return err
	}
	late := 0
	only := lateWords.MatchString(text)
	var lines []map[string]any
	for _, f := range all {
		line := s.view(t, f)
		if line["Late"] == true {
			late++
		} else if only {
			continue
		}
		if len(lines) < listed {
			lines = append(lines, line)
		}
	}
	shown := len(all)
	if only {
		shown = late
	}
	t.Reply(bot.Reply{Personal: true, Text: s.say("list", map[string]any{
		"Units": titles, "All": lines, "N": len(all), "Late": late, "Only": only, "More": shown - len(lines),
	})})
	return nil
}

// unsettled are the findings below the units that are not checked off and that the person may see, what is due first.
func (s *Skill) unsettled(t *bot.Turn, units []string) ([]*Finding, error) {
	seen := map[string]bool{}
	var all []*Finding
	for _, unit := range units {
		for _, st := range []State{Open, Reported} {
			found, err := s.findings(t, time.Time{}, time.Time{}, "within="+unit, "state="+string(st))
			if err != nil {
				return nil, err
			}
			for _, f := range found {
				if !seen[f.ID] && (s.mayCheck(t, f) || s.mayRectify(t, f)) {
					seen[f.ID] = true
					all = append(all, f)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Finding) int { return a.Due.Compare(b.Due) })
	return all, nil
}
