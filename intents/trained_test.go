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

// TestPacked: a classifier that was made small decides as before.
func TestPacked(t *testing.T) {
	examples := categoryExamples()[:400]
	whole := Train(examples, TrainOptions{Grams: 2, Bias: .3})
	small := whole.pack().unpack()
	other := 0
	for _, e := range examples {
		a, b := whole.Predict(e.Text)[0], small.Predict(e.Text)[0]
		if a.Label != b.Label {
			other++
		}
		if d := a.Score - b.Score; d > .05 || d < -.05 {
			t.Errorf("%s: %f, small %f", e.Text, a.Score, b.Score)
		}
	}
	if other > 4 {
		t.Errorf("%d of %d are decided otherwise", other, len(examples))
	}
}
