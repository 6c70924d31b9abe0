package main

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"linli/adapters/web"
	"linli/bot"
	"linli/bot/incidents"
)

// earlier is how many months the page of figures compares with, and lets choose.
const earlier = 11

// Numbers are the figures of the incidents of a unit and month.
func (r *reception) Numbers(ctx context.Context, a bot.Account, unit, month string) (web.Numbers, error) {
	p, at, err := r.counted(ctx, a, &unit, month)
	if err != nil {
		return web.Numbers{}, err
	}
	who, err := r.Profile(ctx, a)
	if err != nil {
		return web.Numbers{}, err
	}
	n := web.Numbers{Who: who, Unit: unit, Month: at.Format("2006-01")}
	var months []*incidents.Figures
	for i := range earlier + 1 {
		f, err := incidents.FindFigures(ctx, r.house.store, r.house.org, unit, at.AddDate(0, i-earlier, 0))
		if err != nil {
			return n, err
		}
		months = append(months, f)
	}
	sheet := r.house.cases.Sheet(r.house.org, months[earlier], months[:earlier]...)
	n.Note = sheet.Note
	for _, f := range sheet.Figures {
		n.Figures = append(n.Figures, web.Figure{Name: f.Name, Value: f.Value, Sample: f.Sample, Meaning: f.Meaning})
	}
	for _, t := range sheet.Tables {
		n.Tables = append(n.Tables, web.Table(t))
	}
	n.Units, n.Months = r.countedUnits(p), r.countedMonths(at)
	n.Files = []web.Choice{{ID: "figures.xlsx", Name: "下载统计 XLSX"}, {ID: "figures.csv", Name: "下载统计 CSV"}}
	if r.house.org.Allowed(p, bot.SeeConversation, unit) {
		n.Files = append(n.Files, web.Choice{ID: "cases.xlsx", Name: "下载逐件事项 XLSX"}, web.Choice{ID: "cases.csv", Name: "下载逐件事项 CSV"})
	}
	return n, nil
}

// NumbersFile writes the figures, or the cases for those who may read conversations at the unit.
func (r *reception) NumbersFile(ctx context.Context, a bot.Account, unit, month, name string, w io.Writer) error {
	p, at, err := r.counted(ctx, a, &unit, month)
	if err != nil {
		return err
	}
	ending := path.Ext(name)
	table, write := strings.TrimSuffix(name, ending), tables[ending]
	switch {
	case write == nil || table != "figures" && table != "cases":
		return bot.Errorf(bot.NotFound, "没有这个文件。")
	case table == "cases" && !r.house.org.Allowed(p, bot.SeeConversation, unit):
		return bot.Errorf(bot.Forbidden, "逐件的事项只给本单位和上级的书记、街道看。")
	}
	rows, err := caseRows(ctx, r.house.cases, r.house.store, r.house.org, unit, at, table == "figures")
	if err != nil {
		return err
	}
	return write(w, rows)
}

// counted is who asks, and the month's first instant; an empty unit becomes the one at which the person may read figures.
func (r *reception) counted(ctx context.Context, a bot.Account, unit *string, month string) (*bot.Person, time.Time, error) {
	p, err := r.engine.Who(ctx, a)
	if err != nil {
		return nil, time.Time{}, err
	}
	if *unit == "" {
		i := slices.IndexFunc(p.Grants, func(g bot.Grant) bool { return bot.ScopeOf(g.Role, bot.ReadStatistics) != bot.Nowhere })
		if i >= 0 {
			*unit = p.Grants[i].Unit
		}
	}
	if !r.house.org.Allowed(p, bot.ReadStatistics, *unit) {
		return nil, time.Time{}, bot.Errorf(bot.Forbidden, "统计给本单位和上级的书记、街道、督查看。需要的话,请向上级要一个登录链接。")
	}
	at := r.house.clock.Now().In(r.house.location)
	if month != "" {
		if at, err = time.ParseInLocation("2006-01", month, r.house.location); err != nil {
			return nil, time.Time{}, bot.Because(bot.Invalid, err, "读不懂月份,请写成 2026-11 这样。")
		}
	}
	return p, time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location()), nil
}

// countedUnits are those whose figures the person may read, as the tree has them. Grids are parts of a community's page.
func (r *reception) countedUnits(p *bot.Person) []web.Choice {
	var units []web.Choice
	for _, u := range r.house.org.Units() {
		if u.Level != "grid" && r.house.org.Allowed(p, bot.ReadStatistics, u.ID) {
			units = append(units, web.Choice{ID: u.ID, Name: u.Name})
		}
	}
	return units
}

// countedMonths are the last months up to this one, newest first, and the one that is shown.
func (r *reception) countedMonths(shown time.Time) []web.Choice {
	now := r.house.clock.Now().In(r.house.location)
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	var months []web.Choice
	for i := range earlier + 1 {
		at := this.AddDate(0, -i, 0)
		months = append(months, web.Choice{ID: at.Format("2006-01"), Name: at.Format("2006年1月")})
	}
	if c := (web.Choice{ID: shown.Format("2006-01"), Name: shown.Format("2006年1月")}); !slices.Contains(months, c) {
		months = append(months, c)
	}
	return months
}
