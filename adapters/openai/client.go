package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"

	"linli/bot"
)

// Options are what a client is made with.
type Options struct {
	BaseURL   string // up to and with /v1
	Key       string // may be empty: Ollama needs none
	Model     string
	Embedding string        // the embeddings' model; "": none
	Audio     string        // the model that writes down speech; "": none
	Vision    bool          // Model can see
	JSON      string        // how JSON is asked for at first: a Mode… constant; "": ModeSchema
	Timeout   time.Duration // of a whole call, with everything that is tried again; 0: 20 seconds
	Stream    bool          // answers travel as streams
	Pause     time.Duration // before the second attempt; 0: 300 ms
	Rest      time.Duration // how long a dead server is left alone; 0: 30 seconds
}

// How JSON is asked for. A server that refuses one is asked by the next.
const (
	ModeSchema = "schema" // response_format json_schema
	ModeTool   = "tool"   // a function that must be called
	ModeObject = "object" // response_format json_object
	ModePlain  = "plain"  // in words
)

// Modes are all modes, from the one that says most.
var Modes = []string{ModeSchema, ModeTool, ModeObject, ModePlain}

// Client is a bot.LanguageModel.
type Client struct {
	options Options
	api     *openai.Client
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	mode    atomic.Int32 // index in Modes: what the server was found to do
	tended  atomic.Bool  // Tend finds out whether a dead server is back
	schemas schemas
}

// broken is after how many failures in a row a server is taken for dead.
const broken = 3

// New checks the options. It does not connect.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, bot.Errorf(bot.Invalid, "model.base_url 不是可用的地址,应写成 http://127.0.0.1:11434/v1 这样")
	}
	mode := slices.Index(Modes, cmp.Or(o.JSON, ModeSchema))
	if mode < 0 {
		return nil, bot.Errorf(bot.Invalid, "model.json 只能写:%s", strings.Join(Modes, " 或 "))
	}
	o.Timeout, o.Pause, o.Rest = cmp.Or(o.Timeout, 20*time.Second), cmp.Or(o.Pause, firstPause), cmp.Or(o.Rest, 30*time.Second)
	config := openai.DefaultConfig(o.Key)
	config.BaseURL = strings.TrimRight(o.BaseURL, "/")
	config.HTTPClient = newTransport(o.Pause)
	c := &Client{options: o, api: openai.NewClientWithConfig(config)}
	c.mode.Store(int32(mode))
	c.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: "model", Timeout: o.Rest,
		ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= broken },
		// A server that answers is alive, whatever it answers; a caller that went away says nothing about it.
		IsSuccessful: func(err error) bool { why := bot.WhyNoModel(err); return why != bot.ModelDead && why != bot.ModelSlow },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
	})
	return c, nil
}

// Complete implements bot.LanguageModel.
func (c *Client) Complete(ctx context.Context, p bot.Prompt) (answer bot.Completion, err error) {
	if len(p.Images) > 0 && !c.options.Vision {
		return answer, &bot.ModelError{Why: bot.ModelOff}
	}
	schema, err := c.schemas.get(p.Schema)
	if err != nil {
		return answer, &bot.ModelError{Why: bot.ModelRefused, Err: err}
	}
	err = c.call(ctx, func(ctx context.Context) error {
		answer, err = c.ask(ctx, p, schema)
		return err
	})
	return answer, err
}

// call runs one use of the server, if it isn't known to be dead, within the deadline.
func (c *Client) call(ctx context.Context, use func(context.Context) error) error {
	if c.tended.Load() && c.breaker.State() != gobreaker.StateClosed {
		return &bot.ModelError{Why: bot.ModelDead} // nobody's answer waits to find out whether it is back
	}
	done, err := c.breaker.Allow()
	if err != nil {
		return &bot.ModelError{Why: bot.ModelDead, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	err = use(ctx)
	done(err)
	return err
}

// Tend finds out until the context ends whether a server that was dead is back, so that no question of a person's has to.
func (c *Client) Tend(ctx context.Context) error {
	c.tended.Store(true)
	defer c.tended.Store(false)
	tick := time.NewTicker(c.options.Rest / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if c.breaker.State() != gobreaker.StateHalfOpen {
			continue
		}
		done, err := c.breaker.Allow()
		if err != nil {
			continue
		}
		done(c.probe(ctx))
	}
}

// probe asks for as little as there is.
func (c *Client) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	if c.options.Model == "" {
		_, err := c.embed(ctx, []string{"1"})
		return err
	}
	r := openai.ChatCompletionRequest{
		Model: c.options.Model, MaxTokens: 1, Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: "1"}},
	}
	if thinks(c.options.Model) {
		r.MaxTokens, r.MaxCompletionTokens = 0, 16
	}
	_, err := c.send(ctx, r)
	return translate(err)
}

