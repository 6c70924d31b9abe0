package telegram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	api "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"linli/bot"
)

// Name is the channel's name in Chat and Account.
const Name = "telegram"

// The ways in which updates come.
const (
	Polling = "polling" // we ask for them
	Webhook = "webhook" // the platform posts them to Handler
)

// Server is the platform's own address.
const Server = "https://api.telegram.org"

// connections is how many the calls keep open: as many as the engine sends at once.
const connections = 256

// Options are what a Channel is made of. Only Token is always needed.
type Options struct {
	Token  string // from BotFather
	Mode   string // Polling or Webhook; empty: Polling
	Secret string // with Webhook: what each post must bear, 1 to 256 of A-Z a-z 0-9 _ -
	Hook   string // with Webhook: the https address that the platform posts to
	Server string // empty: Server; or a Bot API server of one's own
	Logger *slog.Logger
	Client *http.Client // for the calls; nil: one with a timeout

	// Open brings the bytes of a file that goes with a reply. Nil: a reply only says which files there are.
	Open func(ctx context.Context, a bot.Attachment) (io.ReadCloser, error)
}

// Channel is a bot on the platform.
type Channel struct {
	Options
	calls   *api.Bot
	client  *http.Client // for long polls and files: no timeout of its own
	self    atomic.Pointer[models.User]
	moved   sync.Map // ID of a group → ID of the supergroup that it became
	ready   atomic.Bool
	mu      sync.RWMutex   // held for reading while an update is taken
	receive bot.Receive    // nil: not running
	beside  sync.WaitGroup // calls that nobody waits for but Run
}

// allowed are the updates that are asked for.
var allowed = []string{models.AllowedUpdateMessage, models.AllowedUpdateEditedMessage, models.AllowedUpdateCallbackQuery}

// New checks the options and returns a channel that is not running yet.
func New(o Options) (*Channel, error) {
	o.Mode, o.Server = cmp.Or(o.Mode, Polling), strings.TrimRight(cmp.Or(o.Server, Server), "/")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Client == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
		o.Client = &http.Client{Timeout: 15 * time.Second, Transport: t}
	}
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, bot.Errorf(bot.Invalid, format, args...)) }
	if number, secret, ok := strings.Cut(o.Token, ":"); !ok || len(secret) < 10 || strings.Trim(number, "0123456789") != "" {
		bad("Telegram 的 token 不完整,应是 BotFather 给的一整串,例如 123456:ABC-DEF…")
	}
	switch o.Mode {
	case Polling:
	case Webhook:
		if len(o.Secret) == 0 || len(o.Secret) > 256 || strings.Trim(o.Secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			bad("Telegram 用 webhook 时要写 secret(1–256个字母、数字、_ 或 -),否则谁都可以冒充 Telegram 发消息")
		}
		if u, err := url.Parse(o.Hook); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			bad("Telegram 用 webhook 时要写 public_url,例如 https://linli.example.org")
		}
	default:
		bad("Telegram 的 mode %q 不可用,可写:polling 或 webhook", o.Mode)
	}
	if u, err := url.Parse(o.Server); err != nil || u.Host == "" {
		bad("Telegram 的 server %q 不是网址,应写成 %s 或自建服务器的地址", o.Server, Server)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	c := &Channel{Options: o, client: &http.Client{Transport: o.Client.Transport}}
	calls, err := api.New(o.Token, api.WithSkipGetMe(), api.WithServerURL(o.Server), api.WithHTTPClient(time.Minute, pieces{o.Client}),
		api.WithErrorsHandler(func(err error) { o.Logger.Debug("telegram", "error", c.mask(err)) }))
	if err != nil {
		return nil, bot.Because(bot.Invalid, c.mask(err), "Telegram 的配置用不了")
	}
	c.calls = calls
	return c, nil
}

// mask takes the token out of an error's text. What was wrapped can still be asked for.
func (c *Channel) mask(err error) error {
	if err == nil || !strings.Contains(err.Error(), c.Token) {
		return err
	}
	return &masked{err, strings.ReplaceAll(err.Error(), c.Token, "***")}
}

type masked struct {
	err  error
	text string
}

func (m *masked) Error() string { return m.text }
func (m *masked) Unwrap() error { return m.err }

// Name implements bot.Channel.
func (c *Channel) Name() string { return Name }

// Capabilities implements bot.Channel. A message may have 4096 UTF-16 units; what stands around the text needs some of them.
func (c *Channel) Capabilities() bot.Capabilities {
	return bot.Capabilities{
		MaxText: 3000, Unit: bot.UTF16, Buttons: true,
		PerChat:  bot.Rate{Events: 1, Per: time.Second},
		PerGroup: bot.Rate{Events: 20, Per: time.Minute},
		PerApp:   bot.Rate{Events: 30, Per: time.Second},
	}
}

// Ready implements bot.Readier.
func (c *Channel) Ready() bool { return c.ready.Load() }

// Run implements bot.Channel.
func (c *Channel) Run(ctx context.Context, receive bot.Receive) error {
	c.mu.Lock()
	c.receive = receive
	c.mu.Unlock()
	defer func() {
		c.mu.Lock() // what is being taken is done with first
		c.receive = nil
		c.mu.Unlock()
		c.beside.Wait()
		c.ready.Store(false)
		c.Client.CloseIdleConnections()
		c.client.CloseIdleConnections()
	}()
	if !c.introduce(ctx) {
		return nil
	}
	c.ready.Store(true)
	if c.Mode == Polling {
		c.poll(ctx)
	}
	<-ctx.Done()
	return nil
}

// introduce asks who we are and tells the platform how updates are to come. It tries until it succeeds; false: the context ended first.
func (c *Channel) introduce(ctx context.Context) bool {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		me, err := c.calls.GetMe(ctx)
		if err == nil {
			c.self.Store(me)
			if c.Mode == Webhook {
				_, err = c.calls.SetWebhook(ctx, &api.SetWebhookParams{URL: c.Hook, SecretToken: c.Secret, AllowedUpdates: allowed})
			} else {
				_, err = c.calls.DeleteWebhook(ctx, &api.DeleteWebhookParams{})
			}
		}
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if errors.Is(err, api.ErrorUnauthorized) || errors.Is(err, api.ErrorNotFound) {
			c.Logger.Error("telegram: the token is not valid; take a new one from BotFather", "error", c.mask(err))
			wait = time.Minute
		} else {
			c.Logger.Warn("telegram: not reached, will try again", "in", wait, "error", c.mask(err))
		}
		if !sleep(ctx, after(err, wait)) {
			return false
		}
	}
}

// after is how long the platform says to wait, or else so long.
func after(err error, otherwise time.Duration) time.Duration {
	var limit *api.TooManyRequestsError
	if errors.As(err, &limit) && limit.RetryAfter > 0 {
		return time.Duration(limit.RetryAfter) * time.Second
	}
	return otherwise
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// target is the chat's number on the platform, as it is now.
func (c *Channel) target(chat bot.Chat) (id int64, thread int, err error) {
	if chat.Channel != Name {
		return 0, 0, fmt.Errorf("telegram: not a chat here: %s", chat.Channel)
	}
	if id, err = strconv.ParseInt(chat.ID, 10, 64); err != nil {
		return 0, 0, fmt.Errorf("telegram: %q is no chat", chat.ID)
	}
	if now, ok := c.moved.Load(id); ok {
		id = now.(int64)
	}
	if chat.Thread != "" {
		thread, err = strconv.Atoi(chat.Thread)
	}
	return id, thread, err
}
