package meetings_test

import (
	"sync"
	"testing"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/meetings"
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

// TestConversations plays testdata/*.txt with the real model, the sample organisation and the embedded store.
func TestConversations(t *testing.T) {
	understand, err := model()
	if err != nil {
		t.Fatal(err)
	}
	org, places := sampleOrg(t), place.NewGazetteer(sample.Territories())
	bottest.Run(t, "testdata/*.txt", func(t *testing.T) bottest.Setup {
		store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return bottest.Setup{Store: store, Options: bot.Options{
			Skills: []bot.Skill{meetings.New(meetings.Options{})}, Understand: understand, Org: org, Root: "360203", Places: places,
		}}
	})
}
