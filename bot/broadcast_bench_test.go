package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
)

// strict is a platform that refuses what comes faster than it permits: in any second as many as its rate and what was saved up, as a bucket does.
type strict struct {
	rate    bot.Rate
	mu      sync.Mutex
	level   float64 // of the bucket
	last    time.Time
	refused int
	notices int
	replies map[string]chan struct{}
	done    chan struct{}
	want    int
}

func (s *strict) Name() string { return "fake" }
func (s *strict) Capabilities() bot.Capabilities {
	return bot.Capabilities{Idempotent: true, Informs: true, PerApp: s.rate, PerGroup: bot.Rate{Events: 20, Per: time.Minute}}
}
func (s *strict) Run(ctx context.Context, _ bot.Receive) error { <-ctx.Done(); return nil }

func (s *strict) Send(_ context.Context, d bot.Delivery) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	full := float64(s.rate.Events)
	s.level = min(full, s.level+now.Sub(s.last).Seconds()*full/s.rate.Per.Seconds())
	s.last = now
	if s.level < 1 {
		s.refused++
		return "", &bot.SendError{Outcome: bot.Retry, App: true, After: time.Second, Err: errors.New("too many requests")}
	}
	s.level--
	if d.To.Group {
		if s.notices++; s.notices == s.want {
			close(s.done)
		}
	} else if !strings.HasPrefix(d.Reply.Text, "说明") {
		s.replies[d.To.ID] <- struct{}{}
	}
	return d.Line, nil
}

// BenchmarkBroadcast: 627 groups are told something at once, at the rate that a platform permits, while residents ask now and then. It reports
// which share of the permitted rate is reached, how many were refused, and how long a resident waits.
func BenchmarkBroadcast(b *testing.B) {
	const groups = 627
	for _, rate := range []bot.Rate{{Events: 30, Per: time.Second}, {Events: 50, Per: time.Second}} {
		b.Run(fmt.Sprintf("%d-a-second", rate.Events), func(b *testing.B) {
			for b.Loop() {
				broadcast(b, groups, rate)
			}
		})
	}
}

func broadcast(b *testing.B, groups int, rate bot.Rate) {
	store, err := sqlite.Open(b.Context(), b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	org, err := bot.NewOrg([]bot.Unit{{ID: "c", Name: "社区"}})
	if err != nil {
		b.Fatal(err)
	}
	out := &strict{rate: rate, level: float64(rate.Events), last: time.Now(), want: groups, done: make(chan struct{}), replies: map[string]chan struct{}{}}
	residents := make([]string, 200)
	for i := range residents {
		residents[i] = fmt.Sprint("resident", i)
		out.replies[residents[i]] = make(chan struct{}, 4)
	}
	daytime := bot.Quiet{From: 0, To: 1} // whatever the hour
	e, err := bot.New(bot.Options{Store: store, Channels: []bot.Channel{out}, Skills: []bot.Skill{&herald{groups: groups}}, Understand: plain{}, Org: org, Quiet: daytime})
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
	say := func(who, id, text string) {
		m := bot.Message{ID: id, Chat: bot.Chat{Channel: "fake", ID: who}, From: bot.Account{Channel: "fake", ID: who}, Text: text}
		if err := e.Receive(ctx, m); err != nil {
			b.Error(err)
		}
	}
	out.replies["herald"] = make(chan struct{}, 4)
	began := time.Now()
	say("herald", "all", "tell everybody")
	var waited []time.Duration
	for n := 0; ; n++ {
		select {
		case <-out.done:
			took := time.Since(began)
			cancel()
			running.Wait()
			slices.Sort(waited)
			sent := float64(groups + len(waited) + 1)
			permitted := float64(rate.Events) + took.Seconds()*float64(rate.Events) // a full bucket, and what flows in
			b.ReportMetric(100*sent/permitted, "%-of-permitted")
			b.ReportMetric(float64(out.refused), "refused")
			b.ReportMetric(float64(waited[len(waited)/2].Microseconds())/1000, "reply-p50-ms")
			b.ReportMetric(float64(waited[len(waited)*99/100].Microseconds())/1000, "reply-p99-ms")
			return
		case <-time.After(50 * time.Millisecond):
		}
		who := residents[n%len(residents)]
		asked := time.Now()
		say(who, fmt.Sprint("q", n), "hello")
		<-out.replies[who]
		waited = append(waited, time.Since(asked))
	}
}

// herald tells all groups what it is told by one, and answers everybody else.
type herald struct {
	echo
	groups int
}

func (h *herald) Routes() []bot.Route {
	return []bot.Route{{Intent: "none", Action: bot.Ask, Handle: func(t *bot.Turn) error {
		if t.Text() == "tell everybody" {
			for i := range h.groups {
				t.Tell(bot.Chat{Channel: "fake", ID: fmt.Sprint("g", i), Group: true}, bot.Reply{Text: "会议提醒"}, time.Time{})
			}
		}
		t.Say("ok")
		return nil
	}}}
}
