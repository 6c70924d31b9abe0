package timex

// ordinal reads 第三个, 第三, 最后一个, 首个 at i: the number is negative from the end.
func (p *parser) ordinal(i int) (int, int) {
	switch p.at(i) {
	case '第':
		if n, e, ok := p.small(i+1, 1, 366); ok {
			return n, p.opt(e, "个")
		}
	case '最':
		if e := p.lit(i, "最后"); e >= 0 {
			if n, end, ok := p.small(p.space(e), 1, 99); ok {
				return -n, p.opt(end, "个")
			}
			if p.at(e) == '个' {
				return -1, e + 1
			}
		}
	case '倒':
		if e := p.lit(i, "倒数第"); e >= 0 {
			if n, end, ok := p.small(e, 1, 99); ok {
				return -n, p.opt(end, "个")
			}
		}
	case '首':
		return 1, p.opt(i+1, "个")
	case '末':
		return -1, p.opt(i+1, "个")
	}
	return 0, -1
}

// nth reads what an ordinal counts: 周一, 星期, 天, 工作日, 季度.
func (p *parser) nth(e int, f *fields, n int) bool {
	e = p.space(e)
	s := selector{n: n}
	end := -1
	switch {
	case p.oneOf(e, "工作日") >= 0:
		s.what, end = selWorkday, e+3
	case p.lit(e, "周末") >= 0:
		s.what, end = selWeekend, e+2
	case p.weekWord(e) >= 0:
		w := p.weekWord(e)
		if wd, we := p.weekdayChar(w); we >= 0 {
			s.what, s.wd, end = selWeekday, wd, we
		} else if n < 0 {
			s.what, s.n, s.unit, end = selLast, -n, Week, w
		} else if n > 0 {
			s.what, end = selWeek, w
		}
	case p.oneOf(e, "季度") >= 0 && n > 0 && n <= 4:
		s.what, end = selQuarter, e+2
	case p.lit(e, "季度") >= 0 && n < 0:
		s.what, s.unit, end = selNth, Quarter, e+2
	case p.oneOf(e, "天", "日") >= 0:
		s.what, s.unit, end = selNth, OneDay, e+1
	case p.oneOf(e, "月") >= 0:
		s.what, s.unit, end = selNth, Month, e+1
	}
	if end < 0 {
		return false
	}
	if n < 0 && s.what == selNth {
		s.what, s.n = selLast, -n
	}
	f.sels, f.end = append(f.sels, s), end
	return true
}

// phaseWord reads 初, 中, 底 at i.
func (p *parser) phaseWord(i int, f *fields) bool {
	var what selection
	e := i + 1
	switch {
	case p.in(i, "底末") && p.at(i+1) != '月', p.at(i) == '尾' && !p.in(i+1, "号气巴"):
		what = selEnd
	case p.lit(i, "初期") > 0:
		what, e = selStart, i+2
	case p.at(i) == '初' && (f.month == 0 || chineseDigit(p.at(i+1)) < 0 && p.at(i+1) != '十' && !digit(p.at(i+1))) && !p.in(i+1, "中级步衷试"):
		what = selStart
	case p.at(i) == '中' && p.at(i-1) == '年' && (p.at(i-2) == '年' || !han(p.at(i-2)) && !digit(p.at(i-2))) && (!han(p.at(i+1)) || p.in(i+1, "前以之召举开")):
		what = selMiddle
	case p.lit(i, "中期") > 0:
		what, e = selMiddle, i+2
	case p.at(i) == '中' && !p.in(i+1, "旬秋午央国学元") && len(f.sels) == 0 && (f.month > 0 || p.at(i-1) == '月'):
		what = selMiddle
	default:
		return false
	}
	f.sels, f.end = append(f.sels, selector{what: what}), e
	return true
}

