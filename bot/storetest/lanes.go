package storetest

import (
	"fmt"
	"time"

	"linli/bot"
)

var laneTests = []test{
	{"jobs of a lane come one at a time, in order", func(b *bench) {
		for i := range 4 {
			b.add(job(fmt.Sprint(i), "a", start.Add(-time.Duration(i)*time.Second)))
		}
		for _, want := range []string{"3", "2", "1", "0"} {
			j := b.one("q", want)
			b.claims("q", 10)
			b.done(j)
		}
		b.claims("q", 10)
	}},
	{"lanes do not wait for each other", func(b *bench) {
		b.add(job("a1", "a", start), job("a2", "a", start), job("b1", "b", start), job("none", "", start))
		b.claims("q", 10, "a1", "b1", "none")
	}},
	{"jobs without a lane do not wait for each other", func(b *bench) {
		b.add(job("1", "", start), job("2", "", start), job("3", "", start))
		b.claims("q", 10, "1", "2", "3")
	}},
	{"a job that was put back holds its lane until it is ready", func(b *bench) {
		b.add(job("1", "a", start), job("2", "a", start), job("3", "b", start))
		jobs := b.claims("q", 10, "1", "3")
		b.back(jobs[0], start.Add(5*time.Second))
		b.claims("q", 10)
		b.reopen()
		b.clock.move(5*time.Second - time.Microsecond)
		for _, j := range b.claim("q", 10) {
			b.same("what only a restart may free", j.ID, "3")
		}
		b.clock.move(time.Microsecond)
		again := b.claim("q", 1)
		b.same("the one that was put back", ids(again), []string{"1"})
		b.done(again...)
		b.claims("q", 1, "2")
	}},
	{"an earlier job of a lane that comes later goes first, but not while another runs", func(b *bench) {
		b.add(job("1", "a", start), job("2", "a", start))
		running := b.one("q", "1")
		b.add(job("earlier", "a", start.Add(-time.Hour)))
		b.claims("q", 10)
		b.back(running, start)
		j := b.one("q", "earlier")
		b.done(j)
		j = b.one("q", "1")
		b.done(j)
		b.one("q", "2")
	}},
	{"a job that is not due does not hold those before it, and holds those behind it", func(b *bench) {
		b.add(job("later", "a", start.Add(time.Hour)), job("latest", "a", start.Add(2*time.Hour)), job("now", "a", start))
		j := b.one("q", "now")
		b.done(j)
		b.claims("q", 10)
		b.clock.move(3 * time.Hour)
		b.done(b.one("q", "later"))
		b.one("q", "latest")
	}},
	{"a job that comes before those of its lane is not held up by them, near or far", func(b *bench) {
		for _, ahead := range []time.Duration{10 * time.Second, time.Hour} {
			lane := fmt.Sprint(ahead)
			b.add(job(lane+"later", lane, start.Add(ahead)), job(lane+"latest", lane, start.Add(2*ahead)))
			b.claims("q", 10)
			b.add(job(lane+"now", lane, start))
			b.done(b.one("q", lane+"now"))
		}
	}},
	{"a lost job of a lane is handed out before the next", func(b *bench) {
		b.add(job("1", "a", start), job("2", "a", start))
		b.one("q", "1")
		b.clock.move(lease)
		j := b.one("q", "1")
		b.claims("q", 10)
		b.done(j)
		b.one("q", "2")
	}},
	{"a full lane does not starve the others", func(b *bench) {
		var jobs []bot.Job
		for i := range 3000 {
			jobs = append(jobs, job(fmt.Sprint("full", i), "full", start.Add(-time.Hour)))
		}
		b.add(jobs...)
		b.add(job("other1", "x", start), job("other2", "y", start))
		b.claims("q", 10, "full0", "other1", "other2")
	}},
	{"ten thousand jobs of a lane come in order, also over a restart", func(b *bench) {
		const n = 10_000 // waiting; as many are run as show the order
		var jobs []bot.Job
		for i := range n {
			jobs = append(jobs, job(fmt.Sprint(i), "a", start.Add(time.Duration(i)*time.Microsecond)))
		}
		b.add(jobs...)
		b.clock.move(time.Second)
		for i := range 300 {
			if i == 200 {
				b.reopen()
			}
			b.done(b.one("q", fmt.Sprint(i)))
		}
	}},
	{"among many lanes the oldest goes first", func(b *bench) {
		const lanes, each = 50, 4
		var jobs []bot.Job
		for i := range each {
			for l := range lanes {
				jobs = append(jobs, job(fmt.Sprintf("%d/%d", l, i), fmt.Sprint(l), start.Add(time.Duration(i*lanes+l)*time.Microsecond)))
			}
		}
		b.add(jobs...)
		b.clock.move(time.Hour)
		for i := range each {
			for l := 0; l < lanes; l += 10 {
				var want []string
				for k := range 10 {
					want = append(want, fmt.Sprintf("%d/%d", l+k, i))
				}
				b.done(b.claims("q", 10, want...)...)
			}
		}
		b.claims("q", 10)
	}},
}
