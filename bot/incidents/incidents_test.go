package incidents_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/incidents"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
)

// understanding is trained once for all conversations.
var understanding = sync.OnceValues(func() (*intents.Model, error) { return intents.New(intents.Options{}) })

// stage is what conversations are played on: the sample's organisation, the shipped model, a store in memory.
func stage(t testing.TB) bottest.Setup {
	t.Helper()
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	model, err := understanding()
	if err != nil {
		t.Fatal(err)
	}
	org := organisation(t)
	duties := map[string][]string{}
	for _, u := range sample.Units() {
		duties[u.ID] = u.Duties
	}
	var rules []incidents.Rule
	for _, r := range sample.Dispatch() {
		rules = append(rules, incidents.Rule{Code: r.Code, Assist: r.Assist})
	}
	return bottest.Setup{Store: store, Options: bot.Options{
		Org: org, Understand: model, Places: place.NewGazetteer(sample.Territories()), Root: "360203",
		Skills: []bot.Skill{incidents.New(incidents.Options{Dispatch: rules, Duties: duties, Rank: model.Category})},
	}}
}

func organisation(t testing.TB) *bot.Org {
	t.Helper()
	var units []bot.Unit
	for _, u := range sample.Units() {
		units = append(units, bot.Unit{
			ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Phone: u.Phone, Handles: u.Handles, Sample: u.Sample,
		})
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func TestConversations(t *testing.T) {
	bottest.Run(t, "testdata/*.txt", func(t *testing.T) bottest.Setup { return stage(t) })
}

// A text that is missing or fails says so by its name in brackets; nobody may read that.
func TestNoTextFails(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		played, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(played), "⟨") {
			t.Errorf("%s: a text failed", file)
		}
	}
}
