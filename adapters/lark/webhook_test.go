package lark

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/lark/larktest"
	"linli/bot"
)

// TestUnsealVector holds the published example, which the platform's other SDKs open too.
func TestUnsealVector(t *testing.T) {
	plain, err := unseal("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
	if err != nil || string(plain) != "hello world" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestUnsealRefuses(t *testing.T) {
	sealed := larktest.Seal("key", []byte(`{"type":"x"}`))
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(raw)
	broken[len(broken)-17] ^= 1 // changes the last block's padding
	for name, text := range map[string]string{
		"nothing": "", "no base64": "%%%", "only an IV": base64.StdEncoding.EncodeToString(raw[:16]),
		"half a block": base64.StdEncoding.EncodeToString(raw[:len(raw)-3]), "padding that isn't whole": base64.StdEncoding.EncodeToString(broken),
	} {
		if plain, err := unseal("key", text); err == nil {
			t.Errorf("%s: opened as %q", name, plain)
		}
	}
	if _, err := unseal("another key", sealed); err == nil {
		t.Log("another key opened it by chance; its content is refused then") // 1 in 256
	}
}

// post sends a body with headers to the channel, and returns the status and the answer.
func (s *stand) post(body []byte, headers map[string]string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.hook.URL, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func sealed(key string, plain []byte) []byte {
	body, err := json.Marshal(map[string]string{"encrypt": larktest.Seal(key, plain)})
	if err != nil {
		panic(err)
	}
	return body
}

func signed(key string, body []byte, at time.Time) map[string]string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return map[string]string{"X-Lark-Request-Timestamp": stamp, "X-Lark-Request-Nonce": "n", "X-Lark-Signature": signature(stamp, "n", key, body)}
}

// TestForgery holds who is let in: with a key only what is sealed, signed, and bears the token.
func TestForgery(t *testing.T) {
	s := raise(t, Webhook)
	in := s.run()
	p := s.platform
	key, token := p.EncryptKey, p.VerificationToken
	event := p.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "x"})
	whole := sealed(key, event)
	stranger := sealed("another key", event)
	badToken := sealed(key, bytes.ReplaceAll(event, []byte(token), []byte("wrong")))
	otherApp := sealed(key, bytes.ReplaceAll(event, []byte(p.AppID), []byte("cli_other")))
	challenge := sealed(key, []byte(`{"type":"url_verification","challenge":"c\"1","token":"`+token+`"}`))
	now := time.Now()
	tampered := bytes.Clone(whole)
	tampered[len(tampered)-30] ^= 1
	tests := []struct {
		name    string
		body    []byte
		headers map[string]string
		status  int
	}{
		{"whole", whole, signed(key, whole, now), 200},
		{"replayed at once, which the store drops", whole, signed(key, whole, now), 200},
		{"redelivered with its first signature", whole, signed(key, whole, now.Add(-7*time.Hour)), 200},
		{"replayed after a day", whole, signed(key, whole, now.Add(-24*time.Hour)), 401},
		{"from tomorrow", whole, signed(key, whole, now.Add(24*time.Hour)), 401},
		{"no signature", whole, nil, 401},
		{"another's signature", whole, signed("another key", whole, now), 401},
		{"a signature of another body", whole, signed(key, badToken, now), 401},
		{"a body that was changed", tampered, signed(key, whole, now), 401},
		{"sealed with another key", stranger, signed(key, stranger, now), 401},
		{"plain, although there is a key", event, signed(key, event, now), 401},
		{"another token", badToken, signed(key, badToken, now), 401},
		{"for another app", otherApp, signed(key, otherApp, now), 401},
		{"nothing", nil, nil, 401},
		{"no event inside", sealed(key, []byte(`[]`)), nil, 401},
		{"challenge", challenge, nil, 200},
		{"challenge with another token", sealed(key, []byte(`{"type":"url_verification","challenge":"c","token":"x"}`)), nil, 401},
		{"challenge in plain", []byte(`{"type":"url_verification","challenge":"c","token":"` + token + `"}`), nil, 401},
		{"too big", bytes.Repeat([]byte("x"), maxBody+1), nil, 413},
	}
	taken := 0
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, answer := s.post(test.body, test.headers)
			if status != test.status {
				t.Errorf("status %d, want %d: %s", status, test.status, answer)
			}
			if status == 401 && strings.TrimSpace(answer) != `{"msg":"refused"}` {
				t.Errorf("a refusal tells why: %s", answer)
			}
			if test.name == "challenge" && strings.TrimSpace(answer) != `{"challenge":"c\"1"}` {
				t.Errorf("%s", answer)
			}
			if status == 200 && test.name != "challenge" {
				taken++
			}
		})
	}
	if got := len(in.messages()); got != taken {
		t.Errorf("received %d, of %d that were let in", got, taken)
	}
	if status, _ := get(t, s.hook.URL); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", status)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return resp.StatusCode, string(b)
}

