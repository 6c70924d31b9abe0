package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"linli/adapters/web"
	"linli/bot"
)

// serveCommand runs the service.
type serveCommand struct {
	Data   string `help:"数据文件夹(默认 ./linli-data)。" placeholder:"DIR"`
	Listen string `help:"监听地址(默认 127.0.0.1:8080)。" placeholder:"ADDR"`
}

// drain is how long requests and jobs that have begun may take when the service stops. What takes longer is handed back with the store's end.
const drain = 8 * time.Second

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, io streams, g *globals) error {
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		config.Store = c.Data
	}
	if c.Listen != "" {
		config.Listen = c.Listen
		if err := config.check(); err != nil {
			return err
		}
	}
	return serve(ctx, config, io)
}

// serve puts the house together, top to bottom, and runs it.
func serve(ctx context.Context, config Config, io streams) (err error) {
	log := config.logger()
	config.serving = true
	h, err := build(ctx, config, &clock{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if h.config.Sample {
		if err := h.seed(ctx); err != nil {
			return err
		}
	}
	if err := h.openFiles(); err != nil {
		return err
	}
	meters := newMeters(h.store)
	h.language.register(meters.registry)
	reception := &reception{house: h}
	page, err := web.New(web.Options{
		Store: h.store, Files: h.files, Accounts: reception, Desk: reception, Relay: relayOf(h.store), Logger: log, Secure: strings.HasPrefix(config.PublicURL, "https://"),
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	channels, err := h.addLark([]bot.Channel{page}, mux)
	if err != nil {
		return err
	}
	if channels, err = h.addTelegram(channels, mux); err != nil {
		return err
	}
	engine, err := h.engine(channels, func(o *bot.Options) { o.Measure = meters.measure })
	if err != nil {
		return err
	}
	reception.engine = engine

	listener, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return bot.Because(bot.Unavailable, err, "地址 "+config.Listen+" 用不了(可能已被占用)。换一个:linli --listen 127.0.0.1:8081")
	}
	mux.Handle("/", page.Handler())
	h.observe(mux, meters, channels)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}

	if err := h.welcome(ctx, io, listener.Addr().String()); err != nil {
		return errors.Join(err, listener.Close())
	}
	return h.run(ctx, engine, server, listener)
}

// run runs everything that runs until the context ends or one part fails; then the rest is stopped in order.
func (h *house) run(ctx context.Context, engine *bot.Engine, server *http.Server, listener net.Listener) error {
	stopping := ctx.Done()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return engine.Run(ctx) })
	g.Go(func() error { return h.catalogue.Follow(ctx) })
	g.Go(func() error { return h.shelf.Follow(ctx) })
	g.Go(func() error { return h.runModel(ctx) })
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("http: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		if err := server.Shutdown(last); err != nil {
			return server.Close()
		}
		return nil
	})
	finished := make(chan error, 1)
	go func() { finished <- g.Wait() }()
	select {
	case err := <-finished:
		return err
	case <-stopping:
	}
	select {
	case err := <-finished:
		return err
	case <-time.After(drain + time.Second):
		h.config.logger().Warn("stopped with jobs that have not ended; they are done again", "after", drain)
		return nil
	}
}

// reception is what the web page asks about people.
type reception struct {
	house  *house
	engine *bot.Engine
}

// Redeem binds the account.
func (r *reception) Redeem(ctx context.Context, code string, a bot.Account) error {
	_, err := r.engine.Redeem(ctx, code, a)
	return err
}

// Profile says who the account is, and what such a person often says first.
func (r *reception) Profile(ctx context.Context, a bot.Account) (web.Profile, error) {
	p, err := r.engine.Who(ctx, a)
	if err != nil {
		return web.Profile{}, err
	}
	unit := r.house.org.Name(p.Unit)
	if len(p.Grants) > 0 {
		unit = r.house.org.Name(p.Grants[0].Unit)
	}
	var links []bot.Link
	switch {
	case r.house.org.Allowed(p, bot.SeeConversation, ""):
		links = []bot.Link{{Label: "工作台", URL: "/console/"}}
	case r.house.org.Allowed(p, bot.ReadStatistics, ""):
		links = []bot.Link{{Label: "统计", URL: "/console/numbers/"}}
	}
	return web.Profile{
		Links: links, Name: p.Name, Role: r.engine.RoleName(p.Role()), Unit: unit, Sample: p.Sample, Staff: p.Role() != bot.Resident,
		Starts: r.engine.Starts(p.Role()), Welcome: r.engine.Welcome(),
	}, nil
}

// guests are the sample's people whom a newcomer can play, one for each side.
var guests = []bot.Role{bot.Resident, bot.GridStaff, bot.Secretary, bot.Admin}

// welcome prints where to click: to standard output, since it is what the command answers.
func (h *house) welcome(ctx context.Context, io streams, addr string) error {
	base := baseURL(h.config, addr)
	var b strings.Builder
	fmt.Fprintf(&b, "\n邻里已启动。数据在 %s,按 Ctrl-C 停止(不会丢消息)。\n\n", h.store.Name())
	fmt.Fprintf(&b, "  居民聊天   %s/\n  工作台     %s/console/ (先用书记或管理员的链接进入)\n", base, base)
	if h.config.Sample {
		fmt.Fprintf(&b, "\n  用示例身份进入(每个链接只能用一次,几个窗口可以各扮一个人):\n")
		for _, role := range guests {
			p, ok := samplePerson(role)
			if !ok {
				continue
			}
			letters, err := bot.IssueCode(ctx, h.store, bot.Code{Person: p.ID, By: "linli serve", Expires: h.clock.Now().Add(24 * time.Hour)}, h.clock.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "  %s   %s/?code=%s\n", p.Name, base, letters)
		}
	} else {
		root := h.org.Unit(h.root)
		letters, err := bot.IssueCode(ctx, h.store, bot.Code{Role: bot.Admin, Unit: root.ID, By: "linli serve"}, h.clock.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "  管理员     %s/?code=%s (只能用一次)\n", base, letters)
	}
	_, err := fmt.Fprintln(io.out, b.String())
	return err
}
