package inspections

import (
	"strings"

	"linli/bot"
)

// misnamed says that no unit is called so, and which is called nearly so; "" when the text names no unit that way.
func (s *Skill) misnamed(t *bot.Turn, text string) string {
	for _, u := range unitsIn(t, text) {
		text = strings.ReplaceAll(text, u.Name, " ")
	}
	said := []rune(text)
	for _, u := range t.Org.Units() {
		name := []rune(u.Name)
		if u.Level != "community" && u.Level != "street" || len(name) < 4 {
			continue
		}
		for i := 0; i+len(name) <= len(said); i++ {
			if off(said[i:i+len(name)], name) == 1 && strings.HasSuffix(string(said[i:i+len(name)]), string(name[len(name)-2:])) {
				return s.say("misnamed", map[string]any{"Said": string(said[i : i+len(name)]), "Name": u.Name})
			}
		}
	}
	return ""
}

// off counts where the words differ.
func off(a, b []rune) int {
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
