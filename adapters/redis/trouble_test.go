package redis_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linli/adapters/redis"
	"linli/bot"
	"linli/bot/storetest"
)

// own starts a server for one test.
func own(t testing.TB, config ...string) *server {
	t.Helper()
	s, err := startServer(shortDir(t), config...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// shortDir is a folder whose sockets have names that are short enough.
func shortDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(shared.dir, freshName())
	must(t, os.Mkdir(dir, 0o700))
	return dir
}

func TestServersThatForgetAreRefused(t *testing.T) {
	for want, config := range map[string][]string{
		"maxmemory-policy noeviction": {"--maxmemory-policy", "allkeys-lru"},
		"appendonly yes":              {"--appendonly", "no"},
	} {
		s := own(t, config...)
		_, err := redis.Open(t.Context(), s.url("x"), redis.Options{Patience: 10 * time.Second})
		if bot.KindOf(err) != bot.Invalid || !strings.Contains(bot.MessageOf(err), want) {
			t.Errorf("%v: %v; want an error of kind Invalid that says %q", config, err, want)
		}
	}
}

func TestServerThatIsAway(t *testing.T) {
	_, err := redis.Open(t.Context(), "redis://u:geheim@127.0.0.1:1/0", redis.Options{Patience: 50 * time.Millisecond})
	if bot.KindOf(err) != bot.Unavailable || strings.Contains(err.Error(), "geheim") || bot.MessageOf(err) == "" {
		t.Errorf("%v; want an error of kind Unavailable with a sentence and without the password", err)
	}
	s := own(t, "--requirepass", "right")
	_, err = redis.Open(t.Context(), s.url("x"), redis.Options{Patience: 10 * time.Second})
	if bot.KindOf(err) != bot.Unavailable || !strings.Contains(bot.MessageOf(err), "密码") {
		t.Errorf("without a password: %v", err)
	}
}

// A server is killed and started again, its file synced with each write, while clients read and write. What they saw is still what could have been
// one after the other, if what failed as unavailable may or may not have happened.
func TestLinearizableUnderKills(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		server := own(t, "--appendfsync", "always")
		kills := func() {
			for range 3 {
				time.Sleep(15 * time.Millisecond)
				server.kill()
				if err := server.start(); err != nil {
					t.Error(err)
				}
				time.Sleep(50 * time.Millisecond)
			}
		}
		s := open(t, server.url("x"), redis.Options{Patience: time.Second})
		if round%2 == 0 {
			storetest.Linearizable(t, s, 60, kills)
		} else {
			storetest.LinearizableJobs(t, s, 60, kills)
		}
	}
}

