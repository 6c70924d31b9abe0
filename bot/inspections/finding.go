package inspections

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// The kinds of records.
const (
	KindFinding = "finding"
	KindStep    = "finding-step" // added, never changed
	KindRound   = "round"
	KindVisit   = "visit"
)

// State is where a finding stands.
type State string

// The states of a finding.
const (
	Open     State = "open"
	Reported State = "reported" // its unit says that it is put right; nobody has checked
	Closed   State = "closed"   // checked: 销号
)

// Finding is something that is to be put right.
type Finding struct {
	ID    string           `json:"id"`
	Unit  string           `json:"unit"` // that answers for it
	Text  string           `json:"text"`
	Due   time.Time        `json:"due"`
	State State            `json:"state"`
	By    string           `json:"by"`
	Who   string           `json:"who"`
	Chat  bot.Chat         `json:"chat"` // of the inspector
	Files []bot.Attachment `json:"files,omitempty"`
	Made  time.Time        `json:"made"`
	Steps int              `json:"steps"`
	Up    int              `json:"up,omitempty"`   // how many levels it has gone up
	Chase time.Time        `json:"chase,omitzero"` // when it is next asked whether it is overdue
	Look  time.Time        `json:"look,omitzero"`  // when it is looked at again
	Held  bool             `json:"held,omitempty"` // looked at again, and still right
}

// StateName is shown to who watches.
func (f *Finding) StateName() string { return string(f.State) }

// Step is something that happened to a finding: who, when, from, to and why.
type Step struct {
	Finding string           `json:"finding"`
	At      time.Time        `json:"at"`
	By      string           `json:"by,omitempty"`
	Who     string           `json:"who,omitempty"` // "" when time did it
	From    State            `json:"from,omitempty"`
	To      State            `json:"to"`
	Why     string           `json:"why"`
	Due     time.Time        `json:"due,omitzero"`
	Files   []bot.Attachment `json:"files,omitempty"`
}

func (f *Finding) local(t *bot.Turn) {
	loc := t.Now.Location()
	f.Due, f.Made = f.Due.In(loc), f.Made.In(loc)
}

// load reads the finding; it is nil, and the person is told, if there is none or it is none of theirs.
func (s *Skill) load(t *bot.Turn, id string, may func(*bot.Turn, *Finding) bool) (*Finding, error) {
	var f Finding
	known, err := t.Get(KindFinding, id, &f)
	if err != nil {
		return nil, err
	}
	if !known || !s.mayRectify(t, &f) && !s.mayCheck(t, &f) {
		t.Say(s.say("unknown", id))
		return nil, nil
	}
	f.local(t)
	if !may(t, &f) {
		t.Say(s.say("forbidden", nil))
		return nil, nil
	}
	return &f, nil
}

func (s *Skill) mayCheck(t *bot.Turn, f *Finding) bool { return t.Allowed(bot.RecordFinding, f.Unit) }
func (s *Skill) mayRectify(t *bot.Turn, f *Finding) bool {
	return t.Allowed(bot.ReportProgress, f.Unit) || t.Allowed(bot.HandleIncident, f.Unit)
}
func (s *Skill) maySee(t *bot.Turn, f *Finding) bool { return true } // load has looked already

// move gives the finding its new state and adds the step that says so.
func (s *Skill) move(t *bot.Turn, f *Finding, to State, why string) error {
	f.Steps++
	step := Step{Finding: f.ID, At: t.Now, Who: who(t), From: f.State, To: to, Why: why, Due: f.Due}
	keys := []string{"finding=" + f.ID}
	if t.Person != nil && t.Message != nil {
		step.By, step.Files = t.Person.ID, t.Message.Attachments
		keys = append(keys, "by="+t.Person.ID)
	}
	f.State = to
	if err := t.Put(KindStep, fmt.Sprintf("%s/%d", f.ID, f.Steps), step, t.Now, keys...); err != nil {
		return err
	}
	return s.put(t, f)
}

