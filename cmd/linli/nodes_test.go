package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// nodes are several services over one Redis, and what may befall them.
type nodes struct {
	t     *testing.T
	store string
	dice  *rand.Rand

	mu  sync.Mutex
	all []*service
}

// startNodes starts n nodes over the store.
func startNodes(t *testing.T, store string, n int) *nodes {
	c := &nodes{t: t, store: store, dice: rand.New(rand.NewPCG(7, uint64(time.Now().UnixNano())))}
	for i := range n {
		c.all = append(c.all, startNode(t, store, i))
	}
	for _, s := range c.all {
		s.waitUntilReady(2 * time.Minute)
	}
	return c
}

// startNode starts a node without waiting for it.
func startNode(t *testing.T, store string, i int) *service {
	t.Helper()
	s := &service{t: t, addr: fmt.Sprintf("127.0.0.1:%d", freePort(t))}
	s.cmd = exec.Command(os.Args[0], "serve", "--listen", s.addr)
	s.cmd.Env = append(os.Environ(), asLinli+"=1", "LINLI_LOG_LEVEL=error", "LINLI_STORE="+store, fmt.Sprint("LINLI_NODE=n", i))
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

func (s *service) waitUntilReady(long time.Duration) {
	s.t.Helper()
	if !s.ready(long) {
		s.kill()
		s.t.Fatalf("the service did not become ready: %s", s.log.String())
	}
}

func (s *service) ready(long time.Duration) bool {
	for began := time.Now(); time.Since(began) < long; time.Sleep(20 * time.Millisecond) {
		if r, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return true
			}
		}
	}
	return false
}

func (c *nodes) node(i int) *service {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[i]
}

// replace starts a node anew in the place of one that has ended, again and again if it does not start, as a service manager does.
func (c *nodes) replace(i int) {
	for range 3 {
		s := startNode(c.t, c.store, i)
		c.mu.Lock()
		c.all[i] = s
		c.mu.Unlock()
		if s.ready(45 * time.Second) { // under the race detector, on a busy machine
			return
		}
		s.kill()
	}
	c.t.Errorf("node %d does not start: %s", i, c.node(i).log.String())
}

// killNode kills a node as the kernel does, and starts it again.
func (c *nodes) killNode(i int) {
	c.node(i).kill()
	c.replace(i)
}

// drainNode stops a node as a service manager does and starts it again. It must be gone in ten seconds.
func (c *nodes) drainNode(i int) {
	s, began := c.node(i), time.Now()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	hung := time.AfterFunc(15*time.Second, s.kill)
	err := s.cmd.Wait()
	hung.Stop()
	if took := time.Since(began); err != nil || took > 10*time.Second {
		c.t.Errorf("a node took %v to drain: %v %s", took, err, s.log.String())
	}
	c.replace(i)
}

// stopNode makes a node stand still for a while, as a machine does that is out of memory or was suspended.
func (c *nodes) stopNode(i int, long time.Duration) {
	s := c.node(i)
	_ = s.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(long)
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
}

