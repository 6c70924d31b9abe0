package intents

import (
	"cmp"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"unicode"
)

// Example is a text and the label that a person gave it.
type Example struct{ Text, Label string }

// Scored is a label and its probability.
type Scored struct {
	Label string  `json:"label"`
	Score float64 `json:"score"`
}

// Classifier is a one-versus-rest linear support vector machine over hashed character n-grams with tf-idf weights. Training is
// deterministic. See Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM, 2008.
type Classifier struct {
	labels  []string
	idf     []float32 // by bucket
	rows    []int32   // by bucket: its row of weights, 1 for the first; 0: it weighs nothing
	weights []int8    // row × label, in parts of the label's scale: a byte is enough to tell, and four times as many fit the cache
	scale   []float32 // by label
	bias    []float32
	heat    float64 // how sharp the probabilities are
	grams   int
}

// TrainOptions are how a classifier is trained.
type TrainOptions struct {
	C     float64 // the cost of a mistake; 0: 1
	Grams int     // the longest n-gram; 0: 3
	Rare  float64 // how much rare features count: inverse document frequency to this power; 0: 1
	Beta  float64 // how much features count that tell the label from the rest (NB-SVM; Wang and Manning, 2012); 0: all alike
	Bias  float64 // how much a label may be preferred as such; 0: not at all
	Heat  float64 // sharpness of the probabilities; 0: 4
	Bits  int     // of the number of buckets; 0: 16
}

// feature is a bucket and its weight.
type feature struct {
	bucket uint32
	value  float32
}

// lengths are the buckets of how long a text is: doubling from two characters on.
var lengths = [...]uint32{0x9e3779b9, 0x3c6ef372, 0xdaa66d2b, 0x78dde6e4, 0x1715609d, 0xb54cda56, 0x5384540f, 0xf1bbcdc8}

// features counts the n-grams of normal text into buckets.
func features(text string, grams int, mask uint32, into []feature) []feature {
	into = into[:0]
	var window [4]rune
	n := 0
	push := func(r rune) {
		copy(window[:], window[1:])
		window[3] = r
		n++
		for k := 1; k <= min(grams, n); k++ {
			h := uint32(2166136261) + uint32(k)*31
			for _, c := range window[4-k:] {
				h = (h ^ uint32(c)) * 16777619
				h ^= h >> 15
			}
			into = append(into, feature{h & mask, 1})
		}
	}
	push('^')
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			r = '0'
		case unicode.IsSpace(r):
			continue
		}
		push(r)
	}
	push('$')
	into = append(into, feature{lengths[bits.Len(uint(n/2))%len(lengths)] & mask, 1}) // "好的" is an answer, a long story isn't
	slices.SortFunc(into, func(a, b feature) int { return cmp.Compare(a.bucket, b.bucket) })
	out := into[:0]
	for _, f := range into {
		if len(out) > 0 && out[len(out)-1].bucket == f.bucket {
			out[len(out)-1].value++
		} else {
			out = append(out, f)
		}
	}
	return out
}

// weigh turns counts into unit-length tf-idf.
func weigh(fs []feature, idf []float32) {
	sum := 0.0
	for i := range fs {
		fs[i].value = float32(1+math.Log(float64(fs[i].value))) * idf[fs[i].bucket]
		sum += float64(fs[i].value) * float64(fs[i].value)
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := range fs {
			fs[i].value *= scale
		}
	}
}

