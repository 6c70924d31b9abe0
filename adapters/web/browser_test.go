package web

import (
	"context"
	"encoding/json"
	"flag"
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
