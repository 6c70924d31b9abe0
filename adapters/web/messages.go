package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"linli/bot"
)

// maxRequest leaves room for text that is escaped byte by byte, \u4e00.
const maxRequest = 6*bot.MaxText + 4<<10

// maxAction is how long the token of a choice may be (bot.Choice).
const maxAction = 64

// post is the body of POST /api/v1/messages.
type post struct {
	ID       string        `json:"id"`
	Text     string        `json:"text"`
	Action   string        `json:"action"`
	Location *bot.Location `json:"location"`
	Files    []string      `json:"files"` // references that POST /api/v1/files gave
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// postMessage takes a message and answers 202 when it is durable.
func (c *Channel) postMessage(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok {
		return errNoSeat()
	}
	receive, _, err := c.enter()
	if err != nil {
		return err
	}
	defer c.busy.Done()
	account, now := s.account(), c.Now()
	if ok, wait := c.limits.allow(account.ID, now); !ok {
		return errTooFast(wait)
	}
	p, err := readPost(w, r)
	if err != nil {
		return err
	}
	files, taken, err := c.attachments(r.Context(), account, p.Files)
	if err != nil {
		return err
	}
	if p.Location == nil {
		p.Location = taken // where a photo was taken is where the matter is, as far as the reporter does not say otherwise
	}
	m := bot.Message{
		// Within the account: who reuses another's ID hurts only himself.
		ID:   account.ID + "/" + p.ID,
		Chat: bot.Chat{Channel: Name, ID: account.ID}, From: account,
		Text: p.Text, Action: p.Action, Location: p.Location, Attachments: files, At: now,
	}
	if err := receive(r.Context(), m); err != nil {
		if bot.KindOf(err) == bot.Unavailable { // what is wrong with the disk is for the log, not for a resident
			return bot.Because(bot.Unavailable, err, "现在收不下新消息,这一条没有收到。请过几分钟再发;急事请打12345,危险请打110、119、120。")
		}
		return err
	}
	if c.Relay != nil || c.hub.count(account.ID) > 1 {
		c.echo(r.Context(), &m) // to the person's other windows
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"id":"`+p.ID+`"}`)
	return nil
}

var jsonType = []string{"application/json; charset=utf-8"}

// echo shows a message in the other windows of who sent it. If that fails they see it with the answer.
func (c *Channel) echo(ctx context.Context, m *bot.Message) {
	if event, err := encode("message", "", shownMessage(m)); err == nil {
		c.publish(ctx, m.Chat.ID, event)
	}
}

func errNoSeat() error {
	return bot.Errorf(bot.Forbidden, "还不知道您是谁。请先打开首页,再从那里发消息。")
}

// readPost reads the body and checks it.
func readPost(w http.ResponseWriter, r *http.Request) (p post, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return p, &withStatus{bot.Errorf(bot.Invalid, "请以 application/json 发送,例如 {\"id\":\"…\",\"text\":\"您好\"}。"), http.StatusUnsupportedMediaType}
	}
	body := buffers.Get().(*bytes.Buffer)
	body.Reset()
	defer buffers.Put(body)
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxRequest)); err != nil {
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			return p, errTooLong()
		}
		return p, bot.Because(bot.Invalid, err, "消息没有收完整,请再发一次。")
	}
	if !utf8.Valid(body.Bytes()) {
		return p, bot.Errorf(bot.Invalid, "这不是文字(不是有效的UTF-8)。请用文字说明,照片和文件用 /api/v1/files 上传。")
	}
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return p, bot.Because(bot.Invalid, err, "消息的格式不对:需要一个JSON对象,字段有 id、text、action、location、files。")
	}
	if decoder.More() {
		return p, bot.Errorf(bot.Invalid, "一次请求只能有一条消息。")
	}
	return p, p.check()
}

// check says what is wrong with a message, in words for the one who wrote it.
func (p *post) check() error {
	switch {
	case !validID(p.ID):
		return bot.Errorf(bot.Invalid, "id 要由8到64个字母、数字或 - _ 组成,每条消息一个新的(例如UUID);重发时用原来的。")
	case len(p.Text) > bot.MaxText:
		return errTooLong()
	case len(p.Action) > maxAction:
		return bot.Errorf(bot.Invalid, "action 最长%d字节,请原样带回选项里的 action。", maxAction)
	case garbled(p.Text) || garbled(p.Action):
		return bot.Errorf(bot.Invalid, "这段内容里有不能显示的字符,看起来不是文字。请用文字说明。")
	case p.Location != nil && !onEarth(p.Location):
		return bot.Errorf(bot.Invalid, "位置不对:纬度在-90到90之间,经度在-180到180之间。")
	case p.Location != nil && len(p.Location.Label) > 200:
		return bot.Errorf(bot.Invalid, "位置的名称太长,请不超过60个字。")
	case len(p.Files) > maxFiles:
		return bot.Errorf(bot.Invalid, "一条消息最多带%d个文件,请分几次发。", maxFiles)
	case p.Action == "" && p.Location == nil && len(p.Files) == 0 && blank(p.Text):
		return bot.Errorf(bot.Invalid, "还没有写内容。请写一句话再发。")
	}
	return nil
}

func validID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	return strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// garbled reports control characters that no keyboard makes.
func garbled(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f })
}

// blank reports text that shows nothing: spaces, zero-width characters.
func blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) })
}

func onEarth(l *bot.Location) bool {
	return !math.IsNaN(l.Lat) && !math.IsNaN(l.Lon) && math.Abs(l.Lat) <= 90 && math.Abs(l.Lon) <= 180
}
