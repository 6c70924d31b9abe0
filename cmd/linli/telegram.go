package main

import (
	"context"
	"io"
	"net/http"
	"strings"

	"linli/adapters/telegram"
	"linli/bot"
)

// telegramPath is where Telegram posts updates to.
const telegramPath = "/hooks/telegram"

// telegramChannel makes the channel of Telegram, nil if the configuration has none.
func telegramChannel(c Config, open func(context.Context, bot.Attachment) (io.ReadCloser, error)) (*telegram.Channel, error) {
	t := c.Telegram
	if t.Token == "" {
		return nil, nil
	}
	hook := ""
	if c.PublicURL != "" {
		hook = strings.TrimRight(c.PublicURL, "/") + telegramPath
	}
	channel, err := telegram.New(telegram.Options{Token: t.Token, Mode: t.Mode, Secret: t.Secret, Hook: hook, Server: t.Server, Logger: c.logger(), Open: open})
	if err != nil {
		return nil, bot.Because(bot.Invalid, err, "telegram: "+strings.TrimSpace(messages(err)))
	}
	return channel, nil
}

// addTelegram adds the channel of Telegram to those that run, and its address to the pages, if the configuration has one.
func (h *house) addTelegram(channels []bot.Channel, mux *http.ServeMux) ([]bot.Channel, error) {
	channel, err := telegramChannel(h.config, h.openAttachment)
	if channel == nil || err != nil {
		return channels, err
	}
	if channel.Mode == telegram.Webhook {
		mux.Handle(telegramPath, channel.Handler())
	}
	return append(channels, channel), nil
}

// checkTelegram asks Telegram about the bot.
func checkTelegram(ctx context.Context, c Config) []finding {
	channel, err := telegramChannel(c, nil)
	switch {
	case err != nil:
		return []finding{{Check: "Telegram", Text: explain(err), Do: "改好配置里的 telegram 再运行 linli doctor"}}
	case channel == nil:
		return nil
	}
	var found []finding
	if channel.Mode == telegram.Webhook && !strings.HasPrefix(c.PublicURL, "https://") {
		found = append(found, finding{Check: "Telegram", Text: "用 webhook 要有公网的 HTTPS 地址,配置里的 public_url 不是", Do: "把 public_url 写成 https:// 开头的公网地址;没有公网地址就用 mode: polling"})
	}
	name, problems := channel.Check(ctx)
	for _, p := range problems {
		found = append(found, finding{Check: "Telegram", OK: !p.Fatal, Warn: !p.Fatal, Text: p.What, Do: p.Do})
	}
	if name != "" {
		found = append(found, finding{Check: "Telegram", OK: true, Text: "机器人 @" + name + " 可用(" + channel.Mode + ")"})
	}
	return found
}
