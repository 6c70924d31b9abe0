package redis_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"linli/adapters/redis"
	"linli/bot"
	"linli/bot/storetest"
)

// conform runs the suite; a new process either bears the old one's name or a new one.
func conform(t *testing.T, reopen func(testing.TB, *redis.Store)) {
	urls := map[bot.Store]string{}
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, now func() time.Time) bot.Store {
			url := shared.url(freshName())
			s := open(t, url, redis.Options{Now: now, Node: "first"})
			urls[s] = url
			return s
		},
		Reopen: func(t testing.TB, old bot.Store, now func() time.Time) bot.Store {
			url := urls[old]
			reopen(t, old.(*redis.Store))
			s := open(t, url, redis.Options{Now: now, Node: "first"})
			urls[s] = url
			return s
		},
	})
}

func TestStoreConformsWhenClosed(t *testing.T) {
	conform(t, func(t testing.TB, s *redis.Store) {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// The old process is neither closed nor dead, but somebody else has taken its name.
func TestStoreConformsWhenReplaced(t *testing.T) {
	conform(t, func(testing.TB, *redis.Store) {})
}

// Go and the scripts build the same keys, whatever the names are, and all in the deployment's slot.
func TestKeysAgree(t *testing.T) {
	s := open(t, shared.url("keys"), redis.Options{})
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9:{}]{0,9}`))
		inGo, inLua, err := s.KeysOf(t.Context(), name.Draw(rt, "first"), name.Draw(rt, "second"))
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(inLua, inGo); d != "" {
			rt.Errorf("-scripts +Go:\n%s", d)
		}
	})
}
