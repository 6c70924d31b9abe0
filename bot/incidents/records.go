package incidents

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/bot"
)

// caseID makes the ID of the n-th case of a message. A turn that runs again makes the same.
func caseID(m *bot.Message, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s:%s/%d", m.Chat.Channel, m.ID, n))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:16])
}

// keptYears is how many years a case is kept after its end.
const keptYears = 3

// load reads a case, nil if there is none.
func load(t *bot.Turn, id string) (*Case, error) {
	if id == "" {
		return nil, nil
	}
	var c Case
	known, err := t.Get(KindCase, id, &c)
	if err != nil || !known {
		return nil, err
	}
	return &c, nil
}

func decode(records []bot.Record) ([]*Case, error) {
	cases := make([]*Case, len(records))
	for i, r := range records {
		cases[i] = &Case{}
		if err := json.Unmarshal(r.Body, cases[i]); err != nil {
			return nil, fmt.Errorf("case %s: %w", r.ID, err)
		}
	}
	return cases, nil
}

// find reads the cases that bear the key.
func find(t *bot.Turn, key string, newest bool, most int) ([]*Case, error) {
	page, err := t.Find(bot.Query{Kind: KindCase, Keys: []string{key}, Newest: newest, Limit: most})
	if err != nil {
		return nil, err
	}
	return decode(page.Records)
}

// save writes the case, and the figures that follow from it. One that has come to an end sets the timer that removes it.
func save(t *bot.Turn, c *Case) error {
	if err := recount(t, c); err != nil {
		return err
	}
	if n := len(c.History); n > 0 && c.ended() && c.History[n-1].At.Equal(t.Now) {
		if err := t.Wake(bot.Timer{Skill: name, Name: "forget", Subject: c.ID, At: t.Now.AddDate(keptYears, 0, 0)}); err != nil {
			return err
		}
	}
	return t.Put(KindCase, c.ID, c, c.Reported, c.Keys(t.Org)...)
}

// speaker is the person who speaks, as the history of the case names them.
func speaker(t *bot.Turn, c *Case) Someone {
	if r := c.Reporter(t.Person.ID); r != nil && r.Anonymous {
		return Someone{Name: anonymous}
	}
	return Someone{ID: t.Person.ID, Name: t.Person.Name}
}

// anonymous is the name of a reporter who gives none.
const anonymous = "匿名"

// act makes a change for the person who speaks. If it isn't allowed it says so and reports false.
func (s *Skill) act(t *bot.Turn, c *Case, e Event, why string) (bool, error) {
	err := c.Apply(Change{Event: e, By: speaker(t, c), As: Actors(t.Org, t.Person, c), At: t.Now, Why: why})
	var denial Denial
	if !errors.As(err, &denial) {
		return err == nil, err
	}
	t.Say(s.denied(t, c, e, denial))
	return false, nil
}

// auto makes a change of Linli's own. One that the machine doesn't allow is a fault of ours.
func auto(t *bot.Turn, c *Case, e Event, why string) error {
	if err := c.Apply(Change{Event: e, As: []Actor{System}, At: t.Now, Why: why}); err != nil {
		return fmt.Errorf("case %s, %s in %s: %w", c.ID, e, c.State, err)
	}
	return nil
}

// denied explains why a change can't be made: who was first, what state it is in, whose it is.
func (s *Skill) denied(t *bot.Turn, c *Case, e Event, d Denial) string {
	if d != NotNow {
		own := c.Can(e, []Actor{Handling, Assigning}) || (&Case{State: Dispatched}).Can(e, []Actor{Handling, Assigning})
		return s.say("denied."+string(d), map[string]any{"Number": c.Number, "Unit": t.Org.Name(c.Unit), "Event": s.say("event."+string(e), nil), "Own": own})
	}
	data := map[string]any{"Number": c.Number, "State": s.say("state."+string(c.State), nil), "Event": s.say("event."+string(e), nil)}
	data["Who"], data["Mine"], data["Last"] = "", false, ""
	if step := c.last(e); step != nil && !slices.Contains([]Event{Note, Question}, e) {
		data["Who"], data["When"], data["Mine"] = step.By.Name, step.At.In(t.Now.Location()), step.By.ID == t.Person.ID
	} else if len(c.History) > 0 {
		step := c.History[len(c.History)-1]
		data["Who"], data["When"], data["Mine"] = step.By.Name, step.At.In(t.Now.Location()), false
		data["Last"] = s.say("event."+string(step.Event), nil)
	}
	return s.say("denied.notnow", data)
}
