// Package channeltest is the conformance suite of bot.Channel: what the engine relies on and each channel must keep.
//
// A channel's test says how its platform is played (Harness) and calls Run. Behind the channel stands a recorder instead of an engine, so
// the suite sees exactly what is received, and decides whether it is durable.
package channeltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"linli/bot"
)

// Harness is a channel and the platform that it is connected to, as the test plays it.
type Harness struct {
	Channel bot.Channel

	// Chat is the private chat of the one person who talks.
	Chat bot.Chat

	// Say lets the platform deliver a message of that person. It returns nil when the channel has acknowledged it, and an error, with
	// what the platform or the person is told, when it has not. Saying the same ID again is the platform's redelivery. Texts are single lines.
	Say func(id, text string) error

	// IDs says that the platform gives its messages IDs. Without (a terminal) each Say is a message of its own.
	IDs bool

	// Shown returns, as text, what the person has seen of the replies so far.
	Shown func() string

	// Faults are ways in which sending can fail. Each prepares one and returns the delivery to send and the outcome that must be reported.
	Faults map[string]func() (bot.Delivery, bot.Outcome)

	// Secrets must stand in no error: tokens, keys.
	Secrets []string

	// Close stops the platform, after Run has ended.
	Close func()
}

// Run runs the suite. start makes a channel and a platform for each part; it does not call Channel.Run, the suite does. When a part ends, no
// goroutine of the channel's may be left.
func Run(t *testing.T, start func(t *testing.T) *Harness) {
	for _, part := range []struct {
		name string
		test func(*testing.T, *stage)
	}{
		{"a message arrives whole", arrives},
		{"acknowledged only when durable", acknowledged},
		{"a message that was refused comes again", refused},
		{"a redelivery bears the same ID, another message another", identified},
		{"long and foreign text stays as it was said", texts},
		{"a reply is shown with everything it has", shown},
		{"long replies", long},
		{"a second copy is shown once, if that is promised", idempotent},
		{"what was sent can be put better, if that is promised", amended},
		{"failures to send are classified", faults},
		{"many at once", concurrent},
		{"nothing is received after Run has ended", ends},
	} {
		t.Run(part.name, func(t *testing.T) {
			others := goleak.IgnoreCurrent()
			s := raise(t, start(t))
			part.test(t, s)
			s.stop()
			s.Close()
			goleak.VerifyNone(t, others)
		})
	}
}

// stage is a running channel with a recorder behind it.
type stage struct {
	*Harness
	t      *testing.T
	cancel context.CancelFunc
	done   chan error

	mu       sync.Mutex
	received []bot.Message
	answer   func() error // what receive returns; nil: it is durable
}

func raise(t *testing.T, h *Harness) *stage {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stage{Harness: h, t: t, cancel: cancel, done: make(chan error, 1)}
	go func() { s.done <- h.Channel.Run(ctx, s.receive) }()
	// Running is seen by a message that is taken. The first ones may come before Run is ready.
	s.wait("Run takes messages", func() bool { return h.Say("warm-up-0001", "准备") == nil })
	s.mu.Lock()
	s.received = nil
	s.mu.Unlock()
	return s
}

// stop ends Run; the second time it does nothing.
func (s *stage) stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	s.cancel = nil
	if err := <-s.done; err != nil {
		s.t.Errorf("Run returned %v after its context had ended, want nil", err)
	}
}

func (s *stage) receive(_ context.Context, m bot.Message) error {
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		if err := answer(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, m)
	return nil
}

func (s *stage) answerWith(answer func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *stage) all() []bot.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]bot.Message(nil), s.received...)
}

// wait waits until the condition holds. The limit only ends a test that has failed.
func (s *stage) wait(what string, holds func() bool) {
	s.t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Fatalf("never happened: %s", what)
}

// say says something that must be acknowledged.
func (s *stage) say(id, text string) {
	s.t.Helper()
	if err := s.Say(id, text); err != nil {
		s.t.Fatalf("%.60q was not acknowledged: %v", text, err)
	}
}

func (s *stage) delivery(line int, r bot.Reply) bot.Delivery {
	return bot.Delivery{To: s.Chat, Reply: r, Line: fmt.Sprintf("line-%d", line), Kind: "reply", At: time.Now()}
}

