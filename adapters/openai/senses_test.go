package openai_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/adapters/openai"
	"linli/bot"
)

// TestSenses: pictures travel in the message, recordings as a form; each only where it is switched on, and errors say no more than elsewhere.
func TestSenses(t *testing.T) {
	status := http.StatusOK
	var got struct {
		Model    string
		Messages []struct{ Content json.RawMessage }
	}
	form := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status != http.StatusOK {
			fails(status)(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/audio/transcriptions") {
			if err := r.ParseMultipartForm(1 << 20); err != nil {
				t.Error(err)
				return
			}
			for key, values := range r.MultipartForm.Value {
				form[key] = values[0]
			}
			file, header, err := r.FormFile("file")
			if err != nil {
				t.Error(err)
				return
			}
			data, _ := io.ReadAll(file)
			form["file"], form["name"] = string(data), header.Filename
			write(w, map[string]string{"text": " 3栋路灯不亮\n"})
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		says(good)(w, r)
	}))
	defer server.Close()
	client := func(change func(*openai.Options)) *openai.Client {
		o := openai.Options{BaseURL: server.URL + "/v1", Key: secret, Model: "little", Audio: "whisper-1", Vision: true, Pause: time.Millisecond, Timeout: 5 * time.Second}
		change(&o)
		c, err := openai.New(o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	on := client(func(*openai.Options) {})
	photo := prompt
	photo.Data, photo.Images = nil, []bot.PromptImage{{Type: "image/png", Data: []byte("pixels")}}
	if _, err := on.Complete(t.Context(), photo); err != nil {
		t.Fatal(err)
	}
	if want := "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte("pixels")); !strings.Contains(string(got.Messages[1].Content), want) {
		t.Errorf("sent %s", got.Messages[1].Content)
	}
	speech := bot.Speech{Person: "王奶奶", Type: "audio/ogg", Data: []byte("sound")}
	heard, err := on.Hear(t.Context(), speech)
	if err != nil || heard.Text != "3栋路灯不亮" || heard.Model != "whisper-1" || heard.Tokens == 0 {
		t.Errorf("heard %+v, %v", heard, err)
	}
	if form["model"] != "whisper-1" || form["file"] != "sound" || form["name"] != "voice.ogg" || form["language"] != "zh" {
		t.Errorf("sent %v", form)
	}
	for value := range form {
		if strings.Contains(form[value], "王奶奶") {
			t.Errorf("who spoke was sent: %v", form)
		}
	}
	off := client(func(o *openai.Options) { o.Audio, o.Vision = "", false })
	if _, err := off.Complete(t.Context(), photo); bot.WhyNoModel(err) != bot.ModelOff {
		t.Errorf("without eyes: %v", err)
	}
	if _, err := off.Hear(t.Context(), speech); bot.WhyNoModel(err) != bot.ModelOff {
		t.Errorf("without ears: %v", err)
	}
	if _, err := on.Hear(t.Context(), bot.Speech{Type: "text/html", Data: []byte("x")}); bot.WhyNoModel(err) != bot.ModelOff {
		t.Errorf("of what is no recording: %v", err)
	}
	for code, want := range map[int]bot.ModelFailure{503: bot.ModelDead, 401: bot.ModelRefused, 400: bot.ModelRefused} {
		status = code
		for what, err := range map[string]error{
			"photo": func() error { _, err := client(func(*openai.Options) {}).Complete(t.Context(), photo); return err }(),
			"voice": func() error { _, err := client(func(*openai.Options) {}).Hear(t.Context(), speech); return err }(),
		} {
			if bot.WhyNoModel(err) != want || strings.Contains(err.Error(), "王奶奶") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s with %d: %v", what, code, err)
			}
		}
	}
}

// TestDoubleSenses: another's double of a server understands what is sent.
func TestDoubleSenses(t *testing.T) {
	base := double(t, map[string]any{
		"照片": map[string]string{"content": good}, "model:whisper-1": map[string]any{"transcription": map[string]string{"text": "3栋路灯不亮"}},
	})
	c, err := openai.New(openai.Options{BaseURL: base + "/v1", Key: secret, Model: "gpt-4o", Audio: "whisper-1", Vision: true, Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	p := prompt
	p.Data, p.Images = []bot.PromptData{{Name: "说明", Text: "照片"}}, []bot.PromptImage{{Type: "image/jpeg", Data: []byte("pixels")}}
	if got, err := c.Complete(t.Context(), p); err != nil || string(got.JSON) != good {
		t.Errorf("%s, %v", got.JSON, err)
	}
	if heard, err := c.Hear(t.Context(), bot.Speech{Type: "audio/mpeg", Data: []byte("sound")}); err != nil || heard.Text != "3栋路灯不亮" {
		t.Errorf("%+v, %v", heard, err)
	}
}