// Train learns from examples.
func Train(examples []Example, o TrainOptions) *Classifier {
	o.C, o.Grams, o.Rare, o.Heat, o.Bits = cmp.Or(o.C, 1), cmp.Or(o.Grams, 3), cmp.Or(o.Rare, 1), cmp.Or(o.Heat, 4), cmp.Or(o.Bits, 16)
	mask := uint32(1)<<o.Bits - 1
	c := &Classifier{heat: o.Heat, grams: o.Grams, idf: make([]float32, mask+1)}
	index := map[string]int{}
	rows, y := make([][]feature, len(examples)), make([]int, len(examples))
	df := make([]int, mask+1)
	for i, e := range examples {
		if _, ok := index[e.Label]; !ok {
			index[e.Label] = len(c.labels)
			c.labels = append(c.labels, e.Label)
		}
		y[i] = index[e.Label]
		rows[i] = slices.Clone(features(e.Text, o.Grams, mask, nil))
		for _, f := range rows[i] {
			df[f.bucket]++
		}
	}
	for b, n := range df {
		c.idf[b] = float32(math.Pow(math.Log(float64(1+len(examples))/float64(1+n))+1, o.Rare))
	}
	for _, row := range rows {
		weigh(row, c.idf)
	}
	c.bias = make([]float32, len(c.labels))
	c.keep(c.solveAll(rows, y, o))
	return c
}

// keep rounds the weights (label × bucket) and takes the buckets that weigh anything.
func (c *Classifier) keep(weights [][]float32) {
	c.scale, c.rows = make([]float32, len(weights)), make([]int32, len(c.idf))
	for k, w := range weights {
		most := float32(0)
		for _, v := range w {
			most = max(most, max(v, -v))
		}
		c.scale[k] = most / math.MaxInt8
	}
	for b := range c.idf {
		if !slices.ContainsFunc(weights, func(w []float32) bool { return w[b] != 0 }) {
			continue
		}
		for k, w := range weights {
			c.weights = append(c.weights, int8(math.Round(float64(w[b]/max(c.scale[k], 1e-12)))))
		}
		c.rows[b] = int32(len(c.weights) / len(weights))
	}
}

// solveAll finds the weights of every label, several labels at once; they don't depend on each other.
func (c *Classifier) solveAll(rows [][]feature, y []int, o TrainOptions) [][]float32 {
	weights := make([][]float32, len(c.labels))
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for k := range next {
				weights[k], c.bias[k] = solve(rows, y, k, len(c.idf), o)
			}
		})
	}
	for k := range c.labels {
		next <- k
	}
	close(next)
	wait.Wait()
	return weights
}

// solve finds the weights that part label k from the rest.
func solve(rows [][]feature, y []int, k, size int, o TrainOptions) ([]float32, float32) {
	w, cost := make([]float32, size), o.C
	scale := telling(rows, y, k, size, o.Beta)
	var bias float32
	alpha, square := make([]float64, len(rows)), make([]float64, len(rows))
	idle := make([]int8, len(rows))
	for i, row := range rows {
		square[i] = o.Bias * o.Bias
		for _, f := range row {
			v := float64(f.value * scale[f.bucket])
			square[i] += v * v
		}
	}
	for range 30 {
		moved := 0.0
		for i, row := range rows {
			if idle[i] > 0 { // far on its side of the border: looked at again later
				idle[i]--
				continue
			}
			sign := float32(-1)
			if y[i] == k {
				sign = 1
			}
			dot := bias
			for _, f := range row {
				dot += w[f.bucket] * f.value * scale[f.bucket]
			}
			gradient := float64(sign*dot) - 1 + alpha[i]/(2*cost) // squared hinge
			next := max(alpha[i]-gradient/(square[i]+1/(2*cost)), 0)
			if next == 0 && gradient > 0 {
				idle[i] = 4
			}
			if step := next - alpha[i]; step != 0 {
				moved = max(moved, math.Abs(step))
				s := float32(step) * sign
				for _, f := range row {
					w[f.bucket] += s * f.value * scale[f.bucket]
				}
				bias += s * float32(o.Bias*o.Bias)
				alpha[i] = next
			}
		}
		if moved < .01 {
			break
		}
	}
	for b := range w {
		w[b] *= scale[b]
	}
	return w, bias
}

