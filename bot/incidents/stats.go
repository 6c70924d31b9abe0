package incidents

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"linli/bot"
)

var (
	monthWords = regexp.MustCompile(`(?:(\d{4})年)?(\d{1,2})月(?:份)?`)
	lastMonth  = regexp.MustCompile(`上个?月`)
)

// stats says what was counted of a unit and month, with the definitions beside the figures.
func (s *Skill) stats(t *bot.Turn) error {
	unit, ok := s.statsUnit(t)
	if !ok {
		return nil
	}
	at := askedMonth(t.Text(), t.Now)
	f, err := s.monthly(t, unit, at)
	if err != nil {
		return err
	}
	if f.All.In == 0 {
		t.Say(s.say("stats.none", map[string]any{"Unit": t.Org.Name(unit), "Month": at}))
		return nil
	}
	var fields []bot.Field
	for _, figure := range s.figures(f.All) {
		fields = append(fields, bot.Field{Name: figure.Name, Value: s.say("figure", figure)})
	}
	for i, p := range f.ByCategory {
		if i < 10 {
			fields = append(fields, bot.Field{Name: s.table.of(p.Key).Name, Value: s.say("stats.part", p.Tally)})
		}
	}
	if len(f.ByPlace) > 1 {
		for _, p := range f.ByPlace[:min(len(f.ByPlace), 15)] {
			fields = append(fields, bot.Field{Name: t.Org.Name(p.Key), Value: s.say("stats.part", p.Tally)})
		}
	}
	t.Reply(bot.Reply{Text: s.say("stats", map[string]any{"Unit": t.Org.Name(unit), "Month": at, "Least": s.least}), Fields: fields})
	return nil
}

// statsUnit is the unit whose figures are asked: the one that is named, else the person's.
func (s *Skill) statsUnit(t *bot.Turn) (string, bool) {
	unit := ""
	for _, g := range t.Person.Grants {
		if bot.ScopeOf(g.Role, bot.ReadStatistics) != bot.Nowhere {
			unit = g.Unit
			break
		}
	}
	for _, u := range t.Org.Units() {
		if u.Level != "grid" && strings.Contains(t.Text(), u.Name) {
			unit = u.ID
		}
	}
	if !t.Allowed(bot.ReadStatistics, unit) {
		t.Say(s.say("stats.forbidden", t.Org.Name(unit)))
		return "", false
	}
	return unit, true
}

// askedMonth reads which month is meant: this one if nothing is said. A month without a year is the last that has begun.
func askedMonth(text string, now time.Time) time.Time {
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	if lastMonth.MatchString(text) {
		return this.AddDate(0, -1, 0)
	}
	m := monthWords.FindStringSubmatch(text)
	if m == nil {
		return this
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n < 1 || n > 12 {
		return this
	}
	year := now.Year()
	if m[1] != "" {
		year, _ = strconv.Atoi(m[1]) // four digits
	} else if n > int(now.Month()) {
		year--
	}
	return time.Date(year, time.Month(n), 1, 0, 0, 0, 0, now.Location())
}

// monthly is FindFigures within a turn.
func (s *Skill) monthly(t *bot.Turn, unit string, at time.Time) (*Figures, error) {
	records, err := t.FindAll(bot.Query{Kind: KindFigures, Keys: []string{"month=" + month(at)}, Limit: 1000}, 10000)
	if err != nil {
		return nil, err
	}
	return sumFigures(records, t.Org, unit, month(at))
}
