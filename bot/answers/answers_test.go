package answers_test

import (
	"time"

	"testing"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/answers"
	"linli/bot/bottest"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
	"linli/knowledge"
)

// TestConversations plays testdata/*.txt with the sample catalogue.
func TestConversations(t *testing.T) {
	model, err := intents.New(intents.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var units []bot.Unit
	for _, u := range sample.Units() {
		units = append(units, bot.Unit{ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Handles: u.Handles})
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		t.Fatal(err)
	}
	bottest.Run(t, "testdata/*.txt", func(t *testing.T) bottest.Setup {
		store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		catalogue, err := answers.OpenCatalogue(t.Context(), store, knowledge.Sample(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return bottest.Setup{Store: store, Options: bot.Options{
			Skills: []bot.Skill{answers.New(catalogue)}, Understand: model, Org: org, Root: "360203", Places: place.NewGazetteer(sample.Territories()),
		}}
	})
}

// TestImport: what is imported replaces the sample, in a running catalogue; replacing removes what the files no longer have.
func TestImport(t *testing.T) {
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c, err := answers.OpenCatalogue(t.Context(), store, knowledge.Sample(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Imported() || c.Index().Len() < 100 {
		t.Errorf("the sample has %d entries, imported %v", c.Index().Len(), c.Imported())
	}
	pool := knowledge.Entry{ID: "pool", Kind: "service", Title: "游泳馆", Office: "体育中心"}
	book := knowledge.Entry{ID: "book", Kind: "service", Title: "借书证", Office: "图书馆"}
	for _, step := range []struct {
		entries                 []knowledge.Entry
		replace                 bool
		added, changed, removed int
		left                    int
	}{
		{[]knowledge.Entry{pool, book}, false, 2, 0, 0, 2},
		{[]knowledge.Entry{pool}, false, 0, 0, 0, 2},
		{[]knowledge.Entry{{ID: "pool", Kind: "service", Title: "游泳馆", Office: "文体局"}}, true, 0, 1, 1, 1},
	} {
		added, changed, removed, err := answers.Import(t.Context(), store, knowledge.Catalogue{Entries: step.entries}, step.replace, t0)
		if err != nil {
			t.Fatal(err)
		}
		if added != step.added || changed != step.changed || removed != step.removed {
			t.Errorf("%d added, %d changed, %d removed; want %d, %d, %d", added, changed, removed, step.added, step.changed, step.removed)
		}
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := c.Index().Len(); got != step.left || !c.Imported() {
			t.Errorf("%d entries are answered from, want %d", got, step.left)
		}
	}
}

// TestImportSynonyms: a clerk's words count at once, also before there is a catalogue of one's own, and stay when entries are imported later.
func TestImportSynonyms(t *testing.T) {
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c, err := answers.OpenCatalogue(t.Context(), store, knowledge.Sample(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() string {
		a := c.Index().Ask(knowledge.Question{Text: "囡囡证怎么办", Now: t0})
		if len(a.Hits) == 0 || a.Verdict == knowledge.VerdictDecline {
			return ""
		}
		return a.Hits[0].Entry.Title
	}
	before := ask()
	for _, c2 := range []knowledge.Catalogue{{Synonyms: "囡囡证 => 出生医学证明"}, {Entries: knowledge.Sample()}} {
		if _, _, _, err := answers.Import(t.Context(), store, c2, false, t0); err != nil {
			t.Fatal(err)
		}
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := ask(); got != "出生证明" || before == got {
			t.Errorf("%q, before %q", got, before)
		}
	}
}

var t0 = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
