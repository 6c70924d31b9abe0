package timex

import "time"

// open adds an open side: 前, 之后, 起, 以来, 截至.
func (p *parser) open(start, j int, a *point, m Match, since, until bool) Match {
	if m.Invalid != "" {
		return m
	}
	e := p.space(a.f.end)
	// 截至 counts the end in.
	if until {
		return p.openSpan(m, Until, start, a.f.end)
	}
	if e2 := p.oneOf(e, "下班前", "下班之前", "下班以前"); e2 >= 0 && (m.Kind == Day) {
		m.Start = m.Start.Add(time.Duration(p.clk.parts.Daytime.To * float64(time.Hour)))
		m.Kind, m.Grain, m.HasClock, m.Approx = Instant, Hour, true, true
		return p.openSpan(m, Before, j, e2)
	}
	type side struct {
		mod Mod
		inc bool
	}
	words := []word[side]{
		{"或之前", side{Until, true}}, {"或以前", side{Until, true}}, {"及之前", side{Until, true}}, {"及以前", side{Until, true}}, {"(含)之前", side{Until, true}}, {"(含)前", side{Until, true}},
		{"为止", side{Until, true}}, {"止", side{Until, true}},
		{"或之后", side{Since, true}}, {"或以后", side{Since, true}}, {"及之后", side{Since, true}}, {"及以后", side{Since, true}},
		{"以来", side{Since, true}}, {"开始", side{Since, true}}, {"起", side{Since, true}},
		{"之前", side{Before, false}}, {"以前", side{Before, false}}, {"前", side{Before, false}},
		{"之后", side{After, false}}, {"以后", side{After, false}}, {"过后", side{After, false}}, {"后", side{After, false}},
	}
	if e2 := p.oneOf(e, "之内", "以内", "内"); e2 >= 0 && !p.in(e2, "部容科外退") && !a.f.clock.set() {
		m.End, m.Text, m.Kind = p.off[e2], p.text[p.off[j]:p.off[e2]], Span // 本周内, 今天之内
		return m
	}
	s, end := find(p, e, words)
	if end >= 0 && !(p.in(e, "前后起止") && p.in(end, "台门面院天续期床诉楼来义码伏点草火动诉")) && !(p.at(e) == '开' && !since) {
		if s.mod == Since && p.at(e) == '起' && p.in(end, "至到") {
			return m
		}
		if s.mod == Before && len(a.f.sels) > 0 && a.f.sels[len(a.f.sels)-1].what == selEnd && !a.f.clock.set() {
			s.mod = Until // 月底前 has the last day in
		}
		if s.mod == After && a.f.fest != nil && a.f.fest.statutory && !a.f.clock.set() { // 国庆后 is after the days off
			a.f.off = wholeHoliday
			long := p.resolvePoint(a, j)
			m.Stop, m.LastStart, m.Provisional = long.Stop, long.LastStart, long.Provisional
		}
		from := j
		if since && (p.at(start) == '自' || p.oneOf(e, "以来", "开始") >= 0) {
			from = start
		}
		if s.mod == Since && p.in(end-1, "起始") {
			if run, ok := p.runOf(m, from, end); ok {
				return run
			}
		}
		return p.openSpan(m, s.mod, from, end)
	}
	if since {
		return p.openSpan(m, Since, start, a.f.end)
	}
	return m
}

func (p *parser) openSpan(m Match, mod Mod, start, end int) Match {
	from, to := m.Start, m.Stop
	if m.Kind == Instant {
		to = from
	}
	m.Text, m.Pos, m.End, m.Kind, m.Mod = p.text[p.off[start]:p.off[end]], p.off[start], p.off[end], Span, mod
	m.Start, m.Stop = time.Time{}, time.Time{}
	switch mod {
	case Before:
		m.Stop, m.LastStart = from, to
	case Until:
		m.Stop, m.LastStart = to, from
	case Since:
		m.Start, m.LastStart = from, from
	case After:
		m.Start, m.LastStart = to, from
	}
	return m
}

// fromNow reads 从现在到八点 and 从现在起.
func (p *parser) fromNow(start, e int) (Match, bool) {
	s := p.rangeSep(p.opt(e, "起", "开始"))
	if s < 0 {
		m := p.match(start, p.opt(e, "起", "开始"))
		m.Kind, m.Mod, m.Start, m.LastStart, m.Grain, m.HasDate, m.HasClock = Span, Since, p.clk.now, p.clk.now, Second, true, true
		return m, true
	}
	b, ok := p.pointAt(p.space(s))
	if !ok {
		return Match{}, false
	}
	if !b.f.hasDate() && b.f.clock.hasHour && b.f.clock.invalid == "" {
		m := p.match(start, b.f.end)
		t, _, others := p.clk.on(&b.f.clock, p.clk.today)
		for _, o := range others {
			if o.After(p.clk.now) && (o.Before(t) || !t.After(p.clk.now)) {
				t = o
			}
		}
		if !t.After(p.clk.now) {
			t = p.clk.plus(t, 1)
		}
		m.Kind, m.Joined, m.Start, m.LastStart, m.Stop, m.Grain, m.HasDate, m.HasClock = Span, true, p.clk.now, t, t, b.f.clock.grain, true, true
		return m, true
	}
	stop := p.resolvePoint(&b, b.f.pos)
	if stop.Invalid == "" && !stop.Stop.After(p.clk.now) {
		return Match{}, false
	}
	m := p.match(start, b.f.end)
	m.Joined = true
	m.Kind, m.Start, m.LastStart, m.Stop, m.Grain, m.HasDate, m.HasClock = Span, p.clk.now, stop.Start, stop.Stop, stop.Grain, true, stop.HasClock
	m.Invalid = stop.Invalid
	return m, true
}
