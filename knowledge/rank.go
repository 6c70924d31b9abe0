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
	share    []float32 // by term: how much of its weight counts
	known    []int32   // the terms with a strength
	mark     []int32   // by term: the last name that has it
	epoch    int32
	masses   []float32 // by name of an entry: what the question has of it
}

func (ix *Index) scratch() *scratch {
	if s, ok := ix.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{scores: make([]float32, len(ix.entries)), strength: make([]float32, len(ix.idf)), share: make([]float32, len(ix.idf)), mark: make([]int32, len(ix.idf))}
}

// back cleans up and returns it to the pool.
func (s *scratch) back(pool *sync.Pool) {
	for _, t := range s.known {
		s.strength[t], s.share[t] = 0, 0
	}
	s.known = s.known[:0]
	if s.epoch > 1<<30 {
		clear(s.mark)
		s.epoch = 0
	}
	pool.Put(s)
}

// How surely a question has a term that only sounds like one of its own, that a synonym stands for, or a synonym that no entry has itself, and one
// whose characters stand apart.
const (
	soundsLike = .85
	meansLike  = .45
	meansOnly  = .6
	standsFor  = .2
)

// How many candidates by pairs are weighed with their characters, and how many of these are looked at closely.
const (
	ranked = 30
	looked = 16
)

// found is a candidate with what speaks for it.
type found struct {
	entry int32
	score float32 // what it is ordered by
	match float32 // how much of a name the question has, and how much of the question the name
	name  float32 // how much of the name
	mass  float32 // how much was matched
	had   float32 // the weight of what the entry has of the question, in any of its names
	cover float32 // how much of the question that is
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
		f.match = f.score
		f.score += lexShare * c.score / candidates[0].score
		ix.adjust(&f, kind, asker, near)
		if f.score > 0 {
			hits = append(hits, f)
		}
	}
	ix.support(hits)
	slices.SortFunc(hits, func(x, y found) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(y.name, x.name), cmp.Compare(len(ix.entries[x.entry].Title), len(ix.entries[y.entry].Title)), cmp.Compare(x.entry, y.entry))
	})
	return hits
}

// How much it speaks for an entry that other things which its office does are found too.
const (
	supportShare = .08
	supportHeat  = 2
)

// support adds to the scores what the offices have together: who asks about a thing of an office in words of their own meets several of its entries.
func (ix *Index) support(hits []found) {
	var of [ranked]float64
	for i, h := range hits {
		office := ix.entries[h.entry].Office
		if office == "" {
			continue
		}
		for _, other := range hits {
			if ix.entries[other.entry].Office == office {
				of[i] += math.Exp(supportHeat * float64(other.score))
			}
		}
	}
	for i, sum := range of[:len(hits)] {
		if sum > 0 {
			hits[i].score += supportShare * float32(math.Log(sum))
		}
	}
}

// look compares the names of an entry with the clauses of the question.
func (ix *Index) look(s *scratch, q *asked, c candidate) found {
	s.epoch++
	for _, t := range ix.bags[c.entry] {
		s.mark[t.term] = s.epoch
	}
	best := found{entry: c.entry, cover: min(1, c.had/q.clauses[0].spelt), had: c.had}
	var union [8]float32 // how much of each clause the entry has
	for i := range min(len(q.clauses), len(union)) {
		union[i] = ix.covered(s, q, &q.clauses[i])
	}
	names := ix.names[ix.nameOf[c.entry]:ix.nameOf[c.entry+1]]
	s.masses = s.masses[:0]
	likely, most := 0, float32(0)
	for i := range names {
		mass := float32(0)
		for _, t := range names[i].terms {
			mass += t.weight * s.strength[t.term]
		}
		s.masses = append(s.masses, mass)
		if promise := mass * mass / names[i].total; promise > most {
			likely, most = i, promise
		}
	}
	if most > 0 {
		ix.compare(s, q, &names[likely], s.masses[likely], &union, &best) // the others then have to be better
	}
	for i, mass := range s.masses {
		if i != likely && mass > 0 {
			ix.compare(s, q, &names[i], mass, &union, &best)
		}
	}
	return best
}

// compare scores a name of which the question has so much, and notes it if it is the best so far.
func (ix *Index) compare(s *scratch, q *asked, n *name, mass float32, union *[8]float32, best *found) {
	if n.prior*mass/(mass+enough) <= best.score {
		return
	}
	have := min(1, mass/n.total)
	if n.prior*combine(have, 1, mass) <= best.score {
		return
	}
	s.epoch++
	for _, t := range n.terms {
		s.mark[t.term] = s.epoch
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

// How the two coverages and the mass make a score.
const (
	unionShare = .3
	enough     = 2.9
	lexShare   = .3 // of how BM25F sees it, against the first
)

func combine(name, question, mass float32) float32 {
	return float32(math.Sqrt(float64(name))) * question * mass / (mass + enough)
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
		case slices.ContainsFunc(w.sounds, func(t int32) bool { return s.mark[t] == s.epoch }):
			got += w.weight * soundsLike
		case w.meant > 0:
			m := &q.meant[w.meant-1]
			got += w.weight * m.worth * s.meant(m)
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
	had   float32 // the weight of what it has of the question and of what its words may mean, each character in full
}

// candidates returns the entries with the best BM25F scores that hold where the asker is, and notes how surely the question has each term.
func (ix *Index) candidates(s *scratch, q *asked, units []string, near []float32) []candidate {
	add := func(term int32, strength, share float32) {
		if s.strength[term] > 0 {
			return
		}
		s.strength[term] = strength
		s.known = append(s.known, term)
		s.share[term] = share
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
		case w.single:
			add(w.term, 1, w.weight/ix.idf[w.term]/singleWorth)
		default:
			add(w.term, 1, w.weight/ix.idf[w.term])
		}
	}
	for _, w := range terms {
		for _, t := range w.sounds {
			add(t, soundsLike, .5)
		}
	}
	for i, m := range q.meant {
		said := float32(0)
		for _, w := range terms {
			if w.meant == int32(i)+1 {
				said += w.weight
			}
		}
		for _, option := range m.options {
			share := m.worth
			if share == meansLike {
				share *= min(1, said/weight(option)) // what is meant says no more than what was said, if that is known at all
			}
			for _, t := range option {
				add(t.term, m.worth, share)
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
	best := ix.best(s, units)
	for i := range best {
		c := &best[i]
		c.score = 0
		for _, t := range ix.bags[c.entry] {
			if share := s.share[t.term]; share > 0 {
				c.score += t.weight * share
				c.had += ix.idf[t.term] * share
			}
		}
		if near != nil && near[c.entry] >= nearby {
			c.score += near[c.entry] * nearWeight
		}
	}
	slices.SortFunc(best, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.entry, b.entry)) })
	return best[:min(len(best), looked)]
}

func weight(terms []weighted) float32 {
	sum := float32(0)
	for _, t := range terms {
		sum += t.weight
	}
	return sum
}

// best takes the best of the touched, and leaves the scores at zero.
func (ix *Index) best(s *scratch, units []string) []candidate {
	best := make([]candidate, 0, ranked+1)
	for _, entry := range s.touched {
		c := candidate{entry: entry, score: s.scores[entry]}
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
