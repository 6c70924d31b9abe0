package meetings_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/meetings"
	"linli/intents"
)

// gate is a channel that refuses what comes faster than its platform permits, as platforms do.
type gate struct {
	now     func() time.Time
	mu      sync.Mutex
	second  map[int64]int
	arrived map[string]time.Time
	refused int
}

func (g *gate) Name() string { return "gate" }
func (g *gate) Capabilities() bot.Capabilities {
	return bot.Capabilities{Buttons: true, Idempotent: true, PerApp: bot.Rate{Events: 30, Per: time.Second}, PerGroup: bot.Rate{Events: 20, Per: time.Minute}}
}
func (g *gate) Run(ctx context.Context, _ bot.Receive) error { <-ctx.Done(); return nil }
func (g *gate) Send(_ context.Context, d bot.Delivery) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	// A bucket of 30 that refills with 30 a second lets up to 60 pass in the first.
	if g.second[now.Unix()]++; g.second[now.Unix()] > 60 {
		g.refused++
		return "", &bot.SendError{Outcome: bot.Retry, App: true, After: 5 * time.Second, Err: fmt.Errorf("too many requests")}
	}
	if strings.HasPrefix(d.Reply.Text, "会议提醒") && d.To.Group {
		g.arrived[d.To.ID] = now
	}
	return d.Line, nil
}

// TestOneRoom: many people take the same room for the same time at once; one gets it.
func TestOneRoom(t *testing.T) {
	s := newStage(t, at("2026-11-23 09:00"))
	const people = 12
	for i := range people {
		who := fmt.Sprintf("secretary%d", i)
		p := &bot.Person{ID: who, Name: who, Unit: "360203003006", Grants: []bot.Grant{{Role: bot.Secretary, Unit: "360203003006"}}, Chat: bot.Chat{Channel: "test", ID: who}}
		if err := s.store.Commit(t.Context(), bot.Change{Put: []bot.Record{bot.PersonRecord(p, 0, s.clock.get()), bot.AccountRecord(bot.Account{Channel: "test", ID: who}, p.ID, s.clock.get())}}); err != nil {
			t.Fatal(err)
		}
		s.say(who, fmt.Sprint(i), fmt.Sprintf("明天上午9点%d分在二楼会议室开例会", i*5))
	}
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	for _, w := range s.workers {
		g.Go(func() error { return w.Run(ctx) })
	}
	for {
		counts, err := s.store.Count(t.Context(), bot.Query{Kind: bot.KindLine})
		if err != nil {
			t.Fatal(err)
		}
		if counts[0] >= people {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	counts, err := s.store.Count(t.Context(), bot.Query{Kind: meetings.KindMeeting})
	if err != nil || counts[0] != 1 {
		t.Errorf("%d meetings have the room (%v)", counts[0], err)
	}
}

// TestManyGroups: 627 groups are reminded for the same minute. All are, at their minute or a little before, none is refused.
func TestManyGroups(t *testing.T) {
	groups := 627
	if testing.Short() {
		groups = 100
	}
	start := at("2026-11-23 09:00")
	c := &clock{t: start}
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{Now: c.get})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	units := []bot.Unit{{ID: "d", Name: "测试区", Level: "district"}}
	var records []bot.Record
	for i := range groups {
		unit := fmt.Sprintf("c%03d", i)
		units = append(units, bot.Unit{ID: unit, Name: fmt.Sprintf("测试%03d社区", i), Level: "community", Parent: "d"})
		records = append(records, bot.ChatRecord(bot.ChatBinding{Chat: bot.Chat{Channel: "gate", ID: "g" + unit, Group: true}, Unit: unit}, 0, start))
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		t.Fatal(err)
	}
	liaison := &bot.Person{ID: "p", Name: "联络员", Unit: "d", Grants: []bot.Grant{{Role: bot.Street, Unit: "d"}}, Chat: bot.Chat{Channel: "gate", ID: "p"}}
	records = append(records, bot.PersonRecord(liaison, 0, start), bot.AccountRecord(bot.Account{Channel: "gate", ID: "p"}, "p", start))
	if err := store.Commit(t.Context(), bot.Change{Put: records}); err != nil {
		t.Fatal(err)
	}
	channel := &gate{now: c.get, second: map[int64]int{}, arrived: map[string]time.Time{}}
	engine, err := bot.New(bot.Options{Store: store, Channels: []bot.Channel{channel}, Skills: []bot.Skill{meetings.New(meetings.Options{})}, Understand: scheduling{}, Org: org, Now: c.get})
	if err != nil {
		t.Fatal(err)
	}
	for i := range groups {
		m := bot.Message{ID: fmt.Sprint(i), Chat: liaison.Chat, From: bot.Account{Channel: "gate", ID: "p"}, Text: fmt.Sprintf("测试%03d社区明天上午9点在会议室开例会,提前一小时提醒", i)}
		if err := engine.Receive(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	step := func(until time.Time, by time.Duration) {
		for c.get().Before(until) {
			if err := engine.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.add(by)
		}
	}
	step(start.Add(5*time.Minute), 200*time.Millisecond)
	c.set(at("2026-11-24 07:58"))
	step(at("2026-11-24 08:01"), 200*time.Millisecond)
	first, last := start.AddDate(1, 0, 0), start
	for _, when := range channel.arrived {
		first, last = minTime(first, when), maxTime(last, when)
	}
	if len(channel.arrived) != groups || channel.refused > 0 {
		t.Errorf("%d of %d groups were reminded, %d sendings were refused", len(channel.arrived), groups, channel.refused)
	}
	if first.Before(at("2026-11-24 07:58")) || last.After(at("2026-11-24 08:00").Add(time.Second)) {
		t.Errorf("the first was reminded at %v, the last at %v", first, last)
	}
	t.Logf("%d groups between %s and %s", groups, first.Format("15:04:05"), last.Format("15:04:05"))
}

// scheduling understands each message as an order to arrange a meeting.
type scheduling struct{}

func (scheduling) Understand(text string, _ intents.Context) intents.Understanding {
	return intents.Understanding{Text: text, Intent: "meeting.schedule", Score: 1}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
