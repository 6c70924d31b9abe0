package incidents

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// register makes a case of a complete draft: it gets its number, its unit, its deadline, and everybody who has to know is told.
func (s *Skill) register(t *bot.Turn, c *Case) error {
	if err := s.enter(t, c, Change{By: speaker(t, c), As: []Actor{Reporting}}); err != nil {
		return err
	}
	t.Session.Case = c.ID
	if err := t.Expect(name, asked{What: "made", Case: c.ID}); err != nil {
		return err
	}
	t.Reply(s.receipt(t, c))
	if s.table.of(c.Category).dispute && heated.MatchString(c.Text) {
		return s.mediate(t, c, "")
	}
	return nil
}

// heated are words of a dispute for which mediators are sent for at once.
var heated = regexp.MustCompile(`580|调解员|来(?:个|几个)?人?.{0,4}调解|正在吵|吵起来|吵得不可开交|快来(?:人|劝)`)

// enter takes a draft into the machine. The change says who completed it, as what and why.
func (s *Skill) enter(t *bot.Turn, c *Case, change Change) error {
	if err := s.giveNumber(t, c); err != nil {
		return err
	}
	change.Event, change.At = Complete, t.Now
	if err := c.Apply(change); err != nil {
		return err
	}
	if err := auto(t, c, Accept, ""); err != nil {
		return err
	}
	if err := s.dispatchCase(t, c); err != nil {
		return err
	}
	if err := s.startClock(t, c, t.Now); err != nil {
		return err
	}
	if err := s.tellNew(t, c); err != nil {
		return err
	}
	return save(t, c)
}

// giveNumber numbers the case within its territory and day.
func (s *Skill) giveNumber(t *bot.Turn, c *Case) error {
	if c.Number != "" {
		return nil
	}
	prefix := shortName(t.Org, territory(t.Org, c.where()))
	n, err := t.Next("case/" + prefix + "/" + c.Reported.Format(time.DateOnly))
	if err != nil {
		return err
	}
	c.Number = number(prefix, c.Reported, n)
	return nil
}

// shortName is how a unit is called in numbers.
func shortName(org *bot.Org, unit string) string {
	u := org.Unit(unit)
	if u == nil {
		return "邻里"
	}
	return cmp.Or(u.Short, strings.TrimSuffix(strings.TrimSuffix(u.Name, "社区"), "街道"))
}

// dispatchCase finds who is in charge and hands the case over; where that is unclear it waits for a dispatcher.
func (s *Skill) dispatchCase(t *bot.Turn, c *Case) error {
	unit, clear := charge(t.Org, c.Category, c.where())
	c.Unit = unit
	c.First = cmp.Or(c.First, c.Unit)
	if err := s.nameHandlers(t, c); err != nil {
		return err
	}
	if err := s.findContact(t, c); err != nil {
		return err
	}
	if !clear || c.State != Accepted {
		return nil
	}
	return auto(t, c, Dispatch, "")
}

// findContact finds who speaks for a unit in charge that nobody hears: the territory of the place, or the nearest level above it that somebody hears.
func (s *Skill) findContact(t *bot.Turn, c *Case) error {
	c.Contact = ""
	reached, err := s.reachable(t, c, c.Unit)
	if reached || err != nil {
		return err
	}
	for _, unit := range t.Org.Path(territory(t.Org, c.where())) {
		reached, err := s.reachable(t, c, unit)
		if err != nil {
			return err
		}
		if reached && unit != c.Unit {
			c.Contact = unit
			return nil
		}
	}
	return nil
}

// startClock sets the deadline and the timers that watch it. It is the only place, beside an extension, where a deadline moves.
func (s *Skill) startClock(t *bot.Turn, c *Case, from time.Time) error {
	limit := s.table.of(c.Category).Limit
	if c.Severity <= s.table.calendar {
		limit.Calendar = true
	}
	c.Due = s.clock.Deadline(from, limit)
	return s.watch(t, c)
}

// watch sets the timers of the deadline.
func (s *Skill) watch(t *bot.Turn, c *Case) error {
	c.Warned, c.Overdue, c.Escalated = false, false, nil
	timers := []bot.Timer{{Skill: name, Name: "due", Subject: c.ID, At: c.Due.At}}
	if warn := c.Due.Warn(); warn.After(t.Now) && c.Due.At.Sub(c.Due.From) >= 30*time.Minute {
		timers = append(timers, bot.Timer{Skill: name, Name: "warn", Subject: c.ID, At: warn})
	}
	for _, timer := range timers {
		if err := t.Wake(timer); err != nil {
			return err
		}
	}
	return nil
}

// receipt is what the reporter sees of what was understood, with what can be changed.
func (s *Skill) receipt(t *bot.Turn, c *Case) bot.Reply {
	data := s.data(t, c)
	if t.Message.Chat.Group {
		return bot.Reply{Text: s.say("receipt.group", data)}
	}
	r := bot.Reply{
		Text:   s.say("receipt", data),
		Fields: s.fields(t, c, "category", "place", "text", "urgency", "unit", "due", "name"),
		Choices: []bot.Choice{
			s.choice("category", "category", c.ID), s.choice("place", "place", c.ID), s.choice("add", "add", c.ID), s.choice("withdraw", "withdraw", c.ID),
		},
		Sources: s.basis(c),
	}
	if c.Can(Sign, Actors(t.Org, t.Person, c)) {
		r.Choices = slices.Insert(r.Choices, 0, s.choice("sign", "sign", c.ID))
	}
	if s.table.of(c.Category).dispute && c.Mediation == nil {
		r.Choices = slices.Insert(r.Choices, 0, s.choice("mediate", "mediate", c.ID))
	}
	return r
}

