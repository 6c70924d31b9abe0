package timex

// festivalDate reads a festival without a year, and 节 before 前 and 后.
func (p *parser) festivalDate(i int, f *fields) bool {
	if p.at(i) == '节' && p.in(i+1, "前后") && !p.in(i-1, "年季调环关细情小一二三四五六") && !(han(p.at(i-1)) && p.in(i-1, "春暑音礼时骨")) {
		f.fest, f.off, f.end = p.clk.nextHoliday(), wholeHoliday, i+1
		return f.fest != nil
	}
	if k, e, ok := p.relative(i); ok && !p.in(i, "今当同") && p.festivalName(e, f) && f.fest.statutoryOrNamed() {
		return p.clk.moveFestival(f, k)
	}
	f.fest = nil
	return p.festivalName(i, f)
}

// statutoryOrNamed says whether 上个 and 下个 before the festival mean an occurrence of it: not for 立春 and the like.
func (f *festival) statutoryOrNamed() bool { return f.rule != 't' || f.statutory }

// moveFestival gives f the year of the occurrence that is k away: 下个国庆 is the next after today, 上个 the last.
func (r *reckoner) moveFestival(f *fields, k int) bool {
	year, _, _ := r.today.Date()
	day, ok := r.festivalDay(f.fest, year)
	switch {
	case k > 0 && day.After(r.today):
		k--
	case k < 0 && day.Before(r.today):
		k++
	}
	f.year, f.hasYear = year+k, true
	return ok
}

// festivalName reads a festival at i: 国庆, 母亲节, 世界环境日.
func (p *parser) festivalName(i int, f *fields) bool {
	switch p.at(i) {
	case '世', '国', '全', '中', '美':
		if e := p.oneOf(i, "世界", "国际", "全国", "国家", "中国", "美国"); e >= 0 && p.festivalAt(e, f, true) {
			return true
		}
	}
	return p.festivalAt(i, f, false)
}

// festivalAt reads the name itself. full says that a word such as 世界 stands before it, so that 节 or 日 must end it.
func (p *parser) festivalAt(i int, f *fields, full bool) bool {
	for _, w := range festivals[p.at(i)] {
		e := p.lit(i, w.text)
		if e < 0 || w.value.named && !full {
			continue
		}
		if full && !p.in(e-1, "节日") && p.at(e) != '节' {
			continue
		}
		named := e
		e = p.opt(e, "佳节", "节日", "节")
		strong := e > named || f.hasYear || p.at(named-1) == '节'
		if p.placeFollows(e) || w.text == "清明" && p.at(e) == '上' || w.text == "重阳" && p.in(e, "木投") {
			return false
		}
		tail := p.oneOf(e, "假期", "放假", "长假", "小长假", "期间", "黄金周", "当天", "那天", "前", "后", "之", "以", "到", "至", "晚会") >= 0
		if w.value.weak && !strong && !tail && (i > 0 || e < len(p.src)) {
			continue
		}
		if w.value.rule == 't' && w.text != "清明" && han(p.at(e)) || w.text == "小雪" || w.text == "大雪" || w.text == "小满" { // weather and names
			if !f.hasYear && !strong && !tail && (i > 0 || e < len(p.src)) {
				continue
			}
		}
		if !strong && p.number2(e) {
			continue // 十一点, 六一三号
		}
		f.fest, f.end = &w.value, e
		p.festivalTail(f)
		return true
	}
	return false
}

// number2 says whether the word that ends at e goes on as a number, hour or month.
func (p *parser) number2(e int) bool {
	if chineseDigit(p.at(e-1)) < 0 {
		return false
	}
	if digit(p.at(e)) { // 五一8点 has an hour
		return !p.in(p.arabic(e).end, "点时:")
	}
	return chineseDigit(p.at(e)) >= 0 || chinesePower(p.at(e)) > 0 || p.in(e, "点月号日个楼栋年时分")
}

func (p *parser) festivalTail(f *fields) {
	e := f.end
	switch {
	case p.oneOf(e, "期间", "假期", "长假", "小长假", "放假期间", "黄金周", "假日") >= 0:
		f.end = p.oneOf(e, "期间", "假期期间", "长假期间", "假期", "长假", "小长假", "放假期间", "黄金周", "假日")
		f.off = wholeHoliday
	case p.oneOf(e, "当天", "那天", "当日") >= 0:
		f.end = e + 2
	}
}
