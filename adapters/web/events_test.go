package web

import (
	"context"
	"net/http"
	"net/http/httptest"
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
