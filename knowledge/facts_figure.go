package knowledge

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// figures finds everything in the folded text that has a number in it, and returns the text without it: what is left is words.
func figures(text string) ([]Fact, string) {
	text = counted.ReplaceAllString(text, "$1")
	text = western(thousands.ReplaceAllString(text, "$1$2"))
	var found []Fact
	for _, f := range figureForms {
		text = replaceAll(f.form, text, func(m []string) string {
			fact, ok := f.read(m)
			if !ok {
				return m[0]
			}
			found = append(found, fact...)
			return cut
		})
	}
	return found, text
}

// cut stands where a figure was: no name goes through it.
const cut = "\n"

// counted are the numbers of a list's points, which say nothing.
var counted = regexp.MustCompile(`(?m)(^|[。;；])\s*(?:\d{1,2}[.、)]|[(]\d{1,2}[)]|[①-⑳]|第[一二三四五六七八九十\d]{1,2}步[:,]?)`)

// thousands are digits before a comma and three more: 15,000.
var thousands = regexp.MustCompile(`(\d),(\d{3}(?:\D|$))`)

// figureForm is a way to write a figure.
type figureForm struct {
	form *regexp.Regexp
	read func(m []string) ([]Fact, bool)
}

// figureForms are the ways to write figures, those that hold others first.
var figureForms = []figureForm{
	{regexp.MustCompile(`(?:\+?86[- ]?)?(?:\(?0\d{2,3}\)?[- ]?\d{7,8}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}|1[3-9]\d[- ]?\d{4}[- ]?\d{4})`), readPhone},
	{regexp.MustCompile(`((?:19|20)\d{2})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?`), readDate},
	{regexp.MustCompile(`(?:(\d{4}|\d{2})年)?(\d{1,2})月份?(?:(\d{1,2})(?:日|号)?)?`), readDate},
	{regexp.MustCompile(`(\d{4})年()()`), readDate},
	{regexp.MustCompile(`()(?:每月|当月|次月|本月|下月|每个月)(?:的)?()(\d{1,2})(?:日|号)`), readDate},
	{regexp.MustCompile(`(上午|早上|早晨|清晨|凌晨|中午|下午|晚上|傍晚|夜里)?(\d{1,2}):(\d{2})`), readClock},
	{regexp.MustCompile(`(上午|早上|早晨|清晨|凌晨|中午|下午|晚上|傍晚|夜里)?(\d{1,2})(?:点钟?|时)(半|一刻|三刻|\d{1,2}分?)?`), readClock},
	{regexp.MustCompile(`(?:周|星期|礼拜)([一二三四五六日天末])`), readWeekday},
	{regexp.MustCompile(`()\d(?:[ .-]?\d){6,}`), readPhone},
	{regexp.MustCompile(`[¥$]\s?(\d+(?:\.\d+)?)([万亿]?)`), readAmount},
	{regexp.MustCompile(`(\d+(?:\.\d+)?)([十百千万亿]*)[余多来几]?(?:元|圆|块钱?|rmb|人民币)`), readAmount},
	{regexp.MustCompile(`(\d+(?:\.\d+)?)\s?(%|‰|成)`), readShare},
	{regexp.MustCompile(`百分之(\d+(?:\.\d+)?)()`), readShare},
	{regexp.MustCompile(`(\d+(?:\.\d+)?)([十百千万亿]*)(?:(?:-|到|至|或)(\d+(?:\.\d+)?)([十百千万亿]*))?[余多来几]?(` + measures() + `)?`), readNumber},
}

func measures() string {
	words := slices.Clone(factWords().units)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(words, "|")
}

func readPhone(m []string) ([]Fact, bool) {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, m[0])
	if len(digits) > 11 {
		digits = strings.TrimPrefix(digits, "86")
	}
	return []Fact{{FactPhone, m[0], digits}}, true
}

func readDate(m []string) ([]Fact, bool) {
	year, month, day := m[1], atoi(m[2]), atoi(m[3])
	if len(year) == 2 {
		year = "20" + year
	}
	if month > 12 || day > 31 {
		return nil, false
	}
	return []Fact{{FactDate, m[0], fmt.Sprintf("%s-%d-%d", year, month, day)}}, true
}

