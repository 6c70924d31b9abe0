package timex

// find walks over the text and takes the longest reading at each place.
func (p *parser) find() []Match {
	var out []Match
	for i := 0; i < len(p.src); {
		if !starter(p.src[i]) {
			i++
			continue
		}
		if e := p.idiom(i); e >= 0 {
			i = e
			continue
		}
		m, ok := p.phraseAt(i)
		if !ok {
			i = p.skip(i)
			continue
		}
		out = append(out, m)
		end := i + 1
		for end < len(p.src) && p.off[end] < m.End {
			end++
		}
		i, p.done = end, end
	}
	return out
}

// skip leaves what cannot begin a phrase in its middle: the rest of a number or of a Latin word.
func (p *parser) skip(i int) int {
	if digit(p.at(i)) {
		for digit(p.at(i)) {
			i++
		}
		return i
	}
	if letter(p.at(i)) {
		for letter(p.at(i)) {
			i++
		}
		return i
	}
	return i + 1
}

const starters = "今明昨前后大上下这本当周星礼月年日季每天隔逢工元新情白妇女三植消愚劳五青护母父儿六建七八教国十万光双感平圣宪公复跨春端鬼中重腊小除立雨惊清谷夏芒秋处霜冬" +
	"农阴旧阳公正闰凌拂黎早晨午晌傍黄晚夜半深子一二两三四五六七八九零〇几数壹贰叁差大约过再未近最接往随刚现马目此之以从自截到直于去来次翌即民宣光同咸道嘉乾雍康顺廿首第壬寒" +
	"不龙祭节双q初头卅周眼立即赶稍待回听寻琴噚朝晏而旧同由倒世美全圣耶医警记助烈抗退阵总哥独禁志网盂乞寒浴上佛祭老呢依"

var starterSet = func() *[1 << 16]bool {
	var set [1 << 16]bool
	for _, r := range starters {
		set[r] = true
	}
	for r := range rune(128) {
		set[r] = digit(r) || letter(r)
	}
	return &set
}()

func starter(r rune) bool { return r < 1<<16 && starterSet[r] }

// match is a Match of the runes [i, e) with nothing else set.
func (p *parser) match(i, e int) Match {
	return Match{Text: p.text[p.off[i]:p.off[e]], Pos: p.off[i], End: p.off[e]}
}

// phraseAt reads the longest phrase that begins at i.
func (p *parser) phraseAt(i int) (Match, bool) {
	if p.lengthsOnly {
		return p.onlyLength(i)
	}
	p.joint = -1
	var best Match
	ok := false
	try := func(m Match, found bool) {
		if found && (!ok || m.End > best.End) {
			best, ok = m, true
		}
	}
	try(p.recurrence(i))
	if ok {
		return best, true
	}
	try(p.spanPhrase(i))
	try(p.lengthPhrase(i))
	try(p.english(i))
	try(p.nowWord(i))
	return best, ok
}

// point is one date, with or without a time of day, or a time of day alone.
type point struct {
	f fields
}

// pointAt reads a point at i.
func (p *parser) pointAt(i int) (point, bool) {
	var pt point
	f := &pt.f
	f.pos = i
	j := i
	if e := p.oneOf(i, "大约", "大概", "约"); e >= 0 {
		f.approx, j = true, p.space(e)
	}
	if p.date(j, f) {
		f.pos = i
		p.anchored(j, f)
		p.tails(f)
		p.apposition(f)
		k := p.space(f.end)
		k2 := p.space(p.opt(k, "的", ",", "t", "在"))
		if k2 == k || p.at(k) != 't' && p.at(k) != ',' || p.at(k) == 't' && digit(p.at(k2)) || p.at(k) == ',' && f.namesDay() {
			if c, ok := p.clockAt(k2, true); ok && (p.at(k) != '在' || c.hasHour) {
				f.clock, f.end = c, c.end
			} else if digit(p.at(k2)) && k2 > f.end {
				if c, ok := p.englishClock(k2, false); ok { // 11/26 3pm
					f.clock, f.end = c, c.end
				}
			}
		}
		if e := p.oneOf(p.space(f.end), "左右", "前后"); e >= 0 && !f.clock.set() {
			f.approx, f.end = true, e
		}
		return pt, true
	}
	if c, ok := p.clockAt(i, false); ok {
		f.clock, f.end, f.pos = c, c.end, i
		return pt, true
	}
	return pt, false
}

