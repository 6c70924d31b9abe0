package knowledge

import (
	"slices"
	"strings"
)

// asked is a question taken apart.
type asked struct {
	normal  string
	clauses []clause
	meant   []meaning // what synonyms in it mean
}

// clause is a part of a question between two signs of punctuation, or all of it.
type clause struct {
	terms []wanted
	total float32 // of their weights
	spelt float32 // of their weights, that of each character in full
	prior float32
	apart bool // there are pairs that no entry has
}

// wanted is a term of the question.
type wanted struct {
	term   int32 // -1: no entry has it
	weight float32
	sounds []int32 // terms that sound the same
	meant  int32   // 1 + the meaning that it is part of; 0: none
	single bool    // a character
	apart  gram    // a pair that no entry has: a name may have its characters apart, as 法考 stands for 法律职业资格考试
}

// meaning is what a word with synonyms may mean: the terms of each.
type meaning struct {
	options [][]weighted
	worth   float32 // how surely it means them
}

// What a clause counts for: with a question or a wish in it, the whole of a message, and another.
const (
	askingClause = 1
	wholeMessage = .97
	otherClause  = .5
)

// longest is how many runes of a question are read, from its end: who writes more has asked by then, or sends something else.
const longest = 600

// take takes a question apart.
func (ix *Index) take(text string) asked {
	folded := clean(fold(text), true)
	var q asked
	q.normal = strings.ReplaceAll(folded, "\n", " ")
	parts := strings.Split(folded, "\n")
	if runes := []rune(q.normal); len(runes) > longest {
		q.normal = string(runes[len(runes)-longest:])
		parts = parts[max(0, len(parts)-40):]
	}
	q.clauses = append(q.clauses, ix.clause(&q, q.normal, wholeMessage))
	if len(parts) > 1 {
		for _, part := range parts {
			prior := float32(otherClause)
			if asking(part) {
				prior = askingClause
			}
			if c := ix.clause(&q, part, prior); c.total > 0 {
				q.clauses = append(q.clauses, c)
			}
		}
	}
	if len(q.clauses) <= 2 {
		q.clauses = q.clauses[:1]
		q.clauses[0].prior = askingClause
	}
	return q
}

// asking reports whether the clause asks or wishes for something.
func asking(part string) bool {
	return facetOf(part) != "" || slices.ContainsFunc([]string{"想", "要", "申请", "吗", "怎么", "如何", "能不能", "可以", "办", "咋", "请问", "how", "where", "what", "can "}, func(w string) bool {
		return strings.Contains(part, w)
	})
}

// clause reads a clause.
func (ix *Index) clause(q *asked, text string, prior float32) clause {
	runes := []rune(text)
	c := clause{prior: prior}
	inside := ix.meanings(q, runes)
	pieces := ix.lexicon.cut(nil, runes, &ix.words, false)
	held := ix.held(pieces, len(runes))
	c.terms = make([]wanted, 0, len(pieces))
	for _, p := range pieces {
		w := wanted{term: -1}
		id, known := ix.ids[p.gram]
		switch {
		case known && p.gram.single() && p.gram != 0 && !held[p.from]:
			w.term, w.weight, w.single = id, ix.idf[id]*p.worth*alone, true
		case known:
			w.term, w.weight, w.single = id, ix.idf[id]*p.worth, p.gram.single()
		case p.gram.single() && p.gram != 0:
			continue // an unknown character says nothing that its pairs don't
		default:
			w.weight = ix.unknown * p.worth
		}
		if p.gram != 0 {
			w.sounds = ix.alike(p.gram, w.term)
			switch {
			case w.term >= 0:
			case len(w.sounds) > 0:
				w.weight = ix.idf[w.sounds[0]] * p.worth
			case p.gram&word == 0:
				w.apart, c.apart = p.gram, true
			}
		}
		for at := p.from; at < p.to; at++ {
			w.meant = max(w.meant, inside[at])
		}
		if w.term >= 0 && slices.ContainsFunc(c.terms, func(o wanted) bool { return o.term == w.term }) {
			continue
		}
		c.terms = append(c.terms, w)
		c.total += w.weight
		if c.spelt += w.weight; w.single {
			c.spelt += w.weight * (1/singleWorth - 1)
		}
	}
	return c
}

// alone is how much more a character says of which no pair is known: nothing else speaks for it.
const alone = 2

// held reports for each rune whether it is part of a pair that some entry has.
func (ix *Index) held(pieces []piece, runes int) []bool {
	held := make([]bool, runes)
	for _, p := range pieces {
		if p.gram.single() || p.gram&word != 0 {
			continue
		}
		if _, known := ix.ids[p.gram]; known {
			held[p.from], held[p.from+1] = true, true
		}
	}
	return held
}

// alike returns the terms that sound like the pair, if it is one that hardly any entry has.
func (ix *Index) alike(g gram, term int32) []int32 {
	spoken, ok := ix.sounds.spoken(g)
	if !ok {
		return nil
	}
	terms := ix.sounds.pairs[spoken]
	if term >= 0 && len(terms) > 0 {
		return nil
	}
	return terms
}

// knows reports whether entries have all pairs of the word.
func (ix *Index) knows(runes []rune) bool {
	for i := range runes[1:] {
		if _, ok := ix.ids[pair(runes[i], runes[i+1])]; !ok {
			return false
		}
	}
	return true
}

// meanings finds the words with synonyms, notes what they mean, and returns for each rune 1 + the meaning it is part of.
func (ix *Index) meanings(q *asked, runes []rune) []int32 {
	inside := make([]int32, len(runes))
next:
	for i := 0; i < len(runes); i++ {
		for _, s := range ix.lexicon.synonyms[runes[i]] {
			if !startsWith(runes, i, s.runes) {
				continue
			}
			var m meaning
			for _, words := range s.meant {
				var option []weighted
				for _, p := range ix.lexicon.cut(nil, words, &ix.words, false) {
					if id, ok := ix.ids[p.gram]; ok {
						option = append(option, weighted{id, ix.idf[id] * p.worth})
					}
				}
				if len(option) > 0 {
					m.options = append(m.options, option)
				}
			}
			if m.worth = meansLike; !ix.knows(s.runes) {
				m.worth = meansOnly
			}
			if len(m.options) > 0 {
				q.meant = append(q.meant, m)
				for j := range s.runes {
					inside[i+j] = int32(len(q.meant))
				}
			}
			i += len(s.runes) - 1
			continue next
		}
	}
	return inside
}
