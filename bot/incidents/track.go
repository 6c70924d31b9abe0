package incidents

import (
	"slices"
	"strings"

	"linli/bot"
)

// meant finds the case that the message is about: the one it names, else the one that the conversation is about, else the only one that it can be.
// If that leaves none or several it says so and returns nil.
func (s *Skill) meant(t *bot.Turn, fits func(*Case) bool) (*Case, error) {
	c, err := s.search(t, fits)
	if c != nil && c.Secret && t.Message.Chat.Group {
		t.Say(s.say("private", nil))
		return nil, err
	}
	return c, err
}

func (s *Skill) search(t *bot.Turn, fits func(*Case) bool) (*Case, error) {
	if refs := references(t); len(refs) > 0 {
		found, err := s.lookUp(t, refs[0])
		if err != nil {
			return nil, err
		}
		if fitting := slices.DeleteFunc(slices.Clone(found), func(c *Case) bool { return !fits(c) }); len(fitting) > 0 {
			found = fitting
		}
		return s.one(t, found, s.say("notfound", refs[0].Text))
	}
	if c, err := load(t, t.Session.Case); err != nil || c != nil && fits(c) && Sees(t.Org, t.Person, c) && t.Session.Case != "" {
		return c, err
	}
	own, err := find(t, "by="+t.Person.ID, true, 20)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(own, func(c *Case) bool { return !fits(c) })
	if len(found) == 0 || t.Person.Staff() {
		for _, unit := range s.desks(t) {
			more, err := find(t, "open="+unit, false, 6)
			if err != nil {
				return nil, err
			}
			for _, c := range more {
				if fits(c) && !slices.ContainsFunc(found, func(o *Case) bool { return o.ID == c.ID }) {
					found = append(found, c)
				}
			}
		}
	}
	return s.one(t, found, s.say("nocase", map[string]any{"Staff": t.Person.Staff()}))
}

// references are the cases that the message names.
func references(t *bot.Turn) []Reference {
	refs := References(t.Text())
	if n := trimZeros(t.Understood.Slots.Number); len(refs) == 0 && n != "" {
		refs = append(refs, Reference{Ordinal: n, Text: t.Understood.Slots.Number})
	}
	return refs
}

// one returns the only case; of several it asks which, of none it says so.
func (s *Skill) one(t *bot.Turn, found []*Case, none string) (*Case, error) {
	switch len(found) {
	case 0:
		t.Say(none)
		return nil, nil
	case 1:
		t.Session.Case = found[0].ID
		return found[0], nil
	}
	var choices []bot.Choice
	for _, c := range found[:min(len(found), 5)] {
		choices = append(choices, bot.NewChoice(s.label(t, c), name, "show", c.ID))
	}
	t.Say(s.say("which", nil), choices...)
	return nil, nil
}

// label names a case on a button.
func (s *Skill) label(t *bot.Turn, c *Case) string {
	label := c.Number
	if label == "" {
		label = s.say("state.draft", nil)
	}
	return label + " " + s.table.of(c.Category).Name
}

