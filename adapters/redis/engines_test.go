package redis_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"linli/adapters/redis"
	"linli/bot"
	"linli/intents"
)

// tower is a skill that sets many timers when it is spoken to, and counts how often each has rung.
type tower struct{ timers int }

func (tower) Name() string { return "tower" }

func (w tower) Routes() []bot.Route {
	return []bot.Route{{Intent: "none", Action: bot.Ask, Handle: func(t *bot.Turn) error {
		for i := range w.timers {
			if err := t.Wake(bot.Timer{Skill: "tower", Name: "ring", Subject: strconv.Itoa(i), At: t.Now.Add(time.Duration(i%20) * 50 * time.Millisecond)}); err != nil {
				return err
			}
		}
		return nil
	}}}
}

func (tower) Ring(t *bot.Turn, timer bot.Timer) error {
	var n int
	if _, err := t.Get("rung", timer.Subject, &n); err != nil {
		return err
	}
	return t.Put("rung", timer.Subject, n+1, t.Now, fmt.Sprint("times=", n+1))
}

func (tower) Understand(text string, _ intents.Context) intents.Understanding {
	return intents.Understanding{Text: text, Intent: "none"}
}

// mute is a channel to nobody.
type mute struct{}

func (mute) Name() string                                       { return "mute" }
func (mute) Capabilities() bot.Capabilities                     { return bot.Capabilities{} }
func (mute) Run(ctx context.Context, _ bot.Receive) error       { <-ctx.Done(); return nil }
func (mute) Send(context.Context, bot.Delivery) (string, error) { return "", nil }

// Three engines share a store, whose server is killed while timers ring: each rings once.
func TestTimersRingOnceOnManyNodes(t *testing.T) {
	const timers = 400
	server := own(t, "--appendfsync", "always")
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var stores []*redis.Store
	var first *bot.Engine
	for i := range 3 {
		s := open(t, server.url("x"), redis.Options{Node: fmt.Sprint("n", i)})
		org, err := bot.NewOrg([]bot.Unit{{ID: "c", Name: "社区"}})
		must(t, err)
		e, err := bot.New(bot.Options{Store: s, Channels: []bot.Channel{mute{}}, Skills: []bot.Skill{tower{timers}}, Understand: tower{}, Org: org, Now: s.Now})
		must(t, err)
		running.Go(func() {
			if err := e.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		stores = append(stores, s)
		if first == nil {
			first = e
		}
	}
	must(t, first.Receive(ctx, bot.Message{ID: "1", Chat: bot.Chat{Channel: "mute", ID: "a"}, From: bot.Account{Channel: "mute", ID: "a"}, Text: "敲钟"}))
	rung := func(times int) int {
		n, err := stores[1].Count(t.Context(), bot.Query{Kind: "rung", Keys: []string{fmt.Sprint("times=", times)}})
		if err != nil {
			return 0 // the server is away
		}
		return n[0]
	}
	for rung(1) < timers/3 {
		time.Sleep(5 * time.Millisecond)
	}
	server.kill()
	must(t, server.start())
	for rung(1) < timers {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // a second ring would come now
	cancel()
	running.Wait()
	if once, twice := rung(1), rung(2); once != timers || twice > 0 {
		t.Errorf("%d of %d timers rang once, %d twice", once, timers, twice)
	}
}
