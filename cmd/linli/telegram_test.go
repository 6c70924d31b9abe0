package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/adapters/telegram/telegramtest"
)

// telegramService runs the service with a Telegram of our own until the test ends, and returns its address.
func telegramService(t *testing.T, platform *telegramtest.Server, mode string, change ...func(*Config)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	config := defaults()
	config.Listen, config.Store, config.PublicURL, config.Log.Level = addr, t.TempDir(), "http://"+addr, "error"
	config.Telegram = TelegramConfig{Token: telegramtest.Token, Mode: mode, Secret: "hook-secret", Server: platform.URL}
	for _, c := range change {
		c(&config)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, config, streams{out: io.Discard, err: io.Discard}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		platform.Close()
	})
	for range 1000 {
		if r, err := http.Get(config.PublicURL + "/readyz"); err == nil {
			report, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if strings.Contains(string(report), `"status":"ok"`) { // all channels
				return config.PublicURL
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the service did not become ready")
	return ""
}

// TestTelegramConversation: a resident asks and reports over Telegram, by both ways of receiving; a message that comes again is answered once.
func TestTelegramConversation(t *testing.T) {
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			platform := telegramtest.New()
			address := telegramService(t, platform, mode)
			say := func(update []byte) {
				if mode == "polling" {
					platform.Queue(update)
					return
				}
				if status, err := platform.Post(http.DefaultClient, address+telegramPath, "hook-secret", update); err != nil || status != http.StatusOK {
					t.Fatalf("%d %v", status, err)
				}
			}
			hears := func(want string) {
				t.Helper()
				for range 1500 {
					for _, c := range platform.Shown() {
						if strings.Contains(c.Params["text"], want) {
							return
						}
					}
					time.Sleep(10 * time.Millisecond)
				}
				t.Fatalf("never heard %q, but %v", want, platform.Shown())
			}
			question := platform.Update(0, "message", platform.Private(7, "开无犯罪记录证明找哪里盖章?"))
			say(question)
			hears("派出所")
			heard := len(platform.Shown())
			say(question)
			say(platform.Update(0, "message", platform.Private(7, "马鞍山社区3栋2单元下水道堵了,污水漫出来了")))
			hears("马鞍山社区3栋2单元")
			for _, c := range platform.Shown()[heard:] {
				if strings.Contains(c.Params["text"], "无犯罪记录") {
					t.Errorf("the question that came again was answered again: %v", c)
				}
			}
		})
	}
}

// TestTelegramEdits: a report whose words are edited isn't filed a second time; what to say instead is told, and works.
func TestTelegramEdits(t *testing.T) {
	platform := telegramtest.New()
	address := telegramService(t, platform, "webhook")
	for _, step := range []struct{ kind, says, hears string }{
		{"message", "马鞍山社区3栋2单元下水道堵了,污水漫出来了", "已受理,编号 "},
		{"edited_message", "马鞍山社区5栋2单元下水道堵了,污水漫出来了", "地点不对,是5栋2单元"},
		{"message", "地点不对,是5栋2单元", "马鞍山社区5栋2单元"},
	} {
		before := platform.Seen()
		m := platform.Private(7, step.says)
		if step.kind == "edited_message" {
			m["edit_date"] = m["date"]
		}
		if status, err := platform.Post(http.DefaultClient, address+telegramPath, "hook-secret", platform.Update(0, step.kind, m)); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v", status, err)
		}
		heard := func() bool {
			return slices.ContainsFunc(platform.Shown()[before:], func(c telegramtest.Call) bool { return strings.Contains(c.Params["text"], step.hears) })
		}
		for try := 0; !heard() && try < 1500; try++ {
			time.Sleep(10 * time.Millisecond)
		}
		if !heard() {
			t.Fatalf("after %q never heard %q, but %v", step.says, step.hears, platform.Shown()[before:])
		}
	}
	filed := 0
	for _, c := range platform.Shown() {
		filed += strings.Count(c.Params["text"], "已受理,编号 ")
	}
	if filed != 1 {
		t.Errorf("%d cases were filed: %v", filed, platform.Shown())
	}
}

// TestTelegramDoctor: each missing step is named, and no secret.
func TestTelegramDoctor(t *testing.T) {
	platform := telegramtest.New()
	defer platform.Close()
	config := defaults()
	if found := checkTelegram(t.Context(), config); found != nil {
		t.Errorf("without a token: %+v", found)
	}
	config.Telegram = TelegramConfig{Token: telegramtest.Token, Mode: "webhook", Server: platform.URL}
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "secret"},
		{func() { config.Telegram.Secret = "s3cret-s3cret" }, "public_url"},
		{func() { config.PublicURL = "https://linli.example.org" }, "@linli_bot 可用"},
		{func() { config.Telegram.Token = "1:wrong-wrong-wrong" }, "/mybots"},
	} {
		step.change()
		text := ""
		for _, f := range checkTelegram(t.Context(), config) {
			text += f.Text + " " + f.Do + "\n"
		}
		if !strings.Contains(text, step.want) || strings.Contains(text, telegramtest.Token) || strings.Contains(text, "s3cret-s3cret") {
			t.Errorf("%q, want %q", text, step.want)
		}
	}
}
