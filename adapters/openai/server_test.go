package openai_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"linli/adapters/openai"
	"linli/bot"
)

const secret = "sk-very-secret-0123456789"

// script is a server that answers each request by the next of its answers, the last again and again.
type script struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []http.HandlerFunc
	requests []request
}

// request is what a client sent.
type request struct {
	Auth           string
	Path           string
	Stream         bool
	Tools          []any
	ResponseFormat *struct{ Type string } `json:"response_format"`
	Messages       []struct{ Role, Content string }
	Input          []string
}

func serve(t *testing.T, answers ...http.HandlerFunc) *script {
	s := &script{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client went away
		}
		var got request
		if err := json.Unmarshal(body, &got); err != nil {
			t.Errorf("the request is no JSON: %v", err)
		}
		got.Auth, got.Path = r.Header.Get("Authorization"), r.URL.Path
		s.mu.Lock()
		n := min(len(s.requests), len(s.answers)-1)
		s.requests = append(s.requests, got)
		s.mu.Unlock()
		s.answers[n](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *script) asked() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *script) client(t *testing.T, change func(*openai.Options)) *openai.Client {
	t.Helper()
	o := openai.Options{BaseURL: s.URL + "/v1", Key: secret, Model: "little", Embedding: "little-vectors", Pause: time.Millisecond, Timeout: 5 * time.Second}
	if change != nil {
		change(&o)
	}
	c, err := openai.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// says answers with the content.
func says(content string) http.HandlerFunc { return ends(content, "stop") }

func ends(content, reason string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{"model": "little-1", "usage": map[string]int{"total_tokens": 42}, "choices": []any{
			map[string]any{"index": 0, "finish_reason": reason, "message": map[string]string{"role": "assistant", "content": content}},
		}})
	}
}

// calls answers with a call of the tool.
func calls(name, arguments string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{"choices": []any{map[string]any{"finish_reason": "tool_calls", "message": map[string]any{
			"role": "assistant", "content": nil,
			"tool_calls": []any{map[string]any{"id": "1", "type": "function", "function": map[string]string{"name": name, "arguments": arguments}}},
		}}}})
	}
}

// fails answers with a status, and an error that repeats what should not be repeated.
func fails(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		write(w, map[string]any{"error": map[string]any{"message": "no: " + r.Header.Get("Authorization") + " 王奶奶", "type": "server_error"}})
	}
}

// streams sends the pieces as a stream. An empty reason leaves the finish_reason out; done says whether the stream ends as it should.
func streams(reason string, done bool, pieces ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ": keep-alive\n\n")
		for _, p := range pieces {
			event(w, map[string]any{"index": 0, "delta": map[string]string{"content": p}})
		}
		if reason != "" {
			event(w, map[string]any{"index": 0, "delta": map[string]string{}, "finish_reason": reason})
		}
		if done {
			fmt.Fprint(w, "data: [DONE]\n\n")
		}
	}
}

func event(w io.Writer, choice map[string]any) {
	body, err := json.Marshal(map[string]any{"model": "little-1", "choices": []any{choice}})
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(w, "data: %s\n\n", body)
}

// hangs up without an answer.
func hangsUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// dawdles until the client has gone.
func dawdles(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func write(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

var prompt = bot.Prompt{
	Task: bot.TaskAnswer, System: "回答问题。", Data: []bot.PromptData{{Name: "问题", Text: "居住证要多久"}},
	Schema: json.RawMessage(`{"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"],"additionalProperties":false}`),
}

const good = `{"answer":"15日内"}`
