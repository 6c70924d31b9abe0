package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/bot"
)

func openHere(t testing.TB, opts Options) *Store {
	t.Helper()
	opts.Logger = slog.New(slog.DiscardHandler) // what goes wrong here is meant to
	s, err := Open(t.Context(), t.TempDir(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// pages limits the size of the database, which is a full disk as far as SQLite can tell.
func (s *Store) pages(t *testing.T, n int) {
	t.Helper()
	if _, err := s.writer.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskLosesNothingAndHeals(t *testing.T) {
	ctx := t.Context()
	s := openHere(t, Options{})
	big := []byte(`"` + strings.Repeat("x", 20_000) + `"`)
	put := func(id string) error {
		return s.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: "line", ID: id, Time: time.Now(), Keys: []string{"k"}, Body: big}}})
	}
	if err := s.Commit(ctx, bot.Change{Add: []bot.Job{{Queue: "q", ID: "1", Lane: "a", Due: time.Now()}, {Queue: "q", ID: "2", Lane: "a", Due: time.Now()}}}); err != nil {
		t.Fatal(err)
	}
	jobs, err := s.Claim(ctx, "q", time.Now(), 2, time.Hour)
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	s.pages(t, 60)
	kept := map[string]bool{}
	failures := 0
	for i := range 20 {
		id := fmt.Sprint(i)
		err := put(id)
		kept[id] = err == nil
		if err == nil {
			continue
		}
		failures++
		if bot.KindOf(err) != bot.Unavailable || !strings.Contains(bot.MessageOf(err), "磁盘已满") || !strings.Contains(bot.MessageOf(err), "自动继续") {
			t.Fatal(err)
		}
	}
	if failures == 0 || failures == 20 {
		t.Fatalf("%d of 20 puts failed", failures)
	}
	failed := s.Commit(ctx, bot.Change{Done: []bot.Lease{jobs[0].Lease}, Put: []bot.Record{{Kind: "line", ID: "big", Body: slices.Repeat(big, 10)}}})
	if bot.KindOf(failed) != bot.Unavailable {
		t.Fatal(failed)
	}
	if more, err := s.Claim(ctx, "q", time.Now(), 2, time.Hour); err != nil || len(more) != 0 {
		t.Fatalf("the lease was not kept: %v, %v", more, err)
	}
	for id, want := range kept {
		if _, err := s.Get(ctx, "line", id); (err == nil) != want {
			t.Errorf("%s: acknowledged %v, %v", id, want, err)
		}
	}

	s.pages(t, 1<<30)
	for id, there := range kept {
		if !there {
			if err := put(id); err != nil {
				t.Errorf("with space again: %v", err)
			}
		}
	}
	if err := s.Commit(ctx, bot.Change{Done: []bot.Lease{jobs[0].Lease}}); err != nil {
		t.Errorf("end of the lease that was kept: %v", err)
	}
	if next, err := s.Claim(ctx, "q", time.Now(), 2, time.Hour); err != nil || len(next) != 1 || next[0].ID != "2" {
		t.Errorf("next of the lane: %v, %v", next, err)
	}
	n, err := s.Count(ctx, bot.Query{Kind: "line"}, bot.Query{Kind: "line", Keys: []string{"k"}})
	if err != nil || n[0] != 20 || n[1] != 20 {
		t.Errorf("counted %v, %v", n, err)
	}
}

func TestInAGroupThatFailsTheOthersStand(t *testing.T) {
	s := openHere(t, Options{})
	s.pages(t, 80)
	big := func(id string, n int) *request {
		c, err := ready(bot.Change{Put: []bot.Record{{Kind: "line", ID: id, Body: make([]byte, n)}}})
		if err != nil {
			t.Fatal(err)
		}
		return &request{change: c, result: make(chan error, 1)}
	}
	group := []*request{big("small", 10), big("huge", 1<<20), big("also small", 10)}
	close(s.closing) // the writer goes home, so that the test can write in its place
	s.running.Wait()
	s.writeGroup(group)
	for i, want := range []bot.Kind{"", bot.Unavailable, ""} {
		if err := <-group[i].result; bot.KindOf(err) != want {
			t.Errorf("change %d: %v; want %q", i, err, want)
		}
	}
	s.close = func() error { return s.release() }
}

