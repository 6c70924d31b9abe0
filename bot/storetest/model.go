package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/bot"
)

// againstModel lets random operations act on the store and on a model that is too simple to be wrong, and compares what they say.
func againstModel(t *testing.T, h Harness) {
	c := &clock{}
	c.set(start)
	store := h.Open(t, c.now)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++ // each check has kinds and queues of its own, so that one store serves all
		c.set(start)
		m := &model{
			bench: &bench{TB: t, h: h, store: store, clock: c, ctx: context.Background()}, run: run,
			records: map[string]bot.Record{}, first: map[string]int{}, tokens: map[bot.Lease]*modelJob{},
		}
		rt.Repeat(map[string]func(*rapid.T){
			"commit": m.commit, "claim": m.claim, "end": m.end, "find": m.find, "get": m.get, "clock": m.move, "reopen": m.reopen,
		})
		store = m.store
	})
}

// model is what the store should be.
type model struct {
	*bench
	run     int
	seq     int
	records map[string]bot.Record // by ID, all of one kind
	first   map[string]int        // when each was first written
	jobs    []*modelJob
	tokens  map[bot.Lease]*modelJob // all leases that there ever were
}

type modelJob struct {
	bot.Job
	seq   int
	ready time.Time
	ends  time.Time // of the lease
	done  time.Time // zero: waits
	held  bool      // Lease is good
}

var (
	modelIDs   = rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7", "8"})
	modelLanes = rapid.SampledFrom([]string{"", "a", "b", "c"})
	modelKeys  = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"k", "l", "m"}), 0, 3, rapid.ID[string])
	moments    = rapid.Map(rapid.IntRange(-5, 30), func(s int) time.Duration { return time.Duration(s) * 20 * time.Second })
)

func (m *model) kind() string            { return fmt.Sprint("model", m.run) }
func (m *model) at(t *rapid.T) time.Time { return m.clock.now().Add(moments.Draw(t, "moment")) }

func (m *model) queue(t *rapid.T) string {
	return fmt.Sprint(rapid.SampledFrom([]string{"q", "r"}).Draw(t, "queue"), m.run)
}

func (m *model) commit(t *rapid.T) {
	var c bot.Change
	conflict := false
	for _, id := range rapid.SliceOfNDistinct(modelIDs, 0, 3, rapid.ID[string]).Draw(t, "put") {
		r := bot.Record{
			Kind: m.kind(), ID: id, Version: m.records[id].Version, Time: m.at(t), Keys: modelKeys.Draw(t, "keys"),
			Body: body(rapid.IntRange(0, 9).Draw(t, "body")),
		}
		if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
			r.Version += int64(rapid.IntRange(1, 3).Draw(t, "by"))
			conflict = true
		}
		if rapid.IntRange(0, 4).Draw(t, "remove") == 0 {
			r.Body = nil
		}
		c.Put = append(c.Put, r)
	}
	for _, id := range rapid.SliceOfN(modelIDs, 0, 3).Draw(t, "add") {
		c.Add = append(c.Add, bot.Job{Queue: m.queue(t), ID: id, Lane: modelLanes.Draw(t, "lane"), Due: m.at(t), Body: body(m.seq)})
	}
	m.ends(t, &c, &conflict)
	err := m.try(c)
	if conflict != (bot.KindOf(err) == bot.Conflict) || err != nil && !conflict {
		t.Fatalf("Commit(%+v): %v; a conflict: %v", c, err, conflict)
	}
	if err == nil {
		m.apply(t, c)
	}
}

// end ends a lease and does nothing else, so that many do end.
func (m *model) end(t *rapid.T) {
	var held []bot.Lease
	for l, j := range m.tokens {
		if j.held && j.Lease == l {
			held = append(held, l)
		}
	}
	if len(held) == 0 {
		t.Skip("nothing is leased")
	}
	slices.SortFunc(held, byName)
	l := rapid.SampledFrom(held).Draw(t, "lease")
	c := bot.Change{Done: []bot.Lease{l}}
	if err := m.try(c); err != nil {
		t.Fatalf("Commit(%+v): %v", c, err)
	}
	m.apply(t, c)
}

// ends takes some leases into the change, also lost ones.
func (m *model) ends(t *rapid.T, c *bot.Change, conflict *bool) {
	leases := slices.SortedFunc(maps.Keys(m.tokens), byName)
	if len(leases) == 0 || !rapid.Bool().Draw(t, "end") {
		return
	}
	for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(leases)-1), 1, 2, rapid.ID[int]).Draw(t, "ends") {
		l := leases[i]
		if j := m.tokens[l]; !j.held || j.Lease != l {
			*conflict = true
		}
		if rapid.Bool().Draw(t, "back") {
			c.Back = append(c.Back, bot.Return{Lease: l, Ready: m.at(t), Fresh: rapid.Bool().Draw(t, "fresh")})
		} else {
			c.Done = append(c.Done, l)
		}
	}
}

// byName orders leases so that a failure can be repeated: tokens differ from run to run, their order does not.
func byName(a, b bot.Lease) int {
	return cmp.Or(cmp.Compare(a.Queue, b.Queue), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Token, b.Token))
}

