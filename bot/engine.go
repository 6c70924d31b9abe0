package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"linli/intents"
	"linli/intents/place"
)

// The queues.
const (
	QueueInbox  = "inbox"  // messages that came in
	QueueOutbox = "outbox" // replies and alerts
	QueueNotice = "notice" // what may wait behind replies: broadcasts, reminders
	QueueTimer  = "timer"  // what rings
	QueueFetch  = "fetch"  // files to bring, or to remove
)

// Understander reads what a message means; intents.Model is one.
type Understander interface {
	Understand(text string, c intents.Context) intents.Understanding
}

// Options are what an Engine is made of. Store, Org and Understand are needed.
type Options struct {
	Store      Store
	Channels   []Channel
	Skills     []Skill
	Understand Understander
	Org        *Org
	Places     *place.Gazetteer
	Root       string            // the deployment's unit; "": the whole tree
	Location   *time.Location    // nil: Asia/Shanghai
	Now        func() time.Time  // nil: time.Now
	Logger     *slog.Logger      // nil: discards
	Files      Files             // nil: what people send is not kept
	Quiet      Quiet             // when notices wait for the morning; zero: 22:00 to 7:00
	Workers    int               // jobs of a queue that run at once; 0: 256
	Limits     map[string]Limits // by channel; what is missing comes from its Capabilities
	Observe    func(TurnReport)  // told of each committed turn; nil: nobody
	Measure    func(Measurement) // told of each job that ended; nil: nobody
}

// TurnReport is what became of a turn, for the terminal, for tests.
type TurnReport struct {
	Message    *Message // nil when a timer rang
	Timer      *Timer
	Understood intents.Understanding
	Deliveries []Delivery
	Records    []RecordState
}

// Measurement is how a job went, for the metrics.
type Measurement struct {
	Queue  string
	Result string        // done, retry, dead
	Waited time.Duration // from its due time to its end
}

// Engine moves jobs: messages into turns, replies to channels, timers to skills.
type Engine struct {
	Options
	skills   map[string]Skill
	guards   []Guard
	routes   map[string]Route
	owner    map[string]Skill // of a route's intent
	channels map[string]Channel
	limiter  *limiter
	texts    *Texts
}

// New checks the options and returns an engine that is not running yet.
func New(o Options) (*Engine, error) {
	if o.Store == nil || o.Org == nil || o.Understand == nil {
		return nil, Errorf(Internal, "bot.New: Store, Org and Understand are needed")
	}
	if o.Location == nil {
		location, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			return nil, err
		}
		o.Location = location
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Workers == 0 {
		o.Workers = 256
	}
	if o.Quiet == (Quiet{}) {
		o.Quiet = Quiet{From: 22 * time.Hour, To: 7 * time.Hour}
	}
	e := &Engine{
		Options: o, texts: MustTexts(ownTexts), limiter: newLimiter(o.Now),
		skills: map[string]Skill{}, routes: map[string]Route{}, owner: map[string]Skill{}, channels: map[string]Channel{},
	}
	h := &house{texts: e.texts}
	for _, s := range append([]Skill{h, &upkeep{}}, o.Skills...) {
		if err := e.add(s); err != nil {
			return nil, err
		}
		if k, ok := s.(Keeper); ok {
			h.keeps = append(h.keeps, k.Keeps()...)
		}
	}
	for _, c := range o.Channels {
		e.channels[c.Name()] = c
	}
	return e, nil
}

func (e *Engine) add(s Skill) error {
	if e.skills[s.Name()] != nil {
		return Errorf(Internal, "two skills are called %s", s.Name())
	}
	e.skills[s.Name()] = s
	if g, ok := s.(Guard); ok {
		e.guards = append(e.guards, g)
	}
	for _, r := range s.Routes() {
		if other := e.owner[r.Intent]; other != nil {
			return Errorf(Internal, "both %s and %s answer %s", other.Name(), s.Name(), r.Intent)
		}
		e.routes[r.Intent], e.owner[r.Intent] = r, s
	}
	return nil
}

// Receive makes a message durable; it is the Receive that channels are given. A message that isn't for us (a group's talk among itself) is dropped.
func (e *Engine) Receive(ctx context.Context, m Message) error {
	if m.ID == "" || m.Chat.ID == "" || m.From.ID == "" {
		return Errorf(Invalid, "消息缺少编号、会话或发送者")
	}
	m.Text = clean(m.Text)
	if m.Chat.Group && !m.Addressed && m.Action == "" && !isForm(m.Text) {
		return nil
	}
	if m.At.IsZero() {
		m.At = e.Now()
	}
	body, err := json.Marshal(m)
	if err != nil {
		return Because(Invalid, err, "消息内容无法保存")
	}
	return e.Store.Commit(ctx, Change{Add: []Job{{
		Queue: QueueInbox, ID: m.Chat.Channel + ":" + m.ID, Lane: m.Lane(), Due: e.Now(), Body: body,
	}}})
}

// isForm reports whether what is said in a group is a report in the form that grid members use there, without addressing anybody.
func isForm(text string) bool {
	return strings.HasPrefix(text, "上报") || strings.HasPrefix(text, "#上报") || strings.HasPrefix(text, "【上报】")
}

// Run runs the channels and the workers until the context ends, then lets what has begun finish.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.Start(ctx); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, c := range e.Channels {
		g.Go(func() error {
			if err := c.Run(ctx, e.Receive); err != nil {
				return fmt.Errorf("channel %s: %w", c.Name(), err)
			}
			return nil
		})
	}
	for _, q := range e.queues() {
		g.Go(func() error { e.work(ctx, q); return nil })
	}
	return g.Wait()
}

// Drain runs what is due now, one job after the other, until nothing is left. It is for the terminal and for tests; it must not run beside Run.
func (e *Engine) Drain(ctx context.Context) error {
	for {
		any := false
		for _, q := range e.queues() {
			jobs, err := e.Store.Claim(ctx, q.name, e.Now(), 1, lease)
			if err != nil {
				return err
			}
			for _, job := range jobs {
				any = true
				if err := e.settle(ctx, q, job); err != nil {
					return err
				}
			}
		}
		if !any {
			return nil
		}
	}
}

// queue is a kind of job and what is done with it.
type queue struct {
	name     string
	handle   func(ctx context.Context, job Job) (Change, error)
	attempts int                             // after which it is a dead letter
	giveUp   func(job Job, err error) Change // what else is done then; may be nil
}

func (e *Engine) queues() []queue {
	queues := []queue{
		{name: QueueInbox, handle: e.inbox, attempts: 5, giveUp: e.apologise},
		{name: QueueOutbox, handle: e.send, attempts: 12},
		{name: QueueNotice, handle: e.send, attempts: 12},
		{name: QueueTimer, handle: e.ring, attempts: 8},
	}
	if e.Files != nil {
		queues = append(queues, queue{name: QueueFetch, handle: e.fetch, attempts: 8})
	}
	return queues
}
