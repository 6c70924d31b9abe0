package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
)

// crashDir is the variable that turns the test's binary into the victim.
const crashDir = "LINLI_TEST_CRASH_DIR"

const (
	crashWriters = 4
	crashWorkers = 2
)

// TestNothingAcknowledgedIsLostWhenKilled kills a process that writes as fast as it can, again and again, on one folder that grows, and
// compares what the process said was done with what is there.
func TestNothingAcknowledgedIsLostWhenKilled(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 25
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	l := ledger{added: map[string]bool{}, done: map[string]bool{}, counters: map[string][2]int64{}}
	for round := range rounds {
		early := dice.IntN(8) == 0 // also kill while it opens
		output := runAndKill(t, dir, round, early, time.Duration(1+dice.IntN(60))*time.Millisecond)
		l.fresh = nil
		for line := range strings.Lines(output) {
			if strings.HasSuffix(line, "\n") {
				l.enter(t, strings.Fields(line))
			}
		}
		l.check(t, dir, round == rounds-1)
		if t.Failed() {
			t.Fatalf("after %d rounds", round+1)
		}
	}
	t.Logf("%d kills; acknowledged: %d changes of two records and a job, %d jobs done, %d increments",
		rounds, len(l.added), len(l.done), l.increments())
	if len(l.added) < rounds || len(l.done) == 0 {
		t.Errorf("the victim got hardly anything done: %d changes, %d jobs", len(l.added), len(l.done))
	}
	intact(t, dir)
}

// runAndKill runs the victim, kills it some time after its first acknowledgement (or, early, after its start), and returns what it said.
func runAndKill(t *testing.T, dir string, round int, early bool, after time.Duration) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, "LINLI_TEST_CRASH_ROUND="+strconv.Itoa(round))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var output strings.Builder
	in := bufio.NewReader(pipe)
	if !early {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("the victim said nothing: %v\n%s", err, stderr.String())
		}
		output.WriteString(line)
	}
	kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	_, _ = in.WriteTo(&output)
	_ = cmd.Wait() // it was killed
	if stderr.Len() > 0 {
		t.Fatalf("the victim complains: %s", stderr.String())
	}
	return output.String()
}

// ledger is what was acknowledged.
type ledger struct {
	added    map[string]bool // IDs of changes
	fresh    []string        // of them, those of the last round
	done     map[string]bool
	counters map[string][2]int64 // value and version
}

func (l *ledger) increments() (n int64) {
	for _, c := range l.counters {
		n += c[0]
	}
	return n
}

func (l *ledger) enter(t *testing.T, words []string) {
	switch words[0] {
	case "added":
		l.added[words[1]] = true
		l.fresh = append(l.fresh, words[1])
	case "done":
		if l.done[words[1]] {
			t.Errorf("job %s was done twice", words[1])
		}
		l.done[words[1]] = true
	case "counted":
		value, _ := strconv.ParseInt(words[2], 10, 64)
		version, _ := strconv.ParseInt(words[3], 10, 64)
		if was := l.counters[words[1]]; value < was[0] || version < was[1] || value == was[0] != (version == was[1]) {
			t.Errorf("counter %s went from %d to %d, version %d to %d", words[1], was[0], value, was[1], version)
		}
		l.counters[words[1]] = [2]int64{value, version}
	default:
		t.Errorf("the victim said %q", words)
	}
}

// check opens the folder and compares. At the end it also runs the jobs that are left.
func (l *ledger) check(t *testing.T, dir string, last bool) {
	ctx := t.Context()
	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	ids := l.fresh
	if last {
		ids = nil
		for id := range l.added {
			ids = append(ids, id)
		}
		for jobs := claimAll(t, s); len(jobs) > 0; jobs = claimAll(t, s) {
			for _, j := range jobs {
				if err := endJob(ctx, s, j); err != nil {
					t.Errorf("job %s: %v", j.ID, err)
				}
			}
		}
	}
	for _, id := range ids {
		for _, kind := range []string{"left", "right"} {
			if _, err := s.Get(ctx, kind, id); err != nil {
				t.Errorf("acknowledged, but lost: %v", err)
			}
		}
		if last {
			if _, err := s.Get(ctx, "ran", id); err != nil {
				t.Errorf("its job was lost: %v", err)
			}
		}
	}
	for id := range l.done {
		if _, err := s.Get(ctx, "ran", id); err != nil {
			t.Errorf("done, but lost: %v", err)
		}
		if !last {
			break // one of them each round, all at the end
		}
	}
	for name, c := range l.counters {
		if r, err := s.Get(ctx, "counter", name); err != nil || atoi(string(r.Body)) < c[0] || r.Version < c[1] {
			t.Errorf("counter %s was at %v, is %s version %d, %v", name, c, r.Body, r.Version, err)
		}
	}
	n, err := s.Count(ctx, bot.Query{Kind: "left"}, bot.Query{Kind: "right"}, bot.Query{Kind: "left", Keys: []string{"k"}}, bot.Query{Kind: "right", Keys: []string{"k"}}, bot.Query{Kind: "ran"})
	if err != nil || n[0] != n[1] || n[1] != n[2] || n[2] != n[3] || n[4] > n[0] || last && n[4] != n[0] || n[0] < len(l.added) {
		t.Errorf("left, right, each by key, ran: %v; acknowledged %d; %v", n, len(l.added), err)
	}
}

