package knowledge

import (
	"errors"
	"math"
	"slices"
	"strings"
)

// Embedder turns texts into vectors, near each other where the texts mean the same. It is optional; when it fails, words alone decide.
type Embedder interface {
	Embed(texts []string) ([][]float32, error)
}

// QuestionEmbedder is the ability of an Embedder to treat a question otherwise than what is found by it: somebody waits for it, and it isn't kept.
type QuestionEmbedder interface {
	EmbedQuestion(text string) ([]float32, error)
}

// vectors are the entries' embeddings, of length one.
type vectors struct {
	embedder Embedder
	entries  [][]float32
}

// batch is how many texts are embedded at once.
const batch = 64

// embedAll asks for the vectors of all entries; nil if there is no embedder, or it fails.
func embedAll(entries []Entry, e Embedder) *vectors {
	if e == nil {
		return nil
	}
	v := &vectors{embedder: e}
	for chunk := range slices.Chunk(entries, batch) {
		texts := make([]string, len(chunk))
		for i, entry := range chunk {
			texts[i] = strings.Join(append([]string{entry.Title}, entry.Aliases...), ";")
		}
		found, err := e.Embed(texts)
		if err != nil || len(found) != len(texts) {
			return nil
		}
		for _, f := range found {
			v.entries = append(v.entries, unit(f))
		}
	}
	return v
}

func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return v
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return out
}

// near returns how near each entry is to the text, 0…1; nil if that isn't known.
func (v *vectors) near(text string) []float32 {
	if v == nil {
		return nil
	}
	found, err := v.question(text)
	if err != nil {
		return nil
	}
	asked := unit(found)
	near := make([]float32, len(v.entries))
	for i, e := range v.entries {
		if len(e) != len(asked) {
			continue
		}
		dot := float32(0)
		for j := range e {
			dot += e[j] * asked[j]
		}
		near[i] = max(0, dot)
	}
	return near
}

// question returns the vector of a question.
func (v *vectors) question(text string) ([]float32, error) {
	if q, ok := v.embedder.(QuestionEmbedder); ok {
		return q.EmbedQuestion(text)
	}
	found, err := v.embedder.Embed([]string{text})
	if err != nil || len(found) != 1 {
		return nil, errors.Join(err, errors.New("no vector"))
	}
	return found[0], nil
}
