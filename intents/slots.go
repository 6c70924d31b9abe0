package intents

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linli/intents/timex"
)

var (
	caseNumber      = regexp.MustCompile(`[\p{Han}]{2,6}\d{4}-\d{1,3}`)
	numberWords     = regexp.MustCompile(`([\p{Han}]{2,12}\d{4}-\d{1,3})|(\d{4}-\d{1,3})|#(\d{1,3})|(?:^|[^\d月])(\d{1,3})号(?:[^\d楼栋线门院厂馆]|$)|第?([一二三四五六七八九十]{1,3})号(?:单|工单|件|案|问题)`)
	numberLead      = regexp.MustCompile(`^[\p{Han}]*(?:签收|接单|编号|单号|工单|单子|办结|受理|退回|查询|查一下|查|把|将|转|给|是|的|报|催)`)
	dutyWords       = regexp.MustCompile(`第?([\d一二三四五六七八九十]{1,3})大?[项条](?:任务)?[的,]?(?:第?([\d一二三四五六七八九十]{1,3})小?[项条])?|任务(\d{1,2}(?:\.\d{1,2})?)|(?:^|[^\d.])(\d{1,2}\.\d{1,2})(?:[^\d.%]|$)|(?:^|任务|项目)(\d{1,2}-\d{1,2})(?:项|完成|进度|进展|已|做|推进|到|这|$)`)
	orderWords      = regexp.MustCompile(`(?:问题|决议|事项)(?:第)?([\d一二三四五六七八九十]{1,3})|第([\d一二三四五六七八九十]{1,3})[条个项](?:问题|决议)?`)
	percentWords    = regexp.MustCompile(`(\d{1,3})(?:\.\d+)?\s*%|百分之([一二三四五六七八九十百]+|\d{1,3})|([一二三四五六七八九])成(半|[一二三四五六七八九])?|(四分之三|三分之二|三分之一|四分之一|一半|过半)|进度(?:为|是|到|到了)?(\d{1,3})(?:[^\d]|$)`)
	titleWords      = regexp.MustCompile(`([\p{Han}0-9]{0,16}?(?:联席会议?|推进会|协调会|议事会|例会|晨会|代表大会|党员大会|座谈会|恳谈会|听证会|评议会|碰头会|部署会|调度会|动员会|培训会|总结会|分析会|研判会|共建会|业主大会|说事日|党委会|支部会))`)
	titleLead       = regexp.MustCompile(`^(?:.{0,8}(?:召开|组织召开|(?:社区|街道|会议室|活动室|中心|单位|来|去|到)开)|来|喊|叫|请|帮我|帮忙|麻烦|给我|我们|我想|我要|想|要|通知|大家|全体|各位|组织|召集|召开|开个?|举行|举办|安排|发起|新建|预定|约|定于|定在|定|排|搞|办|取消|撤销|推迟|延期|提前|参加|把|将|在|于|到|的|那个|这个|这次|本次|一次|一个|一场|一下|个|场|次|了|会议|:|至)+`)
	topicWords      = regexp.MustCompile(`议题(?:报送|征集|是|为|申报)?\s*[:: ,,]\s*(?:关于)?([^。;!?]{2,40})|(?:讨论|研究|议一下|说说|商量)(?:一下)?([^。,;!?]{2,30})`)
	leadWords       = regexp.MustCompile(`提前[^,。;]*|会前[^,。;]*`)
	receiver        = regexp.MustCompile(`(?:转交给?|转派给?|移交给?|指派给?|分派给?|改派给?|派给|交给|转给|转到|派到|转办给|退给|退回给?|转|派|给)([\p{Han}A-Za-z0-9]{2,14})|(?:请|让|由|叫)([\p{Han}]{2,10}?)(?:来|去|协助|处理|跟进|负责|牵头|接手|办|代|替|参加|出席|参会)`)
	receiverTail    = regexp.MustCompile(`(?:的人|的同志|的师傅|派人|来处理|去处理|处理一下|处理|负责|跟进|来办|去办|办理|解决|吧|了|一下|派一下|去|来|的)+$`)
	responsible     = regexp.MustCompile(`责任单位(?:是|为|:)?\s*([\p{Han}]{2,14})|由([\p{Han}]{2,12}?)(?:来|负责|牵头|承办|整改|落实|在|于|\d|[一二三四五六七八九十][日天周]内|月底|年底|,|$)|(?:责令|要求|限)([\p{Han}]{2,12}?)(?:在|于|\d|[一二三四五六七八九十两][日天周个]|立即|尽快|本周|本月|下周|月底|整改|,)|(?:^|[,:。;、 定])由?([\p{Han}]{2,12}?)(?:负责|牵头)|(?:^|[,:。;、 定])([\p{Han}]{1,8}?(?:所|局|队|公司|物业|社区|街道|办|中心|委|站|院|商场|商户|业委会))(?:在|于|要|须|应|\d|[一二三四五六七八九十两][日天周个]|立即|尽快|本周|本月|下?周|月底|年底|明天)`)
	responsibleLead = regexp.MustCompile(`^(?:.*(?:由|决定|定了|议定|商定|责令|要求)|限)`)
	stands          = regexp.MustCompile(`(?:请|让|叫|由|派|换成?|委托)([\p{Han}]{2,6}?)(?:来|去|代|替|参会|参加|出席|开会|,|$)`)
	together        = regexp.MustCompile(`[和跟与同]我|我[和跟与同]|一起|一同|都`)
	refuses         = regexp.MustCompile(`不(?:去|来|能|参加|到|出席|了)|去不|来不|到不了|参加不|没空|没时间|请假|请个假|请个病假|缺席|冲突`)
	doubts          = regexp.MustCompile(`不确定|不一定|不好说|说不准|可能|也许|看情况|尽量|再看|定不下来|待定|说不好|争取|到时候再说|暂时`)
	agrees          = regexp.MustCompile(`参加|参会|能去|能来|能到|去|来|到会|准时|一定到|出席|没问题|收到|可以|好的|会到|届时到`)
)

