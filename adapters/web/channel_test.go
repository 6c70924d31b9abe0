package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linli/bot"
	"linli/bot/channeltest"
)

func TestChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) *channeltest.Harness {
		var logged bytes.Buffer
		h := &house{t: t}
		c, err := New(Options{Store: h, Accounts: h, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
		if err != nil {
			t.Fatal(err)
		}
		h.channel, h.server = c, httptest.NewServer(c.Handler())
		v := h.visitor()
		p := &reader{visitor: v, seen: map[string]bool{}}
		return &channeltest.Harness{
			Channel: c, IDs: true, Secrets: []string{v.seat.token},
			Chat:  bot.Chat{Channel: Name, ID: v.seat.account().ID},
			Say:   p.say,
			Shown: p.shown,
			Close: func() {
				h.server.Client().CloseIdleConnections()
				h.server.Close()
				p.reading.Wait()
				if strings.Contains(logged.String(), v.seat.token) || strings.Contains(logged.String(), "第unavailable次") {
					t.Errorf("the log tells too much: %s", logged.String())
				}
			},
		}
	})
}

// reader is a page that shows replies as text.
type reader struct {
	*visitor
	listening sync.Once
	reading   sync.WaitGroup
	mu        sync.Mutex
	seen      map[string]bool
	text      strings.Builder
}

func (p *reader) say(id, text string) error {
	resp, err := p.h.server.Client().Do(p.request("POST", "/api/v1/messages", body(post{ID: id, Text: text})))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("%s %s", resp.Status, answer)
	}
	p.listening.Do(p.listen)
	return nil
}

// listen opens the stream and reads it until it ends.
func (p *reader) listen() {
	stream := p.visitor.listen("")
	stream.next()
	p.reading.Go(func() {
		for {
			e := stream.next()
			if e.name == "" {
				return
			}
			var r replyEvent
			if err := json.Unmarshal(e.data, &r); err != nil {
				p.h.t.Error(err)
				return
			}
			p.mu.Lock()
			if key := eventID(r.Line, r.Index); !p.seen[key] {
				p.seen[key] = true
				p.text.WriteString(r.Reply.Plain() + "\n")
			}
			p.mu.Unlock()
		}
	})
}

func (p *reader) shown() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
