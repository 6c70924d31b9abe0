package sqlite_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
)

// LINLI_BENCH_LARGE=1 adds the runs with a million records and timers, which take a minute to fill.
var sizes = []int{1_000, 100_000}

func benchSizes() []int {
	if os.Getenv("LINLI_BENCH_LARGE") != "" {
		return append(sizes, 1_000_000)
	}
	return sizes
}

var benchStart = time.Now()

// filled returns a store with n records (nine of ten are lines of a transcript with a key, one is a session) and as many timers in the future.
func filled(b *testing.B, n int) *sqlite.Store {
	b.Helper()
	s := open(b, b.TempDir(), sqlite.Options{})
	if err := s.Load(b.Context(), prefill(n)); err != nil {
		b.Fatal(err)
	}
	return s
}

func prefill(n int) iter.Seq2[sqlite.Item, error] {
	return func(yield func(sqlite.Item, error) bool) {
		for i := range n {
			r := bot.Record{Kind: "line", ID: "old/" + strconv.Itoa(i), Time: benchStart.Add(-time.Duration(n-i) * time.Second), Keys: []string{"chat=" + strconv.Itoa(i%5000)}, Body: text}
			if i%10 == 0 {
				r.Kind, r.ID, r.Keys = "session", "lane"+strconv.Itoa(i/10), nil
			}
			if !yield(sqlite.Item{Record: &r}, nil) {
				return
			}
		}
		for i := range n {
			if !yield(sqlite.Item{Job: &bot.Job{Queue: "timer", ID: "t" + strconv.Itoa(i), Lane: "m" + strconv.Itoa(i%1000), Due: benchStart.Add(time.Hour + time.Duration(i)*time.Second), Body: text}}, nil) {
				return
			}
		}
	}
}

// text is a body of the usual size.
var text = json.RawMessage(`{"text":"` + strings.Repeat("马鞍山社区3栋2单元下水道堵了,", 8) + `"}`)

// BenchmarkDisk is what the disk can do: 8 KiB appended and synced.
func BenchmarkDisk(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 8192)
	for b.Loop() {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N, "syncs/s")
}

func perSecond(b *testing.B, n int, unit string) {
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), unit)
	b.ReportMetric(0, "ns/op")
}

func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := open(b, b.TempDir(), sqlite.Options{})
			spread(b, writers, func(ctx context.Context, i int) error {
				return s.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: "line", ID: strconv.Itoa(i), Time: time.Now(), Body: text}}})
			})
			perSecond(b, b.N, "commits/s")
		})
	}
}

