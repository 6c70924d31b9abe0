package incidents

import (
	"cmp"
	"regexp"
	"strings"

	"linli/bot"
	"linli/intents/place"
)

var (
	notThisButThat = regexp.MustCompile(`(?:不是|不在|不对[,，]?不是)\s*([^,，。;；]{1,20}?)\s*[,，;；]?\s*(?:而|应该|应当)?(?:是|在)\s*([^,，。;；]{1,30})`)
	thatNotThis    = regexp.MustCompile(`^(?:应该|应当)?(?:是|在)\s*([^,，。;；]{1,30}?)[,，]\s*不(?:是|在)\s*([^,，。;；]{1,20})`)
	wrongSaid      = regexp.MustCompile(`^(?:我|刚才|刚刚|不好意思|对不起|[,，])*(?:(?:说|写|报|打|发|搞|弄)?错了?|不对|不是的?[,，]|(?:更正|纠正)(?:一下)?|(?:请|帮我)?改一?下)[,，。:：]?\s*(?:应该|应当|其实|改成|改为)?(?:是|在)\s*([^,，。;；]{1,30})`)
	saidWrong      = regexp.MustCompile(`(?:应该|应当|其实)?(?:是|在)\s*([^,，。;；]{1,30}?)[,，。]\s*(?:我|刚才|刚刚)*(?:说|写|报|打|发|搞|弄)错了?[。.!！]?$`)
	placeWrong     = regexp.MustCompile(`(?:地点|地址|位置|地方|楼栋|楼号)(?:写|说|报|发|弄)?(?:错了?|不对|有误)|改(?:一下)?(?:地点|地址|位置)|(?:写|说|报)错地方|(?:^|把)(?:地点|地址|位置)\s*(?:改成|改为|改到|换成|应该是|应该在|是|为|在|[:：])`)
	kindWrong      = regexp.MustCompile(`(?:类别|类型|分类|问题)(?:选|写|说|报|弄)?(?:错了?|不对|有误)|改(?:一下)?(?:类别|类型|分类)|(?:^|把)(?:类别|类型|分类)\s*(?:改成|改为|换成|应该是|是|[:：])`)
	leads          = regexp.MustCompile(`^[\s,，:：。]*(?:应该|应当|改成|改为|改到|换成|其实|实际上?)?(?:是|在|为)?[\s:：]*`)
)

// correct takes a correction of the case: 不是3栋是5栋; 地点错了,在…; 类别不对,是路灯. It reports whether the words were one.
func (s *Skill) correct(t *bot.Turn, c *Case, text string) (bool, error) {
	if text == "" || !c.Can(Relocate, []Actor{Reporting, Assigning}) {
		return false, nil
	}
	if wrong, right, ok := swapped(text); ok {
		return s.replace(t, c, wrong, right)
	}
	for _, re := range []*regexp.Regexp{wrongSaid, saidWrong} {
		if m := re.FindStringSubmatch(text); m != nil {
			return s.replace(t, c, "", m[1])
		}
	}
	for _, kind := range []struct {
		re  *regexp.Regexp
		set func(*bot.Turn, *Case, string) (bool, error)
	}{{placeWrong, s.newPlace}, {kindWrong, s.newKind}} {
		if at := kind.re.FindStringIndex(text); at != nil {
			return kind.set(t, c, leads.ReplaceAllString(text[at[1]:], ""))
		}
	}
	return false, nil
}

// swapped reads "not this but that".
func swapped(text string) (wrong, right string, ok bool) {
	if m := notThisButThat.FindStringSubmatch(text); m != nil {
		return m[1], m[2], true
	}
	if m := thatNotThis.FindStringSubmatch(text); m != nil {
		return m[2], m[1], true
	}
	return "", "", false
}

