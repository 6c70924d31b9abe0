package meetings

import (
	"strconv"
	"strings"
	"time"

	"linli/bot"
)

// grant gives the time that was asked for.
func (s *Skill) grant(t *bot.Turn, argument string) error {
	id, unix, _ := strings.Cut(argument, "/")
	d, err := s.theirs(t, id, true)
	if err != nil || d == nil {
		return err
	}
	seconds, err := strconv.ParseInt(unix, 10, 64)
	if err != nil || d.State != Open {
		t.Say(s.say("decision.state", d))
		return nil
	}
	return s.extend(t, d, time.Unix(seconds, 0).In(t.Now.Location()))
}

// above is the unit one level up that holds meetings: a department's is the unit that it belongs to.
func above(o *bot.Org, unit string) string {
	if u := o.Unit(unit); u != nil {
		return u.Parent
	}
	return ""
}

// escalate makes a topic of the level above of what this level cannot decide. The decision is settled here as passed on; it is not resolved.
func (s *Skill) escalate(t *bot.Turn, id string) error {
	d, err := s.theirs(t, id, false)
	if err != nil || d == nil {
		return err
	}
	if !t.Allowed(bot.ResolveMeeting, d.Unit) {
		// The owner cannot pass it on; who wrote it down can.
		t.Tell(d.Chat, bot.Reply{Text: s.say("up.asked", map[string]any{"D": d, "Who": host(t)}), Choices: []bot.Choice{s.choice("up", "up", d.ID)}}, time.Time{})
		t.Say(s.say("up.sent", d))
		return nil
	}
	up := above(t.Org, d.Unit)
	if up == "" || d.State == Closed || d.State == Raised {
		t.Say(s.say("up.none", d))
		return nil
	}
	p := &Topic{ID: newID(t, "up"+d.ID), Unit: up, Text: d.Text, By: t.Person.ID, ByName: host(t), Chat: t.Message.Chat, State: Proposed, From: d.Unit, Made: t.Now}
	if err := p.number(t); err != nil {
		return err
	}
	m, err := s.nextCollecting(t, up)
	if err != nil {
		return err
	}
	if m != nil && m.Agenda == nil {
		p.Meeting = m.ID
	}
	if err := s.putTopic(t, p); err != nil {
		return err
	}
	chats, err := t.Chats(up, bot.Street, bot.Liaison, bot.Secretary)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		t.Tell(chat, bot.Reply{Text: s.say("up.told", map[string]any{"D": d, "From": t.Org.Name(d.Unit), "M": m, "Steps": d.Steps})}, time.Time{})
	}
	d.State = Raised
	d.step(t, s.say("up.step", t.Org.Name(up)))
	t.Say(s.say("up.done", map[string]any{"D": d, "Up": t.Org.Name(up), "M": m}))
	return s.putDecision(t, d)
}
