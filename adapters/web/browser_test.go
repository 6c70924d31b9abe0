package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"linli/bot"
)

var screenshots = flag.String("screenshots", "", "folder that the browser tests write pictures of the page to")

// chrome starts a browser for the test. Its tabs are made with tab.
func chrome(t *testing.T) context.Context {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no chromium to test the page in. On Debian: apt-get install chromium fonts-noto-cjk")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); cancelAllocator() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal("chromium does not start:", err)
	}
	return ctx
}

// script is a small skill: its replies look as the real ones do.
func script(m bot.Message) []bot.Reply {
	switch {
	case m.Text == "着火了":
		return []bot.Reply{{Urgent: true, Text: "请马上拨打 **119**,先离开房间,不要坐电梯。\n我已通知马鞍山社区值班人员(示例):0798-8520119。\n有人受伤请拨 120。",
			Choices: []bot.Choice{{Label: "我已经安全", Action: "incidents:safe:1"}}}}
	case m.Action == "incidents:confirm:1":
		return []bot.Reply{{Text: "**已上报**,编号 MA-1123-007。\n马鞍山社区第3网格(示例)今天 11:30 前会联系您。", Choices: []bot.Choice{{Label: "查进度", Action: "incidents:track:7"}}}}
	case m.Action != "":
		return []bot.Reply{{Text: "您选了" + m.Text}}
	case strings.Contains(m.Text, "下水道"):
		return []bot.Reply{{Text: "请看一下对不对:",
			Fields:  []bot.Field{{Name: "类别", Value: "下水道堵塞"}, {Name: "地点", Value: "马鞍山社区3栋2单元"}, {Name: "描述", Value: "下水道堵了,污水漫出来了"}, {Name: "紧急程度", Value: "紧急"}},
			Choices: []bot.Choice{{Label: "对,上报", Action: "incidents:confirm:1"}, {Label: "改一下", Action: "incidents:edit:1"}, {Label: "算了", Action: "incidents:drop:1"}}}}
	case m.Text == "我要报修":
		return []bot.Reply{{Text: "什么坏了,在哪里?可以写“3栋2单元下水道堵了”,也可以发位置。", AskLocation: true, Choices: []bot.Choice{{Label: "算了", Action: "incidents:drop:1"}}}}
	case m.Location != nil:
		return []bot.Reply{{Text: fmt.Sprintf("位置收到了:%.2f", m.Location.Lat)}}
	case strings.HasPrefix(m.Text, "开"):
		return []bot.Reply{{Text: "**派出所**开无犯罪记录证明,社区居委会不能开。\n到户籍地或居住地派出所窗口,当场或3个工作日内办好,不收费。\n要带:\n- 本人身份证原件\n- 用途说明(用人单位的函也行)",
			Choices: []bot.Choice{{Label: "材料", Action: "answers:facet:m"}, {Label: "流程", Action: "answers:facet:s"}, {Label: "地址电话", Action: "answers:facet:a"}},
			Link:    &bot.Link{Label: "网上办理", URL: "https://gaj.example.org/"},
			Sources: []bot.Source{{Title: "公安机关办理犯罪记录查询工作规定", URL: "https://www.mps.gov.cn/", CheckedOn: "2026-11-20"}, {Title: "里村派出所窗口", Sample: true}}}}
	case m.Text == "慢":
		return nil
	}
	return []bot.Reply{{Text: "收到:" + m.Text}}
}

// site is a house with the script.
func site(t *testing.T) *house {
	h := newHouse(t, func(o *Options) { o.Files = o.Store.(*house) })
	h.answer = script
	return h
}

// TestBrowser opens the page in a real browser.
func TestBrowser(t *testing.T) {
	browser := chrome(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, context.Context)
	}{
		{"a newcomer asks, reports and comes back", pageConversation},
		{"on a desk and on staff's phone", pageDesk},
		{"nothing sticks out of the smallest phone", pageSmallestPhone},
		{"two people in one browser", pageTwoSeats},
		{"the server goes away and comes back", pageServerAway},
		{"reloaded mid-turn", pageReloadMidTurn},
		{"text stays text", pageTextStaysText},
		{"by keyboard", pageKeyboard},
		{"too long, and refused", pageTooLongAndRefused},
		{"a location", pageLocation},
		{"photos", pagePhotos},
		{"earlier messages", pageEarlier},
		{"an answer put better", pageAmended},
		{"telephone numbers", pageTelephones},
		{"everybody can use it", pageAccess},
		{"pages with one thing to say", pageNotices},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, browser) })
	}
}

// tab is an open page.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open opens a new tab in the same browser: with the same cookies.
func open(t *testing.T, browser context.Context, url string, width, height int64, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, options...)
	t.Cleanup(cancel)
	p := &tab{t, ctx}
	p.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2)), chromedp.Navigate(url))
	p.until(`document.querySelector('#log')?.getAttribute('aria-busy') === 'false'`)
	return p
}

// fresh opens a tab that shares nothing with the others.
func fresh(t *testing.T, browser context.Context, url string, width, height int64) *tab {
	t.Helper()
	return open(t, browser, url, width, height, chromedp.WithNewBrowserContext())
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// value evaluates an expression in the page.
func value[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until the expression is true. The limit only ends a test that has failed.
func (p *tab) until(expression string) {
	p.t.Helper()
	for range 600 {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if err == nil && ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	p.t.Fatalf("never came true: %s\nthe page shows:\n%s", expression, text)
}

// says waits until the log shows the text.
func (p *tab) says(text string) {
	p.t.Helper()
	quoted, _ := json.Marshal(text)
	p.until(`document.querySelector('#log').innerText.includes(` + string(quoted) + `)`)
}

// write types into the input and sends with Enter.
func (p *tab) write(text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS("#text"), text), chromedp.SendKeys(chromedp.CSS("#text"), kb.Enter))
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// dark makes the system's colours dark or light.
func (p *tab) dark(on bool) {
	scheme := "light"
	if on {
		scheme = "dark"
	}
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// picture writes what the tab shows, if pictures are wanted.
func (p *tab) picture(name string) {
	p.t.Helper()
	if *screenshots == "" {
		return
	}
	time.Sleep(400 * time.Millisecond) // animations
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// texts returns the inner text of all that the selector finds.
func (p *tab) texts(selector string) []string {
	p.t.Helper()
	found := value[string](p, `[...document.querySelectorAll(`+"`"+selector+"`"+`)].map((n) => n.innerText.trim()).join('\u0001')`)
	if found == "" {
		return nil
	}
	return strings.Split(found, "\x01")
}

// reload loads the page anew and waits until it has its history.
func (p *tab) reload() {
	p.t.Helper()
	p.do(chromedp.Reload())
	p.until(`document.querySelector('#log')?.getAttribute('aria-busy') === 'false'`)
}

// goTo opens another page in the tab.
func (p *tab) goTo(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}
