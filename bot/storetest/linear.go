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
			LinearizableJobs(b, b.h.Open(b, b.clock.now), 30, nil)
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
	jobs []bot.Job
	kind bot.Kind
}

// LinearizableJobs lets clients add, claim, end and put back a few jobs at once, so many steps each, and checks what they got. The store must be empty.
// Meanwhile may do what it likes to the server; then a claim may hand out less than there is, and
// what fails as unavailable may have happened or not.
func LinearizableJobs(t testing.TB, s bot.Store, steps int, meanwhile func()) {
	t.Helper()
	h := &history{began: time.Now()}
	var all sync.WaitGroup
	for client := range linearClients {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(client), uint64(h.began.UnixNano())))
			var held []bot.Lease
			for range steps {
				in := jobInput{add: -1}
				switch n := dice.IntN(6); {
				case n == 0:
					in.add = dice.IntN(linearJobs)
				case n < 4 || len(held) == 0:
					in.claim = 1 + dice.IntN(3)
				default:
					i := dice.IntN(len(held))
					in.lease, in.job, in.back = held[i], atoi(held[i].ID), dice.IntN(3*steps) > linearJobs
					if dice.IntN(4) > 0 { // else it ends it again later, which must fail
						held = slices.Delete(held, i, i+1)
					}
				}
				out := h.record(client, in, func() any { return linearJob(t, s, in) }).(jobOutput)
				for _, j := range out.jobs {
					held = append(held, j.Lease)
				}
			}
		})
	}
	if meanwhile != nil {
		meanwhile()
	}
	all.Wait()
	h.check(t, jobModel(meanwhile != nil))
}

func linearJob(t testing.TB, s bot.Store, in jobInput) (out jobOutput) {
	var c bot.Change
	switch {
	case in.claim > 0:
		jobs, err := s.Claim(t.Context(), "q", start, in.claim, time.Hour)
		return jobOutput{jobs: jobs, kind: bot.KindOf(err)}
	case in.add >= 0:
		c.Add = []bot.Job{job(fmt.Sprint(in.add), laneOf(in.add), time.Unix(int64(in.add), 0))} // long ago by any clock
	case in.back:
		c.Back = []bot.Return{{Lease: in.lease, Ready: time.Unix(0, 0)}}
	default:
		c.Done = []bot.Lease{in.lease}
	}
	return jobOutput{kind: bot.KindOf(s.Commit(t.Context(), c))}
}

// jobState is the jobs in the model.
type jobState struct {
	token   [linearJobs]int64 // 0: waits
	attempt [linearJobs]int
}

// jobModel says what may follow what. No lease ends by itself. Under faults a claim need not find all that there is, nor attempts be counted
// exactly: a claim whose answer was lost has counted.
func jobModel(faults bool) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any {
			var s jobState
			for i := range s.token {
				s.token[i] = notAdded
			}
			return []any{s}
		},
		Step: func(state, input, output any) []any {
			s, in, out := state.(jobState), input.(jobInput), output.(jobOutput)
			if in.claim > 0 {
				return s.claim(in.claim, out, faults)
			}
			next, want := s, bot.Kind("")
			switch {
			case in.add >= 0:
				if s.token[in.add] == notAdded {
					next.token[in.add] = 0
				}
			case s.token[in.job] != in.lease.Token:
				want = bot.Conflict
			case in.back:
				next.token[in.job] = 0
			default:
				next.token[in.job] = jobDone
			}
			switch {
			case out.kind == bot.Unavailable && faults:
				return []any{s, next}
			case out.kind == want:
				return []any{next}
			}
			return nil
		},
	}
	return m.ToModel()
}

// claim takes what a claim of n has handed out, if it may be that.
func (s jobState) claim(n int, out jobOutput, faults bool) []any {
	if out.kind == bot.Unavailable && faults {
		return []any{s}
	}
	busy := map[string]bool{}
	for i, token := range s.token {
		if token > 0 && laneOf(i) != "" {
			busy[laneOf(i)] = true
		}
	}
	got := out.jobs
	for i, token := range s.token {
		if token != 0 || busy[laneOf(i)] {
			continue
		}
		busy[laneOf(i)] = laneOf(i) != ""
		switch {
		case len(got) > 0 && atoi(got[0].ID) == i:
			if s.attempt[i]++; !faults && got[0].Attempt != s.attempt[i] {
				return nil
			}
			s.token[i] = got[0].Lease.Token
			got = got[1:]
		case len(out.jobs)-len(got) < n && !faults:
			return nil // it was there, and was not handed out
		}
	}
	if len(got) > 0 || out.kind != "" {
		return nil
	}
	return []any{s}
}
