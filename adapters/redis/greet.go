package redis

import (
	"context"
	"errors"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// schema is the layout of the keys. A program that changes it moves the deployment on in migrate.
const schema = 1

var errLoading = errors.New("the server is loading its data")

// greet is what each new connection does first, so also after every restart and failover: it refuses a server that may forget, and writes
// down which server this is (see lua/setup.lua).
func (s *Store) greet(ctx context.Context, c *goredis.Conn) error {
	text, err := c.Info(ctx).Result()
	if err != nil {
		return err
	}
	info := parseInfo(text)
	if info["redis_mode"] == "sentinel" || info["role"] == "slave" {
		return nil // the one keeps nothing, the other says READONLY to whoever wants more of it
	}
	if info["loading"] == "1" { // it says that it has no append-only file while it reads that
		return errLoading
	}
	if err := refuse(info); err != nil {
		return err
	}
	at, err := setupScript.Run(ctx, c, []string{string(s.tag)}, info["run_id"], schema).Int()
	if goredis.HasErrorPrefix(err, "MOVED") || goredis.HasErrorPrefix(err, "ASK") {
		return nil // a node of the cluster that does not have this deployment
	}
	if err != nil {
		return err
	}
	if at > schema {
		return bot.Errorf(bot.Invalid, "Redis 里的部署 %s 是更新版本的邻里写的（数据版本 %d，本程序 %d）。请换用新版程序。", s.address.name, at, schema)
	}
	return s.migrate(ctx, c, at)
}

// migrate brings an older deployment up to date, one step after the other, each a script that ends with writing down its number. There
// has been one layout so far, so that anything below it is damage.
func (s *Store) migrate(_ context.Context, _ *goredis.Conn, at int) error {
	if at < schema {
		return bot.Errorf(bot.Unavailable, "Redis 里的部署 %s 的数据版本是 %d，没有这样的版本，数据可能被别的程序改过。请从备份恢复到新的部署名。", s.address.name, at)
	}
	return nil
}

// refuse says what to change on a server that may forget.
func refuse(info map[string]string) error {
	major, _, _ := strings.Cut(info["redis_version"], ".")
	if n, err := strconv.Atoi(major); err != nil || n < 7 {
		return bot.Errorf(bot.Invalid, "Redis 的版本是 %s，需要 7.0 或更新的版本。", info["redis_version"])
	}
	if policy := info["maxmemory_policy"]; policy != "noeviction" {
		return bot.Errorf(bot.Invalid, "Redis 的 maxmemory-policy 是 %s，内存满了会丢数据，不能使用。请改成 noeviction：redis-cli config set maxmemory-policy noeviction，并写进 redis.conf。", policy)
	}
	if info["aof_enabled"] != "1" {
		return bot.Errorf(bot.Invalid, "Redis 没有打开 AOF（appendonly no），重启会丢数据，不能使用。请改成 appendonly yes：redis-cli config set appendonly yes，并写进 redis.conf。")
	}
	return nil
}

// parseInfo reads the answer of INFO.
func parseInfo(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[key] = value
		}
	}
	return all
}
