package timex

// relMonth reads 下个月九号, 本月底.
func (p *parser) relMonth(i int, f *fields) bool {
	k, e, ok := p.relative(i)
	if !ok {
		return false
	}
	m := p.oneOf(e, relMonths...)
	if m < 0 || p.in(m, "球亮") {
		return false
	}
	t := addMonths(p.clk.day(p.clk.today.Year(), int(p.clk.today.Month()), 1), k)
	f.year, f.hasYear, f.month, f.end = t.Year(), true, int(t.Month()), m
	p.inMonth(m, f)
	return true
}

// lunarDay reads 初八 and 廿一, the names of lunar days.
func (p *parser) lunarDay(i int) (int, int, bool) {
	if p.at(i) == '初' {
		return p.small(i+1, 1, 10)
	}
	n, ok := p.number(i)
	return n.int(), n.end, ok && n.ten && n.int() > 20 && n.int() < 30
}

// month reads a month by number or name at i, and what follows.
func (p *parser) month(i int, f *fields) bool {
	switch r := p.at(i); r {
	case '大', '年': // 大年初三, 年初三
		e := p.oneOf(i, "大年初", "年初")
		if e < 0 || r == '年' && p.numberBefore(i) {
			return false
		}
		d, end, ok := p.small(e, 1, 10)
		if ok = ok && !p.in(end, "月个季"); ok {
			f.lunar, f.month, f.day, f.end = true, 1, d, end
		}
		return ok
	case '正', '腊', '冬', '闰':
		e := p.oneOf(i, "正月", "腊月", "冬月")
		if e < 0 && r == '闰' {
			m, end, ok := p.small(i+1, 1, 12)
			if !ok || p.at(end) != '月' {
				return false
			}
			f.leap, f.month, e = true, m, end+1
		} else if e < 0 {
			return false
		} else {
			f.month = map[rune]int{'正': 1, '冬': 11, '腊': 12}[r]
		}
		f.lunar, f.end = true, e
		p.inMonth(e, f)
		return true
	}
	n, ok := p.number(i)
	if !ok || !n.whole() || n.digits > 2 {
		return false
	}
	j := p.space(n.end)
	if !n.arabic && n.digits == 2 && p.at(j) == '月' { // 三四月份
		a, b := n.int()/10, n.int()%10
		if b != a+1 || p.numberBefore(i) {
			return false
		}
		f.month, f.end, f.approx = a, p.opt(j+1, "份"), true
		f.sels = append(f.sels, selector{what: selSpread, n: 2})
		return true
	}
	if p.at(j) != '月' || p.in(j+1, "亮薪租饼球子供嫂卡票费度均街路") || i > 0 && p.numberBefore(i) {
		return false
	}
	if n.int() < 1 || n.int() > 12 {
		if !n.arabic && n.digits == 2 {
			return false
		}
		f.invalid = "没有" + string(p.src[i:j]) + "月"
	}
	f.month, f.end = n.int(), p.opt(j+1, "份")
	p.inMonth(f.end, f)
	return true
}

// clauseEnds says whether the comma at i parts clauses, not thousands: it is a Chinese one, or stands behind a phrase.
func (p *parser) clauseEnds(i int) bool { return p.text[p.off[i]] != ',' || i == p.done }

// numberBefore says whether a number runs into i from the left, so that i does not begin one.
func (p *parser) numberBefore(i int) bool {
	r := p.at(i - 1)
	return digit(r) || (r == '.' || r == ',' && !p.clauseEnds(i-1)) && digit(p.at(i-2)) || (chineseDigit(r) >= 0 || chinesePower(r) > 0) && !digit(p.at(i))
}

// inMonth reads the day or the part of a month that was just named.
func (p *parser) inMonth(i int, f *fields) {
	j := p.space(p.opt(i, "的"))
	if p.at(j) == '月' && p.in(j+1, "底末初中") && p.at(i-1) == '月' { // 上个月月底
		j++
	}
	if p.selectors(j, f) {
		return
	}
	if e := p.lit(j, "初"); e >= 0 {
		if d, end, ok := p.small(e, 1, 10); ok && !p.in(end, "月天周") {
			f.lunar, f.day, f.end = true, d, end
		}
		return
	}
	n, ok := p.number(j)
	if !ok || !n.whole() || n.digits > 2 && n.arabic {
		return
	}
	k := p.space(n.end)
	switch {
	case p.in(k, "日号"):
		f.day, f.end = n.int(), k+1
	case n.ten:
		f.lunar, f.day, f.end = true, n.int(), n.end
	case n.int() >= 1 && n.int() <= 31 && j == i && (n.digits == 0 || n.arabic || n.digits == 1) && !p.countsSomething(n.end):
		f.day, f.end = n.int(), n.end
		f.lunar = f.lunar || !n.arabic && lunarByName(f.month, f.day)
	default:
		return
	}
	if f.lunar && f.month == 12 && f.day == 30 { // the eve even where the month has 29 days
		f.fest, f.month, f.day, f.lunar = &festival{rule: 'e'}, 0, 0, false
		return
	}
	if f.day < 1 || f.day > 31 {
		f.invalid = "没有" + string(p.src[j:n.end]) + "日"
	}
}

// lunarByName says whether 八月十五 or 三月三, said without 日, is the lunar day by its usual sense.
func lunarByName(month, day int) bool {
	switch month {
	case 1, 7, 8:
		return day == 15 || month == 7 && day == 7
	case 2, 3, 5, 9:
		return day == month
	}
	return false
}

// countsSomething says whether the text at i makes the number before it a count: 3个, 5楼, 10%.
func (p *parser) countsSomething(i int) bool {
	i = p.space(i)
	return digit(p.at(i)) || letter(p.at(i)) ||
		p.at(i) == '元' && !p.in(i+1, "宵旦") || p.in(i, "个天点时分秒年月周名人次块条位户家栋幢楼层室房座间份种件项岁米公千克吨斤度倍%％.·/-~:至到、") && !p.rangeDay(i) ||
		p.oneOf(i, "小时", "多", "万", "亿", "星期", "礼拜", "单元", "平方", "工作日", "台", "辆", "只", "套", "张", "期", "级", "路", "单", "折", "成", "届") >= 0
}

// rangeDay says whether a separator at i leads to another date: 1月3至2月10.
func (p *parser) rangeDay(i int) bool {
	e := p.rangeSep(i)
	if e < 0 {
		return p.at(i) == '、'
	}
	n, ok := p.number(e)
	return ok && (p.in(p.space(n.end), "日号月") || n.int() <= 31 && n.digits <= 2 && !p.countsSomething(n.end))
}

// day alone: 3号, 25日.
func (p *parser) dayAlone(i int, f *fields) bool {
	if d, end, ok := p.lunarDay(i); ok && (p.at(i) != '初' || d > 3 && end == i+2) && !p.in(end, "年月日号") { // 初三 is a form at school
		f.lunar, f.day, f.end = true, d, end
		return true
	}
	n, ok := p.number(i)
	if !ok || !n.whole() || n.digits > 2 || p.numberBefore(i) {
		return false
	}
	j := n.end
	if n.arabic && p.at(j) == ' ' {
		j++
	}
	if !p.in(j, "号日") || !p.dayInContext(i, j, n) {
		return false
	}
	if n.int() < 1 || n.int() > 31 {
		return false
	}
	f.day, f.end = n.int(), j+1
	return true
}