// apposition reads the weekday or the date that stands behind a date, mostly in brackets: 12月1日(周二), 本周五(11月27日).
func (p *parser) apposition(f *fields) {
	j, closing := f.end, rune(0)
	switch p.at(j) {
	case '(':
		j, closing = j+1, ')'
	case '[', '【':
		j, closing = j+1, map[rune]rune{'[': ']', '【': '】'}[p.at(j)]
	case ' ', '周', '星', '礼':
		j = p.space(j)
	case ',': // 12月1日，周二: only when it is one
		if d := (fields{}); p.weekWord(p.space(j+1)) < 0 || !p.weekdayAlone(p.space(j+1), &d) || f.hasWeek() || weekday(p.clk.resolveDays(f).from) != d.wd {
			return
		}
		j = p.space(j + 1)
	default:
		p.sameDate(f)
		return
	}
	var g fields
	if f.day > 0 && closing != 0 && p.weekDate(j, &g) && g.wd > 0 && p.at(g.end) == closing { // 12月2日（下周三）
		f.saidDay, f.end = g.wd, g.end+1
		return
	}
	g = fields{}
	oneDay := !f.from.IsZero() && f.grain == OneDay && p.clk.plus(f.from, 1).Equal(f.to)
	if (f.day > 0 || f.fest != nil || oneDay) && p.weekWord(j) >= 0 {
		if !p.weekdayAlone(j, &g) || g.grain == Week || f.wd > 0 {
			return
		}
		if closing != 0 && p.at(g.end) != closing || closing == 0 && p.rangeSep(g.end) >= 0 {
			return
		}
		f.saidDay = g.wd
	} else if (f.wd > 0 || oneDay) && closing != 0 {
		if !p.date(j, &g) || p.at(g.end) != closing || g.day == 0 {
			return
		}
		f.other = &g
	} else {
		return
	}
	f.end = g.end
	if closing != 0 {
		f.end++
	}
}

// thatDay are words that add nothing to a date: 6月15日当天.
var thatDay = []string{"当天", "当日", "那天", "那一天", "这天", "这一天"}

// tails reads days counted from a date: 前一天, 后第一个工作日, 之后的周一.
func (p *parser) tails(f *fields) {
	e := p.opt(f.end, "的")
	sign := 0
	j := e
	switch {
	case p.oneOf(e, "之后", "以后", "假后", "过后", "节后", "后") >= 0:
		sign, j = 1, p.oneOf(e, "之后", "以后", "假后", "过后", "节后", "后")
	case p.oneOf(e, "之前", "以前", "节前", "前") >= 0:
		sign, j = -1, p.oneOf(e, "之前", "以前", "节前", "前")
	case f.grain == OneDay && p.oneOf(e, "一整天", "整天", "全天") >= 0 && !f.from.IsZero():
		f.end = p.oneOf(e, "一整天", "整天", "全天")
		return
	case p.oneOf(f.end, thatDay...) >= 0 && (f.day > 0 || f.wd > 0):
		f.end = p.oneOf(f.end, thatDay...)
		return
	case p.oneOf(e, "次日", "第二天") >= 0 && f.hasDate():
		f.shift, f.end = 1, p.oneOf(e, "次日", "第二天")
		return
	default:
		return
	}
	if p.at(j-1) == '前' && p.at(j) == '夕' {
		f.shift, f.end = -1, j+1
		return
	}
	j = p.opt(j, "的")
	holiday := func() {
		if f.fest != nil && f.fest.statutory && f.off == noDaysOff {
			f.off = wholeHoliday
		}
	}
	if n, oe := p.ordinal(j); oe >= 0 && p.lit(oe, "工作日") >= 0 {
		holiday()
		f.workShift, f.end = sign*max(n, 1), oe+3
		if n < 0 {
			f.workShift = -1
		}
		return
	}
	if n, oe := p.ordinal(j); oe >= 0 && n > 0 && p.at(oe) == '天' && sign > 0 {
		holiday()
		f.shift, f.end = n, oe+1
		return
	}
	n, ne, ok := p.small(j, 1, 60)
	if !ok {
		return
	}
	if we := p.weekWord(p.opt(ne, "个")); we >= 0 && f.fest != nil && !p.in(we, "一二三四五六日天") {
		holiday()
		f.weekShift, f.end = sign*n, we
		return
	}
	if we := p.oneOf(ne, "个工作日"); we >= 0 {
		holiday()
		f.workShift, f.end = sign*n, we
		return
	}
	if p.in(ne, "天日") && !p.in(ne+1, "内假") && (f.day > 0 || f.fest != nil || !f.from.IsZero() && f.grain == OneDay || f.wd > 0) {
		f.shift, f.end = sign*n, ne+1
	}
}

