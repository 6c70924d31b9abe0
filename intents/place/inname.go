package place

import "strings"

// Many a name holds a word that elsewhere is none: 颐和家园, 枫树山, 来安路, 桥头村. What stands around it tells.

// inName says whether the word of one character at i, which ends names elsewhere, is a piece of one.
func (s *scanner) inName(i int) bool {
	if s.runes[i] == '和' && i-s.bound == 1 && isHan(s.at(i-1)) && !isHan(s.at(i-2)) {
		return true // 颐和家园: it joins nothing if only one character stands before it
	}
	if i-s.bound == 1 && s.leads(s.bound) && strings.ContainsRune("才又再还也都只很", s.runes[i]) {
		// 育才中学: what stands before a noun is no adverb.
		switch c, length := vocabulary().longest(s.runes[i+1:]); c {
		case estateWord, communityWord, roadWord, landmarkWord:
			return length > 1
		case noClass:
			c, length = vocabulary().longest(s.runes[min(i+2, len(s.runes)):])
			if c == landmarkWord && length > 1 {
				return true // 好又多超市
			}
		}
	}
	if s.runes[i] == '都' && i-s.bound > 1 {
		// 香榭丽都3栋: so many a name ends; all of two buildings are 都停电了.
		n, ok := s.numberAt(i + 1)
		return ok && strings.ContainsRune("栋幢期号座#", s.at(n.end))
	}
	if last := s.last(i); last != nil && last.kind == areaToken && strings.ContainsRune("镇乡", s.at(i+2)) {
		return s.runes[i] != '在' && s.runes[i] != '的' // 乐平市接渡镇
	}
	return s.leads(i) && isHan(s.at(i+1)) && s.beginsName(i)
}

// beginsName says whether the verb at i is the first character of 来安路25号 or of 快乐小区: one character alone before 路 or 小区 is not enough for a name.
func (s *scanner) beginsName(i int) bool {
	if strings.ContainsRune("在到从往去向朝沿离距靠于由自把被给让叫跟和与及或是的得了着过我你您他她它谁这那哪有要请", s.runes[i]) ||
		strings.ContainsRune("东南西北中前后上下大小老新旧好各本这那一二两三几", s.runes[i+1]) {
		return false
	}
	if _, word := vocabulary().longest(s.runes[i+1:]); word > 0 {
		return false
	}
	switch c, length := vocabulary().longest(s.runes[i+2:]); c {
	case estateWord, communityWord:
		return length > 1
	case areaWord:
		return strings.ContainsRune("镇乡", s.runes[i+2])
	case roadWord:
		return s.addressed(i + 2 + length) // 走夜路小心 is no road's name
	}
	return false
}

// addressed says whether a house's number stands at i.
func (s *scanner) addressed(i int) bool {
	n, ok := s.numberAt(i)
	return ok && s.at(n.end) == '号'
}

// tree takes back a tree, or the spot of a bank or a bridge, that is a piece of the name which goes on at i, and returns where the name starts, or else i:
// 槐树 of 槐树街, 榕树 of 榕树湾小区, 桥头 of 桥头村.
func (s *scanner) tree(i int) int {
	last := s.last(i)
	if last == nil || last.end-last.start > 2 {
		return i
	}
	start := last.start
	switch tail := s.runes[i-1]; {
	case last.kind == objectToken && tail == '树':
		if last.end-last.start == 1 {
			start = last.after
		}
	case last.kind == spotToken && strings.ContainsRune("边头口", tail) && strings.ContainsRune("江河湖塘桥村井", s.runes[i-2]):
	default:
		return i
	}
	if !s.leads(start) || i-start < 2 {
		return i
	}
	s.tokens = s.tokens[:len(s.tokens)-1]
	return start
}

// crossed says whether the short name from i to end is cut out of a longer one: 城西 of 锦|城西|门, 龙山 of 五|龙山|庄.
func (s *scanner) crossed(i, end int) bool {
	if i <= s.bound || !isHan(s.runes[i-1]) {
		return false
	}
	c, length := vocabulary().longest(s.runes[end-1:])
	return length > 1 && (c == gateWord || c == estateWord || c == landmarkWord)
}
