package place

import "strings"

// house handles 128号: a house's number, or a way into the place before it.
func (s *scanner) house(n number, finish func(kind, int) int) int {
	end, last := n.end+1, s.last(n.start)
	if last != nil || s.hasGates(n.start, end) {
		if way := s.gateNumber(end); way > 0 {
			return finish(relationToken, way) // 停车场二号口
		}
	}
	if last != nil && s.houseNumber(last) && s.at(end) != '路' || s.ranged(n.start) || s.toponym(n.start) {
		return finish(numberToken, s.yard(end))
	}
	return n.start
}

// phase makes 二期 a piece of the estate before it.
func (s *scanner) phase(n number) int {
	end := n.end + 1
	_, counts := s.numberAt(end)
	if c, _ := vocabulary().longest(s.runes[end:]); counts || (c == spotWord || c == gateWord) && isEstateTail(s.at(n.start-1)) {
		s.nameBefore(n.start) // 锦绣昌南|二期|9栋, but not 起草第三期
	}
	last := s.last(n.start)
	if last == nil && strings.ContainsRune("和与、", s.at(n.start-1)) {
		if last = s.last(n.start - 1); last != nil && s.runes[last.end-1] != s.runes[n.end] {
			return n.start // a second phase only behind a first: 一期和二期
		}
	}
	zone := last != nil && s.runes[n.end] == '区' && (last.kind == landmarkToken || last.kind == spotToken || last.kind == floorToken && !n.chinese) // 地下车库C区
	if last == nil || !zone && (last.kind != estateToken || last.bare) {
		return n.start
	}
	last.end, s.bound = end, end
	return end
}

// gateNumber returns where the word for a way in or a stall ends that starts at i, behind a number, 0 if there is none.
func (s *scanner) gateNumber(i int) int {
	for _, way := range [...]string{"出入口", "入口", "出口", "口", "门", "码头", "通道", "摊位", "摊", "铺位", "窗口", "棚", "仓库", "车间", "展厅", "柜台", "车位"} {
		end := min(i+len(way)/3, len(s.runes))
		if string(s.runes[i:end]) == way {
			if way == "门" && strings.ContainsRune("口面前店边", s.at(end)) {
				return 0 // 12号门口 is the door of number 12
			}
			return end
		}
	}
	return 0
}

// yard returns the end of a house's number with the 院 behind it.
func (s *scanner) yard(end int) int {
	if s.at(end) == '院' && s.at(end+1) != '子' && s.at(end+1) != '内' && s.at(end+1) != '里' && s.at(end+1) != '门' {
		return end + 1
	}
	return end
}

// ranged says whether the number at i is the second of two houses' numbers: 88号至96号.
func (s *scanner) ranged(i int) bool {
	if !strings.ContainsRune("至到-~、", s.at(i-1)) {
		return false
	}
	last := s.last(i - 1)
	return last != nil && last.kind == numberToken
}

// toponym makes a place of the unknown name before the house number at i if it ends as the names of old quarters do: 樊家井32号.
func (s *scanner) toponym(i int) bool {
	start := s.reach(i, longUnknown)
	if last := s.last(start); last != nil && last.short && i-start == 1 {
		start, _ = s.swallow(start, last.kind) // 三宝|蓬
	} else if n := i - start; n < 2 || n > 4 || !s.leads(start) && (last == nil || last.kind > communityToken || last.short) || s.runes[i-1] == '里' && n < 3 {
		return false
	}
	if !isQuarterTail(s.runes[i-1]) {
		return false
	}
	s.push(token{kind: estateToken, start: start, end: i})
	return true
}

// isQuarterTail says whether old quarters and hamlets are called so.
func isQuarterTail(r rune) bool {
	return strings.ContainsRune("里井坞坑岭湾坪坝畈塘滩洲埠墩蓬棚岗山丘冲垄渡铺屯寨堡营庄园苑", r)
}

// quarterBefore makes a place of the unknown name of an old quarter before a thing at i: 钟家坞|水塘边, 钟家坞|老水井旁.
func (s *scanner) quarterBefore(i int) {
	if strings.ContainsRune("老大小", s.at(i-1)) {
		i--
	}
	if n := i - s.bound; s.last(i) != nil || n < 3 || n > 5 || !s.leads(s.bound) || !isQuarterTail(s.runes[i-1]) || strings.ContainsRune("里铺", s.runes[i-1]) {
		return
	}
	s.push(token{kind: estateToken, start: s.bound, end: i})
}

// houseNumber says whether 128号 behind the token is an address.
func (s *scanner) houseNumber(last *token) bool {
	switch last.kind {
	case roadToken, communityToken, sectionToken, areaToken:
		return !last.coarse
	case landmarkToken:
		return strings.ContainsRune("铺面街区", s.runes[last.end-1]) // 商铺27号
	case relationToken:
		return s.runes[last.end-1] == '组' || s.runes[last.end-1] == '排'
	case estateToken:
		return !last.bare
	}
	return false
}

// offices says whether the place is a single house with rooms: 银座大厦1606.
func (s *scanner) offices(t *token) bool {
	return (t.kind == landmarkToken || t.kind == estateToken) && !t.bare && strings.ContainsRune("厦楼寓", s.runes[t.end-1])
}

// leads says whether a place may start at i: at the start of a clause, or behind a word that leads to it.
func (s *scanner) leads(i int) bool {
	return i == 0 || !isHan(s.at(i-1)) || s.said == i && strings.ContainsRune("在住到于是从去址", s.at(i-1))
}

// hasGates makes a landmark of the unknown name before a numbered way in: 锦绣昌南|1号门.
func (s *scanner) hasGates(i, way int) bool {
	if s.at(way) != '门' && s.at(way) != '口' && s.at(way+1) != '口' {
		return false
	}
	start := s.reach(i, longUnknown)
	if i-start < 2 || !s.leads(start) || s.gateNumber(way) == 0 {
		return false
	}
	s.push(token{kind: s.unknown(i), start: start, end: i})
	return true
}

// nextDoor says whether a bare number behind the spot is a neighbour's room: 楼上602.
func (s *scanner) nextDoor(t *token) bool {
	return t.kind == spotToken && (s.words(t.start, t.end) == "楼上" || s.words(t.start, t.end) == "楼下")
}

// zone takes 区 at i, with its name from start, for a part of an estate or a hall: 天地华府南区|地库, 菜市场二楼|干货区.
func (s *scanner) zone(start, i int) bool {
	last := s.last(start)
	switch n := i - start; {
	case last == nil && n > 3 && n <= longEstate && strings.ContainsRune("东南西北中", s.runes[i-1]):
		c, _ := vocabulary().longest(s.runes[i+1:])
		if _, counts := s.numberAt(i + 1); !counts && c != spotWord && c != gateWord {
			return false
		}
		s.push(token{kind: estateToken, start: start, end: i + 1})
	case last != nil && (last.kind == floorToken || last.kind == landmarkToken) && n > 1 && n < 4:
		s.push(token{kind: relationToken, start: start, end: i + 1})
	default:
		return false
	}
	return true
}
