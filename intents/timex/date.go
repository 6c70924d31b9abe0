package timex

var relDays = []word[int]{
	{"大大前天", -4}, {"大大后天", 4}, {"大前天", -3}, {"大后天", 3}, {"大前日", -3}, {"大后日", 3},
	{"前天", -2}, {"昨天", -1}, {"今天", 0}, {"明天", 1}, {"后天", 2},
	{"次日", 1}, {"前日", -2}, {"昨日", -1}, {"今日", 0}, {"本日", 0}, {"明日", 1}, {"后日", 2}, {"翌日", 1},
	{"当天", 0}, {"当日", 0}, {"同日", 0}, {"即日", 0}, {"听日", 1}, {"寻日", -1}, {"琴日", -1}, {"噚日", -1},
	{"昨儿", -1}, {"今儿", 0}, {"明儿", 1}, {"后儿", 2}, {"前儿", -2},
}

// shortDays need a part of the day behind them: 今晚, 明早, 当晚.
var shortDays = []word[int]{{"昨", -1}, {"今", 0}, {"明", 1}, {"当", 0}, {"前", -2}, {"后", 2}, {"听", 1}, {"寻", -1}, {"琴", -1}, {"噚", -1}}

// date reads a date at i into f.
func (p *parser) date(i int, f *fields) bool {
	f.pos = i
	switch r := p.at(i); {
	case digit(r):
		if p.numericDate(i, f) {
			return true
		}
	case letter(r):
		return p.englishDate(i, f) || r == 'q' && p.frameAlone(i, f)
	case !han(r):
		return false
	}
	return p.relDay(i, f) || p.weekDate(i, f) || p.decade(i, f) || p.yearOrMonth(i, f) || p.festivalDate(i, f) || p.weekdayAlone(i, f) || p.dayAlone(i, f) || p.frameAlone(i, f) || p.bareYear(i, f)
}

func (p *parser) relDay(i int, f *fields) bool {
	if p.someDays(i, f) {
		return true
	}
	switch p.at(i) {
	case '大', '前', '昨', '今', '明', '后', '本', '翌', '当', '即', '次', '下', '同', '听', '寻', '琴', '噚':
	default:
		return false
	}
	if e := p.oneOf(i, "下一个工作日", "下个工作日"); e >= 0 {
		f.from = p.clk.addWorkdays(p.clk.today, 1)
		f.to, f.grain, f.end, f.workday = p.clk.plus(f.from, 1), OneDay, e, true
		return true
	}
	k, e := find(p, i, relDays)
	if e < 0 {
		k, e = find(p, i, shortDays)
		if e < 0 {
			return false
		}
		part, pe := p.partWord(e, true)
		if pe < 0 || part == forenoon && pe-e > 1 {
			return false
		}
	} else if p.in(e, "井台桥线性头") && !p.in(i, "今昨明") || p.before(i, "先") {
		return false // 天井, 天台, 后天性, 先天后天
	}
	if p.at(i) == '当' && p.before(i, "应", "相", "适", "妥") || p.in(i, "同本听") && p.in(e, "语料文本常报记剧漫元") || p.at(i) == '同' && p.before(i, "不", "相", "共") {
		return false // 本日料店, 听日语歌
	}
	f.from, f.follows = p.clk.plus(p.clk.today, k), p.in(i, "次翌")
	f.to, f.grain = p.clk.plus(f.from, 1), OneDay
	f.end = p.opt(e, "的")
	if _, pe := p.partWord(f.end, true); pe < 0 || f.end == e {
		f.end = e
	}
	return true
}

// dayRuns are words for two or three days in a row.
var dayRuns = []word[[2]int]{
	{"今明两天", [2]int{0, 2}}, {"今明两日", [2]int{0, 2}}, {"昨今两天", [2]int{-1, 1}}, {"明后两天", [2]int{1, 3}}, {"明后天", [2]int{1, 3}},
	{"今明后三天", [2]int{0, 3}}, {"前昨两天", [2]int{-2, 0}}, {"昨前两天", [2]int{-2, 0}},
}

// someDays reads 今明两天, and 第三天 before a time of day: two days on.
func (p *parser) someDays(i int, f *fields) bool {
	r := &p.clk
	switch p.at(i) {
	case '今', '昨', '明', '前':
		v, e := find(p, i, dayRuns)
		if e <= i+2 {
			return false
		}
		f.from, f.to, f.grain, f.end = r.plus(r.today, v[0]), r.plus(r.today, v[1]), OneDay, e
		return true
	case '第':
		n, e, ok := p.small(i+1, 2, 9)
		if !ok || p.at(e) != '天' || han(p.at(i-1)) && i != p.joint {
			return false
		}
		if _, ok := p.clockAt(p.space(p.opt(e+1, "的")), true); !ok && (n > 2 || e+1 < len(p.src)) {
			return false
		}
		f.from, f.grain, f.end, f.follows = r.plus(r.today, n-1), OneDay, e+1, n == 2
		f.to = r.plus(f.from, 1)
		return true
	}
	return false
}

