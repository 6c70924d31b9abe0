package sqlite

import (
	"context"
	"iter"
	"time"

	"linli/bot"
)

// Item is a part of a backup: a record or a job, with what else the store knows of it.
type Item struct {
	Record *bot.Record
	Job    *bot.Job
	Ready  time.Time // of a job that was put back
	Done   time.Time // of a job whose ID is remembered; zero if it waits
}

// Dump yields all records and then all jobs as they stand at one moment, in the order in which Load wants them.
// In a store in memory nothing can be written until it ends.
func (s *Store) Dump(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		defer s.reading()()
		if err := s.dump(ctx, func(i Item) bool { return yield(i, nil) }); err != nil {
			yield(Item{}, translate(err, s.dir))
		}
	}
}

func (s *Store) dump(ctx context.Context, yield func(Item) bool) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // it reads only
	records, err := tx.QueryContext(ctx, `SELECT kind, id, version, time, keys, body FROM records ORDER BY rowid`)
	if err != nil {
		return err
	}
	defer records.Close()
	for records.Next() {
		var r bot.Record
		if err := s.scan(records, &r, &r.Kind, &r.ID); err != nil {
			return err
		}
		if !yield(Item{Record: &r}) {
			return nil
		}
	}
	if err := records.Err(); err != nil {
		return err
	}
	jobs, err := tx.QueryContext(ctx, `SELECT queue, id, lane, due, ready, attempt, coalesce(done, 0), body FROM jobs ORDER BY seq`)
	if err != nil {
		return err
	}
	defer jobs.Close()
	for jobs.Next() {
		var j bot.Job
		var due, ready, done int64
		var body []byte
		if err := jobs.Scan(&j.Queue, &j.ID, &j.Lane, &due, &ready, &j.Attempt, &done, &body); err != nil {
			return err
		}
		j.Due, j.Body = instant(due), body
		i := Item{Job: &j}
		if ready != 0 {
			i.Ready = instant(ready)
		}
		if done != 0 {
			i.Done = instant(done)
		}
		if !yield(i) {
			return nil
		}
	}
	return jobs.Err()
}

const loadBatch = 1000

// Load fills an empty store with what Dump yielded. Records get new versions. If it fails, what was loaded so far stays: begin again in
// an empty folder.
func (s *Store) Load(ctx context.Context, items iter.Seq2[Item, error]) error {
	have, err := s.Stats(ctx)
	if err != nil {
		return err
	}
	if len(have.Records)+len(have.Waiting) > 0 {
		return bot.Errorf(bot.Invalid, "数据文件夹 %s 里已经有内容，只能恢复到空的文件夹。请用 --data 指定一个新文件夹。", s.dir)
	}
	batch := &change{}
	for i, err := range items {
		if err != nil {
			return err
		}
		if err := batch.load(i); err != nil {
			return err
		}
		if len(batch.puts)+len(batch.adds) == loadBatch || batch.size() > groupBytes {
			if err := s.submit(ctx, batch); err != nil {
				return err
			}
			batch = &change{}
		}
	}
	return s.submit(ctx, batch)
}

func (c *change) load(i Item) error {
	switch {
	case i.Record != nil:
		r := *i.Record
		r.Version = 0
		return c.put(r)
	case i.Job != nil:
		if err := c.add(*i.Job); err != nil {
			return err
		}
		a := &c.adds[len(c.adds)-1]
		a.attempt = i.Job.Attempt
		var err error
		if !i.Ready.IsZero() {
			if a.ready, err = micros(i.Ready); err != nil {
				return err
			}
		}
		if !i.Done.IsZero() {
			a.done, err = micros(i.Done)
		}
		return err
	}
	return nil
}
