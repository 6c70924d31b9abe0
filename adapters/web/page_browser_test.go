package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"linli/bot"
)

func pageConversation(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	p.until(`!document.querySelector('#welcome').hidden`)
	p.picture("phone-welcome")

	p.click("#starts li:first-child button")
	p.says("公安机关办理犯罪记录查询工作规定")
	p.until(`document.querySelector('#welcome').hidden`)
	p.picture("phone-answer")
	if href := value[string](p, `document.querySelector('.sources a').href`); href != "https://www.mps.gov.cn/" {
		t.Errorf("the source leads to %s", href)
	}

	p.write("下水道堵了")
	p.says("紧急程度")
	p.picture("phone-report")
	p.click("article:last-of-type .choices button:first-child")
	p.says("MA-1123-007")
	p.picture("phone-confirmed")
	h.mu.Lock()
	if in := h.lines[2].In; in.Action != "incidents:confirm:1" || in.Text != "对,上报" {
		t.Errorf("the button sent %+v", in)
	}
	h.mu.Unlock()

	before := p.texts("#log article")
	p.reload()
	if after := p.texts("#log article"); !slices.Equal(before, after) {
		t.Errorf("before the reload %q\nafter it %q", before, after)
	}

	p.write("着火了")
	p.says("先离开房间")
	p.picture("phone-urgent")
	if calls := p.texts("a.call"); !slices.Equal(calls, []string{"拨打 119", "拨打 120", "拨打 0798-8520119"}) {
		t.Errorf("numbers to call: %q", calls)
	}
	if tel := value[string](p, `document.querySelector('a.call').href`); tel != "tel:119" {
		t.Error(tel)
	}
	if alarm := value[string](p, `document.querySelector('[role=alert]').textContent`); !strings.Contains(alarm, "119") {
		t.Errorf("a screen reader is told %q", alarm)
	}
	p.dark(true)
	p.picture("phone-urgent-dark")
	p.dark(false)

	p.click("#large")
	p.picture("phone-large")
	p.reload()
	p.until(`document.documentElement.classList.contains('large') && document.querySelector('#large').getAttribute('aria-pressed') === 'true'`)
}

func pageDesk(t *testing.T, browser context.Context) {
	h := site(t)
	h.set(func() {
		h.codes["DESK"] = Profile{Name: "李书记", Role: "社区书记", Unit: "马鞍山社区", Sample: true, Links: []bot.Link{{Label: "工作台", URL: "/console/"}},
			Starts: []string{"明天上午9点半在二楼会议室开联席会", "本周有什么会", "今天的上报"}}
	})
	p := fresh(t, browser, h.server.URL+"/?code=DESK", 1280, 800)
	p.picture("desk-welcome")
	p.write("开无犯罪记录证明找哪里盖章?")
	p.says("核对")
	p.write("马鞍山社区3栋2单元下水道堵了,污水漫出来了")
	p.says("紧急程度")
	p.picture("desk")
	p.dark(true)
	p.picture("desk-dark")

	phone := open(t, browser, h.server.URL+"/?code=DESK", 390, 844, chromedp.WithExistingBrowserContext(chromedp.FromContext(p.ctx).BrowserContextID))
	phone.says("紧急程度")
	phone.picture("phone-staff")
	phone.click("#large")
	phone.picture("phone-staff-large")
}

func pageSmallestPhone(t *testing.T, browser context.Context) {
	h := site(t)
	h.set(func() {
		h.codes["SMALL"] = Profile{Name: "欧阳书记", Role: "社区书记", Unit: "马鞍山社区", Sample: true, Links: []bot.Link{{Label: "工作台", URL: "/console/"}}}
	})
	for _, path := range []string{"/", "/?code=SMALL"} {
		p := fresh(t, browser, h.server.URL+path, 320, 568)
		for range 2 { // with and without large text
			p.click("#large")
			for _, text := range []string{"开无犯罪记录证明找哪里盖章?", "下水道堵了", "着火了", strings.Repeat("a", 300)} {
				n := value[int](p, `document.querySelectorAll('.from-linli').length`)
				p.write(text)
				p.until(fmt.Sprintf(`document.querySelectorAll('.from-linli').length === %d`, n+1))
				p.picture(fmt.Sprintf("small-%d-%d", len(path), n))
				// Of a reply that is longer than the screen the beginning is in sight.
				p.until(`document.querySelector('article:last-of-type').getBoundingClientRect().top >= document.querySelector('main').getBoundingClientRect().top`)
				if wide := value[string](p, stickOut); wide != "" {
					t.Errorf("after %.20s these stick out:\n%s", text, wide)
				}
			}
		}
	}
}

