package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"linli/bot"
)

// linearTests check that many who use a store at once see what they could have seen if they had come one after the other, each at some moment
// between its call and its answer.
var linearTests = []test{
	{"reads and versioned writes are linearizable", func(b *bench) {
		for range 8 {
			b.store = b.h.Open(b, b.clock.now)
			Linearizable(b, b.store, 30, nil)
		}
	}},
	{"claims and their ends are linearizable", func(b *bench) {
		for range 8 {
			b.store = b.h.Open(b, b.clock.now)
			b.linearizableJobs()
		}
	}},
}

// history collects what was asked and answered.
type history struct {
	began time.Time
	mu    sync.Mutex
	all   []porcupine.Operation
}

// record does something and writes down when it began, when it ended and what came of it.
func (h *history) record(client int, in any, do func() any) any {
	call := time.Since(h.began).Nanoseconds()
	out := do()
	back := time.Since(h.began).Nanoseconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: back})
	return out
}

func (h *history) check(t testing.TB, m porcupine.Model) {
	t.Helper()
	if got := porcupine.CheckOperationsTimeout(m, h.all, time.Minute); got != porcupine.Ok {
		text := ""
		slices.SortFunc(h.all, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
		for _, o := range h.all {
			text += fmt.Sprintf("%8d–%8d client %d: %+v → %+v\n", o.Call/1000, o.Return/1000, o.ClientId, o.Input, o.Output)
		}
		t.Fatalf("the history is not linearizable (%s):\n%s", got, text)
	}
}

const (
	linearClients = 5
	linearRecords = 3
	unread        = -1 // the version of a write that nobody has read yet
)

// cell is a record in the model; value 0: there is none.
type cell struct {
	value   int
	version int64
}

// recordInput is a Get of one record, or a Commit that puts some.
type recordInput struct {
	get int // -1: it is a Commit
	put [linearRecords]struct {
		touched bool
		cell
	}
}

type recordOutput struct {
	cell
	kind bot.Kind // of the error
}

// Linearizable lets clients read and write a few records at once, so many steps each, and checks what they saw. The store must be empty. While
// they do, meanwhile may do what it likes to the server; operations that fail as unavailable then may have happened or not.
func Linearizable(t testing.TB, s bot.Store, steps int, meanwhile func()) {
	t.Helper()
	h := &history{began: time.Now()}
	var all sync.WaitGroup
	for client := range linearClients {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(client), uint64(h.began.UnixNano())))
			var seen [linearRecords]cell
			for step := range steps {
				if dice.IntN(2) == 0 {
					i := dice.IntN(linearRecords)
					out := h.record(client, recordInput{get: i}, func() any { return linearGet(t, s, i) }).(recordOutput)
					if out.kind != bot.Unavailable {
						seen[i] = out.cell
					}
					continue
				}
				in := recordInput{get: -1}
				for i := range in.put {
					if dice.IntN(2) == 0 {
						in.put[i].touched = true
						in.put[i].cell = cell{version: seen[i].version}
						if dice.IntN(5) > 0 {
							in.put[i].value = 1 + client + linearClients*(1+step)
						}
					}
				}
				h.record(client, in, func() any { return recordOutput{kind: linearPut(t, s, in)} })
			}
		})
	}
	if meanwhile != nil {
		meanwhile()
	}
	all.Wait()
	h.check(t, recordModel())
}

func linearGet(t testing.TB, s bot.Store, i int) recordOutput {
	r, err := s.Get(t.Context(), "cell", fmt.Sprint(i))
	switch kind := bot.KindOf(err); kind {
	case "":
		return recordOutput{cell: cell{value: len(r.Body), version: r.Version}}
	case bot.NotFound, bot.Unavailable:
		return recordOutput{kind: kind}
	default:
		t.Errorf("Get: %v", err)
		return recordOutput{kind: kind}
	}
}

func linearPut(t testing.TB, s bot.Store, in recordInput) bot.Kind {
	var c bot.Change
	for i, p := range in.put {
		if p.touched {
			r := bot.Record{Kind: "cell", ID: fmt.Sprint(i), Version: p.version, Time: start, Keys: []string{"k"}}
			if p.value > 0 {
				r.Body = make([]byte, p.value)
			}
			c.Put = append(c.Put, r)
		}
	}
	err := s.Commit(t.Context(), c)
	if kind := bot.KindOf(err); kind != "" && kind != bot.Conflict && kind != bot.Unavailable {
		t.Errorf("Commit: %v", err)
	}
	return bot.KindOf(err)
}

