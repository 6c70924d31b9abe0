package duties

import (
	"fmt"
	"slices"
	"time"

	"linli/bot"
)

// Stage is how far an item's unit has been reminded.
type Stage int

// The stages.
const (
	Quiet   Stage = iota
	Soon          // the deadline is within a week
	Today         // it is today, or before the next working day
	Overdue       // it has passed
)

// When the lists are looked at, and how many working days pass before a late item goes up another level.
const (
	sweepAt    = 9 * time.Hour
	sweepUntil = 18 * time.Hour
	soon       = 7 // days
	patience   = 3 // working days
)

// Start sets the timer of the next morning.
func (s *Skill) Start(t *bot.Turn) error { return s.wakeNext(t) }

func (s *Skill) wakeNext(t *bot.Turn) error {
	at := midnight(t.Now).Add(sweepAt)
	if !at.After(t.Now) {
		at = midnight(t.Now).AddDate(0, 0, 1).Add(sweepAt)
	}
	if work, _ := s.days.Workday(at); !work {
		at = s.workdays(at, 1).Add(sweepAt)
	}
	return t.Wake(bot.Timer{Skill: name, Name: "sweep", Subject: "lists", At: at})
}

// Ring looks at all items. What was missed while the service was down is found by what is due now; out of working hours it waits for the next morning.
func (s *Skill) Ring(t *bot.Turn, timer bot.Timer) error {
	if err := s.wakeNext(t); err != nil {
		return err
	}
	clock := t.Now.Sub(midnight(t.Now))
	if work, _ := s.days.Workday(t.Now); !work || clock < sweepAt || clock >= sweepUntil {
		return nil
	}
	all, err := s.items(t)
	if err != nil {
		return err
	}
	var b bulletin
	for _, it := range all {
		if err := s.chase(t, it, &b); err != nil {
			return err
		}
	}
	return s.send(t, &b)
}

// due says what is to be done about an item today: its new stage, and whether it goes up a level. levels is how many there are above.
func (s *Skill) due(it *Item, now time.Time, levels int) (stage Stage, up bool) {
	if it.State != Open || it.Due.IsZero() {
		return it.Told, false
	}
	today, day := midnight(now), midnight(it.Due)
	switch {
	case day.Before(today):
		waited := it.Raised == 0 || !s.workdays(it.RaisedOn, patience).After(today)
		return Overdue, it.Raised < levels && waited
	case day.Before(s.workdays(today, 1)):
		return Today, false
	case day.Sub(today) <= soon*24*time.Hour:
		return Soon, false
	}
	return Quiet, false
}

// chase reminds the item's unit once for each stage, and takes what is late one level up.
func (s *Skill) chase(t *bot.Turn, it *Item, b *bulletin) error {
	levels := levelsAbove(t.Org, it.Unit, t.Root)
	stage, up := s.due(it, t.Now, len(levels))
	if stage <= it.Told && !up {
		return nil
	}
	var steps []Step
	if stage > it.Told || up {
		b.add(it.Unit, stage, it)
	}
	if up {
		to := levels[it.Raised]
		steps = append(steps, Step{What: "raised", Who: s.say("self", nil), From: t.Org.Name(it.Unit), To: t.Org.Name(to), Why: fmt.Sprintf("逾期%d天", days(it.Due, t.Now))})
		it.Raised++
		it.RaisedOn = midnight(t.Now)
		b.add(to, Overdue+1, it)
	}
	it.Told = max(stage, it.Told)
	return s.put(t, it, steps...)
}

// bulletin collects what each unit is to hear this morning, so that it hears it in one message.
type bulletin struct {
	units []string
	of    map[string]map[Stage][]*Item
}

func (b *bulletin) add(unit string, stage Stage, it *Item) {
	if b.of == nil {
		b.of = map[string]map[Stage][]*Item{}
	}
	if b.of[unit] == nil {
		b.of[unit] = map[Stage][]*Item{}
		b.units = append(b.units, unit)
	}
	b.of[unit][stage] = append(b.of[unit][stage], it)
}

// send tells each unit. It doesn't help any more on the next morning, when the lists are looked at again.
func (s *Skill) send(t *bot.Turn, b *bulletin) error {
	for _, unit := range b.units {
		chats, err := s.chats(t, unit)
		if err != nil {
			return err
		}
		data := map[string]any{"Unit": t.Org.Name(unit)}
		for stage, key := range map[Stage]string{Overdue + 1: "Below", Overdue: "Late", Today: "Today", Soon: "Soon"} {
			data[key] = s.table(t, b.of[unit][stage], scope{})
		}
		r := bot.Reply{Text: s.say("remind", data)}
		if one := slices.Concat(b.of[unit][Overdue], b.of[unit][Today], b.of[unit][Soon]); len(one) == 1 {
			r.Choices = []bot.Choice{s.choice("update", "update", one[0].ID)}
		}
		for _, chat := range chats {
			t.Tell(chat, r, time.Time{})
		}
	}
	return nil
}

// chats is where a unit is spoken to about the lists.
func (s *Skill) chats(t *bot.Turn, unit string) ([]bot.Chat, error) {
	return t.Chats(unit, bot.Secretary, bot.Street, bot.Liaison)
}

// tellUnit says the text about the item to the unit, but not where it is being spoken of now.
func (s *Skill) tellUnit(t *bot.Turn, unit, text string, it *Item, choices ...bot.Choice) error {
	chats, err := s.chats(t, unit)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if t.Message == nil || chat != t.Message.Chat {
			t.Tell(chat, bot.Reply{Text: s.say(text, map[string]any{"I": it, "Unit": t.Org.Name(it.Unit)}), Choices: choices}, time.Time{})
		}
	}
	return nil
}
