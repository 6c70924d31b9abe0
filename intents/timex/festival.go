package timex

import (
	"time"

	"linli/intents/timex/lunar"
)

// festival is a day of the year with a name.
type festival struct {
	rule       byte // 's' solar date, 'l' lunar date, 'w' n-th weekday of a month, 't' solar term, 'e' New Year's Eve, 'E' Easter
	month, day int  // 'w': day = 10·n + weekday; 't': day is the term
	statutory  bool // has days off, so that 期间 and 假期 mean something
	weak       bool // the words mean other things too: only with 节, 假期, 前, 后 … or a year
	lunarYear  bool // belongs to the end of a traditional year
}

// festivals, the longer words first where one begins another.
var festivals = byFirstRune([]word[festival]{
	{"元旦", festival{rule: 's', month: 1, day: 1, statutory: true}},
	{"新年", festival{rule: 's', month: 1, day: 1}},
	{"情人节", festival{rule: 's', month: 2, day: 14}},
	{"白色情人节", festival{rule: 's', month: 3, day: 14}},
	{"妇女节", festival{rule: 's', month: 3, day: 8}},
	{"女生节", festival{rule: 's', month: 3, day: 7}},
	{"女神节", festival{rule: 's', month: 3, day: 8}},
	{"三八节", festival{rule: 's', month: 3, day: 8}},
	{"三八妇女节", festival{rule: 's', month: 3, day: 8}},
	{"植树节", festival{rule: 's', month: 3, day: 12}},
	{"消费者权益日", festival{rule: 's', month: 3, day: 15}},
	{"三一五", festival{rule: 's', month: 3, day: 15, weak: true}},
	{"愚人节", festival{rule: 's', month: 4, day: 1}},
	{"劳动节", festival{rule: 's', month: 5, day: 1, statutory: true}},
	{"五一劳动节", festival{rule: 's', month: 5, day: 1, statutory: true}},
	{"五一", festival{rule: 's', month: 5, day: 1, statutory: true}},
	{"51劳动节", festival{rule: 's', month: 5, day: 1, statutory: true}},
	{"青年节", festival{rule: 's', month: 5, day: 4}},
	{"五四青年节", festival{rule: 's', month: 5, day: 4}},
	{"五四", festival{rule: 's', month: 5, day: 4, weak: true}},
	{"护士节", festival{rule: 's', month: 5, day: 12}},
	{"母亲节", festival{rule: 'w', month: 5, day: 27}},
	{"父亲节", festival{rule: 'w', month: 6, day: 37}},
	{"儿童节", festival{rule: 's', month: 6, day: 1}},
	{"六一儿童节", festival{rule: 's', month: 6, day: 1}},
	{"六一", festival{rule: 's', month: 6, day: 1}},
	{"61儿童节", festival{rule: 's', month: 6, day: 1}},
	{"建党节", festival{rule: 's', month: 7, day: 1}},
	{"七一", festival{rule: 's', month: 7, day: 1, weak: true}},
	{"建军节", festival{rule: 's', month: 8, day: 1}},
	{"八一建军节", festival{rule: 's', month: 8, day: 1}},
	{"八一", festival{rule: 's', month: 8, day: 1, weak: true}},
	{"教师节", festival{rule: 's', month: 9, day: 10}},
	{"国庆", festival{rule: 's', month: 10, day: 1, statutory: true}},
	{"十一国庆", festival{rule: 's', month: 10, day: 1, statutory: true}},
	{"十一", festival{rule: 's', month: 10, day: 1, statutory: true, weak: true}},
	{"万圣节", festival{rule: 's', month: 10, day: 31}},
	{"光棍节", festival{rule: 's', month: 11, day: 11}},
	{"双十一", festival{rule: 's', month: 11, day: 11}},
	{"双11", festival{rule: 's', month: 11, day: 11}},
	{"双十二", festival{rule: 's', month: 12, day: 12}},
	{"双12", festival{rule: 's', month: 12, day: 12}},
	{"消防日", festival{rule: 's', month: 11, day: 9}},
	{"感恩节", festival{rule: 'w', month: 11, day: 44}},
	{"平安夜", festival{rule: 's', month: 12, day: 24}},
	{"圣诞", festival{rule: 's', month: 12, day: 25}},
	{"宪法日", festival{rule: 's', month: 12, day: 4}},
	{"公祭日", festival{rule: 's', month: 12, day: 13}},
	{"复活节", festival{rule: 'E'}},
	{"跨年", festival{rule: 's', month: 12, day: 31, weak: true}},
	{"春节", festival{rule: 'l', month: 1, day: 1, statutory: true}},
	{"元宵", festival{rule: 'l', month: 1, day: 15}},
	{"龙抬头", festival{rule: 'l', month: 2, day: 2}},
	{"端午", festival{rule: 'l', month: 5, day: 5, statutory: true}},
	{"七夕", festival{rule: 'l', month: 7, day: 7}},
	{"中元", festival{rule: 'l', month: 7, day: 15}},
	{"鬼节", festival{rule: 'l', month: 7, day: 15}},
	{"中秋", festival{rule: 'l', month: 8, day: 15, statutory: true}},
	{"重阳", festival{rule: 'l', month: 9, day: 9}},
	{"腊八", festival{rule: 'l', month: 12, day: 8}},
	{"小年", festival{rule: 'l', month: 12, day: 23}},
	{"大年三十", festival{rule: 'e', lunarYear: true}},
	{"大年夜", festival{rule: 'e', lunarYear: true}},
	{"年三十", festival{rule: 'e', lunarYear: true}},
	{"除夕", festival{rule: 'e', lunarYear: true, statutory: true}},
})

