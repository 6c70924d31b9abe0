package storetest

import (
	"fmt"
	"slices"
	"time"

	"linli/bot"
)

// sorted returns the record with its keys in order, each once; nil if there are none.
func sorted(r bot.Record) bot.Record {
	var keys []string
	keys = append(keys, r.Keys...)
	slices.Sort(keys)
	r.Keys = slices.Compact(keys)
	return r
}

var findTests = []test{
	{"nothing is found where nothing is", func(b *bench) {
		b.same("found", b.find(bot.Query{Kind: "note"}), []string(nil))
		b.same("counted", b.count(bot.Query{Kind: "note"}, bot.Query{Kind: "note", Keys: []string{"k"}}), []int{0, 0})
		b.same("counted", len(b.count()), 0)
	}},
	{"order is by time, then by the first write", func(b *bench) {
		b.put(note("late", start.Add(time.Hour)))
		b.put(note("b", start))
		b.put(note("a", start))
		b.put(note("early", start.Add(-time.Hour)))
		again := b.get("note", "b")
		b.put(again)
		b.same("oldest first", b.find(bot.Query{Kind: "note"}), []string{"early", "b", "a", "late"})
		b.same("newest first", b.find(bot.Query{Kind: "note", Newest: true}), []string{"late", "a", "b", "early"})
	}},
	{"records of one change are in the order in which they stand there", func(b *bench) {
		b.put(note("c", start, "k"), note("a", start, "k"), note("b", start, "k"))
		b.same("found", b.find(bot.Query{Kind: "note", Keys: []string{"k"}}), []string{"c", "a", "b"})
	}},
	{"the window takes in its start and leaves out its end", func(b *bench) {
		for i := range 5 {
			b.put(note(fmt.Sprint(i), start.Add(time.Duration(i)*time.Microsecond), "k"))
		}
		at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Microsecond) }
		for _, keys := range [][]string{nil, {"k"}} {
			b.same("from", b.find(bot.Query{Kind: "note", Keys: keys, From: at(3)}), []string{"3", "4"})
			b.same("to", b.find(bot.Query{Kind: "note", Keys: keys, To: at(2)}), []string{"0", "1"})
			b.same("from and to", b.find(bot.Query{Kind: "note", Keys: keys, From: at(1), To: at(3), Newest: true}), []string{"2", "1"})
			b.same("empty", b.find(bot.Query{Kind: "note", Keys: keys, From: at(2), To: at(2)}), []string(nil))
			b.same("turned round", b.find(bot.Query{Kind: "note", Keys: keys, From: at(3), To: at(1)}), []string(nil))
			b.same("counted", b.count(bot.Query{Kind: "note", Keys: keys, From: at(1), To: at(3)}), []int{2})
		}
	}},
	{"a record must bear all keys", func(b *bench) {
		b.put(note("1", start, "a"), note("2", start, "b"), note("3", start, "a", "b"), note("4", start, "a", "b", "c"),
			bot.Record{Kind: "other", ID: "5", Time: start, Keys: []string{"a", "b"}, Body: body(5)})
		for _, c := range []struct{ keys, want []string }{
			{nil, []string{"1", "2", "3", "4"}}, {[]string{"a"}, []string{"1", "3", "4"}}, {[]string{"b", "a"}, []string{"3", "4"}},
			{[]string{"a", "b", "c"}, []string{"4"}}, {[]string{"a", "x"}, nil}, {[]string{"x"}, nil}, {[]string{"a", "a"}, []string{"1", "3", "4"}},
			{[]string{"A"}, nil}, {[]string{""}, nil},
		} {
			b.same(fmt.Sprint("found ", c.keys), b.find(bot.Query{Kind: "note", Keys: c.keys}), c.want)
			b.same(fmt.Sprint("counted ", c.keys), b.count(bot.Query{Kind: "note", Keys: c.keys}), []int{len(c.want)})
		}
	}},
	{"a change of time or keys moves the record", func(b *bench) {
		b.put(note("1", start, "open", "grid"), note("2", start.Add(time.Minute), "open", "grid"))
		r := b.get("note", "1")
		r.Time, r.Keys = start.Add(time.Hour), []string{"closed", "grid"}
		b.put(r)
		b.same("open", b.find(bot.Query{Kind: "note", Keys: []string{"open"}}), []string{"2"})
		b.same("closed", b.find(bot.Query{Kind: "note", Keys: []string{"closed"}}), []string{"1"})
		b.same("grid", b.find(bot.Query{Kind: "note", Keys: []string{"grid"}}), []string{"2", "1"})
		b.same("all", b.find(bot.Query{Kind: "note"}), []string{"2", "1"})
		b.same("at the old time", b.find(bot.Query{Kind: "note", To: start.Add(time.Minute)}), []string(nil))
		r = b.get("note", "1")
		r.Keys = nil
		b.put(r)
		b.same("without keys", b.count(bot.Query{Kind: "note", Keys: []string{"grid"}}, bot.Query{Kind: "note"}), []int{1, 2})
	}},
	{"pages show every record exactly once, and Count agrees", func(b *bench) {
		const n = 257
		var all []string
		for i := range n {
			id := fmt.Sprint(i)
			keys := []string{"all"}
			if i%3 == 0 {
				keys = append(keys, "third")
			}
			// Many of the same time, so that page borders fall between them.
			b.put(note(id, start.Add(time.Duration(i/10)*time.Second), keys...))
			all = append(all, id)
		}
		third := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return len(id) > 0 && atoi(id)%3 != 0 })
		for _, limit := range []int{0, 1, 7, 100, 256, 257, 258, 1000} {
			for _, newest := range []bool{false, true} {
				for _, c := range []struct{ keys, want []string }{{nil, all}, {[]string{"all"}, all}, {[]string{"third"}, third}, {[]string{"all", "third"}, third}} {
					want := slices.Clone(c.want)
					if newest {
						slices.Reverse(want)
					}
					b.same(fmt.Sprint("found ", limit, newest, c.keys), b.find(bot.Query{Kind: "note", Keys: c.keys, Limit: limit, Newest: newest}), want)
				}
			}
		}
		b.same("counted", b.count(bot.Query{Kind: "note", Limit: 1}, bot.Query{Kind: "note", Keys: []string{"third"}}), []int{n, len(third)})
	}},
	{"others are seen exactly once while one is changed, removed or added", func(b *bench) {
		for i := range 30 {
			b.put(note(fmt.Sprintf("n%02d", i), start, "k"))
		}
		seen := map[string]int{}
		q := bot.Query{Kind: "note", Keys: []string{"k"}, Limit: 4}
		for page := 0; ; page++ {
			p, err := b.store.Find(b.ctx, q)
			if err != nil {
				b.Fatal(err)
			}
			for _, r := range p.Records {
				seen[r.ID]++
			}
			r := b.get("note", "n10")
			r.Time = start.Add(time.Duration(page%3-1) * time.Hour)
			b.put(r)
			r = b.get("note", "n01")
			b.put(r) // changed, but not its time
			if page == 2 {
				b.put(bot.Record{Kind: "note", ID: "n20", Version: b.get("note", "n20").Version}, note("zz", start, "k"))
			}
			if p.Next == "" {
				break
			}
			q.After = p.Next
		}
		for i := range 30 {
			if id := fmt.Sprintf("n%02d", i); i != 10 && i != 20 && seen[id] != 1 {
				b.Errorf("%s was seen %d times", id, seen[id])
			}
		}
	}},
	{"a page carries whole records", func(b *bench) {
		b.put(note("1", start, "k", "l"))
		p, err := b.store.Find(b.ctx, bot.Query{Kind: "note", Keys: []string{"k"}})
		if err != nil || len(p.Records) != 1 {
			b.Fatalf("%v, %v", p, err)
		}
		b.same("record", sorted(p.Records[0]), sorted(b.get("note", "1")))
	}},
	{"a query that cannot be is invalid", func(b *bench) {
		for _, q := range []bot.Query{{}, {Kind: "note", Limit: -1}, {Kind: "note", Limit: 1001}, {Kind: "note", After: "x"}, {Kind: "note", After: "!.?"}} {
			if _, err := b.store.Find(b.ctx, q); bot.KindOf(err) != bot.Invalid {
				b.Errorf("Find(%+v): %v; want an error of kind Invalid", q, err)
			}
		}
	}},
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}