// fill fills the slots that belong to the intent; bare is the text without its place.
func (m *Model) fill(u *Understanding, normal, bare string, c Context) {
	s := &u.Slots
	if u.Intent == "report" && s.Category == "" {
		if best := m.Category(bare, 1); len(best) > 0 {
			s.Category = best[0].Code
		}
	}
	s.Percent = percent(normal)
	kind, _, _ := strings.Cut(u.Intent, ".")
	switch {
	case kind == "incident" || u.Intent == "track":
		s.Number = number(numberWords, normal)
	case kind == "duty":
		s.Number = strings.ReplaceAll(number(dutyWords, normal), "-", ".")
	case u.Intent == "inspection.recheck" || u.Intent == "meeting.resolve":
		s.Number = cmp.Or(number(orderWords, normal), number(numberWords, normal))
	}
	s.fillTimes(u, normal, c)
	switch u.Intent {
	case "meeting.topic":
		if t := topicWords.FindStringSubmatch(normal); t != nil {
			s.Title = strings.TrimSpace(cmp.Or(t[1:]...))
		}
	case "meeting.rsvp":
		s.Answer = attendance(normal)
		s.To = group(stands, normal)
		if s.To != "" && s.Answer == "yes" && !together.MatchString(normal) {
			s.Answer = "no" // who sends another doesn't come
		}
	case "confirm":
		s.Answer = "yes"
	case "deny":
		s.Answer = "no"
	case "incident.transfer":
		s.To = receiverTail.ReplaceAllString(group(receiver, normal), "")
	case "inspection.finding", "meeting.resolve":
		s.To = responsibleLead.ReplaceAllString(group(responsible, normal), "")
	}
	if kind == "meeting" && s.Title == "" {
		s.Title = title(u, normal)
	}
}

