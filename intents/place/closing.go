package place

// Whoever has said what is wrong often adds where in a clause of its own: 饭店关门跑路了,陶溪川小龙坎. Nothing gives away that 小龙坎 is a name, but that clause begins
// with a place and holds no word that says anything else, so all of it is the place.

// The most runes of unknown name that are believed at the end of such a clause, and the fewest.
const (
	longTail  = 6
	shortTail = 2
)

// close makes the last clause a place as a whole, if it begins with one. Before an unknown name the trouble has to have been said: else it may be the trouble.
func (s *scanner) close() {
	if len(s.tokens) == 0 {
		return
	}
	end := len(s.runes)
	for end > 0 && !s.written(end-1) {
		end--
	}
	last := &s.tokens[len(s.tokens)-1]
	clause := s.clause(last.start)
	if clause == 0 {
		return
	}
	if last.end == end {
		told := s.matter > 0 && s.matter <= clause
		if last.kind == objectToken && (last.ground || told) && len(s.tokens) > 1 && s.tokens[len(s.tokens)-2].end == last.start {
			last.kind, last.bare = landmarkToken, true // 8栋西山墙, and of a community's 公告栏 if something else is the matter
		}
		return
	}
	if s.matter == 0 || s.matter > clause || s.said > last.end || !s.isName(last.end, end) || !s.hasTail(len(s.tokens)-1) {
		return
	}
	s.push(token{kind: landmarkToken, start: last.end, end: end})
}

// hasTail says whether a place may go on with a name behind the token: a shop in a road, a hall or a town. Behind 3栋 or 翠竹苑 an unknown word is
// rather a trouble than a name.
func (s *scanner) hasTail(i int) bool {
	t := &s.tokens[i]
	if s.at(t.end) == '第' {
		return t.kind <= relationToken // 大门外第三根杆子
	}
	switch t.kind {
	case areaToken:
		return !t.coarse && !t.bare
	case floorToken:
		return i > 0 && s.tokens[i-1].end == t.start // 时代广场三楼丽人美容, but not 爬了十二楼累死
	case communityToken, roadToken, landmarkToken, numberToken:
		return !t.bare
	}
	return false
}

// isName says whether a name may stand from start to end.
func (s *scanner) isName(start, end int) bool {
	if n := end - start; n < shortTail || n > longTail {
		return false
	}
	for i := start; i < end; i++ {
		if r := s.runes[i]; !isHan(r) && !isLetter(r) || isNumeral(r) && s.at(i-1) != '第' {
			return false
		}
	}
	return true
}

// clause returns where the clause starts in which i stands.
func (s *scanner) clause(i int) int {
	for i > 0 && (s.written(i-1) || s.runes[i-1] == '#' || s.runes[i-1] == '-') {
		i--
	}
	return i
}

// written says whether a word may go on with the rune at i, other than a mark between clauses.
func (s *scanner) written(i int) bool {
	r := s.at(i)
	return isHan(r) || isLetter(r) || isDigit(r)
}

// alone says whether the runes from start to end are a clause of their own in a message that says more.
func (s *scanner) alone(start, end int) bool {
	if start == 0 && end == len(s.runes) || end < len(s.runes) && s.written(end) {
		return false
	}
	if start > 1 {
		switch string(s.runes[start-2 : start]) {
		case "地点", "地址", "位置", "就在":
			start -= 2
		}
	}
	return start == 0 || !s.written(start-1) || s.runes[start-1] == '在' && (start == 1 || !s.written(start-2))
}
