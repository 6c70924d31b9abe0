package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

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

// From which probability on the first hit is the answer, and from which on it is one to choose from; how far behind the first a choice may be.
const (
	sure    = .6
	perhaps = .08
	behind  = 8
)

// Ask finds what answers the question.
func (ix *Index) Ask(q Question) Answer {
	taken := ix.take(q.Text)
	a := Answer{Verdict: VerdictDecline, Facet: facetOf(taken.normal)}
	var hits []found
	if taken.clauses[0].total > 0 {
		hits = ix.rank(&taken, q, a.Facet)
	}
	a.Hits = ix.calibrate(hits, askedKind(taken.normal, a.Facet), cmp.Or(max(q.Top, 0), 3))
	if e, ok := ix.Entry(q.Subject); ok && a.Facet != "" && taken.bare(a.Hits) {
		// It asks for a side and names nothing of its own: it is about what was spoken of.
		a.Verdict, a.FollowUp, a.Hits = VerdictAnswer, true, []Hit{{e, 1}}
		a.Expired = !e.validAt(q.Now)
		return a
	}
	if len(a.Hits) == 0 {
		return a
	}
	switch first := a.Hits[0].Score; {
	case first >= sure && !ix.ambiguous(hits):
		a.Verdict, a.Expired = VerdictAnswer, !a.Hits[0].Entry.validAt(q.Now)
	case first >= perhaps:
		a.Verdict = VerdictClarify
		a.Hits = slices.DeleteFunc(a.Hits, func(h Hit) bool { return h.Score < first/behind })
	}
	return a
}

// From how much weight on a question is taken to say what it is about: if nothing was found all the same, and if something may be it.
const (
	ownSubject  = 12
	someSubject = 6
)

// When others are so near the first that people know better which they mean: one that is nearly equal, or a crowd, as for "补贴".
const (
	nearlyEqual = .97 // of the first's score
	nearEnough  = .85
	crowd       = 5 // with the first
)

// ambiguous reports whether others fit as well as the first and lead elsewhere.
func (ix *Index) ambiguous(hits []found) bool {
	first, near := hits[0], 1
	for _, h := range hits[1:] {
		if ix.entries[h.entry].Office == ix.entries[first.entry].Office {
			continue
		}
		if h.score >= nearlyEqual*first.score {
			return true
		}
		if h.score >= nearEnough*first.score {
			near++
		}
	}
	return near >= crowd
}

// bare reports whether the question names nothing of its own.
func (q *asked) bare(hits []Hit) bool {
	total := q.clauses[0].total
	switch {
	case len(hits) == 0 || hits[0].Score < perhaps:
		return total < ownSubject
	case hits[0].Score < sure:
		return total < someSubject
	}
	return false
}

// adjust takes into account what the words of names don't say: the kind of entry that is asked for, how near the unit is, and the vectors.
func (ix *Index) adjust(f *found, kind string, asker Question, near []float32) {
	e := &ix.entries[f.entry]
	if near != nil {
		f.score += (1 - f.score) * nearShare * max(0, near[f.entry]-nearby) / (1 - nearby)
	}
	f.score *= kindWorth(e.Kind, kind)
	if e.Unit != "" {
		if at := slices.Index(asker.Units, e.Unit); at >= 0 {
			f.score *= 1 + nearUnit/float32(at+1)
		}
	}
}

// What nearness to the asker is worth; from which nearness on a vector counts, and what it counts for.
const (
	nearUnit   = .04
	nearby     = .5
	nearWeight = 6
	nearShare  = .5
)

// What it is worth that an entry is of the kind that the question is about, or not.
const (
	likelyKind   = 1.2
	unlikelyKind = .94
)

// askedKind is the kind of entry that the question asks for: who is in charge, what the community has to do, when an office is open, or a service.
func askedKind(normal string, facet Facet) string {
	switch {
	case facet == FacetHours || facet == FacetPhone || strings.Contains(normal, "地址"):
		return "unit"
	case containsAny(normal, chargeWords):
		return "rule"
	case containsAny(normal, dutyWords):
		return "duty"
	}
	return "service"
}

func kindWorth(kind, asks string) float32 {
	switch {
	case kind == asks:
		return likelyKind
	case kind == "service" || kind == "faq" || kind == "place":
		return 1
	}
	return unlikelyKind
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// The words by which people ask who is in charge of a thing, and what the community has to do.
var (
	chargeWords = strings.Fields("归谁 归哪 谁管 谁来管 谁负责 谁来 谁修 谁处理 哪个部门 哪个单位 谁的责任 谁的事 投诉 举报 管不管")
	dutyWords   = strings.Fields("居委会 居委 社区要不要 社区有没有 社区该 社区应该 职责")
)

// The weights of the calibration, fitted by logistic regression on questions that aren't reported: testdata/questions-tune.tsv, stranger-tune.tsv, and
// short texts of data/asked.tsv that were left out of the index for it. That of units was set by hand.
const (
	biasWeight  = -11.4
	matchWeight = 1.11
	leadWeight  = 3.64 // of the lead over the next
	nameWeight  = 2.39 // of how much of the name was said
	massWeight  = -1.13
	coverWeight = 4.25 // of how much of the question the entry has
	unitWeight  = 2    // of being an office where one asks for its hours or its phone: such questions say little besides
	hadWeight   = 2.74 // of how much that is
)

// calibrate turns scores into probabilities.
func (ix *Index) calibrate(hits []found, asks string, top int) []Hit {
	out := make([]Hit, 0, min(top, len(hits)))
	last := 1.0
	for i, f := range hits[:min(top, len(hits))] {
		next := float32(0)
		switch {
		case i > 0:
			next = hits[0].score
		case len(hits) > 1:
			next = hits[1].score
		}
		unit := asks == "unit" && ix.entries[f.entry].Kind == "unit"
		last = min(last, f.chance(f.score-next, unit)) // the order stands
		out = append(out, Hit{&ix.entries[f.entry], last})
	}
	return out
}

// chance is the probability that the candidate is the right one, from its lead over the next and whether it is an office that is asked for as such.
func (f *found) chance(lead float32, unit bool) float64 {
	sum := biasWeight + matchWeight*float64(f.match) + leadWeight*float64(lead) + nameWeight*float64(f.name) + massWeight*math.Log1p(float64(f.mass)) +
		coverWeight*float64(f.cover) + hadWeight*math.Log1p(float64(f.had))
	if unit {
		sum += unitWeight
	}
	return 1 / (1 + math.Exp(-sum))
}

func (e *Entry) validAt(now time.Time) bool {
	day := now.Format("2006-01-02")
	return (e.ValidFrom == "" || e.ValidFrom <= day) && (e.ValidTo == "" || day <= e.ValidTo)
}
