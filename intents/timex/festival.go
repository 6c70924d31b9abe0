package timex

import (
	"time"

	"linli/intents/timex/lunar"
)

// festival is a day of the year with a name.
type festival struct {
	rule       byte // 's' solar date, 'l' lunar date, 'w' n-th weekday of a month, 't' solar term, 'e' New Year's Eve, 'E' Easter, 'h' the day before 清明
	month, day int  // 'w': day = 10·n + weekday, negative from the end of the month; 't': day is the term; 'E': days after Easter
	statutory  bool // has days off, so that 期间 and 假期 mean something
	weak       bool // the words mean other things too: only with 节, 假期, 前, 后 … or a year
	lunarYear  bool // belongs to the end of a traditional year
	named      bool // only with 世界, 国际, 全国 before it: 世界水日
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
	{"消防宣传日", festival{rule: 's', month: 11, day: 9}},
	{"警察节", festival{rule: 's', month: 1, day: 10}},
	{"水日", festival{rule: 's', month: 3, day: 22, named: true}},
	{"气象日", festival{rule: 's', month: 3, day: 23, named: true}},
	{"卫生日", festival{rule: 's', month: 4, day: 7, named: true}},
	{"国家安全教育日", festival{rule: 's', month: 4, day: 15}},
	{"地球日", festival{rule: 's', month: 4, day: 22}},
	{"读书日", festival{rule: 's', month: 4, day: 23, named: true}},
	{"航天日", festival{rule: 's', month: 4, day: 24}},
	{"助残日", festival{rule: 'w', month: 5, day: 37}},
	{"家庭日", festival{rule: 's', month: 5, day: 15, named: true}},
	{"无烟日", festival{rule: 's', month: 5, day: 31, named: true}},
	{"环境日", festival{rule: 's', month: 6, day: 5, named: true}},
	{"爱眼日", festival{rule: 's', month: 6, day: 6}},
	{"禁毒日", festival{rule: 's', month: 6, day: 26}},
	{"人口日", festival{rule: 's', month: 7, day: 11, named: true}},
	{"全民健身日", festival{rule: 's', month: 8, day: 8}},
	{"医师节", festival{rule: 's', month: 8, day: 19}},
	{"抗战胜利纪念日", festival{rule: 's', month: 9, day: 3}},
	{"烈士纪念日", festival{rule: 's', month: 9, day: 30}},
	{"粮食日", festival{rule: 's', month: 10, day: 16, named: true}},
	{"程序员节", festival{rule: 's', month: 10, day: 24}},
	{"记者节", festival{rule: 's', month: 11, day: 8}},
	{"艾滋病日", festival{rule: 's', month: 12, day: 1}},
	{"残疾人日", festival{rule: 's', month: 12, day: 3}},
	{"志愿者日", festival{rule: 's', month: 12, day: 5}},
	{"人权日", festival{rule: 's', month: 12, day: 10}},
	{"网络情人节", festival{rule: 's', month: 5, day: 20}},
	{"国际劳动妇女节", festival{rule: 's', month: 3, day: 8}},
	{"万圣夜", festival{rule: 's', month: 10, day: 31}},
	{"圣诞夜", festival{rule: 's', month: 12, day: 24}},
	{"跨年夜", festival{rule: 's', month: 12, day: 31}},
	{"节礼日", festival{rule: 's', month: 12, day: 26}},
	{"圣帕特里克节", festival{rule: 's', month: 3, day: 17}},
	{"独立日", festival{rule: 's', month: 7, day: 4}},
	{"退伍军人节", festival{rule: 's', month: 11, day: 11}},
	{"马丁路德金日", festival{rule: 'w', month: 1, day: 31}},
	{"总统日", festival{rule: 'w', month: 2, day: 31}},
	{"阵亡将士纪念日", festival{rule: 'w', month: 5, day: -11}},
	{"哥伦布日", festival{rule: 'w', month: 10, day: 21}},
	{"感恩节", festival{rule: 'w', month: 11, day: 44}},
	{"平安夜", festival{rule: 's', month: 12, day: 24}},
	{"圣诞", festival{rule: 's', month: 12, day: 25}},
	{"宪法日", festival{rule: 's', month: 12, day: 4}},
	{"公祭日", festival{rule: 's', month: 12, day: 13}},
	{"复活节", festival{rule: 'E'}},
	{"复活节星期一", festival{rule: 'E', day: 1}},
	{"耶稣受难日", festival{rule: 'E', day: -2}},
	{"耶稣受难节", festival{rule: 'E', day: -2}},
	{"圣周五", festival{rule: 'E', day: -2}},
	{"耶稣升天节", festival{rule: 'E', day: 39}},
	{"圣灵降临节", festival{rule: 'E', day: 49}},
	{"跨年", festival{rule: 's', month: 12, day: 31, weak: true}},
	{"农历新年", festival{rule: 'l', month: 1, day: 1, statutory: true}},
	{"春节", festival{rule: 'l', month: 1, day: 1, statutory: true}},
	{"元宵", festival{rule: 'l', month: 1, day: 15}},
	{"龙抬头", festival{rule: 'l', month: 2, day: 2}},
	{"中和节", festival{rule: 'l', month: 2, day: 2}},
	{"上巳节", festival{rule: 'l', month: 3, day: 3}},
	{"浴佛节", festival{rule: 'l', month: 4, day: 8}},
	{"佛诞", festival{rule: 'l', month: 4, day: 8}},
	{"乞巧节", festival{rule: 'l', month: 7, day: 7}},
	{"盂兰盆节", festival{rule: 'l', month: 7, day: 15}},
	{"老年节", festival{rule: 'l', month: 9, day: 9}},
	{"老人节", festival{rule: 'l', month: 9, day: 9}},
	{"寒衣节", festival{rule: 'l', month: 10, day: 1}},
	{"下元节", festival{rule: 'l', month: 10, day: 15}},
	{"祭灶节", festival{rule: 'l', month: 12, day: 23}},
	{"寒食节", festival{rule: 'h'}},
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

// qingming is the place of 清明 among the solar terms.
const qingming = 6

// festivalDay is the day of f in a solar year.
func (r *reckoner) festivalDay(f *festival, year int) (time.Time, bool) {
	switch f.rule {
	case 's':
		return r.day(year, f.month, f.day), true
	case 'w':
		return r.nthWeekday(r.day(year, f.month, 1), r.day(year, f.month+1, 1), f.day/10, max(f.day%10, -f.day%10))
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
		return r.plus(r.easter(year), f.day), true
	case 'h':
		day, ok := r.solarTerm(year, qingming)
		return r.plus(day, -1), ok
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
