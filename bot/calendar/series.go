// Package calendar is what meetings, inspections, duties and reminders share: events that recur, what becomes of them on days that are not
// worked, single occurrences that were moved or dropped, when people are reminded, and the calendar file that their phones read.
// It reads no store and no clock.
package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// Days knows the working days; holiday.Table is one.
type Days interface {
	// Workday says whether people work on that day; announced is false when the year's holidays are not known yet.
	Workday(day time.Time) (work, announced bool)
	// Name is the holiday that a day off belongs to, "" for a plain day.
	Name(day time.Time) string
}

// Shift is what becomes of an occurrence on a day that is not worked.
type Shift string

// The shifts.
const (
	Keep    Shift = ""        // it stays
	Earlier Shift = "earlier" // the last working day before
	Later   Shift = "later"   // the first working day after
	Skip    Shift = "skip"    // it is left out
)

// Series is an event that happens once or again and again. It lives in the time zone of the times that it is asked with.
type Series struct {
	Start time.Time            `json:"start"`           // the first occurrence that the rule may give
	Rule  string               `json:"rule,omitempty"`  // RFC 5545 without DTSTART; "": once
	Shift Shift                `json:"shift,omitempty"` // on days that are not worked
	Moved map[string]time.Time `json:"moved,omitempty"` // by Occurrence.Key: to when; the zero time: dropped
}

// Occurrence is one time at which a series happens.
type Occurrence struct {
	Key         string    // the same for ever, wherever it is moved to
	At          time.Time // when it happens
	Planned     time.Time // when the rule alone would have it
	Holiday     string    // the holiday (or 周末) that Planned falls on, if it isn't worked
	Provisional bool      // the year's holidays are not announced: this may change
	Moved       bool      // somebody moved it by hand
}

// Key names the occurrence that the rule plans for the time.
func Key(planned time.Time) string { return planned.UTC().Format(keyFormat) }

const keyFormat = "20060102T150405Z"

// reach is how far a shift may carry an occurrence at most; the longest run of days off so far had 10 days.
const reach = 30 * 24 * time.Hour

// Horizon is how far ahead Next looks: the rarest rule, the 29th of February, comes within 8 years.
const Horizon = 9 * 366 * 24 * time.Hour

// Check reports what is wrong with the rule: one that can't be read, comes more often than daily, or never happens.
func (s Series) Check() error {
	if s.Rule == "" {
		return nil
	}
	o, err := rrule.StrToROption(s.Rule)
	if err != nil {
		return fmt.Errorf("rule %q: %w", s.Rule, err)
	}
	if o.Freq > rrule.DAILY {
		return fmt.Errorf("rule %q: more often than daily", s.Rule)
	}
	if len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) > 0 {
		return fmt.Errorf("rule %q: the time of day belongs to the start", s.Rule)
	}
	planned, err := s.planned(s.Start, s.Start.Add(Horizon), 1)
	if err != nil {
		return err
	}
	if len(planned) == 0 {
		return errors.New("the rule names no day that exists")
	}
	return nil
}

// planned returns up to most times that the rule alone gives in [from, to].
func (s Series) planned(from, to time.Time, most int) ([]time.Time, error) {
	start := s.Start.In(from.Location())
	if s.Rule == "" {
		if start.Before(from) || start.After(to) {
			return nil, nil
		}
		return []time.Time{start}, nil
	}
	o, err := rrule.StrToROptionInLocation(s.Rule, from.Location())
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w", s.Rule, err)
	}
	// A bound makes sure that a rule which never happens ends.
	if o.Dtstart = start; o.Until.IsZero() || o.Until.After(to) {
		o.Until = to
	}
	if o.Until.Before(start) {
		return nil, nil
	}
	r, err := rrule.NewRRule(*o)
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w", s.Rule, err)
	}
	var found []time.Time
	next := r.Iterator()
	for t, ok := next(); ok && len(found) < most; t, ok = next() {
		if !t.Before(from) {
			found = append(found, t)
		}
	}
	return found, nil
}

