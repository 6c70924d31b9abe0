package incidents

import (
	"iter"
	"slices"
	"strconv"

	"linli/bot"
)

// Sheet is the figures of a unit and month as people read them: each with its meaning, then in parts, in the order of time, of the table of
// categories and of the tree. Nothing is ranked, and no rate stands where too few have answered.
type Sheet struct {
	Note    string // what is counted and what isn't
	Figures []Figure
	Tables  []Table // the first row of each are its titles
}

// Figure is a number with its meaning.
type Figure struct {
	Name    string
	Value   string
	Sample  string // for a rate: of how many answers; empty for a count
	Meaning string
	Few     bool // too few have answered for a rate
}

// Table is rows of equal length under a row of titles.
type Table struct {
	Titles []string
	Rows   [][]string
}

// Sheet lays the figures out. Earlier months stand before this one in the table of months, from the first that has something.
func (s *Skill) Sheet(org *bot.Org, f *Figures, earlier ...*Figures) Sheet {
	sheet := Sheet{Note: s.say("stats.note", s.least), Figures: s.figures(f.All)}
	add := func(title string, n int, row func(int) (string, Tally)) {
		table := Table{Titles: []string{s.say(title, nil)}}
		for _, figure := range sheet.Figures {
			table.Titles = append(table.Titles, figure.Name)
		}
		for i := range n {
			name, tally := row(i)
			cells := []string{name}
			for _, figure := range s.figures(tally) {
				if figure.Few {
					figure.Value = s.say("table.few", nil)
				}
				cells = append(cells, figure.Value)
			}
			table.Rows = append(table.Rows, cells)
		}
		sheet.Tables = append(sheet.Tables, table)
	}
	if months := append(earlier[:len(earlier):len(earlier)], f); len(earlier) > 0 {
		first := slices.IndexFunc(months, func(m *Figures) bool { return m.All != Tally{} })
		months = months[max(first, 0):]
		add("table.month", len(months), func(i int) (string, Tally) { return months[i].Month, months[i].All })
	}
	add("table.category", len(f.ByCategory), func(i int) (string, Tally) { return s.table.of(f.ByCategory[i].Key).Name, f.ByCategory[i].Tally })
	add("table.place", len(f.ByPlace), func(i int) (string, Tally) { return org.Name(f.ByPlace[i].Key), f.ByPlace[i].Tally })
	return sheet
}

// figures are the counts and the rates of a tally.
func (s *Skill) figures(a Tally) []Figure {
	count := func(key string, n int) Figure {
		return Figure{Name: s.say("figure."+key, nil), Value: strconv.Itoa(n), Meaning: s.say("figure."+key+".is", nil)}
	}
	rate := func(key string, of Share) Figure {
		percent, ok := of.Rate(s.least)
		f := count(key, 0)
		f.Value, f.Few = s.say("figure.few", nil), !ok
		if ok {
			f.Value = strconv.FormatFloat(percent, 'f', 1, 64) + "%"
		}
		f.Sample = s.say("figure.sample", map[string]any{"OK": ok, "Yes": of.Yes, "Of": of.Of, "Least": s.least})
		return f
	}
	return []Figure{
		count("in", a.In), count("closed", a.Closed), rate("contacted", a.Contacted), rate("solved", a.Solved), rate("satisfied", a.Satisfied),
		count("overdue", a.Overdue), count("repeat", a.Repeat), count("reopened", a.Reopened),
	}
}

// Rows returns the sheet as one table: who and when, the figures with their meaning, then the parts.
func (s Sheet) Rows(head ...string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if !yield(append(head, s.Note), nil) {
			return
		}
		for _, f := range s.Figures {
			if !yield([]string{f.Name, f.Value, f.Sample, f.Meaning}, nil) {
				return
			}
		}
		for _, table := range s.Tables {
			if !yield(table.Titles, nil) {
				return
			}
			for _, row := range table.Rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}
