package main

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
	"testing"
	"time"

	"linli/bot"
	"linli/intents"
)

// backend is a store as it is measured.
type backend struct {
	name string
	open func(b *testing.B) func() store // returns what opens it, once for each node
}

func backends() []backend {
	redis := func(fsync string) func(b *testing.B) func() store {
		return func(b *testing.B) func() store {
			url := startRedis(b, "--appendfsync", fsync).url("bench")
			return func() store { return openForBench(b, url) }
		}
	}
	return []backend{
		{"sqlite", func(b *testing.B) func() store {
			dir := filepath.Join(b.TempDir(), "data")
			return func() store { return openForBench(b, dir) }
		}},
		{"redis-everysec", redis("everysec")},
		{"redis-always", redis("always")},
		{"redis-replica", func(b *testing.B) func() store {
			r := startRedis(b)
			replica := startRedis(b, "--replicaof", "127.0.0.1 "+strconv.Itoa(r.port))
			r.waitForReplica()
			b.Cleanup(replica.kill)
			return func() store { return openForBench(b, r.url("bench")+"&wait_replicas=1") }
		}},
	}
}

func openForBench(b *testing.B, at string) store {
	b.Helper()
	c := defaults()
	c.Store = at
	s, err := openStore(context.Background(), c, &clock{}, false)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// heard is a channel that tells who waits that his answer has come.
type heard struct{ by map[string]chan struct{} }

func (h *heard) Name() string                                 { return "fake" }
func (h *heard) Capabilities() bot.Capabilities               { return bot.Capabilities{Idempotent: true} }
func (h *heard) Run(ctx context.Context, _ bot.Receive) error { <-ctx.Done(); return nil }
func (h *heard) Send(_ context.Context, d bot.Delivery) (string, error) {
	h.by[d.To.ID] <- struct{}{}
	return d.Line, nil
}

// parrot is a skill that answers at once.
type parrot struct{}

func (parrot) Name() string { return "parrot" }
func (parrot) Routes() []bot.Route {
	return []bot.Route{{Intent: "none", Action: bot.Ask, Handle: func(t *bot.Turn) error {
		t.Reply(bot.Reply{Text: t.Text()})
		return nil
	}}}
}

func (parrot) Understand(text string, _ intents.Context) intents.Understanding {
	return intents.Understanding{Text: text, Intent: "none"}
}

// BenchmarkStoresTurns is the engine over each store, without understanding and without a network: from Receive until the reply is sent, many people at
// once, each waiting for an answer before the next message.
func BenchmarkStoresTurns(b *testing.B) {
	for _, of := range backends() {
		for _, nodes := range []int{1, 2, 3} {
			if nodes > 1 && of.name == "sqlite" {
				continue // it is for one process
			}
			b.Run(fmt.Sprintf("%s/nodes=%d", of.name, nodes), func(b *testing.B) { measureTurns(b, of, nodes) })
		}
	}
}

func measureTurns(b *testing.B, of backend, nodes int) {
	const people = 300
	org, err := bot.NewOrg([]bot.Unit{{ID: "c", Name: "社区"}})
	if err != nil {
		b.Fatal(err)
	}
	out := &heard{by: map[string]chan struct{}{}}
	for p := range people {
		out.by[strconv.Itoa(p)] = make(chan struct{}, 4)
	}
	open := of.open(b)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	var engines []*bot.Engine
	for range nodes {
		s := open()
		e, err := bot.New(bot.Options{Store: s, Channels: []bot.Channel{out}, Skills: []bot.Skill{parrot{}}, Understand: parrot{}, Org: org, Now: s.Now})
		if err != nil {
			b.Fatal(err)
		}
		engines = append(engines, e)
		running.Go(func() {
			if err := e.Run(ctx); err != nil {
				b.Error(err)
			}
		})
	}
	say := func(person, n int) time.Duration {
		id := strconv.Itoa(person)
		m := bot.Message{ID: fmt.Sprintf("%d-%d", person, n), Chat: bot.Chat{Channel: "fake", ID: id}, From: bot.Account{Channel: "fake", ID: id}, Text: "开无犯罪记录证明找哪里"}
		began := time.Now()
		if err := engines[(person+n+1)%nodes].Receive(ctx, m); err != nil {
			b.Error(err)
			return 0
		}
		<-out.by[id]
		return time.Since(began)
	}
	for p := range people { // the first message brings the privacy notice
		say(p, -1)
		<-out.by[strconv.Itoa(p)]
	}
	each := b.N/people + 1
	took := make([][]time.Duration, people)
	var all sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for p := range people {
		all.Go(func() {
			for n := range each {
				took[p] = append(took[p], say(p, n))
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(each*people)/time.Since(began).Seconds(), "turns/s")
	b.StopTimer()
	sorted := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(float64(sorted[len(sorted)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(sorted[len(sorted)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
	cancel()
	running.Wait()
}

// usual is a body of the usual size.
var usual = json.RawMessage(`{"text":"` + strings.Repeat("马鞍山社区3栋2单元下水道堵了,", 8) + `"}`)

// large is how much there is in the store: LINLI_BENCH_LARGE=1 adds a million, which takes minutes to fill.
func large() []int {
	if os.Getenv("LINLI_BENCH_LARGE") != "" {
		return []int{1_000, 100_000, 1_000_000}
	}
	return []int{1_000, 100_000}
}

var benchBegan = time.Now()

// BenchmarkStoresClaim claims ten of n due jobs, each of a lane of its own, and lets their leases end at once.
func BenchmarkStoresClaim(b *testing.B) {
	jobs := func(n int) iter.Seq2[item, error] {
		return func(yield func(item, error) bool) {
			for i := range n {
				if !yield(item{Job: &bot.Job{Queue: "q", ID: strconv.Itoa(i), Lane: "l" + strconv.Itoa(i), Due: benchBegan.Add(-time.Hour), Body: usual}}, nil) {
					return
				}
			}
		}
	}
	for _, of := range backends()[:2] {
		for _, n := range large() {
			s := of.open(b)()
			before := stored(b, s)
			if err := s.Load(b.Context(), jobs(n)); err != nil {
				b.Fatal(err)
			}
			size := float64(stored(b, s)-before) / float64(n)
			b.Run(fmt.Sprintf("%s/waiting=%d", of.name, n), func(b *testing.B) {
				for b.Loop() {
					if claimed, err := s.Claim(b.Context(), "q", time.Now(), 10, time.Microsecond); err != nil || len(claimed) != 10 {
						b.Fatal(len(claimed), err)
					}
				}
				b.ReportMetric(size, "bytes/job")
			})
		}
	}
}

// BenchmarkStoresFind reads pages by two keys and by one from n records.
func BenchmarkStoresFind(b *testing.B) {
	records := func(n int) iter.Seq2[item, error] {
		return func(yield func(item, error) bool) {
			for i := range n {
				keys := []string{"chat=" + strconv.Itoa(i%5000), "status=" + strconv.Itoa(i%3)}
				if !yield(item{Record: &bot.Record{Kind: "line", ID: "old/" + strconv.Itoa(i), Time: benchBegan.Add(-time.Duration(n-i) * time.Second), Keys: keys, Body: usual}}, nil) {
					return
				}
			}
		}
	}
	for _, of := range backends()[:2] {
		for _, n := range large() {
			s := of.open(b)()
			before := stored(b, s)
			if err := s.Load(b.Context(), records(n)); err != nil {
				b.Fatal(err)
			}
			size := float64(stored(b, s)-before) / float64(n)
			for what, q := range map[string]func(i int) bot.Query{
				"one-key":  func(i int) bot.Query { return bot.Query{Keys: []string{"chat=" + strconv.Itoa(i%5000)}} },
				"two-keys": func(i int) bot.Query { return bot.Query{Keys: []string{"status=1", "chat=" + strconv.Itoa(i%5000)}} },
				"no-key":   func(int) bot.Query { return bot.Query{} },
			} {
				b.Run(fmt.Sprintf("%s/records=%d/%s", of.name, n, what), func(b *testing.B) {
					i := 0
					for b.Loop() {
						i++
						query := q(i)
						query.Kind, query.Newest, query.Limit = "line", true, 20
						if _, err := s.Find(b.Context(), query); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(size*100_000/(1<<20), "MiB/100k-records")
				})
			}
		}
	}
}

func stored(b *testing.B, s store) int64 {
	b.Helper()
	f, err := s.Figures(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return f.bytes
}