func (m *model) apply(t *rapid.T, c bot.Change) {
	for _, l := range c.Done {
		m.tokens[l].done, m.tokens[l].held = m.clock.now(), false
	}
	for _, r := range c.Back {
		j := m.tokens[r.Lease]
		j.ready, j.held = r.Ready, false
		if r.Fresh {
			j.Attempt--
		}
	}
	for _, r := range c.Put {
		if r.Body == nil {
			delete(m.records, r.ID)
			delete(m.first, r.ID)
			continue
		}
		got := m.bench.get(r.Kind, r.ID)
		if got.Version <= r.Version {
			t.Fatalf("version %d after %d", got.Version, r.Version)
		}
		r.Version = got.Version
		m.records[r.ID] = r
		if m.first[r.ID] == 0 {
			m.seq++
			m.first[r.ID] = m.seq
		}
	}
	for _, j := range c.Add {
		known := slices.IndexFunc(m.jobs, func(k *modelJob) bool { return k.Queue == j.Queue && k.ID == j.ID })
		if known >= 0 {
			if k := m.jobs[known]; k.done.IsZero() || m.clock.now().Before(k.done.Add(bot.DedupeWindow)) {
				continue
			}
			m.jobs = slices.Delete(m.jobs, known, known+1)
		}
		m.seq++
		m.jobs = append(m.jobs, &modelJob{Job: j, seq: m.seq})
	}
}

func (m *model) claim(t *rapid.T) {
	queue, n := m.queue(t), rapid.IntRange(1, 4).Draw(t, "n")
	now := m.clock.now()
	long := time.Duration(rapid.IntRange(1, 10).Draw(t, "lease")) * 20 * time.Second
	got, err := m.store.Claim(m.ctx, queue, now, n, long)
	if err != nil {
		t.Fatal(err)
	}
	want := m.claimable(queue, now)
	want = want[:min(n, len(want))]
	if len(got) != len(want) {
		t.Fatalf("claimed %v, want %d", got, len(want))
	}
	for i, j := range want {
		j.Attempt++
		j.held, j.ends, j.Lease = true, now.Add(long), got[i].Lease
		m.tokens[j.Lease] = j
		m.compare(t, "claimed", got[i], j.Job)
	}
}

// claimable is what may be claimed, in order.
func (m *model) claimable(queue string, now time.Time) []*modelJob {
	var waiting []*modelJob
	for _, j := range m.jobs {
		if j.Queue == queue && j.done.IsZero() {
			waiting = append(waiting, j)
		}
	}
	slices.SortFunc(waiting, func(a, b *modelJob) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.seq, b.seq)) })
	leased := func(j *modelJob) bool { return j.held && j.ends.After(now) }
	busy := map[string]bool{}
	for _, j := range waiting {
		if leased(j) {
			busy[j.Lane] = true
		}
	}
	var all []*modelJob
	for _, j := range waiting {
		if j.Lane != "" {
			if busy[j.Lane] {
				continue
			}
			busy[j.Lane] = true // by its first job, whether that may be claimed or not
		}
		if !leased(j) && !j.Due.After(now) && !j.ready.After(now) {
			all = append(all, j)
		}
	}
	return all
}

func (m *model) find(t *rapid.T) {
	q := bot.Query{Kind: m.kind(), Keys: modelKeys.Draw(t, "keys"), Newest: rapid.Bool().Draw(t, "newest"), Limit: rapid.IntRange(1, 5).Draw(t, "limit")}
	if rapid.Bool().Draw(t, "from") {
		q.From = m.at(t)
	}
	if rapid.Bool().Draw(t, "to") {
		q.To = m.at(t)
	}
	var want []string
	for id, r := range m.records {
		bears := !slices.ContainsFunc(q.Keys, func(k string) bool { return !slices.Contains(r.Keys, k) })
		if bears && (q.From.IsZero() || !r.Time.Before(q.From)) && (q.To.IsZero() || r.Time.Before(q.To)) {
			want = append(want, id)
		}
	}
	slices.SortFunc(want, func(a, b string) int {
		return cmp.Or(m.records[a].Time.Compare(m.records[b].Time), cmp.Compare(m.first[a], m.first[b]))
	})
	if q.Newest {
		slices.Reverse(want)
	}
	m.compare(t, "found", m.bench.find(q), want)
	m.compare(t, "counted", m.count(q), []int{len(want)})
}

func (m *model) get(t *rapid.T) {
	id := modelIDs.Draw(t, "ID")
	got, err := m.store.Get(m.ctx, m.kind(), id)
	want, ok := m.records[id]
	if !ok {
		if bot.KindOf(err) != bot.NotFound {
			t.Fatalf("Get: %v, %v; want an error of kind NotFound", got, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.compare(t, "got", sorted(got), sorted(want))
}

func (m *model) move(t *rapid.T) {
	d := moments.Draw(t, "by")
	if rapid.IntRange(0, 9).Draw(t, "far") == 0 {
		d = bot.DedupeWindow
	}
	m.clock.move(d)
}

// reopen ends the process. Its leases may or may not end with it, so all jobs are put back before.
func (m *model) reopen(t *rapid.T) {
	var c bot.Change
	for _, j := range m.jobs {
		if j.held {
			c.Back = append(c.Back, bot.Return{Lease: j.Lease, Ready: j.ready})
		}
	}
	if err := m.try(c); err != nil {
		t.Fatal(err)
	}
	m.apply(t, c)
	m.bench.reopen()
}

func (m *model) compare(t *rapid.T, what string, got, want any) {
	g, err1 := json.Marshal(got)
	w, err2 := json.Marshal(want)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if string(g) != string(w) {
		t.Fatalf("%s %s, want %s", what, g, w)
	}
}
