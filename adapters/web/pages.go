package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"path"
	"strings"

	"linli/bot"
)

//go:embed assets/*
var files embed.FS

// pages are the templates and the files that they load.
type pages struct {
	chat, notice, desk, numbers *template.Template
	openAPI                     []byte
	assets                      map[string]asset
}

// asset is a file that a page loads. Browsers keep it and ask whether it has changed.
type asset struct {
	body []byte
	kind string
	etag string
}

var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

func (p *pages) read() error {
	p.assets = map[string]asset{}
	names, err := fs.Glob(files, "assets/*")
	if err != nil {
		return err
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if kind, ok := kinds[path.Ext(name)]; ok {
			sum := sha256.Sum256(body)
			p.assets[path.Base(name)] = asset{body: body, kind: kind, etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		}
	}
	if p.openAPI, err = files.ReadFile("assets/openapi.json"); err != nil {
		return err
	}
	for name, page := range map[string]**template.Template{"chat": &p.chat, "notice": &p.notice, "desk": &p.desk, "numbers": &p.numbers} {
		if *page, err = template.ParseFS(files, "assets/"+name+".html"); err != nil {
			return err
		}
	}
	return nil
}

// getPage is the chat. With "?code=" it redeems a one-time code first.
func (c *Channel) getPage(w http.ResponseWriter, r *http.Request) error {
	if code := tidyCode(r.URL.Query().Get("code")); code != "" {
		if !willingly(r) {
			return c.notice(w, http.StatusOK, notice{Title: "登录邻里", Text: "请按下面的按钮进入。这个链接只能用一次。", Code: code, Next: r.URL.Query().Get("next")})
		}
		return c.signIn(w, r, code, r.URL.Query().Get("next"))
	}
	s, ok := seatOf(r)
	if !ok {
		if s.name != "" {
			return c.notice(w, http.StatusNotFound, notice{
				Title: "这个浏览器还没有登录过", Text: "这个地址是登录后的,换了浏览器或清过记录就进不去了。请向社区工作人员要一个新的登录链接;不登录也可以提问和上报。", Home: true})
		}
		s = newSeat("")
	}
	c.setCookie(w, r, s)
	profile, err := c.Accounts.Profile(r.Context(), s.account())
	if err != nil {
		c.logFault(r, err) // the chat works without knowing who it is
	}
	return c.render(w, http.StatusOK, c.pages.chat, chatPage{Seat: s.name, Profile: profile, Privacy: c.Privacy, MaxText: bot.MaxText, Files: c.Files != nil})
}

// chatPage is what chat.html shows.
type chatPage struct {
	Seat    string
	Profile Profile
	Privacy string
	MaxText int
	Files   bool // photos and files are taken
}

// notice is a page with one thing to say.
type notice struct {
	Title, Text string
	Code, Next  string // offers to sign in with it
	Home        bool   // offers the way to the chat
}

func (c *Channel) notice(w http.ResponseWriter, status int, n notice) error {
	return c.render(w, status, c.pages.notice, n)
}

func (c *Channel) render(w http.ResponseWriter, status int, t *template.Template, data any) error {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return bot.Because(bot.Internal, err, "")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // the reader may be gone
	return nil
}

// failPage says what is wrong in a page.
func (c *Channel) failPage(w http.ResponseWriter, r *http.Request, err error) {
	kind := bot.KindOf(err)
	status, ok := statuses[kind]
	if !ok {
		kind, status = bot.Internal, http.StatusInternalServerError
	}
	if status >= http.StatusInternalServerError {
		c.logFault(r, err)
	}
	text := bot.MessageOf(err)
	if text == "" {
		text = sentences[kind]
	}
	title := "打不开这一页"
	if kind == bot.Busy || status >= http.StatusInternalServerError {
		title = "暂时打不开"
	}
	if c.notice(w, status, notice{Title: title, Text: text, Home: true}) != nil {
		http.Error(w, text, status)
	}
}

// willingly reports whether a person opened the link. Messengers fetch links to show a preview, and browsers fetch ahead; neither may use up
// a code that works once, so they get a page with a button instead. A program that doesn't pretend to be a browser means what it does.
func willingly(r *http.Request) bool {
	agent := strings.ToLower(r.UserAgent())
	switch {
	case r.Method != http.MethodGet, r.Header.Get("Sec-Purpose") != "", r.Header.Get("Purpose") != "":
		return false
	case strings.HasPrefix(agent, "mozilla/"):
		return r.Header.Get("Sec-Fetch-Mode") == "navigate"
	}
	return !strings.Contains(agent, "bot") && !strings.Contains(agent, "preview") && !strings.Contains(agent, "http://") && !strings.Contains(agent, "https://")
}

// postCode is the button of that page.
func (c *Channel) postCode(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	code := tidyCode(r.PostFormValue("code"))
	if code == "" {
		return bot.Errorf(bot.Invalid, "没有收到登录码。请重新打开登录链接。")
	}
	return c.signIn(w, r, code, r.PostFormValue("next"))
}

// signIn gives the browser a seat with the code's rights, or leads it back to the one that it has from this code.
func (c *Channel) signIn(w http.ResponseWriter, r *http.Request, code, next string) error {
	s := seat{name: seatForCode(code)}
	if cookie, err := r.Cookie(s.cookieName()); err != nil || !validToken(cookie.Value) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		if ok, _ := c.signIns.allow(host, c.Now()); !ok {
			return bot.Errorf(bot.Busy, "试得太多了。请等一分钟,再打开登录链接。")
		}
		if s, err = c.redeem(r.Context(), code); err != nil {
			return c.refuse(w, r, err)
		}
		c.setCookie(w, r, s)
	}
	http.Redirect(w, r, localPath(next)+"?seat="+s.name, http.StatusSeeOther)
	return nil
}

