package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"linli/bot"
)

// The exit codes: done, failed, misused.
const (
	exitDone   = 0
	exitFailed = 1
	exitMisuse = 2
)

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// commands is the whole command line.
type commands struct {
	Serve      serveCommand      `cmd:"" default:"withargs" help:"启动服务(不写命令时就是它):网页聊天、各渠道、提醒。"`
	Chat       chatCommand       `cmd:"" help:"在终端里对话,走同一个引擎。一行一句。"`
	Ask        askCommand        `cmd:"" help:"只从目录回答问题,一行一个。"`
	Understand understandCommand `cmd:"" help:"看一句话被理解成什么意图和信息,一行一句。"`
	Catalog    catalogCommand    `cmd:"" help:"检查、导入办事目录。"`
	Org        orgCommand        `cmd:"" help:"检查、导入、印出组织架构。"`
	Documents  documentsCommand  `cmd:"" help:"导入、删除政策文件(目录答不上来时引用)。"`
	Eval       evalCommand       `cmd:"" help:"用一份期望文件衡量效果。"`
	Duties     dutiesCommand     `cmd:"" help:"责任清单:检查、导入、导出。"`
	Incidents  incidentsCommand  `cmd:"" help:"事项:从历史工单学习分类,导出表格。"`
	Doctor     doctorCommand     `cmd:"" help:"检查配置、存储、网络、时钟和节假日表,说出要改什么。"`
	Export     exportCommand     `cmd:"" help:"把全部数据备份成一个文件;服务在运行时也可以。"`
	Restore    restoreCommand    `cmd:"" help:"从备份恢复到一个空的数据文件夹。"`
	Link       linkCommand       `cmd:"" help:"生成一次性的绑定链接或绑定码。"`
}

// globals are flags that every command takes.
type globals struct {
	Config string `help:"配置文件(YAML)。" type:"path" placeholder:"FILE"`
}

// run reads the command line and runs the command. It is the program.
func run(ctx context.Context, args []string, io streams) int {
	var c struct {
		globals
		commands
	}
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("linli"),
		kong.Description("邻里:社区的对话服务。办事问答、问题上报、会议提醒。\n不带参数运行就会启动服务,打开 http://127.0.0.1:8080 即可。"),
		kong.Writers(io.out, io.err), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(io), kong.Bind(&c.globals),
	)
	if err != nil {
		fmt.Fprintln(io.err, "linli:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help was printed
		return exited
	}
	if err != nil {
		fmt.Fprintf(io.err, "linli: %v\n用法见 linli --help\n", err)
		return exitMisuse
	}
	if err := parsed.Run(); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return exitDone
		}
		fmt.Fprintf(io.err, "linli: %s\n", explain(err))
		if bot.KindOf(err) == bot.Invalid && strings.HasPrefix(bot.MessageOf(err), "用法") {
			return exitMisuse
		}
		return exitFailed
	}
	return exitDone
}

// explain says what happened in words for who typed the command: the safe sentence, and the cause behind it.
func explain(err error) string {
	var e *bot.Error
	if !errors.As(err, &e) || e.Message == "" {
		return err.Error()
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		lines := []string{}
		for _, one := range joined.Unwrap() {
			lines = append(lines, explain(one))
		}
		return strings.Join(lines, "\n")
	}
	if e.Err != nil {
		return e.Message + "(" + e.Err.Error() + ")"
	}
	return e.Message
}

// clock is the time of a run: the real one, or the one that --now set, which stands still.
type clock struct {
	fixed  time.Time
	source func() time.Time // nil: time.Now; the store's, so that all nodes have one time
}

func (c *clock) Now() time.Time {
	switch {
	case !c.fixed.IsZero():
		return c.fixed
	case c.source != nil:
		return c.source()
	}
	return time.Now()
}

// newClock reads --now.
func newClock(now string) (*clock, error) {
	if now == "" {
		return &clock{}, nil
	}
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		return nil, bot.Errorf(bot.Invalid, "用法:--now 要写成 RFC 3339,例如 2026-11-23T10:00:00+08:00,而不是 %q", now)
	}
	return &clock{fixed: at}, nil
}
