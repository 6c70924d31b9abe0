package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// Options are what an index is made with.
type Options struct {
	Synonyms *Synonyms // nil: DefaultSynonyms
	Embedder Embedder  // nil: words only
}

// Index finds entries. It does not change and may be used by many at once.
type Index struct {
	entries  []Entry
	byID     map[string]int
	lexicon  *lexicon
	words    vocabulary
	ids      map[gram]int32 // of terms
	idf      []float32
	unknown  float32 // the weight of a term that no entry has
	postings [][]posting
	bags     [][]weighted // of each entry: what its terms weigh in it
	names    []name       // of all entries, those of one after those of the other
	nameOf   []int32      // where the names of each entry begin; one more than there are entries
	sounds   *sounds      // of the pairs in names
	vectors  *vectors     // nil without an embedder
	pool     sync.Pool    // of *scratch
}

type posting struct {
	entry  int32
	weight float32
}

// name is one of the ways in which an entry is called.
type name struct {
	terms []weighted
	total float32 // of their weights
	prior float32 // what a match is worth
	runes []rune  // as it is compared
}

// weighted is a term and how much it says.
type weighted struct {
	term   int32
	weight float32
}

// The weights of fields, and BM25's constants.
const (
	titleWeight, aliasWeight, bodyWeight = 6, 1.2, .3
	k1, b0                               = 1.6, .6
)

// How much a match with a part of a title is worth.
const (
	outsideBrackets = .6
	partOfTitle     = .8
)

// builder gathers what an index is made of.
type builder struct {
	*Index
	df      []int32
	stamp   []int32 // the entry in which the term was last counted
	lengths []float32
	pieces  []piece
	bag     []weighted // of the entry that is being added
	inNames []bool
	grams   []gram // of terms
}

// Build makes an index of the entries.
func Build(entries []Entry, o Options) *Index {
	words := defaultLexicon
	if o.Synonyms != nil {
		words = func() *lexicon { return newLexicon(*o.Synonyms) }
	}
	ix := &Index{
		entries: slices.Clone(entries), byID: make(map[string]int, len(entries)), lexicon: words(),
		words: vocabulary{map[string]gram{}}, ids: map[gram]int32{}, nameOf: make([]int32, 1, len(entries)+1), sounds: newSounds(),
		bags: make([][]weighted, len(entries)),
	}
	b := &builder{Index: ix, lengths: make([]float32, len(entries))}
	for i := range ix.entries {
		ix.byID[ix.entries[i].ID] = i
		b.add(int32(i))
	}
	b.weigh()
	b.post()
	for term, in := range b.inNames {
		if spoken, ok := ix.sounds.spoken(b.grams[term]); in && ok {
			ix.sounds.pairs[spoken] = append(ix.sounds.pairs[spoken], int32(term))
		}
	}
	ix.vectors = embedAll(ix.entries, o.Embedder)
	return ix
}

// term returns the number of a gram.
func (b *builder) term(g gram) int32 {
	n, ok := b.ids[g]
	if !ok {
		n = int32(len(b.ids))
		b.ids[g] = n
		b.df, b.stamp, b.inNames, b.grams = append(b.df, 0), append(b.stamp, -1), append(b.inNames, false), append(b.grams, g)
	}
	return n
}

// add takes the terms of an entry.
func (b *builder) add(entry int32) {
	e := &b.entries[entry]
	b.bag = b.bag[:0]
	titles(e.Title, func(part string, prior float32) { b.name(entry, part, 0, prior) })
	b.field(e.Title, titleWeight)
	for _, called := range e.Aliases {
		b.name(entry, called, aliasWeight, 1)
	}
	for _, called := range e.Questions {
		b.name(entry, called, 1, 1)
	}
	if e.Office != "" || e.Answer != "" {
		b.field(e.Office+" "+e.Answer, bodyWeight)
	}
	b.nameOf = append(b.nameOf, int32(len(b.names)))
	b.bags[entry] = gather(b.bag)
	for _, t := range b.bags[entry] {
		b.lengths[entry] += t.weight
		b.count(t.term, entry)
	}
}

// count notes that the entry has the term.
func (b *builder) count(term, entry int32) {
	if b.stamp[term] != entry {
		b.stamp[term] = entry
		b.df[term]++
	}
}

// field puts the terms of a text into the bag.
func (b *builder) field(text string, weight float32) {
	b.pieces = b.lexicon.cut(b.pieces[:0], []rune(Normal(text)), &b.words, true)
	for _, p := range b.pieces {
		b.put(b.term(p.gram), p, weight)
	}
}

