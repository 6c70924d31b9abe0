// Package duties is the skill of responsibility lists (责任清单: heads, items and key projects) and of the admission of matters to communities (准入).
//
// An Item stands in a list with its unit and its deadline. Its unit reports progress; when it is done the level above confirms that. Each morning of a
// working day the skill looks at all items once: what falls due is told to its unit, what is late goes up one level, and after each three working
// days one more. What happened to an item is kept in Steps, records of their own that are only ever added.
//
// Admission says from the lists whether a matter is a community's, something that it assists with, or not to be put on it, and with which clause.
// A Request to hand a matter down is decided by the street, with a reason, a term and who pays.
package duties

import (
	"embed"
	"regexp"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
	"linli/intents/timex/holiday"
	"linli/knowledge"
)

//go:embed texts
var files embed.FS

const name = "duties"

// Options are what the skill is made of. All may be left empty.
type Options struct {
	Days    calendar.Days     // nil: holiday.China()
	Entries []knowledge.Entry // of which those of the kind duty are what a community does by law; nil: knowledge.Sample()
}

// Skill is the skill.
type Skill struct {
	days   calendar.Days
	lawful *knowledge.Index // the duties by law
	barred []barred         // what is not to be put on a community
	texts  *bot.Texts
}

// New returns the skill.
func New(o Options) *Skill {
	if o.Days == nil {
		o.Days = holiday.China()
	}
	if o.Entries == nil {
		o.Entries = knowledge.Sample()
	}
	return &Skill{days: o.Days, lawful: lawful(o.Entries), barred: readBarred(), texts: bot.MustTexts(files)}
}

// Name is the skill's name, in timers and choices.
func (s *Skill) Name() string { return name }

// Routes are the intents that it answers.
func (s *Skill) Routes() []bot.Route {
	return []bot.Route{
		{Intent: "duty.list", Action: bot.ListDuties, Handle: s.list},
		{Intent: "duty.progress", Action: bot.ReportProgress, Handle: s.progress},
	}
}

// Keeps are the records about people.
func (s *Skill) Keeps() []bot.Kept {
	return []bot.Kept{
		{Kind: KindStep, Name: s.say("kept.step", nil), Rule: s.say("kept.rule", nil)},
		{Kind: KindRequest, Name: s.say("kept.request", nil), Rule: s.say("kept.rule", nil)},
	}
}

var (
	listWords  = regexp.MustCompile(`责任清单|重点项目|[0-9一二三四五六七八九十]\s*个?大项`)
	listVerbs  = regexp.MustCompile(`进展|进度|哪些|到期|逾期|超期|有什么|列出|看|历史|记录|经过|完成|做完|办完|办结|谁|单位|怎么样|情况|确认|退回|[0-9]\s*[%%]`)
	otherwise  = regexp.MustCompile(`^(?:meeting\.|inspection\.|remind$|report$|incident\.)`)
	historical = regexp.MustCompile(`历史|记录|经过|谁改|改过|变动|怎么变`)
)

// Guard takes what is said of the lists by their own names, which intents may take for something else, and questions and requests about what a
// community is to do. A question about a complaint isn't ours, nor is a matter that no list knows when it was only asked whose it is.
func (s *Skill) Guard(t *bot.Turn) (bool, error) {
	text := t.Text()
	if t.Session.Skill != "" && t.Session.Skill != name && len([]rune(text)) < 6 {
		return false, nil // an answer to another's question
	}
	if mine, err := s.admission(t, text); mine || err != nil {
		return mine, err
	}
	if mine, err := s.asksWho(t, text); err != nil {
		return false, err
	} else if mine {
		s.settle(t)
		return true, s.list(t)
	}
	named := listWords.MatchString(text) && listVerbs.MatchString(text) || numberIn(text) != "" && historical.MatchString(text)
	if !named || otherwise.MatchString(t.Understood.Intent) && numberIn(text) == "" {
		return false, nil
	}
	s.settle(t)
	if tells(t, text) {
		if !t.Allowed(bot.ReportProgress, "") {
			t.Say(s.say("forbidden", nil))
			return true, nil
		}
		return true, s.progress(t)
	}
	return true, s.list(t)
}

