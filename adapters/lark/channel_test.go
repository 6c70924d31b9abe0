package lark

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/lark/larktest"
	"linli/bot"
	"linli/bot/channeltest"
)

// stand is a channel, the platform, and where the platform posts to.
type stand struct {
	t        testing.TB
	platform *larktest.Server
	channel  *Channel
	hook     *httptest.Server
	client   *http.Client
	log      *record
}

// record is a log that tests read.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

const (
	person = "ou_5ad573a6411d72b8305fda3a9c15c70e"
	chat   = "oc_5ad11d72b830411d72b836c20"
	group  = "oc_a0553eda9014c201e6969b478895c230"
)

// raise starts a platform and makes a channel that is not running.
func raise(t testing.TB, mode string, change ...func(*Options)) *stand {
	s := &stand{t: t, platform: larktest.New(), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, log: &record{}}
	s.platform.EncryptKey, s.platform.VerificationToken = "encrypt-key-0123456789", "verification-token-0123"
	o := Options{
		AppID: s.platform.AppID, AppSecret: s.platform.AppSecret, Mode: mode, Domain: s.platform.URL,
		EncryptKey: s.platform.EncryptKey, VerificationToken: s.platform.VerificationToken,
		Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	channel, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.channel = channel
	s.hook = httptest.NewServer(channel.Handler())
	return s
}

// close ends the platform, and fails if a secret stands in the log.
func (s *stand) close() {
	for _, secret := range append(s.platform.Secrets(), s.platform.EncryptKey, s.platform.VerificationToken) {
		if secret != "" && strings.Contains(s.log.String(), secret) {
			s.t.Errorf("the log tells a secret: %s", s.log)
		}
	}
	s.client.CloseIdleConnections()
	s.hook.Close()
	s.channel.Client.CloseIdleConnections()
	s.platform.Close()
}

// deliver sends an event the way of the channel's mode.
func (s *stand) deliver(event []byte) ([]byte, error) {
	if s.channel.Mode == Webhook {
		return s.platform.Post(s.client, s.hook.URL, event)
	}
	return s.platform.Push(event, 1)
}

// run runs the channel until the test ends, and returns what it receives.
func (s *stand) run() *inbox {
	in, stop := s.start()
	s.t.Cleanup(stop)
	wait(s.t, "the channel is ready", func() bool { return s.channel.Ready() && s.channel.self.get() != "" })
	return in
}

// start runs the channel until stop, which ends the platform too.
func (s *stand) start() (in *inbox, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	in = &inbox{}
	done := make(chan error, 1)
	go func() { done <- s.channel.Run(ctx, in.receive) }()
	return in, func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
		s.close()
	}
}

type inbox struct {
	mu   sync.Mutex
	all  []bot.Message
	fail error
}

func (i *inbox) receive(_ context.Context, m bot.Message) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fail != nil {
		return i.fail
	}
	i.all = append(i.all, m)
	return nil
}

func (i *inbox) messages() []bot.Message {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]bot.Message(nil), i.all...)
}

func (i *inbox) failWith(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fail = err
}

func wait(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never happened: %s", what)
}

// TestChannel holds both ways of receiving against what the engine relies on.
func TestChannel(t *testing.T) {
	for _, mode := range []string{Webhook, Stream} {
		t.Run(mode, func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) *channeltest.Harness {
				s := raise(t, mode)
				to := bot.Chat{Channel: Name, ID: chat}
				lines := 0
				fault := func(f larktest.Fault, want bot.Outcome) func() (bot.Delivery, bot.Outcome) {
					return func() (bot.Delivery, bot.Outcome) {
						s.platform.FailNext("/messages", f, f)
						lines++
						return bot.Delivery{To: to, Line: fmt.Sprintf("fault-%d", lines), Reply: bot.Reply{Text: "错"}}, want
					}
				}
				return &channeltest.Harness{
					Channel: s.channel, Chat: to, IDs: true,
					Secrets: []string{s.platform.AppSecret, s.platform.EncryptKey, s.platform.VerificationToken},
					Say: func(id, text string) error {
						_, err := s.deliver(s.platform.Say(larktest.Said{ID: "om_" + id, Chat: chat, From: person, Text: text}))
						return err
					},
					Shown: func() string { return s.platform.Shown(chat) },
					Close: s.close,
					Faults: map[string]func() (bot.Delivery, bot.Outcome){
						"429":               fault(larktest.Fault{Status: 429, Code: 99991400, Reset: "2"}, bot.Retry),
						"chat limit":        fault(larktest.Fault{Status: 400, Code: 230020}, bot.Retry),
						"502":               fault(larktest.Fault{Status: 502}, bot.Unknown),
						"cut":               fault(larktest.Fault{}, bot.Unknown),
						"cut when done":     fault(larktest.Fault{After: true}, bot.Unknown),
						"not in the group":  fault(larktest.Fault{Status: 400, Code: 230002}, bot.Never),
						"permission":        fault(larktest.Fault{Status: 400, Code: 230027}, bot.Never),
						"token never taken": fault(larktest.Fault{Status: 400, Code: 99991663}, bot.Retry),
					},
				}
			})
		})
	}
}
