package timex

// decade reads 二十世纪九十年代末期, 18世纪, 80年代 at i.
func (p *parser) decade(i int, f *fields) bool {
	century, j := 0, i
	n, ok := p.number(i)
	if e := p.oneOf(i, "上世纪", "上个世纪", "本世纪", "下世纪", "下个世纪"); e >= 0 {
		n = number{value: float64(p.clk.today.Year()/100 + 1), end: e - 2, arabic: true}
		switch p.at(i) {
		case '上':
			n.value--
		case '下':
			n.value++
		}
		ok = true
	}
	if !ok || !n.whole() || p.numberBefore(i) {
		return false
	}
	if e := p.lit(n.end, "世纪"); e >= 0 && n.int() >= 1 && n.int() <= 30 && n.digits <= 2 && (n.int() > 1 || p.before(i, "公元")) {
		century, j = n.int(), p.opt(e, "的")
		f.year, f.end = 100*(century-1), e
		f.to = p.clk.day(100*century, 1, 1)
		n, ok = p.number(j)
	}
	if e := p.lit(n.end, "年代"); ok && e >= 0 && n.whole() && n.int()%10 == 0 {
		switch {
		case century > 0 && n.int() < 100:
			f.year = 100*(century-1) + n.int()
		case century == 0 && n.int() >= 1000 && n.int() < 2200:
			f.year = n.int()
		case century == 0 && n.int() < 100:
			f.year = p.century(n.int())
		default:
			return false
		}
		f.to, f.end, century = p.clk.day(f.year+10, 1, 1), e, -1
	}
	if century == 0 {
		return false
	}
	f.from, f.grain, f.year = p.clk.day(f.year, 1, 1), Year, 0
	p.decadePhase(f)
	return true
}

// decadePhase reads 初期, 中期, 末期 of a decade or century: the first and last three tenths, the middle four.
func (p *parser) decadePhase(f *fields) {
	years := f.to.Year() - f.from.Year()
	edge := 3 * years / 10
	switch e := p.oneOf(f.end, "前期", "初期", "早期", "初", "中期", "中叶", "后期", "末期", "晚期", "末"); {
	case e < 0:
		return
	case p.in(f.end, "前初早"):
		f.to, f.end = f.from.AddDate(edge, 0, 0), e
	case p.at(f.end) == '中':
		f.from, f.to, f.end = f.from.AddDate(edge, 0, 0), f.to.AddDate(-edge, 0, 0), e
	default:
		f.from, f.end = f.to.AddDate(-edge, 0, 0), e
	}
}

// bareYear reads 2019 without 年, where the caller wants that.
func (p *parser) bareYear(i int, f *fields) bool {
	if !p.o.Usage.BareYears || !digit(p.at(i)) || p.numberBefore(i) || letter(p.at(i-1)) || p.in(i-1, "-/:#$¥") {
		return false
	}
	n := p.arabic(i)
	if n.digits != 4 || n.int() < 1500 || n.int() > 2100 || letter(p.at(n.end)) || p.countsSomething(n.end) {
		return false
	}
	f.year, f.hasYear, f.end = n.int(), true, n.end
	return true
}
