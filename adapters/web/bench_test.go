package web

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linli/bot"
)

// discard is a ResponseWriter that keeps only the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// benched is a house whose receive does nothing, so that the channel alone is measured.
func benched(b *testing.B) *Channel {
	h := &house{t: b, seen: map[string]bool{}}
	c, err := New(Options{Store: h, Accounts: h})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, func(context.Context, bot.Message) error { return nil }) }()
	for !c.Ready() {
		time.Sleep(time.Millisecond)
	}
	b.Cleanup(func() { cancel(); <-done })
	return c
}

// BenchmarkPost is one message through the handler, from an account of its own each few.
func BenchmarkPost(b *testing.B) {
	c := benched(b)
	seats := make([]string, 2000)
	for i := range seats {
		seats[i] = cookieName + "=" + newSeat("").token
	}
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		w := &discard{header: http.Header{}}
		for pb.Next() {
			i := n.Add(1)
			r := httptest.NewRequest("POST", "/api/v1/messages", strings.NewReader(fmt.Sprintf(`{"id":"message-%08d","text":"开无犯罪记录证明找哪里盖章?"}`, i)))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Cookie", seats[i%int64(len(seats))])
			clear(w.header)
			c.Handler().ServeHTTP(w, r)
			if w.status != http.StatusAccepted && w.status != http.StatusTooManyRequests {
				b.Fatal(w.status)
			}
		}
	})
}

// BenchmarkSend is one delivery to so many open pages of a chat; the other chats are open too.
func BenchmarkSend(b *testing.B) {
	for _, pages := range []int{0, 1, 10} {
		b.Run(fmt.Sprintf("pages=%d", pages), func(b *testing.B) {
			c := benched(b)
			for i := range 5000 {
				c.hub.join(fmt.Sprint("other", i), c.Streams)
			}
			var open []*stream
			for range pages {
				open = append(open, c.hub.join("me", c.Streams))
			}
			d := bot.Delivery{To: bot.Chat{Channel: Name, ID: "me"}, Line: "line", At: time.Now(), Reply: bot.Reply{Text: strings.Repeat("派出所开无犯罪记录证明。", 10),
				Choices: []bot.Choice{{Label: "材料", Action: "a:b:c"}, {Label: "流程", Action: "a:b:d"}}}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Send(b.Context(), d); err != nil {
					b.Fatal(err)
				}
				for _, s := range open {
					<-s.events
				}
			}
		})
	}
}

// BenchmarkRoundTrip is a message and the event of its reply over real connections: one client that waits for each.
func BenchmarkRoundTrip(b *testing.B) {
	h := newHouse(b, func(o *Options) { var n atomic.Int64; o.Now = func() time.Time { return time.Unix(n.Add(1), 0) } })
	v := h.visitor()
	stream := v.listen("")
	stream.next()
	n := 0
	for b.Loop() {
		n++
		h.lines = h.lines[:0] // the double keeps no history
		resp, err := h.server.Client().Do(v.request("POST", "/api/v1/messages", fmt.Sprintf(`{"id":"message-%08d","text":"您好"}`, n)))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if e := stream.next(); e.name != "reply" {
			b.Fatal(e)
		}
	}
}

// BenchmarkOpenStreams reports what an open page costs in memory, the client's end of the connection included.
func BenchmarkOpenStreams(b *testing.B) {
	const pages = 2000
	for b.Loop() {
		h := newHouse(b)
		address := h.server.Listener.Addr().String()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		conns := make([]net.Conn, pages)
		first := make([]byte, 512)
		for i := range conns {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Fatal(err)
			}
			fmt.Fprintf(conn, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nCookie: %s=%s\r\n\r\n", cookieName, newSeat("").token)
			if _, err := conn.Read(first); err != nil {
				b.Fatal(err)
			}
			conns[i] = conn
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/pages, "B/page")
		for _, conn := range conns {
			conn.Close()
		}
		h.stopRun()
		h.server.Close()
	}
}
