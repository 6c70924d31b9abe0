package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"linli/bot"
	"linli/intents"
)

// incidentsCommand is about incidents and their categories.
type incidentsCommand struct {
	Learn  learnCommand `cmd:"" help:"从历史工单学习事项分类(CSV,两列:text,category)。"`
	Export casesCommand `cmd:"" help:"把一个月的事项或统计写成表格(CSV、XLSX)。"`
}

type learnCommand struct {
	File string `arg:"" help:"历史工单,CSV,第一行是 text,category;category 可以是分类代码或名称。"`
	Data string `help:"数据文件夹。" placeholder:"DIR"`
}

// Run learns and stores what was learned; the service takes it up when it is started again.
func (c *learnCommand) Run(ctx context.Context, io streams, g *globals) error {
	examples, err := readExamples(c.File)
	if err != nil {
		return err
	}
	learned, report, err := intents.Learn(examples)
	if err != nil {
		return bot.Because(bot.Invalid, err, "没有学成:"+err.Error())
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
	old, err := store.Get(ctx, kindLearned, "categories")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	err = store.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: kindLearned, ID: "categories", Version: old.Version, Time: time.Now(), Body: learned}}})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "学了%d条,交叉验证正确率%.1f%%。重新启动服务后生效。\n", len(examples), 100*report.Accuracy)
	return err
}

// readExamples reads a CSV file with the columns text and category, in any order and among others.
func readExamples(file string) ([]intents.Example, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, bot.Because(bot.NotFound, err, "打不开 "+file)
	}
	defer f.Close()
	rows := csv.NewReader(f)
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil {
		return nil, bot.Errorf(bot.Invalid, "%s:1: 读不出表头,第一行应是 text,category", file)
	}
	text, category := -1, -1
	for i, name := range head {
		switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))) {
		case "text", "内容", "标题":
			text = i
		case "category", "分类", "类别":
			category = i
		}
	}
	if text < 0 || category < 0 {
		return nil, bot.Errorf(bot.Invalid, "%s:1: 需要 text 和 category 两列,现在是:%s", file, strings.Join(head, ","))
	}
	var examples []intents.Example
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bot.Errorf(bot.Invalid, "%s: %v;请检查引号是否成对", file, err)
		}
		if max(text, category) >= len(row) || strings.TrimSpace(row[text]) == "" || strings.TrimSpace(row[category]) == "" {
			line, _ := rows.FieldPos(0)
			return nil, bot.Errorf(bot.Invalid, "%s:%d: 缺少内容或分类", file, line)
		}
		examples = append(examples, intents.Example{Text: row[text], Label: strings.TrimSpace(row[category])})
	}
	if len(examples) == 0 {
		return nil, bot.Errorf(bot.Invalid, "%s 里没有工单", file)
	}
	return examples, nil
}