// selectors reads parts of the frame that f names already.
func (p *parser) selectors(i int, f *fields) bool {
	frame := Year
	if f.month > 0 {
		frame = Month
	}
	if len(f.sels) > 0 && f.month == 0 {
		frame = Quarter
	}
	return p.selectorsIn(i, f, frame)
}

// selectorsIn reads the part of a frame of the given grain at i: 上旬, 第二季度, 前三天, 第一个周一, 最后一天, 底.
func (p *parser) selectorsIn(i int, f *fields, frame Grain) bool {
	add := func(s selector, end int) bool {
		f.sels, f.end = append(f.sels, s), end
		if s.what == selQuarter || s.what == selHalf {
			p.selectors(p.opt(end, "的"), f)
		}
		return true
	}
	mark := func(ok bool) bool {
		if ok && !f.hasYear && f.month == 0 && len(f.sels) > 0 {
			f.inMonth = frame == Month
		}
		return ok
	}
	if k := p.place(i, "上中下"); k > 0 && frame == Month {
		j := p.opt(i+1, "、")
		if last := p.place(j, "上中下"); last > k && p.at(j+1) == '旬' { // 中下旬
			return mark(add(selector{what: selTenDays, n: k, last: last}, j+2))
		}
		if p.at(i+1) == '旬' {
			return mark(add(selector{what: selTenDays, n: k}, i+2))
		}
	}
	if frame == Year {
		if e := p.oneOf(i, "上半年", "下半年", "前半年", "后半年"); e >= 0 {
			return add(selector{what: selHalf, n: (p.place(i, "上前下后") + 1) / 2}, e)
		}
		if s, e := p.quarter(i, f); e >= 0 {
			return add(s, e)
		}
		if s, e := p.season(i, f); e >= 0 {
			return add(s, e)
		}
	}
	framed := f.hasYear || f.month > 0 || len(f.sels) > 0
	if frame == Year && f.hasYear && p.at(i) == '年' && p.in(i+1, "初底末中尾") { // 明年年初
		i++
	}
	if k := p.place(i, "上下"); k > 0 && framed && frame == Month && p.oneOf(i+1, "半月", "半个月") >= 0 {
		return add(selector{what: selHalfMonth, n: k}, p.oneOf(i+1, "半月", "半个月"))
	}
	if p.phaseWordIn(i, f, framed) {
		return mark(true)
	}
	if !framed {
		return false
	}
	if e := p.oneOf(i, "末月", "首月"); e >= 0 && frame == Quarter {
		n := 1
		if p.at(i) == '末' {
			n = -1
		}
		f.sels = append(f.sels, selector{what: selMonth, n: n})
		f.end = e
		if d, end, ok := p.small(e, 1, 31); ok && p.in(end, "日号") {
			f.sels, f.end = append(f.sels, selector{what: selNth, n: d, unit: OneDay}), end+1
		}
		return true
	}
	if n, e := p.ordinal(i); e >= 0 {
		ok := p.nth(e, f, n)
		if ok && p.at(i) == '倒' {
			countBack(&f.sels[len(f.sels)-1])
		}
		return ok
	}
	return p.firstUnits(i, f)
}

// countBack turns the last n, as 最后 says, into the n-th from the end: 倒数第二天 is one day.
func countBack(s *selector) {
	if s.what == selLast {
		s.what, s.n = selNth, -s.n
	}
}

func (p *parser) phaseWordIn(i int, f *fields, framed bool) bool {
	if !framed && !p.in(i-1, "月年季") {
		return false
	}
	return p.phaseWord(i, f)
}

