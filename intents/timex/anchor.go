package timex

import (
	"math"
	"time"
)

// sameDayWords stand for the day of speaking moved into another year, month or week: 去年的今天, 上月同期.
var sameDayWords = []string{"今天", "今日", "同期", "同一天", "同日", "这一天", "这天"}

// sameMomentWords stand for this moment moved the same way: 明天这个时候.
var sameMomentWords = []string{"这个时候", "这时候", "此时此刻", "此时", "此刻", "现在", "同一时间", "同一时刻", "这个时间", "这个点"}

// anchored moves the day of speaking into the year, month, week or day that f names by its distance from now, when the
// words behind it ask for that: 去年的今天, 下周今天, 明天同一时间.
func (p *parser) anchored(i int, f *fields) {
	if !p.in(i, "上下去前明后大今来昨") || f.clock.set() || f.fest != nil || f.wd > 0 || f.day > 0 || len(f.sels) > 0 {
		return
	}
	e := p.opt(f.end, "的")
	day := p.oneOf(e, sameDayWords...)
	moment := p.oneOf(e, sameMomentWords...)
	if day < 0 && moment < 0 {
		return
	}
	r := &p.clk
	y, m, _ := r.today.Date()
	var t time.Time
	switch {
	case f.hasYear && f.month == 0:
		t = addMonths(r.now, 12*(f.year-y))
	case f.hasYear:
		t = addMonths(r.now, 12*(f.year-y)+f.month-int(m))
	case f.from.IsZero():
		return
	case f.grain == Week:
		t = r.plus(r.now, daysBetween(r.monday(r.today, 0), f.from))
	case f.grain == OneDay && moment >= 0:
		t = r.plus(r.now, daysBetween(r.today, f.from))
	default:
		return
	}
	*f = fields{pos: f.pos, from: r.floor(t), to: r.plus(r.floor(t), 1), grain: OneDay, end: max(day, moment)}
	if moment >= 0 {
		f.clock = clock{pos: e, end: moment, hasHour: true, h: t.Hour(), m: t.Minute(), s: t.Second(), grain: Minute, exact: true}
	}
}

// daysBetween counts the days from a to b, both at midnight; a day of summer time has 23 or 25 hours.
func daysBetween(a, b time.Time) int { return int(math.Round(b.Sub(a).Hours() / 24)) }

// atDistance reads what is named within the day, week, month or year that a distance leads to: 三年前的今天,
// 两周后的周三, 三个月后的5号.
func (p *parser) atDistance(i, end int, m *Match, l *length) bool {
	e := p.opt(end, "的")
	if day := p.oneOf(e, sameDayWords...); day >= 0 {
		m.End, m.Text = p.off[day], p.text[p.off[i]:p.off[day]]
		m.Offset, m.Grain, m.Duration, m.Workdays = false, OneDay, 0, 0
		return true
	}
	if e == end || l.units != 1 {
		return false
	}
	f, r := fields{pos: i}, &p.clk
	switch l.unit {
	case Week:
		if !p.weekdayAlone(e, &f) || f.grain == Week {
			return false
		}
		f.from = r.monday(m.Start, 0)
		f.to, f.grain = r.plus(f.from, 7), Week
	case Month:
		if !p.dayAlone(e, &f) || f.lunar {
			return false
		}
		f.year, f.hasYear, f.month = m.Start.Year(), true, int(m.Start.Month())
	case Year:
		if !p.month(e, &f) || f.lunar {
			return false
		}
		f.year, f.hasYear = m.Start.Year(), true
	default:
		return false
	}
	f.pos = i
	if c, ok := p.clockAt(p.space(p.opt(f.end, "的")), true); ok {
		f.clock, f.end = c, c.end
	}
	*m = p.resolvePoint(&point{f}, i)
	return true
}

// sameDate takes in a date that says the day before it again: 明天11月24日. One that is another day stands for itself.
func (p *parser) sameDate(f *fields) {
	if n, e, ok := p.small(f.end, 1, 12); f.from.IsZero() || f.grain != OneDay || !ok || p.at(e) != '月' || n == 0 {
		return
	}
	var g fields
	if !p.month(f.end, &g) || g.day == 0 || g.lunar || g.invalid != "" {
		return
	}
	if d := p.clk.resolveDays(&g); d.from.Equal(f.from) {
		f.end = g.end
	}
}

// runOf reads how long something goes on from a day: 从明天开始三天, 12月1日起15天内.
func (p *parser) runOf(m Match, from, end int) (Match, bool) {
	l, ok := p.length(p.opt(p.space(end), "的", "连续", "为期", "共"), true)
	if !ok || l.seconds > 0 || l.workdays > 0 || m.Start.IsZero() || m.HasClock {
		return m, false
	}
	e := p.opt(l.end, "之内", "以内", "内")
	m.Text, m.Pos, m.End, m.Kind, m.Mod = p.text[p.off[from]:p.off[e]], p.off[from], p.off[e], Span, ""
	m.Stop = p.clk.from(m.Start, &l, 1)
	m.LastStart, m.Grain = p.clk.plus(m.Stop, -1), OneDay
	return m, true
}

// listed is what a list may go on from: the last day of a month or the last weekday of a week that was named.
type listed struct {
	end              int
	year, month, day int
	hasYear          bool
	wd               int
	week             time.Time
}

// inList gives a bare day or weekday what the one before it in a list said of its month or week: 下周二、周四,
// 1月3日、5日.
func (p *parser) inList(i int, f *fields) {
	last := &p.last
	bareDay := f.day > 0 && f.month == 0 && !f.hasYear && !f.lunar
	bareWeekday := f.wd > 0 && f.from.IsZero() && !f.hasYear && f.month == 0 && f.grain != Week
	if (bareDay && last.day > 0 && f.day > last.day || bareWeekday && last.wd > 0 && f.wd > last.wd) && i > last.end && p.space(p.opt(last.end, "、", "和", "及", "与", "或", ",")) == i {
		a := fields{year: last.year, hasYear: last.hasYear, month: last.month, day: last.day, wd: last.wd}
		if bareWeekday {
			a.from, a.to, a.grain = last.week, p.clk.plus(last.week, 7), Week
		}
		p.inherit(&a, f)
	}
	switch {
	case f.wd > 0 && !f.from.IsZero():
		p.last = listed{end: f.end, wd: f.wd, week: f.from}
	case f.day > 0 && f.month > 0 && !f.lunar:
		p.last = listed{end: f.end, year: f.year, hasYear: f.hasYear, month: f.month, day: f.day}
	}
}
