package inspections_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/inspections"
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
	must(t, err)
	return org
}

func openStore(t testing.TB) bot.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { store.Close() })
	return store
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestConversations plays testdata/*.txt with the real model, the sample organisation and the embedded store.
func TestConversations(t *testing.T) {
	understand, err := model()
	must(t, err)
	org, places := sampleOrg(t), place.NewGazetteer(sample.Territories())
	bottest.Run(t, "testdata/*.txt", func(t *testing.T) bottest.Setup {
		return bottest.Setup{Store: openStore(t), Options: bot.Options{
			Skills: []bot.Skill{inspections.New(inspections.Options{})}, Understand: understand, Org: org, Root: "360203", Places: places,
		}}
	})
}

// TestDocument opens the DOCX as a ZIP and reads its text back.
func TestDocument(t *testing.T) {
	doc, err := inspections.Document("# 通报\n- 楼道 <堆物> & DC261123-1\n")
	must(t, err)
	z, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
	must(t, err)
	f, err := z.Open("word/document.xml")
	must(t, err)
	text, err := io.ReadAll(f)
	must(t, err)
	for _, want := range []string{">通报<", "&lt;堆物&gt; &amp; DC261123-1"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}
