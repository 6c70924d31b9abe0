package lark

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Problem is something about the app that isn't as it must be, and what to do about it in the words of the platform's console.
type Problem struct {
	What  string
	Do    string
	Fatal bool // nothing works before it is done
}

// scope is a permission: any of its names gives it.
type scope struct {
	names []string
	title string // in the console
	loss  string // what doesn't work without
	fatal bool
}

var scopes = []scope{
	{[]string{"im:message.p2p_msg:readonly", "im:message.p2p_msg"}, "读取用户发给机器人的单聊消息", "收不到私聊消息", true},
	{[]string{"im:message.group_at_msg:readonly", "im:message.group_at_msg", "im:message.group_msg"}, "接收群聊中@机器人消息事件", "收不到群里的消息", true},
	{[]string{"im:message:send_as_bot", "im:message"}, "以应用的身份发消息", "发不出消息", true},
	{[]string{"im:resource"}, "获取与上传图片或文件资源", "取不到照片和文件,也发不出图片", false},
	{[]string{"im:message:readonly", "im:message"}, "获取单聊、群组消息", "看不出群里的回复是不是回复机器人的", false},
	{[]string{"im:message.reactions:write_only", "im:message"}, "发送、删除消息表情回复", "不显示“正在输入”的表情", false},
}

// events are what the app must subscribe to, callbacks what its cards need.
var (
	wantedEvents = []struct {
		name, title, loss string
		fatal             bool
	}{
		{"im.message.receive_v1", "接收消息", "收不到任何消息", true},
		{"im.chat.member.bot.added_v1", "机器人进群", "进群时不会打招呼", false},
		{"im.chat.access_event.bot_p2p_chat_entered_v1", "用户进入与机器人的会话", "第一次打开私聊时不会打招呼", false},
	}
	wantedCallback = struct{ name, title string }{"card.action.trigger", "卡片回传交互"}
)

const (
	publish = ",再到“版本管理与发布”创建版本并发布(改动发布后才生效)"
	allow   = "开发者后台 → 权限管理 → 开通权限,搜索并开通“%s”(%s)" + publish
)

// Check asks the platform about the app. It sends nothing to anybody, and changes nothing.
func (c *Channel) Check(ctx context.Context) []Problem {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	defer c.Client.CloseIdleConnections()
	if _, err := c.api.tokens.get(ctx); err != nil {
		return []Problem{c.credentialsProblem(err)}
	}
	problems := c.checkBot(ctx)
	problems = append(problems, c.checkScopes(ctx)...)
	problems = append(problems, c.checkSettings(ctx)...)
	if c.Mode == Stream {
		if _, err := c.findEndpoint(ctx); err != nil {
			problems = append(problems, Problem{
				What: fmt.Sprintf("建立不了长连接(%v)", err), Fatal: true,
				Do: "长连接只给企业自建应用,一个应用最多 50 个连接。开发者后台 → 事件与回调 → 事件配置 → 订阅方式,选“使用长连接接收事件”;用不了长连接就改用 webhook",
			})
		}
	}
	return problems
}

func (c *Channel) credentialsProblem(err error) Problem {
	var token *tokenError
	if errors.As(err, &token) && token.code != 0 {
		return Problem{
			What: fmt.Sprintf("平台不认这组凭证(%v)", token.err), Fatal: true,
			Do: fmt.Sprintf("开发者后台 → 凭证与基础信息,核对 App ID 和 App Secret(重置过就要换新的),并确认应用在 %s 上:飞书是 %s,Lark 国际版是 %s", c.Domain, Feishu, Lark),
		}
	}
	return Problem{What: "连不上 " + c.Domain, Do: "检查本机的网络、代理和 domain 的写法", Fatal: true}
}

func (c *Channel) checkBot(ctx context.Context) []Problem {
	info, err := c.api.botInfo(ctx)
	var refused *apiError
	switch {
	case errors.As(err, &refused) && refused.code != 0 && refused.status < 500:
		return []Problem{{
			What: fmt.Sprintf("应用没有机器人能力(code %d)", refused.code), Fatal: true,
			Do: "开发者后台 → 添加应用能力 → 机器人 → 添加" + publish,
		}}
	case err != nil:
		return []Problem{{What: "平台没有说明机器人的身份", Do: "稍后再运行 linli doctor"}}
	case info.Status != 2:
		return []Problem{{
			What: fmt.Sprintf("机器人还没有启用(状态 %d)", info.Status), Fatal: true,
			Do: "开发者后台 → 版本管理与发布,创建版本并申请发布,请企业管理员在管理后台审核通过并启用",
		}}
	}
	return nil
}

