package place

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOriginal(t *testing.T) {
	for _, c := range []struct{ text, normal, found, want string }{
		{"新廠路老年公寓停電了", "新厂路老年公寓停电了", "新厂路老年公寓", "新廠路老年公寓"},
		{"電梯壞了！！！八樓老人下不來，新廠路老年公寓", "电梯坏了!八楼老人下不来,新厂路老年公寓", "新厂路老年公寓", "新廠路老年公寓"},
		{"莲社南路（邮局至红绿灯段）路面脏", "莲社南路(邮局至红绿灯段)路面脏", "莲社南路(邮局至红绿灯段)", "莲社南路（邮局至红绿灯段）"},
		{"　３栋２单元 停水", "3栋2单元 停水", "3栋2单元", "３栋２单元"},
		{"占了12㎡……鵝湖路③號", "占了12m2.鹅湖路3号", "鹅湖路3号", "鵝湖路③號"},
		{"\n錦繡苑 3棟", "锦绣苑 3栋", "锦绣苑 3栋", "錦繡苑 3棟"},
		{"3栋停水", "3栋停水", "3栋", "3栋"},
		{"完全不同", "3栋停水", "3栋", "3栋"}, // not of this text
		{"錦繡苑", "锦绣苑3栋", "锦绣苑", "锦绣苑"},
	} {
		m := Match{Text: c.found, Pos: strings.Index(c.normal, c.found)}
		m.End = m.Pos + len(c.found)
		if got := Original(c.text, c.normal, m); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzOriginal(f *testing.F) {
	f.Add("新廠路老年公寓！！", "新厂路老年公寓!", 3, 9)
	f.Add("㎡\xff", "m2", 0, 1)
	f.Fuzz(func(t *testing.T, text, normal string, from, to int) {
		if from < 0 || to > len(normal) || from >= to {
			return
		}
		m := Match{Text: normal[from:to], Pos: from, End: to}
		got := Original(text, normal, m)
		if got != m.Text && (!strings.Contains(text, got) || utf8.ValidString(text) && !utf8.ValidString(got)) {
			t.Errorf("%q in %q: %q", m.Text, text, got)
		}
	})
}
