package storetest

import (
	"bytes"
	"fmt"
	"time"

	"linli/bot"
)

var jobTests = []test{
	{"nothing is claimed where nothing is", func(b *bench) { b.claims("q", 10) }},
	{"a claimed job is what was added", func(b *bench) {
		want := bot.Job{Queue: "q", ID: "1", Lane: "a", Due: start.Add(-time.Second), Body: body("x")}
		b.add(want)
		got := b.one("q", "1")
		if got.Lease.Queue != "q" || got.Lease.ID != "1" {
			b.Fatalf("lease %+v", got.Lease)
		}
		want.Attempt, want.Lease = 1, got.Lease
		b.same("job", got, want)
	}},
	{"jobs come by due time, then in the order in which they were added", func(b *bench) {
		b.add(job("c", "", start.Add(-time.Second)), job("a", "", start.Add(-time.Second)))
		b.add(job("b", "", start.Add(-time.Second)))
		b.add(job("first", "", start.Add(-time.Hour)), job("zero", "", time.Time{}))
		b.claims("q", 3, "zero", "first", "c")
		b.claims("q", 3, "a", "b")
	}},
	{"a job is not claimed before it is due", func(b *bench) {
		b.add(job("1", "", start.Add(time.Hour)), job("2", "", start.Add(time.Microsecond)), job("3", "", start))
		b.done(b.one("q", "3"))
		b.clock.move(time.Microsecond)
		b.done(b.one("q", "2"))
		b.clock.move(time.Hour - 2*time.Microsecond)
		b.claims("q", 10)
		b.clock.move(time.Microsecond)
		b.claims("q", 10, "1")
	}},
	{"queues know nothing of each other", func(b *bench) {
		other := job("1", "a", start)
		other.Queue = "other"
		b.add(job("1", "a", start), other)
		b.one("q", "1")
		held := b.one("other", "1")
		wrong := held.Lease
		wrong.Queue = "q"
		b.refuse(bot.Conflict, bot.Change{Done: []bot.Lease{wrong}})
		b.done(held)
	}},
	{"no more than asked for are claimed", func(b *bench) {
		for i := range 5 {
			b.add(job(fmt.Sprint(i), "", start))
		}
		b.claims("q", 0)
		b.claims("q", 2, "0", "1")
		b.claims("q", 2, "2", "3")
		b.claims("q", 2, "4")
	}},
	{"a claimed job is invisible until its lease ends, then it comes again with a higher attempt", func(b *bench) {
		b.add(job("1", "a", start), job("2", "a", start))
		b.one("q", "1")
		b.clock.move(lease - time.Microsecond)
		b.claims("q", 10)
		for attempt := 2; attempt < 5; attempt++ {
			b.clock.move(time.Microsecond)
			b.same("attempt", b.one("q", "1").Attempt, attempt)
			b.clock.move(lease - time.Microsecond)
			b.claims("q", 10)
		}
	}},
	{"a lease that ended is good as long as nobody else has claimed", func(b *bench) {
		b.add(job("1", "", start))
		held := b.one("q", "1")
		b.clock.move(2 * lease)
		b.done(held)
		b.claims("q", 10)
	}},
	{"a lease is good for one end only", func(b *bench) {
		b.add(job("1", "", start))
		held := b.one("q", "1")
		b.done(held)
		b.refuse(bot.Conflict, bot.Change{Done: []bot.Lease{held.Lease}})
		b.add(job("2", "", start))
		held = b.one("q", "2")
		b.back(held, start)
		b.refuse(bot.Conflict, bot.Change{Done: []bot.Lease{held.Lease}})
		b.one("q", "2")
		b.refuse(bot.Conflict, bot.Change{Back: []bot.Return{{Lease: held.Lease}}})
		b.refuse(bot.Conflict, bot.Change{Done: []bot.Lease{{Queue: "q", ID: "2", Token: held.Lease.Token + 1000}}})
		b.refuse(bot.Conflict, bot.Change{Done: []bot.Lease{{Queue: "q", ID: "nobody"}}})
	}},
	{"a known ID is dropped while its job waits, while it is leased and after it was done", func(b *bench) {
		second := job("1", "other", start)
		second.Body = body("second")
		b.add(job("1", "a", start.Add(time.Hour)))
		b.add(second, job("2", "", start))
		b.done(b.one("q", "2"))
		b.clock.move(time.Hour)
		b.add(second)
		held := b.one("q", "1")
		b.same("body", held.Body, body("1"))
		b.add(second)
		b.claims("q", 10)
		b.done(held)
		b.add(second, second)
		b.claims("q", 10)
		b.reopen()
		b.add(second)
		b.claims("q", 10)
	}},
	{"two jobs with one ID in a change are one", func(b *bench) {
		b.add(job("1", "", start), job("1", "", start))
		b.one("q", "1")
		b.claims("q", 10)
	}},
	{"an ID is forgotten 48 hours after its job was done, not after it was added", func(b *bench) {
		b.add(job("1", "", start))
		b.clock.move(100 * time.Hour)
		b.done(b.one("q", "1"))
		b.clock.move(bot.DedupeWindow - time.Second)
		b.add(job("1", "", start))
		b.claims("q", 10)
		b.clock.move(2 * time.Second)
		b.add(job("1", "", start))
		b.same("attempt", b.one("q", "1").Attempt, 1)
	}},
	{"a job that was put back comes again when it is ready, and counts on", func(b *bench) {
		b.add(job("1", "", start))
		b.back(b.one("q", "1"), start.Add(10*time.Second))
		b.clock.move(10*time.Second - time.Microsecond)
		b.claims("q", 10)
		b.clock.move(time.Microsecond)
		j := b.one("q", "1")
		b.same("attempt", j.Attempt, 2)
		b.same("body", j.Body, body("1"))
		b.same("due", j.Due, start)
		b.back(j, b.clock.now())
		b.reopen()
		b.same("attempt after a restart", b.one("q", "1").Attempt, 3)
	}},
	{"a fresh return does not count", func(b *bench) {
		b.add(job("1", "", start))
		for range 3 {
			j := b.one("q", "1")
			b.same("attempt", j.Attempt, 1)
			b.commit(bot.Change{Back: []bot.Return{{Lease: j.Lease, Ready: start, Fresh: true}}})
		}
		b.back(b.one("q", "1"), start)
		j := b.one("q", "1")
		b.same("attempt", j.Attempt, 2)
		b.commit(bot.Change{Back: []bot.Return{{Lease: j.Lease, Ready: start, Fresh: true}}})
		b.same("attempt", b.one("q", "1").Attempt, 2)
	}},
	{"a job that was put back keeps its place", func(b *bench) {
		b.add(job("1", "", start), job("2", "", start))
		b.back(b.next("q", "1"), start)
		b.claims("q", 10, "1", "2")
	}},
	{"a job that dies with its process is not new for ever", func(b *bench) {
		b.add(job("1", "a", start))
		last := 0
		for range 6 {
			last = b.one("q", "1").Attempt
			b.reopen()
			b.clock.move(lease)
		}
		if last < 4 {
			b.Fatalf("attempt %d after six deaths", last)
		}
	}},
	{"a clock that jumps hands nothing out early and loses nothing", func(b *bench) {
		at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
		for h := range 10 {
			b.add(job(fmt.Sprint(h), "", at(h)))
		}
		b.clock.set(at(4))
		b.claims("q", 2, "0", "1")
		b.clock.set(at(2))
		b.claims("q", 10, "2")
		b.clock.set(at(-5))
		b.claims("q", 10)
		b.clock.set(at(3))
		held := b.claims("q", 10, "2", "3") // the leases of 0 and 1 began at a later time and last
		b.back(held[1], at(6))
		b.clock.set(at(-100))
		b.claims("q", 10)
		b.add(job("new", "", at(-101)))
		b.claims("q", 10, "new")
		b.clock.set(at(1000))
		b.claims("q", 20, "new", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	}},
	{"a job may be far ahead and still come", func(b *bench) {
		var jobs []bot.Job
		for i := range 2500 {
			jobs = append(jobs, job(fmt.Sprint(i), "", start.AddDate(0, 0, i)))
		}
		b.add(jobs...)
		b.claims("q", 10, "0")
		b.add(job("between", "", start.AddDate(0, 0, 5).Add(time.Hour)))
		b.clock.set(start.AddDate(0, 0, 6))
		b.claims("q", 5, "0", "1", "2", "3", "4")
		b.claims("q", 5, "5", "between", "6")
		b.add(job("behind", "", start.AddDate(0, 0, 8).Add(time.Hour)))
		b.clock.set(start.AddDate(0, 0, 10))
		b.claims("q", 14, "0", "1", "2", "3", "4", "5", "between", "6", "7", "8", "behind", "9", "10")
		b.clock.set(start.AddDate(20, 0, 0))
		got := map[string]bool{}
		for jobs := b.claim("q", 300); len(jobs) > 0; jobs = b.claim("q", 300) {
			b.done(jobs...)
			for _, j := range jobs {
				got[j.ID] = true
			}
		}
		b.same("all", len(got), 2502)
	}},
	{"bodies of jobs may have any size up to the limit", func(b *bench) {
		for i, n := range []int{0, 1, 100_000, bot.MaxBody} {
			big := bytes.Repeat([]byte("里"), n/3+1)[:n]
			id := fmt.Sprint(i)
			b.add(bot.Job{Queue: "q", ID: id, Due: start, Body: big})
			j := b.one("q", id)
			if !bytes.Equal(j.Body, big) {
				b.Fatalf("a body of %d bytes came back with %d", n, len(j.Body))
			}
			b.back(j, start)
			b.reopen()
			b.clock.move(lease)
			j = b.one("q", id)
			if !bytes.Equal(j.Body, big) {
				b.Fatalf("after a restart a body of %d bytes came back with %d", n, len(j.Body))
			}
			b.done(j)
		}
	}},
	{"queues, IDs and lanes may be any string", func(b *bench) {
		for _, s := range odd {
			b.add(bot.Job{Queue: s, ID: s, Lane: s, Due: start, Body: body(s)})
		}
		for _, s := range odd {
			j := b.one(s, s)
			b.same("lane", j.Lane, s)
			b.done(j)
		}
	}},
	{"a claim that cannot be is invalid", func(b *bench) {
		for _, c := range []struct {
			queue string
			n     int
			lease time.Duration
		}{{"", 1, lease}, {"q", -1, lease}, {"q", 1, 0}, {"q", 1, -1}} {
			if _, err := b.store.Claim(b.ctx, c.queue, start, c.n, c.lease); bot.KindOf(err) != bot.Invalid {
				b.Errorf("Claim%+v: %v; want an error of kind Invalid", c, err)
			}
		}
	}},
	{"who waits is woken", func(b *bench) {
		w, ok := b.store.(bot.Waker)
		if !ok {
			return // an optional ability
		}
		wake := w.Wake("q")
		b.add(job("1", "a", start), job("2", "a", start))
		<-wake
		j := b.one("q", "1")
		for len(wake) > 0 {
			<-wake
		}
		b.done(j) // the lane is free
		<-wake
		b.one("q", "2")
	}},
}

// next claims a single job and expects it.
func (b *bench) next(queue, id string) bot.Job {
	b.Helper()
	return b.claims(queue, 1, id)[0]
}
