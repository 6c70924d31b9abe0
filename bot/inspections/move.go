package inspections

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
	"linli/intents/timex"
)

// change is what is to become of a round: echoed first.
type change struct {
	Do  string    `json:"do"`            // move, skip or off
	Ref string    `json:"ref,omitempty"` // of the day
	To  time.Time `json:"to,omitzero"`
	// Rule is the new one of a round that recurs; with it all days move.
	Rule string `json:"rule,omitempty"`
	Text string `json:"text,omitempty"` // what was said, while it isn't clear which round is meant
}

// choose finds the one day of a round that the words mean, or asks which.
func (s *Skill) choose(t *bot.Turn, words string, c change) error {
	named := unitsIn(t, words)
	from, to, dated := s.period(words, t.Now)
	if !dated {
		to = t.Now.AddDate(1, 0, 0)
	}
	from = later(from, t.Now)
	allowed := 0
	all, err := s.between(t, from, to, func(r *Round) []string {
		if t.Message.Chat.Group && !r.Announced || slices.ContainsFunc(r.Units, func(u string) bool { return !t.Allowed(bot.PlanInspection, u) }) {
			return nil // in a group nothing is said of what comes unannounced
		}
		allowed++
		if len(meant(t, r.Units, named)) == 0 {
			return nil
		}
		return r.Units
	})
	if err != nil {
		return err
	}
	if !dated {
		all = nexts(all)
	}
	switch {
	case len(all) == 0:
		t.Say(s.say("which.none", map[string]any{"Any": allowed > 0, "Do": c.Do}))
		return nil
	case len(all) == 1:
		c.Ref = all[0].ref()
		return s.echo(t, c)
	}
	var choices []bot.Choice
	for _, p := range all[:min(len(all), 6)] {
		choices = append(choices, bot.NewChoice(bot.Day(p.At)+" "+few(t, p.Units), name, "which", p.ref()))
	}
	t.Say(s.say("which", map[string]any{"N": len(all), "Shown": len(choices), "Do": c.Do}), choices...)
	return t.Expect(name, state{Ask: "which", Change: &c})
}

