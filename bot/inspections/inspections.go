// Package inspections is the skill of inspections (督查): rounds over the tree of units, what they find, what becomes of it, and the monthly bulletin.
//
// A Round is one day or a recurring one; it counts once it was echoed and confirmed. When a quarter begins a Plan proposes rounds for all units in it.
// A Finding has a unit that answers for it and a deadline before it counts. What happened to a finding stands in Steps, records of their own that are
// only ever added. A Visit says that a unit was inspected on a day: each unit is to have one in each quarter, and who asks is told which have none.
// Matters are recorded, people are never ranked.
package inspections

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"regexp"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
	"linli/intents/timex"
	"linli/intents/timex/holiday"
)

//go:embed texts
var files embed.FS

const name = "inspections"

// Options are what the skill is made of. All may be left empty.
type Options struct {
	Days calendar.Days // nil: holiday.China()
}

// Skill is the skill.
type Skill struct {
	days   calendar.Days
	checks []checklist
	texts  *bot.Texts
}

// New returns the skill.
func New(o Options) *Skill {
	if o.Days == nil {
		o.Days = holiday.China()
	}
	return &Skill{days: o.Days, checks: readChecklists(), texts: bot.MustTexts(files)}
}

// Name is the skill's name, in timers and choices.
func (s *Skill) Name() string { return name }

// Routes are the intents that it answers.
func (s *Skill) Routes() []bot.Route {
	return []bot.Route{
		{Intent: "inspection.plan", Action: bot.RecordFinding, Handle: s.plan}, // asking what is not covered is for all who inspect; planning is checked there
		{Intent: "inspection.finding", Action: bot.RecordFinding, Handle: s.find},
		{Intent: "inspection.recheck", Action: bot.RecordFinding, Handle: s.recheck},
		{Intent: "inspection.bulletin", Action: bot.PlanInspection, Handle: s.bulletin},
	}
}

// Keeps are the records about people.
func (s *Skill) Keeps() []bot.Kept {
	rule := s.say("kept.rule", nil)
	return []bot.Kept{
		{Kind: KindFinding, Name: s.say("kept.finding", nil), Rule: rule}, {Kind: KindStep, Name: s.say("kept.step", nil), Rule: rule},
		{Kind: KindBulletin, Name: s.say("kept.bulletin", nil), Rule: rule}, {Kind: KindRound, Name: s.say("kept.round", nil), Rule: rule},
	}
}

var (
	numbered    = regexp.MustCompile(`(?i)DC[0-9]{6}-[0-9]+`)
	doneWords   = regexp.MustCompile(`整改(?:好|完|到位)|已(?:经)?整改|清理(?:好|完)|已(?:经)?(?:清理|修好|完成|解决|拆除)|办好|修好|解决了|完成了`)
	passWords   = regexp.MustCompile(`销号|通过|合格|核实无误`)
	backWords   = regexp.MustCompile(`退回|不合格|(?:不|没|未)(?:有)?通过|不到位|重新整改|没整改`)
	underway    = regexp.MustCompile(`正在|在办|在整改|推进|已联系|已安排|已报|等.{0,6}(?:到货|审批|施工)`)
	undone      = regexp.MustCompile(`(?:没|未|不能|无法)(?:有|能)?.{0,4}(?:整改|清理|修好|办好|完成|解决|拆除)`)
	extendWords = regexp.MustCompile(`(?:期限|限期|时间).{0,4}(?:改|延|放宽|宽限|推迟)|延期|延长|宽限`)
	laterWords  = regexp.MustCompile(`改到|改为|延到|推到|推迟`) // of a deadline, unless the unit says what it did
	lookWords   = regexp.MustCompile(`回头看|复查`)
)

// Guard takes what bears the number of a finding, whoever says it: its unit reports, the inspector decides.
func (s *Skill) Guard(t *bot.Turn) (bool, error) {
	if !t.Person.Staff() {
		return false, nil
	}
	id := strings.ToUpper(numbered.FindString(t.Text()))
	if id == "" {
		return s.byWords(t)
	}
	if t.Session.Skill == name {
		t.Settle()
	}
	text := strings.Trim(numbered.ReplaceAllString(t.Text(), ""), " ,，:：。")
	switch {
	case lookWords.MatchString(text):
		return true, s.lookedAt(t, id, text)
	case backWords.MatchString(text):
		return true, s.giveBack(t, id, text)
	case extendWords.MatchString(text) && !strings.HasPrefix(text, "已"), laterWords.MatchString(text) && !doneWords.MatchString(text) && !passWords.MatchString(text):
		return true, s.extend(t, id, text)
	case passWords.MatchString(text):
		return true, s.pass(t, id)
	case doneWords.MatchString(text) && !undone.MatchString(text):
		return true, s.rectified(t, id, text)
	case undone.MatchString(text), underway.MatchString(text):
		return true, s.note(t, id, text)
	case len(t.Message.Attachments) > 0:
		return true, s.addPhoto(t, id, text)
	}
	return true, s.show(t, id)
}

