// Package meetings is the skill of meetings and reminders: liaison meetings (联席会议) and their kin are arranged, moved, cancelled and listed, their
// members invited and reminded, their topics collected, their decisions followed to the end; and anybody is reminded of anything.
//
// What is true stands in records: a Meeting is one sitting, a Series makes sittings, a Topic and a Decision belong to one, a Reminder is somebody's
// own. A timer only wakes the skill: it looks at the record and does what is due by it, or nothing. Others hear of a change a minute after it was
// made, so that who made it can still take it back; what they were told last stands in the record, and the difference is what they are told.
package meetings

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
	"linli/intents/timex/holiday"
)

//go:embed texts
var files embed.FS

const name = "meetings"

// Options are what the skill is made of. All may be left empty.
type Options struct {
	Days    calendar.Days               // nil: holiday.China()
	File    func(meeting string) string // address of a meeting's calendar file, see Invitation; nil: invitations bear none
	Cadence map[string]Times            // how often a level's liaison meetings are to be, by the level of its unit; nil: Cadence
}

// Skill is the skill.
type Skill struct {
	days    calendar.Days
	cadence map[string]Times
	file    func(string) string
	texts   *bot.Texts
}

// New returns the skill.
func New(o Options) *Skill {
	s := &Skill{days: o.Days, cadence: o.Cadence, file: o.File, texts: bot.MustTexts(files)}
	if s.days == nil {
		s.days = holiday.China()
	}
	if s.cadence == nil {
		s.cadence = Cadence
	}
	return s
}

// Name is the skill's name, in timers and choices.
func (s *Skill) Name() string { return name }

// Routes are the intents that it answers.
func (s *Skill) Routes() []bot.Route {
	return []bot.Route{
		{Intent: "meeting.schedule", Action: bot.ArrangeMeeting, Handle: s.schedule},
		{Intent: "meeting.reschedule", Action: bot.ArrangeMeeting, Handle: s.reschedule},
		{Intent: "meeting.cancel", Action: bot.SetReminder, Handle: s.cancel}, // one's own reminder, too; meetings are checked there
		{Intent: "meeting.list", Action: bot.ListMeetings, Handle: s.list},
		{Intent: "meeting.topic", Action: bot.ProposeTopic, Handle: s.topic},
		{Intent: "meeting.rsvp", Action: bot.ProposeTopic, Handle: s.answer},
		{Intent: "meeting.resolve", Action: bot.ListMeetings, Handle: s.resolve}, // a unit's own decision is reported by those who may; see there
		{Intent: "remind", Action: bot.SetReminder, Handle: s.remind},
	}
}

// Keeps are the records about people.
func (s *Skill) Keeps() []bot.Kept {
	kept := []bot.Kept{}
	for _, kind := range []string{KindMeeting, KindTopic, KindDecision, KindReminder} {
		kept = append(kept, bot.Kept{Kind: kind, Name: s.say("kept."+kind, nil), Rule: s.say("kept."+kind+".rule", nil)})
	}
	return kept
}

// Guard takes what is written in a form of its own: 议题:…, 纪要:…, 决议:…, 表决:…, 决议3已办好; 半小时后提醒我…; the numbers of a
// vote; and what is asked about the figures of liaison meetings, one's own topics and the decisions that are open, which no intent tells apart.
func (s *Skill) Guard(t *bot.Turn) (bool, error) {
	settle := func() {
		if t.Session.Skill == name {
			t.Settle() // another skill's question stays open
		}
	}
	if s.asksReminder(t) {
		return true, s.remind(t)
	}
	if !t.Person.Staff() {
		return false, nil
	}
	if number := decisionForm.FindStringSubmatch(t.Text()); number != nil {
		settle()
		return true, s.report(t, atoi(number[1]))
	}
	if strings.Contains(t.Text(), "联席") && figureWords.MatchString(t.Text()) {
		settle()
		return true, s.figures(t)
	}
	if ownTopics.MatchString(t.Text()) {
		settle()
		return true, s.myTopics(t)
	}
	if pendingWords.MatchString(t.Text()) {
		settle()
		return true, s.listDecisions(t)
	}
	if _, votes := readVote(t.Text()); votes && t.Allowed(bot.ResolveMeeting, "") {
		settle()
		return true, s.vote(t, t.Text())
	}
	form, _, ok := cutForm(t.Text())
	if !ok {
		return false, nil
	}
	action, handle := bot.ResolveMeeting, s.resolve
	if form == formTopic {
		action, handle = bot.ProposeTopic, s.topic
	}
	if !t.Allowed(action, "") {
		t.Say(s.say("forbidden", nil))
		return true, nil
	}
	settle()
	return true, handle(t)
}

