package inspections

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
	"linli/intents/timex"
)

// Round is a plan: which units are inspected, when, on what.
type Round struct {
	ID        string          `json:"id"`
	Units     []string        `json:"units"`
	Calendar  calendar.Series `json:"calendar"`
	Title     string          `json:"title"`
	Checks    []string        `json:"checks"`
	Announced bool            `json:"announced"` // the units are told before
	By        string          `json:"by"`
	Who       string          `json:"who"`
	Chat      bot.Chat        `json:"chat"`
	Made      time.Time       `json:"made"`
	Off       time.Time       `json:"off,omitzero"`     // when it was cancelled
	OffBy     string          `json:"off_by,omitempty"` // by whom
}

// Visit says that a unit was inspected on a day. Its ID is unit/day.
type Visit struct {
	Unit string    `json:"unit"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

var (
	coverWords = regexp.MustCompile(`(?:还有|哪些|哪几个|多少|几个).{0,14}(?:没|未)(?:有)?(?:被)?(?:督查|覆盖|查)|(?:没|未)(?:督查|覆盖|查)(?:过|到)?的?(?:社区|单位|街道)?.{0,4}(?:哪些|多少|有谁)`)
	belowWords = regexp.MustCompile(`各(?:个)?社区|所有社区|全部社区|每个社区`)
	streets    = regexp.MustCompile(`各(?:个)?街道|所有街道|每个街道`)
	secret     = regexp.MustCompile(`不打招呼|四不两直|暗访|突击|不通知`)
)

// plan makes a round, or says which units have not been inspected this quarter.
func (s *Skill) plan(t *bot.Turn) error {
	if coverWords.MatchString(t.Text()) {
		return s.cover(t)
	}
	if !t.Allowed(bot.PlanInspection, "") {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	return s.draft(t, state{Ask: "round", Round: &Round{Title: t.Text(), Announced: !secret.MatchString(t.Text()), By: t.Person.ID, Who: who(t), Chat: t.Message.Chat}})
}

// draft fills the round with what was said, asks once for what it lacks, and echoes it in full.
func (s *Skill) draft(t *bot.Turn, st state) error {
	r, text := st.Round, t.Text()
	if units := targets(t, text); len(units) > 0 {
		r.Units = units
	}
	invalid := ""
	for _, m := range timex.Find(text, timex.Options{Now: t.Now, Calendar: s.days}) {
		if m.Invalid != "" {
			invalid = m.Invalid
			continue
		}
		if !m.HasDate && m.RRule == "" || m.Start.IsZero() || m.Kind == timex.Length {
			continue
		}
		at := m.Start
		if !m.HasClock {
			at = on(at, 9*time.Hour)
		}
		r.Calendar = calendar.Series{Start: at, Rule: m.RRule}
		if m.RRule != "" {
			r.Calendar.Shift = calendar.Later // a round on a holiday meets nobody
		}
		break
	}
	start := r.Calendar.Start.In(t.Now.Location())
	r.Calendar.Start = start
	past := start.Year() > 2000 && r.Calendar.Rule == "" && !start.After(t.Now)
	for _, u := range r.Units {
		if !t.Allowed(bot.PlanInspection, u) {
			t.Settle()
			t.Say(s.say("outside", t.Org.Name(u)))
			return nil
		}
	}
	if len(r.Units) == 0 || start.Year() < 2000 || past || invalid != "" {
		if st.Again {
			t.Settle()
			t.Say(s.say("incomplete.round", nil))
			return nil
		}
		if past {
			r.Calendar = calendar.Series{}
		}
		st.Again = true
		t.Say(s.say("ask.round", map[string]any{"Units": len(r.Units) == 0, "Past": past, "Invalid": invalid, "Time": start.Year() < 2000}))
		return t.Expect(name, st)
	}
	r.Checks = s.checksFor(r.Title)
	st.Again = false
	first, ok := r.Calendar.Next(t.Now, s.days)
	if !ok {
		t.Settle()
		t.Say(s.say("incomplete.round", nil))
		return nil
	}
	t.Say(s.say("round.echo", map[string]any{"R": r, "Units": names(t, r.Units), "First": first}), s.choice("yes", ""), s.choice("drop", ""))
	return t.Expect(name, st)
}

// targets are the units that the words mean: 里村街道各社区 is the street's communities.
func targets(t *bot.Turn, text string) []string {
	named := unitsIn(t, text)
	level := ""
	if belowWords.MatchString(text) {
		level = "community"
	} else if streets.MatchString(text) {
		level = "street"
	}
	var all []string
	if level == "" {
		for _, u := range named {
			all = append(all, u.ID)
		}
		return all
	}
	roots := []string{t.Root}
	if len(named) > 0 {
		roots = nil
		for _, u := range named {
			roots = append(roots, u.ID)
		}
	}
	for _, u := range t.Org.Units() {
		if u.Level == level && slices.ContainsFunc(roots, func(r string) bool { return t.Org.Within(u.ID, r) }) {
			all = append(all, u.ID)
		}
	}
	return all
}

func names(t *bot.Turn, units []string) []string {
	var all []string
	for _, u := range units {
		all = append(all, t.Org.Name(u))
	}
	return all
}

// heardRound hears what is said of a round that was echoed or lacks something.
func (s *Skill) heardRound(t *bot.Turn, st state) (bool, error) {
	if yesWords.MatchString(t.Text()) {
		return true, s.confirm(t)
	}
	if len(timex.Find(t.Text(), timex.Options{Now: t.Now, Calendar: s.days})) == 0 && len(targets(t, t.Text())) == 0 {
		if st.Round.Units != nil && !st.Round.Calendar.Start.IsZero() {
			return false, nil // it was echoed, and this is something else
		}
	}
	return true, s.draft(t, st)
}

// confirm makes the round of the draft.
func (s *Skill) confirm(t *bot.Turn) error {
	var st state
	if t.Session.Skill != name || t.Expected(&st) != nil || st.Round == nil || len(st.Round.Units) == 0 || st.Round.Calendar.Start.Year() < 2000 {
		t.Say(s.say("gone", nil))
		return nil
	}
	t.Settle()
	r := st.Round
	r.ID, r.Made = newID(t), t.Now
	r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
	if err := putRound(t, r); err != nil {
		return err
	}
	t.Say(s.say("round.made", r), s.choice("off", r.ID))
	return s.setRound(t, r, t.Now)
}

func putRound(t *bot.Turn, r *Round) error {
	keys := []string{"by=" + r.By}
	for _, u := range r.Units {
		keys = append(keys, "unit="+u)
	}
	return t.Put(KindRound, r.ID, r, r.Made, keys...)
}

// cancel ends a round: it rings no more, and what was visited stays.
func (s *Skill) cancel(t *bot.Turn, id string) error {
	var r Round
	known, err := t.Get(KindRound, id, &r)
	if err != nil {
		return err
	}
	if !known || slices.ContainsFunc(r.Units, func(u string) bool { return !t.Allowed(bot.PlanInspection, u) }) {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	if r.Off.IsZero() {
		r.Off, r.OffBy = t.Now, t.Person.ID
		if err := putRound(t, &r); err != nil {
			return err
		}
	}
	t.Say(s.say("round.off", r))
	return nil
}

// setRound sets the timers of the round's next day after the time.
func (s *Skill) setRound(t *bot.Turn, r *Round, after time.Time) error {
	next, ok := r.Calendar.Next(after, s.days)
	if !ok {
		return nil
	}
	if before := on(next.At.AddDate(0, 0, -1), 15*time.Hour); before.After(t.Now) {
		if err := wake(t, "before", r.ID, before); err != nil {
			return err
		}
	}
	if err := wake(t, "day", r.ID, next.At.Add(-30*time.Minute)); err != nil {
		return err
	}
	return wake(t, "evening", r.ID, on(next.At, max(17*time.Hour+30*time.Minute, next.At.Sub(on(next.At, 0))+time.Hour)))
}

// ringRound reminds of a round the day before and on the day, and asks in the evening which units were visited.
func (s *Skill) ringRound(t *bot.Turn, timer bot.Timer) error {
	var r Round
	known, err := t.Get(KindRound, timer.Subject, &r)
	if err != nil || !known || !r.Off.IsZero() {
		return err
	}
	r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
	next, ok := r.Calendar.Next(on(timer.At, 0).Add(-time.Second), s.days)
	if !ok {
		return nil
	}
	data := map[string]any{"R": r, "At": next.At, "Units": names(t, r.Units)}
	switch timer.Name {
	case "before":
		if !t.Now.Before(next.At) {
			return nil // it came too late to help
		}
		t.Tell(r.Chat, bot.Reply{Text: s.say("round.before", data)}, next.At)
		if !r.Announced {
			return nil
		}
		for _, u := range r.Units {
			if err := s.tell(t, u, bot.Reply{Text: s.say("round.announced", data)}); err != nil {
				return err
			}
		}
		return nil
	case "day":
		looks, err := s.looks(t, r.Units)
		if err != nil {
			return err
		}
		if t.Now.Before(on(timer.At, 20*time.Hour)) {
			t.Tell(r.Chat, bot.Reply{Text: s.say("round.day", data)}, on(timer.At, 20*time.Hour))
		}
		for _, f := range looks {
			t.Tell(r.Chat, s.lookQuestion(t, f), time.Time{})
		}
		return nil
	}
	subject := r.ID + "/" + timer.At.Format("20060102")
	t.Tell(r.Chat, bot.Reply{Text: s.say("round.evening", data), Choices: []bot.Choice{s.choice("visited", subject), s.choice("missed", subject)}}, time.Time{})
	return s.setRound(t, &r, timer.At)
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
		t.Say(s.say("outside", t.Org.Name(unit)))
		return nil
	}
	from, to := quarter(t.Now)
	missing, total, err := s.uncovered(t, unit, from, to)
	if err != nil {
		return err
	}
	t.Say(s.say("cover", map[string]any{"Unit": t.Org.Name(unit), "Missing": names(t, missing), "Total": total, "Done": total - len(missing), "End": to.AddDate(0, 0, -1)}))
	return nil
}

// ringQuarter tells the inspectors before a quarter ends what it has not covered, and sets itself for the next.
func (s *Skill) ringQuarter(t *bot.Turn, timer bot.Timer) error {
	from, to := quarter(timer.At)
	people, err := t.FindAll(bot.Query{Kind: bot.KindPerson, Keys: []string{"role=" + string(bot.Inspector)}}, 200)
	if err != nil {
		return err
	}
	for _, r := range people {
		var p bot.Person
		if err := json.Unmarshal(r.Body, &p); err != nil {
			return err
		}
		for _, g := range p.Grants {
			if g.Role != bot.Inspector || p.Chat.ID == "" {
				continue
			}
			missing, total, err := s.uncovered(t, g.Unit, from, to)
			if err != nil {
				return err
			}
			t.Tell(p.Chat, bot.Reply{Text: s.say("cover", map[string]any{
				"Unit": t.Org.Name(g.Unit), "Missing": names(t, missing), "Total": total, "Done": total - len(missing), "End": to.AddDate(0, 0, -1),
			})}, to)
		}
	}
	_, end := quarter(to)
	return wake(t, "quarter", "all", on(end.AddDate(0, 0, -14), 9*time.Hour))
}
