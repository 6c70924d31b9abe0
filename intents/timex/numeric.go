package timex

// numericDate reads dates written with figures and signs: 2026-12-01, 2026/12/1, 2026.12.1, 20261201, 12-01, 12.1 9:30.
func (p *parser) numericDate(i int, f *fields) bool {
	prev := p.at(i - 1)
	if i != p.joint && (digit(prev) || letter(prev) || (prev == '.' || prev == '-' || prev == '/' || prev == ',' && !p.clauseEnds(i-1) || prev == ':') && (digit(p.at(i-2)) || letter(p.at(i-2)))) {
		return false
	}
	var v [3]int
	var w [3]int
	var sep rune
	j, k := i, 0
	for ; k < 3; k++ {
		start := j
		for digit(p.at(j)) && j-start < 9 {
			v[k] = v[k]*10 + int(p.at(j)-'0')
			j++
		}
		if w[k] = j - start; k == 2 && w[0] == 4 && w[k] == 4 && p.at(j) != ':' { // 1999.08-2002.02 is a range
			j, w[k], sep = start-1, 0, p.at(i+w[0])
			break
		}
		s := p.at(j)
		if k == 2 || w[k] == 0 || w[k] == 8 {
			break
		}
		if !(s == '-' || s == '/' || s == '.' || s == '·' || s == ' ' && w[0] == 4) || !digit(p.at(j+1)) {
			break
		}
		if s == ' ' && k == 1 && sep != ' ' {
			break
		}
		if sep != 0 && s != sep && !(w[0] == 4 && s != ' ' && sep != ' ') {
			break
		}
		sep, j = s, j+1
	}
	if k < 2 && w[k] > 0 {
		k++
	} else if k == 2 && w[2] > 0 {
		k = 3
	}
	// A clock may be glued on: 2018-12-1209:03.
	glued := k == 3 && w[0] == 4 && w[2] == 4 && p.at(j) == ':'
	if glued {
		j -= 2
		v[2], w[2] = v[2]/100, 2
	}
	switch k {
	case 1:
		return p.compactDate(i, j, v[0], w[0], f)
	case 2:
		return p.twoNumbers(i, j, sep, v, w, f)
	case 3:
		return p.threeNumbers(j, glued, sep, v, w, f)
	}
	return false
}

// compactDate reads 20261201.
func (p *parser) compactDate(i, j, v, w int, f *fields) bool {
	if w != 8 || v/10000 < 1900 || v/10000 > 2100 || letter(p.at(j)) || digit(p.at(j)) || p.in(i-1, "号码单证话机:") || p.at(j) == '.' && digit(p.at(j+1)) {
		return false
	}
	y, m, d := v/10000, v/100%100, v%100
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	f.year, f.hasYear, f.month, f.day, f.end = y, true, m, d, j
	return true
}

func (p *parser) threeNumbers(j int, glued bool, sep rune, v, w [3]int, f *fields) bool {
	if next := p.at(j); !glued && !(next == '-' && w[0] == 4 && p.joint < 0 && p.yearDash(j+1)) && (next == sep && sep != ' ' && (digit(p.at(j+1)) || sep == '.' && w[0] != 4) || digit(next) || next == '%' || letter(next) && next != 't') {
		return false
	}
	y, m, d := v[0], v[1], v[2]
	switch {
	case w[0] == 4 && w[1] <= 2 && w[2] <= 2:
	case w[2] == 4 && w[0] <= 2 && w[1] <= 2: // 13.5.2015, and 12/25/2015 where only that makes sense
		y, m, d = v[2], v[1], v[0]
		if m > 12 {
			m, d = d, m
		}
	case w[0] == 2 && w[1] == 2 && w[2] == 2 && sep != ' ' && (sep != '.' || absInt(y-p.clk.today.Year()%100) <= 5), w[0] == 2 && w[1] <= 2 && w[2] <= 2 && sep == '/':
		y = p.century(y)
	default:
		return false
	}
	if y < 1000 || m < 1 || m > 12 || d < 1 || d > 31 {
		if w[0] != 4 || sep == ' ' || y < 1900 || y > 2100 || sep == '.' {
			return false
		}
		f.invalid = "没有这一天"
	}
	f.year, f.hasYear, f.month, f.day, f.end = y, true, m, d, p.opt(j, "日", "号")
	return true
}

func absInt(n int) int { return max(n, -n) }

