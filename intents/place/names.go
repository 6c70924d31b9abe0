package place

import (
	"slices"
	"strings"
)

// The longest names that are believed, in runes.
const (
	longEstate   = 7
	longRoad     = 5
	longLandmark = 8
	longUnknown  = 6
)

// reach returns where the unknown name that ends at i starts, at most limit runes back.
func (s *scanner) reach(i, limit int) int {
	start := min(s.bound, i) // a quantity's measure may begin the word at i
	if last := s.last(start); last != nil && start < i && last.kind == objectToken && last.end-last.start == 1 && last.start > last.after {
		// A thing between two characters that mean nothing is a piece of a name: 枫树山.
		start = last.after
		s.tokens = s.tokens[:len(s.tokens)-1]
	} else if start < i {
		start = s.tree(start)
	}
	if i-start > limit && (i-start > limit+2 || !s.leads(start)) {
		// Nothing says where the name starts. Most have four characters.
		start = i - 4
	}
	for start < i && (s.runes[start] == ' ' || s.runes[start] == '#') {
		start++
	}
	return start
}

// swallow takes back a token of one of the kinds that turns out to be the beginning of a longer name, and returns where that starts and what it was:
// 里村 of 里村三路, 人民广场 of 人民广场南路, 南门 of 南门社区, but not 马鞍山社区 of 马鞍山社区公寓.
func (s *scanner) swallow(start int, kinds ...kind) (int, *token) {
	last := s.last(start)
	if last == nil {
		return start, nil
	}
	k := last.kind
	partial := last.short || k == spotToken && s.runes[start-1] == '门' || k == landmarkToken || k == officeToken || k == estateToken && s.runes[start-1] != '区' || k == areaToken && last.coarse
	if !partial || !slices.Contains(kinds, k) {
		return start, nil
	}
	t := *last
	s.tokens = s.tokens[:len(s.tokens)-1]
	if t.start-t.after == 1 && strings.ContainsRune("老新旧原大小", s.runes[t.after]) {
		t.start-- // 老|南门|渡口
	}
	return t.start, &t
}

// estate handles 小区 and its like, which end at end.
func (s *scanner) estate(i, end int) {
	if last := s.last(i); last != nil && last.kind == estateToken && !last.bare {
		last.end, s.bound = end, end // 阳光花园 + 小区
		return
	}
	t := token{kind: estateToken, start: s.reach(i, longEstate), end: end}
	if t.start == i {
		var was *token
		if t.start, was = s.swallow(i, communityToken, areaToken, landmarkToken, officeToken); was != nil && was.short {
			t.name = was.name
		}
	}
	if t.start == i {
		if end-i == 1 {
			return // 苑 alone
		}
		t.bare = true
	}
	s.push(t)
}

// unit handles 社区, 村, 街道, 镇.
func (s *scanner) unit(i, end int, c class) {
	t := token{kind: communityToken, start: s.reach(i, longRoad), end: end}
	if c == areaWord {
		t.kind = areaToken
		r := s.runes[i]
		t.coarse = end-i == 1 && (r == '市' || r == '区' || r == '县')
		if r == '区' && end-i == 1 && s.zone(t.start, i) {
			return
		}
		if last := s.last(t.start); t.coarse && last != nil && last.kind >= roadToken {
			return // 城北路沙县小吃: a road holds no county
		}
	}
	if t.start == i {
		t.start = s.tree(i)
	}
	if t.start == i {
		t.start, _ = s.swallow(i, communityToken, areaToken, landmarkToken, roadToken, spotToken)
	}
	if t.start == i || end-i == 1 && i-t.start > 3 {
		if end-i == 1 {
			return
		}
		t.start, t.bare = i, true
	}
	s.push(t)
}

