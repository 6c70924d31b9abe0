package lark

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"
	"pgregory.net/rapid"

	"linli/adapters/lark/larktest"
	"linli/bot"
)

// TestFrames holds the codec against the SDK's, both ways.
func TestFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theirs := larkws.Frame{
			SeqID: rapid.Uint64().Draw(t, "seq"), LogID: rapid.Uint64().Draw(t, "log"), Service: rapid.Int32().Draw(t, "service"), Method: rapid.Int32().Draw(t, "method"),
			PayloadEncoding: rapid.String().Draw(t, "encoding"), PayloadType: rapid.String().Draw(t, "type"), LogIDNew: rapid.String().Draw(t, "new"),
			Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "headers") {
			theirs.Headers = append(theirs.Headers, larkws.Header{Key: rapid.String().Draw(t, "key"), Value: rapid.String().Draw(t, "value")})
		}
		data, err := theirs.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		ours, err := readFrame(data)
		if err != nil {
			t.Fatal(err)
		}
		var back larkws.Frame
		if err := back.Unmarshal(ours.encode()); err != nil {
			t.Fatal(err)
		}
		if len(theirs.Payload) == 0 {
			theirs.Payload, back.Payload = nil, nil
		}
		if diff := cmp.Diff(theirs, back); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzFrame(f *testing.F) {
	f.Add((&frame{service: 1, method: 1, headers: []header{{"type", "event"}}, payload: []byte("x")}).encode())
	f.Add([]byte{0x08})
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := readFrame(data)
		if err != nil {
			return
		}
		again, err := readFrame(frame.encode())
		if err != nil || !bytes.Equal(again.payload, frame.payload) || len(again.headers) != len(frame.headers) {
			t.Errorf("%+v became %+v, %v", frame, again, err)
		}
	})
}

// TestParts holds that pieces make a whole in any order, and that pieces that make none cost nothing.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parts{waiting: map[string]*partial{}}
		whole := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "whole")
		sum := rapid.IntRange(2, 8).Draw(t, "sum")
		size := (len(whole) + sum - 1) / sum
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7}[:sum]).Draw(t, "order")
		for i, seq := range order {
			piece := whole[min(seq*size, len(whole)):min((seq+1)*size, len(whole))]
			if rapid.Bool().Draw(t, "twice") && i < sum-1 {
				if got, err := p.add("id", sum, seq, piece); got != nil || err != nil {
					t.Fatalf("%q, %v", got, err)
				}
			}
			got, err := p.add("id", sum, seq, piece)
			if err != nil || (got != nil) != (i == sum-1) || got != nil && !bytes.Equal(got, whole) {
				t.Fatalf("piece %d: %q, %v", i, got, err)
			}
		}
		if len(p.waiting) != 0 {
			t.Fatal("something is kept")
		}
	})
	p := parts{waiting: map[string]*partial{}}
	for name, wrong := range map[string][2]int{"before the first": {3, -1}, "after the last": {3, 3}, "too many": {maxPieces + 1, 0}} {
		if _, err := p.add("id", wrong[0], wrong[1], []byte("x")); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for i := range 2 * maxPartial {
		_, _ = p.add(fmt.Sprint(i), 2, 0, []byte("x"))
	}
	if len(p.waiting) > maxPartial {
		t.Errorf("%d are kept", len(p.waiting))
	}
}

// TestStream holds the long connection: events in pieces, refused ones that come again, order within a chat, a connection that breaks.
func TestStream(t *testing.T) {
	s := raise(t, Stream)
	in := s.run()
	p := s.platform
	say := func(id, chat, text string) []byte {
		return p.Say(larktest.Said{ID: id, Chat: chat, From: person, Text: text})
	}
	if _, err := p.Push(say("om_1", chat, strings.Repeat("长", 5000)), 7); err != nil {
		t.Fatal("in pieces:", err)
	}
	if got := in.messages(); len(got) != 1 || len(got[0].Text) != 15000 {
		t.Fatalf("%d messages", len(got))
	}
	in.failWith(errors.New("disk full"))
	if _, err := p.Push(say("om_2", chat, "再来"), 1); err == nil || !strings.Contains(err.Error(), "500") {
		t.Errorf("acknowledged although it wasn't taken: %v", err)
	}
	in.failWith(nil)
	if _, err := p.Push([]byte("no event"), 1); err != nil {
		t.Error("what will never be an event must not come again:", err)
	}
	var group sync.WaitGroup
	for c := range 8 {
		group.Go(func() {
			var acks []func() ([]byte, error)
			for i := range 20 { // all at once: nothing waits for the acknowledgement of what was before
				acked, err := p.Begin(say(fmt.Sprintf("om_%d_%d", c, i), fmt.Sprint("oc_", c), fmt.Sprint(i)), 1)
				if err != nil {
					t.Error(err)
					return
				}
				acks = append(acks, acked)
			}
			for _, acked := range acks {
				if _, err := acked(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	next := map[string]int{}
	for _, m := range in.messages()[1:] {
		if want := fmt.Sprint(next[m.Chat.ID]); m.Text != want {
			t.Errorf("%s: %s came before %s", m.Chat.ID, m.Text, want)
		}
		next[m.Chat.ID]++
	}
	for range 3 {
		p.Disconnect()
		wait(t, "it is seen as broken", func() bool { return !s.channel.Ready() || p.Connections() > 0 })
		wait(t, "it is connected again", func() bool {
			_, err := p.Push(say("om_again", chat, "在"), 1)
			return err == nil
		})
	}
}

// TestStreamTrouble holds that wrong credentials and an endpoint that is away are told loudly, tried again, and end with the context.
func TestStreamTrouble(t *testing.T) {
	s := raise(t, Stream, func(o *Options) { o.AppSecret = "wrong-secret-123" })
	_, stop := s.start()
	wait(t, "an alarm", func() bool {
		return strings.Contains(s.log.String(), "level=ERROR msg=\"lark: the long connection is down\"") && strings.Contains(s.log.String(), "code 514")
	})
	if s.channel.Ready() {
		t.Error("ready without a connection")
	}
	if strings.Contains(s.log.String(), "wrong-secret-123") {
		t.Error("the log tells the secret")
	}
	began := time.Now()
	stop()
	if time.Since(began) > 5*time.Second {
		t.Error("it took long to stop")
	}

	away := raise(t, Stream)
	away.platform.FailNext("/callback/ws/endpoint", larktest.Fault{Status: 503}, larktest.Fault{})
	in := away.run()
	wait(t, "it is connected after two failures", func() bool {
		_, err := away.platform.Push(away.platform.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "在"}), 1)
		return err == nil
	})
	if got := in.messages(); len(got) != 1 || got[0].Chat != (bot.Chat{Channel: Name, ID: chat}) {
		t.Errorf("%+v", got)
	}
}

// TestPause holds that a connection that can't be had is asked for less and less.
func TestPause(t *testing.T) {
	for n, most := range map[int]time.Duration{1: 100 * time.Millisecond, 2: 1300 * time.Millisecond, 5: 10400 * time.Millisecond, 50: 156 * time.Second} {
		if got := pause(n, streamConfig{}); got < 0 || got > most {
			t.Errorf("%d: %v", n, got)
		}
	}
	if got := pause(1, streamConfig{ReconnectNonce: 30}); got > 30*time.Second {
		t.Error(got)
	}
}
