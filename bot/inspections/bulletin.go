package inspections

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linli/bot"
)

var monthWords = regexp.MustCompile(`(?:(20[0-9]{2})\s*年)?\s*([0-9]{1,2})\s*月`)

// KindBulletin is the kind of record that keeps a draft as it was given; drafting again makes another.
const KindBulletin = "bulletin"

// Bulletin is a draft.
type Bulletin struct {
	Unit  string    `json:"unit"`
	Month time.Time `json:"month"`
	Text  string    `json:"text"` // Markdown
	By    string    `json:"by"`
}

// ReadBulletin returns a draft that was kept; who serves it checks that the reader may plan inspections at its unit.
func ReadBulletin(ctx context.Context, store bot.Store, id string) (Bulletin, error) {
	var b Bulletin
	r, err := store.Get(ctx, KindBulletin, id)
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal(r.Body, &b)
}

// bulletin drafts a month's bulletin from what is recorded.
func (s *Skill) bulletin(t *bot.Turn) error {
	from := time.Date(t.Now.Year(), t.Now.Month(), 1, 0, 0, 0, 0, t.Now.Location())
	if m := monthWords.FindStringSubmatch(t.Text()); m != nil {
		month, _ := strconv.Atoi(m[2])
		if month < 1 || month > 12 {
			t.Say(s.say("month", m[0]))
			return nil
		}
		year := t.Now.Year()
		if m[1] != "" {
			year, _ = strconv.Atoi(m[1])
		} else if month > int(t.Now.Month()) {
			year--
		}
		from = time.Date(year, time.Month(month), 1, 0, 0, 0, 0, t.Now.Location())
	} else if strings.Contains(t.Text(), "上月") || strings.Contains(t.Text(), "上个月") {
		from = from.AddDate(0, -1, 0)
	}
	if from.After(t.Now) {
		t.Say(s.say("month", from.Format("2006年1月")))
		return nil
	}
	unit := ""
	for _, g := range t.Person.Grants {
		if unit == "" && t.Allowed(bot.PlanInspection, g.Unit) {
			unit = g.Unit
		}
	}
	for _, u := range unitsIn(t, t.Text()) {
		unit = u.ID
	}
	if !t.Allowed(bot.PlanInspection, unit) {
		t.Say(s.say("outside", t.Org.Name(unit)))
		return nil
	}
	text, err := s.compose(t, unit, from)
	if err != nil {
		return err
	}
	r := bot.Reply{Text: text}
	id := newID(t)
	if err := t.Put(KindBulletin, id, Bulletin{Unit: unit, Month: from, Text: text, By: t.Person.ID}, t.Now, append(within(t, unit), "by="+t.Person.ID)...); err != nil {
		return err
	}
	if s.file != nil {
		r.Link = &bot.Link{Label: s.say("bulletin.link", nil), URL: s.file(id)}
	}
	t.Reply(r)
	return nil
}

// compose writes the bulletin as Markdown: matters in the order of their numbers, each with its number as the source.
func (s *Skill) compose(t *bot.Turn, unit string, from time.Time) (string, error) {
	to := from.AddDate(0, 1, 0)
	all, err := s.findings(t, from, to, "within="+unit)
	if err != nil {
		return "", err
	}
	count := map[State]int{}
	late := 0
	var lines []map[string]any
	for _, f := range all {
		line := s.view(t, f)
		count[f.State]++
		if f.State == Open && t.Now.After(f.Due) {
			late++
		}
		lines = append(lines, line)
	}
	start, _ := quarter(from)
	missing, total, err := s.uncovered(t, unit, start, to) // as it stood at the month's end
	if err != nil {
		return "", err
	}
	return s.say("bulletin", map[string]any{
		"Unit": t.Org.Name(unit), "Month": from.Format("2006年1月"), "All": lines, "N": len(all), "Closed": count[Closed], "Reported": count[Reported], "Open": count[Open],
		"Late": late, "Total": total, "Done": total - len(missing), "Missing": names(t, missing), "Now": t.Now,
	}), nil
}

// Document makes a DOCX of a bulletin's Markdown: its headings are set in bold.
func Document(markdown string) ([]byte, error) {
	var body strings.Builder
	for line := range strings.Lines(markdown) {
		text := strings.TrimRight(line, "\n")
		style := ""
		if bare := strings.TrimLeft(text, "#"); bare != text {
			text, style = strings.TrimSpace(bare), `<w:rPr><w:b/><w:sz w:val="28"/></w:rPr>`
		}
		body.WriteString(`<w:p><w:r>` + style + `<w:t xml:space="preserve">`)
		if err := xml.EscapeText(&body, []byte(text)); err != nil {
			return nil, err
		}
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`},
	} {
		w, err := z.Create(part[0])
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(head + part[1])); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
