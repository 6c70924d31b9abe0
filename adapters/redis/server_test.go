package redis_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"linli/adapters/redis"
)

// server is a redis-server of the test's own, on a socket in a folder of its own, ended by its process.
type server struct {
	dir    string
	cmd    *exec.Cmd
	config []string
}

// startServer starts a server with an append-only file. More settings may follow, as pairs.
func startServer(dir string, config ...string) (*server, error) {
	s := &server{dir: dir, config: append([]string{"--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"}, config...)}
	return s, s.start()
}

func (s *server) socket() string { return filepath.Join(s.dir, "redis.sock") }

func (s *server) start() error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("these tests need a real redis-server, 7.0 or newer: apt-get install redis-server (%w)", err)
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = exec.Command(path, append([]string{"--dir", s.dir, "--unixsocket", s.socket()}, s.config...)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for range 2000 {
		if c, err := net.Dial("unix", s.socket()); err == nil {
			return c.Close()
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.kill()
	return errors.New("redis-server does not listen; see its log")
}

// kill ends the server as a power cut would end its process.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says that it was killed
}

// url is the address of a deployment on the server.
func (s *server) url(name string) string { return "redis+unix://" + s.socket() + "?name=" + name }

// shared serves all tests that don't need to kill it.
var shared *server

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "linli-redis-*")
	if err == nil {
		defer os.RemoveAll(dir)
		shared, err = startServer(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer shared.kill()
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

var names atomic.Int64

// freshName is the name of a deployment that nobody has used.
func freshName() string { return fmt.Sprint("t", names.Add(1)) }

// open opens a store that is closed at the end of the test.
func open(t testing.TB, url string, opts redis.Options) *redis.Store {
	t.Helper()
	if opts.Patience == 0 {
		opts.Patience = 10 * time.Second // a server that has just been started
	}
	s, err := redis.Open(t.Context(), url, opts)
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
