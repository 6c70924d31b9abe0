package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/bot"
)

// house is a small engine behind the channel: it keeps a transcript in memory and answers.
type house struct {
	t       testing.TB
	channel *Channel
	server  *httptest.Server

	mu      sync.Mutex
	lines   []bot.Line // in the order of time
	seen    map[string]bool
	codes   map[string]Profile // unused one-time codes
	people  map[string]Profile // by account
	refuse  error              // receive fails with it
	answer  func(m bot.Message) []bot.Reply
	stopRun func()
	records map[string]bot.Record // of files
	bytes   map[string][]byte     // of files
}

// newHouse starts the channel and a server.
func newHouse(t testing.TB, change ...func(*Options)) *house {
	h := &house{t: t, seen: map[string]bool{}, codes: map[string]Profile{}, people: map[string]Profile{}, records: map[string]bot.Record{}, bytes: map[string][]byte{}}
	h.answer = func(m bot.Message) []bot.Reply { return []bot.Reply{{Text: "收到:" + m.Text}} }
	o := Options{Store: h, Accounts: h, Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.channel = c
	h.run()
	h.server = httptest.NewServer(c.Handler())
	t.Cleanup(func() { h.stopRun(); h.server.Close() })
	return h
}

// run runs the channel until stopRun.
func (h *house) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.channel.Run(ctx, h.receive) }()
	for !h.channel.Ready() {
		time.Sleep(time.Millisecond)
	}
	h.stopRun = func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Error("Run:", err)
		}
		done <- nil // stopping twice is fine
	}
}

func (h *house) receive(ctx context.Context, m bot.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != nil {
		return h.refuse
	}
	if h.seen[m.ID] {
		return nil
	}
	h.seen[m.ID] = true
	replies := h.answer(m)
	if replies == nil {
		return nil // it is still thinking; the test adds the line
	}
	h.add(bot.Line{Chat: m.Chat, In: &m, Out: replies, At: m.At})
	return nil
}

// add writes a line and sends its replies. It is called with the lock held.
func (h *house) add(l bot.Line) {
	l.ID = "line" + strconv.Itoa(len(h.lines)+1)
	h.lines = append(h.lines, l)
	for i, r := range l.Out {
		if _, err := h.channel.Send(context.Background(), bot.Delivery{To: l.Chat, Reply: r, Line: l.ID, Index: i, At: l.At}); err != nil {
			h.t.Error("Send:", err)
		}
	}
}

// say adds a line that nobody asked for.
func (h *house) say(to bot.Account, at time.Time, replies ...bot.Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.add(bot.Line{Chat: bot.Chat{Channel: Name, ID: to.ID}, Out: replies, At: at})
}

func (h *house) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

// Redeem implements Accounts.
func (h *house) Redeem(_ context.Context, code string, a bot.Account) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, ok := h.codes[code]
	switch {
	case !ok:
		return bot.Errorf(bot.NotFound, "")
	case p.Role == "":
		return bot.Errorf(bot.Conflict, "")
	}
	h.codes[code] = Profile{}
	h.people[a.ID] = p
	return nil
}

// Profile implements Accounts.
func (h *house) Profile(_ context.Context, a bot.Account) (Profile, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p, ok := h.people[a.ID]; ok {
		return p, nil
	}
	return Profile{Role: "居民", Unit: "珠山区"}, nil
}

// Get, Find, Count, Commit, Claim implement bot.Store, as far as a channel reads.
func (h *house) Get(_ context.Context, kind, id string) (bot.Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.lines {
		if kind == bot.KindLine && l.ID == id {
			return record(l), nil
		}
	}
	if r, ok := h.records[id]; ok && kind == bot.KindFile {
		return r, nil
	}
	return bot.Record{}, bot.Errorf(bot.NotFound, "")
}

func (h *house) Find(_ context.Context, q bot.Query) (bot.Page, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if q.Kind != bot.KindLine || !q.Newest || len(q.Keys) != 1 {
		return bot.Page{}, fmt.Errorf("unexpected query %+v", q)
	}
	skip := 0
	if q.After != "" {
		n, err := strconv.Atoi(q.After)
		if err != nil {
			return bot.Page{}, bot.Because(bot.Invalid, err, "")
		}
		skip = n
	}
	lines := slices.DeleteFunc(slices.Clone(h.lines), func(l bot.Line) bool { return bot.ChatKey(l.Chat) != q.Keys[0] })
	slices.SortStableFunc(lines, func(a, b bot.Line) int { return a.At.Compare(b.At) })
	slices.Reverse(lines)
	var page bot.Page
	for i, l := range lines {
		if i < skip {
			continue
		}
		if len(page.Records) == q.Limit {
			page.Next = strconv.Itoa(i)
			break
		}
		page.Records = append(page.Records, record(l))
	}
	return page, nil
}

func record(l bot.Line) bot.Record {
	body, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	return bot.Record{Kind: bot.KindLine, ID: l.ID, Version: 1, Time: l.At, Keys: []string{bot.ChatKey(l.Chat)}, Body: body}
}

var errNotRead = errors.New("a channel only reads the transcript")

func (h *house) Count(context.Context, ...bot.Query) ([]int, error) { return nil, errNotRead }

// Commit takes files, and nothing else.
func (h *house) Commit(_ context.Context, c bot.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range c.Put {
		if r.Kind != bot.KindFile {
			return errNotRead
		}
		h.records[r.ID] = r
	}
	return nil
}

// Save, Open, Remove implement bot.Files: every file is a picture.
func (h *house) Save(_ context.Context, name string, r io.Reader) (bot.File, error) {
	data, err := io.ReadAll(r)
	h.mu.Lock()
	defer h.mu.Unlock()
	id := fmt.Sprint("file", len(h.bytes))
	h.bytes[id] = data
	return bot.File{ID: id, Kind: "image", Type: http.DetectContentType(data), Name: name, Size: int64(len(data))}, err
}

func (h *house) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(h.bytes[id]), io.NopCloser(nil)}, nil
}

func (h *house) Remove(context.Context, string) error { return nil }

func (h *house) Claim(context.Context, string, time.Time, int, time.Duration) ([]bot.Job, error) {
	return nil, errNotRead
}

// visitor is a program that sits in a seat.
type visitor struct {
	h    *house
	seat seat
}

func (h *house) visitor() *visitor { return &visitor{h: h, seat: newSeat("")} }

func (v *visitor) request(method, path, body string) *http.Request {
	r, err := http.NewRequest(method, v.h.server.URL+path, strings.NewReader(body))
	if err != nil {
		v.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: v.seat.cookieName(), Value: v.seat.token})
	return r
}

// do sends a request and reads a JSON answer into the value, if there is one.
func (v *visitor) do(method, path, body string, into any) *http.Response {
	v.h.t.Helper()
	resp, err := v.h.server.Client().Do(v.request(method, path, body))
	if err != nil {
		v.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			v.h.t.Fatalf("%s %s: %s: %v", method, path, resp.Status, err)
		}
	}
	return resp
}
