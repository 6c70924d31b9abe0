package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/bot"
)

// redisServer is a redis-server of the test's own, which can be killed and started again over its files.
type redisServer struct {
	t    testing.TB
	port int
	args []string
	log  logged
	cmd  *exec.Cmd
}

// logged is what a process prints, read while it runs.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startRedis starts a server with an append-only file; more settings may follow, as pairs.
func startRedis(t testing.TB, settings ...string) *redisServer {
	t.Helper()
	port := freePort(t)
	r := &redisServer{t: t, port: port, args: append([]string{
		"--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", t.TempDir(), "--save", "", "--appendonly", "yes",
	}, settings...)}
	r.start()
	t.Cleanup(r.kill)
	return r
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (r *redisServer) addr() string           { return fmt.Sprintf("127.0.0.1:%d", r.port) }
func (r *redisServer) url(name string) string { return "redis://" + r.addr() + "/0?name=" + name }

// start starts the server and waits until it listens.
func (r *redisServer) start() {
	r.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		r.t.Fatalf("this test needs a real redis-server, 7.0 or newer: apt-get install redis-server (%v)", err)
	}
	r.cmd = exec.Command(path, r.args...)
	r.cmd.Stdout, r.cmd.Stderr = &r.log, &r.log
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	for range 2000 {
		if c, err := net.Dial("tcp", r.addr()); err == nil {
			c.Close()
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	r.kill()
	r.t.Fatalf("redis-server does not listen: %s", r.log.String())
}

// waitForReplica waits until a replica follows.
func (r *redisServer) waitForReplica() {
	r.t.Helper()
	for began := time.Now(); r.ask("WAIT 1 100", 1)[0] != ":1"; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			r.t.Fatal("no replica follows")
		}
	}
}

func (r *redisServer) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // says that it was killed
}

// sentinel watches a pair of servers.
type sentinel struct{ *redisServer }

// startSentinel starts a sentinel that alone decides, quickly.
func startSentinel(t testing.TB, primary *redisServer) sentinel {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	port := freePort(t)
	text := fmt.Sprintf("bind 127.0.0.1\nport %d\nsentinel monitor pair 127.0.0.1 %d 1\nsentinel down-after-milliseconds pair 700\nsentinel failover-timeout pair 3000\n", port, primary.port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := sentinel{&redisServer{t: t, port: port, args: []string{file, "--sentinel"}}}
	s.start()
	t.Cleanup(s.kill)
	return s
}

// primary returns the port of the server in charge.
func (s sentinel) primary() int {
	lines := s.ask("SENTINEL get-master-addr-by-name pair", 5)
	port, err := strconv.Atoi(lines[4])
	if err != nil {
		s.t.Fatalf("sentinel: %q", lines)
	}
	return port
}

// moves returns how often another server has taken over.
func (s sentinel) moves() int { return strings.Count(s.log.String(), "+switch-master") }

// ask sends a command and reads so many lines of the answer.
func (r *redisServer) ask(line string, n int) []string {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr())
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "%s\r\n", line)
	in := bufio.NewScanner(c)
	lines := make([]string, n)
	for i := range lines {
		if !in.Scan() {
			r.t.Fatalf("%s: %q", line, lines)
		}
		lines[i] = in.Text()
	}
	return lines
}

// command runs a command line in this process and returns what it printed.
func command(t *testing.T, args ...string) string {
	t.Helper()
	var out, failed bytes.Buffer
	if code := run(t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &failed}); code != exitDone {
		t.Fatalf("linli %s: exit %d: %s", strings.Join(args, " "), code, failed.String())
	}
	return out.String()
}

var checksum = regexp.MustCompile(`校验和 ([0-9a-f]{64})`)

// TestStoresExchangeTheirContents moves everything from SQLite to Redis and back. The checksum of the records and jobs stays the same.
func TestStoresExchangeTheirContents(t *testing.T) {
	r := startRedis(t)
	dir := t.TempDir()
	first := filepath.Join(dir, "first")
	lived(t, first)
	places := []string{first, r.url("one"), filepath.Join(dir, "second"), r.url("two"), filepath.Join(dir, "third")}
	var sums []string
	for i, at := range places {
		file := filepath.Join(dir, fmt.Sprint(i, ".gz"))
		found := checksum.FindStringSubmatch(command(t, "export", "--data", at, file))
		if found == nil {
			t.Fatal("no checksum")
		}
		sums = append(sums, found[1])
		if sums[i] != sums[0] {
			t.Errorf("the checksum of %s is %s, want %s", at, sums[i], sums[0])
		}
		if i+1 < len(places) {
			command(t, "restore", "--data", places[i+1], file)
		}
	}
	var out, failed bytes.Buffer
	if code := run(t.Context(), []string{"restore", "--data", r.url("one"), filepath.Join(dir, "0.gz")}, streams{out: &out, err: &failed}); code != exitFailed || !strings.Contains(failed.String(), "已经有内容") {
		t.Errorf("a restore into what is not empty: exit %d, %s", code, failed.String())
	}
}

// lived makes a store in which something has happened: conversations, and jobs that wait, were put back, and are done.
func lived(t *testing.T, folder string) {
	t.Helper()
	var out, failed bytes.Buffer
	said := strings.NewReader("高龄津贴要带什么材料\n3栋楼下下水道堵了\n1\n")
	if code := run(t.Context(), []string{"chat", "--data", folder}, streams{in: said, out: &out, err: &failed}); code != exitDone {
		t.Fatalf("chat: %s", failed.String())
	}
	ctx := context.Background()
	config := defaults()
	config.Store = folder
	s, err := openStore(ctx, config, &clock{}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	var c bot.Change
	for i := range 1200 {
		c.Put = append(c.Put, bot.Record{Kind: "odd\x00:kind", ID: fmt.Sprint("编号:", i), Time: now.Add(time.Duration(i%7) * time.Second), Keys: []string{"k", fmt.Sprint("k=", i%5)}, Body: []byte(`{"n":1}`)})
		c.Add = append(c.Add, bot.Job{Queue: "q", ID: fmt.Sprint(i), Lane: fmt.Sprint(i % 30), Due: now.Add(time.Duration(i-600) * time.Second), Body: []byte(`{"n":2}`)})
	}
	if err := s.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
	for round := range 20 {
		jobs, err := s.Claim(ctx, "q", now, 20, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var c bot.Change
		for i, j := range jobs {
			if (round+i)%3 == 0 {
				c.Back = append(c.Back, bot.Return{Lease: j.Lease, Ready: now.Add(time.Duration(i) * time.Minute)})
			} else {
				c.Done = append(c.Done, j.Lease)
			}
		}
		if err := s.Commit(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
}
