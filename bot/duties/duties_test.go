package duties_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/duties"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
)

// model is trained once for all tests: it does not change.
var model = sync.OnceValues(func() (*intents.Model, error) { return intents.New(intents.Options{}) })

func sampleOrg(t testing.TB) *bot.Org {
	t.Helper()
	var units []bot.Unit
	for _, u := range sample.Units() {
		units = append(units, bot.Unit{ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Handles: u.Handles})
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func openStore(t testing.TB) bot.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// began is when the conversations begin.
var began = time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))

// echo answers what no other skill takes, so that a conversation shows what is left to others.
type echo struct{}

func (echo) Name() string { return "echo" }
func (echo) Routes() []bot.Route {
	var all []bot.Route
	for _, intent := range []string{"ask", "none", "report", "track", "meeting.list"} {
		all = append(all, bot.Route{Intent: intent, Action: bot.Ask, Handle: func(t *bot.Turn) error { t.Say("(留给别的技能:" + intent + ")"); return nil }})
	}
	return all
}

// TestConversations plays testdata/*.txt with the real model, the sample organisation, the sample lists and the embedded store.
func TestConversations(t *testing.T) {
	understand, err := model()
	if err != nil {
		t.Fatal(err)
	}
	org, places := sampleOrg(t), place.NewGazetteer(sample.Territories())
	bottest.Run(t, "testdata/*.txt", func(t *testing.T) bottest.Setup {
		store := openStore(t)
		if !strings.HasSuffix(t.Name(), "nothing") {
			if err := duties.Seed(t.Context(), store, org, began); err != nil {
				t.Fatal(err)
			}
		}
		return bottest.Setup{Store: store, Options: bot.Options{
			Skills: []bot.Skill{echo{}, duties.New(duties.Options{})}, Understand: understand, Org: org, Root: "360203", Places: places,
		}}
	})
}
