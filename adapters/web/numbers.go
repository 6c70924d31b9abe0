package web

import (
	"bytes"
	"mime"
	"net/http"
	"path"

	"linli/bot"
)

// Numbers is a page of figures with their meaning, and of the same in parts.
type Numbers struct {
	Who     Profile
	Unit    string   // ID of the one whose figures these are
	Units   []Choice // that the account may choose among
	Month   string
	Months  []Choice
	Note    string
	Figures []Figure
	Tables  []Table
	Files   []Choice // what can be taken along
}

// Choice is one of several, as a person reads it.
type Choice struct {
	ID   string
	Name string
}

// Figure is a number with what it means.
type Figure struct {
	Name    string
	Value   string
	Sample  string // of how many, for a rate
	Meaning string
}

// Table is rows of equal length under a row of titles. The first cell of a row is its name.
type Table struct {
	Titles []string
	Rows   [][]string
}

// numbersPage is what numbers.html shows.
type numbersPage struct {
	Numbers
	Seat string
}

// getNumbers shows the figures of the unit and month that the query names.
func (c *Channel) getNumbers(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok || c.Desk == nil {
		return c.signInFirst(w)
	}
	q := r.URL.Query()
	numbers, err := c.Desk.Numbers(r.Context(), s.account(), q.Get("unit"), q.Get("month"))
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, c.pages.numbers, numbersPage{Numbers: numbers, Seat: s.name})
}

// fileKinds are the kinds of the files that a desk hands out.
var fileKinds = map[string]string{
	".csv": "text/csv; charset=utf-8", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// getNumbersFile hands out one of the page's files. It is made as a whole first, so that a failure is said and not a file that ends early.
func (c *Channel) getNumbersFile(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok || c.Desk == nil {
		return c.signInFirst(w)
	}
	name, q := r.PathValue("file"), r.URL.Query()
	kind, ok := fileKinds[path.Ext(name)]
	if !ok {
		return bot.Errorf(bot.NotFound, "没有这个文件。")
	}
	var body bytes.Buffer
	if err := c.Desk.NumbersFile(r.Context(), s.account(), q.Get("unit"), q.Get("month"), name, &body); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Write(body.Bytes()) // the reader may be gone
	return nil
}
