package knowledge

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"
)

// Options are what an index is made with.
type Options struct{}

// Index finds entries. It does not change and may be used by many at once.
type Index struct {
	entries  []Entry
	byID     map[string]int
	ids      map[string]int32 // of terms
	single   []bool           // the term is one character
	idf      []float64
	postings [][]posting
	names    [][]name // of each entry
	length   []float64
	average  float64
	pool     sync.Pool // of *accumulators
}

type posting struct {
	entry  int32
	weight float32
}

// name is one of the ways in which an entry is called, as weighted terms.
type name struct {
	terms []int32
	total float64 // of their idf
}

// The weights of fields, and BM25's constants.
const (
	titleWeight, aliasWeight, bodyWeight = 3, 2, .3
	k1, b                                = 1.2, .6
	singleWeight                         = .25
)

// Build makes an index of the entries.
func Build(entries []Entry, _ Options) *Index {
	ix := &Index{entries: slices.Clone(entries), byID: map[string]int{}, ids: map[string]int32{}}
	ix.names, ix.length = make([][]name, len(entries)), make([]float64, len(entries))
	df := []int{}
	bags := make([]map[int32]float64, len(entries))
	id := func(term string, single bool) int32 {
		n, ok := ix.ids[term]
		if !ok {
			n = int32(len(ix.ids))
			ix.ids[term] = n
			ix.single = append(ix.single, single)
			df = append(df, 0)
		}
		return n
	}
	for i := range ix.entries {
		e := &ix.entries[i]
		ix.byID[e.ID] = i
		bag := map[int32]float64{}
		add := func(text string, weight float64) {
			terms(Normal(text), func(term string, single bool) { bag[id(term, single)] += weight })
		}
		for _, called := range append(append([]string{e.Title}, e.Aliases...), e.Questions...) {
			var n name
			terms(subjectOr(Normal(called)), func(term string, single bool) { n.terms = append(n.terms, id(term, single)) })
			ix.names[i] = append(ix.names[i], n)
		}
		add(e.Title, titleWeight)
		for _, alias := range e.Aliases {
			add(alias, aliasWeight)
		}
		for _, q := range e.Questions {
			add(q, 1)
		}
		add(e.Office+" "+e.Answer, bodyWeight)
		for term, weight := range bag {
			df[term]++
			ix.length[i] += weight
		}
		bags[i] = bag
		ix.average += ix.length[i] / float64(len(entries))
	}
	ix.idf = make([]float64, len(df))
	for t, n := range df {
		ix.idf[t] = math.Log(1 + (float64(len(entries))-float64(n)+.5)/(float64(n)+.5))
		if ix.single[t] {
			ix.idf[t] *= singleWeight
		}
	}
	ix.postings = make([][]posting, len(df))
	for i, bag := range bags {
		for term, tf := range bag {
			weight := tf * (k1 + 1) / (tf + k1*(1-b+b*ix.length[i]/ix.average))
			ix.postings[term] = append(ix.postings[term], posting{int32(i), float32(weight * ix.idf[term])})
		}
		for n := range ix.names[i] {
			for _, t := range ix.names[i][n].terms {
				ix.names[i][n].total += ix.idf[t]
			}
		}
	}
	for _, list := range ix.postings {
		slices.SortFunc(list, func(x, y posting) int { return cmp.Compare(x.entry, y.entry) })
	}
	return ix
}

