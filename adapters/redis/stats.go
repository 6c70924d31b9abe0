package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"linli/bot"
)

// Stats is what a page of metrics and a doctor want to know.
type Stats struct {
	Name        string         // of the server and the deployment, without secrets
	Records     map[string]int // by kind
	Waiting     map[string]int // jobs that are not done, by queue
	Leased      map[string]int // of those, claimed by this process
	Bytes       int64          // of memory that the server uses
	MaxBytes    int64          // that it may use; 0: no limit
	Commits     int64          // changes that this process has written since the store was opened
	Groups      int64          // in how many calls
	Version     string         // of the server
	Synchronous string         // appendfsync: "always", "everysec", "no", or "" where it is not allowed to ask
	Replicas    int
	Failing     bool // the last write of the append-only file failed
}

// Stats counts. It costs no more in a large store than in a small one.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	st := Stats{Name: s.Name(), Records: map[string]int{}, Waiting: map[string]int{}, Leased: map[string]int{}, Commits: s.commits.Load(), Groups: s.groups.Load()}
	kinds, err := try(ctx, s, again, func(ctx context.Context) ([]string, error) { return s.client.SMembers(ctx, s.tag.kinds()).Result() })
	if err != nil {
		return st, err
	}
	var queries []bot.Query
	for _, kind := range kinds {
		queries = append(queries, bot.Query{Kind: kind})
	}
	counts, err := s.Count(ctx, queries...)
	if err != nil {
		return st, err
	}
	for i, n := range counts {
		if n > 0 {
			st.Records[kinds[i]] = n
		}
	}
	waiting, err := try(ctx, s, again, func(ctx context.Context) (map[string]string, error) {
		return s.client.HGetAll(ctx, s.tag.waiting()).Result()
	})
	if err != nil {
		return st, err
	}
	for queue, n := range waiting {
		if st.Waiting[queue], err = strconv.Atoi(n); err != nil {
			return st, s.translate(err)
		}
	}
	s.mu.Lock()
	for _, l := range s.held {
		st.Leased[l.Queue]++
	}
	s.mu.Unlock()
	return st, s.aboutServer(ctx, &st)
}

func (s *Store) aboutServer(ctx context.Context, st *Stats) error {
	node, err := s.primary(ctx)
	if err != nil {
		return s.translate(err)
	}
	text, err := try(ctx, s, again, func(ctx context.Context) (string, error) { return node.Info(ctx).Result() })
	if err != nil {
		return err
	}
	info := parseInfo(text)
	st.Version = info["redis_version"]
	st.Bytes, _ = strconv.ParseInt(info["used_memory"], 10, 64) // a server that does not say it has 0
	st.MaxBytes, _ = strconv.ParseInt(info["maxmemory"], 10, 64)
	st.Replicas, _ = strconv.Atoi(info["connected_slaves"])
	st.Failing = info["aof_last_write_status"] != "ok"
	if settings, err := node.ConfigGet(ctx, "appendfsync").Result(); err == nil { // many hosted servers do not allow it
		st.Synchronous = strings.ToLower(settings["appendfsync"])
	}
	return nil
}

// About describes the server in a sentence, and in another what an operator should change, if anything.
func (st Stats) About() (about, warn string) {
	about = fmt.Sprintf("Redis %s，已用内存 %.1f MB，%d 个副本", st.Version, float64(st.Bytes)/(1<<20), st.Replicas)
	if st.Synchronous != "" {
		about += "，appendfsync " + st.Synchronous
	}
	switch {
	case st.Failing:
		warn = "Redis 上一次写 AOF 失败了，请检查它所在磁盘的剩余空间和权限。"
	case st.MaxBytes > 0 && float64(st.Bytes) > 0.8*float64(st.MaxBytes):
		warn = fmt.Sprintf("Redis 的内存已用到上限 %.0f MB 的八成，用完后收不了新消息，请调大 maxmemory。", float64(st.MaxBytes)/(1<<20))
	case st.Synchronous == "no":
		warn = "appendfsync 是 no，断电可能丢失半分钟的内容，请改成 everysec 或 always。"
	case st.Synchronous == "everysec":
		warn = "appendfsync 是 everysec，断电可能丢失最后一两秒的内容；一条都不能丢就改成 always。"
	}
	return about, warn
}
