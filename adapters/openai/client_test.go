package openai_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"linli/adapters/openai"
	"linli/bot"
)

// TestAnswers: what a server may send, and what becomes of it.
func TestAnswers(t *testing.T) {
	stream := func(o *openai.Options) { o.Stream = true }
	tool := func(o *openai.Options) { o.JSON = openai.ModeTool }
	for _, c := range []struct {
		name    string
		with    func(*openai.Options)
		answers []http.HandlerFunc
		why     bot.ModelFailure
		asked   int
	}{
		{"an answer", nil, []http.HandlerFunc{says(good)}, "", 1},
		{"words around it", nil, []http.HandlerFunc{says("好的:\n```json\n" + good + "\n```\n希望有帮助")}, "", 1},
		{"thoughts before it", nil, []http.HandlerFunc{says("<think>{\"answer\":1}</think>" + good)}, "", 1},
		{"a tool", tool, []http.HandlerFunc{calls("result", good)}, "", 1},
		{"a tool that nobody offered", nil, []http.HandlerFunc{calls("other", good)}, "", 1},
		{"a blank, then an answer", nil, []http.HandlerFunc{says(""), says(good)}, "", 2},
		{"always blank", nil, []http.HandlerFunc{says(" \n")}, bot.ModelMalformed, 2},
		{"wrong JSON, then an answer", nil, []http.HandlerFunc{says(`{"antwort":1}`), says(good)}, "", 2},
		{"always wrong JSON", nil, []http.HandlerFunc{says(`{"answer":["15"]}`)}, bot.ModelMalformed, 2},
		{"truncated JSON that claims to be whole", nil, []http.HandlerFunc{says(`{"answer":"15`)}, bot.ModelMalformed, 2},
		{"truncated JSON", nil, []http.HandlerFunc{ends(`{"answer":"15`, "length")}, bot.ModelCut, 1},
		{"filtered", nil, []http.HandlerFunc{ends("", "content_filter")}, bot.ModelRefused, 1},
		{"an error with status 200", nil, []http.HandlerFunc{fails(200)}, bot.ModelMalformed, 2},
		{"no JSON at all", nil, []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }}, bot.ModelMalformed, 1},
		{"503, then an answer", nil, []http.HandlerFunc{fails(503), says(good)}, "", 2},
		{"always 503", nil, []http.HandlerFunc{fails(503)}, bot.ModelDead, 3},
		{"429 that asks for little, then an answer", nil, []http.HandlerFunc{fails(429, "Retry-After-Ms", "5"), says(good)}, "", 2},
		{"429 that asks for an hour", nil, []http.HandlerFunc{fails(429, "Retry-After", "3600")}, bot.ModelDead, 1},
		{"a hang-up, then an answer", nil, []http.HandlerFunc{hangsUp, says(good)}, "", 2},
		{"nobody there", func(o *openai.Options) { o.BaseURL = "http://127.0.0.1:1/v1" }, []http.HandlerFunc{says(good)}, bot.ModelDead, 0},
		{"always a hang-up", nil, []http.HandlerFunc{hangsUp}, bot.ModelDead, 3},
		{"a wrong key", nil, []http.HandlerFunc{fails(401)}, bot.ModelRefused, 1},
		{"a redirect", nil, []http.HandlerFunc{fails(307, "Location", "http://127.0.0.1:9/")}, bot.ModelRefused, 1},
		{"no schema here, an object is fine", nil, []http.HandlerFunc{fails(400), fails(400), says(good)}, "", 3},
		{"nothing but words", nil, []http.HandlerFunc{fails(400), fails(422), fails(400), says(good)}, "", 4},
		{"refuses everything", nil, []http.HandlerFunc{fails(400)}, bot.ModelRefused, 4},
		{"a stream", stream, []http.HandlerFunc{streams("stop", true, `{"ans`, `wer":`, `"15日内"}`)}, "", 1},
		{"a stream that was cut", stream, []http.HandlerFunc{streams("", false, `{"ans`, `wer":"15`)}, bot.ModelCut, 1},
		{"a stream that ends without a reason", stream, []http.HandlerFunc{streams("", true, `{"answer":"15`)}, bot.ModelCut, 1},
		{"a stream that ran out of length", stream, []http.HandlerFunc{streams("length", true, `{"answer":"15`)}, bot.ModelCut, 1},
		{"a stream of nothing, then an answer", stream, []http.HandlerFunc{streams("stop", true), streams("stop", true, good)}, "", 2},
		{"too slow", func(o *openai.Options) { o.Timeout = 50 * time.Millisecond }, []http.HandlerFunc{dawdles}, bot.ModelSlow, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, c.answers...)
			got, err := s.client(t, c.with).Complete(t.Context(), prompt)
			if why := bot.WhyNoModel(err); why != c.why {
				t.Fatalf("%q (%v), want %q", why, err, c.why)
			}
			if err == nil && (string(got.JSON) != good || got.Tokens == 0 || got.Model == "") {
				t.Errorf("got %s from %q for %d tokens", got.JSON, got.Model, got.Tokens)
			}
			if n := len(s.asked()); n != c.asked {
				t.Errorf("asked %d times, want %d", n, c.asked)
			}
			if err != nil && (strings.Contains(err.Error(), "sk-") || strings.Contains(err.Error(), "王奶奶") || strings.Contains(err.Error(), "127.0.0.1")) {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

// TestDegrades: what the server was found to do is asked for from then on; a server that refuses everything changes nothing.
func TestDegrades(t *testing.T) {
	s := serve(t, fails(400), fails(400), says(good))
	c := s.client(t, nil)
	for range 2 {
		if _, err := c.Complete(t.Context(), prompt); err != nil {
			t.Fatal(err)
		}
	}
	var formats []string
	for _, r := range s.asked() {
		switch {
		case r.ResponseFormat != nil:
			formats = append(formats, r.ResponseFormat.Type)
		case len(r.Tools) > 0:
			formats = append(formats, "tool")
		default:
			formats = append(formats, "plain")
		}
	}
	if got, want := strings.Join(formats, " "), "json_schema tool json_object json_object"; got != want {
		t.Errorf("asked by %s, want %s", got, want)
	}
	last := s.asked()[3].Messages
	if !strings.Contains(last[0].Content, "additionalProperties") || strings.Contains(last[0].Content, "居住证") {
		t.Errorf("without a schema the server must be told it, and nothing of the data: %s", last[0].Content)
	}
	if last[1].Role != "user" || last[1].Content != `[{"name":"问题","text":"居住证要多久"}]` {
		t.Errorf("the data was sent as %+v", last[1])
	}
}

// TestBreaker: after three failures the server is left alone, then asked once again.
func TestBreaker(t *testing.T) {
	s := serve(t, dawdles, dawdles, dawdles, says(good))
	c := s.client(t, func(o *openai.Options) { o.Timeout, o.Rest = 20*time.Millisecond, 300*time.Millisecond })
	for i := range 20 {
		_, err := c.Complete(t.Context(), prompt)
		want := bot.ModelSlow
		if i >= 3 {
			want = bot.ModelDead
		}
		if why := bot.WhyNoModel(err); why != want {
			t.Fatalf("question %d: %q, want %q", i, why, want)
		}
	}
	if n := len(s.asked()); n != 3 {
		t.Errorf("a dead server was asked %d times, want 3", n)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := c.Complete(t.Context(), prompt); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the server is back, but: %v", err)
		}
	}
}

