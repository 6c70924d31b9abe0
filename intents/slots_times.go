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
	// How long before a meeting to remind of it. 提前 alone may also move the meeting: then nothing is said of reminding.
	leadWords = regexp.MustCompile(`(?:提前|提早|会前|开会前|开始前)[^,。;]*|[前头][一1][天日][^,。;]*`)
	tellWords = regexp.MustCompile(`提醒|通知|叫|喊|告诉|告知|发消息`)
	// What stands between several, each to be read by itself: 一天和两小时 is not 26 hours, nor 24小时分别 24小时分.
	leadJoin = strings.NewReplacer("分别", "|", "和", "|", "、", "|", "及", "|", "与", "|", "半天", "12小时")
	// What stands right before the end of a meeting, and right behind it.
	endBefore = words("到 至 截止 直到")
	endAfter  = words("散会 结束 收 完 止 散 闭会 前结束 前散会 前完 之前结束 就结束 就散")
	// What stands right behind a day or a length that is not what is allowed but what is spoken of.
	noDeadline = words("会议 的会 检查 督查 巡查 抽查 暗访 走访 查 去看 发现 看到 开会 召开 没 未 了 多")
	// What stands right before the new time of a meeting.
	movedTo = words("到 至 成 为 在 改 换 新时间 时间是 定 :")
)

// fillTimes fills what follows from the time phrases: when, until when, how often, how long before, by when.
func (s *Slots) fillTimes(u *Understanding, normal string, c Context) {
	leads := s.fillReminders(u.Intent, normal, c.Now)
	kind, _, _ := strings.Cut(u.Intent, ".")
	dated := u.Intent == "inspection.finding" || u.Intent == "meeting.resolve" || kind == "duty"
	for _, t := range u.Times {
		if s.Number != "" && t.Text == s.Number+"号" || inside(leads, t) { // 12号转给城管 is no day
			continue
		}
		s.fillTime(u, t, normal)
		if dated && !(kind == "duty" && t.Start.Equal(c.Now)) { // nor is 目前
			s.Due = cmp.Or(deadline(t, normal, c.Now), s.Due)
		}
	}
	if u.Intent == "meeting.schedule" {
		s.fillLength(u.Times, leads)
	}
}

// fillTime fills when something is, until when and how often.
func (s *Slots) fillTime(u *Understanding, t timex.Match, normal string) {
	arranges, moves := u.Intent == "meeting.schedule", u.Intent == "meeting.reschedule"
	switch {
	case t.RRule != "" && s.RRule == "":
		s.fillRule(u, t)
	case s.At != nil && s.Until == nil && t.HasClock && (arranges && endBefore.before(normal, t.Pos) > 0 || endAfter.at(normal[t.End:], 0) > 0):
		s.Until = clockAfter(*s.At, t)
	case t.Start.IsZero():
	case s.At == nil:
		s.At = &t.Start
		if t.Joined {
			s.Until = &t.Stop
		}
	case arranges && t.HasClock && !t.HasDate:
		s.addClock(u, t)
	case moves && movedTo.before(normal, t.Pos) > 0: // 周五十点的会改到十一点
		at := t.Start
		switch {
		case !t.HasDate:
			at = onDay(*s.At, at)
		case !t.HasClock && u.clocked(*s.At):
			at = onDay(at, *s.At)
		}
		s.At = &at
	}
}

// fillRule fills how often, and the first time: after the day from which on it is so, if one was said, as in 从下周起每周三.
func (s *Slots) fillRule(u *Understanding, t timex.Match) {
	s.RRule = t.RRule
	if s.At == nil && !t.Start.IsZero() {
		s.At = &t.Start
	}
	for _, since := range u.Times {
		if since.Mod != timex.Since || since.RRule != "" || !since.Start.After(t.Start) {
			continue
		}
		if again := timex.Find(t.Text, timex.Options{Now: since.Start}); len(again) == 1 && again[0].RRule == t.RRule {
			s.At = &again[0].Start
		}
	}
}

// addClock adds a time of day that was said apart from the day: 12月1日开协调会,九点到十一点.
func (s *Slots) addClock(u *Understanding, t timex.Match) {
	if !u.clocked(*s.At) {
		at := u.clockOn(*s.At, t)
		s.At = &at
	} else if !t.Joined {
		return
	}
	if t.Joined && s.Until == nil {
		s.Until = clockAfter(*s.At, timex.Match{Stop: t.Stop})
	}
}