func TestRecoversWhenTheServerComesBack(t *testing.T) {
	server := own(t, "--appendfsync", "always")
	s := open(t, server.url("x"), redis.Options{Patience: 20 * time.Millisecond})
	wake := s.Wake("q")
	add := func(id string) error {
		return s.Commit(t.Context(), bot.Change{Add: []bot.Job{{Queue: "q", ID: id, Due: s.Now(), Body: []byte("{}")}}})
	}
	must(t, eventually(func() error { return add("before") }))
	server.kill()
	if err := add("never"); bot.KindOf(err) != bot.Unavailable || bot.MessageOf(err) == "" {
		t.Errorf("while the server is away: %v; want an error of kind Unavailable", err)
	}
	must(t, server.start())
	must(t, eventually(func() error { return add("after") }))
	<-wake
	var got []string
	jobs, err := s.Claim(t.Context(), "q", s.Now(), 10, time.Minute)
	for _, j := range jobs {
		got = append(got, j.ID)
	}
	if d := cmp.Diff([]string{"before", "after"}, got); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

// eventually tries until it works, for a while.
func eventually(do func() error) (err error) {
	for range 500 {
		if err = do(); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A change counts when the replica has it; without the replica it does not.
func TestWaitsForReplicas(t *testing.T) {
	primary := own(t)
	s := open(t, primary.url("x")+"&wait_replicas=1&wait_timeout=50ms", redis.Options{})
	put := func(id string) error {
		return s.Commit(t.Context(), bot.Change{Put: []bot.Record{{Kind: "k", ID: id, Body: []byte("{}")}}})
	}
	if err := put("alone"); bot.KindOf(err) != bot.Unavailable || !strings.Contains(bot.MessageOf(err), "副本") {
		t.Errorf("without a replica: %v; want an error of kind Unavailable", err)
	}
	if _, err := s.Get(t.Context(), "k", "alone"); err != nil {
		t.Errorf("it may have been written, and was: %v", err)
	}
}

// What a process held when it died is at once there for the next of its name, but not for another.
func TestANodeInheritsItsName(t *testing.T) {
	url := shared.url(freshName())
	first := open(t, url, redis.Options{Node: "a"})
	must(t, first.Commit(t.Context(), bot.Change{Add: []bot.Job{{Queue: "q", ID: "1", Lane: "l", Due: first.Now(), Body: []byte("{}")}}}))
	held, err := first.Claim(t.Context(), "q", first.Now(), 1, time.Minute)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	other := open(t, url, redis.Options{Node: "b"})
	if jobs, err := other.Claim(t.Context(), "q", other.Now(), 1, time.Minute); len(jobs) > 0 || err != nil {
		t.Errorf("another node has claimed %v, %v", jobs, err)
	}
	next := open(t, url, redis.Options{Node: "a"})
	jobs, err := next.Claim(t.Context(), "q", next.Now(), 1, time.Minute)
	if err != nil || len(jobs) != 1 || jobs[0].Attempt != 2 {
		t.Fatalf("the next of its name has claimed %v, %v", jobs, err)
	}
	if err := first.Commit(t.Context(), bot.Change{Done: []bot.Lease{held[0].Lease}}); bot.KindOf(err) != bot.Conflict {
		t.Errorf("the one that was replaced ends its lease: %v; want a conflict", err)
	}
}

// Leases run by the server's clock, whatever the node believes.
func TestTheServersClockCounts(t *testing.T) {
	s := open(t, shared.url(freshName()), redis.Options{})
	must(t, s.Commit(t.Context(), bot.Change{Add: []bot.Job{{Queue: "q", ID: "later", Due: s.Now().Add(time.Hour), Body: []byte("{}")}, {Queue: "q", ID: "now", Due: s.Now(), Body: []byte("{}")}}}))
	jobs, err := s.Claim(t.Context(), "q", time.Now().AddDate(10, 0, 0), 10, time.Minute)
	if err != nil || len(jobs) != 1 || jobs[0].ID != "now" {
		t.Errorf("claimed %v, %v", jobs, err)
	}
	if off := time.Since(s.Now()); off < -time.Second || off > time.Second {
		t.Errorf("the server's clock on the same machine is %v off", off)
	}
}

// A dump shows the moment at which it began, whatever is written, removed, added, ended and put back while it is read.
func TestADumpIsOfOneMoment(t *testing.T) {
	s := open(t, shared.url(freshName()), redis.Options{})
	const n = 2000
	var c bot.Change
	var want []string
	for i := range n {
		id := fmt.Sprint(i)
		c.Put = append(c.Put, bot.Record{Kind: "k", ID: id, Keys: []string{"k"}, Body: []byte("0")})
		c.Add = append(c.Add, bot.Job{Queue: "q", ID: id, Lane: fmt.Sprint(i % 7), Due: time.Unix(int64(i), 0).UTC(), Body: []byte("0")})
		want = append(want, "record "+id+" 0")
	}
	for i := range n {
		want = append(want, fmt.Sprintf("job %d 0 attempt 0 ready %v done %v", i, false, false))
	}
	must(t, s.Commit(t.Context(), c))
	next, stop := iter.Pull2(s.Dump(t.Context()))
	defer stop()
	var got []string
	for {
		i, err, ok := next()
		if !ok {
			break
		}
		must(t, err)
		if i.Record != nil {
			got = append(got, fmt.Sprintf("record %s %s", i.Record.ID, i.Record.Body))
		} else {
			got = append(got, fmt.Sprintf("job %s %s attempt %d ready %v done %v", i.Job.ID, i.Job.Body, i.Job.Attempt, !i.Ready.IsZero(), !i.Done.IsZero()))
		}
		if len(got)%300 == 1 {
			disturb(t, s, len(got))
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if now, err := s.Count(t.Context(), bot.Query{Kind: "k", Keys: []string{"k"}}); err != nil || now[0] == n {
		t.Errorf("%v records, %v: nothing has happened meanwhile", now, err)
	}
}

// disturb changes records and jobs all over the store.
func disturb(t *testing.T, s *redis.Store, round int) {
	t.Helper()
	var c bot.Change
	for i := round % 3; i < 2000; i += 3 {
		r, err := s.Get(t.Context(), "k", fmt.Sprint(i))
		if bot.KindOf(err) == bot.NotFound {
			r = bot.Record{Kind: "k", ID: fmt.Sprint(i)}
		}
		r.Body = []byte("1")
		if i%2 == 0 && r.Version > 0 {
			r.Body = nil
		}
		c.Put = append(c.Put, r)
	}
	c.Put = append(c.Put, bot.Record{Kind: "k", ID: fmt.Sprint("new", round), Body: []byte("1")})
	c.Add = []bot.Job{{Queue: "q", ID: fmt.Sprint("new", round), Body: []byte("1")}}
	jobs, err := s.Claim(t.Context(), "q", s.Now(), 6, time.Minute)
	must(t, err)
	for i, j := range jobs {
		if i%2 == 0 {
			c.Done = append(c.Done, j.Lease)
		} else {
			c.Back = append(c.Back, bot.Return{Lease: j.Lease, Ready: time.Now()})
		}
	}
	must(t, s.Commit(t.Context(), c))
}

func TestOnlyOneDumpAtATime(t *testing.T) {
	s := open(t, shared.url(freshName()), redis.Options{})
	must(t, s.Commit(t.Context(), bot.Change{Put: []bot.Record{{Kind: "k", ID: "1", Body: []byte("1")}}}))
	next, stop := iter.Pull2(s.Dump(t.Context()))
	if _, err, ok := next(); err != nil || !ok {
		t.Fatal(err)
	}
	for _, err := range s.Dump(t.Context()) {
		if bot.KindOf(err) != bot.Busy {
			t.Errorf("a second dump: %v; want an error of kind Busy", err)
		}
	}
	stop()
	for _, err := range s.Dump(t.Context()) {
		must(t, err)
	}
}

func TestStatsCount(t *testing.T) {
	s := open(t, shared.url(freshName()), redis.Options{})
	must(t, s.Commit(t.Context(), bot.Change{
		Put: []bot.Record{{Kind: "a", ID: "1", Body: []byte("1")}, {Kind: "a", ID: "2", Body: []byte("1")}, {Kind: "b", ID: "1", Body: []byte("1")}},
		Add: []bot.Job{{Queue: "q", ID: "1", Body: []byte("1")}, {Queue: "q", ID: "2", Body: []byte("1")}},
	}))
	if _, err := s.Claim(t.Context(), "q", s.Now(), 1, time.Minute); err != nil {
		t.Fatal(err)
	}
	st, err := s.Stats(t.Context())
	must(t, err)
	if d := cmp.Diff(map[string]int{"a": 2, "b": 1}, st.Records); d != "" || st.Waiting["q"] != 2 || st.Leased["q"] != 1 || st.Bytes == 0 || st.Synchronous != "everysec" {
		t.Errorf("%+v %s", st, d)
	}
}

// What one process tells the others hear, and it itself does not.
func TestProcessesTellEachOther(t *testing.T) {
	url := shared.url(freshName())
	one, two := open(t, url, redis.Options{}), open(t, url, redis.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan string, 1000)
	var listening sync.WaitGroup
	for i, s := range []*redis.Store{one, two} {
		listening.Go(func() {
			s.Listen(ctx, func(topic string, message []byte) { heard <- fmt.Sprint(i, topic, string(message)) })
		})
	}
	got := ""
	for got == "" { // until the listeners are connected
		must(t, one.Tell(ctx, "聊天:1", []byte("答复")))
		select {
		case got = <-heard:
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	listening.Wait()
	close(heard)
	for more := range heard {
		if more != got {
			t.Errorf("%s after %s", more, got)
		}
	}
	if got != "1聊天:1答复" {
		t.Errorf("heard %s", got)
	}
}

// All processes together keep to a limit; a bucket that has to wait takes nothing from another.
func TestLimitsAreShared(t *testing.T) {
	url := shared.url(freshName())
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	nodes := []*redis.Store{open(t, url, redis.Options{Now: clock}), open(t, url, redis.Options{Now: clock})}
	app := bot.Bucket{Name: "app", Rate: bot.Rate{Events: 10, Per: time.Second}}
	chat := func(i int) bot.Bucket {
		return bot.Bucket{Name: fmt.Sprint("chat", i), Rate: bot.Rate{Events: 1, Per: time.Second}}
	}
	ask := func(n int, buckets ...bot.Bucket) time.Time {
		at, err := nodes[n%2].Pace(t.Context(), buckets)
		must(t, err)
		return at
	}
	went := 0
	for i := range 100 {
		if ask(i, app, chat(i%5)).IsZero() {
			went++
		}
	}
	if went != 5 {
		t.Errorf("%d went to five chats of one a second", went)
	}
	for i := range 5 {
		if at := ask(i, app, chat(10+i)); !at.IsZero() {
			t.Errorf("the app has five places left, and says %v", at)
		}
	}
	if at := ask(0, app, chat(20)); !at.Equal(now.Add(100 * time.Millisecond)) {
		t.Errorf("the app is full until %v, want a tenth of a second", at.Sub(now))
	}
	now = now.Add(time.Second)
	must(t, nodes[0].Pause(t.Context(), "chat0", now.Add(5*time.Second)))
	if at := ask(1, app, chat(0)); !at.Equal(now.Add(5 * time.Second)) {
		t.Errorf("a chat that was paused says %v", at.Sub(now))
	}
	if at := ask(1, app, chat(1)); !at.IsZero() {
		t.Errorf("another says %v", at.Sub(now))
	}
	if at := ask(1, bot.Bucket{Name: "none"}); !at.IsZero() {
		t.Errorf("no limit says %v", at.Sub(now))
	}
}

// A server without memory refuses what is new as a whole, and goes on with the rest.
func TestMemoryIsFull(t *testing.T) {
	s := open(t, own(t, "--maxmemory", "4mb").url("x"), redis.Options{})
	body := make([]byte, 10_000)
	var full error
	n := 0
	for ; n < 1000 && full == nil; n++ {
		full = s.Commit(t.Context(), bot.Change{
			Put: []bot.Record{{Kind: "k", ID: fmt.Sprint(n, "a"), Body: body}, {Kind: "k", ID: fmt.Sprint(n, "b"), Body: body}},
			Add: []bot.Job{{Queue: "q", ID: fmt.Sprint(n), Body: []byte("1")}},
		})
	}
	n--
	if bot.KindOf(full) != bot.Unavailable || !strings.Contains(bot.MessageOf(full), "maxmemory") {
		t.Fatalf("%v; want an error of kind Unavailable that names the setting", full)
	}
	if counts, err := s.Count(t.Context(), bot.Query{Kind: "k"}); err != nil || counts[0] != 2*n {
		t.Errorf("%v, %v; want %d records", counts, err, 2*n)
	}
	for left := n; left > 0; {
		jobs, err := s.Claim(t.Context(), "q", s.Now(), 10, time.Minute)
		if err != nil || len(jobs) == 0 {
			t.Fatal(jobs, err)
		}
		var c bot.Change
		for _, j := range jobs {
			c.Done = append(c.Done, j.Lease)
		}
		must(t, s.Commit(t.Context(), c))
		left -= len(jobs)
	}
	if jobs, err := s.Claim(t.Context(), "q", s.Now(), 10, time.Minute); err != nil || len(jobs) > 0 {
		t.Errorf("claimed %v, %v", jobs, err)
	}
}