// send sends what must succeed.
func (s *stage) send(d bot.Delivery) {
	s.t.Helper()
	if _, err := s.Channel.Send(s.t.Context(), d); err != nil {
		s.t.Errorf("Send: %v", err)
	}
}

// discreet fails if the error tells a secret.
func (s *stage) discreet(err error) {
	s.t.Helper()
	for _, secret := range s.Secrets {
		if err != nil && strings.Contains(err.Error(), secret) {
			s.t.Errorf("an error tells a secret: %v", err)
		}
	}
}

func arrives(t *testing.T, s *stage) {
	s.say("message-0001", "您好")
	got := s.all()
	if len(got) != 1 {
		t.Fatalf("received %d messages, want 1", len(got))
	}
	m := got[0]
	switch {
	case m.Text != "您好":
		t.Errorf("Text is %q", m.Text)
	case m.Chat != s.Chat || m.Chat.Channel != s.Channel.Name():
		t.Errorf("Chat is %+v, want %+v of channel %q", m.Chat, s.Chat, s.Channel.Name())
	case m.From.Channel != s.Channel.Name() || m.From.ID == "":
		t.Errorf("From is %+v", m.From)
	case m.ID == "" || m.At.IsZero():
		t.Errorf("ID is %q, At is %v", m.ID, m.At)
	case m.Chat.Group || m.Chat.Thread != "":
		t.Errorf("a private chat is %+v", m.Chat)
	}
}

func acknowledged(t *testing.T, s *stage) {
	entered, release := make(chan struct{}, 1), make(chan struct{})
	s.answerWith(func() error { entered <- struct{}{}; <-release; return nil })
	acked := make(chan error, 1)
	go func() { acked <- s.Say("message-0001", "慢") }()
	<-entered
	time.Sleep(50 * time.Millisecond) // time enough for an early acknowledgement to show
	select {
	case err := <-acked:
		t.Errorf("acknowledged (%v) while receive had not returned", err)
		acked <- err
	default:
	}
	close(release)
	if err := <-acked; err != nil {
		t.Errorf("not acknowledged after receive had returned: %v", err)
	}
}

const cause = "dial tcp 192.0.2.1: password=swordfish"

func refused(t *testing.T, s *stage) {
	for i, kind := range []bot.Kind{bot.Unavailable, bot.Busy, bot.Internal} {
		s.answerWith(func() error { return bot.Because(kind, errors.New(cause), "") })
		id, text := fmt.Sprintf("message-000%d", i), "第"+string(kind)+"次"
		err := s.Say(id, text)
		if err == nil {
			t.Errorf("acknowledged although receive failed with %s", kind)
		} else if strings.Contains(err.Error(), "swordfish") {
			t.Errorf("the cause is told outside: %v", err)
		}
		s.discreet(err)
		s.answerWith(nil)
		s.say(id, text)
		if got := s.all(); len(got) != i+1 || got[i].Text != text {
			t.Fatalf("after %s, said again: received %d messages, want %d", kind, len(got), i+1)
		}
	}
}

func identified(t *testing.T, s *stage) {
	s.say("message-0001", "一")
	s.say("message-0001", "一")
	s.say("message-0002", "二")
	got := s.all()
	if got[len(got)-1].ID == got[0].ID {
		t.Errorf("two messages have the ID %q: the second would be dropped", got[0].ID)
	}
	if s.IDs {
		for _, m := range got[:len(got)-1] {
			if m.ID != got[0].ID {
				t.Errorf("a redelivery has the ID %q, the first had %q", m.ID, got[0].ID)
			}
		}
	} else if len(got) != 3 || got[0].ID == got[1].ID {
		t.Errorf("without IDs the same text twice is two messages; received %+v", got)
	}
}

func texts(t *testing.T, s *stage) {
	all := []string{
		strings.Repeat("长", bot.MaxText/3), "👨‍👩‍👧‍👦🏳️‍🌈", "繁體字,全角!", "سلام שלום", "é e\u0301", "<b>&amp;</b>", `"\ \n %s {{.}}`, "1", "/start x", "-",
	}
	for i, text := range all {
		s.say(fmt.Sprintf("message-%04d", i), text)
	}
	got := s.all()
	if len(got) != len(all) {
		t.Fatalf("received %d of %d", len(got), len(all))
	}
	for i, text := range all {
		if got[i].Text != text {
			t.Errorf("%.40q became %.40q", text, got[i].Text)
		}
	}
}
