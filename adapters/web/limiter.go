package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter gives each key its own rate. It forgets whom it has not seen lately, by two generations: who is asked for moves
// to the young one, and the old one is thrown away when the young one is full. Being forgotten early only gives back a burst.
type limiter struct {
	limit rate.Limit
	burst int

	mu         *sync.Mutex
	young, old map[string]*rate.Limiter
}

const generation = 32 << 10

func newLimiter(perSecond float64, burst int) limiter {
	return limiter{limit: rate.Limit(perSecond), burst: burst, mu: new(sync.Mutex), young: map[string]*rate.Limiter{}}
}

// allow reports whether the key may go on now, else how long it should wait.
func (l *limiter) allow(key string, now time.Time) (ok bool, wait time.Duration) {
	r := l.of(key).ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return false, wait
	}
	return true, 0
}

func (l *limiter) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.young[key]
	if one != nil {
		return one
	}
	if one = l.old[key]; one == nil {
		one = rate.NewLimiter(l.limit, l.burst)
	}
	if len(l.young) >= generation {
		l.young, l.old = make(map[string]*rate.Limiter, generation), l.young
	}
	l.young[key] = one
	return one
}
