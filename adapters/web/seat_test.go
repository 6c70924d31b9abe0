package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"linli/bot"
)

// surf opens a page as a browser with the jar does, and follows redirects.
func surf(t *testing.T, jar http.CookieJar, url string, headers ...string) (page string, resp *http.Response) {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 9)")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err = (&http.Client{Jar: jar}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), resp
}

func newJar(t *testing.T) http.CookieJar {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

func TestACodeGivesASeatOfItsOwn(t *testing.T) {
	h := newHouse(t)
	h.set(func() {
		h.codes["GRID1"] = Profile{Name: "小张", Role: "网格员", Unit: "第3网格", Sample: true}
		h.codes["SECR1"] = Profile{Name: "老李", Role: "社区书记", Unit: "马鞍山社区"}
	})
	jar := newJar(t)
	if page, _ := surf(t, jar, h.server.URL+"/"); !strings.Contains(page, "珠山区") || strings.Contains(page, "退出") {
		t.Error("the visitor's page is not a visitor's")
	}
	grid, resp := surf(t, jar, h.server.URL+"/?code=GRID1")
	if !strings.Contains(grid, "小张") || !strings.Contains(grid, "示例") || resp.Request.URL.Query().Get("seat") == "" || resp.Request.URL.Query().Get("code") != "" {
		t.Errorf("%s\n%s", resp.Request.URL, grid)
	}
	if page, _ := surf(t, jar, h.server.URL+"/?code=SECR1"); !strings.Contains(page, "老李") {
		t.Error("the second seat is not the secretary's")
	}
	again, second := surf(t, jar, h.server.URL+"/?code=GRID1")
	if !strings.Contains(again, "小张") || second.Request.URL.String() != resp.Request.URL.String() {
		t.Error("the same link in the same browser does not lead back to its seat")
	}
	if page, _ := surf(t, jar, h.server.URL+"/"); !strings.Contains(page, "珠山区") {
		t.Error("the visitor's seat is gone")
	}

	other := newJar(t)
	if page, resp := surf(t, other, h.server.URL+"/?code=GRID1"); resp.StatusCode != 409 || !strings.Contains(page, "已经用过") || !strings.Contains(page, "重新发") {
		t.Errorf("used: %s %s", resp.Status, page)
	}
	if page, resp := surf(t, other, h.server.URL+"/?code=WRONG"); resp.StatusCode != 404 || !strings.Contains(page, "登录码不对") || !strings.Contains(page, "重新发") {
		t.Errorf("wrong: %s %s", resp.Status, page)
	}
	if page, found := surf(t, other, resp.Request.URL.String()); found.StatusCode != 404 || !strings.Contains(page, "登录链接") {
		t.Errorf("somebody else's seat: %s %s", found.Status, page)
	}

	seat := resp.Request.URL.Query().Get("seat")
	left, err := (&http.Client{Jar: jar}).PostForm(h.server.URL+"/leave?seat="+seat, nil)
	if err != nil {
		t.Fatal(err)
	}
	left.Body.Close()
	if _, resp := surf(t, jar, h.server.URL+"/?seat="+seat); resp.StatusCode != 404 {
		t.Error("who has left still sits there")
	}
}

func TestPreviewsDoNotUseUpACode(t *testing.T) {
	h := newHouse(t)
	h.set(func() { h.codes["ONCE"] = Profile{Name: "小张", Role: "网格员"} })
	for name, headers := range map[string][]string{
		"a messenger's preview":      {"User-Agent", "TelegramBot (like TwitterBot)", "Sec-Fetch-Mode", ""},
		"one that plays a browser":   {"Sec-Fetch-Mode", ""},
		"a browser that looks ahead": {"Sec-Purpose", "prefetch;prerender"},
	} {
		jar := newJar(t)
		page, resp := surf(t, jar, h.server.URL+"/?code=ONCE", headers...)
		if resp.StatusCode != 200 || strings.Contains(page, "小张") || !strings.Contains(page, `value="ONCE"`) {
			t.Errorf("%s: %s %s", name, resp.Status, page)
		}
	}
	jar := newJar(t)
	resp, err := (&http.Client{Jar: jar}).PostForm(h.server.URL+"/", url.Values{"code": {" ON CE "}})
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if !strings.Contains(string(page), "小张") {
		t.Errorf("the button does not sign in: %s", page)
	}
}

func TestAProgramSignsIn(t *testing.T) {
	h := newHouse(t)
	h.set(func() { h.codes["TOOL"] = Profile{Name: "脚本", Role: "管理员"} })
	if page, _ := surf(t, newJar(t), h.server.URL+"/?code=TOOL", "User-Agent", "curl/8.14", "Sec-Fetch-Mode", ""); !strings.Contains(page, "脚本") {
		t.Error(page)
	}
}

func TestCodesCannotBeGuessedFast(t *testing.T) {
	h := newHouse(t)
	for range 20 {
		surf(t, newJar(t), h.server.URL+"/?code=GUESS")
	}
	if _, resp := surf(t, newJar(t), h.server.URL+"/?code=GUESS"); resp.StatusCode != 429 {
		t.Error(resp.Status)
	}
}

func TestSeats(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Secure = true })
	_, resp := surf(t, newJar(t), h.server.URL+"/")
	cookie := resp.Cookies()[0]
	if cookie.Name != "linli" || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || len(cookie.Value) != tokenLength || cookie.MaxAge <= 0 {
		t.Errorf("%+v", cookie)
	}
	s := seat{token: cookie.Value}
	if a := s.account(); strings.Contains(a.ID, cookie.Value[:8]) || len(a.ID) != 20 || a.Channel != "web" {
		t.Errorf("%+v", a)
	}
	if newSeat("").token == newSeat("").token {
		t.Error("two seats with one token")
	}
	r, _ := http.NewRequest("GET", "/console/?seat=&x=1", nil)
	r.AddCookie(cookie)
	if a, ok := h.channel.Account(r); !ok || a != s.account() {
		t.Error("Account does not know the seat")
	}
}

func TestRedirectsStayInTheHouse(t *testing.T) {
	for next, want := range map[string]string{"": "/", "/console/": "/console/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "console": "/", "/a?b": "/"} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func FuzzReadPost(f *testing.F) {
	f.Add(`{"id":"message-1","text":"您好"}`)
	f.Add(`{"id":"message-1","location":{"lat":29.3,"lon":117.2}}`)
	f.Add("{\"id\":\"message-1\",\"text\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, body string) {
		r, err := http.NewRequest("POST", "/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		p, err := readPost(nil, r)
		if err != nil {
			if bot.KindOf(err) != bot.Invalid || bot.MessageOf(err) == "" {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		if !validID(p.ID) || len(p.Text) > bot.MaxText || p.Text == "" && p.Action == "" && p.Location == nil {
			t.Errorf("%q was taken: %+v", body, p)
		}
	})
}
