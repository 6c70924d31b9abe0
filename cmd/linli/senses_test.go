package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linli/adapters/telegram/telegramtest"
	"linli/bot"
)

// sensible is a server that sees a broken lid in every photo, hears the same sentence in every recording, and sums up by the first line.
type sensible struct {
	*httptest.Server
	photos, voices atomic.Int64
}

func serveSenses(t *testing.T, heard string) *sensible {
	s := &sensible{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		content := `{"intent":"none","category":"","place":"","title":""}`
		switch {
		case strings.HasSuffix(r.URL.Path, "/audio/transcriptions"):
			s.voices.Add(1)
			fmt.Fprintf(w, `{"text":%q}`, heard)
			return
		case bytes.Contains(body, []byte(`"image_url"`)):
			s.photos.Add(1)
			content = `{"matter":true,"shows":"井盖破损"}`
		case bytes.Contains(body, []byte("原文")):
			var request struct{ Messages []struct{ Content string } }
			var items []struct{ Text string }
			if json.Unmarshal(body, &request) == nil && json.Unmarshal([]byte(request.Messages[1].Content), &items) == nil {
				text, _ := json.Marshal(map[string]string{"text": items[0].Text})
				content = string(text)
			}
		}
		fmt.Fprintf(w, `{"model":"little","choices":[{"finish_reason":"stop","message":{"role":"assistant","content":%q}}]}`, content)
	}))
	t.Cleanup(s.Close)
	return s
}

// talker says things to a page and waits for what comes of them.
type talker struct {
	*guest
	name string
	said int
}

func (g *talker) say(text string, files ...string) {
	g.t.Helper()
	g.said++
	body, err := json.Marshal(map[string]any{"id": fmt.Sprintf("%s-%d", g.name, g.said), "text": text, "files": files})
	if err != nil {
		g.t.Fatal(err)
	}
	var answer struct{ ID string }
	if status := g.post("/api/v1/messages", "application/json", body, &answer); status != http.StatusAccepted {
		g.t.Fatalf("%s: status %d", text, status)
	}
}

func (g *talker) bring(name string, data []byte) (a bot.Attachment) {
	g.t.Helper()
	if status := g.post("/api/v1/files?name="+name, "application/octet-stream", data, &a); status != http.StatusCreated {
		g.t.Fatalf("%s: status %d", name, status)
	}
	return a
}

func (g *talker) reads(want string) (page string) {
	g.t.Helper()
	for began := time.Now(); time.Since(began) < 15*time.Second; time.Sleep(20 * time.Millisecond) {
		if page, _ = g.get("/api/v1/history"); strings.Contains(page, want) {
			return page
		}
	}
	g.t.Fatalf("%s never reads %q: %s", g.name, want, page)
	return ""
}

// TestSenses: a photo that came alone and a voice message are reported in the words that were seen and heard, once they are confirmed; staff read on the
// card what the photo shows, and have the case summed up by its number; a resident doesn't.
func TestSenses(t *testing.T) {
	model := serveSenses(t, "马鞍山社区5栋楼下路灯不亮")
	links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(served(t, func(c *Config) {
		c.Model = ModelConfig{BaseURL: model.URL + "/v1", Name: "little", Filing: "备案1号", Vision: true, Audio: "whisper-1"}
	}), -1)
	resident, secretary := &talker{guest: enter(t, links[0]), name: "resident"}, &talker{guest: enter(t, links[2]), name: "secretary"}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	photo := resident.bring("a.jpg", picture.Bytes())
	resident.say("", photo.Ref)
	resident.reads("照片里像是:井盖破损。对吗?")
	resident.say("对")
	resident.reads("在哪里")
	resident.say("马鞍山社区3栋门口")
	number := regexp.MustCompile(`马鞍山\d{4}-\d+`).FindString(resident.reads("已受理"))
	secretary.say(number + "现在怎么样了")
	secretary.reads("井盖破损(AI生成,仅供参考;模型:little,备案号:备案1号)")
	secretary.say(number + "写个摘要")
	secretary.reads("草稿,不会自动发送")
	resident.say("写摘要 " + number)
	resident.reads("这项功能是给工作人员的")

	voice := resident.bring("b.ogg", append([]byte("OggS\x00\x02"), make([]byte, 60)...))
	resident.say("", voice.Ref)
	resident.reads("我听到的是:")
	resident.say("对")
	resident.reads("描述\",\"value\":\"马鞍山社区5栋楼下路灯不亮")
	if p, v := model.photos.Load(), model.voices.Load(); p != 1 || v != 1 {
		t.Errorf("%d photos and %d recordings were sent", p, v)
	}
}

