package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"

	"linli/adapters/telegram/telegramtest"
	"linli/bot"
)

func newChannel(t testing.TB) *Channel {
	c, err := New(Options{Token: telegramtest.Token, Server: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	c.self.Store(&models.User{ID: 99, Username: "linli_bot"})
	return c
}

const (
	wang  = `"from":{"id":7,"first_name":"王","last_name":"奶奶"}`
	alone = `"chat":{"id":7,"type":"private"}`
	crowd = `"chat":{"id":-5,"type":"supergroup","title":"工作群"}`
)

func TestMessages(t *testing.T) {
	c := newChannel(t)
	from := bot.Account{Channel: Name, ID: "7", Name: "王 奶奶"}
	private, group := bot.Chat{Channel: Name, ID: "7"}, bot.Chat{Channel: Name, ID: "-5", Group: true}
	for name, test := range map[string]struct {
		update string
		want   *bot.Message // nil: not for us
	}{
		"text":             {`{"message_id":1,` + alone + `,` + wang + `,"text":"路灯坏了 😀"}`, &bot.Message{Chat: private, From: from, Text: "路灯坏了 😀", Addressed: true}},
		"start":            {`{"message_id":1,` + alone + `,` + wang + `,"text":"/start","entities":[{"type":"bot_command","offset":0,"length":6}]}`, &bot.Message{Chat: private, From: from, Text: "/start", Addressed: true}},
		"deep link":        {`{"message_id":1,` + alone + `,` + wang + `,"text":"/start AB12CD34","entities":[{"type":"bot_command","offset":0,"length":6}]}`, &bot.Message{Chat: private, From: from, Text: "/start AB12CD34", Addressed: true}},
		"among themselves": {`{"message_id":1,` + crowd + `,` + wang + `,"text":"吃了吗"}`, &bot.Message{Chat: group, From: from, Text: "吃了吗"}},
		"mentioned":        {`{"message_id":1,` + crowd + `,` + wang + `,"text":"😀 @linli_bot 路灯坏了","entities":[{"type":"mention","offset":3,"length":10}]}`, &bot.Message{Chat: group, From: from, Text: "😀  路灯坏了", Addressed: true}},
		"another":          {`{"message_id":1,` + crowd + `,` + wang + `,"text":"@other_bot 路灯坏了","entities":[{"type":"mention","offset":0,"length":10}]}`, &bot.Message{Chat: group, From: from, Text: "@other_bot 路灯坏了"}},
		"command":          {`{"message_id":1,` + crowd + `,` + wang + `,"text":"/todo@linli_bot","entities":[{"type":"bot_command","offset":0,"length":15}]}`, &bot.Message{Chat: group, From: from, Text: "我的待办", Addressed: true}},
		"another's":        {`{"message_id":1,` + crowd + `,` + wang + `,"text":"/todo@other_bot","entities":[{"type":"bot_command","offset":0,"length":15}]}`, &bot.Message{Chat: group, From: from, Text: "todo@other_bot"}},
		"reply":            {`{"message_id":2,` + crowd + `,` + wang + `,"text":"好的","reply_to_message":{"message_id":1,` + crowd + `,"from":{"id":99,"is_bot":true}}}`, &bot.Message{Chat: group, From: from, Text: "好的", ReplyTo: "1", Addressed: true}},
		"topic":            {`{"message_id":2,` + crowd + `,` + wang + `,"text":"好的","is_topic_message":true,"message_thread_id":12}`, &bot.Message{Chat: bot.Chat{Channel: Name, ID: "-5", Group: true, Thread: "12"}, From: from, Text: "好的"}},
		"pin":              {`{"message_id":1,` + alone + `,` + wang + `,"location":{"latitude":29.29,"longitude":117.2},"venue":{"location":{"latitude":29.29,"longitude":117.2},"title":"党群中心","address":"里村"}}`, &bot.Message{Chat: private, From: from, Location: &bot.Location{Lat: 29.29, Lon: 117.2, Label: "党群中心 里村"}, Addressed: true}},
		"photo":            {`{"message_id":1,` + alone + `,` + wang + `,"caption":"堵了","media_group_id":"9","photo":[{"file_id":"s","file_size":1},{"file_id":"l","file_size":9}]}`, &bot.Message{Chat: private, From: from, Text: "堵了", Attachments: []bot.Attachment{{Kind: "image", Ref: "l", Size: 9}}, Addressed: true}},
		"voice":            {`{"message_id":1,` + alone + `,` + wang + `,"voice":{"file_id":"v","file_size":5}}`, &bot.Message{Chat: private, From: from, Attachments: []bot.Attachment{{Kind: "audio", Ref: "v", Size: 5, Name: "voice.ogg"}}, Addressed: true}},
		"a sticker":        {`{"message_id":1,` + alone + `,` + wang + `,"sticker":{"file_id":"x"}}`, &bot.Message{Chat: private, From: from, Addressed: true}},
		"edited":           {`{"message_id":1,"date":100,"edit_date":160,` + alone + `,` + wang + `,"text":"路灯坏了"}`, &bot.Message{Chat: private, From: from, Text: "路灯坏了", Addressed: true, Edited: true}},
		"edited long ago":  {`{"message_id":1,"date":100,"edit_date":9999,` + alone + `,` + wang + `,"text":"路灯坏了"}`, nil},
		"a moving pin":     {`{"message_id":1,"date":100,"edit_date":160,` + alone + `,` + wang + `,"location":{"latitude":29.29,"longitude":117.2,"live_period":900}}`, nil},
		"somebody joined":  {`{"message_id":1,` + crowd + `,` + wang + `,"new_chat_members":[{"id":8}]}`, nil},
		"another bot":      {`{"message_id":1,` + crowd + `,"from":{"id":8,"is_bot":true},"text":"hi"}`, nil},
		"a channel's post": {`{"message_id":1,` + crowd + `,"text":"hi"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var u models.Update
			kind := "message"
			if strings.Contains(test.update, `"edit_date"`) {
				kind = "edited_message"
			}
			if err := json.Unmarshal([]byte(`{"update_id":3,"`+kind+`":`+test.update+`}`), &u); err != nil {
				t.Fatal(err)
			}
			got, ok := c.message(&u)
			if ok != (test.want != nil) {
				t.Fatalf("taken %v: %+v", ok, got)
			}
			if !ok {
				return
			}
			test.want.ID, test.want.At = "u3", got.At
			if diff := cmp.Diff(*test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestButtons(t *testing.T) {
	c := newChannel(t)
	var u models.Update
	press := `{"update_id":4,"callback_query":{"id":"cb",` + wang + `,"data":"incidents:done:7","message":{"message_id":3,"date":5,` + crowd + `,"reply_markup":{"inline_keyboard":[[{"text":"办好了","callback_data":"incidents:done:7"}]]}}}}`
	if err := json.Unmarshal([]byte(press), &u); err != nil {
		t.Fatal(err)
	}
	m, ok := c.message(&u)
	if !ok || m.Action != "incidents:done:7" || m.Text != "办好了" || m.ReplyTo != "3" || !m.Chat.Group || !m.Addressed {
		t.Errorf("%v %+v", ok, m)
	}
}

func TestRender(t *testing.T) {
	for name, c := range map[string]struct {
		reply bot.Reply
		want  []string
		not   []string
	}{
		"escaped": {bot.Reply{Text: "**好** <script> & 1 < 2", Fields: []bot.Field{{Name: "a<b", Value: "**c**"}}}, []string{"<b>好</b> &lt;script&gt; &amp; 1 &lt; 2", "<b>a&lt;b</b> **c**"}, []string{"<script"}},
		"links":   {bot.Reply{Text: "x", Link: &bot.Link{Label: "打开", URL: "https://a.example/?a=1&b=2"}, Sources: []bot.Source{{Title: "规定", URL: "javascript:alert(1)", CheckedOn: "2026-11", Sample: true}}}, []string{`<a href="https://a.example/?a=1&amp;b=2">打开</a>`, "<i>依据:规定 核对 2026-11 (示例)</i>"}, []string{"javascript"}},
		"urgent":  {bot.Reply{Text: "请打 119", Urgent: true}, []string{"🚨 <b>紧急</b>\n请打 119"}, nil},
		"long":    {bot.Reply{Text: strings.Repeat("很长的话。", 800), Sources: []bot.Source{{Title: strings.Repeat("依据", 100)}}}, []string{"很长的话"}, []string{"依据:"}},
	} {
		got := render(c.reply)
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q lacks %q", name, got, w)
			}
		}
		for _, n := range c.not {
			if strings.Contains(got, n) {
				t.Errorf("%s: %q has %q", name, got, n)
			}
		}
		if n := length(got); n > maxMessage {
			t.Errorf("%s: %d units", name, n)
		}
	}
	long := bot.Choice{Label: "长", Action: "x:y:" + strings.Repeat("z", 64)}
	markup, ok := keyboard(bot.Reply{Choices: []bot.Choice{{Label: "是", Action: "a:b:1"}, {Label: "否", Action: "a:b:2"}, long}}, true).(*buttons)
	if !ok || len(markup.Rows) != 1 || len(markup.Rows[0]) != 2 {
		t.Errorf("%+v", markup)
	}
	if _, ok := keyboard(bot.Reply{AskLocation: true}, true).(*models.ReplyKeyboardMarkup); !ok {
		t.Error("no offer to send the position")
	}
	if keyboard(bot.Reply{AskLocation: true}, false) != nil {
		t.Error("a position was asked for in a group")
	}
}

// FuzzUpdate: whatever comes, it is taken or left, and what is taken has a chat and somebody who said it.
func FuzzUpdate(f *testing.F) {
	c := newChannel(f)
	f.Add([]byte(`{"update_id":1,"message":{"message_id":1,` + alone + `,` + wang + `,"text":"@linli_bot x","entities":[{"type":"mention","offset":0,"length":10},{"type":"bot_command","offset":-1,"length":99}]}}`))
	f.Add([]byte(`{"update_id":1,"edited_message":{"message_id":1,"date":1,"edit_date":2,` + alone + `,` + wang + `,"caption":"x"}}`))
	f.Add([]byte(`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"data":"x","message":{"message_id":1,"date":0}}}`))
	f.Add([]byte(`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"data":"x","message":{"message_id":1,"date":9,` + alone + `}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var u models.Update
		if json.Unmarshal(data, &u) != nil {
			return
		}
		if m, ok := c.message(&u); ok && (m.Chat.ID == "" || m.From.ID == "" || m.ID == "") {
			t.Errorf("%+v", m)
		}
	})
}

