package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/intents"
	"linli/intents/place"
)

// Turn is one step of Linli's: a message that came in, or a timer that rang. A skill reads through it and collects in it what is to be
// changed and said; the engine commits all of it at once.
type Turn struct {
	Context context.Context
	Now     time.Time
	Org     *Org
	Root    string // the deployment's root unit
	Places  *place.Gazetteer

	Message    *Message // nil when a timer rang
	Timer      *Timer   // nil when a message came
	Person     *Person  // who said it; nobody's zero value when a timer rang
	Session    *Session // of the conversation; a throw-away when a timer rang
	Unit       string   // where we are: the group's unit, else the person's
	Understood intents.Understanding

	read     Understander
	edits    func(channel string) bool // whether the channel can change what was sent
	store    Store
	versions map[string]int64 // of what this turn has read, by kind and ID
	put      map[string]Record
	order    []string // keys of put, in the order of the first Put
	jobs     []Job
	said     []saying
	states   []RecordState
	again    *Message // words to be handled as the person's; see Again
}

// saying is a reply and where it goes.
type saying struct {
	to    Chat
	reply Reply
	kind  string
	until time.Time
	draft string // the name by which the reply may be amended; empty: it stays
}

// RecordState is what a turn did to a record, for who watches.
type RecordState struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	State string `json:"state,omitempty"`
}

// Stater is a record's body that has a state to show.
type Stater interface{ StateName() string }

// Reply answers in the conversation.
func (t *Turn) Reply(r Reply) {
	t.said = append(t.said, saying{to: t.Message.Chat, reply: r, kind: "reply"})
}

// Say answers with a text and choices.
func (t *Turn) Say(text string, choices ...Choice) { t.Reply(Reply{Text: text, Choices: choices}) }

// Tell sends a notice to another chat. It waits behind replies and for the morning if it is night, but not beyond until, if that is set: then
// it is not sent and becomes a dead letter.
func (t *Turn) Tell(to Chat, r Reply, until time.Time) {
	t.said = append(t.said, saying{to: to, reply: r, kind: "notice", until: until})
}

// Again has words handled, after this step and in the same turn, as if the person had just said them here, with these files: what was heard, or
// seen, and confirmed.
func (t *Turn) Again(text string, files ...Attachment) {
	m := *t.Message
	m.Text, m.Action, m.Attachments = clean(text), "", files
	t.again = &m
}

// Kept returns what became of an attachment whose bytes were to be brought; false: they are not here yet.
func (t *Turn) Kept(a Attachment) (KeptFile, bool, error) {
	var k KeptFile
	known, err := t.Get(KindFile, a.Key(), &k)
	return k, known, err
}

// Alert is Tell for what cannot wait: it goes out at any hour, ahead of notices.
func (t *Turn) Alert(to Chat, r Reply) {
	t.said = append(t.said, saying{to: to, reply: r, kind: "alert"})
}

// Get reads a record into the value. It reports false if there is none. What this turn has put already is read back.
func (t *Turn) Get(kind, id string, into any) (bool, error) {
	key := kind + "\x00" + id
	if r, ok := t.put[key]; ok {
		if r.Body == nil {
			return false, nil
		}
		return true, json.Unmarshal(r.Body, into)
	}
	r, err := t.store.Get(t.Context, kind, id)
	if KindOf(err) == NotFound {
		t.saw(key, 0)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	t.saw(key, r.Version)
	return true, json.Unmarshal(r.Body, into)
}

// saw remembers the version that was read. The first counts: if the record has changed between two reads, what was decided by the first no
// longer holds, and the commit fails so that the turn runs again.
func (t *Turn) saw(key string, version int64) {
	if _, known := t.versions[key]; !known {
		t.versions[key] = version
	}
}

// Find reads records. Their versions are remembered, so that they can be put. What this turn has put is not seen.
func (t *Turn) Find(q Query) (Page, error) {
	page, err := t.store.Find(t.Context, q)
	for _, r := range page.Records {
		t.saw(r.Kind+"\x00"+r.ID, r.Version)
	}
	return page, err
}

// FindAll reads all records that the query describes, page after page, up to most.
func (t *Turn) FindAll(q Query, most int) ([]Record, error) {
	var all []Record
	for {
		page, err := t.Find(q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if page.Next == "" || len(all) >= most {
			return all[:min(len(all), most)], nil
		}
		q.After = page.Next
	}
}

// Count counts records.
func (t *Turn) Count(queries ...Query) ([]int, error) { return t.store.Count(t.Context, queries...) }

// Put writes a record when the turn is committed. A record that this turn has not read must not exist yet: if somebody made it
// meanwhile, the turn runs again.
func (t *Turn) Put(kind, id string, value any, at time.Time, keys ...string) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("put %s %s: %w", kind, id, err)
	}
	t.write(Record{Kind: kind, ID: id, Time: at, Keys: keys, Body: body})
	state := RecordState{Kind: kind, ID: id}
	if s, ok := value.(Stater); ok {
		state.State = s.StateName()
	}
	t.states = append(slices.DeleteFunc(t.states, func(s RecordState) bool { return s.Kind == kind && s.ID == id }), state)
	return nil
}