// ask asks by what the server can do, and once more if the answer isn't what the schema says.
func (c *Client) ask(ctx context.Context, p bot.Prompt, schema *compiled) (bot.Completion, error) {
	answer := bot.Completion{Model: c.options.Model}
	said, err := c.degrade(ctx, func(mode string) (said, error) { return c.send(ctx, c.request(p, schema, mode)) })
	if err != nil {
		return answer, err
	}
	answer.Tokens += said.tokens
	answer.Model = cmp.Or(said.model, answer.Model)
	var wrong error
	if answer.JSON, wrong = schema.read(said.text); wrong == nil {
		return answer, nil
	}
	if said.cut { // asking again would be cut again
		return answer, &bot.ModelError{Why: bot.ModelCut}
	}
	// A server may have ignored the schema without a word: now it stands in words.
	repair := c.request(p, schema, Modes[c.mode.Load()])
	repair.Messages = append(repair.Messages,
		openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: cmp.Or(strings.TrimSpace(said.text), "(空)")},
		openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: "上面的输出不合要求:" + wrong.Error() + "。请只输出一个符合下面 JSON Schema 的 JSON 对象:" + string(schema.source)})
	if said, err = c.send(ctx, repair); err != nil {
		return answer, translate(err)
	}
	answer.Tokens += said.tokens
	if answer.JSON, wrong = schema.read(said.text); wrong == nil {
		return answer, nil
	}
	if said.cut {
		return answer, &bot.ModelError{Why: bot.ModelCut}
	}
	return answer, &bot.ModelError{Why: bot.ModelMalformed}
}

// degrade sends by the mode that worked last; if the server refuses that as a bad request, by the next. What works is remembered, but not if
// everything was refused: then it isn't the mode.
func (c *Client) degrade(ctx context.Context, send func(mode string) (said, error)) (said, error) {
	for mode := c.mode.Load(); ; mode++ {
		s, err := send(Modes[mode])
		if err == nil {
			c.mode.Store(mode)
			return s, nil
		}
		if !unsupported(err) || int(mode) == len(Modes)-1 || ctx.Err() != nil {
			return s, translate(err)
		}
	}
}

// request writes the prompt as the API wants it.
func (c *Client) request(p bot.Prompt, schema *compiled, mode string) openai.ChatCompletionRequest {
	system, user := p.Messages()
	if mode == ModeObject || mode == ModePlain {
		system += "\nJSON Schema:" + string(schema.source)
	}
	r := openai.ChatCompletionRequest{
		Model: c.options.Model, Stream: c.options.Stream, Temperature: math.SmallestNonzeroFloat32,
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: system}, {Role: openai.ChatMessageRoleUser, Content: user},
		},
	}
	if len(p.Images) > 0 {
		r.Messages[1] = seen(user, p.Images)
	}
	most := cmp.Or(p.MaxTokens, 700)
	if thinks(c.options.Model) {
		r.MaxCompletionTokens, r.Temperature = most+2000, 0
	} else {
		r.MaxTokens = most
	}
	switch mode {
	case ModeSchema:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: "result", Schema: schema.source, Strict: true},
		}
	case ModeTool:
		r.Tools = []openai.Tool{{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{Name: toolName, Parameters: schema.source}}}
		r.ToolChoice = openai.ToolChoice{Type: openai.ToolTypeFunction, Function: openai.ToolFunction{Name: toolName}}
	case ModeObject:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	return r
}

// toolName is the one function that there is: it takes the result and does nothing.
const toolName = "result"

// thinks reports whether the API wants the parameters of reasoning models.
func thinks(model string) bool {
	return slices.ContainsFunc([]string{"o1", "o3", "o4", "gpt-5", "gpt-6"}, func(p string) bool { return strings.HasPrefix(model, p) })
}

// unsupported reports whether the server refused the form of the request.
func unsupported(err error) bool {
	switch status(err) {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusNotImplemented, http.StatusUnsupportedMediaType:
		return true
	}
	return false
}

// status is the HTTP status of an error; 0 if it has none.
func status(err error) int {
	var api *openai.APIError
	var request *openai.RequestError
	var own *StatusError
	switch {
	case errors.As(err, &own):
		return own.Code
	case errors.As(err, &api):
		return api.HTTPStatusCode
	case errors.As(err, &request):
		return request.HTTPStatusCode
	}
	return 0
}

// translate makes one of ours of an error of the library's: nothing of what the server wrote stays in it.
func translate(err error) error {
	var ours *bot.ModelError
	code := status(err)
	switch {
	case err == nil || errors.As(err, &ours):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return &bot.ModelError{Why: bot.ModelSlow, Err: context.DeadlineExceeded}
	case errors.Is(err, context.Canceled):
		return &bot.ModelError{Why: bot.ModelSlow, Err: context.Canceled}
	case code == http.StatusTooManyRequests || code >= 500:
		return &bot.ModelError{Why: bot.ModelDead, Err: &StatusError{code}}
	case code >= 300:
		return &bot.ModelError{Why: bot.ModelRefused, Err: &StatusError{code}}
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &kind) {
		return &bot.ModelError{Why: bot.ModelMalformed, Err: errors.New("the server's answer is no JSON")}
	}
	return &bot.ModelError{Why: bot.ModelDead, Err: plain(err)}
}

// StatusError is an HTTP status that says no.
type StatusError struct{ Code int }

func (e *StatusError) Error() string {
	return "the server answered " + http.StatusText(e.Code)
}
