package lark

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"linli/bot"
)

// Send implements bot.Channel.
func (c *Channel) Send(ctx context.Context, d bot.Delivery) (string, error) {
	switch {
	case d.To.Channel != Name || d.To.ID == "":
		return "", &bot.SendError{Outcome: bot.Never, Err: errors.New("lark: not a delivery to a chat of Feishu's")}
	case ctx.Err() != nil:
		return "", &bot.SendError{Outcome: bot.Retry, Err: ctx.Err()}
	}
	kind, content := render(d.Reply, d.To, c.images(ctx, d.Reply.Files))
	id, err := c.deliver(ctx, d, outgoing{kind: kind, content: content, uuid: uuid(d, "")})
	if err != nil && kind == kindCard && hasCode(err, cardFailed) {
		c.Logger.Error("lark: a card was refused; the words go as a text", "line", d.Line, "error", err)
		id, err = c.deliver(ctx, d, outgoing{kind: kindText, content: renderText(d.Reply), uuid: uuid(d, "t")})
	}
	if err != nil {
		if hasCode(err, settings) {
			c.Logger.Error("lark: the app may not send; linli doctor says what is missing", "error", err)
		}
		return "", classify(err)
	}
	c.sent.put(id, true)
	c.sendDocuments(ctx, d)
	c.untype(ctx, d.To)
	return id, nil
}

// sendDocuments sends the documents of a reply after it. What can't be sent is named in the reply, so that it is found elsewhere.
func (c *Channel) sendDocuments(ctx context.Context, d bot.Delivery) {
	for i, f := range d.Reply.Files {
		if c.Open == nil || f.Kind != "file" || i == maxImages {
			continue
		}
		if err := c.sendDocument(ctx, d, f, uuid(d, "f"+strconv.Itoa(i))); err != nil {
			c.Logger.Warn("lark: a document can't be sent; it is named", "error", err)
		}
	}
}

func (c *Channel) sendDocument(ctx context.Context, d bot.Delivery, f bot.Attachment, uuid string) error {
	data, err := c.read(ctx, f, maxDocument)
	if err != nil {
		return err
	}
	key, err := c.api.uploadFile(ctx, firstOf(f.Name, "file"), data)
	if err != nil {
		return err
	}
	_, err = c.deliver(ctx, d, outgoing{kind: kindFile, content: encode(node{"file_key": key}), uuid: uuid})
	return err
}

// deliver sends into the chat. In a thread it is a reply to the thread's first message, in a group to what was asked; when that message
// is gone, the words stand for themselves.
func (c *Channel) deliver(ctx context.Context, d bot.Delivery, m outgoing) (string, error) {
	root := d.To.Thread
	if root == "" && d.To.Group {
		root = asked(d)
	}
	if root != "" {
		id, err := c.api.reply(ctx, root, d.To.Thread != "", m)
		if err == nil || !hasCode(err, threadGone) {
			return id, err
		}
		c.Logger.Warn("lark: the message to reply to is gone; the reply goes to its chat", "message", root, "error", err)
		m.uuid += "n"
	}
	return c.api.create(ctx, d.To.ID, m)
}

// asked returns the message that the delivery answers, "" if it answers none. The engine names a line of the transcript after the message
// that began it: lark:om_…/0. A line that is named otherwise is sent without a quote.
func asked(d bot.Delivery) string {
	name, _, _ := strings.Cut(d.Line, "/")
	id, ours := strings.CutPrefix(name, Name+":")
	if !ours || d.Index > 0 || d.Kind != "reply" || !strings.HasPrefix(id, "om_") || !validKey(id) {
		return ""
	}
	return id
}

// uuid names a delivery to the platform, which shows it once within an hour: at most 50 characters, the same at every attempt. Another
// form of the same reply has another name.
func uuid(d bot.Delivery, form string) string {
	sum := sha256.Sum256([]byte(d.Line + "\x00" + strconv.Itoa(d.Index)))
	return hex.EncodeToString(sum[:20]) + form
}

const (
	maxImages = 9
	maxImage  = 10 << 20 // of the platform

	maxDocument = 30 << 20 // of the platform
)

// images uploads the pictures of a reply. What can't be uploaded is named in the reply instead.
func (c *Channel) images(ctx context.Context, files []bot.Attachment) []string {
	var keys []string
	for _, f := range files {
		if c.Open == nil || f.Kind != "image" || len(keys) == maxImages {
			continue
		}
		key, err := c.image(ctx, f)
		if err != nil {
			c.Logger.Warn("lark: a picture can't be shown; it is named", "error", err)
			break // the next would take as long to fail
		}
		keys = append(keys, key)
	}
	return keys
}

func (c *Channel) image(ctx context.Context, f bot.Attachment) (string, error) {
	data, err := c.read(ctx, f, maxImage)
	if err != nil {
		return "", err
	}
	return c.api.upload(ctx, data)
}

// read reads a file that goes with a reply.
func (c *Channel) read(ctx context.Context, f bot.Attachment, most int64) ([]byte, error) {
	r, err := c.Open(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	case len(data) == 0 || int64(len(data)) > most:
		return nil, fmt.Errorf("%d bytes or more are not taken", len(data))
	}
	return data, nil
}

// Edit implements bot.Editor: a card stays a card, a text a text.
func (c *Channel) Edit(ctx context.Context, to bot.Chat, id string, r bot.Reply) error {
	if to.Channel != Name || !validKey(id) {
		return &bot.SendError{Outcome: bot.Never, Err: errors.New("lark: not a message of Feishu's")}
	}
	images := c.images(ctx, r.Files)
	kind, content := render(r, to, images)
	err := c.api.update(ctx, id, outgoing{kind: kind, content: content})
	if err != nil && hasCode(err, cardFailed) {
		// It was sent as the other kind.
		other := outgoing{kind: kindText, content: renderText(r)}
		if kind == kindText {
			other = outgoing{kind: kindCard, content: renderCard(r, to, images)}
		}
		err = c.api.update(ctx, id, other)
	}
	if err != nil {
		return classify(err)
	}
	return nil
}

// reaction is an emoji on a message.
type reaction struct{ message, id string }

// Typing implements bot.Typer: an emoji hangs on what was said last in the chat until the answer is there.
func (c *Channel) Typing(ctx context.Context, to bot.Chat) error {
	message, ok := c.last.get(to.Key())
	if !ok {
		return nil // nothing was said since the service started
	}
	id, err := c.api.react(ctx, message, "Typing")
	if err != nil {
		return classify(err)
	}
	c.typing.put(to.Key(), reaction{message: message, id: id})
	return nil
}

// untype takes the sign away, if one is shown. An answer that is there says more than a sign that stays.
func (c *Channel) untype(ctx context.Context, to bot.Chat) {
	if r, ok := c.typing.take(to.Key()); ok && r.id != "" {
		if err := c.api.unreact(ctx, r); err != nil {
			c.Logger.Debug("lark: the typing sign stays", "error", err)
		}
	}
}
