package bot

import (
	"strings"
	"time"
)

// Message is what a person said or pressed, as a channel hands it over.
type Message struct {
	// ID is the platform's: the same message delivered twice bears the same ID. It is unique within the channel.
	ID string `json:"id"`
	// Chat is where it was said and where the answer goes.
	Chat Chat `json:"chat"`
	// From is the account that said it.
	From Account `json:"from"`
	Text string  `json:"text,omitempty"`
	// Action is the token of the choice that was pressed; the channel gives back what it was given in Choice.Action. Text then holds its label.
	Action string `json:"action,omitempty"`
	// Addressed says, in a group, that the bot was mentioned or replied to.
	Addressed   bool         `json:"addressed,omitempty"`
	Edited      bool         `json:"edited,omitempty"` // it stands in the place of something said before, which has been handled as it was
	Location    *Location    `json:"location,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	ReplyTo     string       `json:"reply_to,omitempty"` // ID of the platform's message that it answers
	At          time.Time    `json:"at"`                 // when it was said, by the platform's clock
}

// Chat names a conversation place on a channel: a private chat, a group, a thread.
type Chat struct {
	Channel string `json:"channel"` // "web", "console", "telegram", "lark"
	ID      string `json:"id"`
	Group   bool   `json:"group,omitempty"`
	Thread  string `json:"thread,omitempty"`
}

// Key returns the chat as one string, "web:abc"; threads of a chat are chats of their own.
func (c Chat) Key() string {
	if c.Thread != "" {
		return c.Channel + ":" + c.ID + "/" + c.Thread
	}
	return c.Channel + ":" + c.ID
}

// Account is a person on a channel, before anybody knows who it is.
type Account struct {
	Channel string `json:"channel"`
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"` // as the platform shows it
}

// Key returns the account as one string, "telegram:1234".
func (a Account) Key() string { return a.Channel + ":" + a.ID }

// Location is a pin.
type Location struct {
	Lat   float64 `json:"lat"` // degrees, WGS-84 unless the channel says otherwise
	Lon   float64 `json:"lon"`
	Label string  `json:"label,omitempty"` // what the platform wrote beside the pin
}

// Attachment is a file that came with a message, or goes with a reply. The channel that brought it can fetch it by Ref (Fetcher).
type Attachment struct {
	Kind    string `json:"kind"` // image, audio, video, file
	Ref     string `json:"ref"`
	Channel string `json:"channel,omitempty"` // whose Ref it is; the engine fills it in
	Name    string `json:"name,omitempty"`
	Size    int64  `json:"size,omitempty"` // bytes; 0: unknown
}

// Lane is the conversation that the message belongs to: in a private chat the chat itself, in a group each person's own, so that
// nobody waits for another's slow turn.
func (m *Message) Lane() string {
	if m.Chat.Group {
		return m.Chat.Key() + "#" + m.From.ID
	}
	return m.Chat.Key()
}

// MaxText is how many bytes of a message's text are understood. The rest is cut, and the reader is told.
const MaxText = 8 << 10

// clean makes text of any bytes: invalid UTF-8 and control characters go, the rest stays as it was said.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r < ' ' || r == 0x7f || r == 0xFEFF || (r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, text))
}
