package openai

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/sashabaranov/go-openai"

	"linli/bot"
)

// said is what came back.
type said struct {
	text   string // the content, or the arguments of the tool
	model  string
	tokens int
	cut    bool // it ended before it was finished
}

// send sends the request and reads the answer, whole or as a stream.
func (c *Client) send(ctx context.Context, r openai.ChatCompletionRequest) (said, error) {
	if r.Stream {
		return c.receive(ctx, r)
	}
	answer, err := c.api.CreateChatCompletion(ctx, r)
	if err != nil {
		return said{}, ended(ctx, err)
	}
	s := said{model: answer.Model, tokens: answer.Usage.TotalTokens}
	if len(answer.Choices) == 0 {
		return s, nil // some servers answer 200 with an error in the body; it reads as blank
	}
	first := answer.Choices[0]
	s.text = first.Message.Content
	for _, call := range first.Message.ToolCalls {
		if strings.TrimSpace(s.text) == "" || call.Function.Name == toolName {
			s.text = call.Function.Arguments
		}
	}
	return s.finish(r, first.FinishReason)
}

// receive reads a stream to its end.
func (c *Client) receive(ctx context.Context, r openai.ChatCompletionRequest) (said, error) {
	stream, err := c.api.CreateChatCompletionStream(ctx, r)
	if err != nil {
		return said{}, ended(ctx, err)
	}
	defer stream.Close()
	var s said
	var content, arguments strings.Builder
	var reason openai.FinishReason
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if ctx.Err() == nil && content.Len()+arguments.Len() > 0 {
				return s, &bot.ModelError{Why: bot.ModelCut}
			}
			return s, ended(ctx, err)
		}
		if part.Model != "" {
			s.model = part.Model
		}
		if part.Usage != nil {
			s.tokens = part.Usage.TotalTokens
		}
		for _, choice := range part.Choices {
			if choice.Index != 0 {
				continue
			}
			content.WriteString(choice.Delta.Content)
			for _, call := range choice.Delta.ToolCalls {
				if call.Index == nil || *call.Index == 0 { // one function, called once
					arguments.WriteString(call.Function.Arguments)
				}
			}
			if choice.FinishReason != "" {
				reason = choice.FinishReason
			}
		}
	}
	s.text = content.String()
	if arguments.Len() > 0 {
		s.text = arguments.String()
	}
	if reason == "" {
		s.cut = true
	}
	return s.finish(r, reason)
}

// finish judges how the answer ended, and estimates its cost if the server didn't say: a character of Chinese is about a token.
func (s said) finish(r openai.ChatCompletionRequest, reason openai.FinishReason) (said, error) {
	if s.tokens == 0 {
		for _, m := range r.Messages {
			s.tokens += len([]rune(m.Content))
		}
		s.tokens += len([]rune(s.text))
	}
	switch reason {
	case openai.FinishReasonContentFilter:
		return s, &bot.ModelError{Why: bot.ModelRefused, Err: errors.New("the server's content filter")}
	case openai.FinishReasonLength:
		s.cut = true
	}
	return s, nil
}

// ended prefers the deadline to what the library made of it.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && status(err) == 0 {
		return ctx.Err()
	}
	return err
}
