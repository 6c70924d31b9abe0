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

// packed is a classifier as it is kept.
type packed struct {
	Labels  []string
	Grams   int
	Heat    float64
	Size    int       // number of buckets
	Unseen  float32   // idf of what was never seen
	Bias    []float32 // by label
	Scale   []float32 // by label
	Buckets []uint32  // those that weigh anything, in the order of their rows
	IDF     []float32 // by bucket of Buckets
	Weights []byte    // row × label, as int8
}

// pack makes what is kept of a classifier.
func (c *Classifier) pack() packed {
	p := packed{Labels: c.labels, Grams: c.grams, Heat: c.heat, Size: len(c.idf), Bias: c.bias, Scale: c.scale, Unseen: slices.Max(c.idf), Weights: make([]byte, len(c.weights))}
	for b, row := range c.rows {
		if row > 0 {
			p.Buckets, p.IDF = append(p.Buckets, uint32(b)), append(p.IDF, c.idf[b])
		}
	}
	for i, w := range c.weights {
		p.Weights[i] = byte(w)
	}
	return p
}

// unpack is the reverse of pack.
func (p packed) unpack() *Classifier {
	c := &Classifier{labels: p.Labels, grams: p.Grams, heat: p.Heat, bias: p.Bias, scale: p.Scale,
		idf: make([]float32, p.Size), rows: make([]int32, p.Size), weights: make([]int8, len(p.Weights))}
	for b := range c.idf {
		c.idf[b] = p.Unseen
	}
	for i, b := range p.Buckets {
		c.idf[b], c.rows[b] = p.IDF[i], int32(i+1)
	}
	for i, w := range p.Weights {
		c.weights[i] = int8(w)
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
