package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
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
			Channel: &recorded{c, h}, IDs: true, Secrets: []string{v.seat.token},
			Chat:  bot.Chat{Channel: Name, ID: v.seat.account().ID},
			Say:   p.say,
			Shown: p.shown,
			Close: func() {
				h.server.CloseClientConnections()
				h.server.Close()
				p.reading.Wait()
				if strings.Contains(logged.String(), v.seat.token) || strings.Contains(logged.String(), "第unavailable次") {
					t.Errorf("the log tells too much: %s", logged.String())
				}
			},
		}
	})
}

// recorded is the channel with the engine's promise kept: what is sent is in the transcript before.
type recorded struct {
	*Channel
	house *house
}

func (r *recorded) Send(ctx context.Context, d bot.Delivery) (string, error) {
	r.house.set(func() {
		lines := &r.house.lines
		i := slices.IndexFunc(*lines, func(l bot.Line) bool { return l.ID == d.Line })
		if i < 0 {
			i = len(*lines)
			*lines = append(*lines, bot.Line{ID: d.Line, Chat: d.To, At: d.At})
		}
		for len((*lines)[i].Out) <= d.Index {
			(*lines)[i].Out = append((*lines)[i].Out, d.Reply)
		}
	})
	return r.Channel.Send(ctx, d)
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
	p.listening.Do(func() {
		stream := p.visitor.listen("")
		p.reading.Go(func() { p.read(stream) })
	})
	return nil
}

// read shows what comes. A stream that ends is opened again where it ended, as a browser does.
func (p *reader) read(stream *feed) {
	last := ""
	for {
		e := stream.next()
		if e.id != "" {
			last = e.id
		}
		switch e.name {
		case "lines":
			var missed lines
			p.decode(e.data, &missed)
			for _, l := range missed.Lines {
				for i, r := range l.Out {
					p.show(eventID(l.ID, i), r)
				}
			}
		case "reply":
			var r replyEvent
			p.decode(e.data, &r)
			p.show(eventID(r.Line, r.Index), r.Reply)
		case "amend":
			var r amendEvent
			p.decode(e.data, &r)
			p.show("better "+eventID(r.Line, r.Index), r.Reply)
		case "":
			stream.body.Close()
			r := p.request("GET", "/api/v1/events", "")
			r.Header.Set("Last-Event-ID", last)
			resp, err := p.h.server.Client().Do(r)
			if err != nil || resp.StatusCode != http.StatusOK {
				if err == nil {
					resp.Body.Close()
				}
				return // the server has gone
			}
			stream = newFeed(resp.Body)
		}
	}
}

func (p *reader) decode(data []byte, into any) {
	if err := json.Unmarshal(data, into); err != nil {
		p.h.t.Error(err)
	}
}

func (p *reader) show(key string, r bot.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.seen[key] {
		p.seen[key] = true
		p.text.WriteString(r.Plain() + "\n")
	}
}

func (p *reader) shown() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
