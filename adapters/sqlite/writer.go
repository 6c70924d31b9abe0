package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"time"

	"linli/bot"
)

const (
	groupChanges = 512     // at most, in a group
	groupBytes   = 8 << 20 // about, in a group
	reserve      = 10_000  // numbers that are taken from the counter at a time
	purgeEvery   = time.Minute
	purgeBatch   = 500
)

// request is a change on its way through the writer.
type request struct {
	change *change
	err    error
	result chan error
}

// writer is what the writing goroutine alone uses, save that open and close come before and after it.
type writer struct {
	conn *sql.Conn
	st   writeStatements

	data        int64 // the database's data_version when we last looked
	next, limit int64 // the next number, and up to where they are ours
	exact       bool  // attached
	counts      map[countOf]int
	foreign     []found // jobs that another process has added
	purged      time.Time
	purging     bool
	groups      counters
}

// countOf names a row of the table counts.
type countOf struct{ what, name string }

func (w *writer) open(ctx context.Context, db *sql.DB) error {
	var err error
	if w.conn, err = db.Conn(ctx); err != nil {
		return err
	}
	if err := w.st.prepare(ctx, w.conn); err != nil {
		return err
	}
	w.counts = map[countOf]int{}
	// In this order: what another process writes in between is seen as new later.
	if err := w.st.dataVersion.QueryRowContext(ctx).Scan(&w.data); err != nil {
		return err
	}
	if err := w.st.taken.QueryRowContext(ctx).Scan(&w.limit); err != nil {
		return err
	}
	w.next = w.limit
	return nil
}

func (w *writer) close(checkpoint bool) error {
	if w.conn == nil {
		return nil
	}
	var err error
	if checkpoint {
		_, err = w.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	w.st.close()
	return errors.Join(err, w.conn.Close())
}

// Commit implements bot.Store.
func (s *Store) Commit(ctx context.Context, c bot.Change) error {
	if s.opts.Attach && len(c.Done)+len(c.Back) > 0 {
		return bot.Errorf(bot.Invalid, "数据文件夹是附带打开的，不能结束任务。")
	}
	p, err := ready(c)
	if err != nil {
		return err
	}
	if c.Empty() {
		return nil
	}
	return s.submit(ctx, p)
}

// submit hands the change to the writer and waits for the outcome. The context counts until the writer has taken the change.
func (s *Store) submit(ctx context.Context, c *change) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	r := &request{change: c, result: make(chan error, 1)}
	select {
	case s.requests <- r:
		return <-r.result
	case <-ctx.Done():
		return translate(ctx.Err(), s.dir)
	case <-s.closing:
		return errClosed
	}
}

// write is the writing goroutine.
func (s *Store) write() {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		if s.writer.purging {
			// A batch between two groups, as long as there is something to purge.
			select {
			case r := <-s.requests:
				s.writeGroup(s.gather(r))
			case <-s.closing:
				return
			default:
			}
			s.purge()
			continue
		}
		select {
		case r := <-s.requests:
			s.writeGroup(s.gather(r))
		case <-look.C:
			s.look()
		case <-s.closing:
			return
		}
	}
}

// gather takes whatever else waits to be written. Those who are about to ask get their turn first; nobody waits for a clock.
func (s *Store) gather(r *request) []*request {
	runtime.Gosched()
	group := []*request{r}
	size := r.change.size()
	for len(group) < groupChanges && size < groupBytes {
		select {
		case r := <-s.requests:
			group = append(group, r)
			size += r.change.size()
		default:
			return group
		}
	}
	return group
}

// writeGroup writes the changes together, or, if that fails, each alone, and tells everybody what came of it.
func (s *Store) writeGroup(group []*request) {
	err := s.try(group)
	if err != nil && len(group) > 1 {
		s.log.Warn("a group of changes failed, trying each alone", "changes", len(group), "error", err)
		for _, r := range group {
			if err := s.try([]*request{r}); err != nil {
				r.err = err
			}
		}
	} else if err != nil {
		group[0].err = err
	}
	for _, r := range group {
		r.result <- translate(r.err, s.dir)
	}
}

