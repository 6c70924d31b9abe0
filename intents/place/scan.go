package place

import (
	"strings"
	"unicode/utf8"
)

// kind is what a token is, from the coarse to the fine: the order decides what may be joined across a comma.
type kind uint8

const (
	areaToken kind = iota + 1
	communityToken
	gridToken
	estateToken
	roadToken
	landmarkToken
	numberToken
	sectionToken
	buildingToken
	entranceToken
	floorToken
	roomToken
	crossingToken
	spotToken
	relationToken
	objectToken // is dropped unless a relation follows
	officeToken // is dropped when it stands alone
	ownToken    // is dropped unless a spot follows
)

// token is a piece of a place.
type token struct {
	kind       kind
	start, end int    // runes
	value      string // number or, empty, the words themselves
	name       *name  // what the gazetteer knows it as
	short      bool   // a unit's name without 社区: 恒大
	bare       bool   // a word that names nothing by itself: 菜市场, 小区
	coarse     bool   // a city or district
	ordinal    bool
	chinese    bool
}

// scanner reads one message.
type scanner struct {
	g       *Gazetteer
	text    string
	runes   []rune // folded: half-width, simplified as far as places need it
	offsets []int  // of each rune in the text, and the text's length
	tokens  []token
	bound   int // names don't reach back beyond it
}

func fold(r rune) rune {
	switch {
	case r == '　':
		return ' '
	case 0xFF01 <= r && r <= 0xFF5E:
		return r - 0xFEE0
	}
	return r
}

func (s *scanner) load() {
	for i, r := range s.text {
		s.runes = append(s.runes, fold(r))
		s.offsets = append(s.offsets, i)
	}
	s.offsets = append(s.offsets, len(s.text))
}

func (s *scanner) at(i int) rune {
	if i < 0 || i >= len(s.runes) {
		return utf8.RuneError
	}
	return s.runes[i]
}

func (s *scanner) upper(from, to int) string {
	return strings.ToUpper(string(s.runes[from:to]))
}

// words returns the words as they were written.
func (s *scanner) words(from, to int) string { return s.text[s.offsets[from]:s.offsets[to]] }

// last returns the last token if it ends at i.
func (s *scanner) last(i int) *token {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].end == i {
		return &s.tokens[n-1]
	}
	return nil
}

func (s *scanner) push(t token) {
	s.tokens = append(s.tokens, t)
	s.bound = t.end
}

// scan makes the tokens.
func (s *scanner) scan() {
	vocabulary := vocabulary()
	for i := 0; i < len(s.runes); {
		class, length := vocabulary.longest(s.runes[i:])
		length = s.shorten(i, class, length)
		if name, n := s.g.longest(s.runes[i:]); n > 0 && s.takeName(i, n, name, length) {
			i += n
			continue
		}
		if length < 2 {
			if end := s.number(i); end > i {
				i = end
				continue
			}
		}
		if length == 0 {
			if r := s.runes[i]; !isHan(r) && !isLetter(r) && !isDigit(r) && r != '#' {
				s.bound = i + 1
			}
			i++
			continue
		}
		i = s.word(i, i+length, class)
	}
}

// shorten gives back the last character of a word when it starts a word that matters more: 楼下|午, 楼|下水道.
func (s *scanner) shorten(i int, c class, length int) int {
	if c != spotWord || length < 2 {
		return length
	}
	last, next := s.runes[i+length-1], s.at(i+length)
	if (last == '下' || last == '上') && (next == '午' || next == '周') || last == '下' && (next == '水' || next == '雨') {
		return 0
	}
	return length
}

// takeName accepts a name of the gazetteer unless a longer word of the vocabulary starts at the same place.
func (s *scanner) takeName(i, n int, name *name, word int) bool {
	if word > n || word == n && name.short {
		return false
	}
	if name.short && s.endsInRoad(i, i+n) {
		return false // 北路 for 北路社区: read as a road, 新村北路
	}
	s.push(token{kind: name.kind, start: i, end: i + n, name: name, short: name.short, coarse: name.coarse})
	return true
}

// word handles a word of the vocabulary and returns where to go on.
func (s *scanner) word(i, end int, c class) int {
	switch c {
	case estateWord:
		s.estate(i, end)
	case communityWord, areaWord:
		s.unit(i, end, c)
	case plainEstate:
		if last := s.last(i); last != nil && last.kind == estateToken {
			last.end, s.bound = end, end
		} else {
			s.push(token{kind: objectToken, start: i, end: end})
		}
	case thisEstate:
		s.push(token{kind: estateToken, start: end - 2, end: end, bare: true})
	case plainCommunity:
		s.push(token{kind: communityToken, start: end - 2, end: end, bare: true})
	case roadWord:
		return s.road(i, end)
	case landmarkWord, roomWord:
		s.landmark(i, end)
	case officeWord:
		s.named(officeToken, i, end)
	case spotWord:
		s.push(token{kind: spotToken, start: s.numbered(i), end: end})
	case ownWord:
		s.push(token{kind: ownToken, start: i, end: end})
	case objectWord:
		s.push(token{kind: objectToken, start: s.numbered(i), end: end})
	case relationWord, gateWord:
		s.relation(i, end, c)
	case nearWord, sectionWord:
		return s.near(i, end, c)
	case crossingWord:
		s.push(token{kind: crossingToken, start: i, end: end})
	case stopWord:
		s.bound = end
	}
	return end
}

