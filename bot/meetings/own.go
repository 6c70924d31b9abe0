package meetings

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// listReminders shows one's own reminders.
func (s *Skill) listReminders(t *bot.Turn) error {
	all, err := s.mineOwn(t)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.Say(s.say("remind.empty", nil))
		return nil
	}
	rows := make([]map[string]any, 0, len(all))
	for _, r := range all[:min(len(all), 20)] {
		rows = append(rows, map[string]any{"R": r, "Words": r.Calendar.Words(t.Now.Location())})
	}
	t.Say(s.say("remind.list", map[string]any{"Rows": rows, "N": len(all), "Group": t.Message.Chat.Group}))
	return nil
}

// meant are the reminders that the words mean: by number, by what they say, or the only one.
func (s *Skill) meant(t *bot.Turn, words string) (meant, all []*Reminder, err error) {
	all, err = s.mineOwn(t)
	if err != nil || len(all) == 0 {
		return nil, all, err
	}
	if found := ordinalWord.FindStringSubmatch(words); found != nil {
		if n := number(found[1]); n >= 1 && n <= len(all) {
			return all[n-1 : n], all, nil
		}
		return nil, all, nil
	}
	r := s.read(words, t.Now, false)
	what := whatOf(dropWords.ReplaceAllString(r.Rest, ""))
	what = strings.Trim(strings.NewReplacer("那个", "", "这个", "", "所有", "", "全部", "", "我的", "", "了", "").Replace(what), "的 ")
	meant = slices.DeleteFunc(slices.Clone(all), func(x *Reminder) bool {
		return what != "" && !strings.Contains(x.Text, what) && !strings.Contains(what, x.Text) || !r.Day.IsZero() && !midnight(x.At).Equal(r.Day)
	})
	return meant, all, nil
}

// number reads 3 or 三.
func number(text string) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	if i := strings.Index("一二三四五六七八九十", text); i >= 0 && len(text) == 3 {
		return i/3 + 1
	}
	return 0
}

// cancelOwn drops the reminder that the words mean. It reports false when the person has none, and it was not about one.
func (s *Skill) cancelOwn(t *bot.Turn, text string) (bool, error) {
	if t.Message.Chat.Group && !t.Allowed(bot.ArrangeMeeting, t.Unit) {
		t.Say(s.say("remind.group", nil))
		return true, nil
	}
	meant, all, err := s.meant(t, text)
	switch {
	case err != nil || len(all) == 0:
		return false, err
	case len(meant) == 1:
		return true, s.dropReminder(t, meant[0].ID)
	case len(meant) == 0:
		if kindOf(text) != Plain || strings.Contains(text, "会") {
			return false, nil
		}
		meant = all
	}
	choices := make([]bot.Choice, 0, 4)
	for _, r := range meant[:min(4, len(meant))] {
		choices = append(choices, bot.NewChoice(bot.When(r.At)+" "+short(r.Text, 12), name, "drop", r.ID))
	}
	t.Say(s.say("remind.which", nil), choices...)
	return true, nil
}

// dropReminder ends a reminder.
func (s *Skill) dropReminder(t *bot.Turn, id string) error {
	r, err := s.own(t, id)
	switch {
	case err != nil:
		return err
	case r == nil || r.Status != Planned:
		t.Say(s.say("remind.gone", nil))
		return nil
	case r.By != t.Person.ID && !(r.Chat == t.Message.Chat && r.Chat.Group && t.Allowed(bot.ArrangeMeeting, t.Unit)):
		t.Say(s.say("forbidden", nil))
		return nil
	}
	t.Say(s.say("remind.dropped", map[string]any{"R": r, "Words": r.Calendar.Words(t.Now.Location())}))
	return s.end(t, r, Cancelled)
}

