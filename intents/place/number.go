package place

import "strconv"

// number is a number as people write it before 栋 or 路: 3, 12, 三, 十二, A, A3, with 第 before it and # behind.
type number struct {
	text       string // Arabic, or letters
	start, end int
	digits     int  // Arabic digits
	chinese    bool // 三, not 3
	ordinal    bool // 第 stood before it
	below      bool // 负, 地下
}

// numberAt reads the number that starts at i.
func (s *scanner) numberAt(i int) (number, bool) {
	n := number{start: i}
	switch {
	case s.at(i) == '第':
		n.ordinal = true
		i++
	case s.at(i) == '负':
		n.below = true
		i++
	case s.at(i) == '地' && s.at(i+1) == '下':
		n.below = true
		i += 2
	case s.at(i) == 'B' && isDigit(s.at(i+1)) && (s.at(i+2) == '层' || s.at(i+2) == '楼'):
		n.below = true
		i++
	}
	from := i
	if isLetter(s.at(i)) && !isLetter(s.at(i+1)) {
		i++
	}
	for isDigit(s.at(i)) {
		i++
		n.digits++
	}
	if i > from {
		n.end = i
		if n.digits == i-from {
			for from < i-1 && s.at(from) == '0' {
				from++
			}
		}
		n.text = s.upper(from, i)
		if n.below {
			n.text = "-" + n.text
		}
		return n, true
	}
	for isNumeral(s.at(i)) {
		i++
	}
	if i == from {
		return number{}, false
	}
	n.end, n.chinese = i, true
	n.text = arabic(s.runes[from:i])
	if n.below {
		n.text = "-" + n.text
	}
	return n, true
}

// arabic writes Chinese numerals in Arabic digits: 十二 → 12, 二百零三 → 203, 五零一 → 501.
func arabic(numerals []rune) string {
	total, current, places := 0, 0, false
	for _, r := range numerals {
		switch r {
		case '十', '百':
			places = true
			factor := 10
			if r == '百' {
				factor = 100
			}
			total += max(current, 1) * factor
			current = 0
		default:
			if !places && current > 0 || len(numerals) > 8 {
				return digitByDigit(numerals)
			}
			current = digitValue(r)
		}
	}
	return strconv.Itoa(total + current)
}

func digitByDigit(numerals []rune) string {
	out := make([]byte, 0, len(numerals))
	for _, r := range numerals {
		if d := digitValue(r); d >= 0 {
			out = append(out, byte('0'+d))
		}
	}
	return string(out)
}

func digitValue(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

func isDigit(r rune) bool  { return '0' <= r && r <= '9' }
func isLetter(r rune) bool { return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' }

func isNumeral(r rune) bool {
	return digitValue(r) >= 0 || r == '十' || r == '百'
}

func isHan(r rune) bool { return 0x3400 <= r && r <= 0x9fff || r == '〇' }