// TestTend: while somebody tends the client, a dead server is tried by nobody else, and is found when it is back.
func TestTend(t *testing.T) {
	s := serve(t, dawdles, dawdles, dawdles, fails(500), says("x"))
	c := s.client(t, func(o *openai.Options) { o.Timeout, o.Rest = 30*time.Millisecond, 60*time.Millisecond })
	for range 3 {
		if _, err := c.Complete(t.Context(), prompt); bot.WhyNoModel(err) != bot.ModelSlow {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Tend(ctx) }()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := c.Complete(t.Context(), prompt)
		why := bot.WhyNoModel(err)
		if why == bot.ModelMalformed { // it answers again
			break
		}
		if why != bot.ModelDead || time.Now().After(end) {
			t.Fatalf("%q: %v", why, err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	probes := 0
	for _, r := range s.asked() {
		if len(r.Messages) == 1 {
			probes++
		}
	}
	if probes == 0 {
		t.Error("nobody looked whether the server is back")
	}
}

// TestCallerLeaves: whose asker has gone is not the server's fault.
func TestCallerLeaves(t *testing.T) {
	s := serve(t, dawdles, dawdles, dawdles, dawdles, says(good))
	c := s.client(t, nil)
	for range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if _, err := c.Complete(ctx, prompt); err == nil {
			t.Fatal("answered")
		}
	}
	if _, err := c.Complete(t.Context(), prompt); err != nil {
		t.Errorf("a living server was left alone: %v", err)
	}
}

// TestEmbed: vectors come in any order, in portions, and are all of one length.
func TestEmbed(t *testing.T) {
	vectors := func(rows ...map[string]any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { write(w, map[string]any{"data": rows}) }
	}
	row := func(index int, v ...float32) map[string]any { return map[string]any{"index": index, "embedding": v} }
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		ok     bool
	}{
		{"in order", vectors(row(0, 1, 2), row(1, 3, 4)), true},
		{"turned round", vectors(row(1, 3, 4), row(0, 1, 2)), true},
		{"one is missing", vectors(row(0, 1, 2)), false},
		{"one twice", vectors(row(0, 1, 2), row(0, 3, 4)), false},
		{"one that nobody asked for", vectors(row(0, 1, 2), row(7, 3, 4)), false},
		{"one is longer", vectors(row(0, 1, 2), row(1, 3, 4, 5)), false},
		{"one is empty", vectors(row(0, 1, 2), row(1)), false},
		{"refused", fails(404), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := serve(t, c.answer).client(t, nil).Embed(t.Context(), []string{"一", "二"})
			if (err == nil) != c.ok {
				t.Fatalf("%v, %v", got, err)
			}
			if c.ok && (len(got) != 2 || got[0][0] != 1 || got[1][0] != 3) {
				t.Errorf("got %v", got)
			}
		})
	}
	many := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		var rows []map[string]any
		for i := range 10 {
			rows = append(rows, row(i, float32(i)))
		}
		vectors(rows...)(w, nil)
	})
	if got, err := many.client(t, nil).Embed(t.Context(), make([]string, 30)); err != nil || len(got) != 30 || len(many.asked()) != 3 {
		t.Errorf("%d vectors in %d requests: %v", len(got), len(many.asked()), err)
	}
}

// TestNew: settings that can't work are refused, without the key.
func TestNew(t *testing.T) {
	for _, o := range []openai.Options{{}, {BaseURL: "localhost:11434"}, {BaseURL: "ftp://x/v1"}, {BaseURL: "http://x/v1", JSON: "xml"}} {
		o.Key = secret
		if _, err := openai.New(o); bot.KindOf(err) != bot.Invalid || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", o.BaseURL, err)
		}
	}
}

// TestUnreachable: nobody listens; that is known at once.
func TestUnreachable(t *testing.T) {
	s := serve(t, says(good))
	s.Close()
	_, err := s.client(t, nil).Complete(t.Context(), prompt)
	var why *bot.ModelError
	if !errors.As(err, &why) || why.Why != bot.ModelDead {
		t.Errorf("%v", err)
	}
}