// telling weighs the features by how much more often they stand in texts of label k than in the others, or less: |log of the ratio|^beta.
func telling(rows [][]feature, y []int, k, size int, beta float64) []float32 {
	scale := make([]float32, size)
	if beta == 0 {
		for b := range scale {
			scale[b] = 1
		}
		return scale
	}
	in, out := make([]float64, size), make([]float64, size)
	inAll, outAll := 0.0, 0.0
	for i, row := range rows {
		for _, f := range row {
			if y[i] == k {
				in[f.bucket]++
				inAll++
			} else {
				out[f.bucket]++
				outAll++
			}
		}
	}
	for b := range scale { // each that was seen counts once more, on both sides
		if in[b]+out[b] > 0 {
			inAll++
			outAll++
		}
	}
	for b := range scale {
		if in[b]+out[b] > 0 {
			scale[b] = float32(math.Pow(math.Abs(math.Log(((in[b]+1)/inAll)/((out[b]+1)/outAll))), beta))
		}
	}
	return scale
}

// scratch is what a prediction needs; callers that predict often keep it.
type scratch struct {
	fs     []feature
	scores []float64
}

// margins fills the scratch with each label's distance from the border.
func (c *Classifier) margins(text string, s *scratch) {
	s.fs = features(text, c.grams, uint32(len(c.idf)-1), s.fs)
	weigh(s.fs, c.idf)
	n := len(c.labels)
	if cap(s.scores) < n {
		s.scores = make([]float64, n)
	}
	s.scores = s.scores[:n]
	clear(s.scores)
	for _, f := range s.fs {
		at := int(c.rows[f.bucket]) * n
		if at == 0 {
			continue
		}
		for k, w := range c.weights[at-n : at] {
			s.scores[k] += float64(float32(w) * f.value)
		}
	}
	for k := range s.scores {
		s.scores[k] = s.scores[k]*float64(c.scale[k]) + float64(c.bias[k])
	}
}

// Predict returns all labels with their probabilities, the best first.
func (c *Classifier) Predict(text string) []Scored {
	var s scratch
	c.margins(text, &s)
	out := make([]Scored, len(c.labels))
	total := 0.0
	for k, m := range s.scores {
		p := math.Exp(c.heat * m)
		out[k] = Scored{c.labels[k], p}
		total += p
	}
	for k := range out {
		out[k].Score /= total
	}
	slices.SortFunc(out, func(a, b Scored) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Label, b.Label)) })
	return out
}

// Report is how well a classifier did.
type Report struct {
	Total    int     `json:"total"`
	Right    int     `json:"right"`
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"`
}

// Score compares what was said with what was right.
func Score(want, got []string) Report {
	type tally struct{ both, want, got int }
	by := map[string]*tally{}
	at := func(label string) *tally {
		if by[label] == nil {
			by[label] = &tally{}
		}
		return by[label]
	}
	r := Report{Total: len(want)}
	for i := range want {
		at(want[i]).want++
		at(got[i]).got++
		if want[i] == got[i] {
			r.Right++
			at(want[i]).both++
		}
	}
	labels := 0
	for _, t := range by {
		if t.want > 0 {
			labels++
			r.MacroF1 += 2 * float64(t.both) / float64(t.want+t.got)
		}
	}
	if labels > 0 {
		r.MacroF1 /= float64(labels)
		r.Accuracy = float64(r.Right) / float64(r.Total)
	}
	return r
}

// CrossValidate trains on all folds but one and measures on that one, for each; example i is in fold i modulo folds.
func CrossValidate(examples []Example, folds int, o TrainOptions) Report {
	var want, got []string
	for fold := range folds {
		var train []Example
		for i, e := range examples {
			if i%folds != fold {
				train = append(train, e)
			}
		}
		c := Train(train, o)
		for i, e := range examples {
			if i%folds == fold {
				want, got = append(want, e.Label), append(got, c.Predict(e.Text)[0].Label)
			}
		}
	}
	return Score(want, got)
}
