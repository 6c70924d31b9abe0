package incidents

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/bot"
	"linli/intents"
	"linli/intents/place"
)

// answerDraft takes what was missing: the category, the place, whether to join.
func (s *Skill) answerDraft(t *bot.Turn, c *Case, q asked) (bool, error) {
	text := t.Text()
	if c.State != Draft && q.What != "category" && q.What != "place" {
		t.Settle()
		return false, nil
	}
	if done, err := s.correct(t, c, text); done || err != nil {
		return true, err
	}
	if r := c.Reporter(t.Person.ID); r != nil && c.State == Draft && anonymously.MatchString(text) && utf8.RuneCountInString(text) <= 12 {
		r.Anonymous = true
		return true, s.proceed(t, []*Case{c}, q.Rest)
	}
	if s.another(t, c, text) {
		return false, nil
	}
	switch q.What {
	case "category":
		return s.answerCategory(t, c, q)
	case "place":
		return s.answerPlace(t, c, q)
	}
	return s.answerJoin(t, c, q)
}

func (s *Skill) answerCategory(t *bot.Turn, c *Case, q asked) (bool, error) {
	text := t.Text()
	if questions.MatchString(text) {
		return true, s.show(t, c, "")
	}
	if t.Understood.Intent != "report" && slices.Contains(elsewhere, t.Understood.Intent) {
		return false, nil
	}
	code := s.titled(text)
	if code == "" {
		c.Text = more(c.Text, text) // what says more than a name is kept
		code = cmp.Or(s.codeOf(t, text), s.codeOf(t, c.Text))
	}
	c.attach(t, false)
	if !fine(t.Org, c.Place.Unit) {
		s.takePlace(t, c, text)
	}
	return true, s.setCategory(t, c, cmp.Or(code, Other), q.Rest) // asked once; then the dispatcher decides
}

func (s *Skill) answerPlace(t *bot.Turn, c *Case, q asked) (bool, error) {
	text := t.Text()
	was := ""
	if c.Place.Unit != "" {
		was = c.Place.Words
	}
	found := s.takePlace(t, c, text)
	if !found && t.Message.Location == nil && slices.Contains(elsewhere, t.Understood.Intent) {
		return false, nil
	}
	if c.State == Draft && !found && t.Message.Location == nil && text != "" && q.Arg == "" && !somewhere.MatchString(text) {
		c.Text = more(c.Text, text) // it goes on about the matter: the place is asked once more
		c.attach(t, false)
		if err := s.askPlace(t, c, q.Rest); err != nil {
			return true, err
		}
		return true, t.Expect(name, asked{What: "place", Case: c.ID, Rest: q.Rest, Arg: "again"})
	}
	if l := t.Message.Location; l != nil {
		c.Place.Unit = ""
		s.putPin(t, c, l.Lat, l.Lon)
	} else if !found && somewhere.MatchString(text) {
		c.Place.Words = more(c.Place.Words, text)
	} else if !found {
		c.Text = more(c.Text, text)
	}
	c.attach(t, false)
	return true, s.relocated(t, c, was, q.Rest)
}

// somewhere is in what may be a place that the reader of places doesn't know, and in an answer that means to be one.
var somewhere = regexp.MustCompile(`^[0-9A-Za-z#-]+$|[楼栋幢室号路街巷弄村组里口旁边面近前后内外处区园场桥校院店站厦城庄家头角]|不知道|不清楚|不记得|没有`)

func (s *Skill) answerJoin(t *bot.Turn, c *Case, q asked) (bool, error) {
	text := t.Text()
	switch {
	case agreed(t):
		return true, s.joinChosen(t, c, q.Arg)
	case t.Understood.Intent == "deny" || no.MatchString(text) || refused.MatchString(text):
		if rest := refused.ReplaceAllString(text, ""); utf8.RuneCountInString(rest) >= 2 {
			c.Text = more(c.Text, rest) // not the same, and why
		}
		return true, s.apart(t, c, "")
	case len(t.Message.Attachments) > 0 || t.Message.Location != nil || t.Understood.Intent == "none" && text != "":
		c.attach(t, false)
		if l := t.Message.Location; l != nil {
			s.putPin(t, c, l.Lat, l.Lon)
		}
		c.Text = more(c.Text, text)
		if err := save(t, c); err != nil {
			return true, err
		}
		other, err := load(t, q.Arg)
		if err != nil || other == nil {
			return true, err
		}
		return true, s.askJoin(t, c, other, q.Rest)
	}
	return false, nil
}

