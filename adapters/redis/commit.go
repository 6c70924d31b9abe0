package redis

import (
	"context"
	"slices"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"linli/bot"
)

// change is the arguments of the commit script.
type change struct {
	ends, puts, adds           []any
	nEnds, nBack, nPuts, nAdds int
	all                        int // bytes of bodies
	leases                     []bot.Lease
}

// ready checks a change and writes it as the script wants it.
func ready(c bot.Change) (*change, error) {
	w := &change{}
	ended := map[bot.Lease]bool{}
	end := func(l bot.Lease, how string, at time.Time, fresh bool) error {
		if ended[l] {
			return bot.Errorf(bot.Invalid, "同一个任务在一步里结束了两次：%s/%s", l.Queue, l.ID)
		}
		ended[l] = true
		us, err := micros(at)
		if err != nil {
			return err
		}
		w.ends = append(w.ends, l.Queue, l.ID, packUint(uint64(l.Token)), how, packTime(us), flag(fresh))
		w.leases = append(w.leases, l)
		w.nEnds++
		return nil
	}
	for _, l := range c.Done {
		if err := end(l, "d", time.Time{}, false); err != nil {
			return nil, err
		}
	}
	for _, r := range c.Back {
		if err := end(r.Lease, "b", r.Ready, r.Fresh); err != nil {
			return nil, err
		}
		w.nBack++
	}
	written := map[[2]string]bool{}
	for _, r := range c.Put {
		if name := [2]string{r.Kind, r.ID}; written[name] {
			return nil, bot.Errorf(bot.Invalid, "同一条记录在一步里写了两次：%s/%s", r.Kind, r.ID)
		} else {
			written[name] = true
		}
		if err := w.put(r); err != nil {
			return nil, err
		}
	}
	for _, j := range c.Add {
		if err := w.add(j, time.Time{}, time.Time{}); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *change) put(r bot.Record) error {
	if r.Kind == "" || r.ID == "" {
		return bot.Errorf(bot.Invalid, "记录缺少种类或编号")
	}
	if r.Version < 0 {
		return bot.Errorf(bot.Invalid, "记录 %s/%s 的版本不能是负数", r.Kind, r.ID)
	}
	if len(r.Body) > bot.MaxBody {
		return tooBig(r.Kind, r.ID, len(r.Body))
	}
	at, err := micros(r.Time)
	if err != nil {
		return err
	}
	keys := slices.Clone(r.Keys)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	w.puts = append(w.puts, r.Kind, r.ID, packUint(uint64(r.Version)), flag(r.Body == nil), packTime(at), packKeys(keys), len(keys))
	for _, k := range keys {
		w.puts = append(w.puts, k)
	}
	w.puts = append(w.puts, []byte(r.Body))
	w.nPuts++
	w.all += len(r.Body)
	return nil
}

// add adds a job; one from a backup may have been put back, or be done.
func (w *change) add(j bot.Job, readyAt, doneAt time.Time) error {
	if j.Queue == "" || j.ID == "" {
		return bot.Errorf(bot.Invalid, "任务缺少队列或编号")
	}
	if len(j.Body) > bot.MaxBody {
		return tooBig(j.Queue, j.ID, len(j.Body))
	}
	due, err := micros(j.Due)
	if err != nil {
		return err
	}
	var ready int64
	if !readyAt.IsZero() {
		if ready, err = micros(readyAt); err != nil {
			return err
		}
	}
	done := ""
	if !doneAt.IsZero() {
		us, err := micros(doneAt)
		if err != nil {
			return err
		}
		done = strconv.FormatInt(us, 10)
	}
	w.adds = append(w.adds, j.Queue, j.ID, j.Lane, packTime(due), []byte(j.Body), packTime(ready), j.Attempt, done)
	w.nAdds++
	w.all += len(j.Body)
	return nil
}

func tooBig(kind, id string, n int) error {
	return bot.Errorf(bot.Invalid, "%s/%s 的内容有 %d 字节，最多 %d 字节", kind, id, n, bot.MaxBody)
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// groupArgs are the arguments of the script for some changes.
func groupArgs(node, now string, group []*change) []any {
	numbers, n := 0, 5
	for _, w := range group {
		numbers += w.nPuts + w.nAdds
		n += 3 + len(w.ends) + len(w.puts) + len(w.adds)
	}
	args := append(make([]any, 0, n), node, now, bot.DedupeWindow.Microseconds(), numbers, len(group))
	for _, w := range group {
		args = append(append(args, w.nEnds), w.ends...)
		args = append(append(args, w.nPuts), w.puts...)
		args = append(append(args, w.nAdds), w.adds...)
	}
	return args
}

// given is the time that a script is to use: the one from Options.Now (or at, if that is not zero), or "" for Redis's own clock.
func (s *Store) given(at time.Time) string {
	if s.opts.Now == nil {
		return ""
	}
	if at.IsZero() {
		at = s.opts.Now()
	}
	return strconv.FormatInt(clamp(at.UnixMicro()), 10)
}

// Commit implements bot.Store.
func (s *Store) Commit(ctx context.Context, c bot.Change) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	w, err := ready(c)
	if err != nil || c.Empty() {
		return err
	}
	return s.commit(ctx, w)
}

// The most that one call of the commit script writes.
const (
	groupChanges = 64
	groupBytes   = 4 << 20
)

func (s *Store) commit(ctx context.Context, w *change) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	answer, err := s.committing.ask(ctx, w)
	if err != nil {
		s.abandon(w)
		return err
	}
	if list, ok := answer.([]any); ok && len(list) == 3 {
		if text(list[0]) == "lease" {
			return bot.Errorf(bot.Conflict, "任务 %s/%s 已经由别人接手或完成。", text(list[1]), text(list[2]))
		}
		return bot.Errorf(bot.Conflict, "记录 %s/%s 刚被别人改过。", text(list[1]), text(list[2]))
	}
	s.commits.Add(1)
	s.forget(w.leases)
	return nil
}

