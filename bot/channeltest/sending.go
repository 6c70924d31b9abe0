package channeltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"linli/bot"
)

func shown(t *testing.T, s *stage) {
	s.send(s.delivery(1, bot.Reply{
		Text:    "**派出所**开无犯罪记录证明。\n要带:\n- 身份证原件",
		Fields:  []bot.Field{{Name: "地点", Value: "3栋2单元"}},
		Choices: []bot.Choice{{Label: "流程", Action: "answers:facet:steps"}, {Label: "都不是", Action: "answers:none:1"}},
		Link:    &bot.Link{Label: "网上办理", URL: "https://example.org/apply"},
		Sources: []bot.Source{{Title: "查询工作规定", URL: "https://example.org/law", CheckedOn: "2026-11-20", Sample: true}},
	}))
	for _, part := range []string{"派出所", "开无犯罪记录证明。", "身份证原件", "地点", "3栋2单元", "流程", "都不是", "网上办理", "https://example.org/apply", "查询工作规定", "2026-11-20", "示例"} {
		s.wait("the reply shows "+part, func() bool { return strings.Contains(s.Shown(), part) })
	}
	if strings.Contains(s.Shown(), "answers:facet:steps") && !s.Channel.Capabilities().Buttons {
		t.Error("the person sees the token of a choice")
	}
	s.send(s.delivery(2, bot.Reply{Text: "请立即拨打119", Urgent: true}))
	s.wait("an urgent reply is shown", func() bool { return strings.Contains(s.Shown(), "请立即拨打119") })
}

// long sends a text as long as the channel says it can.
func long(t *testing.T, s *stage) {
	can := s.Channel.Capabilities()
	if can.MaxText < 0 || can.PerChat.Events < 0 || can.PerApp.Events < 0 || can.PerGroup.Events < 0 {
		t.Fatalf("Capabilities make no sense: %+v", can)
	}
	const end = "完。"
	size := can.MaxText
	if size == 0 {
		size = 100_000
	}
	text := strings.Repeat("长", (size-length(can.Unit, end))/length(can.Unit, "长")) + end
	s.send(s.delivery(1, bot.Reply{Text: text}))
	s.wait("a reply of the full length is shown whole", func() bool {
		return strings.Count(s.Shown(), "长") == strings.Count(text, "长") && strings.Contains(s.Shown(), end)
	})
}

func length(unit bot.TextUnit, text string) int {
	switch unit {
	case bot.Bytes:
		return len(text)
	case bot.UTF16:
		return len(utf16.Encode([]rune(text)))
	}
	return len([]rune(text))
}

func idempotent(t *testing.T, s *stage) {
	if !s.Channel.Capabilities().Idempotent {
		return // it promises nothing, and the engine reckons with that
	}
	d := s.delivery(1, bot.Reply{Text: "只说一次"})
	second := d
	second.Index, second.Reply = 1, bot.Reply{Text: "第二句"}
	for _, d := range []bot.Delivery{d, d, second, second, d} {
		s.send(d)
	}
	s.send(s.delivery(2, bot.Reply{Text: "最后"}))
	s.wait("the last reply is shown", func() bool { return strings.Contains(s.Shown(), "最后") })
	if n, m := strings.Count(s.Shown(), "只说一次"), strings.Count(s.Shown(), "第二句"); n != 1 || m != 1 {
		t.Errorf("the first reply of the line is shown %d times, the second %d times, want once each", n, m)
	}
}

func amended(t *testing.T, s *stage) {
	editor, ok := s.Channel.(bot.Editor)
	if !ok {
		return // it promises nothing
	}
	id, err := s.Channel.Send(t.Context(), s.delivery(1, bot.Reply{Text: "先说的"}))
	if err != nil || id == "" {
		t.Fatalf("sent as %q, %v", id, err)
	}
	s.wait("the first words are shown", func() bool { return strings.Contains(s.Shown(), "先说的") })
	better := bot.Reply{Text: "说得更好", Choices: []bot.Choice{{Label: "好", Action: "a:b:c"}}}
	if err := editor.Edit(t.Context(), s.Chat, id, better); err != nil {
		t.Fatal(err)
	}
	s.wait("the better words are shown", func() bool { return strings.Contains(s.Shown(), "说得更好") })
	var failed *bot.SendError
	if err := editor.Edit(t.Context(), s.Chat, "no such message", better); err != nil && !errors.As(err, &failed) {
		t.Errorf("the error is %v, want a *bot.SendError with its cause", err)
	} else if err != nil {
		s.discreet(err)
	}
}

func faults(t *testing.T, s *stage) {
	fail := func(name string, d bot.Delivery, ctx context.Context, want ...bot.Outcome) {
		t.Helper()
		_, err := s.Channel.Send(ctx, d)
		var e *bot.SendError
		if !errors.As(err, &e) || e.Err == nil {
			t.Errorf("%s: the error is %v, want a *bot.SendError with its cause", name, err)
			return
		}
		for _, outcome := range want {
			if e.Outcome == outcome {
				s.discreet(err)
				return
			}
		}
		t.Errorf("%s: outcome %q, want %q", name, e.Outcome, want)
	}
	stray := s.delivery(1, bot.Reply{Text: "错了"})
	stray.To.Channel = "another"
	fail("a chat of another channel", stray, t.Context(), bot.Never)
	stray.To = bot.Chat{Channel: s.Channel.Name()}
	fail("a chat without an ID", stray, t.Context(), bot.Never)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	fail("a context that has ended", s.delivery(2, bot.Reply{Text: "晚了"}), ended, bot.Retry, bot.Unknown)
	for name, prepare := range s.Faults {
		d, want := prepare()
		fail(name, d, t.Context(), want)
	}
}

func concurrent(t *testing.T, s *stage) {
	const people, each = 8, 10
	var group sync.WaitGroup
	for p := range people {
		group.Go(func() {
			for i := range each {
				s.send(s.delivery(p*each+i, bot.Reply{Text: fmt.Sprintf("<%d>", p*each+i)}))
			}
		})
	}
	var said sync.Mutex // one person says one thing after the other
	for p := range 3 {
		group.Go(func() {
			for i := range each {
				said.Lock()
				err := s.Say(fmt.Sprintf("message-%d-%d", p, i), fmt.Sprintf("%d之%d", p, i))
				said.Unlock()
				if err != nil {
					t.Errorf("not acknowledged: %v", err)
				}
			}
		})
	}
	group.Wait()
	if got := len(s.all()); got != 3*each {
		t.Errorf("received %d messages, want %d", got, 3*each)
	}
	for i := range people * each {
		s.wait(fmt.Sprintf("reply %d is shown", i), func() bool { return strings.Contains(s.Shown(), fmt.Sprintf("<%d>", i)) })
	}
}

func ends(t *testing.T, s *stage) {
	s.say("message-0001", "在")
	s.stop()
	before := len(s.all())
	if s.IDs {
		if err := s.Say("message-0002", "还在吗"); err == nil {
			t.Error("acknowledged after Run had ended")
		} else {
			s.discreet(err)
		}
	}
	if got := len(s.all()); got != before {
		t.Error("received after Run had ended")
	}
}
