package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"linli/bot"
	"linli/bot/directory"
	"linli/bot/duties"
)

// dutiesCommand is about the responsibility lists.
type dutiesCommand struct {
	Check  dutiesCheck  `cmd:"" help:"检查责任清单,指出哪个文件哪一行要改什么。"`
	Import dutiesImport `cmd:"" help:"把责任清单导入存储;已有的进度和记录保留,服务在运行时也可以。"`
	Export dutiesExport `cmd:"" help:"把责任清单和进度存成一张表(CSV 或 XLSX),可以改了再导入。"`
}

type dutiesCheck struct {
	Path []string `arg:"" help:"责任清单(CSV、XLSX)或文件夹。"`
	Data string   `help:"数据文件夹(用里面的组织架构核对责任单位)。" placeholder:"DIR"`
}

// Run prints every problem, or how many items there are.
func (c *dutiesCheck) Run(ctx context.Context, io streams, g *globals) error {
	store, err := g.openStore(ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	items, _, err := readDuties(ctx, store, c.Path, io.out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "%d项,没有错误\n", len(items))
	return err
}

// readDuties reads the lists by the organisation that is in the store, and prints what is wrong with them.
func readDuties(ctx context.Context, s bot.Store, paths []string, out io.Writer) ([]duties.Item, *bot.Org, error) {
	units, _, err := readOrganisation(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	org, err := directory.Org(units)
	if err != nil {
		return nil, nil, err
	}
	items, problems := duties.LoadFiles(org, paths...)
	for _, p := range problems {
		fmt.Fprintln(out, p)
	}
	if len(problems) > 0 {
		return nil, nil, bot.Errorf(bot.Invalid, "%d处错误,改正后再导入", len(problems))
	}
	return items, org, nil
}

type dutiesImport struct {
	Path    []string `arg:"" help:"责任清单(CSV、XLSX)或文件夹。"`
	Data    string   `help:"数据文件夹。" placeholder:"DIR"`
	Replace bool     `help:"文件里没有的任务移出清单(记录仍保留)。"`
}

// Run imports the lists, all of them or none.
func (c *dutiesImport) Run(ctx context.Context, io streams, g *globals) error {
	store, err := g.openStore(ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	items, org, err := readDuties(ctx, store, c.Path, io.err)
	if err != nil {
		return err
	}
	names := make([]string, len(c.Path))
	for i, path := range c.Path {
		names[i] = filepath.Base(path)
	}
	done, err := duties.Import(ctx, store, org, items, c.Replace, "导入 "+strings.Join(names, "、"), time.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "已导入:新增%d项,更新%d项,没有变化%d项,移出%d项\n", done.Added, done.Changed, done.Same, done.Removed)
	return err
}

type dutiesExport struct {
	File string `arg:"" help:"存到哪个文件,以 .csv 或 .xlsx 结尾。" type:"path"`
	Data string `help:"数据文件夹。" placeholder:"DIR"`
}

// Run writes the table. Cells that a spreadsheet would take for formulas are escaped.
func (c *dutiesExport) Run(ctx context.Context, io streams, g *globals) error {
	store, err := g.openStore(ctx, c.Data)
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
	rows, err := duties.Rows(ctx, store, org)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	switch strings.ToLower(filepath.Ext(c.File)) {
	case ".csv":
		b.WriteString("\uFEFF") // so that spreadsheets read it as UTF-8
		err = csv.NewWriter(&b).WriteAll(rows)
	case ".xlsx":
		err = writeSheet(&b, rows)
	default:
		err = bot.Errorf(bot.Invalid, "文件名请以 .csv 或 .xlsx 结尾")
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.File, b.Bytes(), 0o600); err != nil {
		return bot.Because(bot.Unavailable, err, "写不了 "+c.File)
	}
	_, err = fmt.Fprintf(io.out, "已存%d项到 %s\n", len(rows)-1, c.File)
	return err
}

func writeSheet(w io.Writer, rows [][]string) error {
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := book.SetSheetRow(book.GetSheetName(0), cell, &row); err != nil {
			return err
		}
	}
	return book.Write(w)
}
