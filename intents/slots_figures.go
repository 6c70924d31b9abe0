package intents

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

var (
	numberWords  = regexp.MustCompile(`([\p{Han}]{2,12}\d{4}-\d{1,3})|(\d{4}-\d{1,3})|#(\d{1,3})|(?:^|[^\d月])(\d{1,3})号(?:[^\d楼栋线门院厂馆]|$)|第?([一二三四五六七八九十]{1,3})号(?:单|工单|件|案|问题)|(?:工单|单号|编号)(\d{1,3})(?:[^\d.%]|$)|第(\d{1,3}|[一二三四五六七八九十]{1,3})(?:单(?:[^元]|$)|件(?:[^事]|$)|个?工单)`)
	numberLead   = regexp.MustCompile(`^[\p{Han}]*(?:签收|接单|编号|单号|工单|单子|办结|受理|退回|查询|查一下|查|把|将|转|给|是|的|报|催)`)
	dutyWords    = regexp.MustCompile(`第?([\d一二三四五六七八九十]{1,3})大?[项条](?:任务)?[的,]?(?:第?([\d一二三四五六七八九十]{1,3})小?[项条])?|任务(\d{1,2}(?:\.\d{1,2})?)|(?:^|[^\d.])(\d{1,2}\.\d{1,2})(?:[^\d.%]|$)|(?:^|任务|项目)(\d{1,2}-\d{1,2})(?:项|完成|进度|进展|已|做|推进|到|这|$)|(?:^|[^\d])(\d{1,2})号(?:事项|任务|项目|工作|目标)`)
	orderWords   = regexp.MustCompile(`(?:问题|决议|事项)(?:第)?([\d一二三四五六七八九十]{1,3})|第([\d一二三四五六七八九十]{1,3})[条个项](?:问题|决议)?`)
	percentWords = regexp.MustCompile(`(\d{1,3})(?:\.\d+)?\s*%|百分之([一二三四五六七八九十百]+|\d{1,3})|([一二两三四五六七八九])成(半|[一二三四五六七八九])?|([二三四五六七八九十])分之([一二三四五六七八九])|(一半|过半)|进度(?:为|是|到|到了)?(\d{1,3})(?:[^\d]|$)|(\d{1,3})个(?:百分)?点|(百分百)`)
	refuses      = regexp.MustCompile(`不(?:去|来|能|参加|到|出席|了)|(?:去|来|到|赶|参加|脱|走|抽|出席)不|没空|没时间|没法|无法|请(?:个|半天|一天)?(?:病|事)?假|请.{1,4}假|缺席|冲突|撞(?:了|上|期)|婉拒|恐怕不|来不成|抱歉|走不开`)
	doubts       = regexp.MustCompile(`不确定|不一定|不好说|说不[准好定]|没准|可能|也许|看情况|尽量|再看|定不下来|待定|没定|争取|再说|暂时|不敢保证|保证不了|到时候看|还不知道|看时间|要是|如果|假如|再定|协调时间|晚点[答回]复|回头|稍后|再[答回]复|能[去来]就`)
	agrees       = regexp.MustCompile(`参加|参会|[去来]|到[会场]|准时|一定到|按时|出席|没问题|收到|可以|好的|^[好行嗯]|会到|届时到|算我|加我|算上我|报[个上]?名|有我|到时见|必到|能到|[晚迟]到|我们?到`)
	together     = regexp.MustCompile(`[和跟与同]我|我[和跟与同]|一起|一同|都`)
)

// number is the number that the pattern finds, in digits; one of a part and one of its whole are joined by a point.
func number(pattern *regexp.Regexp, text string) string {
	found := pattern.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	var parts []string
	for _, part := range found[1:] {
		if strings.Trim(part, "一二三四五六七八九十") == "" && part != "" {
			part = strconv.Itoa(tens(part))
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return numberLead.ReplaceAllString(strings.Join(parts, "."), "")
}

// attendance is whether somebody comes.
func attendance(normal string) string {
	if _, after, ok := strings.Cut(normal, "但"); ok { // 可能迟到,但会来
		if answer := attendance(after); answer != "" {
			return answer
		}
	}
	switch {
	case doubts.MatchString(normal):
		return "maybe"
	case refuses.MatchString(normal):
		return "no"
	case agrees.MatchString(normal):
		return "yes"
	}
	return ""
}

// percent reads 80%, 百分之八十, 八成, 一半; nil if there is none.
func percent(normal string) *int {
	if !strings.ContainsAny(normal, "%百成半分进") && !strings.Contains(normal, "个点") {
		return nil
	}
	p := percentWords.FindStringSubmatch(normal)
	if p == nil {
		return nil
	}
	v := 50
	switch digits := cmp.Or(p[1], p[8], p[9]); {
	case digits != "":
		v, _ = strconv.Atoi(digits) // three digits at most
	case p[2] == "百" || p[2] == "一百" || p[10] != "":
		v = 100
	case p[2] != "" && p[2][0] < 0x80:
		v, _ = strconv.Atoi(p[2])
	case p[2] != "":
		v = tens(p[2])
	case p[3] != "":
		v = 10 * tens(p[3])
		switch {
		case p[4] == "半":
			v += 5
		case p[4] != "":
			v += tens(p[4])
		}
	case p[5] != "":
		whole := tens(p[5])
		v = (200*tens(p[6]) + whole) / (2 * whole) // rounded
	}
	if v > 100 {
		return nil
	}
	return &v
}

var (
	// Nothing of it is done; all of it is; or the words for all speak of what is to come or is missing.
	begunNot  = regexp.MustCompile(`[没未](?:有)?(?:开始|启动|开工|动工|开展|动|做|推进|进展|起色|破题|立项|落地|铺开)|零进[度展]|一点(?:也|都)?没`)
	allDone   = regexp.MustCompile(`完毕|完成|落实(?:了|到位|好)|完工|办结|[做干办弄搞]完|搞定|收官|可以销号`)
	allToCome = regexp.MustCompile(`[没未差剩快]|部分|基本|即将|预计|争取|力争|计划|将|能|前完成|[月年]底|[吗呢?]|几|多少|什么`)
)

// progress is how much is done if it was said without a figure; nil if it wasn't.
func progress(normal string) *int {
	v := 0
	switch {
	case begunNot.MatchString(normal):
	case allDone.MatchString(normal) && !allToCome.MatchString(normal):
		v = 100
	default:
		return nil
	}
	return &v
}

// tens reads a Chinese numeral up to 九十九.
func tens(numeral string) int {
	n, last := 0, 0
	for _, r := range numeral {
		if r == '十' {
			n, last = max(last, 1)*10, 0
			continue
		}
		if last = 1 + strings.IndexRune("一二三四五六七八九", r)/3; r == '两' {
			last = 2
		}
	}
	return n + last
}