func claimAll(t *testing.T, s *sqlite.Store) []bot.Job {
	jobs, err := s.Claim(t.Context(), "work", time.Now(), 1000, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// endJob ends the job and notes that it ran; it can be noted only once.
func endJob(ctx context.Context, s *sqlite.Store, j bot.Job) error {
	return s.Commit(ctx, bot.Change{Done: []bot.Lease{j.Lease}, Put: []bot.Record{{Kind: "ran", ID: j.ID, Time: time.Now(), Body: []byte("1")}}})
}

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// intact lets SQLite look at every page, and compares the counts that we keep with what is there.
func intact(t *testing.T, dir string) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "linli.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]string{
		"PRAGMA integrity_check": "ok",
		"SELECT count(*) FROM counts WHERE what = 'record' AND n <> (SELECT count(*) FROM records WHERE kind = name)":                           "0",
		"SELECT count(*) FROM counts WHERE what = 'job' AND n <> (SELECT count(*) FROM jobs WHERE queue = name AND done IS NULL)":               "0",
		"SELECT count(*) FROM keys k WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.rowid = record AND r.kind = k.kind AND r.time = k.time)": "0",
	} {
		var got string
		if err := db.QueryRow(query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v", query, got, err)
		}
	}
}

// victim writes until it is killed and says what was acknowledged, a line each, as soon as it was.
func victim(dir, round string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		return err
	}
	say := func(format string, args ...any) { fmt.Fprintf(os.Stdout, format+"\n", args...) }
	failed := make(chan error)
	for w := range crashWriters {
		go func() { failed <- crashWrite(ctx, s, fmt.Sprintf("%s/%d", round, w), say) }()
		go func() { failed <- crashCount(ctx, s, strconv.Itoa(w), say) }()
	}
	for range crashWorkers {
		go func() { failed <- crashWork(ctx, s, say) }()
	}
	return <-failed
}

func crashWrite(ctx context.Context, s *sqlite.Store, name string, say func(string, ...any)) error {
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s/%d", name, i)
		c := bot.Change{Add: []bot.Job{{Queue: "work", ID: id, Lane: name, Due: time.Now(), Body: text}}}
		for _, kind := range []string{"left", "right"} {
			c.Put = append(c.Put, bot.Record{Kind: kind, ID: id, Time: time.Now(), Keys: []string{"k"}, Body: text})
		}
		if err := s.Commit(ctx, c); err != nil {
			return err
		}
		say("added %s", id)
		if i%5 == 4 { // the platform delivers one again
			if err := s.Commit(ctx, bot.Change{Add: c.Add}); err != nil {
				return err
			}
		}
	}
}

func crashCount(ctx context.Context, s *sqlite.Store, name string, say func(string, ...any)) error {
	for {
		r, err := s.Get(ctx, "counter", name)
		if err != nil && bot.KindOf(err) != bot.NotFound {
			return err
		}
		if n := atoi(string(r.Body)); n > 0 {
			say("counted %s %d %d", name, n, r.Version)
		}
		r.Kind, r.ID, r.Time, r.Body = "counter", name, time.Now(), strconv.AppendInt(nil, atoi(string(r.Body))+1, 10)
		if err := s.Commit(ctx, bot.Change{Put: []bot.Record{r}}); err != nil {
			return err
		}
	}
}

func crashWork(ctx context.Context, s *sqlite.Store, say func(string, ...any)) error {
	for {
		jobs, err := s.Claim(ctx, "work", time.Now(), 8, time.Hour)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if err := endJob(ctx, s, j); err != nil {
				return err
			}
			say("done %s", j.ID)
		}
		if len(jobs) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
}
