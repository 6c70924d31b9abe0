package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linli/bot"
)

// recorder is a ResponseWriter that may be read while it is written.
type recorder struct {
	mu     sync.Mutex
	header http.Header
	text   strings.Builder
	fail   error
}

func (r *recorder) Header() http.Header { return r.header }
func (r *recorder) WriteHeader(int)     {}
func (r *recorder) Flush()              {}
func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return 0, r.fail
	}
	return r.text.Write(p)
}

func (r *recorder) written() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// A quiet stream is kept alive, and one whose reader is gone ends with the next heartbeat.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, seen: map[string]bool{}}
		c, err := New(Options{Store: h, Accounts: h})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- c.Run(ctx, func(context.Context, bot.Message) error { return nil }) }()
		synctest.Wait()

		s := newSeat("")
		r := httptest.NewRequest("GET", "/api/v1/events", nil)
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.token})
		w := &recorder{header: http.Header{}}
		ended := make(chan struct{})
		go func() { c.Handler().ServeHTTP(w, r); close(ended) }()

		time.Sleep(10*heartbeat + time.Second)
		if n := strings.Count(w.written(), ": \n\n"); n != 10 {
			t.Errorf("%d heartbeats in 10 times their distance:\n%q", n, w.written())
		}
		w.mu.Lock()
		w.fail = http.ErrHandlerTimeout
		w.mu.Unlock()
		<-ended
		if c.hub.open != 0 {
			t.Error("the stream of a reader that has gone is still open")
		}
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

// feed is an open stream of events.
type feed struct {
	body  io.ReadCloser
	lines *bufio.Scanner
}

// listen opens a stream of events.
func (v *visitor) listen(last string) *feed {
	v.h.t.Helper()
	r := v.request("GET", "/api/v1/events", "")
	r.Header.Set("Last-Event-ID", last)
	resp, err := v.h.server.Client().Do(r)
	if err != nil {
		v.h.t.Fatal(err)
	}
	v.h.t.Cleanup(func() { resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(kind, "text/event-stream") {
		v.h.t.Fatal(resp.Status, kind)
	}
	return newFeed(resp.Body)
}

func newFeed(body io.ReadCloser) *feed {
	f := &feed{body, bufio.NewScanner(body)}
	f.lines.Buffer(nil, 8<<20)
	return f
}

// event is one event of a feed; the zero value when it has ended.
type event struct {
	name, id string
	data     []byte
}

func (f *feed) next() (e event) {
	for f.lines.Scan() {
		switch key, value, _ := strings.Cut(f.lines.Text(), ": "); key {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = []byte(value)
			return e
		}
	}
	return event{}
}

func TestAStreamMissesNothing(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	say := func(from, to int) {
		for i := from; i < to; i++ {
			h.say(v.seat.account(), start.Add(time.Duration(i)*time.Hour), bot.Reply{Text: fmt.Sprint(i), Choices: []bot.Choice{{Label: "好", Action: "a:b:c"}}})
		}
	}
	say(0, 3)
	stream := v.listen("")
	e := stream.next()
	var first lines
	if err := json.Unmarshal(e.data, &first); err != nil || e.name != "lines" || len(first.Lines) != 3 || first.Before != "" {
		t.Fatalf("%v %+v", err, e)
	}
	say(3, 5)
	stream.next()
	e = stream.next()
	var reply replyEvent
	if err := json.Unmarshal(e.data, &reply); err != nil || e.name != "reply" || e.id != "line5/0" ||
		reply.Line != "line5" || reply.Reply.Text != "4" || reply.Reply.Choices[0].Action != "a:b:c" {
		t.Fatalf("%v %+v %s", err, e, e.data)
	}
	stream.body.Close()

	say(5, 120) // more than a page while nobody listens
	var again lines
	if err := json.Unmarshal(v.listen(e.id).next().data, &again); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, l := range again.Lines {
		got[l.Out[0].Text] = true
	}
	for i := 5; i < 120; i++ {
		if !got[fmt.Sprint(i)] {
			t.Errorf("line %d was missed", i)
		}
	}
	// A page that has only seen the lines of its start misses nothing either, not even when there were none.
	for _, start := range []string{eventID(atBeginning, 0), "line1/0"} {
		var all lines
		if err := json.Unmarshal(v.listen(start).next().data, &all); err != nil || len(all.Lines) != 120 {
			t.Errorf("after %s: %d lines, %v", start, len(all.Lines), err)
		}
	}
	if e := h.visitor().listen("").next(); e.id != eventID(atBeginning, 0) {
		t.Errorf("the empty start has the ID %q", e.id)
	}
	if e := v.listen("line-of-nobody/0").next(); e.name != "lines" || e.id != "line120/0" {
		t.Error("an unknown event ID must not hurt")
	}
}

func TestAStreamThatFallsBehindIsCut(t *testing.T) {
	h := newHouse(t)
	a := h.visitor().seat.account()
	s := h.channel.hub.join(a.ID, 10)
	for i := range backlog + 1 {
		h.say(a, time.Now(), bot.Reply{Text: fmt.Sprint(i)})
	}
	select {
	case <-s.cut:
	default:
		t.Error("it was not cut")
	}
	if h.channel.hub.open != 0 || h.channel.hub.listening(a.ID) {
		t.Error("it is still counted")
	}
	h.channel.hub.leave(a.ID, s) // leaving twice is fine
}

func TestOnlySoManyStreams(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Streams = 1 })
	h.visitor().listen("")
	var p problem
	if resp := h.visitor().do("GET", "/api/v1/events", "", &p); resp.StatusCode != 503 || p.shaped() != "" {
		t.Errorf("%s %+v", resp.Status, p)
	}
}

func TestOtherWindowsSeeWhatISay(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	one, two := v.listen(""), v.listen("")
	one.next()
	two.next()
	v.do("POST", "/api/v1/messages", body(post{ID: id(1), Text: "您好"}), nil)
	a, b := two.next(), two.next() // in either order: the answer may be faster than the echo
	names := []string{a.name, b.name}
	slices.Sort(names)
	if !slices.Equal(names, []string{"message", "reply"}) || !bytes.Contains(slices.Concat(a.data, b.data), []byte(`"id":"message-0001"`)) {
		t.Errorf("%s %s", a.data, b.data)
	}
}