// fillTimes fills what follows from the time phrases: when, until when, how often, how long before, by when.
func (s *Slots) fillTimes(u *Understanding, normal string, c Context) {
	lead := leadWords.FindStringIndex(normal)
	for _, t := range u.Times {
		switch {
		case s.Number != "" && t.Text == s.Number+"号": // 12号转给城管 is no day
		case lead != nil && t.Pos >= lead[0] && t.End <= lead[1]:
			if t.Duration > 0 {
				s.Remind = append(s.Remind, short(t.Duration))
			}
		case t.RRule != "" && s.RRule == "":
			s.RRule = t.RRule
			if s.At == nil && !t.Start.IsZero() {
				s.At = &t.Start
			}
		case s.At == nil && !t.Start.IsZero():
			s.At = &t.Start
			if t.Joined {
				s.Until = &t.Stop
			}
		}
		if u.Intent == "inspection.finding" || u.Intent == "meeting.resolve" || strings.HasPrefix(u.Intent, "duty.") {
			s.Due = cmp.Or(due(t, c.Now), s.Due)
		}
	}
	if s.Remind == nil && lead != nil {
		for _, t := range timex.FindDurations(normal[lead[0]:lead[1]], timex.Options{Now: c.Now}) {
			if t.Duration > 0 {
				s.Remind = append(s.Remind, short(t.Duration))
			}
		}
	}
}

// due is the last day that a phrase allows.
func due(t timex.Match, now time.Time) string {
	if t.Kind == timex.Length && t.Duration >= 24*time.Hour {
		return now.Add(t.Duration).Format(time.DateOnly)
	}
	last, ok := t.Deadline()
	if !ok || t.RRule != "" {
		return ""
	}
	if t.Mod != timex.Before && t.Kind != timex.Instant {
		last = last.Add(-time.Nanosecond) // the moment after a day belongs to the next
	}
	return last.Format(time.DateOnly)
}

// group is the first group of the pattern that took part in its match.
func group(pattern *regexp.Regexp, text string) string {
	found := pattern.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return cmp.Or(found[1:]...)
}

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

// title is what kind of meeting it is, without the time, the place and the verb before it.
func title(u *Understanding, normal string) string {
	for _, when := range u.Times {
		normal = strings.ReplaceAll(normal, when.Text, " ")
	}
	if u.Slots.Place != "" {
		normal = strings.ReplaceAll(normal, u.Slots.Place, " ")
	}
	return titleLead.ReplaceAllString(titleWords.FindString(normal), "")
}

// percent reads 80%, 百分之八十, 八成, 一半; nil if there is none.
func percent(normal string) *int {
	if !strings.ContainsAny(normal, "%百成半分进") {
		return nil
	}
	p := percentWords.FindStringSubmatch(normal)
	if p == nil {
		return nil
	}
	v := 50
	switch digits := cmp.Or(p[1], p[6]); {
	case digits != "":
		v, _ = strconv.Atoi(digits) // three digits at most
	case p[2] == "百" || p[2] == "一百":
		v = 100
	case p[2] != "" && p[2][0] < 0x80:
		v, _ = strconv.Atoi(p[2])
	case p[2] != "":
		v = tens(p[2])
	case p[3] != "":
		v = 10 * (1 + strings.Index("一二三四五六七八九", p[3])/3)
		switch {
		case p[4] == "半":
			v += 5
		case p[4] != "":
			v += tens(p[4])
		}
	case p[5] != "":
		if known, ok := map[string]int{"四分之三": 75, "三分之二": 67, "三分之一": 33, "四分之一": 25}[p[5]]; ok {
			v = known
		}
	}
	if v > 100 {
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
		last = 1 + strings.IndexRune("一二三四五六七八九", r)/3
	}
	return n + last
}

// short writes a duration as 24h or 30m.
func short(d time.Duration) string {
	text := d.String()
	text = strings.TrimSuffix(text, "0s")
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
