package bot

import (
	"fmt"
	"strings"
)

// Plain renders the reply as text alone, for channels without markup or buttons: choices are numbered.
func (r *Reply) Plain() string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(r.Text, "**", ""))
	for _, f := range r.Fields {
		fmt.Fprintf(&b, "\n%s:%s", f.Name, f.Value)
	}
	if r.Link != nil {
		fmt.Fprintf(&b, "\n%s:%s", r.Link.Label, r.Link.URL)
	}
	for i, c := range r.Choices {
		fmt.Fprintf(&b, "\n%d. %s", i+1, c.Label)
	}
	for _, s := range r.Sources {
		fmt.Fprintf(&b, "\n%s", s.Plain())
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// Plain renders the source as one quiet line.
func (s Source) Plain() string {
	text := "依据:" + s.Title
	if s.CheckedOn != "" {
		text += " · 核对于" + s.CheckedOn
	}
	if s.Sample {
		text += " · 示例,以窗口答复为准"
	}
	return text
}
