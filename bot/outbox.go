package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// send delivers one reply, when the limits allow it.
func (e *Engine) send(ctx context.Context, job Job) (Change, error) {
	var d Delivery
	if err := json.Unmarshal(job.Body, &d); err != nil {
		return Change{}, Because(Invalid, err, "")
	}
	channel := e.channels[d.To.Channel]
	if channel == nil {
		return Change{}, Errorf(Unavailable, "没有名为 %s 的渠道在运行", d.To.Channel)
	}
	if !d.Until.IsZero() && e.Now().After(d.Until) {
		return Change{}, Errorf(Invalid, "发送时已过时效")
	}
	if until, err := e.mayGo(ctx, d.To, e.limits(channel)); err != nil {
		return Change{}, err
	} else if !until.IsZero() {
		return Change{}, &waitError{until: until}
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	change, err := e.deliver(ctx, channel, d)
	var failed *SendError
	if errors.As(err, &failed) {
		if failed.Outcome == Retry && failed.After > 0 {
			e.hold(ctx, d.To, failed)
		}
		if failed.Outcome == Unknown && !channel.Capabilities().Idempotent && d.Kind == "reply" && timedOut(err) {
			// The platform has it and was slow to say so: an answer most likely arrived, a reminder goes again all the same. Where the connection
			// broke it most likely did not arrive: anything is better seen twice than never.
			e.Logger.Warn("outcome of a reply unknown, not sent again", "channel", d.To.Channel, "line", d.Line)
			return Change{}, nil
		}
	}
	if err != nil && d.Kind == amendment && (permanent(err) || job.Attempt >= editAttempts) {
		e.Logger.Info("a draft stays as it was", "channel", d.To.Channel, "error", err)
		return Change{}, nil
	}
	return change, err
}

// timedOut reports whether the platform was silent until we gave up.
func timedOut(err error) bool {
	var silent interface{ Timeout() bool }
	return errors.As(err, &silent) && silent.Timeout()
}

// deliver hands the delivery to the channel and returns what is to be remembered of it.
func (e *Engine) deliver(ctx context.Context, channel Channel, d Delivery) (Change, error) {
	if d.Kind == amendment {
		return e.edit(ctx, channel, d)
	}
	id, err := channel.Send(ctx, d)
	if err != nil || d.Draft == "" {
		return Change{}, err
	}
	return sent(d, id)
}

// Limits are how often a channel may be sent to.
type Limits struct{ App, Chat, Group Rate }

func (e *Engine) limits(c Channel) Limits {
	can := c.Capabilities()
	l := Limits{App: can.PerApp, Chat: can.PerChat, Group: can.PerGroup}
	if configured, ok := e.Limits[c.Name()]; ok {
		for from, to := range map[*Rate]*Rate{&configured.App: &l.App, &configured.Chat: &l.Chat, &configured.Group: &l.Group} {
			if from.Events > 0 {
				*to = *from
			}
		}
	}
	return l
}

// split cuts a reply's text to what the channel takes. Buttons, fields and sources go with the last part.
func split(r Reply, c Capabilities) []Reply {
	if c.MaxText == 0 {
		return []Reply{r}
	}
	// A channel renders fields, sources and numbered choices into the text: leave it room for them.
	room := c.MaxText - min(c.MaxText/4, c.Unit.length((&Reply{Fields: r.Fields, Choices: r.Choices, Sources: r.Sources, Link: r.Link}).Plain()))
	var parts []Reply
	text := r.Text
	for c.Unit.length(text) > room {
		cut := border(text, c.Unit, room)
		parts = append(parts, Reply{Text: strings.TrimSpace(text[:cut]), Urgent: r.Urgent, Personal: r.Personal})
		text = strings.TrimSpace(text[cut:])
	}
	r.Text = text
	return append(parts, r)
}

// border returns the byte at which to cut the text so that at most room units stand before it: after a line, else after a sentence, else anywhere.
func border(text string, u TextUnit, room int) int {
	used, line, sentence, any := 0, 0, 0, 0
	for i, r := range text {
		used += u.size(r)
		if used > room {
			break
		}
		any = i + utf8.RuneLen(r)
		switch {
		case r == '\n':
			line = any
		case strings.ContainsRune("。!?;！？；", r):
			sentence = any
		}
	}
	switch {
	case line > any/2:
		return line
	case sentence > any/2:
		return sentence
	}
	return max(any, 1)
}

func (u TextUnit) size(r rune) int {
	switch u {
	case Bytes:
		return utf8.RuneLen(r)
	case UTF16:
		return utf16.RuneLen(r)
	}
	return 1
}

func (u TextUnit) length(text string) int {
	n := 0
	for _, r := range text {
		n += u.size(r)
	}
	return n
}
