package incidents

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/bot"
)

// actAs is act for a change that moves the case to another unit: who may do it was decided before it moved.
func (s *Skill) actAs(t *bot.Turn, c *Case, e Event, why string, as []Actor) (bool, error) {
	err := c.Apply(Change{Event: e, By: speaker(t, c), As: as, At: t.Now, Why: why})
	var denial Denial
	if errors.As(err, &denial) {
		t.Say(s.denied(t, c, e, denial))
		return false, nil
	}
	return err == nil, err
}

var (
	toWhom  = regexp.MustCompile(`(?:转办给|转交给|转派给|移交给|改派给|转给|派给|交给|移交|转到|转由|[号,，。\s]转(?:办给|交给|派给|给|交|办|派|到|由)?)\s*([^,，。;；:：\s]{2,20}?)\s*(?:来?(?:处理|办理|负责|管|办))?(?:[,，。;；:：\s]|$)`)
	because = regexp.MustCompile(`(?:原因|理由|因为|由于)(?:是)?[:：,，]?\s*(.+)$`)
	helpers = regexp.MustCompile(`(?:请|让|找|叫)\s*([^,，。;；:：\s]{2,20}?)\s*(?:来|一起)?(?:协办|协助|配合|帮忙)`)
	backing = regexp.MustCompile(`退单|退回|不归我们|不是我们`)
)

// reason is why, as the words say: after "because", else what stands behind the first comma.
func reason(text string) string {
	if m := because.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1])
	}
	if _, after, ok := strings.Cut(strings.ReplaceAll(text, "，", ","), ","); ok {
		return strings.TrimSpace(after)
	}
	return ""
}

// transfer hands the case to another unit: 转办.
func (s *Skill) transfer(t *bot.Turn, c *Case, text string) error {
	if !c.Can(Transfer, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, Transfer, "…")
		return err
	}
	if m := toWhom.FindStringSubmatch(text); m != nil && t.Message.Action == "" {
		return s.transferTo(t, c, m[1], reason(text))
	}
	t.Say(s.say("ask.target", c.Number), s.targets(t, c, "to")...)
	return t.Expect(name, asked{What: "target", Case: c.ID})
}

// targets are the candidates as choices.
func (s *Skill) targets(t *bot.Turn, c *Case, verb string) []bot.Choice {
	var choices []bot.Choice
	for _, unit := range s.candidates(t.Org, c, 4) {
		choices = append(choices, bot.NewChoice(t.Org.Name(unit), name, verb, c.ID+"|"+unit))
	}
	return choices
}

// unitOf finds the unit that is called so; if several are, it offers them.
func (s *Skill) unitOf(t *bot.Turn, c *Case, called, verb string) *bot.Unit {
	called = strings.Trim(called, " ,，。")
	found := t.Org.Find(called)
	if len(found) == 0 {
		found = abbreviated(t.Org, called, c.where())
	}
	// Of several of the name, one that could have the case or lies on the way up from its place is meant.
	if len(found) > 1 {
		near := slices.DeleteFunc(slices.Clone(found), func(u *bot.Unit) bool {
			return !slices.Contains(t.Org.Path(c.where()), u.ID) && !slices.Contains(t.Org.Path(c.where()), u.Parent)
		})
		if len(near) > 0 {
			found = near
		}
	}
	switch len(found) {
	case 0:
		t.Say(s.say("nounit", called), s.targets(t, c, verb)...)
	case 1:
		return found[0]
	default:
		var choices []bot.Choice
		for _, u := range found[:min(len(found), 5)] {
			choices = append(choices, bot.NewChoice(fullName(t.Org, u.ID), name, verb, c.ID+"|"+u.ID))
		}
		t.Say(s.say("whichunit", called), choices...)
	}
	return nil
}

// abbreviated returns the units on the way up from the place, and those right below them, whose names have the characters in their order:
// 照明所 is 城市照明管理所. Grids are called by their whole names.
func abbreviated(org *bot.Org, called, place string) []*bot.Unit {
	var found []*bot.Unit
	for _, up := range org.Path(place) {
		for _, id := range append([]string{up}, org.Children(up)...) {
			u := org.Unit(id)
			if u.Level != "grid" && utf8.RuneCountInString(called) >= 2 && inOrder(u.Name, called) && !slices.Contains(found, u) {
				found = append(found, u)
			}
		}
	}
	return found
}

// inOrder reports whether the name has all characters of the words, in their order.
func inOrder(name, words string) bool {
	for _, r := range words {
		_, after, ok := strings.Cut(name, string(r))
		if !ok {
			return false
		}
		name = after
	}
	return true
}

