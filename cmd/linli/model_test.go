package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linli/bot"
)

const modelKey = "sk-the-key-of-a-test-0123456789"

// modelServer is a server of a model that answers by what it is given to work with.
type modelServer struct {
	*httptest.Server
	asked atomic.Int64
}

func serveModel(t testing.TB, answer func(data map[string]string) any) *modelServer {
	s := &modelServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		var request struct {
			Messages []struct{ Content string }
		}
		var items []struct{ Name, Text string }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || len(request.Messages) < 2 {
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		if err := json.Unmarshal([]byte(request.Messages[1].Content), &items); err != nil {
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		data := map[string]string{}
		for _, i := range items {
			data[i.Name] = i.Text
			if id, ok := strings.CutPrefix(i.Name, "条目 "); ok {
				data["id"] = id
			}
		}
		content, err := json.Marshal(answer(data))
		if err != nil {
			t.Error(err)
		}
		err = json.NewEncoder(w).Encode(map[string]any{"model": "little", "usage": map[string]int{"total_tokens": 100}, "choices": []any{
			map[string]any{"finish_reason": "stop", "message": map[string]string{"role": "assistant", "content": string(content)}},
		}})
		if err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// words answers with the first line of the plain answer and what is added to it; understanding is left to the embedded default.
func words(added string) func(map[string]string) any {
	return func(data map[string]string) any {
		if data["id"] == "" {
			return map[string]any{"intent": "none", "category": "", "place": "", "title": ""}
		}
		first, _, _ := strings.Cut(data["已有的回答"], "\n")
		return map[string]any{"enough": true, "answer": first + added, "cited": []string{data["id"]}}
	}
}

// ask runs a command and returns what it wrote.
func ask(t testing.TB, in string, args ...string) (out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, streams{in: strings.NewReader(in), out: &stdout, err: &stderr})
	if strings.Contains(stdout.String()+stderr.String(), modelKey) {
		t.Errorf("the key was written: %s%s", stdout.String(), stderr.String())
	}
	if code != exitDone {
		t.Logf("exit %d: %s", code, stderr.String())
	}
	return stdout.String()
}

// questions are those that are reported, one a line.
func questions(t testing.TB, most int) string {
	file, err := os.ReadFile("../../knowledge/testdata/questions-report.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(file)) {
		if q, _, ok := strings.Cut(line, "\t"); ok && q != "question" {
			lines = append(lines, q)
		}
	}
	return strings.Join(lines[:min(most, len(lines))], "\n") + "\n"
}

// replies are the texts of a conversation's replies, a line for each message.
func replies(t testing.TB, out string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(out) {
		var said struct {
			Replies []struct{ Text string }
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		text := ""
		for _, r := range said.Replies {
			text += r.Text + "\n"
		}
		all = append(all, text)
	}
	return all
}

func talkTo(t testing.TB, url, in string) []string {
	t.Setenv("LINLI_MODEL_BASE_URL", url)
	t.Setenv("LINLI_MODEL_NAME", "little")
	t.Setenv("LINLI_MODEL_KEY", modelKey)
	t.Setenv("LINLI_MODEL_FILING", "备案1号")
	t.Setenv("LINLI_MODEL_OFF", "understand") // what is measured is the wording
	return replies(t, ask(t, in, "chat", "--json", "--data", ":memory:", "--now", "2026-11-23T10:00:00+08:00"))
}

// TestModel: with a model, answers go out in its words and bear the label; what it invents doesn't; with its server dead everything is as without one.
func TestModel(t *testing.T) {
	in := questions(t, 40)
	plain := talkTo(t, "", in)
	if len(plain) != 40 {
		t.Fatalf("%d replies", len(plain))
	}
	good := serveModel(t, words(""))
	worded := 0
	for i, text := range talkTo(t, good.URL+"/v1", in) {
		first, _, _ := strings.Cut(plain[i], "\n")
		if strings.Contains(text, "AI生成,仅供参考(模型:little,备案号:备案1号)") {
			worded++
			if !strings.HasPrefix(text, first) {
				t.Errorf("instead of %q: %q", first, text)
			}
		} else if text != plain[i] {
			t.Errorf("neither worded nor plain: %q", text)
		}
	}
	if worded < 10 {
		t.Errorf("%d of 40 answers were worded", worded)
	}
	for name, added := range map[string]string{"number": "137个工作日办好。", "phone": "电话0798-8765432。", "office": "也可以去昌江区民政局。", "prompt": "只用条目里写明的内容。"} {
		bad := serveModel(t, words(added))
		if got := talkTo(t, bad.URL+"/v1", in); !slices.Equal(got, plain) {
			t.Errorf("an invented %s went out: %q", name, difference(got, plain))
		}
		if bad.asked.Load() == 0 {
			t.Error("the model was not asked")
		}
	}
	dead := serveModel(t, words(""))
	dead.Close()
	if got := talkTo(t, dead.URL+"/v1", in); !slices.Equal(got, plain) {
		t.Errorf("with a dead server: %q", difference(got, plain))
	}
}

// TestModelIsNotWaitedFor: on a page the plain answer is there while the model still writes; its words take that place when they are checked.
func TestModelIsNotWaitedFor(t *testing.T) {
	write := make(chan struct{})
	model := serveModel(t, func(data map[string]string) any {
		<-write
		return words("")(data)
	})
	links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(served(t, func(c *Config) {
		c.Model = ModelConfig{BaseURL: model.URL + "/v1", Name: "little", Filing: "备案1号", Off: []string{bot.TaskUnderstand}}
	}), -1)
	resident := enter(t, links[0])
	var answer struct{ ID string }
	question := []byte(`{"id":"question-1","text":"高龄津贴要带什么?"}`)
	if status := resident.post("/api/v1/messages", "application/json", question, &answer); status != http.StatusAccepted {
		t.Fatal(status)
	}
	shows := func(want string) (page string) {
		for began := time.Now(); time.Since(began) < 15*time.Second; time.Sleep(10 * time.Millisecond) {
			if page, _ = resident.get("/api/v1/history"); strings.Contains(page, want) {
				return page
			}
		}
		t.Fatalf("%q is never shown: %s", want, page)
		return ""
	}
	if page := shows("身份证"); strings.Contains(page, "AI生成") {
		t.Errorf("the model has not written yet: %s", page)
	}
	close(write)
	if page := shows("AI生成,仅供参考(模型:little,备案号:备案1号)"); strings.Count(page, `"out":[{`) != 1 {
		t.Errorf("it was answered twice: %s", page)
	}
}

func difference(got, want []string) string {
	for i := range got {
		if i >= len(want) || got[i] != want[i] {
			return fmt.Sprintf("%q instead of %q", got[i], want[i])
		}
	}
	return fmt.Sprintf("%d instead of %d replies", len(got), len(want))
}

// TestModelCommands: the evaluation tells what a model changes, and the doctor what is wrong with it.
func TestModelCommands(t *testing.T) {
	t.Setenv("LINLI_STORE", t.TempDir())
	t.Setenv("LINLI_LISTEN", "127.0.0.1:0")
	s := serveModel(t, words(""))
	talkTo(t, s.URL+"/v1", "") // sets the environment
	out := ask(t, "", "eval", "answers", "../../knowledge/testdata/questions-tune.tsv", "--model", "--json")
	var r result
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Model == nil || r.Model.Worded == 0 || r.Model.Right != r.Right || r.Model.Tokens == 0 {
		t.Errorf("%v: %s", err, out)
	}
	out = ask(t, "", "doctor", "--json")
	if !strings.Contains(out, "模型不按要求输出") {
		t.Errorf("this server knows two tasks and not the doctor's: %s", out)
	}
	s.Close()
	out = ask(t, "", "doctor", "--json")
	if !strings.Contains(out, "服务照常可用") {
		t.Errorf("the server is dead: %s", out)
	}
	for env, value := range map[string]string{"LINLI_MODEL_JSON": "xml", "LINLI_MODEL_OFF": "everything", "LINLI_MODEL_AT_ONCE": "-1", "LINLI_MODEL_BASE_URL": "localhost"} {
		t.Run(env, func(t *testing.T) {
			t.Setenv(env, value)
			if _, err := readConfig(""); bot.KindOf(err) != bot.Invalid && !strings.Contains(fmt.Sprint(err), "model") {
				t.Errorf("%s=%s: %v", env, value, err)
			}
		})
	}
}

// BenchmarkAnswers measures how long a person waits for an answer: without a model, and with one whose server is dead.
func BenchmarkAnswers(b *testing.B) {
	dead := serveModel(b, words(""))
	dead.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else it isn't noticed that the client has gone
		<-r.Context().Done()
	}))
	b.Cleanup(func() { silent.CloseClientConnections(); silent.Close() })
	in := strings.Split(strings.TrimSpace(questions(b, 200)), "\n")
	for _, c := range []struct{ name, url string }{{"none", ""}, {"dead", dead.URL + "/v1"}, {"silent", silent.URL + "/v1"}} {
		b.Run(c.name, func(b *testing.B) {
			config := defaults()
			config.Store = ":memory:"
			config.Log.Level = "error"
			config.Model = ModelConfig{BaseURL: c.url, Name: "little", AnswerWithin: time.Second, ReadWithin: time.Second}
			h, err := build(b.Context(), config, &clock{})
			if err != nil {
				b.Fatal(err)
			}
			defer h.Close()
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error)
			go func() { ended <- h.runModel(ctx) }()
			defer func() { cancel(); <-ended }()
			e, err := h.engine(nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			n := 0
			for b.Loop() {
				began := time.Now()
				m := bot.Message{ID: fmt.Sprint(n), Chat: bot.Chat{Channel: "none", ID: fmt.Sprint(n % 50)}, From: bot.Account{Channel: "none", ID: fmt.Sprint(n % 50)}, Text: in[n%len(in)], At: began}
				n++
				if err := e.Receive(b.Context(), m); err != nil {
					b.Fatal(err)
				}
				if err := e.Drain(b.Context()); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		})
	}
}
