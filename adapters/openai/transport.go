package openai

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The bounds of a call.
const (
	attempts   = 3 // of a request
	firstPause = 300 * time.Millisecond
	longest    = 20 * time.Second // Retry-After beyond this is not waited for
	maxAnswer  = 8 << 20          // bytes of an answer's body
)

// transport is the HTTPDoer: it tries again what may succeed.
type transport struct {
	client *http.Client
	pause  time.Duration // before the second attempt; then twice as long
}

func newTransport(pause time.Duration) *transport {
	return &transport{
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:                 http.ProxyFromEnvironment,
				DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
				TLSHandshakeTimeout:   5 * time.Second,
				ResponseHeaderTimeout: time.Minute,
				IdleConnTimeout:       90 * time.Second,
				MaxIdleConnsPerHost:   16,
				ForceAttemptHTTP2:     true,
			},
			Timeout: 2 * time.Minute, // whatever the context says
			// A redirected POST loses its body, and another host has no right to the key.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pause: pause,
	}
}

// Do sends the request until it succeeds, fails for good, or there is no time left. The last answer is returned as it came.
func (t *transport) Do(r *http.Request) (*http.Response, error) {
	for n := 1; ; n++ {
		if n > 1 && r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			r.Body = body
		}
		answer, err := t.client.Do(r)
		wait, again := t.again(n, answer, err)
		if !again || n == attempts || !fits(r.Context(), wait) {
			if err != nil {
				return nil, plain(err)
			}
			if answer.StatusCode >= 300 && answer.StatusCode < 400 { // the library takes it for an answer
				return nil, errors.Join(&StatusError{answer.StatusCode}, answer.Body.Close())
			}
			answer.Body = &bounded{answer.Body, io.LimitReader(answer.Body, maxAnswer)}
			return answer, nil
		}
		if answer != nil {
			_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // so that the connection can be used again
			_ = answer.Body.Close()
		}
		if err := rest(r.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// again says whether another attempt may help, and after how long.
func (t *transport) again(n int, answer *http.Response, err error) (time.Duration, bool) {
	wait := t.pause << (n - 1)
	wait += time.Duration(rand.Float64() * float64(wait) / 2)
	if err != nil {
		// Where nobody listens, nobody will in a second: the breaker is to know at once.
		var op *net.OpError
		nobody := errors.As(err, &op) && op.Op == "dial"
		return wait, !nobody && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	}
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		asked := retryAfter(answer.Header, time.Now())
		return max(wait, asked), asked <= longest
	}
	return 0, false
}

// retryAfter reads how long the server wants to be left alone; 0 if it doesn't say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After-Ms")), 64); err == nil && ms > 0 {
		return seconds(ms / 1000)
	}
	text := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(text, 64); err == nil && s > 0 {
		return seconds(s)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// seconds is a duration, at most a day: what a server says may be anything.
func seconds(s float64) time.Duration { return time.Duration(min(s, 86400) * float64(time.Second)) }

// fits reports whether there is time to wait that long.
func fits(ctx context.Context, wait time.Duration) bool {
	end, bounded := ctx.Deadline()
	return !bounded || time.Until(end) > wait
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// bounded is a body of which no more is read than allowed.
type bounded struct {
	io.Closer
	io.Reader
}

// plain says what went wrong with a connection without the address: that may bear a password.
func plain(err error) error {
	var wait interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		return context.DeadlineExceeded
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the server hung up")
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return errors.New("the server's name is not known")
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return errors.New(op.Op + ": " + op.Err.Error())
	}
	return errors.New("the connection failed")
}
