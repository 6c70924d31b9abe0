package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
)

// build compiles the program as a user would run it.
func build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "linli")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "linli/cmd/linli")
	cmd.Stderr = os.Stderr
	return binary, cmd.Run()
}

// fsyncs returns how often a second the disk makes 4 KiB durable, one after the other.
func fsyncs(file string, length time.Duration) (float64, error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := make([]byte, 4096)
	n, began := 0, time.Now()
	for ; time.Since(began) < length; n++ {
		if _, err := f.WriteAt(block, int64(n%1000)*4096); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// fill puts records into the store: lines of other people's conversations, with their keys, as a year of use leaves them.
func fill(ctx context.Context, data string, records int) error {
	store, err := sqlite.Open(ctx, data, sqlite.Options{})
	if err != nil {
		return err
	}
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := 0; n < records && err == nil; n += 1000 {
		var c bot.Change
		for i := n; i < min(n+1000, records); i++ {
			chat := bot.Chat{Channel: "web", ID: fmt.Sprint("old", i%20_000)}
			at := began.Add(time.Duration(i) * 20 * time.Second)
			body, err := json.Marshal(bot.Line{ID: fmt.Sprint("old/", i), Chat: chat, At: at, Out: []bot.Reply{{Text: strings.Repeat("请到派出所办理。", 10)}}})
			if err != nil {
				return err
			}
			c.Put = append(c.Put, bot.Record{Kind: bot.KindLine, ID: fmt.Sprint("old/", i), Time: at, Keys: []string{bot.ChatKey(chat)}, Body: body})
		}
		err = store.Commit(ctx, c)
	}
	return errors.Join(err, store.Close())
}

// server is the service as a process of its own.
type server struct {
	cmd     *exec.Cmd
	addr    string
	started time.Duration // from the start of the process until it was ready
	stderr  bytes.Buffer
}

// start runs the service on a free port and waits until it is ready.
func start(ctx context.Context, binary, data string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	s := &server{addr: addr, cmd: exec.CommandContext(ctx, binary, "serve", "--data", data, "--listen", addr)}
	s.cmd.Stderr = &s.stderr
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(os.Interrupt) }
	s.cmd.WaitDelay = 15 * time.Second
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < time.Minute {
		if r, err := http.Get("http://" + addr + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				s.started = time.Since(began)
				return s, nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("the service did not become ready: %s", s.stderr.String())
}

// stop ends the process politely.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// cpu is the processor time that the process has used, to a hundredth of a second; 0 where the system does not say.
func (s *server) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(stat), ") ") // behind the program's name
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// resident is the process's memory in bytes; 0 where the system does not say.
func (s *server) resident() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