// replace puts the right words where the wrong ones stand: in the place, or as the category.
func (s *Skill) replace(t *bot.Turn, c *Case, wrong, right string) (bool, error) {
	if wrong != "" && strings.Contains(c.Place.Words, wrong) {
		if whole := patched(t, c.Place.Words, right); whole != right {
			return s.newPlace(t, c, whole) // 不是3栋,是5栋2单元
		}
		return s.newPlace(t, c, strings.Replace(c.Place.Words, wrong, right, 1))
	}
	_, wrongPlace := place.Best(place.Find(wrong, t.Places))
	if match, ok := place.Best(place.Find(right, t.Places)); ok && (wrongPlace || wrong == "") && (!match.Weak || patched(t, c.Place.Words, right) != right) {
		return s.newPlace(t, c, right)
	}
	if code := s.codeOf(t, right); code != "" && code != c.Category {
		c.Text = more(c.Text, right)
		return true, s.setCategory(t, c, code, nil)
	}
	return false, nil
}

func (s *Skill) newPlace(t *bot.Turn, c *Case, words string) (bool, error) {
	match, ok := place.Best(place.Find(patched(t, c.Place.Words, words), t.Places))
	if !ok {
		if c.State == Draft {
			return false, nil
		}
		return true, s.askPlaceAgain(t, c, "")
	}
	old := c.Place
	s.putPlace(t, c, match)
	if c.Place.Unit == "" && old.Unit != "" {
		// 5栋 of the same community.
		home := territory(t.Org, old.Unit)
		if units := t.Places.Locate(match, home); len(units) == 1 && t.Org.Within(units[0], home) {
			c.Place.Unit = units[0]
		}
	}
	c.Place.Lat, c.Place.Lon = 0, 0
	return true, s.relocated(t, c, old.Words, s.rest(t))
}

// pieces are the parts of an address that can be corrected one by one.
var pieces = []*regexp.Regexp{
	regexp.MustCompile(`[0-9A-Za-z零一二三四五六七八九十]+(?:栋|幢|号楼|座)`), regexp.MustCompile(`[0-9一二三四五六七八九十]+单元`),
	regexp.MustCompile(`[0-9一二三四五六七八九十]+(?:楼|层)`), regexp.MustCompile(`[0-9]{3,4}(?:室|房|号房)?$`),
}

// patched puts the parts that a correction names into the old place: 5栋 into 光明小区3栋楼下. A correction that names more than the numbers of a
// building stands for itself.
func patched(t *bot.Turn, old, words string) string {
	match, ok := place.Best(place.Find(words, t.Places))
	if !ok || old == "" || match.Parts.Community+match.Parts.Estate+match.Parts.Road+match.Parts.Landmark+match.Parts.Area+match.Parts.Grid != "" {
		return words
	}
	result := old
	changed := false
	end := 0 // of the last part, the next finer one goes behind it
	for _, piece := range pieces {
		part := piece.FindString(match.Text)
		switch {
		case part != "" && !piece.MatchString(result) && end == 0:
			return words // a part that the old place doesn't have: it's another place
		case part != "" && !piece.MatchString(result):
			result, changed = result[:end]+part+result[end:], true
		case part != "":
			result, changed = piece.ReplaceAllLiteralString(result, part), true
		case changed:
			result = piece.ReplaceAllLiteralString(result, "") // another building: the entrance of the old one says nothing
		}
		if at := piece.FindStringIndex(result); at != nil {
			end = at[1]
		}
	}
	if result == old {
		return words
	}
	return result
}

func (s *Skill) newKind(t *bot.Turn, c *Case, words string) (bool, error) {
	if code := s.codeOf(t, words); code != "" {
		return true, s.setCategory(t, c, code, s.rest(t))
	}
	return true, s.offerCategories(t, c, "")
}

// rest are the other drafts of the message whose questions are still to be asked.
func (s *Skill) rest(t *bot.Turn) []string {
	var q asked
	if t.Session.Skill != name || t.Expected(&q) != nil {
		return nil
	}
	return q.Rest
}

// chooseCategory takes the category that was pressed.
func (s *Skill) chooseCategory(t *bot.Turn, c *Case, code string) error {
	if code != Other && s.table.byCode[code] == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	return s.setCategory(t, c, code, s.rest(t))
}