// TestTokenOnly holds an app without Encrypt Key: its events are plain, and the token proves them.
func TestTokenOnly(t *testing.T) {
	s := raise(t, Webhook, func(o *Options) { o.EncryptKey = "" })
	s.platform.EncryptKey = ""
	in := s.run()
	event := s.platform.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "x"})
	if _, err := s.deliver(event); err != nil {
		t.Error(err)
	}
	for name, body := range map[string][]byte{
		"another token": bytes.ReplaceAll(event, []byte(s.platform.VerificationToken), []byte("wrong")),
		"no token":      bytes.ReplaceAll(event, []byte(s.platform.VerificationToken), nil),
	} {
		if status, _ := s.post(body, nil); status != 401 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, _ := s.post([]byte("{}"), nil); status != 400 {
		t.Error("no event:", status)
	}
	if got := len(in.messages()); got != 1 {
		t.Errorf("received %d", got)
	}
}

// TestNew holds that what can't work is refused at the start, with what to do.
func TestNew(t *testing.T) {
	good := Options{AppID: "cli_1", AppSecret: "s"}
	tests := []struct {
		name   string
		change func(*Options)
		want   string // "": works
	}{
		{"stream", func(o *Options) {}, ""},
		{"webhook with a token", func(o *Options) { o.Mode, o.VerificationToken = Webhook, "t" }, ""},
		{"webhook with a key", func(o *Options) { o.Mode, o.EncryptKey = Webhook, "k" }, ""},
		{"webhook without either", func(o *Options) { o.Mode = Webhook }, "encrypt_key 或 verification_token"},
		{"no secret", func(o *Options) { o.AppSecret = "" }, "app_secret"},
		{"another mode", func(o *Options) { o.Mode = "poll" }, "stream 或 webhook"},
		{"Lark", func(o *Options) { o.Domain = Lark + "/" }, ""},
		{"a private deployment", func(o *Options) { o.Domain = "http://feishu.example.local:8080" }, ""},
		{"no address", func(o *Options) { o.Domain = "feishu" }, "domain"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := good
			test.change(&o)
			_, err := New(o)
			switch {
			case test.want == "" && err != nil, test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestRedeliveries holds that an event that comes many times at once is handed over with one ID, and acknowledged only when it is durable.
func TestRedeliveries(t *testing.T) {
	s := raise(t, Webhook)
	in := s.run()
	event := s.platform.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "x"})
	in.failWith(errors.New("disk full"))
	if _, err := s.deliver(event); err == nil || strings.Contains(err.Error(), "disk") || !strings.Contains(err.Error(), "503") {
		t.Errorf("%v", err)
	}
	in.failWith(nil)
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			if _, err := s.deliver(event); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, m := range in.messages() {
		if m.ID != "om_1" {
			t.Errorf("ID %q", m.ID)
		}
	}
}

// TestSlowReceive holds that a store that hangs doesn't get an acknowledgement by waiting.
func TestSlowReceive(t *testing.T) {
	s := raise(t, Webhook)
	_, stop := s.start()
	defer stop()
	wait(t, "ready", s.channel.Ready)
	s.channel.mu.Lock()
	s.channel.receive = func(ctx context.Context, _ bot.Message) error { <-ctx.Done(); return ctx.Err() }
	s.channel.mu.Unlock()
	w := httptest.NewRecorder()
	r, err := s.platform.Request(t.Context(), "http://linli/hooks/lark", s.platform.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "x"}))
	if err != nil {
		t.Fatal(err)
	}
	s.channel.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Error(w.Code)
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add("key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
	f.Add("", larktest.Seal("", []byte("{}")))
	f.Fuzz(func(t *testing.T, key, text string) {
		plain, err := unseal(key, text)
		if err == nil && len(plain) >= len(text) {
			t.Errorf("%d bytes came out of %d", len(plain), len(text))
		}
		again, err := unseal(key, larktest.Seal(key, []byte(text)))
		if err != nil || string(again) != text {
			t.Errorf("%q came back as %q, %v", text, again, err)
		}
	})
}

// FuzzEvent holds that no event, content or pressed button of any shape breaks anything, and that what is handed over can be named.
func FuzzEvent(f *testing.F) {
	p := larktest.New()
	f.Cleanup(p.Close)
	f.Add(p.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "x"}))
	f.Add(p.Say(larktest.Said{ID: "om_1", Chat: group, Group: true, From: person, Text: "@_user_1 x", Mentions: []map[string]any{larktest.Mention("@_user_1", "ou_self", "x")}}))
	f.Add(p.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Type: "post", Content: `{"zh_cn":{"title":"x","content":[[{"tag":"img","image_key":"k"}]]}}`}))
	f.Add(p.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Type: "location", Content: `{"longitude":"1","latitude":"2"}`}))
	f.Add(p.Click("ev", person, "om_1", chat, buttonValue{Action: "a:b:c"}))
	f.Add(p.Click("ev", person, "om_1", chat, "x"))
	f.Add(p.Event("ev", "im.chat.member.bot.added_v1", map[string]any{"chat_id": group, "operator_id": map[string]any{"open_id": person}}))
	f.Add([]byte(`{"uuid":"u","type":"event_callback","event":{"type":"message"}}`))
	f.Add([]byte(`{"encrypt":"x"}`))
	c, err := New(Options{AppID: "cli_1", AppSecret: "s", Domain: "http://127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	c.self.openID = "ou_self"
	c.receive = func(_ context.Context, m bot.Message) error {
		if m.ID == "" || m.Chat.ID == "" || m.From.ID == "" || m.Chat.Channel != Name {
			panic("a message without a name")
		}
		for _, a := range m.Attachments {
			if strings.Contains(a.Ref, "..") || strings.Count(a.Ref, "/") != 1 {
				panic("a file that leads elsewhere: " + a.Ref)
			}
		}
		if l := m.Location; l != nil && !plausible(*l) {
			panic("a place off the earth")
		}
		return nil
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		readSealed(body)
		e, err := readEnvelope(body)
		if err != nil {
			return
		}
		var in messageEvent
		if json.Unmarshal(e.Event, &in) == nil && in.Message.Parent != "" {
			c.sent.put(in.Message.Parent, false) // or the platform would be asked
		}
		if _, err := c.take(t.Context(), e); err != nil {
			t.Errorf("%v", err)
		}
	})
}

func FuzzContent(f *testing.F) {
	f.Add("text", `{"text":"@_user_1 x"}`)
	f.Add("post", `{"title":"x","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"img","image_key":"k"}]]}`)
	f.Add("location", `{"longitude":"1","latitude":"NaN"}`)
	f.Add("merge_forward", "Merged and Forwarded Message")
	f.Fuzz(func(t *testing.T, kind, body string) {
		c := readContent(kind, body)
		if c.location != nil && !plausible(*c.location) {
			t.Errorf("a place off the earth: %+v", c.location)
		}
		for _, file := range c.files {
			if !validKey(file.key) {
				t.Errorf("a key that can't stand in an address: %q", file.key)
			}
		}
		text, _ := fillIn(c.text, []mention{{Key: "@_user_1", Name: "x"}}, "ou_self")
		if strings.Contains(text, "@_all") {
			t.Errorf("%q", text)
		}
	})
}
