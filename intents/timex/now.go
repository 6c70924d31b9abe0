package timex

import "time"

type nowSense int

const (
	isNow nowSense = iota
	soon
	justNow
	lately
)

var nowWords = []word[nowSense]{
	{"现在", isNow}, {"此刻", isNow}, {"此时", isNow}, {"目前", isNow}, {"眼下", isNow}, {"这会儿", isNow}, {"这会", isNow},
	{"马上", soon}, {"立刻", soon}, {"立即", soon}, {"赶快", soon},
	{"刚才", justNow}, {"刚刚", justNow}, {"方才", justNow},
	{"最近", lately}, {"近来", lately}, {"近期", lately},
}

// nowWord reads the words for the present and what is around it.
func (p *parser) nowWord(i int) (Match, bool) {
	switch p.at(i) {
	case '现', '此', '目', '眼', '这', '当', '马', '立', '赶', '刚', '方', '最', '近':
	default:
		return Match{}, false
	}
	sense, e := find(p, i, nowWords)
	if e < 0 || p.at(i) == '最' && p.in(e, "的") && p.at(i-1) != 0 || p.at(i) == '马' && p.in(e, "来西") {
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
	}
	return m, true
}