// stickOut lists what reaches beyond the screen.
const stickOut = `[...document.querySelectorAll('body *')].filter((n) => !n.closest('.unseen') && n.getClientRects().length &&
  (n.getBoundingClientRect().right > innerWidth + 1 || n.getBoundingClientRect().left < -1)).map((n) => n.outerHTML.slice(0, 200)).join('\n')`

func pageTwoSeats(t *testing.T, browser context.Context) {
	h := site(t)
	h.set(func() {
		h.codes["GRID"] = Profile{Name: "小张", Role: "网格员"}
		h.codes["SECR"] = Profile{Name: "老李", Role: "社区书记"}
	})
	grid := open(t, browser, h.server.URL+"/?code=GRID", 390, 844)
	secretary := open(t, browser, h.server.URL+"/?code=SECR", 390, 844)
	grid.write("我是网格员")
	secretary.write("我是书记")
	grid.says("收到:我是网格员")
	secretary.says("收到:我是书记")
	for p, want := range map[*tab]string{grid: "小张", secretary: "老李"} {
		p.reload()
		if who := p.texts("#who")[0]; !strings.Contains(who, want) {
			t.Errorf("the window of %s shows %s", want, who)
		}
		if said := p.texts("#log article"); len(said) != 2 {
			t.Errorf("the window of %s has %q", want, said)
		}
	}
	h.mu.Lock()
	if h.lines[0].Chat == h.lines[1].Chat {
		t.Error("both talk in one chat")
	}
	h.mu.Unlock()

	again := open(t, browser, h.server.URL+"/?code=GRID", 390, 844)
	again.says("收到:我是网格员")
	// A second window of the same seat sees what is said in the first, once.
	grid.write("再说一句")
	again.says("收到:再说一句")
	if said := again.texts("#log article"); len(said) != 4 {
		t.Errorf("the second window shows %q", said)
	}
}

func pageServerAway(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	p.write("第一句")
	p.says("收到:第一句")

	address := h.server.Listener.Addr().String()
	h.stopRun()
	h.server.Close()
	p.until(`!document.querySelector('#net').hidden`)
	p.write("断网时写的")
	p.until(`[...document.querySelectorAll('.from-me .state')].some((n) => !n.hidden && n.textContent.includes('还没发出'))`)
	p.picture("phone-offline")
	if len(h.lines) != 1 {
		t.Fatal("something arrived although nobody listened")
	}

	// More than a page of notices comes meanwhile.
	for i := range 45 {
		h.say(h.lines[0].In.From, time.Now(), bot.Reply{Text: fmt.Sprintf("第%d条通知", i)})
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	h.run()
	h.server = httptest.NewUnstartedServer(h.channel.Handler())
	h.server.Listener.Close()
	h.server.Listener = listener
	h.server.Start()
	p.says("收到:断网时写的")
	p.until(`document.querySelector('#net').hidden && [...document.querySelectorAll('.state')].every((n) => n.hidden)`)
	p.says("第44条通知")
	if said := p.texts("#log article"); len(said) != 4+45 {
		t.Errorf("the page shows %d: %q", len(said), said)
	}
}

func pageReloadMidTurn(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)

	// Not acknowledged: it is sent again after the reload, under the same ID.
	h.set(func() { h.refuse = bot.Errorf(bot.Unavailable, "") })
	p.write("没发出去的")
	p.until(`document.querySelector('.state') && !document.querySelector('.state').hidden`)
	p.reload()
	p.says("没发出去的")
	h.set(func() { h.refuse = nil })
	p.says("收到:没发出去的")

	// Acknowledged, not answered: it is still there, and so is the sign that somebody works on it.
	p.write("慢")
	p.until(`!document.querySelector('#typing').hidden`)
	p.picture("phone-typing")
	p.reload()
	p.says("慢")
	p.until(`!document.querySelector('#typing').hidden`)
	h.set(func() {
		var id string
		for key := range h.seen {
			if !slices.ContainsFunc(h.lines, func(l bot.Line) bool { return l.In.ID == key }) {
				id = key
			}
		}
		first := h.lines[0].In
		h.add(bot.Line{Chat: first.Chat, At: time.Now(), Out: []bot.Reply{{Text: "久等了"}, {Text: "还有一句"}},
			In: &bot.Message{ID: id, Chat: first.Chat, From: first.From, Text: "慢", At: time.Now()}})
	})
	p.says("还有一句")
	p.until(`document.querySelector('#typing').hidden`)
	p.reload()
	want := []string{"没发出去的", "收到:没发出去的", "慢", "久等了", "还有一句"}
	said := p.texts("#log article .card")
	if !slices.Equal(said, want) {
		t.Errorf("the page shows %q, want %q", said, want)
	}
	p.until(`Object.keys(localStorage).every((key) => !key.startsWith('linli.out'))`)
}

