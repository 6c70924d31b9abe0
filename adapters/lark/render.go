package lark

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"linli/bot"
)

// The kinds of message that are sent.
const (
	kindText = "text"
	kindCard = "interactive"
	kindFile = "file"
)

// The platform's limits on a request, with room for what goes around.
const (
	maxCardBytes = 29_000
	maxTextBytes = 145_000
)

// node is a piece of a card.
type node = map[string]any

// needsCard reports whether the reply is more than a text can show.
func needsCard(r bot.Reply, images []string) bool {
	return len(r.Choices) > 0 || len(r.Fields) > 0 || len(r.Sources) > 0 || len(images) > 0 || r.Link != nil || r.Urgent || strings.Contains(r.Text, "**")
}

// render makes the message of a reply: a card where it needs one and is not too big for one, else a text.
func render(r bot.Reply, to bot.Chat, images []string) (kind, content string) {
	if needsCard(r, images) {
		if card := renderCard(r, to, images); sizeInRequest(card) <= maxCardBytes {
			return kindCard, card
		}
	}
	return kindText, renderText(r)
}

// renderText is the reply as a text, also for when a card was refused.
func renderText(r bot.Reply) string {
	text := plainText(r.Plain())
	for {
		content := encode(node{"text": text})
		over := sizeInRequest(content) - maxTextBytes
		if over <= 0 {
			return content
		}
		text = cut(text, max(0, len(text)-over-16)) + "…"
	}
}

// sizeInRequest is how much of a request the content takes: it stands there as text within JSON, escaped again.
func sizeInRequest(content string) int { return len(encode(content)) }

// cut returns at most n bytes of the text, of whole characters.
func cut(text string, n int) string {
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:min(n, len(text))]
}

// renderCard is the reply as a card of version 2.0.
func renderCard(r bot.Reply, to bot.Chat, images []string) string {
	var elements []any
	add := func(n node) { elements = append(elements, n) }
	if r.Text != "" {
		add(node{"tag": "markdown", "content": markdown(r.Text)})
	}
	if len(r.Fields) > 0 {
		var lines []string
		for _, f := range r.Fields {
			lines = append(lines, "**"+escape(f.Name)+"**  "+escape(oneLine(f.Value)))
		}
		add(node{"tag": "markdown", "content": strings.Join(lines, "\n")})
	}
	for _, key := range images {
		add(node{"tag": "img", "img_key": key, "alt": plain("照片")})
	}
	if rest := unshown(r.Files, len(images)); len(rest) > 0 {
		add(node{"tag": "markdown", "content": escape(bot.FileLine(rest))})
	}
	if r.AskLocation {
		add(node{"tag": "markdown", "content": "可以发送位置,也可以写地址。"})
	}
	if len(r.Choices) > 0 {
		add(buttons(r.Choices, to))
	}
	if r.Link != nil {
		add(node{
			"tag": "button", "text": plain(firstOf(r.Link.Label, r.Link.URL)), "type": "default",
			"behaviors": []any{node{"type": "open_url", "default_url": r.Link.URL}},
		})
	}
	if len(r.Sources) > 0 {
		add(node{"tag": "markdown", "content": "<font color='grey'>" + sources(r.Sources) + "</font>", "text_size": "notation"})
	}
	card := node{
		"schema": "2.0",
		"config": node{"update_multi": true, "summary": node{"content": summary(r)}},
		"body":   node{"elements": elements},
	}
	if r.Urgent {
		card["header"] = node{"title": plain("紧急"), "template": "red"}
	}
	return encode(card)
}

// unshown are the files that the card doesn't show as images.
func unshown(files []bot.Attachment, shown int) []bot.Attachment {
	var rest []bot.Attachment
	for _, f := range files {
		if f.Kind == "image" && shown > 0 {
			shown--
			continue
		}
		rest = append(rest, f)
	}
	return rest
}