// firstUnits reads 前三天, 头两个月, 后十天 within a frame.
func (p *parser) firstUnits(i int, f *fields) bool {
	s := selector{what: selFirst}
	switch {
	case p.in(i, "前头"):
	case p.at(i) == '后':
		s.what = selLast
	default:
		return false
	}
	n, e, ok := p.small(i+1, 1, 366)
	if !ok {
		return false
	}
	e = p.opt(e, "个")
	switch {
	case p.at(e) == '天' || p.at(e) == '日':
		s.unit, e = OneDay, e+1
	case p.weekWord(e) >= 0:
		s.unit, e = Week, p.weekWord(e)
	case p.lit(e, "季度") >= 0:
		s.unit, e = Quarter, e+2
	case p.at(e) == '月' && (p.at(e-1) == '个' || f.hasYear && f.month == 0):
		s.unit, e = Month, e+1
	default:
		return false
	}
	s.n = n
	f.sels, f.end = append(f.sels, s), e
	return true
}

// quarter reads 第三季度, 三季度, 首季, Q3.
func (p *parser) quarter(i int, f *fields) (selector, int) {
	none := selector{}
	if p.at(i) == 'q' && p.in(i+1, "1234") && !digit(p.at(i+2)) && !letter(p.at(i+2)) && !letter(p.at(i-1)) && (!digit(p.at(i-1)) || f.hasYear) {
		return selector{what: selQuarter, n: int(p.at(i+1) - '0')}, i + 2
	}
	if e := p.oneOf(i, "首季度", "首季"); e >= 0 {
		return selector{what: selQuarter, n: 1}, e
	}
	j := p.opt(i, "第")
	n, e, ok := p.small(j, 1, 4)
	if !ok {
		return none, -1
	}
	if e2 := p.oneOf(e, "个季度"); e2 >= 0 && j > i {
		return selector{what: selQuarter, n: n}, e2
	}
	if e2 := p.oneOf(e, "季度"); e2 >= 0 {
		return selector{what: selQuarter, n: n}, e2
	}
	return none, -1
}

// season reads 夏天, 冬季, and 春 after a year.
func (p *parser) season(i int, f *fields) (selector, int) {
	n := p.place(i, "春夏秋冬") - 1
	if n < 0 {
		return selector{}, -1
	}
	if e := p.oneOf(i+1, "天", "季", "日里"); e >= 0 && !p.placeFollows(e) {
		return selector{what: selSeason, n: n}, e
	}
	if f.hasYear && !han(p.at(i+1)) {
		return selector{what: selSeason, n: n}, i + 1
	}
	return selector{}, -1
}