// TestSensesOverTelegram: a photo and a voice message are fetched from the platform first, and confirmed by a button there.
func TestSensesOverTelegram(t *testing.T) {
	model := serveSenses(t, "马鞍山社区5栋楼下路灯不亮")
	platform := telegramtest.New()
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	platform.File("photo-1", picture.Bytes())
	platform.File("voice-1", append([]byte("OggS\x00\x02"), make([]byte, 60)...))
	telegramService(t, platform, "polling", func(c *Config) {
		c.Model = ModelConfig{BaseURL: model.URL + "/v1", Name: "little", Vision: true, Audio: "whisper-1"}
	})
	shows := func(want string) string {
		t.Helper()
		for began := time.Now(); time.Since(began) < 15*time.Second; time.Sleep(10 * time.Millisecond) {
			for _, c := range platform.Shown() {
				if strings.Contains(c.Params["text"], want) {
					return c.Params["reply_markup"]
				}
			}
		}
		t.Fatalf("never shown %q, but %v", want, platform.Shown())
		return ""
	}
	send := func(from int64, what string, content any) {
		m := platform.Private(from, "")
		delete(m, "text")
		m[what] = content
		platform.Queue(platform.Update(0, "message", m))
	}
	send(7, "photo", []any{map[string]any{"file_id": "photo-1", "file_size": 600, "width": 8, "height": 8}})
	if markup := shows("照片里像是:井盖破损。对吗?"); !strings.Contains(markup, "senses:yes:") {
		t.Errorf("without a button: %s", markup)
	}
	send(8, "voice", map[string]any{"file_id": "voice-1", "file_size": 66})
	markup := shows("“马鞍山社区5栋楼下路灯不亮”")
	press := regexp.MustCompile(`senses:yes:\w+`).FindString(markup)
	platform.Queue(platform.Update(0, "callback_query", map[string]any{
		"id": "press-1", "from": map[string]any{"id": 8, "first_name": "王奶奶"}, "message": platform.Private(8, "?"), "data": press,
	}))
	shows("已受理,编号")
}

// TestSensesOff: neither leaves unless the operator wrote so, or when the task is off.
func TestSensesOff(t *testing.T) {
	model := serveSenses(t, "马鞍山社区5栋楼下路灯不亮")
	for name, c := range map[string]ModelConfig{
		"not written": {BaseURL: model.URL + "/v1", Name: "little"},
		"off":         {BaseURL: model.URL + "/v1", Name: "little", Vision: true, Audio: "whisper-1", Off: []string{bot.TaskPhoto, bot.TaskVoice}},
	} {
		links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(served(t, func(to *Config) { to.Model = c }), -1)
		resident := &talker{guest: enter(t, links[0]), name: "resident"}
		resident.say("", resident.bring("b.ogg", append([]byte("OggS\x00\x02"), make([]byte, 60)...)).Ref)
		page := resident.reads(`"out":[{`)
		if strings.Contains(page, "语音") || model.voices.Load() > 0 {
			t.Errorf("%s: %s", name, page)
		}
	}
	for _, c := range []ModelConfig{{BaseURL: model.URL, Vision: true}, {BaseURL: model.URL, Vision: true, Audio: "whisper-1"}} {
		if err := c.check(); err == nil {
			t.Errorf("%+v has no model that sees", c)
		}
	}
}