// byFirstRune groups words by their first rune, longest first; the terms of the solar year join the festivals.
func byFirstRune(words []word[festival]) map[rune][]word[festival] {
	for i, t := range lunar.Terms {
		words = append(words, word[festival]{t, festival{rule: 't', day: i, lunarYear: i < 2, statutory: t == "清明"}})
	}
	m := map[rune][]word[festival]{}
	for _, w := range words {
		first := []rune(w.text)[0]
		list := m[first]
		k := 0
		for k < len(list) && len(list[k].text) >= len(w.text) {
			k++
		}
		m[first] = append(list[:k:k], append([]word[festival]{w}, list[k:]...)...)
	}
	return m
}

// nextHoliday is the statutory holiday that 节前 and 节后 mean: the one under way, the next, or for the past the last.
func (r *reckoner) nextHoliday() *festival {
	var best *festival
	var at time.Time
	for _, words := range festivals {
		for k := range words {
			f := &words[k].value
			if !f.statutory || f.weak {
				continue
			}
			d := r.resolveDays(&fields{fest: f, off: wholeHoliday})
			past := r.o.Prefer == Past
			if best == nil || !past && d.from.Before(at) || past && d.from.After(at) {
				best, at = f, d.from
			}
		}
	}
	return best
}

// festivalDay is the day of f in a solar year.
func (r *reckoner) festivalDay(f *festival, year int) (time.Time, bool) {
	switch f.rule {
	case 's':
		return r.day(year, f.month, f.day), true
	case 'w':
		return r.nthWeekday(r.day(year, f.month, 1), r.day(year, f.month+1, 1), f.day/10, f.day%10)
	case 't':
		if f.lunarYear && r.o.Usage.TraditionalYear {
			year++
		}
		return r.solarTerm(year, f.day)
	case 'e':
		if r.o.Usage.TraditionalYear {
			year++
		}
		from, _, ok := r.lunarMonth(year, 1, false)
		return from.AddDate(0, 0, -1), ok
	case 'E':
		return r.easter(year), true
	}
	// A lunar date from the last month of the traditional year falls into the next January as a rule; a year
	// that is said with it is the traditional one, as everywhere on lunar dates.
	from, to, ok := r.lunarMonth(year, f.month, false)
	day := from.AddDate(0, 0, f.day-1)
	return day, ok && day.Before(to)
}

// easter is Easter Sunday (the algorithm of Meeus, Jones and Butcher).
func (r *reckoner) easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return r.day(year, n/31, n%31+1)
}

// holidaySpan is the run of days off around a festival: 春节期间, 国庆假期. ok is false when that day is worked.
func (r *reckoner) holidaySpan(day time.Time) (from, to time.Time, announced, ok bool) {
	work, announced := r.cal.Workday(day)
	if work {
		return day, r.plus(day, 1), announced, false
	}
	from, to = day, r.plus(day, 1)
	for range 15 {
		if work, _ := r.cal.Workday(r.plus(from, -1)); work {
			break
		}
		from = r.plus(from, -1)
	}
	for range 15 {
		if work, _ := r.cal.Workday(to); work {
			break
		}
		to = r.plus(to, 1)
	}
	return from, to, announced, true
}
