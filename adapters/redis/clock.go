package redis

import (
	"context"
	"sync"
	"time"
)

// redisClock is Redis's clock as this process knows it: what an answer said, and how long ago by a clock that does not jump. It is behind by at most what the
// answer took to come, never ahead, so that a job that is due now is due for Redis too.
type redisClock struct {
	mu   sync.Mutex
	us   int64
	at   time.Time     // with the monotonic reading; zero: not known yet
	took time.Duration // how long the answer took
}

// read takes in what the server said when it was asked at a time. The answer that came fastest counts; it grows old by a thousandth, so that clocks that drift
// apart, or are set, come together again, and an answer that lay about while this process stood still changes nothing.
func (c *redisClock) read(us int64, asked time.Time) {
	now := time.Now()
	took := now.Sub(asked)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() || took <= c.took+now.Sub(c.at)/1000 {
		c.us, c.at, c.took = us, now, took
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
	asked := time.Now()
	now, err := try(ctx, s, again, func(ctx context.Context) (time.Time, error) { return s.client.Time(ctx).Result() })
	if err == nil {
		s.clock.read(now.UnixMicro(), asked)
	}
	return err
}
