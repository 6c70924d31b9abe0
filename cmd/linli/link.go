package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/directory"
)

// linkCommand makes a one-time link.
type linkCommand struct {
	Role string `help:"给什么角色:resident grid secretary street liaison inspector admin。" default:"admin" placeholder:"ROLE"`
	Unit string `help:"在哪个单位(名称或编号);不写则是整个部署。" placeholder:"UNIT"`
	Name string `help:"给谁(姓名,可不写)。" placeholder:"NAME"`
	Data string `help:"数据文件夹。" placeholder:"DIR"`
}

// Run stores a code and prints how to use it.
func (c *linkCommand) Run(ctx context.Context, io streams, g *globals) error {
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		config.Store = c.Data
	}
	role, err := bot.ParseRole(c.Role)
	if err != nil {
		return bot.Errorf(bot.Invalid, "用法:--role %s", bot.MessageOf(err))
	}
	store, err := openStore(ctx, config, &clock{}, true)
	if err != nil {
		return err
	}
	defer store.Close()
	units, _, err := readOrganisation(ctx, store)
	if err != nil {
		return err
	}
	org, err := directory.Org(units)
	if err != nil {
		return err
	}
	name := c.Unit
	if name == "" {
		name = config.Unit
	}
	unit, err := org.Lookup(name)
	if err != nil {
		return err
	}
	now := time.Now()
	letters, err := bot.IssueCode(ctx, store, bot.Code{Role: role, Unit: unit.ID, Name: c.Name, By: "linli link"}, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "%s\n在网页里打开上面的链接,或在飞书、Telegram 里对机器人说:绑定 %s\n给%s的%s用,只能用一次,%s前有效。\n",
		codeLink(config, letters), letters, unit.Name, role, bot.Day(now.Add(bot.CodeLife)))
	return err
}

// codeLink is where the code is redeemed in a browser.
func codeLink(c Config, letters string) string {
	return baseURL(c, c.Listen) + "/?code=" + url.QueryEscape(letters)
}

// baseURL is the address that people open: the public one, or the listener's as this machine reaches it.
func baseURL(c Config, listen string) string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
