package sqlite

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// place is where a job stands in its queue.
type place struct{ due, seq int64 }

func (p place) before(o place) bool { return p.due < o.due || p.due == o.due && p.seq < o.seq }

// nowhere is the horizon of a queue that has nothing on disk.
var nowhere = place{math.MaxInt64, math.MaxInt64}

// job is a waiting job in memory. All times are in µs.
type job struct {
	place
	id      string
	lane    *lane
	stands  int // in lane.jobs
	ready   int64
	attempt int
	body    []byte // nil: on disk only
	token   int64  // of the last claim; 0: not claimed, or put back
	ends    int64  // when that lease ends
	doubt   bool   // it was there when the store was opened: a process that died may have claimed it, so claims of it are written down
}

// lane is a queue of jobs that run one at a time. It stands in one of the queue's two heaps, or in none while its job is being settled.
type lane struct {
	name     string
	jobs     heap[*job] // by place
	running  *job       // the job that was claimed last, until it is done or put back
	settling int        // how many of its jobs are in a group that is being written
	when     int64      // the earliest time at which the first job may be claimed
	in       *heap[*lane]
	stands   int // in in
}

func newLane(name string) *lane {
	return &lane{name: name, stands: -1, jobs: heap[*job]{
		before: func(a, b *job) bool { return a.place.before(b.place) },
		stands: func(j *job, i int) { j.stands = i },
	}}
}

func (l *lane) first() *job { return l.jobs.items[0] }

// claimable is when the first job may be claimed.
func (l *lane) claimable() int64 {
	first := l.first()
	at := max(first.due, first.ready)
	if l.running != nil {
		at = max(at, l.running.ends)
	}
	return at
}

// queue is the due set of a queue: every waiting job that stands before the horizon is here, every other is on disk.
type queue struct {
	name string

	mu      sync.Mutex
	horizon place
	known   map[int64]*job // by seq
	leased  map[int64]*job // by token
	lanes   map[string]*lane
	ready   heap[*lane] // those that could be claimed at the time of a claim, by the place of their first job
	later   heap[*lane] // the others, by when

	wake  chan struct{}
	alarm *time.Timer
	rings int64 // when the alarm rings; MaxInt64: it does not
}

func newQueue(name string) *queue {
	q := &queue{
		name: name, horizon: nowhere, known: map[int64]*job{}, leased: map[int64]*job{}, lanes: map[string]*lane{},
		wake: make(chan struct{}, 1), rings: math.MaxInt64,
	}
	stands := func(l *lane, i int) { l.stands = i }
	q.ready = heap[*lane]{stands: stands, before: func(a, b *lane) bool { return a.first().place.before(b.first().place) }}
	q.later = heap[*lane]{stands: stands, before: func(a, b *lane) bool { return a.when < b.when }}
	return q
}

// add takes a job in and reports whether it did: a job that was written a moment ago may have been read from disk already.
func (q *queue) add(j *job, laneName string) bool {
	if q.known[j.seq] != nil {
		return false
	}
	q.known[j.seq] = j
	l := q.lanes[laneName]
	if l == nil {
		l = newLane(laneName)
		if laneName != "" {
			q.lanes[laneName] = l
		}
	}
	j.lane = l
	l.jobs.push(j)
	if l.first() == j {
		q.put(l) // else what may be claimed first, and when, has not changed
	}
	return true
}

// put puts the lane where it belongs after a change.
func (q *queue) put(l *lane) {
	q.take(l)
	switch {
	case l.jobs.len() == 0:
		if q.lanes[l.name] == l {
			delete(q.lanes, l.name)
		}
	case l.settling == 0:
		l.when = l.claimable()
		l.in = &q.later
		q.later.push(l)
	}
}

// take takes the lane out of its heap, also when what it is ordered by has just changed.
func (q *queue) take(l *lane) {
	if l.in != nil {
		l.in.remove(l.stands)
		l.in = nil
	}
}

// ripen moves to ready what can be claimed now.
func (q *queue) ripen(now int64) {
	for q.later.len() > 0 && q.later.items[0].when <= now {
		l := q.later.items[0]
		q.take(l)
		l.in = &q.ready
		q.ready.push(l)
	}
}

// next returns the lane whose first job is to be claimed next, or nil.
func (q *queue) next(now int64) *lane {
	for q.ready.len() > 0 {
		l := q.ready.items[0]
		if l.when <= now {
			return l
		}
		q.put(l) // the clock went back
	}
	return nil
}

// lease leases the first job of the lane.
func (q *queue) lease(l *lane, token, ends int64) *job {
	j := l.first()
	q.take(l)
	delete(q.leased, j.token)
	j.token, j.ends = token, ends
	j.attempt++
	q.leased[token] = j
	l.running = j
	q.put(l)
	return j
}

// settle holds the job of the lease, so that nobody claims it while its end is being written. It returns nil if the lease is lost.
func (q *queue) settle(id string, token int64) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	j := q.leased[token]
	if j == nil || j.id != id {
		return nil
	}
	delete(q.leased, token)
	j.lane.settling++
	q.put(j.lane)
	return j
}

// unsettle gives the lease back: its end was not written.
func (q *queue) unsettle(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.leased[j.token] = j
	j.lane.settling--
	q.put(j.lane)
}

// finish takes a job out that is done.
func (q *queue) finish(j *job) {
	delete(q.known, j.seq)
	q.freed(j)
	j.lane.jobs.remove(j.stands)
	q.put(j.lane)
}

// restore puts a job back in its place.
func (q *queue) restore(j *job, ready int64, attempt int) {
	j.ready, j.attempt = ready, attempt
	q.freed(j)
	q.put(j.lane)
}

func (q *queue) freed(j *job) {
	l := j.lane
	q.take(l)
	l.settling--
	if l.running == j {
		l.running = nil
	}
	j.token, j.ends = 0, 0
}

// soonest is when the queue may next have something to claim.
func (q *queue) soonest() int64 {
	at := q.horizon.due
	if q.later.len() > 0 {
		at = min(at, q.later.items[0].when)
	}
	if q.ready.len() > 0 {
		at = math.MinInt64
	}
	return at
}

// budget is how many bytes of bodies may still be kept in memory.
type budget struct{ used atomic.Int64 }

const maxBodies = 64 << 20

// keep reports whether a body of n bytes may stay in memory; then it counts until free.
func (b *budget) keep(n int) bool {
	if b.used.Add(int64(n)) > maxBodies {
		b.used.Add(-int64(n))
		return false
	}
	return true
}

func (b *budget) free(n int) { b.used.Add(-int64(n)) }
