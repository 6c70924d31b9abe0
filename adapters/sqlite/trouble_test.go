package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linli/adapters/sqlite"
	"linli/bot"
)

func line(id string) bot.Record {
	return bot.Record{Kind: "line", ID: id, Time: time.Now(), Keys: []string{"k"}, Body: text}
}

func due(id string) bot.Job {
	return bot.Job{Queue: "inbox", ID: id, Lane: "a", Due: time.Now(), Body: text}
}

func commit(t *testing.T, s *sqlite.Store, c bot.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, s *sqlite.Store) []bot.Job {
	t.Helper()
	jobs, err := s.Claim(t.Context(), "inbox", time.Now(), 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	held := t.TempDir()
	open(t, held, sqlite.Options{})
	for _, c := range []struct {
		name    string
		dir     func(t *testing.T) string
		opts    sqlite.Options
		message []string
	}{
		{"a folder in use", func(*testing.T) string { return held }, sqlite.Options{}, []string{held, "正被", "进程 " + strconv.Itoa(os.Getpid()), "停止"}},
		{"a file where the folder should be", func(t *testing.T) string { return file(t, filepath.Join(t.TempDir(), "f"), "x") }, sqlite.Options{}, []string{"不是文件夹", "--data"}},
		{"a database that is none", func(t *testing.T) string {
			return filepath.Dir(file(t, filepath.Join(t.TempDir(), "linli.db"), strings.Repeat("这不是数据库", 1000)))
		}, sqlite.Options{}, []string{"损坏", "备份"}},
		{"a newer schema", newer, sqlite.Options{}, []string{"更新版本", "换用新版本"}},
		{"a newer schema, attached", newer, sqlite.Options{Attach: true}, []string{"更新版本"}},
		{"memory, attached", func(*testing.T) string { return ":memory:" }, sqlite.Options{Attach: true}, []string{"内存"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := sqlite.Open(t.Context(), c.dir(t), c.opts)
			if err == nil {
				s.Close()
				t.Fatal("it opened")
			}
			for _, want := range c.message {
				if !strings.Contains(bot.MessageOf(err), want) {
					t.Errorf("message %q lacks %q (error: %v)", bot.MessageOf(err), want, err)
				}
			}
		})
	}
}

func file(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newer returns a folder whose schema is ahead of the program.
func newer(t *testing.T) string {
	dir := t.TempDir()
	if err := open(t, dir, sqlite.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, dir, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
	return dir
}

// raw runs a statement on the database itself.
func raw(t *testing.T, dir, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "linli.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

func TestTheFolderIsFreeAfterClose(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		if err := open(t, dir, sqlite.Options{}).Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, left := range []string{"linli.db-wal", "linli.db-shm"} {
		if _, err := os.Stat(filepath.Join(dir, left)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", left, err)
		}
	}
}

func TestAfterCloseNothingIsDone(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{})
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, get := s.Get(t.Context(), "line", "1")
	_, find := s.Find(t.Context(), bot.Query{Kind: "line"})
	_, count := s.Count(t.Context(), bot.Query{Kind: "line"})
	_, claimed := s.Claim(t.Context(), "inbox", time.Now(), 1, time.Minute)
	for i, err := range []error{get, find, count, claimed, s.Commit(t.Context(), bot.Change{Put: []bot.Record{line("1")}})} {
		if bot.KindOf(err) != bot.Unavailable || bot.MessageOf(err) == "" {
			t.Errorf("%d: %v; want Unavailable with a message", i, err)
		}
	}
}

func TestCloseKeepsWhatItAcknowledged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, sqlite.Options{})
	var mu sync.Mutex
	kept := map[string]bool{}
	var all sync.WaitGroup
	begun := make(chan struct{}, 8)
	for w := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprint(w, "/", i)
				err := s.Commit(context.Background(), bot.Change{Put: []bot.Record{line(id)}})
				mu.Lock()
				kept[id] = err == nil
				mu.Unlock()
				if err != nil {
					return
				}
				if i == 5 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range 8 {
		<-begun
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	s = open(t, dir, sqlite.Options{})
	for id, want := range kept {
		if _, err := s.Get(t.Context(), "line", id); (err == nil) != want {
			t.Errorf("%s: acknowledged %v, %v", id, want, err)
		}
	}
}

func TestAnAttachedCommandWorksBesideTheService(t *testing.T) {
	dir := t.TempDir()
	service := open(t, dir, sqlite.Options{})
	wake := service.Wake("inbox")
	commit(t, service, bot.Change{Put: []bot.Record{line("of the service")}})
	command := open(t, dir, sqlite.Options{Attach: true})
	if _, err := command.Get(t.Context(), "line", "of the service"); err != nil {
		t.Error(err)
	}
	commit(t, command, bot.Change{Put: []bot.Record{line("of the command")}})
	if _, err := service.Get(t.Context(), "line", "of the command"); err != nil {
		t.Error(err)
	}

	later := due("later")
	later.Due = time.Now().Add(time.Hour)
	commit(t, command, bot.Change{Add: []bot.Job{due("1"), later}})
	<-wake // the service notices by itself
	jobs := claim(t, service)
	if len(jobs) != 1 || jobs[0].ID != "1" || string(jobs[0].Body) != string(text) {
		t.Fatalf("claimed %v", jobs)
	}
	if jobs, err := service.Claim(t.Context(), "inbox", time.Now(), 10, time.Minute); err != nil || len(jobs) != 0 {
		t.Errorf("claimed %v, %v", jobs, err)
	}
	commit(t, service, bot.Change{Done: []bot.Lease{jobs[0].Lease}})
	if jobs, err := service.Claim(t.Context(), "inbox", later.Due, 10, time.Minute); err != nil || len(jobs) != 1 || jobs[0].ID != "later" {
		t.Errorf("an hour later claimed %v, %v", jobs, err)
	}

	if _, err := command.Claim(t.Context(), "inbox", time.Now(), 1, time.Minute); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Claim while attached: %v; want Invalid", err)
	}
	if err := command.Commit(t.Context(), bot.Change{Done: []bot.Lease{jobs[0].Lease}}); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Done while attached: %v; want Invalid", err)
	}
}

