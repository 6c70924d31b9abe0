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

// wordList are words by the character that they begin and end with, so that few have to be compared at a place.
type wordList struct{ begin, end map[rune][]word }

// words makes lists from "开:公开,开发 召开": a word and, after a colon, the longer words in which it doesn't count.
func words(lists ...string) wordList {
	l := wordList{begin: map[rune][]word{}, end: map[rune][]word{}}
	for _, list := range lists {
		for entry := range strings.FieldsSeq(list) {
			text, unless, ok := strings.Cut(entry, ":")
			w := word{text: text}
			if ok {
				w.unless = strings.Split(unless, ",")
			}
			head, _ := utf8.DecodeRuneInString(text)
			tail, _ := utf8.DecodeLastRuneInString(text)
			l.begin[head], l.end[tail] = append(l.begin[head], w), append(l.end[tail], w)
		}
	}
	return l
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

// at is the length of the longest of the words that begins at the position and counts there; 0 if none does.
func (l wordList) at(text string, pos int) int {
	n := 0
	head, _ := utf8.DecodeRuneInString(text[pos:])
	for _, w := range l.begin[head] {
		if len(w.text) > n && w.at(text, pos) {
			n = len(w.text)
		}
	}
	return n
}

// before is the length of the longest of the words that ends at the position and counts there; 0 if none does.
func (l wordList) before(text string, pos int) int {
	n := 0
	tail, _ := utf8.DecodeLastRuneInString(text[:pos])
	for _, w := range l.end[tail] {
		if len(w.text) > n && w.at(text, pos-len(w.text)) {
			n = len(w.text)
		}
	}
	return n
}

// find is where the first of the words begins; the length of the text if there is none.
func (l wordList) find(text string) int {
	for i := range text {
		if l.at(text, i) > 0 {
			return i
		}
	}
	return len(text)
}

// trimFront cuts the words from the front as long as there are any.
func trimFront(text string, list wordList) string {
	for {
		n := list.at(text, 0)
		if n == 0 {
			return text
		}
		text = text[n:]
	}
}

// trimBack cuts the words from the end as long as there are any.
func trimBack(text string, list wordList) string {
	for {
		n := list.before(text, len(text))
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
