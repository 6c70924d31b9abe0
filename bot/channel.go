package bot

import (
	"context"
	"time"
)

// Channel connects a platform. It receives messages and sends replies, and decides nothing.
type Channel interface {
	// Name is the channel's in Chat and Account: "web", "telegram".
	Name() string

	// Capabilities says what the platform can do.
	Capabilities() Capabilities

	// Run takes messages from the platform and hands each to receive until the context ends. It acknowledges a message to its
	// platform only after receive has returned nil: then it is durable. When receive fails the platform is to deliver it again; the error's kind
	// says whether that can help (Busy, Unavailable) or not (Invalid). Run returns nil when the context has ended and nothing of its is running any more.
	Run(ctx context.Context, receive Receive) error

	// Send delivers one reply and returns the platform's ID of the message. It does not retry and does not wait for limits; its failure is a
	// *SendError. Sending the same Delivery.Line again must not show it twice where the platform allows that.
	Send(ctx context.Context, d Delivery) (id string, err error)
}

// Receive makes a message durable. A message whose ID was seen before is dropped without an error.
type Receive func(ctx context.Context, m Message) error

// Capabilities is what a platform can do. The core knows no platform's name.
type Capabilities struct {
	MaxText    int      // length of one message; 0: no limit. Longer text is split on sentence borders before Send
	Unit       TextUnit // what MaxText counts
	Buttons    bool     // renders choices; else they are numbered in the text
	Idempotent bool     // a Delivery sent again under the same Line is shown once, so that an unknown outcome may be tried again
	Informs    bool     // tells people what is kept of them before they write, so that the engine need not
	PerChat    Rate     // how often one chat may be sent to; zero: no limit
	PerApp     Rate     // how often all chats together
	PerGroup   Rate     // how often one group, where it differs from PerChat
}

// TextUnit is what a platform counts in.
type TextUnit int

// The units of length.
const (
	Runes TextUnit = iota
	Bytes
	UTF16
)

// Rate is a number of events in a time.
type Rate struct {
	Events int
	Per    time.Duration
}

// SendError says what became of a delivery that failed.
type SendError struct {
	Outcome Outcome
	After   time.Duration // with Retry: not before; 0: the engine's own backoff
	App     bool          // with Retry: the whole app must wait, not only this chat
	Err     error         // bears no secret
}

func (e *SendError) Error() string { return "send: " + string(e.Outcome) + ": " + e.Err.Error() }
func (e *SendError) Unwrap() error { return e.Err }

// Outcome classifies a failure to send.
type Outcome string

// The outcomes.
const (
	Retry   Outcome = "retry"   // certainly not delivered; try again
	Never   Outcome = "never"   // will never be delivered: blocked, gone, refused
	Unknown Outcome = "unknown" // may have been delivered: the connection broke after the request went out
)

// Editor is the ability to change a message that was sent.
type Editor interface {
	Edit(ctx context.Context, to Chat, id string, r Reply) error
}

// Typer is the ability to show that an answer is being written.
type Typer interface {
	Typing(ctx context.Context, to Chat) error
}

// Readier is the ability to say whether messages are being taken: connected, listening.
type Readier interface {
	Ready() bool
}
