package knowledge

import (
	"strings"
	"sync"
	"unicode"

	"github.com/longbridgeapp/opencc"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"
)

var simplifier = sync.OnceValue(func() *opencc.OpenCC {
	c, err := opencc.New("t2s")
	if err != nil {
		return nil // its tables are part of the program
	}
	return c
})

// common reports for the characters of the basic plane whether GB2312 has them.
var common = sync.OnceValue(func() []bool {
	var codes []byte
	for row := byte(0xb0); row <= 0xf7; row++ {
		for cell := byte(0xa1); cell <= 0xfe; cell++ {
			codes = append(codes, row, cell)
		}
	}
	has := make([]bool, 1<<16)
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(codes)
	if err != nil {
		return has // every text is converted then
	}
	for _, r := range string(text) {
		if r < 1<<16 {
			has[r] = true
		}
	}
	return has
})

// Normal writes text the one way in which it is compared: compatibility forms folded, simplified characters, lower case, only letters and digits.
func Normal(text string) string { return clean(fold(text), false) }

// fold is what Normal does before it drops the punctuation.
func fold(text string) string {
	if !norm.NFKC.IsNormalString(text) {
		text = norm.NFKC.String(text)
	}
	if c := simplifier(); c != nil && hasTraditional(text) {
		if s, err := c.Convert(text); err == nil {
			text = s
		}
	}
	return strings.ToLower(text)
}

// clean keeps letters and digits, with a space for anything else, or where clauses are wanted a line break for the ends of clauses.
func clean(text string, clauses bool) string {
	var b strings.Builder
	b.Grow(len(text))
	gap := byte(0)
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap != 0 && b.Len() > 0 {
				b.WriteByte(gap)
			}
			gap = 0
			b.WriteRune(r)
		case clauses && strings.ContainsRune(",。?!;\n，？！；…", r):
			gap = '\n'
		case gap == 0:
			gap = ' '
		}
	}
	return b.String()
}

func hasTraditional(text string) bool {
	has := common()
	for _, r := range text {
		if unicode.Is(unicode.Han, r) && (r >= 1<<16 || !has[r]) {
			return true
		}
	}
	return false
}
