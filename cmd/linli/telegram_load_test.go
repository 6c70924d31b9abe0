package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/telegram/telegramtest"
)

// telegramProcess is the program as a process, with a bot on a platform that posts to it.
type telegramProcess struct {
	t        testing.TB
	platform *telegramtest.Server
	folder   string
	addr     string
	client   *http.Client
	cmd      *exec.Cmd
	log      bytes.Buffer
	used     time.Duration // CPU of the processes that have ended
}

// hookSecret is what each post bears.
const hookSecret = "secret-of-the-load-test"

func newTelegramProcess(t testing.TB) *telegramProcess {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &telegramProcess{t: t, platform: telegramtest.New(), folder: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
	t.Cleanup(func() { s.kill(); s.client.CloseIdleConnections(); s.platform.Close() })
	return s
}

// start starts the process with the webhook, and limits that an operator may set for broadcasts that are paid for, and waits until it takes messages.
func (s *telegramProcess) start() {
	s.t.Helper()
	s.cmd = exec.Command(os.Args[0], "serve", "--data", s.folder, "--listen", s.addr)
	s.cmd.Env = append(os.Environ(), asLinli+"=1", "LINLI_LOG_LEVEL=error", "LINLI_PUBLIC_URL=http://"+s.addr, "LINLI_TELEGRAM_TOKEN="+telegramtest.Token,
		"LINLI_TELEGRAM_MODE=webhook", "LINLI_TELEGRAM_SECRET="+hookSecret, "LINLI_TELEGRAM_SERVER="+s.platform.URL,
		"LINLI_LIMITS_TELEGRAM_APP=100000/s", "LINLI_LIMITS_TELEGRAM_CHAT=1000/s")
	s.cmd.Stderr, s.cmd.Stdout = &s.log, io.Discard
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 4000 {
		if r, err := s.client.Get("http://" + s.addr + "/readyz"); err == nil {
			report, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if strings.Contains(string(report), `"status":"ok"`) { // all channels
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.kill()
	s.t.Fatalf("the service did not become ready: %s", s.log.String())
}

func (s *telegramProcess) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says that it was killed
	s.used += s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
	s.cmd = nil
	for _, secret := range []string{telegramtest.Token, hookSecret} {
		if strings.Contains(s.log.String(), secret) {
			s.t.Error("the log tells a secret")
		}
	}
}

// slowest is how long the platform takes at most.
const slowest = 300 * time.Millisecond

// telegramWeather is a platform that is as bad as it gets: busy, away, cut before and after it has done its work, slow.
func telegramWeather(method string) *telegramtest.Fault {
	if method != "sendMessage" {
		return nil
	}
	switch n := rand.IntN(1000); {
	case n < 20:
		return &telegramtest.Fault{Code: 429, Description: "Too Many Requests: retry after 1", RetryAfter: 1}
	case n < 40:
		return &telegramtest.Fault{Code: 500, Description: "Internal Server Error"}
	case n < 50:
		return &telegramtest.Fault{Code: 502, HTML: true}
	case n < 70:
		return &telegramtest.Fault{}
	case n < 90:
		return &telegramtest.Fault{Done: true}
	case n < 120:
		return &telegramtest.Fault{Slow: slowest, Pass: true}
	}
	return nil
}

// crowd are people who say the same things one after the other, each in a chat of their own, so that each answer tells whose message it is for.
type crowd struct {
	service *telegramProcess
	says    []string
	hears   []string // what one of them hears, told by a first one in good weather
	mu      sync.Mutex
	took    []time.Duration // to the acknowledgement, where the first post was acknowledged
	again   int             // posts that had to be repeated
	people  int             // all of whose messages were acknowledged
}

// firstPerson is the number of the one who is asked what there is to hear. The others count on from there.
const firstPerson = 5_000_000

// newCrowd lets a first one say everything.
func newCrowd(s *telegramProcess) *crowd {
	c := &crowd{service: s, says: []string{"您好", "高龄津贴要带什么材料", "居住证在哪里办"}}
	c.say(0)
	for seen := -1; seen != s.platform.Seen() || seen < len(c.says); time.Sleep(500 * time.Millisecond) {
		seen = s.platform.Seen()
	}
	for sight, n := range s.platform.Sights() {
		if n != 1 {
			s.t.Fatalf("%d times: %v", n, sight)
		}
		c.hears = append(c.hears, sight.Text)
	}
	return c
}

// say lets the n-th person say everything, in order: the platform posts the next message of a chat when the one before is acknowledged.
func (c *crowd) say(n int) {
	for _, text := range c.says {
		if !c.post(n, text) {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.people++
}

// post posts a message until it is acknowledged, as the platform does, if in less time.
func (c *crowd) post(n int, text string) bool {
	p := c.service.platform
	update := p.Update(0, "message", p.Private(int64(firstPerson+n), text))
	for try := range 400 {
		began := time.Now()
		status, err := p.Post(c.service.client, "http://"+c.service.addr+telegramPath, hookSecret, update)
		if err == nil && status == http.StatusOK {
			took := time.Since(began)
			if n%10 == 0 { // and once more, as if the acknowledgement had been lost
				_, _ = p.Post(c.service.client, "http://"+c.service.addr+telegramPath, hookSecret, update)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if try == 0 {
				c.took = append(c.took, took)
			} else {
				c.again++
			}
			return true
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.service.t.Errorf("%q of person %d was never acknowledged", text, n)
	return false
}

// missing counts what was not heard yet.
func (c *crowd) missing() (n int) {
	seen := c.service.platform.Sights()
	for i := range c.people {
		for _, text := range c.hears {
			if seen[telegramtest.Sight{Chat: strconv.Itoa(firstPerson + i), Text: text}] == 0 {
				n++
			}
		}
	}
	return n
}

// settle waits until everybody has heard everything, or nothing has changed for longer than the engine waits after four failures.
func (c *crowd) settle() {
	last, since := -1, time.Now()
	for time.Since(since) < 90*time.Second && c.missing() > 0 {
		if n := c.service.platform.Seen(); n != last {
			last, since = n, time.Now()
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// atOnce is how many replies the service sends at once: as many may have been seen without its knowing when it is killed.
const atOnce = 256

// check fails if something was lost, or shown again though it was certain that it had arrived: its connection was not cut, and it was not among the
// last that were shown before a kill.
func (c *crowd) check(kills []int) {
	t := c.service.t
	if n := c.missing(); n > 0 {
		t.Errorf("%d replies are missing\n%s", n, c.service.log.String())
	}
	doubted := c.service.platform.Doubted()
	cut := len(doubted)
	for i, call := range c.service.platform.Shown() {
		if slices.ContainsFunc(kills, func(kill int) bool { return i < kill && i >= kill-atOnce }) {
			doubted[call.Sight()]++
		}
	}
	repeated := 0
	for sight, n := range c.service.platform.Sights() {
		if !slices.Contains(c.hears, sight.Text) {
			t.Errorf("%s hears what nobody else does: %q", sight.Chat, sight.Text)
		}
		repeated += n - 1
		if n-1 > doubted[sight] {
			t.Errorf("%s hears %d times without a doubt: %q", sight.Chat, n, sight.Text)
		}
	}
	slices.Sort(c.took)
	t.Logf("%d messages of %d people, %d of them posted again; acknowledged within %v (half), %v (99 of 100); %d replies seen, %d of them for the second time, after %d cut connections and %d kills",
		c.people*len(c.says), c.people, c.again, c.took[len(c.took)/2].Round(time.Microsecond), c.took[len(c.took)*99/100].Round(time.Microsecond),
		c.service.platform.Seen(), repeated, cut, len(kills))
}

// TestTelegramLoad posts 200 messages a second to the service while the platform fails at random and the service is killed with SIGKILL every few
// seconds. Each message that was acknowledged is answered, and what is seen twice is counted. LINLI_LOAD=60s lets it go on for that long.
func TestTelegramLoad(t *testing.T) {
	length := 15 * time.Second
	if testing.Short() {
		length = 3 * time.Second
	}
	if text := os.Getenv("LINLI_LOAD"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal("LINLI_LOAD must be a duration such as 60s")
		}
	}
	const rate = 200
	rounds := max(1, int(length.Seconds()/4))
	s := newTelegramProcess(t)
	s.start()
	people := newCrowd(s)
	s.platform.Weather(telegramWeather)
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var posting sync.WaitGroup
	posting.Go(func() {
		tick := time.NewTicker(time.Second * time.Duration(len(people.says)) / rate)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				posting.Go(func() { people.say(n) })
			}
		}
	})
	var kills []int // how many replies had been shown
	for range rounds {
		time.Sleep(length / time.Duration(rounds+1))
		s.kill()
		time.Sleep(2 * slowest) // what was on its way is shown
		kills = append(kills, s.platform.Seen())
		s.start()
	}
	posting.Wait()
	s.platform.Weather(nil) // what has failed three times waits 16 s, then a minute: the weather need not be bad for ever
	people.settle()
	time.Sleep(2 * time.Second) // what would be seen twice has time to
	people.check(kills)
}
