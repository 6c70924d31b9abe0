package bot

import (
	"encoding/json"
	"time"
)

// Skill is one of the things that Linli does. It answers the intents of its routes; what else it can do are further small interfaces:
// Guard, Continuer, Chooser, Ringer, Starter.
//
// Its functions read through the Turn and collect their changes in it; they touch nothing else. They may be run again for the same message.
type Skill interface {
	Name() string
	Routes() []Route
}

// Route says who may send a skill which intent. The engine checks it before the skill acts.
type Route struct {
	Intent string
	Action Action
	Handle func(t *Turn) error
}

// Guard is a skill that looks at every message before anything else: emergencies.
type Guard interface {
	// Guard reports whether the message was its own; then nobody else sees it.
	Guard(t *Turn) (mine bool, err error)
}

// Continuer is a skill that asks questions.
type Continuer interface {
	// Continue is given the next message after Turn.Expect. It reports whether the message answered the question; if not, the message goes the
	// way of any other, and the question stays open unless the skill settled it.
	Continue(t *Turn) (mine bool, err error)
}

// Chooser is a skill that offers choices. Their actions have the form "skill:verb:argument".
type Chooser interface {
	Choose(t *Turn, verb, argument string) error
}

// Ringer is a skill that sets timers.
type Ringer interface {
	Ring(t *Turn, timer Timer) error
}

// Starter is a skill that sets timers which are there from the start. It is called whenever the service starts, before anything else: a timer
// that is set already is not set again. Nothing else of what it puts into the turn is kept.
type Starter interface{ Start(t *Turn) error }

// Timer wakes a skill. The record decides what is to be done: a timer that is no longer true rings and changes nothing.
type Timer struct {
	Skill   string          `json:"skill"`
	Name    string          `json:"name"`    // what it is for: "remind", "deadline"
	Subject string          `json:"subject"` // ID of the record that it is about
	At      time.Time       `json:"at"`      // when it was to ring; Turn.Now is later if the service was down
	Data    json.RawMessage `json:"data,omitempty"`
}

func (t Timer) id() string {
	return t.Skill + "/" + t.Name + "/" + t.Subject + "/" + t.At.UTC().Format("20060102T150405.000")
}

// Keeper is a skill that keeps records about people. They bear the key "by=" with the person's ID.
type Keeper interface{ Keeps() []Kept }

// Kept is a kind of record about people.
type Kept struct {
	Kind string
	Name string // as a person is told of it
	Rule string // for how long it is kept, and why
}