// clockOn is the clock of a time on a day: the one that the part of the day leaves, in 后天上午,九点半, else the one by day.
func (u *Understanding) clockOn(day time.Time, t timex.Match) time.Time {
	from, to := onDay(day, earliest), onDay(day, latest)
	for _, said := range u.Times {
		if said.Start.Equal(day) && said.HasClock {
			from, to = said.Start, said.Stop
		}
	}
	best := onDay(day, t.Start)
	for _, other := range t.Ambiguous {
		if o := onDay(day, other); !o.Before(from) && o.Before(to) && (best.Before(from) || !best.Before(to)) {
			best = o
		}
	}
	return best
}

// Between these hours people meet if nothing else is said.
var earliest, latest = time.Date(0, 1, 1, 7, 0, 0, 0, time.UTC), time.Date(0, 1, 1, 19, 0, 0, 0, time.UTC)

// clocked reports whether a moment was said with a clock: 周四下午 has none.
func (u *Understanding) clocked(at time.Time) bool {
	for _, t := range u.Times {
		if t.Start.Equal(at) && t.HasClock && (t.Kind == timex.Instant || t.Joined) || strings.Contains(t.RRule, "BYHOUR") {
			return true
		}
	}
	return false
}

// clockAfter is the first moment with the clock of the time that comes after another: 十点 after 8:40 and after 20:00; nil if there is none within half a day.
func clockAfter(at time.Time, t timex.Match) *time.Time {
	var best *time.Time
	for _, clock := range append([]time.Time{t.Start, t.Stop}, t.Ambiguous...) {
		if clock.IsZero() {
			continue
		}
		if !t.HasDate {
			clock = onDay(at, clock)
		}
		if clock.After(at) && clock.Sub(at) <= longestMeeting && (best == nil || clock.Before(*best)) {
			best = &clock
		}
	}
	return best
}

// onDay is the clock of one time on the day of another.
func onDay(day, clock time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, day.Location())
}

const longestMeeting = 12 * time.Hour

// fillLength fills until when a meeting is if it was said how long it takes.
func (s *Slots) fillLength(times []timex.Match, leads []span) {
	if s.At == nil || s.Until != nil {
		return
	}
	for _, t := range times {
		if (t.Kind == timex.Length || t.RRule != "") && t.Duration > 0 && t.Duration <= longestMeeting && !inside(leads, t) {
			end := s.At.Add(t.Duration)
			s.Until = &end
			return
		}
	}
}

// A span is a piece of the text.
type span struct{ pos, end int }

// inside reports whether a time is part of one of the spans.
func inside(spans []span, t timex.Match) bool {
	for _, p := range spans {
		if t.Pos >= p.pos && t.End <= p.end {
			return true
		}
	}
	return false
}

// fillReminders fills how long before to remind, in the order said, and returns where that stands.
func (s *Slots) fillReminders(intent, normal string, now time.Time) []span {
	if !strings.ContainsAny(normal, "前头早") {
		return nil
	}
	var spans []span
	for _, found := range leadWords.FindAllStringIndex(normal, -1) {
		said := normal[found[0]:found[1]]
		if !tellWords.MatchString(said) && (intent != "meeting.schedule" || !strings.HasPrefix(said, "提前")) {
			continue
		}
		before := len(s.Remind)
		for part := range strings.SplitSeq(leadJoin.Replace(strings.TrimLeft(said, "提早会开始前头")), "|") {
			for _, t := range timex.FindDurations(part, timex.Options{Now: now}) {
				if t.Duration > 0 {
					s.Remind = append(s.Remind, short(t.Duration))
				}
			}
		}
		if len(s.Remind) > before {
			spans = append(spans, span{found[0], found[1]})
		}
	}
	return spans
}

// deadline is the last day that a time of a text allows; "" if it is past, or a time of something else: 昨天检查, 夜间巡逻, 两周没更新.
func deadline(t timex.Match, text string, now time.Time) string {
	if noDeadline.at(text[t.End:], 0) > 0 || !t.HasDate && t.Kind != timex.Length && t.Mod == "" {
		return ""
	}
	if days, err := strconv.Atoi(strings.TrimSuffix(t.Text, "日")); err == nil && strings.HasSuffix(text[:t.Pos], "限") { // 限7日整改 is no day of the month
		return now.AddDate(0, 0, days).Format(time.DateOnly)
	}
	if day := due(t, now); day >= now.Format(time.DateOnly) {
		return day
	}
	return ""
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

// short writes a duration as 24h or 30m.
func short(d time.Duration) string {
	text := d.String()
	text = strings.TrimSuffix(text, "0s")
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
