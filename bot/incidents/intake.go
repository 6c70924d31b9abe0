package incidents

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linli/bot"
	"linli/intents"
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
		if k := s.table.of(m.read.Slots.Category); k.Urgent != "" && m.read.Intent == "report" && s.probable(k.Code, m.text) && !over.MatchString(t.Text()) {
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

// matter is a part of a message that is a report by itself.
type matter struct {
	text  string
	read  intents.Understanding
	place *place.Match
}

var (
	sentences  = regexp.MustCompile(`[^。;；!！\n]+[。;；!！\n]*`)
	connectors = regexp.MustCompile(`[,，、。;；\s]*(?:另外还有|另外|还有就是|再就是|此外|顺便再报|顺便|第二件|其次|还有)[,，、:：\s]*`)
)

// matters splits a message into what it reports: a part that names another kind of matter, and either a place of its own or a word that begins
// something new, is a matter of its own; anything else belongs to the one before.
func (s *Skill) matters(t *bot.Turn, text string) []matter {
	whole := s.matter(t, text, t.Understood)
	var all []matter
	for _, sentence := range sentences.FindAllString(text, -1) {
		for i, part := range cutBefore(connectors, sentence) {
			begins := i > 0 || startsNew(part)
			for j, clause := range strings.FieldsFunc(connectors.ReplaceAllString(part, ""), func(r rune) bool { return r == ',' || r == '，' }) {
				clause = strings.Trim(clause, " ,，。;；、!！\n")
				if clause == "" {
					continue
				}
				m := s.matter(t, clause, t.Understand(clause))
				if len(all) == 0 || s.separate(&all[len(all)-1], &m, j == 0 && begins || j > 0 && also.MatchString(clause)) {
					all = append(all, m)
					continue
				}
				last := &all[len(all)-1]
				joined := last.text + "," + clause
				*last = s.matter(t, joined, t.Understand(joined))
			}
		}
	}
	if len(all) < 2 {
		return []matter{whole}
	}
	// What names no place, or only a spot like 楼道里, is where the one before it was.
	for i := range all {
		m := &all[i]
		switch {
		case m.place != nil && !m.place.Weak:
		case i == 0 || all[i-1].place == nil:
			m.place = whole.place
		case m.place == nil:
			m.place = all[i-1].place
		default:
			if both, ok := place.Best(place.Find(all[i-1].place.Text+m.place.Text, t.Places)); ok {
				m.place = &both
			}
		}
	}
	return all[:min(len(all), 5)]
}

// also is how a further matter is told in passing: 楼道里还堆着纸箱.
var also = regexp.MustCompile(`^.{0,6}(?:还|也)`)

// startsNew reports whether the part begins with a connector.
func startsNew(part string) bool {
	at := connectors.FindStringIndex(part)
	return at != nil && at[0] == 0
}

// cutBefore cuts the text before each match.
func cutBefore(re *regexp.Regexp, text string) []string {
	var parts []string
	at := 0
	for _, m := range re.FindAllStringIndex(text, -1) {
		if m[0] > at {
			parts = append(parts, text[at:m[0]])
			at = m[0]
		}
	}
	return append(parts, text[at:])
}

func (s *Skill) matter(t *bot.Turn, text string, u intents.Understanding) matter {
	m := matter{text: text, read: u}
	if best, ok := place.Best(place.Find(text, t.Places)); ok {
		m.place = &best
	}
	if u.Slots.Urgent == "" {
		m.read.Slots.Category = cmp.Or(s.sure(u.Slots.Category, withoutPlace(t, text), text), s.spelt(text), s.core(t, text))
	}
	return m
}

// core is the category of the one clause that has a certain one, where courtesies and circumstances around it hide it; "" if there is none, or two.
func (s *Skill) core(t *bot.Turn, text string) string {
	clauses := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，。;；!！\n", r) })
	code := ""
	for _, clause := range clauses {
		bare := withoutPlace(t, clause)
		if len(clauses) == 1 || utf8.RuneCountInString(bare) < 4 {
			continue
		}
		u := t.Understand(clause)
		found := cmp.Or(s.sure(u.Slots.Category, bare, clause), s.spelt(clause))
		switch {
		case found == "" || u.Intent != "report" || found == code:
		case code != "":
			return ""
		default:
			code = found
		}
	}
	return code
}

// withoutPlace is what the words say beside where.
func withoutPlace(t *bot.Turn, text string) string {
	for _, m := range place.Find(text, t.Places) {
		text = strings.Replace(text, m.Text, "", 1)
	}
	return text
}

func (s *Skill) separate(before, m *matter, begins bool) bool {
	elsewhere := m.place != nil && !m.place.Weak && (before.place == nil || before.place.Text != m.place.Text)
	if before.read.Slots.Urgent == "" && m.read.Slots.Urgent == "" && elsewhere && begins && before.place != nil {
		return true // "…, and then, over there …": what each of them is can be asked
	}
	if m.read.Intent != "report" && m.read.Intent != "wish" || m.read.Slots.Category == "" || before.read.Slots.Category == "" {
		return false
	}
	if before.read.Slots.Urgent != "" || m.read.Slots.Urgent != "" {
		return false // an emergency is one matter
	}
	if m.read.Slots.Category == before.read.Slots.Category {
		return elsewhere && begins
	}
	return elsewhere || begins
}

var (
	anonymously = regexp.MustCompile(`匿名|(?:别|不要|不想|不能)(?:说|写|让.{0,6}知道|透露|公开)(?:是)?(?:我|名字|姓名)|替我保密|帮我保密`)
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
	c.Place.Words, c.Place.Spot = m.Text, spot(m.Parts)
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
