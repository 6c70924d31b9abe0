package larktest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	lark "github.com/larksuite/oapi-sdk-go/v3"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"
)

// The platform's own SDKs judge the double: what they open, verify, decode and acknowledge is as the platform would have sent it.

const card = `{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[{"tag":"markdown","content":"x"}]}}`

// node starts Feishu's SDK for Node in the part, and returns its lines.
func node(t *testing.T, input map[string]any) *bufio.Scanner {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(home, ".cache")
	}
	modules := filepath.Join(cache, "linli", "npm", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "@larksuiteoapi", "node-sdk")); err != nil {
		t.Fatal("Feishu's SDK for Node is not there; ./.ci/install fetches it (or: npm install --prefix " + filepath.Dir(modules) + " @larksuiteoapi/node-sdk@1.74.0)")
	}
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/judge.cjs", string(text))
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("node doesn't start (is it installed? ./.ci/install): %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
		if t.Failed() {
			t.Log(stderr.String())
		}
	})
	return bufio.NewScanner(out)
}

// line reads one object.
func line(t *testing.T, s *bufio.Scanner, into any) {
	t.Helper()
	for s.Scan() {
		if !strings.HasPrefix(s.Text(), "{") {
			continue // the SDK's own talk
		}
		if err := json.Unmarshal(s.Bytes(), into); err != nil {
			t.Fatalf("%s: %v", s.Text(), err)
		}
		return
	}
	t.Fatal("node said nothing more")
}

func TestNodeOpensAndVerifies(t *testing.T) {
	p := New()
	defer p.Close()
	p.EncryptKey, p.VerificationToken = "encrypt-key", "token"
	event := p.Say(Said{ID: "om_1", Chat: "oc_1", From: "ou_1", Text: "楼道灯坏了"})
	r, err := p.Request(t.Context(), "http://example.org", event)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{}
	for key := range r.Header {
		headers[strings.ToLower(key)] = r.Header.Get(key)
	}
	var got struct{ Plain, Taken, Forged, Theirs, Error string }
	line(t, node(t, map[string]any{
		"part": "opened", "key": p.EncryptKey, "token": p.VerificationToken, "sealed": Seal(p.EncryptKey, event), "body": string(body), "headers": headers,
	}), &got)
	if got.Plain != string(event) || got.Taken != "om_1" || got.Forged != "" || got.Error != "" {
		t.Errorf("%+v", got)
	}
	if raw, err := base64.StdEncoding.DecodeString(got.Theirs); err != nil || len(raw) != 32 {
		t.Errorf("%q", got.Theirs)
	}
}

func TestNodeCalls(t *testing.T) {
	p := New()
	defer p.Close()
	var got struct {
		Codes           []int
		Same            bool
		Reaction, Image string
		Refused         int
		Error           string
	}
	line(t, node(t, map[string]any{"part": "called", "url": p.URL, "app": p.AppID, "secret": p.AppSecret, "card": json.RawMessage(card)}), &got)
	if got.Error != "" || len(got.Codes) != 5 || !got.Same || got.Reaction == "" || got.Image == "" || got.Refused != 230034 {
		t.Errorf("%+v", got)
	}
	if sent := p.Messages("oc_node"); len(sent) != 2 || See(sent[0].Type, sent[0].Content) != "来自 Node" || sent[1].Edits != 1 || !sent[1].Thread {
		t.Errorf("%+v", sent)
	}
}

func TestNodeConnects(t *testing.T) {
	p := New()
	defer p.Close()
	lines := node(t, map[string]any{"part": "connected", "url": p.URL, "app": p.AppID, "secret": p.AppSecret})
	connectedTo(t, p, func() string {
		var got struct{ Text string }
		for got.Text == "" {
			line(t, lines, &got)
		}
		return got.Text
	})
}

