package incidents

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"linli/bot"
)

// Rows returns the cases that the unit sees and that were reported in [from, to), a row each under a row of titles, oldest first. Confidential
// cases are not among them, names of anonymous reporters neither, and numbers of people are masked.
func (s *Skill) Rows(ctx context.Context, store bot.Store, org *bot.Org, unit string, from, to time.Time) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if !yield(strings.Split(s.say("export.titles", nil), "|"), nil) {
			return
		}
		q := bot.Query{Kind: KindCase, Keys: []string{"in=" + unit}, From: from, To: to, Limit: 500}
		for {
			page, err := store.Find(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			cases, err := decode(page.Records)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range cases {
				if !c.Secret && !yield(s.row(org, c), nil) {
					return
				}
			}
			if q.After = page.Next; page.Next == "" {
				return
			}
		}
	}
}

func (s *Skill) row(org *bot.Org, c *Case) []string {
	k := s.table.of(c.Category)
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format("2006-01-02 15:04")
	}
	rating := func(of func(*Rating) *bool) string {
		switch share := c.share(of); {
		case share.Of == 0:
			return ""
		case share.Yes == 1:
			return s.say("export.yes", nil)
		}
		return s.say("export.no", nil)
	}
	return []string{
		c.Number, s.say("state."+string(c.State), nil), k.Code, k.Name, placeWords(org, c), bot.Mask(c.Text), s.say("urgency", c.Severity),
		bot.Mask(reporterNames(c)), strconv.Itoa(len(c.Reporters)), org.Name(c.Unit), c.Handler.Name, at(c.Reported), at(c.Due.At), at(c.Contacted), at(c.Closed),
		bot.Mask(c.Result), s.say(map[bool]string{true: "export.yes", false: "export.no"}[c.Overdue], nil), strconv.Itoa(c.Reopened),
		rating(func(r *Rating) *bool { return r.Contacted }), rating(func(r *Rating) *bool { return r.Solved }), rating(func(r *Rating) *bool { return r.Satisfied }),
	}
}

// WriteCSV writes rows as CSV that a spreadsheet opens: UTF-8 with its mark, and no cell that would be taken for a formula.
func WriteCSV(w io.Writer, rows iter.Seq2[[]string, error]) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteXLSX writes rows as a workbook of one sheet.
func WriteXLSX(w io.Writer, rows iter.Seq2[[]string, error]) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	n := 0
	for row, err := range rows {
		if err != nil {
			return err
		}
		n++
		cells := make([]any, len(row))
		for i, cell := range row {
			cells[i] = harmless(cell)
		}
		if err := sheet.SetRow("A"+strconv.Itoa(n), cells); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// harmless keeps a cell from being taken for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
