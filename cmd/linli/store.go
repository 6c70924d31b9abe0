package main

import (
	"context"
	"iter"
	"strings"
	"time"

	"linli/adapters/redis"
	"linli/adapters/sqlite"
	"linli/adapters/web"
	"linli/bot"
)

// store is what the program wants of a backend besides keeping records and jobs.
type store interface {
	bot.Store
	bot.Waker
	Close() error

	// Now is the time by the clock that all who use the store share.
	Now() time.Time
	// Name is where the store is, without its secrets.
	Name() string
	// Figures cost no more in a large store than in a small one.
	Figures(ctx context.Context) (figures, error)
	// Dump yields all records and then all jobs as they stand at one moment. Load fills an empty store with them.
	Dump(ctx context.Context) iter.Seq2[item, error]
	Load(ctx context.Context, items iter.Seq2[item, error]) error
}

// figures are what is measured of a store.
type figures struct {
	waiting map[string]int // jobs by queue
	bytes   int64          // on disk, or in the server's memory
	commits int64
	groups  int64 // writes to the disk; 0: the server's own business
	about   string
	warn    string // what somebody should look at
}

// item is a part of a backup. Each store has one of its own; they are the same.
type item struct {
	Record *bot.Record
	Job    *bot.Job
	Ready  time.Time
	Done   time.Time
}

// openStore opens what the configuration names. Attached, it may be one that a running service holds.
func openStore(ctx context.Context, c Config, k *clock, attach bool) (store, error) {
	scheme, _, remote := strings.Cut(c.Store, "://")
	switch {
	case remote && (scheme == "redis" || scheme == "rediss" || strings.HasPrefix(scheme, "redis+")):
		o := redis.Options{Logger: c.logger()}
		if !attach && c.serving {
			o.Node = c.Node
		}
		if !k.fixed.IsZero() {
			o.Now = k.Now
		}
		s, err := redis.Open(ctx, c.Store, o)
		// A service and its Redis may start together, and a large one takes a while to load.
		for began := time.Now(); c.serving && bot.KindOf(err) == bot.Unavailable && ctx.Err() == nil && time.Since(began) < time.Minute; {
			o.Logger.Warn("waiting for Redis", "error", err)
			time.Sleep(200 * time.Millisecond)
			s, err = redis.Open(ctx, c.Store, o)
		}
		if err != nil {
			return nil, err
		}
		return redisStore{s}, nil
	case remote:
		return nil, bot.Errorf(bot.Invalid, "store: %s:// 不可用,请写一个文件夹(例如 ./linli-data)或 Redis 的地址(例如 redis://127.0.0.1:6379/0?name=main)", scheme)
	}
	s, err := sqlite.Open(ctx, c.Store, sqlite.Options{Logger: c.logger(), Attach: attach, Now: k.Now})
	if err != nil {
		return nil, err
	}
	return sqliteStore{s}, nil
}

// relayOf is what tells the pages of other nodes; nil where there are none.
func relayOf(s store) web.Relay {
	if r, ok := s.(web.Relay); ok {
		return r
	}
	return nil
}

// storeName is where the configured store is, without its secrets.
func storeName(c Config) string {
	if strings.Contains(c.Store, "://") {
		return redis.Redact(c.Store)
	}
	return c.Store
}

type sqliteStore struct{ *sqlite.Store }

func (s sqliteStore) Now() time.Time { return time.Now() }
func (s sqliteStore) Name() string   { return s.Dir() }

func (s sqliteStore) Figures(ctx context.Context) (figures, error) {
	st, err := s.Stats(ctx)
	return figures{waiting: st.Waiting, bytes: st.Bytes, commits: st.Commits, groups: st.Groups}, err
}

func (s sqliteStore) Dump(ctx context.Context) iter.Seq2[item, error] {
	return converted(s.Store.Dump(ctx), func(i sqlite.Item) item { return item(i) })
}

func (s sqliteStore) Load(ctx context.Context, items iter.Seq2[item, error]) error {
	return s.Store.Load(ctx, converted(items, func(i item) sqlite.Item { return sqlite.Item(i) }))
}

type redisStore struct{ *redis.Store }

func (s redisStore) Figures(ctx context.Context) (figures, error) {
	st, err := s.Stats(ctx)
	f := figures{waiting: st.Waiting, bytes: st.Bytes, commits: st.Commits, groups: st.Groups}
	if err != nil {
		return f, err
	}
	f.about, f.warn = st.About()
	return f, nil
}

func (s redisStore) Dump(ctx context.Context) iter.Seq2[item, error] {
	return converted(s.Store.Dump(ctx), func(i redis.Item) item { return item(i) })
}

func (s redisStore) Load(ctx context.Context, items iter.Seq2[item, error]) error {
	return s.Store.Load(ctx, converted(items, func(i item) redis.Item { return redis.Item(i) }))
}

func converted[From, To any](items iter.Seq2[From, error], to func(From) To) iter.Seq2[To, error] {
	return func(yield func(To, error) bool) {
		for i, err := range items {
			if !yield(to(i), err) {
				return
			}
		}
	}
}
