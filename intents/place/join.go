package place

import (
	"slices"
	"strings"
)

// join makes matches of the tokens that stand together.
func (s *scanner) join() []Match {
	var matches []Match
	for i := 0; i < len(s.tokens); {
		to := i + 1
		for to < len(s.tokens) && s.together(to-1, to) {
			to++
		}
		if m, ok := s.match(s.tokens[i:to]); ok {
			matches = append(matches, m)
		}
		i = to
	}
	return matches
}

// together says whether two neighbouring tokens are pieces of one place.
func (s *scanner) together(i, j int) bool {
	a, b := &s.tokens[i], &s.tokens[j]
	if a.kind == objectToken && (b.kind != relationToken || a.end != b.start || !s.besideThing(i, b)) {
		return false
	}
	if b.kind == objectToken && !(a.kind <= relationToken && s.stoodOn(a, b)) {
		// 3栋|电梯 is about the lift, 3栋电梯里 is a place.
		if j+1 >= len(s.tokens) || !s.together(j, j+1) {
			return false
		}
	}
	if a.kind == roomToken && s.words(b.start, b.end) == "屋顶" {
		return false // 601室|屋顶渗水: what is wrong in it
	}
	gap := s.runes[a.end:b.start]
	switch {
	case len(gap) == 0:
		return true
	case b.that == a.end:
		return true // 中华北路那座天桥
	case len(gap) > 1 && throughDoor(gap):
		return len(gap) == 2 && (b.kind == buildingToken || b.kind == relationToken) || b.that == a.end+2
	case len(gap) > 2:
		return false
	}
	finer := b.kind > a.kind && a.kind < spotToken && b.kind <= roomToken
	if a.kind == relationToken && i > 0 && s.tokens[i-1].end == a.start && strings.Contains("这边 那边 这里 那里 里 里面", s.words(a.start, a.end)) {
		k := s.tokens[i-1].kind
		finer = k <= estateToken && (b.kind == gridToken && k < gridToken || b.kind >= buildingToken && b.kind <= roomToken) // 马鞍山社区这边,3栋
	}
	switch gap[0] {
	case '的':
		return len(gap) == 1 && b.kind != areaToken && a.kind != ownToken
	case ' ', '-', '/', ':', '_', '.', '—', '·':
		return finer || gap[0] == ' ' && b.kind == spotToken
	case ',', '、', '，':
		return finer || gap[0] != ',' && s.listed(i, j)
	case '和', '与', '跟', '及', '到', '至', '~':
		return len(gap) == 1 && (s.listed(i, j) || s.stretches(a, b))
	}
	return false
}

// listed says whether two tokens are of one kind, so that 3栋和5栋 and a crossing are one place.
func (s *scanner) listed(i, j int) bool {
	a, b := &s.tokens[i], &s.tokens[j]
	if a.kind == b.kind && a.kind != landmarkToken && a.kind >= roadToken && a.kind <= roomToken {
		return true
	}
	// From the square to the river: 路段 or 交叉口 behind the second says that both belong together.
	if a.kind > numberToken || b.kind > numberToken || j+1 >= len(s.tokens) {
		return false
	}
	c := &s.tokens[j+1]
	return c.start == b.end && (c.kind == crossingToken || c.kind == sectionToken)
}

// stretches says whether two places, between which stands 到 or 至, are the ends of one: 从小学到路口, 村口至桥头.
func (s *scanner) stretches(a, b *token) bool {
	switch s.runes[a.end] {
	case '到':
		return s.at(a.start-1) == '从' && a.kind <= landmarkToken && b.kind <= landmarkToken
	case '至':
		return a.kind <= relationToken && b.kind <= relationToken
	}
	return false
}

// besideThing says whether a relation makes a place of the i-th token, a thing: 垃圾桶旁 does, 井盖上 and 电梯外 hardly, 台阶上 behind a place.
func (s *scanner) besideThing(i int, t *token) bool {
	if t.end-t.start > 1 {
		return true
	}
	switch s.runes[t.start] {
	case '上':
		thing := &s.tokens[i]
		if i == 0 || !thing.ground || s.runes[thing.end-1] == '墙' {
			return false
		}
		gap := s.words(s.tokens[i-1].end, thing.start)
		return gap == "" || gap == "的"
	case '里', '内', '旁', '边', '口', '下', '处', '前', '后', '侧':
		return true
	}
	return false
}

