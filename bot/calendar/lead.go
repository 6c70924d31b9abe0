package calendar

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lead says when, before an event, somebody is reminded: so long before it, or so many days before at a time of the day.
type Lead struct {
	Before time.Duration `json:"before,omitempty"`
	Clock  string        `json:"clock,omitempty"` // "15:04"; then Days counts
	Days   int           `json:"days,omitempty"`
}

// At returns when the lead to the event falls due.
func (l Lead) At(event time.Time) time.Time {
	clock, err := time.Parse("15:04", l.Clock)
	if l.Clock == "" || err != nil {
		return event.Add(-l.Before)
	}
	return time.Date(event.Year(), event.Month(), event.Day()-l.Days, clock.Hour(), clock.Minute(), 0, 0, event.Location())
}

// String writes the lead as people say it: 提前1小时, 前一天 15:00.
func (l Lead) String() string {
	if l.Clock != "" {
		switch l.Days {
		case 0:
			return "当天 " + l.Clock
		case 1:
			return "前一天 " + l.Clock
		}
		return fmt.Sprintf("提前%d天 %s", l.Days, l.Clock)
	}
	if l.Before == 0 {
		return "准时"
	}
	var b strings.Builder
	b.WriteString("提前")
	rest := l.Before
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "天"}, {time.Hour, "小时"}, {time.Minute, "分钟"}, {time.Second, "秒"}} {
		if n := rest / unit.size; n > 0 {
			b.WriteString(strconv.Itoa(int(n)) + unit.name)
			rest -= n * unit.size
		}
	}
	return b.String()
}

// LeadWords writes the leads in one line: 提前1天、提前1小时.
func LeadWords(leads []Lead) string {
	words := make([]string, len(leads))
	for i, l := range leads {
		words[i] = l.String()
	}
	return strings.Join(words, "、")
}

// Due is a reminder that is to come.
type Due struct {
	At    time.Time // what people were told
	Ring  time.Time // when it leaves: a little before, so that not everything leaves at the full hour
	Index int       // of the lead
}

// Plan returns the reminders of an event that are still ahead, soonest first, each instant once.
func Plan(id string, event time.Time, leads []Lead, now time.Time) []Due {
	var plan []Due
	for i, l := range leads {
		if at := l.At(event); at.After(now) && !at.After(event) {
			plan = append(plan, Due{At: at, Ring: Spread(id, at, now), Index: i})
		}
	}
	slices.SortStableFunc(plan, func(a, b Due) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(plan, func(a, b Due) bool { return a.At.Equal(b.At) })
}

// Spread returns when a reminder leaves so that those which many people ordered for the same minute do not all leave at once: up to a
// minute earlier, never later, always the same for the same ID, and by no more than a twentieth of the time that is left.
func Spread(id string, at, now time.Time) time.Time {
	room := min(time.Minute, at.Sub(now)/20).Truncate(time.Second)
	if room <= 0 {
		return at
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never fails
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], h.Sum64())
	// The high bits of FNV are the well mixed ones.
	return at.Add(-time.Duration(h.Sum64()>>17%uint64(room/time.Second+1)) * time.Second)
}

// Verdict is what is to be done with a reminder that rings.
type Verdict string

// The verdicts.
const (
	OnTime     Verdict = "on time"
	Late       Verdict = "late"       // it was due while nobody was awake, and still helps
	Superseded Verdict = "superseded" // a later reminder of the same event was missed too, or is about to ring: that one speaks
	Expired    Verdict = "expired"    // it helps no more: report it
)

// Tolerance is how late a reminder may leave without a word about it.
const Tolerance = 5 * time.Minute

// Judge decides about a reminder that was due at a time and rings now. The event is when what it reminds of happens; next is when its
// next reminder is due, zero if there is none.
func Judge(due, event, next, now time.Time) Verdict {
	late := now.Sub(due)
	switch {
	case late <= Tolerance:
		return OnTime
	case !event.After(now):
		return Expired
	case !next.IsZero() && !next.After(now.Add(Tolerance)):
		return Superseded
	}
	return Late
}