func TestAJobWhoseEndIsBeingWrittenIsNotClaimed(t *testing.T) {
	s := openHere(t, Options{})
	now := time.Now()
	if err := s.Commit(t.Context(), bot.Change{Add: []bot.Job{{Queue: "q", ID: "1", Lane: "a", Due: now}, {Queue: "q", ID: "2", Lane: "a", Due: now}}}); err != nil {
		t.Fatal(err)
	}
	claim := func(after time.Duration, want ...string) []bot.Job {
		t.Helper()
		jobs, err := s.Claim(t.Context(), "q", now.Add(after), 10, time.Minute)
		var got []string
		for _, j := range jobs {
			got = append(got, j.ID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("claimed %q, %v; want %q", got, err, want)
		}
		return jobs
	}
	held := claim(0, "1")[0].Lease
	q := s.queue("q")
	j := q.settle(held.ID, held.Token)
	claim(time.Hour) // its lease has ended, but its end may be on its way to the disk
	if q.settle(held.ID, held.Token) != nil {
		t.Error("a lease was ended twice")
	}
	q.unsettle(j) // it did not get there
	claim(time.Hour, "1")
}

func TestWhatWasDoneIsForgottenInTime(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s := openHere(t, Options{Now: func() time.Time { return now }})
	close(s.closing)
	s.running.Wait()
	s.close = func() error { return s.release() }
	const n = 3*purgeBatch + 7
	c := &change{}
	for i := range n {
		c.adds = append(c.adds, add{queue: "q", id: fmt.Sprint(i), due: 1, done: now.UnixMicro() + int64(i)})
	}
	c.adds = append(c.adds, add{queue: "q", id: "waits", due: 1})
	if err := s.try([]*request{{change: c}}); err != nil {
		t.Fatal(err)
	}
	rows := func() (n int) {
		if err := s.writer.conn.QueryRowContext(context.Background(), "SELECT count(*) FROM jobs").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	drain := func() {
		s.look()
		for s.writer.purging {
			s.purge()
		}
	}
	drain()
	if got := rows(); got != n+1 {
		t.Errorf("%d rows at once, want %d", got, n+1)
	}
	now = now.Add(bot.DedupeWindow - time.Second)
	drain()
	if got := rows(); got != n+1 {
		t.Errorf("%d rows before the window ended, want %d", got, n+1)
	}
	now = now.Add(2 * time.Minute)
	drain()
	if got := rows(); got != 1 {
		t.Errorf("%d rows after it, want the one that waits", got)
	}
}

func TestForeignErrorsAreTranslated(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind bot.Kind
		want string
	}{
		{nil, "", ""},
		{context.Canceled, bot.Unavailable, ""},
		{&fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, bot.Unavailable, "没有权限"},
		{&fs.PathError{Op: "open", Path: "/x", Err: syscall.EROFS}, bot.Unavailable, "只读"},
		{&fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, bot.Unavailable, "磁盘已满"},
		{errors.New("odd"), bot.Unavailable, "日志"},
		{bot.Errorf(bot.Conflict, "x"), bot.Conflict, "x"},
	} {
		err := translate(c.err, "/data")
		if bot.KindOf(err) != c.kind || !strings.Contains(bot.MessageOf(err), c.want) || !errors.Is(err, c.err) {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}

func TestPackedKeysAreUnpacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOf(rapid.String()).Draw(t, "keys")
		if got := unpackKeys(packKeys(keys)); !slices.Equal(got, keys) {
			t.Fatalf("%q became %q", keys, got)
		}
	})
}

func FuzzUnpackKeys(f *testing.F) {
	f.Add([]byte("\x01a\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, k := range unpackKeys(b) {
			if len(k) > len(b) {
				t.Errorf("a key of %d bytes out of %d", len(k), len(b))
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "a.b", "-a.z", ".", "zzzzzzzzzzzzzzzzzz.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, after string) {
		s, err := newSearch(bot.Query{Kind: "k", After: after})
		if err != nil && bot.KindOf(err) != bot.Invalid {
			t.Error(err)
		}
		if err == nil && after != "" {
			if again, err := newSearch(bot.Query{Kind: "k", After: cursor(s.after.due, s.after.seq)}); err != nil || *again.after != *s.after {
				t.Errorf("%q: %v, %v", after, again, err)
			}
		}
	})
}
