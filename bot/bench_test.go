package bot_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
)

// sink is a channel that counts what arrives.
type sink struct{ arrived chan string }

func (s *sink) Name() string                                 { return "fake" }
func (s *sink) Capabilities() bot.Capabilities               { return bot.Capabilities{Idempotent: true} }
func (s *sink) Run(ctx context.Context, _ bot.Receive) error { <-ctx.Done(); return nil }
func (s *sink) Send(_ context.Context, d bot.Delivery) (string, error) {
	s.arrived <- d.To.ID
	return d.Line, nil
}

// BenchmarkDurableTurns is the engine and the store on a disk at full sync, without understanding and without a network: from Receive until the
// reply is sent, many people at once, each waiting for an answer before the next message.
func BenchmarkDurableTurns(b *testing.B) {
	store, err := sqlite.Open(b.Context(), b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	org, err := bot.NewOrg([]bot.Unit{{ID: "c", Name: "社区"}})
	if err != nil {
		b.Fatal(err)
	}
	const people = 500
	out := &sink{arrived: make(chan string, people)}
	e, err := bot.New(bot.Options{Store: store, Channels: []bot.Channel{out}, Skills: []bot.Skill{&echo{}}, Understand: plain{}, Org: org})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := e.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	say := func(person, n int) {
		id := fmt.Sprint(person)
		m := bot.Message{ID: fmt.Sprintf("%d-%d", person, n), Chat: bot.Chat{Channel: "fake", ID: id}, From: bot.Account{Channel: "fake", ID: id}, Text: "开无犯罪记录证明找哪里"}
		if err := e.Receive(ctx, m); err != nil {
			b.Error(err)
		}
	}
	for p := range people { // the first message brings the privacy notice
		say(p, -1)
		<-out.arrived
		<-out.arrived
	}
	b.ResetTimer()
	began := time.Now()
	var wait sync.WaitGroup
	heard := map[string]chan struct{}{}
	for p := range people {
		heard[fmt.Sprint(p)] = make(chan struct{}, 1)
	}
	done := make(chan struct{})
	go func() {
		for id := range out.arrived {
			heard[id] <- struct{}{}
		}
		close(done)
	}()
	for p := range people {
		wait.Go(func() {
			for n := range b.N/people + 1 {
				say(p, n)
				<-heard[fmt.Sprint(p)]
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64((b.N/people+1)*people)/time.Since(began).Seconds(), "turns/s")
	b.StopTimer()
	cancel()
	running.Wait()
	close(out.arrived)
	<-done
}
