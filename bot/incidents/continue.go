package incidents

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/bot"
	"linli/intents/place"
)

// elsewhere are the intents of messages that answer none of our questions.
var elsewhere = []string{"ask", "human", "greet", "help", "thanks", "track", "rate", "stats", "incident.list", "meeting.schedule", "meeting.list", "meeting.cancel", "remind"}

// Continue takes the answer to a question, and what belongs to the report that was just made.
func (s *Skill) Continue(t *bot.Turn) (bool, error) {
	var q asked
	if err := t.Expected(&q); err != nil {
		t.Settle()
		return false, nil
	}
	if q.What == "photo" {
		return s.afterPhoto(t, q)
	}
	c, err := load(t, q.Case)
	if err != nil {
		return true, err
	}
	if c == nil {
		t.Settle()
		return false, nil
	}
	if q.What != "made" && q.What != "rate" && t.Understood.Intent == "cancel" {
		t.Settle()
		if c.State == Draft {
			return true, s.withdraw(t, c, "")
		}
		t.Say(s.say("dropped", nil))
		return true, nil
	}
	switch q.What {
	case "category", "place", "join":
		return s.answerDraft(t, c, q)
	case "made":
		return s.afterReport(t, c)
	case "rate":
		return s.answerRating(t, c, q)
	}
	if picky := slices.Contains([]string{"target", "helper", "until", "after"}, q.What); picky && slices.Contains(elsewhere, t.Understood.Intent) {
		return false, nil
	}
	t.Settle()
	if q.What == "after" {
		return s.addResult(t, c)
	}
	return true, s.words(t, c, q)
}

// words gives what was written to the step that waits for it.
func (s *Skill) words(t *bot.Turn, c *Case, q asked) error {
	text := t.Text()
	if text == "" && len(t.Message.Attachments) == 0 {
		t.Say(s.say("ask.words", nil))
		return t.Expect(name, q)
	}
	switch q.What {
	case "result":
		return s.close(t, c, text)
	case "return":
		return s.returnCase(t, c, text)
	case "target":
		return s.transferTo(t, c, text, "")
	case "why":
		return s.move(t, c, q.Arg, text)
	case "question":
		return s.question(t, c, text)
	case "note":
		return s.noteDown(t, c, text)
	case "helper":
		return s.assist(t, c, text)
	case "until":
		return s.requestTime(t, c, text)
	case "refuse":
		return s.refuse(t, c, text)
	case "supervise":
		return s.superviseWith(t, c, text)
	case "reply":
		return s.replyTo(t, c, text)
	case "unsolved":
		return s.reopen(t, c, text)
	case "add":
		return s.addWords(t, c, text)
	}
	return nil
}

// more appends what was added to a text.
func more(text, added string) string {
	added = strings.TrimSpace(added)
	switch {
	case text == "":
		return added
	case added == "" || strings.Contains(text, added):
		return text
	}
	return text + ";" + added
}

// unsure is below which probability an intent doesn't tell right after a report: what is said then rather belongs to it.
const unsure = 0.5

// asking are words that want an answer.
var asking = regexp.MustCompile(`[?？]|[吗呢么][。.!！]?$|怎么|如何|哪里|哪儿|多少`)

// brief is up to how many characters something that is neither question nor report is taken for an addition to the report just made.
const brief = 40

// afterReport takes what belongs to the report that was just made: a yes, photos, a pin, an addition, a correction.
func (s *Skill) afterReport(t *bot.Turn, c *Case) (bool, error) {
	text := t.Text()
	if !c.Open() || t.Now.Sub(t.Session.Asked) > bot.Idle {
		t.Settle()
		return false, nil
	}
	if done, err := s.correct(t, c, text); done || err != nil {
		return true, err
	}
	near := t.Now.Sub(t.Session.Asked) <= burst
	adds := near && additions.MatchString(text) && !further.MatchString(text) && (utf8.RuneCountInString(text) <= brief || strings.HasPrefix(text, "补充")) && s.here(t, c, text)
	switch {
	case text != "" && agreed(t):
		t.Say(s.say("confirmed", s.data(t, c)), s.choice("show", "show", c.ID))
		return true, nil
	case takenBack.MatchString(text):
		return true, s.withdraw(t, c, "")
	case anonymously.MatchString(text) && utf8.RuneCountInString(text) <= 12:
		return true, s.hideName(t, c)
	case t.Understood.Intent == "cancel" && near:
		t.Say(s.say("ask.withdraw", c.Number), s.choice("withdraw", "withdraw", c.ID), s.choice("show", "show", c.ID))
		return true, nil
	case t.Understood.Intent != "track" && questions.MatchString(text) && s.belongs(t, c, text):
		return true, s.show(t, c, "")
	case near && t.Message.Location == nil && c.Can(Relocate, []Actor{Reporting}) && s.onlyPlace(t, text):
		return s.newPlace(t, c, text)
	case adds:
		return true, s.addWords(t, c, text)
	case !near || slices.Contains(elsewhere, t.Understood.Intent):
		return false, nil
	case text == "" && (len(t.Message.Attachments) > 0 || t.Message.Location != nil):
		return true, s.addWords(t, c, "")
	case (slices.Contains([]string{"none", "confirm", "deny", "rate"}, t.Understood.Intent) || t.Understood.Score < unsure) && utf8.RuneCountInString(text) <= brief && text != "" && !asking.MatchString(text) && s.belongs(t, c, text):
		return true, s.addWords(t, c, text)
	case t.Understood.Intent == "report" && s.belongs(t, c, text):
		return true, s.addWords(t, c, text)
	}
	return false, nil
}