// FuzzRender: whatever is said, its markup is closed in order and not too long.
func FuzzRender(f *testing.F) {
	f.Add("**a** <b> & ** x ** **", "标题", "https://x")
	f.Fuzz(func(t *testing.T, text, title, url string) {
		got := render(bot.Reply{Text: text, Fields: []bot.Field{{Name: title, Value: text}}, Sources: []bot.Source{{Title: title, URL: url}}})
		depth := 0
		for _, tag := range tag.FindAllString(got, -1) {
			if strings.HasPrefix(tag, "</") {
				depth--
			} else {
				depth++
			}
			if depth < 0 || depth > 2 {
				t.Fatalf("%q", got)
			}
		}
		if depth != 0 {
			t.Errorf("%q", got)
		}
	})
}

// always is a platform that answers the same to everything.
type always struct{ body []byte }

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// FuzzAnswer: whatever the platform answers, it is updates or an error, and what is sent has an ID or failed in a known way.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"ok":true,"result":[{"update_id":1,"message":{}}]}`, `{"ok":true,"result":[1]}`, `{"ok":true,"result":{"message_id":5}}`, `{"ok":true}`, `<html>`, ``, `null`,
		`{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":-5}}`, `{"ok":false,"error_code":409}`, `{"ok":false}`,
		`{"ok":false,"error_code":400,"parameters":{"migrate_to_chat_id":-1000}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := New(Options{Token: telegramtest.Token, Server: "http://127.0.0.1:1", Client: &http.Client{Transport: always{body}}})
		if err != nil {
			t.Fatal(err)
		}
		if updates, err := c.updates(t.Context(), 0, 0); err != nil && updates != nil {
			t.Errorf("%d updates and %v", len(updates), err)
		}
		id, err := c.Send(t.Context(), bot.Delivery{To: bot.Chat{Channel: Name, ID: "7"}, Reply: bot.Reply{Text: "x"}})
		var failed *bot.SendError
		if err != nil && (!errors.As(err, &failed) || failed.After < 0) || err == nil && id == "" {
			t.Errorf("%q %v", id, err)
		}
	})
}
