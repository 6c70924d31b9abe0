package telegram

import (
	"context"
	"errors"
	"time"

	api "github.com/go-telegram/bot"
)

// Problem is something that somebody must change, or should look at.
type Problem struct {
	What, Do string
	Fatal    bool // nothing works until it is changed
}

// Check asks the platform about the bot.
func (c *Channel) Check(ctx context.Context) (name string, problems []Problem) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	me, err := c.calls.GetMe(ctx)
	switch {
	case errors.Is(err, api.ErrorUnauthorized), errors.Is(err, api.ErrorNotFound):
		return "", []Problem{{"token 不对或已作废", "在 Telegram 里找 @BotFather,发 /mybots → 选机器人 → API Token,把整串写进 telegram.token(或 token_file)", true}}
	case err != nil:
		return "", []Problem{{"连不上 " + c.Server + ":" + c.mask(err).Error(), "检查网络和代理(环境变量 HTTPS_PROXY),或在 telegram.server 写自建的 Bot API 服务器", true}}
	}
	if !me.CanReadAllGroupMessages {
		problems = append(problems, Problem{
			What: "群里只看得到 @它的、回复它的和 / 开头的消息(隐私模式开着)",
			Do:   "这样就够用。要让网格员在群里直接发“上报…”,找 @BotFather 发 /setprivacy → 选机器人 → Disable,再把它移出群重新拉一次",
		})
	}
	if !me.CanJoinGroups {
		problems = append(problems, Problem{What: "它不能被拉进群", Do: "找 @BotFather 发 /setjoingroups → 选机器人 → Enable"})
	}
	hook, err := c.calls.GetWebhookInfo(ctx)
	if err != nil {
		return me.Username, append(problems, Problem{What: "问不到 webhook 的情况:" + c.mask(err).Error(), Do: "过一会儿再试"})
	}
	switch {
	case c.Mode == Polling && hook.URL != "":
		problems = append(problems, Problem{What: "它现在设着 webhook(" + hook.URL + "),启动后会改成 polling", Do: "如果那是别的程序在用,请给它另建一个机器人"})
	case c.Mode == Webhook && hook.URL != "" && hook.URL != c.Hook:
		problems = append(problems, Problem{What: "webhook 现在指向 " + hook.URL, Do: "启动后会改成 " + c.Hook + ";如果那是别的程序在用,请另建一个机器人"})
	}
	if hook.LastErrorMessage != "" && c.Mode == Webhook {
		problems = append(problems, Problem{
			What: "Telegram 最近一次送消息失败:" + hook.LastErrorMessage,
			Do:   "检查 public_url 能不能从外网用 HTTPS 打开(端口只能是 443、80、88、8443),证书链是否完整",
		})
	}
	return me.Username, problems
}
