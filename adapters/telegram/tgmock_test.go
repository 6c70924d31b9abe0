package telegram

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/adapters/telegram/telegramtest"
	"linli/bot"
)

// mock is tg-mock, a Telegram that others wrote from the published description of the Bot API, as a process of its own. It reads no multipart and
// holds no request open, so a proxy stands before it that makes JSON of what comes and lets getUpdates wait a little.
type mock struct {
	t       *testing.T
	address string // its own
	proxy   *httptest.Server

	mu    sync.Mutex
	calls []telegramtest.Call
}

func startMock(t *testing.T) *mock {
	t.Helper()
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(cmp.Or(os.Getenv("XDG_CACHE_HOME"), filepath.Join(home, ".cache")), "linli", "bin", "tg-mock")
	if _, err := os.Stat(program); err != nil {
		t.Fatal("tg-mock is not there; ./.ci/install builds it")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	var said bytes.Buffer
	cmd := exec.Command(program, "--port", strconv.Itoa(port), "--faker-seed", "1")
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("tg-mock doesn't start, ./.ci/install builds it anew when it is removed: %v", err)
	}
	m := &mock{t: t, address: fmt.Sprintf("http://127.0.0.1:%d", port)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
		if t.Failed() {
			t.Log(said.String())
		}
	})
	wait(t, "tg-mock answers", func() bool {
		r, err := http.Get(m.address + "/health")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	to, err := url.Parse(m.address)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	m.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := m.asJSON(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/getUpdates") {
			time.Sleep(100 * time.Millisecond)
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(m.proxy.Close)
	return m
}

// words are the parameters that are text even where they look like numbers.
var words = []string{"text", "caption", "file_id", "callback_query_id"}

// asJSON makes a JSON object of a multipart body, and remembers the call.
func (m *mock) asJSON(r *http.Request) error {
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return nil
	}
	call := telegramtest.Call{Method: r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], Params: map[string]string{}, Files: map[string]int{}}
	object := map[string]json.RawMessage{}
	parts := multipart.NewReader(r.Body, parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			if !errors.Is(err, io.EOF) { // the library sends no part at all when there are no parameters
				m.t.Logf("%s: %v", call.Method, err)
			}
			break
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		name := part.FormName()
		value := string(content)
		if part.FileName() != "" {
			call.Files[name] = len(content)
			value = "attach://" + name
		}
		call.Params[name] = value
		if object[name] = json.RawMessage(value); slices.Contains(words, name) || !json.Valid([]byte(value)) {
			if object[name], err = json.Marshal(value); err != nil {
				return err
			}
		}
	}
	m.mu.Lock()
	m.calls = append(m.calls, call)
	m.mu.Unlock()
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	r.Header.Set("Content-Type", "application/json")
	return nil
}

// last returns the last call of the method.
func (m *mock) last(method string) telegramtest.Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range slices.Backward(m.calls) {
		if c.Method == method {
			return c
		}
	}
	m.t.Fatalf("%s was never called", method)
	return telegramtest.Call{}
}

// control tells tg-mock something, or asks it with a nil value.
func (m *mock) control(path string, value any) map[string]any {
	m.t.Helper()
	var response *http.Response
	var err error
	if value == nil {
		response, err = http.Get(m.address + "/__control/" + path)
	} else {
		var body []byte
		if body, err = json.Marshal(value); err != nil {
			m.t.Fatal(err)
		}
		response, err = http.Post(m.address+"/__control/"+path, "application/json", bytes.NewReader(body))
	}
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode > 299 {
		m.t.Fatalf("%s: %s %v", path, response.Status, err)
	}
	return answer
}

// pending is how many updates wait for their confirmation.
func (m *mock) pending() int { return int(m.control("state", nil)["updates_pending"].(float64)) }

// fails makes the next call of the method to the chat fail.
func (m *mock) fails(method string, chat int64, response map[string]any) {
	m.control("scenarios", map[string]any{"method": method, "match": map[string]any{"chat_id": chat}, "times": 1, "response": response})
}

// onMock is a channel that polls tg-mock.
func onMock(t *testing.T) (*mock, *Channel, *inbox, *record) {
	m := startMock(t)
	s := &stand{t: t, platform: telegramtest.New(), client: http.DefaultClient, log: &record{}, hook: httptest.NewServer(http.NotFoundHandler())}
	s.raiseOn(Polling, m.proxy.URL)
	return m, s.channel, s.run(), s.log
}

// TestMockPolls: injected updates arrive once and in order, are confirmed only when they are durable, and come again until then.
func TestMockPolls(t *testing.T) {
	m, _, in, lines := onMock(t)
	in.failWith(bot.Errorf(bot.Unavailable, "the disk is full"))
	said := telegramtest.New()
	defer said.Close()
	for i := range 7 {
		m.control("updates", map[string]any{"message": said.Private(person, fmt.Sprint("第", i))})
	}
	wait(t, "it is said that it isn't durable", func() bool { return strings.Contains(lines.String(), "not durable yet") })
	if got := m.pending(); got != 7 {
		t.Fatalf("%d updates are left of 7 that nobody could keep", got)
	}
	in.failWith(nil)
	wait(t, "all are confirmed", func() bool { return m.pending() == 0 })
	m.control("updates", map[string]any{"callback_query": map[string]any{
		"id": "77", "from": map[string]any{"id": person, "first_name": "王"}, "data": "a:b:c", "chat_instance": "1",
		"message": map[string]any{"message_id": 3, "date": 5, "chat": map[string]any{"id": person, "type": "private"}},
	}})
	m.control("updates", map[string]any{"poll_answer": map[string]any{"poll_id": "1"}}) // not for us, and no obstacle
	wait(t, "the rest is confirmed", func() bool { return m.pending() == 0 })
	var got []string
	for _, message := range in.messages() {
		got = append(got, message.Text+message.Action)
	}
	if want := []string{"第0", "第1", "第2", "第3", "第4", "第5", "第6", "a:b:ca:b:c"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	wait(t, "the button is released", func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return slices.ContainsFunc(m.calls, func(c telegramtest.Call) bool { return c.Method == "answerCallbackQuery" })
	})
}

