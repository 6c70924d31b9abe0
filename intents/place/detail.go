package place

import "strings"

// Whoever says where often ends with what singles out one of many: 那棵大樟树下, 往北第三根电杆, 往高速口方向, 西侧台阶.

// described returns where the words start that say which thing it is that stands at i, directly behind a place or behind 那棵: 大 of 那棵大樟树,
// 音乐 of 人民广场音乐喷泉.
func (s *scanner) described(i, end int, c class) int {
	n := i - s.bound
	if n < 1 || n > 3 {
		return i
	}
	if s.that[1] == s.bound && s.bound > 0 {
		return s.bound
	}
	if last := s.last(s.bound); n < 3 && last != nil && c == objectWord && last.kind <= relationToken && end-i > 1 {
		return s.bound
	}
	return i
}

// pointed says whether the word from i to end, directly behind 那棵, says what a thing is like: 歪 of 那棵歪脖子树.
func (s *scanner) pointed(i, end int) bool {
	if s.that[1] != i || i == 0 || end-i > 2 {
		return false
	}
	for at := end; at < min(i+4, len(s.runes)); at++ {
		if c, _ := vocabulary().longest(s.runes[at:]); c == objectWord {
			return true
		}
	}
	return false
}

// countsPieces says whether 那块 at i is how a thing is pointed at, 那块地砖, and not a place, 门口那块.
func (s *scanner) countsPieces(i int) bool {
	if s.runes[i] != '那' || s.at(i+1) != '块' {
		return false
	}
	next := s.at(i + 2)
	return strings.ContainsRune("石砖牌板玻木铁草空绿荒菜田广指警", next) || next == '地' && s.at(i+3) == '砖'
}

// way returns where 往北, 往里走 or 进去 starts if it stands directly before i and behind a place, else i.
func (s *scanner) way(i int) int {
	if i > 2 && throughDoor(s.runes[i-2:i]) && s.last(i-2) != nil {
		return i - 2
	}
	to := i
	if s.at(i-1) == '走' {
		to--
	}
	from := to - 1
	for from > 0 && from > to-3 && strings.ContainsRune("东南西北左右前后里外上下", s.runes[from]) {
		from--
	}
	if from < to-1 && from > 0 && s.runes[from] == '往' && s.last(from) != nil {
		return from
	}
	return i
}

// nth takes 往北第三根电杆 and returns where it ends: who counts from a place says how to find another. Without the way to go 第二个垃圾桶 is
// rather what is wrong than where, only poles are known by their number.
func (s *scanner) nth(n number) int {
	if !strings.ContainsRune("个根棵栋幢家座条盏排", s.at(n.end)) {
		return n.start
	}
	start, noun := s.way(n.start), n.end+1
	if start == n.start && s.last(start) == nil {
		return n.start
	}
	c, length := vocabulary().longest(s.runes[noun:])
	if start < n.start && c != landmarkWord && s.at(n.end) == '家' {
		c, length = landmarkWord, 0 // 往里走第三家
	} else if s.at(noun) == '路' && s.at(noun+1) == '口' {
		c, length = crossingWord, 2
	}
	switch c {
	case objectWord, groundWord:
		if start == n.start && (s.at(n.end) != '根' || s.at(start-1) == '段') {
			return n.start
		}
	case landmarkWord, crossingWord, spotWord:
		if start == n.start {
			return n.start
		}
	default:
		if end := s.gateNumber(noun); end > 0 && s.last(start) != nil {
			s.push(token{kind: relationToken, start: start, end: end}) // 东门第二个摊位
			return end
		}
		return n.start
	}
	s.push(token{kind: relationToken, start: start, end: noun + length})
	return noun + length
}

// direction takes 往高速口方向 behind a road, which starts at i, and returns where it ends, or i.
func (s *scanner) direction(i int) int {
	if !strings.ContainsRune("往去到由", s.runes[i]) || s.last(i) == nil {
		return i
	}
	for end := i + 2; end < i+9 && s.written(end); end++ {
		if s.at(end) == '方' && s.at(end+1) == '向' {
			s.push(token{kind: sectionToken, start: i, end: end + 2})
			return end + 2
		}
	}
	return i
}

// stoodOn says whether a thing is where something is, and not what the message is about: 后面空地有人烧垃圾, 东侧台阶的防滑条, 南侧人行道|地砖.
func (s *scanner) stoodOn(before, t *token) bool {
	next := s.at(t.end)
	switch {
	case t.that > 0 && strings.ContainsRune("路巷地", s.runes[t.end-1]):
		return true // 后门外面那条小路
	case !t.ground:
		return t.that > 0 && next == '上' // 那几根杆子|上贴满了
	case next == '的' || next == '有' && s.at(t.end+1) == '人':
		return true
	case before.end == t.start && !s.written(t.end) && t.end < len(s.runes) && s.runes[t.end-1] != '面':
		return true // 小学西边围墙,树要倒了
	case before.end != t.start || !isHan(next):
		return false
	}
	if tail := s.runes[t.end-1]; tail == '线' {
		return false // paint
	} else if tail == '墙' || tail == '面' {
		if !strings.ContainsRune("后前山", s.runes[t.start]) {
			return false // an outer wall is all around
		}
	} else if before.kind != relationToken && before.kind != spotToken {
		return false // only a side of something has its own steps
	}
	switch c, _ := vocabulary().longest(s.runes[t.end:]); c {
	case stopWord:
		return false
	case matterWord:
		return strings.ContainsRune("结积", next) // ice and water lie on it
	case relationWord, nearWord:
		return false // they are tokens themselves
	}
	return true
}

// shopBeforeSpot makes a landmark of the unknown name before a spot or a floor at i if it ends as the names of shops do and stands where a place may start: 春风旅社|三楼.
func (s *scanner) shopBeforeSpot(i int) {
	if s.last(i) != nil {
		return
	}
	if i-s.bound == 2 && isNumeral(s.runes[s.bound]) && strings.ContainsRune("小中院幼", s.runes[i-1]) {
		s.push(token{kind: landmarkToken, start: s.bound, end: i}) // 二小|后巷
		return
	}
	if i-s.bound < 3 || !strings.ContainsRune("店馆社铺坊吧行厅屋厂局所站", s.runes[i-1]) {
		return
	}
	if start := s.reach(i, longLandmark); s.leads(start) || s.hasShops(s.last(start)) {
		s.push(token{kind: landmarkToken, start: start, end: i})
	}
}

// busLine returns where the line's number starts before a stop at i: 27路|公交站.
func (s *scanner) busLine(i, start int) int {
	if start != i || s.at(i-1) != '路' || s.at(i) != '公' {
		return start
	}
	for i--; isDigit(s.at(i-1)) || isNumeral(s.at(i-1)); i-- {
		start = i - 1
	}
	return start
}