// state is what the skill remembers of an open question. One of its fields says which question it is.
type state struct {
	Draft *draft `json:"draft,omitempty"` // a meeting that is not complete yet
	Note  *note  `json:"note,omitempty"`  // a reminder that is not complete yet
	Ask   string `json:"ask,omitempty"`   // a question about a record, see the verbs
	ID    string `json:"id,omitempty"`    // of that record
}

// stopWords end a question without an answer to it.
var stopWords = regexp.MustCompile(`^(?:算了|不用|不了|不办|不要|不弄|不安排|不设|不提醒|取消|停|没事|别)(?:了|吧|啦|吧了)?[。.!！]?$`)

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
	switch {
	case st.Draft != nil:
		return s.continueDraft(t, *st.Draft)
	case st.Note != nil:
		return s.continueNote(t, *st.Note)
	}
	if answer, ok := s.questions()[st.Ask]; ok {
		return answer(t, st.ID)
	}
	t.Settle()
	return false, nil
}

// questions are what may be asked about a record, and what hears the answer.
func (s *Skill) questions() map[string]func(*bot.Turn, string) (bool, error) {
	return map[string]func(*bot.Turn, string) (bool, error){
		"retime": s.heardTime, "replace": s.heardPlace, "deputy": s.heardDeputy, "minutes": s.heardMinutes,
		"owner": s.heardOwner, "due": s.heardDue, "evidence": s.heardEvidence, "reopen": s.heardReason, "later": s.heardLater, "choose": s.heardChoice, "snooze": s.heardSnooze,
	}
}

func (s *Skill) expect(t *bot.Turn, ask, id string) error {
	return t.Expect(name, state{Ask: ask, ID: id})
}

// Choose does what a pressed choice says.
func (s *Skill) Choose(t *bot.Turn, verb, argument string) error {
	if verb == "draft" {
		return s.chooseDraft(t, argument)
	}
	if verb == "note" {
		return s.chooseNote(t, argument)
	}
	if act, ok := s.verbs()[verb]; ok {
		return act(t, argument)
	}
	t.Say(s.say("gone", nil))
	return nil
}

// verbs are the choices about a record.
func (s *Skill) verbs() map[string]func(*bot.Turn, string) error {
	return map[string]func(*bot.Turn, string) error{
		"show": s.show, "retime": s.askTime, "replace": s.askPlace, "cancel": s.cancelOne, "restore": s.restore, "end": s.endSeries, "shift": s.setShift,
		"yes": s.answerYes, "no": s.answerNo, "deputy": s.askDeputy,
		"pick": s.pick, "agenda": s.sendAgenda, "minutes": s.askMinutes, "extract": s.extract,
		"done": s.askEvidence, "close": s.closeDecision, "answered": s.closeAnswered, "reopen": s.askReason, "up": s.escalate, "later": s.askLater, "grant": s.grant, "decision": s.showDecision,
		"drop": s.dropReminder, "snooze": s.askSnooze,
	}
}

// Ring does what is due.
func (s *Skill) Ring(t *bot.Turn, timer bot.Timer) error {
	switch timer.Name {
	case "tell":
		return s.ringTell(t, timer)
	case "remind":
		return s.ringRemind(t, timer)
	case "nag":
		return s.ringNag(t, timer)
	case "call", "choose", "agenda":
		return s.ringTopics(t, timer)
	case "after":
		return s.ringAfter(t, timer)
	case "sit":
		return s.ringSit(t, timer)
	case "own":
		return s.ringOwn(t, timer)
	case "forget":
		return s.forgetOwn(t, timer)
	case "chase", "look":
		return s.ringChase(t, timer)
	case "cadence":
		return s.ringCadence(t, timer)
	}
	return bot.Errorf(bot.Internal, "meetings: nobody knows the timer %s", timer.Name)
}

func (s *Skill) say(text string, data any) string { return s.texts.Say(text, data) }

// choice makes a choice of ours; its label is the text "choice." and the label's name.
func (s *Skill) choice(label, verb, argument string) bot.Choice {
	return bot.NewChoice(s.say("choice."+label, nil), name, verb, argument)
}

// wake sets a timer of ours.
func wake(t *bot.Turn, timer, subject string, at time.Time) error {
	return t.Wake(bot.Timer{Skill: name, Name: timer, Subject: subject, At: at})
}

// newID makes an ID of the message: a turn that runs again for it makes the same.
func newID(t *bot.Turn, salt string) string {
	seed := salt
	if m := t.Message; m != nil {
		seed = m.Chat.Channel + "\x00" + m.ID + "\x00" + salt
	}
	sum := sha256.Sum256([]byte(seed))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}

// local gives a time that came out of a record the zone that we live in.
func local(t *bot.Turn, at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.In(t.Now.Location())
}

// host is the person who speaks, as records name them.
func host(t *bot.Turn) string { return cmp.Or(t.Person.Name, t.Person.ID) }
