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
	"linli/intents/timex"
)

var monthWords = regexp.MustCompile(`(?:(20[0-9]{2})\s*年)?\s*([0-9]{1,2})\s*月`)

// KindBulletin is the kind of record that keeps a draft as it was given; drafting again makes another.
const KindBulletin = "bulletin"

// Bulletin is a draft.
type Bulletin struct {
	Unit string    `json:"unit"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Text string    `json:"text"` // Markdown
	By   string    `json:"by"`
}

// file is the name of its document.
func (b Bulletin) file(t *bot.Turn) string {
	return t.Org.Name(b.Unit) + spanName(b.From, b.To) + "督查通报.docx"
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

// bulletin drafts the bulletin of a month, or of another span that was named, from what is recorded.
func (s *Skill) bulletin(t *bot.Turn) error {
	from, to, wrong := s.reported(t.Text(), t.Now)
	if wrong != "" {
		t.Say(s.say("month", wrong))
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
	text, err := s.compose(t, unit, from, to)
	if err != nil {
		return err
	}
	return s.hand(t, Bulletin{Unit: unit, From: from, To: to, Text: text, By: t.Person.ID})
}

// reported is the time that a bulletin is to be about, this month if none is named; wrong is what was said that can't be.
func (s *Skill) reported(text string, now time.Time) (from, to time.Time, wrong string) {
	month := func(year int, m time.Month) (time.Time, time.Time) {
		from := time.Date(year, m, 1, 0, 0, 0, 0, now.Location())
		return from, from.AddDate(0, 1, 0)
	}
	from, to = month(now.Year(), now.Month())
	if m := monthWords.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[2])
		year := now.Year()
		switch {
		case n < 1 || n > 12:
			return from, to, m[0]
		case m[1] != "":
			year, _ = strconv.Atoi(m[1])
		case strings.Contains(text, "去年"):
			year--
		case strings.Contains(text, "明年"):
			year++
		case n > int(now.Month()):
			year--
		}
		from, to = month(year, time.Month(n))
	} else {
		for _, m := range timex.Find(text, timex.Options{Now: now, Calendar: s.days, Prefer: timex.Past}) {
			if m.Invalid != "" {
				return from, to, m.Text
			}
			if m.Kind == timex.Span && !m.Start.IsZero() && m.Stop.Sub(m.Start) >= 7*24*time.Hour {
				from, to = m.Start, m.Stop
			}
		}
	}
	if from.After(now) {
		return from, to, spanName(from, to)
	}
	return from, to, ""
}

// spanName names a span of whole days as people do: a month, a quarter, a year, or from day to day.
func spanName(from, to time.Time) string {
	switch start, end := quarter(from); {
	case from.Day() == 1 && to.Equal(from.AddDate(0, 1, 0)):
		return from.Format("2006年1月")
	case from.Equal(start) && to.Equal(end):
		return quarterName(from)
	case from.YearDay() == 1 && to.Equal(from.AddDate(1, 0, 0)):
		return from.Format("2006年")
	}
	return from.Format("2006年1月2日") + "至" + to.AddDate(0, 0, -1).Format("1月2日")
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
func (s *Skill) compose(t *bot.Turn, unit string, from, to time.Time) (string, error) {
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
		"Unit": t.Org.Name(unit), "Month": spanName(from, to), "All": lines, "N": len(all), "Closed": count[Closed], "Reported": count[Reported], "Open": count[Open],
		"Late": late, "Total": total, "Done": total - len(missing), "Missing": grouped(t, missing), "Now": t.Now,
	}), nil
}
