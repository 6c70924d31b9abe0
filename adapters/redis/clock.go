package redis

import (
	"context"
	"sync"
	"time"
)

// redisClock is Redis's clock as this process knows it: what an answer said, and how long ago by a clock that does not jump. It is behind by what the answer
// took to come, never ahead, so that a job that is due now is due for Redis too.
type redisClock struct {
	mu sync.Mutex
	us int64
	at time.Time // with the monotonic reading; zero: not known yet
}

// read takes a new reading in.
func (c *redisClock) read(us int64) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	// A reading that came faster is nearer to the truth; one that is far off says that Redis's clock was set.
	if old := c.us + now.Sub(c.at).Microseconds(); c.at.IsZero() || us > old || old-us > time.Second.Microseconds() {
		c.us, c.at = us, now
	}
}

func (c *redisClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now()
	}
	return time.UnixMicro(c.us + time.Since(c.at).Microseconds())
}

// Now is the time by Redis's clock, or by Options.Now. Who shares a store with others takes it for its own.
func (s *Store) Now() time.Time {
	if s.opts.Now != nil {
		return s.opts.Now()
	}
	return s.clock.now()
}

func (s *Store) readClock(ctx context.Context) error {
	now, err := try(ctx, s, again, func(ctx context.Context) (time.Time, error) { return s.client.Time(ctx).Result() })
	if err == nil {
		s.clock.read(now.UnixMicro())
	}
	return err
}