// TestMockSends: every method that we call is one of the Bot API's, with the parameters that it requires.
func TestMockSends(t *testing.T) {
	m, c, _, _ := onMock(t)
	to := bot.Chat{Channel: Name, ID: fmt.Sprint(person)}
	reply := bot.Reply{
		Text: "**记下了** <1号楼> & 2号楼", Fields: []bot.Field{{Name: "地点", Value: "3栋"}},
		Choices: []bot.Choice{{Label: "没错", Action: "incidents:yes:1"}, {Label: "改一改", Action: "incidents:no:1"}},
		Files:   []bot.Attachment{{Kind: "image", Channel: Name, Ref: "photo-1"}, {Kind: "image", Channel: "web", Ref: "x"}, {Kind: "file", Channel: "web", Ref: "y", Name: "通报.docx"}},
	}
	id, err := c.Send(t.Context(), bot.Delivery{To: to, Line: "1", Reply: reply})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := strconv.Atoi(id); err != nil || n <= 0 {
		t.Errorf("the ID is %q", id)
	}
	if got := m.last("sendMessage").Params; got["chat_id"] != to.ID || got["parse_mode"] != "HTML" || !strings.Contains(got["text"], "<b>记下了</b> &lt;1号楼&gt;") {
		t.Errorf("%v", got)
	}
	if got := m.last("sendPhoto"); got.Files["photo"]+got.Files[strings.TrimPrefix(got.Params["photo"], "attach://")] == 0 {
		t.Errorf("no bytes in %+v", got)
	}
	if got := m.last("sendDocument"); len(got.Files) != 1 {
		t.Errorf("no bytes in %+v", got)
	}
	if err := c.Edit(t.Context(), to, id, bot.Reply{Text: "改好了"}); err != nil {
		t.Error(err)
	}
	if got := m.last("editMessageText").Params; got["message_id"] != id || got["text"] != "改好了" {
		t.Errorf("%v", got)
	}
	if err := c.Typing(t.Context(), to); err != nil {
		t.Error(err)
	}
	// It names a path for any file but has no bytes under it: to us a file that is gone.
	if _, err := c.Fetch(t.Context(), bot.Attachment{Kind: "image", Ref: "photo-1"}); bot.KindOf(err) != bot.Invalid {
		t.Errorf("%v", err)
	}
	if got := m.last("getFile").Params; got["file_id"] != "photo-1" {
		t.Errorf("%v", got)
	}
	if _, problems := c.Check(t.Context()); slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal }) {
		t.Errorf("%+v", problems)
	}
}

// TestMockFails: what the platform refuses is classified by what it says.
func TestMockFails(t *testing.T) {
	m, c, _, lines := onMock(t)
	cases := map[string]struct {
		response map[string]any
		outcome  bot.Outcome
		after    time.Duration
		app      bool
	}{
		"too many":     {map[string]any{"error_code": 429, "description": "Too Many Requests: retry after 30", "retry_after": 30}, bot.Retry, 30 * time.Second, false},
		"flood":        {map[string]any{"error_code": 429, "description": "Flood control exceeded"}, bot.Retry, 3 * time.Second, false},
		"blocked":      {map[string]any{"error_code": 403, "description": "Forbidden: bot was blocked by the user"}, bot.Never, 0, false},
		"kicked":       {map[string]any{"error_code": 403, "description": "Forbidden: bot was kicked from the supergroup chat"}, bot.Never, 0, false},
		"gone":         {map[string]any{"error_code": 400, "description": "Bad Request: chat not found"}, bot.Never, 0, false},
		"upset":        {map[string]any{"error_code": 500, "description": "Internal Server Error"}, bot.Retry, 0, false},
		"bad gateway":  {map[string]any{"error_code": 502, "description": "Bad Gateway"}, bot.Retry, 0, false},
		"unauthorized": {map[string]any{"error_code": 401, "description": "Unauthorized"}, bot.Retry, time.Minute, true},
	}
	for i, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) {
			test, chat := cases[name], int64(9000+i)
			m.fails("sendMessage", chat, test.response)
			d := bot.Delivery{To: bot.Chat{Channel: Name, ID: fmt.Sprint(chat)}, Line: name, Reply: bot.Reply{Text: "通知"}}
			_, err := c.Send(t.Context(), d)
			var failed *bot.SendError
			if !errors.As(err, &failed) || failed.Outcome != test.outcome || failed.After != test.after || failed.App != test.app {
				t.Fatalf("%+v", err)
			}
			if strings.Contains(err.Error(), telegramtest.Token) {
				t.Error("the error tells the token")
			}
			if _, err := c.Send(t.Context(), d); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
	m.fails("editMessageText", person, map[string]any{"error_code": 400, "description": "Bad Request: message is not modified"})
	if err := c.Edit(t.Context(), bot.Chat{Channel: Name, ID: fmt.Sprint(person)}, "5", bot.Reply{Text: "一样"}); err != nil {
		t.Errorf("what stands there already was not taken as done: %v", err)
	}
	m.control("scenarios", map[string]any{"method": "getUpdates", "times": 1, "response": map[string]any{"error_code": 409, "description": "Conflict: terminated by other long poll"}})
	wait(t, "another poller is named", func() bool { return strings.Contains(lines.String(), "another program polls") })
	wait(t, "it polls again", c.Ready)
}
