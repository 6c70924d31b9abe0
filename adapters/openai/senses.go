package openai

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"

	"github.com/sashabaranov/go-openai"

	"linli/bot"
)

// seen is a message with pictures, which travel in it.
func seen(text string, images []bot.PromptImage) openai.ChatCompletionMessage {
	m := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, MultiContent: []openai.ChatMessagePart{{Type: openai.ChatMessagePartTypeText, Text: text}}}
	for _, i := range images {
		m.MultiContent = append(m.MultiContent, openai.ChatMessagePart{
			Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{
				URL: "data:" + i.Type + ";base64," + base64.StdEncoding.EncodeToString(i.Data), Detail: openai.ImageURLDetailLow,
			},
		})
	}
	return m
}

// speechNames are the names of files by which servers know what they get.
var speechNames = map[string]string{
	"audio/ogg": "voice.ogg", "audio/mpeg": "voice.mp3", "audio/wave": "voice.wav", "audio/mp4": "voice.m4a", "audio/amr": "voice.amr",
}

// Hear implements bot.Listener.
func (c *Client) Hear(ctx context.Context, s bot.Speech) (heard bot.Heard, err error) {
	name := speechNames[s.Type]
	if c.options.Audio == "" || name == "" {
		return heard, &bot.ModelError{Why: bot.ModelOff}
	}
	err = c.call(ctx, func(ctx context.Context) error {
		answer, err := c.api.CreateTranscription(ctx, openai.AudioRequest{
			Model: c.options.Audio, Reader: bytes.NewReader(s.Data), FilePath: name, Language: "zh", Format: openai.AudioResponseFormatJSON,
		})
		if err != nil {
			return translate(ended(ctx, err))
		}
		heard = bot.Heard{Text: strings.TrimSpace(answer.Text), Model: c.options.Audio}
		// The server names no price: speech is some kilobytes in a second.
		heard.Tokens = len([]rune(heard.Text)) + len(s.Data)>>10
		return nil
	})
	return heard, err
}
