package web

import (
	"context"
	"testing"
)

// faultsOfAccess looks for what a screen reader, a weak eye or a shaking finger would stumble over.
const faultsOfAccess = `(() => {
  const faults = [], visible = (n) => n.getClientRects().length > 0 && !n.closest('.unseen') && getComputedStyle(n).visibility === 'visible';
  const name = (n) => (n.getAttribute('aria-label') || n.labels?.[0]?.textContent || n.textContent || '').trim();
  const ids = [...document.querySelectorAll('[id]')].map((n) => n.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push('twice: #' + id));
  if (!document.documentElement.lang) faults.push('no language');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  for (const landmark of ['header', 'main', 'form', 'nav']) if (!document.querySelector(landmark)) faults.push('no ' + landmark);
  for (const n of document.querySelectorAll('img')) if (!n.hasAttribute('alt')) faults.push('no alt: ' + n.outerHTML);
  for (const n of document.querySelectorAll('button, a, textarea, input')) {
    if (!visible(n)) continue;
    if (!name(n)) faults.push('no name: ' + n.outerHTML);
    const box = n.getBoundingClientRect(), inText = n.tagName === 'A' && n.closest('p:not(.calls):not(.link), dd, li');
    if (!inText && !n.classList.contains('skip') && (box.height < 44 || box.width < 44)) faults.push('small: ' + Math.round(box.width) + 'x' + Math.round(box.height) + ' ' + n.outerHTML);
    if (n.tabIndex < 0) faults.push('no Tab: ' + n.outerHTML);
  }
  const log = document.querySelector('[role=log]');
  if (log?.getAttribute('aria-live') !== 'polite' || !log.getAttribute('aria-label')) faults.push('the log is not announced');
  for (const n of document.querySelectorAll('[aria-describedby]')) if (!document.getElementById(n.getAttribute('aria-describedby'))) faults.push('describes nothing');
  for (const n of document.querySelectorAll('[role=group]')) if (!n.getAttribute('aria-label')) faults.push('a group without a name');

  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const rgba = (s) => { const v = s.match(/[\d.]+/g).map(Number); return v.length > 3 ? v : [...v, 1]; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (n) => { for (; n; n = n.parentElement) { const c = rgba(getComputedStyle(n).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
  for (const n of document.querySelectorAll('body *')) {
    if (!visible(n) || ![...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim())) continue;
    const a = light(rgba(getComputedStyle(n).color)), b = light(ground(n)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faults.push('contrast ' + ratio.toFixed(2) + ': ' + n.outerHTML.slice(0, 120));
  }
  return faults.join('\n');
})()`

func pageAccess(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	check := func(what string) {
		t.Helper()
		for _, dark := range []bool{false, true} {
			p.dark(dark)
			if faults := value[string](p, faultsOfAccess); faults != "" {
				t.Errorf("%s, dark %v:\n%s", what, dark, faults)
			}
		}
	}
	check("the welcome")
	for _, text := range []string{"开无犯罪记录证明找哪里盖章?", "我要报修", "下水道堵了", "着火了", "慢"} {
		p.write(text)
		if text != "慢" {
			p.until(`document.querySelector('article:last-of-type').classList.contains('from-linli')`)
		}
	}
	p.until(`!document.querySelector('#typing').hidden`)
	check("a conversation")
	p.click("#large")
	check("large text")

	h.stopRun()
	p.until(`!document.querySelector('#net').hidden`)
	check("without a connection")

	if value[int](p, `document.querySelectorAll('article > .unseen:first-child').length - document.querySelectorAll('article').length`) != 0 {
		t.Error("a screen reader can't tell who said what")
	}
}

func pageNotices(t *testing.T, browser context.Context) {
	h := site(t)
	p := fresh(t, browser, h.server.URL, 390, 844)
	p.goTo(h.server.URL + "/?code=WRONG")
	p.picture("phone-wrong-code")
	if text := p.texts("main")[0]; text == "" {
		t.Error("the page is empty")
	}
	if value[string](p, `document.querySelector('h1').textContent`) != "登录码不对" {
		t.Error(p.texts("main"))
	}
	p.click("a.primary")
	p.until(`document.querySelector('#log')?.getAttribute('aria-busy') === 'false'`)
}
