package inspections

import (
	"context"
	"crypto/rand"
	"encoding/json"
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

// file is the name of its document.
func (b Bulletin) file(t *bot.Turn) string {
	return t.Org.Name(b.Unit) + b.Month.In(t.Now.Location()).Format("2006年1月") + "督查通报.docx"
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
	unit := s.plannedAt(t)
	for _, u := range unitsIn(t, t.Text()) {
		unit = u.ID
	}
	if !t.Allowed(bot.PlanInspection, unit) {
		t.Say(s.say("outside.see", t.Org.Name(unit)))
		return nil
	}
	text, err := s.compose(t, unit, from)
	if err != nil {
		return err
	}
	return s.hand(t, Bulletin{Unit: unit, Month: from, Text: text, By: t.Person.ID})
}

// hand keeps the draft and gives it to who asked for it, as words and as a document; not to a group, which may be residents'.
func (s *Skill) hand(t *bot.Turn, b Bulletin) error {
	id := strings.ToLower(rand.Text()) // nobody can guess it
	if err := t.Put(KindBulletin, id, b, t.Now, append(within(t, b.Unit), "by="+b.By)...); err != nil {
		return err
	}
	document, err := Document(b.Text)
	if err != nil {
		return err
	}
	a := bot.Attachment{Kind: "file", Channel: name, Ref: id, Name: b.file(t), Size: int64(len(document))}
	kept := bot.KeptFile{From: t.Message.From.Key(), File: bot.File{ID: filePrefix + id, Kind: a.Kind, Type: documentType, Name: a.Name, Size: a.Size}}
	record, err := bot.FileRecord(a, kept, b.By, t.Now)
	if err != nil {
		return err
	}
	if err := t.Put(record.Kind, record.ID, kept, record.Time, record.Keys...); err != nil {
		return err
	}
	t.Reply(bot.Reply{Text: b.Text, Files: []bot.Attachment{a}, Personal: true})
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
		"Late": late, "Total": total, "Done": total - len(missing), "Missing": grouped(t, missing), "Now": t.Now,
	}), nil
}
