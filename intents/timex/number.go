package timex

// number is a number as it was written.
type number struct {
	value  float64
	end    int
	arabic bool
	digits int  // how many digits were written one by one: 2026 and 二〇二六 have four; 二十三 has none
	ten    bool // written with 廿 or 卅, which only lunar days are
}

func (n number) int() int    { return int(n.value) }
func (n number) whole() bool { return n.value == float64(int(n.value)) }

func chineseDigit(r rune) int {
	switch r {
	case '〇', '零', '○':
		return 0
	case '一', '壹':
		return 1
	case '二', '两', '贰':
		return 2
	case '三', '叁':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

func chinesePower(r rune) int {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	case '万':
		return 10000
	}
	return 0
}

// number reads a number at i: 12, 35,000, 1.5, 二十三, 廿五, 二〇二六, 两千零二十六, 3万.
func (p *parser) number(i int) (number, bool) {
	if digit(p.at(i)) {
		return p.arabic(i), true
	}
	if n, ok := p.digitByDigit(i); ok {
		return n, true
	}
	return p.chinese(i)
}

func (p *parser) arabic(i int) number {
	n := number{arabic: true}
	for digit(p.at(i)) && n.digits < 18 {
		n.value = n.value*10 + float64(p.src[i]-'0')
		n.digits++
		i++
	}
	for p.at(i) == ',' && n.digits <= 9 && digit(p.at(i+1)) && digit(p.at(i+2)) && digit(p.at(i+3)) && !digit(p.at(i+4)) {
		for _, r := range p.src[i+1 : i+4] {
			n.value = n.value*10 + float64(r-'0')
		}
		n.digits += 3
		i += 4
	}
	if p.at(i) == '.' && digit(p.at(i+1)) {
		for k, f := i+1, 0.1; ; k, f = k+1, f/10 {
			if !digit(p.at(k)) {
				if p.at(k) != '.' { // 1.2.3 is no number
					i = k
					break
				}
				n.value = float64(int(n.value))
				break
			}
			n.value += f * float64(p.src[k]-'0')
		}
	}
	if w := chinesePower(p.at(i)); w >= 100 {
		n.value *= float64(w)
		i++
	}
	n.end = i
	return n
}

// digitByDigit reads two digits or more that stand side by side without a power: 二〇二六, 零八.
func (p *parser) digitByDigit(i int) (number, bool) {
	n := number{}
	for d := chineseDigit(p.at(i)); d >= 0 && n.digits < 9; d = chineseDigit(p.at(i)) {
		n.value = n.value*10 + float64(d)
		n.digits++
		i++
	}
	n.end = i
	return n, n.digits > 1 && chinesePower(p.at(i)) == 0
}

// chinese reads a number with powers, or one single digit.
func (p *parser) chinese(i int) (number, bool) {
	start, total, part, last := i, 0, 0, -1
	n := number{}
loop:
	for i-start < 12 {
		r := p.at(i)
		switch w := chinesePower(r); {
		case r == '廿', r == '卅':
			if i > start {
				break loop
			}
			n.ten = true
			part, last = 20, -1
			if r == '卅' {
				part = 30
			}
		case w == 10000:
			if total+part+max(last, 0) == 0 {
				break loop
			}
			total, part, last = (total+part+max(last, 0))*w, 0, -1
		case w > 0:
			if last < 0 && (w != 10 || part%100 != 0) {
				break loop
			}
			if last < 0 {
				last = 1
			}
			part, last = part+last*w, -1
		default:
			d := chineseDigit(r)
			if d < 0 || last > 0 {
				break loop
			}
			last = d
		}
		i++
	}
	if i == start {
		return n, false
	}
	if i-start == 1 && last >= 0 {
		n.digits = 1
	}
	if last > 0 && i-start >= 2 { // 两万四 is 24,000, 一百五 is 150
		switch prev := chinesePower(p.at(i - 2)); prev {
		case 100, 1000, 10000:
			last *= prev / 10
		}
	}
	n.value, n.end = float64(total+part+max(last, 0)), i
	return n, true
}

// small reads a whole number between lo and hi.
func (p *parser) small(i, lo, hi int) (int, int, bool) {
	n, ok := p.number(i)
	if !ok || !n.whole() || n.int() < lo || n.int() > hi || n.digits > 2 && n.int() < 100 {
		return 0, i, false
	}
	return n.int(), n.end, true
}
