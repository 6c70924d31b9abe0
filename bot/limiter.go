package bot

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter keeps sending below what the platforms permit: a bucket per chat and per app, and pauses that a platform asked for. It is the one
// place where this is decided.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	rate   Rate
	tokens *rate.Limiter
	paused time.Time
}

// forget is the number of buckets at which those that are full again are dropped.
const forget = 10_000

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, buckets: map[string]*bucket{}}
}

// reserve takes a place in the buckets of the chat and its app. It returns the zero time if the message may go now, else when to ask again.
func (l *limiter) reserve(to Chat, limits Limits) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	app, chat := l.bucket(to.Channel, limits.App), l.bucket(to.Key(), limits.perChat(to))
	for _, b := range []*bucket{app, chat} {
		if b.paused.After(now) {
			return b.paused
		}
	}
	first := app.tokens.ReserveN(now, 1)
	if wait := first.DelayFrom(now); wait > 0 {
		first.CancelAt(now)
		return now.Add(wait)
	}
	second := chat.tokens.ReserveN(now, 1)
	if wait := second.DelayFrom(now); wait > 0 {
		second.CancelAt(now)
		first.CancelAt(now)
		return now.Add(wait)
	}
	return time.Time{}
}

// pause holds a chat, or the whole app, for as long as the platform said.
func (l *limiter) pause(to Chat, e *SendError) {
	key := to.Key()
	if e.App {
		key = to.Channel
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, Rate{})
	b.paused = l.now().Add(e.After)
}

func (l *limiter) bucket(key string, r Rate) *bucket {
	b := l.buckets[key]
	if b != nil && (b.rate == r || r == Rate{}) {
		return b
	}
	if len(l.buckets) >= forget {
		now := l.now()
		for k, old := range l.buckets {
			if !old.paused.After(now) && old.tokens.TokensAt(now) >= float64(old.tokens.Burst()) {
				delete(l.buckets, k)
			}
		}
	}
	made := &bucket{rate: r, tokens: rate.NewLimiter(rate.Inf, 1)}
	if r.Events > 0 {
		made.tokens = rate.NewLimiter(rate.Limit(float64(r.Events)/r.Per.Seconds()), Bucket{Rate: r}.Burst())
	}
	if b != nil {
		made.paused = b.paused
	}
	l.buckets[key] = made
	return made
}

// Quiet is the part of the day in which nobody is disturbed, from and to as time since midnight. From may be after To: over midnight.
type Quiet struct{ From, To time.Duration }

// After returns the time itself, or the end of the quiet hours if it falls into them.
func (q Quiet) After(t time.Time) time.Time {
	midnight := startOfDay(t)
	at := t.Sub(midnight)
	switch {
	case q.From <= q.To && at >= q.From && at < q.To, q.From > q.To && at < q.To:
		return midnight.Add(q.To)
	case q.From > q.To && at >= q.From:
		return midnight.AddDate(0, 0, 1).Add(q.To)
	}
	return t
}
