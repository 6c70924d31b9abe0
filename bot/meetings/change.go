package meetings

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

var (
	changeTo   = regexp.MustCompile(`(?:改期|改时间|推迟|延期|延后|提前|调整|顺延|调|改|换|挪|移|放)(?:到|成|为|在|至)`)
	putOff     = regexp.MustCompile(`推迟|延后|延期|往后[推延挪移]|后延|顺延|推后|晚[0-9一二两三四五六七八九十半]`)
	bringOn    = regexp.MustCompile(`提前|往前[推挪移]?|提早|早[0-9一二两三四五六七八九十半]`)
	fromNowOn  = regexp.MustCompile(`以后|今后|每次|整个系列|都改|全部改|一律|长期`)
	shiftBy    = regexp.MustCompile(`[0-9一二两三四五六七八九十半]+\s*个?(?:分钟|小时|钟头|天|周|星期|刻钟|礼拜|月)`)
	remindPart = regexp.MustCompile(`提醒`)
	fillers    = regexp.MustCompile(`取消|不开了|撤掉|撤销|停开|把|请|那个|这个|以后|的时间|的地点|时间|地点`)
	thisOne    = regexp.MustCompile(`这个会|那个会|刚才|刚刚|刚安排|它|该会`)
)

// change is what is to become of a meeting.
type change struct {
	at    func(m *Meeting) time.Time // nil: stays
	place string
	leads []calendar.Lead
	named bool
	size  time.Duration
	rule  string
}

// reschedule changes a meeting, or cancels it if that is what the words say.
func (s *Skill) reschedule(t *bot.Turn) error {
	if act := s.byWords(t.Text()); act != nil {
		return act(t)
	}
	return s.changeIt(t)
}

// changeIt changes the time, the place or the reminders of a meeting.
func (s *Skill) changeIt(t *bot.Turn) error {
	text := t.Text()
	if remindPart.MatchString(text) && !strings.Contains(text, "会") {
		return s.remind(t)
	}
	which, after := text, ""
	if at := changeTo.FindStringIndex(text); at != nil {
		which, after = text[:at[0]], text[at[1]:]
	}
	c, problem := s.readChange(t, text, after)
	found, err := s.identify(t, which, bot.ArrangeMeeting)
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0:
		return s.noSuch(t, which)
	case len(found) > 1:
		choices := make([]bot.Choice, 0, 4)
		for _, m := range found[:min(4, len(found))] {
			action := bot.NewChoice(label(t, m), name, "retime", m.ID)
			if c.at != nil && c.place == "" && !c.named {
				action = bot.NewChoice(label(t, m), name, "retime", m.ID+"/"+strconv.FormatInt(c.at(m).Unix(), 10))
			}
			choices = append(choices, action)
		}
		t.Say(s.say("which", nil), choices...)
		return nil
	}
	m := found[0]
	if problem != "" {
		t.Say(s.say("ask.invalid", problem))
		return s.expect(t, "retime", m.ID)
	}
	if m.Series != "" && c.at != nil && (c.rule != "" || fromNowOn.MatchString(text)) {
		return s.changeSeries(t, m, c)
	}
	if c.at == nil && c.place == "" && !c.named && c.size == 0 {
		return s.askTime(t, m.ID)
	}
	return s.move(t, m, c)
}

// readChange reads what is to change: after stands behind 改到, text is the whole sentence.
func (s *Skill) readChange(t *bot.Turn, text, after string) (c change, problem string) {
	if after == "" {
		rest, leads, named := cutLeads(text, t.Now)
		switch {
		case bringOn.MatchString(rest) || putOff.MatchString(rest):
			r := s.read(rest, t.Now, true)
			by := r.Apart
			if by > 0 {
				if !putOff.MatchString(rest) {
					by = -by
				}
				c.at = func(m *Meeting) time.Time { return apart(m.At, by) }
			}
		case named:
			c.leads, c.named = leads, true
		}
		return c, ""
	}
	rest, leads, named := cutLeads(after, t.Now)
	if !named && remindPart.MatchString(text) {
		leads = readLeads(after, t.Now)
		if named = len(leads) > 0; named {
			return change{leads: leads, named: true}, ""
		}
	}
	c.leads, c.named = leads, named
	r := s.read(rest, t.Now, true)
	c.size, c.rule = r.Length, r.Rule
	if c.rule != "" {
		c.at = func(*Meeting) time.Time { return cmp.Or(r.At, r.Day) }
		return c, r.Invalid
	}
	switch {
	case !r.At.IsZero() && !r.Day.IsZero():
		c.at = func(m *Meeting) time.Time { return nearest(r, m) }
	case r.Timed:
		c.at = func(m *Meeting) time.Time { return nearest(r, m) }
	case !r.Day.IsZero():
		c.at = func(m *Meeting) time.Time { return on(r.Day, m.At.Sub(midnight(m.At))) }
	}
	c.place = placeAt(r.Rest)
	if c.place == "" && c.at == nil && !c.named && c.size == 0 {
		c.place = strings.Trim(r.Rest, " ,，。开")
	}
	return c, r.Invalid
}

