package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"linli/adapters/openai"
	"linli/bot"
	"linli/bot/answers"
	"linli/bot/assist"
	"linli/bot/senses"
)

// languageModel is the optional model with what watches over it.
type languageModel struct {
	config  ModelConfig
	client  *openai.Client
	guard   *bot.ModelGuard
	uses    *prometheus.CounterVec
	tokens  *prometheus.CounterVec
	took    *prometheus.HistogramVec
	drafts  *prometheus.CounterVec
	vectors *answers.Vectors // nil: no embeddings
}

// openModel makes the model of the configuration; nil if there is none. It does not connect.
func openModel(c ModelConfig, now func() time.Time, log *slog.Logger) (*languageModel, error) {
	if c.BaseURL == "" {
		return nil, nil
	}
	client, err := openai.New(openai.Options{
		BaseURL: c.BaseURL, Key: c.Key, Model: c.Name, Embedding: c.Embedding, Audio: c.Audio, Vision: c.Vision,
		JSON: c.JSON, Stream: c.Stream, Timeout: c.Timeout,
	})
	if err != nil {
		return nil, err
	}
	m := &languageModel{
		config: c, client: client,
		uses:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_model_calls_total", Help: "Uses of the model, by task and result (answered, cached, or why not)."}, []string{"task", "result"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_model_tokens_total", Help: "Tokens spent, by task."}, []string{"task"}),
		drafts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "linli_model_drafts_total", Help: "Drafts that the model wrote, by task and outcome (used, or why the plain answer went out)."}, []string{"task", "outcome"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linli_model_seconds", Help: "How long uses of the model took, by task.", Buckets: []float64{.001, .01, .1, .3, 1, 2, 3, 5, 10, 20},
		}, []string{"task"}),
	}
	off := map[string]bool{}
	for _, task := range c.Off {
		off[task] = true
	}
	m.guard = bot.NewModelGuard(bot.ModelGuardOptions{
		Model: client, Ears: client, Off: off, AtOnce: c.AtOnce, Now: now, Used: m.used, Logger: log,
		Budget: bot.ModelBudget{Person: c.PersonPerDay, Day: c.TokensPerDay, Total: c.TokensTotal},
	})
	return m, nil
}

