package intents

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"linli/intents/place"
	"linli/intents/timex"
)

// filledAs is what a message says when its intent is known: what the classifier thinks of it doesn't matter.
func filledAs(m *Model, text, intent string) Slots {
	c := Context{Role: "secretary", Now: monday}
	normal := Normalize(text)
	u := Understanding{Text: text, Intent: intent, Times: timex.Find(normal, timex.Options{Now: c.Now})}
	if where, ok := place.Best(place.Find(normal, nil)); ok {
		u.Slots.Place = where.Text
	}
	m.fill(&u, normal, normal, c)
	return u.Slots
}

// slotText is a slot by its JSON name, as testdata/slots.tsv writes it.
func slotText(t testing.TB, s Slots, name string) string {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	switch v := all[name].(type) {
	case nil:
		return ""
	case []any:
		return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(v), "[]")), "|")
	default:
		return fmt.Sprint(v)
	}
}

// TestSlotsGivenTheIntent reads testdata/slots.tsv: nothing in a column is not looked at, - is nothing. Of a rule only what is named has to be there.
func TestSlotsGivenTheIntent(t *testing.T) {
	f, err := os.Open("testdata/slots.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(t)
	for _, row := range rows[1:] {
		got := filledAs(m, row[0], row[1])
		for i, want := range row {
			if i < 2 || want == "" {
				continue
			}
			value := slotText(t, got, rows[0][i])
			right := value == strings.TrimPrefix(want, "-")
			if strings.HasPrefix(want, "FREQ=") {
				right = strings.HasPrefix(value, want)
			}
			if !right {
				t.Errorf("%s (%s): %s %q, want %q", row[0], row[1], rows[0][i], value, want)
			}
		}
	}
}

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

// TestSlotsOfAnything: what isn't well-formed, or is nothing but the words that lead to a slot, fills none with half a character.
func TestSlotsOfAnything(t *testing.T) {
	m := newModel(t)
	intents := []string{"meeting.schedule", "meeting.reschedule", "meeting.cancel", "meeting.topic", "meeting.rsvp", "meeting.resolve", "inspection.finding", "incident.transfer", "duty.progress"}
	for _, text := range []string{"", "会", "会会会", "开会议", "由", "由由由", "交给", "的", "责任单位:", "在开", "议题", "\xff会\xe4\xbc", "提前", "会前", "小", "小小", "转", "这事", "100个点", "明天会", "到十点结束", "局局局局", "说事日"} {
		for _, intent := range intents {
			s := filledAs(m, text, intent)
			if !utf8.ValidString(s.Place + s.Title + s.To) {
				t.Errorf("%q as %s: %+v", text, intent, s)
			}
		}
	}
}

func BenchmarkFill(b *testing.B) {
	m := newModel(b)
	texts := map[string]string{
		"meeting.schedule": "本周四上午9点半在二楼会议室开老旧小区改造推进会,提前一天和一小时提醒", "meeting.resolve": "会议决定:停车位划线由物业公司负责,12月10日前完成",
		"meeting.topic": "把老年食堂选址列入联席会议题", "incident.transfer": "把19号工单派给园林所小孙", "meeting.rsvp": "我有事,叫小刘替我去",
	}
	for b.Loop() {
		for intent, text := range texts {
			u := Understanding{Intent: intent, Text: text}
			m.fill(&u, text, text, Context{Now: monday})
		}
	}
}
