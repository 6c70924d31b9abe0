package sqlite

import (
	"context"
	"os"
	"sync/atomic"
)

// counters are what the writer counts for Stats.
type counters struct{ groups, changes atomic.Int64 }

func (c *counters) add(changes int) {
	if changes > 0 {
		c.groups.Add(1)
		c.changes.Add(int64(changes))
	}
}

// Stats is what a page of metrics and a doctor want to know.
type Stats struct {
	Dir         string
	Records     map[string]int // by kind
	Waiting     map[string]int // jobs that are not done, by queue
	Leased      map[string]int // of those, claimed by this process
	Bytes       int64          // of the database and its log
	Commits     int64          // changes that were written since the store was opened
	Groups      int64          // in how many transactions
	Journal     string         // "wal"
	Synchronous string         // "full": each group is on the disk before anybody is told that it is
}

// Stats counts. It costs no more in a large store than in a small one.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	st := Stats{
		Dir: s.dir, Records: map[string]int{}, Waiting: map[string]int{}, Leased: map[string]int{},
		Commits: s.writer.groups.changes.Load(), Groups: s.writer.groups.groups.Load(), Journal: "wal", Synchronous: "full",
	}
	if s.private {
		st.Journal, st.Synchronous = "memory", "off"
	}
	defer s.reading()()
	rows, err := s.queries.counts.QueryContext(ctx)
	if err != nil {
		return st, translate(err, s.dir)
	}
	defer rows.Close()
	for rows.Next() {
		var what, name string
		var n int
		if err := rows.Scan(&what, &name, &n); err != nil {
			return st, translate(err, s.dir)
		}
		if what == "record" {
			st.Records[name] = n
		} else {
			st.Waiting[name] = n
		}
	}
	if !s.private {
		for _, suffix := range []string{"", "-wal"} {
			if info, err := os.Stat(s.file + suffix); err == nil {
				st.Bytes += info.Size()
			}
		}
	}
	s.dueMu.RLock()
	defer s.dueMu.RUnlock()
	for name, q := range s.queues {
		q.mu.Lock()
		if n := len(q.leased); n > 0 {
			st.Leased[name] = n
		}
		q.mu.Unlock()
	}
	return st, translate(rows.Err(), s.dir)
}
