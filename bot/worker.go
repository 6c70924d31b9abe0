package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

const (
	lease    = time.Minute      // longer than any job may take
	deadline = 30 * time.Second // of one job
	poll     = time.Second      // the floor under Waker
)

// work claims jobs of the queue and runs them until the context ends, then waits for those that run.
func (e *Engine) work(ctx context.Context, q queue) {
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, e.Workers)
	freed := make(chan struct{}, 1)
	var wake <-chan struct{}
	if w, ok := e.Store.(Waker); ok {
		wake = w.Wake(q.name)
	}
	for ctx.Err() == nil {
		claimed := 0
		if free := cap(slots) - len(slots); free > 0 {
			jobs, err := e.Store.Claim(ctx, q.name, e.Now(), free, lease)
			if err != nil && ctx.Err() == nil {
				e.Logger.Error("claim", "queue", q.name, "error", err)
			}
			claimed = len(jobs)
			for _, job := range jobs {
				slots <- struct{}{}
				running.Go(func() {
					// What has been claimed is finished, also when the service is stopping.
					if err := e.settle(context.WithoutCancel(ctx), q, job); err != nil {
						e.Logger.Error("settle", "queue", q.name, "job", job.ID, "error", err)
					}
					<-slots
					select {
					case freed <- struct{}{}:
					default:
					}
				})
			}
		}
		if claimed > 0 && len(slots) < cap(slots) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-freed:
		case <-time.After(poll):
		}
	}
}

// settle runs a job and commits what came of it: done with its changes, back in its place, or a dead letter.
func (e *Engine) settle(ctx context.Context, q queue, job Job) error {
	result := "done"
	err := e.run(ctx, q, job)
	var wait *waitError
	switch {
	case err == nil:
	case errors.As(err, &wait):
		result = "wait"
		err = e.Store.Commit(ctx, Change{Back: []Return{{Lease: job.Lease, Ready: wait.until, Fresh: true}}})
	case permanent(err) || job.Attempt >= q.attempts:
		result = "dead"
		e.Logger.Error("gave up", "queue", q.name, "job", job.ID, "attempt", job.Attempt, "error", err)
		err = e.bury(ctx, q, job, err)
	default:
		result = "retry"
		e.Logger.Warn("will try again", "queue", q.name, "job", job.ID, "attempt", job.Attempt, "error", err)
		err = e.Store.Commit(ctx, Change{Back: []Return{{Lease: job.Lease, Ready: e.Now().Add(backoff(job.Attempt, err))}}})
	}
	if e.Measure != nil {
		e.Measure(Measurement{Queue: q.name, Result: result, Waited: e.Now().Sub(job.Due)})
	}
	return err
}

// run handles the job and commits its change. A turn that lost a race runs again on what is there now.
func (e *Engine) run(ctx context.Context, q queue, job Job) (err error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = Because(Internal, fmt.Errorf("panic: %v\n%s", r, debug.Stack()), "")
		}
	}()
	for race := 0; ; race++ {
		change, err := q.handle(ctx, job)
		if err != nil {
			return err
		}
		change.Done = append(change.Done, job.Lease)
		err = e.Store.Commit(ctx, change)
		if KindOf(err) != Conflict || race == 20 {
			return err
		}
		time.Sleep(time.Duration(rand.IntN(1+race)) * time.Millisecond)
	}
}

// waitError puts a job back without counting: a limiter says not yet.
type waitError struct{ until time.Time }

func (e *waitError) Error() string { return "not before " + e.until.Format(time.RFC3339) }

// permanent reports whether another attempt cannot help.
func permanent(err error) bool {
	var send *SendError
	if errors.As(err, &send) {
		return send.Outcome == Never
	}
	k := KindOf(err)
	return k == Invalid || k == NotFound || k == Forbidden
}

// backoff is how long to wait after a number of attempts: 1 s, 4 s, 16 s … 10 min, give or take a fifth, unless the platform said how long.
func backoff(attempt int, err error) time.Duration {
	var send *SendError
	if errors.As(err, &send) && send.After > 0 {
		return send.After
	}
	d := min(time.Second<<(2*min(max(attempt-1, 0), 8)), 10*time.Minute)
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d))
}

// KindDead is the kind of record that keeps a DeadLetter; key queue=.
const KindDead = "dead"

// DeadLetter is a job that was given up.
type DeadLetter struct {
	Queue   string          `json:"queue"`
	Job     string          `json:"job"`
	Lane    string          `json:"lane"`
	Body    json.RawMessage `json:"body"`
	Error   string          `json:"error"`
	Attempt int             `json:"attempt"`
	At      time.Time       `json:"at"`
}

// bury makes a dead letter of the job.
func (e *Engine) bury(ctx context.Context, q queue, job Job, why error) error {
	change := Change{}
	if q.giveUp != nil {
		change = q.giveUp(job, why)
	}
	body, err := json.Marshal(DeadLetter{
		Queue: q.name, Job: job.ID, Lane: job.Lane, Body: job.Body, Error: why.Error(), Attempt: job.Attempt, At: e.Now(),
	})
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%s/%s/%d", q.name, job.ID, e.Now().UnixMicro())
	change.Put = append(change.Put, Record{Kind: KindDead, ID: id, Time: e.Now(), Keys: []string{"queue=" + q.name}, Body: body})
	change.Done = append(change.Done, job.Lease)
	return e.Store.Commit(ctx, change)
}

// Revive sends a dead letter again: as a new job, and the letter is gone.
func (e *Engine) Revive(ctx context.Context, id string) error {
	r, err := e.Store.Get(ctx, KindDead, id)
	if err != nil {
		return err
	}
	var letter DeadLetter
	if err := json.Unmarshal(r.Body, &letter); err != nil {
		return err
	}
	return e.Store.Commit(ctx, Change{
		Put: []Record{{Kind: KindDead, ID: id, Version: r.Version}},
		Add: []Job{{
			Queue: letter.Queue, ID: fmt.Sprintf("%s!%d", letter.Job, r.Version), Lane: letter.Lane, Due: e.Now(), Body: letter.Body,
		}},
	})
}
