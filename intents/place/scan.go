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
}

// scanner reads one message.
type scanner struct {
	g       *Gazetteer
	text    string
	runes   []rune // folded to half width
	offsets []int  // of each rune in the text, and the text's length
	tokens  []token
	bound   int // names don't reach back beyond it
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

// shorten gives up a spot whose last character starts a word that matters more: 楼|下午, 楼|下水道.
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
		s.office(i, end)
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
