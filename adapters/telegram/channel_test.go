package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/telegram/telegramtest"
	"linli/bot"
	"linli/bot/channeltest"
)

const (
	person = int64(4711)
	secret = "hook-secret_0123456789"
)

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

// stand is a channel, the platform, and where the platform posts to.
type stand struct {
	t        testing.TB
	platform *telegramtest.Server
	channel  *Channel
	hook     *httptest.Server
	client   *http.Client
	log      *record
}

func raise(t testing.TB, mode string) *stand {
	s := &stand{t: t, platform: telegramtest.New(), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, log: &record{}}
	var handler http.Handler
	s.hook = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	handler = s.raiseOn(mode, s.platform.URL)
	return s
}

// raiseOn makes the channel, on a platform at the address, and returns its handler.
func (s *stand) raiseOn(mode, server string) http.Handler {
	channel, err := New(Options{
		Token: telegramtest.Token, Mode: mode, Secret: secret, Hook: s.hook.URL, Server: server,
		Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Open: func(context.Context, bot.Attachment) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("bytes of a photo")), nil
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.channel = channel
	return channel.Handler()
}

// close ends the platform, and fails if a secret stands in the log.
func (s *stand) close() {
	for _, word := range []string{telegramtest.Token, secret} {
		if strings.Contains(s.log.String(), word) {
			s.t.Errorf("the log tells a secret: %s", s.log)
		}
	}
	s.client.CloseIdleConnections()
	s.hook.Close()
	s.platform.Close()
	s.channel.Client.CloseIdleConnections()
	s.channel.client.CloseIdleConnections()
}

// post posts an update to the webhook; an error says that it was not acknowledged.
func (s *stand) post(update []byte) error {
	status, err := s.platform.Post(s.client, s.hook.URL, secret, update)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	return err
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

// run runs the channel until the test ends.
func (s *stand) run() *inbox {
	ctx, cancel := context.WithCancel(context.Background())
	in, done := &inbox{}, make(chan error, 1)
	go func() { done <- s.channel.Run(ctx, in.receive) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
		s.close()
	})
	wait(s.t, "the channel is ready", s.channel.Ready)
	return in
}

// addresses stand in the tags of a message.
var addresses = regexp.MustCompile(`href="[^"]*"`)

// number makes an update's number of a test's ID.
func number(id string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int64(h.Sum32()) + 1
}

func TestChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) *channeltest.Harness {
		s := raise(t, Webhook)
		to := bot.Chat{Channel: Name, ID: fmt.Sprint(person)}
		lines := 0
		fault := func(f telegramtest.Fault, want bot.Outcome) func() (bot.Delivery, bot.Outcome) {
			return func() (bot.Delivery, bot.Outcome) {
				s.platform.Fail("sendMessage", f)
				lines++
				return bot.Delivery{To: to, Line: fmt.Sprintf("fault-%d", lines), Reply: bot.Reply{Text: "错"}}, want
			}
		}
		return &channeltest.Harness{
			Channel: s.channel, Chat: to, IDs: true, Secrets: []string{telegramtest.Token, secret}, Close: s.close,
			Say: func(id, text string) error {
				return s.post(s.platform.Update(number(id), "message", s.platform.Private(person, text)))
			},
			Shown: func() string {
				var b strings.Builder
				for _, c := range s.platform.Shown() {
					raw := c.Params["text"]
					fmt.Fprintln(&b, html.UnescapeString(tag.ReplaceAllString(raw, "")), addresses.FindAllString(raw, -1), c.Params["reply_markup"])
				}
				return b.String()
			},
			Faults: map[string]func() (bot.Delivery, bot.Outcome){
				"429":             fault(telegramtest.Fault{Code: 429, Description: "Too Many Requests: retry after 7", RetryAfter: 7}, bot.Retry),
				"500":             fault(telegramtest.Fault{Code: 500, Description: "Internal Server Error"}, bot.Retry),
				"a proxy's 502":   fault(telegramtest.Fault{Code: 502, HTML: true}, bot.Unknown),
				"cut":             fault(telegramtest.Fault{}, bot.Unknown),
				"cut when done":   fault(telegramtest.Fault{Done: true}, bot.Unknown),
				"blocked":         fault(telegramtest.Fault{Code: 403, Description: "Forbidden: bot was blocked by the user"}, bot.Never),
				"no such chat":    fault(telegramtest.Fault{Code: 400, Description: "Bad Request: chat not found"}, bot.Never),
				"migrated":        fault(telegramtest.Fault{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: -100123}, bot.Retry),
				"token withdrawn": fault(telegramtest.Fault{Code: 401, Description: "Unauthorized"}, bot.Retry),
			},
		}
	})
}

