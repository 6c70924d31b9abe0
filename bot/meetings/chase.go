package meetings

import (
	"slices"
	"strconv"
	"time"

	"linli/bot"
)

// When an owner is asked about a decision, by the working days until its deadline, and when its success is looked at again.
const (
	chaseBefore = 3 // working days
	lookAfter   = 30 * 24 * time.Hour
)

// assign tells the owner and sets the timers that follow the decision.
func (s *Skill) assign(t *bot.Turn, d *Decision) error {
	chats, err := s.ownerChats(t, d)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if chat != d.Chat {
			t.Tell(chat, bot.Reply{Text: s.say("decision.assigned", map[string]any{"D": d, "Unit": t.Org.Name(d.Unit)}), Choices: s.ownerChoices(d)}, time.Time{})
		}
	}
	return s.setChase(t, d)
}

// setChase sets the next timer: before the deadline, on its day, and each third working day after it.
func (s *Skill) setChase(t *bot.Turn, d *Decision) error {
	day := midnight(d.Due)
	for _, at := range []time.Time{on(s.workdays(day, -chaseBefore), 9*time.Hour), on(day, 9*time.Hour), on(s.workdays(day, 1), 9*time.Hour)} {
		if at.After(t.Now) {
			d.Chase = at
			return wake(t, "chase", d.ID, at)
		}
	}
	d.Chase = on(s.workdays(t.Now, 3), 9*time.Hour)
	return wake(t, "chase", d.ID, d.Chase)
}

// workdays moves a day by working days.
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

// ownerChats is where the owner is spoken to. An owner who is nobody's unit is spoken to where the decision was written down.
func (s *Skill) ownerChats(t *bot.Turn, d *Decision) ([]bot.Chat, error) {
	if d.Owner == "" {
		return []bot.Chat{d.Chat}, nil
	}
	chats, err := t.Chats(d.Owner, bot.GridStaff, bot.Secretary, bot.Street, bot.Liaison)
	if err == nil && len(chats) == 0 {
		chats = []bot.Chat{d.Chat}
	}
	return chats, err
}

func (s *Skill) ownerChoices(d *Decision) []bot.Choice {
	return []bot.Choice{s.choice("done", "done", d.ID), s.choice("later", "later", d.ID), s.choice("up", "up", d.ID)}
}

// ringChase asks the owner how it stands; once the deadline has passed, who wrote it down hears of it too. A month after it was closed they are
// asked whether it stayed solved.
func (s *Skill) ringChase(t *bot.Turn, timer bot.Timer) error {
	d, err := s.decision(t, timer.Subject)
	if err != nil || d == nil {
		return err
	}
	if timer.Name == "look" {
		if d.State == Closed {
			t.Tell(d.Chat, bot.Reply{Text: s.say("decision.look", d), Choices: []bot.Choice{s.choice("again", "reopen", d.ID)}}, time.Time{})
		}
		return nil
	}
	if d.State != Open || !d.Chase.Equal(timer.At) {
		return nil
	}
	chats, err := s.ownerChats(t, d)
	if err != nil {
		return err
	}
	late := t.Now.After(d.Due)
	if late && !slices.Contains(chats, d.Chat) {
		chats = append(chats, d.Chat)
	}
	for _, chat := range chats {
		r := bot.Reply{Text: s.say("chase", map[string]any{"D": d, "Late": late, "Today": midnight(t.Now).Equal(midnight(d.Due)), "Days": int(midnight(t.Now).Sub(midnight(d.Due)) / (24 * time.Hour)), "Unit": t.Org.Name(d.Unit)}), Choices: s.ownerChoices(d)}
		t.Tell(chat, r, time.Time{})
	}
	if err := s.setChase(t, d); err != nil {
		return err
	}
	return s.putDecision(t, d)
}

// may reports whether the person may say how the decision stands: who has the right at its unit, or the staff of its owner.
func (s *Skill) may(t *bot.Turn, d *Decision) bool {
	return t.Allowed(bot.ResolveMeeting, d.Unit) || d.Owner != "" && t.Person.Staff() && t.Org.Within(t.Person.Unit, d.Owner)
}

// theirs reads a decision about which the person may speak. It answers itself when there is none.
func (s *Skill) theirs(t *bot.Turn, id string, checker bool) (*Decision, error) {
	d, err := s.decision(t, id)
	switch {
	case err != nil:
		return nil, err
	case d == nil:
		t.Say(s.say("gone", nil))
	case checker && !t.Allowed(bot.ResolveMeeting, d.Unit), !s.may(t, d):
		t.Say(s.say("decision.notyours", d))
	default:
		return d, nil
	}
	t.Settle()
	return nil, nil
}

