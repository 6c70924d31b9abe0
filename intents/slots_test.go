package intents

import "testing"

// TestSlotTable: what staff say beside what they want.
func TestSlotTable(t *testing.T) {
	m := newModel(t)
	for _, c := range []struct {
		role, text, intent string
		want               Slots
	}{
		{"grid", "6号转给环卫所", "incident.transfer", Slots{Number: "6", To: "环卫所"}},
		{"grid", "把11号单转交给供电公司处理", "incident.transfer", Slots{Number: "11", To: "供电公司"}},
		{"grid", "12号已经处理好了", "incident.done", Slots{Number: "12"}},
		{"grid", "马鞍山1123-05办结", "incident.done", Slots{Number: "马鞍山1123-05"}},
		{"liaison", "我参加", "meeting.rsvp", Slots{Answer: "yes"}},
		{"liaison", "我参加不了,让小陈代我去", "meeting.rsvp", Slots{Answer: "no", To: "小陈"}},
		{"liaison", "看情况,也许参加", "meeting.rsvp", Slots{Answer: "maybe"}},
		{"secretary", "会议决定由城管局负责,12月15日前拆完", "meeting.resolve", Slots{Due: "2026-12-15", To: "城管局"}},
		{"inspector", "检查发现灭火器过期,责任单位物业公司,限3天整改", "inspection.finding", Slots{Due: "2026-11-26", To: "物业公司"}},
		{"inspector", "督查发现台账缺失,三日内整改", "inspection.finding", Slots{Due: "2026-11-26"}},
		{"liaison", "报一个议题:加装电梯", "meeting.topic", Slots{Title: "加装电梯"}},
		{"liaison", "第3大项第2小项完成了80%", "duty.progress", Slots{Number: "3.2"}},
		{"liaison", "4-2完成60%", "duty.progress", Slots{Number: "4.2"}},
		{"liaison", "另有安排,派办公室小李参会", "meeting.rsvp", Slots{Answer: "no", To: "办公室小李"}},
		{"secretary", "会议议定:环卫所五天内补齐果皮箱", "meeting.resolve", Slots{Due: "2026-11-28", To: "环卫所"}},
		{"inspector", "检查发现配电箱没锁,限物业两日内整改", "inspection.finding", Slots{Due: "2026-11-25", To: "物业"}},
		{"secretary", "加个议题,关于小区快递柜选址", "meeting.topic", Slots{Title: "小区快递柜选址"}},
		{"secretary", "14号请供水公司的人来处理", "incident.transfer", Slots{Number: "14", To: "供水公司"}},
	} {
		u := m.Understand(c.text, Context{Role: c.role, Now: monday})
		got := Slots{Number: u.Slots.Number, To: u.Slots.To, Answer: u.Slots.Answer, Due: u.Slots.Due, Title: u.Slots.Title}
		if u.Intent != c.intent || got.Number != c.want.Number || got.To != c.want.To || got.Answer != c.want.Answer || got.Due != c.want.Due || got.Title != c.want.Title {
			t.Errorf("%s: %s %+v, want %s %+v", c.text, u.Intent, got, c.intent, c.want)
		}
	}
}

func TestNumberOfACaseIsNoDay(t *testing.T) {
	u := newModel(t).Understand("12号转给城管", Context{Role: "secretary", Now: monday})
	if u.Slots.Number != "12" || u.Slots.At != nil {
		t.Errorf("%+v", u.Slots)
	}
	if n := number(numberWords, "12号楼的事"); n != "" {
		t.Errorf("a building was taken for a case: %s", n)
	}
}

func TestTitle(t *testing.T) {
	m := newModel(t)
	for text, want := range map[string]string{
		"请安排下周三下午3点的物业协调会":     "物业协调会",
		"喊各社区书记明早八点半来开防火部署会":   "防火部署会",
		"12月10日上午9点召开第四季度联席会议": "联席会议",
		"取消明天的联席会":             "联席会",
		"通知各网格员后天下午两点开会":       "",
		"网格例会挪到周四上午十点":         "网格例会",
	} {
		if u := m.Understand(text, Context{Role: "secretary", Now: monday}); u.Slots.Title != want {
			t.Errorf("%s: %s %q, want %q", text, u.Intent, u.Slots.Title, want)
		}
	}
}

func TestPercentForms(t *testing.T) {
	for text, want := range map[string]int{"完成四分之三": 75, "六成五": 65, "做到八成半": 85, "进度60": 60, "百分之40": 40, "已经过半": 50, "百分之百": 100, "150%": -1, "张三丰": -1} {
		got := -1
		if p := percent(text); p != nil {
			got = *p
		}
		if got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestDue(t *testing.T) {
	m := newModel(t)
	for text, want := range map[string]string{"决议:月底前由物业清理": "2026-11-30", "决议:下周五前社区报方案": "2026-12-04", "决议:本周内由城管清理": "2026-11-29"} {
		if u := m.Understand(text, Context{Role: "secretary", Now: monday}); u.Slots.Due != want {
			t.Errorf("%s: %s due %q, want %q", text, u.Intent, u.Slots.Due, want)
		}
	}
}
