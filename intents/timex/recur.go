package timex

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rule is a recurrence while it is read.
type rule struct {
	freq     string // DAILY, WEEKLY, MONTHLY, YEARLY
	interval int
	parts    []string // BYDAY=…, BYMONTHDAY=…
	// next finds the first day on or after the given one that the rule means.
	next func(r *reckoner, from time.Time) time.Time
	end  int
	// hasDay says that a day was named, not the bare period: 每周三, not 每周.
	hasDay  bool
	length  int // days that each occurrence lasts, when more than one
	approx  bool
	invalid string        // why no rule holds it
	every   time.Duration // an interval shorter than a day
}

var dayNames = [...]string{"", "MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// recurrence reads 每天早上8点, 每两周, 隔周周三, 每月第一个周一, 逢年底, 工作日每天.
func (p *parser) recurrence(i int) (Match, bool) {
	if p.lengthsOnly {
		return Match{}, false
	}
	var u rule
	ok := false
	switch p.at(i) {
	case '星', '礼':
		ok = p.weekdaysDaily(i, &u)
	case '每':
		ok = p.everyUnit(i, &u)
	case '隔':
		ok = p.alternate(i, &u)
	case '双': // 双周周五: every other week, which one is not said
		if u.approx = true; p.at(i+1) == '周' {
			ok = p.everyOf(i+1, 2, &u)
		}
	case '逢':
		ok = p.everyOn(i+1, &u)
	case '天', '年', '月', '周':
		if ok = p.weekdaysDaily(i, &u); ok {
			break
		}
		if p.at(i+1) == p.at(i) && !p.before(i, "每", "双", "单", "两") {
			ok = p.everyOf(i+1, 1, &u)
		}
	case '工':
		e := p.oneOf(i, "工作日每天", "工作日的每天")
		if e < 0 && p.lit(i, "工作日") >= 0 && !p.in(i-1, "个非") && !p.numberBefore(i) { // 工作日上午9点
			if _, ok := p.clockAt(p.opt(i+3, "的"), true); ok {
				e = i + 3
			}
		}
		if e >= 0 {
			workdays(&u)
			u.end, ok = e, true
		}
	}
	if !ok {
		return Match{}, false
	}
	if u.every > 0 {
		m := p.match(i, u.end)
		m.Kind, m.Duration, m.Grain, m.Invalid = Recurrence, u.every, Hour, "重复的间隔最短是一天"
		return m, true
	}
	return p.recurring(i, &u)
}

// weekdaysDaily reads 周一到周五每天.
func (p *parser) weekdaysDaily(i int, u *rule) bool {
	w := p.weekWord(i)
	if _, e := p.weekdayChar(w); w < 0 || e < 0 || p.rangeSep(e) < 0 && !p.in(e, "、和及") {
		return false
	}
	if !p.everyWeek(w, 1, u) || len(u.parts) == 0 {
		return false
	}
	if e := p.oneOf(p.opt(u.end, "的", ","), "每天", "每日"); e >= 0 {
		u.end = e
		return true
	}
	if strings.Count(u.parts[0], ",") < 2 { // 周一到周五9:00-17:00 are the hours of each day
		return false
	}
	c, ok := p.clockAt(p.space(u.end), true)
	return ok && c.hasHour && p.rangeSep(p.space(c.end)) >= 0
}

// recurring reads the time of day behind a rule and builds the match.
func (p *parser) recurring(i int, u *rule) (Match, bool) {
	j := p.space(p.opt(p.space(u.end), "的", "都是", "都在", "都"))
	if u.hasDay || u.freq == "DAILY" {
		j = p.space(p.opt(j, ","))
	}
	c, ok := p.clockAt(j, true)
	if !ok || j != u.end && !c.hasHour && p.at(u.end) != '的' {
		c = clock{}
	}
	return p.recurringAt(i, u, c)
}

// recurringAt builds the match of a rule, at a time of day if there is one.
func (p *parser) recurringAt(i int, u *rule, c clock) (Match, bool) {
	r := &p.clk
	m := p.match(i, max(u.end, c.end))
	m.Kind, m.Grain, m.HasDate, m.Invalid, m.Approx = Recurrence, OneDay, true, c.invalid, u.approx
	if u.invalid != "" {
		m.Invalid = u.invalid
	}
	if m.Invalid != "" {
		return m, true
	}
	parts := []string{"FREQ=" + u.freq}
	if u.interval > 1 {
		parts = append(parts, "INTERVAL="+strconv.Itoa(u.interval))
	}
	parts = append(parts, u.parts...)
	first := r.today
	if r.o.Prefer == Current { // the one of this period, past or not
		switch u.freq {
		case "MONTHLY":
			first = r.day(r.today.Year(), int(r.today.Month()), 1)
		case "YEARLY":
			first = r.day(r.today.Year(), 1, 1)
		}
		if !u.hasDay {
			first = r.today
		}
	}
	day := u.next(r, first)
	m.Start, m.Stop = day, r.plus(day, max(1, u.length))
	if c.set() {
		m.Grain, m.HasClock, m.Approx, m.ClockPos, m.ClockEnd = c.grain, true, c.approx || u.approx, p.off[c.pos], p.off[c.end]
		start, stop, others := r.on(&c, day)
		if start.Before(r.now) && r.o.Prefer != Current {
			start, stop, others = r.on(&c, u.next(r, r.plus(r.today, 1)))
		}
		m.Start, m.Stop, m.Ambiguous = start, stop, others
		if c.hasHour {
			m.Stop = start
			parts = append(parts, fmt.Sprintf("BYHOUR=%d", start.Hour()), fmt.Sprintf("BYMINUTE=%d", start.Minute()), fmt.Sprintf("BYSECOND=%d", start.Second()))
			p.recurringUntil(&m, &c)
		}
	}
	m.LastStart, m.RRule = m.Start, strings.Join(parts, ";")
	m.Provisional = r.takeProvisional()
	return m, true
}

// recurringUntil reads the end of each occurrence: 每周三下午2点到4点.
func (p *parser) recurringUntil(m *Match, c *clock) {
	e := p.rangeSep(p.space(c.end))
	if e < 0 {
		return
	}
	to, ok := p.clockAt(e, true)
	if !ok || !to.hasHour || to.invalid != "" {
		return
	}
	if to.part == noPart && !to.exact {
		to.part = p.samePart(c, &to)
	}
	stop, _, _ := p.clk.on(&to, p.clk.floor(m.Start))
	if !stop.After(m.Start) {
		stop = p.clk.plus(stop, 1)
	}
	m.Stop, m.Duration = stop, stop.Sub(m.Start)
	m.End = p.off[to.end]
	m.Text = p.text[m.Pos:m.End]
}

// everyUnit reads 每 at i: 每天, 每两周, 每隔三天, 每周三, 每年10月1日, 每个工作日.
func (p *parser) everyUnit(i int, u *rule) bool {
	j := i + 1
	if p.at(j) == '逢' {
		return p.everyOn(j+1, u)
	}
	if p.at(j) == '隔' {
		if p.finer(j+1, u) {
			return true
		}
		if p.at(j+1) == '半' { // 每隔半年 is every half year
			return p.everyOf(j+1, 1, u)
		}
		n, e, ok := p.small(j+1, 1, 99)
		if !ok {
			return p.alternate(j, u)
		}
		if n == 1 { // 每隔一天 is every other day; with more, 每隔三天, people mean every three
			n = 2
		} else {
			u.approx = true
		}
		return p.everyOf(p.opt(e, "个"), n, u)
	}
	n := 1
	if p.finer(p.opt(j, "过"), u) { // 每过两小时
		return true
	}
	if v, e, ok := p.small(p.opt(j, "一个"), 1, 366); ok && p.lit(j, "一个") < 0 {
		if p.in(e, "点时分秒:人户次位栋号") || p.lit(e, "小时") > 0 {
			return false
		}
		if p.in(e, "月") && v > 1 { // 每三月 is not said; 每6月 neither
			return p.everyOn(j, u)
		}
		n, j = v, e
	} else {
		j = p.opt(j, "一个", "一")
	}
	j = p.opt(p.space(j), "个")
	if e := p.oneOf(j, "工作日"); e >= 0 && n == 1 {
		workdays(u)
		u.end = e
		return true
	}
	return p.everyOf(j, n, u)
}

// finer reads an interval shorter than a day, 每两小时, that no rule holds: its length is all there is to say.
func (p *parser) finer(i int, u *rule) bool {
	l, ok := p.length(i, false)
	if !ok && p.in(i, "小分秒个") { // 每小时, 每个钟头
		x, e := find(p, i, unitWords)
		if e < 0 {
			return false
		}
		l.add(1, x)
		l.end, ok = e, true
	}
	if !ok || l.seconds == 0 || l.total() >= secondsOfDay {
		return false
	}
	u.every, u.end = l.duration(), l.end
	return true
}

// onceEvery is the recurrence of 两周一次 and 半年一次.
func (p *parser) onceEvery(i, e int, l *length) (Match, bool) {
	u := rule{end: e, interval: int(l.value), next: func(_ *reckoner, from time.Time) time.Time { return from }}
	freq, factor := "", 1
	switch {
	case l.units != 1 || l.workdays > 0 || l.max > 0:
	case l.value == 0.5 && l.years > 0:
		freq, u.interval = "MONTHLY", 6
	case l.value == 0.5 && l.months > 0:
		freq, u.interval = "DAILY", 15
	case l.value != float64(int(l.value)):
	default:
		freq = map[Grain]string{OneDay: "DAILY", Week: "WEEKLY", Month: "MONTHLY", Quarter: "MONTHLY", Year: "YEARLY"}[l.unit]
		if l.unit == Quarter {
			factor = 3
		}
	}
	if u.freq = freq; freq == "" {
		return p.lengthMatch(i, l.end, l), true
	}
	u.interval *= factor
	return p.recurring(i, &u)
}

// alternate reads 隔天, 隔周三.
func (p *parser) alternate(i int, u *rule) bool {
	n := 2
	j := p.opt(i+1, "一个", "一", "个")
	if v, e, ok := p.small(j, 2, 30); ok {
		n, j = v+1, p.opt(e, "个")
	}
	if p.in(j, "壁离") || p.in(i-1, "时间相阻") || p.oneOf(j, "天热", "夜", "年热") >= 0 {
		return false
	}
	return p.everyOf(j, n, u)
}

func workdays(u *rule) {
	u.freq, u.interval, u.hasDay = "WEEKLY", 1, true
	u.parts = []string{"BYDAY=MO,TU,WE,TH,FR"}
	u.next = func(r *reckoner, from time.Time) time.Time {
		for weekday(from) > 5 {
			from = r.plus(from, 1)
		}
		return from
	}
}

// everyOf reads the unit at i, and the day within it.
func (p *parser) everyOf(i, n int, u *rule) bool {
	u.interval = n
	plain := func(freq string, e int) bool {
		u.freq, u.end = freq, e
		u.next = func(_ *reckoner, from time.Time) time.Time { return from }
		return true
	}
	switch {
	case p.in(i, "天日"):
		return plain("DAILY", i+1)
	case p.in(i, "晚早") && n == 1: // 每晚: the part of the day is read as a clock
		return plain("DAILY", i)
	case p.lit(i, "季度") >= 0 || p.at(i) == '季':
		return p.everyQuarter(p.oneOf(i, "季度", "季"), n, u)
	case p.at(i) == '月':
		return p.everyMonth(i+1, n, u)
	case p.at(i) == '年' && !p.in(i+1, "级"):
		return p.everyYear(i+1, n, u)
	}
	if p.at(i) == '半' && n == 1 {
		if e := p.oneOf(i, "半年", "半个月"); e >= 0 {
			if p.at(e-1) == '年' {
				u.interval = 6
				return plain("MONTHLY", e)
			}
			u.interval = 15
			return plain("DAILY", e)
		}
	}
	w := p.weekWord(i)
	if w < 0 || p.at(i) == '周' && p.at(w) == '岁' {
		return false
	}
	return p.everyWeek(w, n, u)
}

// everyWeek reads the days of 每周三, 每周一三五, 每周二和周四, 每周末, 每周一到周五.
func (p *parser) everyWeek(i, n int, u *rule) bool {
	u.freq, u.interval, u.end = "WEEKLY", n, i
	u.next = func(_ *reckoner, from time.Time) time.Time { return from }
	var set [8]bool
	last, j := 0, p.opt(i, "的")
	if (n > 1 || j > i) && p.weekWord(j) >= 0 { // 每两周周三, 隔周的周三, 每周的周末
		j = p.weekWord(j)
	}
	if p.at(j) == '末' {
		set[6], set[7], last, u.end = true, true, 7, j+1
	} else {
		for range 7 {
			wd, e := p.weekdayChar(j)
			if e < 0 || p.in(e, "次") {
				break
			}
			set[wd], last, u.end = true, wd, e
			if s := p.rangeSep(e); s >= 0 {
				if to, e2 := p.weekdayChar(max(s, p.weekWord(s))); e2 >= 0 && to > wd {
					for d := wd; d <= to; d++ {
						set[d] = true
					}
					u.end = e2
					break
				}
			}
			j = p.opt(e, "、", "和", "及", "与", ",", "/")
			j = max(j, p.weekWord(j))
			if _, e3 := p.weekdayChar(j); e3 < 0 || p.in(e3, "点月号个:时十") {
				break
			}
		}
	}
	if last == 0 {
		return true
	}
	u.hasDay = true
	var names []string
	for d := 1; d <= 7; d++ {
		if set[d] {
			names = append(names, dayNames[d])
		}
	}
	u.parts = []string{"BYDAY=" + strings.Join(names, ",")}
	u.next = func(r *reckoner, from time.Time) time.Time {
		for !set[weekday(from)] {
			from = r.plus(from, 1)
		}
		return from
	}
	return true
}
