package inspections

import (
	"strings"
	"time"

	"linli/bot"
	"linli/intents/timex"
)

// farthest is how many days ahead a deadline may lie.
const farthest = 2 * 366

// deadline is the last moment that the words allow, the words for it, and what is wrong with them.
func (s *Skill) deadline(text string, now time.Time) (at time.Time, invalid string) {
	past := ""
	for _, m := range timex.Find(text, timex.Options{Now: now, Calendar: s.days}) {
		if m.Invalid != "" || m.Conflict != "" {
			return time.Time{}, m.Invalid + m.Conflict
		}
		if m.Kind == timex.Length && m.Duration > 0 {
			if m.Workdays > farthest || m.Duration > farthest*24*time.Hour {
				past = s.say("far", m.Text)
				continue
			}
			if m.Workdays > 0 {
				return on(s.workdays(now, m.Workdays), 18*time.Hour), ""
			}
			if m.Duration < 24*time.Hour {
				return now.Add(m.Duration), ""
			}
			return on(now.Add(m.Duration), 18*time.Hour), ""
		}
		d, ok := m.Deadline()
		if ok && (!d.After(now) || s.byGone(m, text, now) || m.Start.IsZero() && d.After(now.AddDate(0, 9, 0)) && !strings.Contains(text, "年")) {
			past = s.say("past", m.Text)
			continue
		}
		if ok && d.After(now.AddDate(0, 0, farthest)) {
			past = s.say("far", m.Text)
			continue
		}
		if !ok {
			continue
		}
		if d.Equal(on(d, 0)) {
			if m.Mod == timex.Before {
				return on(d, 18*time.Hour), "" // 12月5日前: that day included, as people mean it
			}
			return on(d.AddDate(0, 0, -1), 18*time.Hour), ""
		}
		return d, ""
	}
	return time.Time{}, past
}

// workdays counts n working days on from the day.
func (s *Skill) workdays(day time.Time, n int) time.Time {
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if on, _ := s.days.Workday(day); on {
			n--
		}
	}
	return day
}

// setDue sets the timers of the deadline; of one that has passed already, for the next working morning.
func (s *Skill) setDue(t *bot.Turn, f *Finding) error {
	if warn := on(f.Due.AddDate(0, 0, -1), 9*time.Hour); warn.After(t.Now) {
		if err := wake(t, "warn", f.ID, warn); err != nil {
			return err
		}
	}
	if f.Chase = f.Due; !f.Chase.After(t.Now) {
		f.Chase = on(s.workdays(t.Now, 1), 9*time.Hour)
	}
	return wake(t, "late", f.ID, f.Chase)
}

// ringDue warns of a deadline, and when it has passed takes the finding one level up, one more after each three working days.
func (s *Skill) ringDue(t *bot.Turn, timer bot.Timer) error {
	var f Finding
	known, err := t.Get(KindFinding, timer.Subject, &f)
	if err != nil || !known || f.State != Open {
		return err
	}
	f.local(t)
	data := s.view(t, &f)
	done := []bot.Choice{s.choice("done", f.ID)}
	if timer.Name == "warn" {
		if t.Now.After(f.Due) || f.Due.Sub(timer.At) > 48*time.Hour {
			return nil
		}
		return s.tell(t, f.Unit, bot.Reply{Text: s.say("warn", data), Choices: done})
	}
	if !f.Chase.Equal(timer.At) {
		return nil // the deadline is another by now
	}
	f.Chase = on(s.workdays(t.Now, chaseEvery), 9*time.Hour)
	if err := wake(t, "late", f.ID, f.Chase); err != nil {
		return err
	}
	above, err := s.goUp(t, &f)
	if err != nil {
		return err
	}
	if len(above) > 0 {
		up := t.Org.Path(f.Unit)[f.Up]
		data["Up"] = t.Org.Name(up)
		err = s.move(t, &f, Open, s.say("late.step", t.Org.Name(up)))
	} else {
		err = s.put(t, &f) // it has gone all the way up, and is not forgotten
	}
	if err != nil {
		return err
	}
	if err := s.tell(t, f.Unit, bot.Reply{Text: s.say("late", data), Choices: done}); err != nil {
		return err
	}
	for _, c := range append(above, f.Chat) {
		t.Tell(c, bot.Reply{Text: s.say("late.up", data)}, time.Time{})
	}
	return nil
}

// chaseEvery is after how many working days an overdue finding is spoken of again.
const chaseEvery = 3

// goUp takes the finding to the next level above where somebody can be spoken to; nobody is left when it has gone all the way up.
func (s *Skill) goUp(t *bot.Turn, f *Finding) ([]bot.Chat, error) {
	path := t.Org.Path(f.Unit) // the unit first
	for f.Up+1 < len(path) && t.Org.Within(path[f.Up+1], t.Root) {
		f.Up++
		above, err := t.Chats(path[f.Up], bot.Secretary, bot.Street, bot.Liaison)
		if err != nil || len(above) > 0 {
			return above, err
		}
	}
	return nil, nil
}
