package redis

import (
	"context"
	"sync"
	"sync/atomic"

	"linli/bot"
)

// batcher does together what is asked for at the same time: while some batches are on their way, what comes gathers into the next. It never waits for
// more to come, so that one alone is as quick as without.
type batcher[In, Out any] struct {
	do      func([]In) ([]Out, error)
	flights int          // batches that may be on their way at once
	most    int          // in a batch
	weight  func(In) int // nil: all weigh nothing
	heavy   int          // a batch that weighs as much takes no more

	mu      sync.Mutex
	waiting []*asked[In, Out]
	flying  int
	running sync.WaitGroup
}

type asked[In, Out any] struct {
	in    In
	out   Out
	err   error
	taken atomic.Bool // by a batch, or by the caller who gave up
	done  chan struct{}
}

// ask returns the answer for in. The context counts until a batch has taken it.
func (b *batcher[In, Out]) ask(ctx context.Context, in In) (Out, error) {
	a := &asked[In, Out]{in: in, done: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, a)
	if b.flying < b.flights {
		b.flying++
		b.running.Go(b.fly)
	}
	b.mu.Unlock()
	select {
	case <-a.done:
		return a.out, a.err
	case <-ctx.Done():
	}
	if a.taken.CompareAndSwap(false, true) {
		return a.out, bot.Because(bot.Unavailable, ctx.Err(), "")
	}
	<-a.done
	return a.out, a.err
}

// fly does one batch after the other until nobody waits.
func (b *batcher[In, Out]) fly() {
	for batch := b.take(); len(batch) > 0; batch = b.take() {
		in := make([]In, len(batch))
		for i, a := range batch {
			in[i] = a.in
		}
		out, err := b.do(in)
		for i, a := range batch {
			if err == nil {
				a.out = out[i]
			}
			a.err = err
			close(a.done)
		}
	}
}

// take takes the next batch; if there is none, the flight is over.
func (b *batcher[In, Out]) take() []*asked[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch []*asked[In, Out]
	weight := 0
	for len(b.waiting) > 0 && len(batch) < b.most && weight <= b.heavy {
		a := b.waiting[0]
		b.waiting = b.waiting[1:]
		if !a.taken.CompareAndSwap(false, true) {
			continue
		}
		if b.weight != nil {
			weight += b.weight(a.in)
		}
		batch = append(batch, a)
	}
	if len(batch) == 0 {
		b.flying--
	}
	return batch
}

// stop waits until all batches have landed.
func (b *batcher[In, Out]) stop() { b.running.Wait() }