// put puts a term into the bag; characters of names alone, not of the body.
func (b *builder) put(term int32, p piece, weight float32) {
	switch {
	case !p.gram.single():
		b.bag = append(b.bag, weighted{term, weight * p.worth})
	case weight >= 1:
		b.bag = append(b.bag, weighted{term, weight * p.worth / singleWorth})
	}
}

// gather adds up the weights of the same terms, in the order of terms.
func gather(bag []weighted) []weighted {
	slices.SortFunc(bag, func(x, y weighted) int { return cmp.Compare(x.term, y.term) })
	n := 0
	for _, t := range bag {
		if n > 0 && bag[n-1].term == t.term {
			bag[n-1].weight += t.weight
			continue
		}
		bag[n] = t
		n++
	}
	return slices.Clone(bag[:n])
}

// name adds one of the ways in which the entry is called, and puts its terms into the bag if they weigh anything there. Its terms' worth becomes their
// weight when the idf is known.
func (b *builder) name(entry int32, called string, weight, prior float32) {
	runes := []rune(Normal(called))
	b.pieces = b.lexicon.cut(b.pieces[:0], runes, &b.words, true)
	n := name{prior: prior, runes: runes, terms: make([]weighted, 0, len(b.pieces))}
	for _, p := range b.pieces {
		t := b.term(p.gram)
		b.inNames[t] = true
		if weight > 0 {
			b.put(t, p, weight)
		}
		if at := slices.IndexFunc(n.terms, func(w weighted) bool { return w.term == t }); at >= 0 {
			n.terms[at].weight = max(n.terms[at].weight, p.worth)
			continue
		}
		b.count(t, entry)
		n.terms = append(n.terms, weighted{t, p.worth})
	}
	if len(n.terms) > 0 {
		b.names = append(b.names, n)
	}
}

// titles calls do for the title and for the parts by which people may call it: what stands outside its brackets, and the sides of a slash.
func titles(title string, do func(part string, prior float32)) {
	do(title, 1)
	outside := title
	if open := strings.IndexAny(title, "((["); open > 0 {
		outside = title[:open]
		if end := strings.LastIndexAny(title, "))]"); end > open {
			_, rest, _ := strings.Cut(title[end:], title[end:][:len(string([]rune(title[end:])[0]))])
			outside += rest
		}
		do(outside, outsideBrackets)
		do(strings.NewReplacer("(", "", ")", "", "(", "", ")", "").Replace(title), 1) // 台(站) is 台站 too
	}
	if parts := strings.FieldsFunc(outside, func(r rune) bool { return r == '/' || r == '、' }); len(parts) > 1 {
		for _, part := range parts {
			if len([]rune(part)) >= 2 {
				do(part, partOfTitle)
			}
		}
	}
}

// few is how many entries there are at least taken to be: of a handful one can't say which words are rare.
const few = 300

// weigh computes the idf of all terms and with it the weights in names.
func (b *builder) weigh() {
	n := float64(max(len(b.entries), few))
	b.idf = make([]float32, len(b.df))
	for t, df := range b.df {
		b.idf[t] = float32(math.Log(1 + (n-float64(df)+.5)/(float64(df)+.5)))
	}
	b.unknown = float32(math.Log(2 + 2*n))
	for i := range b.names {
		called := &b.names[i]
		for j := range called.terms {
			called.terms[j].weight *= b.idf[called.terms[j].term]
			called.total += called.terms[j].weight
		}
	}
}

// frequent is in how many entries a character may stand to be looked up by; one that stands in more only tells found entries apart.
const frequent = 100

// post weighs the bags and makes the inverted lists.
func (b *builder) post() {
	average, all := float32(0), 0
	counts := make([]int32, len(b.df))
	for i, bag := range b.bags {
		average += b.lengths[i] / float32(len(b.bags))
		for _, t := range bag {
			counts[t.term]++
		}
	}
	b.postings = make([][]posting, len(b.df))
	for t, n := range counts {
		if b.grams[t].single() && n > frequent {
			counts[t] = 0
		}
		all += int(counts[t])
	}
	room := make([]posting, all)
	for t, n := range counts {
		b.postings[t], room = room[:0:n], room[n:]
	}
	for i, bag := range b.bags {
		for j := range bag {
			t := &bag[j]
			t.weight = t.weight * (k1 + 1) / (t.weight + k1*(1-b0+b0*b.lengths[i]/average)) * b.idf[t.term]
			if counts[t.term] > 0 {
				b.postings[t.term] = append(b.postings[t.term], posting{int32(i), t.weight})
			}
		}
	}
}

// Len is how many entries there are.
func (ix *Index) Len() int { return len(ix.entries) }

// Entry returns the entry with the ID.
func (ix *Index) Entry(id string) (*Entry, bool) {
	i, ok := ix.byID[id]
	if !ok {
		return nil, false
	}
	return &ix.entries[i], true
}
