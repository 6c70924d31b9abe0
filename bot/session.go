package bot

import (
	"encoding/json"
	"time"
)

// Session is what Linli remembers of one conversation between two messages. It is small, and nothing in it is needed for longer than the
// conversation lasts: what must stay is a record.
type Session struct {
	Skill    string          `json:"skill,omitempty"`    // the skill that asked something and waits for the answer
	State    json.RawMessage `json:"state,omitempty"`    // that skill's own
	Asked    time.Time       `json:"asked,omitzero"`     // when it asked
	Topic    string          `json:"topic,omitempty"`    // the catalogue entry that the conversation is about
	Case     string          `json:"case,omitempty"`     // the case that it is about
	Meeting  string          `json:"meeting,omitempty"`  // the meeting that it is about
	Question string          `json:"question,omitempty"` // the question that was kept last
	Choices  []Choice        `json:"choices,omitempty"`  // of the last reply: what a typed number or label means
	Told     bool            `json:"told,omitempty"`     // the privacy notice was given
	Unit     string          `json:"unit,omitempty"`     // the unit that a visitor named
	Last     time.Time       `json:"last,omitzero"`      // the last message
}

// KindSession is the kind of record that keeps a Session; its ID is the lane of the conversation.
const KindSession = "session"

// Idle is how long a conversation may rest before an open question is dropped and "it" no longer means the last subject.
const Idle = 2 * time.Hour

// Expect opens a question: the next message goes to the skill's Continue first, with the state.
func (t *Turn) Expect(skill string, state any) error {
	body, err := json.Marshal(state)
	if err != nil {
		return err
	}
	t.Session.Skill, t.Session.State, t.Session.Asked = skill, body, t.Now
	return nil
}

// Expected reads the state that the skill left with its question.
func (t *Turn) Expected(state any) error { return json.Unmarshal(t.Session.State, state) }

// Settle closes the open question.
func (t *Turn) Settle() { t.Session.Skill, t.Session.State, t.Session.Asked = "", nil, time.Time{} }

// rest forgets what the conversation was about if it has rested too long.
func (s *Session) rest(now time.Time) {
	if now.Sub(s.Last) > Idle {
		*s = Session{Told: s.Told, Unit: s.Unit, Last: s.Last}
	}
}
