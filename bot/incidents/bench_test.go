package incidents

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/sample"
	"linli/intents/place"
)

// town fills a store on disk with open cases, spread over the communities of a district, and returns an engine over it.
func town(b *testing.B, cases int) (*bot.Engine, bot.Store) {
	b.Helper()
	org, model := parts()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))
	store, err := sqlite.Open(b.Context(), b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	s := New(Options{Rank: model.Category})
	var places []string
	for _, u := range org.Units() {
		if (u.Level == "grid" || u.Level == "community" && len(org.Children(u.ID)) == 0) && org.Within(u.ID, "360203") {
			places = append(places, u.ID)
		}
	}
	codes := []string{"P1-08", "04-04", "G2-03", "01-02", "G1-02", "05-05", "P3-02", "01-10"}
	sums := map[string]*figures{}
	change := bot.Change{}
	flush := func() {
		if err := store.Commit(b.Context(), change); err != nil {
			b.Fatal(err)
		}
		change = bot.Change{}
	}
	for i := range cases {
		at := now.Add(-time.Duration(i%25000) * time.Minute)
		c := &Case{
			ID: fmt.Sprintf("c%09d", i), State: working[i%4], Category: codes[i%len(codes)], Text: "楼道堆了好多杂物,麻烦来看看", Reported: at, Severity: 2,
			Place: Place{Words: fmt.Sprint(i/len(places)%300+1, "栋"), Unit: places[i%len(places)], Spot: fmt.Sprint(i/len(places)%300 + 1)}, Warned: i%7 == 0, Overdue: i%5 == 0,
			Reporters: []Reporter{{Person: fmt.Sprint("p", i%5000), Chat: bot.Chat{Channel: "test", ID: fmt.Sprint("p", i%5000)}, At: at}},
		}
		c.Unit, _ = charge(org, c.Category, c.Place.Unit)
		c.Number = number(shortName(org, territory(org, c.Place.Unit)), at, i/len(places)%99+1)
		c.Due = s.clock.Deadline(at, s.table.of(c.Category).Limit)
		c.History = []Step{{At: at, Event: Complete, From: Draft, To: Reported}, {At: at, Event: Dispatch, From: Accepted, To: Dispatched, Unit: c.Unit}}
		c.Counted = c.count(org)
		body, err := json.Marshal(c)
		if err != nil {
			b.Fatal(err)
		}
		change.Put = append(change.Put, bot.Record{Kind: KindCase, ID: c.ID, Time: at, Keys: c.Keys(org), Body: body})
		id := c.Counted.Territory + "/" + c.Counted.Month
		if sums[id] == nil {
			sums[id] = &figures{Territory: c.Counted.Territory, Cells: map[string]Tally{}}
		}
		sum := sums[id].Cells[c.Counted.Code+"|"+c.Unit]
		sum.add(c.Counted.Tally, 1)
		sums[id].Cells[c.Counted.Code+"|"+c.Unit] = sum
		if len(change.Put) == 500 {
			flush()
		}
	}
	for id, f := range sums {
		body, err := json.Marshal(f)
		if err != nil {
			b.Fatal(err)
		}
		change.Put = append(change.Put, bot.Record{Kind: KindFigures, ID: id, Time: now, Keys: []string{"month=" + id[len(id)-7:]}, Body: body})
	}
	for _, p := range who {
		person := bot.Person{ID: p.name, Name: p.name, Unit: p.unit, Chat: bot.Chat{Channel: "test", ID: p.name}, Grants: []bot.Grant{{Role: p.role, Unit: p.unit}}}
		change.Put = append(change.Put, bot.PersonRecord(&person, 0, now), bot.AccountRecord(bot.Account{Channel: "test", ID: p.name}, p.name, now))
	}
	flush()
	engine, err := bot.New(bot.Options{
		Store: store, Org: org, Understand: model, Places: place.NewGazetteer(sample.Territories()), Root: "360203", Skills: []bot.Skill{s}, Channels: []bot.Channel{&world{}},
		Now: func() time.Time { return now },
	})
	if err != nil {
		b.Fatal(err)
	}
	return engine, store
}

// BenchmarkOpenCases measures whole turns, from the message's arrival to the durable reply, with many open cases in the store: one that finds a
// duplicate, the board of a community and of a whole district, the figures of a month, a number that is looked up.
func BenchmarkOpenCases(b *testing.B) {
	cases := 100_000
	if testing.Short() {
		cases = 5_000
	}
	engine, _ := town(b, cases)
	said := 0
	for _, bench := range []struct{ name, who, text string }{
		{"duplicate", "r%d", "马鞍山社区3栋楼道堆了好多杂物"}, {"board-community", "s1", "我的待办"}, {"board-district", "adm", "我的待办"},
		{"figures-district", "adm", "本月统计"}, {"number", "s1", "马鞍山1123-05怎么样了"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				said++
				from := bench.who
				if from == "r%d" {
					from = fmt.Sprint("r", said) // each time somebody else
				}
				m := bot.Message{ID: fmt.Sprint(said), Chat: bot.Chat{Channel: "test", ID: from}, From: bot.Account{Channel: "test", ID: from}, Text: bench.text}
				start := time.Now()
				if err := engine.Receive(context.Background(), m); err != nil {
					b.Fatal(err)
				}
				if err := engine.Drain(context.Background()); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
