package inspections

import (
	_ "embed" // the checklists
	"regexp"
	"slices"
	"strings"
)

//go:embed data/checklists.txt
var checklistFile string

// checklist is what is looked at in a kind of inspection. The last one of the file, without words, is for all others.
type checklist struct{ words, items []string }

// readChecklists reads lines of "words|of|the kind: item; item".
func readChecklists() []checklist {
	var all []checklist
	for line := range strings.Lines(checklistFile) {
		words, items, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(words, "#") {
			continue
		}
		c := checklist{items: strings.Split(strings.TrimSpace(items), ";")}
		if words != "*" {
			c.words = strings.Split(words, "|")
		}
		all = append(all, c)
	}
	return all
}

// checkWords begin what is to be looked at: …,重点查消防通道和卫生.
var checkWords = regexp.MustCompile(`[,，;；\s](?:重点|主要|要)?(?:检?查|检查内容|内容(?:是|为))[:：]?\s*([^,，。;；\n]{2,60})`)

// checksIn is what the words themselves say is to be looked at.
func checksIn(text string) []string {
	m := checkWords.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	return strings.FieldsFunc(strings.ReplaceAll(m[1], "和", "、"), func(r rune) bool { return r == '、' })
}

// checksFor is the checklist of the first kind that the words name, else the one for all others.
func (s *Skill) checksFor(text string) []string {
	if items := s.kindChecks(text); items != nil {
		return items
	}
	if n := len(s.checks); n > 0 && s.checks[n-1].words == nil {
		return s.checks[n-1].items
	}
	return nil
}

// kindChecks is the checklist of the first kind that the words name.
func (s *Skill) kindChecks(text string) []string {
	for _, c := range s.checks {
		if slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(text, w) }) {
			return c.items
		}
	}
	return nil
}
