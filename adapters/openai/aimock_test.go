package openai_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/adapters/openai"
	"linli/bot"
)

// double starts aimock, a server that others wrote to stand in for a model, with answers by what the user's message has in it.
func double(t *testing.T, answers map[string]any) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(cache, "linli", "npm", "node_modules", "@copilotkit", "aimock", "dist", "cli.js")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("the double of a model's server is missing (%v): run .ci/install", err)
	}
	var fixtures []any
	for word, answer := range answers {
		fixture := map[string]any{"match": map[string]string{"userMessage": word}, "response": answer}
		if model, ok := strings.CutPrefix(word, "model:"); ok {
			fixture["match"] = map[string]string{"model": model}
		}
		fixtures = append(fixtures, fixture)
	}
	text, err := json.Marshal(map[string]any{"fixtures": fixtures})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "fixtures.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	var log bytes.Buffer
	cmd := exec.Command("node", program, "-p", port, "--host", "127.0.0.1", "-f", file, "--log-level", "warn")
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatalf("node: %v: run .ci/install", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	base := "http://127.0.0.1:" + port
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if r, err := http.Get(base + "/__aimock/journal"); err == nil {
			r.Body.Close()
			return base
		}
	}
	t.Fatalf("the double does not answer: %s", log.String())
	return ""
}

// TestDouble: what the client expects of a server is what another's double of it does.
func TestDouble(t *testing.T) {
	base := double(t, map[string]any{
		"居住证":  map[string]string{"content": good},
		"空白":   map[string]string{"content": " "},
		"半截":   map[string]string{"content": `{"answer":"15`},
		"工具":   map[string]any{"toolCalls": []any{map[string]string{"name": "result", "arguments": good}}},
		"不合要求": map[string]string{"content": good}, // it is asked to mend what it wrote
		"超载":   map[string]any{"error": map[string]string{"message": "overloaded", "type": "server_error"}, "status": 503},
	})
	client := func(change func(*openai.Options)) *openai.Client {
		o := openai.Options{BaseURL: base + "/v1", Key: secret, Model: "gpt-4o", Embedding: "text-embedding-3-small", Pause: time.Millisecond, Timeout: 20 * time.Second}
		if change != nil {
			change(&o)
		}
		c, err := openai.New(o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	stream := func(o *openai.Options) { o.Stream = true }
	tool := func(o *openai.Options) { o.JSON = openai.ModeTool }
	for _, c := range []struct {
		text string
		with func(*openai.Options)
		why  bot.ModelFailure
	}{
		{"居住证要多久", nil, ""}, {"居住证要多久", stream, ""}, {"工具", tool, ""}, {"工具", func(o *openai.Options) { stream(o); tool(o) }, ""},
		{"空白", nil, ""}, {"半截", nil, ""}, {"半截", stream, ""}, {"超载", nil, bot.ModelDead}, {"没有这一条", nil, bot.ModelRefused},
	} {
		p := prompt
		p.Data = []bot.PromptData{{Name: "问题", Text: c.text}}
		got, err := client(c.with).Complete(t.Context(), p)
		if why := bot.WhyNoModel(err); why != c.why {
			t.Errorf("%s: %q (%v), want %q", c.text, why, err, c.why)
		}
		if err == nil && string(got.JSON) != good {
			t.Errorf("%s: %s", c.text, got.JSON)
		}
	}
	one, err := client(nil).Embed(t.Context(), []string{"一", "二", "一"})
	if err != nil || len(one) != 3 || !slices.Equal(one[0], one[2]) || slices.Equal(one[0], one[1]) {
		t.Errorf("%d vectors, %v", len(one), err)
	}
	for header, want := range map[string]bot.ModelFailure{`{"rateLimitRate":1}`: bot.ModelDead, `{"disconnectRate":1}`: bot.ModelDead, `{"malformedRate":1}`: bot.ModelMalformed} {
		r, err := http.Post(base+"/__aimock/chaos", "application/json", strings.NewReader(header))
		if err != nil || r.StatusCode >= 300 {
			t.Fatalf("chaos %s: %v", header, err)
		}
		r.Body.Close()
		_, err = client(nil).Complete(t.Context(), prompt)
		if why := bot.WhyNoModel(err); why != want {
			t.Errorf("%s: %q (%v), want %q", header, why, err, want)
		}
		if strings.Contains(fmt.Sprint(err), secret) {
			t.Errorf("the key is in the error: %v", err)
		}
	}
}