// relative counts 上上, 下, 这个, 本 at i; ok is false when none is there.
func (p *parser) relative(i int) (k, end int, ok bool) {
	start := i
	switch p.at(i) {
	case '上':
		for p.at(i) == '上' && k > -4 {
			k--
			i++
		}
	case '下':
		for p.at(i) == '下' && k < 4 {
			k++
			i++
		}
	case '这', '本', '当', '今', '同':
		if p.before(i, "应", "相", "不", "共") {
			return 0, i, false
		}
		i++
	case '呢':
		if p.at(i+1) != '个' {
			return 0, i, false
		}
		i++
	default:
		return 0, i, false
	}
	if !p.in(start, "本当同") {
		i = p.opt(i, "一个", "1个", "一", "个")
	}
	return k, p.space(i), true
}

func (p *parser) weekWord(i int) int { return p.oneOf(i, "星期", "礼拜", "周") }

// weekdayChar reads the day after 周: 一 … 日, 1 … 7.
func (p *parser) weekdayChar(i int) (int, int) {
	switch r := p.at(i); r {
	case '一', '二', '三', '四', '五', '六':
		return chineseDigit(r), i + 1
	case '日', '天':
		return 7, i + 1
	case '1', '2', '3', '4', '5', '6', '7':
		if !digit(p.at(i+1)) && !p.in(i+1, "个年月天期岁%.") {
			return int(r - '0'), i + 1
		}
	}
	return 0, -1
}

// weekDate reads 下周三, 上上个周末, 这个星期, 下周.
func (p *parser) weekDate(i int, f *fields) bool {
	k, e, ok := p.relative(i)
	if !ok {
		return false
	}
	if e := p.lit(i+1, "半周"); e >= 0 && p.in(i, "上下") { // the first three and the last four days
		f.from = p.clk.monday(p.clk.today, 0)
		f.to, f.grain, f.end = p.clk.plus(f.from, 3), OneDay, e
		if k > 0 {
			f.from, f.to = f.to, p.clk.plus(f.from, 7)
		}
		return true
	}
	w := p.weekWord(e)
	if w < 0 || p.in(w, "边围岁刊报") {
		return false
	}
	f.from = p.clk.monday(p.clk.today, k)
	f.to, f.grain, f.end = p.clk.plus(f.from, 7), Week, w
	j := p.opt(w, "的")
	if p.lit(j, "周") > 0 || p.lit(j, "星期") > 0 {
		j = p.weekWord(j) // 下周的周三
	}
	if wd, e := p.weekdayChar(j); e >= 0 {
		f.wd, f.end = wd, e
		if wd == 6 && p.at(e) == '日' && !p.in(e+1, "子报本") { // 下周六日
			f.wd, f.end, f.sels = 0, e+1, append(f.sels, selector{what: selWeekend, n: 1})
		}
	} else if p.at(j) == '末' {
		f.sels, f.end = append(f.sels, selector{what: selWeekend, n: 1}), j+1
	} else if e := p.oneOf(j, "初"); e >= 0 {
		f.sels, f.end = append(f.sels, selector{what: selStart}), e
	} else if e := p.oneOf(j, "工作日"); e >= 0 {
		f.to, f.grain, f.end = p.clk.plus(f.from, 5), OneDay, e
	} else if n, e := p.ordinal(j); e >= 0 {
		p.nth(e, f, n)
	} else {
		p.firstUnits(j, f)
	}
	return true
}

// weekdayAlone reads 周三, 礼拜天, 周末.
func (p *parser) weekdayAlone(i int, f *fields) bool {
	w := p.weekWord(i)
	if w < 0 {
		return false
	}
	wd, e := p.weekdayChar(w)
	if e < 0 {
		if p.at(w) != '末' || p.at(i) != '周' {
			return false
		}
		f.wd, f.end = 6, w+1
		f.grain = Week
		return true
	}
	if wd == 6 { // 周六日, 周六、周日
		j := p.opt(e, "、", "和", "及")
		if e2 := p.oneOf(j, "周日", "周天", "星期日", "星期天", "礼拜天"); e2 >= 0 || j == e && p.at(e) == '日' && !p.in(e+1, "子报本") {
			f.wd, f.grain, f.end = wd, Week, max(e2, e+1)
			return true
		}
	}
	if p.at(e-1) == '天' && p.at(i) == '周' && p.in(e, "王地宇佑成翔") || p.at(i) == '周' && p.before(i, "四", "一", "每一", "两", "几") {
		return false // a name; 一周六天
	}
	f.wd, f.end = wd, e
	return true
}

