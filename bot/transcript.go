package bot

import "time"

// Line is a step of a conversation as the transcript keeps it: what came in, if a message did, and what went out. It is the body of a
// record of KindLine with the key "chat=…", written in the same commit as everything else that the turn changed.
type Line struct {
	ID   string    `json:"id"`
	Chat Chat      `json:"chat"`
	In   *Message  `json:"in,omitempty"` // nil for a notice or a reminder
	Out  []Reply   `json:"out,omitempty"`
	At   time.Time `json:"at"`
}

// KindLine is the kind of record that keeps a Line.
const KindLine = "line"

// ChatKey is the key by which the lines of a chat are found.
func ChatKey(c Chat) string { return "chat=" + c.Key() }
