package place

import "strings"

// near handles 里, 旁, 中段, which need a place directly before them. They hold up nothing else.
func (s *scanner) near(i, end int, c class) int {
	last := s.last(i)
	switch s.runes[i] {
	case '组':
		return s.group(i)
	case '下':
		if last != nil && last.kind == objectToken && s.at(i+1) == '水' {
			return i + 1 // 厨房|下水
		}
	case '头':
		if s.at(i-1) != '桥' {
			return i + 1 // 小区头发
		}
	}
	if last == nil && c == sectionWord {
		s.stretch(i)
		last = s.last(i)
	}
	if c == sectionWord && s.runes[i] == '路' && (last == nil || last.kind != roadToken) {
		if s.road(i, i+1); s.last(i+1) != nil {
			last, i = s.last(i+1), i+1 // 三角井路|段
		}
	}
	if last == nil {
		if end-i > 1 {
			s.bound = end
			return end
		}
		return i + 1
	}
	k := relationToken
	if c == sectionWord {
		if end-i == 1 && !s.hasSections(last, end) {
			return i + 1
		}
		k = sectionToken
	}
	s.push(token{kind: k, start: i, end: end})
	return end
}

// hasSections says whether 段 behind the place, which ends before end, is a part of it: of a road, or of a road or river at a landmark.
func (s *scanner) hasSections(last *token, end int) bool {
	switch last.kind {
	case roadToken, numberToken:
		return true
	case landmarkToken, areaToken, estateToken:
		return !strings.ContainsRune("时落子位", s.at(end))
	}
	return false
}

// stretch makes a landmark of the unknown name before a section at i, by which a part of the road or the river before it is called: 昌江|吕蒙|段, 路口到|二小|这段.
func (s *scanner) stretch(i int) {
	start := s.bound
	if s.at(start) == '至' {
		start++
	}
	if n := i - start; n < 2 || n > 4 || len(s.tokens) == 0 {
		return
	}
	if s.last(start) != nil && s.last(start).kind <= roadToken || s.at(start-1) == '到' || s.at(start-1) == '至' {
		s.push(token{kind: landmarkToken, start: start, end: i})
	}
}

// group makes 下屋组 behind a village a part of it, whatever it is called.
func (s *scanner) group(i int) int {
	for k := len(s.tokens) - 1; k >= max(0, len(s.tokens)-2); k-- {
		t := &s.tokens[k]
		if n := i - t.end; (t.kind == communityToken || t.kind == areaToken) && !t.coarse && 0 < n && n < 5 && s.said <= t.end {
			from := t.end
			s.tokens = s.tokens[:k+1] // with what 下 seemed to be
			s.push(token{kind: relationToken, start: from, end: i + 1})
			break
		}
	}
	return i + 1
}
