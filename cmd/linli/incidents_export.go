package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/directory"
	"linli/bot/incidents"
)

// casesCommand writes the cases of a unit and month, or their figures, as a table.
type casesCommand struct {
	File    string `arg:"" help:"写到哪个文件:.csv 或 .xlsx。"`
	Unit    string `help:"哪个单位看得到的事项(名称或编号);不写则是配置里的根单位。"`
	Month   string `help:"哪个月受理的,如 2026-11;不写则是本月。"`
	Figures bool   `help:"写统计数字,不写逐件的事项。"`
	Data    string `help:"数据文件夹或 Redis 的地址。" placeholder:"DIR"`
}

// tables write rows, by the ending of the file.
var tables = map[string]func(io.Writer, iter.Seq2[[]string, error]) error{".csv": incidents.WriteCSV, ".xlsx": incidents.WriteXLSX}

// Run writes the file; it appears when it is whole. Confidential cases are in neither table.
func (c *casesCommand) Run(ctx context.Context, out streams, g *globals) error {
	write := tables[strings.ToLower(filepath.Ext(c.File))]
	if write == nil {
		return bot.Errorf(bot.Invalid, "不会写 %s,文件名请以 .csv 或 .xlsx 结尾", c.File)
	}
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	location, err := time.LoadLocation(config.TimeZone)
	if err != nil {
		return err
	}
	month := time.Now().In(location)
	if c.Month != "" {
		if month, err = time.ParseInLocation("2006-01", c.Month, location); err != nil {
			return bot.Because(bot.Invalid, err, "读不懂月份 "+c.Month+",请写成 2026-11 这样")
		}
	}
	store, err := openExisting(ctx, g, c.Data)
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
	if c.Unit == "" {
		c.Unit = config.Unit
	}
	unit, err := org.Lookup(c.Unit)
	if err != nil {
		return err
	}
	rows, err := caseRows(ctx, incidents.New(incidents.Options{}), store, org, unit.ID, month, c.Figures)
	if err != nil {
		return err
	}
	n, err := writeTable(c.File, rows, write)
	if err != nil {
		return bot.Because(bot.Unavailable, err, "表格没有写成,"+c.File+" 没有改动")
	}
	_, err = fmt.Fprintf(out.out, "已写%d行到 %s(%s,%s;保密的事不在内)\n", n, c.File, unit.Name, month.Format("2006年1月"))
	return err
}

// caseRows are the cases of the month in which the instant lies, or their figures.
func caseRows(ctx context.Context, skill *incidents.Skill, store bot.Store, org *bot.Org, unit string, at time.Time, figures bool) (iter.Seq2[[]string, error], error) {
	from := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location())
	if !figures {
		return skill.Rows(ctx, store, org, unit, from, from.AddDate(0, 1, 0)), nil
	}
	f, err := incidents.FindFigures(ctx, store, org, unit, at)
	if err != nil {
		return nil, err
	}
	return skill.Sheet(org, f).Rows(org.Name(unit), from.Format("2006-01")), nil
}

// writeTable writes the rows beside the file and puts it in its place; it returns how many rows there were.
func writeTable(file string, rows iter.Seq2[[]string, error], write func(io.Writer, iter.Seq2[[]string, error]) error) (n int, err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".linli-table-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	counted := func(yield func([]string, error) bool) {
		for row, err := range rows {
			n++
			if !yield(row, err) {
				return
			}
		}
	}
	if err := errors.Join(write(f, counted), f.Close()); err != nil {
		return 0, err
	}
	return n, os.Rename(f.Name(), file)
}
