package storetest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"linli/bot"
)

// odd are strings that trip those who build queries, keys or files out of them.
var odd = []string{
	"马鞍山社区/3栋", "é", "e\u0301", "😀", " ", "a b", "a\nb", "\x00", "a\x00b", "\xff\xfe", "'; DROP TABLE records; --", "%", "_", "*", "[a]", "{a}", "a:b", "a/b", "..", "\\", `"`,
	"A", "a", "１", "1", "01", "NULL", strings.Repeat("长", 500),
}

var recordTests = []test{
	{"what was put is what is got", func(b *bench) {
		want := bot.Record{Kind: "case", ID: "1", Time: start.Add(123456 * time.Microsecond), Keys: []string{"grid=7", "status=open"}, Body: body("水管")}
		b.put(want)
		got := b.get("case", "1")
		if got.Version <= 0 {
			b.Fatalf("version %d, want a positive one", got.Version)
		}
		want.Version = got.Version
		b.same("record", sorted(got), want)
	}},
	{"an unknown record is not found", func(b *bench) {
		b.put(note("1", start))
		b.gone("note", "2")
		b.gone("other", "1")
	}},
	{"a record is replaced as a whole, and its version grows", func(b *bench) {
		b.put(note("1", start, "a", "b"))
		v := b.get("note", "1").Version
		b.put(bot.Record{Kind: "note", ID: "1", Version: v, Time: start.Add(time.Hour), Keys: []string{"c"}, Body: body("new")})
		got := b.get("note", "1")
		if got.Version <= v {
			b.Fatalf("version %d after %d", got.Version, v)
		}
		b.same("record", got, bot.Record{Kind: "note", ID: "1", Version: got.Version, Time: start.Add(time.Hour), Keys: []string{"c"}, Body: body("new")})
	}},
	{"a put at an old version is a conflict", func(b *bench) {
		b.put(note("1", start))
		old := b.get("note", "1")
		b.put(old)
		b.refuse(bot.Conflict, bot.Change{Put: []bot.Record{old}})
		b.refuse(bot.Conflict, bot.Change{Put: []bot.Record{note("1", start)}})
		missing := note("2", start)
		missing.Version = old.Version
		b.refuse(bot.Conflict, bot.Change{Put: []bot.Record{missing}})
	}},
	{"a removed record is gone and can be put anew", func(b *bench) {
		b.put(note("1", start, "k"))
		b.put(bot.Record{Kind: "note", ID: "1", Version: b.get("note", "1").Version})
		b.gone("note", "1")
		b.same("found", b.find(bot.Query{Kind: "note"}), []string(nil))
		b.same("found by key", b.find(bot.Query{Kind: "note", Keys: []string{"k"}}), []string(nil))
		b.put(note("1", start))
		b.get("note", "1")
	}},
	{"to remove what does not exist is nothing, at a version a conflict", func(b *bench) {
		b.put(bot.Record{Kind: "note", ID: "1"})
		b.gone("note", "1")
		b.refuse(bot.Conflict, bot.Change{Put: []bot.Record{{Kind: "note", ID: "1", Version: 7}}})
	}},
	{"a version never comes back, even after a removal and a restart", func(b *bench) {
		seen := map[int64]bool{}
		for round := range 20 {
			b.put(note("1", start))
			old := b.get("note", "1")
			if seen[old.Version] {
				b.Fatalf("version %d was given twice", old.Version)
			}
			seen[old.Version] = true
			b.put(bot.Record{Kind: "note", ID: "1", Version: old.Version})
			if round%7 == 6 {
				b.reopen()
			}
			b.put(note("1", start))
			b.refuse(bot.Conflict, bot.Change{Put: []bot.Record{old}})
			now := b.get("note", "1")
			if seen[now.Version] {
				b.Fatalf("version %d was given twice", now.Version)
			}
			seen[now.Version] = true
			b.put(bot.Record{Kind: "note", ID: "1", Version: now.Version})
		}
	}},
	{"a change is made as a whole or not at all", func(b *bench) {
		b.put(note("old", start))
		b.add(job("leased", "", start), job("other", "", start))
		held := b.claims("q", 2, "leased", "other")
		stale := note("old", start)
		b.refuse(bot.Conflict, bot.Change{
			Put: []bot.Record{note("new", start, "k"), stale}, Add: []bot.Job{job("added", "", start)},
			Done: leases(held[:1]), Back: []bot.Return{{Lease: held[1].Lease, Ready: start}},
		})
		b.gone("note", "new")
		b.same("found by key", b.find(bot.Query{Kind: "note", Keys: []string{"k"}}), []string(nil))
		b.same("counted", b.count(bot.Query{Kind: "note"}), []int{1})
		b.claims("q", 10)
		b.done(held...) // still held
		b.clock.move(2 * lease)
		b.claims("q", 10)
	}},
	{"a lost lease writes nothing", func(b *bench) {
		b.add(job("1", "", start))
		late := b.one("q", "1")
		b.clock.move(lease)
		again := b.one("q", "1")
		b.refuse(bot.Conflict, bot.Change{Put: []bot.Record{note("1", start)}, Add: []bot.Job{job("2", "", start)}, Done: leases([]bot.Job{late})})
		b.gone("note", "1")
		b.claims("q", 10)
		b.done(again)
	}},
	{"the same record or lease twice in a change is invalid", func(b *bench) {
		b.refuse(bot.Invalid, bot.Change{Put: []bot.Record{note("1", start), note("1", start)}})
		b.gone("note", "1")
		b.add(job("1", "", start))
		held := b.one("q", "1")
		b.refuse(bot.Invalid, bot.Change{Done: []bot.Lease{held.Lease}, Back: []bot.Return{{Lease: held.Lease}}})
		b.done(held)
	}},
	{"what has no name is invalid", func(b *bench) {
		b.refuse(bot.Invalid, bot.Change{Put: []bot.Record{{Kind: "note", Body: body(1)}}})
		b.refuse(bot.Invalid, bot.Change{Put: []bot.Record{{ID: "1", Body: body(1)}}})
		b.refuse(bot.Invalid, bot.Change{Add: []bot.Job{{Queue: "q"}}})
		b.refuse(bot.Invalid, bot.Change{Add: []bot.Job{{ID: "1"}}})
	}},
	{"an empty change is nothing", func(b *bench) { b.commit(bot.Change{}) }},
	{"keys have no order and no repeats", func(b *bench) {
		r := note("1", start, "b", "a", "b", "")
		b.put(r)
		b.same("keys", sorted(b.get("note", "1")).Keys, []string{"", "a", "b"})
		b.same("counted", b.count(bot.Query{Kind: "note", Keys: []string{"b"}}, bot.Query{Kind: "note", Keys: []string{"a", "b", "a"}}), []int{1, 1})
	}},
	{"names and keys may be any string", func(b *bench) {
		for _, s := range odd {
			b.put(bot.Record{Kind: "odd", ID: s, Time: start, Keys: []string{s, "k=" + s}, Body: body(1)}, bot.Record{Kind: s, ID: "1", Time: start, Body: body(s)})
		}
		for _, s := range odd {
			b.same("ID", b.get("odd", s).ID, s)
			b.same("keys", sorted(b.get("odd", s)).Keys, sorted(bot.Record{Keys: []string{s, "k=" + s}}).Keys)
			b.same("found", b.find(bot.Query{Kind: "odd", Keys: []string{s}}), []string{s})
			b.same("of that kind", b.find(bot.Query{Kind: s}), []string{"1"})
		}
	}},
	{"a body may have any size up to the limit", func(b *bench) {
		for _, n := range []int{0, 1, 4095, 4096, 100_000, bot.MaxBody} {
			big := bytes.Repeat([]byte("邻"), n/3+1)[:n]
			v := int64(0)
			if n > 0 {
				v = b.get("note", "1").Version
			}
			b.put(bot.Record{Kind: "note", ID: "1", Version: v, Time: start, Body: big})
			if got := b.get("note", "1").Body; !bytes.Equal(got, big) || got == nil {
				b.Fatalf("a body of %d bytes came back with %d", n, len(got))
			}
		}
		b.refuse(bot.Invalid, bot.Change{Put: []bot.Record{{Kind: "note", ID: "2", Body: make([]byte, bot.MaxBody+1)}}})
		b.refuse(bot.Invalid, bot.Change{Add: []bot.Job{{Queue: "q", ID: "2", Body: make([]byte, bot.MaxBody+1)}}})
	}},
	{"times are kept to the microsecond, whatever their zone", func(b *bench) {
		china := time.FixedZone("CST", 8*3600)
		for _, at := range []time.Time{{}, time.Unix(0, 0), start.Add(999), start.In(china), time.Date(1970, 1, 1, 0, 0, 0, 1000, time.UTC).Add(-time.Millisecond), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
			b.put(note(at.String(), at))
			if got, want := b.get("note", at.String()).Time, at.Truncate(time.Microsecond); !got.Equal(want) {
				b.Fatalf("time %v came back as %v", at, got)
			}
		}
	}},
	{"what is handed in and out may be changed afterwards", func(b *bench) {
		r, j := note("1", start, "k"), job("1", "", start)
		b.commit(bot.Change{Put: []bot.Record{r}, Add: []bot.Job{j}})
		spoil := func(data []byte) {
			for i := range data {
				data[i] = 'x'
			}
		}
		spoil(r.Body)
		spoil(j.Body)
		r.Keys[0] = "x"
		b.same("body", b.get("note", "1").Body, body("1"))
		b.same("keys", b.get("note", "1").Keys, []string{"k"})
		first := b.one("q", "1")
		b.same("body", first.Body, body("1"))
		spoil(first.Body)
		b.clock.move(lease)
		b.same("body", b.one("q", "1").Body, body("1"))
	}},
	{"everything outlives the process", func(b *bench) {
		b.commit(bot.Change{Put: []bot.Record{note("1", start, "k")}, Add: []bot.Job{job("1", "a", start), job("later", "a", start.Add(time.Hour))}})
		was := b.get("note", "1")
		b.reopen()
		b.same("record", b.get("note", "1"), was)
		b.same("found", b.find(bot.Query{Kind: "note", Keys: []string{"k"}}), []string{"1"})
		b.same("counted", b.count(bot.Query{Kind: "note"}), []int{1})
		j := b.one("q", "1")
		b.same("job", bot.Job{Queue: j.Queue, ID: j.ID, Lane: j.Lane, Due: j.Due, Body: j.Body}, job("1", "a", start))
		b.done(j)
		b.reopen()
		b.add(job("1", "a", start))
		b.claims("q", 10)
		b.clock.move(time.Hour)
		b.claims("q", 10, "later")
	}},
	{"a context that has ended stops everything that has not begun", func(b *bench) {
		b.add(job("1", "", start))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for what, err := range map[string]error{
			"Commit": b.store.Commit(ctx, bot.Change{Put: []bot.Record{note("1", start)}}),
			"Get":    second(b.store.Get(ctx, "note", "1")),
			"Find":   second(b.store.Find(ctx, bot.Query{Kind: "note"})),
			"Count":  second(b.store.Count(ctx, bot.Query{Kind: "note"})),
			"Claim":  second(b.store.Claim(ctx, "q", start, 1, lease)),
		} {
			if !errors.Is(err, context.Canceled) {
				b.Errorf("%s: %v; want context.Canceled", what, err)
			}
		}
		b.gone("note", "1")
		b.one("q", "1")
	}},
}

func second[T any](_ T, err error) error { return err }
