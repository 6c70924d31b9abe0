package bot

import (
	"context"
	"encoding/json"
	"time"
)

// KindModelTally is the kind of record that keeps what one process has spent on a model in one day; key day=. Each process writes its own.
const KindModelTally = "modeltally"

// spent is tokens.
type spent struct {
	Day   int `json:"day"`
	Total int `json:"total,omitempty"`
}

// ledgerEvery is how often what was spent is written down and what others have spent is read.
const ledgerEvery = 15 * time.Second

// Keep holds the budgets of a deployment together until the context ends: it writes down what this process spends and reads what the others do. Node
// names the process; one that starts again under the name goes on with its count. It runs once at a time. While the store is away, the last figures count.
func (g *ModelGuard) Keep(ctx context.Context, s Store, node string) error {
	tick := time.NewTicker(ledgerEvery)
	defer tick.Stop()
	l := &g.ledger
	l.guard, l.store, l.node = g, s, node
	for {
		if err := l.balance(ctx); err != nil && ctx.Err() == nil {
			g.options.Logger.Warn("the model's tally was not balanced, the last figures count", "error", err)
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			_ = l.balance(last) // what is lost is seconds of a count
			return nil
		case <-tick.C:
		}
	}
}

// ledger is where a guard writes to.
type ledger struct {
	guard *ModelGuard
	store Store
	node  string
	day   string // of written
	base  int    // what this node had written for the day before the process began
	wrote int    // the guard's tokens of the day that are written
}

// balance writes this process's count, then adds up everybody's.
func (l *ledger) balance(ctx context.Context) error {
	g := l.guard
	g.mu.Lock()
	g.turn()
	day, today := g.day, g.today
	g.mu.Unlock()
	id := day + "/" + l.node
	r, err := l.store.Get(ctx, KindModelTally, id)
	if err != nil && KindOf(err) != NotFound {
		return err
	}
	var own spent
	if err == nil {
		if err := json.Unmarshal(r.Body, &own); err != nil {
			return err
		}
	}
	if l.day != day {
		l.day, l.base, l.wrote = day, own.Day, 0
	}
	if own.Day != l.base+today || today != l.wrote {
		own.Day = l.base + today
		body, err := json.Marshal(own)
		if err != nil {
			return err
		}
		put := Record{Kind: KindModelTally, ID: id, Version: r.Version, Time: g.options.Now(), Keys: []string{"day=" + day}, Body: body}
		if err := l.store.Commit(ctx, Change{Put: []Record{put}}); err != nil {
			return err
		}
		l.wrote = today
	}
	return l.add(ctx, day)
}

// add sums up all tallies; what this process has counted itself is taken off.
func (l *ledger) add(ctx context.Context, day string) error {
	var all spent
	for q := (Query{Kind: KindModelTally, Limit: 1000}); ; {
		page, err := l.store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			var s spent
			if err := json.Unmarshal(r.Body, &s); err != nil {
				return err
			}
			all.Total += s.Day
			if len(r.ID) > len(day) && r.ID[:len(day)] == day {
				all.Day += s.Day
			}
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	g := l.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.day == day {
		g.others = spent{Day: all.Day - l.wrote, Total: all.Total - l.wrote - g.before}
	}
	return nil
}
