package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linli/bot"
	"linli/bot/channeltest"
)

// terminal plays a person: a line is acknowledged when the channel wants to read the next.
type terminal struct {
	lines chan string
	wants chan struct{} // one value per Read
	gone  chan struct{}
	close sync.Once
	rest  []byte

	mu  sync.Mutex
	out strings.Builder
}

func newTerminal() *terminal {
	return &terminal{lines: make(chan string), wants: make(chan struct{}, 1000), gone: make(chan struct{})}
}

func (t *terminal) Read(p []byte) (int, error) {
	if len(t.rest) == 0 {
		t.wants <- struct{}{}
		select {
		case line := <-t.lines:
			t.rest = []byte(line)
		case <-t.gone:
			return 0, io.EOF
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.out.Write(p)
}

func (t *terminal) Close() error {
	t.close.Do(func() { close(t.gone) })
	return nil
}

func (t *terminal) shown() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.out.String()
}

// say types a line and waits until the channel reads on, or has complained.
func (t *terminal) say(_, text string) error {
	<-t.wants // the line before is done with
	before := strings.Count(t.shown(), refused)
	t.lines <- text + "\n"
	<-t.wants
	t.wants <- struct{}{} // for the next line
	if strings.Count(t.shown(), refused) > before {
		return errors.New(refused)
	}
	return nil
}

func TestChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) *channeltest.Harness {
		person := newTerminal()
		c := New(Options{In: person, Out: person})
		return &channeltest.Harness{
			Channel: c, Chat: c.Chat(), Say: person.say, Shown: person.shown,
			Close: func() { person.Close() },
			Faults: map[string]func() (bot.Delivery, bot.Outcome){
				"the terminal is gone": func() (bot.Delivery, bot.Outcome) {
					c.Out = brokenPipe{}
					return bot.Delivery{To: c.Chat(), Line: "l", Reply: bot.Reply{Text: "?"}}, bot.Never
				},
			},
		}
	})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestRender(t *testing.T) {
	r := bot.Reply{
		Text:    "**请看**一下对不对:",
		Fields:  []bot.Field{{Name: "类别", Value: "下水道"}, {Name: "紧急程度", Value: "一般\x1b[31m"}},
		Choices: []bot.Choice{{Label: "对", Action: "a:b:c"}, {Label: "改", Action: "a:b:d"}},
		Link:    &bot.Link{URL: "https://example.org"},
		Sources: []bot.Source{{Title: "规定", CheckedOn: "2026-11-20"}, {Title: "窗口", Sample: true}},
	}
	tests := []struct {
		name  string
		c     *Channel
		reply bot.Reply
		want  string
	}{
		{"plain", New(Options{}), r, "请看一下对不对:\n  类别      下水道\n  紧急程度  一般[31m\nhttps://example.org\n  1. 对\n  2. 改\n依据:规定 核对 2026-11-20;窗口 (示例)"},
		{"coloured", New(Options{Color: true}), bot.Reply{Text: "**请看**这里"}, "\x1b[1m请看\x1b[0m这里"},
		{"urgent", New(Options{}), bot.Reply{Urgent: true, Text: "请拨打**119**\n已通知"}, "【紧急】请拨打119\n已通知"},
		{"urgent and coloured", New(Options{Color: true}), bot.Reply{Urgent: true, Text: "请拨打**119**"}, "\x1b[1;31m【紧急】请拨打119\x1b[0m"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.c.render(test.reply)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInputEnds(t *testing.T) {
	var got []string
	var out bytes.Buffer
	c := New(Options{In: strings.NewReader("一\r\n\n \n二\xff\n" + strings.Repeat("x", maxLine+5) + "\n三"), Out: &out, Prompt: "您> "})
	err := c.Run(t.Context(), func(_ context.Context, m bot.Message) error { got = append(got, m.Text); return nil })
	if want := []string{"一", "二\uFFFD", strings.Repeat("x", maxLine), "三"}; err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v, %d lines: %.60q", err, len(got), got)
	}
	if _, err := c.Send(t.Context(), bot.Delivery{To: bot.Chat{Channel: Name, ID: "grid-3"}, Reply: bot.Reply{Text: "新上报"}, Line: "1"}); err != nil {
		t.Error(err)
	}
	if !strings.HasSuffix(out.String(), "〔给 grid-3〕\n新上报\n\n您> ") {
		t.Errorf("%q", out.String())
	}
}

func TestInputFails(t *testing.T) {
	c := New(Options{In: io.MultiReader(strings.NewReader("一\n"), failing{}), Out: io.Discard})
	if err := c.Run(t.Context(), func(context.Context, bot.Message) error { return nil }); bot.KindOf(err) != bot.Unavailable {
		t.Error(err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestAPipeIsInterrupted(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(Options{In: r, Out: io.Discard}).Run(ctx, func(context.Context, bot.Message) error { return nil }); err != nil {
		t.Error(err)
	}
}
