package lark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"linli/adapters/lark/larktest"
	"linli/bot"
)

func delivery(to bot.Chat, line, text string) bot.Delivery {
	return bot.Delivery{To: to, Line: line, Kind: "reply", Reply: bot.Reply{Text: text}}
}

// TestOutcomes holds what becomes of a delivery by the platform's answer, row by row of its pages.
func TestOutcomes(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	to := bot.Chat{Channel: Name, ID: chat}
	type want struct {
		outcome bot.Outcome
		app     bool
		after   time.Duration
	}
	tests := []struct {
		name  string
		fault larktest.Fault
		want  want
	}{
		{"429 with a time", larktest.Fault{Status: 429, Code: 99991400, Reset: "7"}, want{bot.Retry, true, 7 * time.Second}},
		{"429 without", larktest.Fault{Status: 429, Code: 99991400}, want{bot.Retry, true, time.Second}},
		{"429 from before the API", larktest.Fault{Status: 429, Reset: "3"}, want{bot.Retry, true, 3 * time.Second}},
		{"429 as a 400", larktest.Fault{Status: 400, Code: 99991400, Reset: "2"}, want{bot.Retry, true, 2 * time.Second}},
		{"a time that is none", larktest.Fault{Status: 429, Code: 99991400, Reset: "soon"}, want{bot.Retry, true, time.Second}},
		{"a time of days", larktest.Fault{Status: 429, Code: 99991400, Reset: "999999"}, want{bot.Retry, true, 10 * time.Minute}},
		{"tenant limit", larktest.Fault{Status: 400, Code: 11232}, want{bot.Retry, true, time.Second}},
		{"chat limit", larktest.Fault{Status: 400, Code: 230020}, want{bot.Retry, false, time.Second}},
		{"being sent still", larktest.Fault{Status: 400, Code: 230049}, want{bot.Retry, false, time.Second}},
		{"500", larktest.Fault{Status: 500}, want{bot.Unknown, false, 0}},
		{"502", larktest.Fault{Status: 502}, want{bot.Unknown, false, 0}},
		{"504", larktest.Fault{Status: 504}, want{bot.Unknown, false, 0}},
		{"500 of the API", larktest.Fault{Status: 500, Code: 2200}, want{bot.Unknown, false, 0}},
		{"cut", larktest.Fault{}, want{bot.Unknown, false, 0}},
		{"cut when done", larktest.Fault{After: true}, want{bot.Unknown, false, 0}},
		{"a page instead of the API", larktest.Fault{Status: 403}, want{bot.Retry, false, 0}},
		{"not in the group", larktest.Fault{Status: 400, Code: 230002}, want{bot.Never, false, 0}},
		{"no bot", larktest.Fault{Status: 400, Code: 230006}, want{bot.Never, false, 0}},
		{"not available to the person", larktest.Fault{Status: 400, Code: 230013}, want{bot.Never, false, 0}},
		{"muted", larktest.Fault{Status: 400, Code: 230035}, want{bot.Never, false, 0}},
		{"stopped by the person", larktest.Fault{Status: 400, Code: 230053}, want{bot.Never, false, 0}},
		{"group dissolved", larktest.Fault{Status: 400, Code: 232009}, want{bot.Never, false, 0}},
		{"sensitive", larktest.Fault{Status: 400, Code: 230022}, want{bot.Never, false, 0}},
		{"refused with 200", larktest.Fault{Status: 200, Code: 230029}, want{bot.Never, false, 0}},
		{"scope missing", larktest.Fault{Status: 400, Code: 230027}, want{bot.Never, false, 0}},
		{"no longer a token, twice", larktest.Fault{Status: 400, Code: 99991671}, want{bot.Retry, true, 5 * time.Second}},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.platform.FailNext("/messages", test.fault, test.fault)
			_, err := s.channel.Send(t.Context(), delivery(to, fmt.Sprint("line-", i), "词"))
			s.platform.Fail(nil)
			var got *bot.SendError
			if !errors.As(err, &got) {
				t.Fatalf("%v", err)
			}
			if (want{got.Outcome, got.App, got.After}) != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
			for _, secret := range s.platform.Secrets() {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells a secret: %v", err)
				}
			}
		})
	}
}

