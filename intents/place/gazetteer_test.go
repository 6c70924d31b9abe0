package place

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParts(t *testing.T) {
	g := NewGazetteer(testUnits(t))
	for text, want := range map[string]Parts{
		"珠山区里村街道马鞍山社区锦绣苑3栋二单元五零一室": {Area: "珠山区里村街道", Community: "马鞍山社区", Estate: "锦绣苑", Building: "3", Entrance: "2", Room: "501"},
		"新村北路与珠山大道交叉口":             {Road: "新村北路", Crossing: "珠山大道"},
		"里村三路中段":                   {Road: "里村三路", Section: "中段"},
		"昌江大道128号门口":               {Road: "昌江大道", Number: "128", Relation: "门口"},
		"十二栋负一层":                   {Building: "12", Floor: "-1"},
		"３－２－５０１":                  {Building: "3", Entrance: "2", Room: "501"},
		"A座12楼":                    {Building: "A", Floor: "12"},
		"二楼会议室":                    {Floor: "2", Landmark: "会议室"},
		"马鞍山社区第三网格":                {Community: "马鞍山社区", Grid: "3"},
		"第一小学后门":                   {Landmark: "第一小学", Relation: "后门"},
		"3栋楼下":                     {Building: "3", Relation: "楼下"},
		"里村三路十字路口":                 {Road: "里村三路", Crossing: "十字路口"},
		"曙光新村12栋东单元402":            {Estate: "曙光新村", Building: "12", Entrance: "东", Room: "402"},
		"何家桥社区东6栋":                 {Community: "何家桥社区", Building: "6"},
		"御景湾地库B2-117":              {Estate: "御景湾", Room: "B2-117", Relation: "地库"},
		"解放路1至40号":                 {Road: "解放路", Number: "1-40"},
		"枫树山路87号门前":                {Road: "枫树山路", Number: "87", Relation: "门前"},
		"樊家井32号":                   {Estate: "樊家井", Number: "32"},
		"莲社南路（邮局至红绿灯段）":            {Road: "莲社南路", Section: "（邮局至红绿灯段）"},
		"中华北路那座天桥底下":               {Road: "中华北路", Landmark: "天桥", Relation: "底下"},
		"洪源村下屋组":                   {Community: "洪源村", Relation: "下屋组"},
		"银座大厦1606":                 {Landmark: "银座大厦", Room: "1606"},
	} {
		m, ok := Best(Find(text, g))
		if !ok {
			t.Errorf("%s: no place", text)
			continue
		}
		if m.Text != text {
			t.Errorf("%s: only %s", text, m.Text)
		}
		if diff := cmp.Diff(want, m.Parts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// TestTheNamedPlaceIsTheBest: of the places of a message the one is taken that has a name or stands by itself, wherever it is.
func TestTheNamedPlaceIsTheBest(t *testing.T) {
	g := NewGazetteer(testUnits(t))
	for text, want := range map[string]string{
		"业主堵在售楼处拉横幅,恒泰城售楼部":        "恒泰城售楼部",
		"酒店楼顶的字不亮了,昌江大桥头":          "昌江大桥头",
		"昌江大桥头到处是垃圾,楼下也没人扫":        "昌江大桥头",
		"饭店关门了,还欠我们工资,陶溪川小龙坎":      "陶溪川小龙坎",
		"燃气箱嗡嗡响,柜门没关,锦绣苑8栋西山墙":     "锦绣苑8栋西山墙",
		"老人晕倒了。里村三路罗森":             "里村三路罗森",
		"宇宙路塌了个坑,距宇宙瓷厂大门五十米":       "宇宙路",
		"我们这栋楼下面有狗咬人,主人在五楼看热闹":     "我们这栋楼下面",
		"老人晕倒了,里村三路停车难":            "里村三路", // 停 says something else
		"里村三路罗森":                   "里村三路", // nothing has been said yet
		"老人晕倒了,锦绣苑跳了闸":             "锦绣苑",  // an estate has no shops
		"在新村北路刘姐冷粉吃坏了肚子":           "新村北路刘姐冷粉",
		"楼上漏水,曙光新村1栋602没人应门,电视一直响": "曙光新村1栋602",
	} {
		if m, _ := Best(Find(text, g)); m.Text != want {
			t.Errorf("%s: %q, want %q", text, m.Text, want)
		}
	}
}

func TestWeakPlacesLocateNothingByThemselves(t *testing.T) {
	g := NewGazetteer(testUnits(t))
	for text, weak := range map[string]bool{
		"楼下有人吵架": true, "我家楼上漏水": true, "小区停电了": true, "菜市场污水横流": true, "景德镇停电": true, "十字路口堵车": true,
		"3栋停电": false, "菜市场门口有人摆摊": false, "马鞍山社区停电": false, "人民广场停电": false, "新村北路堵车": false,
	} {
		m, ok := Best(Find(text, g))
		if !ok || m.Weak != weak {
			t.Errorf("%s: %q, found %v, weak %v, want weak %v", text, m.Text, ok, m.Weak, weak)
		}
	}
}

func TestLocateUsesTheHomeOfTheSpeaker(t *testing.T) {
	g := NewGazetteer(testUnits(t))
	for _, c := range []struct{ text, home, want string }{
		{"3栋楼下路灯不亮", "mas", "mas1"},       // of the community's grids the one with building 3
		{"3栋楼下路灯不亮", "mas2", "mas1"},      // a neighbour's building
		{"15栋停电", "mas", "mas3 mas4"},     // two estates have one: ask
		{"99栋停电", "mas", "mas"},           // not known: the community
		{"楼下有人吵架", "mas2", "mas2"},        // at home
		{"楼下有人吵架", "", ""},                // whose?
		{"锦绣苑停电", "mas4", "mas4"},         // both grids have it: the speaker's own
		{"新村北路井盖没了", "bl", "bl"},          // the road runs through two communities
		{"新村北路井盖没了", "mas", "bl lsy"},     // neither is the speaker's
		{"珠山大道堵车", "txc", "qa"},           // one end lies in the speaker's street
		{"前街停电", "ljw", "qj"},             // 前街社区 is nearer than 前街村
		{"翠竹苑5栋漏水", "mas", ""},            // may be anywhere
		{"第二网格有人打架", "mas1", "mas2"},      // a grid of the same community
		{"马鞍山社区3栋停电", "bl", "mas1"},       // said where
		{"菜市场污水横流", "unknown-unit", ""},   // a home that isn't known helps nobody
		{"里村街道马鞍山社区第9网格巡查", "mas", "mas"}, // no such grid: the community
		{"浮梁县城东社区3栋停电", "cx", "cd"},       // county without streets
	} {
		m, ok := Best(Find(c.text, g))
		if !ok {
			t.Errorf("%s: no place", c.text)
			continue
		}
		if got := strings.Join(g.Locate(m, c.home), " "); got != c.want {
			t.Errorf("%s, said in %q: %q, want %q", c.text, c.home, got, c.want)
		}
	}
}

func TestPath(t *testing.T) {
	g := NewGazetteer([]Unit{{ID: "a", Name: "甲区"}, {ID: "b", Name: "乙街道", Parent: "a"}, {ID: "x", Name: "丙社区", Parent: "y"}, {ID: "y", Name: "丁社区", Parent: "x"}})
	if got := g.Path("b"); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("path of b: %v", got)
	}
	if got := g.Path("nobody"); got != nil {
		t.Errorf("path of an unknown unit: %v", got)
	}
	if got := g.Path("x"); len(got) == 0 || len(got) > 5 {
		t.Errorf("path in a circle: %v", got)
	}
	if got := (*Gazetteer)(nil).Path("a"); got != nil {
		t.Errorf("path without a gazetteer: %v", got)
	}
}

func TestNear(t *testing.T) {
	g := NewGazetteer([]Unit{
		{ID: "a", Name: "甲社区", Level: Community, Places: []Place{{Name: "甲公园", Lat: 29.2951, Lon: 117.2263}}},
		{ID: "b", Name: "乙社区", Level: Community, Places: []Place{{Name: "乙公园", Lat: 29.2990, Lon: 117.2263}, {Name: "乙市场"}}},
		{ID: "c", Name: "丙社区", Level: Community},
	})
	for _, c := range []struct {
		lat, lon float64
		want     string
	}{
		{29.2952, 117.2262, "a b"}, {29.2985, 117.2263, "b a"}, {39.9, 116.4, ""}, {0, 0, ""}, {1000, 0, ""},
	} {
		if got := strings.Join(g.Near(c.lat, c.lon), " "); got != c.want {
			t.Errorf("near %v,%v: %q, want %q", c.lat, c.lon, got, c.want)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		ranges, number string
		want           bool
	}{
		{"", "3", true}, {"1-8", "", true}, {"1-8", "3", true}, {"1-8", "9", false}, {"1-8, 12", "12", true}, {"A,B", "B", true}, {"A,B", "C", false},
		{"1-99", "28-2", true}, {"oops-", "3", false},
	} {
		if got := covers(c.ranges, c.number); got != c.want {
			t.Errorf("covers(%q, %q) = %v", c.ranges, c.number, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"三": "3", "十": "10", "十二": "12", "二十": "20", "二十三": "23", "一百零五": "105", "五零一": "501", "两": "2", "12": "12", "A": "A", "b3": "B3", "负一": "-1", "地下二": "-2", "第七": "7", "003": "3",
	} {
		s := scanner{text: text}
		s.load()
		n, ok := s.numberAt(0)
		if !ok || n.text != want || n.end != len(s.runes) {
			t.Errorf("%s: %q of %d runes, want %q", text, n.text, n.end, want)
		}
	}
}

// TestVocabularyIsUnambiguous: a word in two classes would belong to whichever stands first, which nobody sees.
func TestVocabularyIsUnambiguous(t *testing.T) {
	classes := map[string]class{}
	for c, word := range words() {
		if c == noClass {
			t.Errorf("%s stands in a class that isn't known", word)
		}
		if other, double := classes[word]; double && other != c {
			t.Errorf("%s stands in classes %d and %d", word, other, c)
		}
		classes[word] = c
	}
}
