package knowledge

import (
	"strings"
	"sync"
	"unicode"

	"github.com/longbridgeapp/opencc"
	"golang.org/x/text/unicode/norm"
)

var simplifier = sync.OnceValue(func() *opencc.OpenCC {
	c, err := opencc.New("t2s")
	if err != nil {
		return nil // its tables are part of the program
	}
	return c
})

// Normal writes text the one way in which it is compared: compatibility forms folded, simplified characters, lower case, only letters and digits.
func Normal(text string) string {
	text = norm.NFKC.String(text)
	if c := simplifier(); c != nil && hasHan(text) {
		if s, err := c.Convert(text); err == nil {
			text = s
		}
	}
	var b strings.Builder
	space := true
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
			space = false
		case !space:
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(b.String())
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// terms cuts normal text into what is indexed: pairs of neighbouring Han characters, single ones, and whole words of other scripts.
func terms(text string, emit func(term string, single bool)) {
	for _, part := range strings.Fields(text) {
		runes := []rune(part)
		for i := 0; i < len(runes); {
			if !unicode.Is(unicode.Han, runes[i]) {
				j := i
				for j < len(runes) && !unicode.Is(unicode.Han, runes[j]) {
					j++
				}
				emit(string(runes[i:j]), false)
				i = j
				continue
			}
			emit(string(runes[i:i+1]), true)
			if i+1 < len(runes) && unicode.Is(unicode.Han, runes[i+1]) {
				emit(string(runes[i:i+2]), false)
			}
			i++
		}
	}
}
