package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	api "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"linli/bot"
)

// maxPhotos is how many photos go with a reply.
const maxPhotos = 4

// Send implements bot.Channel. The photos of a reply follow it, each as a message of its own; that one fails is only logged, since the reply says
// that there are some.
func (c *Channel) Send(ctx context.Context, d bot.Delivery) (string, error) {
	chat, thread, err := c.target(d.To)
	if err != nil {
		return "", &bot.SendError{Outcome: bot.Never, Err: err}
	}
	p := &api.SendMessageParams{
		ChatID: chat, MessageThreadID: thread, Text: render(d.Reply), ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: api.True()}, ReplyMarkup: keyboard(d.Reply, !d.To.Group),
	}
	sent, err := c.calls.SendMessage(ctx, p)
	if unreadable(err) { // certainly not shown: once more, without markup
		p.ParseMode, p.Text = "", plain(d.Reply)
		sent, err = c.calls.SendMessage(ctx, p)
	}
	if err != nil {
		return "", c.outcome(err, chat)
	}
	c.sendFiles(ctx, chat, thread, d.Reply.Files)
	return strconv.Itoa(sent.ID), nil
}

func unreadable(err error) bool {
	return errors.Is(err, api.ErrorBadRequest) && strings.Contains(err.Error(), "parse entities")
}

// sendFiles sends the photos and documents of a reply after it. What can't be sent is named in the reply, so that it is found elsewhere.
func (c *Channel) sendFiles(ctx context.Context, chat int64, thread int, files []bot.Attachment) {
	sent := 0
	for _, f := range files {
		if f.Kind != "image" && f.Kind != "file" || sent == maxPhotos {
			continue
		}
		sent++
		if err := c.sendFile(ctx, chat, thread, f); err != nil {
			c.Logger.Warn("telegram: file not sent", "kind", f.Kind, "error", c.mask(err))
		}
	}
}

func (c *Channel) sendFile(ctx context.Context, chat int64, thread int, f bot.Attachment) error {
	var file models.InputFile
	switch {
	case f.Channel == Name:
		file = &models.InputFileString{Data: f.Ref}
	case c.Open != nil:
		content, err := c.Open(ctx, f)
		if err != nil {
			return err
		}
		defer content.Close()
		name := "photo.jpg"
		if f.Kind == "file" {
			name = firstOf(f.Name, "file")
		}
		file = &models.InputFileUpload{Filename: name, Data: &reader{content}}
	default:
		return nil
	}
	if f.Kind == "file" {
		_, err := c.calls.SendDocument(ctx, &api.SendDocumentParams{ChatID: chat, MessageThreadID: thread, Document: file})
		return err
	}
	_, err := c.calls.SendPhoto(ctx, &api.SendPhotoParams{ChatID: chat, MessageThreadID: thread, Photo: file})
	return err
}

// reader is what the library takes: it panics on a reader that is no pointer.
type reader struct{ io.Reader }

// outcome says what became of a call that failed.
func (c *Channel) outcome(err error, chat int64) *bot.SendError {
	failed := &bot.SendError{Outcome: bot.Unknown, Err: c.mask(err)}
	var limit *api.TooManyRequestsError
	var moved *api.MigrateError
	var network *net.OpError
	switch {
	case errors.As(err, &limit):
		failed.Outcome, failed.After = bot.Retry, after(err, 3*time.Second)
	case errors.As(err, &moved):
		c.moved.Store(chat, int64(moved.MigrateToChatID))
		failed.Outcome = bot.Retry
	case errors.Is(err, api.ErrorUnauthorized), errors.Is(err, api.ErrorConflict):
		// The token was changed: nothing gets out until somebody puts the new one in.
		failed.Outcome, failed.After, failed.App = bot.Retry, time.Minute, true
	case errors.Is(err, api.ErrorForbidden), errors.Is(err, api.ErrorBadRequest), errors.Is(err, api.ErrorNotFound):
		failed.Outcome = bot.Never // blocked, thrown out, gone, or refused as it is
	case errors.As(err, &network) && network.Op == "dial":
		failed.Outcome = bot.Retry
	case strings.Contains(err.Error(), "error response from telegram"):
		failed.Outcome = bot.Retry // the platform says that it failed: 5xx
	case errors.Is(err, context.Canceled):
		failed.Outcome = bot.Retry
	}
	return failed
}

// Edit implements bot.Editor.
func (c *Channel) Edit(ctx context.Context, to bot.Chat, id string, r bot.Reply) error {
	chat, _, err := c.target(to)
	if err != nil {
		return err
	}
	message, err := strconv.Atoi(id)
	if err != nil {
		return &bot.SendError{Outcome: bot.Never, Err: fmt.Errorf("telegram: %q is no message", id)}
	}
	p := &api.EditMessageTextParams{
		ChatID: chat, MessageID: message, Text: render(r), ParseMode: models.ParseModeHTML, LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: api.True()},
	}
	if k, ok := keyboard(r, false).(*buttons); ok {
		p.ReplyMarkup = k
	}
	_, err = c.calls.EditMessageText(ctx, p)
	if unreadable(err) {
		p.ParseMode, p.Text = "", plain(r)
		_, err = c.calls.EditMessageText(ctx, p)
	}
	if err == nil || strings.Contains(err.Error(), "message is not modified") {
		return nil
	}
	return c.outcome(err, chat)
}

// Typing implements bot.Typer.
func (c *Channel) Typing(ctx context.Context, to bot.Chat) error {
	chat, thread, err := c.target(to)
	if err != nil {
		return err
	}
	_, err = c.calls.SendChatAction(ctx, &api.SendChatActionParams{ChatID: chat, MessageThreadID: thread, Action: models.ChatActionTyping})
	return c.mask(err)
}

// maxFetch is how many bytes of a file the platform gives to bots.
const maxFetch = 20 << 20

// Fetch implements bot.Fetcher.
func (c *Channel) Fetch(ctx context.Context, a bot.Attachment) (io.ReadCloser, error) {
	if a.Size > maxFetch {
		return nil, bot.Errorf(bot.Invalid, "文件太大,Telegram 最多给机器人 20 MB。")
	}
	file, err := c.calls.GetFile(ctx, &api.GetFileParams{FileID: a.Ref})
	if err != nil {
		if errors.Is(err, api.ErrorBadRequest) || errors.Is(err, api.ErrorNotFound) {
			return nil, bot.Because(bot.Invalid, c.mask(err), "这个文件 Telegram 已经不给了,请重新发一次。")
		}
		return nil, bot.Because(bot.Unavailable, c.mask(err), "文件现在取不到")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server+"/file/bot"+c.Token+"/"+file.FilePath, nil)
	if err != nil {
		return nil, bot.Because(bot.Invalid, c.mask(err), "文件的地址不对")
	}
	response, err := c.client.Do(r)
	if err != nil {
		return nil, bot.Because(bot.Unavailable, c.mask(err), "文件现在取不到")
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		kind := bot.Unavailable
		if response.StatusCode == http.StatusNotFound {
			kind = bot.Invalid
		}
		return nil, bot.Because(kind, errors.New(response.Status), "文件现在取不到")
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxFetch+1), response.Body}, nil
}
