package place

import "strings"

// number handles a number with what it counts, and returns where it ends or i if it isn't one that says where.
func (s *scanner) number(i int) int {
	n, ok := s.numberAt(i)
	if !ok {
		return i
	}
	if end := s.hyphenated(n); end > i {
		return end
	}
	if end := s.counted(n); end > i {
		return end
	}
	if end := s.further(n); end > i {
		return end
	}
	if !n.chinese && n.digits > 0 {
		// 501 behind 3栋 is a room; any other bare number is passed as a whole.
		if s.roomNumber(n) {
			s.push(token{kind: roomToken, start: i, end: n.end, value: n.text})
			return n.end
		}
		if s.measured(n.end) {
			s.bound = n.end + 1
		}
		return n.end
	}
	if n.ordinal {
		if end := s.nth(n); end > i {
			return end
		}
		if strings.ContainsRune("家个间条", s.at(n.end)) {
			s.bound = n.end + 1 // 第三家小卖部
			return n.end + 1
		}
		return n.end // 第三单元测试, 第二人民医院
	}
	if n.chinese && s.measured(n.end) {
		s.bound = n.end + 1
		return n.end + 1
	}
	return i
}

// further handles what counts on from a place: 前面两百米, 西门外第二个路口, 1至40号.
func (s *scanner) further(n number) int {
	last := s.last(n.start)
	if last == nil {
		return n.start
	}
	switch r := s.at(n.end); {
	case r == '米' && last.kind == relationToken && strings.ContainsRune("前后左右东南西北", s.runes[last.start]) && !strings.ContainsRune("高宽深长", s.at(n.end+1)):
		last.end, s.bound = n.end+1, n.end+1
		return last.end
	case r == '排' && (n.ordinal || !n.chinese && last.kind <= estateToken):
		s.push(token{kind: relationToken, start: n.start, end: n.end + 1}) // of low houses
		return n.end + 1
	case n.ordinal && r == '个' && s.at(n.end+1) == '路' && s.at(n.end+2) == '口':
		s.push(token{kind: crossingToken, start: n.start, end: n.end + 3})
		return n.end + 3
	case (r == '至' || r == '到') && s.houseNumber(last):
		if to, ok := s.numberAt(n.end + 1); ok && s.at(to.end) == '号' {
			s.push(token{kind: numberToken, start: n.start, end: to.end + 1, value: n.text + "-" + to.text})
			return to.end + 1
		}
	}
	return n.start
}

// roomNumber says whether a bare number is a room's: 501 behind 3栋, but not 119.
func (s *scanner) roomNumber(n number) bool {
	last := s.last(n.start)
	if last == nil || (last.kind < buildingToken || last.kind > floorToken) && !s.offices(last) && !s.nextDoor(last) || n.digits != 3 && n.digits != 4 || s.measured(n.end) {
		return false
	}
	return n.text != "110" && n.text != "119" && n.text != "120" && n.text != "122"
}

// measured reports whether a measure stands at i: the number before it is a quantity.
func (s *scanner) measured(i int) bool {
	switch r := s.at(i); r {
	case '天':
		return s.at(i+1) != r // 楼上602|天天半夜唱歌
	case '点', '个', '次', '块', '元', '米', '人', '分', '岁', '年', '月', '日', '辆', '棵', '条', '只', '名', '位', '件', '家', '盏', '根', '处', '排', '群', '斤', '度', '%', '.', ':', '/':
		return true
	}
	return false
}

