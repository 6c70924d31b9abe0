package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"linli/bot"
)

// Options are the settings of Open; the zero value is what a service wants.
type Options struct {
	Logger *slog.Logger // nil: slog.Default()

	// Now replaces Redis's clock, for tests and for a run at a fixed time. Leases, what is due and the dedupe window then follow it, and the time that is
	// handed to Claim.
	Now func() time.Time

	// Node is a name that only one process bears at a time, as a service manager can promise. What a process of this name held when it died is put back
	// at once; without a name it waits until its leases end.
	Node string

	// Patience is how long an operation waits for a server that is away before it fails; 0: 2 s.
	Patience time.Duration
}

// Store is a bot.Store in Redis, which many processes may use at once.
type Store struct {
	opts    Options
	log     *slog.Logger
	address address
	tag     tag
	node    string
	client  goredis.UniversalClient
	clock   redisClock
	closed  atomic.Bool
	away    atomic.Bool // the server: it has been logged
	commits atomic.Int64
	groups  atomic.Int64 // calls that wrote them
	close   func() error

	gate sync.RWMutex // held by claims from their call until what they got is in held
	lost atomic.Bool  // a claim's answer was lost: there may be leases of which we do not know
	mu   sync.Mutex
	held map[string]bot.Lease // what this process has claimed and not ended, by name in the node's set

	committing batcher[*change, any]
	getting    batcher[string, any]
	telling    batcher[string, struct{}]
	waking     wakers
}

var (
	_ bot.Store = (*Store)(nil)
	_ bot.Waker = (*Store)(nil)
)

// quiet silences what the client prints by itself, once: run says when the server is away and when it is back.
var quiet sync.Once

// Open connects to the server that the URL names and checks that it does not forget. The forms of the URL stand in doc.go.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	a, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{opts: opts, log: cmp.Or(opts.Logger, slog.Default()), address: a, node: cmp.Or(opts.Node, "p-"+strings.ToLower(rand.Text())), held: map[string]bot.Lease{}}
	if s.tag, err = newTag(a.name); err != nil {
		return nil, err
	}
	if !names.MatchString(s.node) {
		return nil, bot.Errorf(bot.Invalid, "节点名 %q 不可用：只能用 1 到 40 个小写字母、数字、- 和 _。", s.node)
	}
	s.committing = batcher[*change, any]{
		do: s.commitAll, flights: 2, most: groupChanges, weight: func(w *change) int { return w.all }, heavy: groupBytes,
	}
	s.getting = batcher[string, any]{do: s.getAll, flights: 4, most: 64}
	s.telling = batcher[string, struct{}]{do: s.tellAll, flights: 1, most: 256}
	s.opts.Patience = cmp.Or(opts.Patience, 2*time.Second)
	o := a.client
	o.OnConnect = s.greet
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1 // what may be tried again is decided in run
	o.DialTimeout, o.DialerRetries = time.Second, 1
	o.ReadTimeout, o.WriteTimeout = 10*time.Second, 10*time.Second
	o.PoolSize = cmp.Or(o.PoolSize, 32)
	o.PoolTimeout = 10 * time.Second
	o.DisableIdentity = true
	quiet.Do(func() { goredis.SetLogger(&logging.VoidLogger{}) })
	s.client = goredis.NewUniversalClient(&o)
	s.close = sync.OnceValue(s.shut)
	if err := s.begin(ctx); err != nil {
		s.closed.Store(true)
		return nil, errors.Join(err, s.client.Close())
	}
	return s, nil
}

// begin makes the first connection and takes over what a process of the same name held when it died.
func (s *Store) begin(ctx context.Context) error {
	if _, err := s.run(ctx, once, countScript); err != nil {
		return err
	}
	if err := s.readClock(ctx); err != nil {
		return err
	}
	n, err := s.inherit(ctx, nil)
	if n > 0 {
		s.log.Info("put back what a process of this node's name held when it died", "jobs", n, "node", s.node)
	}
	return err
}

// Close puts back what this process still holds and closes the connections.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err := s.inherit(ctx, nil)
	if err != nil {
		s.log.Warn("leases could not be handed back; they end by themselves", "error", err)
	}
	s.closed.Store(true)
	s.committing.stop()
	s.getting.stop()
	s.telling.stop()
	s.waking.stop()
	return s.client.Close()
}

// Name is where the store is: the server and the deployment, without secrets.
func (s *Store) Name() string { return s.address.safe + "?name=" + s.address.name }

// inherit puts back all leases of this node but those that are known.
func (s *Store) inherit(ctx context.Context, known []string) (int64, error) {
	args := []any{s.node, s.given(time.Time{})}
	for _, name := range known {
		args = append(args, name)
	}
	n, err := s.run(ctx, again, inheritScript, args...)
	if err != nil {
		return 0, err
	}
	count, _ := n.(int64)
	return count, nil
}

func (s *Store) usable(ctx context.Context) error {
	if s.closed.Load() {
		return bot.Errorf(bot.Unavailable, "存储已经关闭。")
	}
	if err := ctx.Err(); err != nil {
		return bot.Because(bot.Unavailable, err, "")
	}
	return nil
}
