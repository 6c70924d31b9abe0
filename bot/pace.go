package bot

import (
	"context"
	"time"
)

// Pacer is the ability of a store to hold the limits of sending for all processes that share it. Without it each process keeps its own.
type Pacer interface {
	// Pace takes a place in all buckets and returns the zero time, or takes none and returns when to ask again.
	Pace(ctx context.Context, buckets []Bucket) (time.Time, error)

	// Pause closes a bucket until a time, whatever is in it.
	Pause(ctx context.Context, bucket string, until time.Time) error
}

// Bucket is a limit that all who bear its name share. It holds what may go at once: as many as its rate has events, at most 30. A zero rate
// is no limit, but it can be paused.
type Bucket struct {
	Name string
	Rate Rate
}

// Burst is how many may go at once.
func (b Bucket) Burst() int { return max(1, min(b.Rate.Events, 30)) }

// mayGo asks the limits whether a message may go to the chat now. It returns the zero time, or when to ask again.
func (e *Engine) mayGo(ctx context.Context, to Chat, limits Limits) (time.Time, error) {
	p, ok := e.Store.(Pacer)
	if !ok || limits == (Limits{}) { // what has no limit need not ask far away
		return e.limiter.reserve(to, limits), nil
	}
	return p.Pace(ctx, []Bucket{{to.Channel, limits.App}, {to.Key(), limits.perChat(to)}})
}

// hold keeps a chat, or the whole app, waiting for as long as the platform said.
func (e *Engine) hold(ctx context.Context, to Chat, failed *SendError) {
	e.limiter.pause(to, failed)
	p, ok := e.Store.(Pacer)
	if !ok {
		return
	}
	name := to.Key()
	if failed.App {
		name = to.Channel
	}
	if err := p.Pause(ctx, name, e.Now().Add(failed.After)); err != nil {
		e.Logger.Warn("a pause that a platform asked for is not known to the other nodes", "error", err)
	}
}

// perChat is the limit of a chat, which for a group may be another.
func (l Limits) perChat(to Chat) Rate {
	if to.Group && l.Group.Events > 0 {
		return l.Group
	}
	return l.Chat
}
