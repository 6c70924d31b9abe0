package timex

import "fmt"

// digital reads what follows the colon of 14:30 or 9:30:15 pm.
func (p *parser) digital(n number, e int, c *clock, evidence bool) bool {
	two := func(i int) (int, bool) {
		if digit(p.at(i)) && digit(p.at(i+1)) && !digit(p.at(i+2)) {
			return int(p.at(i)-'0')*10 + int(p.at(i+1)-'0'), true
		}
		return 0, false
	}
	m, ok := two(e)
	if prev := p.at(n.end - n.digits - 1); !ok || !evidence && digit(prev) || prev == ':' || p.before(n.end-n.digits, "比分", "比例", "配比", "之比", "释比", "占比") {
		return false
	}
	c.h, c.m, c.grain, c.end, c.hasHour = n.int(), m, Minute, e+2, true
	c.exact = n.digits == 2 && c.h < 10 || c.h == 0 || c.h > 12
	if s, ok := two(c.end + 1); ok && p.at(c.end) == ':' {
		c.s, c.grain, c.end = s, Second, c.end+3
		if p.at(c.end) == '.' && digit(p.at(c.end+1)) { // fractions of a second
			for c.end++; digit(p.at(c.end)); c.end++ {
			}
		}
		p.zone(c)
	} else if p.at(c.end) == ':' {
		return false
	}
	if p.at(c.end) == '分' && c.grain == Minute && p.at(c.end+1) != '钟' { // 8:30分
		c.end++
	}
	if letter(p.at(c.end)) && p.oneOf(c.end, "am", "pm", "a.m", "p.m", "z") < 0 {
		return false
	}
	switch {
	case c.h > 24 || c.h == 24 && c.m+c.s > 0:
		c.invalid = fmt.Sprintf("没有%d点", c.h)
	case m > 59:
		c.invalid = fmt.Sprintf("没有%d分", m)
	case c.s > 59:
		c.invalid = fmt.Sprintf("没有%d秒", c.s)
	}
	p.meridiem(c)
	return true
}

// zone reads the offset from UTC behind the time of an ISO 8601 stamp, 2026-12-01T09:30:00+08:00 or …Z.
func (p *parser) zone(c *clock) {
	if p.at(c.pos-1) != 't' || !digit(p.at(c.pos-2)) {
		return
	}
	sign, offset, e := 1, 0, c.end+1
	switch p.at(c.end) {
	case 'z':
		if letter(p.at(e)) || digit(p.at(e)) {
			return
		}
	case '+', '-':
		h, m, s := p.arabic(e), number{}, p.at(e+2)
		if s == ':' {
			m = p.arabic(e + 3)
		}
		if h.digits != 2 || m.digits != 2 {
			return
		}
		if p.at(c.end) == '-' {
			sign = -1
		}
		offset, e = sign*(h.int()*60+m.int()), e+5
	default:
		return
	}
	_, here := p.clk.now.Zone()
	c.m += here/60 - offset
	c.exact, c.end = true, e
}

// dotted reads 2.30, a time behind a part of the day or behind another such time: 下午2.30-4.00.
func (p *parser) dotted(i int, c *clock) bool {
	k := i
	for digit(p.at(k)) {
		k++
	}
	if k == i || k > i+2 || p.at(k) != '.' || !digit(p.at(k+1)) || !digit(p.at(k+2)) || digit(p.at(k+3)) || p.in(k+3, ".%元块万亿米公千度") {
		return false
	}
	h, m := p.arabicInt(i, k), p.arabicInt(k+1, k+3)
	if h > 24 || m > 59 {
		return false
	}
	c.h, c.m, c.grain, c.end, c.hasHour, c.dots = h, m, Minute, k+3, true, true
	c.exact = h == 0 || h > 12
	return true
}

// arabicInt is the number written with the figures [i, e).
func (p *parser) arabicInt(i, e int) int {
	n := 0
	for _, r := range p.src[i:e] {
		n = 10*n + int(r-'0')
	}
	return n
}

// meridiemBefore reads AM 10:00 and PM3点.
func (p *parser) meridiemBefore(i int, c *clock) bool {
	e := p.oneOf(i, "am", "pm", "a.m.", "p.m.")
	if e < 0 || letter(p.at(i-1)) || !digit(p.at(p.space(e))) {
		return false
	}
	d := clock{pos: i}
	if !p.hour(p.space(e), &d, true) || d.h > 12 || d.invalid != "" {
		return false
	}
	pos := c.pos
	*c = d
	c.pos, c.exact, c.h = pos, true, d.h%12
	if p.at(i) == 'p' {
		c.h += 12
	}
	return true
}
