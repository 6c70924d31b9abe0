package knowledge

import (
	"slices"
	"strconv"
	"strings"
)

// numerals are the characters of Chinese numbers, those of cheques and of the telephone too, and what they stand for.
var numerals = map[rune]int{
	'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '幺': 1, '俩': 2, '仨': 3,
	'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9,
	'十': 10, '拾': 10, '廿': 20, '卅': 30, '百': 100, '佰': 100, '千': 1000, '仟': 1000, '万': 10000, '亿': 100000000,
}

// power is what a character multiplies by; 1 if it doesn't.
func power(r rune) int {
	if n := numerals[r]; n == 10 || n >= 100 {
		return n
	}
	return 1
}

// article are units before which 一 is no number: 一个, 一次, 一点.
var article = []string{"个", "次", "种", "位", "家", "项", "条", "点", "人", "名", "户", "层", "级", "类", "步", "面", "部", "句", "口", "分", "路", "站", "楼"}

// western writes the Chinese numbers that count something in digits: 十五日 as 15日, 两份 as 2份, 半年 as 0.5年. Numbers within words (一般, 万一) stay.
func western(text string) string {
	runes := []rune(text)
	var b strings.Builder
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && isNumeral(runes[end]) {
			end++
		}
		if end == i {
			b.WriteRune(runes[i])
			i++
			continue
		}
		run := runes[i:end]
		if n, ok := valueOf(run); ok && counts(runes, i, end) {
			b.WriteString(n)
		} else {
			b.WriteString(string(run))
		}
		i = end
	}
	return b.String()
}

func isNumeral(r rune) bool {
	_, ok := numerals[r]
	return ok || r == '半'
}

// counts reports whether the numerals between from and to count something.
func counts(runes []rune, from, to int) bool {
	run, before, behind := string(runes[from:to]), string(runes[max(0, from-3):from]), string(runes[to:min(len(runes), to+5)])
	if from > 0 && runes[from-1] >= '0' && runes[from-1] <= '9' {
		return false // 3万: a figure by itself
	}
	switch {
	case strings.HasSuffix(before, "周") || strings.HasSuffix(before, "星期") || strings.HasSuffix(before, "礼拜"):
		return false // 周三
	case strings.HasPrefix(behind, "分之") && !strings.HasSuffix(before, "百分之"):
		return false // 百分之五: the 百 is no number
	case run == "半" && (strings.HasSuffix(before, "点") || strings.HasSuffix(before, "时") || strings.HasSuffix(before, "点钟")):
		return false // 1点半: part of a clock's time
	case strings.HasSuffix(before, "第") || strings.HasSuffix(before, "百分之"):
		return true
	case to-from >= 3 && !strings.ContainsAny(run, "十百千万亿半"):
		return true // 一二三四五
	}
	behind = strings.TrimLeft(behind, "多来余几") // 十多天
	if strings.HasPrefix(behind, "点") || strings.HasPrefix(behind, "时") {
		return run != "一" || strings.HasSuffix(before, "午") || strings.HasSuffix(before, "上")
	}
	if strings.HasPrefix(behind, "月") && run != "半" {
		return true
	}
	for _, form := range []string{"元", "圆", "块", "角", "年", "至", "到", "-", "成"} {
		if strings.HasPrefix(behind, form) {
			return !(run == "一" && (form == "至" || form == "到")) && !(run == "一" && strings.HasPrefix(behind, "块") && !strings.HasPrefix(behind, "块钱"))
		}
	}
	for _, u := range factWords().units { // the longest first
		if strings.HasPrefix(behind, u) {
			return !(run == "一" || run == "十" || run == "半") || !slices.Contains(article, u)
		}
	}
	return false
}

// valueOf reads a Chinese number: 十五, 一百二十, 三万五千, 二〇二六, 半, 一万二.
func valueOf(run []rune) (string, bool) {
	if string(run) == "半" {
		return "0.5", true
	}
	if slices.Contains(run, '半') {
		return "", false
	}
	if !slices.ContainsFunc(run, func(r rune) bool { return numerals[r] >= 10 }) { // 二〇二六, 一二三四五
		var b strings.Builder
		for _, r := range run {
			b.WriteString(strconv.Itoa(numerals[r]))
		}
		return b.String(), true
	}
	total, section, digit, last := 0, 0, 0, 1
	for _, r := range run {
		switch n := numerals[r]; {
		case n >= 10000:
			if total > 1_000_000_000_000/n {
				return "", false
			}
			total, section, digit, last = (total+section+digit)*n, 0, 0, n
		case n == 20 || n == 30:
			section, last = section+n, 10
		case n >= 10:
			section, digit, last = section+max(digit, 1)*n, 0, n
		default:
			digit = n
			if n == 0 {
				last = 10 // 一百零五: the five is a five
			}
		}
	}
	if digit > 0 && last >= 100 {
		digit *= last / 10 // 一万二, 一百五
	}
	return strconv.Itoa(total + section + digit), true
}