// connectedTo pushes events to a client that says what it took.
func connectedTo(t *testing.T, p *Server, took func() string) {
	t.Helper()
	for range 2000 {
		if p.Connections() > 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	long := strings.Repeat("长", 2000)
	for i, text := range []string{"您好", long} {
		if _, err := p.Push(p.Say(Said{ID: "om_1", Chat: "oc_1", From: "ou_1", Text: text}), 1+4*i); err != nil {
			t.Fatal(err)
		}
		if got := took(); got != text {
			t.Errorf("%.40q became %.40q", text, got)
		}
	}
	data, err := p.Push(p.Click("ev", "ou_1", "om_1", "oc_1", map[string]string{"a": "b"}), 1)
	if err != nil || !strings.Contains(string(data), `"toast"`) {
		t.Errorf("%s, %v", data, err)
	}
}

func TestGoConnects(t *testing.T) {
	p := New()
	p.Between = 20 * time.Millisecond // SDK v3.12.0 takes pieces in goroutines of their own and joins them without a lock
	defer p.Close()
	texts := make(chan string, 1)
	handler := dispatcher.NewEventDispatcher("", "").
		OnP2MessageReceiveV1(func(_ context.Context, e *larkim.P2MessageReceiveV1) error {
			var in struct{ Text string }
			err := json.Unmarshal([]byte(*e.Event.Message.Content), &in)
			texts <- in.Text
			return err
		}).
		OnP2CardActionTrigger(func(context.Context, *callback.CardActionTriggerEvent) (*callback.CardActionTriggerResponse, error) {
			return &callback.CardActionTriggerResponse{Toast: &callback.Toast{Type: "info", Content: "好"}}, nil
		})
	client := larkws.NewClient(p.AppID, p.AppSecret, larkws.WithEventHandler(handler), larkws.WithDomain(p.URL), larkws.WithLogLevel(larkcore.LogLevelError))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = client.Start(ctx) }()
	connectedTo(t, p, func() string { return <-texts })
	cancel()
	<-ended
}

func TestGoCalls(t *testing.T) {
	p := New()
	defer p.Close()
	client := lark.NewClient(p.AppID, p.AppSecret, lark.WithOpenBaseUrl(p.URL), lark.WithReqTimeout(5*time.Second), lark.WithLogLevel(larkcore.LogLevelError))
	send := func(to, kind, content, uuid string) *larkim.CreateMessageResp {
		t.Helper()
		r, err := client.Im.V1.Message.Create(t.Context(), larkim.NewCreateMessageReqBuilder().ReceiveIdType("chat_id").
			Body(larkim.NewCreateMessageReqBodyBuilder().ReceiveId(to).MsgType(kind).Content(content).Uuid(uuid).Build()).Build())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, again := send("oc_go", "text", `{"text":"x"}`, "u"), send("oc_go", "text", `{"text":"x"}`, "u")
	if !first.Success() || *first.Data.MessageId != *again.Data.MessageId || p.Repeats() != 1 {
		t.Errorf("%+v %+v", first, again)
	}
	for name, row := range map[string]struct {
		to, kind, content string
		code              int
	}{
		"no chat":        {"nobody", "text", `{"text":"x"}`, 230034},
		"no text":        {"oc_go", "text", `{}`, 230001},
		"no type":        {"oc_go", "hologram", `{}`, 230055},
		"card of old":    {"oc_go", "interactive", `{"elements":[]}`, 230099},
		"big card":       {"oc_go", "interactive", strings.Repeat(" ", 31<<10) + card, 230025},
		"value as text":  {"oc_go", "interactive", strings.Replace(card, `{"tag":"markdown","content":"x"}`, `{"tag":"button","text":{"tag":"plain_text","content":"x"},"behaviors":[{"type":"callback","value":"x"}]}`, 1), 230099},
		"a good card":    {"oc_go", "interactive", card, 0},
		"unknown object": {"oc_go", "interactive", strings.Replace(card, "markdown", "hologram", 1), 230099},
	} {
		if r := send(row.to, row.kind, row.content, ""); r.Code != row.code {
			t.Errorf("%s: code %d, want %d", name, r.Code, row.code)
		}
	}
	p.FailNext("/messages", Fault{Status: 429, Code: 99991400, Reset: "3"})
	if r := send("oc_go", "text", `{"text":"x"}`, ""); r.Code != 99991400 || r.StatusCode != 429 || r.Header.Get("x-ogw-ratelimit-reset") != "3" {
		t.Errorf("%+v", r)
	}
	p.Fail(nil)
	p.Limit(2)
	codes := map[int]int{}
	for range 5 {
		codes[send("oc_busy", "text", `{"text":"x"}`, "").Code]++
	}
	if codes[0] != 2 || codes[230020] != 3 {
		t.Errorf("%v", codes)
	}
	got, err := client.Im.V1.Message.Get(t.Context(), larkim.NewGetMessageReqBuilder().MessageId(*first.Data.MessageId).Build())
	if err != nil || !got.Success() || *got.Data.Items[0].Sender.Id != p.AppID {
		t.Errorf("%+v, %v", got, err)
	}
}
