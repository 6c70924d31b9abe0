package senses

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"linli/bot"
	"linli/knowledge"
)

// Bounds of what is sent, and of what comes back.
const (
	within    = 25 * time.Second // a turn may take 30
	mostBytes = 8 << 20
	mostShown = 40   // characters that say what a photo shows
	mostHeard = 1000 // characters of a voice message
)

// read returns the bytes of a file that is not too large to be sent; nil if there are none.
func (s *Skill) read(t *bot.Turn, k bot.KeptFile) ([]byte, error) {
	if k.ID == "" || k.Size > mostBytes || s.options.Files == nil {
		return nil, nil
	}
	r, err := s.options.Files.Open(t.Context, k.ID)
	if bot.KindOf(err) == bot.NotFound {
		return nil, nil // removed meanwhile
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, mostBytes))
}

// hear shows the words of a voice message to who sent it.
func (s *Skill) hear(t *bot.Turn, j job, k bot.KeptFile) error {
	if k.Problem != "" {
		t.Alert(j.Chat, bot.Reply{Text: s.texts.Say("refused", k.Problem)})
		return nil
	}
	data, err := s.read(t, k)
	if err != nil {
		return err
	}
	work := bot.ModelWork{Task: bot.TaskVoice, Outcome: bot.ModelUsed}
	text := ""
	switch {
	case s.options.Ears == nil:
		work.Outcome = string(bot.ModelOff)
	case data == nil:
		work.Outcome = "no file"
	default:
		ctx, cancel := context.WithTimeout(t.Context, within)
		defer cancel()
		heard, err := s.options.Ears.Hear(ctx, bot.Speech{Person: j.Person, Type: k.Type, Data: data})
		work.Model, work.Tokens = heard.Model, heard.Tokens
		if text = strings.TrimSpace(heard.Text); err != nil {
			work.Outcome = string(bot.WhyNoModel(err))
		} else if text == "" || len([]rune(text)) > mostHeard {
			work.Outcome = string(bot.ModelMalformed)
		}
	}
	if err := t.Worked(work); err != nil {
		return err
	}
	if work.Outcome != bot.ModelUsed {
		t.Alert(j.Chat, bot.Reply{Text: s.texts.Say("deaf", work.Outcome)})
		return nil
	}
	return s.ask(t, j, "heard", text, work.Model)
}

var seenSchema = json.RawMessage(`{"type":"object","properties":{"matter":{"type":"boolean"},"shows":{"type":"string"}},"required":["matter","shows"],"additionalProperties":false}`)

// look keeps what a photo shows for those who handle it, and proposes it to who sent the photo without words and has said nothing since.
func (s *Skill) look(t *bot.Turn, j job, k bot.KeptFile) error {
	data, err := s.read(t, k)
	if err != nil || data == nil {
		return err
	}
	seen, work := s.see(t, j, k.Type, data)
	if err := t.Worked(work); err != nil || work.Outcome != bot.ModelUsed {
		return err
	}
	var before bot.Seen // the same photo may have been sent before; what is seen now counts
	if _, err := t.Get(bot.KindSeen, j.File.Key(), &before); err != nil {
		return err
	}
	if err := t.Put(bot.KindSeen, j.File.Key(), seen, t.Now, "by="+j.Person); err != nil || !j.Ask {
		return err
	}
	if silent, err := silentSince(t, j); err != nil || !silent {
		return err
	}
	return s.ask(t, j, "seen", seen.Text, work.Model)
}

// silentSince reports whether nothing but files has come in the conversation since the photo.
func silentSince(t *bot.Turn, j job) (bool, error) {
	page, err := t.Find(bot.Query{Kind: bot.KindLine, Keys: []string{bot.ChatKey(j.Chat)}, From: j.Said})
	if err != nil {
		return false, err
	}
	for _, r := range page.Records {
		var line bot.Line
		if err := json.Unmarshal(r.Body, &line); err != nil {
			return false, err
		}
		if line.In != nil && (line.In.Text != "" || line.In.Action != "") {
			return false, nil
		}
	}
	return true, nil
}

// see asks the model, and takes only what it may say.
func (s *Skill) see(t *bot.Turn, j job, kind string, data []byte) (bot.Seen, bot.ModelWork) {
	ctx, cancel := context.WithTimeout(t.Context, within)
	defer cancel()
	c, err := s.options.Eyes.Complete(ctx, bot.Prompt{
		Task: bot.TaskPhoto, Person: j.Person, System: s.prompt, Schema: seenSchema, Images: []bot.PromptImage{{Type: kind, Data: data}}, MaxTokens: 200,
	})
	work := bot.ModelWork{Task: bot.TaskPhoto, Outcome: bot.ModelUsed, Model: c.Model, Tokens: c.Tokens}
	var said struct {
		Matter bool   `json:"matter"`
		Shows  string `json:"shows"`
	}
	if err == nil {
		err = json.Unmarshal(c.JSON, &said)
	}
	text := strings.Trim(strings.Join(strings.Fields(norm.NFKC.String(said.Shows)), " "), "。.!！ ")
	switch {
	case err != nil:
		work.Outcome = string(bot.WhyNoModel(err))
	case !said.Matter || text == "":
		work.Outcome = "nothing"
	case len([]rune(text)) > mostShown || knowledge.Repeats(text, s.prompt, 10) || bot.MaskForModel(text) != text: // it was told to leave numbers alone
		work.Outcome = string(bot.ModelMalformed)
	}
	return bot.Seen{Text: text, Model: c.Model, Filing: s.options.Filing, At: t.Now}, work
}