// year reads 2026年, 二〇二六年, 18年, 民国三年, 今年 at i.
func (p *parser) year(i int, f *fields) bool {
	if k, e := find(p, i, relYears); e >= 0 {
		if p.in(e, "轻纪龄级") && p.at(e-1) == '年' || p.at(i) == '旧' && han(p.at(i-1)) || p.at(i) == '同' && p.before(i, "不", "相", "共") {
			return false
		}
		if p.lit(i, "当年") >= 0 && !digit(p.at(e)) && !p.monthFollows(e) && len(p.src) > 2 {
			return false
		}
		f.year, f.hasYear, f.end = p.clk.today.Year()+k, true, e
		if p.lit(e, "度") >= 0 {
			f.end = e + 1
		}
		return true
	}
	if k := p.place(i, "去今明"); k > 0 && p.in(i+1, "春夏秋冬") && !p.in(i+2, "节晚雨笋令") && !han(p.at(i-1)) { // 今春, 去冬
		f.year, f.hasYear, f.end = p.clk.today.Year()+k-2, true, i+2
		f.sels = append(f.sels, selector{what: selSeason, n: p.place(i+1, "春夏秋冬") - 1})
		return true
	}
	for _, era := range eras {
		if e := p.lit(i, era.text); e >= 0 {
			n, end, ok := p.small(e, 1, 130)
			if p.lit(e, "元年") >= 0 {
				n, end, ok = 1, e+1, true
			}
			if ok && p.at(end) == '年' {
				f.year, f.hasYear, f.end = era.value+n-1, true, end+1
				return true
			}
		}
	}
	n, ok := p.number(i)
	if !ok || !n.whole() || p.numberBefore(i) {
		return false
	}
	j := p.space(n.end)
	if n.arabic && n.digits == 4 && n.value > 1900 && n.value < 2200 && p.oneOf(j, "上半年", "下半年", "春季", "夏季", "秋季", "冬季", "第一季度", "第二季度", "第三季度", "第四季度", "一季度", "二季度", "三季度", "四季度", "q1", "q2", "q3", "q4") >= 0 {
		f.year, f.hasYear, f.end = n.int(), true, j // 2019上半年
		return true
	}
	if p.at(j) != '年' || n.value == 2000 && n.digits == 0 && p.oneOf(j+1, "的历", "历", "来", "前", "以") >= 0 || // 两千年的历史
		p.in(j+1, "级前后内来") && n.digits < 3 && !p.firstUnits(j+1, &fields{}) || p.in(j+1, "级代龄轻纪") {
		return false
	}
	switch {
	case n.digits == 2 && n.arabic && n.int() > 10 && p.yearEnds(i, j+1):
		f.year = p.century(n.int())
	case n.digits == 4, n.digits == 3 && (!n.arabic || p.monthFollows(j+1)), !n.arabic && n.digits == 0 && n.value >= 1900 && n.value <= 2200:
		f.year = n.int()
	case n.digits == 2 && (!n.arabic || n.int() < 10 || i == p.joint && n.int() < 60 || p.monthFollows(j+1) || p.firstUnits(j+1, &fields{}) || n.int() > 60 && n.int() < 100 && !p.in(j+1, "前后内以之")):
		f.year = p.century(n.int())
	default:
		return false
	}
	if n.digits == 2 && !n.arabic && (p.in(i, "两") || p.in(i+1, "两") || n.int()%10 == n.int()/10+1 && n.int() < 90 && !p.monthFollows(j+1) && !p.firstUnits(j+1, &fields{}) && p.at(i) != '零' && p.at(i) != '〇') {
		return false // 五六年 and 一两年 are lengths
	}
	if n.digits == 2 && !n.arabic && n.int() < 10 && p.src[i] != '零' && p.src[i] != '〇' && p.src[i] != '○' {
		return false
	}
	f.hasYear, f.end = true, j+1
	return true
}

// yearEnds says whether the range whose first end, 17年, ends at j is one of years: 从17年到19年. Without 从 it may be a
// length, unless nothing else is said.
func (p *parser) yearEnds(i, j int) bool {
	s := p.rangeSep(j)
	if s < 0 || !p.before(i, "从", "自") && i > 0 {
		return false
	}
	n, e, ok := p.small(s, 11, 99)
	return ok && p.at(e) == '年' && n != 0 && (i > 0 || e+1 == len(p.src))
}

// eras are reigns that old papers are dated with.
var eras = []word[int]{{"民国", 1912}, {"宣统", 1909}, {"光绪", 1875}, {"同治", 1862}, {"咸丰", 1851}, {"道光", 1821}, {"嘉庆", 1796},
	{"乾隆", 1736}, {"雍正", 1723}, {"康熙", 1662}, {"顺治", 1644}}

// century completes a year of two digits: up to ten years ahead it is in this century.
func (p *parser) century(n int) int {
	y := p.clk.today.Year()
	year := y/100*100 + n
	if year > y+10 {
		year -= 100
	}
	return year
}

// monthFollows says whether a month, a festival or a part of a year stands at i.
func (p *parser) monthFollows(i int) bool {
	i = p.space(p.opt(i, "的", "农历", "阴历"))
	if _, e, ok := p.small(i, 1, 12); ok && (p.at(p.space(e)) == '月' || p.rangeSep(e) > 0) {
		return true
	}
	if p.in(i, "底初末正腊冬闰春夏秋") || p.oneOf(i, "上半年", "下半年", "第") > 0 {
		return true
	}
	var f fields
	f.hasYear = true
	if p.festivalName(i, &f) {
		return true
	}
	_, e := p.quarter(i, &f)
	return e > 0
}