func readClock(m []string) ([]Fact, bool) {
	hour, minute := atoi(m[2]), 0
	switch m[3] {
	case "半":
		minute = 30
	case "一刻", "1刻":
		minute = 15
	case "三刻", "3刻":
		minute = 45
	default:
		minute = atoi(strings.TrimSuffix(m[3], "分"))
	}
	if hour > 24 || minute > 59 {
		return nil, false
	}
	sign := "="
	switch m[1] {
	case "下午", "晚上", "傍晚", "夜里":
		if hour < 12 {
			hour += 12
		}
	case "中午":
		if hour < 11 {
			hour += 12
		}
	case "":
		if hour <= 12 && !strings.Contains(m[0], ":") { // 5点 may be either
			hour %= 12
			sign = "~"
		}
	}
	return []Fact{{FactClock, m[0], fmt.Sprintf("%s%d:%02d", sign, hour, minute)}}, true
}

func readWeekday(m []string) ([]Fact, bool) {
	if m[1] == "末" {
		return []Fact{{FactWeekday, m[0], "六"}, {FactWeekday, m[0], "日"}}, true
	}
	return []Fact{{FactWeekday, m[0], strings.Replace(m[1], "天", "日", 1)}}, true
}

func readAmount(m []string) ([]Fact, bool) {
	return []Fact{{FactAmount, m[0], times(m[1], m[2])}}, true
}

func readShare(m []string) ([]Fact, bool) {
	key := times(m[1], "")
	switch m[2] {
	case "成":
		key = times(m[1], "十")
	case "‰":
		key += "‰"
	}
	return []Fact{{FactNumber, m[0], key + "|%"}}, true
}

func readNumber(m []string) ([]Fact, bool) {
	unit := strings.TrimPrefix(sameUnit(m[5]), "个")
	if m[5] == "个" || m[5] == "个月" {
		unit = m[5]
	}
	facts := []Fact{{FactNumber, m[0], times(m[1], m[2]) + "|" + unit}}
	if m[3] != "" {
		first := m[2]
		if first == "" && m[4] != "" {
			first = m[4] // 3-5万
		}
		facts = []Fact{{FactNumber, m[0], times(m[1], first) + "|" + unit}, {FactNumber, m[0], times(m[3], m[4]) + "|" + unit}}
	}
	return facts, true
}

// sameUnit is how a unit is written here.
func sameUnit(unit string) string {
	switch unit {
	case "天", "日":
		return "天"
	case "钟头", "个钟头", "个小时", "小时":
		return "小时"
	case "星期", "个星期", "礼拜", "个礼拜", "周":
		return "周"
	case "名", "位", "人":
		return "人"
	case "周岁", "岁":
		return "岁"
	case "栋", "幢", "号楼":
		return "栋"
	case "层", "楼":
		return "层"
	case "平方米", "平米", "平方", "㎡", "m2":
		return "平方米"
	case "公里", "千米", "km":
		return "公里"
	}
	return unit
}

// implied are the keys that a source's fact vouches for.
func implied(f Fact) []string {
	keys := []string{f.key}
	switch f.Kind {
	case FactDate:
		var y string
		var m, d int
		y, rest, _ := strings.Cut(f.key, "-")
		if _, err := fmt.Sscanf(rest, "%d-%d", &m, &d); err == nil {
			keys = append(keys, fmt.Sprintf("-%d-%d", m, d), fmt.Sprintf("%s-%d-0", y, m), fmt.Sprintf("-%d-0", m), y+"-0-0")
		}
	case FactClock:
		hour, rest, _ := strings.Cut(f.key[1:], ":")
		h := atoi(hour)
		if f.key[0] == '=' {
			keys = append(keys, fmt.Sprintf("~%d:%s", h%12, rest))
		} else {
			keys = append(keys, fmt.Sprintf("=%d:%s", h, rest), fmt.Sprintf("=%d:%s", h+12, rest))
		}
	case FactNumber:
		bare, _, _ := strings.Cut(f.key, "|")
		keys = append(keys, bare+"|")
	}
	return keys
}

// times writes a number and the powers of ten behind it without either.
func times(number, powers string) string {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	for _, r := range powers {
		n *= float64(power(r))
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// replaceAll is regexp's ReplaceAllStringFunc with the groups.
func replaceAll(form *regexp.Regexp, text string, by func(m []string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range form.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, len(m)/2)
		for i := range groups {
			if m[2*i] >= 0 {
				groups[i] = text[m[2*i]:m[2*i+1]]
			}
		}
		b.WriteString(text[at:m[0]])
		b.WriteString(by(groups))
		at = m[1]
	}
	b.WriteString(text[at:])
	return b.String()
}
