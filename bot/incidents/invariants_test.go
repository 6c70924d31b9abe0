package incidents

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"linli/bot"
)

// check holds the invariants of the cases that the step changed, and of what was said of the others.
func (w *world) check() {
	w.before = maps.Clone(w.cases)
	for _, id := range w.put[KindCase] {
		record, err := w.store.Get(context.Background(), KindCase, id)
		if bot.KindOf(err) == bot.NotFound {
			continue // forgotten
		}
		w.must(err)
		read, err := decode([]bot.Record{record})
		w.must(err)
		w.cases[id] = read[0]
	}
	for _, id := range w.put[KindCase] {
		w.checkCase(w.cases[id])
	}
	for _, c := range w.cases {
		if c.Secret {
			w.checkSecret(c)
		}
	}
	if len(w.put[KindFigures]) > 0 {
		w.checkFigures()
	}
}

func (w *world) checkCase(c *Case) {
	before := w.before[c.ID]
	if before == nil {
		before = &Case{State: Draft}
	}
	w.checkSteps(before, c)
	if w.org.Unit(c.Unit) == nil {
		w.fail(c, "has no owner: %q", c.Unit)
	}
	if c.Open() && c.Due.At.IsZero() {
		w.fail(c, "has no deadline")
	}
	if c.State == Merged {
		w.checkMerged(before, c)
	}
	for n, sign := range map[*Count]int{before.count(w.org): -1, c.count(w.org): 1} {
		if n != nil {
			key := n.Territory + "/" + n.Month + "/" + n.Code + "|" + n.Unit
			sum := w.figure[key]
			sum.add(n.Tally, sign)
			w.figure[key] = sum
		}
	}
}

// unchanged holds that nothing but turns changed a case.
func (w *world) unchanged() {
	if now := w.all(); !reflect.DeepEqual(now, w.cases) {
		w.t.Fatalf("%d cases are stored, %d known; one differs", len(now), len(w.cases))
	}
}

// fail ends the run with the case and its story.
func (w *world) fail(c *Case, format string, args ...any) {
	var story strings.Builder
	for _, step := range c.History {
		fmt.Fprintf(&story, "\n  %s %s as %s: %s, %s to %s, at %s %s", step.At.Format("02 15:04"), step.By.ID, step.As, step.Event, step.From, step.To, step.Unit, step.Why)
	}
	w.t.Fatalf("%s (%s, %s) %s%s\nsecret %t for %v, contact %s, assisted by %v", c.Number, c.ID, c.State, fmt.Sprintf(format, args...), story.String(), c.Secret, c.Handlers, c.Contact, c.Assist)
}

// moves are the events after which a deadline may be another.
var moves = []Event{Complete, Recategorise, GiveTime, Reopen}

func (w *world) checkSteps(before, c *Case) {
	if len(c.History) < len(before.History) || !slices.EqualFunc(before.History, c.History[:len(before.History)], func(a, b Step) bool { return reflect.DeepEqual(a, b) }) {
		w.fail(c, "lost a part of its history")
	}
	added := c.History[len(before.History):]
	state := before.State
	for _, step := range added {
		if step.Event == Complete && step.To == Alarm {
			state = Alarm
			continue
		}
		if step.From != state {
			w.fail(c, "%s from %s, but it was %s", step.Event, step.From, state)
		}
		state = step.To
		if step.From == Alarm && step.To != Alarm && step.As == System {
			w.fail(c, "is an alarm that ended by itself")
		}
		w.checkActor(before, c, step)
	}
	if state != c.State {
		w.fail(c, "should be %s by its history", state)
	}
	if !before.Due.At.Equal(c.Due.At) && !slices.ContainsFunc(added, func(s Step) bool { return slices.Contains(moves, s.Event) }) {
		w.fail(c, "has a deadline that moved by itself")
	}
	if slices.ContainsFunc(added, func(s Step) bool { return s.Event == CallBack }) {
		for _, r := range c.Reporters {
			told := slices.ContainsFunc(w.sent, func(d bot.Delivery) bool { return d.To == r.Chat && strings.Contains(d.Reply.Text, c.Number) })
			if !told && !(r.Chat.Group && c.Secret) {
				w.fail(c, "was closed and %s didn't hear of it", r.Person)
			}
		}
	}
}

// checkActor holds that who acted for a unit works in it, at an assisting unit, or above; it looks at the grants alone.
func (w *world) checkActor(before, c *Case, step Step) {
	if step.As == System || step.As == Reporting || step.By.ID == "" {
		return
	}
	units := append([]string{before.Unit, before.Contact, c.Unit, c.Contact}, append(before.Assist, c.Assist...)...)
	for _, u := range []string{before.Place.Unit, c.Place.Unit, before.Home} {
		if w.org.Within(u, before.Unit) || w.org.Within(u, c.Unit) {
			units = append(units, u) // the grid of the place within the unit in charge
		}
	}
	if step.As == Helping && c.Secret && slices.Contains(append(before.Handlers, c.Handlers...), step.By.ID) {
		return // the territory of a confidential case may add to it
	}
	p := w.people[slices.IndexFunc(w.people, func(p bot.Person) bool { return p.ID == step.By.ID })]
	for _, g := range p.Grants {
		if slices.ContainsFunc(units, func(u string) bool { return u != "" && w.org.Within(u, g.Unit) }) {
			return
		}
	}
	w.fail(c, "let %s of %s do %s", p.ID, p.Unit, step.Event)
}

// checkSecret holds that nobody but reporters and handlers read of it, and no group.
func (w *world) checkSecret(c *Case) {
	for _, d := range w.sent {
		if c.Number == "" || !strings.Contains(d.Reply.Plain(), c.Number) {
			continue
		}
		before := w.before[c.ID]
		// Who hands it over is told that it went, who splits it off, what became of it.
		handled := before != nil && slices.Contains(before.Handlers, d.To.ID) || before == nil && c.last(Complete) != nil && c.last(Complete).By.ID == d.To.ID
		if d.To.Group || !handled && !slices.Contains(c.Handlers, d.To.ID) && c.Reporter(d.To.ID) == nil {
			if before == nil || before.Secret { // what was said before it became confidential can't be unsaid
				w.fail(c, "is confidential, but %s read: %s", d.To.Key(), d.Reply.Plain())
			}
		}
	}
}

// checkMerged holds that the case which goes on has all reporters of the one that was merged into it, but for those who left it later.
func (w *world) checkMerged(before, c *Case) {
	into := w.cases[c.Into]
	if into == nil {
		w.fail(c, "was merged into nothing")
	}
	if before.State == Merged {
		return
	}
	for _, r := range c.Reporters {
		if into.Reporter(r.Person) == nil {
			w.fail(c, "was merged into %s, %s got lost", into.Number, r.Person)
		}
	}
}

// checkFigures holds that the figures are what one would count.
func (w *world) checkFigures() {
	page, err := w.store.Find(context.Background(), bot.Query{Kind: KindFigures, Limit: 1000})
	w.must(err)
	kept := map[string]Tally{}
	for _, r := range page.Records {
		var f figures
		w.must(json.Unmarshal(r.Body, &f))
		for cell, sum := range f.Cells {
			kept[r.ID+"/"+cell] = sum
		}
	}
	counted := maps.Clone(w.figure)
	maps.DeleteFunc(counted, func(_ string, sum Tally) bool { return sum == Tally{} })
	if !reflect.DeepEqual(kept, counted) {
		w.t.Fatalf("the figures are %v, counted %v", kept, counted)
	}
}