// TestTimeouts holds that what may have arrived is said to be unknown, and that sending it again shows nothing twice.
func TestTimeouts(t *testing.T) {
	s := raise(t, Webhook, func(o *Options) {
		o.Client = &http.Client{Timeout: 150 * time.Millisecond, Transport: &http.Transport{}}
	})
	s.run()
	to := bot.Chat{Channel: Name, ID: chat}
	d := delivery(to, "line-1", "只说一次")
	s.platform.FailNext("/messages", larktest.Fault{After: true, Slow: 0}, larktest.Fault{Slow: 400 * time.Millisecond, Pass: true})
	for range 2 {
		var failed *bot.SendError
		if _, err := s.channel.Send(t.Context(), d); !errors.As(err, &failed) || failed.Outcome != bot.Unknown {
			t.Errorf("%v", err)
		}
	}
	if _, err := s.channel.Send(t.Context(), d); err != nil {
		t.Error(err)
	}
	if n := strings.Count(s.platform.Shown(chat), "只说一次"); n != 1 {
		t.Errorf("shown %d times", n)
	}
	gone, err := New(Options{AppID: "cli_1", AppSecret: "very-secret-1", Domain: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	var failed *bot.SendError
	if _, err := gone.Send(t.Context(), d); !errors.As(err, &failed) || failed.Outcome != bot.Retry || !failed.App || strings.Contains(err.Error(), "very-secret-1") {
		t.Errorf("a platform that can't be reached: %v", err)
	}
}

// TestTokens holds that a token is asked for once by many, forgotten when it is refused, and that the second attempt has the same uuid.
func TestTokens(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	to := bot.Chat{Channel: Name, ID: chat}
	for i := range 5 {
		if _, err := s.channel.Send(t.Context(), delivery(to, fmt.Sprint("a", i), "一")); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.platform.Tokens(); n != 1 {
		t.Errorf("%d tokens for five messages", n)
	}
	for i, code := range []int{99991663, 99991664, 99991671} {
		s.platform.FailNext("/messages", larktest.Fault{Status: 400, Code: code, After: true})
		d := delivery(to, fmt.Sprint("b", i), fmt.Sprint("令牌", i, "。"))
		if _, err := s.channel.Send(t.Context(), d); err != nil {
			t.Errorf("%d: %v", code, err)
		}
		if n := strings.Count(s.platform.Shown(chat), d.Reply.Text); n != 1 {
			t.Errorf("%d: shown %d times", code, n)
		}
		if n := s.platform.Tokens(); n != 2+i {
			t.Errorf("%d: %d tokens", code, n)
		}
	}
	s.platform.Fail(nil)
	s.platform.Expire()
	if _, err := s.channel.Send(t.Context(), delivery(to, "c", "过期后")); err != nil {
		t.Error(err)
	}
	s.platform.FailNext("tenant_access_token", larktest.Fault{Status: 503})
	s.platform.Expire()
	var failed *bot.SendError
	if _, err := s.channel.Send(t.Context(), delivery(to, "d", "没有令牌")); !errors.As(err, &failed) || failed.Outcome != bot.Retry || !failed.App {
		t.Errorf("%v", err)
	}
}

// TestPlaces holds where a reply goes: into its thread, as an answer to what was asked in a group, plainly in a private chat, and beside
// what is gone.
func TestPlaces(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	p := s.platform
	p.Say(larktest.Said{ID: "om_asked", Chat: group})
	p.Say(larktest.Said{ID: "om_root", Chat: group})
	p.Say(larktest.Said{ID: "om_recalled", Chat: group})
	p.Refuse("om_recalled", 230011)
	public := bot.Chat{Channel: Name, ID: group, Group: true}
	in := func(thread string) bot.Chat { c := public; c.Thread = thread; return c }
	tests := []struct {
		name   string
		to     bot.Chat
		line   string
		kind   string
		index  int
		root   string
		thread bool
	}{
		{"private", bot.Chat{Channel: Name, ID: chat}, "lark:om_private/0", "reply", 0, "", false},
		{"group", public, "lark:om_asked/0", "reply", 0, "om_asked", false},
		{"group, the second part", public, "lark:om_asked/0", "reply", 1, "", false},
		{"group, a notice", public, "lark:om_asked/1", "notice", 0, "", false},
		{"group, a button", public, "lark:card:0123/0", "reply", 0, "", false},
		{"group, a reminder", public, "timer/meeting/1/0", "reply", 0, "", false},
		{"group, what was asked is recalled", public, "lark:om_recalled/0", "reply", 0, "", false},
		{"group, what was asked never was", public, "lark:om_never/0", "reply", 0, "", false},
		{"thread", in("om_root"), "lark:om_asked/0", "reply", 3, "om_root", true},
		{"thread that is gone", in("om_recalled"), "x/0", "notice", 0, "", false},
		{"a person", bot.Chat{Channel: Name, ID: person}, "x/1", "notice", 0, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := bot.Delivery{To: test.to, Line: test.line, Index: test.index, Kind: test.kind, Reply: bot.Reply{Text: test.name}}
			for range 2 {
				if _, err := s.channel.Send(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			}
			all := p.Messages(test.to.ID)
			last := all[len(all)-1]
			if last.Root != test.root || last.Thread != test.thread || !strings.Contains(last.Content, test.name) {
				t.Errorf("%+v", last)
			}
			if len(all) > 1 && all[len(all)-2].Content == last.Content {
				t.Error("shown twice")
			}
			if len(last.UUID) == 0 || len(last.UUID) > 50 {
				t.Errorf("uuid %q", last.UUID)
			}
		})
	}
}

// TestCardsThatFail holds that the words arrive when the card is refused, once, and that a text stays a failure.
func TestCardsThatFail(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	to := bot.Chat{Channel: Name, ID: chat}
	d := delivery(to, "line", "**派出所**开证明")
	d.Reply.Choices = []bot.Choice{{Label: "流程", Action: "a:b:c"}}
	for _, code := range []int{230099, 230025} {
		d.Line = fmt.Sprint("line-", code)
		for range 2 {
			s.platform.FailNext("/messages", larktest.Fault{Status: 400, Code: code})
			if _, err := s.channel.Send(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	all := s.platform.Messages(chat)
	if len(all) != 2 || all[0].Type != kindText || !strings.Contains(all[0].Content, "派出所开证明") || !strings.Contains(all[0].Content, "1. 流程") {
		t.Errorf("%+v", all)
	}
	var failed *bot.SendError
	s.platform.FailNext("/messages", larktest.Fault{Status: 400, Code: 230099}, larktest.Fault{Status: 400, Code: 230022})
	d.Line = "line-3"
	if _, err := s.channel.Send(t.Context(), d); !errors.As(err, &failed) || failed.Outcome != bot.Never {
		t.Error(err)
	}
}

// TestEdit holds that a card is changed as a card and a text as a text, whatever the new words would need.
func TestEdit(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	to := bot.Chat{Channel: Name, ID: chat}
	simple, rich := bot.Reply{Text: "办好了"}, bot.Reply{Text: "**办好了**", Choices: []bot.Choice{{Label: "评价", Action: "a:b:c"}}}
	for i, test := range []struct {
		sent, changed bot.Reply
		kind          string
	}{{simple, bot.Reply{Text: "改了"}, kindText}, {rich, bot.Reply{Text: "**改了**"}, kindCard}, {simple, bot.Reply{Text: "**改了**"}, kindText}, {rich, bot.Reply{Text: "改了"}, kindCard}} {
		id, err := s.channel.Send(t.Context(), bot.Delivery{To: to, Line: fmt.Sprint(i), Reply: test.sent})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.channel.Edit(t.Context(), to, id, test.changed); err != nil {
			t.Error(err)
		}
		all := s.platform.Messages(chat)
		if last := all[len(all)-1]; last.Edits != 1 || last.Type != test.kind || !strings.Contains(last.Content, "改了") {
			t.Errorf("%d: %+v", i, last)
		}
	}
	var failed *bot.SendError
	if err := s.channel.Edit(t.Context(), to, "om_gone", simple); !errors.As(err, &failed) || failed.Outcome != bot.Never {
		t.Error(err)
	}
	if err := s.channel.Edit(t.Context(), to, "../x", simple); !errors.As(err, &failed) || failed.Outcome != bot.Never {
		t.Error(err)
	}
}

// TestTyping holds that the sign hangs on what was said last, and goes when the answer comes.
func TestTyping(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	to := bot.Chat{Channel: Name, ID: chat}
	if err := s.channel.Typing(t.Context(), to); err != nil {
		t.Error("nothing was said yet:", err)
	}
	if _, err := s.deliver(s.platform.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "x"})); err != nil {
		t.Fatal(err)
	}
	if err := s.channel.Typing(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if n := s.platform.Reactions("om_1"); n != 1 {
		t.Errorf("%d signs", n)
	}
	if _, err := s.channel.Send(t.Context(), delivery(to, "l", "好")); err != nil {
		t.Fatal(err)
	}
	if n := s.platform.Reactions("om_1"); n != 0 {
		t.Errorf("%d signs after the answer", n)
	}
}

// TestFiles holds that what people sent is fetched, no further than allowed, and that pictures are shown in a card.
func TestFiles(t *testing.T) {
	photo := bytes.Repeat([]byte("p"), 1000)
	s := raise(t, Webhook, func(o *Options) {
		o.MaxFile = 1000
		o.Open = func(_ context.Context, a bot.Attachment) (io.ReadCloser, error) {
			if a.Ref == "missing" {
				return nil, bot.Errorf(bot.NotFound, "没有")
			}
			return io.NopCloser(bytes.NewReader(photo)), nil
		}
	})
	s.run()
	p := s.platform
	p.Keep("om_1", "img_1", photo)
	p.Keep("om_1", "big", bytes.Repeat([]byte("b"), 1001))
	fetch := func(ref string) ([]byte, error) {
		r, err := s.channel.Fetch(t.Context(), bot.Attachment{Kind: "image", Ref: ref, Channel: Name})
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	if got, err := fetch("om_1/img_1"); err != nil || !bytes.Equal(got, photo) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	p.Expire()
	if _, err := fetch("om_1/img_1"); err != nil {
		t.Error("after the token has ended:", err)
	}
	for ref, want := range map[string]bot.Kind{"om_1/big": bot.Invalid, "om_1/gone": bot.Invalid, "om_1": bot.Invalid, "../../x/y": bot.Invalid, "om_1/..": bot.Invalid} {
		if _, err := fetch(ref); bot.KindOf(err) != want || bot.MessageOf(err) == "" {
			t.Errorf("%s: %v", ref, err)
		}
	}
	for want, fault := range map[bot.Kind]larktest.Fault{bot.Unavailable: {Status: 502}, bot.Busy: {Status: 429, Code: 99991400}} {
		p.FailNext("/resources", fault)
		if _, err := fetch("om_1/img_1"); bot.KindOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	p.FailNext("/resources", larktest.Fault{}, larktest.Fault{}, larktest.Fault{}, larktest.Fault{}) // a GET is tried again by the transport
	if _, err := fetch("om_1/img_1"); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("cut: %v", err)
	}
	p.Fail(nil)
	// A body that grows beyond what its header said, or says nothing.
	b := &bounded{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", 20))), left: 10, tooBig: s.channel.tooBig}
	if got, err := io.ReadAll(b); bot.KindOf(err) != bot.Invalid || len(got) > 10 {
		t.Errorf("%d bytes, %v", len(got), err)
	}

	to := bot.Chat{Channel: Name, ID: chat}
	files := []bot.Attachment{{Kind: "image", Ref: "a"}, {Kind: "audio", Ref: "b"}, {Kind: "image", Ref: "c"}}
	if _, err := s.channel.Send(t.Context(), bot.Delivery{To: to, Line: "1", Reply: bot.Reply{Text: "照片", Files: files}}); err != nil {
		t.Fatal(err)
	}
	last := p.Messages(chat)[0]
	if strings.Count(last.Content, `"img_key"`) != 2 || !strings.Contains(last.Content, "录音1") || strings.Contains(last.Content, "照片2") {
		t.Errorf("%s", last.Content)
	}
	if _, err := s.channel.Send(t.Context(), bot.Delivery{To: to, Line: "2", Reply: bot.Reply{Text: "照片", Files: []bot.Attachment{{Kind: "image", Ref: "missing"}}}}); err != nil {
		t.Fatal(err)
	}
	if last := p.Messages(chat)[1]; !strings.Contains(last.Content, "照片1") {
		t.Errorf("a picture that is gone isn't named: %s", last.Content)
	}
	reply := bot.Reply{Text: "通报", Files: []bot.Attachment{{Kind: "file", Ref: "d", Name: "通报.docx"}, {Kind: "file", Ref: "missing", Name: "没有.docx"}}}
	for range 2 { // a second copy is not shown
		if _, err := s.channel.Send(t.Context(), bot.Delivery{To: to, Line: "3", Reply: reply}); err != nil {
			t.Fatal(err)
		}
	}
	if sent := p.Messages(chat); len(sent) != 4 || sent[3].Type != "file" || !strings.Contains(sent[3].Content, `"file_key":"file_v3_`) || !strings.Contains(sent[2].Content, "文件2") {
		t.Errorf("%+v", sent)
	}
}