// dottedRange says whether 6.1 goes on as 6.1-6.5 or is the end of that.
func (p *parser) dottedRange(j int) bool {
	if p.rangeSep(j) >= 0 && p.joint < 0 {
		k := p.rangeSep(j)
		m, e, ok := p.monthDot(k)
		return ok && m > 0 && (e == len(p.src) || !p.countsSomething(e))
	}
	return p.joint >= 0 && p.joint < j && j-p.joint <= 5
}

// yearDash says whether a date such as 2015-02-01 begins at i: what stands before it is the first end of a range.
func (p *parser) yearDash(i int) bool {
	n := p.arabic(i)
	return digit(p.at(i)) && n.digits == 4 && p.at(n.end) == '-' && digit(p.at(n.end+1))
}

// slashedRange says whether 8/11 goes on as 8/11-8/22.
func (p *parser) slashedRange(j int) bool {
	k := p.rangeSep(j)
	if k < 0 || p.joint >= 0 {
		return false
	}
	m, e, ok := p.small(k, 1, 12)
	if !ok || p.at(e) != '/' || m == 0 {
		return false
	}
	_, e, ok = p.small(e+1, 1, 31)
	return ok && p.at(e) != '/'
}

func (p *parser) monthDot(i int) (m, end int, ok bool) {
	two := func(i int) (int, int) {
		v, e := 0, i
		for digit(p.at(e)) && e < i+2 {
			v, e = v*10+int(p.at(e)-'0'), e+1
		}
		return v, e
	}
	m, e := two(i)
	if e == i || p.at(e) != '.' {
		return 0, i, false
	}
	d, e2 := two(e + 1)
	return m, e2, m >= 1 && m <= 12 && d >= 1 && d <= 31 && !digit(p.at(e2)) && p.at(e2) != '.'
}

// dayFollows says whether a part of the day or a weekday in brackets stands behind the figures at j, so that they are a
// date: 11.26 下午4:00, 11/26（周四）.
func (p *parser) dayFollows(j int) bool {
	switch p.at(j) {
	case ' ', '(', '上', '下', '中', '晚', '早', '凌', '周', '星':
	default:
		return false
	}
	k := p.space(j)
	if p.at(k) == '(' {
		k++
	}
	if w := p.weekWord(k); w >= 0 {
		_, e := p.weekdayChar(w)
		return e >= 0
	}
	_, e := find(p, k, partWords)
	return e >= 0
}

// twoNumbers reads 2026-12 and 12-01; the latter only where it cannot be a house, a price or a range of numbers.
func (p *parser) twoNumbers(i, j int, sep rune, v, w [3]int, f *fields) bool {
	next := p.at(j)
	if letter(next) || digit(next) || next == '%' || next == sep || sep == ' ' {
		return false
	}
	if w[0] == 4 && w[1] <= 2 && v[0] >= 1900 && v[0] <= 2100 && v[1] >= 1 && v[1] <= 12 && (w[1] == 2 || sep != '-') && next != '元' && next != '年' {
		f.year, f.hasYear, f.month, f.end = v[0], true, v[1], j
		if p.at(j) == '月' {
			f.end = j + 1
		}
		return true
	}
	if w[0] > 2 || w[1] > 2 || v[0] < 1 || v[0] > 12 || v[1] < 1 || v[1] > 31 {
		return false
	}
	var c clock
	clocked := p.in(j, " ") && p.hour(p.space(j), &c, false) && c.grain != Hour
	clocked = clocked || p.dayFollows(j)
	whole := i == 0 && j == len(p.src)
	dayWord := p.in(j, "日号") && !p.in(j+1, "楼线院门")
	free := !han(next) || p.in(j, "前后之以到至上下早晚中开截起当")
	switch {
	case clocked, dayWord, sep == '·':
	case sep == '-' && w[0] == 2 && w[1] == 2 && free, sep == '-' && whole && w[1] == 2 && v[1] > 12:
	case sep == '/' && (p.slashedRange(j) || i == p.joint && p.at(i-1) != '/'):
	case sep == '/' && free && (next == 0 || han(next) || next == ' ' || next == ',') && v[1] > 0 && !p.in(i-1, "第"):
	case sep == '.' && p.dottedRange(j):
	case sep == '.' && (whole && w[1] >= 1 || p.oneOf(j, "前", "之前", "以前", "当天", "上午", "下午", "晚上") >= 0 && v[0] <= 12):
	default:
		return false
	}
	f.month, f.day, f.end = v[0], v[1], j
	if dayWord {
		f.end = j + 1
	}
	return true
}
