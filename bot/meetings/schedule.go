package meetings

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// draft is a meeting that is being arranged.
type draft struct {
	Title   string          `json:"title,omitempty"`
	Place   string          `json:"place,omitempty"`
	Unit    string          `json:"unit"`
	For     string          `json:"for,omitempty"`
	Day     time.Time       `json:"day,omitzero"`
	At      time.Time       `json:"at,omitzero"`
	Length  time.Duration   `json:"length,omitempty"`
	Rule    string          `json:"rule,omitempty"`
	Shift   calendar.Shift  `json:"shift,omitempty"`
	Shifted bool            `json:"shifted,omitempty"`
	Leads   []calendar.Lead `json:"leads,omitempty"`
	Named   bool            `json:"named,omitempty"`
	Topics  []string        `json:"topics,omitempty"`
	Options []time.Time     `json:"options,omitempty"`
	Ask     string          `json:"ask,omitempty"` // what was asked last
}

// schedule arranges a meeting, or asks for what is missing.
func (s *Skill) schedule(t *bot.Turn) error {
	unit, ok := s.unitFor(t, bot.ArrangeMeeting)
	if !ok {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	if act := s.byWords(t.Text()); act != nil {
		return act(t)
	}
	said, topics := cutTopics(t.Text())
	text, leads, named := cutLeads(said, t.Now)
	r := s.read(text, t.Now, true)
	d := draft{Unit: unit, Leads: leads, Named: named, Topics: topics, Title: cmp.Or(titleIn(r.Rest), t.Understood.Slots.Title), Place: placeAt(r.Rest), For: audienceIn(r.Rest)}
	if r.Invalid != "" {
		d.Day = r.Day
		return s.ask(t, d, "invalid", r.Invalid)
	}
	d.take(r)
	return s.advance(t, d)
}

// byWords is what a sentence plainly asks for, whatever the classifier took it for: it must not cancel what is to be moved.
func (s *Skill) byWords(text string) func(*bot.Turn) error {
	bare, _, _ := cutLeads(text, time.Time{})
	switch {
	case newWords.MatchString(bare) && !cancelWords.MatchString(bare):
		return nil
	case changeTo.MatchString(bare), (putOff.MatchString(bare) || bringOn.MatchString(bare)) && shiftBy.MatchString(bare):
		return s.changeIt
	case cancelWords.MatchString(bare):
		return s.cancelIt
	}
	return nil
}

// unitFor returns the unit that the message is about: the one that it names, else where we are, else where the person may do the action.
func (s *Skill) unitFor(t *bot.Turn, action bot.Action) (string, bool) {
	if named := s.unitIn(t, t.Text(), action); named != "" {
		return named, true
	}
	if t.Unit != "" && t.Allowed(action, t.Unit) {
		return t.Unit, true
	}
	for _, g := range t.Person.Grants {
		if t.Allowed(action, g.Unit) && !t.Message.Chat.Group {
			return g.Unit, true
		}
	}
	return "", false
}

// unitIn returns the unit with the longest name in the text at which the person may do the action.
func (s *Skill) unitIn(t *bot.Turn, text string, action bot.Action) string {
	best := ""
	for _, u := range t.Org.Units() {
		if len(u.Name) > len(t.Org.Name(best)) && len(u.Name) > 6 && strings.Contains(text, u.Name) && t.Allowed(action, u.ID) {
			best = u.ID
		}
	}
	return best
}

// audiences are the words for whom a meeting is, and the role that they mean.
var audiences = []struct {
	word string
	role bot.Role
}{{"网格员", bot.GridStaff}, {"各社区书记", bot.Secretary}, {"社区书记", bot.Secretary}, {"各书记", bot.Secretary}, {"联络员", bot.Liaison}}

func audienceIn(text string) string {
	for _, a := range audiences {
		if strings.Contains(text, a.word) {
			return string(a.role)
		}
	}
	return ""
}

// take fills the draft with what was read. What is there stays, unless something else was said about it.
func (d *draft) take(r reading) {
	if r.Length > 0 && r.Length <= 12*time.Hour {
		d.Length = r.Length
	}
	if r.Rule != "" {
		d.Rule = r.Rule
	}
	if r.Shifted {
		d.Shift, d.Shifted = r.Shift, true
	}
	redate := func(o time.Time) time.Time { return o }
	switch {
	case !r.Day.IsZero():
		if d.Day.IsZero() || !r.Day.Equal(d.Day) {
			old := d.At
			d.Day, d.At = r.Day, time.Time{}
			if !old.IsZero() && !r.Timed {
				d.At = on(r.Day, old.Sub(midnight(old)))
			}
		}
	case r.Timed && !d.Day.IsZero():
		day := d.Day
		redate = func(o time.Time) time.Time { return on(day, o.Sub(midnight(o))) }
	}
	if r.Timed {
		d.Options = nil
		d.At = redate(r.At)
		if r.At.IsZero() {
			d.At = on(d.Day, r.Clock)
		}
		for _, o := range r.Options {
			d.Options = append(d.Options, redate(o))
		}
	}
}

// on returns the time of day on the day.
func on(day time.Time, clock time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, int(clock/time.Second), 0, day.Location())
}

