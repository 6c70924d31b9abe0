package knowledge

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// scratch is what ranking a question needs, all zero between uses.
type scratch struct {
	scores   []float32 // by entry
	touched  []int32
	strength []float32 // by term: how surely the question has it
	known    []int32   // the terms with a strength
	mark     []int32   // by term: the last name that has it
	epoch    int32
}

func (ix *Index) scratch() *scratch {
	if s, ok := ix.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{scores: make([]float32, len(ix.entries)), strength: make([]float32, len(ix.idf)), mark: make([]int32, len(ix.idf))}
}

// back cleans up and returns it to the pool.
func (s *scratch) back(pool *sync.Pool) {
	for _, t := range s.known {
		s.strength[t] = 0
	}
	s.known = s.known[:0]
	if s.epoch > 1<<30 {
		clear(s.mark)
		s.epoch = 0
	}
	pool.Put(s)
}

// How surely a question has a term that only sounds like one of its own, or that a synonym stands for.
const (
	soundsLike = .85
	meansLike  = .45
	standsFor  = .2
)

// ranked is how many candidates are looked at closely.
const ranked = 30

// found is a candidate with what speaks for it.
type found struct {
	entry int32
	score float32
	name  float32 // how much of a name the question has
	mass  float32 // how much was matched
}

// rank returns the best entries: candidates by BM25F, then ordered by how much of a name the question has, and how much of the question the name.
func (ix *Index) rank(q *asked, asker Question, facet Facet) []found {
	s := ix.scratch()
	defer s.back(&ix.pool)
	near := ix.vectors.near(q.normal)
	candidates := ix.candidates(s, q, asker.Units, near)
	kind := askedKind(q.normal, facet)
	hits := make([]found, 0, len(candidates))
	for _, c := range candidates {
		f := ix.look(s, q, c)
		f.score *= float32(math.Pow(float64(c.score/candidates[0].score), lexShare))
		ix.adjust(&f, kind, asker, near)
		if f.score > 0 {
			hits = append(hits, f)
		}
	}
	slices.SortFunc(hits, func(x, y found) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(y.name, x.name), cmp.Compare(len(ix.entries[x.entry].Title), len(ix.entries[y.entry].Title)), cmp.Compare(x.entry, y.entry))
	})
	return hits
}

// look compares the names of an entry with the clauses of the question.
func (ix *Index) look(s *scratch, q *asked, c candidate) found {
	best := found{entry: c.entry}
	names := ix.names[ix.nameOf[c.entry]:ix.nameOf[c.entry+1]]
	s.epoch++
	for _, n := range names {
		for _, t := range n.terms {
			s.mark[t.term] = s.epoch
		}
	}
	var union [8]float32 // how much of each clause the names have together
	for i := range min(len(q.clauses), len(union)) {
		union[i] = ix.covered(s, q, &q.clauses[i])
	}
	for _, n := range names {
		s.epoch++
		var mass float32
		for _, t := range n.terms {
			s.mark[t.term] = s.epoch
			mass += t.weight * s.strength[t.term]
		}
		if mass == 0 {
			continue
		}
		have := min(1, mass/n.total)
		if n.prior*combine(have, 1, mass) <= best.score {
			continue
		}
		for i := range q.clauses {
			c := &q.clauses[i]
			part := ix.covered(s, q, c)
			if c.apart {
				part = min(1, part+n.abbreviated(c)/c.total)
			}
			if i < len(union) {
				part = (1-unionShare)*part + unionShare*union[i]
			}
			score := n.prior * c.prior * combine(have, part, mass)
			if score > best.score {
				best.score, best.name, best.mass = score, have, mass
			}
		}
	}
	return best
}

// How the two coverages and the mass make a score.
const (
	unionShare    = .3
	nameShare     = .22
	questionShare = .9
	enough        = 2.9
	lexShare      = .1 // of how BM25F sees it, against the first
)

func combine(name, question, mass float32) float32 {
	return float32(math.Exp(nameShare*math.Log(float64(name))+questionShare*math.Log(float64(question)))) * mass / (mass + enough)
}

// covered is how much of the clause the marked terms have.
func (ix *Index) covered(s *scratch, q *asked, c *clause) float32 {
	if c.total == 0 {
		return 0
	}
	var got float32
	for i := range c.terms {
		w := &c.terms[i]
		switch {
		case w.term >= 0 && s.mark[w.term] == s.epoch:
			got += w.weight
			continue
		case slices.ContainsFunc(w.sounds, func(t int32) bool { return s.mark[t] == s.epoch }):
			got += w.weight * soundsLike
			continue
		}
		if w.meant > 0 {
			got += w.weight * meansLike * s.meant(&q.meant[w.meant-1])
		}
	}
	return min(1, got/c.total)
}

// abbreviated is what the pairs of the clause weigh that no entry has, but whose characters the name has apart, in order.
func (n *name) abbreviated(c *clause) float32 {
	var got float32
	for i := range c.terms {
		if g := c.terms[i].apart; g != 0 {
			a, b := rune(g>>32), rune(g&0xffffffff)
			if at := slices.Index(n.runes, a); at >= 0 && slices.Contains(n.runes[at+1:], b) {
				got += c.terms[i].weight * standsFor
			}
		}
	}
	return got
}

// meant is how much of the best option of a meaning is marked.
func (s *scratch) meant(m *meaning) float32 {
	var best float32
	for _, option := range m.options {
		var got, total float32
		for _, t := range option {
			total += t.weight
			if s.mark[t.term] == s.epoch {
				got += t.weight
			}
		}
		if total > 0 {
			best = max(best, got/total)
		}
	}
	return best
}

// candidate is an entry and its BM25F score.
type candidate struct {
	entry int32
	score float32
}

// candidates returns the entries with the best BM25F scores that hold where the asker is, and notes how surely the question has each term.
func (ix *Index) candidates(s *scratch, q *asked, units []string, near []float32) []candidate {
	add := func(term int32, strength, share float32) {
		if s.strength[term] > 0 {
			return
		}
		s.strength[term] = strength
		s.known = append(s.known, term)
		if share == 0 {
			return
		}
		for _, p := range ix.postings[term] {
			if s.scores[p.entry] == 0 {
				s.touched = append(s.touched, p.entry)
			}
			s.scores[p.entry] += p.weight * share
		}
	}
	terms := q.clauses[0].terms // the whole message: the others have none besides
	for _, w := range terms {
		switch {
		case w.term < 0:
		case w.light:
			add(w.term, 1, 0)
		default:
			add(w.term, 1, w.weight/ix.idf[w.term])
		}
	}
	for _, w := range terms {
		for _, t := range w.sounds {
			add(t, soundsLike, .5)
		}
	}
	for _, m := range q.meant {
		for _, option := range m.options {
			for _, t := range option {
				add(t.term, meansLike, .7)
			}
		}
	}
	for entry, n := range near {
		if n >= nearby {
			if s.scores[entry] == 0 {
				s.touched = append(s.touched, int32(entry))
			}
			s.scores[entry] += n * nearWeight
		}
	}
	return ix.best(s, units)
}

// best takes the best of the touched, and leaves the scores at zero.
func (ix *Index) best(s *scratch, units []string) []candidate {
	best := make([]candidate, 0, ranked+1)
	for _, entry := range s.touched {
		c := candidate{entry, s.scores[entry]}
		s.scores[entry] = 0
		if c.score == 0 { // it stood in the list twice
			continue
		}
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
	s.touched = s.touched[:0]
	return best
}

func better(a, b candidate) bool {
	return a.score > b.score || a.score == b.score && a.entry < b.entry
}
