package lark

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"linli/bot"
)

// Name is the channel's name in Chat and Account.
const Name = "lark"

// The ways in which events come.
const (
	Stream  = "stream"  // a connection that we open and the platform writes to; self-built apps of feishu.cn
	Webhook = "webhook" // the platform posts to Handler
)

// The platform's own addresses, for Domain.
const (
	Feishu = "https://open.feishu.cn"
	Lark   = "https://open.larksuite.com"
)

// Options are what a Channel is made of. AppID and AppSecret are needed; the rest has a meaning when empty.
type Options struct {
	AppID             string
	AppSecret         string
	Mode              string       // Stream or Webhook; empty: Stream
	EncryptKey        string       // Webhook needs this or VerificationToken; with it events are encrypted and signed
	VerificationToken string       // what events must bear
	Domain            string       // empty: Feishu; Lark, or the address of a private deployment
	Logger            *slog.Logger // nil: discards
	Client            *http.Client // for the calls; nil: one with a timeout

	// Open brings the bytes of a file that goes with a reply. Nil: a reply only says which files there are.
	Open func(ctx context.Context, a bot.Attachment) (io.ReadCloser, error)

	// MaxFile is how many bytes of a file are fetched; 0: 30 MB.
	MaxFile int64
}

// Channel is an app on the platform.
type Channel struct {
	Options
	api    *api
	self   identity
	sent   *recent[string, bool]     // messages by ID: whether they are ours
	last   *recent[string, string]   // chat: the message that came last, which a typing sign hangs on
	typing *recent[string, reaction] // chat: the sign that is shown
	clicks *recent[string, time.Time]

	connected atomic.Bool
	mu        sync.RWMutex // held for reading while an event is taken
	receive   bot.Receive  // nil: not running
}

// New checks the options and returns a channel that is not running yet.
func New(o Options) (*Channel, error) {
	o.Mode = cmp.Or(o.Mode, Stream)
	o.Domain = strings.TrimRight(cmp.Or(o.Domain, Feishu), "/")
	if o.MaxFile == 0 {
		o.MaxFile = 30 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Client == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 64 // as many calls as the limits let run at once
		o.Client = &http.Client{Timeout: 10 * time.Second, Transport: t}
	}
	var wrong []error
	bad := func(text string) { wrong = append(wrong, bot.Errorf(bot.Invalid, "%s", text)) }
	if o.AppID == "" || o.AppSecret == "" {
		bad("飞书的 app_id 和 app_secret 要一起写,见开发者后台“凭证与基础信息”")
	}
	if o.Mode != Stream && o.Mode != Webhook {
		bad(fmt.Sprintf("飞书的 mode %q 不可用,可写:stream 或 webhook", o.Mode))
	}
	if o.Mode == Webhook && o.EncryptKey == "" && o.VerificationToken == "" {
		bad("飞书用 webhook 时必须写 encrypt_key 或 verification_token(开发者后台“事件与回调 → 加密策略”),否则谁都可以冒充飞书发消息")
	}
	if u, err := url.Parse(o.Domain); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		bad(fmt.Sprintf("飞书的 domain %q 不是网址,应写成 %s、%s 或私有部署的地址", o.Domain, Feishu, Lark))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return &Channel{
		Options: o, api: newAPI(o),
		sent: newRecent[string, bool](20_000), last: newRecent[string, string](5_000),
		typing: newRecent[string, reaction](5_000), clicks: newRecent[string, time.Time](5_000),
	}, nil
}

// Name implements bot.Channel.
func (c *Channel) Name() string { return Name }

// Capabilities implements bot.Channel. A card may have 30 KB as JSON within JSON, which leaves room for this much text with everything
// escaped twice; nobody reads more at once. The rates are the platform's: 5/s to one chat, shared by all bots in it, and 50/s of the app.
func (c *Channel) Capabilities() bot.Capabilities {
	return bot.Capabilities{
		MaxText: 12_000, Unit: bot.Bytes, Buttons: true, Idempotent: true,
		PerChat: bot.Rate{Events: 5, Per: time.Second},
		PerApp:  bot.Rate{Events: 50, Per: time.Second},
	}
}

// Run implements bot.Channel.
func (c *Channel) Run(ctx context.Context, receive bot.Receive) error {
	c.mu.Lock()
	c.receive = receive
	c.mu.Unlock()
	var working sync.WaitGroup
	working.Go(func() { c.introduce(ctx) })
	if c.Mode == Stream {
		c.stream(ctx)
	}
	<-ctx.Done()
	c.mu.Lock() // what is being taken is done with first
	c.receive = nil
	c.mu.Unlock()
	working.Wait()
	c.Client.CloseIdleConnections()
	return nil
}

// Ready implements bot.Readier.
func (c *Channel) Ready() bool {
	if c.Mode == Stream {
		return c.connected.Load()
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.receive != nil
}

// hand gives a message to the engine; an error means that it is not durable.
func (c *Channel) hand(ctx context.Context, m bot.Message) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.receive == nil {
		return bot.Errorf(bot.Unavailable, "服务没有在运行")
	}
	return c.receive(ctx, m)
}

// identity is who the app is in a chat; it is asked for once.
type identity struct {
	mu     sync.RWMutex
	openID string
}

func (i *identity) get() string {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.openID
}

// introduce asks the platform who we are, until it says so.
func (c *Channel) introduce(ctx context.Context) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		info, err := c.api.botInfo(ctx)
		if err == nil && info.OpenID != "" {
			c.self.mu.Lock()
			c.self.openID = info.OpenID
			c.self.mu.Unlock()
			return
		}
		if ctx.Err() != nil {
			return
		}
		c.Logger.Error("lark: the platform does not say who the app is; messages in groups are put off (linli doctor says more)", "error", err)
		if !sleep(ctx, wait) {
			return
		}
	}
}

// sleep waits; false: the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
