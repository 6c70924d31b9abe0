package knowledge

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// docxBytes is how large the text of a Word file may become when it is unpacked.
const docxBytes = 64 << 20

// docxParagraphs reads the paragraphs of a Word file. Rows of tables become lines.
func docxParagraphs(name string, data []byte) ([]paragraph, *Problem) {
	bad := &Problem{File: name, Message: "不是可用的 Word 文件(.docx),请用 Word 或 WPS 打开后另存为 .docx"}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, bad
	}
	f, err := archive.Open("word/document.xml")
	if err != nil {
		return nil, bad
	}
	defer f.Close()
	limited := &io.LimitedReader{R: f, N: docxBytes}
	d := docx{decoder: xml.NewDecoder(limited)}
	if err := d.read(); err != nil {
		if limited.N <= 0 {
			return nil, &Problem{File: name, Message: "文件展开后太大,请分成几个"}
		}
		return nil, bad
	}
	return d.all, nil
}

// docx is a Word file that is being read.
type docx struct {
	decoder *xml.Decoder
	all     []paragraph
	text    strings.Builder
	style   string
	outline int // 1 + the level; 0: none
	inText  bool
	row     []string // the cells of a table's row
	table   int      // how many tables we are in
}

func (d *docx) read() error {
	for {
		token, err := d.decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			d.start(t)
		case xml.EndElement:
			d.end(t.Name.Local)
		case xml.CharData:
			if d.inText {
				d.text.Write(t)
			}
		}
	}
}

func (d *docx) start(t xml.StartElement) {
	switch t.Name.Local {
	case "p":
		d.style, d.outline = "", 0
		if d.table == 0 {
			d.text.Reset()
		}
	case "pStyle":
		d.style = value(t)
	case "outlineLvl":
		if n, err := strconv.Atoi(value(t)); err == nil && n >= 0 && n < 9 {
			d.outline = n + 1
		}
	case "t":
		d.inText = true
	case "tab", "br", "cr":
		d.text.WriteByte(' ')
	case "tbl":
		d.table++
	case "tr":
		d.row = nil
	case "tc":
		d.text.Reset()
	}
}

func (d *docx) end(name string) {
	switch name {
	case "t":
		d.inText = false
	case "p":
		if d.table > 0 {
			d.text.WriteByte(' ')
			return
		}
		d.add(d.text.String(), d.level())
		d.text.Reset()
	case "tc":
		d.row = append(d.row, strings.Join(strings.Fields(d.text.String()), " "))
		d.text.Reset()
	case "tr":
		d.add(strings.Join(d.row, ";"), 0)
	case "tbl":
		d.table--
		d.text.Reset()
	}
}

func (d *docx) add(text string, level int) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "; ") == "" {
		return
	}
	if level == 0 && d.table == 0 {
		level = headingLevel(text)
	}
	if level > 0 && len([]rune(text)) > 60 { // a style that was misused: no heading is that long
		level = 0
	}
	d.all = append(d.all, paragraph{level: level, text: text})
}

// level is that of the paragraph as a heading: by its outline, or by its style, as Word and WPS call them.
func (d *docx) level() int {
	if d.outline > 0 {
		return d.outline
	}
	style := strings.ToLower(strings.ReplaceAll(d.style, " ", ""))
	switch {
	case style == "title" || style == "标题":
		return 1
	case strings.HasPrefix(style, "heading") || strings.HasPrefix(style, "标题"):
		if n, err := strconv.Atoi(strings.TrimLeft(style, "headingtl标题")); err == nil && n > 0 && n < 9 {
			return n + 1
		}
	}
	// WPS numbers its styles: 1 is the text, 2 the first heading.
	if n, err := strconv.Atoi(style); err == nil && n >= 2 && n <= 7 {
		return n
	}
	return 0
}

func value(t xml.StartElement) string {
	for _, a := range t.Attr {
		if a.Name.Local == "val" {
			return a.Value
		}
	}
	return ""
}