func TestVersionsStayDistinctWhenTwoProcessesWrite(t *testing.T) {
	dir := t.TempDir()
	stores := []*sqlite.Store{open(t, dir, sqlite.Options{}), open(t, dir, sqlite.Options{Attach: true}), open(t, dir, sqlite.Options{Attach: true})}
	var all sync.WaitGroup
	for w, s := range stores {
		all.Go(func() {
			for i := range 50 {
				for {
					r, err := s.Get(t.Context(), "counter", "1")
					if err != nil && bot.KindOf(err) != bot.NotFound {
						t.Error(err)
						return
					}
					c := bot.Change{
						Put: []bot.Record{
							{Kind: "counter", ID: "1", Version: r.Version, Time: time.Now(), Body: strconv.AppendInt(nil, atoi(string(r.Body))+1, 10)},
							{Kind: "seen", ID: strconv.FormatInt(r.Version, 10), Time: time.Now(), Body: text}, // a version that comes twice is a conflict for ever
						},
						Add: []bot.Job{due(fmt.Sprint(w, "/", i))},
					}
					err = s.Commit(t.Context(), c)
					if err == nil {
						break
					}
					if bot.KindOf(err) != bot.Conflict {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	r, err := stores[0].Get(t.Context(), "counter", "1")
	if err != nil || string(r.Body) != "150" {
		t.Errorf("%s, %v", r.Body, err)
	}
	wake, seen := stores[0].Wake("inbox"), map[string]bool{}
	for len(seen) < 150 {
		jobs := claim(t, stores[0])
		for _, j := range jobs {
			seen[j.ID] = true
			commit(t, stores[0], bot.Change{Done: []bot.Lease{j.Lease}})
		}
		if len(jobs) == 0 {
			<-wake
		}
	}
}

func TestWhatWasDumpedCanBeLoaded(t *testing.T) {
	clock := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return clock }
	from := open(t, t.TempDir(), sqlite.Options{Now: now})
	commit(t, from, bot.Change{
		Put: []bot.Record{line("1"), line("2"), {Kind: "empty", ID: "3", Time: clock, Body: []byte{}}},
		Add: []bot.Job{{Queue: "q", ID: "done", Due: clock}, {Queue: "q", ID: "back", Due: clock, Body: text}, {Queue: "q", ID: "later", Lane: "l", Due: clock.Add(time.Hour), Body: text}},
	})
	jobs, err := from.Claim(t.Context(), "q", clock, 2, time.Minute)
	if err != nil || len(jobs) != 2 {
		t.Fatal(jobs, err)
	}
	commit(t, from, bot.Change{Done: []bot.Lease{jobs[0].Lease}, Back: []bot.Return{{Lease: jobs[1].Lease, Ready: clock.Add(time.Minute)}}})
	to := open(t, t.TempDir(), sqlite.Options{Now: now})
	if err := to.Load(t.Context(), from.Dump(t.Context())); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(items(t, from), items(t, to)); d != "" {
		t.Errorf("(-dumped +loaded)\n%s", d)
	}
	commit(t, to, bot.Change{Add: []bot.Job{{Queue: "q", ID: "done", Due: clock}}})
	if jobs, err := to.Claim(t.Context(), "q", clock, 9, time.Minute); err != nil || len(jobs) != 0 {
		t.Errorf("claimed %v, %v", jobs, err)
	}
	jobs, err = to.Claim(t.Context(), "q", clock.Add(time.Minute), 9, time.Minute)
	if err != nil || len(jobs) != 1 || jobs[0].ID != "back" || jobs[0].Attempt != 2 {
		t.Errorf("claimed %v, %v", jobs, err)
	}
	if err := to.Load(t.Context(), from.Dump(t.Context())); bot.KindOf(err) != bot.Invalid {
		t.Errorf("Load into a store that is not empty: %v", err)
	}
	stats, err := to.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int{"line": 2, "empty": 1}, stats.Records) + cmp.Diff(map[string]int{"q": 2}, stats.Waiting); d != "" {
		t.Error(d)
	}
}

// items are a dump without its versions.
func items(t *testing.T, s *sqlite.Store) (all []sqlite.Item) {
	for i, err := range s.Dump(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if i.Record != nil {
			i.Record.Version = 0
		}
		all = append(all, i)
	}
	return all
}

func TestMemoryKeepsNothing(t *testing.T) {
	s := open(t, ":memory:", sqlite.Options{})
	commit(t, s, bot.Change{Put: []bot.Record{line("1")}})
	other := open(t, ":memory:", sqlite.Options{})
	if _, err := other.Get(t.Context(), "line", "1"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("another store sees it: %v", err)
	}
	if _, err := os.Stat(":memory:"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it left a file: %v", err)
	}
}

// TestLibcIsTheOneThatSQLitePins keeps go.mod honest: SQLite is translated for exactly one version of modernc.org/libc, and an upgrade of
// another dependency may pull in a newer one that crashes.
func TestLibcIsTheOneThatSQLitePins(t *testing.T) {
	goList := func(args ...string) string {
		out, err := exec.Command("go", append([]string{"list", "-m", "-f"}, args...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	mod, err := os.ReadFile(goList("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`(?m)^\s*(?:require\s+)?modernc\.org/libc\s+(\S+)`).FindSubmatch(mod)
	if pinned == nil {
		t.Fatalf("no modernc.org/libc in\n%s", mod)
	}
	if got := goList("{{.Version}}", "modernc.org/libc"); got != string(pinned[1]) {
		t.Errorf("go.mod has modernc.org/libc %s, modernc.org/sqlite wants exactly %s: go get modernc.org/libc@%s", got, pinned[1], pinned[1])
	}
}
