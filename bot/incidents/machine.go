package incidents

import (
	"slices"
	"time"

	"linli/bot"
)

// State is where a case stands.
type State string

// The states.
const (
	Draft      State = "draft"      // something is missing, or the reporter is asked whether to join
	Alarm      State = "alarm"      // an emergency as it came in; only a person ends it
	Reported   State = "reported"   // complete
	Accepted   State = "accepted"   // 受理; if it stays here, a dispatcher has to say who is in charge
	Dispatched State = "dispatched" // 派单
	Returned   State = "returned"   // 退单, waits for a dispatcher
	Signed     State = "signed"     // 签收
	Contacted  State = "contacted"  // 联系
	InHand     State = "inhand"     // 办理
	Answered   State = "answered"   // 答复
	Closed     State = "closed"     // 办结
	CalledBack State = "calledback" // 回访
	Rated      State = "rated"      // 评价
	Archived   State = "archived"   // 归档
	Withdrawn  State = "withdrawn"  // 撤回
	Merged     State = "merged"     // goes on as another case
)

// States are all states in the order of a case's life.
var States = []State{
	Draft, Alarm, Reported, Accepted, Dispatched, Returned, Signed, Contacted, InHand, Answered, Closed, CalledBack, Rated, Archived, Withdrawn, Merged,
}

func (s State) open() bool { return slices.Contains(opened, s) }

var (
	opened  = []State{Alarm, Reported, Accepted, Dispatched, Returned, Signed, Contacted, InHand, Answered}
	working = []State{Dispatched, Signed, Contacted, InHand}
	ended   = []State{Answered, Closed, CalledBack, Rated, Archived}
)

// Event is something that happens to a case.
type Event string

// The events.
const (
	Complete     Event = "complete"     // nothing is missing any more
	Accept       Event = "accept"       // 受理
	Dispatch     Event = "dispatch"     // 派单
	Sign         Event = "sign"         // 签收
	Contact      Event = "contact"      // 联系
	Begin        Event = "begin"        // 办理
	Answer       Event = "answer"       // 答复, with the result
	Close        Event = "close"        // 办结
	CallBack     Event = "callback"     // 回访: the reporters are asked
	Rate         Event = "rate"         // 评价
	Archive      Event = "archive"      // 归档
	Return       Event = "return"       // 退单
	Transfer     Event = "transfer"     // 转办
	Assist       Event = "assist"       // 协办
	AskTime      Event = "asktime"      // 延期 is asked for
	GiveTime     Event = "givetime"     // … granted
	RefuseTime   Event = "refusetime"   // … refused
	Reopen       Event = "reopen"       // 重办
	Supervise    Event = "supervise"    // 督办
	Recategorise Event = "recategorise" // another category; dispatch follows
	Relocate     Event = "relocate"     // another place; dispatch follows
	Note         Event = "note"         // a comment, a photo, what a reporter adds
	Question     Event = "question"     // staff ask the reporter
	Reply        Event = "reply"        // … and the reporter answers
	Join         Event = "join"         // another reporter
	Merge        Event = "merge"        // goes on as another case
	Absorb       Event = "absorb"       // another case goes on as this one
	Split        Event = "split"        // a part becomes a case of its own
	Raise        Event = "raise"        // more urgent
	Warn         Event = "warn"         // the deadline is near
	Escalate     Event = "escalate"     // the deadline has passed; one level up is told
	Arrive       Event = "arrive"       // the mediators are there
	Mediate      Event = "mediate"      // mediators are sent for
	Withdraw     Event = "withdraw"     // 撤回
)

// Actor is what somebody is to a case.
type Actor string

// The actors. A person may be several of them.
const (
	System    Actor = "system"
	Reporting Actor = "reporter" // reported it or joined it
	Handling  Actor = "handler"  // works at the unit in charge, or in the place's territory below it, or is its contact
	Helping   Actor = "helper"   // works at an assisting unit, or is told of a confidential case without being in charge
	Assigning Actor = "assigner" // may dispatch at the unit in charge
	Above     Actor = "above"    // may dispatch at a unit above the one in charge
	Pressing  Actor = "presser"  // may supervise at a unit above the one in charge
)

