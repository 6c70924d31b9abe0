package redis

import (
	"context"
	"strconv"
	"time"

	"linli/bot"
)

var _ bot.Pacer = (*Store)(nil)

// Pace implements bot.Pacer.
func (s *Store) Pace(ctx context.Context, buckets []bot.Bucket) (time.Time, error) {
	args := []any{s.given(time.Time{})}
	for _, b := range buckets {
		var each time.Duration
		if b.Rate.Events > 0 {
			each = b.Rate.Per / time.Duration(b.Rate.Events)
		}
		args = append(args, b.Name, each.Microseconds(), b.Burst())
	}
	answer, err := s.run(ctx, once, paceScript, args...)
	if err != nil {
		return time.Time{}, err
	}
	if us, err := strconv.ParseInt(text(answer), 10, 64); err != nil {
		return time.Time{}, s.translate(errShort)
	} else if us > 0 {
		return instant(us), nil
	}
	return time.Time{}, nil
}

// Pause implements bot.Pacer.
func (s *Store) Pause(ctx context.Context, bucket string, until time.Time) error {
	long := until.Sub(s.Now())
	if long <= 0 {
		return nil
	}
	_, err := try(ctx, s, again, func(ctx context.Context) (string, error) {
		return s.client.Set(ctx, s.tag.paused(bucket), clamp(until.UnixMicro()), long+time.Second).Result()
	})
	return err
}
