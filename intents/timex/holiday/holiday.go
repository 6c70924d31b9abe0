// Package holiday knows the working days of China: statutory days, the days that are moved and worked
// instead (调休), and what is not announced yet. Years without an announcement are answered from weekends and
// statutory days, marked as such, because a table that calls an unannounced National Day a working day
// would send people to a closed office.
package holiday

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"linli/intents/timex/lunar"
)

// Entry is one day that differs from the plain week.
type Entry struct {
	Day  string // 2026-10-01
	Work bool   // a weekend day that is worked
	Name string // 国庆节
}

type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// Table is a set of announced years. The zero value has none announced. A Table is not changed after it was
// made: With returns a new one, so that it may be shared.
type Table struct {
	days      map[date]Entry
	announced map[int]bool
}

// China is the table that ships with Linli: all announcements up to 2026.
var China = sync.OnceValue(func() *Table {
	var all []Entry
	for year := 2002; year <= 2026; year++ {
		days := HolidayUtil.GetHolidaysByYear(year)
		for e := days.Front(); e != nil; e = e.Next() {
			h := e.Value.(*HolidayUtil.Holiday)
			all = append(all, Entry{Day: h.GetDay(), Work: h.IsWork(), Name: h.GetName()})
		}
	}
	t, err := (&Table{}).With(all)
	if err != nil {
		panic("holiday: the built-in table: " + err.Error()) // data of a pinned library, covered by a test
	}
	return t
})

// With returns the table with the announcement of one or more years added. A year that is in entries
// replaces the same year of the table.
func (t *Table) With(entries []Entry) (*Table, error) {
	add := &Table{days: map[date]Entry{}, announced: map[int]bool{}}
	for _, e := range entries {
		day, err := time.Parse(time.DateOnly, e.Day)
		if err != nil {
			return nil, fmt.Errorf("holiday: %q is no date like 2026-10-01", e.Day)
		}
		add.days[dateOf(day)] = e
		add.announced[day.Year()] = true
	}
	for d, e := range t.days {
		if !add.announced[d.year] {
			add.days[d] = e
		}
	}
	for y := range t.announced {
		add.announced[y] = true
	}
	return add, nil
}

// ReadCSV reads lines of date,off|work,name, for instance 2027-10-01,off,国庆节.
func ReadCSV(r io.Reader) ([]Entry, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = 3
	c.Comment = '#'
	c.TrimLeadingSpace = true
	var out []Entry
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("holiday: %w", err)
		}
		line, _ := c.FieldPos(0)
		if rec[1] != "off" && rec[1] != "work" {
			return nil, fmt.Errorf("holiday: line %d: %q must be off or work", line, rec[1])
		}
		if _, err := time.Parse(time.DateOnly, rec[0]); err != nil {
			return nil, fmt.Errorf("holiday: line %d: %q is no date like 2026-10-01", line, rec[0])
		}
		out = append(out, Entry{Day: rec[0], Work: rec[1] == "work", Name: rec[2]})
	}
}

// Announced says whether the official arrangement of a year is known.
func (t *Table) Announced(year int) bool { return t.announced[year] }

// Workday says whether people work on that day, and whether this rests on an announcement.
func (t *Table) Workday(day time.Time) (work, announced bool) {
	announced = t.announced[day.Year()]
	if e, ok := t.days[dateOf(day)]; ok {
		return e.Work, announced
	}
	if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return false, announced
	}
	return announced || Statutory(day) == "", announced
}

// Name is the holiday that a day off belongs to, "" for a plain day.
func (t *Table) Name(day time.Time) string {
	if e, ok := t.days[dateOf(day)]; ok && !e.Work {
		return e.Name
	}
	if !t.announced[day.Year()] {
		return Statutory(day)
	}
	return ""
}

// tombSweeping is the place of 清明 among the solar terms.
const tombSweeping = 6

// Statutory is the name of the statutory holiday on that day, "" if it is none: the thirteen days that the
// State Council's regulation of 2024 fixes, without the weekends that are moved next to them.
func Statutory(day time.Time) string {
	y, m, d := day.Date()
	switch {
	case m == time.January && d == 1:
		return "元旦"
	case m == time.May && d <= 2:
		return "劳动节"
	case m == time.October && d <= 3:
		return "国庆节"
	case m == time.April && d >= 3 && d <= 6:
		if term, ok := lunar.Term(y, tombSweeping); ok && term.Day == d {
			return "清明节"
		}
		return ""
	}
	month, lday, ok := lunar.Of(day)
	if !ok {
		return ""
	}
	next, _, _ := lunar.Of(day.AddDate(0, 0, 1))
	switch {
	case next == 1 && month != 1, month == 1 && lday <= 3:
		return "春节"
	case month == 5 && lday == 5:
		return "端午节"
	case month == 8 && lday == 15:
		return "中秋节"
	}
	return ""
}
