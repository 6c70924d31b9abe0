package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"

	"linli/bot"
)

// Config is the configuration file. Each key is also an environment variable: telegram.token is LINLI_TELEGRAM_TOKEN.
type Config struct {
	Listen    string         `yaml:"listen" env:"LISTEN"`
	PublicURL string         `yaml:"public_url" env:"PUBLIC_URL"`
	Store     string         `yaml:"store" env:"STORE"` // a folder, or the URL of a Redis: redis://127.0.0.1:6379/0?name=main
	Files     string         `yaml:"files" env:"FILES"` // the folder of photos; empty: inside the store's, or ./linli-files beside a server
	Node      string         `yaml:"node" env:"NODE"`   // of many over one Redis: a name that one process at a time bears
	Unit      string         `yaml:"unit" env:"UNIT"`
	TimeZone  string         `yaml:"time_zone" env:"TIME_ZONE"`
	Telegram  TelegramConfig `yaml:"telegram" envPrefix:"TELEGRAM_"`
	Lark      LarkConfig     `yaml:"lark" envPrefix:"LARK_"`
	Model     ModelConfig    `yaml:"model" envPrefix:"MODEL_"`
	Limits    LimitsConfig   `yaml:"limits"`
	Log       LogConfig      `yaml:"log" envPrefix:"LOG_"`
	serving   bool           // it is the service: only that may bear the node's name
	Sample    bool           `yaml:"sample" env:"SAMPLE"` // people and groups to play with; off in a real deployment
}

// TelegramConfig is a bot of Telegram's.
type TelegramConfig struct {
	Token      string `yaml:"token" env:"TOKEN"`
	TokenFile  string `yaml:"token_file" env:"TOKEN_FILE"`
	Mode       string `yaml:"mode" env:"MODE"`
	Secret     string `yaml:"secret" env:"SECRET"`
	SecretFile string `yaml:"secret_file" env:"SECRET_FILE"`
	Server     string `yaml:"server" env:"SERVER"`
}

// LarkConfig is an app of Feishu's or Lark's.
type LarkConfig struct {
	AppID                 string `yaml:"app_id" env:"APP_ID"`
	AppSecret             string `yaml:"app_secret" env:"APP_SECRET"`
	AppSecretFile         string `yaml:"app_secret_file" env:"APP_SECRET_FILE"`
	Mode                  string `yaml:"mode" env:"MODE"`
	EncryptKey            string `yaml:"encrypt_key" env:"ENCRYPT_KEY"`
	EncryptKeyFile        string `yaml:"encrypt_key_file" env:"ENCRYPT_KEY_FILE"`
	VerificationToken     string `yaml:"verification_token" env:"VERIFICATION_TOKEN"`
	VerificationTokenFile string `yaml:"verification_token_file" env:"VERIFICATION_TOKEN_FILE"`
	Domain                string `yaml:"domain" env:"DOMAIN"`
}

// ModelConfig is a language model's server.
type ModelConfig struct {
	BaseURL   string `yaml:"base_url" env:"BASE_URL"`
	Key       string `yaml:"key" env:"KEY"`
	KeyFile   string `yaml:"key_file" env:"KEY_FILE"`
	Name      string `yaml:"name" env:"NAME"`
	Embedding string `yaml:"embedding" env:"EMBEDDING"`
	Vision    bool   `yaml:"vision" env:"VISION"` // the model can see: photos are sent to it
	Audio     string `yaml:"audio" env:"AUDIO"`   // the model that writes down speech: voice messages are sent to it; "": none
	Filing    string `yaml:"filing" env:"FILING"`

	JSON         string        `yaml:"json" env:"JSON"`                     // schema, tool, object or plain: what the server is asked for first
	Stream       bool          `yaml:"stream" env:"STREAM"`                 // answers travel as streams
	Timeout      time.Duration `yaml:"timeout" env:"TIMEOUT"`               // of a call, with what is tried again; default 20s
	AnswerWithin time.Duration `yaml:"answer_within" env:"ANSWER_WITHIN"`   // where a channel can't change what it has sent, after that the plain answer goes out; default 4s
	ReadWithin   time.Duration `yaml:"read_within" env:"READ_WITHIN"`       // after that the embedded reading counts; default 3s
	AtOnce       int           `yaml:"at_once" env:"AT_ONCE"`               // calls at the same time; default 8
	PersonPerDay int           `yaml:"person_per_day" env:"PERSON_PER_DAY"` // calls for one person; 0: no limit
	TokensPerDay int           `yaml:"tokens_per_day" env:"TOKENS_PER_DAY"` // 0: no limit
	TokensTotal  int           `yaml:"tokens_total" env:"TOKENS_TOTAL"`     // 0: no limit
	Off          []string      `yaml:"off" env:"OFF"`                       // tasks that it is not used for: answer, understand, staff, photo, voice
}

// LimitsConfig is how often each platform may be sent to.
type LimitsConfig struct {
	Telegram ChannelLimits `yaml:"telegram" envPrefix:"LIMITS_TELEGRAM_"`
	Lark     ChannelLimits `yaml:"lark" envPrefix:"LIMITS_LARK_"`
}

// ChannelLimits are rates such as 30/s or 20/m.
type ChannelLimits struct {
	App   string `yaml:"app" env:"APP"`
	Chat  string `yaml:"chat" env:"CHAT"`
	Group string `yaml:"group" env:"GROUP"`
}

// LogConfig is what is logged and how.
type LogConfig struct {
	Level  string `yaml:"level" env:"LEVEL"`
	Format string `yaml:"format" env:"FORMAT"`
}

