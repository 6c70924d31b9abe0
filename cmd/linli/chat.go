package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"linli/adapters/console"
	"linli/bot"
	"linli/intents"
)

// chatCommand is a conversation in the terminal.
type chatCommand struct {
	As   string `help:"以什么身份说话:resident grid secretary street liaison inspector admin。" default:"resident" placeholder:"ROLE"`
	In   string `help:"在哪个单位(名称或编号);不写则用示例里该身份的单位。" placeholder:"UNIT"`
	Now  string `help:"把现在当作这个时间(RFC 3339),时间停在那里。输入“/wait 1h”让时间过去,“/now T”跳到某时。" placeholder:"T"`
	Data string `help:"数据文件夹(默认 ./linli-data);“:memory:”什么也不保留。" placeholder:"DIR"`
	JSON bool   `help:"每输入一行,输出一行 JSON。"`
}

// Run talks until the input ends.
func (c *chatCommand) Run(ctx context.Context, io streams, g *globals) error {
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		config.Store = c.Data
	}
	k, err := newClock(c.Now)
	if err != nil {
		return err
	}
	role, err := bot.ParseRole(c.As)
	if err != nil {
		return bot.Errorf(bot.Invalid, "用法:--as %s", bot.MessageOf(err))
	}
	h, err := build(ctx, config, k)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.seed(ctx); err != nil {
		return err
	}
	me, err := c.person(h, role)
	if err != nil {
		return err
	}
	t := &talk{house: h, streams: io, json: c.JSON}
	return t.run(ctx, me)
}

// person is who types: one for each role and unit, so that several terminals can play several people.
func (c *chatCommand) person(h *house, role bot.Role) (*bot.Person, error) {
	var unit *bot.Unit
	if c.In != "" {
		var err error
		if unit, err = h.org.Lookup(c.In); err != nil {
			return nil, bot.Errorf(bot.Invalid, "用法:--in %s", bot.MessageOf(err))
		}
	} else if p, ok := samplePerson(role); ok {
		unit = h.org.Unit(p.Unit)
		if len(p.Grants) > 0 {
			unit = h.org.Unit(p.Grants[0].Unit)
		}
	}
	if unit == nil {
		unit = h.org.Unit(h.root)
	}
	id := "console:" + string(role) + "@" + unit.ID
	p := &bot.Person{ID: id, Unit: unit.ID, Chat: bot.Chat{Channel: console.Name, ID: string(role) + "@" + unit.ID}, Sample: true}
	if role != bot.Resident {
		p.Grants = []bot.Grant{{Role: role, Unit: unit.ID}}
	}
	return p, nil
}

// talk is a conversation in the terminal: each line is made durable, handled, and all that came of it shown, before the next is read.
type talk struct {
	house   *house
	engine  *bot.Engine
	streams streams
	json    bool

	mu      sync.Mutex // one of: a line, the clock
	reports []bot.TurnReport
}

func (t *talk) run(ctx context.Context, me *bot.Person) error {
	h := t.house
	now := h.clock.Now()
	if err := putOnce(ctx, h.store, bot.PersonRecord(me, 0, now)); err != nil {
		return err
	}
	if err := putOnce(ctx, h.store, bot.AccountRecord(bot.Account{Channel: console.Name, ID: me.Chat.ID}, me.ID, now)); err != nil {
		return err
	}
	o := console.Options{In: t.streams.in, Out: t.streams.out, User: me.Chat.ID, Now: h.clock.Now}
	if file, ok := t.streams.in.(*os.File); ok && isTerminal(file) && !t.json {
		o.Prompt, o.Color = "> ", true
	}
	if t.json {
		o.Out = io.Discard
	}
	screen := console.New(o)
	var err error
	t.engine, err = h.engine([]bot.Channel{screen, &bystanders{out: o.Out}}, func(o *bot.Options) { o.Observe = t.observe })
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var ticking sync.WaitGroup
	if h.clock.fixed.IsZero() && !t.json {
		ticking.Go(func() { t.tick(ctx) })
	}
	err = screen.Run(ctx, t.hear)
	cancel()
	ticking.Wait()
	return err
}

// hear handles a line.
func (t *talk) hear(ctx context.Context, m bot.Message) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reports = nil
	if moved, err := t.moveClock(ctx, m.Text); moved || err != nil {
		if t.json && err == nil {
			return t.show(m.Text)
		}
		return err
	}
	if err := t.engine.Receive(ctx, m); err != nil {
		return err
	}
	if err := t.engine.Drain(ctx); err != nil {
		return err
	}
	if t.json {
		return t.show(m.Text)
	}
	return nil
}

