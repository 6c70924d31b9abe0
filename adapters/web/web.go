package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"linli/bot"
)

// Name is the channel's name in Chat and Account.
const Name = "web"

// Accounts is what the channel asks of the people's side.
type Accounts interface {
	// Redeem binds the account to whom the one-time code was made for. It fails with NotFound for a code that does not exist, Conflict
	// for one that was used, Forbidden for one that is no longer valid.
	Redeem(ctx context.Context, code string, a bot.Account) error

	// Profile says who the account is. An account that nobody has bound is a visitor, not an error.
	Profile(ctx context.Context, a bot.Account) (Profile, error)
}

// Profile is what a page shows about the one who sits before it, in words for the reader.
type Profile struct {
	Name    string     `json:"name,omitempty"`    // 王小梅; empty for a visitor
	Role    string     `json:"role"`              // 居民, 网格员
	Unit    string     `json:"unit,omitempty"`    // 马鞍山社区
	Staff   bool       `json:"staff,omitempty"`   // sees the files that replies show, also those of others
	Sample  bool       `json:"sample,omitempty"`  // an invented person of the sample
	Starts  []string   `json:"starts,omitempty"`  // what such a person often says first; the page offers it to a newcomer
	Links   []bot.Link `json:"links,omitempty"`   // other pages for this person: the console
	Welcome string     `json:"welcome,omitempty"` // the first sentence of an empty chat
}

// Options are what a Channel is made of.
type Options struct {
	Store    bot.Store    // the transcript is read from it
	Accounts Accounts     // who people are
	Files    bot.Files    // photos and the like; nil: none are taken
	Desk     Desk         // what staff see at /console/; nil: nothing
	Relay    Relay        // to the other processes of the deployment; nil: there are none
	Logger   *slog.Logger // nil: slog.Default()
	Now      func() time.Time
	Secure   bool   // the service is reached by https, perhaps through a proxy: cookies say so
	Privacy  string // one sentence about what is kept, for how long and whom to ask; empty: a general one
	Streams  int    // how many streams of events may be open at once; 0: 20,000
}

// Channel is the web channel.
type Channel struct {
	Options
	hub     hub
	limits  limiter // messages of an account
	uploads limiter // files of an account
	signIns limiter // attempts of an address
	pages   pages
	handler http.Handler

	mu      sync.RWMutex
	receive bot.Receive    // nil while Run is not running
	closing chan struct{}  // closed when Run ends
	busy    sync.WaitGroup // requests that Run waits for
}

// New makes the channel.
func New(o Options) (*Channel, error) {
	if o.Store == nil || o.Accounts == nil {
		return nil, errors.New("web: Store and Accounts are needed")
	}
	o.Logger = cmp.Or(o.Logger, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Streams = cmp.Or(o.Streams, 20_000)
	c := &Channel{Options: o, limits: newLimiter(10, 40), uploads: newLimiter(1, 20), signIns: newLimiter(0.5, 20)}
	c.hub.streams = map[string][]*stream{}
	if err := c.pages.read(); err != nil {
		return nil, err
	}
	c.handler = c.routed()
	return c, nil
}

// Name implements bot.Channel.
func (c *Channel) Name() string { return Name }

// Capabilities implements bot.Channel.
func (c *Channel) Capabilities() bot.Capabilities {
	return bot.Capabilities{Buttons: true, Idempotent: true, Informs: true}
}

// Handler serves the page and the API. It answers 503 while Run is not running.
func (c *Channel) Handler() http.Handler { return c.handler }

// Run implements bot.Channel: until the context ends the handler takes messages. Then the streams are closed, and Run returns when the last
// request has ended.
func (c *Channel) Run(ctx context.Context, receive bot.Receive) error {
	c.mu.Lock()
	if c.receive != nil {
		c.mu.Unlock()
		return errors.New("web: Run runs already")
	}
	c.receive, c.closing = receive, make(chan struct{})
	c.mu.Unlock()

	var relaying sync.WaitGroup
	if c.Relay != nil {
		relaying.Go(func() { c.Relay.Listen(ctx, c.hub.publish) })
	}
	<-ctx.Done()
	relaying.Wait()

	c.mu.Lock()
	c.receive = nil
	close(c.closing)
	c.mu.Unlock()
	c.busy.Wait()
	return nil
}

// Ready implements bot.Readier: whether messages are taken.
func (c *Channel) Ready() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.receive != nil
}

// enter admits a request for as long as Run runs. Who was admitted calls c.busy.Done.
func (c *Channel) enter() (receive bot.Receive, closing <-chan struct{}, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.receive == nil {
		return nil, nil, bot.Errorf(bot.Unavailable, "服务正在启动或重启,请过一会儿再试。")
	}
	c.busy.Add(1)
	return c.receive, c.closing, nil
}

// Send implements bot.Channel. The pages of the chat that are open show the reply at once; with none open it is in the transcript
// for when the person comes back, so that is a success too.
func (c *Channel) Send(ctx context.Context, d bot.Delivery) (string, error) {
	switch {
	case d.To.Channel != Name || d.To.ID == "" || d.Line == "":
		return "", &bot.SendError{Outcome: bot.Never, Err: errors.New("web: not a delivery to a web chat")}
	case ctx.Err() != nil:
		return "", &bot.SendError{Outcome: bot.Retry, Err: ctx.Err()}
	}
	id := eventID(d.Line, d.Index)
	if c.listening(d.To.ID) {
		event, err := encode("reply", id, replyEvent{Line: d.Line, Index: d.Index, At: d.At, Reply: d.Reply})
		if err != nil {
			return "", &bot.SendError{Outcome: bot.Never, Err: err}
		}
		c.publish(ctx, d.To.ID, event)
	}
	return id, nil
}

// Edit implements bot.Editor. A page that isn't connected now reads the transcript, where the new reply stands.
func (c *Channel) Edit(ctx context.Context, to bot.Chat, id string, r bot.Reply) error {
	if !c.listening(to.ID) {
		return nil
	}
	index, err := strconv.Atoi(strings.TrimPrefix(id, lineOf(id)+"/"))
	if err != nil {
		return &bot.SendError{Outcome: bot.Never, Err: fmt.Errorf("web: %q is no reply", id)}
	}
	event, err := encode("amend", "", amendEvent{Line: lineOf(id), Index: index, Reply: r})
	if err != nil {
		return &bot.SendError{Outcome: bot.Never, Err: err}
	}
	c.publish(ctx, to.ID, event)
	return nil
}

// Typing implements bot.Typer.
func (c *Channel) Typing(ctx context.Context, to bot.Chat) error {
	if c.listening(to.ID) {
		c.publish(ctx, to.ID, []byte("event: typing\ndata: {}\n\n"))
	}
	return nil
}
