package incidents

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// KindFigures is the kind of record that keeps what was counted of one territory's cases in one month. It changes in the same commit as the
// case, so that figures are read without reading cases. Key: month=.
const KindFigures = "case.figures"

// Tally is what is counted. A case counts in the month in which it was reported.
type Tally struct {
	In        int   `json:"in,omitempty"`       // 受理
	Closed    int   `json:"closed,omitempty"`   // 办结
	Overdue   int   `json:"overdue,omitempty"`  // not closed by its deadline
	Repeat    int   `json:"repeat,omitempty"`   // others who joined
	Reopened  int   `json:"reopened,omitempty"` // closed and opened again
	Contacted Share `json:"contacted,omitzero"` // 响应: somebody had been in touch
	Solved    Share `json:"solved,omitzero"`    // 解决
	Satisfied Share `json:"satisfied,omitzero"` // 满意
}

// Share is how many of those who answered said yes.
type Share struct {
	Yes int `json:"yes,omitempty"`
	Of  int `json:"of,omitempty"`
}

// Count is what a case has added to the figures, so that it can be taken back when the case changes.
type Count struct {
	Territory string `json:"territory"`
	Month     string `json:"month"`
	Code      string `json:"code"`
	Unit      string `json:"unit"`
	Tally     Tally  `json:"tally"`
}

// figures is the body of a record of KindFigures: by "code|unit in charge".
type figures struct {
	Territory string           `json:"territory"`
	Cells     map[string]Tally `json:"cells"`
}

func (t *Tally) add(o Tally, sign int) {
	t.In += sign * o.In
	t.Closed += sign * o.Closed
	t.Overdue += sign * o.Overdue
	t.Repeat += sign * o.Repeat
	t.Reopened += sign * o.Reopened
	for _, p := range []struct{ to, from *Share }{{&t.Contacted, &o.Contacted}, {&t.Solved, &o.Solved}, {&t.Satisfied, &o.Satisfied}} {
		p.to.Yes += sign * p.from.Yes
		p.to.Of += sign * p.from.Of
	}
}

// count returns what the case adds to the figures: nothing while it is a draft, withdrawn, merged into another or confidential.
func (c *Case) count(org *bot.Org) *Count {
	if c.Secret || c.Number == "" || c.State == Draft || c.State == Withdrawn || c.State == Merged {
		return nil
	}
	n := Count{Territory: territory(org, c.where()), Month: month(c.Reported), Code: c.Category, Unit: c.Unit}
	if n.Code == "" {
		n.Code = Other
	}
	n.Tally = Tally{In: 1, Repeat: len(c.Joined), Reopened: min(c.Reopened, 1), Overdue: one(c.Overdue), Closed: one(!c.Closed.IsZero())}
	n.Tally.Contacted = c.share(func(r *Rating) *bool { return r.Contacted })
	n.Tally.Solved = c.share(func(r *Rating) *bool { return r.Solved })
	n.Tally.Satisfied = c.share(func(r *Rating) *bool { return r.Satisfied })
	return &n
}

// share is one answer for the whole case: yes if everybody who answered says yes.
func (c *Case) share(of func(*Rating) *bool) Share {
	var s Share
	for _, r := range c.Reporters {
		if r.Rating == nil || of(r.Rating) == nil {
			continue
		}
		if s.Of == 0 {
			s = Share{Yes: 1, Of: 1}
		}
		if !*of(r.Rating) {
			s.Yes = 0
		}
	}
	return s
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func month(t time.Time) string { return t.Format("2006-01") }

// recount brings the figures in line with the case.
func recount(t *bot.Turn, c *Case) error {
	was, is := c.Counted, c.count(t.Org)
	if was != nil && is != nil && *was == *is {
		return nil
	}
	for _, change := range []struct {
		n    *Count
		sign int
	}{{was, -1}, {is, 1}} {
		if change.n == nil {
			continue
		}
		id := change.n.Territory + "/" + change.n.Month
		var f figures
		if _, err := t.Get(KindFigures, id, &f); err != nil {
			return err
		}
		if f.Cells == nil {
			f = figures{Territory: change.n.Territory, Cells: map[string]Tally{}}
		}
		cell := change.n.Code + "|" + change.n.Unit
		sum := f.Cells[cell]
		sum.add(change.n.Tally, change.sign)
		f.Cells[cell] = sum
		if sum == (Tally{}) {
			delete(f.Cells, cell)
		}
		if err := t.Put(KindFigures, id, f, t.Now, "month="+change.n.Month); err != nil {
			return err
		}
	}
	c.Counted = is
	return nil
}

// Figures are the sums of a unit and month, whole and in parts. Parts stand in the order of the tree and of the table: nothing is ranked.
type Figures struct {
	Unit       string
	Month      string
	All        Tally
	ByCategory []Part
	ByPlace    []Part // the territories below the unit
}

// Part is a part of the figures.
type Part struct {
	Key   string // a code, a unit
	Tally Tally
}

// FindFigures reads the figures of a unit and the month in which the instant lies.
func FindFigures(ctx context.Context, store bot.Store, org *bot.Org, unit string, at time.Time) (*Figures, error) {
	var records []bot.Record
	q := bot.Query{Kind: KindFigures, Keys: []string{"month=" + month(at)}, Limit: 1000}
	for {
		page, err := store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		records = append(records, page.Records...)
		if q.After = page.Next; page.Next == "" {
			return sumFigures(records, org, unit, month(at))
		}
	}
}

// sumFigures sums what the territories below the unit, or the unit itself where it was in charge, have counted.
func sumFigures(records []bot.Record, org *bot.Org, unit, month string) (*Figures, error) {
	f := &Figures{Unit: unit, Month: month}
	codes, places := map[string]*Tally{}, map[string]*Tally{}
	part := func(of map[string]*Tally, key string, sum Tally) {
		if of[key] == nil {
			of[key] = &Tally{}
		}
		of[key].add(sum, 1)
	}
	for _, r := range records {
		var body figures
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return nil, err
		}
		inside := org.Within(body.Territory, unit)
		for cell, sum := range body.Cells {
			code, by, _ := strings.Cut(cell, "|")
			if !inside && by != unit {
				continue
			}
			f.All.add(sum, 1)
			part(codes, code, sum)
			part(places, body.Territory, sum)
		}
	}
	for code, sum := range codes {
		f.ByCategory = append(f.ByCategory, Part{code, *sum})
	}
	slices.SortFunc(f.ByCategory, func(a, b Part) int { return strings.Compare(a.Key, b.Key) })
	for _, u := range org.Units() {
		if sum := places[u.ID]; sum != nil {
			f.ByPlace = append(f.ByPlace, Part{u.ID, *sum})
		}
	}
	return f, nil
}

// Rate returns the share in percent, and false where fewer than the least sample answered.
func (s Share) Rate(least int) (percent float64, ok bool) {
	if s.Of < max(least, 1) {
		return 0, false
	}
	return 100 * float64(s.Yes) / float64(s.Of), true
}