// lookUp returns the cases that the person may see and the reference may mean, the newest of a number first.
func (s *Skill) lookUp(t *bot.Turn, r Reference) ([]*Case, error) {
	var found []*Case
	take := func(cases []*Case, err error) error {
		for _, c := range cases {
			if r.Matches(c.Number) && Sees(t.Org, t.Person, c) && !slices.ContainsFunc(found, func(o *Case) bool { return o.ID == c.ID || o.Number == c.Number }) {
				found = append(found, c)
			}
		}
		return err
	}
	if r.Short != "" {
		for _, short := range suffixes(r.Short) {
			n := short + r.Day + "-" + padded(r.Ordinal)
			if err := take(find(t, "number="+n, true, 3)); err != nil {
				return nil, err
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	if err := take(find(t, "by="+t.Person.ID, true, 100)); err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return found, nil
	}
	for _, unit := range s.desks(t) {
		if err := take(find(t, "open="+unit+"/"+r.Ordinal, true, 20)); err != nil {
			return nil, err
		}
		if r.Day == "" {
			continue
		}
		// One that is closed is found by its whole number.
		for _, u := range append(t.Org.Path(unit), t.Org.Children(unit)...) {
			if err := take(find(t, "number="+shortName(t.Org, u)+r.Day+"-"+padded(r.Ordinal), true, 3)); err != nil {
				return nil, err
			}
		}
	}
	if err := take(find(t, "open-for="+t.Person.ID, true, 50)); err != nil || len(found) > 0 {
		return found, err
	}
	// Nothing open: the last days' closed ones.
	for _, unit := range s.desks(t) {
		if err := take(find(t, "in="+unit, true, 100)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// suffixes are the ends of the words: 处理马鞍山 may be 马鞍山 with a word before it.
func suffixes(words string) []string {
	runes := []rune(words)
	var all []string
	for i := range runes {
		all = append(all, string(runes[i:]))
	}
	return all
}

func padded(ordinal string) string {
	if len(ordinal) < 2 {
		return "0" + ordinal
	}
	return ordinal
}

// desks are the units whose cases the person handles.
func (s *Skill) desks(t *bot.Turn) []string {
	var units []string
	for _, g := range t.Person.Grants {
		if bot.ScopeOf(g.Role, bot.HandleIncident) != bot.Nowhere && !slices.Contains(units, g.Unit) {
			units = append(units, g.Unit)
		}
	}
	return units
}

// track says how a case stands.
func (s *Skill) track(t *bot.Turn) error {
	if len(references(t)) > 0 {
		c, err := s.meant(t, func(*Case) bool { return true })
		if c == nil || err != nil {
			return err
		}
		if storyWords.MatchString(t.Text()) {
			return s.story(t, c, "")
		}
		return s.show(t, c, "")
	}
	own, err := find(t, "by="+t.Person.ID, true, 8)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Clone(own), func(c *Case) bool { return !c.Open() && c.State != Draft && c.State != CalledBack })
	if len(open) > 0 {
		own = open
	}
	switch len(own) {
	case 0:
		t.Say(s.say("none.own", nil))
		return nil
	case 1:
		if o := readOpinion(t.Text()); o.solved != nil && !*o.solved && own[0].Can(Reopen, []Actor{Reporting}) {
			return s.takeRating(t, own[0], o) // what was done is undone
		}
		return s.show(t, own[0], "")
	}
	var fields []bot.Field
	var choices []bot.Choice
	for _, c := range own[:min(len(own), 5)] {
		fields = append(fields, bot.Field{Name: s.label(t, c), Value: s.say("line.own", s.data(t, c))})
		if c.Number != "" {
			choices = append(choices, bot.NewChoice(c.Number, name, "show", c.ID))
		}
	}
	t.Reply(bot.Reply{Text: s.say("own", len(own)), Fields: fields, Choices: choices})
	return nil
}

// show says how the case stands: to a reporter the progress, to staff the card.
func (s *Skill) show(t *bot.Turn, c *Case, _ string) error {
	t.Session.Case = c.ID
	if t.Message.Chat.Group && c.Secret {
		t.Say(s.say("private", nil))
		return nil
	}
	reporter := c.Reporter(t.Person.ID) != nil
	staff := Sees(t.Org, t.Person, c) && slices.ContainsFunc(Actors(t.Org, t.Person, c), func(a Actor) bool { return a != Reporting })
	switch {
	case c.State == Merged:
		other, err := load(t, c.Into)
		if err != nil || other == nil {
			return err
		}
		t.Say(s.say("merged.into", map[string]any{"Number": c.Number, "Into": other.Number}), s.choice("show", "show", other.ID))
		return nil
	case c.State == Draft:
		t.Reply(bot.Reply{Text: s.say("draft", s.data(t, c)), Fields: s.fields(t, c, "category", "place", "text"), Choices: []bot.Choice{s.choice("resume", "resume", c.ID), s.choice("withdraw", "withdraw", c.ID)}})
		return nil
	case staff && c.Open() && !reporter:
		r := s.card(t, c, "card.show")
		if (c.State == Accepted || c.State == Returned) && c.Can(Dispatch, Actors(t.Org, t.Person, c)) {
			r = s.assignCard(t, c)
		}
		seen, err := s.seen(t, c)
		r.Fields = append(r.Fields, seen...)
		t.Reply(s.hide(t, r))
		return err
	}
	r := bot.Reply{Text: s.say("status", s.status(t, c)), Fields: s.fields(t, c, "category", "place", "text", "unit", "due", "result", "name")}
	switch {
	case reporter && (c.State == CalledBack || c.State == Rated) && !c.Reporter(t.Person.ID).answered():
		r.Choices = append(r.Choices, s.choice("solved.yes", "solved", c.ID, "yes"), s.choice("solved.no", "solved", c.ID, "no"))
	case reporter && c.Open():
		r.Choices = append(r.Choices, s.choice("add", "add", c.ID))
		if c.Can(Withdraw, []Actor{Reporting}) {
			r.Choices = append(r.Choices, s.choice("withdraw", "withdraw", c.ID))
		}
	}
	r.Choices = append(r.Choices, s.choice("story", "story", c.ID))
	t.Reply(s.hide(t, r))
	return nil
}

// hide masks what is said in a group.
func (s *Skill) hide(t *bot.Turn, r bot.Reply) bot.Reply {
	if t.Message.Chat.Group {
		return s.masked(r)
	}
	return r
}

// status is what the first line of a case's status needs.
func (s *Skill) status(t *bot.Turn, c *Case) map[string]any {
	d := s.data(t, c)
	d["StateKey"] = string(c.State)
	if r := c.Reporter(t.Person.ID); r != nil && c.State == Rated && !r.answered() {
		d["StateKey"] = string(CalledBack) // others have said it
	}
	if n := len(c.History); n > 0 {
		d["Since"] = c.History[n-1].At.In(t.Now.Location())
	}
	return d
}

// story tells everything that happened. What staff note among themselves is theirs.
func (s *Skill) story(t *bot.Turn, c *Case, _ string) error {
	if t.Message.Chat.Group {
		t.Say(s.say("private", nil))
		return nil
	}
	staff := slices.ContainsFunc(Actors(t.Org, t.Person, c), func(a Actor) bool { return a != Reporting }) || c.Reporter(t.Person.ID) == nil
	var b strings.Builder
	for _, step := range c.History {
		if !staff && (step.Event == Note && step.By.ID != t.Person.ID || step.Event == Escalate || step.Event == Warn || step.Event == Accept) {
			continue
		}
		b.WriteString("\n" + s.say("story.line", s.stepData(t, c, step, staff)))
	}
	t.Reply(bot.Reply{
		Text:   s.say("story", s.data(t, c)) + b.String(),
		Fields: s.fields(t, c, "category", "place", "text", "by", "unit", "due", "result"),
		Files:  attachments(shownTo(c, t.Person.ID, staff)),
	})
	return nil
}

// shownTo are the files that somebody may see: staff all of them, others their own and those that show the result.
func shownTo(c *Case, person string, staff bool) []File {
	return slices.DeleteFunc(slices.Clone(c.Files), func(f File) bool { return !staff && f.By.ID != person && (!f.After || c.Secret) })
}

func (s *Skill) stepData(t *bot.Turn, c *Case, step Step, staff bool) map[string]any {
	who := step.By.Name
	if !staff && step.As != Reporting && who != "" {
		who = t.Org.Name(step.Unit) // a resident is told the office, not the person
	}
	if step.As == System {
		who = ""
	}
	return map[string]any{
		"At": step.At.In(t.Now.Location()), "Who": who, "Event": s.say("event."+string(step.Event), nil), "Why": step.Why, "Unit": t.Org.Name(step.Unit),
		"ToUnit": step.Event == Dispatch || step.Event == Transfer,
	}
}

// withdraw takes a report back. An emergency stays: only a person ends it.
func (s *Skill) withdraw(t *bot.Turn, c *Case, _ string) error {
	if c.State == Alarm || c.Urgent != "" {
		t.Say(s.say("withdraw.alarm", c.Number))
		return nil
	}
	if len(c.Reporters) > 1 && c.Reporter(t.Person.ID) != nil {
		// Others reported it too: it goes on without this one.
		if ok, err := s.act(t, c, Note, s.say("left.why", nil)); !ok || err != nil {
			return err
		}
		c.Reporters = slices.DeleteFunc(c.Reporters, func(r Reporter) bool { return r.Person == t.Person.ID })
		t.Settle()
		t.Say(s.say("left", c.Number))
		return save(t, c)
	}
	draft := c.State == Draft
	if ok, err := s.act(t, c, Withdraw, ""); !ok || err != nil {
		return err
	}
	t.Settle()
	if draft {
		t.Say(s.say("withdrawn.draft", nil))
		return save(t, c)
	}
	t.Say(s.say("withdrawn", c.Number))
	if _, err := s.tellUnit(t, c, c.Unit, bot.Reply{Text: s.say("staff.withdrawn", s.data(t, c))}, false); err != nil {
		return err
	}
	return save(t, c)
}
