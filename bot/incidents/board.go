package incidents

import (
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// board shows the cases of the person's units: how many stand where, and those that come first.
func (s *Skill) board(t *bot.Turn) error {
	desks := s.desks(t)
	if len(desks) == 0 {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	const most = 8
	counts, err := countLanes(t, desks)
	if err != nil {
		return err
	}
	var summary []string
	var shown []*Case
	if !t.Message.Chat.Group {
		if shown, err = find(t, "open-for="+t.Person.ID, true, most); err != nil {
			return err
		}
	}
	total := len(shown)
	if total > 0 {
		summary = append(summary, s.say("lane.secret", total))
	}
	for i, lane := range lanes {
		n := 0
		for d, unit := range desks {
			count := counts[d][i]
			n += count
			if count == 0 || len(shown) >= most {
				continue
			}
			cases, err := find(t, "open="+unit+"/"+lane, false, most-len(shown))
			if err != nil {
				return err
			}
			for _, c := range cases {
				if !slices.ContainsFunc(shown, func(o *Case) bool { return o.ID == c.ID }) {
					shown = append(shown, c)
				}
			}
		}
		if n > 0 {
			summary = append(summary, s.say("lane."+lane, n))
		}
		total += n
	}
	if total == 0 {
		t.Say(s.say("board.empty", t.Org.Name(desks[0])))
		return nil
	}
	var fields []bot.Field
	var choices []bot.Choice
	for _, c := range shown {
		data := s.data(t, c)
		data["Lane"], data["Left"] = c.lane(), round(c.Due.At.Sub(t.Now))
		data["Past"] = round(t.Now.Sub(c.Due.At))
		fields = append(fields, bot.Field{Name: s.label(t, c), Value: s.say("line.board", data)})
		choices = append(choices, bot.NewChoice(c.Number, name, "show", c.ID))
	}
	t.Reply(s.hide(t, bot.Reply{
		Text:   s.say("board", map[string]any{"Unit": fullName(t.Org, desks[0]), "Total": total, "Lanes": strings.Join(summary, "、"), "More": max(total-len(shown), 0)}),
		Fields: fields, Choices: choices,
	}))
	return nil
}

// countLanes returns for each desk how many cases stand in each part of its board.
func countLanes(t *bot.Turn, desks []string) ([][]int, error) {
	var queries []bot.Query
	for _, unit := range desks {
		for _, lane := range lanes {
			queries = append(queries, bot.Query{Kind: KindCase, Keys: []string{"open=" + unit + "/" + lane}})
		}
	}
	counts, err := t.Count(queries...)
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(counts, len(lanes))), nil
}

// round leaves of a length of time what matters: days and hours, or hours and minutes.
func round(d time.Duration) time.Duration {
	if d >= 24*time.Hour {
		return d.Truncate(time.Hour)
	}
	return d.Truncate(time.Minute)
}
