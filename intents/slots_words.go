package intents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"linli/intents/timex"
)

// timeMark stands in the text for each byte of a time, so that what is a time can't be taken for a name and the positions stay.
const timeMark = '\x1f'

// masked is the text without its times.
func masked(normal string, times []timex.Match) string {
	b := []byte(normal)
	for _, t := range times {
		for i := t.Pos; i < t.End && i < len(b); i++ {
			b[i] = timeMark
		}
	}
	return string(b)
}

// A word counts where it stands, unless it is part of one of the longer words: 开 in 公开, 让 in 转让.
type word struct {
	text   string
	unless []string
}

// words makes a list from "开:公开,开发 召开": a word and, after a colon, the longer words in which it doesn't count.
func words(list string) []word {
	var all []word
	for entry := range strings.FieldsSeq(list) {
		text, unless, ok := strings.Cut(entry, ":")
		w := word{text: text}
		if ok {
			w.unless = strings.Split(unless, ",")
		}
		all = append(all, w)
	}
	return all
}

// at reports whether the word begins at the position and counts there.
func (w word) at(text string, pos int) bool {
	if pos < 0 || !strings.HasPrefix(text[pos:], w.text) {
		return false
	}
	for _, longer := range w.unless {
		begin := pos - strings.Index(longer, w.text)
		if begin >= 0 && strings.HasPrefix(text[begin:], longer) {
			return false
		}
	}
	return true
}

// index is where the word counts first, from the position on; -1 if nowhere.
func (w word) index(text string, from int) int {
	for from <= len(text) {
		next := strings.Index(text[from:], w.text)
		if next < 0 {
			return -1
		}
		if from += next; w.at(text, from) {
			return from
		}
		from += len(w.text)
	}
	return -1
}

// longestAt is the length of the longest of the words that counts at the position; 0 if none does.
func longestAt(text string, pos int, list []word) int {
	n := 0
	for _, w := range list {
		if len(w.text) > n && w.at(text, pos) {
			n = len(w.text)
		}
	}
	return n
}

// beginsWith is the length of the longest of the words that begins the text; 0 if none does.
func beginsWith(text string, list []word) int { return longestAt(text, 0, list) }

// endsWith is the length of the longest of the words that ends right before the position; 0 if none does.
func endsWith(text string, pos int, list []word) int {
	n := 0
	for _, w := range list {
		if len(w.text) > n && w.at(text, pos-len(w.text)) {
			n = len(w.text)
		}
	}
	return n
}

// firstOf is where the first of the words begins; the length of the text if there is none.
func firstOf(text string, list []word) int {
	at := len(text)
	for _, w := range list {
		if i := w.index(text, 0); i >= 0 {
			at = min(at, i)
		}
	}
	return at
}

// trimFront cuts the words from the front as long as there are any.
func trimFront(text string, list []word) string {
	for {
		n := beginsWith(text, list)
		if n == 0 {
			return text
		}
		text = text[n:]
	}
}

// trimBack cuts the words from the end as long as there are any.
func trimBack(text string, list []word) string {
	for {
		n := endsWith(text, len(text), list)
		if n == 0 {
			return text
		}
		text = text[:len(text)-n]
	}
}

// A clause is what stands between two marks of punctuation or times.
type clause struct {
	text     string
	pos, end int
}

// clauses are the clauses of a text without its times.
func clauses(text string) []clause {
	var all []clause
	start := -1
	for i, r := range text {
		switch named := inName(r); {
		case named && start < 0:
			start = i
		case !named && start >= 0:
			all, start = append(all, clause{text[start:i], start, i}), -1
		}
	}
	if start >= 0 {
		all = append(all, clause{text[start:], start, len(text)})
	}
	return all
}

// inName reports whether a rune can be part of a name.
func inName(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