// step notes what happened.
func (d *Decision) step(t *bot.Turn, what string) {
	d.Steps = append(d.Steps, Step{At: t.Now, Who: host(t), What: what})
}

// report hears 决议3已经办好了, 决议3销号, 决议3我们定不了.
func (s *Skill) report(t *bot.Turn, n int) error {
	found, err := s.reportable(t)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(found, func(d *Decision) bool { return d.N == n })
	switch {
	case i < 0:
		t.Say(s.say("decision.nosuch", n))
		return nil
	case upWords.MatchString(t.Text()):
		return s.escalate(t, found[i].ID)
	case closeWords.MatchString(t.Text()):
		return s.closeDecision(t, found[i].ID)
	}
	return s.askEvidence(t, found[i].ID)
}

// reportable are the decisions that are not settled yet: of the units where the person decides, and those that their own unit owns.
func (s *Skill) reportable(t *bot.Turn) ([]*Decision, error) {
	var all []*Decision
	for _, state := range []DecisionState{Open, Done, Incomplete} {
		for _, unit := range s.realm(t, bot.ResolveMeeting) {
			found, err := s.decisions(t, "within="+unit, "status="+string(state))
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		for _, unit := range t.Org.Path(t.Person.Unit) {
			found, err := s.decisions(t, "owner="+unit, "status="+string(state))
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	slices.SortStableFunc(all, func(a, b *Decision) int { return a.Due.Compare(b.Due) })
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(d *Decision) bool { again := seen[d.ID]; seen[d.ID] = true; return again || !s.may(t, d) }), nil
}

// listDecisions shows what is not settled yet.
func (s *Skill) listDecisions(t *bot.Turn) error {
	all, err := s.reportable(t)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.Say(s.say("decision.none", nil))
		return nil
	}
	var choices []bot.Choice
	rows := make([]map[string]any, 0, len(all))
	for _, d := range all[:min(20, len(all))] {
		rows = append(rows, map[string]any{"D": d, "Short": short(d.Text, 24), "Late": d.State == Open && t.Now.After(d.Due)})
		if len(choices) < 4 {
			choices = append(choices, bot.NewChoice(s.say("choice.decision", d), name, "decision", d.ID))
		}
	}
	t.Say(s.say("decision.list", map[string]any{"Rows": rows, "N": len(all)}), choices...)
	return nil
}

// showDecision shows one with its history and what can be done.
func (s *Skill) showDecision(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, false)
	if err != nil || d == nil {
		return err
	}
	choices := s.ownerChoices(d)
	if d.State == Done && t.Allowed(bot.ResolveMeeting, d.Unit) {
		choices = s.checkChoices(d)
	}
	t.Say(s.say("decision.show", map[string]any{"D": d, "Unit": t.Org.Name(d.Unit)}), choices...)
	return nil
}

// askEvidence asks the owner for what shows that it is done.
func (s *Skill) askEvidence(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, false)
	if err != nil || d == nil {
		return err
	}
	if d.State != Open {
		t.Say(s.say("decision.state", d))
		return nil
	}
	t.Say(s.say("ask.evidence", d))
	return s.expect(t, "evidence", id)
}

// heardEvidence takes it, and asks who wrote the decision down to check.
func (s *Skill) heardEvidence(t *bot.Turn, id string) (bool, error) {
	if t.Text() == "" && len(t.Message.Attachments) == 0 || question.MatchString(t.Text()) {
		return false, nil
	}
	d, err := s.theirs(t, id, false)
	if err != nil || d == nil || d.State != Open {
		return true, err
	}
	t.Settle()
	d.State = Done
	d.Steps = append(d.Steps, Step{At: t.Now, Who: host(t), What: short(t.Text(), 500), Files: t.Message.Attachments})
	t.Say(s.say("decision.done", d))
	if d.Chat != t.Message.Chat {
		t.Tell(d.Chat, bot.Reply{Text: s.say("decision.check", map[string]any{"D": d, "Step": d.Steps[len(d.Steps)-1], "Files": len(t.Message.Attachments)}), Choices: s.checkChoices(d)}, time.Time{})
	} else if t.Allowed(bot.ResolveMeeting, d.Unit) {
		t.Say(s.say("decision.check", map[string]any{"D": d, "Step": d.Steps[len(d.Steps)-1], "Files": len(t.Message.Attachments)}), s.checkChoices(d)...)
	}
	return true, s.putDecision(t, d)
}