// settle closes our own open question; another skill's stays open.
func (s *Skill) settle(t *bot.Turn) {
	if t.Session.Skill == name {
		t.Settle()
	}
}

// state is what the skill remembers of an open question.
type state struct {
	Ask     string `json:"ask"`
	ID      string `json:"id"` // of the item or the request
	Percent int    `json:"percent,omitempty"`
	Draft   *draft `json:"draft,omitempty"` // a decision that lacks its term or its funds
}

var stopWords = regexp.MustCompile(`^(?:算了|不用|不了|取消|停|没有|没事|跳过|先不)(?:了|吧|啦|吧了)?[。.!！]?$`)

// Continue hears the answer to what was asked.
func (s *Skill) Continue(t *bot.Turn) (bool, error) {
	var st state
	if err := t.Expected(&st); err != nil {
		return false, err
	}
	if stopWords.MatchString(t.Text()) {
		t.Settle()
		t.Say(s.say("dropped", nil))
		return true, nil
	}
	if s.elsewhere(t, st) {
		return false, nil
	}
	switch st.Ask {
	case "percent":
		return true, s.heardPercent(t, st)
	case "lower":
		return true, s.heardLower(t, st)
	case "evidence":
		return true, s.heardEvidence(t, st)
	case "return":
		return true, s.heardReturn(t, st)
	case "street", "agree", "refuse":
		return true, s.heardRequest(t, st)
	}
	t.Settle()
	return false, nil
}

// elsewhere reports whether the message is about something else: a report, a meeting, another item.
func (s *Skill) elsewhere(t *bot.Turn, st state) bool {
	u := t.Understood
	if st.Ask == "agree" || st.Ask == "refuse" || st.Ask == "return" || st.Ask == "lower" {
		return false // reasons may read like anything
	}
	return u.Score > 0.9 && u.Intent != "none" && u.Intent != "confirm" && !strings.HasPrefix(u.Intent, "duty.") && len(t.Message.Attachments) == 0 && st.Ask != "evidence" ||
		st.Ask == "evidence" && u.Score > 0.95 && (u.Intent == "report" || u.Intent == "duty.list" || u.Intent == "ask" || strings.HasPrefix(u.Intent, "meeting.") && u.Intent != "meeting.resolve")
}

// Choose does what a pressed choice says.
func (s *Skill) Choose(t *bot.Turn, verb, argument string) error {
	s.settle(t)
	verbs := map[string]func(*bot.Turn, string) error{
		"show": s.show, "history": s.showHistory, "set": s.set, "update": s.askPercent, "confirm": s.confirm, "return": s.askReturn,
		"late": s.listLate, "mine": s.listMine,
		"request": s.requestAgain, "street": s.chooseStreet, "agree": s.askAgree, "refuse": s.askRefuse, "matter": s.showRequest,
	}
	if act, ok := verbs[verb]; ok {
		return act(t, argument)
	}
	t.Say(s.say("gone", nil))
	return nil
}

func (s *Skill) say(text string, data any) string { return s.texts.Say(text, data) }

// choice makes a choice of ours; its label is the text "choice." and the label's name.
func (s *Skill) choice(label, verb, argument string) bot.Choice {
	return bot.NewChoice(s.say("choice."+label, nil), name, verb, argument)
}

func (s *Skill) expect(t *bot.Turn, st state) error { return t.Expect(name, st) }

// workdays moves a day by n working days, back if n is negative.
func (s *Skill) workdays(day time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for day = midnight(day); n > 0; {
		day = day.AddDate(0, 0, step)
		if work, _ := s.days.Workday(day); work {
			n--
		}
	}
	return day
}
