package meetings

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// Series makes sittings, each a Meeting of its own, some time before they take place.
type Series struct {
	ID       string          `json:"id"`
	Pattern  Meeting         `json:"pattern"` // what each sitting is like
	Calendar calendar.Series `json:"calendar"`
	Status   Status          `json:"status"`
	Told     bool            `json:"told,omitempty"`   // the unit knows of it
	Before   string          `json:"before,omitempty"` // when it was held until it was changed
	Sequence int             `json:"sequence"`
	Changed  time.Time       `json:"changed"`
}

// StateName is shown to who watches.
func (sr *Series) StateName() string { return string(sr.Status) }

// ahead is how long before it takes place a sitting is made: before its first step, the call for topics.
const sitAhead = 20 * 24 * time.Hour

func (s *Skill) series(t *bot.Turn, id string) (*Series, error) {
	var sr Series
	known, err := t.Get(KindSeries, id, &sr)
	if err != nil || !known {
		return nil, err
	}
	sr.Calendar.Start, sr.Changed = local(t, sr.Calendar.Start), local(t, sr.Changed)
	sr.Pattern.localise(t)
	return &sr, nil
}

func (s *Skill) putSeries(t *bot.Turn, sr *Series) error {
	m := &sr.Pattern
	return t.Put(KindSeries, sr.ID, sr, sr.Calendar.Start, append([]string{"unit=" + m.Unit, "status=" + string(sr.Status), "by=" + m.By}, within(t, m.Unit)...)...)
}

// startSeries makes a series of a draft, with its first sittings, and shows it.
func (s *Skill) startSeries(t *bot.Turn, d draft, pattern *Meeting) error {
	sr := &Series{
		ID: newID(t, "series"), Pattern: *pattern, Status: Planned, Sequence: 1, Changed: t.Now,
		Calendar: calendar.Series{Start: d.At, Rule: d.Rule, Shift: d.Shift},
	}
	if !d.Shifted {
		sr.Calendar.Shift = usualShift(sr.Calendar)
	}
	first, ok := sr.Calendar.Next(t.Now, s.days)
	if !ok {
		return s.ask(t, d, "rule", nil)
	}
	m := sr.sitting(first)
	taken, err := s.clash(t, m)
	if err != nil {
		return err
	}
	if taken != nil {
		return s.ask(t, d, "room", map[string]any{"Place": m.Place, "With": taken})
	}
	t.Settle()
	if err := s.fill(t, sr); err != nil {
		return err
	}
	if err := wake(t, "tell", sr.ID, t.Now.Add(grace)); err != nil {
		return err
	}
	t.Session.Meeting = sr.sitting(first).ID
	return s.echoSeries(t, sr, "series.made")
}

// weekendRule is a rule for Saturdays or Sundays alone.
var weekendRule = regexp.MustCompile(`BYDAY=-?\d*(?:SA|SU)(?:,-?\d*(?:SA|SU))*(?:;|$)`)

// usualShift is what becomes of a series on days off where nobody said it: what is planned for weekends stays, the rest is put off to the
// next working day.
func usualShift(c calendar.Series) calendar.Shift {
	if weekendRule.MatchString(c.Rule) || c.Rule == "FREQ=DAILY" {
		return calendar.Keep
	}
	return calendar.Later
}

// sitting returns the meeting of an occurrence.
func (sr *Series) sitting(o calendar.Occurrence) *Meeting {
	m := sr.Pattern
	m.ID, m.At, m.Series, m.Key = sr.ID+"-"+o.Planned.Format("20060102"), o.At, sr.ID, o.Key
	return &m
}

// fill makes the sittings that are due to be made, and sets the timer for the next.
func (s *Skill) fill(t *bot.Turn, sr *Series) error {
	until := t.Now.Add(sitAhead)
	for _, o := range sr.Calendar.Between(t.Now, until, s.days) {
		m := sr.sitting(o)
		if known, err := s.meeting(t, m.ID); err != nil || known != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.sit(t, sr, m); err != nil {
			return err
		}
	}
	if next, ok := sr.Calendar.Next(until, s.days); ok {
		if err := wake(t, "sit", sr.ID, next.At.Add(-sitAhead)); err != nil {
			return err
		}
	}
	return s.putSeries(t, sr)
}

