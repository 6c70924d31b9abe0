package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"linli/bot"
)

// check finds out whether the change may be written: its leases are held and its records are at the versions that were read.
// It writes nothing. The jobs of the leases are settling from here to remember or unsettle.
func (s *Store) check(c *change) (err error) {
	defer func() {
		if err != nil {
			s.unsettle(c)
		}
	}()
	for i := range c.ends {
		e := &c.ends[i]
		e.queue = s.queue(e.lease.Queue)
		if e.job = e.queue.settle(e.lease.ID, e.lease.Token); e.job == nil {
			return bot.Errorf(bot.Conflict, "任务 %s/%s 已经由别人接手或完成。", e.lease.Queue, e.lease.ID)
		}
	}
	for i := range c.puts {
		p := &c.puts[i]
		if p.was, err = s.writer.headOf(p.kind, p.id); err != nil {
			return err
		}
		if p.was.version != p.version {
			return bot.Errorf(bot.Conflict, "记录 %s/%s 刚被别人改过。", p.kind, p.id)
		}
	}
	return nil
}

func (w *writer) headOf(kind, id string) (head, error) {
	var h head
	err := w.st.head.QueryRowContext(context.Background(), kind, id).Scan(&h.row, &h.version, &h.time, &h.keys)
	if errors.Is(err, sql.ErrNoRows) {
		return head{}, nil
	}
	return h, err
}

// apply writes a change that was checked.
func (s *Store) apply(c *change, now int64) error {
	w := &s.writer
	for i := range c.ends {
		if err := w.applyEnd(&c.ends[i], now); err != nil {
			return err
		}
	}
	for _, j := range c.attempts {
		if err := w.exec(w.st.attempt, j.attempt, j.seq); err != nil {
			return err
		}
	}
	for i := range c.puts {
		if err := w.applyPut(&c.puts[i]); err != nil {
			return err
		}
	}
	for i := range c.adds {
		if err := w.applyAdd(&c.adds[i], now); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) applyEnd(e *end, now int64) error {
	if e.back {
		return w.exec(w.st.back, e.ready, e.attempt(), e.job.seq)
	}
	w.counts[countOf{"job", e.queue.name}]--
	return w.exec(w.st.done, now, e.job.seq)
}

// attempt is what the job's count is after it was put back.
func (e *end) attempt() int {
	if e.fresh {
		return e.job.attempt - 1
	}
	return e.job.attempt
}

func (w *writer) applyPut(p *put) error {
	if p.body == nil && p.was.row == 0 {
		return nil
	}
	version, err := w.number()
	if err != nil {
		return err
	}
	row := p.was.row
	switch {
	case p.body == nil:
		w.counts[countOf{"record", p.kind}]--
		err = w.exec(w.st.remove, row)
	case row == 0:
		row = version
		w.counts[countOf{"record", p.kind}]++
		err = w.exec(w.st.insert, row, p.kind, p.id, version, p.time, p.packed, p.body)
	case p.time == p.was.time && slices.Equal(p.packed, p.was.keys):
		return w.exec(w.st.change, version, p.body, row)
	default:
		err = w.exec(w.st.move, version, p.time, p.packed, p.body, row)
	}
	if err != nil {
		return err
	}
	return w.applyKeys(p, row)
}

// applyKeys drops the keys that the record no longer bears, and adds those that are new. One of another time is another entry.
func (w *writer) applyKeys(p *put, row int64) error {
	var have []string
	if p.was.row != 0 {
		have = unpackKeys(p.was.keys)
	}
	want := p.keys
	if p.body == nil {
		want = nil
	}
	for _, k := range have {
		if p.time == p.was.time && slices.Contains(want, k) {
			continue
		}
		if err := w.exec(w.st.drop, p.kind, k, p.was.time, row); err != nil {
			return err
		}
	}
	for _, k := range want {
		if p.was.row != 0 && p.time == p.was.time && slices.Contains(have, k) {
			continue
		}
		if err := w.exec(w.st.bear, p.kind, k, p.time, row); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) applyAdd(a *add, now int64) error {
	for {
		var err error
		if a.seq, err = w.number(); err != nil {
			return err
		}
		var done any
		if a.done != 0 {
			done = a.done
		}
		r, err := w.st.add.ExecContext(context.Background(), a.seq, a.queue, a.id, a.lane, a.due, a.ready, a.attempt, done, a.body)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			break
		}
		a.seq = 0
		var seq int64
		var was sql.NullInt64
		if err := w.st.known.QueryRowContext(context.Background(), a.queue, a.id).Scan(&seq, &was); err != nil {
			return err
		}
		if !was.Valid || was.Int64 > now-bot.DedupeWindow.Microseconds() {
			return nil
		}
		if err := w.exec(w.st.forget, seq); err != nil {
			return err
		}
	}
	if a.done == 0 {
		w.counts[countOf{"job", a.queue}]++
	}
	return nil
}

// size is about how many bytes the change writes.
func (c *change) size() int {
	n := 0
	for i := range c.puts {
		n += len(c.puts[i].body)
	}
	for i := range c.adds {
		n += len(c.adds[i].body)
	}
	return n
}

// unsettle gives back the leases of a change that was not written.
func (s *Store) unsettle(c *change) {
	for i := range c.ends {
		if e := &c.ends[i]; e.job != nil {
			e.queue.unsettle(e.job)
			e.job = nil
		}
	}
}