// editOwn puts a reminder at another time: 把吃药的提醒改到下午4点.
func (s *Skill) editOwn(t *bot.Turn, text string) (bool, error) {
	before, after := text, ""
	if at := changeTo.FindStringIndex(text); at != nil {
		before, after = text[:at[0]], text[at[1]:]
	}
	meant, all, err := s.meant(t, strings.TrimPrefix(strings.ReplaceAll(before, "提醒", ""), "把"))
	if err != nil || len(all) == 0 {
		return false, err
	}
	if len(meant) != 1 {
		t.Say(s.say("remind.which.edit", nil))
		return true, s.listReminders(t)
	}
	r := meant[0]
	read := s.read(after, t.Now, false)
	if after == "" {
		read = s.read(text, t.Now, false)
	}
	switch {
	case read.Invalid != "":
		t.Say(s.say("ask.invalid", read.Invalid))
		return true, s.expect(t, "snooze", r.ID)
	case read.At.IsZero() && read.Day.IsZero() && read.Apart > 0:
		read.At = apart(r.At, read.Apart)
		read.Day = midnight(read.At)
	case read.At.IsZero() && read.Day.IsZero():
		t.Say(s.say("ask.when", r.Text))
		return true, s.expect(t, "snooze", r.ID)
	}
	return true, s.moveOwn(t, r, read)
}

// moveOwn gives the reminder its new time, or its new rule.
func (s *Skill) moveOwn(t *bot.Turn, r *Reminder, read reading) error {
	at := read.At
	switch {
	case at.IsZero():
		at = on(read.Day, r.At.Sub(midnight(r.At)))
	case read.Day.IsZero():
		at = on(midnight(r.At), at.Sub(midnight(at)))
	}
	switch {
	case read.Rule != "":
		r.Calendar = calendar.Series{Start: at, Rule: read.Rule, Shift: read.Shift}
	case r.Calendar.Rule != "" && read.Day.IsZero():
		r.Calendar.Start = on(midnight(r.Calendar.Start), at.Sub(midnight(at))) // from now on at another hour
		r.Calendar.Moved = nil
	case r.Calendar.Rule != "":
		r.Calendar.Move(calendar.Key(r.At), at)
	default:
		r.Calendar = calendar.Series{Start: at}
	}
	if r.Calendar.Rule == "" && !at.After(t.Now) {
		t.Say(s.say("ask.past", at))
		return s.expect(t, "snooze", r.ID)
	}
	if err := r.Calendar.Check(); err != nil {
		t.Say(s.say("ask.rule", nil))
		return nil
	}
	t.Settle()
	if err := s.next(t, r, t.Now); err != nil {
		return err
	}
	return s.echoOwn(t, r, "remind.moved")
}

// askSnooze asks when to remind again.
func (s *Skill) askSnooze(t *bot.Turn, id string) error {
	r, err := s.own(t, id)
	if err != nil {
		return err
	}
	if r == nil || r.By != t.Person.ID {
		t.Say(s.say("remind.gone", nil))
		return nil
	}
	t.Say(s.say("ask.snooze", nil))
	return s.expect(t, "snooze", id)
}

// heardSnooze sets the reminder again. A recurring one goes on as it was; the new time is one of its own.
func (s *Skill) heardSnooze(t *bot.Turn, id string) (bool, error) {
	read := s.read(t.Text(), t.Now, false)
	if read.Invalid != "" {
		t.Say(s.say("ask.invalid", read.Invalid))
		return true, nil
	}
	if read.At.IsZero() && read.Apart > 0 {
		read.At = t.Now.Add(read.Apart)
		read.Day = midnight(read.At)
	}
	if read.At.IsZero() && read.Day.IsZero() {
		if s.elsewhere(t) {
			return false, nil
		}
		t.Say(s.say("ask.again", nil))
		return true, nil
	}
	r, err := s.own(t, id)
	if err != nil || r == nil || r.By != t.Person.ID {
		return true, err
	}
	if r.Status == Planned && r.Calendar.Rule == "" {
		return true, s.moveOwn(t, r, read)
	}
	n := note{Text: r.Text}
	n.take(read)
	return true, s.advanceNote(t, n)
}

// lastOf is the end of the day, for what is due on a day.
func lastOf(day time.Time) time.Time { return midnight(day).AddDate(0, 0, 1).Add(-time.Minute) }