func (s *Skill) checkChoices(d *Decision) []bot.Choice {
	return []bot.Choice{s.choice("close", "close", d.ID), s.choice("answered", "answered", d.ID), s.choice("reopen", "reopen", d.ID)}
}

// closeDecision checks it off: 销号.
func (s *Skill) closeDecision(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, true)
	if err != nil || d == nil {
		return err
	}
	if d.State != Done && d.State != Answered {
		t.Say(s.say("decision.notdone", d))
		return nil
	}
	if err := wake(t, "look", d.ID, on(s.workdays(t.Now.Add(lookAfter-24*time.Hour), 1), 9*time.Hour)); err != nil {
		return err
	}
	return s.settle(t, d, Closed, "decision.closed")
}

// closeAnswered notes that the owner has answered, but the matter is not solved.
func (s *Skill) closeAnswered(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, true)
	if err != nil || d == nil {
		return err
	}
	return s.settle(t, d, Answered, "decision.answered")
}

// settle gives the decision its new state and tells the owner.
func (s *Skill) settle(t *bot.Turn, d *Decision, state DecisionState, text string) error {
	d.State = state
	d.step(t, s.say(text+".step", nil))
	t.Say(s.say(text, d))
	chats, err := s.ownerChats(t, d)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if chat != t.Message.Chat {
			t.Tell(chat, bot.Reply{Text: s.say(text, d)}, time.Time{})
		}
	}
	return s.putDecision(t, d)
}

func (s *Skill) askReason(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, true)
	if err != nil || d == nil {
		return err
	}
	t.Say(s.say("ask.reason", d))
	return s.expect(t, "reopen", id)
}

// heardReason gives the decision back to its owner, with a week more if its deadline has passed.
func (s *Skill) heardReason(t *bot.Turn, id string) (bool, error) {
	d, err := s.theirs(t, id, true)
	if err != nil || d == nil {
		return true, err
	}
	t.Settle()
	d.State = Open
	d.step(t, short(t.Text(), 500))
	if at := s.deadline(t.Text(), t.Now); !at.IsZero() {
		d.Due = at
	} else if !d.Due.After(t.Now) {
		d.Due = on(s.workdays(t.Now, 5), 18*time.Hour)
	}
	chats, err := s.ownerChats(t, d)
	if err != nil {
		return true, err
	}
	for _, chat := range chats {
		if chat != t.Message.Chat {
			t.Tell(chat, bot.Reply{Text: s.say("decision.back", map[string]any{"D": d, "Why": t.Text()}), Choices: s.ownerChoices(d)}, time.Time{})
		}
	}
	t.Say(s.say("decision.reopened", d))
	if err := s.setChase(t, d); err != nil {
		return true, err
	}
	return true, s.putDecision(t, d)
}

// askLater asks until when more time is needed.
func (s *Skill) askLater(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, false)
	if err != nil || d == nil {
		return err
	}
	if d.State != Open {
		t.Say(s.say("decision.state", d))
		return nil
	}
	t.Say(s.say("ask.later", d))
	return s.expect(t, "later", id)
}

// heardLater asks who wrote the decision down for more time; it is theirs to give. One who may give it takes it at once.
func (s *Skill) heardLater(t *bot.Turn, id string) (bool, error) {
	d, err := s.theirs(t, id, false)
	if err != nil || d == nil {
		return true, err
	}
	at := s.deadline(t.Text(), t.Now)
	if at.IsZero() || !at.After(d.Due) {
		if s.elsewhere(t) {
			return false, nil
		}
		t.Say(s.say("ask.again.due", d))
		return true, nil
	}
	t.Settle()
	if !t.Allowed(bot.ResolveMeeting, d.Unit) {
		t.Tell(d.Chat, bot.Reply{
			Text:    s.say("later.asked", map[string]any{"D": d, "At": at, "Who": host(t), "Why": short(t.Text(), 200)}),
			Choices: []bot.Choice{s.choice("grant", "grant", d.ID+"/"+strconv.FormatInt(at.Unix(), 10))},
		}, time.Time{})
		t.Say(s.say("later.sent", map[string]any{"D": d, "At": at}))
		d.step(t, short(t.Text(), 200))
		return true, s.putDecision(t, d)
	}
	return true, s.extend(t, d, at)
}

// extend gives the decision its new deadline.
func (s *Skill) extend(t *bot.Turn, d *Decision, at time.Time) error {
	d.Due = at
	d.step(t, s.say("later.step", at))
	if err := s.setChase(t, d); err != nil {
		return err
	}
	return s.settle(t, d, Open, "later.given")
}
