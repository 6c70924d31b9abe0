package meetings

import (
	"fmt"
	"slices"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// Rate is how much of what was discussed has been resolved. What was answered but not solved, and what was passed up, was discussed and is
// not resolved.
type Rate struct {
	Meetings  int
	Discussed int
	Resolved  int
}

// FewForRate is the number of matters below which no rate is shown: it would say more about chance than about work.
const FewForRate = 30

// Percent returns the rate with two decimals, 90.51%; "" if there are too few matters for one.
func (r Rate) Percent() string {
	if r.Discussed < FewForRate {
		return ""
	}
	// In hundredths of a percent, rounded half up, without the detour over a float.
	n := (r.Resolved*20000 + r.Discussed) / (2 * r.Discussed)
	return fmt.Sprintf("%d.%02d%%", n/100, n%100)
}

// Times is how often liaison meetings are to be held.
type Times struct {
	Least int // in each period
	Every int // months that a period has; it begins with the year
}

// Cadence is how often each level meets at least, as the city's rules have it. A street's meetings are regular, without a number: no entry.
var Cadence = map[string]Times{"city": {2, 12}, "district": {2, 12}, "community": {1, 3}}

// Period returns the period in which the time lies.
func (c Times) Period(now time.Time) (from, to time.Time) {
	first := (int(now.Month()) - 1) / c.Every * c.Every
	from = time.Date(now.Year(), time.Month(first+1), 1, 0, 0, 0, 0, now.Location())
	return from, from.AddDate(0, c.Every, 0)
}

// Short returns how many meetings are missing in the period that the time lies in, given when meetings were or are to be.
func (c Times) Short(now time.Time, at []time.Time) (held, missing int) {
	from, to := c.Period(now)
	for _, a := range at {
		if !a.Before(from) && a.Before(to) {
			held++
		}
	}
	return held, max(0, c.Least-held)
}

// Start sets the timer of each unit that is to meet so often: one that never meets is told, too.
func (s *Skill) Start(t *bot.Turn) error {
	for _, u := range t.Org.Units() {
		if c, ok := s.cadence[u.Level]; ok && t.Org.Within(u.ID, t.Root) {
			if err := wake(t, "cadence", u.ID, calendar.Spread(u.ID, c.look(t.Now), t.Now)); err != nil {
				return err
			}
		}
	}
	return nil
}

// look is the next time to look whether there were meetings enough: nine in the morning a month before a period ends.
func (c Times) look(now time.Time) time.Time {
	_, end := c.Period(now)
	for at := end; ; at = at.AddDate(0, c.Every, 0) {
		if look := on(at.AddDate(0, -1, 0), 9*time.Hour); look.After(now) {
			return look
		}
	}
}

// ringCadence tells the unit's staff if a meeting is missing.
func (s *Skill) ringCadence(t *bot.Turn, timer bot.Timer) error {
	u := t.Org.Unit(timer.Subject)
	if u == nil {
		return nil
	}
	c, ok := s.cadence[u.Level]
	if !ok {
		return nil
	}
	if err := wake(t, "cadence", u.ID, calendar.Spread(u.ID, c.look(t.Now), t.Now)); err != nil {
		return err
	}
	held, missing, err := s.met(t, u.ID, c)
	if err != nil || missing == 0 {
		return err
	}
	chats, err := t.Chats(u.ID, bot.Secretary, bot.Street, bot.Liaison)
	for _, chat := range chats {
		t.Tell(chat, bot.Reply{Text: s.say("cadence", map[string]any{"Unit": u.Name, "Year": c.Every == 12, "Held": held, "Least": c.Least, "Missing": missing})}, time.Time{})
	}
	return err
}

// met counts the unit's liaison meetings of the period: those that were held, and those that are planned in it.
func (s *Skill) met(t *bot.Turn, unit string, c Times) (held, missing int, err error) {
	from, to := c.Period(t.Now)
	all, err := s.meetings(t, from, to, "unit="+unit, "kind="+string(LiaisonKind))
	if err != nil {
		return 0, 0, err
	}
	var at []time.Time
	for _, m := range all {
		if m.Status != Cancelled {
			at = append(at, m.At)
		}
	}
	held, missing = c.Short(t.Now, at)
	return held, missing, nil
}

// Rate counts a unit's meetings and matters, with those of all units below it, of the meetings in the time.
func (s *Skill) Rate(t *bot.Turn, unit string, from, to time.Time) (Rate, error) {
	all, err := s.meetings(t, from, to, "within="+unit)
	if err != nil {
		return Rate{}, err
	}
	var r Rate
	of := map[string]int{} // decisions by meeting
	for _, m := range all {
		if m.Status == Held && m.Kind == LiaisonKind {
			r.Meetings++
			of[m.ID] = 0
		}
	}
	decided, err := s.decisions(t, "within="+unit)
	if err != nil {
		return Rate{}, err
	}
	for _, d := range decided {
		if _, ok := of[d.Meeting]; ok {
			of[d.Meeting]++
			if d.State == Closed {
				r.Resolved++
			}
		}
	}
	for _, m := range all {
		if n, ok := of[m.ID]; ok {
			r.Discussed += max(n, len(m.Agenda)) // a topic without a decision was discussed, too
		}
	}
	return r, nil
}

// figures shows how a unit's meetings stand: how many, what was discussed, what is resolved, and whether they are often enough.
func (s *Skill) figures(t *bot.Turn) error {
	units := s.realm(t, bot.ReadStatistics)
	if len(units) == 0 {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	unit := units[0]
	if named := s.unitIn(t, t.Text(), bot.ReadStatistics); named != "" {
		unit = named
	} else if slices.Contains(units, t.Unit) {
		unit = t.Unit
	}
	from := time.Date(t.Now.Year(), 1, 1, 0, 0, 0, 0, t.Now.Location())
	r, err := s.Rate(t, unit, from, from.AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	data := map[string]any{"Unit": t.Org.Name(unit), "Year": from.Year(), "R": r, "Few": FewForRate, "Cadence": ""}
	if c, ok := s.cadence[t.Org.Unit(unit).Level]; ok {
		held, missing, err := s.met(t, unit, c)
		if err != nil {
			return err
		}
		data["Cadence"] = s.say("cadence.short", map[string]any{"Year": c.Every == 12, "Held": held, "Least": c.Least, "Missing": missing})
	}
	t.Say(s.say("figures", data))
	return nil
}