// match makes a match of tokens that stand together, unless they say nothing.
func (s *scanner) match(tokens []token) (Match, bool) {
	if s.idle(tokens) {
		return Match{}, false
	}
	first, last := tokens[0], tokens[len(tokens)-1]
	m := Match{Pos: s.offsets[first.start], End: s.offsets[last.end]}
	m.Text = s.text[m.Pos:m.End]
	m.Weak = true
	for i := range tokens {
		t := &tokens[i]
		s.fill(&m.Parts, t)
		switch t.kind {
		case ownToken:
			m.own = true
		case spotToken, relationToken, objectToken, officeToken, floorToken, crossingToken, sectionToken:
		case areaToken:
			m.Weak = m.Weak && t.coarse
		default:
			m.Weak = m.Weak && t.bare
		}
	}
	if m.Weak && len(tokens) > 1 {
		// 菜市场门口 and 二楼会议室 are one of a kind for those who talk of them.
		m.Weak = !slices.ContainsFunc(tokens, func(t token) bool { return t.kind == landmarkToken || t.kind == officeToken })
	}
	switch s.at(first.start - 1) {
	case '在', '于', ':':
		m.led = true
	case '距', '离':
		m.far = true
	case '到':
		m.led = s.at(first.start-2) == '改'
	}
	m.alone = !m.Weak && s.alone(first.start, last.end)
	m.named = !m.Weak && slices.ContainsFunc(tokens, token.named)
	m.Units = s.g.candidates(tokens, &m.Parts)
	return m, true
}

// named says whether the token tells one place from others of its kind.
func (t token) named() bool {
	switch t.kind {
	case communityToken, estateToken, roadToken, landmarkToken:
		return !t.bare
	case gridToken, buildingToken, numberToken, roomToken:
		return true
	}
	return false
}

// idle says whether the tokens are no place: an office that is asked for, a thing, a short name that may be any word.
func (s *scanner) idle(tokens []token) bool {
	first := &tokens[0]
	if len(tokens) > 1 {
		return false
	}
	switch first.kind {
	case objectToken, officeToken, ownToken, relationToken, sectionToken, numberToken:
		return true
	case communityToken, areaToken:
		return first.bare || first.short && first.end-first.start < 3 && !s.opens(first.start) || first.coarse && first.name == nil
	case landmarkToken:
		return first.bare && (!s.opens(first.start) || s.asked(first.end))
	case estateToken:
		return first.bare && s.asked(first.end)
	}
	return false
}

// opens says whether a bare 菜市场 at i is said as a place: at the start of a sentence or behind 在.
func (s *scanner) opens(i int) bool {
	return i == 0 || !isHan(s.at(i-1)) || s.at(i-1) == '在'
}

// asking are the words after a bare 医院 or 小区 that ask for it or about it: then it is no place where something happened.
var asking = []string{"在哪", "哪里", "哪个", "几点", "多少", "如何", "怎么申", "怎么办", "怎么走", "怎么报", "怎么收", "怎么领", "条件", "标准", "政策", "材料", "流程", "电话", "招生", "报名", "房价"}

func (s *scanner) asked(end int) bool {
	rest := s.text[s.offsets[end]:]
	return slices.ContainsFunc(asking, func(words string) bool { return strings.Contains(rest, words) })
}

// fill adds a token to the parts.
func (s *scanner) fill(p *Parts, t *token) {
	words := s.words(t.start, t.end)
	set := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	switch t.kind {
	case areaToken:
		p.Area += words
	case communityToken:
		set(&p.Community, words)
	case gridToken:
		if t.value == "" {
			t.value = words
		}
		set(&p.Grid, t.value)
	case estateToken:
		if t.bare && p.Community != "" {
			return
		}
		set(&p.Estate, words)
	case buildingToken:
		set(&p.Building, t.value)
	case entranceToken:
		set(&p.Entrance, t.value)
	case floorToken:
		set(&p.Floor, t.value)
	case roomToken:
		set(&p.Room, t.value)
	case roadToken:
		if p.Road != "" {
			set(&p.Crossing, words)
		}
		set(&p.Road, words)
	case numberToken:
		set(&p.Number, t.value)
	case sectionToken:
		set(&p.Section, words)
	case crossingToken:
		set(&p.Crossing, words)
	case landmarkToken, officeToken, objectToken:
		p.Landmark += words
	case spotToken, relationToken:
		p.Relation += words
	case ownToken:
		set(&p.Relation, words)
	}
}
