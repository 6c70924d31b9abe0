package knowledge

import (
	"strings"
	"unicode"
)

// gram is a term: a Han character (low half), a pair of neighbours, or a word of another script (by its number in the vocabulary, above all pairs).
type gram uint64

const word gram = 1 << 63

func pair(a, b rune) gram { return gram(a)<<32 | gram(b) }

func (g gram) single() bool { return g>>32 == 0 }

// piece is a term of a text: what it is, how much it says there (0 nothing … 1), and where it stands, in runes.
type piece struct {
	gram     gram
	worth    float32
	from, to int
}

// vocabulary numbers the words of other scripts.
type vocabulary struct{ words map[string]gram }

func (v *vocabulary) number(w string, add bool) (gram, bool) {
	w = stem(w)
	g, ok := v.words[w]
	if !ok && add {
		g = word | gram(len(v.words)+1)
		v.words[w] = g
		ok = true
	}
	return g, ok
}

// stem takes the plural off an English word.
func stem(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") {
		return w[:len(w)-1]
	}
	return w
}

// What a pair is worth of which one character is filler, and a single character against a pair.
const (
	edgeWorth   = .18
	singleWorth = .25
	weakWorth   = .3
)

// cut cuts runes of a normal text into pieces and appends them. A word that isn't known and may not be added has gram 0.
func (l *lexicon) cut(pieces []piece, runes []rune, v *vocabulary, add bool) []piece {
	worth := l.worth(runes)
	for i := 0; i < len(runes); {
		r := runes[i]
		switch {
		case r == ' ' || r == '\n':
			i++
		case !unicode.Is(unicode.Han, r):
			j := i
			for j < len(runes) && runes[j] != ' ' && runes[j] != '\n' && !unicode.Is(unicode.Han, runes[j]) && unicode.IsDigit(runes[j]) == unicode.IsDigit(r) {
				j++
			}
			if worth[i] > 0 {
				g, _ := v.number(string(runes[i:j]), add)
				pieces = append(pieces, piece{g, worth[i], i, j})
			}
			i = j
		default:
			if worth[i] > 0 {
				pieces = append(pieces, piece{gram(r), worth[i] * singleWorth, i, i + 1})
			}
			if i+1 < len(runes) && unicode.Is(unicode.Han, runes[i+1]) && worth[i]+worth[i+1] > 0 {
				w := min(worth[i], worth[i+1])
				if w == 0 {
					w = edgeWorth * max(worth[i], worth[i+1])
				}
				pieces = append(pieces, piece{pair(r, runes[i+1]), w, i, i + 2})
			}
			i++
		}
	}
	return pieces
}
