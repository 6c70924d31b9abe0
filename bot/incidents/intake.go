package incidents

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/intents/place"
)

const (
	burst     = 10 * time.Minute // within it, photos, pins and additions belong to the report that was just made
	draftLife = 30 * time.Minute // after it, a report that was never completed goes to staff
	joinLife  = 10 * time.Minute // after it, a report whose maker didn't say whether to join goes on by itself
)

// asked is what the skill remembers of its question.
type asked struct {
	What  string   `json:"what"`
	Case  string   `json:"case,omitempty"`
	Arg   string   `json:"arg,omitempty"`
	Rest  []string `json:"rest,omitempty"` // further drafts of the same message
	Files []File   `json:"files,omitempty"`
	Pin   *pin     `json:"pin,omitempty"`
}

type pin struct{ Lat, Lon float64 }

// report takes a report: each matter of the message becomes a case. What is clear is registered at once; the first that isn't is asked about.
func (s *Skill) report(t *bot.Turn) error {
	if t.Text() == "" {
		t.Say(s.say("start", nil))
		return nil
	}
	var drafts []*Case
	for i, m := range s.matters(t, t.Text()) {
		if k := s.table.of(m.read.Slots.Category); k.Urgent != "" && k.alarm != nil && k.alarm.MatchString(m.text) && m.read.Intent == "report" && s.probable(k.Code, m.text) && !over.MatchString(t.Text()) {
			// No word of it alone says emergency, but what it is about does.
			t.Understood.Slots.Urgent, t.Understood.Slots.Category = k.Urgent, k.Code
			return s.emergency(t, k.Urgent)
		}
		drafts = append(drafts, s.draft(t, m, i))
	}
	return s.proceed(t, drafts, s.unanswered(t))
}

// unanswered are the drafts of this conversation whose question is still open: they are asked about again after what came between.
func (s *Skill) unanswered(t *bot.Turn) []string {
	var q asked
	if t.Session.Skill != name || t.Expected(&q) != nil || q.What != "place" && q.What != "category" && q.What != "join" {
		return nil
	}
	return append([]string{q.Case}, q.Rest...)
}

var (
	anonymously = regexp.MustCompile(`匿名|(?:别|不要|不想|不能)(?:说|写|让.{0,6}知道|透露|公开)(?:是)?(?:我|名字|姓名)|(?:替|帮|给)我保密|(?:隐去|隐藏|隐掉|去掉)我?的?(?:名字|姓名|名|身份)|我?的?(?:名字|姓名).{0,3}(?:隐去|隐藏|隐掉|去掉)|不留名|不署名`)
	onBehalf    = regexp.MustCompile(`(?:我?(?:代|替|帮))(\p{Han}{2,5}?)(?:报|反映|上报|登记|说一?下)`)
)

// draft makes a case of a matter, with everything that is known of it.
func (s *Skill) draft(t *bot.Turn, m matter, n int) *Case {
	c := &Case{
		ID: caseID(t.Message, n), State: Draft, Text: m.text, Category: m.read.Slots.Category, Reported: t.Now, Unit: t.Unit, Home: t.Unit,
		Reporters: []Reporter{{
			Person: t.Person.ID, Name: t.Person.Name, Chat: s.privately(t), Anonymous: anonymously.MatchString(t.Text()), At: t.Now,
		}},
	}
	if m.read.Intent == "wish" {
		c.Category = wish
	}
	if b := onBehalf.FindStringSubmatch(m.text); b != nil {
		c.Reporters[0].Behalf = b[1]
	}
	c.attach(t, false)
	if m.place != nil {
		s.putPlace(t, c, *m.place)
	}
	if l := t.Message.Location; l != nil {
		s.putPin(t, c, l.Lat, l.Lon)
	}
	s.weigh(c)
	return c
}

// privately is where a reporter is told of the progress: alone, if we know where.
func (s *Skill) privately(t *bot.Turn) bot.Chat {
	if t.Message.Chat.Group && t.Person.Chat.ID != "" {
		return t.Person.Chat
	}
	return t.Message.Chat
}

// weigh sets what follows from the category.
func (s *Skill) weigh(c *Case) {
	k := s.table.of(c.Category)
	c.Severity = k.Severity
	if c.Urgent != "" {
		c.Severity = 1
	}
	c.Secret = c.Secret || k.Secret
}

// attach adds the files of the message.
func (c *Case) attach(t *bot.Turn, after bool) {
	for _, a := range t.Message.Attachments {
		if !slices.ContainsFunc(c.Files, func(f File) bool { return f.Ref == a.Ref }) {
			c.Files = append(c.Files, File{Attachment: a, By: speaker(t, c), At: t.Now, After: after})
		}
	}
}