// abandon is told of a change that was not written. If all it wanted was to put jobs back, nobody works on them any more: the next claim puts back what
// this process does not know to be held.
func (s *Store) abandon(w *change) {
	if w.nBack == 0 || w.nBack < w.nEnds || w.nPuts+w.nAdds > 0 {
		return
	}
	s.forget(w.leases)
	s.lost.Store(true)
}

func (s *Store) forget(leases []bot.Lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range leases {
		delete(s.held, s.tag.lease(l))
	}
}

// commitAll writes changes that came at the same time with one call of the script. Each stands or falls alone.
func (s *Store) commitAll(group []*change) ([]any, error) {
	args := groupArgs(s.node, s.given(time.Time{}), group)
	answer, err := try(context.Background(), s, once, func(ctx context.Context) ([]any, error) { return s.write(ctx, args) })
	if err == nil && len(answer) != len(group) {
		return nil, s.translate(errShort)
	}
	if err == nil {
		s.groups.Add(1)
	}
	return answer, err
}

// write runs the script, and waits on the same connection for the replicas and the disk where that is wanted.
func (s *Store) write(ctx context.Context, args []any) ([]any, error) {
	keys := []string{string(s.tag)}
	if s.address.replicas == 0 && !s.address.disk {
		return commitScript.Run(ctx, s.client, keys, args...).Slice()
	}
	primary, err := s.primary(ctx)
	if err != nil {
		return nil, err
	}
	var wrote, waited *goredis.Cmd
	send := func(text string, with ...any) error {
		_, err := primary.Pipelined(ctx, func(p goredis.Pipeliner) error {
			wrote = p.Do(ctx, append(append(with, text, 1, keys[0]), args...)...)
			if ms := s.address.wait.Milliseconds(); s.address.disk {
				waited = p.Do(ctx, "WAITAOF", 1, s.address.replicas, ms)
			} else {
				waited = p.Do(ctx, "WAIT", s.address.replicas, ms)
			}
			return nil
		})
		return err
	}
	_ = send(commitScript.Hash(), "EVALSHA") // each command has its own error
	if goredis.HasErrorPrefix(wrote.Err(), "NOSCRIPT") {
		_ = send(commonLua+commitLua, "EVAL")
	}
	answer, err := wrote.Slice()
	if err != nil {
		return nil, err
	}
	return answer, s.confirmed(waited)
}

// confirmed reads the answer of WAIT or WAITAOF.
func (s *Store) confirmed(waited *goredis.Cmd) error {
	var replicas, disk int64 = 0, 1
	var err error
	if s.address.disk {
		var both []int64
		if both, err = waited.Int64Slice(); err == nil && len(both) == 2 {
			disk, replicas = both[0], both[1]
		}
	} else {
		replicas, err = waited.Int64()
	}
	if err != nil {
		return bot.Because(bot.Unavailable, err, "Redis 不能确认这一步已经落盘或复制（WAITAOF 需要 7.2 或更新的版本），请检查 wait_aof 和 wait_replicas。")
	}
	if disk < 1 || int(replicas) < s.address.replicas {
		return bot.Errorf(bot.Unavailable, "Redis 在 %v 内没有确认：落盘 %d，副本 %d（要 %d 个）。这一步可能已保存；请检查磁盘和副本。", s.address.wait, disk, replicas, s.address.replicas)
	}
	return nil
}