// rule is a line of the machine: in these states, by these actors, the event leads to the state; with no To the state stays.
type rule struct {
	Event Event
	From  []State
	By    []Actor
	To    State
	Why   bool // a reason must be given
}

// rules are the whole machine, one line for each event (two where its end depends on the state). What isn't in it can't happen. doc.go draws it.
var rules = []rule{
	{Complete, []State{Draft}, []Actor{System, Reporting}, Reported, false},
	{Accept, []State{Reported}, []Actor{System}, Accepted, false},
	{Dispatch, []State{Accepted, Returned}, []Actor{System, Assigning, Above}, Dispatched, false},
	{Sign, []State{Alarm, Dispatched}, []Actor{Handling}, Signed, false},
	{Contact, []State{Signed}, []Actor{Handling}, Contacted, false},
	{Contact, []State{InHand}, []Actor{Handling}, "", false},
	{Begin, []State{Signed, Contacted}, []Actor{Handling}, InHand, false},
	{Answer, []State{Alarm, Dispatched, Signed, Contacted, InHand}, []Actor{Handling}, Answered, true},
	{Close, []State{Answered}, []Actor{Handling}, Closed, false},
	{CallBack, []State{Closed}, []Actor{System}, CalledBack, false},
	{Rate, []State{CalledBack, Rated}, []Actor{Reporting}, Rated, false},
	{Archive, []State{CalledBack, Rated}, []Actor{System}, Archived, false},
	{Return, []State{Dispatched, Signed, Contacted, InHand}, []Actor{Assigning}, Returned, true},
	{Transfer, []State{Accepted, Dispatched, Returned, Signed, Contacted, InHand}, []Actor{Assigning, Above}, Dispatched, true},
	{Transfer, []State{Alarm}, []Actor{Assigning, Above}, "", true},
	{Assist, []State{Alarm, Dispatched, Signed, Contacted, InHand}, []Actor{System, Handling, Above}, "", false},
	{AskTime, working, []Actor{Handling}, "", true},
	{GiveTime, working, []Actor{Above}, "", false},
	{RefuseTime, working, []Actor{Above}, "", true},
	{Reopen, ended, []Actor{Reporting, Above}, Dispatched, true},
	{Reopen, []State{Answered, Closed, CalledBack}, []Actor{Handling}, InHand, true},
	{Supervise, opened, []Actor{Above, Pressing}, "", true},
	{Recategorise, []State{Draft, Alarm}, []Actor{Reporting, Assigning, Above}, "", false},
	{Recategorise, []State{Accepted, Dispatched, Returned, Signed, Contacted, InHand}, []Actor{Reporting, Assigning, Above}, Accepted, false},
	{Relocate, []State{Draft, Alarm}, []Actor{Reporting, Assigning, Above}, "", false},
	{Relocate, []State{Accepted, Dispatched, Returned, Signed, Contacted, InHand}, []Actor{Reporting, Assigning, Above}, Accepted, false},
	{Note, append([]State{Draft, Closed, CalledBack, Rated}, opened...), []Actor{Reporting, Handling, Helping, Above}, "", false},
	{Question, opened, []Actor{Handling, Helping, Above}, "", false},
	{Reply, opened, []Actor{Reporting}, "", false},
	{Join, opened, []Actor{System, Reporting}, "", false},
	{Merge, []State{Draft, Reported, Accepted, Dispatched, Returned, Signed, Contacted, InHand}, []Actor{Reporting, Assigning, Above}, Merged, false},
	{Absorb, opened, []Actor{System, Reporting, Assigning, Above}, "", false},
	{Split, opened, []Actor{Assigning, Above}, "", false},
	{Raise, opened, []Actor{System, Handling, Above}, "", false},
	{Warn, opened, []Actor{System}, "", false},
	{Escalate, opened, []Actor{System}, "", false},
	{Mediate, []State{Accepted, Dispatched, Signed, Contacted, InHand}, []Actor{Reporting, Handling, Above}, "", false},
	{Arrive, []State{Accepted, Dispatched, Signed, Contacted, InHand}, []Actor{Handling, Helping}, "", false},
	{Withdraw, []State{Draft, Reported, Accepted, Dispatched, Returned, Signed, Contacted, InHand}, []Actor{Reporting}, Withdrawn, false},
}