// Remove removes a record that this turn has read.
func (t *Turn) Remove(kind, id string) { t.write(Record{Kind: kind, ID: id, Time: t.Now}) }

func (t *Turn) write(r Record) {
	key := r.Kind + "\x00" + r.ID
	r.Version = t.versions[key]
	if _, again := t.put[key]; !again {
		t.order = append(t.order, key)
	}
	t.put[key] = r
}

// Wake sets a timer. Setting the same timer again does nothing.
func (t *Turn) Wake(timer Timer) error {
	body, err := json.Marshal(timer)
	if err != nil {
		return err
	}
	t.jobs = append(t.jobs, Job{Queue: QueueTimer, ID: timer.id(), Lane: timer.Skill + "/" + timer.Subject, Due: timer.At, Body: body})
	return nil
}

// Next returns the next number of a count, from 1. Counts are by place and day, so that turns do not queue at one record.
func (t *Turn) Next(count string) (int, error) {
	var c struct {
		N int `json:"n"`
	}
	if _, err := t.Get("count", count, &c); err != nil {
		return 0, err
	}
	c.N++
	body, err := json.Marshal(c)
	t.write(Record{Kind: "count", ID: count, Time: t.Now, Body: body})
	return c.N, err
}

// Allowed reports whether the person may do the action at the unit.
func (t *Turn) Allowed(a Action, unit string) bool { return t.Org.Allowed(t.Person, a, unit) }

// Chats returns where a unit's staff is spoken to: the groups that are bound to it, but for those that residents read; if there are none, the
// private chats of those who hold one of the roles there.
func (t *Turn) Chats(unit string, roles ...Role) ([]Chat, error) {
	chats, err := t.groups(unit, false)
	if err != nil || len(chats) > 0 {
		return chats, err
	}
	people, err := t.People(unit, roles...)
	for _, p := range people {
		if p.Chat.ID != "" {
			chats = append(chats, p.Chat)
		}
	}
	return chats, err
}

// PublicChats returns the unit's groups that residents read.
func (t *Turn) PublicChats(unit string) ([]Chat, error) { return t.groups(unit, true) }

func (t *Turn) groups(unit string, public bool) ([]Chat, error) {
	bound, err := t.FindAll(Query{Kind: KindChat, Keys: []string{"unit=" + unit}}, 50)
	if err != nil {
		return nil, err
	}
	var chats []Chat
	for _, r := range bound {
		var b ChatBinding
		if err := json.Unmarshal(r.Body, &b); err != nil {
			return nil, err
		}
		if b.Public == public {
			chats = append(chats, b.Chat)
		}
	}
	return chats, nil
}

// People returns those who hold one of the roles at the unit; with no roles, everybody who holds any.
func (t *Turn) People(unit string, roles ...Role) ([]Person, error) {
	found, err := t.FindAll(Query{Kind: KindPerson, Keys: []string{"at=" + unit}}, 200)
	if err != nil {
		return nil, err
	}
	var people []Person
	for _, r := range found {
		var p Person
		if err := json.Unmarshal(r.Body, &p); err != nil {
			return nil, err
		}
		if len(roles) == 0 || slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Unit == unit && slices.Contains(roles, g.Role) }) {
			people = append(people, p)
		}
	}
	return people, nil
}

// Understand reads words as the message itself was read: a part of it, or what was said before.
func (t *Turn) Understand(text string) intents.Understanding {
	c := intents.Context{Role: string(t.Person.Role()), Now: t.Now, Places: t.Places}
	if t.Message != nil {
		c.Group = t.Message.Chat.Group
	}
	return t.read.Understand(text, c)
}

// Text is what was said, without surrounding space.
func (t *Turn) Text() string {
	if t.Message == nil {
		return ""
	}
	return strings.TrimSpace(t.Message.Text)
}

// NewChoice returns a choice that calls the skill's Choose.
func NewChoice(label, skill, verb, argument string) Choice {
	return Choice{Label: label, Action: skill + ":" + verb + ":" + argument}
}
