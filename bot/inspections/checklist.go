package inspections

import (
	_ "embed" // the checklists
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

// checksFor is the checklist of the first kind that the words name.
func (s *Skill) checksFor(text string) []string {
	for _, c := range s.checks {
		if c.words == nil || slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(text, w) }) {
			return c.items
		}
	}
	return nil
}
