package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/answers"
	"linli/intents"
	"linli/intents/timex"
	"linli/knowledge"
)

// doctorCommand checks what the service needs.
type doctorCommand struct {
	Data string `help:"数据文件夹。" placeholder:"DIR"`
	JSON bool   `help:"每项检查输出一行 JSON。"`
}

// finding is what a check found.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Warn  bool   `json:"warn,omitempty"` // works, but somebody should look
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"` // what to change
}

// Run checks everything, prints each finding, and fails if something must be changed.
func (c *doctorCommand) Run(ctx context.Context, io streams, g *globals) error {
	config, err := readConfig(g.Config)
	findings := []finding{configured(g.Config, err)}
	if c.Data != "" {
		config.Store = c.Data
	}
	if err == nil {
		findings = append(findings, checkStore(ctx, config)...)
		findings = append(findings, checkClock(config), checkHolidays(time.Now()), checkModel(), checkLanguage(ctx, config.Model), checkListen(ctx, config), checkPlatforms(config))
		findings = append(findings, checkLark(ctx, config)...)
		findings = append(findings, checkTelegram(ctx, config)...)
	}
	failed := 0
	for _, f := range findings {
		if !f.OK {
			failed++
		}
		if err := c.print(io, f); err != nil {
			return err
		}
	}
	if failed > 0 {
		return bot.Errorf(bot.Invalid, "有%d项要处理,见上", failed)
	}
	return nil
}

func (c *doctorCommand) print(io streams, f finding) error {
	if c.JSON {
		encoder := json.NewEncoder(io.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(f)
	}
	mark := "✓"
	switch {
	case !f.OK:
		mark = "✗"
	case f.Warn:
		mark = "!"
	}
	text := fmt.Sprintf("%s %s:%s", mark, f.Check, f.Text)
	if f.Do != "" {
		text += "\n    → " + f.Do
	}
	_, err := fmt.Fprintln(io.out, text)
	return err
}

func configured(file string, err error) finding {
	f := finding{Check: "配置", OK: err == nil, Text: "默认配置加环境变量"}
	if file != "" {
		f.Text = file
	}
	if err != nil {
		f.Text, f.Do = explain(err), "改好后再运行 linli doctor"
	}
	return f
}

// checkStore opens the store, beside a running service if there is one, and looks at the disk and the catalogue.
func checkStore(ctx context.Context, c Config) []finding {
	store, err := openStore(ctx, c, &clock{}, true)
	if err != nil {
		return []finding{{Check: "存储", Text: explain(err), Do: "按上面的说明处理 " + storeName(c)}}
	}
	defer store.Close()
	found := checkPlace(ctx, c, store)
	catalogue, err := answers.OpenCatalogue(ctx, store, knowledge.Sample(), c.logger())
	if err != nil {
		return append(found, finding{Check: "目录", Text: explain(err), Do: "重新导入:linli catalog import 文件"})
	}
	text, warn, do := fmt.Sprintf("%d条", catalogue.Index().Len()), false, ""
	if !catalogue.Imported() {
		text, warn, do = text+"(示例)", true, "正式使用前导入本地目录:linli catalog import 文件"
	}
	found = append(found, finding{Check: "目录", OK: true, Text: text, Warn: warn, Do: do})
	if counts, err := store.Count(ctx, bot.Query{Kind: bot.KindDead}); err == nil && counts[0] > 0 {
		found = append(found, finding{Check: "未送达", OK: true, Warn: true, Text: fmt.Sprintf("%d条没有处理成功", counts[0]), Do: "在工作台查看,可以重新发送"})
	}
	return found
}

// checkPlace looks at the disk of a folder, or at the server.
func checkPlace(ctx context.Context, c Config, s store) []finding {
	f := finding{Check: "存储", OK: true, Text: s.Name()}
	if !strings.Contains(c.Store, "://") {
		return []finding{f, checkDisk(c.Store)}
	}
	seen, err := s.Figures(ctx)
	if err != nil {
		return []finding{{Check: "存储", Text: explain(err), Do: "按上面的说明处理 " + s.Name()}}
	}
	f.Text += ":" + seen.about
	f.Warn, f.Do = seen.warn != "", seen.warn
	if skew := s.Now().Sub(time.Now()).Abs(); skew > 2*time.Second {
		f.Warn, f.Do = true, fmt.Sprintf("本机时钟与 Redis 差%v(以 Redis 为准),请校时", skew.Round(time.Second))
	}
	return []finding{f}
}

// enough is how much room the disk should have left.
const enough = 1 << 30

func checkDisk(folder string) finding {
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			folder = at
			break
		}
	}
	free, known := freeBytes(folder)
	if !known {
		return finding{Check: "磁盘", OK: true, Warn: true, Text: "看不到剩余空间"}
	}
	f := finding{Check: "磁盘", OK: true, Text: fmt.Sprintf("剩余 %.1f GB", float64(free)/(1<<30))}
	if free < enough {
		f.OK, f.Do = free > enough/10, "请清理磁盘;写满后收不了新消息,腾出空间会自动恢复"
		f.Warn = true
	}
	return f
}