// defaults is a whole configuration: only what a platform issues is missing.
func defaults() Config {
	return Config{
		Listen: "127.0.0.1:8080", Store: "./linli-data", Unit: "珠山区", TimeZone: "Asia/Shanghai", Sample: true,
		Telegram: TelegramConfig{Mode: "polling", Server: "https://api.telegram.org"},
		Lark:     LarkConfig{Mode: "stream", Domain: "https://open.feishu.cn"},
		Limits: LimitsConfig{
			Telegram: ChannelLimits{App: "30/s", Chat: "1/s", Group: "20/m"},
			Lark:     ChannelLimits{App: "50/s", Chat: "5/s"},
		},
		Log: LogConfig{Level: "info", Format: "text"},
	}
}

// readConfig reads the file, if one is named, then the environment, then the secrets' files, and checks what came of it.
func readConfig(file string) (Config, error) {
	c := defaults()
	if file != "" {
		text, err := os.ReadFile(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return c, bot.Errorf(bot.NotFound, "没有配置文件 %s。不带 --config 就用默认配置;README 里有一份可以照抄的例子", file)
		case err != nil:
			return c, bot.Because(bot.Invalid, err, "配置文件 "+file+" 读不出来,请检查权限")
		}
		if err := yaml.UnmarshalWithOptions(text, &c, yaml.Strict()); err != nil {
			return c, bot.Errorf(bot.Invalid, "配置文件 %s 有误,请改正后再启动:\n%s", file, yaml.FormatError(err, false, true))
		}
	}
	if err := env.ParseWithOptions(&c, env.Options{Prefix: "LINLI_"}); err != nil {
		return c, bot.Errorf(bot.Invalid, "环境变量有误:%v", err)
	}
	if err := c.readSecrets(); err != nil {
		return c, err
	}
	return c, c.check()
}

func (c *Config) readSecrets() error {
	for _, s := range []struct {
		key, file string
		into      *string
	}{
		{"telegram.token", c.Telegram.TokenFile, &c.Telegram.Token},
		{"telegram.secret", c.Telegram.SecretFile, &c.Telegram.Secret},
		{"lark.app_secret", c.Lark.AppSecretFile, &c.Lark.AppSecret},
		{"lark.encrypt_key", c.Lark.EncryptKeyFile, &c.Lark.EncryptKey},
		{"lark.verification_token", c.Lark.VerificationTokenFile, &c.Lark.VerificationToken},
		{"model.key", c.Model.KeyFile, &c.Model.Key},
	} {
		if s.file == "" {
			continue
		}
		if *s.into != "" {
			return bot.Errorf(bot.Invalid, "%s 和 %s_file 只能写一个", s.key, s.key)
		}
		text, err := os.ReadFile(s.file)
		if err != nil {
			return bot.Because(bot.Invalid, err, fmt.Sprintf("%s_file 指向的文件 %s 读不出来,请检查路径和权限", s.key, s.file))
		}
		*s.into = strings.TrimSpace(string(text))
	}
	return nil
}

// check names the key that is wrong and what it may be.
func (c *Config) check() error {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, bot.Errorf(bot.Invalid, format, args...)) }
	if _, port, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen: %q 不是地址,应写成 127.0.0.1:8080 或 :8080", c.Listen)
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		bad("listen: 端口 %q 不在 0–65535 之间", port)
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil {
		bad("time_zone: 没有 %q 这个时区,例如 Asia/Shanghai", c.TimeZone)
	}
	oneOf := func(key, value string, may ...string) {
		for _, m := range may {
			if value == m {
				return
			}
		}
		bad("%s: %q 不可用,可写:%s", key, value, strings.Join(may, " 或 "))
	}
	oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf("log.format", c.Log.Format, "text", "json")
	oneOf("telegram.mode", c.Telegram.Mode, "polling", "webhook")
	oneOf("lark.mode", c.Lark.Mode, "stream", "webhook")
	if err := c.Model.check(); err != nil {
		wrong = append(wrong, err)
	}
	for key, l := range map[string]ChannelLimits{"limits.telegram": c.Limits.Telegram, "limits.lark": c.Limits.Lark} {
		if _, err := l.parse(); err != nil {
			bad("%s: %s", key, bot.MessageOf(err))
		}
	}
	return errors.Join(wrong...)
}

func (l ChannelLimits) parse() (bot.Limits, error) {
	var limits bot.Limits
	for text, into := range map[*string]*bot.Rate{&l.App: &limits.App, &l.Chat: &limits.Chat, &l.Group: &limits.Group} {
		r, err := parseRate(*text)
		if err != nil {
			return limits, err
		}
		*into = r
	}
	return limits, nil
}

// parseRate reads 30/s, 20/m, 1000/h; nothing is no limit.
func parseRate(text string) (bot.Rate, error) {
	if text == "" {
		return bot.Rate{}, nil
	}
	n, unit, _ := strings.Cut(text, "/")
	events, err := strconv.Atoi(strings.TrimSpace(n))
	per, ok := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[strings.TrimSpace(unit)]
	if err != nil || !ok || events < 1 {
		return bot.Rate{}, bot.Errorf(bot.Invalid, "%q 不是频率,应写成 30/s、20/m 或 1000/h", text)
	}
	return bot.Rate{Events: events, Per: per}, nil
}

// logger writes to stderr; what a command answers goes to stdout.
func (c *Config) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Log.Level)) // checked
	options := &slog.HandlerOptions{Level: level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