func (s *Skill) put(t *bot.Turn, f *Finding) error {
	return t.Put(KindFinding, f.ID, f, f.Made, append(within(t, f.Unit), "unit="+f.Unit, "state="+string(f.State), "by="+f.By)...)
}

// unitsIn are the units that the text names, without those whose name is part of a longer name there.
func unitsIn(t *bot.Turn, text string) []*bot.Unit {
	var found []*bot.Unit
	for _, u := range t.Org.Units() {
		if u.Level != "grid" && strings.Contains(text, u.Name) {
			found = append(found, u)
		}
	}
	slices.SortStableFunc(found, func(a, b *bot.Unit) int { return len(b.Name) - len(a.Name) })
	var all []*bot.Unit
	for _, u := range found {
		if strings.Contains(text, u.Name) {
			all = append(all, u)
			text = strings.ReplaceAll(text, u.Name, "\x00")
		}
	}
	return all
}

// find records a finding, or asks once for what it lacks.
func (s *Skill) find(t *bot.Turn) error {
	if wishOf(t.Text()) == wishOpen {
		return s.list(t)
	}
	return s.complete(t, state{Ask: "finding", Finding: &Finding{
		Text: t.Text(), By: t.Person.ID, Who: who(t), Chat: t.Message.Chat, Files: t.Message.Attachments, State: Open,
	}})
}

func (s *Skill) complete(t *bot.Turn, st state) error {
	f := st.Finding
	if st.Again {
		f.Files = append(f.Files, t.Message.Attachments...) // a photo that came with the answer
	}
	if f.Unit == "" {
		units := unitsIn(t, t.Text())
		if len(units) == 1 {
			f.Unit = units[0].ID
		}
	}
	f.Due = f.Due.In(t.Now.Location())
	invalid := ""
	if f.Due.IsZero() || f.Due.Year() < 2000 {
		f.Due, invalid = s.deadline(t.Text(), t.Now)
	}
	if f.Unit != "" && !t.Allowed(bot.RecordFinding, f.Unit) {
		t.Settle()
		t.Say(s.say("outside", t.Org.Name(f.Unit)))
		return nil
	}
	if f.Unit == "" || f.Due.IsZero() {
		if st.Again && invalid == "" { // who names a day that can't be is asked for another
			t.Settle()
			t.Say(s.say("incomplete", nil))
			return nil
		}
		st.Again = true
		t.Say(s.say("ask.finding", map[string]any{"Unit": f.Unit == "", "Due": f.Due.IsZero(), "Invalid": invalid}))
		return t.Expect(name, st)
	}
	t.Settle()
	return s.record(t, f)
}

func (s *Skill) record(t *bot.Turn, f *Finding) error {
	day := t.Now.Format("060102")
	n, err := t.Next("findings/" + day)
	if err != nil {
		return err
	}
	f.ID, f.Made = fmt.Sprintf("DC%s-%d", day, n), t.Now
	if err := s.setDue(t, f); err != nil {
		return err
	}
	if err := s.move(t, f, Open, f.Text); err != nil {
		return err
	}
	if err := s.visit(t, f.Unit, t.Now); err != nil {
		return err
	}
	data := s.view(t, f)
	t.Say(s.say("finding.recorded", data))
	return s.tell(t, f.Unit, bot.Reply{Text: s.say("finding.told", data), Files: f.Files, Choices: []bot.Choice{s.choice("done", f.ID)}})
}

func (s *Skill) view(t *bot.Turn, f *Finding) map[string]any {
	return map[string]any{"F": f, "Unit": t.Org.Name(f.Unit), "State": s.say("state."+string(f.State), nil), "Late": f.State == Open && t.Now.After(f.Due), "Up": ""}
}