// numbered returns where the number before a spot starts: 2号 of 2号车库.
func (s *scanner) numbered(i int) int {
	if s.at(i-1) != '号' {
		return i
	}
	from := i - 1
	for from > s.bound && (isDigit(s.at(from-1)) || isNumeral(s.at(from-1))) {
		from--
	}
	if from < i-1 {
		return from
	}
	return i
}

// The longest names that are believed, in runes.
const (
	longEstate   = 7
	longRoad     = 5
	longLandmark = 8
	longUnknown  = 6
)

// reach returns where the unknown name that ends at i starts, at most limit runes back.
func (s *scanner) reach(i, limit int) int {
	start := max(s.bound, 0)
	if i-start > limit {
		// Nothing says where the name starts. Most have four characters.
		start = i - 4
	}
	for start < i && (s.runes[start] == ' ' || s.runes[start] == '#') {
		start++
	}
	return start
}

// swallow takes back a token that turns out to be the beginning of a longer name, and returns where that starts and what it was.
func (s *scanner) swallow(start int, kinds ...kind) (int, *token) {
	last := s.last(start)
	if last == nil {
		return start, nil
	}
	for _, k := range kinds {
		if last.kind == k && (last.short || k == landmarkToken || k == estateToken && !last.bare || k == areaToken && last.coarse || k == officeToken) {
			t := *last
			s.tokens = s.tokens[:len(s.tokens)-1]
			return t.start, &t
		}
	}
	return start, nil
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
	}
	if t.start == i {
		t.start, _ = s.swallow(i, communityToken, areaToken, landmarkToken, roadToken)
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
	if i-start < 2 {
		start, _ = s.swallow(start, communityToken, areaToken, landmarkToken, estateToken)
	}
	t := token{kind: roadToken, start: start, end: end}
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

func (s *scanner) landmark(i, end int) {
	t := token{kind: landmarkToken, start: s.reach(i, longLandmark), end: end}
	if t.start == i {
		var was *token
		if t.start, was = s.swallow(i, communityToken, areaToken); was != nil {
			if was.short {
				t.name = was.name
			} else {
				s.tokens, t.start = append(s.tokens, *was), i
			}
		}
	}
	if n := s.numbered(t.start); n < t.start {
		t.start = n
	}
	t.bare = t.start == i
	if t.start == i && end-i == 1 {
		if s.at(i) != '楼' {
			return // 桥, 厂 alone
		}
		t.kind = objectToken // 楼后面
	}
	s.push(t)
}

// named handles a word that may have a name before it.
func (s *scanner) named(k kind, i, end int) {
	s.push(token{kind: k, start: s.reach(i, longUnknown), end: end, bare: true})
}

// relation handles 门口, 对面: behind a token it belongs to that, else the unknown name before it is a landmark.
func (s *scanner) relation(i, end int, c class) {
	if s.last(i) == nil && i > s.bound {
		if start := s.reach(i, longUnknown); i-start >= 2 {
			s.push(token{kind: s.unknown(start, i), start: start, end: i})
		}
	}
	switch {
	case s.last(i) != nil:
		s.push(token{kind: relationToken, start: i, end: end})
	case c == gateWord:
		s.push(token{kind: spotToken, start: i, end: end})
	default:
		s.bound = end
	}
}

// unknown returns what a name without a known ending most likely is.
func (s *scanner) unknown(start, end int) kind {
	if isEstateTail(s.runes[end-1]) {
		return estateToken
	}
	return landmarkToken
}

func isEstateTail(r rune) bool {
	return strings.ContainsRune("苑轩阁郡邸庭墅府湾城园院坊里居都岸寓墟台岛庄", r)
}

// near handles 里, 旁, 中段, which need a place directly before them. They hold up nothing else.
func (s *scanner) near(i, end int, c class) int {
	last := s.last(i)
	if last == nil && c == sectionWord && s.runes[i] == '路' && i-s.reach(i, longRoad) > 1 {
		s.push(token{kind: roadToken, start: s.reach(i, longRoad), end: i + 1}) // 三角井路段
		last, i = s.last(i+1), i+1
	}
	if last == nil {
		if end-i > 1 {
			s.bound = end
		}
		return i + 1
	}
	k := relationToken
	if c == sectionWord {
		if last.kind != roadToken && last.kind != numberToken && end-i == 1 {
			return i + 1
		}
		k = sectionToken
	}
	s.push(token{kind: k, start: i, end: end})
	return end
}
