package timexeval

import (
	"encoding/json"
	"strings"
)

// The reasons that put a case out of scope. They rest on the case alone, never on how it was read; README.md
// gives an example of each.
const (
	outCentury   = "century, decade or reign"
	outSolar     = "lunar date that the suite gives as a solar one"
	outSuite     = "the suite does not resolve it"
	outBareYear  = "bare number as a year"
	outPartial   = "reference time with missing fields"
	outRange     = "range of lengths"
	outFiner     = "repeats within a day, or by the lunar year"
	outVague     = "vague amount"
	outSeason    = "season or solar term"
	outNextAlone = "suite's option that always takes the next month or year"
)

var centuryWords = []string{"世纪", "年代", "民国", "宣统", "光绪", "同治", "咸丰", "道光", "嘉庆", "乾隆", "雍正", "康熙", "顺治"}

var lunarWords = []string{"正月", "腊月", "大年", "除夕", "春节", "端午", "中秋", "重阳", "元宵", "七夕", "中元", "八月十五", "初一", "初二", "初三",
	"初四", "初五", "初六", "初七", "初八", "初九", "初十", "农历", "阴历"}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// recognizersScope says why a case is none that a meeting, a deadline or a report could use, "" if it is one.
func recognizersScope(c recognizersSpec) string {
	if containsAny(c.Input, centuryWords) {
		return outCentury
	}
	extractor := strings.HasSuffix(c.File, "Extractor")
	for _, x := range c.Results {
		if !extractor && containsAny(x.Text, lunarWords) {
			return outSolar
		}
		if digits := strings.Trim(x.Text, "= "); len(digits) == 4 && strings.Trim(digits, "0123456789") == "" {
			return outBareYear
		}
		kind := x.Type + strings.TrimPrefix(x.TypeName, "datetimeV2.")
		if !strings.HasSuffix(kind, "range") || extractor {
			continue
		}
		unresolved := len(x.Value.FutureResolution) == 0 && x.TypeName == ""
		for _, v := range x.Resolution.Values {
			unresolved = unresolved || v["value"] == "not resolved"
		}
		for _, v := range x.Value.FutureResolution {
			unresolved = unresolved || v == "not resolved"
		}
		if unresolved {
			return outSuite
		}
	}
	return ""
}

// jionlpScope is the same for the other suite.
func jionlpScope(c *jionlpSpec, partial bool) string {
	var list []map[string]float64
	switch {
	case c.Group == 2:
		return outNextAlone
	case containsAny(c.Text, centuryWords):
		return outCentury
	case c.Expect.Type == "time_delta" && json.Unmarshal(c.Expect.Time, &list) == nil:
		return outRange
	case c.Expect.Type == "time_period":
		var p struct{ Delta map[string]float64 }
		if json.Unmarshal(c.Expect.Time, &p) == nil && seconds(p.Delta) < 86400 || containsAny(c.Text, lunarWords) {
			return outFiner
		}
		if containsAny(c.Text, seasonWords) {
			return outSeason
		}
	case containsAny(c.Text, []string{"几十", "几百", "上千", "上万", "万年", "亿年", "多年", "多个", "半天"}):
		return outVague
	case containsAny(c.Text, seasonWords):
		return outSeason
	case partial && relative(c.Text):
		return outPartial
	}
	return ""
}

var seasonWords = []string{"春天", "夏天", "秋天", "冬天", "春季", "夏季", "秋季", "冬季", "立春", "立夏", "立秋", "立冬", "小寒", "大寒", "雨水", "惊蛰", "春分",
	"谷雨", "小满", "芒种", "夏至", "小暑", "大暑", "处暑", "白露", "秋分", "寒露", "霜降", "小雪", "大雪", "冬至"}

// relative says whether the phrase counts from the reference time, so that its missing fields matter.
func relative(text string) bool {
	return containsAny(text, []string{"以内", "之内", "内", "以来", "以前", "之前", "以后", "之后", "后", "前", "近", "未来", "过去", "再过"})
}