func pageTextStaysText(t *testing.T, browser context.Context) {
	h := site(t)
	h.set(func() {
		h.answer = func(m bot.Message) []bot.Reply {
			return []bot.Reply{{Text: m.Text + "\n- <b>x</b>\n**<i>y</i>**", Fields: []bot.Field{{Name: "<u>a", Value: m.Text}}, Choices: []bot.Choice{{Label: m.Text[:20], Action: "a:b:c"}},
				Link: &bot.Link{Label: "坏", URL: "javascript:alert(2)"}, Sources: []bot.Source{{Title: m.Text, URL: "data:text/html,<script>alert(3)</script>"}}}}
		}
	})
	p := fresh(t, browser, h.server.URL, 390, 844)
	attack := `<img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script>`
	p.write(attack)
	p.says("y")
	p.reload()
	if text := p.texts(".from-me .card")[0]; text != attack {
		t.Errorf("it is shown as %q", text)
	}
	if n := value[int](p, `document.querySelectorAll('#log img, #log script, #log b, #log i, #log u, #log a[href^="javascript"], #log a[href^="data"]').length`); n != 0 {
		t.Errorf("%d elements were made of text", n)
	}
	if title := value[string](p, "document.title"); strings.Contains(title, "pwned") {
		t.Error("a script ran")
	}
}

func pageKeyboard(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 1280, 800)
	// The order of the Tab key.
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	var order []string
	for range 9 {
		p.do(chromedp.KeyEvent(kb.Tab))
		order = append(order, value[string](p, `document.activeElement.id || document.activeElement.className || document.activeElement.textContent`))
	}
	if want := []string{"skip", "large", "开证明找哪里", "我要报修", "查进度", "找人工", "attach", "text", "send"}; !slices.Equal(order, want) {
		t.Errorf("Tab goes %q, want %q", order, want)
	}

	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#text').focus()`))
	p.do(chromedp.KeyEvent("第一行"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent("第二行"))
	if text := value[string](p, `document.querySelector('#text').value`); text != "第一行\n第二行" {
		t.Errorf("Shift+Enter made %q", text)
	}
	// Enter while a word is composed chooses the word.
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))`))
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))`))
	if n := len(p.texts("#log article")); n != 0 {
		t.Errorf("composing sent %d messages", n)
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	p.says("收到:第一行")
	if text := value[string](p, `document.querySelector('#text').value + '|' + document.activeElement.id`); text != "|text" {
		t.Errorf("after Enter the input holds %q", text)
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	if trouble := p.texts("#trouble")[0]; trouble == "" {
		t.Error("an empty message is not explained")
	}
}

func pageTooLongAndRefused(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#text').value = '长'.repeat(34000)`), chromedp.Click(chromedp.CSS("#send")))
	p.until(`document.querySelector('#trouble').textContent.includes('太长')`)
	if n := value[int](p, `document.querySelector('#text').value.length`); n != 34000 {
		t.Errorf("of the text %d characters are left", n)
	}
	h.set(func() { h.refuse = bot.Errorf(bot.Invalid, "看不懂这一句。") })
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#text').value = ''`))
	p.write("乱")
	p.says("看不懂这一句。")
	p.picture("phone-refused")
	p.click(".state button")
	if text := value[string](p, `document.querySelector('#text').value`); text != "乱" {
		t.Errorf("the refused text comes back as %q", text)
	}
	p.reload()
	if said := p.texts("#log article"); len(said) != 0 {
		t.Errorf("a refused message is sent again: %q", said)
	}
}

func pageLocation(t *testing.T, tabs context.Context) {
	h := site(t)
	p := open(t, tabs, h.server.URL, 390, 844)
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingGranted}); err != nil {
			return err
		}
		lat, lon, accuracy := 29.2953, 117.2069, 10.0
		_, err := cdp.Call(ctx, target, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &lon, Accuracy: &accuracy})
		return err
	}))
	p.write("我要报修")
	p.says("发送我的位置")
	p.click(".locate")
	p.says("位置收到了:29.30")
}

