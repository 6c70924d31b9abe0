package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

	"linli/bot"
)

const (
	fileName = "linli.db"
	readers  = 4 // connections; each has a page cache of its own
)

// Options are the settings of Open; the zero value is what a service wants.
type Options struct {
	Logger *slog.Logger     // nil: slog.Default()
	Now    func() time.Time // the clock of the dedupe window and of Wake; nil: time.Now

	// Attach opens a folder that a service may be using, for a short command: records and jobs can be read, put and added, but not claimed.
	Attach bool
}

// Store is a bot.Store in a folder.
type Store struct {
	opts    Options
	log     *slog.Logger
	now     func() time.Time
	dir     string
	file    string       // of the database
	lock    *os.File     // nil if attached or in memory
	gate    sync.RWMutex // in memory only: a database without a write-ahead log cannot be read while it is written
	private bool         // in memory

	reads   *sql.DB
	queries readStatements
	writes  *sql.DB
	writer  writer

	requests chan *request // unbuffered: what was received was taken
	closing  chan struct{}
	running  sync.WaitGroup
	close    func() error

	dueMu  sync.RWMutex
	queues map[string]*queue
	tokens tokens
	bodies budget
	opened int64 // when, in µs
	born   int64 // the counter then: a job from before that was due then may have been claimed by a process that died
}

var (
	_ bot.Store = (*Store)(nil)
	_ bot.Waker = (*Store)(nil)
)

// Open opens the store in the folder, which it makes if there is none. The folder ":memory:" keeps nothing.
func Open(ctx context.Context, dir string, opts Options) (*Store, error) {
	s := &Store{
		opts: opts, dir: dir, private: dir == ":memory:",
		log: cmp.Or(opts.Logger, slog.Default()), now: opts.Now,
		requests: make(chan *request), closing: make(chan struct{}), queues: map[string]*queue{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.writer.exact = opts.Attach
	s.close = sync.OnceValue(s.shut)
	if err := s.open(ctx); err != nil {
		s.release()
		return nil, translate(err, dir)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if s.private && s.opts.Attach {
		return bot.Errorf(bot.Invalid, "内存数据库不能被另一个命令打开。")
	}
	if s.private {
		s.file = "/" + rand.Text() // connections of this process that give the same name share the database
	} else {
		abs, err := filepath.Abs(s.dir)
		if err != nil {
			return err
		}
		s.file = filepath.ToSlash(filepath.Join(abs, fileName))
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return err
		}
		if !s.opts.Attach {
			lock, err := acquire(s.dir)
			if err != nil {
				return err
			}
			s.lock = lock
		}
		// SQLite would let everybody read it. Its log inherits the mode.
		f, err := os.OpenFile(s.file, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		f.Close()
	}
	var err error
	if s.writes, err = s.database(false); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.writer.open(ctx, s.writes); err != nil {
		return err
	}
	if err := inForce(ctx, s.writer.conn, s.pragmas(false)); err != nil {
		return err
	}
	if s.reads, err = s.database(true); err != nil {
		return err
	}
	if err := s.queries.prepare(ctx, s.reads); err != nil {
		return err
	}
	s.opened, s.born = s.now().UnixMicro(), s.writer.limit
	s.tokens.start()
	if !s.opts.Attach {
		if err := s.findQueues(ctx); err != nil {
			return err
		}
	}
	s.running.Go(s.write)
	return nil
}

// pragma is a setting that durability or correctness hangs on.
type pragma struct{ name, value, read string }

func (s *Store) pragmas(reader bool) []pragma {
	p := []pragma{
		{"busy_timeout", "10000", "10000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"cache_size", "-65536", "-65536"},
		{"wal_autocheckpoint", "4000", "4000"},
	}
	if s.private {
		p[1], p[2] = pragma{"journal_mode", "MEMORY", "memory"}, pragma{"synchronous", "OFF", "0"}
	}
	if reader {
		p[3] = pragma{"cache_size", "-16384", "-16384"}
		p = append(p, pragma{"query_only", "1", "1"})
	}
	return p
}

// database opens the pool of readers or the writer's single connection.
func (s *Store) database(reader bool) (*sql.DB, error) {
	q := url.Values{}
	for _, p := range s.pragmas(reader) {
		q.Add("_pragma", p.name+"("+p.value+")")
	}
	if s.private {
		q.Set("vfs", "memdb")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: s.file, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	n := 1
	if reader {
		n = readers
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// inForce reads the pragmas back: SQLite ignores what it does not know or cannot do.
func inForce(ctx context.Context, conn *sql.Conn, want []pragma) error {
	for _, p := range want {
		var got string
		if err := conn.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return err
		}
		if got != p.read {
			return bot.Because(bot.Unavailable, fmt.Errorf("pragma %s is %q, want %q", p.name, got, p.read),
				"这个文件夹所在的文件系统不支持数据库需要的写入方式。请把数据文件夹放在本机磁盘上，不要放在网络盘。")
		}
	}
	return nil
}

// Close waits for the changes that were taken, brings the log into the database file and lets go of the folder.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	s.running.Wait()
	s.stopAlarms()
	return translate(s.release(), s.dir)
}

// release gives back whatever was opened.
func (s *Store) release() error {
	var errs []error
	if s.reads != nil {
		errs = append(errs, s.reads.Close())
	}
	errs = append(errs, s.writer.close(!s.private && !s.opts.Attach))
	if s.writes != nil {
		errs = append(errs, s.writes.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// usable reports why the store cannot be asked any more, if so.
func (s *Store) usable(ctx context.Context) error {
	select {
	case <-s.closing:
		return errClosed
	default:
		return translate(ctx.Err(), s.dir)
	}
}

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }
