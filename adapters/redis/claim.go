package redis

import (
	"context"
	"encoding/binary"
	"strconv"
	"time"

	"linli/bot"
)

// ripenAtOnce bounds how many jobs whose lease or put-back has ended one Claim looks at, so that no call takes long. Only if more than that end
// between two claims may they be handed out in another order than the oldest first.
const ripenAtOnce = 5000

// Claim implements bot.Store. Without Options.Now the clock is Redis's, and the time that is handed in does not count.
func (s *Store) Claim(ctx context.Context, queue string, now time.Time, n int, lease time.Duration) ([]bot.Job, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if queue == "" || n < 0 || lease <= 0 {
		return nil, bot.Errorf(bot.Invalid, "领取任务时队列、数量或时限不对：%q %d %v", queue, n, lease)
	}
	at, err := micros(now)
	if err != nil {
		return nil, err
	}
	bound := []byte{}
	if s.opts.Now != nil {
		bound = packTime(at)
	}
	if err := s.recover(ctx); err != nil {
		return nil, err
	}
	s.gate.RLock()
	defer s.gate.RUnlock()
	asked := time.Now()
	answer, err := s.run(ctx, once, claimScript, queue, s.given(now), bound, n, max(lease.Microseconds(), 1), ripenAtOnce, s.node)
	if err != nil {
		s.lost.Store(true)
		return nil, err
	}
	return s.claimed(queue, answer, asked)
}

// recover puts back what was leased by claims whose answers were lost, or whose return could not be written.
func (s *Store) recover(ctx context.Context) error {
	if !s.lost.Load() {
		return nil
	}
	s.gate.Lock() // no claim is under way, so that all that was handed out is known
	defer s.gate.Unlock()
	if !s.lost.Swap(false) { // what is lost from here on is for the next claim
		return nil
	}
	var known []string
	s.mu.Lock()
	for name := range s.held {
		known = append(known, name)
	}
	s.mu.Unlock()
	n, err := s.inherit(ctx, known)
	if err != nil {
		s.lost.Store(true)
		return err
	}
	if n > 0 {
		s.log.Info("put back what was claimed while the connection broke", "jobs", n)
	}
	return nil
}

// claimed reads the script's answer.
func (s *Store) claimed(queue string, answer any, asked time.Time) ([]bot.Job, error) {
	list, ok := answer.([]any)
	if !ok || len(list) < 2 || len(list)%4 != 2 {
		return nil, bot.Because(bot.Unavailable, errShort, "")
	}
	now, _ := strconv.ParseInt(text(list[1]), 10, 64)
	s.clock.read(now, asked)
	if soonest := text(list[0]); soonest != "" {
		at, _ := strconv.ParseInt(soonest, 10, 64)
		s.waking.call(queue, time.Duration(at-now)*time.Microsecond)
	}
	var jobs []bot.Job
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 2; i < len(list); i += 4 {
		w, err := unpackJob(queue, text(list[i]), text(list[i+3]))
		token := text(list[i+1])
		if err != nil || len(token) != 8 {
			return nil, bot.Because(bot.Unavailable, errShort, "")
		}
		attempt, _ := list[i+2].(int64)
		w.Job.Attempt = int(attempt)
		w.Job.Lease.Token = int64(binary.BigEndian.Uint64([]byte(token)))
		s.held[s.tag.lease(w.Job.Lease)] = w.Job.Lease
		jobs = append(jobs, w.Job)
	}
	return jobs, nil
}

func text(v any) string {
	t, _ := v.(string)
	return t
}
