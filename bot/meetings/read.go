package meetings

import (
	"regexp"
	"strings"
	"time"

	"linli/bot/calendar"
	"linli/intents/timex"
)

// reading is what a sentence says about times. Nothing in it is a guess: what is open is in Options or left out.
type reading struct {
	Day     time.Time     // midnight of the day that was named; zero: none
	At      time.Time     // day and time of day, when both are known
	Clock   time.Duration // the time of day that was named without a day; Timed says that there is one
	Timed   bool
	Length  time.Duration
	Rule    string // how it recurs
	Shift   calendar.Shift
	Shifted bool        // the shift was named
	Options []time.Time // when At is one of several: 8点, morning or evening
	Invalid string      // why a phrase names no time
	Rest    string      // the sentence without its time phrases
	Apart   time.Duration
	More    []time.Duration // further times of the day: 早上8点和晚上8点
}

// dayOff are the words for a day off that a series may fall on.
const dayOff = `(?:(?:遇|逢|碰到|遇到)[^,，。;；]{0,8}(?:节假日|假期|放假|休息日|周末)|(?:法定)?节假日|休息日|放假)`

var (
	earlierWords = regexp.MustCompile(dayOff + `[^,，。;；]{0,6}提前`)
	laterWords   = regexp.MustCompile(dayOff + `[^,，。;；]{0,6}(?:顺延|推后|延后|推迟|往后)`)
	skipWords    = regexp.MustCompile(dayOff + `[^,，。;；]{0,6}(?:取消|不开|跳过|暂停|停)|节假日除外|放假不(?:开|提醒)`)
	keepWords    = regexp.MustCompile(dayOff + `[^,，。;；]{0,4}(?:照常|照开|不变|也开|也要)`)
	shiftClause  = regexp.MustCompile(`[,，;；]?(?:如|若)?` + dayOff + `[^,，。;；]{0,12}|节假日除外|放假不(?:开|提醒)`)
)

// office are the hours in which meetings begin, where a bare hour could be in the morning or in the evening.
const officeFrom, officeTo = 7, 21

// read finds the times of a sentence. With office a reading of a bare hour that lies outside of the hours of meetings is not considered.
func (s *Skill) read(text string, now time.Time, office bool) reading {
	r := reading{}
	switch {
	case earlierWords.MatchString(text):
		r.Shift, r.Shifted = calendar.Earlier, true
	case laterWords.MatchString(text):
		r.Shift, r.Shifted = calendar.Later, true
	case skipWords.MatchString(text):
		r.Shift, r.Shifted = calendar.Skip, true
	case keepWords.MatchString(text):
		r.Shift, r.Shifted = calendar.Keep, true
	}
	if r.Shifted {
		text = shiftClause.ReplaceAllString(text, "")
	}
	rest := []byte(text)
	for _, m := range timex.Find(text, timex.Options{Now: now, Calendar: s.days}) {
		if m.Kind == timex.Span && (m.Start.IsZero() || !m.HasClock && m.Grain != timex.OneDay) {
			continue // 12月5日前 is a deadline, 第四季度 a part of a title: no times at which something begins
		}
		r.add(m, now, office)
		for i := m.Pos; i < m.End; i++ {
			rest[i] = ' '
		}
	}
	r.Rest = strings.Join(strings.Fields(string(rest)), " ")
	if r.At.IsZero() && r.Timed && !r.Day.IsZero() {
		r.At = r.Day.Add(r.Clock)
	}
	return r
}

// add takes one phrase into the reading.
func (r *reading) add(m timex.Match, now time.Time, office bool) {
	switch {
	case m.Invalid != "":
		if r.Invalid == "" {
			r.Invalid = m.Invalid
		}
		if day := dayOf(m.Text, now); r.Day.IsZero() {
			r.Day = day // 明天25点: the day is good
		}
	case m.Kind == timex.Length:
		if r.Length == 0 {
			r.Length, r.Apart = m.Duration, m.Duration
		}
	case m.Kind == timex.Recurrence:
		if r.Rule != "" || m.RRule == "" {
			return
		}
		r.Rule = dayRule(m.RRule)
		if strings.Contains(m.Text, "工作日") && strings.Contains(r.Rule, "MO,TU,WE,TH,FR") && !r.Shifted {
			// The working days of the holiday table, not the days from Monday to Friday.
			r.Rule, r.Shift, r.Shifted = "FREQ=DAILY", calendar.Skip, true
		}
		r.Day = midnight(m.Start)
		if strings.Contains(m.RRule, "BYHOUR") {
			r.At, r.Timed, r.Clock = m.Start, true, m.Start.Sub(midnight(m.Start))
		}
	case m.Start.IsZero():
	case m.Kind == timex.Instant, m.Kind == timex.Span && m.HasClock && exact(m):
		r.instant(m, office)
	case m.Kind == timex.Day && r.Day.IsZero() && r.At.IsZero():
		r.Day = midnight(m.Start)
	case m.Kind == timex.Span && r.Day.IsZero() && m.HasClock:
		r.Day = midnight(m.Start) // 明天下午: the day is known, the hour is not
	}
}