// road handles 路, 街, 巷 and what hangs on them.
func (s *scanner) road(i, end int) int {
	start := s.reach(i, longRoad)
	if start == i && s.addressed(end) {
		start = s.tree(i)
	}
	if i-start < 2 {
		var was *token
		start, was = s.swallow(start, communityToken, areaToken, landmarkToken, estateToken, spotToken)
		if was != nil && was.short && was.start-was.after < 3 && s.leads(was.after) {
			start = was.after // 环|城南|路
		}
	}
	t := token{kind: roadToken, start: start, end: end}
	if start == i && s.thatPlace(i) {
		t.bare = true
		s.push(t) // 宿舍进去那条弄
		return end
	}
	if name, n := s.g.longest(s.runes[start:end]); n == end-start {
		t.name = name // 曙光路 of 曙光路社区
	}
	if t.name == nil && !s.roadName(start, i, end) {
		if s.at(end) == '口' {
			s.push(token{kind: crossingToken, start: i, end: end + 1})
			return end + 1
		}
		s.bound = end
		return end
	}
	s.push(t)
	return end
}

// thatPlace says whether 那条 stands before i and behind a place.
func (s *scanner) thatPlace(i int) bool {
	return i > 0 && s.that[1] == i && s.placeBefore(s.that[0]) != nil
}

// placeBefore returns the place that ends at i, or before a 进去 that does.
func (s *scanner) placeBefore(i int) *token {
	if last := s.last(i); last != nil {
		return last
	}
	if i > 1 && throughDoor(s.runes[i-2:i]) {
		return s.last(i - 2)
	}
	return nil
}

// throughDoor says whether the words are 进去, 进来 or 出去.
func throughDoor(words []rune) bool {
	return (words[0] == '进' || words[0] == '出') && (words[1] == '去' || words[1] == '来')
}

// namesRoad says whether 山路 is the end of a road's name after all, 枫树山路: if a name stands before it and a house's number or the like behind it.
func (s *scanner) namesRoad(i, end int) bool {
	if i == s.bound && s.last(i) == nil || !s.leads(s.bound) && s.last(s.bound) == nil {
		return false
	}
	if s.addressed(end) || s.runes[end-2] == '山' && (i > s.bound && s.said <= s.bound || s.at(i-1) == '树') {
		return true // hills give their names to roads more than others do: 西山路
	}
	switch c, _ := vocabulary().longest(s.runes[end:]); c {
	case sectionWord, crossingWord, communityWord:
		return true
	}
	return false
}

// endsInRoad says whether the word from i to end is called like a road.
func (s *scanner) endsInRoad(i, end int) bool {
	c, length := vocabulary().longest(s.runes[end-1 : end])
	return length == 1 && c == roadWord && end-i > 1
}

// roadName says whether the runes before 路 can be its name.
func (s *scanner) roadName(start, i, end int) bool {
	length := i - start
	if next := s.at(end); next == '公' && s.at(end+1) == '交' || next == '车' {
		if r := s.at(i - 1); isDigit(r) || isNumeral(r) {
			return false // 景德镇一路公交车
		}
	}
	if last := s.last(start); length == 1 && last != nil && (last.kind == areaToken || last.kind == communityToken) && strings.ContainsRune("东南西北中前后上下老新正", s.at(start)) {
		return true // 沙河镇南街
	}
	if length == 0 || length == 1 && (end-i == 1 || s.at(start) == '大' || s.at(start) == '小') {
		return false
	}
	for _, r := range s.runes[start:i] {
		if !isDigit(r) && !isNumeral(r) && r != '第' {
			return true
		}
	}
	return end-i > 1 // 206国道 is a road, 3路 is a bus
}