// advance asks the next question about the draft, or makes the meeting of it.
func (s *Skill) advance(t *bot.Turn, d draft) error {
	d.Options = slices.DeleteFunc(d.Options, func(o time.Time) bool { return d.Rule == "" && !o.After(t.Now) })
	switch {
	case len(d.Options) == 1:
		d.At, d.Options = d.Options[0], nil
	case len(d.Options) > 1:
		return s.ask(t, d, "which", d.Options)
	}
	switch {
	case d.At.IsZero() && d.Day.IsZero():
		return s.ask(t, d, map[bool]string{true: "openday", false: "time"}[kindOf(d.Title) == OpenDay], nil)
	case d.At.IsZero():
		return s.ask(t, d, "clock", d.Day)
	case d.Rule == "" && !d.At.After(t.Now):
		return s.ask(t, d, "past", d.At)
	case d.At.After(t.Now.AddDate(2, 0, 0)):
		return s.ask(t, d, "far", d.At)
	}
	series := calendar.Series{Start: d.At, Rule: d.Rule}
	if err := series.Check(); err != nil {
		return s.ask(t, d, "rule", nil)
	}
	m := s.fromDraft(t, d)
	if d.Rule != "" {
		return s.startSeries(t, d, m)
	}
	taken, err := s.clash(t, m)
	if err != nil {
		return err
	}
	if taken != nil {
		return s.ask(t, d, "room", map[string]any{"Place": m.Place, "With": taken})
	}
	t.Settle()
	return s.make(t, m, d.Topics)
}

func (s *Skill) fromDraft(t *bot.Turn, d draft) *Meeting {
	title := cmp.Or(d.Title, s.say("untitled", nil))
	if rest, ok := strings.CutPrefix(d.Place, "我"); ok && !strings.HasPrefix(rest, "们") {
		d.Place = host(t) + strings.TrimPrefix(rest, "的") // 我办公室 is somebody else's to everybody else
	}
	m := &Meeting{
		ID: newID(t, "meeting"), Unit: d.Unit, Title: title, Kind: kindOf(title), At: d.At, Length: cmp.Or(d.Length, usualLength), Place: d.Place, For: d.For,
		Leads: d.Leads, Named: d.Named, By: t.Person.ID, ByName: host(t), Chat: t.Message.Chat, Status: Planned, Made: t.Now,
	}
	if !m.Named {
		m.Leads = Usual
	}
	return m
}

// make writes the meeting, with the topics that were named, and shows it in full.
func (s *Skill) make(t *bot.Turn, m *Meeting, topics []string) error {
	if err := s.book(t, m); err != nil {
		return err
	}
	if err := s.setAgenda(t, m, topics); err != nil {
		return err
	}
	if err := s.set(t, m); err != nil {
		return err
	}
	t.Session.Meeting = m.ID
	return s.echo(t, m, "made", topics...)
}

// echo shows the meeting in full, as it counts now, and what can still be changed.
func (s *Skill) echo(t *bot.Turn, m *Meeting, text string, topics ...string) error {
	fields, err := s.fields(t, m)
	if err != nil {
		return err
	}
	if len(topics) > 0 && len(m.Agenda) == 0 {
		fields = append(fields, s.topicField(topics))
	}
	chats, err := s.listeners(t, m)
	if err != nil {
		return err
	}
	t.Reply(bot.Reply{
		Text:   s.say(text, map[string]any{"Nobody": len(chats) == 0, "M": m, "Unit": t.Org.Name(m.Unit), "Note": s.dayNote(m.At), "News": m.Told == nil || m.differs()}),
		Fields: fields,
		Choices: []bot.Choice{
			s.choice("retime", "retime", m.ID), s.choice(map[bool]string{true: "place", false: "replace"}[m.Place == ""], "replace", m.ID), s.choice("cancel", "cancel", m.ID),
		},
	})
	return nil
}

// fields are the meeting as a table: when, where, for whom, reminders.
func (s *Skill) fields(t *bot.Turn, m *Meeting) ([]bot.Field, error) {
	who, err := s.forWhom(t, m)
	if err != nil {
		return nil, err
	}
	fields := []bot.Field{
		{Name: s.say("field.time", nil), Value: span(m)},
		{Name: s.say("field.place", nil), Value: cmp.Or(m.Place, s.say("noplace", nil))},
		{Name: s.say("field.for", nil), Value: who},
	}
	fields = append(fields, bot.Field{Name: s.say("field.remind", nil), Value: s.say("leads", map[string]any{"M": m, "Plan": m.Plan, "Usual": !m.Named})})
	if len(m.Agenda) > 0 {
		fields = append(fields, s.topicField(m.Agenda))
	}
	return fields, nil
}

func (s *Skill) topicField(topics []string) bot.Field {
	return bot.Field{Name: s.say("field.topics", nil), Value: strings.Join(topics, "、")}
}