// putPlace takes a place of the message: its words, and the unit if there is exactly one that it can be.
func (s *Skill) putPlace(t *bot.Turn, c *Case, m place.Match) (candidates []string) {
	c.Place.Words, c.Place.Spot = cmp.Or(ours.ReplaceAllString(m.Text, ""), m.Text), spot(m.Parts)
	c.Place.Unit = ""
	units := finest(t.Org, t.Places.Locate(m, t.Unit))
	if m.Weak && c.Place.Spot == "" && !t.Message.Chat.Group {
		return nil // 楼道 is somewhere at home; where, only the reporter knows
	}
	if len(units) == 1 {
		c.Place.Unit = units[0]
	}
	if len(units) > 1 {
		return units
	}
	return nil
}

// ours are words of a place that say nothing to whoever goes there.
var ours = regexp.MustCompile(`(?:我们|咱们|我家|他家|她家|咱家|俺家)的?`)

func (s *Skill) putPin(t *bot.Turn, c *Case, lat, lon float64) {
	c.Place.Lat, c.Place.Lon = lat, lon
	if units := t.Places.Near(lat, lon); len(units) > 0 && c.Place.Unit == "" {
		c.Place.Unit = units[0]
	}
}

// fine reports whether the unit is near enough to the ground to be dispatched to.
func fine(org *bot.Org, unit string) bool {
	u := org.Unit(unit)
	return u != nil && (u.Level == "community" || u.Level == "grid")
}

// proceed registers the drafts that are complete and asks about the first that isn't. The others wait for their turn.
func (s *Skill) proceed(t *bot.Turn, drafts []*Case, rest []string) error {
	var open []*Case
	for _, c := range drafts {
		missing, err := s.missing(t, c)
		if err != nil {
			return err
		}
		if missing != nil {
			open = append(open, c)
			continue
		}
		if err := s.register(t, c); err != nil {
			return err
		}
	}
	for _, c := range open {
		if err := s.keepDraft(t, c); err != nil {
			return err
		}
	}
	for len(open) == 0 && len(rest) > 0 {
		c, err := load(t, rest[0])
		if err != nil {
			return err
		}
		rest = rest[1:]
		if c != nil && c.State == Draft {
			return s.proceed(t, []*Case{c}, rest)
		}
	}
	if len(open) == 0 {
		return nil
	}
	for _, c := range open[1:] {
		rest = append(rest, c.ID)
	}
	missing, err := s.missing(t, open[0])
	if err != nil {
		return err
	}
	t.Session.Case = open[0].ID
	return missing(rest)
}

// resume asks again for what is missing of a draft.
func (s *Skill) resume(t *bot.Turn, c *Case, _ string) error {
	if c.State != Draft {
		return s.show(t, c, "")
	}
	c.Place.Answers = 0
	return s.proceed(t, []*Case{c}, nil)
}

// keepDraft saves a draft and sets the timer that lets nothing be lost.
func (s *Skill) keepDraft(t *bot.Turn, c *Case) error {
	if err := t.Wake(bot.Timer{Skill: name, Name: "draft", Subject: c.ID, At: c.Reported.Add(draftLife)}); err != nil {
		return err
	}
	return save(t, c)
}

// missing returns what asks for the first thing that is missing, nil if nothing is.
func (s *Skill) missing(t *bot.Turn, c *Case) (func(rest []string) error, error) {
	switch {
	case c.Category == "":
		if !c.Apart && fine(t.Org, c.Place.Unit) {
			// What is open at the very place may say what is meant.
			other, err := s.resembling(t, c)
			if err != nil {
				return nil, err
			}
			if other != nil {
				return func(rest []string) error { return s.askJoin(t, c, other, rest) }, nil
			}
		}
		return func(rest []string) error { return s.askCategory(t, c, rest) }, nil
	case c.Category == wish, c.Secret:
		return nil, nil
	case !fine(t.Org, c.Place.Unit) && (c.Place.Answers == 0 || c.Place.Answers == 1 && len(s.candidatePlaces(t, c)) > 1):
		return func(rest []string) error { return s.askPlace(t, c, rest) }, nil
	case !c.Apart:
		other, err := duplicate(t, c)
		if other == nil || err != nil {
			return nil, err
		}
		return func(rest []string) error { return s.askJoin(t, c, other, rest) }, nil
	}
	return nil, nil
}

// askCategory offers what the words resemble, in plain words; else families of matters.
func (s *Skill) askCategory(t *bot.Turn, c *Case, rest []string) error {
	if err := t.Expect(name, asked{What: "category", Case: c.ID, Rest: rest}); err != nil {
		return err
	}
	return s.offerCategories(t, c, "")
}

