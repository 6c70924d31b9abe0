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
	ground     bool   // ground or a wall
	after      int    // where a name before it might have begun
	that       int    // where the 那座 before it starts, 0: none
}

// scanner reads one message.
type scanner struct {
	g       *Gazetteer
	text    string
	runes   []rune // folded to half width
	offsets []int  // of each rune in the text, and the text's length
	tokens  []token
	bound   int    // names don't reach back beyond it
	matter  int    // where the first trouble was named, 0: not yet
	said    int    // where the last word ends that is no piece of a place
	that    [2]int // the last 那座
}

// fold makes full-width characters half-width. Traditional characters are for the caller to simplify, who does so for all of understanding.
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

// at returns the rune at i, an impossible one outside the text.
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
	t.after = s.bound
	if s.that[1] == t.start {
		t.that = s.that[0]
	}
	s.tokens = append(s.tokens, t)
	s.bound = t.end
}

// scan makes the tokens.
func (s *scanner) scan() {
	vocabulary := vocabulary()
	for i := 0; i < len(s.runes); {
		class, length := vocabulary.longest(s.runes[i:])
		length = s.shorten(i, class, length)
		if name, n := s.g.longest(s.runes[i:]); n > 0 && s.takeName(i, n, name, class, length) {
			i = s.tokens[len(s.tokens)-1].end
			continue
		}
		if length < 2 {
			if end := s.number(i); end > i {
				if s.runes[i] != '第' && s.last(end) == nil {
					s.said = end // 第三根杆子 may still say where
				}
				i = end
				continue
			}
		}
		if length == 0 {
			if end := s.bracket(i); end > i {
				i = end
				continue
			}
			if r := s.runes[i]; !isHan(r) && !isLetter(r) && !isDigit(r) && r != '#' {
				s.bound = i + 1
			}
			i++
			continue
		}
		i = s.word(i, i+length, class)
	}
}

// bracket takes what stands in brackets behind a road and says which part of it: 莲社南路(邮局至红绿灯段).
func (s *scanner) bracket(i int) int {
	if last := s.last(i); s.runes[i] != '(' || last == nil || last.kind != roadToken && last.kind != numberToken {
		return i
	}
	for end := i + 1; end < min(len(s.runes), i+16) && (s.written(end) || s.runes[end] == ')'); end++ {
		if s.runes[end] == ')' && strings.ContainsRune("段侧旁边口面处近", s.runes[end-1]) {
			s.push(token{kind: sectionToken, start: i, end: end + 1})
			return end + 1
		}
	}
	return i
}

// shorten gives up a spot whose last character starts a word that matters more: 楼|下午, 楼|下水道.
func (s *scanner) shorten(i int, c class, length int) int {
	if c == ownWord && length > 2 && s.runes[i+length-1] == '楼' {
		_, here := vocabulary().longest(s.runes[i+length-1:])
		if _, next := vocabulary().longest(s.runes[i+length:]); here > 1 && next < 2 {
			return length - 1 // 我们这栋|楼顶, but 我们这栋楼|下面
		}
	}
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
func (s *scanner) takeName(i, n int, name *name, c class, word int) bool {
	if word > n || word == n && name.short && (c != estateWord || i-s.bound >= 2 || s.last(i) != nil && s.last(i).short) {
		return false // 新村 alone is 新村街道, 曙光新村 an estate
	}
	if name.short && s.crossed(i, i+n) {
		return false
	}
	if name.short && s.endsInRoad(i, i+n) {
		return false // 北路 for 北路社区: read as a road, 新村北路
	}
	if name.coarse && s.at(i+n) == '城' && s.runes[i+n-1] == '县' && !strings.ContainsRune("东南西北", s.at(i+n+1)) {
		n++ // 浮梁县城
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
		s.office(i, end)
	case spotWord:
		if s.doorOf(i, end) {
			break
		}
		s.estateBefore(i)
		s.shopBeforeSpot(i)
		s.push(token{kind: spotToken, start: s.sided(s.numbered(i)), end: end})
	case ownWord:
		s.shopBeforeSpot(i)
		s.push(token{kind: ownToken, start: i, end: end})
	case objectWord, groundWord:
		s.quarterBefore(i)
		s.push(token{kind: objectToken, start: s.described(s.sided(s.numbered(i)), end, c), end: end, ground: c == groundWord})
	case entranceWord:
		s.push(token{kind: entranceToken, start: i, end: end, value: string(s.runes[i])})
	case relationWord, gateWord:
		if s.countsPieces(i) {
			return s.stop(i, i+1, stopWord)
		}
		s.relation(i, end, c)
	case nearWord, sectionWord:
		return s.near(i, end, c)
	case crossingWord:
		if start := s.reach(i, longUnknown); s.last(i) == nil && i-start > 1 && i-start < 5 {
			s.push(token{kind: landmarkToken, start: start, end: i}) // 国贸十字路口
		}
		s.push(token{kind: crossingToken, start: i, end: end})
	case keepWord:
		if _, next := vocabulary().longest(s.runes[i+1:]); s.runes[i] == '路' && next > end-i {
			return s.road(i, i+1) // 中山北路|人行道, not 路人
		}
		if s.runes[end-1] == '路' && s.namesRoad(i, end) {
			return s.road(end-1, end)
		}
		s.said = end
	case stopWord, matterWord:
		return s.stop(i, end, c)
	}
	return end
}

// stop handles what no name reaches across.
func (s *scanner) stop(i, end int, c class) int {
	if end-i == 1 && s.inName(i) {
		return end
	}
	if to := s.direction(i); to > i {
		return to
	}
	if r := s.runes[i]; r == '吃' || r == '买' || r == '喝' {
		s.shopWhere(i)
	}
	if s.pointed(i, end) {
		return end
	}
	if c == matterWord && s.matter == 0 {
		s.matter = end
	}
	end = s.thatOne(i, end)
	s.bound, s.said = end, end
	return end
}

// shopWhere makes a landmark of the unknown name between a road and what somebody did there: 在莲社北路|刘姐冷粉|吃的.
func (s *scanner) shopWhere(i int) {
	last := s.last(s.bound)
	if n := i - s.bound; last != nil && n > 1 && n < 6 && (last.kind == roadToken || last.kind == numberToken) && s.at(last.start-1) == '在' {
		s.push(token{kind: landmarkToken, start: s.bound, end: i})
	}
}

// thatOne takes the measure behind 那 and remembers where the two stand: 那座天桥 belongs to the place before it.
func (s *scanner) thatOne(i, end int) int {
	if r := s.runes[i]; r != '那' && r != '这' {
		return end
	}
	to := end
	if end-i == 1 {
		if r := s.at(to); r == '一' || r == '几' || r == '两' {
			to++
		}
		if (s.at(to) == '家' || s.at(to) == '户') && s.last(i) != nil && s.last(i).kind == relationToken {
			s.push(token{kind: relationToken, start: i, end: to + 1}) // 彩票店旁边那家
			return to + 1
		}
		if !strings.ContainsRune("座条栋家幢间处个道口棵根块排堵盏片", s.at(to)) {
			return end
		}
		to++
	}
	s.that = [2]int{s.way(i), to}
	return to
}

// sided returns where the side before a spot starts, which says which of a place's spots it is: 西 of 御景小区西围墙.
func (s *scanner) sided(i int) int {
	if strings.ContainsRune("东南西北甲乙丙丁", s.at(i-1)) && s.last(i-1) != nil {
		return i - 1
	}
	return i
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
