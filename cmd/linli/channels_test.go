package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/adapters/lark/larktest"
	"linli/adapters/telegram/telegramtest"
	"linli/bot"
	"linli/bot/incidents"
)

// sameTalk is what a resident says on each channel.
var sameTalk = []string{
	"马鞍山社区开无犯罪记录证明找哪里盖章?",
	"要带什么?",
	"马鞍山社区3栋2单元下水道堵了,污水漫出来了",
	"不是3栋是5栋",
	"半小时后提醒我交材料",
	"2026年2月30日提醒我体检",
	"今天天气不错",
}

// TestChannelsAgree: the same conversation leaves the same records and is answered with the same words, whichever channel it is held on.
func TestChannelsAgree(t *testing.T) {
	var kept, channels []string
	for name, hold := range map[string]func(*testing.T, string) func(int, string){"web": onWeb, "lark": onLark, "telegram": onTelegram} {
		folder := t.TempDir()
		t.Run(name, func(t *testing.T) {
			say := hold(t, folder)
			for i, text := range sameTalk {
				say(i, text)
				waitForLines(t, folder, i+1)
			}
			kept, channels = append(kept, leftBehind(t, folder)), append(channels, name)
		})
	}
	for i, records := range kept {
		if records != kept[0] {
			t.Errorf("%s leaves\n%s\n%s leaves\n%s", channels[0], kept[0], channels[i], records)
		}
	}
	if len(kept) > 0 {
		t.Log(kept[0])
	}
}

// onWeb starts the service for the page and returns how something is said there.
func onWeb(t *testing.T, folder string) func(int, string) {
	resident := enter(t, base(served(t, func(c *Config) { c.Store = folder }))+"/")
	return func(i int, text string) {
		body, err := json.Marshal(map[string]string{"id": fmt.Sprintf("message-%d", i), "text": text})
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ ID string }
		if status := resident.post("/api/v1/messages", "application/json", body, &answer); status != http.StatusAccepted {
			t.Fatal(status)
		}
	}
}

// base is the address that the service has printed.
func base(printed string) string {
	link := regexp.MustCompile(`http://\S+\?\S+`).FindString(printed)
	address, _, _ := strings.Cut(link, "/?")
	return address
}

func onLark(t *testing.T, folder string) func(int, string) {
	p := larktest.New()
	t.Cleanup(p.Close)
	p.EncryptKey, p.VerificationToken = "key-of-this-test", "token-of-this-test"
	address := base(served(t, func(c *Config) {
		c.Store = folder
		c.Lark = LarkConfig{AppID: p.AppID, AppSecret: p.AppSecret, Mode: "webhook", EncryptKey: p.EncryptKey, VerificationToken: p.VerificationToken, Domain: p.URL}
	}))
	return func(i int, text string) {
		event := p.Say(larktest.Said{ID: fmt.Sprint("om_", i), Chat: "oc_private", From: "ou_1", Text: text})
		if _, err := p.Post(http.DefaultClient, address+larkPath, event); err != nil {
			t.Fatal(err)
		}
	}
}

func onTelegram(t *testing.T, folder string) func(int, string) {
	p := telegramtest.New()
	t.Cleanup(p.Close)
	served(t, func(c *Config) {
		c.Store = folder
		c.Telegram = TelegramConfig{Token: telegramtest.Token, Mode: "polling", Server: p.URL}
	})
	return func(_ int, text string) { p.Queue(p.Update(0, "message", p.Private(7, text))) }
}

// records reads all records of the kind in a store that a service has open.
func records(t *testing.T, folder, kind string) []bot.Record {
	t.Helper()
	store, err := openExisting(t.Context(), &globals{}, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	page, err := store.Find(t.Context(), bot.Query{Kind: kind, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	return page.Records
}

// turns are the lines that answer a message, in the order of time.
func turns(t *testing.T, folder string) (lines []bot.Line) {
	t.Helper()
	for _, r := range records(t, folder, bot.KindLine) {
		var l bot.Line
		if err := json.Unmarshal(r.Body, &l); err != nil {
			t.Fatal(err)
		}
		if l.In != nil {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b bot.Line) int { return a.At.Compare(b.At) })
	return lines
}

func waitForLines(t *testing.T, folder string, n int) {
	t.Helper()
	for range 500 {
		if len(turns(t, folder)) >= n {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("message %d was not handled", n)
}

// leftBehind is what the conversation has left, without what is each channel's own: names of people and chats, times, and whether people have to
// be told in the chat what is kept of them.
func leftBehind(t *testing.T, folder string) string {
	var b bytes.Buffer
	own := regexp.MustCompile(`\d{1,2}月\d{1,2}日|周.|\d{1,2}:\d{2}|:[a-z0-9]{12,}"`)
	for _, l := range turns(t, folder) {
		fmt.Fprintf(&b, "> %s\n", l.In.Text)
		for _, out := range l.Out {
			if strings.HasPrefix(out.Text, "说明") {
				continue
			}
			out.Link = nil
			body, err := json.Marshal(out)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n", own.ReplaceAllString(string(body), "#"))
		}
	}
	for _, r := range records(t, folder, incidents.KindCase) {
		var c incidents.Case
		if err := json.Unmarshal(r.Body, &c); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "case %s %s %s %+v %s %d %d\n", c.State, c.Category, c.Unit, c.Place, c.Text, c.Severity, len(c.History))
	}
	return b.String()
}
