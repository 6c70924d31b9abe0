package inspections

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"strings"

	"linli/bot"
)

const (
	filePrefix   = "bulletin-" // of the IDs under which Documents opens bulletins
	documentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// Documents are the files of the house and, beside them, the bulletins as documents. Those are made when they are opened: their words are records.
type Documents struct {
	bot.Files
	Store bot.Store
}

// Open implements bot.Files.
func (d Documents) Open(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	bulletin, ok := strings.CutPrefix(id, filePrefix)
	if !ok {
		return d.Files.Open(ctx, id)
	}
	b, err := ReadBulletin(ctx, d.Store, bulletin)
	if bot.KindOf(err) == bot.NotFound {
		return nil, bot.Errorf(bot.NotFound, "没有这份通报,可能已按规定删除")
	}
	if err != nil {
		return nil, err
	}
	data, err := Document(b.Text)
	return document{bytes.NewReader(data)}, err
}

// Remove implements bot.Files. A bulletin's record is removed as records are.
func (d Documents) Remove(ctx context.Context, id string) error {
	if strings.HasPrefix(id, filePrefix) {
		return nil
	}
	return d.Files.Remove(ctx, id)
}

type document struct{ *bytes.Reader }

func (document) Close() error { return nil }

// MayRead reports whether the key of a bot.KeptFile is a bulletin's, and whether the person may read that: who plans inspections at its unit.
func MayRead(ctx context.Context, store bot.Store, org *bot.Org, p *bot.Person, key string) (ours, may bool, err error) {
	id, ours := strings.CutPrefix(key, name+":")
	if !ours {
		return false, false, nil
	}
	b, err := ReadBulletin(ctx, store, id)
	if bot.KindOf(err) == bot.NotFound {
		return true, false, nil
	}
	return true, err == nil && org.Allowed(p, bot.PlanInspection, b.Unit), err
}

// Document makes a DOCX of a bulletin's Markdown: its headings are set as headings, its list as a list, on A4.
func Document(markdown string) ([]byte, error) {
	var body strings.Builder
	for line := range strings.Lines(markdown) {
		text := strings.TrimSpace(line)
		paragraph, run := "", ""
		switch {
		case strings.HasPrefix(text, "# "):
			paragraph, run = `<w:pPr><w:spacing w:after="240"/><w:jc w:val="center"/></w:pPr>`, `<w:rPr><w:b/><w:sz w:val="36"/></w:rPr>`
		case strings.HasPrefix(text, "#"):
			paragraph, run = `<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="120"/></w:pPr>`, `<w:rPr><w:b/><w:sz w:val="28"/></w:rPr>`
		case strings.HasPrefix(text, "- "):
			text = "• " + text[2:]
			paragraph = `<w:pPr><w:ind w:left="420" w:hanging="420"/></w:pPr>`
		}
		body.WriteString(`<w:p>` + paragraph + `<w:r>` + run + `<w:t xml:space="preserve">`)
		if err := xml.EscapeText(&body, []byte(strings.TrimLeft(text, "# "))); err != nil {
			return nil, err
		}
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	body.WriteString(`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr>`)
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
