package intents

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
)

// What the data teaches is computed once and kept beside it, so that a program starts at once. After a change of the data or of the way it is learned:
//
//go:generate go test -run TestTrained -update .

//go:embed data/trained.bin
var trainedFile []byte

// trained is the content of data/trained.bin.
type trained struct {
	Of         string // the fingerprint of what it was learned from
	Intents    packed
	Categories packed
	Urgent     packed
}

// packed is a classifier, small: only the buckets that weigh something, and weights of one byte.
type packed struct {
	Labels  []string
	Grams   int
	Heat    float64
	Size    int       // number of buckets
	Unseen  float32   // idf of what was never seen
	Bias    []float32 // by label
	Scale   []float32 // by label: what a weight of 127 stands for
	Buckets []uint32
	IDF     []float32 // by bucket of Buckets
	Weights []byte    // bucket of Buckets × label, as int8
}

// pack makes a classifier small.
func (c *Classifier) pack() packed {
	n := len(c.labels)
	p := packed{Labels: c.labels, Grams: c.grams, Heat: c.heat, Size: len(c.idf), Bias: c.bias, Scale: make([]float32, n), Unseen: slices.Max(c.idf)}
	for i, w := range c.weights {
		p.Scale[i%n] = max(p.Scale[i%n], float32(math.Abs(float64(w))))
	}
	for b, idf := range c.idf {
		row := c.weights[b*n : b*n+n]
		if !slices.ContainsFunc(row, func(w float32) bool { return w != 0 }) {
			continue
		}
		p.Buckets, p.IDF = append(p.Buckets, uint32(b)), append(p.IDF, idf)
		for k, w := range row {
			p.Weights = append(p.Weights, byte(int8(math.Round(float64(w/max(p.Scale[k], 1e-9))*127))))
		}
	}
	return p
}

// unpack is the reverse of pack.
func (p packed) unpack() *Classifier {
	n := len(p.Labels)
	c := &Classifier{labels: p.Labels, grams: p.Grams, heat: p.Heat, bias: p.Bias, idf: make([]float32, p.Size), weights: make([]float32, p.Size*n)}
	for b := range c.idf {
		c.idf[b] = p.Unseen
	}
	for i, b := range p.Buckets {
		c.idf[b] = p.IDF[i]
		row := c.weights[int(b)*n : int(b)*n+n]
		for k, w := range p.Weights[i*n : i*n+n] {
			row[k] = float32(int8(w)) * p.Scale[k] / 127
		}
	}
	return c
}

// fingerprint tells one state of the data and of the options from another.
func fingerprint() string {
	h := sha256.New()
	for _, text := range []string{intentTexts, categoryTexts, toldTexts, urgentTexts, aroundTexts, string(incidentTable), fmt.Sprintf("%+v %+v %+v", intentOptions, categoryOptions, urgentOptions)} {
		fmt.Fprintf(h, "%d %s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// readTrained reads data/trained.bin.
func readTrained() (trained, error) {
	var t trained
	z, err := gzip.NewReader(bytes.NewReader(trainedFile))
	if err != nil {
		return t, fmt.Errorf("read the trained weights: %w", err)
	}
	if err := gob.NewDecoder(z).Decode(&t); err != nil {
		return t, fmt.Errorf("read the trained weights: %w", err)
	}
	return t, nil
}

// writeTrained learns from the data and writes what data/trained.bin holds.
func writeTrained(w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := trained{Of: fingerprint(), Intents: Train(intentExamples(), intentOptions).pack(), Categories: Train(categoryExamples(), categoryOptions).pack(), Urgent: Train(urgentExamples(), urgentOptions).pack()}
	if err := gob.NewEncoder(z).Encode(t); err != nil {
		return err
	}
	return z.Close()
}
