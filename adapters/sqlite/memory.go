package sqlite

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"math"
	"sync/atomic"
	"time"
)

const (
	ahead      = time.Minute // a job that is due later than this stays on disk when it is added
	inMemory   = 50_000      // jobs of a queue; when there are more, new ones stay on disk
	pageOfJobs = 1000
)

// tokens names leases. A token of a process that died must never fit one of ours, so each process begins somewhere else.
type tokens struct{ last atomic.Int64 }

func (t *tokens) start() {
	var b [8]byte
	rand.Read(b[:]) // never fails
	t.last.Store(int64(binary.LittleEndian.Uint64(b[:]) >> 2))
}

func (t *tokens) next() int64 { return t.last.Add(1) }

// found is a waiting job as it was read from disk.
type found struct {
	queue, lane string
	job         *job
}

// queue returns the queue, a new one if nothing has been heard of it.
func (s *Store) queue(name string) *queue {
	s.dueMu.RLock()
	q := s.queues[name]
	s.dueMu.RUnlock()
	if q != nil {
		return q
	}
	s.dueMu.Lock()
	defer s.dueMu.Unlock()
	if q = s.queues[name]; q == nil {
		q = newQueue(name)
		s.queues[name] = q
	}
	return q
}

// findQueues sets the horizon of each queue before its first waiting job, which all are on disk.
func (s *Store) findQueues(ctx context.Context) error {
	rows, err := s.queries.queues.QueryContext(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var first place
		if err := rows.Scan(&name, &first.due, &first.seq); err != nil {
			return err
		}
		s.queue(name).horizon = first
	}
	return rows.Err()
}

// remember brings the due set up to date after a group was written.
func (s *Store) remember(group []*request, now int64) {
	w := &s.writer
	for _, f := range w.foreign {
		s.admit(f, now)
	}
	w.foreign = nil
	for _, r := range group {
		if r.err != nil {
			continue
		}
		for i := range r.change.ends {
			s.ended(&r.change.ends[i], now)
		}
		for i := range r.change.adds {
			if a := &r.change.adds[i]; a.seq != 0 && a.done == 0 {
				s.admit(found{a.queue, a.lane, &job{
					place: place{a.due, a.seq}, id: a.id, ready: a.ready, attempt: a.attempt, body: a.body, stands: -1,
				}}, now)
			}
		}
	}
}

func (s *Store) ended(e *end, now int64) {
	q, j := e.queue, e.job
	q.mu.Lock()
	defer q.mu.Unlock()
	if e.back {
		q.restore(j, e.ready, e.attempt())
	} else {
		s.bodies.free(len(j.body))
		q.finish(j)
	}
	s.call(q, j.lane.when, now)
}

// admit takes a job that was written into the due set, or leaves it on disk if it is far ahead or there are too many.
func (s *Store) admit(f found, now int64) {
	if s.opts.Attach {
		return // the process that holds the folder will see it
	}
	q, j := s.queue(f.queue), f.job
	q.mu.Lock()
	defer q.mu.Unlock()
	if !j.before(q.horizon) {
		s.call(q, q.horizon.due, now)
		return
	}
	if j.due > until(now, ahead) || len(q.known) >= inMemory {
		q.horizon = j.place
		s.call(q, q.horizon.due, now)
		return
	}
	if !s.bodies.keep(len(j.body)) {
		j.body = nil
	}
	if q.add(j, f.lane) {
		s.call(q, j.lane.when, now)
	} else {
		s.bodies.free(len(j.body))
	}
}

// call wakes whoever waits for the queue if there is something at that time, or sees to it that the alarm rings then.
func (s *Store) call(q *queue, at, now int64) {
	if at <= now {
		q.call()
		return
	}
	if q.alarm == nil || at >= q.rings {
		return
	}
	q.rings = at
	q.alarm.Reset(time.Duration(min(at-now, math.MaxInt64/1000)) * time.Microsecond)
}

// call leaves a word for one waiter.
func (q *queue) call() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Wake implements bot.Waker.
func (s *Store) Wake(name string) <-chan struct{} {
	q := s.queue(name)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.alarm == nil {
		q.alarm = time.AfterFunc(math.MaxInt64, func() {
			q.mu.Lock()
			q.rings = math.MaxInt64
			q.mu.Unlock()
			q.call()
		})
		s.call(q, q.soonest(), s.now().UnixMicro())
	}
	return q.wake
}

// stopAlarms is for the end: no alarm rings after it.
func (s *Store) stopAlarms() {
	s.dueMu.RLock()
	defer s.dueMu.RUnlock()
	for _, q := range s.queues {
		q.mu.Lock()
		if q.alarm != nil {
			q.alarm.Stop()
			q.rings = math.MinInt64
		}
		q.mu.Unlock()
	}
}

// foreignJobs reads the waiting jobs that were added since the number.
func (w *writer) foreignJobs(from int64) ([]found, error) {
	rows, err := w.st.foreign.QueryContext(context.Background(), from)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []found
	for rows.Next() {
		f := found{job: &job{stands: -1}}
		if err := rows.Scan(&f.queue, &f.job.due, &f.job.seq, &f.job.id, &f.lane, &f.job.ready, &f.job.attempt); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, rows.Err()
}
