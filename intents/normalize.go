package intents

import (
	"strings"
	"sync"

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

// Normalize writes text the one way in which it is compared: compatibility forms folded, simplified characters, repeated punctuation once.
func Normalize(text string) string {
	text = norm.NFKC.String(text)
	if c := simplifier(); c != nil {
		if s, err := c.Convert(text); err == nil {
			text = s
		}
	}
	var b strings.Builder
	var last rune
	for _, r := range text {
		if r == last && strings.ContainsRune("!?.,~。,!?…、", r) {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return strings.TrimSpace(b.String())
}