var clockTail = regexp.MustCompile(`[0-9零一二三四五六七八九十]+[点时:：].*$`)

// dayOf is the day that a phrase names whose time of day is wrong; zero if its day is.
func dayOf(phrase string, now time.Time) time.Time {
	for _, m := range timex.Find(clockTail.ReplaceAllString(phrase, ""), timex.Options{Now: now}) {
		if m.Invalid == "" && (m.Kind == timex.Day || m.Kind == timex.Span) && !m.Start.IsZero() {
			return midnight(m.Start)
		}
	}
	return time.Time{}
}

// exact reports whether a span begins at an hour that was named: 3点到5点, but not 下午.
func exact(m timex.Match) bool {
	return strings.ContainsAny(m.Text, "点时:：半") && m.Stop.After(m.Start)
}

func (r *reading) instant(m timex.Match, office bool) {
	if !r.At.IsZero() || r.Timed && !m.HasDate {
		if !m.HasDate && !m.Offset && m.Kind == timex.Instant {
			r.More = append(r.More, m.Start.Sub(midnight(m.Start)))
		}
		return
	}
	at := m.Start
	if m.Kind == timex.Span {
		r.Length = m.Stop.Sub(m.Start)
	}
	if !m.HasDate && !m.Offset && !r.Day.IsZero() {
		// 12月1日……上午9点30分: the day was said before.
		r.Clock, r.Timed = at.Sub(midnight(at)), true
		return
	}
	r.Clock, r.Timed, r.At = at.Sub(midnight(at)), true, at
	if m.HasDate || m.Offset {
		r.Day = midnight(at)
	}
	options := []time.Time{at}
	for _, o := range m.Ambiguous {
		if o.After(at.Add(-24*time.Hour)) && !o.Equal(at) {
			options = append(options, o)
		}
	}
	if office && len(options) > 1 {
		var likely []time.Time
		for _, o := range options {
			if o.Hour() >= officeFrom && o.Hour() < officeTo {
				likely = append(likely, o)
			}
		}
		if len(likely) > 0 {
			options = likely
		}
	}
	r.At = options[0]
	r.Clock = r.At.Sub(midnight(r.At))
	if len(options) > 1 {
		r.Options = options
	}
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

var clockParts = regexp.MustCompile(`;?BY(?:HOUR|MINUTE|SECOND)=[\d,]+`)

// dayRule takes the time of day out of a rule: a series has it from its start.
func dayRule(rule string) string {
	return strings.TrimPrefix(clockParts.ReplaceAllString(rule, ""), ";")
}

var (
	leadClause = regexp.MustCompile(`[,，;；。、]?\s*(?:请|并|再|麻烦|要|记得)*\s*(?:(?:提前|会前|开会前|开始前|头一天|前[一1]天|前[一1]晚|当天|当日|准时|到点|到时候?)[^,，;；。]*?(?:提醒|通知|叫)(?:一下|我们?|大家|各位|与会人员|参会人员|他们)*|[^,，;；。]{1,12}?(?:之前|以前|前)提醒(?:一下|我们?|大家|各位)*)`)
	leadSplit  = regexp.MustCompile(`[和、及与跟]|以及|还有|各`)
	noLeads    = regexp.MustCompile(`(?:不用|不必|不要|不需要|无需|别)(?:再)?提醒|不提醒`)
	dayBefore  = regexp.MustCompile(`前[一1]天|头一天|前[一1]晚|前[一1]日`)
	sameDay    = regexp.MustCompile(`当天|当日`)
	onTheDot   = regexp.MustCompile(`准时|到点|到时候?`)
	halfDay    = regexp.MustCompile(`半天`)
)

// cutLeads takes what is said about reminders out of a sentence. named is false when nothing is.
func cutLeads(text string, now time.Time) (rest string, leads []calendar.Lead, named bool) {
	if noLeads.MatchString(text) {
		return noLeads.ReplaceAllString(text, ""), nil, true
	}
	at := leadClause.FindStringIndex(text)
	if at == nil {
		return text, nil, false
	}
	leads = readLeads(text[at[0]:at[1]], now)
	if len(leads) == 0 {
		return text, nil, false
	}
	return text[:at[0]] + text[at[1]:], leads, true
}

// readLeads reads 提前一天和一小时, 前一天下午3点, 会前30分钟.
func readLeads(clause string, now time.Time) []calendar.Lead {
	var leads []calendar.Lead
	for _, part := range leadSplit.Split(clause, -1) {
		clock := clockIn(part, now)
		switch {
		case dayBefore.MatchString(part) && clock != "":
			leads = append(leads, calendar.Lead{Days: 1, Clock: clock})
		case sameDay.MatchString(part) && clock != "":
			leads = append(leads, calendar.Lead{Clock: clock})
		case halfDay.MatchString(part):
			leads = append(leads, calendar.Lead{Before: 12 * time.Hour})
		default:
			found := false
			for _, m := range timex.FindDurations(part, timex.Options{Now: now}) {
				if m.Duration > 0 && m.Duration <= 60*24*time.Hour {
					leads, found = append(leads, calendar.Lead{Before: m.Duration}), true
				}
			}
			switch {
			case found:
			case dayBefore.MatchString(part):
				leads = append(leads, calendar.Lead{Before: 24 * time.Hour})
			case sameDay.MatchString(part):
				leads = append(leads, calendar.Lead{Clock: "08:00"})
			case onTheDot.MatchString(part):
				leads = append(leads, calendar.Lead{})
			}
		}
	}
	return leads
}

// clockIn returns the time of day that is named, "15:00"; "" if none is.
func clockIn(text string, now time.Time) string {
	for _, m := range timex.Find(text, timex.Options{Now: now}) {
		if m.Kind == timex.Instant && m.HasClock && !m.Offset {
			return m.Start.Format("15:04")
		}
	}
	return ""
}

var (
	meetingVerb = regexp.MustCompile(`(?:召开|举行|举办|组织|安排|召集|开展|开|办|搞)(?:一下|一?[个次场]|个)?\s*([^,，。;；:：!！?？\s在于]{0,24}?(?:联席会议|联席会|会议|群众说事|说事会?|培训会?|党课|座谈会?|演练|讲座|会))`)
	bareMeeting = regexp.MustCompile(`[^,，。;；:：!！?？\s在于开的有把将请]{0,16}?(?:联席会议|联席会|恳谈会|协调会|听证会|评议会|居民会议|居民代表会议|居民大会|业主大会|群众说事|说事会|例会|座谈会|培训会|推进会|调度会|碰头会|部署会|动员会|总结会|工作会|党员大会|支委会|会议)`)
	placeMark   = regexp.MustCompile(`(?:地点|地址|会场)(?:就|定|改|换|是|为|成|在|到|:|：)*\s*([^,，。;；\s]{2,30})`)
	placeIn     = regexp.MustCompile(`(?:在|到|于)\s*([^,，。;；:：\s]{2,24}?)\s*(?:召开|举行|举办|召集|集合|组织|碰|开展|见面|开|办|,|，|。|;|；|$)`)
	roomWords   = regexp.MustCompile(`[^,，。;；:：\s在到于去用借的]{0,14}(?:会议室|活动室|议事厅|议事室|会客厅|会议厅|报告厅|办公室|礼堂|党群服务中心|服务中心|广场|驿站|大厅|教室|活动中心)|腾讯会议|钉钉会议|飞书会议|视频会议|线上`)
)

// titleLead is what stands before a name and is none of it.
var titleLead = regexp.MustCompile(`^(?:请|帮忙|帮|给|我们|我|大家|要|想|定|设定|设|约|排|加|新建|搞|办|开|一个|一次|一场|一下|个|次|场|的|通知|安排|组织|召开|社区要)+`)

// titleIn reads what the meeting is called; "" if it has no name.
func titleIn(text string) string {
	text = strings.ReplaceAll(text, "会议室", "室")
	for _, pattern := range []*regexp.Regexp{meetingVerb, bareMeeting} {
		found := pattern.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		title := strings.TrimSpace(found[len(found)-1])
		title = titleLead.ReplaceAllString(title, "")
		if title == "会" || title == "" || strings.HasSuffix(title, "会议室") {
			continue
		}
		return title
	}
	return ""
}

// placeAt reads where it is to be; "" if nothing is said.
func placeAt(text string) string {
	for _, pattern := range []*regexp.Regexp{placeMark, placeIn} {
		if found := pattern.FindStringSubmatch(text); found != nil {
			if place := strings.Trim(found[1], " 的"); !strings.HasSuffix(place, "会") && place != "一起" {
				return place
			}
		}
	}
	return strings.TrimSpace(roomWords.FindString(text))
}

// question are the signs of a question, which is no answer to ours.
var question = regexp.MustCompile(`[?？]|怎么|什么|哪|吗$|呢$|多少|能不能`)

// forms are messages that begin with what they are.
const (
	formTopic    = "议题"
	formMinutes  = "纪要"
	formDecision = "决议"
	formVote     = "表决"
)

var formWords = regexp.MustCompile(`^(议题|会议纪要|会议记录|纪要|决议|决定事项|议定事项|表决)\s*[:：]\s*`)

// cutForm takes the head from a message in a form of its own.
func cutForm(text string) (form, rest string, ok bool) {
	found := formWords.FindStringSubmatch(text)
	if found == nil {
		return "", text, false
	}
	form = map[string]string{"会议纪要": formMinutes, "会议记录": formMinutes, "决定事项": formDecision, "议定事项": formDecision}[found[1]]
	if form == "" {
		form = found[1]
	}
	return form, strings.TrimSpace(text[len(found[0]):]), true
}

// halfOf reads 上午 or 晚上 alone.
func halfOf(text string) string {
	switch {
	case strings.ContainsAny(text, "早晨") || strings.Contains(text, "上午"):
		return "am"
	case strings.Contains(text, "下午") || strings.Contains(text, "晚"):
		return "pm"
	}
	return ""
}
