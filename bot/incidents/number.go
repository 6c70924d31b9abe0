package incidents

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// number writes what people call a case: the unit's short name, month and day, and how many there were that day.
func number(short string, day time.Time, n int) string {
	return fmt.Sprintf("%s%s-%02d", short, day.Format("0102"), n)
}

// ordinal is the part of a number that people use among themselves: 马鞍山1123-05 is "5".
func ordinal(number string) string {
	_, last, _ := strings.Cut(number, "-")
	return strings.TrimLeft(last, "0")
}

// Reference is a case as somebody names it: 马鞍山1123-05, 1123-5, 5号, 05号那个.
type Reference struct {
	Short   string // 马鞍山; "": not said
	Day     string // 1123; "": not said
	Ordinal string // 5
	Text    string // as it is read
	words   string // as they stand in the message
}

var (
	longReference  = regexp.MustCompile(`(\p{Han}{1,8})?(\d{4})\s*[-－—–]\s*(\d{1,4})(?:号|那个|那件)?`)
	shortReference = regexp.MustCompile(`(?:编号|工单|事项|案件|第)?\s*#?(\d{1,9})\s*号(?:那个|那件|工单|事项|单子|单)?(楼|院|线|栋|门|路|房|井|桌|库|地块|车|店)?`)
)

// References finds the cases that the words name. A house number, 5号楼, names none.
func References(text string) []Reference {
	var found []Reference
	rest := text
	for _, at := range longReference.FindAllStringSubmatchIndex(text, -1) {
		if at[2] < 0 && at[0] > 0 && alphanumeric(text[at[0]-1]) { // a part of another number: of a finding, DC261123-1
			rest = strings.Replace(rest, text[at[0]:at[1]], "|", 1)
			continue
		}
		m := longReference.FindStringSubmatch(text[at[0]:at[1]])
		short := shortOf(m[1])
		if short == "" && !dayOfYear(m[2]) { // a telephone number
			continue
		}
		found = append(found, Reference{Short: short, Day: m[2], Ordinal: trimZeros(m[3]), Text: short + m[2] + "-" + m[3], words: m[0]})
		rest = strings.Replace(rest, m[0], "|", 1)
	}
	for _, m := range shortReference.FindAllStringSubmatch(rest, -1) {
		if m[2] == "" && trimZeros(m[1]) != "" {
			found = append(found, Reference{Ordinal: trimZeros(m[1]), Text: strings.TrimSpace(m[0]), words: m[0]})
		}
	}
	return found
}

func alphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// Matches reports whether the case may be meant. Before the day there may be other words than the unit's: 马上处理马鞍山1123-05.
func (r Reference) Matches(number string) bool {
	head, last, ok := strings.Cut(number, "-")
	if !ok || trimZeros(last) != r.Ordinal || len(head) < 4 {
		return false
	}
	short, day := head[:len(head)-4], head[len(head)-4:]
	return (r.Day == "" || r.Day == day) && (r.Short == "" || strings.HasSuffix(r.Short, short) || strings.HasSuffix(short, r.Short))
}

// dayOfYear reports whether the four digits are a month and a day.
func dayOfYear(mmdd string) bool {
	_, err := time.Parse("20060102", "2024"+mmdd)
	return err == nil
}

// shortOf drops words that stand before a unit's name.
func shortOf(words string) string {
	for _, lead := range []string{"请问", "查询", "查一下", "看看", "编号", "工单", "把", "的", "是", "查", "到", "电话", "和", "与"} {
		if i := strings.LastIndex(words, lead); i >= 0 {
			words = words[i+len(lead):]
		}
	}
	return words
}

func trimZeros(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return ""
	}
	return strconv.Itoa(n)
}
