package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/directory"
	"linli/bot/sample"
)

// orgCommand checks, imports and shows the organisation.
type orgCommand struct {
	Check  orgCheck  `cmd:"" help:"检查组织架构表,指出哪一行要改什么。"`
	Import orgImport `cmd:"" help:"把组织架构表导入存储,换下示例;重启服务后生效。"`
	Show   orgShow   `cmd:"" help:"把现在用的组织架构印成一张 CSV 表,可以照着填。"`
}

type orgCheck struct {
	Path []string `arg:"" help:"组织架构表(CSV、XLSX、YAML)。"`
}

// Run prints every problem, or how many units there are.
func (c *orgCheck) Run(io streams) error {
	units, err := readUnits(c.Path, io.out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "%d个单位,没有错误\n", len(units))
	return err
}

func readUnits(paths []string, out io.Writer) ([]directory.Unit, error) {
	units, problems := directory.ReadFiles(paths...)
	for _, p := range problems {
		fmt.Fprintln(out, p)
	}
	if len(problems) > 0 {
		return nil, bot.Errorf(bot.Invalid, "%d处错误,改正后再导入", len(problems))
	}
	return units, nil
}

type orgImport struct {
	Path []string `arg:"" help:"组织架构表(CSV、XLSX、YAML)。"`
	Data string   `help:"数据文件夹。" placeholder:"DIR"`
}

// kindUnits is the kind of the record that keeps the organisation, whole.
const kindUnits = "organisation"

// Run imports the tables, all of them or none.
func (c *orgImport) Run(ctx context.Context, io streams, g *globals) error {
	units, err := readUnits(c.Path, io.err)
	if err != nil {
		return err
	}
	store, err := g.openStore(ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	body, err := json.Marshal(units)
	if err != nil {
		return err
	}
	if len(body) > bot.MaxBody {
		return bot.Errorf(bot.Invalid, "组织架构太大(%d个单位),一个部署放一个市以内的单位", len(units))
	}
	old, err := store.Get(ctx, kindUnits, "current")
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	if err := store.Commit(ctx, bot.Change{Put: []bot.Record{{Kind: kindUnits, ID: "current", Version: old.Version, Time: time.Now(), Body: body}}}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "已导入%d个单位,重启服务后生效。配置里的 unit 写成根单位(例如 %s),并写上 sample: false\n", len(units), units[0].Name)
	return err
}

type orgShow struct {
	Data string `help:"数据文件夹。" placeholder:"DIR"`
}

// Run prints a table that import takes.
func (c *orgShow) Run(ctx context.Context, io streams, g *globals) error {
	store, err := g.openStore(ctx, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	units, _, err := readOrganisation(ctx, store)
	if err != nil {
		return err
	}
	w := csv.NewWriter(io.out)
	_ = w.Write(directory.Columns)
	for _, u := range units {
		places := make([]string, len(u.Places))
		for i, p := range u.Places {
			places[i] = strings.TrimSpace(p.Name + " " + p.Range)
		}
		_ = w.Write([]string{u.ID, u.Name, u.Short, u.Level, u.Parent, strings.Join(u.Aliases, "|"), u.Phone, strings.Join(u.Duties, "|"), strings.Join(places, ";")})
	}
	w.Flush()
	return w.Error()
}

// openStore opens the store that the configuration names, or the folder, beside a service that runs.
func (g *globals) openStore(ctx context.Context, data string) (store, error) {
	config, err := readConfig(g.Config)
	if err != nil {
		return nil, err
	}
	if data != "" {
		config.Store = data
	}
	return openStore(ctx, config, &clock{}, true)
}

// readOrganisation returns the units that were imported, or the sample's; version is 0 for these.
func readOrganisation(ctx context.Context, s bot.Store) (units []directory.Unit, version int64, err error) {
	r, err := s.Get(ctx, kindUnits, "current")
	if bot.KindOf(err) == bot.NotFound {
		return sample.Units(), 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if err := json.Unmarshal(r.Body, &units); err != nil {
		return nil, 0, bot.Because(bot.Internal, err, "存储里的组织架构(第"+strconv.FormatInt(r.Version, 10)+"版)读不出来,请重新导入")
	}
	directory.Complete(units)
	return units, r.Version, nil
}
