package meetings

import (
	"encoding/json"
	"slices"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// The kinds of records.
const (
	KindMeeting  = "meeting"  // a Meeting; its time is when it takes place. Keys: unit=, within= (each unit above, too), status=, by=, series=, kind=
	KindSeries   = "series"   // a Series; keys: unit=, within=, status=, by=
	KindTopic    = "topic"    // a Topic; keys: unit=, status=, by=, meeting=
	KindDecision = "decision" // a Decision; its time is the deadline. Keys: unit=, within=, status=, by=, meeting=, owner=
	KindReminder = "reminder" // a Reminder; its time is when it rings next. Keys: by=, status=, chat=
	KindRoom     = "room"     // an hour of a room
)

// Status is where a meeting stands.
type Status string

// The statuses.
const (
	Planned   Status = "planned"
	Cancelled Status = "cancelled"
	Held      Status = "held"
)

// Meeting is one sitting, alone or of a series.
type Meeting struct {
	ID     string               `json:"id"`
	Unit   string               `json:"unit"`
	Title  string               `json:"title"`
	Kind   Kind                 `json:"kind,omitempty"`
	At     time.Time            `json:"at"`
	Length time.Duration        `json:"length"`
	Place  string               `json:"place,omitempty"`
	Leads  []calendar.Lead      `json:"leads,omitempty"`
	Named  bool                 `json:"named,omitempty"` // somebody named the leads; else they are the usual ones
	Plan   []planned            `json:"plan,omitempty"`  // the reminders that are to come or were missed
	Steps  map[string]time.Time `json:"steps,omitempty"` // when topics are called for, chosen, the agenda goes out, the silent are asked
	Done   []time.Time          `json:"done,omitempty"`  // when those were due that have left
	For    string               `json:"for,omitempty"`   // the role that it is for; "": all staff of the unit and of those directly below

	By     string    `json:"by"` // who arranged it
	ByName string    `json:"by_name"`
	Chat   bot.Chat  `json:"chat"`             // where
	Series string    `json:"series,omitempty"` // the series that it belongs to
	Key    string    `json:"key,omitempty"`    // which of its occurrences it is
	Status Status    `json:"status"`
	Made   time.Time `json:"made"`

	Told     *told     `json:"told,omitempty"` // what others know of it
	Changed  time.Time `json:"changed"`        // the last time that what they know became different
	Hand     string    `json:"hand,omitempty"` // who changed it last
	Sequence int       `json:"sequence"`       // of changes, for calendars

	Invited []Invitee        `json:"invited,omitempty"`
	Agenda  []string         `json:"agenda,omitempty"` // texts of the topics, once it is out
	Minutes string           `json:"minutes,omitempty"`
	Files   []bot.Attachment `json:"files,omitempty"`
	Vote    string           `json:"vote,omitempty"` // the result of a vote with its reasons
}

// planned is a reminder of a meeting that is to come.
type planned struct {
	At   time.Time `json:"at"`
	Ring time.Time `json:"ring"`
}

// told is what others were told last.
type told struct {
	At    time.Time `json:"at"`
	Place string    `json:"place,omitempty"`
	Off   bool      `json:"off,omitempty"`
}

// StateName is shown to who watches.
func (m *Meeting) StateName() string { return string(m.Status) }

// End is when the meeting is over.
func (m *Meeting) End() time.Time { return m.At.Add(m.Length) }

// Usual are the reminders where nobody named any.
var Usual = []calendar.Lead{{Before: 24 * time.Hour}, {Before: time.Hour}}

const (
	usualLength = time.Hour
	grace       = time.Minute // in which who made a change can take it back before others hear of it
)

// meeting reads a meeting.
func (s *Skill) meeting(t *bot.Turn, id string) (*Meeting, error) {
	var m Meeting
	known, err := t.Get(KindMeeting, id, &m)
	if err != nil || !known {
		return nil, err
	}
	m.localise(t)
	return &m, nil
}

func (m *Meeting) localise(t *bot.Turn) {
	for _, at := range []*time.Time{&m.At, &m.Made, &m.Changed} {
		*at = local(t, *at)
	}
	for i := range m.Plan {
		m.Plan[i].At, m.Plan[i].Ring = local(t, m.Plan[i].At), local(t, m.Plan[i].Ring)
	}
	if m.Told != nil {
		m.Told.At = local(t, m.Told.At)
	}
}

// put writes a meeting.
func (s *Skill) put(t *bot.Turn, m *Meeting) error {
	keys := []string{"unit=" + m.Unit, "status=" + string(m.Status), "by=" + m.By}
	if m.Series != "" {
		keys = append(keys, "series="+m.Series)
	}
	if m.Kind != "" {
		keys = append(keys, "kind="+string(m.Kind))
	}
	for _, p := range m.Invited {
		if p.Unit != m.Unit {
			keys = append(keys, "invited="+p.ID)
		}
	}
	return t.Put(KindMeeting, m.ID, m, m.At, append(keys, within(t, m.Unit)...)...)
}

// within are the keys by which what belongs to a unit is found from above.
func within(t *bot.Turn, unit string) []string {
	var keys []string
	for _, id := range t.Org.Path(unit) {
		keys = append(keys, "within="+id)
	}
	return keys
}

// meetings reads the meetings that a query describes.
func (s *Skill) meetings(t *bot.Turn, from, to time.Time, keys ...string) ([]*Meeting, error) {
	found, err := t.FindAll(bot.Query{Kind: KindMeeting, Keys: keys, From: from, To: to}, 500)
	if err != nil {
		return nil, err
	}
	all := make([]*Meeting, 0, len(found))
	for _, r := range found {
		var m Meeting
		if err := json.Unmarshal(r.Body, &m); err != nil {
			return nil, err
		}
		m.localise(t)
		all = append(all, &m)
	}
	return all, nil
}

// set plans what has to happen for a meeting that is new, or whose time has changed: its reminders, the news to others, what comes before
// and after it.
func (s *Skill) set(t *bot.Turn, m *Meeting) error {
	m.Plan = nil
	if m.Status == Planned {
		for _, d := range calendar.Plan(m.ID, m.At, m.Leads, t.Now) {
			if slices.ContainsFunc(m.Done, d.At.Equal) {
				continue // it left a little before its minute
			}
			m.Plan = append(m.Plan, planned{At: d.At, Ring: d.Ring})
			if err := wake(t, "remind", m.ID, d.Ring); err != nil {
				return err
			}
		}
		if err := wake(t, "after", m.ID, m.End()); err != nil {
			return err
		}
		if err := s.setTopics(t, m); err != nil {
			return err
		}
	}
	return s.news(t, m)
}

// news makes sure that others hear of a change when its maker has had time to take it back.
func (s *Skill) news(t *bot.Turn, m *Meeting) error {
	m.Changed, m.Hand = t.Now, t.Person.ID
	m.Sequence++
	if err := wake(t, "tell", m.ID, t.Now.Add(grace)); err != nil {
		return err
	}
	return s.put(t, m)
}

// dueAgain returns when the next reminder after the one that rings is due; zero if none is.
func (m *Meeting) dueAgain(at time.Time) time.Time {
	for _, p := range m.Plan {
		if p.At.After(at) {
			return p.At
		}
	}
	return time.Time{}
}

// take removes the reminder that rings at the time from the plan; false if there is none any more.
func (m *Meeting) take(ring time.Time) (planned, bool) {
	i := slices.IndexFunc(m.Plan, func(p planned) bool { return p.Ring.Equal(ring) })
	if i < 0 {
		return planned{}, false
	}
	p := m.Plan[i]
	m.Plan = slices.Delete(m.Plan, i, i+1)
	return p, true
}
