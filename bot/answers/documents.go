package answers

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"linli/bot"
	"linli/knowledge"
)

// KindPassage is the kind of record that keeps one passage of an imported document; key document= with the part of its ID before the #.
const KindPassage = "passage"

// kindLibrary is the kind of the one record that changes whenever documents do.
const kindLibrary = "library"

// Documents finds passages of documents. It may be used by many at once.
type Documents interface {
	Find(ctx context.Context, question string, top int) []knowledge.PassageHit
}

// NoDocuments is where none were imported.
type NoDocuments struct{}

// Find finds nothing.
func (NoDocuments) Find(context.Context, string, int) []knowledge.PassageHit { return nil }

// Shelf is the documents as they stand in the store, with their index.
type Shelf struct {
	store   bot.Store
	vectors *Vectors // nil: words alone
	log     *slog.Logger
	library atomic.Pointer[knowledge.Library]
	version atomic.Int64
}

// OpenShelf reads the documents. Vectors and logger may be nil.
func OpenShelf(ctx context.Context, s bot.Store, v *Vectors, log *slog.Logger) (*Shelf, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	shelf := &Shelf{store: s, vectors: v, log: log}
	shelf.version.Store(-1)
	return shelf, shelf.Refresh(ctx)
}

// Len is how many passages there are.
func (s *Shelf) Len() int { return s.library.Load().Len() }

// Find finds passages by words, and by the question's vector if there is one.
func (s *Shelf) Find(ctx context.Context, question string, top int) []knowledge.PassageHit {
	l := s.library.Load()
	if l.Len() == 0 {
		return nil
	}
	var asked []float32
	if s.vectors != nil {
		asked = s.vectors.Asked(ctx, question)
	}
	return l.Find(question, asked, top)
}

// Rebuild takes up vectors that have been made since.
func (s *Shelf) Rebuild(ctx context.Context) error {
	s.version.Store(-1)
	return s.Refresh(ctx)
}

// Refresh builds the library anew if the documents have changed.
func (s *Shelf) Refresh(ctx context.Context) error {
	current, err := s.store.Get(ctx, kindLibrary, "current")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	if current.Version == s.version.Load() {
		return nil
	}
	var passages []knowledge.Passage
	err = eachRecord(ctx, s.store, bot.Query{Kind: KindPassage}, func(r bot.Record) error {
		var p knowledge.Passage
		if err := json.Unmarshal(r.Body, &p); err != nil {
			return bot.Because(bot.Internal, err, "文件段落 "+r.ID+" 读不出来,请重新导入文件")
		}
		passages = append(passages, p)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(passages, func(a, b knowledge.Passage) int { return cmp.Compare(a.ID, b.ID) })
	var vector func(string) []float32
	if s.vectors != nil {
		vector = s.vectors.Of
	}
	s.library.Store(knowledge.NewLibrary(passages, vector))
	s.version.Store(current.Version)
	return nil
}

// Follow looks for a change every two seconds until the context ends.
func (s *Shelf) Follow(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("documents not refreshed, the old ones stay", "error", err)
			}
		}
	}
}

// ImportDocument puts a document's passages into the store, in place of those that it had. It returns how many there are, and how many there were.
func ImportDocument(ctx context.Context, s bot.Store, passages []knowledge.Passage, now time.Time) (count, before int, err error) {
	if len(passages) == 0 {
		return 0, 0, bot.Errorf(bot.Invalid, "文件里没有文字")
	}
	document, _, _ := strings.Cut(passages[0].ID, "#")
	known := map[string]bot.Record{}
	err = eachRecord(ctx, s, bot.Query{Kind: KindPassage, Keys: []string{"document=" + document}}, func(r bot.Record) error {
		known[r.ID] = r
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	before = len(known)
	var puts []bot.Record
	for _, p := range passages {
		body, err := json.Marshal(p)
		if err != nil {
			return 0, 0, err
		}
		puts = append(puts, bot.Record{Kind: KindPassage, ID: p.ID, Version: known[p.ID].Version, Time: now, Keys: []string{"document=" + document}, Body: body})
		delete(known, p.ID)
	}
	return len(passages), before, shelve(ctx, s, puts, known, now)
}

// RemoveDocument removes a document by its name without the ending. It returns how many passages it had.
func RemoveDocument(ctx context.Context, s bot.Store, name string, now time.Time) (int, error) {
	known := map[string]bot.Record{}
	err := eachRecord(ctx, s, bot.Query{Kind: KindPassage, Keys: []string{"document=doc:" + name}}, func(r bot.Record) error {
		known[r.ID] = r
		return nil
	})
	if err != nil || len(known) == 0 {
		return 0, err
	}
	return len(known), shelve(ctx, s, nil, known, now)
}

// shelve writes and removes passages, and tells the nodes.
func shelve(ctx context.Context, s bot.Store, puts []bot.Record, gone map[string]bot.Record, now time.Time) error {
	for _, r := range gone {
		puts = append(puts, bot.Record{Kind: KindPassage, ID: r.ID, Version: r.Version, Time: now})
	}
	for chunk := range slices.Chunk(puts, 500) {
		if err := s.Commit(ctx, bot.Change{Put: chunk}); err != nil {
			return err
		}
	}
	current, err := s.Get(ctx, kindLibrary, "current")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	body, err := json.Marshal(map[string]time.Time{"at": now})
	if err != nil {
		return err
	}
	return s.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: kindLibrary, ID: "current", Version: current.Version, Time: now, Body: body}}})
}

// eachRecord calls do with every record that the query finds.
func eachRecord(ctx context.Context, s bot.Store, q bot.Query, do func(bot.Record) error) error {
	for q.Limit = 1000; ; {
		page, err := s.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			if err := do(r); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// Consult lets the skill look into documents when the catalogue has no answer. It must be called before the first turn.
func (s *Skill) Consult(d Documents) { s.documents = d }

// quotable is from which score on a passage is quoted: it speaks of most of what was asked.
const quotable = .55

// quoted is how many characters of a passage are quoted.
const quoted = 220

// besides is from which score on a passage is quoted although the catalogue has entries that may be meant: it speaks of nearly all that was asked.
const besides = .75

// fromDocuments answers from a document what the catalogue does not have: in plain words by the model, else by quoting the passage. Entries that may
// be meant besides can be chosen under it. It reports whether a passage speaks of it.
func (s *Skill) fromDocuments(t *bot.Turn, entries ...bot.Choice) (bool, error) {
	least := quotable
	if len(entries) > 0 {
		least = besides
	}
	hits := s.documents.Find(t.Context, t.Text(), 1)
	if len(hits) == 0 || hits[0].Score < least {
		return false, nil
	}
	p := hits[0].Passage
	plain := bot.Reply{
		Text:    s.texts.Say("passage", map[string]any{"Cite": p.Cite(), "Text": excerpt(p.Text, quoted), "Besides": len(entries) > 0}),
		Sources: []bot.Source{{Title: p.Cite()}},
		Choices: append(entries, s.choice("human", "human", "")),
	}
	found := knowledge.Answer{Verdict: knowledge.VerdictAnswer, Hits: []knowledge.Hit{{Entry: p.Entry(), Score: hits[0].Score}}}
	return true, s.say(t, found, plain)
}

// excerpt is the beginning of a text, up to the end of a sentence if there is one.
func excerpt(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	for i := most; i > most/2; i-- {
		if strings.ContainsRune("。;；\n", runes[i-1]) {
			return strings.TrimSpace(string(runes[:i])) + "……"
		}
	}
	return string(runes[:most]) + "……"
}