// spread runs f for 0 to b.N-1 in n goroutines.
func spread(b *testing.B, n int, f func(ctx context.Context, i int) error) {
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range n {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				if err := f(context.Background(), i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
}

// BenchmarkTurn runs whole turns through 64 lanes, as the engine does: the inbox job added, claimed, and ended with a session, a line of
// the transcript and an outbox job; that claimed and ended.
func BenchmarkTurn(b *testing.B) {
	for _, n := range benchSizes() {
		s := filled(b, n)
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			before, err := s.Stats(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			runTurns(b, s)
			perSecond(b, b.N, "turns/s")
			after, err := s.Stats(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(after.Commits-before.Commits)/float64(after.Groups-before.Groups), "changes/group")
		})
	}
}

const benchLanes = 64

func runTurns(b *testing.B, s *sqlite.Store) {
	run := strconv.FormatInt(time.Now().UnixNano(), 36) // an ID of an earlier run would be dropped
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var all sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	all.Go(func() {
		work(ctx, b, s, "inbox", func(j bot.Job) error {
			lane, now := j.Lane, time.Now()
			session, err := s.Get(ctx, "session", lane)
			if err != nil && bot.KindOf(err) != bot.NotFound {
				return err
			}
			session = bot.Record{Kind: "session", ID: lane, Version: session.Version, Time: now, Body: text}
			return s.Commit(ctx, bot.Change{
				Done: []bot.Lease{j.Lease},
				Put:  []bot.Record{session, {Kind: "line", ID: j.ID, Time: now, Keys: []string{"chat=" + lane}, Body: text}},
				Add:  []bot.Job{{Queue: "outbox", ID: j.ID, Lane: lane, Due: now, Body: text}},
			})
		})
	})
	all.Go(func() {
		work(ctx, b, s, "outbox", func(j bot.Job) error {
			if err := s.Commit(ctx, bot.Change{Done: []bot.Lease{j.Lease}}); err != nil {
				return err
			}
			if left.Add(-1) == 0 {
				stop()
			}
			return nil
		})
	})
	var next atomic.Int64
	for range benchLanes {
		all.Go(func() {
			for i := int(next.Add(1)); i <= b.N && ctx.Err() == nil; i = int(next.Add(1)) {
				err := s.Commit(ctx, bot.Change{Add: []bot.Job{{
					Queue: "inbox", ID: run + "/" + strconv.Itoa(i), Lane: "lane" + strconv.Itoa(i%benchLanes), Due: time.Now(), Body: text,
				}}})
				if err != nil && ctx.Err() == nil {
					b.Error(err)
					stop()
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
}

// work claims and handles jobs like the engine's worker.
func work(ctx context.Context, b *testing.B, s *sqlite.Store, queue string, handle func(bot.Job) error) {
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, benchLanes)
	freed := make(chan struct{}, 1)
	wake := s.Wake(queue)
	for ctx.Err() == nil {
		claimed := 0
		if free := cap(slots) - len(slots); free > 0 {
			jobs, err := s.Claim(ctx, queue, time.Now(), free, time.Minute)
			if err != nil && ctx.Err() == nil {
				b.Error(err)
				return
			}
			claimed = len(jobs)
			for _, j := range jobs {
				slots <- struct{}{}
				running.Go(func() {
					if err := handle(j); err != nil && ctx.Err() == nil {
						b.Error(err)
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
		}
	}
}

// BenchmarkLatency runs a hundred turns a second and reports how long each took from its message to its durable reply.
func BenchmarkLatency(b *testing.B) {
	s := filled(b, 100_000)
	b.Run("turns=100/s", func(b *testing.B) {
		var took []time.Duration
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for b.Loop() {
			<-tick.C
			begun := time.Now()
			id := strconv.FormatInt(begun.UnixNano(), 36)
			mustCommit(b, s, bot.Change{Add: []bot.Job{{Queue: "inbox", ID: id, Lane: id, Due: begun, Body: text}}})
			mustCommit(b, s, bot.Change{
				Done: []bot.Lease{claimOne(b, s, "inbox")},
				Put:  []bot.Record{{Kind: "session", ID: id, Time: begun, Body: text}, {Kind: "line", ID: id, Time: begun, Keys: []string{"chat=" + id}, Body: text}},
				Add:  []bot.Job{{Queue: "outbox", ID: id, Lane: id, Due: begun, Body: text}},
			})
			took = append(took, time.Since(begun))
			mustCommit(b, s, bot.Change{Done: []bot.Lease{claimOne(b, s, "outbox")}})
		}
		slices.Sort(took)
		for _, p := range []struct {
			name string
			at   float64
		}{{"p50", .5}, {"p99", .99}, {"max", 1}} {
			b.ReportMetric(float64(took[int(p.at*float64(len(took)-1))].Microseconds())/1000, p.name+"-ms")
		}
		b.ReportMetric(0, "ns/op")
	})
}

// BenchmarkClaim claims ten of n due jobs, half of them in one lane, with n timers behind them.
func BenchmarkClaim(b *testing.B) {
	for _, n := range benchSizes() {
		s := open(b, b.TempDir(), sqlite.Options{})
		if err := s.Load(b.Context(), dueJobs(n)); err != nil {
			b.Fatal(err)
		}
		now := benchStart
		b.Run(fmt.Sprintf("waiting=%d", n), func(b *testing.B) {
			for b.Loop() {
				now = now.Add(time.Millisecond)
				if jobs, err := s.Claim(b.Context(), "q", now, 10, time.Microsecond); err != nil || len(jobs) != 10 {
					b.Fatal(len(jobs), err)
				}
			}
		})
	}
}

func mustCommit(b *testing.B, s *sqlite.Store, c bot.Change) {
	if err := s.Commit(b.Context(), c); err != nil {
		b.Fatal(err)
	}
}

func claimOne(b *testing.B, s *sqlite.Store, queue string) bot.Lease {
	jobs, err := s.Claim(b.Context(), queue, time.Now(), 1, time.Minute)
	if err != nil || len(jobs) != 1 {
		b.Fatal(jobs, err)
	}
	return jobs[0].Lease
}

func dueJobs(n int) iter.Seq2[sqlite.Item, error] {
	return func(yield func(sqlite.Item, error) bool) {
		for i := range n {
			lane := "same"
			if i%2 == 1 {
				lane = strconv.Itoa(i)
			}
			if !yield(sqlite.Item{Job: &bot.Job{Queue: "q", ID: strconv.Itoa(i), Lane: lane, Due: benchStart.Add(-time.Hour), Body: text}}, nil) {
				return
			}
			if !yield(sqlite.Item{Job: &bot.Job{Queue: "q", ID: "t" + strconv.Itoa(i), Lane: lane, Due: benchStart.Add(time.Hour * 9999), Body: text}}, nil) {
				return
			}
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, n := range benchSizes() {
		s := filled(b, n)
		for _, c := range []struct {
			name string
			f    func(ctx context.Context, i int) error
		}{
			{"Get", func(ctx context.Context, i int) error {
				_, err := s.Get(ctx, "line", "old/"+strconv.Itoa(i*7919%n/10*10+1))
				return err
			}},
			{"Find=page of 20 by key", func(ctx context.Context, i int) error {
				_, err := s.Find(ctx, bot.Query{Kind: "line", Keys: []string{"chat=" + strconv.Itoa(i%5000)}, Newest: true, Limit: 20})
				return err
			}},
			{"Find=page of 20", func(ctx context.Context, i int) error {
				_, err := s.Find(ctx, bot.Query{Kind: "line", Newest: true, Limit: 20})
				return err
			}},
			{"Count=by key", func(ctx context.Context, i int) error {
				_, err := s.Count(ctx, bot.Query{Kind: "line", Keys: []string{"chat=" + strconv.Itoa(i%5000)}})
				return err
			}},
			{"Count=kind", func(ctx context.Context, i int) error {
				_, err := s.Count(ctx, bot.Query{Kind: "line"})
				return err
			}},
			{"Count=half of the kind by time", func(ctx context.Context, i int) error {
				_, err := s.Count(ctx, bot.Query{Kind: "line", From: benchStart.Add(-time.Duration(n/2) * time.Second)})
				return err
			}},
		} {
			b.Run(fmt.Sprintf("%s/records=%d", c.name, n), func(b *testing.B) {
				i := 0
				for b.Loop() {
					if err := c.f(b.Context(), i); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, n := range append([]int{0}, benchSizes()...) {
		s := filled(b, n)
		dir := s.Dir()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			for b.Loop() {
				s, err := sqlite.Open(b.Context(), dir, sqlite.Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}