// takenBack takes a report back, whenever it is said.
var takenBack = regexp.MustCompile(`^(?:我要|请|帮我)?(?:撤回|撤销|撤掉|撤单|不报了|取消上报)(?:吧|了|这件事?|上报)?[。.!！]?$`)

// questions ask how the case just made goes on.
var questions = regexp.MustCompile(`几天|几时|什么时候|啥时候|多久|何时|多长时间|有人(?:来|管|处理)[吗么没]|谁(?:来|在)?(?:负责|办|处理|管)|到哪(?:一步|了)|怎么样了`)

// additions begin what goes on from the sentence before.
var additions = regexp.MustCompile(`^(?:还|也|而且|并且|又|另外还|补充|就是|对了|现在)[^?？]*$`)

// further begins a matter of its own: 还有一件事.
var further = regexp.MustCompile(`^(?:还|又)(?:有|要)?(?:另外)?(?:一|两|几)?(?:件|个|处|报)`)

// belongs reports whether what reads like a report is only more about the same matter: no place of its own, and no other category.
func (s *Skill) belongs(t *bot.Turn, c *Case, text string) bool {
	matter := withoutPlace(t, text)
	if code := cmp.Or(s.sure(t.Understood.Slots.Category, matter, text), s.whole(matter)); code != "" && code != c.Category {
		return false
	}
	return s.here(t, c, text)
}

// onlyPlace reports whether the words are a place and nothing else: right after a report they say better where it is.
func (s *Skill) onlyPlace(t *bot.Turn, text string) bool {
	match, ok := place.Best(place.Find(text, t.Places))
	return ok && !match.Weak && utf8.RuneCountInString(withoutPlace(t, text)) <= 2
}

// here reports whether the words name no place but the case's own.
func (s *Skill) here(t *bot.Turn, c *Case, text string) bool {
	match, ok := place.Best(place.Find(text, t.Places))
	return !ok || match.Weak || strings.Contains(c.Place.Words, match.Text)
}

// addWords adds to a case what its reporter sends after it.
func (s *Skill) addWords(t *bot.Turn, c *Case, text string) error {
	files := len(c.Files)
	c.attach(t, false)
	if l := t.Message.Location; l != nil {
		s.putPin(t, c, l.Lat, l.Lon)
	}
	c.Text = more(c.Text, text)
	why := text
	if why == "" {
		why = s.say("added.file", nil)
	}
	if ok, err := s.act(t, c, Note, why); !ok || err != nil {
		return err
	}
	if c.State != Draft {
		data := s.data(t, c)
		data["Added"], data["Files"], data["Pin"] = text, len(c.Files)-files, t.Message.Location != nil
		if err := s.tellStaff(t, c, "staff.added", data, s.choice("show", "show", c.ID)); err != nil {
			return err
		}
	}
	t.Say(s.say("added", map[string]any{"Number": c.Number, "Files": len(c.Files) - files, "Text": text, "Pin": t.Message.Location != nil}))
	return save(t, c)
}

// hideName takes the reporter's name away from what staff see.
func (s *Skill) hideName(t *bot.Turn, c *Case) error {
	r := c.Reporter(t.Person.ID)
	if r == nil {
		return nil
	}
	r.Anonymous = true
	if ok, err := s.act(t, c, Note, s.say("hidden.why", nil)); !ok || err != nil {
		return err
	}
	t.Say(s.say("hidden", c.Number))
	return save(t, c)
}

// askMore invites an addition.
func (s *Skill) askMore(t *bot.Turn, c *Case, _ string) error {
	t.Say(s.say("ask.more", nil))
	return t.Expect(name, asked{What: "add", Case: c.ID})
}