// nearest is the time that was read, on the meeting's day if only a time of day was. Of two readings of a bare hour it takes the one that is
// nearer to the meeting's own time of day.
func nearest(r reading, m *Meeting) time.Time {
	options := r.Options
	if len(options) == 0 {
		options = []time.Time{r.At}
	}
	best := time.Time{}
	for _, o := range options {
		if r.Day.IsZero() {
			o = on(midnight(m.At), o.Sub(midnight(o)))
		}
		clock := func(t time.Time) time.Duration { return t.Sub(midnight(t)) }
		if best.IsZero() || (clock(o)-clock(m.At)).Abs() < (clock(best)-clock(m.At)).Abs() {
			best = o
		}
	}
	return best
}

// apart moves a time; whole days keep the time of day, whatever the clocks do.
func apart(at time.Time, by time.Duration) time.Time {
	if by%(24*time.Hour) == 0 {
		return at.AddDate(0, 0, int(by/(24*time.Hour)))
	}
	return at.Add(by)
}

// move changes the meeting if that can be, and shows it.
func (s *Skill) move(t *bot.Turn, m *Meeting, c change) error {
	old := *m
	if c.at != nil {
		m.At = c.at(m)
	}
	m.Length, m.Place = cmp.Or(c.size, m.Length), cmp.Or(c.place, m.Place)
	if c.named {
		m.Leads, m.Named = c.leads, true
	}
	if !m.At.After(t.Now) {
		t.Say(s.say("ask.past", m.At), bot.NewChoice(bot.When(m.At.AddDate(0, 0, 1)), name, "retime", m.ID+"/"+strconv.FormatInt(m.At.AddDate(0, 0, 1).Unix(), 10)))
		return s.expect(t, "retime", m.ID)
	}
	taken, err := s.clash(t, m)
	if err != nil {
		return err
	}
	if taken != nil {
		t.Say(s.say("ask.room", map[string]any{"Place": m.Place, "With": taken}), s.choice("othertime", "retime", m.ID), s.choice("otherplace", "replace", m.ID))
		return nil
	}
	if err := s.rebook(t, &old, m); err != nil {
		return err
	}
	if !m.At.Equal(old.At) {
		for i := range m.Invited {
			m.Invited[i].Answer, m.Invited[i].Deputy = "", ""
		}
		m.Agenda = nil
		if err := s.moveInSeries(t, m, m.At); err != nil {
			return err
		}
	}
	t.Settle()
	if err := s.set(t, m); err != nil {
		return err
	}
	t.Session.Meeting = m.ID
	return s.echo(t, m, "moved")
}

func (s *Skill) rebook(t *bot.Turn, old, m *Meeting) error {
	if old.Place == m.Place && old.At.Equal(m.At) && old.Length == m.Length {
		return nil
	}
	if err := s.free(t, old); err != nil {
		return err
	}
	return s.book(t, m)
}

// label names a meeting on a choice.
func label(t *bot.Turn, m *Meeting) string {
	if m.Unit != t.Unit {
		return bot.When(m.At) + " " + short(t.Org.Name(m.Unit)+m.Title, 16)
	}
	return bot.When(m.At) + " " + short(m.Title, 12)
}

// short cuts a text to a number of characters.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// askTime asks for a new time, or takes the one that the choice carries.
func (s *Skill) askTime(t *bot.Turn, argument string) error {
	id, unix, carried := strings.Cut(argument, "/")
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return err
	}
	if seconds, err := strconv.ParseInt(unix, 10, 64); carried && err == nil {
		at := time.Unix(seconds, 0).In(t.Now.Location())
		return s.move(t, m, change{at: func(*Meeting) time.Time { return at }})
	}
	t.Say(s.say("ask.newtime", m))
	return s.expect(t, "retime", id)
}

// heardTime takes the answer to askTime.
func (s *Skill) heardTime(t *bot.Turn, id string) (bool, error) {
	c, problem := s.readChange(t, "改到"+t.Text(), t.Text())
	if problem != "" {
		t.Say(s.say("ask.invalid", problem))
		return true, nil
	}
	if c.at == nil && s.elsewhere(t) {
		return false, nil
	}
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return true, err
	}
	if c.at == nil {
		t.Say(s.say("ask.again", nil))
		return true, nil
	}
	c.place = "" // only the time was asked for
	if place := placeAt(s.read(t.Text(), t.Now, true).Rest); place != "" {
		c.place = place
	}
	return true, s.move(t, m, c)
}

func (s *Skill) askPlace(t *bot.Turn, id string) error {
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return err
	}
	t.Say(s.say("ask.newplace", m))
	return s.expect(t, "replace", id)
}

func (s *Skill) heardPlace(t *bot.Turn, id string) (bool, error) {
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return true, err
	}
	place := cmp.Or(placeAt(t.Text()), strings.TrimLeft(t.Text(), "在改到换去用"))
	if question.MatchString(t.Text()) {
		return false, nil
	}
	if place == "" || len([]rune(place)) > 40 {
		t.Say(s.say("ask.newplace", m))
		return true, nil
	}
	return true, s.move(t, m, change{place: place})
}

// mine reads a meeting that is still ahead and over which the person may do the action. It answers itself when there is none.
func (s *Skill) mine(t *bot.Turn, id string, action bot.Action) (*Meeting, error) {
	m, err := s.meeting(t, id)
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		t.Say(s.say("gone", nil))
	case !t.Allowed(action, m.Unit):
		t.Say(s.say("forbidden", nil))
	case m.Status == Cancelled:
		t.Say(s.say("cancelled.already", m), s.choice("restore", "restore", m.ID))
	case m.Status == Held:
		t.Say(s.say("held.already", m))
	default:
		return m, nil
	}
	t.Settle()
	return nil, nil
}
