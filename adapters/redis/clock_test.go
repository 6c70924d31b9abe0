package redis

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestClockFollowsTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c redisClock
		ahead := time.Hour // of the server's clock before ours
		ask := func(there, back time.Duration) {
			asked := time.Now()
			time.Sleep(there)
			said := time.Now().Add(ahead)
			time.Sleep(back)
			c.read(said.UnixMicro(), asked)
		}
		behind := func() time.Duration { return time.Now().Add(ahead).Sub(c.now()).Round(time.Millisecond) }
		for _, step := range []struct {
			what        string
			there, back time.Duration
			set, wait   time.Duration
			behind      time.Duration
		}{
			{what: "the first answer counts", there: time.Millisecond, back: 2 * time.Millisecond, behind: 2 * time.Millisecond},
			{what: "a faster one is better", there: time.Millisecond, back: time.Millisecond, behind: time.Millisecond},
			{what: "one that lay about while we stood still changes nothing", back: 3 * time.Second, behind: time.Millisecond},
			{what: "a slower one counts when the best has grown old", wait: 10 * time.Second, back: 6 * time.Millisecond, behind: 6 * time.Millisecond},
			{what: "a clock that was set back is followed", wait: time.Second, set: -time.Hour, back: time.Millisecond, behind: time.Millisecond},
			{what: "and one that was set ahead", wait: time.Second, set: 5 * time.Hour, back: time.Millisecond, behind: time.Millisecond},
		} {
			time.Sleep(step.wait)
			ahead += step.set
			ask(step.there, step.back)
			if got := behind(); got != step.behind {
				t.Errorf("%s: %v behind, want %v", step.what, got, step.behind)
			}
		}
	})
}