// plan does what the words ask for where the intent is to plan: a round, or what else is said of rounds.
func (s *Skill) plan(t *bot.Turn) error {
	w := wishOf(t.Text())
	if w == wishNothing && askWords.MatchString(t.Text()) {
		w = wishRounds // a question plans nothing
	}
	if mine, err := s.wanted(t, w); mine || err != nil {
		return err
	}
	return s.draftRound(t)
}

// wanted does what is wished, if it is.
func (s *Skill) wanted(t *bot.Turn, w wish) (bool, error) {
	do := map[wish]func(*bot.Turn) error{
		wishFinding: s.find, wishBulletin: s.bulletin, wishCover: s.cover, wishOpen: s.list, wishQuarter: s.planQuarter, wishRounds: s.rounds, wishMove: s.moveRound,
		wishCancel: s.cancelRound,
	}[w]
	if do == nil {
		return false, nil
	}
	right := map[wish]bot.Action{wishFinding: bot.RecordFinding, wishCover: bot.RecordFinding, wishBulletin: bot.PlanInspection, wishQuarter: bot.PlanInspection}[w]
	if right != "" && !t.Allowed(right, "") {
		t.Say(s.say("forbidden", nil))
		return true, nil
	}
	return true, do(t)
}

// byWords takes what staff plainly say of inspections, whatever the model made of it.
func (s *Skill) byWords(t *bot.Turn) (bool, error) {
	text := t.Text()
	if !about(text) || t.Session.Skill != "" && t.Session.Skill != name {
		return false, nil
	}
	w := wishOf(text)
	plans := w == wishNothing && !askWords.MatchString(text) && roundWords.MatchString(text) && len(targets(t, text)) > 0 && len(timex.Find(text, timex.Options{Now: t.Now, Calendar: s.days})) > 0
	if t.Session.Skill == name && w != wishOpen && w != wishRounds && w != wishCover {
		var st state
		if err := t.Expected(&st); err != nil || st.Round == nil && st.Change == nil && st.Finding == nil || !plans && (w == wishNothing || !roundWords.MatchString(text)) {
			return false, err // it may be an answer
		}
		t.Settle() // a whole sentence of its own: what was asked is dropped
	}
	switch {
	case w == wishBulletin && !t.Allowed(bot.PlanInspection, ""), w == wishFinding && !t.Allowed(bot.RecordFinding, ""):
		return false, nil
	case w != wishNothing:
		return s.wanted(t, w)
	case plans && t.Allowed(bot.PlanInspection, ""):
		return true, s.draftRound(t)
	}
	return false, nil
}

// state is what the skill remembers of an open question.
type state struct {
	Ask     string   `json:"ask"`
	ID      string   `json:"id,omitempty"` // of the finding or the visit
	Finding *Finding `json:"finding,omitempty"`
	Round   *Round   `json:"round,omitempty"`
	Change  *change  `json:"change,omitempty"`
	Again   bool     `json:"again,omitempty"` // it was asked already
}

var (
	stopWords = regexp.MustCompile(`^(?:算了|不用|不了|取消|停|没事|不要|别)(?:了|吧|啦)?[。.!！]?$`)
	yesWords  = regexp.MustCompile(`^(?:确认|确定|同意|对|是|是的|好|好的|可以|行|没问题|就这样)(?:计划|安排)?[了吧啊。.!！]*$`)
)

