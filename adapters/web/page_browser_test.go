package web

import (
	"testing"
	"time"

	"linli/bot"
)

// script is a small skill: it answers as the real ones look.
func script(m bot.Message) []bot.Reply {
	switch {
	case m.Text == "着火了":
		return []bot.Reply{{Urgent: true, Text: "请马上拨打 **119**,先离开房间,不要坐电梯。\n我已通知马鞍山社区值班人员(示例):0798-8520119。\n有人受伤请拨 120。",
			Choices: []bot.Choice{{Label: "我已经安全", Action: "incidents:safe:1"}}}}
	case m.Action == "incidents:confirm:1":
		return []bot.Reply{{Text: "**已上报**,编号 MA-1123-007。\n马鞍山社区第3网格(示例)今天 11:30 前会联系您。", Choices: []bot.Choice{{Label: "查进度", Action: "incidents:track:7"}}}}
	case m.Action != "":
		return []bot.Reply{{Text: "您选了" + m.Text}}
	case m.Text == "我要报修" || m.Text == "下水道堵了":
		return []bot.Reply{{Text: "请看一下对不对:",
			Fields:  []bot.Field{{Name: "类别", Value: "下水道堵塞"}, {Name: "地点", Value: "马鞍山社区3栋2单元"}, {Name: "描述", Value: "下水道堵了,污水漫出来了"}, {Name: "紧急程度", Value: "紧急"}},
			Choices: []bot.Choice{{Label: "对,上报", Action: "incidents:confirm:1"}, {Label: "改地点", Action: "incidents:edit:place"}, {Label: "算了", Action: "incidents:drop:1"}}, AskLocation: true}}
	case m.Location != nil:
		return []bot.Reply{{Text: "位置收到了。"}}
	case m.Text == "开证明找哪里" || m.Text == "开无犯罪记录证明找哪里盖章?":
		return []bot.Reply{{Text: "**派出所**开无犯罪记录证明,社区居委会不能开。\n到户籍地或居住地派出所窗口,当场或3个工作日内办好,不收费。\n要带:\n- 本人身份证原件\n- 用途说明(用人单位的函也行)",
			Choices: []bot.Choice{{Label: "材料", Action: "answers:facet:m"}, {Label: "流程", Action: "answers:facet:s"}, {Label: "地址电话", Action: "answers:facet:a"}},
			Link:    &bot.Link{Label: "网上办理", URL: "https://gaj.example.org/"},
			Sources: []bot.Source{{Title: "公安机关办理犯罪记录查询工作规定", URL: "https://www.mps.gov.cn/", CheckedOn: "2026-11-20"}, {Title: "里村派出所窗口", Sample: true}}}}
	case m.Text == "慢":
		return nil
	}
	return []bot.Reply{{Text: "收到:" + m.Text}}
}

func TestBrowserPage(t *testing.T) {
	h := newHouse(t)
	h.answer = script
	browser := chrome(t)

	t.Run("a newcomer asks, reports and comes back", func(t *testing.T) {
		p := fresh(t, browser, h.server.URL, 390, 844)
		p.until(`!document.querySelector('#welcome').hidden`)
		p.picture("phone-welcome")
		p.click("#starts li:first-child button")
		p.says("公安机关办理犯罪记录查询工作规定")
		p.picture("phone-answer")
		p.write("下水道堵了")
		p.says("紧急程度")
		p.picture("phone-report")
		p.click("article:last-of-type .choices button:nth-of-type(2)")
		p.says("MA-1123-007")
		p.picture("phone-confirmed")
		before := p.texts("#log article")
		p.reload()
		p.until(`document.querySelectorAll('#log article').length > 0`)
		if after := p.texts("#log article"); len(after) != len(before) {
			t.Errorf("after a reload the log has %d entries, not %d:\n%q\n%q", len(after), len(before), before, after)
		}
		p.write("着火了")
		p.says("119")
		p.picture("phone-urgent")
		if calls := p.texts("a.call"); len(calls) < 2 {
			t.Errorf("numbers to call: %q", calls)
		}
		p.dark(true)
		p.picture("phone-urgent-dark")
		p.dark(false)
		p.click("#large")
		p.picture("phone-large")
		p.reload()
		p.until(`document.documentElement.classList.contains('large')`)
	})

	t.Run("on a desk", func(t *testing.T) {
		h.set(func() {
			h.codes["DESK"] = Profile{Name: "李书记", Role: "社区书记", Unit: "马鞍山社区", Sample: true, Links: []bot.Link{{Label: "工作台", URL: "/console/"}}}
		})
		p := fresh(t, browser, h.server.URL+"/?code=DESK", 1280, 800)
		p.picture("desk-welcome")
		for i, text := range []string{"开无犯罪记录证明找哪里盖章?", "下水道堵了"} {
			p.write(text)
			p.until(`document.querySelectorAll('.from-linli').length === ` + string(rune('1'+i)))
		}
		p.picture("desk")
		p.dark(true)
		p.picture("desk-dark")
	})

	t.Run("the smallest phone", func(t *testing.T) {
		p := fresh(t, browser, h.server.URL, 320, 568)
		p.click("#large")
		p.picture("small-large-welcome")
		p.write("开无犯罪记录证明找哪里盖章?")
		p.says("核对")
		p.write("下水道堵了")
		p.says("紧急程度")
		p.picture("small-large")
		if wide := value[int](p, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("the page is %d wide", wide)
		}
	})
	_ = time.Second
}
