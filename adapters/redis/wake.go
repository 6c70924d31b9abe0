package redis

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// wakers call who waits for a queue.
type wakers struct {
	mu     sync.Mutex
	queues map[string]*waker
	cancel context.CancelFunc // nil: nobody listens yet
	done   chan struct{}
}

type waker struct {
	wake  chan struct{}
	alarm *time.Timer
	rings time.Time
}

// Wake implements bot.Waker: scripts publish that a queue has something to claim, if somebody said before that he waits for it, and the answer of each
// claim says when there will be something next.
func (s *Store) Wake(queue string) <-chan struct{} {
	w := &s.waking
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.queues == nil {
		w.queues = map[string]*waker{}
	}
	q := w.queues[queue]
	if q != nil {
		return q.wake
	}
	q = &waker{wake: make(chan struct{}, 1)}
	q.alarm = time.AfterFunc(time.Hour, q.ring)
	q.alarm.Stop()
	w.queues[queue] = q
	if w.cancel == nil && !s.closed.Load() {
		ctx, cancel := context.WithCancel(context.Background())
		w.cancel, w.done = cancel, make(chan struct{})
		go func() {
			defer close(w.done)
			s.listen(ctx)
		}()
	}
	s.flagIdle(queue)
	return q.wake
}

// flagIdle says that somebody waits, as a claim that finds too little does; if it fails, the next claim says it.
func (s *Store) flagIdle(queue string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.client.Set(ctx, s.tag.idle(queue), "1", time.Minute).Err(); err != nil {
		s.log.Debug("wake", "error", err)
	}
}

func (q *waker) ring() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// call wakes who waits for the queue after a while. Of two calls the earlier one counts.
func (w *wakers) call(queue string, after time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q := w.queues[queue]
	if q == nil {
		return
	}
	if after <= 0 {
		q.ring()
		return
	}
	now := time.Now()
	if at := now.Add(after); q.rings.Before(now) || at.Before(q.rings) {
		q.rings = at
		q.alarm.Reset(after)
	}
}

func (w *wakers) all() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range w.queues {
		q.ring()
	}
}

func (w *wakers) stop() {
	w.mu.Lock()
	cancel, done := w.cancel, w.done
	for _, q := range w.queues {
		q.alarm.Stop()
	}
	w.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

// listen passes on what the scripts publish. After each new connection everybody is woken: something may have been missed.
func (s *Store) listen(ctx context.Context) {
	s.follow(ctx, s.tag.wake(), func(payload string) {
		when, queue, _ := strings.Cut(payload, " ")
		if us, err := strconv.ParseInt(when, 10, 64); err == nil {
			s.waking.call(queue, time.Duration(us-s.Now().UnixMicro())*time.Microsecond)
		}
	}, s.waking.all)
}

// follow listens to a channel until the context ends, over as many connections as it takes: heard gets each message, and connected is called when messages
// may have been missed.
func (s *Store) follow(ctx context.Context, channel string, heard func(payload string), connected func()) {
	sub := s.client.SSubscribe(ctx, channel)
	defer sub.Close() // it has nothing to lose
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer stop()
	pause := 10 * time.Millisecond
	for ctx.Err() == nil {
		message, err := sub.ReceiveTimeout(ctx, 0)
		switch m := message.(type) {
		case *goredis.Message:
			heard(m.Payload)
		case *goredis.Subscription:
			connected()
		}
		if err == nil {
			pause = 10 * time.Millisecond
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Second)
	}
}
