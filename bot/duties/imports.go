package duties

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// Imported is what an import did.
type Imported struct{ Added, Changed, Same, Removed int }

// Import puts lists into the store. Items that are known keep their progress, their state and their history; what the list says otherwise is
// recorded as a step. With replace, items that the lists no longer have leave them, and so do the sample's whenever a list that isn't a sample comes.
// It may run beside the service; if somebody reports meanwhile it reads again.
func Import(ctx context.Context, s bot.Store, org *bot.Org, items []Item, replace bool, who string, now time.Time) (Imported, error) {
	for attempt := 0; ; attempt++ {
		done, change, err := plan(ctx, s, org, items, replace, who, now)
		if err != nil {
			return done, err
		}
		err = s.Commit(ctx, change)
		if bot.KindOf(err) == bot.Conflict && attempt < 5 {
			continue
		}
		return done, err
	}
}

// plan says what an import changes.
func plan(ctx context.Context, s bot.Store, org *bot.Org, items []Item, replace bool, who string, now time.Time) (done Imported, change bot.Change, err error) {
	known, err := everything(ctx, s)
	if err != nil {
		return done, change, err
	}
	put := func(it *Item, version int64, steps ...Step) error {
		for _, step := range steps {
			it.Steps++
			step.Item, step.N, step.At, step.Who, step.What = it.ID, it.Steps, now, who, "list"
			body, err := json.Marshal(step)
			if err != nil {
				return err
			}
			change.Put = append(change.Put, bot.Record{Kind: KindStep, ID: step.id(), Time: now, Keys: step.keys(), Body: body})
		}
		body, err := json.Marshal(it)
		change.Put = append(change.Put, bot.Record{Kind: KindItem, ID: it.ID, Version: version, Time: it.when(), Keys: it.keys(), Body: body})
		return err
	}
	own := slices.ContainsFunc(items, func(it Item) bool { return !it.Sample })
	for _, it := range items {
		old, there := known[it.ID]
		delete(known, it.ID)
		switch {
		case !there:
			done.Added++
			err = put(&it, 0, Step{To: fmt.Sprintf("列入清单,进度%d%%", it.Percent)})
		case old.Sample && !it.Sample:
			// What was tried on the sample says nothing of the own item; its history shows where it begins.
			done.Changed++
			it.Steps = old.Steps
			err = put(&it, old.version, Step{From: "示例:" + old.Title, To: it.Title, Why: "正式清单替换示例"})
		default:
			merged, steps := merge(org, old.Item, it)
			if len(steps) == 0 {
				done.Same++
				continue
			}
			done.Changed++
			err = put(&merged, old.version, steps...)
		}
		if err != nil {
			return done, change, err
		}
	}
	for _, old := range known {
		if old.State == Gone || !replace && !(own && old.Sample) {
			continue
		}
		done.Removed++
		gone := old.Item
		gone.State = Gone
		if err := put(&gone, old.version, Step{From: string(old.State), To: string(Gone), Why: "新清单里没有"}); err != nil {
			return done, change, err
		}
	}
	return done, change, nil
}

// merge takes what the list says into the item, and leaves what became of it. A new deadline is reminded of anew.
func merge(org *bot.Org, old, list Item) (Item, []Step) {
	it, steps := old, []Step{}
	change := func(what, from, to string) {
		if from != to {
			steps = append(steps, Step{Why: what, From: from, To: to})
		}
	}
	change("任务", old.Title, list.Title)
	change("大项", old.Topic, list.Topic)
	change("责任单位", org.Name(old.Unit), org.Name(list.Unit))
	change("配合单位", old.With, list.With)
	change("牵头领导", old.Leader, list.Leader)
	change("完成时限", dueWords(old.Due), dueWords(list.Due))
	change("备注", old.Note, list.Note)
	change("来源", old.Source, list.Source)
	if old.State == Gone {
		change("重新列入清单", string(Gone), string(Open))
		it.State = Open
		if old.Percent == 100 {
			it.State = Done
		}
	}
	if dueWords(old.Due) != dueWords(list.Due) || old.Unit != list.Unit {
		it.Told, it.Raised, it.RaisedOn = 0, 0, time.Time{}
	}
	it.Title, it.Topic, it.Unit, it.With, it.Leader, it.Due, it.Note, it.Source = list.Title, list.Topic, list.Unit, list.With, list.Leader, list.Due, list.Note, list.Source
	it.Sample = list.Sample
	return it, steps
}

func dueWords(at time.Time) string {
	if at.IsZero() {
		return "长期"
	}
	return at.In(shanghai).Format(time.DateOnly)
}

// versioned is an item with the version that was read.
type versioned struct {
	Item
	version int64
}

func everything(ctx context.Context, s bot.Store) (map[string]versioned, error) {
	known := map[string]versioned{}
	for q := (bot.Query{Kind: KindItem, Limit: 1000}); ; {
		page, err := s.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			v := versioned{version: r.Version}
			if err := json.Unmarshal(r.Body, &v.Item); err != nil {
				return nil, bot.Because(bot.Internal, err, "责任清单 "+r.ID+" 读不出来")
			}
			known[r.ID] = v
		}
		if q.After = page.Next; page.Next == "" {
			return known, nil
		}
	}
}

// Seed puts the sample into a store that has no list yet.
func Seed(ctx context.Context, s bot.Store, org *bot.Org, now time.Time) error {
	counts, err := s.Count(ctx, bot.Query{Kind: KindItem})
	if err != nil || counts[0] > 0 {
		return err
	}
	items, problems := Sample(org)
	if len(problems) > 0 {
		return nil // an organisation of one's own doesn't have the sample's units
	}
	_, err = Import(ctx, s, org, items, false, "示例清单", now)
	return err
}

// safe keeps a spreadsheet from taking a cell for a formula.
func safe(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// Rows returns the lists as a table that Load reads again, with the state and the number of steps as what it leaves out.
func Rows(ctx context.Context, s bot.Store, org *bot.Org) ([][]string, error) {
	known, err := everything(ctx, s)
	if err != nil {
		return nil, err
	}
	all := make([]*Item, 0, len(known))
	for _, v := range known {
		if v.State != Gone {
			all = append(all, &v.Item)
		}
	}
	slices.SortFunc(all, byNumber)
	rows := [][]string{strings.Split("清单,类型,大项序号,大项,小项序号,任务,责任单位,配合单位,牵头领导,完成时限,进度,状态,备注,来源,示例", ",")}
	for _, it := range all {
		kind, head, sample := "责任清单", fmt.Sprint(it.Head), ""
		if it.Project {
			kind, head = "重点项目", ""
		}
		if it.Sample {
			sample = "是"
		}
		row := []string{it.List, kind, head, it.Topic, fmt.Sprint(it.N), it.Title, org.Name(it.Unit), it.With, it.Leader, dueWords(it.Due), fmt.Sprintf("%d%%", it.Percent), stateWords[it.State], it.Note, it.Source, sample}
		for i := range row {
			row[i] = safe(row[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// stateWords are what a table calls the states.
var stateWords = map[State]string{Open: "进行中", Reported: "待确认", Done: "已完成"}
