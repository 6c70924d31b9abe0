package answers_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/answers"
	"linli/knowledge"
)

func passage(id, text string) knowledge.Passage {
	return knowledge.Passage{ID: id, Document: "养犬管理规定", Heading: "登记", Text: text}
}

func openStore(t *testing.T) bot.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// TestShelf: a document takes the place of its former self, is found at once, and goes when it is removed.
func TestShelf(t *testing.T) {
	store := openStore(t)
	shelf, err := answers.OpenShelf(t.Context(), store, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	find := func() string {
		if err := shelf.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		hits := shelf.Find(t.Context(), "烈性犬禁养名录", 1)
		if len(hits) == 0 || hits[0].Score < .5 {
			return ""
		}
		return hits[0].Passage.Text
	}
	if got := find(); got != "" {
		t.Errorf("an empty shelf has %q", got)
	}
	for _, step := range []struct {
		passages      []knowledge.Passage
		count, before int
		found         string
	}{
		{[]knowledge.Passage{passage("doc:dog#1", "犬只登记到公安机关。"), passage("doc:dog#2", "烈性犬禁养名录由公安机关公布。")}, 2, 0, "烈性犬禁养名录由公安机关公布。"},
		{[]knowledge.Passage{passage("doc:dog#1", "烈性犬禁养名录另行公布。")}, 1, 2, "烈性犬禁养名录另行公布。"},
	} {
		count, before, err := answers.ImportDocument(t.Context(), store, step.passages, t0)
		if err != nil || count != step.count || before != step.before {
			t.Errorf("%d passages, before %d, %v", count, before, err)
		}
		if got := find(); got != step.found || shelf.Len() != step.count {
			t.Errorf("found %q among %d", got, shelf.Len())
		}
	}
	if n, err := answers.RemoveDocument(t.Context(), store, "dog", t0); n != 1 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	if n, err := answers.RemoveDocument(t.Context(), store, "dog", t0); n != 0 || err != nil {
		t.Errorf("%d removed again, %v", n, err)
	}
	if got := find(); got != "" || shelf.Len() != 0 {
		t.Errorf("removed, but found %q", got)
	}
	if _, _, err := answers.ImportDocument(t.Context(), store, nil, t0); bot.KindOf(err) != bot.Invalid {
		t.Errorf("an empty document: %v", err)
	}
}

// embedder makes vectors of two dimensions: about dogs, and not.
type embedder struct {
	name  string
	dead  bool
	asked []string
}

func (e *embedder) EmbeddingModel() string { return e.name }
func (e *embedder) Embed(_ context.Context, texts []string) ([][]float32, error) {
	if e.dead {
		return nil, errors.New("dead")
	}
	e.asked = append(e.asked, texts...)
	var all [][]float32
	for _, text := range texts {
		v := []float32{1, 0}
		if strings.Contains(text, "犬") || strings.Contains(text, "狗") {
			v = []float32{0, 1}
		}
		all = append(all, v)
	}
	return all, nil
}

// TestVectors: they are made in the background, kept with their model, and not asked for again; a dead server leaves words alone to decide.
func TestVectors(t *testing.T) {
	store := openStore(t)
	if _, _, err := answers.ImportDocument(t.Context(), store, []knowledge.Passage{passage("doc:dog#1", "犬只到公安机关登记。"), {ID: "doc:lift#1", Document: "电梯办法", Text: "加装电梯要业主同意。"}}, t0); err != nil {
		t.Fatal(err)
	}
	finds := func(e *embedder) (found string, v *answers.Vectors) {
		v = answers.NewVectors(store, e, nil)
		shelf, err := answers.OpenShelf(t.Context(), store, v, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Fill(t.Context()); err != nil && !e.dead {
			t.Fatal(err)
		}
		if err := shelf.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		hits := shelf.Find(t.Context(), "小狗办证 13907981234", 1)
		if len(hits) == 0 {
			return "", v
		}
		return hits[0].Passage.ID, v
	}
	if got, _ := finds(&embedder{name: "a", dead: true}); got != "" {
		t.Errorf("with a dead server the vectors found %q", got)
	}
	first := &embedder{name: "a"}
	if got, _ := finds(first); got != "doc:dog#1" {
		t.Errorf("the vectors found %q", got)
	}
	if slices.ContainsFunc(first.asked, func(text string) bool { return strings.Contains(text, "07981234") }) {
		t.Errorf("a number left: %q", first.asked)
	}
	again := &embedder{name: "a"}
	if got, _ := finds(again); got != "doc:dog#1" || len(again.asked) != 1 {
		t.Errorf("after a restart %q was found, and %d texts were asked for instead of the question alone", got, len(again.asked))
	}
	other := &embedder{name: "b"}
	if got, _ := finds(other); got != "doc:dog#1" || len(other.asked) != 3 {
		t.Errorf("another model: %q was found, %d texts were asked for", got, len(other.asked))
	}
	catalogue, err := answers.OpenCatalogue(t.Context(), store, []knowledge.Entry{permit}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, v := finds(&embedder{name: "a"})
	if err := catalogue.UseVectors(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if fresh, err := v.Fill(t.Context()); !fresh || err != nil {
		t.Errorf("the entries' vectors were not made: %v", err)
	}
	if err := catalogue.Rebuild(t.Context()); err != nil || catalogue.Index().Len() != 1 {
		t.Errorf("%v", err)
	}
}
