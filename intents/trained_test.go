package intents

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write data/trained.bin anew")

// TestTrained: what is kept is what the data teaches.
func TestTrained(t *testing.T) {
	if *update {
		var b bytes.Buffer
		if err := writeTrained(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("data/trained.bin", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := readTrained()
	if err != nil {
		t.Fatal(err)
	}
	if kept.Of != fingerprint() {
		t.Error("data/trained.bin was learned from other data: go generate ./intents")
	}
}

// TestPacked: a classifier that was kept says what it said before.
func TestPacked(t *testing.T) {
	examples := categoryExamples()[:400]
	before := Train(examples, TrainOptions{Grams: 2, Bias: .3})
	after := before.pack().unpack()
	for _, e := range examples {
		if a, b := before.Predict(e.Text)[0], after.Predict(e.Text)[0]; a != b {
			t.Errorf("%s: %v, kept %v", e.Text, a, b)
		}
	}
}

// TestWeightsOfAByte: a rounded weight is off by half a part of its label's scale at most; a bucket without weights has no row.
func TestWeightsOfAByte(t *testing.T) {
	weights := [][]float32{{0, .3, -1.27, 0, .004}, {0, 0, 2, -.5, .1}}
	c := &Classifier{idf: make([]float32, 5)}
	c.keep(weights)
	if c.rows[0] != 0 {
		t.Error("a bucket that weighs nothing has a row")
	}
	for k, w := range weights {
		for b := 1; b < len(w); b++ {
			kept := float32(c.weights[(int(c.rows[b])-1)*len(weights)+k]) * c.scale[k]
			if off := kept - w[b]; off > c.scale[k]*.51 || off < -c.scale[k]*.51 {
				t.Errorf("label %d, bucket %d: %f, kept %f", k, b, w[b], kept)
			}
		}
	}
}
