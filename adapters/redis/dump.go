package redis

import (
	"cmp"
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// Item is a part of a backup: a record or a job, with what else the store knows of it.
type Item struct {
	Record *bot.Record
	Job    *bot.Job
	Ready  time.Time // of a job that was put back
	Done   time.Time // of a job whose ID is remembered; zero if it waits
}

// place is where an item stands in a backup: records in the order of their first writes, then jobs in the order in which they were added.
type place struct {
	what byte
	at   int64
	key  string
}

const (
	dumpBatch = 500
	dumpBytes = 16 << 20
)

// Dump yields all records and then all jobs as they stand at one moment, in the order in which Load wants them. The service may go on: what it
// changes meanwhile is kept as it was until the dump has read it. Only one dump of a deployment can run at a time.
func (s *Store) Dump(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := s.dump(ctx, func(i Item) bool { return yield(i, nil) }); err != nil {
			yield(Item{}, err)
		}
	}
}

func (s *Store) dump(ctx context.Context, yield func(Item) bool) error {
	answer, err := s.run(ctx, once, snapScript)
	if err != nil {
		return err
	}
	until, _ := answer.(int64)
	if until < 0 {
		return bot.Errorf(bot.Busy, "另一个备份正在进行。请等它结束；如果它中断了，一分钟后再试。")
	}
	defer func() { // if it fails they end by themselves
		_, _ = try(context.WithoutCancel(ctx), s, again, func(ctx context.Context) (int64, error) {
			return s.client.Del(ctx, s.tag.snap(), s.tag.old()).Result()
		})
	}()
	places, err := s.places(ctx, until)
	if err != nil {
		return err
	}
	keys := make([]string, len(places))
	for i, p := range places {
		keys[i] = p.key
	}
	going := true
	return s.readKeys(ctx, keys, bot.MaxBody*2, func(key, value string) (bool, error) {
		i, err := s.item(key, value)
		if err != nil || i == (Item{}) {
			return going, err
		}
		going = yield(i)
		return going, nil
	})
}

// places lists all records and jobs of the snapshot, in order.
func (s *Store) places(ctx context.Context, until int64) ([]place, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	var all []place
	err = s.readKeys(ctx, keys, recordHeader, func(key, head string) (bool, error) {
		what, _, _ := s.tag.split(key)
		if len(head) < 17 {
			return true, nil // it was there when the keys were listed, and not when the snapshot began
		}
		at := int64(binary.BigEndian.Uint64([]byte(head)[8:])) // the row
		if what == 'j' {
			at = int64(binary.BigEndian.Uint64([]byte(head)[9:])) // the seq
		}
		if at <= until {
			all = append(all, place{what, at, key})
		}
		return true, nil
	})
	slices.SortFunc(all, func(a, b place) int { return cmp.Or(cmp.Compare(b.what, a.what), cmp.Compare(a.at, b.at)) })
	return all, err
}

// keys lists the keys of all records and jobs, also of those that were removed since the snapshot began.
func (s *Store) keys(ctx context.Context) ([]string, error) {
	node, err := s.primary(ctx)
	if err != nil {
		return nil, s.translate(err)
	}
	seen := map[string]bool{}
	for _, what := range []string{"r", "j"} {
		pattern := string(s.tag) + ":" + what + ":*"
		for cursor, first := uint64(0), true; first || cursor != 0; first = false {
			page, err := try(ctx, s, again, func(ctx context.Context) (scanned, error) {
				keys, next, err := node.Scan(ctx, cursor, pattern, 5000).Result()
				return scanned{keys, next}, err
			})
			if err != nil {
				return nil, err
			}
			for _, key := range page.keys {
				seen[key] = true
			}
			cursor = page.next
		}
	}
	old, err := try(ctx, s, again, func(ctx context.Context) ([]string, error) { return s.client.HKeys(ctx, s.tag.old()).Result() })
	if err != nil {
		return nil, err
	}
	for _, key := range old {
		seen[key] = true
	}
	all := make([]string, 0, len(seen))
	for key := range seen {
		all = append(all, key)
	}
	return all, nil
}

type scanned struct {
	keys []string
	next uint64
}

// primary is the server that has the deployment.
func (s *Store) primary(ctx context.Context) (goredis.UniversalClient, error) {
	if cluster, ok := s.client.(*goredis.ClusterClient); ok {
		return cluster.MasterForKey(ctx, string(s.tag))
	}
	return s.client, nil
}

// readKeys reads the keys as they were when the snapshot began, up to so many bytes of each, until visit says that it is enough.
func (s *Store) readKeys(ctx context.Context, keys []string, most int, visit func(key, value string) (bool, error)) error {
	for len(keys) > 0 {
		args := []any{most, dumpBytes}
		for _, key := range keys[:min(len(keys), dumpBatch)] {
			args = append(args, key)
		}
		answer, err := s.run(ctx, again, readScript, args...)
		if err != nil {
			return err
		}
		values, ok := answer.([]any)
		if !ok || len(values) == 0 {
			return bot.Errorf(bot.Unavailable, "备份中断得太久，Redis 已不再保留那一刻的数据。请重新开始。")
		}
		for i, v := range values {
			if going, err := visit(keys[i], text(v)); err != nil || !going {
				return s.translate(err)
			}
		}
		keys = keys[len(values):]
	}
	return nil
}

func (s *Store) item(key, value string) (Item, error) {
	what, first, second := s.tag.split(key)
	if value == "" {
		return Item{}, nil // a done job whose time was over between two reads
	}
	if what == 'r' {
		r, err := unpackRecord(first, second, value)
		return Item{Record: &r.Record}, err
	}
	w, err := unpackJob(first, second, value)
	i := Item{Job: &w.Job}
	i.Job.Lease = bot.Lease{}
	if w.ready != 0 {
		i.Ready = instant(w.ready)
	}
	if w.done {
		i.Done = instant(w.ends)
		i.Job.Body = nil
	}
	return i, err
}

const loadBatch = 500

// Load fills an empty deployment with what Dump yielded. Records get new versions. If it fails, what was loaded so far stays: begin again
// under another name.
func (s *Store) Load(ctx context.Context, items iter.Seq2[Item, error]) error {
	have, err := s.Stats(ctx)
	if err != nil {
		return err
	}
	if len(have.Records)+len(have.Waiting) > 0 {
		return bot.Errorf(bot.Invalid, "Redis 里的部署 %s 已经有内容，只能恢复到空的部署。请在地址后面用 ?name= 换一个部署名。", s.address.name)
	}
	batch := &change{}
	for i, err := range items {
		if err != nil {
			return err
		}
		if err := batch.load(i); err != nil {
			return err
		}
		if batch.nPuts+batch.nAdds == loadBatch || batch.all > dumpBytes {
			if err := s.commit(ctx, batch); err != nil {
				return err
			}
			batch = &change{}
		}
	}
	return s.commit(ctx, batch)
}

func (w *change) load(i Item) error {
	switch {
	case i.Record != nil:
		r := *i.Record
		r.Version = 0
		return w.put(r)
	case i.Job != nil:
		return w.add(*i.Job, i.Ready, i.Done)
	}
	return nil
}
