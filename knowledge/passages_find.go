package knowledge

import (
	"math"
	"slices"
	"strings"
)

// Library finds passages by the words that a question shares with them, and by vectors where there are any. It does not change and may be used by
// many at once.
type Library struct {
	passages []Passage
	postings map[[2]rune][]int32
	vectors  [][]float32 // of length one; nil for a passage that has none yet
}

// NewLibrary makes a library. Vector returns the vector of a text, nil if it has none; it may be nil itself.
func NewLibrary(passages []Passage, vector func(text string) []float32) *Library {
	l := &Library{passages: passages, postings: map[[2]rune][]int32{}}
	if vector != nil {
		l.vectors = make([][]float32, len(passages))
	}
	for i := range passages {
		seen := map[[2]rune]bool{}
		for pair := range questionPairs(passages[i].Searched()) {
			if !seen[pair] {
				seen[pair] = true
				l.postings[pair] = append(l.postings[pair], int32(i))
			}
		}
		if vector != nil {
			if v := vector(passages[i].Searched()); v != nil {
				l.vectors[i] = unit(v)
			}
		}
	}
	return l
}

// Searched is the text by which the passage is found: its headings and what it says.
func (p *Passage) Searched() string { return p.Document + " " + p.Heading + "\n" + p.Text }

// Len is how many passages there are.
func (l *Library) Len() int { return len(l.passages) }

// Passage returns the passage of the ID.
func (l *Library) Passage(id string) (*Passage, bool) {
	i := slices.IndexFunc(l.passages, func(p Passage) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return &l.passages[i], true
}

// askingWords are what questions consist of beside what they ask about.
var askingWords = strings.NewReplacer(func() []string {
	var pairs []string
	for _, w := range strings.Fields("请问 我想 我要 想问 问一下 怎么 如何 怎样 什么 哪里 哪儿 哪个 哪些 多少 多久 几天 是不是 能不能 可不可以 可以 需要 有没有 吗 呢 啊 呀 吧 的 了 我们 我 你 您 他 她 谁 要 有 是 在") {
		pairs = append(pairs, w, " ")
	}
	return pairs
}()...)

// questionPairs yields the pairs of neighbouring characters of Chinese, and whole words of others as pairs of their ends.
func questionPairs(text string) func(yield func([2]rune) bool) {
	return func(yield func([2]rune) bool) {
		for _, part := range strings.Fields(Normal(text)) {
			runes := []rune(part)
			for i := 1; i < len(runes); i++ {
				if !yield([2]rune{runes[i-1], runes[i]}) {
					return
				}
			}
		}
	}
}

// alikeFrom is from which cosine on two texts speak of the same, and alikeAll at which it is certain.
const (
	alikeFrom = .45
	alikeAll  = .85
)

// Find returns the passages that speak of the question, the best first. Asked is the question's vector; nil: words alone decide.
func (l *Library) Find(question string, asked []float32, top int) []PassageHit {
	scores := make([]float64, len(l.passages))
	l.byWords(question, scores)
	if asked != nil && l.vectors != nil {
		asked = unit(asked)
		for i, v := range l.vectors {
			if len(v) != len(asked) {
				continue
			}
			dot := float32(0)
			for j := range v {
				dot += v[j] * asked[j]
			}
			near := min(1, max(0, (float64(dot)-alikeFrom)/(alikeAll-alikeFrom)))
			scores[i] = 1 - (1-scores[i])*(1-near/2) // each adds to the other, words count more
		}
	}
	var hits []PassageHit
	for i, s := range scores {
		if s > .15 {
			hits = append(hits, PassageHit{&l.passages[i], s})
		}
	}
	slices.SortStableFunc(hits, byScore)
	return hits[:min(top, len(hits))]
}

// byWords scores each passage by how much of what the question asks about it has, rare pairs before frequent ones.
func (l *Library) byWords(question string, scores []float64) {
	asked := askingWords.Replace(question)
	total := 0.0
	seen := map[[2]rune]bool{}
	for pair := range questionPairs(asked) {
		if seen[pair] {
			continue
		}
		seen[pair] = true
		in := l.postings[pair]
		worth := math.Log(1 + (float64(len(l.passages))+.5)/(float64(len(in))+.5))
		total += worth
		for _, i := range in {
			scores[i] += worth
		}
	}
	if len(seen) < 2 { // one pair says too little
		clear(scores)
		return
	}
	for i := range scores {
		scores[i] /= total
	}
}
