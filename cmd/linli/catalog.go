package main

import (
	"context"
	"fmt"
	"time"

	"linli/bot"
	"linli/bot/answers"
	"linli/knowledge"
)

// catalogCommand checks and imports catalogue files.
type catalogCommand struct {
	Check  catalogCheck  `cmd:"" help:"检查目录文件,指出哪个文件哪一行要改什么。"`
	Import catalogImport `cmd:"" help:"把目录文件导入存储;服务在运行时也可以,几秒内生效。"`
}

type catalogCheck struct {
	Path []string `arg:"" help:"目录文件或文件夹(CSV、XLSX、YAML、Markdown;.txt 是同义词)。"`
}

// Run prints every problem and a summary.
func (c *catalogCheck) Run(io streams) error {
	catalogue, problems := knowledge.LoadFiles(c.Path...)
	failed := 0
	for _, p := range problems {
		fmt.Fprintln(io.out, p)
		if !p.Warning {
			failed++
		}
	}
	if failed > 0 {
		return bot.Errorf(bot.Invalid, "%d处错误,%d处提醒;改正错误后再导入", failed, len(problems)-failed)
	}
	_, err := fmt.Fprintf(io.out, "%d条,没有错误,%d处提醒\n", len(catalogue.Entries), len(problems))
	return err
}

type catalogImport struct {
	Path    []string `arg:"" help:"目录文件或文件夹。"`
	Data    string   `help:"数据文件夹。" placeholder:"DIR"`
	Replace bool     `help:"删去存储里有而文件里没有的条目和同义词。"`
}

// Run imports the files, all of them or none.
func (c *catalogImport) Run(ctx context.Context, io streams, g *globals) error {
	catalogue, err := loadCatalogue(c.Path, io.err)
	if err != nil {
		return err
	}
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		config.Store = c.Data
	}
	store, err := openStore(ctx, config, &clock{}, true)
	if err != nil {
		return err
	}
	defer store.Close()
	added, changed, removed, err := answers.Import(ctx, store, catalogue, c.Replace, time.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "已导入:新增%d条,更新%d条,删除%d条\n", added, changed, removed)
	return err
}
