package inspections

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// Visit says that a unit was inspected on a day. Its ID is unit/day.
type Visit struct {
	Unit string    `json:"unit"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// subject reads the round and the day that a choice is about.
func (s *Skill) subject(t *bot.Turn, argument string) (*Round, time.Time, error) {
	id, day, _ := strings.Cut(argument, "/")
	at, err := time.ParseInLocation("20060102", day, t.Now.Location())
	if err != nil {
		t.Say(s.say("gone", nil))
		return nil, at, nil
	}
	var r Round
	known, err := t.Get(KindRound, id, &r)
	if err != nil {
		return nil, at, err
	}
	if !known || slices.ContainsFunc(r.Units, func(u string) bool { return !t.Allowed(bot.RecordFinding, u) }) {
		t.Say(s.say("forbidden", nil))
		return nil, at, nil
	}
	return &r, at, nil
}

// visited notes that the round's units were inspected, but for those that were missed.
func (s *Skill) visited(t *bot.Turn, argument string, missed []string) error {
	r, at, err := s.subject(t, argument)
	if err != nil || r == nil {
		return err
	}
	var gone []string
	for _, u := range r.Units {
		if slices.Contains(missed, u) {
			continue
		}
		gone = append(gone, u)
		if err := s.visit(t, u, at); err != nil {
			return err
		}
	}
	t.Say(s.say("visited", map[string]any{"N": len(gone), "Missed": names(t, missed)}))
	return nil
}

func (s *Skill) askMissed(t *bot.Turn, argument string) error {
	r, _, err := s.subject(t, argument)
	if err != nil || r == nil {
		return err
	}
	t.Say(s.say("ask.missed", nil))
	return t.Expect(name, state{Ask: "missed", ID: argument})
}

// heardMissed hears which units were missed; what names none goes its own way, and the question stays open.
func (s *Skill) heardMissed(t *bot.Turn, st state) (bool, error) {
	missed := targets(t, t.Text())
	if len(missed) == 0 {
		return false, nil
	}
	r, _, err := s.subject(t, st.ID)
	if err != nil || r == nil {
		t.Settle()
		return true, err
	}
	if other := slices.DeleteFunc(slices.Clone(missed), func(u string) bool { return slices.Contains(r.Units, u) }); len(other) > 0 {
		t.Say(s.say("missed.other", map[string]any{"Other": names(t, other), "Units": names(t, r.Units)}))
		return true, nil // the question stays open
	}
	t.Settle()
	return true, s.visited(t, st.ID, missed)
}

// visit notes that the unit was inspected on the day.
func (s *Skill) visit(t *bot.Turn, unit string, at time.Time) error {
	id := unit + "/" + at.Format("20060102")
	var v Visit
	if known, err := t.Get(KindVisit, id, &v); err != nil || known {
		return err
	}
	return t.Put(KindVisit, id, Visit{Unit: unit, At: at, By: t.Person.ID}, at, append(within(t, unit), "unit="+unit)...)
}

// uncovered are the communities and streets below the unit that had no visit between the times.
func (s *Skill) uncovered(t *bot.Turn, unit string, from, to time.Time) (missing []string, total int, err error) {
	keys := []string{}
	if unit != "" {
		keys = append(keys, "within="+unit)
	}
	found, err := t.FindAll(bot.Query{Kind: KindVisit, Keys: keys, From: from, To: to}, 20000)
	if err != nil {
		return nil, 0, err
	}
	seen := map[string]bool{}
	for _, r := range found {
		var v Visit
		if err := json.Unmarshal(r.Body, &v); err != nil {
			return nil, 0, err
		}
		seen[v.Unit] = true
	}
	for _, u := range t.Org.Units() {
		if u.Level != "community" || !t.Org.Within(u.ID, unit) {
			continue
		}
		total++
		if !seen[u.ID] {
			missing = append(missing, u.ID)
		}
	}
	return missing, total, nil
}

// cover says which communities have not been inspected this quarter.
func (s *Skill) cover(t *bot.Turn) error {
	if wrong := s.misnamed(t, t.Text()); wrong != "" {
		t.Say(wrong)
		return nil
	}
	unit := ""
	for _, u := range unitsIn(t, t.Text()) {
		unit = u.ID
	}
	if unit == "" {
		for _, g := range t.Person.Grants {
			if t.Allowed(bot.RecordFinding, g.Unit) {
				unit = g.Unit
				break
			}
		}
	}
	if !t.Allowed(bot.RecordFinding, unit) {
		t.Say(s.say("outside.see", t.Org.Name(unit)))
		return nil
	}
	from, to := quarter(t.Now)
	r, err := s.coverage(t, unit, from, to)
	if err != nil {
		return err
	}
	if !t.Allowed(bot.PlanInspection, unit) {
		r.Choices = nil
	}
	t.Reply(r)
	return nil
}

// coverage tells what a quarter has covered and what not, and offers to plan what is on no round.
func (s *Skill) coverage(t *bot.Turn, unit string, from, to time.Time) (bot.Reply, error) {
	missing, total, err := s.uncovered(t, unit, from, to)
	if err != nil {
		return bot.Reply{}, err
	}
	needs, err := s.needs(t, unit, from, to)
	if err != nil {
		return bot.Reply{}, err
	}
	r := bot.Reply{Text: s.say("cover", map[string]any{
		"Unit": t.Org.Name(unit), "Missing": grouped(t, missing), "N": len(missing), "Total": total, "Done": total - len(missing),
		"Planned": len(missing) - len(needs), "End": to.AddDate(0, 0, -1),
	})}
	if len(needs) > 0 {
		r.Choices = []bot.Choice{s.choice("fill", unit)}
	}
	return r, nil
}

// grouped names the units, those of a street on a line of their own where there are many.
func grouped(t *bot.Turn, units []string) []string {
	if len(units) <= 10 {
		return []string{strings.Join(names(t, units), "、")}
	}
	var order []string
	below := map[string][]string{}
	for _, u := range units {
		street := ""
		if a := t.Org.Ancestor(u, "street"); a != nil {
			street = a.Name + ":"
		}
		if below[street] == nil {
			order = append(order, street)
		}
		below[street] = append(below[street], t.Org.Name(u))
	}
	var lines []string
	for _, street := range order {
		lines = append(lines, street+strings.Join(below[street], "、"))
	}
	return lines
}