// span writes from when to when: 11月24日 周二 09:30–10:30.
func span(m *Meeting) string {
	end, year := m.End(), ""
	if m.At.Year() != m.Made.Year() {
		year = strconv.Itoa(m.At.Year()) + "年"
	}
	if midnight(end).Equal(midnight(m.At)) {
		return year + bot.When(m.At) + "–" + end.Format("15:04")
	}
	return year + bot.When(m.At) + "–" + bot.When(end)
}

// dayNote says when a day is not worked, or when nobody knows yet; "" for a plain working day.
func (s *Skill) dayNote(at time.Time) string {
	work, announced := s.days.Workday(at)
	holiday := s.days.Name(at)
	switch {
	case !announced:
		return s.say("day.unknown", map[string]any{"Year": at.Year(), "Holiday": holiday, "Day": at})
	case !work:
		return s.say("day.off", map[string]any{"Holiday": holiday, "Day": at})
	case at.Weekday() == time.Saturday || at.Weekday() == time.Sunday:
		return s.say("day.worked", map[string]any{"Day": at})
	}
	return ""
}

// ask opens a question about the draft.
func (s *Skill) ask(t *bot.Turn, d draft, what string, data any) error {
	d.Ask = what
	var choices []bot.Choice
	option := func(at time.Time) {
		choices = append(choices, bot.NewChoice(bot.When(at), name, "draft", strconv.FormatInt(at.Unix(), 10)))
	}
	switch what {
	case "which":
		for _, o := range d.Options {
			option(o)
		}
	case "clock":
		for _, hour := range []time.Duration{9 * time.Hour, 14*time.Hour + 30*time.Minute, 19*time.Hour + 30*time.Minute} {
			if at := on(d.Day, hour); at.After(t.Now) {
				option(at)
			}
		}
	case "past":
		option(d.At.AddDate(0, 0, int(t.Now.Sub(d.At)/(24*time.Hour))+1))
		d.At, d.Day = time.Time{}, time.Time{}
	case "room":
		choices = []bot.Choice{s.choice("othertime", "draft", "time"), s.choice("otherplace", "draft", "place")}
	}
	t.Say(s.say("ask."+what, data), choices...)
	return t.Expect(name, state{Draft: &d})
}

// chooseDraft hears a pressed choice of a question about a draft.
func (s *Skill) chooseDraft(t *bot.Turn, argument string) error {
	var st state
	if t.Session.Skill != name || t.Expected(&st) != nil || st.Draft == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	d := *st.Draft
	switch argument {
	case "time":
		d.At, d.Day = time.Time{}, time.Time{}
		return s.ask(t, d, "time", nil)
	case "place":
		return s.ask(t, d, "place", nil)
	}
	unix, err := strconv.ParseInt(argument, 10, 64)
	if err != nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	d.At, d.Options = time.Unix(unix, 0).In(t.Now.Location()), nil
	d.Day = midnight(d.At)
	return s.advance(t, d)
}

// continueDraft takes the answer into the draft.
func (s *Skill) continueDraft(t *bot.Turn, d draft) (bool, error) {
	d.Day, d.At = local(t, d.Day), local(t, d.At)
	for i := range d.Options {
		d.Options[i] = local(t, d.Options[i])
	}
	text, leads, named := cutLeads(t.Text(), t.Now)
	if named {
		d.Leads, d.Named = leads, true
	}
	r := s.read(text, t.Now, true)
	if r.Invalid != "" {
		return true, s.ask(t, d, "invalid", r.Invalid)
	}
	if half := halfOf(text); d.Ask == "which" && half != "" && len(d.Options) > 1 && !r.Timed {
		at := d.Options[0]
		for _, o := range d.Options {
			if (o.Before(at)) == (half == "am") {
				at = o
			}
		}
		d.At, d.Options, d.Day = at, nil, midnight(at)
		return true, s.advance(t, d)
	}
	before := d
	d.take(r)
	if place := placeAt(r.Rest); place != "" {
		d.Place = place
	} else if question.MatchString(t.Text()) || len([]rune(t.Text())) > 40 {
		return false, nil
	} else if d.Ask == "place" || d.Ask == "room" && !r.Timed && r.Day.IsZero() && !s.elsewhere(t) {
		d.Place = strings.TrimLeft(strings.TrimSpace(t.Text()), "在改到换去用")
	}
	if !r.Timed && r.Day.IsZero() && r.Rule == "" && d.Place == before.Place && !named {
		if s.elsewhere(t) {
			return false, nil
		}
		return true, s.ask(t, d, cmp.Or(map[string]string{"which": "which"}[d.Ask], "again"), d.Options)
	}
	return true, s.advance(t, d)
}

// elsewhere reports whether the message is plainly about something else than the question that is open.
func (s *Skill) elsewhere(t *bot.Turn) bool {
	switch t.Understood.Intent {
	case "", "none", "confirm", "deny", "cancel", "meeting.schedule", "meeting.reschedule":
		return false
	}
	return true
}
