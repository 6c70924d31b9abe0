package redis

import (
	"context"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// KeysOf returns the keys for two names as Go builds them and as the scripts do, for the tests.
func (s *Store) KeysOf(ctx context.Context, first, second string) (inGo, inLua []string, err error) {
	k := s.tag
	lease := bot.Lease{Queue: first, ID: second, Token: 7}
	inGo = []string{
		k.record(first, second), k.job(first, second), k.idle(first), k.kinds(), k.waiting(), k.snap(), k.old(), k.lease(lease),
		k.wake(), k.tell(), k.paused(first),
	}
	script := goredis.NewScript(commonLua + `
		local a, b = ARGV[1], ARGV[2]
		return { record_key(a, b), job_key(a, b), idle_key(a), kinds_key, waiting_key, snap_key, old_key, lease_name(struct.pack('>I8', 7), a, b),
			tag .. ':wake', tag .. ':tell', tag .. ':q:' .. a }`)
	inLua, err = script.Run(ctx, s.client, []string{string(k)}, first, second).StringSlice()
	return inGo, inLua, err
}
