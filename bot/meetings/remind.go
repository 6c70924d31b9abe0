package meetings

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// Reminder is somebody's own: of anything, once or again and again.
type Reminder struct {
	ID       string          `json:"id"`
	By       string          `json:"by"`
	ByName   string          `json:"by_name"`
	Chat     bot.Chat        `json:"chat"`
	Text     string          `json:"text"`
	Calendar calendar.Series `json:"calendar"`
	At       time.Time       `json:"at"`   // when it is due next
	Ring     time.Time       `json:"ring"` // when its timer rings
	Status   Status          `json:"status"`
	Made     time.Time       `json:"made"`
}

// StateName is shown to who watches.
func (r *Reminder) StateName() string { return string(r.Status) }

// note is a reminder that is not complete yet.
type note struct {
	Text    string          `json:"text,omitempty"`
	Day     time.Time       `json:"day,omitzero"`
	At      time.Time       `json:"at,omitzero"`
	Rule    string          `json:"rule,omitempty"`
	Shift   calendar.Shift  `json:"shift,omitempty"`
	Options []time.Time     `json:"options,omitempty"`
	More    []time.Duration `json:"more,omitempty"` // further times of the day: 早上8点和晚上8点
	Ask     string          `json:"ask,omitempty"`
}

// mostReminders is how many reminders a person may have at once.
const mostReminders = 100

var (
	listWords   = regexp.MustCompile(`(?:有|看|查|列)[^,，。]{0,6}提醒|哪些提醒|什么提醒|我的提醒|提醒列表|几个提醒|^提醒$`)
	dropWords   = regexp.MustCompile(`取消|删除|删掉|关掉|停掉|停止|不用再?提醒|不要再?提醒|别再?提醒|不用.{0,12}提醒了`)
	editWords   = regexp.MustCompile(`(?:提醒.{0,12}(?:改|换|推迟|调)|(?:改|换|推迟|调).{0,4}提醒).*`)
	remindWords = regexp.MustCompile(`(?:请|麻烦|帮忙|帮|到时候|记得|记着|要|给|能不能|可以|你|再|定个|设个|设置|设一个|加个|建个|一下)*(?:提醒|叫|喊|通知)(?:一下|一声)?(?:我们|大家|各位|我|本群|群里)?(?:一下|一声)?(?:要|记得)?`)
	callWords   = regexp.MustCompile(`提醒|[叫喊]我`)
	callFirst   = regexp.MustCompile(`^(?:请|麻烦|帮忙|帮我|到时候|到时|记得|你|能不能|可以|过|再过|等|和|及|、|[,，])*(?:提醒(?:一下)?(?:我|我们|大家|各位|本群)|[叫喊]我)`)
	ordinalWord = regexp.MustCompile(`第\s*([0-9一二三四五六七八九十]+)\s*[个条项]?`)
)

// asksReminder reports whether the message is plainly a request for a reminder: a time, and 提醒我 or the like right behind or before it.
func (s *Skill) asksReminder(t *bot.Turn) bool {
	if t.Session.Skill == name || !callWords.MatchString(t.Text()) {
		return false
	}
	r := s.read(t.Text(), t.Now, false)
	return (!r.At.IsZero() || !r.Day.IsZero() || r.Apart > 0 || r.Invalid != "") && callFirst.MatchString(strings.ReplaceAll(r.Rest, " ", ""))
}

// remind sets a reminder, shows, changes or drops them.
func (s *Skill) remind(t *bot.Turn) error {
	text := t.Text()
	switch {
	case listWords.MatchString(text) && s.read(text, t.Now, false).At.IsZero():
		return s.listReminders(t)
	case dropWords.MatchString(text):
		done, err := s.cancelOwn(t, text)
		if err == nil && !done {
			t.Say(s.say("remind.none", nil))
		}
		return err
	case editWords.MatchString(text):
		if done, err := s.editOwn(t, text); done || err != nil {
			return err
		}
	}
	if t.Message.Chat.Group && !t.Allowed(bot.ArrangeMeeting, t.Unit) {
		t.Say(s.say("remind.group", nil))
		return nil
	}
	r := s.read(text, t.Now, false)
	n := note{Text: whatOf(r.Rest), More: r.More}
	if r.At.IsZero() && r.Day.IsZero() && r.Apart > 0 && r.Invalid == "" {
		r.At = apart(t.Now, r.Apart) // 过10分钟喊我
		r.Timed, r.Day, r.Clock = true, midnight(r.At), r.At.Sub(midnight(r.At))
	}
	if r.Invalid != "" {
		return s.askNote(t, n, "invalid", r.Invalid)
	}
	n.take(r)
	return s.advanceNote(t, n)
}

// whatOf is what is to be reminded of: the words that are neither a time nor the request.
func whatOf(rest string) string {
	text := remindWords.ReplaceAllString(strings.ReplaceAll(rest, " ", ""), "")
	text = strings.Trim(text, ",，。.;；:：!！ 、的")
	for _, word := range []string{"和", "及", "再过", "过", "我要", "要", "去做"} {
		if after := strings.TrimPrefix(text, word); after != "" {
			text = after
		}
	}
	return short(text, 200)
}