func (c *Channel) checkScopes(ctx context.Context) []Problem {
	var answer struct {
		Data struct {
			Scopes []struct {
				Name  string `json:"scope_name"`
				Grant int    `json:"grant_status"`
				Type  string `json:"scope_type"`
			} `json:"scopes"`
		} `json:"data"`
	}
	if err := c.api.get(ctx, "/open-apis/application/v6/scopes", &answer); err != nil {
		return []Problem{{What: "看不到应用有哪些权限", Do: "到开发者后台 → 权限管理,对照 README 里的权限表自己看一遍"}}
	}
	var granted []string
	for _, s := range answer.Data.Scopes {
		if s.Grant == 1 && s.Type != "user" {
			granted = append(granted, s.Name)
		}
	}
	var problems []Problem
	for _, s := range scopes {
		if !slices.ContainsFunc(s.names, func(name string) bool { return slices.Contains(granted, name) }) {
			problems = append(problems, Problem{
				What: "缺少权限“" + s.title + "”:" + s.loss, Do: fmt.Sprintf(allow, s.title, s.names[0]), Fatal: s.fatal,
			})
		}
	}
	return problems
}

// appSettings is what the platform tells about an app's subscriptions.
type appSettings struct {
	Data struct {
		App struct {
			Event struct {
				Type   string   `json:"subscription_type"`
				Events []string `json:"subscribed_events"`
			} `json:"event"`
			Callback struct {
				Type      string   `json:"callback_type"`
				Callbacks []string `json:"subscribed_callbacks"`
			} `json:"callback"`
		} `json:"app"`
	} `json:"data"`
}

func (c *Channel) checkSettings(ctx context.Context) []Problem {
	way, word := "使用长连接接收事件", "使用长连接接收回调"
	if c.Mode == Webhook {
		way, word = "将事件发送至开发者服务器", "将回调发送至开发者服务器"
	}
	var in appSettings
	if err := c.api.get(ctx, "/open-apis/application/v6/applications/"+c.AppID+"?lang=zh_cn", &in); err != nil {
		return []Problem{{
			What: "看不到应用的事件和回调设置(缺少权限“获取应用信息”,可以不开)",
			Do: "到开发者后台 → 事件与回调自己看一遍:事件配置的订阅方式选“" + way + "”,已添加“接收消息”;回调配置的订阅方式选“" + word +
				"”,已添加“卡片回传交互”。或者开通“获取应用信息”(application:application:self_manage)后再运行 linli doctor",
		}}
	}
	var problems []Problem
	app := in.Data.App
	if !fits(app.Event.Type, c.Mode) {
		problems = append(problems, Problem{
			What: "事件的订阅方式与配置里的 mode: " + c.Mode + " 不同,收不到消息", Fatal: true,
			Do: "开发者后台 → 事件与回调 → 事件配置 → 订阅方式,选“" + way + "”(或者把 mode 改成平台上选的那种)",
		})
	}
	for _, e := range wantedEvents {
		if !slices.Contains(app.Event.Events, e.name) {
			problems = append(problems, Problem{
				What: "没有订阅事件“" + e.title + "”:" + e.loss, Fatal: e.fatal,
				Do: fmt.Sprintf("开发者后台 → 事件与回调 → 事件配置 → 添加事件,搜索“%s”(%s)并添加", e.title, e.name) + publish,
			})
		}
	}
	if !fits(app.Callback.Type, c.Mode) || !slices.Contains(app.Callback.Callbacks, wantedCallback.name) {
		problems = append(problems, Problem{
			What: "没有订阅卡片的回调:按钮按了会报错 200340", Fatal: true,
			Do: fmt.Sprintf("开发者后台 → 事件与回调 → 回调配置,订阅方式选“%s”,添加回调“%s”(%s)", word, wantedCallback.title, wantedCallback.name) + publish,
		})
	}
	return problems
}

// fits reports whether what the platform calls a way of delivery is the mode; what it leaves out is taken as right.
func fits(kind, mode string) bool {
	return kind == "" || strings.Contains(strings.ToLower(kind), map[string]string{Stream: "socket", Webhook: "webhook"}[mode])
}
