package console

import (
	"fmt"
	"regexp"
	"strings"

	xwidth "golang.org/x/text/width"

	"linli/bot"
)

// The styles of a terminal.
const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	red   = "\x1b[1;31m"
	plain = "\x1b[0m"
)

func (c *Channel) style(style, text string) string {
	if !c.Color || text == "" {
		return text
	}
	return style + text + plain
}

var strong = regexp.MustCompile(`\*\*(.+?)\*\*`)

// render writes a reply for a terminal: fields in columns, choices numbered, sources last and faint.
func (c *Channel) render(r bot.Reply) string {
	text := strong.ReplaceAllStringFunc(clean(r.Text), func(s string) string { return c.style(bold, strings.Trim(s, "*")) })
	if r.Urgent {
		first, rest, _ := strings.Cut(strings.ReplaceAll(clean(r.Text), "**", ""), "\n")
		text = strings.TrimRight(c.style(red, "【紧急】"+first)+"\n"+rest, "\n")
	}
	lines := []string{text}
	wide := 0
	for _, f := range r.Fields {
		wide = max(wide, width(f.Name))
	}
	for _, f := range r.Fields {
		lines = append(lines, "  "+c.style(faint, clean(f.Name)+strings.Repeat(" ", wide-width(f.Name)))+"  "+clean(f.Value))
	}
	if r.Link != nil {
		lines = append(lines, strings.TrimPrefix(clean(r.Link.Label)+":"+clean(r.Link.URL), ":"))
	}
	for i, choice := range r.Choices {
		lines = append(lines, fmt.Sprintf("  %s %s", c.style(bold, fmt.Sprintf("%d.", i+1)), clean(choice.Label)))
	}
	if len(r.Sources) > 0 {
		lines = append(lines, c.style(faint, clean(bot.SourceLine(r.Sources))))
	}
	return strings.Join(lines, "\n")
}

// clean takes out what would steer the terminal: what people write is shown to others.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}

// width is how many columns a text takes: Chinese characters take two.
func width(text string) int {
	n := 0
	for _, r := range text {
		n++
		if k := xwidth.LookupRune(r).Kind(); k == xwidth.EastAsianWide || k == xwidth.EastAsianFullwidth {
			n++
		}
	}
	return n
}