// TestPolling: updates come in order, are confirmed only when they are durable, and come again until then.
func TestPolling(t *testing.T) {
	s := raise(t, Polling)
	s.platform.Fail("getUpdates", telegramtest.Fault{Code: 429, RetryAfter: 1}, telegramtest.Fault{Code: 502, HTML: true})
	in := s.run()
	in.failWith(bot.Errorf(bot.Unavailable, "the disk is full"))
	for i := range 5 {
		s.platform.Queue(s.platform.Update(0, "message", s.platform.Private(person, fmt.Sprint("第", i))))
	}
	wait(t, "it is said that it isn't durable", func() bool { return strings.Contains(s.log.String(), "not durable yet") })
	if got := s.platform.Pending(); got != 5 {
		t.Fatalf("%d updates are left of 5 that nobody could keep", got)
	}
	in.failWith(nil)
	wait(t, "all are there", func() bool { return len(in.messages()) == 5 })
	for i, m := range in.messages() {
		if m.Text != fmt.Sprint("第", i) {
			t.Errorf("%d: %q", i, m.Text)
		}
	}
	wait(t, "they are confirmed", func() bool { return s.platform.Pending() == 0 })
	// What can never be kept doesn't hold up the rest.
	in.failWith(bot.Errorf(bot.Invalid, "no"))
	s.platform.Queue(s.platform.Update(0, "message", s.platform.Private(person, "坏的")))
	wait(t, "it is refused for good", func() bool { return s.platform.Pending() == 0 })
}

func TestWebhookSecret(t *testing.T) {
	s := raise(t, Webhook)
	in := s.run()
	update := s.platform.Update(0, "message", s.platform.Private(person, "你好"))
	for given, want := range map[string]int{"": 401, "wrong": 401, secret + "x": 401, secret: 200} {
		if got, err := s.platform.Post(s.client, s.hook.URL, given, update); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", given, got, err, want)
		}
	}
	if len(in.messages()) != 1 {
		t.Errorf("%+v", in.messages())
	}
	for _, garbage := range []string{"", "{", "[]", `{"update_id":"x"}`, `{"update_id":5}`, `{"update_id":6,"message":{}}`} {
		if got, err := s.platform.Post(s.client, s.hook.URL, secret, []byte(garbage)); err != nil || got != 200 {
			t.Errorf("%q: %d %v", garbage, got, err)
		}
	}
	if got, err := s.platform.Post(s.client, s.hook.URL, secret, make([]byte, maxUpdate+1)); err == nil && got != 413 {
		t.Errorf("too big: %d", got)
	}
	if calls := s.platform.Calls("setWebhook"); len(calls) != 1 || calls[0].Params["secret_token"] != secret {
		t.Errorf("%+v", calls)
	}
}

// TestMigration: after a group has become a supergroup, what is sent to the old one reaches the new one.
func TestMigration(t *testing.T) {
	s := raise(t, Webhook)
	in := s.run()
	old := map[string]any{"id": -55, "type": "group"}
	if err := s.post(s.platform.Update(0, "message", map[string]any{"message_id": 1, "date": 1, "chat": old, "migrate_to_chat_id": -10055})); err != nil {
		t.Fatal(err)
	}
	got := in.messages()
	if len(got) != 1 || got[0].Action != "house:moved:-10055" || got[0].From.ID != "-55" || !got[0].Chat.Group {
		t.Errorf("%+v", got)
	}
	if _, err := s.channel.Send(t.Context(), bot.Delivery{To: bot.Chat{Channel: Name, ID: "-55", Group: true}, Line: "1", Reply: bot.Reply{Text: "通知"}}); err != nil {
		t.Fatal(err)
	}
	if shown := s.platform.Shown(); len(shown) != 1 || shown[0].Params["chat_id"] != "-10055" {
		t.Errorf("%v", shown)
	}
}

// TestButtonsAreReleased: also where the message is too old to be seen, and without holding up the acknowledgement.
func TestButtonsAreReleased(t *testing.T) {
	s := raise(t, Webhook)
	in := s.run()
	who := map[string]any{"id": person, "first_name": "王"}
	chat := map[string]any{"id": person, "type": "private"}
	for id, message := range map[string]any{"fresh": map[string]any{"message_id": 3, "date": 5, "chat": chat}, "old": map[string]any{"message_id": 3, "date": 0, "chat": chat}} {
		if err := s.post(s.platform.Update(0, "callback_query", map[string]any{"id": id, "from": who, "data": "a:b:c", "message": message})); err != nil {
			t.Fatal(err)
		}
	}
	wait(t, "both stop turning", func() bool { return len(s.platform.Calls("answerCallbackQuery")) == 2 })
	if got := in.messages(); len(got) != 1 || got[0].Action != "a:b:c" {
		t.Errorf("%+v", got)
	}
}

