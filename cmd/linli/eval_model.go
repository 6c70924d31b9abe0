package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"linli/bot"
	"linli/bot/answers"
	"linli/knowledge"
)

// modelResult is what the configured model changes, beside the figures without it.
type modelResult struct {
	Right    int            `json:"right"`
	Accuracy float64        `json:"accuracy"`
	Answered int            `json:"answered"` // answers that it was asked to word
	Worded   int            `json:"worded"`   // … and that went out in its words
	Plain    map[string]int `json:"plain"`    // why the others went out as they were composed
	Tokens   int            `json:"tokens"`
	P50      float64        `json:"p50_seconds"`
	P95      float64        `json:"p95_seconds"`
}

// wordAll asks the questions with the model: the index that its embeddings help, and every answer in its words.
func wordAll(ctx context.Context, g *globals, catalogue knowledge.Catalogue, rows [][]string, now time.Time) (*modelResult, error) {
	config, err := readConfig(g.Config)
	if err != nil {
		return nil, err
	}
	m, err := openModel(config.Model, time.Now, config.logger())
	if err != nil {
		return nil, err
	}
	if m == nil || config.Model.Name == "" {
		return nil, bot.Errorf(bot.Invalid, "没有配置模型:请在配置文件的 model 里写 base_url 和 name,再用 --config 指出它")
	}
	var o knowledge.Options
	if config.Model.Embedding != "" {
		o.Embedder = &directEmbedder{ctx, m.client}
	}
	index := catalogue.Build(o)
	measured := measureAnswers(index, rows, now)
	r := &modelResult{Right: measured.Right, Accuracy: measured.Accuracy, Plain: map[string]int{}}
	composer := answers.NewComposer()
	var took []time.Duration
	for _, row := range rows {
		a := index.Ask(knowledge.Question{Text: row[0], Now: now, Top: 3})
		if a.Verdict != knowledge.VerdictAnswer || answers.Fixed(a) {
			continue
		}
		r.Answered++
		began := time.Now()
		w, err := m.Word(ctx, answers.Asked{Question: row[0], Entry: a.Hits[0].Entry, Plain: composer.Reply(a).Text})
		took = append(took, time.Since(began))
		r.Tokens += w.Tokens
		if err == nil {
			r.Worded++
		} else {
			r.Plain[outcome(err)]++
		}
	}
	if slices.Sort(took); len(took) > 0 {
		r.P50, r.P95 = took[len(took)/2].Seconds(), took[min(len(took)-1, len(took)*95/100)].Seconds()
	}
	return r, ctx.Err()
}

func (r *modelResult) print(io streams) {
	fmt.Fprintf(io.out, "用大模型:%d对,正确率%.1f%%;%d个答案请它改写,%d个用了,其余用目录原文\n", r.Right, 100*r.Accuracy, r.Answered, r.Worded)
	for _, why := range slices.Sorted(maps.Keys(r.Plain)) {
		fmt.Fprintf(io.out, "  没用:%s %d\n", why, r.Plain[why])
	}
	fmt.Fprintf(io.out, "  %d token,耗时 p50 %.2f秒、p95 %.2f秒\n", r.Tokens, r.P50, r.P95)
}

// directEmbedder asks for vectors while somebody waits for them: for a measurement, not for the service.
type directEmbedder struct {
	ctx    context.Context
	client interface {
		Embed(ctx context.Context, texts []string) ([][]float32, error)
	}
}

func (e *directEmbedder) Embed(texts []string) ([][]float32, error) {
	return e.client.Embed(e.ctx, texts)
}