func (s *Skill) transferTo(t *bot.Turn, c *Case, called, why string) error {
	u := s.unitOf(t, c, called, "to")
	if u == nil {
		return t.Expect(name, asked{What: "target", Case: c.ID})
	}
	if why == "" {
		why = reason(called)
	}
	return s.giveTo(t, c, u.ID, why)
}

// chooseTarget takes the unit that was pressed.
func (s *Skill) chooseTarget(t *bot.Turn, c *Case, unit string) error {
	t.Settle()
	if t.Org.Unit(unit) == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	return s.giveTo(t, c, unit, "")
}

// giveTo moves the case, and asks why if that has to be known.
func (s *Skill) giveTo(t *bot.Turn, c *Case, unit, why string) error {
	as := Actors(t.Org, t.Person, c)
	if !mayHave(t.Org, c.Category, c.where(), unit) {
		owner := t.Org.InCharge(c.Category, c.where())
		t.Reply(bot.Reply{
			Text:    s.say("notdown", map[string]any{"Owner": owner.Name, "Unit": t.Org.Name(unit), "Name": s.table.of(c.Category).Name}),
			Sources: s.basis(c),
		})
		return nil
	}
	if c.Can(Dispatch, as) {
		return s.move(t, c, unit, why)
	}
	if unit == c.Unit {
		t.Say(s.say("already.there", s.data(t, c)))
		return nil
	}
	if !c.Can(Transfer, as) {
		_, err := s.act(t, c, Transfer, "…")
		return err
	}
	if why == "" {
		t.Say(s.say("ask.why", map[string]any{"Number": c.Number, "Unit": t.Org.Name(unit)}))
		return t.Expect(name, asked{What: "why", Case: c.ID, Arg: unit})
	}
	return s.move(t, c, unit, why)
}

// move dispatches or transfers the case to the unit. The one that was first in charge goes on as a helper: it may hand over, not drop (首接负责).
// What is confidential is an exception: who no longer needs to know of it, doesn't.
func (s *Skill) move(t *bot.Turn, c *Case, unit, why string) error {
	as, was := Actors(t.Org, t.Person, c), c.Unit
	had, err := s.chats(t, c, was)
	if err != nil {
		return err
	}
	event := Transfer
	if c.Can(Dispatch, as) {
		event = Dispatch
	}
	c.Unit = unit
	if ok, err := s.actAs(t, c, event, why, as); !ok || err != nil {
		c.Unit = was
		return err
	}
	c.Handler, c.Extension = Someone{}, nil
	c.Assist = slices.DeleteFunc(c.Assist, func(u string) bool { return u == unit })
	if event == Transfer && was == c.First && was != unit && !c.Secret && !slices.Contains(c.Assist, was) {
		c.Assist = append(c.Assist, was)
	}
	if event == Dispatch && !returned(c, c.First) {
		c.First = cmp.Or(c.First, unit)
	} else if event == Dispatch {
		c.First = unit
	}
	if err := s.nameHandlers(t, c); err != nil {
		return err
	}
	if err := s.findContact(t, c); err != nil {
		return err
	}
	if err := s.tellNew(t, c); err != nil {
		return err
	}
	data := s.data(t, c)
	data["Was"], data["Why"] = t.Org.Name(was), why
	t.Say(s.say("moved", data), s.look(t, c, "story")...)
	if event == Transfer {
		s.tellMoved(t, c, had)
	}
	s.progress(t, c, "moved")
	return save(t, c)
}

// returned reports whether the unit gave the case back.
func returned(c *Case, unit string) bool {
	return slices.ContainsFunc(c.History, func(step Step) bool { return step.Event == Return && step.Unit == unit })
}

// giveBack returns the case to a dispatcher: 退单, with a reason.
func (s *Skill) giveBack(t *bot.Turn, c *Case, text string) error {
	if !c.Can(Return, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, Return, "…")
		return err
	}
	if why := reason(text); why != "" && t.Message.Action == "" {
		return s.returnCase(t, c, why)
	}
	t.Say(s.say("ask.return", c.Number))
	return t.Expect(name, asked{What: "return", Case: c.ID})
}

