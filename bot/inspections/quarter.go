package inspections

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
	"linli/intents/timex"
)

// KindPlan is the kind of record that keeps a quarter's plan, proposed or confirmed.
const KindPlan = "inspection-plan"

// Plan proposes on which day of a quarter each community below a unit is inspected. Once confirmed its days are rounds of their own.
type Plan struct {
	ID     string    `json:"id"`
	Unit   string    `json:"unit"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Days   []PlanDay `json:"days"`
	N      int       `json:"n"`             // which proposal it is; a choice of an earlier one does nothing
	Rounds int       `json:"rounds"`        // how many rounds it has made
	Done   bool      `json:"done"`          // confirmed or put aside
	Who    string    `json:"who,omitempty"` // by whom
}

// PlanDay is a day of a plan.
type PlanDay struct {
	At    time.Time `json:"at"`
	Units []string  `json:"units"`
}

const (
	spare     = 14 * 24 * time.Hour // of a quarter, kept free for what was missed
	notice    = 72 * time.Hour      // between a proposal and its first day, if there is time
	planClock = 9 * time.Hour

	ofOneDay   = 3 // so many units are worth a day
	mostOneDay = 8 // so many can be inspected on one, if there are days enough
)

// spread puts each unit on one working day in [from, to): a day each week, or more days where that would put too many units on one.
func spread(units []string, from, to time.Time, days calendar.Days) []PlanDay {
	all := working(from, to.Add(-spare), days)
	if len(all) == 0 {
		all = working(from, to, days)
	}
	if len(all) == 0 || len(units) == 0 {
		return nil
	}
	slots := weekly(all)
	if need := ceil(len(units), mostOneDay); need > len(slots) {
		slots = evenly(all, need)
	}
	size := max(ofOneDay, ceil(len(units), len(slots)))
	size = ceil(len(units), ceil(len(units), size)) // as many each day
	var plan []PlanDay
	for chunk := range slices.Chunk(units, size) {
		plan = append(plan, PlanDay{At: slots[len(plan)], Units: slices.Clone(chunk)})
	}
	return plan
}

func ceil(n, by int) int { return (n + by - 1) / by }

// evenly are n of the days, or all if there are fewer.
func evenly(days []time.Time, n int) []time.Time {
	n = min(n, len(days))
	var all []time.Time
	for i := range n {
		all = append(all, days[i*len(days)/n])
	}
	return all
}

// working are the working days in [from, to), in the morning.
func working(from, to time.Time, days calendar.Days) []time.Time {
	var all []time.Time
	for at := on(from, planClock); at.Before(to); at = at.AddDate(0, 0, 1) {
		if work, _ := days.Workday(at); work && at.After(from) {
			all = append(all, at)
		}
	}
	return all
}

// weekly are one of the days of each week, the one nearest to Wednesday.
func weekly(days []time.Time) []time.Time {
	var all []time.Time
	distance := func(at time.Time) int { return max(int(at.Weekday()-time.Wednesday), int(time.Wednesday-at.Weekday())) }
	for _, at := range days {
		last := len(all) - 1
		year, week := at.ISOWeek()
		if last >= 0 {
			if y, w := all[last].ISOWeek(); y == year && w == week {
				if distance(at) < distance(all[last]) {
					all[last] = at
				}
				continue
			}
		}
		all = append(all, at)
	}
	return all
}

// needs are the communities below the unit that have neither been inspected in the quarter nor are on a round that is to come in it.
func (s *Skill) needs(t *bot.Turn, unit string, from, to time.Time) ([]string, error) {
	missing, _, err := s.uncovered(t, unit, from, to)
	if err != nil {
		return nil, err
	}
	coming, err := s.between(t, later(from, t.Now), to, func(r *Round) []string { return r.Units })
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, p := range coming {
		for _, u := range p.Units {
			has[u] = true
		}
	}
	missing = slices.DeleteFunc(missing, func(u string) bool { return has[u] })
	order := map[string]int{} // of the streets, so that their communities stand together
	for i, u := range t.Org.Units() {
		order[u.ID] = i
	}
	street := func(u string) int {
		if a := t.Org.Ancestor(u, "street"); a != nil {
			return order[a.ID]
		}
		return order[u]
	}
	slices.SortStableFunc(missing, func(a, b string) int { return street(a) - street(b) })
	return missing, nil
}

// propose makes the proposal for the rest of the quarter; nil if there is nothing to plan or no day left.
func (s *Skill) propose(t *bot.Turn, unit string, from, to time.Time) (*Plan, error) {
	units, err := s.needs(t, unit, from, to)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(unit + from.Format("/20060102")))
	p := Plan{ID: strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]}
	if _, err := t.Get(KindPlan, p.ID, &p); err != nil {
		return nil, err
	}
	p.Unit, p.From, p.To, p.N, p.Done, p.Who = unit, from, to, p.N+1, false, ""
	if p.Days = spread(units, later(from, t.Now.Add(notice)), to, s.days); len(p.Days) == 0 {
		p.Days = spread(units, later(from, t.Now), to, s.days)
	}
	if len(p.Days) == 0 {
		return nil, nil
	}
	return &p, putPlan(t, &p)
}

func putPlan(t *bot.Turn, p *Plan) error {
	return t.Put(KindPlan, p.ID, p, p.From, within(t, p.Unit)...)
}

// ref names the plan as it was proposed last.
func (p *Plan) ref() string { return p.ID + "/" + strconv.Itoa(p.N) }

// proposal is how a plan is shown.
func (s *Skill) proposal(t *bot.Turn, p *Plan) bot.Reply {
	var days []map[string]any
	total := 0
	for _, d := range p.Days {
		total += len(d.Units)
		days = append(days, map[string]any{"At": d.At.In(t.Now.Location()), "Units": names(t, d.Units)})
	}
	ref := p.ref()
	return bot.Reply{
		Text: s.say("plan", map[string]any{"Unit": t.Org.Name(p.Unit), "Quarter": quarterName(p.From), "Days": days, "Total": total, "Checks": s.checksFor("")}),
		Choices: []bot.Choice{
			bot.NewChoice(s.say("choice.plan", nil), name, "plan", ref), bot.NewChoice(s.say("choice.noplan", nil), name, "noplan", ref),
		},
	}
}

func quarterName(from time.Time) string {
	return fmt.Sprintf("%d年第%d季度", from.Year(), (from.Month()-1)/3+1)
}

// planQuarter proposes when it is asked to.
func (s *Skill) planQuarter(t *bot.Turn) error {
	if wrong := s.misnamed(t, t.Text()); wrong != "" {
		t.Say(wrong)
		return nil
	}
	unit := s.plannedAt(t)
	for _, u := range unitsIn(t, t.Text()) {
		unit = u.ID
	}
	from, to := quarter(t.Now)
	if to.Sub(t.Now) < spare {
		from, to = quarter(to)
	}
	for _, m := range timex.Find(t.Text(), timex.Options{Now: t.Now, Calendar: s.days, Prefer: timex.Current}) {
		if m.Invalid == "" && m.Grain == timex.Quarter && !m.Start.IsZero() {
			from, to = quarter(m.Start)
		}
	}
	return s.answerPlan(t, unit, from, to)
}

func (s *Skill) answerPlan(t *bot.Turn, unit string, from, to time.Time) error {
	if !t.Allowed(bot.PlanInspection, unit) {
		t.Say(s.say("outside.plan", t.Org.Name(unit)))
		return nil
	}
	if !to.After(t.Now) {
		t.Say(s.say("plan.past", quarterName(from)))
		return nil
	}
	p, err := s.propose(t, unit, from, to)
	if err != nil {
		return err
	}
	if p == nil {
		t.Say(s.say("plan.nothing", map[string]any{"Unit": t.Org.Name(unit), "Quarter": quarterName(from)}))
		return nil
	}
	t.Reply(s.proposal(t, p))
	return t.Expect(name, state{Ask: "plan", ID: p.ref()})
}

// plannedAt is the unit at which the person plans inspections.
func (s *Skill) plannedAt(t *bot.Turn) string {
	for _, g := range t.Person.Grants {
		if bot.ScopeOf(g.Role, bot.PlanInspection) != bot.Nowhere {
			return g.Unit
		}
	}
	return ""
}

// decidePlan confirms a plan or puts it aside. A plan that no longer fits, since its days have passed or its units were planned otherwise, is
// proposed anew.
func (s *Skill) decidePlan(t *bot.Turn, ref string, yes bool) error {
	id, n, _ := strings.Cut(ref, "/")
	var p Plan
	known, err := t.Get(KindPlan, id, &p)
	if err != nil {
		return err
	}
	loc := t.Now.Location()
	p.From, p.To = p.From.In(loc), p.To.In(loc)
	switch {
	case !known || !t.Allowed(bot.PlanInspection, p.Unit):
		t.Say(s.say("forbidden", nil))
		return nil
	case n != strconv.Itoa(p.N):
		t.Say(s.say("plan.old", nil))
		return nil
	case p.Done:
		t.Say(s.say("plan.done", p.Who))
		return nil
	case !yes:
		p.Done, p.Who = true, who(t)
		t.Say(s.say("plan.aside", nil))
		return putPlan(t, &p)
	}
	needs, err := s.needs(t, p.Unit, p.From, p.To)
	if err != nil {
		return err
	}
	for _, d := range p.Days {
		if !d.At.After(t.Now) || slices.ContainsFunc(d.Units, func(u string) bool { return !slices.Contains(needs, u) }) {
			t.Say(s.say("plan.changed", nil))
			return s.answerPlan(t, p.Unit, p.From, p.To)
		}
	}
	for _, d := range p.Days {
		p.Rounds++
		r := &Round{
			ID: fmt.Sprintf("%s-%d", p.ID, p.Rounds), Units: d.Units, Calendar: calendar.Series{Start: d.At.In(loc)}, Title: quarterName(p.From),
			Checks: s.checksFor(""), Announced: true, By: t.Person.ID, Who: who(t), Chat: t.Message.Chat, Made: t.Now,
		}
		if err := putRound(t, r); err != nil {
			return err
		}
		if err := s.setRound(t, r, t.Now); err != nil {
			return err
		}
	}
	p.Done, p.Who = true, who(t)
	t.Say(s.say("plan.made", map[string]any{"N": len(p.Days), "First": p.Days[0].At.In(loc)}))
	return putPlan(t, &p)
}

// planners are the chats of those who plan inspections, by the unit where they do: inspectors; where there are none at all, administrators.
func (s *Skill) planners(t *bot.Turn) (map[string][]bot.Chat, error) {
	for _, role := range []bot.Role{bot.Inspector, bot.Admin} {
		people, err := t.FindAll(bot.Query{Kind: bot.KindPerson, Keys: []string{"role=" + string(role)}}, 500)
		if err != nil {
			return nil, err
		}
		chats := map[string][]bot.Chat{}
		for _, r := range people {
			var p bot.Person
			if err := json.Unmarshal(r.Body, &p); err != nil {
				return nil, err
			}
			for _, g := range p.Grants {
				if g.Role == role && p.Chat.ID != "" && !slices.Contains(chats[g.Unit], p.Chat) {
					chats[g.Unit] = append(chats[g.Unit], p.Chat)
				}
			}
		}
		if len(chats) > 0 {
			return chats, nil
		}
	}
	return nil, nil
}

// ringQuarter proposes a plan when a quarter has begun, names what is not covered when it ends soon, and sets itself for the next.
func (s *Skill) ringQuarter(t *bot.Turn, timer bot.Timer) error {
	from, to := quarter(timer.At)
	planners, err := s.planners(t)
	if err != nil {
		return err
	}
	for unit, chats := range planners {
		if !t.Now.Before(to) {
			break // it came too late to help
		}
		var r bot.Reply
		if timer.Name == "begin" {
			p, err := s.propose(t, unit, from, to)
			if err != nil {
				return err
			}
			if p == nil {
				continue
			}
			r = s.proposal(t, p)
		} else {
			if r, err = s.coverage(t, unit, from, to); err != nil {
				return err
			}
		}
		for _, c := range chats {
			t.Tell(c, r, to)
		}
	}
	_, end := quarter(to)
	if timer.Name == "begin" {
		return wake(t, "begin", "all", s.begins(to))
	}
	return wake(t, "quarter", "all", ends(end))
}

// begins is when the plan of the quarter is proposed: its first working morning.
func (s *Skill) begins(from time.Time) time.Time {
	return on(s.workdays(from.AddDate(0, 0, -1), 1), planClock)
}

// ends is when it is told what the quarter has not covered.
func ends(to time.Time) time.Time { return on(to.Add(-spare), planClock) }

// Start sets the timers of the quarters.
func (s *Skill) Start(t *bot.Turn) error {
	from, to := quarter(t.Now)
	begin, end := s.begins(from), ends(to)
	if !begin.After(t.Now) {
		begin = s.begins(to)
	}
	if !end.After(t.Now) {
		_, next := quarter(to)
		end = ends(next)
	}
	if err := wake(t, "begin", "all", begin); err != nil {
		return err
	}
	return wake(t, "quarter", "all", end)
}
