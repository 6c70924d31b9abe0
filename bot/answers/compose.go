package answers

import (
	"strings"

	"linli/bot"
	"linli/knowledge"
)

// Composer writes answers from entries. It adds nothing of its own: every fact stands in the entry.
type Composer struct{ texts *bot.Texts }

// NewComposer returns a composer.
func NewComposer() *Composer { return &Composer{texts: bot.MustTexts(files)} }

// Reply writes the answer: the facet that was asked first, then what else is needed, at most six lines; the rest behind choices.
func (c *Composer) Reply(a knowledge.Answer) bot.Reply {
	switch a.Verdict {
	case knowledge.VerdictAnswer:
		return c.entry(a.Hits[0].Entry, a.Facet, a.Expired)
	case knowledge.VerdictClarify:
		return c.clarify(a)
	}
	return bot.Reply{
		Text: c.texts.Say("decline", nil), Choices: []bot.Choice{bot.NewChoice(c.texts.Say("choice.human", nil), name, "human", "")},
	}
}

// options is how many entries are offered when it is not clear which was meant.
const options = 3

func (c *Composer) clarify(a knowledge.Answer) bot.Reply {
	r := bot.Reply{Text: c.texts.Say("clarify", nil)}
	for _, hit := range a.Hits[:min(len(a.Hits), options)] {
		r.Choices = append(r.Choices, bot.NewChoice(hit.Entry.Title, name, "entry", hit.Entry.ID+"|"+string(a.Facet)))
	}
	r.Choices = append(r.Choices, bot.NewChoice(c.texts.Say("choice.neither", nil), name, "neither", ""))
	return r
}

func (c *Composer) entry(e *knowledge.Entry, facet knowledge.Facet, expired bool) bot.Reply {
	if expired {
		return bot.Reply{
			Text: c.texts.Say("expired", e), Sources: sources(e),
			Choices: []bot.Choice{bot.NewChoice(c.texts.Say("choice.human", nil), name, "human", "")},
		}
	}
	lead, told := c.lead(e, facet)
	lines := []string{lead}
	if !strings.Contains(lead, e.Title) && e.Kind != "faq" {
		lines = append(lines, c.texts.Say("line.title", e.Title))
	}
	besides := []knowledge.Facet{knowledge.FacetWhere, "instead", knowledge.FacetMaterials, knowledge.FacetSteps, knowledge.FacetTime, knowledge.FacetFee, "address", knowledge.FacetPhone, knowledge.FacetHours}
	if facet != "" && facet != knowledge.FacetWhere && facet != knowledge.FacetStamp {
		besides = besides[:1] // who asks for one thing is told that, and where
	}
	for _, f := range besides {
		if value := value(e, f); value != "" && !told[f] && len(lines) < 6 && !strings.Contains(lead, value) && brief(value) {
			lines = append(lines, c.texts.Say("line."+string(f), value))
			told[f] = true
		}
	}
	return bot.Reply{Text: strings.Join(lines, "\n"), Choices: c.more(e, told), Sources: sources(e)}
}

// lead is the first line: it answers what was asked. Told are the facets that it has said.
func (c *Composer) lead(e *knowledge.Entry, facet knowledge.Facet) (text string, told map[knowledge.Facet]bool) {
	told = map[knowledge.Facet]bool{facet: true}
	switch {
	case facet == knowledge.FacetStamp || e.Stamps == knowledge.StampProhibited && (facet == knowledge.FacetWhere || facet == ""):
		told[knowledge.FacetWhere] = true
		return c.stamp(e), told
	case e.Answer != "" && (facet == "" || value(e, facet) == ""):
		told[knowledge.FacetSteps] = true
		return e.Answer, told
	case facet == knowledge.FacetWhere || facet == "":
		told[knowledge.FacetWhere] = true
		if e.Level == "不需办理" {
			return c.texts.Say("lead.unneeded", e), told
		}
		if e.Office == "" {
			return e.Title, told
		}
		return c.texts.Say("lead.where", e), told
	}
	if v := value(e, facet); v != "" {
		return c.texts.Say("lead."+string(facet), v), told
	}
	if e.Office == "" {
		return e.Title, told
	}
	told[knowledge.FacetWhere] = true
	return c.texts.Say("lead.missing", map[string]any{"Facet": c.texts.Say("facet."+string(facet), nil), "Office": e.Office}), told
}