func subjectOr(normal string) string {
	if s := subjectOf(normal); s != "" {
		return s
	}
	return normal
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

// Question is what is asked, by whom and when.
type Question struct {
	Text    string
	Now     time.Time
	Units   []string // where the asker is, the nearest first; an entry of another unit is not for them
	Subject string   // ID of the entry that the conversation is about
	Top     int      // how many hits at most; 0: 3
}

// Hit is an entry and the probability that it answers the question.
type Hit struct {
	Entry *Entry
	Score float64
}

// Answer is what was found.
type Answer struct {
	Verdict  Verdict
	Facet    Facet
	Hits     []Hit // best first
	Expired  bool  // the first hit is not valid at that time
	FollowUp bool  // the question was about the subject of the conversation
}

// From which score an entry is the answer: alone, with a lead over the second, with a clear lead; and from which it is one to choose from.
const (
	certain = .93
	sure    = .60
	likely  = .42
	clear   = .14
	perhaps = .28
)

// ownSubject is from how many characters on a question is taken to say what it is about, even if the catalogue does not have it.
const ownSubject = 12

// Ask finds what answers the question.
func (ix *Index) Ask(q Question) Answer {
	normal := Normal(q.Text)
	a := Answer{Verdict: VerdictDecline, Facet: facetOf(normal)}
	subject := subjectOf(normal)
	if subject != "" {
		a.Hits = ix.rank(subject, q)
	}
	if e, ok := ix.Entry(q.Subject); ok && a.Facet != "" && (len(a.Hits) == 0 || a.Hits[0].Score < perhaps) && len([]rune(normal)) <= ownSubject {
		// It asks for a side and names nothing of its own: it is about what was spoken of.
		a.Verdict, a.FollowUp, a.Hits = VerdictAnswer, true, []Hit{{e, 1}}
		a.Expired = !e.validAt(q.Now)
		return a
	}
	if len(a.Hits) == 0 {
		return a
	}
	first, lead := a.Hits[0].Score, a.Hits[0].Score
	if len(a.Hits) > 1 {
		lead -= a.Hits[1].Score
	}
	switch {
	case first >= sure && lead >= .06, first >= certain, first >= likely && lead >= clear:
		a.Verdict, a.Expired = VerdictAnswer, !a.Hits[0].Entry.validAt(q.Now)
	case first >= perhaps:
		a.Verdict = VerdictClarify
		a.Hits = slices.DeleteFunc(a.Hits, func(h Hit) bool { return h.Score < first-.35 })
	}
	return a
}

// rank returns the best entries: candidates by BM25F, then ordered by how much of a name the question has, and how much of the question the name.
func (ix *Index) rank(subject string, q Question) []Hit {
	asked := map[int32]bool{}
	var order []int32 // of what is asked: sums come out the same every time
	total := 0.0
	unknown := math.Log(1 + float64(len(ix.entries)))
	terms(subject, func(term string, single bool) {
		id, ok := ix.ids[term]
		switch {
		case ok && !asked[id]:
			asked[id] = true
			order = append(order, id)
			total += ix.idf[id]
		case !ok && !single:
			total += unknown
		}
	})
	candidates := ix.candidates(order, q.Units)
	var hits []Hit
	for _, c := range candidates {
		best := 0.0
		for _, n := range ix.names[c.entry] {
			got := 0.0
			for _, t := range n.terms {
				if asked[t] {
					got += ix.idf[t]
				}
			}
			if n.total > 0 && total > 0 {
				best = max(best, .5*got/n.total+.5*min(1, got/total))
			}
		}
		hits = append(hits, Hit{&ix.entries[c.entry], best})
	}
	slices.SortStableFunc(hits, func(x, y Hit) int { return cmp.Compare(y.Score, x.Score) })
	return hits[:min(len(hits), cmp.Or(q.Top, 3))]
}

// candidate is an entry and its BM25F score.
type candidate struct {
	entry int32
	score float32
}

// ranked is how many candidates are looked at closely.
const ranked = 40

// accumulators are scores by entry, all zero between uses, and the entries whose score isn't.
type accumulators struct {
	scores  []float32
	touched []int32
}

// candidates returns the entries with the best scores. Single characters count only where nothing longer was found: their lists are long and
// say little.
func (ix *Index) candidates(asked []int32, units []string) []candidate {
	acc, _ := ix.pool.Get().(*accumulators)
	if acc == nil {
		acc = &accumulators{scores: make([]float32, len(ix.entries))}
	}
	defer ix.pool.Put(acc)
	for _, single := range []bool{false, true} {
		for _, id := range asked {
			if ix.single[id] != single {
				continue
			}
			for _, p := range ix.postings[id] {
				if acc.scores[p.entry] == 0 {
					acc.touched = append(acc.touched, p.entry)
				}
				acc.scores[p.entry] += p.weight
			}
		}
		if len(acc.touched) > 0 {
			break
		}
	}
	best := make([]candidate, 0, ranked+1)
	for _, entry := range acc.touched {
		c := candidate{entry, acc.scores[entry]}
		acc.scores[entry] = 0
		if len(best) == ranked && !better(c, best[ranked-1]) {
			continue
		}
		if u := ix.entries[entry].Unit; u != "" && !slices.Contains(units, u) {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, c, func(a, b candidate) int {
			if better(a, b) {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, c)
		best = best[:min(len(best), ranked)]
	}
	acc.touched = acc.touched[:0]
	return best
}

func better(a, b candidate) bool {
	return a.score > b.score || a.score == b.score && a.entry < b.entry
}

func (e *Entry) validAt(now time.Time) bool {
	day := now.Format("2006-01-02")
	return (e.ValidFrom == "" || e.ValidFrom <= day) && (e.ValidTo == "" || day <= e.ValidTo)
}