// basis is the line of the list that makes the unit responsible.
func (s *Skill) basis(c *Case) []bot.Source {
	k := s.table.of(c.Category)
	if k.Handler == "" {
		return nil
	}
	return []bot.Source{{Title: s.say("basis", k)}}
}

// data is what texts know of a case.
func (s *Skill) data(t *bot.Turn, c *Case) map[string]any {
	k := s.table.of(c.Category)
	d := map[string]any{
		"Number": c.Number, "Name": k.Name, "Place": placeWords(t.Org, c), "Text": c.Text, "State": s.say("state."+string(c.State), nil),
		"Unit": fullName(t.Org, c.Unit), "Contact": "", "Due": c.Due.At.In(t.Now.Location()), "HasDue": c.Due.At.After(t.Now), "Result": c.Result, "Urgent": c.Urgent,
		"Dispatched": c.State != Accepted && c.State != Returned, "Handler": c.Handler.Name, "Phone": "", "Severity": c.Severity, "Wish": c.Category == wish,
		"Reporters": len(c.Reporters), "Unheard": c.Unheard, "Overdue": c.Overdue,
	}
	if c.Contact != "" {
		d["Contact"] = fullName(t.Org, c.Contact)
	}
	if u := t.Org.Unit(c.Unit); u != nil {
		d["Phone"] = u.Phone
	}
	return d
}

// fields shows what is known of the case, by the names of the fields; what is empty is left out.
func (s *Skill) fields(t *bot.Turn, c *Case, names ...string) []bot.Field {
	var fields []bot.Field
	for _, n := range names {
		value := ""
		switch n {
		case "number":
			value = c.Number
		case "category":
			if c.Category != "" {
				value = s.table.of(c.Category).Name
			}
		case "place":
			value = placeWords(t.Org, c)
		case "text":
			value = c.Text
		case "urgency":
			value = s.say("urgency", c.Severity)
		case "unit":
			value = fullName(t.Org, c.Unit)
		case "due":
			value = s.explain(t, c)
		case "state":
			value = s.say("state."+string(c.State), nil)
		case "by":
			value = reporterNames(c)
		case "name":
			if r := c.Reporter(t.Person.ID); r != nil && r.Anonymous {
				value = anonymous
			} else if r != nil && r.Behalf != "" {
				value = s.say("behalf", r.Behalf)
			}
		case "files":
			if len(c.Files) > 0 {
				value = s.say("files", len(c.Files))
			}
		case "assist":
			var units []string
			for _, u := range c.Assist {
				units = append(units, t.Org.Name(u))
			}
			value = strings.Join(units, "、")
		case "result":
			value = c.Result
		}
		if value != "" {
			fields = append(fields, bot.Field{Name: s.say("field."+n, nil), Value: value})
		}
	}
	return fields
}

// explain says in a sentence how the deadline came about.
func (s *Skill) explain(t *bot.Turn, c *Case) string {
	if c.Due.At.IsZero() {
		return ""
	}
	in := t.Now.Location()
	return s.say("deadline", map[string]any{
		"From": c.Due.From.In(in), "FromDay": weekday(c.Due.From.In(in)), "At": c.Due.At.In(in), "Hours": c.Due.Limit.Hours, "Calendar": c.Due.Limit.Calendar, "Demo": c.Due.Limit.Demo,
		"Unannounced": c.Due.Unannounced, "Extended": c.Due.Extended, "Again": c.Reopened > 0,
	})
}

// weekday is the day's name alone: 周一.
func weekday(at time.Time) string {
	_, day, _ := strings.Cut(bot.Day(at), " ")
	return day
}

// placeWords writes the place as it was said, with the unit where the words don't name it.
func placeWords(org *bot.Org, c *Case) string {
	unit := ""
	if u := org.Unit(c.Place.Unit); u != nil {
		unit = fullName(org, u.ID)
	}
	switch {
	case c.Place.Words == "" && c.Place.Lat != 0:
		return strings.TrimSpace(unit + " (定位)")
	case c.Place.Words == "":
		return unit
	case unit == "" || strings.Contains(c.Place.Words, unit):
		return c.Place.Words
	}
	community := org.Name(territory(org, c.where()))
	grid := ""
	if u := org.Unit(c.Place.Unit); u != nil && u.Level == "grid" {
		grid = "(" + u.Name + ")"
	}
	words := c.Place.Words
	if !strings.Contains(words, strings.TrimSuffix(community, "社区")) {
		words = community + words
	}
	return words + grid
}

// fullName is a unit's name; a grid's with its community.
func fullName(org *bot.Org, unit string) string {
	if u := org.Unit(unit); u != nil && u.Level == "grid" {
		return org.Name(u.Parent) + u.Name
	}
	return org.Name(unit)
}

// reporterNames are who reported it, as staff see them.
func reporterNames(c *Case) string {
	var names []string
	for _, r := range c.Reporters {
		n := cmp.Or(r.Name, "居民")
		if r.Anonymous {
			n = anonymous
		}
		if r.Behalf != "" {
			n += "(代" + r.Behalf + ")"
		}
		names = append(names, n)
	}
	return strings.Join(names, "、")
}