// counted handles 3栋, 2单元, 501室, 二楼, 128号, 三网格.
func (s *scanner) counted(n number) int {
	i, last := n.end, s.last(n.start)
	t := token{start: n.start, value: n.text}
	finish := func(k kind, end int) int {
		t.kind, t.end = k, end
		switch k {
		case buildingToken:
			s.nameBefore(n.start)
			t.start = s.way(s.sided(n.start)) // 东6栋, 甲3栋, 往里第三栋
		case floorToken:
			s.shopBefore(n)
		}
		s.push(t)
		return end
	}
	switch r := s.at(i); {
	case n.below && (r == '楼' || r == '层'):
		return finish(floorToken, i+1)
	case r == '号' && s.at(i+1) == '楼' || r == '#' && s.at(i+1) == '楼':
		if next := s.at(i + 2); next == '道' || next == '梯' {
			return finish(buildingToken, i+1)
		}
		return finish(buildingToken, i+2)
	case r == '号' && (s.at(i+1) == '栋' || s.at(i+1) == '幢'):
		return finish(buildingToken, i+2)
	case r == '#':
		return finish(buildingToken, i+1)
	case r == '栋' || r == '幢':
		return s.block(n, finish)
	case r == '座' && (n.digits == 0 && !n.chinese || !n.chinese && s.at(i+1) != '位' && s.at(i+1) != '桥'):
		return finish(buildingToken, i+1)
	case r == '单' && s.at(i+1) == '元':
		if n.ordinal && last == nil {
			return n.start
		}
		return finish(entranceToken, i+2)
	case r == '号' && s.at(i+1) == '网' && s.at(i+2) == '格':
		return finish(gridToken, i+3)
	case r == '网' && s.at(i+1) == '格':
		return finish(gridToken, i+2)
	case s.isRoom(n, last):
		return finish(roomToken, i+1)
	case r == '楼':
		return finish(floorToken, i+1)
	case r == '层' && (last != nil && last.kind >= estateToken && last.kind <= entranceToken):
		return finish(floorToken, i+1)
	case r == '号':
		return s.house(n, finish)
	case r == '期' || r == '区' && last != nil:
		return s.phase(n)
	case last != nil && !n.chinese && (r == '铺' && last.kind == landmarkToken || r == '车' && s.at(i+1) == '位'):
		if r == '车' {
			i++
		}
		return finish(roomToken, i+1) // 地下商城D12铺
	case (r == '弄' || r == '巷') && last != nil && last.kind == roadToken:
		last.end, s.bound = i+1, i+1 // 朝阳路12弄
		return i + 1
	case r == '队' && last != nil && (last.kind == communityToken || last.kind == landmarkToken && !last.bare):
		return finish(relationToken, i+1) // of a farm
	case r == '组' && (last != nil && last.kind == communityToken || s.toponym(n.start)):
		return finish(relationToken, i+1)
	}
	return n.start
}

// isRoom says whether the word behind the number makes a room of it: 501室, 3户 behind a building.
func (s *scanner) isRoom(n number, last *token) bool {
	inside := last != nil && last.kind >= buildingToken && last.kind <= floorToken
	switch s.at(n.end) {
	case '室':
		return n.digits >= 3 || n.chinese && len(n.text) >= 3 || last != nil
	case '房':
		return s.at(n.end+1) != '东' && (n.digits >= 3 || inside)
	case '户':
		return n.digits >= 3 && (n.start == 0 || !isHan(s.at(n.start-1))) || inside && n.digits > 0
	}
	return false
}

// block handles 栋 and 幢: 三栋 is a building, 三栋楼 and 两栋 are how many.
func (s *scanner) block(n number, finish func(kind, int) int) int {
	i := n.end
	next := s.at(i + 1)
	howMany := func() int {
		s.bound = i + 1
		if next == '楼' {
			s.bound++
		}
		return s.bound
	}
	if n.chinese && s.runes[n.end-1] == '两' {
		return howMany()
	}
	if next != '楼' {
		if n.text == "1" && n.chinese && (next == '房' || next == '危' || next == '老' || next == '别') {
			return howMany()
		}
		return finish(buildingToken, i+1)
	}
	if _, length := vocabulary().longest(s.runes[i+1:]); length > 1 {
		return finish(buildingToken, i+1) // 3栋|楼下
	}
	if n.chinese && !n.ordinal && s.last(n.start) == nil {
		return howMany()
	}
	return finish(buildingToken, i+2)
}