// later is the later one of the times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// moveRound hears that a round is to be another day.
func (s *Skill) moveRound(t *bot.Turn) error {
	if !t.Allowed(bot.PlanInspection, "") {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	if wrong := s.misnamed(t, t.Text()); wrong != "" {
		t.Say(wrong)
		return nil
	}
	at := moveWords.FindStringIndex(t.Text())
	before, after := t.Text()[:at[0]], t.Text()[at[0]:]
	if len(unitsIn(t, after)) > 0 { // 改到12月5日,马鞍山社区的督查
		before += after
		for _, m := range timex.Find(after, timex.Options{Now: t.Now, Calendar: s.days}) {
			before = strings.Replace(before, m.Text, "", 1)
		}
	}
	return s.choose(t, before, change{Do: "move", Text: after})
}

// cancelRound hears that there is to be no round.
func (s *Skill) cancelRound(t *bot.Turn) error {
	if !t.Allowed(bot.PlanInspection, "") {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	if wrong := s.misnamed(t, t.Text()); wrong != "" {
		t.Say(wrong)
		return nil
	}
	return s.choose(t, t.Text(), change{Do: "off"})
}

// day reads the round and the day that a reference names. It is nil, and the person is told, if they may not change it or it is no more.
func (s *Skill) day(t *bot.Turn, ref string) (*planned, error) {
	id, key, _ := strings.Cut(ref, "/")
	var r Round
	known, err := t.Get(KindRound, id, &r)
	if err != nil {
		return nil, err
	}
	if !known || slices.ContainsFunc(r.Units, func(u string) bool { return !t.Allowed(bot.PlanInspection, u) }) {
		t.Say(s.say("forbidden", nil))
		return nil, nil
	}
	r.Calendar.Start = r.Calendar.Start.In(t.Now.Location())
	if r.Off.IsZero() {
		for _, o := range r.Calendar.Between(t.Now, t.Now.AddDate(1, 1, 0), s.days) {
			if o.Key == key {
				return &planned{&r, o, r.Units}, nil
			}
		}
	}
	t.Say(s.say("which.gone", nil))
	return nil, nil
}

// echo shows what would become of the round, and asks.
func (s *Skill) echo(t *bot.Turn, c change) error {
	p, err := s.day(t, c.Ref)
	if err != nil || p == nil {
		return err
	}
	data := map[string]any{"P": s.line(t, *p), "Units": names(t, p.Units), "To": "", "Words": "", "Quarter": false}
	if c.Do != "move" {
		choices := []bot.Choice{bot.NewChoice(s.say("choice.off", nil), name, "off", p.Round.ID)}
		if p.Round.Calendar.Rule != "" {
			choices = []bot.Choice{
				bot.NewChoice(s.say("choice.skip", nil), name, "skip", p.ref()), bot.NewChoice(s.say("choice.offall", nil), name, "off", p.Round.ID),
			}
		}
		t.Say(s.say("off.echo", data), append(choices, bot.NewChoice(s.say("choice.keep", nil), name, "keep", ""))...)
		return t.Expect(name, state{Ask: "off", Change: &c})
	}
	problem := s.target(p.At, p.Round.Calendar.Rule != "", &c, t.Now)
	if problem != "" {
		t.Say(problem)
		return t.Expect(name, state{Ask: "to", Change: &c})
	}
	data["To"] = dated(c.To, t.Now)
	if c.Rule != "" {
		data["Words"] = calendar.Series{Start: c.To, Rule: c.Rule}.Words(t.Now.Location())
	}
	data["Day"] = s.dayOff(c.To)
	old, _ := quarter(p.At)
	fresh, _ := quarter(c.To)
	data["Quarter"] = !old.Equal(fresh)
	t.Say(s.say("move.echo", data), s.choice("yes", ""), bot.NewChoice(s.say("choice.keep", nil), name, "keep", ""))
	return t.Expect(name, state{Ask: "move", Change: &c})
}

// target reads in the words where a day that was planned goes, and returns what is wrong with it.
func (s *Skill) target(planned time.Time, recurs bool, c *change, now time.Time) (problem string) {
	if m := byLength.FindStringSubmatch(c.Text); m != nil { // from the round's day
		if d, ok := timex.ParseDuration(m[1]); ok && d > 0 {
			if earlierWords.MatchString(c.Text) {
				d = -d
			}
			return s.place(c, planned, planned.AddDate(0, 0, int(d/(24*time.Hour))).Add(d%(24*time.Hour)), now, m[1])
		}
	}
	for _, m := range timex.Find(c.Text, timex.Options{Now: now, Calendar: s.days}) {
		to := m.Start
		switch {
		case m.Invalid != "" || m.Conflict != "":
			return s.say("to.ask", map[string]any{"Wrong": m.Invalid + m.Conflict, "Past": false})
		case m.RRule != "" && recurs:
			c.Rule = m.RRule
		case m.Kind == timex.Length || to.IsZero() || m.RRule != "":
			continue
		case !m.HasDate && m.HasClock:
			to = on(planned, to.Sub(on(to, 0)))
		}
		if bareWeekday.MatchString(m.Text) { // 下周三的督查改到周四: of the same week
			to = to.AddDate(0, 0, 7*weeks(to, planned))
		}
		if !m.HasClock {
			to = on(to, planned.Sub(on(planned, 0)))
		} else if clock, part := partOfDay(c.Text, m); part {
			to = on(to, clock)
		}
		if s.byGone(m, c.Text, now) {
			to = time.Time{}
		}
		return s.place(c, planned, to, now, m.Text)
	}
	return s.say("to.ask", map[string]any{"Wrong": "", "Past": false})
}

// place takes the new day if it can be one, and returns what is wrong with it.
func (s *Skill) place(c *change, planned, to, now time.Time, words string) (problem string) {
	switch {
	case !to.After(now):
		return s.say("to.ask", map[string]any{"Wrong": "", "Past": true})
	case to.After(now.AddDate(0, 0, farthest)):
		return s.say("to.ask", map[string]any{"Wrong": s.say("far", words), "Past": false})
	case to.Equal(planned) && c.Rule == "":
		return s.say("to.same", planned)
	}
	c.To = to
	return ""
}

var bareWeekday = regexp.MustCompile(`^(?:周|星期|礼拜)[一二三四五六日天]`)

// weeks is how many weeks the second day's week comes after the first one's.
func weeks(a, b time.Time) int {
	monday := func(t time.Time) time.Time { return on(t.AddDate(0, 0, -(int(t.Weekday())+6)%7), 12*time.Hour) }
	return int(monday(b).Sub(monday(a)).Round(24*time.Hour) / (7 * 24 * time.Hour))
}

// heardChange hears what is said to a change that was echoed or isn't clear.
func (s *Skill) heardChange(t *bot.Turn, st state) (bool, error) {
	c := *st.Change
	switch {
	case st.Ask == "move" && yesWords.MatchString(t.Text()):
		return true, s.moved(t, c)
	case st.Ask == "off" && yesWords.MatchString(t.Text()):
		p, err := s.day(t, c.Ref)
		if err != nil || p == nil {
			return true, err
		}
		if p.Round.Calendar.Rule != "" {
			return true, s.echo(t, c) // which of the two is not said
		}
		return true, s.cancel(t, p.Round.ID)
	case st.Ask == "which" || st.Ask == "off":
		return false, nil
	case len(timex.Find(t.Text(), timex.Options{Now: t.Now, Calendar: s.days})) > 0:
		c.Text, c.Rule = t.Text(), ""
		return true, s.echo(t, c)
	case st.Ask == "to" && !st.Again:
		t.Say(s.say("to.ask", map[string]any{"Wrong": "", "Past": false}))
		return true, t.Expect(name, state{Ask: "to", Change: &c, Again: true})
	}
	t.Settle()
	return false, nil
}

// moved puts the day where the echo said.
func (s *Skill) moved(t *bot.Turn, c change) error {
	p, err := s.day(t, c.Ref)
	t.Settle()
	if err != nil || p == nil {
		return err
	}
	if c.To = c.To.In(t.Now.Location()); !c.To.After(t.Now) {
		t.Say(s.say("which.gone", nil))
		return nil
	}
	r := p.Round
	switch {
	case c.Rule != "":
		r.Calendar = calendar.Series{Start: c.To, Rule: c.Rule, Shift: calendar.Later}
	case r.Calendar.Rule == "":
		r.Calendar = calendar.Series{Start: c.To}
	default:
		r.Calendar.Move(p.Key, c.To)
	}
	if err := putRound(t, r); err != nil {
		return err
	}
	t.Say(s.say("move.done", map[string]any{"At": p.At, "To": c.To, "Other": other(t, r)}), s.choice("off", r.ID))
	if err := s.told(t, r, p.At, "round.moved", map[string]any{"At": p.At, "To": c.To, "Who": r.Who}); err != nil {
		return err
	}
	if err := s.relook(t, r, p.At); err != nil {
		return err
	}
	return s.setRound(t, r, t.Now)
}

// skip drops one day of a round that recurs.
func (s *Skill) skip(t *bot.Turn, ref string) error {
	p, err := s.day(t, ref)
	t.Settle()
	if err != nil || p == nil {
		return err
	}
	p.Round.Calendar.Move(p.Key, time.Time{})
	if err := putRound(t, p.Round); err != nil {
		return err
	}
	t.Say(s.say("skip.done", p.At))
	if err := s.told(t, p.Round, p.At, "round.dropped", map[string]any{"At": p.At, "Who": p.Round.Who}); err != nil {
		return err
	}
	if err := s.relook(t, p.Round, p.At); err != nil {
		return err
	}
	return s.setRound(t, p.Round, t.Now)
}

// other is who planned the round, if it is somebody else.
func other(t *bot.Turn, r *Round) string {
	if r.Chat == t.Message.Chat || r.By == t.Person.ID {
		return ""
	}
	return r.Who
}

// told tells the units what became of a day that they know of, and whoever planned it what another made of it.
func (s *Skill) told(t *bot.Turn, r *Round, day time.Time, text string, data any) error {
	if other(t, r) != "" {
		t.Tell(r.Chat, bot.Reply{Text: s.say(text+".other", map[string]any{"Who": who(t), "Data": data, "Units": few(t, r.Units)})}, time.Time{})
	}
	if !r.Announced || t.Now.Before(before(day)) {
		return nil
	}
	for _, u := range r.Units {
		if err := s.tell(t, u, bot.Reply{Text: s.say(text, data)}); err != nil {
			return err
		}
	}
	return nil
}

// chosen hears which day is meant.
func (s *Skill) chosen(t *bot.Turn, ref string) error {
	var st state
	if t.Session.Skill != name || t.Expected(&st) != nil || st.Ask != "which" || st.Change == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	t.Settle()
	c := *st.Change
	c.Ref = ref
	return s.echo(t, c)
}