func checkClock(c Config) finding {
	now := time.Now()
	location, err := time.LoadLocation(c.TimeZone)
	if err != nil || now.Year() < 2025 {
		return finding{Check: "时钟", Text: now.Format(time.RFC3339), Do: "系统时间不对,请校时(例如 timedatectl set-ntp true),否则提醒会错"}
	}
	return finding{Check: "时钟", OK: true, Text: now.In(location).Format("2006-01-02 15:04 MST") + " " + c.TimeZone}
}

// checkHolidays looks whether the days off of the next months have been announced.
func checkHolidays(now time.Time) finding {
	until := now.AddDate(0, 3, 0)
	if _, announced := timex.DefaultCalendar().Workday(until); !announced {
		return finding{Check: "节假日", OK: true, Warn: true, Text: fmt.Sprintf("%d年的放假安排还没有公布或没有导入", until.Year()), Do: "法定节日暂按惯例推算,涉及这些日子的提醒会说明“待公布”"}
	}
	return finding{Check: "节假日", OK: true, Text: "未来三个月的放假和调休都有"}
}

func checkModel() finding {
	began := time.Now()
	if _, err := intents.New(intents.Options{}); err != nil {
		return finding{Check: "理解", Text: err.Error(), Do: "程序文件可能损坏,请重新安装"}
	}
	return finding{Check: "理解", OK: true, Text: fmt.Sprintf("内置模型可用(%d毫秒)", time.Since(began).Milliseconds())}
}

// checkListen looks whether the address is free, or held by a Linli that is alive.
func checkListen(ctx context.Context, c Config) finding {
	f := finding{Check: "地址", OK: true, Text: c.Listen}
	l, err := net.Listen("tcp", c.Listen)
	if err == nil {
		f.Text += "(空闲)"
		l.Close()
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, baseURL(c, c.Listen)+"/readyz", nil)
	if err == nil {
		if answer, err := http.DefaultClient.Do(r); err == nil {
			report := map[string]string{}
			_ = json.NewDecoder(answer.Body).Decode(&report) // another program says something else
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				f.Text += "(邻里正在运行)"
				for channel, state := range report {
					if state == notTaking {
						f = finding{Check: "地址", Text: fmt.Sprintf("%s(邻里正在运行,但 %s 现在收不到消息)", c.Listen, channel), Do: "看服务的日志;常见原因是连不上平台,或凭据换过了"}
					}
				}
				return f
			}
			return finding{Check: "地址", Text: fmt.Sprintf("%s 上的服务没有准备好(%s)", c.Listen, answer.Status), Do: "看服务的日志;常见原因是磁盘满或数据文件夹没有写权限"}
		}
	}
	return finding{Check: "地址", Text: c.Listen + " 被别的程序占用", Do: "换一个:linli --listen 127.0.0.1:8081,或停掉占用的程序"}
}

// checkPlatforms says which platforms have what they need.
func checkPlatforms(c Config) finding {
	f := finding{Check: "渠道", OK: true, Text: "网页"}
	if c.Lark.AppID != "" {
		f.Text += "、飞书"
	}
	if c.Telegram.Token != "" {
		f.Text += "、Telegram"
	}
	return f
}
