package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"linli/adapters/lark"
	"linli/bot"
)

// larkPath is where Feishu posts events to.
const larkPath = "/hooks/lark"

// larkChannel makes the channel of Feishu, nil if the configuration has none.
func larkChannel(c Config, open func(context.Context, bot.Attachment) (io.ReadCloser, error)) (*lark.Channel, error) {
	l := c.Lark
	if l.AppID == "" && l.AppSecret == "" {
		return nil, nil
	}
	channel, err := lark.New(lark.Options{
		AppID: l.AppID, AppSecret: l.AppSecret, Mode: l.Mode, EncryptKey: l.EncryptKey, VerificationToken: l.VerificationToken,
		Domain: l.Domain, Logger: c.logger(), Open: open,
	})
	if err != nil {
		return nil, bot.Because(bot.Invalid, err, "lark: "+strings.TrimSpace(messages(err)))
	}
	return channel, nil
}

// messages joins what is safe to show of an error that may be several.
func messages(err error) string {
	var all []string
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			all = append(all, messages(e))
		}
		return strings.Join(all, ";")
	}
	return bot.MessageOf(err)
}

// addLark adds the channel of Feishu to those that run, and its address to the pages, if the configuration has one.
func (h *house) addLark(channels []bot.Channel, mux *http.ServeMux) ([]bot.Channel, error) {
	channel, err := larkChannel(h.config, h.openAttachment)
	if channel == nil || err != nil {
		return channels, err
	}
	if channel.Mode == lark.Webhook {
		mux.Handle(larkPath, channel.Handler())
	}
	return append(channels, channel), nil
}

// openAttachment brings the bytes of what somebody sent, for a channel that shows them to another.
func (h *house) openAttachment(ctx context.Context, a bot.Attachment) (io.ReadCloser, error) {
	if h.files == nil {
		return nil, bot.Errorf(bot.NotFound, "没有保存文件")
	}
	r, err := h.store.Get(ctx, bot.KindFile, a.Key())
	if err != nil {
		return nil, err
	}
	var kept bot.KeptFile
	if err := json.Unmarshal(r.Body, &kept); err != nil {
		return nil, err
	}
	if kept.ID == "" {
		return nil, bot.Errorf(bot.NotFound, "文件没有留下")
	}
	return h.files.Open(ctx, kept.ID)
}

// checkHook looks whether the address that a platform posts to leads here: it answers a GET with "POST only".
func checkHook(ctx context.Context, platform, address string) []finding {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	f := finding{
		Check: platform, OK: true, Warn: true, Text: "从这台机器访问不到请求地址 " + address,
		Do: "启动服务后再看;还不行就检查域名、证书和反向代理,要把 " + larkPath + " 原样转给 listen 的地址(有的网络从里面访问不到自己的公网地址,可以换一台机器试)",
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return []finding{f}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return []finding{f}
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusMethodNotAllowed {
		return nil
	}
	f.Text += "(" + resp.Status + ")"
	return []finding{f}
}

// checkLark asks Feishu about the app.
func checkLark(ctx context.Context, c Config) []finding {
	channel, err := larkChannel(c, nil)
	switch {
	case err != nil:
		return []finding{{Check: "飞书", Text: explain(err), Do: "改好配置里的 lark 再运行 linli doctor"}}
	case channel == nil:
		return nil
	}
	var found []finding
	if channel.Mode == lark.Webhook && !strings.HasPrefix(c.PublicURL, "https://") {
		found = append(found, finding{
			Check: "飞书", Text: "用 webhook 要有公网的 HTTPS 地址,配置里的 public_url 不是",
			Do: "把 public_url 写成 https:// 开头的公网地址,并在开发者后台 → 事件与回调里把请求地址填成它加 " + larkPath + ";没有公网地址就用 mode: stream",
		})
	}
	if channel.Mode == lark.Webhook && len(found) == 0 {
		found = append(found, checkHook(ctx, "飞书", strings.TrimRight(c.PublicURL, "/")+larkPath)...)
	}
	for _, p := range channel.Check(ctx) {
		found = append(found, finding{Check: "飞书", OK: !p.Fatal, Warn: !p.Fatal, Text: p.What, Do: p.Do})
	}
	if len(found) == 0 {
		text := "应用 " + c.Lark.AppID + " 的凭证、机器人、权限、订阅都好"
		if channel.Mode == lark.Webhook {
			text += ";请求地址应是 " + strings.TrimRight(c.PublicURL, "/") + larkPath
		}
		found = append(found, finding{Check: "飞书", OK: true, Text: text})
	}
	return found
}
