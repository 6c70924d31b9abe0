package incidents

import (
	"slices"
	"strings"

	"linli/bot"
)

// joinChosen makes the draft's reporter one of the reporters of a case that is open already.
func (s *Skill) joinChosen(t *bot.Turn, c *Case, id string) error {
	other, err := load(t, id)
	if err != nil {
		return err
	}
	if c.State != Draft {
		return s.show(t, c, "")
	}
	if other == nil || !other.Open() || other.Secret || c.Category != "" && other.Category != c.Category || territory(t.Org, other.Place.Unit) != territory(t.Org, c.Place.Unit) {
		// It was closed while the question stood: the draft goes its own way.
		return s.apart(t, c, "")
	}
	rest := s.rest(t)
	if err := s.absorb(t, other, c, []Actor{Reporting}, Join); err != nil {
		return err
	}
	t.Settle()
	t.Session.Case = other.ID
	t.Say(s.say("joined", s.data(t, other)), s.choice("show", "show", other.ID))
	data := s.data(t, other)
	data["Added"] = c.Text
	if err := s.tellStaff(t, other, "staff.joined", data, s.choice("show", "show", other.ID)); err != nil {
		return err
	}
	if err := s.surge(t, other); err != nil {
		return err
	}
	if err := save(t, other); err != nil {
		return err
	}
	if err := save(t, c); err != nil {
		return err
	}
	return s.proceed(t, nil, rest)
}

// absorb moves the reporters, words and files of a case into another, which goes on for both.
func (s *Skill) absorb(t *bot.Turn, into, c *Case, as []Actor, event Event) error {
	by := speaker(t, c)
	if err := c.Apply(Change{Event: Merge, By: by, As: as, At: t.Now, Why: into.Number}); err != nil {
		return err
	}
	c.Into = into.ID
	why := c.Text
	if event == Absorb {
		why = c.Number
	}
	for _, r := range c.Reporters {
		if into.Reporter(r.Person) == nil {
			r.Rating, r.Asked = nil, 0
			into.Reporters = append(into.Reporters, r)
			into.Joined = append(into.Joined, t.Now)
		}
	}
	into.Files = append(into.Files, c.Files...)
	into.Merged = append(into.Merged, c.ID)
	return into.Apply(Change{Event: event, By: by, As: as, At: t.Now, Why: why})
}

// surge makes a case that many join within a short time more urgent, and alerts its unit.
func (s *Skill) surge(t *bot.Turn, c *Case) error {
	if !c.surging(t.Now) || c.Severity <= 1 || c.last(Raise) != nil {
		return nil
	}
	c.Severity--
	if err := auto(t, c, Raise, s.say("raise.why", len(c.Joined))); err != nil {
		return err
	}
	card := s.card(t, c, "card.surge")
	card.Urgent = true
	_, err := s.tellUnit(t, c, c.Unit, card, true)
	return err
}

// apart registers the draft as a case of its own.
func (s *Skill) apart(t *bot.Turn, c *Case, _ string) error {
	if c.State != Draft {
		return s.show(t, c, "")
	}
	c.Apart = true
	rest := s.rest(t)
	t.Settle()
	return s.proceed(t, []*Case{c}, rest)
}

// mergeInto joins two registered cases: the first goes on as the second. All reporters of both hear of its end.
func (s *Skill) mergeInto(t *bot.Turn, c, into *Case) error {
	as, asInto := Actors(t.Org, t.Person, c), Actors(t.Org, t.Person, into)
	switch {
	case c.ID == into.ID:
		t.Say(s.say("merge.self", c.Number))
		return nil
	case !c.Can(Merge, staffOnly(as)):
		_, err := s.act(t, c, Merge, "…")
		return err
	case !into.Can(Absorb, staffOnly(asInto)):
		t.Say(s.denied(t, into, Absorb, NotNow))
		return nil
	case c.Secret != into.Secret:
		t.Say(s.say("merge.secret", nil))
		return nil
	}
	// Both halves are allowed; the same hand does both.
	both := slices.DeleteFunc(slices.Clone(staffOnly(as)), func(a Actor) bool { return !slices.Contains(asInto, a) })
	if !c.Can(Merge, both) || !into.Can(Absorb, both) {
		both = append(staffOnly(as), staffOnly(asInto)...)
	}
	if err := s.absorb(t, into, c, both, Absorb); err != nil {
		return err
	}
	data := s.data(t, into)
	data["From"] = c.Number
	t.Say(s.say("merged", data), s.choice("story", "story", into.ID))
	for _, r := range c.Reporters {
		if r.Chat.ID != "" && r.Person != t.Person.ID && !(r.Chat.Group && c.Secret) {
			t.Tell(r.Chat, bot.Reply{Text: s.say("progress.merged", data), Choices: []bot.Choice{s.choice("show", "show", into.ID)}}, zeroTime)
		}
	}
	if err := save(t, into); err != nil {
		return err
	}
	return save(t, c)
}

// staffOnly leaves out what the person is as a reporter.
func staffOnly(as []Actor) []Actor {
	return slices.DeleteFunc(slices.Clone(as), func(a Actor) bool { return a == Reporting })
}

// split makes a case of its own out of a part of another: "拆分12号:5栋路灯不亮".
func (s *Skill) split(t *bot.Turn, c *Case, text string) error {
	_, part, ok := strings.Cut(strings.ReplaceAll(text, "：", ":"), ":")
	part = strings.TrimSpace(part)
	if !ok || part == "" {
		t.Say(s.say("split.how", c.Number))
		return nil
	}
	if ok, err := s.act(t, c, Split, part); !ok || err != nil {
		return err
	}
	apart := s.draft(t, s.matter(t, part, t.Understand(part)), 0)
	apart.Reporters, apart.Apart, apart.Secret = nil, true, apart.Secret || c.Secret
	for _, r := range c.Reporters {
		r.Rating, r.Asked = nil, 0
		apart.Reporters = append(apart.Reporters, r)
	}
	if apart.Place.Unit == "" {
		apart.Place = c.Place
	}
	if apart.Category == "" {
		apart.Category = Other
		s.weigh(apart)
	}
	if err := s.enter(t, apart, Change{By: speaker(t, apart), As: []Actor{System}, Why: s.say("split.why", c.Number)}); err != nil {
		return err
	}
	data := s.data(t, apart)
	data["From"] = c.Number
	t.Say(s.say("split", data), s.look(t, apart, "show")...)
	s.tellReporters(t, apart, "progress.split", data, s.choice("show", "show", apart.ID))
	return save(t, c)
}