// tell speaks to a unit's staff.
func (s *Skill) tell(t *bot.Turn, unit string, r bot.Reply) error {
	chats, err := t.Chats(unit, bot.Secretary, bot.Street)
	for _, c := range chats {
		t.Tell(c, r, time.Time{})
	}
	return err
}

func (s *Skill) ask(t *bot.Turn, question, id string, may func(*bot.Turn, *Finding) bool) error {
	f, err := s.load(t, id, may)
	if err != nil || f == nil {
		return err
	}
	t.Say(s.say("ask."+question, f))
	return t.Expect(name, state{Ask: question, ID: id})
}

// rectified notes what the unit did, with its evidence.
func (s *Skill) rectified(t *bot.Turn, id, evidence string) error {
	f, err := s.load(t, id, s.mayRectify)
	if err != nil || f == nil {
		return err
	}
	if f.State != Open {
		t.Say(s.say("finding.state", s.view(t, f)))
		return nil
	}
	if evidence == "" && len(t.Message.Attachments) == 0 {
		return s.ask(t, "evidence", id, s.mayRectify)
	}
	if err := s.move(t, f, Reported, evidence); err != nil {
		return err
	}
	data := s.view(t, f)
	data["Why"], data["Who"] = evidence, who(t)
	t.Say(s.say("rectified", data))
	t.Tell(f.Chat, bot.Reply{Text: s.say("rectified.told", data), Files: t.Message.Attachments, Choices: []bot.Choice{s.choice("pass", id), s.choice("back", id)}}, time.Time{})
	return nil
}

// pass checks the finding off, and has it looked at again.
func (s *Skill) pass(t *bot.Turn, id string) error {
	f, err := s.load(t, id, s.mayCheck)
	if err != nil || f == nil {
		return err
	}
	if f.State != Reported {
		t.Say(s.say("finding.state", s.view(t, f)))
		return nil
	}
	at, err := s.nextLook(t, f.Unit)
	if err != nil {
		return err
	}
	if err := s.setLook(t, f, at); err != nil {
		return err
	}
	f.Held = false
	if err := s.move(t, f, Closed, s.say("passed.step", nil)); err != nil {
		return err
	}
	data := s.view(t, f)
	// When it is looked at again is for the inspector alone: the round on that day may be one that comes unannounced.
	text := "passed"
	if t.Message.Chat.Group {
		text = "passed.told"
	}
	t.Say(s.say(text, data))
	chats, err := t.Chats(f.Unit, bot.Secretary, bot.Street)
	for _, c := range chats {
		if c != t.Message.Chat { // there it was said just now
			t.Tell(c, bot.Reply{Text: s.say("passed.told", data)}, time.Time{})
		}
	}
	return err
}

// giveBack returns the finding with the reason. Its deadline changes only if the words name another.
func (s *Skill) giveBack(t *bot.Turn, id, why string) error {
	f, err := s.load(t, id, s.mayCheck)
	if err != nil || f == nil {
		return err
	}
	if f.State != Reported {
		t.Say(s.say("finding.state", s.view(t, f)))
		return nil
	}
	why = strings.Trim(why, " ,，:：。")
	if bare := backWords.ReplaceAllString(why, ""); strings.Trim(bare, " ,，:：") == "" {
		return s.ask(t, "reason", id, s.mayCheck)
	}
	return s.reopen(t, f, why)
}

func (s *Skill) reopen(t *bot.Turn, f *Finding, why string) error {
	if at, _ := s.deadline(why, t.Now); !at.IsZero() {
		f.Due = at
	}
	if err := s.setDue(t, f); err != nil {
		return err
	}
	if err := s.move(t, f, Open, why); err != nil {
		return err
	}
	data := s.view(t, f)
	data["Why"] = why
	t.Say(s.say("returned", data))
	return s.tell(t, f.Unit, bot.Reply{Text: s.say("returned.told", data), Files: t.Message.Attachments, Choices: []bot.Choice{s.choice("done", f.ID)}})
}
