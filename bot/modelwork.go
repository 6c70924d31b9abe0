package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// KindModelWork is the kind of record that keeps a ModelWork; keys task=, outcome=, day=.
const KindModelWork = "modelwork"

// ModelWork is what a model did. It bears nothing of who asked, nor of what was asked or answered.
type ModelWork struct {
	Task    string    `json:"task"`
	Outcome string    `json:"outcome"`         // ModelUsed, or why what it wrote was not used
	Facts   []string  `json:"facts,omitempty"` // the kinds of what it invented
	Cited   []string  `json:"cited,omitempty"` // IDs of catalogue entries or passages
	Model   string    `json:"model,omitempty"`
	Tokens  int       `json:"tokens,omitempty"`
	At      time.Time `json:"at"`
}

// ModelUsed is the outcome of work that went out.
const ModelUsed = "used"

// Worked records what a model did in this turn. A turn that runs again records it again as the same.
func (t *Turn) Worked(w ModelWork) error {
	subject := ""
	if t.Message != nil {
		subject = t.Message.Chat.Key() + "\x00" + t.Message.ID
	} else if t.Timer != nil {
		subject = t.Timer.id()
	}
	sum := sha256.Sum256([]byte(w.Task + "\x00" + subject))
	w.At = t.Now
	var before ModelWork
	id := hex.EncodeToString(sum[:9])
	if _, err := t.Get(KindModelWork, id, &before); err != nil {
		return err
	}
	return t.Put(KindModelWork, id, w, w.At, "task="+w.Task, "outcome="+w.Outcome, "day="+w.At.Format(time.DateOnly))
}