// setCategory gives the case another category; if it was registered, dispatch follows.
func (s *Skill) setCategory(t *bot.Turn, c *Case, code string, rest []string) error {
	if c.State == Draft {
		c.Category = code
		s.weigh(c)
		t.Settle()
		return s.proceed(t, []*Case{c}, rest)
	}
	if code == c.Category {
		t.Say(s.say("same.category", s.data(t, c)))
		return nil
	}
	was := s.table.of(c.Category).Name
	if ok, err := s.act(t, c, Recategorise, was+" → "+s.table.of(code).Name); !ok || err != nil {
		return err
	}
	c.Category = code
	s.weigh(c)
	return s.again(t, c, true)
}

// askPlaceAgain asks for another place of a case that has one.
func (s *Skill) askPlaceAgain(t *bot.Turn, c *Case, _ string) error {
	if !c.Can(Relocate, Actors(t.Org, t.Person, c)) {
		t.Say(s.denied(t, c, Relocate, NotNow))
		return nil
	}
	t.Reply(bot.Reply{Text: s.say("ask.newplace", map[string]any{"Place": placeWords(t.Org, c)}), AskLocation: true})
	return t.Expect(name, asked{What: "place", Case: c.ID, Rest: s.rest(t)})
}

// chooseUnit takes one of several units that the place may lie in.
func (s *Skill) chooseUnit(t *bot.Turn, c *Case, unit string) error {
	if unit == "" {
		c.Place.Unit = ""
		t.Reply(bot.Reply{Text: s.say("ask.place", map[string]any{"Words": c.Place.Words, "Text": s.quoted(t, c), "Weak": false}), AskLocation: true})
		if err := t.Expect(name, asked{What: "place", Case: c.ID, Rest: s.rest(t)}); err != nil {
			return err
		}
		return save(t, c)
	}
	if t.Org.Unit(unit) == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	c.Place.Unit = unit
	return s.relocated(t, c, "", s.rest(t))
}

// relocated goes on with a case whose place has changed; if it was registered, dispatch follows.
func (s *Skill) relocated(t *bot.Turn, c *Case, was string, rest []string) error {
	if c.State == Draft {
		c.Place.Answers++
		if was != "" {
			c.Text = strings.Replace(c.Text, was, c.Place.Words, 1)
		}
		t.Settle()
		return s.proceed(t, []*Case{c}, rest)
	}
	why := placeWords(t.Org, c)
	if was != "" {
		why = was + " → " + c.Place.Words
	}
	if ok, err := s.act(t, c, Relocate, why); !ok || err != nil {
		return err
	}
	if was != "" {
		c.Text = strings.Replace(c.Text, was, c.Place.Words, 1) // what is handled is right; what was said stays in the history
	}
	return s.again(t, c, false)
}

// again dispatches a case anew after its category or place changed. The deadline is counted anew only if the category changed.
func (s *Skill) again(t *bot.Turn, c *Case, anew bool) error {
	was := c.Unit
	had, err := s.chats(t, c, was)
	if err != nil {
		return err
	}
	c.Handler = Someone{}
	redo := s.dispatchCase
	if c.State == Alarm {
		redo = s.takeCharge
	}
	if err := redo(t, c); err != nil {
		return err
	}
	if anew {
		if err := s.startClock(t, c, cmp.Or(c.Due.From, t.Now)); err != nil {
			return err
		}
	}
	if was != c.Unit {
		s.tellMoved(t, c, had)
		if err := s.tellNew(t, c); err != nil {
			return err
		}
	} else if err := s.tellStaff(t, c, "staff.changed", s.data(t, c), s.choice("show", "show", c.ID)); err != nil {
		return err
	}
	if c.Reporter(t.Person.ID) != nil {
		if err := t.Expect(name, asked{What: "made", Case: c.ID}); err != nil {
			return err
		}
		r := s.receipt(t, c)
		r.Text = s.say("changed", s.data(t, c))
		t.Reply(r)
	} else {
		t.Reply(s.card(t, c, "card.changed"))
		s.progress(t, c, "moved")
	}
	return save(t, c)
}