func (n *note) take(r reading) {
	d := draft{Day: n.Day, At: n.At, Rule: n.Rule, Shift: n.Shift, Options: n.Options}
	d.take(r)
	n.Day, n.At, n.Rule, n.Shift, n.Options = d.Day, d.At, d.Rule, d.Shift, d.Options
}

func (s *Skill) advanceNote(t *bot.Turn, n note) error {
	n.Options = slices.DeleteFunc(n.Options, func(o time.Time) bool { return n.Rule == "" && !o.After(t.Now) })
	if len(n.Options) > 1 && n.Day.IsZero() {
		n.At, n.Options = slices.MinFunc(n.Options, time.Time.Compare), nil // 8点: the next one
	}
	switch {
	case len(n.Options) == 1:
		n.At, n.Options = n.Options[0], nil
	case len(n.Options) > 1:
		return s.askNote(t, n, "which", n.Options)
	}
	switch {
	case n.At.IsZero() && n.Day.IsZero():
		return s.askNote(t, n, "when", n.Text)
	case n.At.IsZero():
		return s.askNote(t, n, "clock", n.Day)
	case n.Rule == "" && !n.At.After(t.Now):
		return s.askNote(t, n, "past", n.At)
	case n.At.After(t.Now.AddDate(5, 0, 0)):
		return s.askNote(t, n, "far", n.At)
	case n.Text == "":
		return s.askNote(t, n, "what", n.At)
	}
	r := &Reminder{
		ID: newID(t, "reminder"), By: t.Person.ID, ByName: host(t), Chat: t.Message.Chat, Text: n.Text, Status: Planned, Made: t.Now,
		Calendar: calendar.Series{Start: n.At, Rule: n.Rule, Shift: n.Shift},
	}
	if err := r.Calendar.Check(); err != nil {
		return s.askNote(t, n, "rule", nil)
	}
	counts, err := t.Count(bot.Query{Kind: KindReminder, Keys: []string{"by=" + r.By, "status=" + string(Planned)}})
	if err != nil {
		return err
	}
	t.Settle()
	if counts[0] >= mostReminders {
		t.Say(s.say("remind.full", mostReminders))
		return nil
	}
	if err := s.next(t, r, t.Now); err != nil {
		return err
	}
	if err := s.echoOwn(t, r, "remind.made"); err != nil {
		return err
	}
	for i, clock := range n.More {
		again, day := *r, midnight(n.At)
		if n.Rule == "FREQ=DAILY" {
			day = midnight(t.Now) // the evening may still be ahead when the morning is over
		}
		again.ID, again.Calendar.Start = newID(t, "reminder"+strconv.Itoa(i)), on(day, clock)
		if again.Calendar.Rule == "" && !again.Calendar.Start.After(t.Now) {
			continue
		}
		if err := s.next(t, &again, t.Now); err != nil {
			return err
		}
		if err := s.echoOwn(t, &again, "remind.made"); err != nil {
			return err
		}
	}
	return nil
}

// next sets the reminder's timer for its first occurrence after the time; it is done when there is none.
func (s *Skill) next(t *bot.Turn, r *Reminder, after time.Time) error {
	o, ok := r.Calendar.Next(after, s.days)
	if !ok {
		return s.end(t, r, Held)
	}
	r.At, r.Ring = o.At, calendar.Spread(r.ID, o.At, t.Now)
	if err := wake(t, "own", r.ID, r.Ring); err != nil {
		return err
	}
	return s.putOwn(t, r)
}

// ownLife is how long a reminder is kept that is over or was dropped.
const ownLife = 90 * 24 * time.Hour

// end ends the reminder.
func (s *Skill) end(t *bot.Turn, r *Reminder, status Status) error {
	r.Status = status
	if err := wake(t, "forget", r.ID, t.Now.Add(ownLife)); err != nil {
		return err
	}
	return s.putOwn(t, r)
}

// forgetOwn removes a reminder that is over; one that was set again since then stays.
func (s *Skill) forgetOwn(t *bot.Turn, timer bot.Timer) error {
	r, err := s.own(t, timer.Subject)
	if err == nil && r != nil && r.Status != Planned && t.Now.Sub(r.At) > ownLife-24*time.Hour {
		t.Remove(KindReminder, r.ID)
	}
	return err
}

func (s *Skill) putOwn(t *bot.Turn, r *Reminder) error {
	return t.Put(KindReminder, r.ID, r, r.At, "by="+r.By, "status="+string(r.Status), "chat="+r.Chat.Key())
}

func (s *Skill) own(t *bot.Turn, id string) (*Reminder, error) {
	var r Reminder
	known, err := t.Get(KindReminder, id, &r)
	if err != nil || !known {
		return nil, err
	}
	r.localise(t)
	return &r, nil
}

func (r *Reminder) localise(t *bot.Turn) {
	r.At, r.Ring, r.Calendar.Start = local(t, r.At), local(t, r.Ring), local(t, r.Calendar.Start)
}

