// Package place finds the words of a Chinese message that say where, and resolves them to units of an organisation tree.
//
// It knows two things: how people write places (a small grammar over a vocabulary: names that end in 小区, 路, 小学; numbers before 栋, 单元, 室; the spot or
// relation behind them: 楼下, 门口, 对面), and, if it is given one, a gazetteer of units with what lies in them. A name that the gazetteer doesn't have is still
// found by the grammar; a place that it does have is resolved to candidate units.
//
// The text is read once from left to right. Words make tokens (scan.go), a name that only its ending gives away reaches back to the last word that cannot be
// part of a name, and tokens that stand together are joined to one match (join.go). A message often ends with its place as a clause of its own, which is then
// taken whole (closing.go), and what singles out one of many belongs to it (detail.go).
package place

// Unit is a node of the organisation tree with what lies inside it.
type Unit struct {
	ID      string
	Name    string   // 马鞍山社区
	Parent  string   // the ID of the unit above, empty for the root
	Level   Level    // what it is; a level that isn't listed (a department) has no territory and is not searched for
	Aliases []string // other names. 马鞍山 and 马鞍山居委会 follow from the name by themselves
	Places  []Place
}

// Level is a unit's height in the tree.
type Level string

// The levels that have a territory.
const (
	City       Level = "city"
	District   Level = "district"
	Street     Level = "street"     // 街道, 镇, 乡
	Management Level = "management" // 社区管理机构, where there are no streets
	Community  Level = "community"
	GridLevel  Level = "grid"
)

// Place is something inside a unit that people name: an estate, a road, a landmark.
type Place struct {
	Name     string    // empty: the buildings of Range are known by their numbers alone inside the community
	Kind     PlaceKind // empty: by the ending of the name
	Range    string    // which buildings of the estate or numbers of the road lie in the unit: "1-8,12"; empty: all
	Lat, Lon float64   // WGS-84; both 0: not known
}

// PlaceKind says what a place is.
type PlaceKind string

// The kinds of places.
const (
	EstatePlace   PlaceKind = "estate"
	RoadPlace     PlaceKind = "road"
	LandmarkPlace PlaceKind = "landmark"
)

// Match is a phrase of a message that says where.
type Match struct {
	Text     string // as it was written
	Pos, End int    // bytes of the message
	Parts    Parts
	// Units are the candidates for the unit in which the place lies, best first. Several: ask which; none: unknown.
	Units []string
	// Weak says that the phrase locates nothing by itself: 楼下, 小区, 菜市场, 景德镇. It is where the reporter says, but the caller should still ask whose.
	Weak bool

	led   bool // 在, 改到 or 地点: leads to it
	alone bool // a clause of its own
	named bool // has a name or a number, unlike 菜市场门口
	far   bool // only what the place is measured from: 距宇宙瓷厂大门五十米
	own   bool // the speaker's: 我们这栋楼下面
}

// Parts are the pieces of a place. Numbers are Arabic whatever they were written in ("3", "A", "-1" for a floor below the ground).
type Parts struct {
	Area      string // 珠山区, 里村街道
	Community string // 马鞍山社区, 前街村
	Grid      string // 3
	Estate    string // 小区, with its phase: 恒大名都二期
	Building  string // 栋, 幢, 号楼, 座
	Entrance  string // 单元
	Floor     string // 楼, 层
	Room      string // 室
	Road      string // 新村北路; the first of a crossing
	Number    string // 号 of a road
	Section   string // 中段
	Crossing  string // the other road of a crossing, or the word for it: 十字路口
	Landmark  string // 第一小学, 会议室
	Relation  string // where of it: 门口, 楼下, 东侧
}

// Find returns the phrases of the message that say where, in the order of the text; none of them overlap. It works without a gazetteer by grammar alone.
func Find(text string, g *Gazetteer) []Match {
	var (
		runes   [96]rune
		offsets [97]int
		tokens  [12]token
	)
	s := scanner{g: g, text: text, runes: runes[:0], offsets: offsets[:0], tokens: tokens[:0]}
	s.load()
	if len(s.runes) == 0 {
		return nil
	}
	s.scan()
	s.close()
	return s.join()
}

// Best returns the match that says most about where, and false if there is none.
func Best(matches []Match) (Match, bool) {
	if len(matches) == 0 {
		return Match{}, false
	}
	best := matches[0]
	for _, m := range matches[1:] {
		if m.precision() > best.precision() {
			best = m
		}
	}
	return best, true
}

// precision orders matches by how little they leave open.
func (m *Match) precision() int {
	p := 0
	for _, part := range []struct {
		value  string
		weight int
	}{
		{m.Parts.Community, 2}, {m.Parts.Grid, 3}, {m.Parts.Estate, 3}, {m.Parts.Building, 4}, {m.Parts.Entrance, 1}, {m.Parts.Floor, 1}, {m.Parts.Room, 1},
		{m.Parts.Road, 3}, {m.Parts.Number, 3}, {m.Parts.Section, 1}, {m.Parts.Crossing, 2}, {m.Parts.Landmark, 3}, {m.Parts.Relation, 1}, {m.Parts.Area, 1},
	} {
		if part.value != "" {
			p += part.weight
		}
	}
	// 在五楼 is where somebody watches, 我们这栋楼下面 where the dog is; 学校门口 is what somebody calls the place that 十六小门前 names.
	for _, sign := range []struct {
		holds  bool
		weight int
	}{{m.led, 3}, {m.alone, 3}, {m.named, 3}, {m.own, 4}, {m.far, -5}} {
		if sign.holds {
			p += sign.weight
		}
	}
	if m.Weak {
		p -= 10
	}
	return p
}
