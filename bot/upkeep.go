package bot

import (
	"context"
	"encoding/json"
	"time"
)

// upkeep removes what has been kept long enough. It is a timer like any other: it rings, removes a page, and sets itself again.
type upkeep struct{}

// retention is how long records of a kind are kept after their time. What isn't named is kept until its skill removes it.
var retention = map[string]time.Duration{
	KindLine:      ConversationLife,
	KindSession:   ConversationLife,
	KindFile:      FileLife,
	KindSent:      sentLife,
	KindSeen:      FileLife,
	KindCode:      30 * 24 * time.Hour,
	KindDead:      365 * 24 * time.Hour, // logs are to be kept for half a year at least
	"count":       30 * 24 * time.Hour,
	KindModelWork: 180 * 24 * time.Hour,
}

// ConversationLife is how long the transcript of a conversation is kept.
const ConversationLife = 180 * 24 * time.Hour

func (u *upkeep) Name() string    { return "upkeep" }
func (u *upkeep) Routes() []Route { return nil }

// Ring removes up to a page of each kind and comes back: at once if there is more, else tomorrow.
func (u *upkeep) Ring(t *Turn, _ Timer) error {
	const page = 500
	next := startOfDay(t.Now).Add(27 * time.Hour)
	for kind, keep := range retention {
		old, err := t.Find(Query{Kind: kind, To: t.Now.Add(-keep), Limit: page})
		if err != nil {
			return err
		}
		for _, r := range old.Records {
			t.Remove(r.Kind, r.ID)
			if r.Kind == KindFile {
				if err := t.removeFile(r); err != nil {
					return err
				}
			}
		}
		if old.Next != "" {
			next = t.Now.Add(time.Second)
		}
	}
	return t.Wake(Timer{Skill: u.Name(), Name: "retention", Subject: "all", At: next})
}

// startUpkeep sets the first timer of today; the store drops it if it was set before.
func (e *Engine) startUpkeep(ctx context.Context) error {
	at := startOfDay(e.Now().In(e.Location)).Add(3 * time.Hour)
	timer := Timer{Skill: "upkeep", Name: "retention", Subject: "all", At: at}
	body, err := json.Marshal(timer)
	if err != nil {
		return err
	}
	return e.Store.Commit(ctx, Change{Add: []Job{{Queue: QueueTimer, ID: timer.id(), Lane: "upkeep/all", Due: at, Body: body}}})
}

// Start sets the timers that are there from the start. Run does it by itself; who drains instead of running may call it.
func (e *Engine) Start(ctx context.Context) error {
	if err := e.startUpkeep(ctx); err != nil {
		return err
	}
	for _, s := range e.Skills {
		starter, ok := s.(Starter)
		if !ok {
			continue
		}
		t := e.newTurn(ctx)
		if err := starter.Start(t); err != nil {
			return err
		}
		if err := e.Store.Commit(ctx, Change{Add: t.jobs}); err != nil {
			return err
		}
	}
	return nil
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
