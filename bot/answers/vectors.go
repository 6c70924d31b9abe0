package answers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"linli/bot"
)

// KindVector is the kind of record that keeps the vector of a text; its ID stands for the model and the text.
const KindVector = "vector"

// TextEmbedder turns texts into vectors by the model of that name.
type TextEmbedder interface {
	EmbeddingModel() string
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// Vectors keeps the vectors of what can be found. They are made in the background and stored with their model and dimension, so that a restart needs
// no server; whoever asks for one that isn't there yet goes on without it. It is a knowledge.Embedder.
type Vectors struct {
	store  bot.Store
	by     TextEmbedder
	log    *slog.Logger
	mu     sync.Mutex
	held   map[string][]float32 // by ID
	wanted map[string]string    // texts by ID
}

// storedVector is the body of a record.
type storedVector struct {
	Model string `json:"model"`
	Dim   int    `json:"dim"`
	V     string `json:"v"` // float32, little-endian, base64
}

// NewVectors returns vectors by the model. A nil logger discards.
func NewVectors(s bot.Store, by TextEmbedder, log *slog.Logger) *Vectors {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Vectors{store: s, by: by, log: log, held: map[string][]float32{}, wanted: map[string]string{}}
}

// vectorID is equal for equal texts of a model.
func (v *Vectors) vectorID(text string) string {
	sum := sha256.Sum256([]byte(v.by.EmbeddingModel() + "\x00" + text))
	return hex.EncodeToString(sum[:16])
}

// Of returns the vector of the text; nil if it isn't there yet: then it will be made.
func (v *Vectors) Of(text string) []float32 {
	id := v.vectorID(text)
	v.mu.Lock()
	defer v.mu.Unlock()
	vector, ok := v.held[id]
	if !ok {
		v.wanted[id] = text
	}
	return vector
}

// askWithin is how long a question waits for its vector. Words alone find nearly everything.
const askWithin = 400 * time.Millisecond

// Asked returns the vector of a question; nil if the server is away or slow. It is not kept: questions are people's.
func (v *Vectors) Asked(ctx context.Context, question string) []float32 {
	v.mu.Lock()
	none := len(v.held) == 0
	v.mu.Unlock()
	if none {
		return nil // there is nothing to compare it with
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	found, err := v.by.Embed(ctx, []string{bot.MaskForModel(question)})
	if err != nil || len(found) != 1 {
		return nil
	}
	return found[0]
}

// EmbedQuestion implements knowledge.QuestionEmbedder.
func (v *Vectors) EmbedQuestion(text string) ([]float32, error) {
	if asked := v.Asked(context.Background(), text); asked != nil {
		return asked, nil
	}
	return nil, &bot.ModelError{Why: bot.ModelSlow}
}

// Embed implements knowledge.Embedder for entries, of which either all have their vectors or none counts.
func (v *Vectors) Embed(texts []string) ([][]float32, error) {
	all, missing := make([][]float32, len(texts)), false
	for i, text := range texts {
		all[i] = v.Of(text)
		missing = missing || all[i] == nil
	}
	if missing {
		return nil, &bot.ModelError{Why: bot.ModelOff}
	}
	return all, nil
}

// vectorsAtOnce is how many vectors are made between two looks at the context, and written in one change.
const vectorsAtOnce = 50

// Fill makes what is wanted: from the store, else by the model. It reports whether there is something new. What fails stays wanted.
func (v *Vectors) Fill(ctx context.Context) (bool, error) {
	v.mu.Lock()
	ids := make([]string, 0, len(v.wanted))
	for id := range v.wanted {
		ids = append(ids, id)
	}
	v.mu.Unlock()
	slices.Sort(ids)
	fresh := false
	for chunk := range slices.Chunk(ids, vectorsAtOnce) {
		made, err := v.fill(ctx, chunk)
		fresh = fresh || made > 0
		if err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}

// fill makes the vectors of some IDs.
func (v *Vectors) fill(ctx context.Context, ids []string) (int, error) {
	made := 0
	var texts, missing []string
	for _, id := range ids {
		r, err := v.store.Get(ctx, KindVector, id)
		switch {
		case err == nil:
			if vector, ok := decodeVector(r.Body); ok {
				v.keep(id, vector)
				made++
			}
		case bot.KindOf(err) == bot.NotFound:
			v.mu.Lock()
			texts, missing = append(texts, v.wanted[id]), append(missing, id)
			v.mu.Unlock()
		default:
			return made, err
		}
	}
	if len(texts) == 0 {
		return made, nil
	}
	vectors, err := v.by.Embed(ctx, texts)
	if err != nil {
		return made, err
	}
	var change bot.Change
	now := time.Now()
	for i, vector := range vectors {
		body, err := json.Marshal(storedVector{v.by.EmbeddingModel(), len(vector), encodeVector(vector)})
		if err != nil {
			return made, err
		}
		change.Put = append(change.Put, bot.Record{Kind: KindVector, ID: missing[i], Time: now, Body: body})
	}
	if err := v.store.Commit(ctx, change); err != nil && bot.KindOf(err) != bot.Conflict { // another node made the same
		return made, err
	}
	for i, vector := range vectors {
		v.keep(missing[i], vector)
	}
	return made + len(vectors), nil
}

func (v *Vectors) keep(id string, vector []float32) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held[id] = vector
	delete(v.wanted, id)
}

// Run fills until the context ends, and calls changed when there is something new. A server that is away is tried again, less and less often.
func (v *Vectors) Run(ctx context.Context, changed func()) error {
	const often, rarely = 3 * time.Second, 5 * time.Minute
	wait := often
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		fresh, err := v.Fill(ctx)
		if fresh {
			changed()
		}
		wait = often
		if err != nil && ctx.Err() == nil {
			v.log.Warn("vectors are missing, words alone decide", "error", err)
			wait = min(2*wait, rarely)
		}
		timer.Reset(wait)
	}
}

func encodeVector(v []float32) string {
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func decodeVector(body []byte) ([]float32, bool) {
	var s storedVector
	if json.Unmarshal(body, &s) != nil {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(s.V)
	if err != nil || len(raw) != 4*s.Dim || s.Dim == 0 {
		return nil, false
	}
	v := make([]float32, s.Dim)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return v, true
}
