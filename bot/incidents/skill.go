package incidents

import (
	"cmp"
	"embed"
	"strings"

	"linli/bot"
	"linli/intents"
	"linli/intents/timex/holiday"
)

//go:embed texts
var files embed.FS

// name is the skill's, in choices and sessions.
const name = "incidents"

// Options are what the skill is made with. The zero value works: the table of intents, no helpers, the calendar of China.
type Options struct {
	Categories []Category          // nil: the table that ships with intents
	Dispatch   []Rule              // who helps with which code
	Duties     map[string][]string // of departments by unit: what Dispatch names them by
	Days       holiday.Calendar    // nil: holiday.China
	Office     holiday.Office      // zero: 9:00–12:00, 14:00–17:30
	Rank       Ranker              // nil: by the words that names and examples of the table share with the message
	MinSample  int                 // the least number of answers for a rate; 0: 10
}

// Ranker returns the likeliest categories of a message, best first, with their probabilities; intents.Model.Category is one.
type Ranker func(text string, top int) []intents.ScoredCategory

// Skill is the life of a case in the chat.
type Skill struct {
	table    *table
	dispatch []Rule
	duties   map[string][]string
	clock    Clock
	rank     Ranker
	least    int
	texts    *bot.Texts
	commands []command
}

// New returns the skill.
func New(o Options) *Skill {
	if o.Categories == nil {
		o.Categories = shipped()
	}
	if o.Days == nil {
		o.Days = holiday.China()
	}
	if o.Office == (holiday.Office{}) {
		o.Office = Office
	}
	t, err := newTable(o.Categories)
	if err != nil {
		panic("incidents: " + err.Error()) // an embedded file, which a test reads
	}
	s := &Skill{
		table: t, dispatch: o.Dispatch, duties: o.Duties, clock: Clock{Days: o.Days, Office: o.Office},
		rank: o.Rank, least: cmp.Or(o.MinSample, 10), texts: bot.MustTexts(files),
	}
	s.commands = s.staffCommands()
	return s
}

// Name is the skill's.
func (s *Skill) Name() string { return name }

// Routes are what residents and staff say about cases.
func (s *Skill) Routes() []bot.Route {
	return []bot.Route{
		{Intent: "report", Action: bot.ReportIncident, Handle: s.report},
		{Intent: "wish", Action: bot.ReportIncident, Handle: s.report},
		{Intent: "track", Action: bot.ReportIncident, Handle: s.track},
		{Intent: "rate", Action: bot.ReportIncident, Handle: s.rate},
		{Intent: "incident.list", Action: bot.HandleIncident, Handle: s.board},
		{Intent: "incident.accept", Action: bot.HandleIncident, Handle: s.named(s.sign)},
		{Intent: "incident.done", Action: bot.HandleIncident, Handle: s.named(s.done)},
		{Intent: "incident.transfer", Action: bot.HandleIncident, Handle: s.named(s.transfer)},
		{Intent: "stats", Action: bot.ReadStatistics, Handle: s.stats},
	}
}

// Keeps are the cases that a person reported.
func (s *Skill) Keeps() []bot.Kept {
	return []bot.Kept{{Kind: KindCase, Name: s.say("kept.cases", nil), Rule: s.say("kept.rule", nil)}}
}

func (s *Skill) say(text string, data any) string { return s.texts.Say(text, data) }

// choice returns a button that calls Choose.
func (s *Skill) choice(label, verb string, argument ...string) bot.Choice {
	return bot.NewChoice(s.say("choice."+label, nil), name, verb, strings.Join(argument, "|"))
}

// choices are the verbs of buttons. Those with a case as their argument get it read.
func (s *Skill) choices() map[string]func(*bot.Turn, *Case, string) error {
	return map[string]func(*bot.Turn, *Case, string) error{
		"category": s.offerCategories, "cat": s.chooseCategory, "family": s.chooseFamily, "place": s.askPlaceAgain, "unit": s.chooseUnit, "add": s.askMore,
		"withdraw": s.withdraw, "show": s.show, "story": s.story, "join": s.joinChosen, "apart": s.apart,
		"sign": s.sign, "contact": s.contact, "done": s.done, "more": s.more, "return": s.giveBack, "transfer": s.transfer, "assist": s.assist,
		"to": s.chooseTarget, "helper": s.chooseHelper, "ask": s.ask, "note": s.note, "time": s.askTime, "grant": s.grantTime, "refuse": s.refuseTime,
		"undo": s.undo, "solved": s.rateSolved, "contacted": s.rateContacted, "satisfied": s.rateSatisfied, "mediate": s.mediate, "arrive": s.arrive,
		"reply": s.askReply, "resume": s.resume, "supervise": s.supervise,
	}
}

// Choose acts on a pressed button.
func (s *Skill) Choose(t *bot.Turn, verb, argument string) error {
	if verb == "board" {
		return s.board(t)
	}
	id, rest, _ := strings.Cut(argument, "|")
	act := s.choices()[verb]
	c, err := load(t, id)
	if err != nil {
		return err
	}
	if act == nil || c == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	if looks := verb == "show" || verb == "story"; !Sees(t.Org, t.Person, c) || !looks && len(Actors(t.Org, t.Person, c)) == 0 {
		// The same words for a case that isn't there and one that is none of theirs: nothing is learnt by pressing.
		t.Say(s.say("notyours", nil))
		return nil
	}
	if c.Secret && t.Message.Chat.Group {
		t.Say(s.say("private", nil))
		return nil
	}
	t.Session.Case = c.ID
	return act(t, c, rest)
}

// named finds the case that the message is about and acts on it.
func (s *Skill) named(act func(*bot.Turn, *Case, string) error) func(*bot.Turn) error {
	return func(t *bot.Turn) error {
		c, err := s.meant(t, func(c *Case) bool { return c.Open() })
		if c == nil || err != nil {
			return err
		}
		return act(t, c, t.Text())
	}
}
