package place

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Gazetteer knows the units and what lies in them. It doesn't change and may be used by many at once; a nil one knows nothing.
type Gazetteer struct {
	units []Unit
	byID  map[string]int32
	names *trie[*name]
	below map[int32][]int32 // the units directly below a unit
}

// name is a word by which units, or places in them, are called.
type name struct {
	text   string
	kind   kind
	ids    []int32 // the units that it may mean
	short  bool    // 马鞍山 for 马鞍山社区
	coarse bool    // a city or district
}

// NewGazetteer returns a gazetteer of the units. A unit whose parent isn't among them is a root; of two with one ID the first counts.
func NewGazetteer(units []Unit) *Gazetteer {
	g := &Gazetteer{units: slices.Clone(units), byID: make(map[string]int32, len(units)), names: newTrie[*name](), below: map[int32][]int32{}}
	for i, u := range g.units {
		if _, double := g.byID[u.ID]; !double {
			g.byID[u.ID] = int32(i)
		}
	}
	for i, u := range g.units {
		if parent, ok := g.byID[u.Parent]; ok {
			g.below[parent] = append(g.below[parent], int32(i))
		}
	}
	for i := range g.units {
		g.addNames(int32(i))
	}
	return g
}

// addNames makes the unit and its places known by all that they are called.
func (g *Gazetteer) addNames(id int32) {
	u := &g.units[id]
	n := name{coarse: u.Level == City || u.Level == District}
	switch u.Level {
	case City, District, Street, Management:
		n.kind = areaToken
	case Community:
		n.kind = communityToken
	case GridLevel:
		n.kind = gridToken
		if strings.HasSuffix(u.Name, "网格") && gridNumber(u.Name) != "" {
			n.kind = 0 // 第三网格 there is in every community: it is found by its number
		}
	default:
		return // a department has no territory
	}
	for _, called := range append([]string{u.Name}, u.Aliases...) {
		if n.kind != 0 {
			g.add(called, n, id)
			if strings.HasSuffix(called, "街道") { // its office: 里村街道办事处对面
				g.add(called+"办事处", n, id)
				g.add(called+"办", n, id)
			}
		}
		if short := shortName(called); short != "" && u.Level != GridLevel {
			n := n
			n.short = true
			g.add(short, n, id)
		}
	}
	for _, p := range u.Places {
		g.add(p.Name, name{kind: p.kind()}, id)
	}
}

// add gives the name one more unit. What it is first called for decides what it is.
func (g *Gazetteer) add(called string, n name, id int32) {
	if len([]rune(called)) < 2 {
		return
	}
	at := g.names.node(called)
	if !g.names.ends[at] {
		n.text = called
		g.names.values[at], g.names.ends[at] = &n, true
	}
	known := g.names.values[at]
	if known.short && !n.short {
		known.kind, known.short, known.coarse = n.kind, false, n.coarse // a place called like a community's short name
	}
	if !slices.Contains(known.ids, id) {
		known.ids = append(known.ids, id)
	}
}

// shortName is how people call a unit among themselves: without the word for what it is. Empty if nothing telling is left.
func shortName(called string) string {
	for _, ending := range []string{"社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区", "街道办事处", "街道", "村委会", "村", "镇", "乡", "区", "县", "市"} {
		if short, ok := strings.CutSuffix(called, ending); ok {
			if len([]rune(short)) < 2 {
				return ""
			}
			return short
		}
	}
	return ""
}

// kind is the kind of token that the place makes.
func (p *Place) kind() kind {
	switch p.Kind {
	case EstatePlace:
		return estateToken
	case RoadPlace:
		return roadToken
	case LandmarkPlace:
		return landmarkToken
	}
	for n := min(4, len([]rune(p.Name))); n > 0; n-- {
		runes := []rune(p.Name)
		switch c, length := vocabulary().longest(runes[len(runes)-n:]); {
		case length != n:
		case c == roadWord:
			return roadToken
		case c == estateWord:
			return estateToken
		}
	}
	return landmarkToken
}

func (g *Gazetteer) longest(text []rune) (*name, int) {
	if g == nil {
		return nil, 0
	}
	return g.names.longest(text)
}

// Path returns the unit's ID, then its parent's, up to the root; nil for an unknown unit.
func (g *Gazetteer) Path(id string) []string {
	if g == nil {
		return nil
	}
	var path []string
	for at, ok := g.byID[id]; ok && len(path) <= len(g.units); at, ok = g.byID[g.units[at].Parent] {
		path = append(path, g.units[at].ID)
	}
	return path
}

// within reports whether the unit is root or below it.
func (g *Gazetteer) within(unit, root int32) bool {
	for steps := 0; steps <= len(g.units); steps++ {
		if unit == root {
			return true
		}
		parent, ok := g.byID[g.units[unit].Parent]
		if !ok {
			return false
		}
		unit = parent
	}
	return false
}

// nearby is how far a pin may be from a known place to be taken for its unit, in metres.
const nearby = 1500

// Near returns the units of the known places around the point, nearest first, at most five; none if nothing known is near.
func (g *Gazetteer) Near(lat, lon float64) []string {
	if g == nil || math.Abs(lat) > 90 || math.Abs(lon) > 180 || math.IsNaN(lat) || math.IsNaN(lon) {
		return nil
	}
	type found struct {
		id       string
		distance float64
	}
	var around []found
	for i := range g.units {
		nearest := math.Inf(1)
		for _, p := range g.units[i].Places {
			if p.Lat != 0 || p.Lon != 0 {
				nearest = min(nearest, metres(lat, lon, p.Lat, p.Lon))
			}
		}
		if nearest <= nearby {
			around = append(around, found{g.units[i].ID, nearest})
		}
	}
	slices.SortStableFunc(around, func(a, b found) int { return cmp.Compare(a.distance, b.distance) })
	var ids []string
	for _, f := range around[:min(len(around), 5)] {
		ids = append(ids, f.id)
	}
	return ids
}

// metres is the distance of two points, exact enough within a city.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const perDegree = 111_195
	x := (lon2 - lon1) * math.Cos((lat1+lat2)/2*math.Pi/180)
	return math.Hypot(x, lat2-lat1) * perDegree
}

// covers reports whether the number is in the ranges "1-8,12". An empty range covers everything; what isn't a number is covered if it is named.
func covers(ranges, number string) bool {
	if ranges == "" || number == "" {
		return true
	}
	number, _, _ = strings.Cut(number, "-")
	n, err := strconv.Atoi(number)
	for r := range strings.SplitSeq(ranges, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(r), "-")
		if from == number {
			return true
		}
		if !isRange || err != nil {
			continue
		}
		low, errLow := strconv.Atoi(from)
		high, errHigh := strconv.Atoi(to)
		if errLow == nil && errHigh == nil && low <= n && n <= high {
			return true
		}
	}
	return false
}
