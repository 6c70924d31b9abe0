package bot

import "testing"

func TestPlain(t *testing.T) {
	r := Reply{
		Urgent:      true,
		Text:        "请拨打**119**\n- 离开房间",
		Fields:      []Field{{Name: "地点", Value: "3栋"}},
		Choices:     []Choice{{Label: "我安全", Action: "x:y:z"}, {Label: "算了"}},
		Link:        &Link{Label: "须知", URL: "https://example.org/"},
		AskLocation: true,
		Sources:     []Source{{Title: "消防法", URL: "https://example.org/law", CheckedOn: "2026-11-20"}, {Title: "电话", Sample: true}},
	}
	want := "【紧急】请拨打119\n- 离开房间\n地点:3栋\n须知:https://example.org/\n1. 我安全\n2. 算了\n可以发送位置,也可以写地址。\n依据:消防法 https://example.org/law 核对 2026-11-20;电话 (示例)"
	if got := r.Plain(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := (Reply{Text: "好"}).Plain(); got != "好" {
		t.Errorf("%q", got)
	}
}
