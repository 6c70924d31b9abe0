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
