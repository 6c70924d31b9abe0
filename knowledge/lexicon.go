package knowledge

import (
	"bufio"
	"embed"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed words
var wordFiles embed.FS

// Synonyms are groups of words that mean the same to those who ask. In a file each line is a group, its words separated by spaces; "甲 => 乙"
// means that who says 甲 may mean 乙, but not the other way round; # begins a remark.
type Synonyms struct{ groups []synonym }

type synonym struct{ said, meant []string }

// DefaultSynonyms are those that come with Linli.
func DefaultSynonyms() Synonyms { return defaultSynonyms() }

var defaultSynonyms = sync.OnceValue(func() Synonyms {
	var all Synonyms
	for _, name := range []string{"synonyms.txt", "everyday.txt"} {
		f, err := wordFiles.Open("words/" + name)
		if err != nil {
			panic(err) // it is part of the program
		}
		s, _ := ReadSynonyms(name, f)
		all = all.Add(s)
	}
	return all
})

var defaultLexicon = sync.OnceValue(func() *lexicon { return newLexicon(DefaultSynonyms()) })

// ReadSynonyms reads a file of synonyms.
func ReadSynonyms(name string, r io.Reader) (Synonyms, []Problem) {
	var s Synonyms
	var problems []Problem
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		n++
		line, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		said, meant, directed := strings.Cut(line, "=>")
		g := synonym{said: normalWords(said), meant: normalWords(meant)}
		if !directed {
			g.meant = g.said
		}
		if len(g.said) == 0 || len(g.meant) == 0 || !directed && len(g.said) < 2 {
			problems = append(problems, Problem{File: name, Line: n, Message: "同义词一行至少要两个词,用空格隔开;单向的写成“口语 => 目录里的词”"})
			continue
		}
		s.groups = append(s.groups, g)
	}
	if err := lines.Err(); err != nil {
		problems = append(problems, Problem{File: name, Line: n + 1, Message: "读不出来:" + err.Error()})
	}
	return s, problems
}

// Add returns the synonyms and the others together.
func (s Synonyms) Add(others Synonyms) Synonyms {
	return Synonyms{slices.Concat(s.groups, others.groups)}
}

func normalWords(text string) []string {
	var words []string
	for w := range strings.FieldsSeq(text) {
		if w = strings.ReplaceAll(Normal(strings.ReplaceAll(w, "_", " ")), "\n", " "); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// lexicon knows the words that say nothing about a subject, and the synonyms.
type lexicon struct {
	filler   map[rune][]weighed
	synonyms map[rune][]said
}

// weighed is a word and what it is worth.
type weighed struct {
	runes []rune
	worth float32
}

// said is a word that has synonyms.
type said struct {
	runes []rune
	meant [][]rune
}

var defaultFiller = sync.OnceValue(func() map[rune][]weighed {
	f, err := wordFiles.Open("words/filler.txt")
	if err != nil {
		panic(err) // it is part of the program
	}
	filler := map[rune][]weighed{}
	worth := float32(0)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		switch {
		case strings.HasPrefix(line, "[weak]"):
			worth = weakWorth
		case strings.HasPrefix(line, "#"):
		default:
			for _, w := range normalWords(line) {
				runes := []rune(w)
				filler[runes[0]] = append(filler[runes[0]], weighed{runes, worth})
			}
		}
	}
	for _, f := range facetWords { // they say what is asked of a subject, not which
		for _, w := range f.words {
			runes := []rune(w)
			worth := float32(weakWorth)
			if len(runes) > 2 {
				worth = 0
			}
			filler[runes[0]] = append(filler[runes[0]], weighed{runes, worth})
		}
	}
	for _, words := range filler {
		slices.SortStableFunc(words, func(a, b weighed) int { return len(b.runes) - len(a.runes) })
	}
	return filler
})

func newLexicon(s Synonyms) *lexicon {
	l := &lexicon{filler: defaultFiller(), synonyms: map[rune][]said{}}
	for _, g := range s.groups {
		for _, w := range g.said {
			entry := said{runes: []rune(w)}
			for _, m := range g.meant {
				if m != w {
					entry.meant = append(entry.meant, []rune(m))
				}
			}
			first := entry.runes[0]
			l.synonyms[first] = append(l.synonyms[first], entry)
		}
	}
	for _, words := range l.synonyms {
		slices.SortStableFunc(words, func(a, b said) int { return len(b.runes) - len(a.runes) })
	}
	return l
}

// worth weighs each rune: what is part of a filler word is worth little or nothing.
func (l *lexicon) worth(runes []rune) []float32 {
	worth := make([]float32, len(runes))
	for i := range worth {
		worth[i] = 1
	}
next:
	for i := 0; i < len(runes); i++ {
		for _, f := range l.filler[runes[i]] {
			if startsWith(runes, i, f.runes) {
				for j := range f.runes {
					worth[i+j] = f.worth
				}
				i += len(f.runes) - 1
				continue next
			}
		}
	}
	return worth
}

// startsWith reports whether the word stands at i; one of letters only where it is a whole word.
func startsWith(runes []rune, i int, w []rune) bool {
	if i+len(w) > len(runes) || !slices.Equal(runes[i:i+len(w)], w) {
		return false
	}
	if unicode.Is(unicode.Han, w[0]) {
		return true
	}
	end := i + len(w)
	return (i == 0 || !unicode.Is(unicode.Latin, runes[i-1])) && (end == len(runes) || !unicode.Is(unicode.Latin, runes[end]))
}
