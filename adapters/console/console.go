// Package console is the channel of a terminal: lines in, replies out, for one person. It numbers the choices of a reply; the
// engine understands the number.
package console

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"linli/bot"
)

// Name is the channel's name in Chat and Account.
const Name = "console"

// Options are what a Channel is made of.
type Options struct {
	In   io.Reader // lines of UTF-8
	Out  io.Writer
	User string // ID of the one who types, and of the chat; empty: "local"
	// Prompt is printed when a line may be typed; empty: none, for pipes.
	Prompt string
	// Color uses the terminal's bold, red and faint.
	Color bool
	Now   func() time.Time
}

// Channel is the terminal.
type Channel struct {
	Options
	mu sync.Mutex // one writer at a time
}

// New makes the channel.
func New(o Options) *Channel {
	o.User = cmp.Or(o.User, "local")
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Channel{Options: o}
}

// Name implements bot.Channel.
func (c *Channel) Name() string { return Name }

// Capabilities implements bot.Channel.
func (c *Channel) Capabilities() bot.Capabilities { return bot.Capabilities{} }

// Chat is the conversation with the one who types.
func (c *Channel) Chat() bot.Chat { return bot.Chat{Channel: Name, ID: c.User} }

// Account is the one who types.
func (c *Channel) Account() bot.Account { return bot.Account{Channel: Name, ID: c.User} }

// Run implements bot.Channel. It takes a line when the one before is durable, and returns when the context or the input has ended.
//
// A read of a terminal cannot be interrupted on every system. Where it can't, the goroutine that waits for a line is left to the end of
// the process; it hands over nothing any more.
func (c *Channel) Run(ctx context.Context, receive bot.Receive) error {
	ended := make(chan error, 1)
	var taking sync.Mutex
	go func() {
		ended <- readLines(c.In, func(text string) error {
			taking.Lock()
			defer taking.Unlock()
			if ctx.Err() == nil {
				c.take(ctx, text, receive)
			}
			return ctx.Err()
		})
	}()
	c.prompt()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		if interrupt(c.In) {
			<-ended
			return nil
		}
		taking.Lock() // what was being taken is done, and nothing more will be
		defer taking.Unlock()
		return nil
	}
}

// take hands a line over, and says so if it was not taken.
func (c *Channel) take(ctx context.Context, text string, receive bot.Receive) {
	if strings.TrimSpace(text) == "" {
		c.prompt()
		return
	}
	if err := receive(ctx, c.message(text)); err != nil {
		c.print(cmp.Or(bot.MessageOf(err), refused) + "\n") // if the terminal is gone nobody reads it
	}
}

// refused is said where an error brings no sentence of its own.
const refused = "这一句没有收到,请再发一次。"

func (c *Channel) message(text string) bot.Message {
	return bot.Message{ID: uuid.NewString(), Chat: c.Chat(), From: c.Account(), Text: text, At: c.Now()}
}

// maxLine is how much of a line is read; the engine says what is too long, but nobody types a megabyte.
const maxLine = 1 << 20

// readLines hands over line by line until the input ends or take fails. It reads on only when a line was taken.
func readLines(in io.Reader, take func(string) error) error {
	r := bufio.NewReader(in)
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(line) > 0 {
			if take(strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "\uFFFD")) != nil {
				return nil
			}
			line = line[:0]
		}
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.ErrClosedPipe) {
			return nil
		}
		if err != nil {
			return bot.Because(bot.Unavailable, err, "读不到输入了。")
		}
	}
}

// interrupt ends a read that waits, if the reader lets it.
func interrupt(in io.Reader) bool {
	if d, ok := in.(interface{ SetReadDeadline(time.Time) error }); ok && d.SetReadDeadline(time.Unix(1, 0)) == nil {
		return true
	}
	if _, file := in.(*os.File); file {
		return false // closing it does not wake the read, and it is not ours
	}
	if closer, ok := in.(io.Closer); ok {
		return closer.Close() == nil
	}
	return false
}

// Send implements bot.Channel.
func (c *Channel) Send(ctx context.Context, d bot.Delivery) (string, error) {
	switch {
	case d.To.Channel != Name || d.To.ID == "":
		return "", &bot.SendError{Outcome: bot.Never, Err: errors.New("console: not a delivery to a terminal")}
	case ctx.Err() != nil:
		return "", &bot.SendError{Outcome: bot.Retry, Err: ctx.Err()}
	}
	text := c.render(d.Reply)
	if d.To.ID != c.User {
		text = c.style(faint, "〔给 "+clean(d.To.ID)+"〕") + "\n" + text
	}
	if err := c.print(text + "\n"); err != nil {
		return "", &bot.SendError{Outcome: bot.Never, Err: err}
	}
	return d.Line, nil
}

// print writes the text on lines of its own, and the prompt again.
func (c *Channel) print(text string) error {
	if c.Prompt != "" {
		text = "\r" + strings.Repeat(" ", width(c.Prompt)) + "\r" + text + "\n" + c.Prompt
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := io.WriteString(c.Out, text)
	return err
}

func (c *Channel) prompt() {
	if c.Prompt != "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		io.WriteString(c.Out, c.Prompt) // a terminal that is gone shows itself with the next reply
	}
}
