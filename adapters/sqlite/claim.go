package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"linli/bot"
)

// Claim implements bot.Store.
func (s *Store) Claim(ctx context.Context, name string, now time.Time, n int, lease time.Duration) ([]bot.Job, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if name == "" || n < 0 || lease <= 0 {
		return nil, bot.Errorf(bot.Invalid, "领取任务时队列、数量或时限不对：%q %d %v", name, n, lease)
	}
	if s.opts.Attach {
		return nil, bot.Errorf(bot.Invalid, "数据文件夹是附带打开的，任务只能由占用它的服务领取。")
	}
	at, err := micros(now)
	if err != nil {
		return nil, err
	}
	q := s.queue(name)
	claimed, err := s.lease(ctx, q, at, n, until(at, lease))
	if err != nil {
		return nil, translate(err, s.dir)
	}
	jobs, err := s.handOver(ctx, q, claimed)
	if err != nil {
		s.giveBack(q, claimed)
		return nil, translate(err, s.dir)
	}
	return jobs, nil
}

// claim is a job as it was leased; the job itself may change as soon as the queue's lock is let go.
type claim struct {
	job     *job
	token   int64
	attempt int
	lane    string
	body    []byte
}

// lease leases up to n jobs, and reads on beyond the horizon for as long as jobs there could come first.
func (s *Store) lease(ctx context.Context, q *queue, now int64, n int, ends int64) ([]claim, error) {
	defer s.reading()() // before the queue's lock, as the writer does
	var all []claim
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ripen(now)
	for len(all) < n {
		l := q.next(now)
		if q.horizon.due <= now && (l == nil || !l.first().before(q.horizon)) {
			if err := s.readOn(ctx, q); err != nil {
				s.takeBack(q, all)
				return nil, err
			}
			q.ripen(now)
			continue
		}
		if l == nil {
			break
		}
		j := q.lease(l, s.tokens.next(), ends)
		all = append(all, claim{job: j, token: j.token, attempt: j.attempt, lane: l.name, body: j.body})
	}
	s.call(q, q.soonest(), now)
	return all, nil
}

// readOn moves the horizon behind the next page of jobs on disk. The queue's lock is held meanwhile, so that what is written in between
// is judged by the new horizon.
func (s *Store) readOn(ctx context.Context, q *queue) error {
	rows, err := s.queries.page.QueryContext(ctx, q.name, q.horizon.due, q.horizon.seq, pageOfJobs+1)
	if err != nil {
		return err
	}
	defer rows.Close()
	var page []found
	for rows.Next() {
		f := found{job: &job{stands: -1}}
		if err := rows.Scan(&f.job.due, &f.job.seq, &f.job.id, &f.lane, &f.job.ready, &f.job.attempt); err != nil {
			return err
		}
		page = append(page, f)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	q.horizon = nowhere
	if len(page) > pageOfJobs {
		q.horizon = page[pageOfJobs].job.place
		page = page[:pageOfJobs]
	}
	for _, f := range page {
		f.job.doubt = f.job.seq < s.born && max(f.job.due, f.job.ready) <= s.opened
		q.add(f.job, f.lane)
	}
	return nil
}

// handOver makes the claims durable that must be, and reads the bodies that are not in memory.
func (s *Store) handOver(ctx context.Context, q *queue, claims []claim) ([]bot.Job, error) {
	var written change
	for _, c := range claims {
		if c.job.doubt {
			written.attempts = append(written.attempts, &job{place: c.job.place, attempt: c.attempt})
		}
	}
	if len(written.attempts) > 0 {
		if err := s.submit(ctx, &written); err != nil {
			return nil, err
		}
	}
	jobs := make([]bot.Job, 0, len(claims))
	for _, c := range claims {
		body := slices.Clone(c.body)
		if body == nil {
			if err := s.readBody(ctx, c.job.seq, &body); err != nil {
				return nil, err
			}
		}
		jobs = append(jobs, bot.Job{
			Queue: q.name, ID: c.job.id, Lane: c.lane, Due: instant(c.job.due), Body: body, Attempt: c.attempt,
			Lease: bot.Lease{Queue: q.name, ID: c.job.id, Token: c.token},
		})
	}
	return jobs, nil
}

func (s *Store) readBody(ctx context.Context, seq int64, body *[]byte) error {
	defer s.reading()()
	err := s.queries.body.QueryRowContext(ctx, seq).Scan(body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // done and forgotten while the claim took its time: the lease is lost
	}
	return err
}

// giveBack undoes claims that could not be handed over.
func (s *Store) giveBack(q *queue, claims []claim) {
	q.mu.Lock()
	defer q.mu.Unlock()
	s.takeBack(q, claims)
}

func (s *Store) takeBack(q *queue, claims []claim) {
	for _, c := range claims {
		if q.leased[c.token] != c.job {
			continue // the lease has ended and somebody else has it
		}
		delete(q.leased, c.token)
		c.job.lane.settling++
		q.restore(c.job, c.job.ready, c.attempt-1)
	}
}

// reading keeps the writer out of a database in memory until the returned function is called.
func (s *Store) reading() func() {
	if !s.private {
		return func() {}
	}
	s.gate.RLock()
	return s.gate.RUnlock
}
