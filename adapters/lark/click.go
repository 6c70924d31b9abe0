package lark

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"linli/bot"
)

// clickEvent is card.action.trigger: a button of a card was pressed.
type clickEvent struct {
	Operator userID `json:"operator"`
	Action   struct {
		Value json.RawMessage `json:"value"` // what the button was given; others' cards may hold anything
		Tag   string          `json:"tag"`
	} `json:"action"`
	Context struct {
		Message string `json:"open_message_id"`
		Chat    string `json:"open_chat_id"`
	} `json:"context"`
}

// buttonValue is what our buttons carry, so that a press says by itself where it was and what it means.
type buttonValue struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	Group  bool   `json:"group,omitempty"`
	Thread string `json:"thread,omitempty"`
}

// toast is the answer that the presser sees for a moment.
type toast struct {
	Toast struct {
		Type    string `json:"type"`
		Content string `json:"content"`
	} `json:"toast"`
}

func say(kind, text string) toast {
	var t toast
	t.Toast.Type, t.Toast.Content = kind, text
	return t
}

// What the presser is told.
const (
	toastTaken  = "收到,请稍候"
	toastFailed = "这次没有收到,请再按一次"
	toastOld    = "这个按钮不能用了,请直接写出您要做的事"
)

const (
	twice     = 1500 * time.Millisecond // two presses closer than this are one
	clickTime = 2500 * time.Millisecond // of the 3 s that the platform waits
)

// takeClick hands over a pressed button, and says so. The platform never sends a press again: what failed is told to the presser.
func (c *Channel) takeClick(ctx context.Context, e *envelope) any {
	m, ok := readClick(e)
	if !ok {
		return say("warning", toastOld)
	}
	ctx, cancel := context.WithTimeout(ctx, clickTime)
	defer cancel()
	press := m.ReplyTo + "|" + m.Action + "|" + m.From.ID
	if before, pressed := c.clicks.get(press); pressed && time.Since(before) < twice {
		return say("info", toastTaken)
	}
	c.clicks.put(press, time.Now())
	if err := c.hand(ctx, m); err != nil {
		c.clicks.take(press)
		c.Logger.Warn("lark: a pressed button was not taken", "error", err)
		return say("error", toastFailed)
	}
	return say("info", toastTaken)
}

// readClick says the press in the engine's words.
func readClick(e *envelope) (bot.Message, bool) {
	var in clickEvent
	if json.Unmarshal(e.Event, &in) != nil || in.Operator.OpenID == "" || in.Context.Chat == "" || in.Context.Message == "" {
		return bot.Message{}, false
	}
	var v buttonValue
	if json.Unmarshal(in.Action.Value, &v) != nil {
		// A value that was given as text, with the object in it.
		var text string
		if json.Unmarshal(in.Action.Value, &text) != nil || json.Unmarshal([]byte(text), &v) != nil {
			return bot.Message{}, false
		}
	}
	if v.Action == "" || len(v.Action) > 200 {
		return bot.Message{}, false
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{in.Context.Message, v.Action, in.Operator.OpenID, e.Header.EventID}, "\x00")))
	return bot.Message{
		ID: "card:" + hex.EncodeToString(sum[:16]), Text: v.Label, Action: v.Action, Addressed: v.Group, ReplyTo: in.Context.Message,
		Chat: bot.Chat{Channel: Name, ID: in.Context.Chat, Group: v.Group, Thread: v.Thread},
		From: bot.Account{Channel: Name, ID: in.Operator.OpenID}, At: moment(e.Header.CreateTime),
	}, true
}