// refuse tells why a code did not work and how to get another.
func (c *Channel) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	kind := bot.KindOf(err)
	n := notice{Home: true}
	switch kind {
	case bot.NotFound, bot.Invalid:
		n.Title, n.Text = "登录码不对", "没有这个登录码。请检查链接有没有复制完整;还是不行,就请发链接给您的人重新发一个。"
	case bot.Conflict:
		n.Title, n.Text = "这个链接已经用过了", "登录链接只能用一次。如果是您自己用的,请回到当时的浏览器打开;否则请发链接给您的人重新发一个。"
	case bot.Forbidden:
		n.Title, n.Text = "这个链接已经过期", "请发链接给您的人重新发一个。"
	default:
		return err
	}
	if text := bot.MessageOf(err); text != "" {
		n.Text = text
	}
	return c.notice(w, statuses[kind], n)
}

// localPath keeps a redirect in the house.
func localPath(next string) string {
	if strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") && !strings.ContainsAny(next, "\\?#\r\n\t") {
		return next
	}
	return "/"
}

// postLeave gives a seat up, on a computer that others use too.
func (c *Channel) postLeave(w http.ResponseWriter, r *http.Request) error {
	if s, ok := seatOf(r); ok {
		c.clearCookie(w, r, s)
	}
	return c.notice(w, http.StatusOK, notice{Title: "已退出", Text: "这个浏览器不再保留您的身份。下次请用新的登录链接进入。", Home: true})
}

func (c *Channel) getAsset(w http.ResponseWriter, r *http.Request) error {
	a, ok := c.pages.assets[r.PathValue("file")]
	if !ok {
		return bot.Errorf(bot.NotFound, "没有这个文件。")
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.etag)
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", a.kind)
	w.Write(a.body) // the reader may be gone
	return nil
}

func (c *Channel) getMe(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok {
		return errNoSeat()
	}
	profile, err := c.Accounts.Profile(r.Context(), s.account())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, profile)
	return nil
}

func (c *Channel) getOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(c.pages.openAPI) // the reader may be gone
	return nil
}