// sit makes one sitting. Others know of it by the series; a liaison meeting or one of its kin is announced by itself, a week before.
func (s *Skill) sit(t *bot.Turn, sr *Series, m *Meeting) error {
	taken, err := s.clash(t, m)
	if err != nil {
		return err
	}
	if taken != nil {
		t.Tell(m.Chat, bot.Reply{
			Text:    s.say("series.room", map[string]any{"M": m, "With": taken}),
			Choices: []bot.Choice{s.choice("retime", "retime", m.ID), s.choice("replace", "replace", m.ID), s.choice("cancel", "cancel", m.ID)},
		}, m.At)
		m.Place = ""
	}
	if err := s.book(t, m); err != nil {
		return err
	}
	if m.Kind == Plain || m.Kind.public() {
		m.Told = &told{At: m.At, Place: m.Place}
	}
	if err := s.set(t, m); err != nil {
		return err
	}
	if at := m.At.AddDate(0, 0, -7); m.Told == nil && at.After(t.Now.Add(grace)) {
		m.Changed = at.Add(-grace)
		if err := wake(t, "tell", m.ID, at); err != nil {
			return err
		}
		return s.put(t, m)
	}
	return nil
}

// ringSit makes the next sittings.
func (s *Skill) ringSit(t *bot.Turn, timer bot.Timer) error {
	sr, err := s.series(t, timer.Subject)
	if err != nil || sr == nil || sr.Status != Planned {
		return err
	}
	return s.fill(t, sr)
}

// moveInSeries notes in the meeting's series that its occurrence is at another time; the zero time drops it.
func (s *Skill) moveInSeries(t *bot.Turn, m *Meeting, to time.Time) error {
	if m.Series == "" {
		return nil
	}
	sr, err := s.series(t, m.Series)
	if err != nil || sr == nil {
		return err
	}
	sr.Calendar.Move(m.Key, to)
	sr.Sequence++
	return s.putSeries(t, sr)
}

// echoSeries shows the series in full.
func (s *Skill) echoSeries(t *bot.Turn, sr *Series, text string) error {
	m := sr.Pattern
	var next []calendar.Occurrence
	for at := t.Now; len(next) < 3; {
		o, ok := sr.Calendar.Next(at, s.days)
		if !ok {
			break
		}
		next, at = append(next, o), o.At
	}
	who, err := s.forWhom(t, &m)
	if err != nil {
		return err
	}
	loc := t.Now.Location()
	t.Reply(bot.Reply{
		Text: s.say(text, map[string]any{"M": m, "Unit": t.Org.Name(m.Unit)}),
		Fields: []bot.Field{
			{Name: s.say("field.time", nil), Value: s.say("series.time", map[string]any{"Words": sr.Calendar.Words(loc), "At": sr.Calendar.Start, "Gaps": sr.Calendar.Gaps(loc)})},
			{Name: s.say("field.next", nil), Value: s.say("series.next", next)},
			{Name: s.say("field.holiday", nil), Value: s.say("shift."+string(sr.Calendar.Shift), nil)},
			{Name: s.say("field.place", nil), Value: cmp.Or(m.Place, s.say("noplace", nil))},
			{Name: s.say("field.for", nil), Value: who},
			{Name: s.say("field.remind", nil), Value: s.say("series.leads", map[string]any{"Leads": calendar.LeadWords(m.Leads), "Usual": !m.Named})},
		},
		Choices: s.shiftChoices(sr),
	})
	return nil
}

// shiftChoices offers the other ways to treat holidays, and to cancel.
func (s *Skill) shiftChoices(sr *Series) []bot.Choice {
	var choices []bot.Choice
	for _, shift := range []calendar.Shift{calendar.Later, calendar.Earlier, calendar.Keep} {
		if shift != sr.Calendar.Shift && sr.Calendar.Shift != calendar.Skip {
			choices = append(choices, s.choice("shift."+string(shift), "shift", sr.ID+"/"+string(shift)))
		}
	}
	return append(choices, s.choice("cancel", "end", sr.ID))
}

// mySeries reads a series over which the person may do it. It answers itself when there is none.
func (s *Skill) mySeries(t *bot.Turn, id string) (*Series, error) {
	sr, err := s.series(t, id)
	switch {
	case err != nil:
		return nil, err
	case sr == nil || sr.Status != Planned:
		t.Say(s.say("gone", nil))
	case !t.Allowed(bot.ArrangeMeeting, sr.Pattern.Unit):
		t.Say(s.say("forbidden", nil))
	default:
		return sr, nil
	}
	return nil, nil
}

// setShift changes what becomes of the series on days off.
func (s *Skill) setShift(t *bot.Turn, argument string) error {
	id, shift := argument, ""
	for i := range argument {
		if argument[i] == '/' {
			id, shift = argument[:i], argument[i+1:]
		}
	}
	sr, err := s.mySeries(t, id)
	if err != nil || sr == nil {
		return err
	}
	if err := s.dropSittings(t, sr, false); err != nil {
		return err
	}
	sr.Calendar.Shift = calendar.Shift(shift)
	sr.Sequence++
	if err := s.fill(t, sr); err != nil {
		return err
	}
	return s.echoSeries(t, sr, "series.changed")
}

