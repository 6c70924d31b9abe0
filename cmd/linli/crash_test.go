package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// service is the program as a process of its own, which can be killed.
type service struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	log  bytes.Buffer
}

// serveIn starts the service over the folder and waits until it is ready.
func serveIn(t *testing.T, folder string) *service {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, addr: l.Addr().String()}
	l.Close()
	s.cmd = exec.Command(os.Args[0], "serve", "--data", folder, "--listen", s.addr)
	s.cmd.Env = append(os.Environ(), asLinli+"=1", "LINLI_LOG_LEVEL=error")
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	for range 2000 {
		if r, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return s
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.kill()
	t.Fatalf("the service did not become ready: %s", s.log.String())
	return nil
}

func (s *service) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says that it was killed
}

// request makes a request as the person whose token it is.
func (s *service) request(ctx context.Context, token, method, path, body string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: "linli", Value: token})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}

// said is what a person was told to be safe.
type said struct {
	token string
	ids   []string // acknowledged, in order
	tried map[string]bool
	count *atomic.Int64 // of all who talk
}

// talkUntilCut writes messages one after the other until the service is gone.
func (p *said) talkUntilCut(s *service) {
	for n := 0; ; n++ {
		id := fmt.Sprintf("message-%d", n)
		p.tried[id] = true
		status, _, err := s.request(s.t.Context(), p.token, "POST", "/api/v1/messages", fmt.Sprintf(`{"id":%q,"text":"高龄津贴要带什么材料"}`, id))
		if err != nil {
			return
		}
		if status == http.StatusAccepted {
			p.ids = append(p.ids, id)
			p.count.Add(1)
		}
	}
}

// TestNothingIsLostWhenTheServiceIsKilled kills the service with SIGKILL in the middle of conversations, again and again over one folder. In the
// end each message that was acknowledged stands in its conversation once, in order, answered once.
func TestNothingIsLostWhenTheServiceIsKilled(t *testing.T) {
	rounds, people := 100, 12
	if testing.Short() {
		rounds = 4
	}
	folder := t.TempDir()
	var everybody []*said
	acknowledged := 0
	for round := range rounds {
		s := serveIn(t, folder)
		var talking sync.WaitGroup
		var count atomic.Int64
		var here []*said
		for i := range people {
			p := &said{token: seatToken(fmt.Sprintf("r%dp%d", round, i)), tried: map[string]bool{}, count: &count}
			here = append(here, p)
			talking.Go(func() { p.talkUntilCut(s) })
		}
		for enough := int64(people + rand.IntN(10*people)); count.Load() < enough; {
			time.Sleep(time.Millisecond)
		}
		s.kill()
		talking.Wait()
		for _, p := range here {
			acknowledged += len(p.ids)
		}
		everybody = append(everybody, here...)
	}
	s := serveIn(t, folder)
	s.waitUntilIdle()
	for _, p := range everybody {
		p.check(t, s)
	}
	t.Logf("%d rounds, %d messages acknowledged", rounds, acknowledged)
	if acknowledged < rounds*people {
		t.Errorf("only %d messages were acknowledged in %d rounds: the test has not tested much", acknowledged, rounds)
	}
}

// check compares what was acknowledged with the conversation.
func (p *said) check(t *testing.T, s *service) {
	t.Helper()
	var heard []string
	before := ""
	for {
		status, body, err := s.request(t.Context(), p.token, "GET", "/api/v1/history?before="+before, "")
		if err != nil || status != http.StatusOK {
			t.Fatalf("history: %d %s %v", status, body, err)
		}
		var page struct {
			Lines []struct {
				In  *struct{ ID string }
				Out []struct{ Text string }
			}
			Before string
		}
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, l := range page.Lines {
			ids = append(ids, l.In.ID)
			if len(l.Out) == 0 || !strings.Contains(l.Out[0].Text, "身份证") {
				t.Errorf("%s was answered with %v", l.In.ID, l.Out)
			}
		}
		heard = append(ids, heard...)
		if before = page.Before; before == "" {
			break
		}
	}
	times := map[string]int{}
	for _, id := range heard {
		times[id]++
		if times[id] > 1 {
			t.Errorf("%s was handled %d times", id, times[id])
		}
		if !p.tried[id] {
			t.Errorf("%s was never said", id)
		}
	}
	var kept []string
	for _, id := range heard {
		for _, acked := range p.ids {
			if id == acked {
				kept = append(kept, id)
			}
		}
	}
	if got, want := strings.Join(kept, " "), strings.Join(p.ids, " "); got != want {
		t.Errorf("acknowledged and handled differ:\nacknowledged %s\nhandled      %s", want, got)
	}
}

// waitUntilIdle waits until no message and no reply waits any more.
func (s *service) waitUntilIdle() {
	s.t.Helper()
	s.waitUntilIdleFor(30 * time.Second)
}

func (s *service) waitUntilIdleFor(long time.Duration) {
	s.t.Helper()
	for began := time.Now(); time.Since(began) < long; {
		_, body, err := s.request(s.t.Context(), seatToken("idle"), "GET", "/metrics", "")
		if err != nil {
			s.t.Fatal(err)
		}
		text := string(body)
		if !strings.Contains(text, `linli_jobs_waiting{queue="inbox"}`) && !strings.Contains(text, `linli_jobs_waiting{queue="outbox"}`) {
			return
		}
		if strings.Contains(text, `linli_jobs_waiting{queue="inbox"} 0`) && strings.Contains(text, `linli_jobs_waiting{queue="outbox"} 0`) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatal("messages still wait")
}

// seatToken is what the cookie of a person's browser holds.
func seatToken(name string) string { return (strings.Repeat("A", 43) + name)[len(name):] }