// Change is what happens to a case, by whom and why.
type Change struct {
	Event Event
	By    Someone
	As    []Actor // what the person is to the case
	At    time.Time
	Why   string
}

// Denial says why a change can't be made.
type Denial string

// The denials.
const (
	NotYours Denial = "notyours" // the person is nothing to the case that could do it
	NotNow   Denial = "notnow"   // the state doesn't allow it
	NoReason Denial = "noreason" // a reason is needed
)

func (d Denial) Error() string { return string(d) }

// Apply makes the change if the machine allows it, and writes it into the history. It returns a Denial otherwise and changes nothing.
func (c *Case) Apply(ch Change) error {
	var matching []rule
	known := false
	for _, r := range rules {
		if r.Event != ch.Event {
			continue
		}
		if by := actor(r, ch.As); by != "" {
			known = true
			if slices.Contains(r.From, c.State) {
				matching = append(matching, r)
			}
		}
	}
	switch {
	case !known:
		return NotYours
	case len(matching) == 0:
		return NotNow
	case matching[0].Why && ch.Why == "":
		return NoReason
	}
	r, from := matching[0], c.State
	if r.To != "" {
		c.State = r.To
	}
	c.History = append(c.History, Step{
		At: ch.At, By: ch.By, As: actor(r, ch.As), Event: ch.Event, From: from, To: c.State, Unit: c.Unit, Why: ch.Why,
	})
	return nil
}

// actor returns as what the rule lets the person act, or "".
func actor(r rule, as []Actor) Actor {
	for _, by := range r.By {
		if slices.Contains(as, by) {
			return by
		}
	}
	return ""
}

// Can reports whether the change would be allowed, apart from its reason.
func (c *Case) Can(e Event, as []Actor) bool {
	return slices.ContainsFunc(rules, func(r rule) bool {
		return r.Event == e && slices.Contains(r.From, c.State) && actor(r, as) != ""
	})
}

// Actors returns what the person is to the case. Of a confidential case only its reporters and its handlers are anything.
func Actors(org *bot.Org, p *bot.Person, c *Case) []Actor {
	var as []Actor
	if c.Reporter(p.ID) != nil {
		as = append(as, Reporting)
	}
	if c.Secret && !slices.Contains(c.Handlers, p.ID) {
		return as
	}
	can := func(a bot.Action, unit string) bool { return unit != "" && org.Allowed(p, a, unit) }
	if can(bot.HandleIncident, c.Unit) || can(bot.HandleIncident, c.Contact) ||
		org.Within(c.where(), c.Unit) && can(bot.HandleIncident, c.where()) {
		as = append(as, Handling)
	}
	// Who is told of a confidential case without being in charge, its territory, helps.
	if c.Secret || slices.ContainsFunc(c.Assist, func(unit string) bool { return can(bot.HandleIncident, unit) }) {
		as = append(as, Helping)
	}
	if can(bot.AssignIncident, c.Unit) {
		as = append(as, Assigning)
	}
	if u := org.Unit(c.Unit); u != nil && can(bot.AssignIncident, u.Parent) {
		as = append(as, Above)
	} else if u != nil && can(bot.SuperviseIncident, u.Parent) {
		as = append(as, Pressing)
	}
	return as
}

// Sees reports whether the person may read the case's story.
func Sees(org *bot.Org, p *bot.Person, c *Case) bool {
	if len(Actors(org, p, c)) > 0 {
		return true
	}
	// The territory may look at what a department does in it.
	return !c.Secret && org.Allowed(p, bot.HandleIncident, c.where())
}