// sittings are the meetings of the series that are still to come.
func (s *Skill) sittings(t *bot.Turn, sr *Series) ([]*Meeting, error) {
	return s.meetings(t, t.Now, time.Time{}, "series="+sr.ID, "status="+string(Planned))
}

// dropSittings takes the sittings away: cancelled, if the series ends, so that those who know of them hear it; else removed, to be made anew.
func (s *Skill) dropSittings(t *bot.Turn, sr *Series, ends bool) error {
	all, err := s.sittings(t, sr)
	if err != nil {
		return err
	}
	for _, m := range all {
		if _, moved := sr.Calendar.Moved[m.Key]; moved && !ends {
			continue
		}
		if err := s.free(t, m); err != nil {
			return err
		}
		if !ends {
			t.Remove(KindMeeting, m.ID)
			continue
		}
		m.Status, m.Plan = Cancelled, nil
		m.Told = nil // the series says it for all
		if err := s.put(t, m); err != nil {
			return err
		}
	}
	return nil
}

// endSeries cancels a series with all its sittings ahead.
func (s *Skill) endSeries(t *bot.Turn, id string) error {
	sr, err := s.mySeries(t, id)
	if err != nil || sr == nil {
		return err
	}
	if err := s.dropSittings(t, sr, true); err != nil {
		return err
	}
	sr.Status, sr.Changed = Cancelled, t.Now
	sr.Sequence++
	if err := wake(t, "tell", sr.ID, t.Now.Add(grace)); err != nil {
		return err
	}
	t.Settle()
	t.Say(s.say("series.ended", map[string]any{"M": sr.Pattern, "Words": sr.Calendar.Words(t.Now.Location())}))
	return s.putSeries(t, sr)
}

var weeklyDays = regexp.MustCompile(`BYDAY=[A-Z,]+`)

// changeSeries ends the meeting's series and starts one like it by another rule, or at another time of the day or day of the week.
func (s *Skill) changeSeries(t *bot.Turn, m *Meeting, c change) error {
	sr, err := s.mySeries(t, m.Series)
	if err != nil || sr == nil {
		return err
	}
	start, rule := c.at(m), cmp.Or(c.rule, sr.Calendar.Rule)
	if start.Equal(midnight(start)) {
		start = on(start, m.At.Sub(midnight(m.At)))
	}
	if c.rule == "" && start.Weekday() != m.At.Weekday() {
		day := strings.ToUpper(start.Weekday().String()[:2])
		if rule = weeklyDays.ReplaceAllString(rule, "BYDAY="+day); !strings.HasPrefix(rule, "FREQ=WEEKLY") {
			t.Say(s.say("ask.rule", nil))
			return nil
		}
	}
	next := *sr
	next.ID, next.Told, next.Changed, next.Sequence = newID(t, "series"), false, t.Now, 1
	next.Before = sr.Calendar.Words(t.Now.Location()) + sr.Calendar.Start.Format(" 15:04")
	next.Calendar = calendar.Series{Start: start, Rule: rule, Shift: sr.Calendar.Shift}
	next.Pattern.Place = cmp.Or(c.place, next.Pattern.Place)
	if err := next.Calendar.Check(); err != nil {
		t.Say(s.say("ask.rule", nil))
		return nil
	}
	if err := s.dropSittings(t, sr, true); err != nil {
		return err
	}
	sr.Status, sr.Changed = Cancelled, t.Now
	if err := s.putSeries(t, sr); err != nil {
		return err
	}
	if err := s.fill(t, &next); err != nil {
		return err
	}
	if err := wake(t, "tell", next.ID, t.Now.Add(grace)); err != nil {
		return err
	}
	return s.echoSeries(t, &next, "series.changed")
}

// virtual are the occurrences of the units' series in the time for which no sitting has been made yet.
func (s *Skill) virtual(t *bot.Turn, from, to time.Time, unit string) ([]*Meeting, error) {
	found, err := t.FindAll(bot.Query{Kind: KindSeries, Keys: []string{unit, "status=" + string(Planned)}}, 200)
	if err != nil {
		return nil, err
	}
	var all []*Meeting
	for _, r := range found {
		var sr Series
		if err := json.Unmarshal(r.Body, &sr); err != nil {
			return nil, err
		}
		if made := t.Now.Add(sitAhead); from.Before(made) {
			from = made
		}
		for _, o := range sr.Calendar.Between(from, to, s.days) {
			if !o.Moved {
				all = append(all, sr.sitting(o))
			}
		}
	}
	return all, nil
}
