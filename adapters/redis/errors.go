package redis

import (
	"context"
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// translate turns an error of the client or the server into one of ours: a kind, and a sentence that says what to do.
func (s *Store) translate(err error) error {
	var ours *bot.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return bot.Because(bot.Unavailable, err, "")
	}
	for prefix, sentence := range sentences {
		if goredis.HasErrorPrefix(err, prefix) {
			return bot.Because(bot.Unavailable, err, sentence)
		}
	}
	return bot.Because(bot.Unavailable, err, fmt.Sprintf("暂时连不上 Redis（%s），恢复后会自动继续。请检查它是否在运行、地址和密码是否正确。", s.address.safe))
}

// sentences are what an operator reads about an answer of Redis, by how it begins.
var sentences = map[string]string{
	"OOM":       "Redis 的内存用完了，刚才的这一步没有保存。请调大 maxmemory 或清理内存，之后会自动继续。",
	"MISCONF":   "Redis 写不了磁盘，刚才的这一步没有保存。请检查 Redis 所在磁盘的剩余空间和权限，之后会自动继续。",
	"NOAUTH":    "Redis 要求密码。请在地址里写上：redis://用户:密码@主机:6379/0",
	"WRONGPASS": "Redis 不接受这个用户名或密码，请检查地址。",
	"NOPERM":    "Redis 的这个用户权限不够，需要能执行脚本、读写 {linli:*} 的键和订阅消息，请检查 ACL。",
	"LOADING":   "Redis 正在载入数据，稍后会自动继续。",
	"READONLY":  "Redis 主从正在切换，稍后会自动继续。",
	"BUSY":      "Redis 正忙着执行别的脚本，稍后会自动继续。",
}