// stamp says whether the community stamps it, in three colours, and at once where to go instead.
func (c *Composer) stamp(e *knowledge.Entry) string {
	switch e.Stamps {
	case knowledge.StampProhibited:
		return c.texts.Say("lead.prohibited", e)
	case knowledge.StampYes:
		return c.texts.Say("lead.stamp.yes", e)
	case knowledge.StampNegotiable:
		return c.texts.Say("lead.stamp.negotiable", e)
	case knowledge.StampNo:
		return c.texts.Say("lead.stamp.no", e)
	}
	return c.texts.Say("lead.stamp.unknown", e)
}

// more offers what was not said, as long as the entry has it.
func (c *Composer) more(e *knowledge.Entry, told map[knowledge.Facet]bool) []bot.Choice {
	var choices []bot.Choice
	for _, f := range []knowledge.Facet{knowledge.FacetMaterials, knowledge.FacetSteps, knowledge.FacetTime, knowledge.FacetPhone, knowledge.FacetBasis} {
		if value(e, f) != "" && !told[f] && len(choices) < 3 {
			choices = append(choices, bot.NewChoice(c.texts.Say("facet."+string(f), nil), name, "entry", e.ID+"|"+string(f)))
		}
	}
	return append(choices, bot.NewChoice(c.texts.Say("choice.human", nil), name, "human", ""))
}

// value is what the entry says of a facet; a dash in a catalogue says nothing.
func value(e *knowledge.Entry, f knowledge.Facet) string {
	var v string
	switch f {
	case knowledge.FacetWhere:
		v = e.Office
	case knowledge.FacetMaterials:
		v = e.Materials
	case knowledge.FacetSteps:
		v = e.Steps
	case knowledge.FacetTime:
		v = e.TimeLimit
	case knowledge.FacetFee:
		v = e.Fee
	case knowledge.FacetWho:
		v = proxy(e)
	case knowledge.FacetPhone:
		v = e.Phone
	case knowledge.FacetHours:
		v = e.Hours
	case knowledge.FacetBasis:
		v = e.Basis
	case "address":
		v = e.Address
	case "instead":
		v = e.Instead
	}
	if v == "—" || v == "-" {
		return ""
	}
	return v
}

// proxy is what the entry says about who may do it for somebody else: the clauses that speak of it.
func proxy(e *knowledge.Entry) string {
	var said []string
	for _, field := range []string{e.Materials, e.Steps, e.Office, e.Answer} {
		for clause := range strings.FieldsFuncSeq(field, func(r rune) bool { return strings.ContainsRune(";；。→", r) }) {
			if strings.Contains(clause, "委托") || strings.Contains(clause, "代办") || strings.Contains(clause, "代申请") ||
				strings.Contains(clause, "本人") || strings.Contains(clause, "双方") || strings.Contains(clause, "监护人") {
				said = append(said, strings.TrimSpace(clause))
			}
		}
	}
	return strings.Join(said, ";")
}

// brief reports whether the value fits a line that is read aloud; longer ones wait behind their choice.
func brief(value string) bool { return len([]rune(value)) <= 60 }

func sources(e *knowledge.Entry) []bot.Source {
	title := e.Basis
	if title == "" || title == "—" {
		title = e.Source
	}
	if title == "" {
		return nil
	}
	s := bot.Source{Title: title, CheckedOn: e.CheckedOn, Sample: e.Sample}
	for _, part := range strings.Fields(e.Source) {
		if strings.HasPrefix(part, "http") {
			s.URL = part
			break
		}
	}
	return []bot.Source{s}
}
