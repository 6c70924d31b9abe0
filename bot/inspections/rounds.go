package inspections

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
	"linli/intents/timex"
)

const (
	listed = 20 // how many rounds or findings one answer lists
	ahead  = 92 * 24 * time.Hour
)

// planned is a round and one of its days.
type planned struct {
	Round *Round
	calendar.Occurrence
	Units []string // of the round's, those that are meant
}

// ref names the day in a choice.
func (p planned) ref() string { return p.Round.ID + "/" + p.Key }

// period is the time that the words are about; ok is false where they name none.
func (s *Skill) period(text string, now time.Time) (from, to time.Time, ok bool) {
	for _, m := range timex.Find(text, timex.Options{Now: now, Calendar: s.days, Prefer: timex.Current}) {
		if m.Invalid != "" || m.Kind == timex.Length || m.Kind == timex.Recurrence || m.Start.IsZero() || m.Approx {
			continue
		}
		from, to = m.Start, m.Stop
		if m.Kind == timex.Instant {
			from = on(from, 0)
			to = time.Time{}
		}
		if to.IsZero() {
			to = from.AddDate(0, 0, 1)
		}
		if to.Before(now) { // 3号 on the 23rd is the next one's
			if next := timex.Find(m.Text, timex.Options{Now: now, Calendar: s.days}); len(next) == 1 && next[0].Start.After(now) {
				return on(next[0].Start, 0), on(next[0].Start, 0).Add(to.Sub(from)), true
			}
		}
		return from, to, true
	}
	return now, now.Add(ahead), false
}

// between are the rounds' days in [from, to) that the test admits, soonest first.
func (s *Skill) between(t *bot.Turn, from, to time.Time, admit func(r *Round) []string) ([]planned, error) {
	found, err := t.FindAll(bot.Query{Kind: KindRound, Keys: []string{"on=yes"}}, 5000)
	if err != nil {
		return nil, err
	}
	var all []planned
	for _, rec := range found {
		var r Round
		if err := json.Unmarshal(rec.Body, &r); err != nil {
			return nil, err
		}
		units := admit(&r)
		if len(units) == 0 {
			continue
		}
		r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
		for _, o := range r.Calendar.Between(from, to, s.days) {
			if o.At.After(r.Made) {
				all = append(all, planned{&r, o, units})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b planned) int { return a.At.Compare(b.At) })
	return all, nil
}

// seen are the round's units at which the person may know of it: who plans inspections there knows all; who works there or above what is announced.
func (s *Skill) seen(t *bot.Turn, r *Round) []string {
	return slices.DeleteFunc(slices.Clone(r.Units), func(u string) bool {
		works := t.Allowed(bot.RecordFinding, u) || t.Allowed(bot.ReportProgress, u) || t.Allowed(bot.HandleIncident, u)
		return !t.Allowed(bot.PlanInspection, u) && !(r.Announced && works)
	})
}

// meant are those of the units that are named, or below a named one; all if none is named.
func meant(t *bot.Turn, units []string, named []*bot.Unit) []string {
	if len(named) == 0 {
		return units
	}
	return slices.DeleteFunc(slices.Clone(units), func(u string) bool {
		return !slices.ContainsFunc(named, func(n *bot.Unit) bool { return t.Org.Within(u, n.ID) })
	})
}

// rounds lists what is planned, in the time and at the units that were named.
func (s *Skill) rounds(t *bot.Turn) error {
	text := t.Text()
	if wrong := s.misnamed(t, text); wrong != "" {
		t.Say(wrong)
		return nil
	}
	from, to, named := s.period(text, t.Now)
	all, err := s.between(t, from, to, func(r *Round) []string { return meant(t, s.seen(t, r), unitsIn(t, text)) })
	if err != nil {
		return err
	}
	if !named {
		all = nexts(all)
	}
	var lines []map[string]any
	for _, p := range all[:min(len(all), listed)] {
		lines = append(lines, s.line(t, p))
	}
	more := len(all) - len(lines)
	when := ""
	if last := to.Add(-time.Second); named {
		when = bot.Day(from) + " "
		if !on(from, 0).Equal(on(last, 0)) {
			when += "到 " + bot.Day(last) + " "
		}
	}
	t.Reply(bot.Reply{Personal: true, Text: s.say("rounds", map[string]any{"When": when, "Lines": lines, "N": len(all), "More": more})})
	return nil
}

// nexts are the days without the later ones of a round.
func nexts(all []planned) []planned {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(p planned) bool {
		again := seen[p.Round.ID]
		seen[p.Round.ID] = true
		return again
	})
}

// line is a round's day as it is shown.
func (s *Skill) line(t *bot.Turn, p planned) map[string]any {
	return map[string]any{
		"At": p.At, "Units": few(t, p.Units), "Rule": p.Round.Calendar.Words(t.Now.Location()), "Moved": p.Moved, "Announced": p.Round.Announced,
		"Who": p.Round.Who, "Past": p.At.Before(t.Now),
	}
}

// few names the units, but not more than three.
func few(t *bot.Turn, units []string) string {
	all := names(t, units)
	if len(all) <= 3 {
		return strings.Join(all, "、")
	}
	return all[0] + "等" + strconv.Itoa(len(all)) + "个单位"
}