// tick lets timers ring while nobody types.
func (t *talk) tick(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t.mu.Lock()
			if err := t.engine.Drain(ctx); err != nil && ctx.Err() == nil {
				fmt.Fprintln(t.streams.err, "linli:", explain(err))
			}
			t.mu.Unlock()
		}
	}
}

// moveClock obeys /wait and /now. Time passes a minute at a time, so that each timer rings when it is due.
func (t *talk) moveClock(ctx context.Context, line string) (bool, error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if word != "/wait" && word != "/now" {
		return false, nil
	}
	k := t.house.clock
	if k.fixed.IsZero() {
		return true, bot.Errorf(bot.Invalid, "%s 只在用 --now 停住时间之后能用。", word)
	}
	to, err := time.Parse(time.RFC3339, strings.TrimSpace(rest))
	if word == "/wait" {
		var d time.Duration
		d, err = time.ParseDuration(strings.TrimSpace(rest))
		to = k.fixed.Add(d)
	}
	if err != nil || to.Before(k.fixed) {
		return true, bot.Errorf(bot.Invalid, "请写成 /wait 1h30m 或 /now 2026-11-24T09:00:00+08:00,而且不能往回走。")
	}
	if to.Sub(k.fixed) > 400*24*time.Hour {
		return true, bot.Errorf(bot.Invalid, "一次最多前进400天。")
	}
	for k.fixed.Before(to) {
		k.fixed = k.fixed.Add(min(time.Minute, to.Sub(k.fixed)))
		if err := t.engine.Drain(ctx); err != nil {
			return true, err
		}
	}
	return true, nil
}

func (t *talk) observe(r bot.TurnReport) { t.reports = append(t.reports, r) }

// chatJSON is a line of linli chat --json.
type chatJSON struct {
	In      string            `json:"in"`
	Intent  string            `json:"intent"`
	Score   float64           `json:"score"`
	Slots   intents.Slots     `json:"slots"`
	Replies []replyJSON       `json:"replies"`
	Records []bot.RecordState `json:"records"`
}

type replyJSON struct {
	To      string       `json:"to"`
	Text    string       `json:"text"`
	Fields  []bot.Field  `json:"fields,omitempty"`
	Choices []bot.Choice `json:"choices"`
	Sources []bot.Source `json:"sources"`
	Urgent  bool         `json:"urgent,omitempty"`
}

// show prints what came of a line: the turn of the message first, then the timers that rang.
func (t *talk) show(line string) error {
	out := chatJSON{In: line, Replies: []replyJSON{}, Records: []bot.RecordState{}}
	for _, r := range t.reports {
		if r.Message != nil {
			out.Intent, out.Score, out.Slots = r.Understood.Intent, r.Understood.Score, r.Understood.Slots
		}
		for _, d := range r.Deliveries {
			reply := replyJSON{To: d.To.Key(), Text: d.Reply.Text, Fields: d.Reply.Fields, Choices: d.Reply.Choices, Sources: d.Reply.Sources, Urgent: d.Reply.Urgent}
			if reply.Choices == nil {
				reply.Choices = []bot.Choice{}
			}
			if reply.Sources == nil {
				reply.Sources = []bot.Source{}
			}
			out.Replies = append(out.Replies, reply)
		}
		for _, record := range r.Records {
			if record.State != "" {
				out.Records = append(out.Records, record)
			}
		}
	}
	encoder := json.NewEncoder(t.streams.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}

// bystanders are the web's people and groups while somebody talks in the terminal: what they are sent stands in their transcript, and is shown
// here too.
type bystanders struct{ out io.Writer }

func (b *bystanders) Name() string                   { return "web" }
func (b *bystanders) Capabilities() bot.Capabilities { return bot.Capabilities{Idempotent: true} }
func (b *bystanders) Run(ctx context.Context, _ bot.Receive) error {
	<-ctx.Done()
	return nil
}

func (b *bystanders) Send(_ context.Context, d bot.Delivery) (string, error) {
	_, err := fmt.Fprintf(b.out, "〔发给 %s〕\n%s\n\n", d.To.ID, d.Reply.Plain())
	if err != nil {
		return "", &bot.SendError{Outcome: bot.Never, Err: errors.New("the terminal is gone")}
	}
	return d.Line, nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
