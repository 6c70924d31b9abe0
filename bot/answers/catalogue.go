package answers

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"linli/bot"
	"linli/knowledge"
)

// KindEntry is the kind of record that keeps one entry of the imported catalogue.
const KindEntry = "entry"

// kindCatalogue is the kind of the one record that says which state of the catalogue is current: it changes after every import, and the
// nodes follow it.
const kindCatalogue = "catalogue"

// Edition describes the imported catalogue.
type Edition struct {
	Entries  int       `json:"entries"`
	Synonyms string    `json:"synonyms,omitempty"` // see knowledge.Synonyms
	At       time.Time `json:"at"`
}

// Stored is the catalogue as it stands in the store, with its index: what was imported, or the sample while nothing was.
type Stored struct {
	store    bot.Store
	sample   []knowledge.Entry
	log      *slog.Logger
	index    atomic.Pointer[knowledge.Index]
	version  atomic.Int64
	imported atomic.Bool
	vectors  *Vectors // nil: words alone
}

// OpenCatalogue reads the catalogue and builds its index. A nil logger discards.
func OpenCatalogue(ctx context.Context, s bot.Store, sample []knowledge.Entry, log *slog.Logger) (*Stored, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &Stored{store: s, sample: sample, log: log}
	c.version.Store(-1)
	return c, c.Refresh(ctx)
}

// Index returns the current index.
func (c *Stored) Index() *knowledge.Index { return c.index.Load() }

// Refresh builds the index anew if the catalogue has changed, beside the old one, and swaps it.
func (c *Stored) Refresh(ctx context.Context) error {
	current, err := c.store.Get(ctx, kindCatalogue, "current")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	if current.Version == c.version.Load() {
		return nil
	}
	catalogue := knowledge.Catalogue{Entries: c.sample}
	if current.Version > 0 {
		var e Edition
		if err := json.Unmarshal(current.Body, &e); err != nil {
			return bot.Because(bot.Internal, err, "目录的版本读不出来,请重新导入目录")
		}
		catalogue.Synonyms = e.Synonyms
		own, err := stored(ctx, c.store)
		if err != nil {
			return err
		}
		if len(own) > 0 { // else only synonyms were imported
			catalogue.Entries = own
		}
		c.imported.Store(len(own) > 0)
	}
	began := time.Now()
	var o knowledge.Options
	if c.vectors != nil {
		o.Embedder = c.vectors
	}
	c.index.Store(catalogue.Build(o))
	c.version.Store(current.Version)
	c.log.Debug("catalogue", "entries", len(catalogue.Entries), "took", time.Since(began))
	return nil
}

// UseVectors builds the index with the vectors that there are, and asks for those that are missing. It must be called before the first question.
func (c *Stored) UseVectors(ctx context.Context, v *Vectors) error {
	c.vectors = v
	return c.Rebuild(ctx)
}

// Rebuild takes up vectors that have been made since.
func (c *Stored) Rebuild(ctx context.Context) error {
	c.version.Store(-1)
	return c.Refresh(ctx)
}

// Follow looks for a change every two seconds until the context ends.
func (c *Stored) Follow(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := c.Refresh(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("catalogue not refreshed, the old one stays", "error", err)
			}
		}
	}
}

// stored reads all entries, in the order of their IDs, so that every node builds the same index.
func stored(ctx context.Context, s bot.Store) ([]knowledge.Entry, error) {
	var entries []knowledge.Entry
	for q := (bot.Query{Kind: KindEntry, Limit: 1000}); ; {
		page, err := s.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			var e knowledge.Entry
			if err := json.Unmarshal(r.Body, &e); err != nil {
				return nil, bot.Because(bot.Internal, err, "目录条目 "+r.ID+" 读不出来,请重新导入目录")
			}
			entries = append(entries, e)
		}
		if page.Next == "" {
			slices.SortFunc(entries, func(a, b knowledge.Entry) int { return cmp.Compare(a.ID, b.ID) })
			return entries, nil
		}
		q.After = page.Next
	}
}

// Import puts the catalogue into the store: new entries are added, those with a known ID replaced, the synonyms replaced if it has any. With replace,
// what it does not have is removed. Each node takes the new catalogue up within seconds. It returns how many entries were added, changed and removed.
func Import(ctx context.Context, s bot.Store, c knowledge.Catalogue, replace bool, now time.Time) (added, changed, removed int, err error) {
	known := map[string]bot.Record{}
	for q := (bot.Query{Kind: KindEntry, Limit: 1000}); ; {
		page, err := s.Find(ctx, q)
		if err != nil {
			return 0, 0, 0, err
		}
		for _, r := range page.Records {
			known[r.ID] = r
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	var puts []bot.Record
	for _, e := range c.Entries {
		body, err := json.Marshal(e)
		if err != nil {
			return 0, 0, 0, err
		}
		old, there := known[e.ID]
		delete(known, e.ID)
		switch {
		case !there:
			added++
		case string(old.Body) != string(body):
			changed++
		default:
			continue
		}
		puts = append(puts, bot.Record{Kind: KindEntry, ID: e.ID, Version: old.Version, Time: now, Body: body})
	}
	total := len(c.Entries) + len(known)
	if replace {
		total = len(c.Entries)
		for id, old := range known {
			removed++
			puts = append(puts, bot.Record{Kind: KindEntry, ID: id, Version: old.Version, Time: now})
		}
	}
	for chunk := range slices.Chunk(puts, 500) {
		if err := s.Commit(ctx, bot.Change{Put: chunk}); err != nil {
			return 0, 0, 0, err
		}
	}
	return added, changed, removed, publish(ctx, s, Edition{Entries: total, Synonyms: c.Synonyms, At: now}, replace)
}

// publish tells the nodes that the catalogue has changed.
func publish(ctx context.Context, s bot.Store, e Edition, replace bool) error {
	current, err := s.Get(ctx, kindCatalogue, "current")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	if e.Synonyms == "" && !replace && current.Version > 0 {
		var old Edition
		if err := json.Unmarshal(current.Body, &old); err != nil {
			return err
		}
		e.Synonyms = old.Synonyms
	}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: kindCatalogue, ID: "current", Version: current.Version, Time: e.At, Body: body}}})
}

// Imported reports whether a catalogue was imported; else the sample answers.
func (c *Stored) Imported() bool { return c.imported.Load() }
