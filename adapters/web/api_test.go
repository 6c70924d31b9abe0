package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"linli/bot"
)

func body(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func id(n int) string { return fmt.Sprintf("message-%04d", n) }

// shaped reports what an error of the API lacks.
func (p problem) shaped() string {
	switch {
	case p.Error.Kind == "":
		return "no kind"
	case !strings.ContainsFunc(p.Error.Message, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }):
		return "no Chinese sentence"
	}
	return ""
}

func TestBadMessagesGetASentence(t *testing.T) {
	h := newHouse(t)
	tests := []struct {
		name, body string
		status     int
	}{
		{"empty body", "", 400},
		{"not JSON", "hello", 400},
		{"an array", "[]", 400},
		{"two at once", body(post{ID: id(1), Text: "好"}) + body(post{ID: id(2), Text: "好"}), 400},
		{"an unknown field", `{"id":"message-1","texts":"好"}`, 400},
		{"empty text", body(post{ID: id(1)}), 400},
		{"spaces", body(post{ID: id(1), Text: " \n\t "}), 400},
		{"only zero-width characters", body(post{ID: id(1), Text: "\u200b\u200d\ufeff"}), 400},
		{"a NUL", body(post{ID: id(1), Text: "a\x00b"}), 400},
		{"an escape sequence", body(post{ID: id(1), Text: "\x1b[31mred"}), 400},
		{"binary", "{\"id\":\"message-1\",\"text\":\"\xff\xfe\x01\"}", 400},
		{"GBK", "{\"id\":\"message-1\",\"text\":\"\xc4\xfa\xba\xc3\"}", 400},
		{"no id", body(post{Text: "好"}), 400},
		{"a short id", body(post{ID: "1", Text: "好"}), 400},
		{"an id with a quote", body(post{ID: `12345678"`, Text: "好"}), 400},
		{"a long action", body(post{ID: id(1), Text: "好", Action: strings.Repeat("a", 65)}), 400},
		{"off the earth", body(post{ID: id(1), Location: &bot.Location{Lat: 91}}), 400},
		{"a little too long", body(post{ID: id(1), Text: strings.Repeat("长", bot.MaxText/3+1)}), 413},
		{"100 kB", body(post{ID: id(1), Text: strings.Repeat("长", 34_000)}), 413},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var p problem
			resp := h.visitor().do("POST", "/api/v1/messages", test.body, &p)
			if resp.StatusCode != test.status || p.Error.Kind != bot.Invalid || p.shaped() != "" {
				t.Errorf("%s %+v %s", resp.Status, p, p.shaped())
			}
		})
	}
	if len(h.lines) > 0 {
		t.Errorf("%d of them were received", len(h.lines))
	}
}

func TestGoodMessages(t *testing.T) {
	for _, text := range []string{"👍", "👨‍👩‍👧", "混合 mixed テキスト", "a\nb\tc\r\n", "<script>alert(1)</script>", strings.Repeat("长", bot.MaxText/3), "\"\\\u2028"} {
		h := newHouse(t)
		v := h.visitor()
		var done struct{ ID string }
		if resp := v.do("POST", "/api/v1/messages", body(post{ID: id(7), Text: text}), &done); resp.StatusCode != 202 || done.ID != id(7) {
			t.Fatalf("%.20q: %s %+v", text, resp.Status, done)
		}
		got := h.lines[0].In
		if got.Text != text || got.From != v.seat.account() || got.Chat.ID != got.From.ID || got.ID != got.From.ID+"/"+id(7) {
			t.Errorf("%.20q: received %+v", text, got)
		}
	}
}

func TestLongTextMayBeEscaped(t *testing.T) {
	h := newHouse(t)
	escaped := `{"id":"message-1","text":"` + strings.Repeat(`\u4e00`, bot.MaxText/3) + `"}`
	if resp := h.visitor().do("POST", "/api/v1/messages", escaped, nil); resp.StatusCode != 202 {
		t.Error(resp.Status)
	}
}

func TestTheKindOfAFailureIsItsStatus(t *testing.T) {
	h := newHouse(t)
	secret := "dial tcp 10.0.0.1: token=s3cret"
	for kind, status := range statuses {
		h.set(func() { h.refuse = bot.Because(kind, errors.New(secret), "") })
		var p problem
		resp := h.visitor().do("POST", "/api/v1/messages", body(post{ID: id(1), Text: "好"}), &p)
		retry := resp.Header.Get("Retry-After") != ""
		if resp.StatusCode != status || p.Error.Kind != kind || p.shaped() != "" || retry != (status == 429 || status == 503) || strings.Contains(body(p), "s3cret") {
			t.Errorf("%s: %s %+v Retry-After %v", kind, resp.Status, p, retry)
		}
	}
	h.set(func() { h.refuse = errors.New(secret) })
	var p problem
	if resp := h.visitor().do("POST", "/api/v1/messages", body(post{ID: id(1), Text: "好"}), &p); resp.StatusCode != 500 || strings.Contains(body(p), "s3cret") {
		t.Errorf("a foreign error: %s %+v", resp.Status, p)
	}
}