// landmark handles 小学, 广场, 会议室.
func (s *scanner) landmark(i, end int) {
	t := token{kind: landmarkToken, start: s.reach(i, longLandmark), end: end}
	if last := s.last(i); last != nil && last.short {
		t.name = last.name // 马鞍山小学 is where 马鞍山社区 is, most likely
		t.start, _ = s.swallow(i, last.kind)
	}
	if last := s.last(t.start); last != nil && last.kind == objectToken && last.end-last.start > 1 && s.leads(last.start) && s.runes[end-1] != '司' {
		t.start = last.start // 雕塑|瓷厂: no place begins with a thing, but its name may
		s.tokens = s.tokens[:len(s.tokens)-1]
	}
	if r := s.runes[i]; end-i == 1 && (r == '店' || r == '馆' || r == '阁') && (i-t.start < 2 || !s.leads(t.start) && s.last(t.start) == nil) {
		return // 换了一家|店
	}
	t.start = s.busLine(i, s.numbered(t.start))
	if s.at(i) == '站' && end == i+1 && i-t.start == 1 && !strings.ContainsRune("东南西北中总", s.at(t.start)) {
		return // 供人站的安全岛
	}
	t.bare = t.start == i || s.at(t.start) == '个' && t.start < i || i-t.start == 1 && s.at(t.start) == '新' // 修个|步道, 新|车间
	if s.runes[end-1] == '司' && (i-t.start < 3 || !s.alone(t.start, end)) {
		return // 公司 and 搬家公司 are nowhere, 宏达建筑公司 by itself is where the wages are owed
	}
	if t.start == i && end-i == 1 {
		if last := s.last(i); last != nil && s.at(i) == '站' && last.kind <= landmarkToken && !last.bare {
			last.kind, last.end, s.bound = landmarkToken, end, end // the stop that is called like the hospital before it
			return
		}
		if s.at(i) != '楼' {
			return // 桥, 厂 alone
		}
		t.kind = objectToken // 楼后面
	}
	s.push(t)
}

// office handles 派出所 and its like.
func (s *scanner) office(i, end int) {
	s.push(token{kind: officeToken, start: s.reach(i, longUnknown), end: end})
}

// estateBefore makes an estate of the unknown name before a spot if it ends like one: 御景湾地库.
func (s *scanner) estateBefore(i int) {
	if s.last(i) != nil || i <= s.bound || s.runes[i-1] == '里' || !isEstateTail(s.runes[i-1]) && !isQuarterTail(s.runes[i-1]) {
		return
	}
	if start := s.reach(i, longUnknown); i-start > 2 && i-start < 6 {
		s.push(token{kind: estateToken, start: start, end: i})
	}
}

// doorOf takes 店门口 with a name before it for the door of what the name ends with: 永和豆浆店|门口.
func (s *scanner) doorOf(i, end int) bool {
	if end-i != 3 || s.runes[end-1] != '口' || s.runes[end-2] != '门' || s.last(i) != nil {
		return false
	}
	start := s.reach(i, longLandmark)
	if i-start < 2 || !s.leads(start) && !s.hasShops(s.last(start)) {
		return false
	}
	s.push(token{kind: landmarkToken, start: start, end: i + 1})
	s.push(token{kind: relationToken, start: i + 1, end: end})
	return true
}

// hasShops says whether an unknown name behind the place is a shop's.
func (s *scanner) hasShops(t *token) bool {
	return t != nil && (t.kind == roadToken || t.kind == numberToken || t.kind == landmarkToken && !t.bare)
}

// relation handles 门口, 对面: behind a token it belongs to that, else the unknown name before it is a landmark.
func (s *scanner) relation(i, end int, c class) {
	if s.last(i) == nil && i > s.bound && s.sided(i) == i {
		if start := s.reach(i, longUnknown); i-start >= 2 {
			s.push(token{kind: s.unknown(i), start: start, end: i})
		}
	}
	i = s.sided(i)
	if last := s.last(s.bound); i-s.bound == 1 && strings.ContainsRune("桥河江湖", s.runes[i]) && (s.leads(s.bound) || last != nil && (s.runes[i] == '桥' && last.kind == landmarkToken || s.at(s.bound) == '小')) {
		s.push(token{kind: landmarkToken, start: s.bound, end: i + 1}) // 浮桥|头, 东河|边
		i++
	}
	switch {
	case s.placeBefore(i) != nil:
		s.push(token{kind: relationToken, start: i, end: end})
	case c == gateWord:
		if i-s.bound == 1 && (s.at(s.bound) == '老' || s.at(s.bound) == '新') {
			i-- // 老南门
		}
		s.push(token{kind: spotToken, start: i, end: end})
	default:
		s.bound = end
	}
}

// unknown returns what a name without a known ending, which ends at end, most likely is.
func (s *scanner) unknown(end int) kind {
	if isEstateTail(s.runes[end-1]) {
		return estateToken
	}
	return landmarkToken
}

func isEstateTail(r rune) bool {
	return strings.ContainsRune("苑轩阁郡邸庭墅府湾城园院坊里居都岸寓墟台岛庄", r)
}
