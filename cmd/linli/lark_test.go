package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/lark/larktest"
)

// larkService is the program as a process, with an app on a platform that posts to it.
type larkService struct {
	t        testing.TB
	platform *larktest.Server
	folder   string
	addr     string
	hook     string
	client   *http.Client
	cmd      *exec.Cmd
	log      bytes.Buffer
}

func newLarkService(t testing.TB) *larkService {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &larkService{t: t, platform: larktest.New(), folder: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	s.platform.EncryptKey, s.platform.VerificationToken = "key-of-the-load-test", "token-of-the-load-test"
	s.hook = "http://" + s.addr + larkPath
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
	t.Cleanup(func() { s.kill(); s.client.CloseIdleConnections(); s.platform.Close() })
	return s
}

// start starts the process with the webhook and waits until it takes messages.
func (s *larkService) start() { s.startIn("webhook") }

func (s *larkService) startIn(mode string) {
	s.t.Helper()
	p := s.platform
	s.cmd = exec.Command(os.Args[0], "serve", "--data", s.folder, "--listen", s.addr)
	s.cmd.Env = append(os.Environ(), asLinli+"=1", "LINLI_LOG_LEVEL=error", "LINLI_LARK_APP_ID="+p.AppID, "LINLI_LARK_APP_SECRET="+p.AppSecret,
		"LINLI_LARK_MODE="+mode, "LINLI_LARK_ENCRYPT_KEY="+p.EncryptKey, "LINLI_LARK_VERIFICATION_TOKEN="+p.VerificationToken, "LINLI_LARK_DOMAIN="+p.URL,
		"LINLI_LIMITS_LARK_APP=5000/s", "LINLI_LIMITS_LARK_CHAT=1000/s")
	s.cmd.Stderr, s.cmd.Stdout = &s.log, io.Discard
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 4000 {
		if r, err := s.client.Get("http://" + s.addr + "/readyz"); err == nil {
			report, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if strings.Contains(string(report), `"status":"ok"`) { // all channels
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.kill()
	s.t.Fatalf("the service did not become ready: %s", s.log.String())
}

func (s *larkService) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says that it was killed
	s.cmd = nil
	for _, secret := range append(s.platform.Secrets(), s.platform.EncryptKey, s.platform.VerificationToken) {
		if strings.Contains(s.log.String(), secret) {
			s.t.Error("the log tells a secret")
		}
	}
}

// weather is a platform that is as bad as it gets: busy, away, cut before and after it has done its work, slow.
func weather(r *http.Request) *larktest.Fault {
	if r.Method != http.MethodPost || !strings.Contains(r.URL.Path, "/messages") {
		return nil
	}
	switch n := rand.IntN(1000); {
	case n < 2:
		return &larktest.Fault{Status: 429, Code: 99991400, Reset: "1"}
	case n < 22:
		return &larktest.Fault{Status: 400, Code: 230020}
	case n < 42:
		return &larktest.Fault{Status: 502}
	case n < 62:
		return &larktest.Fault{}
	case n < 82:
		return &larktest.Fault{After: true}
	case n < 102:
		return &larktest.Fault{Slow: 300 * time.Millisecond, Pass: true}
	case n < 107:
		return &larktest.Fault{Status: 400, Code: 99991663}
	}
	return nil
}

// TestFeishuLoad posts 200 messages a second to the service while the platform fails at random and the service is killed with SIGKILL. Each
// message that was acknowledged is answered, and no answer is shown twice.
func TestFeishuLoad(t *testing.T) {
	length, kills := 20*time.Second, 5
	if testing.Short() {
		length, kills = 3*time.Second, 1
	}
	const rate, chats = 200, 100
	s := newLarkService(t)
	s.start()
	s.platform.Fail(weather)
	load := &load{service: s, sent: map[string][]string{}}
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var posting sync.WaitGroup
	posting.Go(func() {
		tick := time.NewTicker(time.Second / rate)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				posting.Go(func() { load.say(n, n%chats) })
			}
		}
	})
	for range kills {
		time.Sleep(length / time.Duration(kills+1))
		s.kill()
		s.start()
	}
	posting.Wait()
	s.platform.Fail(nil) // what has failed three times waits 16 s, then a minute: the weather need not be bad for ever
	load.settle()
	load.check()
}

// load is what was said and acknowledged.
type load struct {
	service *larkService
	mu      sync.Mutex
	sent    map[string][]string // IDs by chat
	took    []time.Duration     // to the acknowledgement, where the first post was acknowledged
	again   int                 // posts that had to be repeated
}

func chatName(n int) string {
	if n%2 == 0 {
		return fmt.Sprintf("oc_group_%d", n)
	}
	return fmt.Sprintf("oc_private_%d", n)
}

// say posts a message until it is acknowledged, as the platform does, if in less time.
func (l *load) say(n, chat int) {
	p := l.service.platform
	m := larktest.Said{ID: fmt.Sprintf("om_load_%d", n), Chat: chatName(chat), From: fmt.Sprintf("ou_%d", chat), Text: "您好"}
	if chat%2 == 0 {
		m.Group, m.Text = true, "@_user_1 您好"
		m.Mentions = []map[string]any{larktest.Mention("@_user_1", p.BotID, "邻里")}
	}
	event := p.Say(m)
	for try := range 400 {
		began := time.Now()
		_, err := p.Post(l.service.client, l.service.hook, event)
		if err == nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.sent[m.Chat] = append(l.sent[m.Chat], m.ID)
			if try == 0 {
				l.took = append(l.took, time.Since(began))
			} else {
				l.again++
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	l.service.t.Errorf("%s was never acknowledged", m.ID)
}

// answers returns how many answers each chat shows: to each message of a group by its quote, in a private chat all that are alike.
func (l *load) answers() (missing, twice []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	quotes, alike := map[string]int{}, map[string]map[string]int{}
	for _, m := range l.service.platform.Messages("") {
		if m.Root != "" {
			quotes[m.Root]++
		}
		if alike[m.Chat] == nil {
			alike[m.Chat] = map[string]int{}
		}
		alike[m.Chat][m.Content]++
	}
	for chat, ids := range l.sent {
		if strings.HasPrefix(chat, "oc_group") {
			for _, id := range ids {
				if quotes[id] == 0 {
					missing = append(missing, id)
				} else if quotes[id] > 1 {
					twice = append(twice, id)
				}
			}
			continue
		}
		most := 0
		for _, n := range alike[chat] {
			most = max(most, n)
		}
		if most < len(ids) {
			missing = append(missing, fmt.Sprintf("%d in %s", len(ids)-most, chat))
		} else if most > len(ids) {
			twice = append(twice, fmt.Sprintf("%d in %s", most-len(ids), chat))
		}
	}
	return missing, twice
}

// settle waits until all is answered, or nothing has changed for longer than the engine waits after four failures.
func (l *load) settle() {
	last, since := -1, time.Now()
	for time.Since(since) < 90*time.Second {
		missing, _ := l.answers()
		if len(missing) == 0 {
			break
		}
		if n := len(l.service.platform.Messages("")); n != last {
			last, since = n, time.Now()
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(2 * time.Second) // what would be shown twice has time to
}

func (l *load) check() {
	missing, twice := l.answers()
	t := l.service.t
	if len(missing) > 0 {
		t.Errorf("%d answers are missing: %.20v\n%s", len(missing), missing, l.service.log.String())
	}
	if len(twice) > 0 {
		t.Errorf("%d answers are shown twice: %.20v", len(twice), twice)
	}
	total := 0
	for _, ids := range l.sent {
		total += len(ids)
	}
	slices.Sort(l.took)
	t.Logf("%d messages acknowledged, %d of them after a redelivery; acknowledged within %v (half), %v (99 of 100); %d deliveries repeated under their uuid",
		total, l.again, l.took[len(l.took)/2].Round(time.Microsecond), l.took[len(l.took)*99/100].Round(time.Microsecond), l.service.platform.Repeats())
}

// TestFeishuConversation holds a conversation over the long connection: a question in a private chat, a button of its card, a question in a
// group, which is answered by quoting it.
func TestFeishuConversation(t *testing.T) {
	s := newLarkService(t)
	s.startIn("stream")
	p := s.platform
	push := func(event []byte) []byte {
		t.Helper()
		answer, err := p.Push(event, 1)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	answered := func(chat string, what func(larktest.Message) bool) larktest.Message {
		t.Helper()
		for range 2000 {
			for _, m := range slices.Backward(p.Messages(chat)) {
				if what(m) {
					return m
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Fatalf("no such answer in %s:\n%s\n%s", chat, p.Shown(chat), s.log.String())
		return larktest.Message{}
	}
	push(p.Say(larktest.Said{ID: "om_ask", Chat: "oc_private", From: "ou_1", Text: "高龄津贴要带什么材料"}))
	card := answered("oc_private", func(m larktest.Message) bool {
		return m.Type == "interactive" && strings.Contains(m.Content, "callback")
	})
	value := buttonValue(t, card.Content)
	said := len(p.Messages("oc_private"))
	if toast := push(p.Click("ev_1", "ou_1", card.ID, "oc_private", value)); !strings.Contains(string(toast), `"type":"info"`) {
		t.Errorf("%s", toast)
	}
	answered("oc_private", func(larktest.Message) bool { return len(p.Messages("oc_private")) > said })

	p.Keep("om_photo", "img_1", []byte("\xff\xd8\xff\xe0 no photo"))
	push(p.Say(larktest.Said{ID: "om_photo", Chat: "oc_private", From: "ou_1", Type: "image", Content: `{"image_key":"img_1"}`}))
	fetched := func() bool { return p.Calls("GET /open-apis/im/v1/messages/om_photo/resources/img_1") > 0 }
	for range 2000 {
		if fetched() {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if !fetched() {
		t.Error("a photo was not fetched")
	}
	push(p.Say(larktest.Said{
		ID: "om_group", Chat: "oc_group", From: "ou_2", Group: true, Text: "@_user_1 居住证在哪里办", Mentions: []map[string]any{larktest.Mention("@_user_1", p.BotID, "邻里")},
	}))
	answered("oc_group", func(m larktest.Message) bool { return m.Root == "om_group" })
	push(p.Say(larktest.Said{ID: "om_talk", Chat: "oc_group", From: "ou_3", Group: true, Text: "今天天气不错"}))
	push(p.Say(larktest.Said{ID: "om_sticker", Chat: "oc_private", From: "ou_1", Type: "sticker", Content: `{"file_key":"s"}`}))
	answered("oc_private", func(m larktest.Message) bool { return strings.Contains(m.Content, "没有看到文字") })
	t.Logf("the private chat:\n%s\nthe group:\n%s", p.Shown("oc_private"), p.Shown("oc_group"))
	if strings.Contains(p.Shown("oc_group"), "天气") || len(p.Messages("oc_group")) > 2 {
		t.Errorf("the bot joins in what isn't for it: %s", p.Shown("oc_group"))
	}
}

// buttonValue returns what the card's first button carries.
func buttonValue(t *testing.T, card string) any {
	t.Helper()
	var find func(v any) any
	find = func(v any) any {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				if found := find(e); found != nil {
					return found
				}
			}
		case map[string]any:
			if v["type"] == "callback" {
				return v["value"]
			}
			for _, e := range v {
				if found := find(e); found != nil {
					return found
				}
			}
		}
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(card), &v); err != nil {
		t.Fatal(err)
	}
	value := find(v)
	if value == nil {
		t.Fatalf("no button in %s", card)
	}
	return value
}

// TestFeishuDoctor holds what linli doctor says about an app that is not set up, and about one that is.
func TestFeishuDoctor(t *testing.T) {
	p := larktest.New()
	defer p.Close()
	config := defaults()
	config.Lark = LarkConfig{AppID: p.AppID, AppSecret: p.AppSecret, Mode: "stream", Domain: p.URL}
	text := func(found []finding) string {
		var b strings.Builder
		for _, f := range found {
			fmt.Fprintf(&b, "%v %v %s → %s\n", f.OK, f.Warn, f.Text, f.Do)
		}
		for _, secret := range p.Secrets() {
			if strings.Contains(b.String(), secret) {
				t.Errorf("doctor tells a secret: %s", b.String())
			}
		}
		return b.String()
	}
	got := text(checkLark(t.Context(), config))
	for _, want := range []string{"读取用户发给机器人的单聊消息", "im:message.p2p_msg:readonly", "im:message.group_at_msg:readonly", "im:resource", "权限管理", "版本管理与发布", "使用长连接接收事件"} {
		if !strings.Contains(got, want) {
			t.Errorf("it doesn't say %q:\n%s", want, got)
		}
	}
	var scopes []larktest.Scope
	for _, name := range []string{"im:message.p2p_msg:readonly", "im:message.group_at_msg:readonly", "im:message", "im:resource"} {
		scopes = append(scopes, larktest.Scope{Name: name, Granted: 1, Type: "tenant"})
	}
	app := func(event, callback string, events ...string) json.RawMessage {
		b, err := json.Marshal(map[string]any{
			"event":    map[string]any{"subscription_type": event, "subscribed_events": events},
			"callback": map[string]any{"callback_type": callback, "subscribed_callbacks": []string{"card.action.trigger"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	all := []string{"im.message.receive_v1", "im.chat.member.bot.added_v1", "im.chat.access_event.bot_p2p_chat_entered_v1"}
	p.Configure(scopes, app("websocket", "websocket", all...))
	if found := checkLark(t.Context(), config); len(found) != 1 || !found[0].OK || found[0].Warn {
		t.Errorf("an app that is set up: %s", text(found))
	}
	p.Configure(scopes, app("webhook", "websocket"))
	if got := text(checkLark(t.Context(), config)); !strings.Contains(got, "订阅方式与配置里的 mode: stream 不同") || !strings.Contains(got, "没有订阅事件“接收消息”") {
		t.Error(got)
	}
	config.Lark.Mode, config.Lark.EncryptKey = "webhook", "k"
	p.Configure(scopes, app("webhook", "webhook", all...))
	if got := text(checkLark(t.Context(), config)); !strings.Contains(got, "public_url") {
		t.Error(got)
	}
	config.PublicURL = "https://127.0.0.1:1"
	if found := checkLark(t.Context(), config); len(found) != 1 || !found[0].OK || !strings.Contains(found[0].Text, "访问不到请求地址 https://127.0.0.1:1/hooks/lark") {
		t.Error(text(found))
	}
	config.Lark.EncryptKey = ""
	if got := text(checkLark(t.Context(), config)); !strings.Contains(got, "encrypt_key 或 verification_token") {
		t.Error(got)
	}
	config.Lark.Mode, config.Lark.AppSecret = "stream", "wrong-secret-9"
	if got := text(checkLark(t.Context(), config)); !strings.Contains(got, "凭证与基础信息") || strings.Contains(got, "wrong-secret-9") {
		t.Error(got)
	}
	config.Lark.Domain = "http://127.0.0.1:1"
	if got := text(checkLark(t.Context(), config)); !strings.Contains(got, "连不上") {
		t.Error(got)
	}
	here := httptest.NewServer(http.NotFoundHandler())
	defer here.Close()
	if got := text(checkHook(t.Context(), "飞书", here.URL+larkPath)); !strings.Contains(got, "404") {
		t.Error(got)
	}
	here.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) })
	if found := checkHook(t.Context(), "飞书", here.URL+larkPath); found != nil {
		t.Error(text(found))
	}
	if found := checkLark(t.Context(), defaults()); found != nil {
		t.Errorf("without an app: %s", text(found))
	}
}