// TestSilence: what the platform is silent about until we give up may have been shown, and the error says that it was silence.
func TestSilence(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	s.platform.Fail("sendMessage", telegramtest.Fault{Slow: time.Second, Pass: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.channel.Send(ctx, bot.Delivery{To: bot.Chat{Channel: Name, ID: "1"}, Line: "1", Reply: bot.Reply{Text: "通知"}})
	var failed *bot.SendError
	var silent interface{ Timeout() bool }
	if !errors.As(err, &failed) || failed.Outcome != bot.Unknown || !errors.As(err, &silent) || !silent.Timeout() {
		t.Errorf("%v", err)
	}
	wait(t, "it is shown all the same", func() bool { return len(s.platform.Shown()) == 1 })
}

// TestMediaGroup: an album comes as updates of its own, each with one photo, the words with the first.
func TestMediaGroup(t *testing.T) {
	s := raise(t, Webhook)
	in := s.run()
	for i := range 3 {
		m := s.platform.Private(person, "")
		delete(m, "text")
		m["media_group_id"], m["photo"] = "g1", []any{map[string]any{"file_id": fmt.Sprint("small", i)}, map[string]any{"file_id": fmt.Sprint("big", i)}}
		if i == 0 {
			m["caption"] = "3栋下水道堵了"
		}
		if err := s.post(s.platform.Update(0, "message", m)); err != nil {
			t.Fatal(err)
		}
	}
	got := in.messages()
	if len(got) != 3 || got[0].Text != "3栋下水道堵了" || got[2].Text != "" || got[2].Attachments[0].Ref != "big2" {
		t.Errorf("%+v", got)
	}
}

// TestMarkupThatIsRefused goes out as plain text.
func TestMarkupThatIsRefused(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	s.platform.Fail("sendMessage", telegramtest.Fault{Code: 400, Description: "Bad Request: can't parse entities: byte offset 3"})
	if _, err := s.channel.Send(t.Context(), bot.Delivery{To: bot.Chat{Channel: Name, ID: "1"}, Line: "1", Reply: bot.Reply{Text: "**好**"}}); err != nil {
		t.Fatal(err)
	}
	if shown := s.platform.Shown(); len(shown) != 1 || shown[0].Params["text"] != "好" || shown[0].Params["parse_mode"] != "" {
		t.Errorf("%v", shown)
	}
}

func TestFiles(t *testing.T) {
	s := raise(t, Webhook)
	s.run()
	s.platform.File("photo-1", []byte("a photo"))
	r, err := s.channel.Fetch(t.Context(), bot.Attachment{Kind: "image", Ref: "photo-1"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "a photo" {
		t.Errorf("%q %v", got, err)
	}
	r.Close()
	if _, err := s.channel.Fetch(t.Context(), bot.Attachment{Ref: "gone"}); bot.KindOf(err) != bot.Invalid {
		t.Errorf("gone: %v", err)
	}
	if _, err := s.channel.Fetch(t.Context(), bot.Attachment{Ref: "photo-1", Size: maxFetch + 1}); bot.KindOf(err) != bot.Invalid {
		t.Errorf("too big: %v", err)
	}
	s.platform.Fail("getFile", telegramtest.Fault{})
	if _, err := s.channel.Fetch(t.Context(), bot.Attachment{Ref: "photo-1"}); bot.KindOf(err) != bot.Unavailable || strings.Contains(fmt.Sprint(errors.Unwrap(err)), telegramtest.Token) {
		t.Errorf("cut: %v", err)
	}
	reply := bot.Reply{Text: "照片", Files: []bot.Attachment{{Kind: "image", Channel: Name, Ref: "photo-1"}, {Kind: "image", Channel: "web", Ref: "x"}, {Kind: "audio", Channel: "web", Ref: "y"}, {Kind: "file", Channel: "inspections", Ref: "z", Name: "通报.docx"}}}
	if _, err := s.channel.Send(t.Context(), bot.Delivery{To: bot.Chat{Channel: Name, ID: "1"}, Line: "1", Reply: reply}); err != nil {
		t.Fatal(err)
	}
	photos := s.platform.Calls("sendPhoto")
	if len(photos) != 2 || photos[0].Params["photo"] != "photo-1" || len(photos[1].Files) != 1 {
		t.Errorf("%+v", photos)
	}
	if documents := s.platform.Calls("sendDocument"); len(documents) != 1 || documents[0].Files["document"] == 0 {
		t.Errorf("%+v", documents)
	}
}

func TestCheck(t *testing.T) {
	s := raise(t, Polling)
	s.run()
	name, problems := s.channel.Check(t.Context())
	if name != "linli_bot" || len(problems) != 1 || !strings.Contains(problems[0].Do, "/setprivacy") {
		t.Errorf("%s %+v", name, problems)
	}
	s.platform.Fail("getMe", telegramtest.Fault{Code: 401, Description: "Unauthorized"})
	if _, problems = s.channel.Check(t.Context()); len(problems) != 1 || !problems[0].Fatal {
		t.Errorf("%+v", problems)
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"no token":        {Token: "abc"},
		"an unknown mode": {Token: telegramtest.Token, Mode: "push"},
		"no secret":       {Token: telegramtest.Token, Mode: Webhook, Hook: "https://x.example"},
		"no address":      {Token: telegramtest.Token, Mode: Webhook, Secret: secret},
		"a bad server":    {Token: telegramtest.Token, Server: "nowhere"},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), telegramtest.Token) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