// Between returns the occurrences that happen in [from, to), in order. A rule that can't be read has none; see Check.
func (s Series) Between(from, to time.Time, days Days) []Occurrence {
	margin := time.Duration(0)
	if s.Shift != Keep {
		margin = reach
	}
	planned, err := s.planned(from.Add(-margin), to.Add(margin), 1<<20)
	if err != nil {
		return nil
	}
	var all []Occurrence
	for _, o := range s.shifted(planned, days) {
		if _, moved := s.Moved[o.Key]; !moved {
			all = append(all, o)
		}
	}
	for key, to := range s.Moved {
		planned, err := time.Parse(keyFormat, key)
		if err == nil && !to.IsZero() {
			all = append(all, Occurrence{Key: key, At: to.In(from.Location()), Planned: planned.In(from.Location()), Moved: true})
		}
	}
	all = slices.DeleteFunc(all, func(o Occurrence) bool { return o.At.Before(from) || !o.At.Before(to) })
	slices.SortFunc(all, func(a, b Occurrence) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key)) })
	return all
}

// shifted applies the rule for days that are not worked. Where a shift would put two occurrences on one day, the one that is there by the
// rule stays, else the first.
func (s Series) shifted(planned []time.Time, days Days) []Occurrence {
	taken := map[string]bool{}
	all := make([]Occurrence, 0, len(planned))
	var off []int // of all: what falls on a day off
	for _, at := range planned {
		o := Occurrence{Key: Key(at), At: at, Planned: at}
		if days != nil {
			work, announced := days.Workday(at)
			o.Provisional = !announced && s.Shift != Keep
			if !work {
				o.Holiday = cmp.Or(days.Name(at), "周末")
				off = append(off, len(all))
			} else {
				taken[at.Format(time.DateOnly)] = true
			}
		}
		all = append(all, o)
	}
	if s.Shift == Keep {
		return all
	}
	gone := map[int]bool{}
	for _, i := range off {
		to, known, ok := workday(all[i].Planned, s.Shift, days)
		day := to.Format(time.DateOnly)
		if !ok || taken[day] {
			gone[i] = true
			continue
		}
		taken[day] = true
		all[i].At, all[i].Provisional = to, all[i].Provisional || !known
	}
	kept := all[:0]
	for i, o := range all {
		if !gone[i] {
			kept = append(kept, o)
		}
	}
	return kept
}

// workday returns the nearest working day in the direction of the shift, at the same time of day.
func workday(at time.Time, shift Shift, days Days) (to time.Time, announced, ok bool) {
	step := map[Shift]int{Earlier: -1, Later: 1}[shift]
	if step == 0 {
		return at, true, false
	}
	announced = true
	for n := step; time.Duration(n*step)*24*time.Hour < reach; n += step {
		to = at.AddDate(0, 0, n)
		work, known := days.Workday(to)
		if announced = announced && known; work {
			return to, announced, true
		}
	}
	return at, announced, false
}

// Next returns the first occurrence after the time; false if there is none within Horizon.
func (s Series) Next(after time.Time, days Days) (Occurrence, bool) {
	from := after
	if s.Start.After(after) && len(s.Moved) == 0 && s.Shift != Earlier {
		from = s.Start.In(after.Location()).Add(-time.Second)
	}
	for _, span := range []time.Duration{10 * 24 * time.Hour, 70 * 24 * time.Hour, 800 * 24 * time.Hour, Horizon} {
		for _, o := range s.Between(from, from.Add(span), days) {
			if o.At.After(after) {
				return o, true
			}
		}
		if s.Rule == "" && span > 0 && s.Start.Before(after.Add(-reach)) && len(s.Moved) == 0 {
			break
		}
	}
	return Occurrence{}, false
}

// Move puts the occurrence of the key at another time; the zero time drops it.
func (s *Series) Move(key string, to time.Time) {
	if s.Moved == nil {
		s.Moved = map[string]time.Time{}
	}
	s.Moved[key] = to
}

// EndBefore ends the series: no occurrence is planned at or after the time.
func (s *Series) EndBefore(end time.Time) error {
	o, err := rrule.StrToROptionInLocation(s.Rule, end.Location())
	if err != nil {
		return fmt.Errorf("rule %q: %w", s.Rule, err)
	}
	o.Count, o.Until = 0, end.Add(-time.Second).UTC()
	s.Rule = o.RRuleString()
	return nil
}