// ringOwn reminds. What was missed while nobody was awake is said late, once, with the time at which it was due.
func (s *Skill) ringOwn(t *bot.Turn, timer bot.Timer) error {
	r, err := s.own(t, timer.Subject)
	if err != nil || r == nil || r.Status != Planned || !r.Ring.Equal(timer.At) {
		return err
	}
	due := r.At
	for {
		// Of a series only the last one that was missed is said.
		o, ok := r.Calendar.Next(due, s.days)
		if !ok || o.At.After(t.Now) || t.Now.Sub(r.At) <= calendar.Tolerance {
			break
		}
		due = o.At
	}
	late := t.Now.Sub(due) > calendar.Tolerance
	reply := bot.Reply{Text: s.say("remind.due", map[string]any{"R": r, "Due": due, "Late": late, "Missed": !due.Equal(r.At)}), Choices: []bot.Choice{s.choice("snooze", "snooze", r.ID)}}
	if r.Calendar.Rule != "" {
		reply.Choices = append(reply.Choices, s.choice("dropseries", "drop", r.ID))
	}
	t.Alert(r.Chat, reply)
	return s.next(t, r, due)
}

// echoOwn shows the reminder in full.
func (s *Skill) echoOwn(t *bot.Turn, r *Reminder, text string) error {
	o, _ := r.Calendar.Next(t.Now, s.days)
	loc := t.Now.Location()
	t.Say(s.say(text, map[string]any{
		"R": r, "Words": r.Calendar.Words(loc), "Gaps": r.Calendar.Gaps(loc), "Group": t.Message.Chat.Group, "Provisional": o.Provisional, "Year": r.At.Year(),
	}), s.choice("cancel", "drop", r.ID))
	return nil
}

// askNote opens a question about the reminder.
func (s *Skill) askNote(t *bot.Turn, n note, what string, data any) error {
	n.Ask = what
	var choices []bot.Choice
	for _, o := range n.Options {
		choices = append(choices, bot.NewChoice(bot.When(o), name, "note", strconv.FormatInt(o.Unix(), 10)))
	}
	if what == "past" {
		at := n.At.AddDate(0, 0, int(t.Now.Sub(n.At)/(24*time.Hour))+1)
		choices = append(choices, bot.NewChoice(bot.When(at), name, "note", strconv.FormatInt(at.Unix(), 10)))
		n.At, n.Day = time.Time{}, time.Time{}
	}
	t.Say(s.say("ask."+what, data), choices...)
	return t.Expect(name, state{Note: &n})
}

func (s *Skill) chooseNote(t *bot.Turn, argument string) error {
	var st state
	unix, err := strconv.ParseInt(argument, 10, 64)
	if err != nil || t.Session.Skill != name || t.Expected(&st) != nil || st.Note == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	n := *st.Note
	n.At, n.Options = time.Unix(unix, 0).In(t.Now.Location()), nil
	n.Day = midnight(n.At)
	return s.advanceNote(t, n)
}

func (s *Skill) continueNote(t *bot.Turn, n note) (bool, error) {
	n.Day, n.At = local(t, n.Day), local(t, n.At)
	for i := range n.Options {
		n.Options[i] = local(t, n.Options[i])
	}
	r := s.read(t.Text(), t.Now, false)
	if r.Invalid != "" {
		return true, s.askNote(t, n, "invalid", r.Invalid)
	}
	if half := halfOf(t.Text()); n.Ask == "which" && half != "" && !r.Timed && len(n.Options) > 1 {
		n.At = slices.MinFunc(n.Options, time.Time.Compare)
		if half == "pm" {
			n.At = slices.MaxFunc(n.Options, time.Time.Compare)
		}
		n.Options, n.Day = nil, midnight(n.At)
		return true, s.advanceNote(t, n)
	}
	switch {
	case n.Ask == "what":
		n.Text = cmp.Or(whatOf(t.Text()), n.Text)
	case !r.Timed && r.Rule == "" && (r.Day.IsZero() || n.Text != "" && len([]rune(whatOf(r.Rest))) > 3):
		// No time, or a day among other words: 今天天气不错.
		if s.elsewhere(t) {
			return false, nil
		}
		return true, s.askNote(t, n, "again", nil)
	default:
		n.take(r)
		if n.Text == "" {
			n.Text = whatOf(r.Rest)
		}
	}
	return true, s.advanceNote(t, n)
}

// mineOwn are the person's reminders that are to come, soonest first; in a group those of the group.
func (s *Skill) mineOwn(t *bot.Turn) ([]*Reminder, error) {
	key := "by=" + t.Person.ID
	if t.Message.Chat.Group {
		key = "chat=" + t.Message.Chat.Key()
	}
	found, err := t.FindAll(bot.Query{Kind: KindReminder, Keys: []string{key, "status=" + string(Planned)}}, mostReminders)
	if err != nil {
		return nil, err
	}
	all := make([]*Reminder, 0, len(found))
	for _, record := range found {
		var r Reminder
		if err := json.Unmarshal(record.Body, &r); err != nil {
			return nil, err
		}
		r.localise(t)
		all = append(all, &r)
	}
	return all, nil
}