func pageEarlier(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	p.write("认识一下")
	p.says("收到:认识一下")
	from := h.lines[0].In.From
	now := time.Now()
	for i := range 70 {
		h.say(from, now.Add(time.Duration(i-100)*time.Hour), bot.Reply{Text: fmt.Sprintf("第%d条通知", i)})
	}
	p.reload()
	for value[bool](p, `!document.querySelector('#earlier').hidden`) {
		n := value[int](p, `document.querySelectorAll('#log article').length`)
		p.click("#earlier")
		p.until(fmt.Sprintf(`document.querySelectorAll('#log article').length > %d`, n))
	}
	var want []string
	for i := range 70 {
		want = append(want, fmt.Sprintf("第%d条通知", i))
	}
	want = append(want, "认识一下", "收到:认识一下")
	if said := p.texts("#log article .card"); !slices.Equal(said, want) {
		t.Errorf("the page shows %q", said)
	}
	p.picture("phone-history")
}

func pageAmended(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	p.write("第一句")
	p.says("收到:第一句")
	p.write("第二句")
	p.says("收到:第二句")
	first := h.lines[0]
	if err := h.channel.Edit(t.Context(), first.Chat, eventID(first.ID, 0), bot.Reply{Text: "说得更好", Choices: []bot.Choice{{Label: "好", Action: "a:b:c"}}}); err != nil {
		t.Fatal(err)
	}
	p.says("说得更好")
	if said := p.texts("#log article .card"); !slices.Equal(said, []string{"第一句", "说得更好", "第二句", "收到:第二句"}) {
		t.Errorf("the page shows %q", said)
	}
	p.until(`document.querySelector('#log .choices').classList.contains('old')`)
}

// telephone numbers are told from other numbers by what stands around them.
func pageTelephones(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	tests := map[string][]string{
		"请拨打119": {"119"}, "110、120": {"110", "120"}, "110/119/120": {"110", "119", "120"}, "119元": nil, "120分钟": nil, "共110个": nil, "第120号": nil,
		"12345热线": {"12345"}, "电话:0798-8223344": {"0798-8223344"}, "13879812345": {"13879812345"}, "编号 MA-20261123-119": nil, "2026-11-20": nil,
		"电话8520119。": {"8520119"}, "共8520119元": nil, "身份证360203199001011234": nil, "400-888-1234": {"400-888-1234"}, "3栋110室": nil, "11.120": nil, "12:30 到": nil,
		"里村街道12345平方米": nil,
	}
	for text, want := range tests {
		quoted, _ := json.Marshal(text)
		got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`import('/assets/render.js').then((m) => m.telephones(`+string(quoted)+`).map((t) => t.number).join(' '))`, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if got != strings.Join(want, " ") {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// pagePhotos: photos are picked, looked at, taken out again, sent with and without words, and shown in replies.
func pagePhotos(t *testing.T, browser context.Context) {
	h := site(t)
	h.answer = func(m bot.Message) []bot.Reply {
		return []bot.Reply{{Text: fmt.Sprintf("收到%d张", len(m.Attachments)), Files: m.Attachments}}
	}
	p := fresh(t, browser, h.server.URL, 390, 844)
	var paths []string
	for i := range 3 {
		picture := image.NewRGBA(image.Rect(0, 0, 120, 90))
		draw.Draw(picture, picture.Bounds(), &image.Uniform{color.RGBA{uint8(60 + 60*i), 120, 160, 255}}, image.Point{}, draw.Src)
		paths = append(paths, filepath.Join(t.TempDir(), fmt.Sprintf("楼道%d.png", i)))
		f, err := os.Create(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, picture), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	p.do(chromedp.SetUploadFiles("#file", paths))
	p.until(`document.querySelectorAll('#picked img').length === 3`)
	p.picture("phone-photos-picked")
	p.click("#picked li:first-child button")
	p.until(`document.querySelectorAll('#picked img').length === 2`)
	p.write("3栋楼道堆满了东西")
	p.says("收到2张")
	p.until(`document.querySelector('#picked').hidden`)
	p.until(`[...document.querySelectorAll('.files img')].filter((i) => i.naturalWidth === 120).length === 4`)
	p.picture("phone-photos")
	before := p.texts("#log article")
	p.reload()
	p.until(`[...document.querySelectorAll('.files img')].filter((i) => i.naturalWidth === 120).length === 4`)
	if after := p.texts("#log article"); !slices.Equal(before, after) {
		t.Errorf("before the reload %q\nafter it %q", before, after)
	}
}