// recordModel says what may follow what. A version becomes known with the first read of it.
func recordModel() porcupine.Model {
	type records = [linearRecords]cell
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{records{}} },
		Step: func(state, input, output any) []any {
			was, in, out := state.(records), input.(recordInput), output.(recordOutput)
			if out.kind == bot.Unavailable && in.get >= 0 {
				return []any{was}
			}
			if in.get >= 0 {
				c := &was[in.get]
				if out.value != c.value || c.value != 0 && c.version != unread && c.version != out.version {
					return nil
				}
				c.version = out.version
				return []any{was}
			}
			next, fits := was, true
			for i, p := range in.put {
				if p.touched {
					fits = fits && p.version == was[i].version
					next[i] = cell{value: p.value}
					if p.value > 0 {
						next[i].version = unread
					}
				}
			}
			switch {
			case out.kind == bot.Unavailable && fits:
				return []any{was, next}
			case out.kind == bot.Unavailable:
				return []any{was}
			case fits && out.kind == "":
				return []any{next}
			case !fits && out.kind == bot.Conflict:
				return []any{was}
			}
			return nil
		},
	}
	return m.ToModel()
}

const (
	linearJobs = 12
	notAdded   = -2
	jobDone    = -1
)

// laneOf spreads the jobs over three lanes and none; due times are in the order of their numbers.
func laneOf(i int) string { return []string{"", "a", "b", "c"}[i%4] }

// jobInput is one of: add a job, claim so many, end a lease.
type jobInput struct {
	add, claim int // -1, 0: not that
	lease      bot.Lease
	job        int
	back       bool
}

type jobOutput struct {
	claimed string // job, token and attempt of each
	jobs    []bot.Job
	kind    bot.Kind
}

func (b *bench) linearizableJobs() {
	b.Helper()
	h := &history{began: time.Now()}
	together(linearClients, func(client int) {
		dice := rand.New(rand.NewPCG(uint64(client), uint64(h.began.UnixNano())))
		var held []bot.Lease
		for range 30 {
			in := jobInput{add: -1}
			switch n := dice.IntN(6); {
			case n == 0:
				in.add = dice.IntN(linearJobs)
			case n < 4 || len(held) == 0:
				in.claim = 1 + dice.IntN(3)
			default:
				i := dice.IntN(len(held))
				in.lease, in.back = held[i], dice.IntN(3) == 0
				if dice.IntN(4) > 0 { // else it ends it again later, which must fail
					held = slices.Delete(held, i, i+1)
				}
				in.job = atoi(in.lease.ID)
			}
			out := h.record(client, in, func() any { return b.linearJob(in) }).(jobOutput)
			for _, j := range out.jobs {
				held = append(held, j.Lease)
			}
		}
	})
	h.check(b, jobModel())
}

func (b *bench) linearJob(in jobInput) jobOutput {
	switch {
	case in.add >= 0:
		return jobOutput{kind: bot.KindOf(b.try(bot.Change{Add: []bot.Job{job(fmt.Sprint(in.add), laneOf(in.add), start.Add(time.Duration(in.add-100)*time.Second))}}))}
	case in.claim > 0:
		jobs, err := b.store.Claim(b.ctx, "q", b.clock.now(), in.claim, lease)
		out := jobOutput{jobs: jobs, kind: bot.KindOf(err)}
		for _, j := range jobs {
			out.claimed += fmt.Sprintf("%s:%d:%d ", j.ID, j.Lease.Token, j.Attempt)
		}
		return out
	case in.back:
		return jobOutput{kind: bot.KindOf(b.try(bot.Change{Back: []bot.Return{{Lease: in.lease, Ready: start}}}))}
	}
	return jobOutput{kind: bot.KindOf(b.try(bot.Change{Done: []bot.Lease{in.lease}}))}
}

// jobModel says what may follow what. The clock stands still, so that no lease ends by itself.
func jobModel() porcupine.Model {
	type state struct {
		token   [linearJobs]int64 // 0: waits
		attempt [linearJobs]int
	}
	return porcupine.Model{
		Init: func() any {
			var s state
			for i := range s.token {
				s.token[i] = notAdded
			}
			return s
		},
		Step: func(was, input, output any) (bool, any) {
			s, in, out := was.(state), input.(jobInput), output.(jobOutput)
			switch {
			case in.add >= 0:
				if s.token[in.add] == notAdded {
					s.token[in.add] = 0
				}
				return out.kind == "", s
			case in.claim > 0:
				want, next := "", 0
				busy := map[string]bool{}
				for i, token := range s.token {
					if token > 0 {
						busy[laneOf(i)] = true
					}
				}
				delete(busy, "")
				for i, token := range s.token {
					if token != 0 || busy[laneOf(i)] {
						continue
					}
					busy[laneOf(i)] = laneOf(i) != ""
					if next == len(out.jobs) {
						return next == in.claim && out.kind == "" && want == out.claimed, s
					}
					s.attempt[i]++
					s.token[i] = out.jobs[next].Lease.Token
					want += fmt.Sprintf("%d:%d:%d ", i, s.token[i], s.attempt[i])
					next++
				}
				return out.kind == "" && want == out.claimed, s
			}
			if s.token[in.job] != in.lease.Token {
				return out.kind == bot.Conflict, s
			}
			s.token[in.job] = jobDone
			if in.back {
				s.token[in.job] = 0
			}
			return out.kind == "", s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v → %+v", in, out) },
	}
}
