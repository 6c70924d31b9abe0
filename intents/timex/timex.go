// Package timex reads the time phrases of Chinese (and the basics of English) sentences: instants, days,
// spans, durations and recurrences, each with the part of the text it stands in. It knows working days
// (package holiday) and lunar dates, chooses between past and future by what the caller expects, and says
// so when a phrase names a day that does not exist.
package timex

import (
	"time"

	"linli/intents/timex/holiday"
)

// Kind says what a phrase stands for.
type Kind string

// The kinds of phrases.
const (
	Instant    Kind = "instant"    // a point of time: 明天下午三点
	Day        Kind = "day"        // one whole day: 下周三
	Span       Kind = "span"       // from Start up to Stop; one of both may be open: 下周, 3号到5号, 12月1号前
	Length     Kind = "duration"   // a length without a place in time: 两个小时
	Recurrence Kind = "recurrence" // 每周三
)

// Grain is the precision a phrase was said with.
type Grain string

// The grains, finest first.
const (
	Second  Grain = "second"
	Minute  Grain = "minute"
	Hour    Grain = "hour"
	OneDay  Grain = "day"
	Week    Grain = "week"
	Month   Grain = "month"
	Quarter Grain = "quarter"
	Year    Grain = "year"
)

// Prefer chooses among the readings of a phrase that leaves something open, such as 3号 or 周三.
type Prefer int

// The preferences.
const (
	Future  Prefer = iota // the next one, today included: meetings, deadlines, reminders
	Past                  // the last one: reports of what happened
	Nearest               // whichever is closer
	Current               // the one of this year, month, week or day, past or not
)

// Mod is an open side of a span.
type Mod string

// The open sides.
const (
	Before Mod = "before" // 12月1号前: up to the start of what is named
	Until  Mod = "until"  // 12月1号或之前, 截至12月1号: its end included
	Since  Mod = "since"  // 12月1号起, 自2018年以来: from its start
	After  Mod = "after"  // 12月1号之后: from its end
)

// Calendar knows the working days. Package holiday has the one of China.
type Calendar interface {
	// Workday says whether people work on that day; announced is false when the official arrangement for that year
	// is not known yet, so that the answer rests on weekends and statutory days alone.
	Workday(day time.Time) (work, announced bool)
}

// Options are how to read. The zero value reads relative to the present moment and prefers the future.
type Options struct {
	Now      time.Time // the moment of speaking; it carries the location. Zero: the present in China
	Prefer   Prefer
	Calendar Calendar // nil: holiday.China()
	// Usage holds conventions on which reasonable people differ; the zero value is what Linli uses.
	Usage Usage
}

// Usage are conventions that differ from one use to another.
type Usage struct {
	HoursAsSaid     bool   // 3点 is 03:00; otherwise an hour from 1 to 6 without a part of the day is in the afternoon
	FromNow         bool   // 未来三天 and 三天内 count from this very moment; otherwise whole days, the last one included
	TraditionalYear bool   // the year said before 除夕, 小寒 and 大寒 is the traditional one: 2026年除夕 is in February 2027
	BareYears       bool   // a number such as 2019 is a year without 年 too
	Parts           *Parts // hours of the parts of the day; nil: DefaultParts
	YearEdge        int    // how many months 年初 and 年底 have; 0: 1
}

// Match is one phrase that was found.
type Match struct {
	Text     string
	Pos, End int // byte offsets in the input
	Kind     Kind
	// Start is the point, the first moment of the day or span, or the first occurrence of a recurrence. Stop is
	// the moment after the last one. Either is zero where the span is open. A duration has neither.
	Start, Stop time.Time
	// LastStart is where the last unit of a span begins: for 3号到5号 it is the 5th, while Stop is the 6th.
	LastStart time.Time
	Grain     Grain
	Mod       Mod
	RRule     string        // RFC 5545 without DTSTART (use Start); FREQ is DAILY or coarser
	Duration  time.Duration // of a length, a distance from now, or one occurrence: 每周三2点到4点
	Approx    bool          // 左右, 大约, 最近, 几天
	Ambiguous []time.Time   // other readings of Start: 8点 in the evening
	Invalid   string        // why it names no time, in Chinese: 没有2月30日. Start and Stop are then zero
	// Conflict says, in Chinese, that two things said of the same day do not agree: 12月1日是周二,不是周三.
	Conflict string
	// Provisional is set when working days were counted in a year whose holidays have not been announced.
	Provisional bool
	// HasDate and HasClock say what was named: 三点 has no date, 明天 no clock.
	HasDate, HasClock bool
	// Joined is set for a span that was given by its two ends.
	Joined bool
	// Offset is set for a distance from now (三天后: 3 days; 两年前: -2 years): Start is then exact, Grain the unit said.
	Offset bool
	// Workdays counts the working days of a length or distance: 3个工作日. Duration takes them for days.
	Workdays int
	// MaxDuration is the longer one of 三到五天.
	MaxDuration time.Duration
	// Festival is set when the date is a festival or solar term.
	Festival bool
	// ClockPos and ClockEnd are the byte offsets of the time of day within the phrase; both 0 when there is none.
	ClockPos, ClockEnd int
}

// Find returns the time phrases of text in order. They do not overlap.
func Find(text string, o Options) []Match {
	p := newParser(text, &o)
	return p.find()
}

// FindDurations returns only the lengths of time: 提前一天和两小时 has two.
func FindDurations(text string, o Options) []Match {
	p := newParser(text, &o)
	p.lengthsOnly = true
	return p.find()
}

// ParseDuration reads a text that is nothing but a length of time, such as 一个半小时.
func ParseDuration(text string) (time.Duration, bool) {
	ms := FindDurations(text, Options{Now: time.Unix(0, 0).UTC()})
	if len(ms) != 1 || ms[0].Kind != Length || ms[0].Text != text {
		return 0, false
	}
	return ms[0].Duration, true
}

// Deadline is the last moment that the phrase allows: the end of a day or span, the point itself, the
// border of 12月1号前. ok is false when the phrase sets no end.
func (m Match) Deadline() (t time.Time, ok bool) {
	switch {
	case m.Invalid != "":
		return time.Time{}, false
	case m.Kind == Instant:
		return m.Start, true
	case m.Kind == Day, m.Kind == Span:
		return m.Stop, !m.Stop.IsZero()
	}
	return time.Time{}, false
}

// DefaultCalendar is the calendar used when Options has none.
func DefaultCalendar() Calendar { return holiday.China() }