// another reports whether the words are a report of their own rather than an answer: another kind of matter, said with its own place, or one that
// what was said before can't have been.
func (s *Skill) another(t *bot.Turn, c *Case, text string) bool {
	if c.State != Draft || t.Understood.Intent != "report" {
		return false
	}
	code := s.sure(t.Understood.Slots.Category, withoutPlace(t, text), text)
	if code == "" || code == c.Category {
		return false
	}
	match, located := place.Best(place.Find(text, t.Places))
	if located && !match.Weak && (c.Category != "" || c.Place.Unit != "") {
		return true
	}
	return c.Category == "" && !s.possible(code, c.Text)
}

// possible reports whether the words may be of the category at all: what says nothing of its kind may be of any.
func (s *Skill) possible(code, text string) bool {
	if s.rank == nil {
		return true
	}
	ranked := s.rank(text, 12)
	return len(ranked) == 0 || ranked[0].Score < guess || slices.ContainsFunc(ranked, func(c intents.ScoredCategory) bool { return c.Code == code })
}

// agreed reports whether the message says yes and no more: a model reads many a short addition as one.
func agreed(t *bot.Turn) bool {
	text := t.Text()
	return yes.MatchString(text) || t.Understood.Intent == "confirm" && utf8.RuneCountInString(text) <= 8 && !particular.MatchString(text)
}

// particular are words that say more than yes: where, which, that it isn't so.
var particular = regexp.MustCompile(`[0-9一二三四五六七八九十]|没|不|[楼层栋室边]`)

// refused is a no with what comes before the reason.
var refused = regexp.MustCompile(`^(?:不是(?:的|同一[件个])?|不一样|不对|不同|不用|没有)[,，。]\s*(?:我)?(?:说|报|反映)?(?:的)?(?:是)?`)

var (
	yes = regexp.MustCompile(`^(?:(?:是|对|好|要|加入|可以|行|嗯+|有|一起|一样|我(?:家|们)?也是|(?:是|就是)?(?:同一|这|那)[件个])(?:的|吧|啊|呀|了)*[,，、]?)+[。.!！]?$`)
	no  = regexp.MustCompile(`^(?:不是?|不要|不加入|不用|另外一?[件个]|另报|不同|不是同一[件个])[。.!！]?$`)
)

// codeOf returns the category that the words name: as the model reads them, or by a name of the table.
func (s *Skill) codeOf(t *bot.Turn, text string) string {
	if code := s.titled(text); code != "" {
		return code
	}
	if code := cmp.Or(s.whole(text), s.sure(t.Understand(text).Slots.Category, withoutPlace(t, text), text), s.spelt(text)); s.table.byCode[code] != nil {
		return code
	}
	return ""
}

// titled returns the category whose name or code the words are.
func (s *Skill) titled(text string) string {
	for _, k := range s.table.order {
		if k.Name == text || strings.EqualFold(k.Code, text) || utf8.RuneCountInString(text) >= 4 && strings.HasPrefix(k.Name, text) {
			return k.Code
		}
	}
	return ""
}

// takePlace takes the place that the words name, together with what was said of it before, and reports whether they name one.
func (s *Skill) takePlace(t *bot.Turn, c *Case, text string) bool {
	match, ok := place.Best(place.Find(text, t.Places))
	if !ok {
		return false
	}
	old := c.Place
	if old.Words != "" && !fine(t.Org, old.Unit) && !strings.Contains(text, old.Words) {
		// 3栋, and then 马鞍山社区: together they are a place.
		for _, joined := range []string{match.Text + old.Words, old.Words + match.Text} {
			if both, ok := place.Best(place.Find(joined, t.Places)); ok && len(both.Text) > len(match.Text) && len(t.Places.Locate(both, t.Unit)) == 1 {
				match = both
				break
			}
		}
	}
	s.putPlace(t, c, match)
	if c.Place.Unit == "" && old.Unit != "" && match.Weak {
		c.Place = old
		c.Place.Words = more(old.Words, match.Text)
	}
	return true
}