// Continue hears the answer to what was asked.
func (s *Skill) Continue(t *bot.Turn) (bool, error) {
	var st state
	if err := t.Expected(&st); err != nil {
		return false, err
	}
	if stopWords.MatchString(t.Text()) {
		t.Settle()
		if st.Change != nil {
			t.Say(s.say("kept", nil))
			return true, nil
		}
		t.Say(s.say("dropped", nil))
		return true, nil
	}
	switch st.Ask {
	case "finding":
		if s.elsewhere(t) {
			t.Settle()
			return false, nil
		}
		return true, s.complete(t, st)
	case "round":
		return s.heardRound(t, st)
	case "evidence":
		t.Settle()
		return true, s.rectified(t, st.ID, t.Text())
	case "reason":
		t.Settle()
		return true, s.giveBack(t, st.ID, t.Text())
	case "plan":
		if !yesWords.MatchString(t.Text()) {
			return false, nil // it stays to be confirmed
		}
		t.Settle()
		return true, s.decidePlan(t, st.ID, true)
	case "missed":
		return s.heardMissed(t, st)
	case "which", "to", "move", "off":
		return s.heardChange(t, st)
	}
	t.Settle()
	return false, nil
}

// elsewhere reports whether a message answers nothing that a round or a finding may lack: no unit, no time, and more than a word or two.
func (s *Skill) elsewhere(t *bot.Turn) bool {
	text := t.Text()
	return len(t.Message.Attachments) == 0 && len(targets(t, text)) == 0 && len(timex.Find(text, timex.Options{Now: t.Now, Calendar: s.days})) == 0 &&
		s.misnamed(t, text) == "" && (len([]rune(text)) > 6 || askWords.MatchString(text))
}

// Choose does what a pressed choice says.
func (s *Skill) Choose(t *bot.Turn, verb, argument string) error {
	switch verb {
	case "yes":
		return s.confirm(t)
	case "drop":
		t.Settle()
		t.Say(s.say("dropped", nil))
		return nil
	case "keep":
		t.Settle()
		t.Say(s.say("kept", nil))
		return nil
	case "done":
		return s.ask(t, "evidence", argument, s.mayRectify)
	case "pass":
		return s.pass(t, argument)
	case "back":
		return s.ask(t, "reason", argument, s.mayCheck)
	case "fine":
		return s.looked(t, argument, true, s.say("look.fine", nil))
	case "again":
		return s.looked(t, argument, false, s.say("look.again", nil))
	case "visited":
		return s.visited(t, argument, nil)
	case "off":
		return s.cancel(t, argument)
	case "missed":
		return s.askMissed(t, argument)
	case "which":
		return s.chosen(t, argument)
	case "skip":
		return s.skip(t, argument)
	case "plan", "noplan":
		return s.decidePlan(t, argument, verb == "plan")
	case "fill":
		from, to := quarter(t.Now)
		return s.answerPlan(t, argument, from, to)
	}
	t.Say(s.say("gone", nil))
	return nil
}

// Ring does what is due.
func (s *Skill) Ring(t *bot.Turn, timer bot.Timer) error {
	switch timer.Name {
	case "before", "day", "evening":
		return s.ringRound(t, timer)
	case "warn", "late":
		return s.ringDue(t, timer)
	case "look":
		return s.ringLook(t, timer)
	case "begin", "quarter":
		return s.ringQuarter(t, timer)
	}
	return bot.Errorf(bot.Internal, "inspections: nobody knows the timer %s", timer.Name)
}

func (s *Skill) say(text string, data any) string { return s.texts.Say(text, data) }

func (s *Skill) choice(verb, argument string) bot.Choice {
	return bot.NewChoice(s.say("choice."+verb, nil), name, verb, argument)
}

func wake(t *bot.Turn, timer, subject string, at time.Time) error {
	return t.Wake(bot.Timer{Skill: name, Name: timer, Subject: subject, At: at})
}

// newID makes an ID of the message: a turn that runs again for it makes the same.
func newID(t *bot.Turn) string {
	sum := sha256.Sum256([]byte(t.Message.Chat.Channel + "\x00" + t.Message.ID))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}

func on(day time.Time, clock time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, int(clock/time.Second), 0, day.Location())
}

// quarter returns the first moments of the time's quarter and of the next.
func quarter(at time.Time) (from, to time.Time) {
	from = time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, at.Location())
	return from, from.AddDate(0, 3, 0)
}

// who is the person who speaks, as records name them; a timer is nobody.
func who(t *bot.Turn) string {
	if t.Person == nil {
		return ""
	}
	return cmp.Or(t.Person.Name, t.Person.ID)
}

// within are the keys by which a unit's record is found from all units above.
func within(t *bot.Turn, unit string) []string {
	var keys []string
	for _, id := range t.Org.Path(unit) {
		keys = append(keys, "within="+id)
	}
	return keys
}
