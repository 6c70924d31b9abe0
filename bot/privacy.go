package bot

import (
	"regexp"
	"strings"
)

// data tells a person what is kept about them and how to have it removed.
func (h *house) data(t *Turn) error {
	if t.Message.Chat.Group {
		t.Say(h.texts.Say("bind.private", nil))
		return nil
	}
	queries := []Query{{Kind: KindLine, Keys: []string{ChatKey(t.Message.Chat)}}}
	for _, k := range h.keeps {
		queries = append(queries, Query{Kind: k.Kind, Keys: []string{"by=" + t.Person.ID}})
	}
	counts, err := t.Count(queries...)
	if err != nil {
		return err
	}
	fields := []Field{{Name: h.texts.Say("data.lines", nil), Value: h.texts.Say("data.lines.rule", counts[0])}}
	for i, k := range h.keeps {
		fields = append(fields, Field{Name: k.Name, Value: h.texts.Say("data.kept", map[string]any{"N": counts[i+1], "Rule": k.Rule})})
	}
	t.Reply(Reply{
		Text: h.texts.Say("data", h.profile(t)), Fields: fields,
		Choices: []Choice{NewChoice(h.texts.Say("choice.forget", nil), "house", "forget", "")},
	})
	return nil
}

// forget removes the transcript of the conversation. What a rule says must be kept stays, and the person is told so.
func (h *house) forget(t *Turn) error {
	lines, err := t.FindAll(Query{Kind: KindLine, Keys: []string{ChatKey(t.Message.Chat)}, Limit: 1000}, 5000)
	if err != nil {
		return err
	}
	for _, r := range lines {
		t.Remove(r.Kind, r.ID)
	}
	*t.Session = Session{Told: true}
	t.Say(h.texts.Say("forgotten", len(lines)))
	return nil
}

var (
	identityNumber = regexp.MustCompile(`[1-9]\d{5}(?:19|20)\d{9}[\dXx]|[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}`)
	mobileNumber   = regexp.MustCompile(`1[3-9]\d{9}`)
	bankNumber     = regexp.MustCompile(`\b[3-6]\d{15,18}\b`)
)

// wideStar stands for a digit. It is the wide asterisk: two of the narrow ones are the markup of what is bold.
const wideStar = "＊"

// Mask hides identity, bank and mobile numbers: what is shown in a group or sent to a model passes through it.
func Mask(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	text = identityNumber.ReplaceAllStringFunc(text, func(n string) string { return n[:6] + strings.Repeat(wideStar, len(n)-8) + n[len(n)-2:] })
	text = bankNumber.ReplaceAllStringFunc(text, func(n string) string { return strings.Repeat(wideStar, len(n)-4) + n[len(n)-4:] })
	return mobileNumber.ReplaceAllStringFunc(text, func(n string) string { return n[:3] + strings.Repeat(wideStar, 4) + n[7:] })
}