// nameBefore makes an estate of the unknown name directly before a building: 翠竹苑3栋, or at the start of a sentence any name: 紫薇3栋.
func (s *scanner) nameBefore(i int) {
	if s.last(i) != nil || i <= s.bound {
		return
	}
	start := s.reach(i, longUnknown)
	length := i - start
	if last := s.last(start); last != nil && last.kind == landmarkToken && length > 1 && length < 4 && s.leads(last.start) {
		start = last.start // 金桥|国际|B座
		s.tokens = s.tokens[:len(s.tokens)-1]
		s.push(token{kind: estateToken, start: start, end: i})
	} else if length >= 2 && (isEstateTail(s.runes[i-1]) || s.leads(start) && length <= 5) {
		s.push(token{kind: estateToken, start: start, end: i})
	}
}

// shopBefore makes a landmark of the unknown name before a floor, behind a road or a house: 昌江大道|力健|二楼. A cellar has one wherever a place may start: 国贸|负一楼.
func (s *scanner) shopBefore(n number) {
	if s.shopBeforeSpot(n.start); s.last(n.start) != nil {
		return
	}
	start := s.reach(n.start, longUnknown)
	if length := n.start - start; length < 2 || length > 5 {
		return
	}
	if s.hasShops(s.last(start)) || s.leads(start) && (n.below || s.isHall(n.end+1)) {
		s.push(token{kind: landmarkToken, start: start, end: n.start})
	}
}

// isHall says whether a room or a hall stands at i, as behind a floor of a house that has a name: 国贸三楼|女厕所.
func (s *scanner) isHall(i int) bool {
	for at := i; at < min(i+2, len(s.runes)); at++ {
		if c, length := vocabulary().longest(s.runes[at:]); length > 1 {
			return c == landmarkWord || c == roomWord
		}
	}
	return false
}

// hyphenated handles 3-2-501 and 3-501.
func (s *scanner) hyphenated(n number) int {
	if n.chinese || n.digits == 0 || n.ordinal || n.below || isDigit(s.at(n.start-1)) {
		return n.start
	}
	var more [2]number
	count := 0
	for end := n.end; count < 2 && s.at(end) == '-'; count++ {
		next, ok := s.numberAt(end + 1)
		if !ok || next.chinese || next.digits == 0 {
			break
		}
		more[count], end = next, next.end
	}
	push := func(k kind, n number) { s.push(token{kind: k, start: n.start, end: n.end, value: n.text}) }
	last := s.last(n.start)
	switch {
	case count == 2 && n.digits <= 3 && more[0].digits <= 2 && (more[1].digits == 3 || more[1].digits == 4) && s.at(more[1].end) != '-':
		s.nameBefore(n.start)
		push(buildingToken, n)
		push(entranceToken, more[0])
		push(roomToken, more[1])
		return s.roomEnd(more[1].end)
	case count == 1 && last != nil && n.digits <= 2 && (more[0].digits == 3 || more[0].digits == 4) && (last.kind == buildingToken || last.kind == estateToken || last.kind == communityToken):
		first := buildingToken
		if last.kind == buildingToken {
			first = entranceToken
		}
		push(first, n)
		push(roomToken, more[0])
		return s.roomEnd(more[0].end)
	case count == 1 && last != nil && last.kind == spotToken && n.digits > 0 && s.at(more[0].end) != '-':
		s.push(token{kind: roomToken, start: n.start, end: more[0].end, value: n.text + "-" + more[0].text}) // a parking bay: 地库B2-117
		return more[0].end
	case count == 1 && (s.at(more[0].end) == '栋' || s.at(more[0].end) == '幢' || s.at(more[0].end) == '号' && s.at(more[0].end+1) == '楼'):
		// 3-5栋: from 3 to 5.
		s.nameBefore(n.start)
		push(buildingToken, n)
		return n.end
	case count == 1 && s.at(more[0].end) == '号' && last != nil && s.houseNumber(last):
		t := more[0]
		s.push(token{kind: numberToken, start: n.start, end: t.end + 1, value: n.text + "-" + t.text})
		return t.end + 1
	}
	return n.start
}

// roomEnd takes the 室 behind a room's number.
func (s *scanner) roomEnd(end int) int {
	if s.at(end) == '室' {
		s.tokens[len(s.tokens)-1].end++
		s.bound = end + 1
		return end + 1
	}
	return end
}
