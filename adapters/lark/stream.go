package lark

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// endpoint is where the long connection is, and how to keep it. The address holds a ticket: it stands in no log.
type endpoint struct {
	URL    string       `json:"URL"`
	Config streamConfig `json:"ClientConfig"`
}

// streamConfig is how the platform wants to be treated, in seconds.
type streamConfig struct {
	ReconnectInterval int `json:"ReconnectInterval"`
	ReconnectNonce    int `json:"ReconnectNonce"`
	PingInterval      int `json:"PingInterval"`
}

// ping is the time between two signs of life.
func (c streamConfig) ping() time.Duration {
	if c.PingInterval <= 0 {
		return 2 * time.Minute
	}
	return time.Duration(c.PingInterval) * time.Second
}

// stream keeps a long connection until the context ends: a new one for each that breaks, later and later while none can be had.
//
// The platform gives each event to one of the app's connections at random, so a second process of another deployment under the same
// app would take part of the messages.
func (c *Channel) stream(ctx context.Context) {
	c.Logger.Info("lark: opening the long connection; an app serves one deployment, since the platform spreads events over all its connections")
	for failures := 0; ctx.Err() == nil; {
		e, err := c.findEndpoint(ctx)
		if err == nil {
			began := time.Now()
			err = c.connect(ctx, e)
			if time.Since(began) > time.Minute {
				failures = 0
			}
		}
		if ctx.Err() != nil {
			return
		}
		failures++
		wait := pause(failures, e.Config)
		level := c.Logger.Warn
		if refused := new(endpointError); errors.As(err, &refused) || failures > 3 {
			level = c.Logger.Error // somebody should look
		}
		level("lark: the long connection is down", "error", err, "again_in", wait.Round(time.Millisecond), "failures", failures)
		if !sleep(ctx, wait) {
			return
		}
	}
}

// pause is how long to wait after so many failures in a row: the first time a random part of what the platform asks for, so that not all
// come back at once.
func pause(failures int, c streamConfig) time.Duration {
	if failures == 1 {
		return time.Duration(rand.Int64N(max(int64(c.ReconnectNonce)*int64(time.Second), int64(100*time.Millisecond))))
	}
	d := min(time.Second<<min(failures-2, 7), 2*time.Minute)
	return d + time.Duration(rand.Float64()*0.3*float64(d))
}

// endpointError is the platform's no to a long connection: wrong credentials, too many connections, not allowed.
type endpointError struct {
	code int
	msg  string
}

func (e *endpointError) Error() string {
	return fmt.Sprintf("no long connection: code %d: %s", e.code, e.msg)
}

// findEndpoint asks where to connect.
func (c *Channel) findEndpoint(ctx context.Context) (endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]string{"AppID": c.AppID, "AppSecret": c.AppSecret})
	if err != nil {
		return endpoint{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Domain+"/callback/ws/endpoint", bytes.NewReader(body))
	if err != nil {
		return endpoint{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("locale", "zh")
	resp, err := c.Client.Do(r)
	if err != nil {
		return endpoint{}, err
	}
	defer resp.Body.Close()
	var answer struct {
		Code int      `json:"code"`
		Msg  string   `json:"msg"`
		Data endpoint `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return endpoint{}, fmt.Errorf("endpoint: http %d", resp.StatusCode)
	}
	if answer.Code != 0 || resp.StatusCode != http.StatusOK {
		return endpoint{}, &endpointError{answer.Code, answer.Msg}
	}
	if u, err := url.Parse(answer.Data.URL); err != nil || u.Host == "" {
		return endpoint{}, errors.New("endpoint: no address in the answer")
	}
	return answer.Data, nil
}

// parts joins events that came in pieces. One goroutine uses it.
type parts struct {
	waiting map[string]*partial
}

type partial struct {
	pieces [][]byte
	left   int
	size   int
	since  time.Time
}

const (
	maxPieces  = 256
	maxPartial = 100              // events in pieces at once
	partLife   = 10 * time.Second // the platform sends the rest at once, or all again later
)

// add returns the whole event once its last piece is there.
func (p *parts) add(id string, sum, seq int, piece []byte) ([]byte, error) {
	if sum <= 1 {
		return piece, nil
	}
	if sum > maxPieces || seq < 0 || seq >= sum || id == "" {
		return nil, errFrame
	}
	now := time.Now()
	for id, w := range p.waiting {
		if now.Sub(w.since) > partLife {
			delete(p.waiting, id)
		}
	}
	w := p.waiting[id]
	if w == nil {
		if len(p.waiting) >= maxPartial {
			return nil, errFrame
		}
		w = &partial{pieces: make([][]byte, sum), left: sum, since: now}
		p.waiting[id] = w
	}
	if len(w.pieces) != sum {
		return nil, errFrame
	}
	if w.pieces[seq] == nil {
		w.pieces[seq] = append([]byte{}, piece...)
		w.left--
		w.size += len(piece)
	}
	if w.size > maxBody {
		delete(p.waiting, id)
		return nil, errFrame
	}
	if w.left > 0 {
		return nil, nil
	}
	delete(p.waiting, id)
	return bytes.Join(w.pieces, nil), nil
}

// number reads a header that counts.
func (f *frame) number(key string) int {
	n, err := strconv.Atoi(f.header(key))
	if err != nil {
		return 0
	}
	return n
}