// try writes the changes in one transaction. It sets the error of those that lose a race; the others stand. If it returns an error, nothing
// was written, and each may be tried alone.
func (s *Store) try(group []*request) (err error) {
	if s.private {
		s.gate.Lock()
		defer s.gate.Unlock()
	}
	w := &s.writer
	limit := w.limit
	clear(w.counts)
	if err := w.exec(w.st.begin); err != nil {
		// Another program has the database; nobody would fare better alone.
		_ = w.exec(w.st.rollback) // in case that a transaction could not be rolled back earlier
		for _, r := range group {
			r.err = err
		}
		return nil
	}
	defer func() {
		if err != nil {
			// SQLite may have rolled back already; then this is refused, which is fine.
			_ = w.exec(w.st.rollback)
			w.limit = limit
			for _, r := range group {
				s.unsettle(r.change)
			}
		}
	}()
	if err := w.catchUp(); err != nil {
		return err
	}
	now := s.now().UnixMicro()
	for _, r := range group {
		if r.err = s.check(r.change); r.err == nil {
			err = s.apply(r.change, now)
		} else if bot.KindOf(r.err) != bot.Conflict {
			err = r.err
		}
		if err != nil {
			return err
		}
	}
	for of, n := range w.counts {
		if n != 0 {
			if err := w.exec(w.st.count, of.what, of.name, n); err != nil {
				return err
			}
		}
	}
	if w.exact && w.next != w.limit {
		if err := w.exec(w.st.take, w.next); err != nil {
			return err
		}
		w.limit = w.next
	}
	if err := w.exec(w.st.commit); err != nil {
		return err
	}
	w.groups.add(len(group))
	s.remember(group, now)
	return nil
}

func (w *writer) exec(st *sql.Stmt, args ...any) error {
	_, err := st.ExecContext(context.Background(), args...)
	return err
}

// catchUp notices what another process has written since the last group: the counter has moved, and there may be new jobs.
func (w *writer) catchUp() error {
	var data int64
	if err := w.st.dataVersion.QueryRowContext(context.Background()).Scan(&data); err != nil || data == w.data {
		return err
	}
	var taken int64
	if err := w.st.taken.QueryRowContext(context.Background()).Scan(&taken); err != nil {
		return err
	}
	if taken != w.limit {
		jobs, err := w.foreignJobs(w.limit)
		if err != nil {
			return err
		}
		w.foreign = append(w.foreign, jobs...)
		w.next, w.limit = taken, taken
	}
	w.data = data
	return nil
}

// number returns the next version or seq. The process that holds the folder takes many at a time. An attached one takes each that it uses, so
// that the counter moves whenever it writes: that is how the holder notices.
func (w *writer) number() (int64, error) {
	if !w.exact && w.next >= w.limit {
		if err := w.exec(w.st.take, w.next+reserve); err != nil {
			return 0, err
		}
		w.limit = w.next + reserve
	}
	w.next++
	return w.next - 1, nil
}

// look notices what another process has added and, now and then, begins to purge.
func (s *Store) look() {
	w := &s.writer
	var data int64
	err := w.st.dataVersion.QueryRowContext(context.Background()).Scan(&data)
	if err == nil && data != w.data {
		err = s.try(nil)
	}
	if err != nil {
		s.log.Warn("look at the database", "error", err)
	}
	if now := s.now(); !s.opts.Attach && (now.Sub(w.purged) >= purgeEvery || now.Before(w.purged)) {
		w.purged, w.purging = now, true
	}
}

// purge forgets a batch of jobs that were done longer ago than the dedupe window.
func (s *Store) purge() {
	w := &s.writer
	if s.private {
		s.gate.Lock()
		defer s.gate.Unlock()
	}
	r, err := w.st.purge.ExecContext(context.Background(), s.now().Add(-bot.DedupeWindow).UnixMicro(), purgeBatch)
	if err != nil {
		s.log.Warn("purge", "error", err)
		w.purging = false
		return
	}
	n, _ := r.RowsAffected()
	w.purging = n == purgeBatch
}
