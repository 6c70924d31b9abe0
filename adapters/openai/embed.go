package openai

import (
	"context"
	"fmt"
	"slices"

	"github.com/sashabaranov/go-openai"

	"linli/bot"
)

// embedAtOnce is how many texts one request bears: DashScope takes 10, most take more.
const embedAtOnce = 10

// EmbeddingModel is the name of the embeddings' model; "" if there is none.
func (c *Client) EmbeddingModel() string { return c.options.Embedding }

// Embed returns a vector for each text, all of one dimension.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if c.options.Embedding == "" {
		return nil, &bot.ModelError{Why: bot.ModelOff}
	}
	var all [][]float32
	for chunk := range slices.Chunk(texts, embedAtOnce) {
		err := c.call(ctx, func(ctx context.Context) error {
			vectors, err := c.embed(ctx, chunk)
			all = append(all, vectors...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, v := range all {
		if len(v) != len(all[0]) {
			return nil, malformed("vectors of %d and of %d dimensions", len(all[0]), len(v))
		}
	}
	return all, nil
}

func (c *Client) embed(ctx context.Context, texts []string) ([][]float32, error) {
	answer, err := c.api.CreateEmbeddings(ctx, openai.EmbeddingRequest{Input: texts, Model: openai.EmbeddingModel(c.options.Embedding)})
	if err != nil {
		return nil, translate(ended(ctx, err))
	}
	if len(answer.Data) != len(texts) {
		return nil, malformed("%d vectors for %d texts", len(answer.Data), len(texts))
	}
	vectors := make([][]float32, len(texts))
	for _, d := range answer.Data { // in any order: the index says whose it is
		if d.Index < 0 || d.Index >= len(texts) || vectors[d.Index] != nil || len(d.Embedding) == 0 {
			return nil, malformed("vector %d is not asked for, doubled or empty", d.Index)
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, nil
}

func malformed(format string, args ...any) error {
	return &bot.ModelError{Why: bot.ModelMalformed, Err: fmt.Errorf(format, args...)}
}
