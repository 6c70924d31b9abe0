package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"linli/bot"
)

var togetherTests = []test{
	{"no increment is lost in races", func(b *bench) {
		const writers, each = 16, 25
		b.put(bot.Record{Kind: "n", ID: "1", Time: start, Body: body(0)})
		var lost atomic.Int64
		together(writers, func(int) {
			for range each {
				for {
					r := b.get("n", "1")
					var v struct{ V int }
					if err := json.Unmarshal(r.Body, &v); err != nil {
						b.Error(err)
						return
					}
					r.Body = body(v.V + 1)
					err := b.try(bot.Change{Put: []bot.Record{r}})
					if err == nil {
						break
					}
					lost.Add(1)
					if bot.KindOf(err) != bot.Conflict {
						b.Error(err)
						return
					}
				}
			}
		})
		b.same("total", b.get("n", "1").Body, body(writers*each))
	}},
	{"only one of many may create a record or end a lease", func(b *bench) {
		for round := range 20 {
			id := fmt.Sprint(round)
			b.add(job(id, "", start))
			held := b.one("q", id)
			var created, ended atomic.Int64
			together(8, func(int) {
				if b.try(bot.Change{Put: []bot.Record{note(id, start)}}) == nil {
					created.Add(1)
				}
				if b.try(bot.Change{Done: []bot.Lease{held.Lease}}) == nil {
					ended.Add(1)
				}
			})
			b.same("created and ended", []int64{created.Load(), ended.Load()}, []int64{1, 1})
		}
	}},
	{"concurrent changes stand or fall alone, each as a whole", func(b *bench) {
		const writers, each = 8, 40
		b.put(note("contested", start))
		stale := note("contested", start)
		var won atomic.Int64
		together(writers, func(w int) {
			for i := range each {
				id := fmt.Sprintf("%d/%d", w, i)
				c := bot.Change{
					Put: []bot.Record{note(id+"a", start, "pair"), note(id+"b", start, "pair")},
					Add: []bot.Job{job(id, "", start)},
				}
				if i%4 == 3 {
					c.Put = append(c.Put, stale)
				}
				switch err := b.try(c); {
				case err == nil && i%4 != 3:
					won.Add(1)
				case bot.KindOf(err) == bot.Conflict && i%4 == 3:
				default:
					b.Errorf("%s: %v", id, err)
				}
			}
		})
		b.same("records and contested", b.count(bot.Query{Kind: "note", Keys: []string{"pair"}}, bot.Query{Kind: "note"}), []int{int(2 * won.Load()), int(2*won.Load()) + 1})
		b.same("jobs", len(b.claim("q", 10_000)), int(won.Load()))
	}},
	{"a count is of one moment", func(b *bench) {
		stop := make(chan struct{})
		var writing sync.WaitGroup
		writing.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				b.put(note(fmt.Sprint(i, "a"), start, "a"), note(fmt.Sprint(i, "b"), start, "b"))
			}
		})
		for total := 0; total < 600; {
			n := b.count(bot.Query{Kind: "note", Keys: []string{"a"}}, bot.Query{Kind: "note", Keys: []string{"b"}}, bot.Query{Kind: "note"})
			if n[0] != n[1] || n[2] != n[0]+n[1] {
				b.Errorf("counted %v", n)
				break
			}
			total = n[2]
		}
		close(stop)
		writing.Wait()
	}},
	{"every job runs once, lanes in order and one at a time, whoever claims", func(b *bench) {
		const lanes, each, workers = 12, 25, 6
		for i := range each {
			var jobs []bot.Job
			for l := range lanes {
				jobs = append(jobs, job(fmt.Sprintf("%d/%d", l, i), fmt.Sprint(l), start.Add(time.Duration(i)*time.Microsecond)))
			}
			b.add(jobs...)
		}
		b.clock.move(time.Second)
		var running [lanes]atomic.Int32
		var next [lanes]atomic.Int32
		var left atomic.Int64
		left.Store(lanes * each)
		together(workers, func(w int) {
			dice := rand.New(rand.NewPCG(7, uint64(w)))
			for left.Load() > 0 {
				for _, j := range b.claim("q", 1+dice.IntN(3)) {
					var l, i int
					if _, err := fmt.Sscanf(j.ID, "%d/%d", &l, &i); err != nil {
						b.Error(err)
						return
					}
					if running[l].Add(1) != 1 {
						b.Errorf("two jobs of lane %d run at a time", l)
					}
					if got := next[l].Load(); got != int32(i) {
						b.Errorf("lane %d: job %d came when %d was due", l, i, got)
					}
					back := dice.IntN(4) == 0
					if !back {
						next[l].Add(1)
					}
					running[l].Add(-1)
					c := bot.Change{Done: []bot.Lease{j.Lease}, Put: []bot.Record{note(j.ID, start)}}
					if back {
						c = bot.Change{Back: []bot.Return{{Lease: j.Lease, Ready: start}}}
					}
					if err := b.try(c); err != nil {
						b.Errorf("end of %s: %v", j.ID, err)
						return
					}
					if !back {
						left.Add(-1)
					}
				}
			}
		})
		b.claims("q", 10)
		b.same("records", b.count(bot.Query{Kind: "note"}), []int{lanes * each})
	}},
	{"an ID that many add at once is one job", func(b *bench) {
		for i := range 20 {
			id := fmt.Sprint(i)
			together(8, func(int) {
				if err := b.try(bot.Change{Add: []bot.Job{job(id, "", start)}}); err != nil {
					b.Error(err)
				}
			})
			b.one("q", id)
		}
	}},
}

// together runs f in n goroutines at once and waits for them. In them b.Fatal must not be reached by what is expected to fail.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}