func TestTooManyMessagesWait(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	h := newHouse(t, func(o *Options) { o.Now = func() time.Time { return now } })
	v, accepted := h.visitor(), 0
	for i := range 100 {
		var p problem
		switch resp := v.do("POST", "/api/v1/messages", body(post{ID: id(i), Text: "快"}), &p); resp.StatusCode {
		case 202:
			accepted++
		case 429:
			if resp.Header.Get("Retry-After") != "1" || p.Error.Kind != bot.Busy || !strings.Contains(p.Error.Message, "已经收到的都会处理") {
				t.Fatalf("%v %+v", resp.Header, p)
			}
		default:
			t.Fatal(resp.Status)
		}
	}
	if accepted != 40 || len(h.lines) != 40 {
		t.Errorf("accepted %d, received %d, want the burst of 40", accepted, len(h.lines))
	}
	if resp := h.visitor().do("POST", "/api/v1/messages", body(post{ID: id(1), Text: "我"}), nil); resp.StatusCode != 202 {
		t.Error("somebody else must not wait:", resp.Status)
	}
	now = now.Add(time.Second)
	if resp := v.do("POST", "/api/v1/messages", body(post{ID: id(200), Text: "慢"}), nil); resp.StatusCode != 202 {
		t.Error("after a second:", resp.Status)
	}
}

func TestHistoryPages(t *testing.T) {
	h := newHouse(t)
	v, other := h.visitor(), h.visitor()
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for i := range 75 {
		h.say(v.seat.account(), start.Add(time.Duration(i)*time.Minute), bot.Reply{Text: fmt.Sprint(i)})
		h.say(other.seat.account(), start, bot.Reply{Text: "not yours"})
	}
	var all []string
	before := ""
	for range 4 {
		var page lines
		v.do("GET", "/api/v1/history?before="+url.QueryEscape(before), "", &page)
		var texts []string
		for _, l := range page.Lines {
			texts = append(texts, l.Out[0].Text)
		}
		all = append(texts, all...)
		if before = page.Before; before == "" {
			break
		}
	}
	for i, text := range all {
		if text != fmt.Sprint(i) {
			t.Fatalf("line %d is %q", i, text)
		}
	}
	if len(all) != 75 {
		t.Errorf("%d lines of 75", len(all))
	}
	var p problem
	if resp := v.do("GET", "/api/v1/history?before=rubbish", "", &p); resp.StatusCode != 400 || p.shaped() != "" {
		t.Errorf("%s %+v", resp.Status, p)
	}
}

func TestWithoutASeat(t *testing.T) {
	h := newHouse(t)
	for _, route := range h.channel.routes() {
		if !strings.HasPrefix(route.path, "/api/") || strings.HasSuffix(route.path, "openapi.json") {
			continue
		}
		for _, change := range []func(*http.Request){
			func(r *http.Request) { r.Header.Del("Cookie") },
			func(r *http.Request) { r.Header.Set("Cookie", "linli=short") },
			func(r *http.Request) { r.Header.Set("Cookie", "linli="+strings.Repeat("é", 22)) },
			func(r *http.Request) { r.URL.RawQuery = "seat=abcdefgh" },
			func(r *http.Request) { r.URL.RawQuery = "seat=../../etc" },
		} {
			r := h.visitor().request(route.method, route.path, body(post{ID: id(1), Text: "好"}))
			change(r)
			resp, err := h.server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			var p problem
			if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || resp.StatusCode != 403 || p.Error.Kind != bot.Forbidden || p.shaped() != "" {
				t.Errorf("%s %s: %s %+v %v", route.path, r.URL.RawQuery, resp.Status, p, err)
			}
			resp.Body.Close()
		}
	}
}

func TestForeignSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	r := h.visitor().request("POST", "/api/v1/messages", body(post{ID: id(1), Text: "转账"}))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := h.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 403 || len(h.lines) != 0 {
		t.Error(resp.Status)
	}
	if resp := h.visitor().do("POST", "/api/v1/messages", "id=12345678&text=x", nil); resp.StatusCode != 400 {
		t.Error("a form:", resp.Status)
	}
	plain := h.visitor().request("POST", "/api/v1/messages", body(post{ID: id(1), Text: "x"}))
	plain.Header.Set("Content-Type", "text/plain")
	if resp, err := h.server.Client().Do(plain); err != nil || resp.StatusCode != 415 {
		t.Error("text/plain, which any site may send:", err, resp.Status)
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/", "/nowhere", "/?seat=abcdefgh", "/assets/app.js", "/assets/nothing", "/api/v1/me", "/api/v1/nothing", "/api/v1/openapi.json"} {
		resp := h.visitor().do("GET", path, "", nil)
		policy := resp.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, resp.Header)
		}
	}
}

func TestPagesCarryNothingInline(t *testing.T) {
	h := newHouse(t)
	h.set(func() {
		h.codes["EVIL"] = Profile{Name: `<script>alert("名")</script>`, Role: "居民", Unit: `"><img src=x>`}
	})
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	resp, err := client.Get(h.server.URL + "/?code=EVIL")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if !utf8.Valid(page) || bytes.Contains(page, []byte("<script>")) || bytes.Contains(page, []byte("<img src=x")) || bytes.Contains(page, []byte("style=")) || bytes.Contains(page, []byte("onclick")) {
		t.Errorf("%s", page)
	}
	if !bytes.Contains(page, []byte("&lt;script&gt;")) {
		t.Error("the name is not shown as text")
	}
}

func TestBeforeAndAfterRun(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	stream := v.listen("")
	stream.next()
	h.stopRun() // returns only when the stream has been closed
	if e := stream.next(); e.name != "" || stream.lines.Err() != nil {
		t.Errorf("the stream did not end well: %+v %v", e, stream.lines.Err())
	}
	var p problem
	if resp := v.do("POST", "/api/v1/messages", body(post{ID: id(1), Text: "好"}), &p); resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || p.shaped() != "" {
		t.Errorf("%s %+v", resp.Status, p)
	}
	h.run()
	if resp := v.do("POST", "/api/v1/messages", body(post{ID: id(1), Text: "好"}), nil); resp.StatusCode != 202 {
		t.Error(resp.Status)
	}
}
