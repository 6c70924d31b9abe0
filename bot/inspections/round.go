package inspections

import (
	"cmp"
	"fmt"
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

// draftRound begins to plan a round.
func (s *Skill) draftRound(t *bot.Turn) error {
	if !t.Allowed(bot.PlanInspection, "") {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	r := &Round{Title: t.Text(), Announced: !secret.MatchString(t.Text()), By: t.Person.ID, Who: who(t), Chat: t.Message.Chat}
	if t.Message.Chat.Group {
		if !r.Announced {
			t.Say(s.say("secret", nil))
			return nil
		}
		if t.Person.Chat.ID != "" {
			r.Chat = t.Person.Chat // reminders are for who inspects
		}
	}
	return s.draft(t, state{Ask: "round", Round: r})
}

// draft fills the round with what was said, asks once for what it lacks, and echoes it in full.
func (s *Skill) draft(t *bot.Turn, st state) error {
	r, text := st.Round, t.Text()
	if wrong := s.misnamed(t, text); wrong != "" {
		t.Say(wrong)
		return t.Expect(name, st)
	}
	if units := targets(t, text); len(units) > 0 {
		r.Units = units
	}
	invalid, gone := "", false
	for _, m := range timex.Find(text, timex.Options{Now: t.Now, Calendar: s.days}) {
		if m.Invalid != "" || m.Conflict != "" {
			invalid = m.Invalid + m.Conflict
			continue
		}
		if !m.HasDate && m.RRule == "" || m.Start.IsZero() || m.Kind == timex.Length {
			continue
		}
		at := m.Start
		gone = s.byGone(m, text, t.Now)
		if !m.HasClock {
			at = on(at, 9*time.Hour)
		} else if clock, part := partOfDay(text, m); part {
			at = on(at, clock)
		}
		if m.Kind == timex.Span && !at.After(t.Now) && m.Stop.After(t.Now) {
			at = on(s.workdays(t.Now, 1), 9*time.Hour) // 本周, said in the middle of it
		}
		r.Calendar = calendar.Series{Start: at, Rule: m.RRule}
		if m.RRule != "" {
			r.Calendar.Shift = calendar.Later // a round on a holiday meets nobody
		}
		break
	}
	if series, ok := quarterly(text, r.Calendar.Start, t.Now); ok {
		r.Calendar = series
	}
	start := r.Calendar.Start.In(t.Now.Location())
	r.Calendar.Start = start
	past := gone || start.Year() > 2000 && r.Calendar.Rule == "" && !start.After(t.Now)
	for _, u := range r.Units {
		if !t.Allowed(bot.PlanInspection, u) {
			t.Settle()
			t.Say(s.say("outside", t.Org.Name(u)))
			return nil
		}
	}
	if len(r.Units) == 0 || start.Year() < 2000 || past || invalid != "" {
		if st.Again && invalid == "" && !past { // who names a day that can't be is asked for another
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
	if named := checksIn(text); len(named) > 0 {
		r.Checks = nil
		for _, item := range named { // 责任清单 has a checklist of its own
			r.Checks = append(r.Checks, cmp.Or(strings.Join(s.kindChecks(item), ";"), item))
		}
	} else if len(r.Checks) == 0 {
		r.Checks = s.checksFor(r.Title)
	}
	st.Again = false
	first, ok := r.Calendar.Next(t.Now, s.days)
	if !ok {
		t.Settle()
		t.Say(s.say("incomplete.round", nil))
		return nil
	}
	t.Say(s.say("round.echo", map[string]any{"R": r, "Units": names(t, r.Units), "First": dated(first.At, t.Now), "Day": s.dayOff(first.At), "Rule": r.Calendar.Words(t.Now.Location())}), s.choice("yes", ""), s.choice("drop", ""))
	return t.Expect(name, st)
}

// quarterly reads 每季度第一个周三: it falls into the quarter's first month, at the clock that was said.
func quarterly(text string, said, now time.Time) (calendar.Series, bool) {
	m := everyQuarter.FindStringSubmatch(text)
	if m == nil {
		return calendar.Series{}, false
	}
	nth := strings.Index("一二三四", m[1])/len("一") + 1
	weekday := strings.Index("一二三四五六日", strings.Replace(m[2], "天", "日", 1)) / len("一") // from Monday
	clock := 9 * time.Hour
	if said.Year() > 2000 {
		clock = said.Sub(on(said, 0))
	}
	for from, to := quarter(now); ; from, to = quarter(to) {
		day := from.AddDate(0, 0, (weekday-(int(from.Weekday())+6)%7+7)%7+7*(nth-1))
		if at := on(day, clock); at.After(now) {
			rule := fmt.Sprintf("FREQ=MONTHLY;INTERVAL=3;BYDAY=%d%s", nth, []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}[weekday])
			return calendar.Series{Start: at, Rule: rule, Shift: calendar.Later}, true
		}
	}
}

// partOfDay is when a round begins of which only the part of the day was said.
func partOfDay(text string, m timex.Match) (time.Duration, bool) {
	switch strings.Trim(text[m.ClockPos:m.ClockEnd], " 的") {
	case "上午", "早上":
		return 9 * time.Hour, true
	case "下午":
		return 14*time.Hour + 30*time.Minute, true
	}
	return 0, false
}

// byGone reports whether a date without its year is one that has just gone by rather than next year's: 11月20日 on the 23rd.
func (s *Skill) byGone(m timex.Match, text string, now time.Time) bool {
	return m.RRule == "" && m.Start.After(now.AddDate(0, 9, 0)) && !strings.Contains(strings.ReplaceAll(text, "年底", ""), "年")
}

// dayOff is why people don't work that day, "" if they do.
func (s *Skill) dayOff(day time.Time) string {
	if work, _ := s.days.Workday(day); work {
		return ""
	}
	return cmp.Or(s.days.Name(day), "周末")
}

// dated writes a day and time, with its year where that isn't this one.
func dated(at, now time.Time) string {
	if at.Year() == now.Year() {
		return bot.When(at)
	}
	return at.Format("2006年") + bot.When(at)
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
			if !slices.ContainsFunc(named, func(n *bot.Unit) bool { return n != u && t.Org.Within(n.ID, u.ID) }) { // 新厂街道老厂社区 is one
				all = append(all, u.ID)
			}
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
	if st.Round.Units != nil && !st.Round.Calendar.Start.IsZero() && len(targets(t, t.Text())) == 0 &&
		len(timex.Find(t.Text(), timex.Options{Now: t.Now, Calendar: s.days})) == 0 {
		return false, nil // it was echoed, and this is something else
	}
	if s.elsewhere(t) {
		t.Settle()
		return false, nil
	}
	return true, s.draft(t, st)
}

// confirm makes the round of the draft.
func (s *Skill) confirm(t *bot.Turn) error {
	var st state
	if t.Session.Skill == name && t.Expected(&st) == nil && st.Change != nil && st.Change.Do == "move" && !st.Change.To.IsZero() {
		return s.moved(t, *st.Change)
	}
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
	if r.Off.IsZero() {
		keys = append(keys, "on=yes")
	}
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
	if t.Session.Skill == name {
		t.Settle()
	}
	if !known || slices.ContainsFunc(r.Units, func(u string) bool { return !t.Allowed(bot.PlanInspection, u) }) {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	if !r.Off.IsZero() {
		t.Say(s.say("round.off", nil))
		return nil
	}
	r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
	next, coming := r.Calendar.Next(t.Now, s.days)
	r.Off, r.OffBy = t.Now, t.Person.ID
	if err := putRound(t, &r); err != nil {
		return err
	}
	t.Say(s.say("round.off", nil))
	if !coming {
		return nil
	}
	if err := s.told(t, &r, next.At, "round.dropped", map[string]any{"At": next.At, "Who": r.Who}); err != nil {
		return err
	}
	return s.relook(t, &r, next.At)
}

// When a round on a day rings.
func before(day time.Time) time.Time  { return on(day.AddDate(0, 0, -1), 15*time.Hour) }
func morning(day time.Time) time.Time { return day.Add(-30 * time.Minute) }
func evening(day time.Time) time.Time {
	return on(day, max(17*time.Hour+30*time.Minute, day.Sub(on(day, 0))+time.Hour))
}

// setRound sets the timers of the round's next day after the time.
func (s *Skill) setRound(t *bot.Turn, r *Round, after time.Time) error {
	next, ok := r.Calendar.Next(after, s.days)
	if !ok {
		return nil
	}
	if at := before(next.At); at.After(t.Now) {
		if err := wake(t, "before", r.ID, at); err != nil {
			return err
		}
	}
	if err := wake(t, "day", r.ID, morning(next.At)); err != nil {
		return err
	}
	return wake(t, "evening", r.ID, evening(next.At))
}

// rings finds the round's day whose timer this is; there is none if it was moved or dropped.
func (s *Skill) rings(r *Round, timer bot.Timer) (calendar.Occurrence, bool) {
	at := map[string]func(time.Time) time.Time{"before": before, "day": morning, "evening": evening}[timer.Name]
	for _, o := range r.Calendar.Between(timer.At.AddDate(0, 0, -2), timer.At.AddDate(0, 0, 3), s.days) {
		if at(o.At).Equal(timer.At) {
			return o, true
		}
	}
	return calendar.Occurrence{}, false
}

// ringRound reminds of a round the day before and on the day, and asks in the evening which units were visited.
func (s *Skill) ringRound(t *bot.Turn, timer bot.Timer) error {
	var r Round
	known, err := t.Get(KindRound, timer.Subject, &r)
	if err != nil || !known || !r.Off.IsZero() {
		return err
	}
	r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
	next, ok := s.rings(&r, timer)
	if !ok && timer.Name == "evening" {
		return s.setRound(t, &r, t.Now)
	}
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
		if end := evening(next.At); t.Now.Before(end) {
			t.Tell(r.Chat, bot.Reply{Text: s.say("round.day", data)}, end)
		}
		for _, f := range looks {
			t.Tell(r.Chat, s.lookQuestion(t, f), time.Time{})
		}
		return nil
	}
	subject := r.ID + "/" + next.At.Format("20060102")
	t.Tell(r.Chat, bot.Reply{Text: s.say("round.evening", data), Choices: []bot.Choice{s.choice("visited", subject), s.choice("missed", subject)}}, time.Time{})
	return s.setRound(t, &r, timer.At)
}