// talk says one message after the other to any node, each until a node has acknowledged it, until the time is over.
func (p *said) talk(ctx context.Context, c *nodes) {
	for n := 0; ctx.Err() == nil; n++ {
		id := fmt.Sprintf("message-%d", n)
		p.tried[id] = true
		for ctx.Err() == nil {
			c.mu.Lock()
			s := c.all[rand.IntN(len(c.all))]
			c.mu.Unlock()
			once, cancel := context.WithTimeout(ctx, 2*time.Second)
			status, _, err := s.request(once, p.token, "POST", "/api/v1/messages", fmt.Sprintf(`{"id":%q,"text":"高龄津贴要带什么材料"}`, id))
			cancel()
			if err == nil && status == http.StatusAccepted {
				p.ids = append(p.ids, id)
				p.count.Add(1)
				break
			}
			pause(ctx, 100*time.Millisecond)
		}
		pause(ctx, time.Duration(50+rand.IntN(400))*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// trouble is how long the many-node tests make trouble: LINLI_NODES_MINUTES (the long version is 10), else most of a minute, else seconds.
func trouble(t *testing.T) time.Duration {
	t.Helper()
	if text := os.Getenv("LINLI_NODES_MINUTES"); text != "" {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n <= 0 {
			t.Fatalf("LINLI_NODES_MINUTES=%s is not a number of minutes", text)
		}
		return time.Duration(n * float64(time.Minute))
	}
	if testing.Short() {
		return 6 * time.Second
	}
	return 40 * time.Second
}

// underTrouble lets people talk to the nodes while faults happen, one after the other, and then compares each acknowledged message with what stands in
// its conversation: there, once, answered, in order.
func (c *nodes) underTrouble(long time.Duration, people int, faults []func()) {
	ctx, cancel := context.WithTimeout(c.t.Context(), long)
	defer cancel()
	var talking sync.WaitGroup
	var count atomic.Int64
	var everybody []*said
	for i := range people {
		p := &said{token: seatToken(fmt.Sprintf("p%d", i)), tried: map[string]bool{}, count: &count}
		everybody = append(everybody, p)
		talking.Go(func() { p.talk(ctx, c) })
	}
	happened := 0
	for pause(ctx, time.Second); ctx.Err() == nil; pause(ctx, time.Duration(300+c.dice.IntN(2000))*time.Millisecond) {
		next := happened // in order at first: on a slow machine there's time for one or two only
		if happened >= len(faults) {
			next += c.dice.IntN(2)
		}
		faults[next%len(faults)]()
		happened++
	}
	talking.Wait()
	for i := range c.all {
		c.node(i).waitUntilReady(2 * time.Minute)
	}
	last := c.node(0)
	last.waitUntilIdleFor(2 * time.Minute)
	for _, p := range everybody {
		p.check(c.t, last)
	}
	c.t.Logf("%d faults, %d messages acknowledged", happened, count.Load())
	if count.Load() < int64(people) {
		c.t.Errorf("only %d messages were acknowledged: the test has not tested much", count.Load())
	}
}

// TestNothingIsLostWithManyNodes kills, stops and drains nodes and kills their Redis, which syncs each write to its disk.
func TestNothingIsLostWithManyNodes(t *testing.T) {
	r := startRedis(t, "--appendfsync", "always")
	c := startNodes(t, r.url("many"), 3)
	long := trouble(t)
	// A node that stands still past its leases, and goes on: what it then commits must be refused.
	var still sync.WaitGroup
	if long > 30*time.Second {
		frozen := startNode(t, c.store, 3)
		frozen.waitUntilReady(2 * time.Minute)
		c.all = append(c.all, frozen)
		still.Go(func() {
			time.Sleep(5 * time.Second)
			_ = frozen.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(70 * time.Second)
			_ = frozen.cmd.Process.Signal(syscall.SIGCONT)
		})
	}
	defer still.Wait()
	any := func() int { return c.dice.IntN(3) }
	c.underTrouble(long, 24, []func(){
		func() { c.killNode(any()) },
		func() { r.kill(); time.Sleep(time.Duration(c.dice.IntN(1500)) * time.Millisecond); r.start() },
		func() { c.stopNode(any(), time.Duration(500+c.dice.IntN(2500))*time.Millisecond) },
		func() { c.drainNode(any()) },
	})
}

// TestNothingIsLostInAFailover kills the primary of a pair that a sentinel watches, again and again: the replica takes over, the old primary comes back
// as its replica. A change counts when the replica has it.
func TestNothingIsLostInAFailover(t *testing.T) {
	pair := []*redisServer{startRedis(t), nil}
	pair[1] = startRedis(t, "--replicaof", "127.0.0.1 "+strconv.Itoa(pair[0].port))
	pair[0].waitForReplica()
	watch := startSentinel(t, pair[0])
	c := startNodes(t, "redis+sentinel://"+watch.addr()+"/pair/0?name=s&wait_replicas=1", 3)
	var slowest time.Duration // until the nodes serve again
	failover := func() {
		port, began := watch.primary(), time.Now()
		for _, r := range pair {
			if r.port == port {
				r.kill()
				for began := time.Now(); watch.primary() == port && time.Since(began) < 30*time.Second; {
					time.Sleep(50 * time.Millisecond)
				}
				r.start()
			}
		}
		c.node(0).ready(time.Minute)
		slowest = max(slowest, time.Since(began))
	}
	c.underTrouble(max(trouble(t), 8*time.Second), 24, []func(){failover, func() { c.killNode(c.dice.IntN(3)) }})
	if watch.moves() == 0 {
		t.Error("no failover has happened: the test has not tested it")
	}
	t.Logf("%d failovers, the slowest took %v until changes were taken again", watch.moves(), slowest.Round(time.Millisecond))
}

// TestAPageHearsWhateverNodeAnswers connects a page to one node and says everything to another: every reply arrives.
func TestAPageHearsWhateverNodeAnswers(t *testing.T) {
	c := startNodes(t, startRedis(t).url("pages"), 2)
	const said = 10
	token := seatToken("page")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+c.all[0].addr+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "linli", Value: token})
	page, err := http.DefaultClient.Do(r)
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatal(page, err)
	}
	defer page.Body.Close()
	for i := range said {
		body := fmt.Sprintf(`{"id":"message-%d","text":"高龄津贴要带什么材料"}`, i)
		if status, answer, err := c.all[1].request(ctx, token, "POST", "/api/v1/messages", body); status != http.StatusAccepted {
			t.Fatal(status, string(answer), err)
		}
	}
	replies := 0
	for lines := bufio.NewScanner(page.Body); replies < said && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "event: reply") {
			replies++
		}
	}
	if replies < said {
		t.Errorf("%d of %d replies arrived", replies, said)
	}
}