// returnCase gives the case to the level above, which has to say who is in charge. Until then that level owns it.
func (s *Skill) returnCase(t *bot.Turn, c *Case, why string) error {
	if ok, err := s.act(t, c, Return, why); !ok || err != nil {
		return err
	}
	was := c.Unit
	if u := t.Org.Unit(c.Unit); u != nil && u.Parent != "" {
		c.Unit = u.Parent
	}
	c.Handler, c.Extension, c.Contact = Someone{}, nil, ""
	if err := s.nameHandlers(t, c); err != nil {
		return err
	}
	data := s.data(t, c)
	data["Was"], data["Why"] = t.Org.Name(was), why
	card := s.assignCard(t, c)
	card.Text = s.say("card.returned", data)
	card.Choices = slices.DeleteFunc(card.Choices, func(b bot.Choice) bool { return strings.HasSuffix(b.Action, "|"+was) })
	reached := false
	for _, unit := range t.Org.Path(c.Unit) {
		var err error
		if reached, err = s.tellUnit(t, c, unit, card, false); err != nil {
			return err
		}
		if reached {
			break
		}
	}
	data["Reached"] = reached
	t.Say(s.say("returned", data))
	s.progress(t, c, "returned")
	return save(t, c)
}

// assist asks another unit to help: 协办.
func (s *Skill) assist(t *bot.Turn, c *Case, text string) error {
	if !c.Can(Assist, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, Assist, "")
		return err
	}
	called := text
	if m := helpers.FindStringSubmatch(text); m != nil {
		called = m[1]
	}
	if called == "" || t.Message.Action != "" {
		var choices []bot.Choice
		for _, unit := range s.assistants(t.Org, c) {
			choices = append(choices, bot.NewChoice(t.Org.Name(unit), name, "helper", c.ID+"|"+unit))
		}
		t.Say(s.say("ask.helper", c.Number), choices...)
		return t.Expect(name, asked{What: "helper", Case: c.ID})
	}
	if u := s.unitOf(t, c, called, "helper"); u != nil {
		return s.chooseHelper(t, c, u.ID)
	}
	return t.Expect(name, asked{What: "helper", Case: c.ID})
}

func (s *Skill) chooseHelper(t *bot.Turn, c *Case, unit string) error {
	t.Settle()
	u := t.Org.Unit(unit)
	if u == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	if unit == c.Unit || slices.Contains(c.Assist, unit) {
		t.Say(s.say("helps.already", u.Name))
		return nil
	}
	if ok, err := s.act(t, c, Assist, u.Name); !ok || err != nil {
		return err
	}
	c.Assist = append(c.Assist, unit)
	if _, err := s.addHandlers(t, c, unit); err != nil {
		return err
	}
	card := s.card(t, c, "card.assist")
	card.Choices = []bot.Choice{s.choice("note", "note", c.ID), s.choice("story", "story", c.ID)}
	reached, err := s.tellUnit(t, c, unit, card, c.Severity <= 1)
	if err != nil {
		return err
	}
	t.Say(s.say("assisted", map[string]any{"Number": c.Number, "Unit": u.Name, "Phone": u.Phone, "Reached": reached}))
	return save(t, c)
}

// reopen opens a closed case again, with the same unit and its history.
func (s *Skill) reopen(t *bot.Turn, c *Case, why string) error {
	why = resultOf(why)
	if why == "" {
		t.Say(s.say("ask.unsolved", c.Number))
		return t.Expect(name, asked{What: "unsolved", Case: c.ID})
	}
	if ok, err := s.act(t, c, Reopen, why); !ok || err != nil {
		return err
	}
	c.Closed = zeroTime
	for i := range c.Reporters {
		c.Reporters[i].Asked = 0
	}
	byReporter := c.Reporter(t.Person.ID) != nil
	if byReporter {
		c.Reopened++
		c.attach(t, false)
	}
	if c.State == InHand {
		c.Overdue = c.Overdue || !t.Now.Before(c.Due.At) // undone, not begun anew: the deadline stays
	} else if err := s.startClock(t, c, t.Now); err != nil {
		return err
	}
	data := s.data(t, c)
	data["Why"], data["ByReporter"] = why, byReporter
	card := s.card(t, c, "card.reopened")
	card.Text = s.say("card.reopened", data)
	if _, err := s.tellUnit(t, c, c.Unit, card, false); err != nil {
		return err
	}
	if byReporter {
		t.Say(s.say("reopened", data), s.choice("show", "show", c.ID))
		if err := t.Expect(name, asked{What: "made", Case: c.ID}); err != nil {
			return err
		}
	} else {
		t.Reply(s.card(t, c, "reopened.staff"))
	}
	s.progress(t, c, "reopened")
	return save(t, c)
}