func (s *Skill) offerCategories(t *bot.Turn, c *Case, _ string) error {
	var choices []bot.Choice
	for _, k := range s.likeliest(c.Text, 4) {
		if k.Code != c.Category && len(choices) < 3 {
			choices = append(choices, bot.NewChoice(k.Name, name, "cat", c.ID+"|"+k.Code))
		}
	}
	if len(choices) == 0 || c.Category != "" {
		choices = choices[:min(len(choices), 2)]
		for i, f := range s.table.families {
			choices = append(choices, bot.NewChoice(f.Name, name, "family", c.ID+"|"+strconv.Itoa(i)))
		}
	}
	choices = append(choices, s.choice("neither", "cat", c.ID, Other))
	t.Say(s.say("ask.category", map[string]any{"Text": short(c.Text), "Changing": c.State != Draft, "Group": t.Message.Chat.Group}), choices...)
	if c.State != Draft {
		return t.Expect(name, asked{What: "category", Case: c.ID})
	}
	return nil
}

// chooseFamily offers the matters of a family.
func (s *Skill) chooseFamily(t *bot.Turn, c *Case, index string) error {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(s.table.families) {
		t.Say(s.say("gone", nil))
		return nil
	}
	var choices []bot.Choice
	for _, code := range s.table.families[i].Codes {
		if k := s.table.byCode[code]; k != nil {
			choices = append(choices, bot.NewChoice(k.Name, name, "cat", c.ID+"|"+code))
		}
	}
	t.Say(s.say("ask.family", nil), append(choices, s.choice("neither", "cat", c.ID, Other))...)
	return nil
}

// askPlace asks for the place, once.
func (s *Skill) askPlace(t *bot.Turn, c *Case, rest []string) error {
	if err := t.Expect(name, asked{What: "place", Case: c.ID, Rest: rest}); err != nil {
		return err
	}
	units := s.candidatePlaces(t, c)
	if err := save(t, c); err != nil {
		return err
	}
	if len(units) > 1 && len(units) <= 4 {
		var choices []bot.Choice
		for _, u := range units {
			choices = append(choices, bot.NewChoice(fullName(t.Org, u), name, "unit", c.ID+"|"+u))
		}
		t.Say(s.say("ask.which", c.Place.Words), append(choices, s.choice("neither", "unit", c.ID))...)
		return nil
	}
	t.Reply(bot.Reply{Text: s.say("ask.place", map[string]any{"Words": c.Place.Words, "Text": s.quoted(t, c), "Weak": fine(t.Org, t.Unit)}), AskLocation: true})
	return nil
}

// quoted is what the reporter said, for a question about it; in a group it isn't said again.
func (s *Skill) quoted(t *bot.Turn, c *Case) string {
	if t.Message.Chat.Group {
		return ""
	}
	return short(c.Text)
}

// candidatePlaces are the units that the words of the place may mean.
func (s *Skill) candidatePlaces(t *bot.Turn, c *Case) []string {
	best, ok := place.Best(place.Find(c.Place.Words, t.Places))
	if !ok {
		return nil
	}
	return finest(t.Org, t.Places.Locate(best, c.Home))
}

// finest leaves out units that have another of them below: the finer one says more.
func finest(org *bot.Org, units []string) []string {
	return slices.DeleteFunc(slices.Clone(units), func(u string) bool {
		return slices.ContainsFunc(units, func(o string) bool { return o != u && org.Within(o, u) })
	})
}

// askJoin offers to join a case that is open already.
func (s *Skill) askJoin(t *bot.Turn, c, other *Case, rest []string) error {
	if err := t.Expect(name, asked{What: "join", Case: c.ID, Arg: other.ID, Rest: rest}); err != nil {
		return err
	}
	if err := t.Wake(bot.Timer{Skill: name, Name: "join", Subject: c.ID, At: t.Now.Add(joinLife)}); err != nil {
		return err
	}
	t.Say(s.say("ask.join", map[string]any{
		"Number": other.Number, "Name": s.table.of(other.Category).Name, "Place": placeWords(t.Org, other), "Since": t.Now.Sub(other.Reported),
		"State": s.say("state."+string(other.State), nil), "Mine": other.Reporter(t.Person.ID) != nil, "Others": len(other.Reporters),
	}), s.choice("join", "join", c.ID, other.ID), s.choice("apart", "apart", c.ID))
	return nil
}

// short is a text cut for a sentence.
func short(text string) string {
	runes := []rune(bot.Mask(strings.ReplaceAll(text, "\n", " ")))
	if len(runes) > 30 {
		return string(runes[:30]) + "…"
	}
	return string(runes)
}
