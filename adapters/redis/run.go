package redis

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// mode says what may be done when an answer did not come.
type mode int

const (
	once  mode = iota // it may have been done: the caller decides
	again             // it may be done twice
)

// run runs a script, and again while the server is away, for Options.Patience at most. Its context counts until it has begun.
func (s *Store) run(ctx context.Context, m mode, script *goredis.Script, args ...any) (any, error) {
	return try(ctx, s, m, func(ctx context.Context) (any, error) {
		return script.Run(ctx, s.client, []string{string(s.tag)}, args...).Result()
	})
}

// try does something with the server until it is done or cannot be.
func try[T any](ctx context.Context, s *Store, m mode, do func(context.Context) (T, error)) (T, error) {
	var none T
	if err := s.usable(ctx); err != nil {
		return none, err
	}
	began, pause, patience := time.Now(), 10*time.Millisecond, s.opts.Patience
	if s.away.Load() {
		patience /= 10 // whoever comes while the server is known to be away is not kept waiting
	}
	for {
		v, err := do(ctx)
		if err == nil || errors.Is(err, goredis.Nil) {
			if s.away.Load() && s.away.CompareAndSwap(true, false) {
				s.log.Info("Redis is back", "store", s.Name())
			}
			return v, err
		}
		if ctx.Err() != nil {
			return none, bot.Because(bot.Unavailable, errors.Join(ctx.Err(), err), "")
		}
		if (notDone(err) || !isAnswer(err)) && s.away.CompareAndSwap(false, true) {
			s.log.Warn("Redis is away", "store", s.Name(), "error", err)
		}
		mayTry := notDone(err) || m == again && !isAnswer(err)
		if !mayTry || time.Since(began)+pause > patience {
			return none, s.translate(err)
		}
		wait := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
		pause = min(2*pause, 300*time.Millisecond)
	}
}

// away are answers of a server that has done nothing because it is not ready or no longer the one in charge.
var away = []string{"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "UNBLOCKED"}

// notDone reports whether it is certain that the server has not done what it was asked to, and another try may help.
func notDone(err error) bool {
	for _, prefix := range away {
		if goredis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || errors.Is(err, errLoading) || errors.Is(err, goredis.ErrPoolTimeout)
}

// isAnswer reports whether the server has answered, or the client will not ask.
func isAnswer(err error) bool {
	var ours *bot.Error
	var theirs goredis.Error
	return errors.As(err, &ours) || errors.As(err, &theirs) || errors.Is(err, goredis.ErrClosed)
}
