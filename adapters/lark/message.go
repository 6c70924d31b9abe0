package lark

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"linli/bot"
)

// userID is somebody, by the app's own name for them. Others (user_id) need permissions that we don't ask for.
type userID struct {
	OpenID string `json:"open_id"`
}

// messageEvent is im.message.receive_v1.
type messageEvent struct {
	Sender struct {
		ID   userID `json:"sender_id"`
		Type string `json:"sender_type"`
	} `json:"sender"`
	Message struct {
		ID         string    `json:"message_id"`
		Root       string    `json:"root_id"`
		Parent     string    `json:"parent_id"`
		Thread     string    `json:"thread_id"`
		CreateTime string    `json:"create_time"`
		Chat       string    `json:"chat_id"`
		ChatType   string    `json:"chat_type"`
		Type       string    `json:"message_type"`
		Content    string    `json:"content"`
		Mentions   []mention `json:"mentions"`
	} `json:"message"`
}

// chatEvent is what happened to a chat or a message: im.chat.member.bot.added_v1, bot.deleted_v1, the private chat's first opening, a recall.
type chatEvent struct {
	Chat        string `json:"chat_id"`
	Operator    userID `json:"operator_id"`
	LastMessage string `json:"last_message_id"`
	Message     string `json:"message_id"`
}

// take makes of an event what the engine knows, and hands it over. An error means that the platform shall send the event again.
// The answer is for a button's presser.
func (c *Channel) take(ctx context.Context, e *envelope) (answer any, err error) {
	switch e.Header.EventType {
	case "im.message.receive_v1":
		return nil, c.takeMessage(ctx, e)
	case "card.action.trigger":
		return c.takeClick(ctx, e), nil
	case "im.chat.member.bot.added_v1", "im.chat.access_event.bot_p2p_chat_entered_v1":
		return nil, c.takeArrival(ctx, e)
	case "im.chat.member.bot.deleted_v1":
		c.Logger.Warn("lark: the bot was removed from a group; what goes there becomes a dead letter until it is added again", "chat", readChat(e).Chat)
	case "im.message.recalled_v1":
		// What was said is in the store already and may have been acted upon; a reply to it falls back to a new message.
		c.Logger.Info("lark: a message was recalled", "message", readChat(e).Message)
	default:
		c.Logger.Debug("lark: an event that is not needed", "type", e.Header.EventType)
	}
	return nil, nil
}

func readChat(e *envelope) chatEvent {
	var chat chatEvent
	_ = json.Unmarshal(e.Event, &chat) // what can't be read stays empty, and is dropped by who needs it
	return chat
}

func (c *Channel) takeMessage(ctx context.Context, e *envelope) error {
	var in messageEvent
	if err := json.Unmarshal(e.Event, &in); err != nil {
		c.Logger.Error("lark: a message of unknown form is dropped", "event", e.Header.EventID)
		return nil // it will not be better the next time
	}
	if in.Sender.Type != "user" || in.Sender.ID.OpenID == "" || !validKey(in.Message.ID) || in.Message.Chat == "" {
		return nil // another bot, or the platform itself: answering would make a loop
	}
	m, err := c.message(ctx, in)
	if err != nil {
		return err
	}
	if m.At.IsZero() {
		m.At = moment(e.Header.CreateTime)
	}
	if err := c.hand(ctx, m); err != nil {
		return err
	}
	if m.Addressed || !m.Chat.Group {
		c.last.put(m.Chat.Key(), m.ID)
	}
	return nil
}

// message says the event in the engine's words.
func (c *Channel) message(ctx context.Context, in messageEvent) (bot.Message, error) {
	sent := in.Message
	m := bot.Message{
		ID: sent.ID, ReplyTo: sent.Parent, At: moment(sent.CreateTime),
		Chat: bot.Chat{Channel: Name, ID: sent.Chat, Group: sent.ChatType != "p2p"},
		From: bot.Account{Channel: Name, ID: in.Sender.ID.OpenID},
	}
	if sent.Thread != "" {
		// A thread is answered by replying to its first message, so that is its name.
		m.Chat.Thread = cmp.Or(sent.Root, sent.ID)
	}
	self := c.self.get()
	if m.Chat.Group && self == "" {
		return m, bot.Errorf(bot.Unavailable, "还不知道机器人自己的身份,无法判断是否被@")
	}
	held := readContent(sent.Type, sent.Content)
	m.Text, m.Addressed = fillIn(held.text, sent.Mentions, self)
	m.Location = held.location
	for _, f := range held.files {
		m.Attachments = append(m.Attachments, bot.Attachment{Kind: f.kind, Ref: sent.ID + "/" + f.key, Name: f.name})
	}
	if m.Chat.Group && !m.Addressed && sent.Parent != "" {
		m.Addressed = c.ours(ctx, sent.Parent)
	}
	return m, nil
}

// ours reports whether the message is one of the bot's. Only a reply in a group asks, so the platform is seldom bothered.
func (c *Channel) ours(ctx context.Context, id string) bool {
	if known, ok := c.sent.get(id); ok {
		return known
	}
	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond) // the acknowledgement waits for it
	defer cancel()
	sender, err := c.api.sender(ctx, id)
	if err != nil {
		c.Logger.Warn("lark: can't see whether a reply is to the bot; it is taken as not", "error", err)
		return false
	}
	is := sender == c.AppID
	c.sent.put(id, is)
	return is
}

// takeArrival greets: a group that the bot was added to, and somebody who opens the private chat for the first time.
func (c *Channel) takeArrival(ctx context.Context, e *envelope) error {
	in := readChat(e)
	group := e.Header.EventType == "im.chat.member.bot.added_v1"
	if in.Chat == "" || in.Operator.OpenID == "" || !group && in.LastMessage != "" {
		return nil
	}
	id := e.Header.EventID
	if !group {
		id = "entered:" + in.Chat // only once, however often it is opened
	}
	return c.hand(ctx, bot.Message{
		ID: id, Text: "/start", Addressed: group, At: moment(e.Header.CreateTime),
		Chat: bot.Chat{Channel: Name, ID: in.Chat, Group: group},
		From: bot.Account{Channel: Name, ID: in.Operator.OpenID},
	})
}
