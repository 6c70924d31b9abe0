package intents

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadings(t *testing.T) {
	for pattern, want := range map[string][]string{
		"路灯不亮":            {"路灯不亮"},
		"[路灯/街灯]不亮":       {"街灯不亮", "路灯不亮"},
		"路灯[/又]不亮":        {"路灯不亮", "路灯又不亮"},
		"[路灯/街灯/灯][][坏了]": {"灯坏了", "街灯坏了", "路灯坏了"},
	} {
		got := readings(pattern, rand.New(rand.NewPCG(1, 1)))
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
	}
}

// TestReadingsUseEachAlternative: none that is written down is learned by chance only.
func TestReadingsUseEachAlternative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-f]{1,3}`), 1, 6, rapid.ID).Draw(t, "first")
		second := rapid.SliceOfNDistinct(rapid.StringMatching(`[g-m]{1,3}`), 1, 6, rapid.ID).Draw(t, "second")
		got := readings("["+strings.Join(first, "/")+"]-["+strings.Join(second, "/")+"]", rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		for _, option := range append(slices.Clone(first), second...) {
			if !slices.ContainsFunc(got, func(text string) bool { return slices.Contains(strings.Split(text, "-"), option) }) {
				t.Fatalf("%q is in none of %q", option, got)
			}
		}
	})
}

// TestDataIsWellFormed: a bracket that isn't closed would be learned as it stands.
func TestDataIsWellFormed(t *testing.T) {
	for _, e := range slices.Concat(categoryExamples(), intentExamples()) {
		if c, _ := CategoryByCode(e.Label); strings.ContainsAny(e.Text, "[]/{}") && e.Text != Normalize(c.Name) {
			t.Errorf("%s: %s", e.Label, e.Text)
		}
	}
}