// check names the keys that are wrong.
func (c *ModelConfig) check() error {
	if c.BaseURL == "" {
		return nil
	}
	var wrong []error
	if c.Name == "" && c.Embedding == "" && c.Audio == "" || c.Name == "" && c.Vision {
		wrong = append(wrong, bot.Errorf(bot.Invalid, "model.name: 写了 base_url 还要写模型的名称"))
	}
	for _, task := range c.Off {
		if !slices.Contains(bot.Tasks, task) {
			wrong = append(wrong, bot.Errorf(bot.Invalid, "model.off: %q 不可用,可写:%s", task, strings.Join(bot.Tasks, "、")))
		}
	}
	if c.PersonPerDay < 0 || c.TokensPerDay < 0 || c.TokensTotal < 0 || c.AtOnce < 0 || c.Timeout < 0 || c.AnswerWithin < 0 {
		wrong = append(wrong, bot.Errorf(bot.Invalid, "model: 限额和时间不能是负数;不写或写 0 表示默认"))
	}
	if _, err := openai.New(openai.Options{BaseURL: c.BaseURL, JSON: c.JSON}); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

func (m *languageModel) used(u bot.ModelUse) {
	result := string(u.Why)
	switch {
	case u.Cached:
		result = "cached"
	case result == "":
		result = "answered"
	}
	m.uses.WithLabelValues(u.Task, result).Inc()
	m.tokens.WithLabelValues(u.Task).Add(float64(u.Tokens))
	m.took.WithLabelValues(u.Task).Observe(u.Took.Seconds())
}

// register shows the figures.
func (m *languageModel) register(r *prometheus.Registry) {
	if m != nil {
		r.MustRegister(m.uses, m.tokens, m.took, m.drafts)
	}
}

// Word puts an answer into words and counts what became of it.
func (m *languageModel) Word(ctx context.Context, a answers.Asked) (answers.Worded, error) {
	w, err := answers.NewDrafter(m.guard, m.config.AnswerWithin).Word(ctx, a)
	m.drafts.WithLabelValues(cmp.Or(a.Task, bot.TaskAnswer), outcome(err)).Inc()
	return w, err
}

// outcome is what became of a draft, in one word.
func outcome(err error) string {
	var refused *answers.Misworded
	switch {
	case err == nil:
		return bot.ModelUsed
	case errors.As(err, &refused):
		return strings.ReplaceAll(refused.Why, " ", "_")
	}
	return string(bot.WhyNoModel(err))
}

// useModel lets the model word the answers and read what nobody understood, where one is configured, and opens the documents.
func (h *house) useModel(ctx context.Context, a *answers.Skill) (err error) {
	if h.language, err = openModel(h.config.Model, h.clock.Now, h.config.logger()); err != nil {
		return err
	}
	m := h.language
	if m != nil && m.config.Embedding != "" {
		m.vectors = answers.NewVectors(h.store, m.client, h.config.logger())
		if err := h.catalogue.UseVectors(ctx, m.vectors); err != nil {
			return err
		}
	}
	if m != nil && m.config.Name != "" {
		a.Use(m, m.config.Filing)
		h.reader = bot.NewModelReader(h.model, m.guard, m.config.ReadWithin, func(w bot.ModelWork) {
			m.drafts.WithLabelValues(w.Task, w.Outcome).Inc()
		})
	}
	if h.shelf, err = answers.OpenShelf(ctx, h.store, m.vectorsOrNone(), h.config.logger()); err != nil {
		return err
	}
	a.Consult(h.shelf)
	return nil
}

// assistant is the skill that drafts for staff; without a model it says that there is none.
func (h *house) assistant() *assist.Skill {
	if m := h.language; m != nil && m.config.Name != "" {
		return assist.New(m.guard, m.config.Filing, h.cases)
	}
	return assist.New(nil, "", h.cases)
}

// senses is the skill that sees and hears, as far as that is switched on.
func (h *house) senses() *senses.Skill {
	o := senses.Options{Files: h.files}
	if m := h.language; m != nil && h.files != nil {
		o.Filing = m.config.Filing
		if m.config.Vision && !slices.Contains(m.config.Off, bot.TaskPhoto) {
			o.Eyes = m.guard
		}
		if m.config.Audio != "" && !slices.Contains(m.config.Off, bot.TaskVoice) {
			o.Ears = m.guard
		}
	}
	return senses.New(o)
}

func (m *languageModel) vectorsOrNone() *answers.Vectors {
	if m == nil {
		return nil
	}
	return m.vectors
}

// runModel does what the model needs in the background until the context ends: it holds the budgets of
// all nodes together, looks whether a dead server is back, and makes vectors.
func (h *house) runModel(ctx context.Context) error {
	m := h.language
	if m == nil {
		return nil
	}
	node := h.config.Node
	if node == "" {
		node, _ = os.Hostname() // without a name its count is shared with others that have none
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return m.guard.Keep(ctx, h.store, node) })
	g.Go(func() error { return m.client.Tend(ctx) })
	if m.vectors != nil {
		g.Go(func() error {
			return m.vectors.Run(ctx, func() {
				if err := errors.Join(h.catalogue.Rebuild(ctx), h.shelf.Rebuild(ctx)); err != nil && ctx.Err() == nil {
					h.config.logger().Error("vectors not taken up, the index stays as it was", "error", err)
				}
			})
		})
	}
	return g.Wait()
}

// checkLanguage asks the model of the configuration one small question.
func checkLanguage(ctx context.Context, c ModelConfig) finding {
	f := finding{Check: "大模型", OK: true, Text: "没有配置(不影响使用)"}
	if c.BaseURL == "" {
		return f
	}
	f.Text = c.Name + " " + c.BaseURL
	if c.Vision {
		f.Text += ",看照片"
	}
	if c.Audio != "" {
		f.Text += ",听语音 " + c.Audio
	}
	client, err := openai.New(openai.Options{BaseURL: c.BaseURL, Key: c.Key, Model: c.Name, Embedding: c.Embedding, JSON: c.JSON, Stream: c.Stream, Timeout: 15 * time.Second})
	if err == nil && c.Name != "" {
		_, err = client.Complete(ctx, bot.Prompt{
			Task: bot.TaskUnderstand, System: "只输出 {\"ok\": true}。", MaxTokens: 50,
			Schema: []byte(`{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}`),
		})
	}
	if err == nil && c.Embedding != "" {
		var v [][]float32
		if v, err = client.Embed(ctx, []string{"试一试"}); err == nil {
			f.Text += fmt.Sprintf(",向量 %s(%d维)", c.Embedding, len(v[0]))
		}
	}
	if err == nil {
		return f
	}
	// Without it everything works: somebody should look, nothing must be changed before the service starts.
	f.Warn, f.Text, f.Do = true, f.Text+":"+err.Error(), "服务照常可用,只是不用大模型。请检查 model.base_url 和网络"
	var status *openai.StatusError
	if errors.As(err, &status) {
		switch status.Code {
		case http.StatusUnauthorized, http.StatusForbidden:
			f.Do = "密钥不对或没有权限,请检查 model.key"
		case http.StatusNotFound:
			f.Do = "地址或模型名称不对,请检查 model.base_url(要写到 /v1)和 model.name"
		}
	}
	if bot.WhyNoModel(err) == bot.ModelMalformed {
		f.Do = "模型不按要求输出 JSON,答案会一直用目录原文。可换一个模型,或试试 model.json: object"
	}
	return f
}
