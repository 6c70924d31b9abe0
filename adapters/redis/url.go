package redis

import (
	"crypto/tls"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// address is what a URL says: which servers, which deployment on them, and what a Commit waits for.
type address struct {
	client   goredis.UniversalOptions
	name     string
	replicas int           // that must have a change before Commit returns
	disk     bool          // Commit waits until the server's append-only file is on the disk
	wait     time.Duration // at most
	safe     string        // the URL without its secrets
}

const urlForms = "可以写 redis://主机:6379/0、rediss://主机:6380/0（TLS）、redis+unix:///套接字路径、redis+sentinel://主机1:26379,主机2:26379/主库名/0 或 redis+cluster://主机1:6379,主机2:6379，后面可以加 ?name=部署名"

// parseURL reads a store's URL. Its errors never show the URL itself, which may hold a password.
func parseURL(text string) (address, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return address{}, bot.Errorf(bot.Invalid, "Redis 地址不对：%s", urlForms)
	}
	// The hosts are a list, which is not a URL's: the rest is read without them.
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	user, hosts := "", authority
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		user, hosts = authority[:i+1], authority[i+1:]
	}
	u, err := url.Parse("redis://" + user + "host" + tail)
	if err != nil {
		return address{}, bot.Errorf(bot.Invalid, "Redis 地址不对（密码里的特殊字符要写成 %%XX）：%s", urlForms)
	}
	a := address{client: goredis.UniversalOptions{Addrs: withPorts(hosts, scheme)}, safe: scheme + "://" + hosts + u.Path}
	a.client.Username = u.User.Username()
	a.client.Password, _ = u.User.Password()
	path := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch scheme {
	case "redis", "rediss":
		if hosts == "" {
			a.client.Addrs = []string{"127.0.0.1:6379"}
		}
		if len(a.client.Addrs) != 1 {
			return a, bot.Errorf(bot.Invalid, "Redis 地址不对：%s:// 只能写一个主机。%s", scheme, urlForms)
		}
		if scheme == "rediss" {
			host, _, _ := net.SplitHostPort(a.client.Addrs[0])
			a.client.TLSConfig = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
		}
	case "redis+unix":
		if hosts != "" || len(u.Path) < 2 {
			return a, bot.Errorf(bot.Invalid, "Redis 地址不对：redis+unix:// 后面写套接字的完整路径，例如 redis+unix:///run/redis/redis.sock")
		}
		a.client.Addrs = []string{u.Path}
	case "redis+sentinel":
		if path[0] == "" || hosts == "" {
			return a, bot.Errorf(bot.Invalid, "Redis 地址不对：redis+sentinel:// 要写哨兵的主机和主库名。%s", urlForms)
		}
		a.client.MasterName, path = path[0], path[1:]
		a.client.SentinelUsername, a.client.SentinelPassword = u.Query().Get("sentinel_user"), u.Query().Get("sentinel_password")
	case "redis+cluster":
		if hosts == "" {
			return a, bot.Errorf(bot.Invalid, "Redis 地址不对：redis+cluster:// 要写至少一个主机。%s", urlForms)
		}
		a.client.IsClusterMode = true
	default:
		return a, bot.Errorf(bot.Invalid, "不认识的存储 %s://。%s", scheme, urlForms)
	}
	if scheme == "redis+unix" {
		path = nil
	}
	if err := a.readDB(path); err != nil {
		return a, err
	}
	return a, a.readQuery(u.Query())
}

// withPorts splits the list of hosts and adds the usual port where there is none.
func withPorts(hosts, scheme string) []string {
	port := "6379"
	if scheme == "redis+sentinel" {
		port = "26379"
	}
	var all []string
	for host := range strings.SplitSeq(hosts, ",") {
		if host == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		all = append(all, host)
	}
	return all
}

func (a *address) readDB(path []string) error {
	path = slices.DeleteFunc(path, func(s string) bool { return s == "" })
	switch {
	case len(path) == 0:
		return nil
	case len(path) == 1 && !a.client.IsClusterMode:
		if n, err := strconv.Atoi(path[0]); err == nil && n >= 0 {
			a.client.DB = n
			return nil
		}
	}
	return bot.Errorf(bot.Invalid, "Redis 地址不对：主机后面的 /%s 应是数据库编号（集群没有编号）。%s", strings.Join(path, "/"), urlForms)
}

// options are what may stand behind the question mark.
const options = "name（部署名）、wait_replicas（等几个副本）、wait_aof（写 1：等落盘）、wait_timeout（最多等多久，如 1s）、pool（连接数）、db（数据库编号，用于 redis+unix）、ca（不检查证书时写 insecure）"

func (a *address) readQuery(q url.Values) error {
	a.name, a.wait = "main", time.Second
	for key, values := range q {
		value := values[0]
		var err error
		switch key {
		case "name":
			a.name = value
		case "wait_replicas":
			a.replicas, err = strconv.Atoi(value)
		case "wait_aof":
			a.disk, err = strconv.ParseBool(value)
		case "wait_timeout":
			a.wait, err = time.ParseDuration(value)
		case "db":
			a.client.DB, err = strconv.Atoi(value)
		case "pool":
			a.client.PoolSize, err = strconv.Atoi(value)
		case "ca":
			if value != "insecure" || a.client.TLSConfig == nil {
				return bot.Errorf(bot.Invalid, "Redis 地址里的 ca 只能写 insecure，而且只能用在 rediss:// 里。")
			}
			a.client.TLSConfig.InsecureSkipVerify = true
		case "sentinel_user", "sentinel_password":
		default:
			return bot.Errorf(bot.Invalid, "Redis 地址里没有 %s 这个选项，可以写：%s", key, options)
		}
		if err != nil || a.replicas < 0 || a.wait <= 0 || a.client.PoolSize < 0 || a.client.DB < 0 {
			return bot.Errorf(bot.Invalid, "Redis 地址里的 %s 不对，可以写：%s", key, options)
		}
	}
	return nil
}

// Redact returns the URL without its secrets, or only its scheme if it cannot be read.
func Redact(text string) string {
	a, err := parseURL(text)
	if err != nil {
		scheme, _, _ := strings.Cut(text, "://")
		return scheme + "://…"
	}
	return a.safe + "?name=" + a.name
}