// until resolves the day of 截至10月31日 to the nearest one: a report looks back, a deadline ahead.
func (p *parser) until(a *point, j int, until bool) Match {
	if !until || p.o.Prefer != Future || a.f.wd > 0 || a.f.clock.set() {
		return p.resolvePoint(a, j)
	}
	o, near := p.o, *p.o
	near.Prefer = Nearest
	p.o, p.clk.o = &near, &near
	m := p.resolvePoint(a, j)
	p.o, p.clk.o = o, o
	return m
}

// spanPhrase reads a point, a range of two points, or an open span.
func (p *parser) spanPhrase(i int) (Match, bool) {
	start, j := i, i
	since, until, by := false, false, false
	switch p.at(i) {
	case '由': // 由今晚八点到十一点: only with an end
		if p.in(i-1, "自理经缘来事") {
			return Match{}, false
		}
		j, by = p.space(i+1), true
	case '从', '自', '截', '直', '到', '至':
		if e := p.oneOf(i, "自从", "从", "自"); e >= 0 {
			since, j = true, p.space(e)
		} else if e := p.oneOf(i, "截至到", "截止到", "截至", "截止", "直到"); e >= 0 {
			until, j = true, p.space(e)
		} else {
			return Match{}, false
		}
	}
	if since {
		if e := p.oneOf(j, "现在", "此刻", "目前"); e >= 0 {
			return p.fromNow(start, e)
		}
	}
	if until {
		if e := p.oneOf(j, "目前", "现在", "今", "此刻"); e >= 0 && !p.in(e, "天日晚年早") {
			m := p.match(start, e)
			m.Kind, m.Mod, m.Stop, m.LastStart, m.Grain, m.HasDate, m.HasClock = Span, Until, p.clk.now, p.clk.now, Second, true, true
			return m, true
		}
	}
	if m, ok := p.bareRange(start, j); ok {
		return m, true
	}
	a, ok := p.pointAt(j)
	if !ok {
		return Match{}, false
	}
	p.inList(j, &a.f)
	joint := p.space(a.f.end)
	if e := p.opt(joint, "起", "开始"); since || p.rangeSep(e) >= 0 && p.at(joint) == '起' {
		joint = e // 从3月1日起至今, 5月1日起至5月5日止
	}
	if a.f.clock.hasHour && p.lit(joint, "开到") >= 0 { // 下午3点开到5点
		joint++
	}
	if s := p.rangeSep(joint); s >= 0 {
		p.joint = s
		if e := p.oneOf(s, "现在", "今", "目前", "如今"); e >= 0 && !(p.at(s) == '今' && p.in(s+1, "天日晚早晨夜儿年后")) {
			m := p.resolvePoint(&a, start)
			if m.Invalid != "" || m.Start.After(p.clk.now) {
				return Match{}, false
			}
			m.End, m.Text = p.off[e], p.text[p.off[start]:p.off[e]]
			m.Kind, m.Stop, m.LastStart = Span, p.clk.now, p.clk.now
			return m, true
		}
		b, ok := p.secondEnd(s, &a.f)
		if ok {
			first := a // stands for itself where the two make no range
			p.hoursBehind(&first, &b)
			if m, ok := p.rangeOf(start, &first, &b); ok {
				return m, true
			}
		}
	}
	if e := p.opt(a.f.end, "和", "与", "跟", "及"); e > a.f.end { // 2007年与2009年间
		if b, ok := p.pointAt(e); ok {
			if x := p.oneOf(b.f.end, "之间", "间", "期间"); x >= 0 {
				if p.at(start-1) == '在' && p.at(x-2) == '之' { // 在…之间 goes together
					start--
				}
				if m, ok := p.rangeOf(start, &a, &b); ok {
					m.End, m.Text = p.off[x], p.text[p.off[start]:p.off[x]]
					return m, true
				}
			}
		}
	}
	if by {
		return Match{}, false
	}
	m := p.until(&a, j, until)
	return p.open(start, j, &a, m, since, until), true
}
