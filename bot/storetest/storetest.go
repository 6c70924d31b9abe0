// Package storetest is the conformance suite of bot.Store: whatever passes it can carry Linli. A backend's test is a few lines:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Harness{Open: …, Reopen: …})
//	}
//
// The suite gives the store its clock and moves it, also backwards. It waits for nothing but goroutines of its own, so that no
// outcome depends on how fast the machine is. Run it with -race too.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linli/bot"
)

// Harness is how the suite gets at a backend.
type Harness struct {
	// Open returns a store that is empty and shares nothing with any other. Whatever in it needs a clock of its own takes now.
	// It is closed when the test ends (t.Cleanup).
	Open func(t testing.TB, now func() time.Time) bot.Store

	// Reopen ends the process that uses the store, as far as the backend can tell, and returns what the next one sees.
	Reopen func(t testing.TB, s bot.Store, now func() time.Time) bot.Store
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"records", recordTests}, {"find", findTests}, {"jobs", jobTests}, {"lanes", laneTests}, {"together", togetherTests}, {"linear", linearTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) { test.run(newBench(t, h)) })
			}
		})
	}
	t.Run("behaves like the model", func(t *testing.T) { againstModel(t, h) })
}

type test struct {
	name string
	run  func(*bench)
}

// bench is what a test works at: a store, a clock, and what may be asked of them in a word. A failure ends the test.
type bench struct {
	testing.TB
	h     Harness
	store bot.Store
	clock *clock
	ctx   context.Context
}

func newBench(t testing.TB, h Harness) *bench {
	c := &clock{}
	c.set(start)
	return &bench{TB: t, h: h, store: h.Open(t, c.now), clock: c, ctx: context.Background()}
}

// start is when the suite's clock begins.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// clock is a clock that is moved by hand.
type clock struct{ us atomic.Int64 }

func (c *clock) now() time.Time       { return time.UnixMicro(c.us.Load()).UTC() }
func (c *clock) set(t time.Time)      { c.us.Store(t.UnixMicro()) }
func (c *clock) move(d time.Duration) { c.us.Add(d.Microseconds()) }

func (b *bench) reopen() { b.store = b.h.Reopen(b, b.store, b.clock.now) }

// try commits and returns the error.
func (b *bench) try(c bot.Change) error { return b.store.Commit(b.ctx, c) }

func (b *bench) commit(c bot.Change) {
	b.Helper()
	if err := b.try(c); err != nil {
		b.Fatalf("Commit: %v", err)
	}
}

func (b *bench) put(records ...bot.Record) {
	b.Helper()
	b.commit(bot.Change{Put: records})
}

func (b *bench) add(jobs ...bot.Job) {
	b.Helper()
	b.commit(bot.Change{Add: jobs})
}

func (b *bench) done(jobs ...bot.Job) {
	b.Helper()
	b.commit(bot.Change{Done: leases(jobs)})
}

func (b *bench) back(j bot.Job, ready time.Time) {
	b.Helper()
	b.commit(bot.Change{Back: []bot.Return{{Lease: j.Lease, Ready: ready}}})
}

func leases(jobs []bot.Job) []bot.Lease {
	var all []bot.Lease
	for _, j := range jobs {
		all = append(all, j.Lease)
	}
	return all
}

func (b *bench) get(kind, id string) bot.Record {
	b.Helper()
	r, err := b.store.Get(b.ctx, kind, id)
	if err != nil {
		b.Fatalf("Get(%q, %q): %v", kind, id, err)
	}
	return r
}

func (b *bench) gone(kind, id string) {
	b.Helper()
	if r, err := b.store.Get(b.ctx, kind, id); bot.KindOf(err) != bot.NotFound {
		b.Fatalf("Get(%q, %q) = %v, %v; want an error of kind NotFound", kind, id, r, err)
	}
}

// refuse expects that the change fails with the kind of error.
func (b *bench) refuse(want bot.Kind, c bot.Change) {
	b.Helper()
	if err := b.try(c); bot.KindOf(err) != want {
		b.Fatalf("Commit: %v; want an error of kind %s", err, want)
	}
}

const lease = time.Minute

// claim claims at the clock's time.
func (b *bench) claim(queue string, n int) []bot.Job {
	b.Helper()
	jobs, err := b.store.Claim(b.ctx, queue, b.clock.now(), n, lease)
	if err != nil {
		b.Fatalf("Claim: %v", err)
	}
	if len(jobs) > n {
		b.Fatalf("Claim handed out %d jobs of at most %d", len(jobs), n)
	}
	return jobs
}

// claims expects exactly these jobs, in this order, and returns them.
func (b *bench) claims(queue string, n int, want ...string) []bot.Job {
	b.Helper()
	jobs := b.claim(queue, n)
	b.same("claimed jobs", ids(jobs), want)
	return jobs
}

// one expects exactly one job and returns it.
func (b *bench) one(queue, id string) bot.Job {
	b.Helper()
	return b.claims(queue, 10, id)[0]
}

func ids(jobs []bot.Job) []string {
	var all []string
	for _, j := range jobs {
		all = append(all, j.ID)
	}
	return all
}

// same compares what came with what should have come; an empty list is like none.
func (b *bench) same(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got, alike); d != "" {
		b.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

var alike = cmp.Options{
	cmp.Comparer(func(a, b []string) bool { return slices.Equal(a, b) }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
}

// find returns the IDs of all pages, in order.
func (b *bench) find(q bot.Query) []string {
	b.Helper()
	var all []string
	for {
		p, err := b.store.Find(b.ctx, q)
		if err != nil {
			b.Fatalf("Find(%+v): %v", q, err)
		}
		limit := q.Limit
		if limit == 0 {
			limit = 100
		}
		if len(p.Records) > limit || p.Next != "" && len(p.Records) < limit {
			b.Fatalf("Find(%+v): a page of %d, next %q", q, len(p.Records), p.Next)
		}
		for _, r := range p.Records {
			all = append(all, r.ID)
		}
		if p.Next == "" {
			return all
		}
		q.After = p.Next
	}
}

func (b *bench) count(queries ...bot.Query) []int {
	b.Helper()
	n, err := b.store.Count(b.ctx, queries...)
	if err != nil {
		b.Fatalf("Count: %v", err)
	}
	return n
}

// note is a record of kind "note".
func note(id string, at time.Time, keys ...string) bot.Record {
	return bot.Record{Kind: "note", ID: id, Time: at, Keys: keys, Body: body(id)}
}

// job is a job of queue "q".
func job(id, lane string, due time.Time) bot.Job {
	return bot.Job{Queue: "q", ID: id, Lane: lane, Due: due, Body: body(id)}
}

func body(v any) json.RawMessage {
	data, err := json.Marshal(map[string]any{"v": v})
	if err != nil {
		panic(fmt.Sprintf("storetest: %v", err)) // of strings and numbers: cannot be
	}
	return data
}