// buttons stand in rows as wide as the screen lets them.
func buttons(choices []bot.Choice, to bot.Chat) node {
	var columns []any
	for _, c := range choices {
		columns = append(columns, node{"tag": "column", "width": "auto", "elements": []any{node{
			"tag": "button", "text": plain(c.Label), "type": "default",
			"behaviors": []any{node{"type": "callback", "value": buttonValue{Action: c.Action, Label: c.Label, Group: to.Group, Thread: to.Thread}}},
		}}})
	}
	return node{"tag": "column_set", "flex_mode": "flow", "horizontal_spacing": "8px", "columns": columns}
}

// sources is the quiet last line, with links.
func sources(all []bot.Source) string {
	var parts []string
	for _, s := range all {
		part := escape(s.Title)
		if s.URL != "" {
			part = "[" + part + "](" + address(s.URL) + ")"
		}
		if s.CheckedOn != "" {
			part += " 核对 " + escape(s.CheckedOn)
		}
		if s.Sample {
			part += " (示例)"
		}
		parts = append(parts, part)
	}
	return "依据:" + strings.Join(parts, ";")
}

// summary is what the list of chats and the notification show.
func summary(r bot.Reply) string {
	line, _, _ := strings.Cut(strings.ReplaceAll(r.Text, "**", ""), "\n")
	if r.Urgent {
		line = "【紧急】" + line
	}
	runes := []rune(line)
	return string(runes[:min(len(runes), 60)])
}

func plain(text string) node { return node{"tag": "plain_text", "content": text} }

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// address keeps a URL from ending the link that it stands in.
func address(url string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "\n", "", "<", "%3C", ">", "%3E").Replace(url)
}

var bold = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)

// markdown writes a reply's light markup for a card: **bold** and "- " stay, and whatever else would mean something to the platform is
// shown as it was written.
func markdown(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		if rest, ok := strings.CutPrefix(line, "- "); ok {
			b.WriteString("- ")
			line = rest
		}
		at := 0
		for _, m := range bold.FindAllStringSubmatchIndex(line, -1) {
			b.WriteString(escape(line[at:m[0]]) + "**" + escape(line[m[2]:m[3]]) + "**")
			at = m[1]
		}
		b.WriteString(escape(line[at:]))
	}
	return b.String()
}

// special is what a card's markdown reads as something else. A mention begins with <, a link with [, a picture with ![, an emoji with a colon
// before letters, a written character with &.
var special = regexp.MustCompile("[*~<>\\[\\]`_\\\\$|]|&(?:#|[A-Za-z]+;)|:[A-Za-z_]|^\\s*#+|^\\s*[-+](?:\\s|$)|^\\s*-{3,}")

// escape writes people's words so that a card shows them as they are. A _ within a word stays: it may be an address.
func escape(text string) string {
	var b strings.Builder
	at := 0
	for _, m := range special.FindAllStringIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		at = m[1]
		found := text[m[0]:m[1]]
		if found == "_" && m[0] > 0 && wordy(text[m[0]-1]) && at < len(text) && wordy(text[at]) {
			b.WriteByte('_')
			continue
		}
		for i, r := range found {
			if entity, ok := entities[r]; ok && (i == 0 || found[0] != '&') {
				b.WriteString(entity)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String() + text[at:]
}

func wordy(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '/'
}

var entities = map[rune]string{
	'*': "&#42;", '~': "&#126;", '<': "&#60;", '>': "&#62;", '[': "&#91;", ']': "&#93;", '`': "&#96;", '_': "&#95;", '\\': "&#92;",
	'$': "&#36;", '#': "&#35;", '|': "&#124;", '&': "&#38;", ':': "&#58;", '-': "&#45;", '+': "&#43;",
}

var tags = regexp.MustCompile(`(?i)<(/?(?:at|a|b|i|u|s)\b)`)

// plainText keeps what a text would read as a mention, a style or a link from being one: an invisible space stands in it.
func plainText(text string) string {
	return strings.ReplaceAll(tags.ReplaceAllString(text, "<\u200b$1"), "](", "]\u200b(")
}

// encode writes JSON that people can read.
func encode(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // made of text only
	}
	return strings.TrimSuffix(b.String(), "\n")
}
