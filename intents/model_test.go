package intents

import (
	"testing"
	"time"
	"unicode/utf8"
)

func newModel(t testing.TB) *Model {
	t.Helper()
	m, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))

func TestSlots(t *testing.T) {
	m := newModel(t)
	u := m.Understand("明天上午9点半在二楼会议室开联席会,提前一小时提醒", Context{Role: "secretary", Now: monday})
	if u.Intent != "meeting.schedule" || u.Slots.At == nil || !u.Slots.At.Equal(monday.Add(23*time.Hour+30*time.Minute)) || len(u.Slots.Remind) != 1 || u.Slots.Remind[0] != "1h" {
		t.Errorf("%+v", u)
	}
	if u = m.Understand("明天上午9点半在二楼会议室开联席会", Context{Role: "resident", Now: monday}); u.Intent == "meeting.schedule" {
		t.Error("a resident arranged a meeting")
	}
	if u = m.Understand("马鞍山社区3栋2单元下水道堵了", Context{Role: "resident", Now: monday}); u.Intent != "report" || u.Slots.Category != "04-04" || u.Slots.Place != "马鞍山社区3栋2单元" {
		t.Errorf("%+v", u)
	}
	for text, want := range map[string]string{"路灯修得很快": "none", "不用了,已经好了": "cancel", "下水道堵了归谁管": "ask", "如果电梯坏了应该找谁": "ask"} {
		if u := m.Understand(text, Context{Role: "resident", Now: monday}); u.Intent != want {
			t.Errorf("%s: %s, want %s", text, u.Intent, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for text, want := range map[string]int{"完成了80%": 80, "做到七成了": 70, "完成一半": 50, "百分之九十五": 95, "百分之十": 10, "百分之二十": 20, "没有": -1, "半夜": -1} {
		got := -1
		if p := percent(text); p != nil {
			got = *p
		}
		if got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestCategoriesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range categoryExamples() {
		if _, ok := CategoryByCode(e.Label); !ok && e.Label != noCategory {
			t.Errorf("there is no category %s", e.Label)
		}
		seen[e.Label] = true
	}
	if len(Categories()) != 131 {
		t.Errorf("%d categories", len(Categories()))
	}
	for _, c := range Categories() {
		if !seen[c.Code] {
			t.Errorf("nothing to learn %s %s from", c.Code, c.Name)
		}
		if c.Severity < 1 || c.Severity > 4 || c.Handler == "" {
			t.Errorf("%+v", c)
		}
	}
}

func FuzzUnderstand(f *testing.F) {
	m := newModel(f)
	for _, text := range []string{"", "着火了", "12号已经处理好了", "\xff", "😀", "明天9点", "3栋2单元"} {
		f.Add(text, "resident")
	}
	f.Fuzz(func(t *testing.T, text, role string) {
		u := m.Understand(text, Context{Role: role, Now: monday})
		if u.Intent == "" || u.Score < 0 || u.Score > 1 {
			t.Errorf("%q: %+v", text, u)
		}
		if utf8.ValidString(text) && !utf8.ValidString(u.Slots.Place+u.Slots.Title) {
			t.Errorf("%q: a slot was cut within a character: %+v", text, u.Slots)
		}
	})
}

func BenchmarkUnderstand(b *testing.B) {
	m := newModel(b)
	texts := []string{"马鞍山社区3栋2单元下水道堵了,污水漫出来了", "开无犯罪记录证明找哪里盖章?", "明天上午9点半在二楼会议室开联席会,提前一小时提醒", "我报的事怎么样了", "今天天气怎么样"}
	for i := 0; b.Loop(); i++ {
		m.Understand(texts[i%len(texts)], Context{Role: "secretary", Now: monday})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newModel(b)
	}
}