var relYears = []word[int]{
	{"大前年", -3}, {"大后年", 3}, {"前年", -2}, {"去年", -1}, {"上一年", -1}, {"上年", -1}, {"今年", 0}, {"本年度", 0}, {"本年", 0},
	{"这一年", 0}, {"当年", 0}, {"明年", 1}, {"来年", 1}, {"下一年", 1}, {"下年", 1}, {"次年", 1}, {"后年", 2}, {"同年", 0}, {"旧年", -1},
}

var relMonths = []string{"月份", "月"}

// yearOrMonth reads what begins with a year or a month, down to the day.
func (p *parser) yearOrMonth(i int, f *fields) bool {
	j := i
	if e := p.oneOf(i, "农历", "阴历", "旧历"); e >= 0 {
		f.lunar, j = true, p.space(p.opt(e, "的"))
		if d, end, ok := p.lunarDay(j); ok { // 农历初八
			f.day, f.end = d, end
			return true
		}
	} else {
		j = p.opt(i, "公历", "阳历", "新历", "公元")
	}
	f.end = j
	if p.year(j, f) {
		k := p.space(p.opt(f.end, "的", "度", "份"))
		if e := p.oneOf(k, "农历", "阴历", "旧历"); e >= 0 {
			f.lunar, k = true, p.space(p.opt(e, "的"))
		}
		if e := p.opt(f.end, "全年", "一整年", "一年", "度"); e > f.end && p.lit(f.end, "一年级") < 0 {
			f.end = e
			return true
		}
		switch {
		case p.month(k, f), p.selectors(k, f), p.festivalName(k, f):
		}
		return true
	}
	if p.relMonth(j, f) {
		return true
	}
	return p.month(j, f)
}

// frameAlone reads parts of the present year or month: 月底, 上半年, 第三季度.
func (p *parser) frameAlone(i int, f *fields) bool {
	switch p.at(i) {
	case '月':
		if p.before(i, "个", "每") || p.numberBefore(i) {
			return false
		}
		if p.at(i+1) == '内' && !p.in(i+2, "部") { // 月内
			t := p.clk.today
			f.year, f.hasYear, f.month, f.end = t.Year(), true, int(t.Month()), i+1
			return true
		}
		switch {
		case p.in(i+1, "底末尾"), p.in(i+1, "初") && !p.in(i+2, "一二三四五六七八九十"), p.in(i+1, "中") && (p.in(i+2, "旬前后之以") || !han(p.at(i+2))):
			return p.selectorsIn(i+1, f, Month)
		}
		return false
	case '年':
		if p.at(i+1) == '内' && !p.numberBefore(i) && !han(p.at(i-1)) {
			f.year, f.hasYear, f.end = p.clk.today.Year(), true, i+1
			return true
		}
		if p.in(i+1, "底末初中尾") && !p.before(i, "每", "半") && !p.numberBefore(i) && !(p.at(i+1) == '初' && p.in(i+2, "一二三四五六")) {
			return p.selectorsIn(i+1, f, Year)
		}
		return false
	case '季':
		if p.in(i+1, "底末初") || p.lit(i, "季度末") > 0 || p.lit(i, "季度初") > 0 {
			q := (int(p.clk.today.Month()) + 2) / 3
			f.year, f.hasYear = p.clk.today.Year(), true
			f.sels = append(f.sels, selector{what: selQuarter, n: q})
			e := p.opt(i+1, "度")
			return p.phaseWord(e, f)
		}
		return false
	}
	if p.at(i) == '前' {
		var year fields
		if p.firstUnits(i, &year) && year.sels[0].unit == Quarter && p.at(year.end-3) != '个' {
			f.year, f.hasYear, f.sels, f.end = p.clk.today.Year(), true, year.sels, year.end
			return true
		}
	}
	if k, e, ok := p.relative(i); ok {
		if q := p.oneOf(e, "季度", "季"); q > 0 && !p.in(q, "节") {
			n := p.clk.today.Year()*4 + (int(p.clk.today.Month())-1)/3 + k
			f.year, f.hasYear, f.end = n/4, true, q
			f.sels = append(f.sels, selector{what: selQuarter, n: n%4 + 1})
			p.selectors(q, f)
			return true
		}
	}
	switch {
	case p.oneOf(i, "上半月", "下半月", "上半个月", "下半个月") >= 0:
		f.sels, f.end = []selector{{what: selHalfMonth, n: p.place(i, "上下")}}, p.oneOf(i, "上半月", "下半月", "上半个月", "下半个月")
		f.inMonth = true
		return true
	case p.in(i, "上中下") && (p.at(i+1) == '旬' || p.oneOf(i, "上中旬", "中下旬", "上、中旬", "中、下旬") > 0):
		return p.selectorsIn(i, f, Month)
	}
	return p.selectorsIn(i, f, Year)
}
