package telegram

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"

	"linli/bot"
)

// The platform's limits: of a message in UTF-16 units after its markup is read, and of what a button gives back in bytes.
const (
	maxMessage  = 4096
	maxCallback = 64
)

var bold = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)

// render writes the reply in the platform's HTML. What would be too long loses its sources, then its end.
func render(r bot.Reply) string {
	for _, keep := range []bot.Reply{r, withoutSources(r)} {
		if text := renderAll(keep); len(text) <= maxMessage || length(text) <= maxMessage { // no unit has less than a byte
			return text
		}
	}
	r = withoutSources(r)
	r.Text = cut(r.Text, maxMessage/2)
	r.Fields = nil
	return renderAll(r)
}

func withoutSources(r bot.Reply) bot.Reply {
	r.Sources = nil
	return r
}

func renderAll(r bot.Reply) string {
	var b strings.Builder
	if r.Urgent {
		b.WriteString("🚨 <b>紧急</b>\n")
	}
	b.WriteString(bold.ReplaceAllString(escape(r.Text), "<b>$1</b>"))
	line := func(text string) { b.WriteString("\n" + text) }
	if len(r.Fields) > 0 {
		line("")
	}
	for _, f := range r.Fields {
		line("<b>" + escape(f.Name) + "</b> " + escape(f.Value))
	}
	// Photos and documents follow as messages of their own.
	if rest := slices.DeleteFunc(slices.Clone(r.Files), func(f bot.Attachment) bool { return f.Kind == "image" || f.Kind == "file" }); len(rest) > 0 {
		line(escape(bot.FileLine(rest)))
	}
	if r.Link != nil {
		line(anchor(r.Link.URL, firstOf(r.Link.Label, r.Link.URL)))
	}
	for _, c := range r.Choices {
		if !fits(c) {
			line("• " + escape(c.Label))
		}
	}
	if len(r.Sources) > 0 {
		parts := make([]string, len(r.Sources))
		for i, s := range r.Sources {
			parts[i] = anchor(s.URL, s.Title)
			if s.CheckedOn != "" {
				parts[i] += " 核对 " + escape(s.CheckedOn)
			}
			if s.Sample {
				parts[i] += " (示例)"
			}
		}
		line("\n<i>依据:" + strings.Join(parts, ";") + "</i>")
	}
	return b.String()
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// anchor is a link, or the text alone where the address is none that a phone opens.
func anchor(url, text string) string {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return escape(text)
	}
	return `<a href="` + html.EscapeString(url) + `">` + escape(text) + `</a>`
}

// escape is for text between tags.
func escape(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var tag = regexp.MustCompile(`<[^>]*>`)

// length counts as the platform does: UTF-16 units of what is read.
func length(text string) int {
	return len(utf16.Encode([]rune(html.UnescapeString(tag.ReplaceAllString(text, "")))))
}

// cut returns at most so many UTF-16 units, and says that there was more.
func cut(text string, units int) string {
	n := 0
	for i, r := range text {
		if n += utf16.RuneLen(r); n > units {
			return text[:i] + "…"
		}
	}
	return text
}

// plain is the reply without markup, for when the platform can't read ours.
func plain(r bot.Reply) string { return cut(r.Plain(), maxMessage-1) }

// fits reports whether the choice can be a button.
func fits(c bot.Choice) bool {
	return c.Label != "" && c.Action != "" && len(c.Action) <= maxCallback
}

// perRow is how many buttons stand beside each other: as many short ones as a phone shows whole.
const perRow = 3

// buttons and button are the platform's inline keyboard. The library's own gives every button a second meaning, an empty text to copy.
type buttons struct {
	Rows [][]button `json:"inline_keyboard"`
}

type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// keyboard are the buttons of the reply, or in a private chat the offer to send where one is; nil if there is nothing to press.
func keyboard(r bot.Reply, private bool) models.ReplyMarkup {
	var rows [][]button
	width := 0
	for _, c := range r.Choices {
		if !fits(c) {
			continue
		}
		b := button{c.Label, c.Action}
		units := len([]rune(c.Label))
		if n := len(rows); n == 0 || len(rows[n-1]) == perRow || width+units > 14 {
			rows, width = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], b)
		width += units
	}
	switch {
	case len(rows) > 0:
		return &buttons{rows}
	case r.AskLocation && private:
		return &models.ReplyKeyboardMarkup{
			Keyboard:        [][]models.KeyboardButton{{{Text: "发送我的位置", RequestLocation: true}}},
			OneTimeKeyboard: true, ResizeKeyboard: true,
		}
	}
	return nil
}
