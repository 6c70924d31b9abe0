package timex

import "time"

type nowSense int

const (
	isNow nowSense = iota
	soon
	justNow
	lately
	years  // the last years
	around // a few days on either side
)

var nowWords = []word[nowSense]{
	{"现在", isNow}, {"此刻", isNow}, {"此时", isNow}, {"目前", isNow}, {"眼下", isNow}, {"这会儿", isNow}, {"这会", isNow}, {"而家", isNow}, {"依家", isNow},
	{"马上", soon}, {"立刻", soon}, {"立即", soon}, {"赶快", soon},
	{"刚才", justNow}, {"刚刚", justNow}, {"方才", justNow},
	{"前不久", lately}, {"不久前", lately}, {"前些天", lately}, {"前阵子", lately}, {"前段时间", lately}, {"前一阵子", lately}, {"前一段时间", lately}, {"这段时间", lately}, {"这阵子", lately}, {"近些年", years}, {"近年来", years}, {"近年", years}, {"近日", lately}, {"日前", lately}, {"这几天", around}, {"这两天", around}, {"这几日", around},
	{"最近", lately}, {"近来", lately}, {"近期", lately},
}

// nowWord reads the words for the present and what is around it.
func (p *parser) nowWord(i int) (Match, bool) {
	switch p.at(i) {
	case '现', '此', '目', '眼', '这', '当', '马', '立', '赶', '刚', '方', '最', '近', '前', '不', '日', '而', '依':
	default:
		return Match{}, false
	}
	sense, e := find(p, i, nowWords)
	if p.in(i, "而依") && (han(p.at(i-1)) && !p.in(i-1, "我你佢") || han(p.at(e)) && !p.in(e, "喺系唔先冇有")) { // 而家里 is two words
		return Match{}, false
	}
	if e < 0 || p.in(i, "最近") && p.in(i-1, "离距附就靠") || p.at(i) == '日' && p.numberBefore(i) || p.at(i) == '日' && han(p.at(i-1)) || p.at(i) == '最' && p.in(e, "的") && p.at(i-1) != 0 || p.at(i) == '马' && p.in(e, "来西") {
		return Match{}, false
	}
	now := p.clk.now
	m := p.match(i, e)
	m.HasDate, m.HasClock, m.Grain, m.Kind, m.Start, m.Stop, m.LastStart = true, true, Second, Instant, now, now, now
	switch sense {
	case soon, justNow:
		m.Approx = true
	case lately:
		m.Kind, m.Approx, m.HasClock, m.Grain = Span, true, false, OneDay
		m.Start = now.Add(-14 * 24 * time.Hour)
	case years:
		m.Kind, m.Approx, m.HasClock, m.Grain = Span, true, false, Year
		m.Start = addMonths(now, -36)
	case around:
		m.Kind, m.Approx, m.HasClock, m.Grain = Span, true, false, OneDay
		m.Start, m.Stop = p.clk.plus(p.clk.today, -2), p.clk.plus(p.clk.today, 3)
		m.LastStart = p.clk.plus(m.Stop, -1)
	}
	return m, true
}
