package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

var (
	weekdayWords = [...]string{"周一", "周二", "周三", "周四", "周五", "周六", "周日"} // as rrule counts them
	ordinalWords = map[int]string{1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", 5: "第五个", -1: "最后一个", -2: "倒数第二个"}
)

// Words writes the rule of a series as people say it: 每周一, 每月第一个周四, 每个工作日; "" for what happens once.
func (s Series) Words(loc *time.Location) string {
	if s.Rule == "" {
		return ""
	}
	o, err := rrule.StrToROptionInLocation(s.Rule, loc)
	if err != nil {
		return s.Rule
	}
	start := s.Start.In(loc)
	var words string
	switch o.Freq {
	case rrule.DAILY:
		words = every(o.Interval, "天", "每天")
		if s.Shift == Skip && o.Interval <= 1 && len(o.Byweekday) == 0 {
			words = "每个工作日"
		}
	case rrule.WEEKLY:
		words = every(o.Interval, "周", "每") + weekly(o.Byweekday, start)
	case rrule.MONTHLY:
		words = every(o.Interval, "个月", "每月") + monthly(o, start)
	default:
		words = every(o.Interval, "年", "每年") + yearly(o, start)
	}
	switch {
	case o.Count > 0:
		words += fmt.Sprintf(",共%d次", o.Count)
	case !o.Until.IsZero():
		words += ",到" + o.Until.In(loc).Format("2006年1月2日") + "为止"
	}
	return words
}

func every(interval int, unit, once string) string {
	switch {
	case interval <= 1:
		return once
	case interval == 2 && unit != "天" && unit != "年":
		return "每两" + unit
	}
	return fmt.Sprintf("每%d%s", interval, unit)
}

func weekly(days []rrule.Weekday, start time.Time) string {
	if len(days) == 0 {
		return weekdayWords[(int(start.Weekday())+6)%7]
	}
	which := make([]int, len(days))
	for i := range days {
		which[i] = days[i].Day()
	}
	slices.Sort(which)
	switch {
	case slices.Equal(which, []int{0, 1, 2, 3, 4}):
		return "周一至周五"
	case slices.Equal(which, []int{5, 6}):
		return "周末"
	}
	words := make([]string, len(which))
	for i, d := range which {
		words[i] = weekdayWords[d]
	}
	return strings.Join(words, "、")
}

func monthly(o *rrule.ROption, start time.Time) string {
	var words []string
	for _, d := range o.Bymonthday {
		words = append(words, monthday(d))
	}
	set := append([]int{}, o.Bysetpos...)
	if len(set) == 0 {
		set = []int{0}
	}
	if len(o.Byweekday) > 0 && len(o.Bymonthday) == 0 {
		for _, pos := range set {
			if pos != 0 {
				words = append(words, strings.TrimSuffix(ordinal(pos), "个")+"个"+strings.Replace(weekly(o.Byweekday, start), "周一至周五", "工作日", 1))
				continue
			}
			for i := range o.Byweekday {
				d := o.Byweekday[i]
				words = append(words, ordinal(d.N())+weekdayWords[d.Day()])
			}
		}
	}
	if len(words) == 0 {
		words = []string{monthday(start.Day())}
	}
	return strings.Join(words, "、")
}

func ordinal(n int) string {
	if n == 0 {
		return "每个"
	}
	if w := ordinalWords[n]; w != "" {
		return w
	}
	if n < 0 {
		return fmt.Sprintf("倒数第%d个", -n)
	}
	return fmt.Sprintf("第%d个", n)
}

func monthday(d int) string {
	switch {
	case d == -1:
		return "最后一天"
	case d < 0:
		return fmt.Sprintf("倒数第%d天", -d)
	}
	return fmt.Sprintf("%d日", d)
}

func yearly(o *rrule.ROption, start time.Time) string {
	months := o.Bymonth
	if len(months) == 0 && len(o.Byyearday)+len(o.Byweekno) == 0 {
		months = []int{int(start.Month())}
	}
	words := make([]string, len(months))
	for i, m := range months {
		words[i] = fmt.Sprintf("%d月", m)
	}
	if len(words) > 1 {
		return strings.Join(words, "、") + "的" + monthly(o, start)
	}
	return strings.Join(words, "") + monthly(o, start)
}

// Gaps says which occurrences the rule leaves out because a month has no such day: 没有31日的月份跳过; "" if none.
func (s Series) Gaps(loc *time.Location) string {
	o, err := rrule.StrToROptionInLocation(s.Rule, loc)
	if s.Rule == "" || err != nil || o.Freq != rrule.MONTHLY || len(o.Byweekday) > 0 {
		return ""
	}
	days := o.Bymonthday
	if len(days) == 0 {
		days = []int{s.Start.In(loc).Day()}
	}
	if d := slices.Max(days); d > 28 {
		return fmt.Sprintf("没有%d日的月份跳过", d)
	}
	return ""
}