// TestAllNodesFollowTheCatalogue imports a catalogue beside running nodes: each answers from it, without a restart.
func TestAllNodesFollowTheCatalogue(t *testing.T) {
	c := startNodes(t, startRedis(t).url("follow"), 2)
	file := filepath.Join(t.TempDir(), "own.csv")
	if err := os.WriteFile(file, []byte("id,title,office,materials,phone\npool,深水证办理,区体育中心,两张小熊照片,示例\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, "catalog", "import", "--data", c.store, file)
	// Whichever node a question is put to, either may answer it: when all know, every answer is the new one.
	const sure = 20
	for n, streak := 0, 0; streak < sure; n++ {
		if n == 500 {
			t.Fatal("not all nodes know what was imported")
		}
		streak++
		if !c.all[n%2].says(t, seatToken(fmt.Sprint("reader", n)), "question-0", "深水证办理要带什么材料", "小熊照片") {
			streak = 0
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// says asks and reports whether the answer has the words.
func (s *service) says(t *testing.T, token, id, question, words string) bool {
	t.Helper()
	if status, body, err := s.request(t.Context(), token, "POST", "/api/v1/messages", fmt.Sprintf(`{"id":%q,"text":%q}`, id, question)); status != http.StatusAccepted {
		t.Fatal(status, string(body), err)
	}
	for range 500 {
		_, body, err := s.request(t.Context(), token, "GET", "/api/v1/history", "")
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.LastIndex(string(body), id); i >= 0 && strings.Contains(string(body[i:]), `"out"`) {
			return strings.Contains(string(body[i:]), words)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s was not answered", id)
	return false
}

// TestThePageSaysThatRedisIsAway kills Redis under a running node: a message is refused with a sentence, and taken when Redis is back.
func TestThePageSaysThatRedisIsAway(t *testing.T) {
	r := startRedis(t, "--appendfsync", "always")
	s := startNodes(t, r.url("away"), 1).all[0]
	token := seatToken("visitor")
	say := func(id string) (int, string) {
		status, body, err := s.request(t.Context(), token, "POST", "/api/v1/messages", fmt.Sprintf(`{"id":%q,"text":"高龄津贴要带什么材料"}`, id))
		if err != nil {
			t.Fatal(err)
		}
		return status, string(body)
	}
	r.kill()
	if status, body := say("message-1"); status != http.StatusServiceUnavailable || !strings.Contains(body, "没有收到") {
		t.Errorf("while Redis is away: %d %s", status, body)
	}
	if status, _, err := s.request(t.Context(), token, "GET", "/readyz", ""); err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("readyz says %d, %v", status, err)
	}
	r.start()
	s.waitUntilReady(2 * time.Minute)
	if !s.says(t, token, "message-1", "高龄津贴要带什么材料", "身份证") {
		t.Error("the message is not answered after Redis has come back")
	}
}
