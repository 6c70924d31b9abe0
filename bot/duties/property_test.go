package duties_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"linli/bot"
	"linli/bot/duties"
)

// stored are the items as they stand in the store.
func stored(t testing.TB, s bot.Store) map[string]duties.Item {
	t.Helper()
	page, err := s.Find(t.Context(), bot.Query{Kind: duties.KindItem, Limit: 1000})
	must(t, err)
	all := map[string]duties.Item{}
	for _, r := range page.Records {
		var it duties.Item
		must(t, json.Unmarshal(r.Body, &it))
		all[it.ID] = it
	}
	return all
}

// steps are all histories, by the ID of each step's record.
func steps(t testing.TB, s bot.Store) map[string]duties.Step {
	t.Helper()
	page, err := s.Find(t.Context(), bot.Query{Kind: duties.KindStep, Limit: 1000})
	must(t, err)
	all := map[string]duties.Step{}
	for _, r := range page.Records {
		var step duties.Step
		must(t, json.Unmarshal(r.Body, &step))
		all[r.ID] = step
	}
	return all
}

// deaf is a channel on which nobody listens.
type deaf struct{}

func (deaf) Name() string                   { return "test" }
func (deaf) Capabilities() bot.Capabilities { return bot.Capabilities{Buttons: true, Idempotent: true} }
func (deaf) Run(ctx context.Context, _ bot.Receive) error {
	<-ctx.Done()
	return nil
}
func (deaf) Send(_ context.Context, d bot.Delivery) (string, error) { return d.Line, nil }

// town is a store with three items, an engine and people of all roles.
type town struct {
	t      testing.TB
	org    *bot.Org
	store  bot.Store
	engine *bot.Engine
	now    time.Time
	people map[string]*bot.Person
	said   int
}

var townPeople = []bot.Code{
	{Name: "居民", Role: bot.Resident, Unit: "360203003006"}, {Name: "网格员", Role: bot.GridStaff, Unit: "360203003006"},
	{Name: "书记", Role: bot.Secretary, Unit: "360203003006"}, {Name: "别的书记", Role: bot.Secretary, Unit: "360203003002"},
	{Name: "街道", Role: bot.Street, Unit: "360203003"}, {Name: "住建", Role: bot.Street, Unit: "360203-zj"},
	{Name: "联络员", Role: bot.Liaison, Unit: "360203"}, {Name: "督查", Role: bot.Inspector, Unit: "360203"}, {Name: "管理员", Role: bot.Admin, Unit: "360203"},
}

func newTown(t testing.TB, store bot.Store) *town {
	understand, err := model()
	must(t, err)
	w := &town{t: t, org: sampleOrg(t), store: store, now: began, people: map[string]*bot.Person{}}
	w.engine, err = bot.New(bot.Options{
		Store: store, Channels: []bot.Channel{deaf{}}, Skills: []bot.Skill{echo{}, duties.New(duties.Options{})}, Understand: understand, Org: w.org, Root: "360203",
		Now: func() time.Time { return w.now },
	})
	must(t, err)
	for _, c := range townPeople {
		code, err := bot.IssueCode(t.Context(), store, c, w.now)
		must(t, err)
		_, err = w.engine.Redeem(t.Context(), code, bot.Account{Channel: "test", ID: c.Name, Name: c.Name})
		must(t, err)
		w.people[c.Name], err = w.engine.Who(t.Context(), bot.Account{Channel: "test", ID: c.Name})
		must(t, err)
	}
	must(t, w.engine.Start(t.Context()))
	return w
}

func (w *town) hear(who, text, action string) {
	w.said++
	must(w.t, w.engine.Receive(w.t.Context(), bot.Message{
		ID: fmt.Sprint(w.said), Chat: bot.Chat{Channel: "test", ID: who}, From: bot.Account{Channel: "test", ID: who, Name: who}, Text: text, Action: action, At: w.now,
	}))
	must(w.t, w.engine.Drain(w.t.Context()))
}

// list is a list of three items, of a community, a street and a department, with random titles and deadlines.
func list(t *rapid.T) []duties.Item {
	var items []duties.Item
	for i, unit := range []string{"360203003006", "360203003", "360203-zj"} {
		items = append(items, duties.Item{
			ID: fmt.Sprintf("1-%d", i+1), Head: 1, N: i + 1, Title: rapid.SampledFrom([]string{"换届", "排查", "改造"}).Draw(t, "title"), Unit: unit, State: duties.Open,
			Due: time.Date(2026, 11, 24+rapid.IntRange(0, 20).Draw(t, "due"), 0, 0, 0, 0, began.Location()),
		})
	}
	return items
}

// TestRandomTown lets random people do random things. Only an item's unit and those above change its progress; no import changes it; what is late goes up
// one level at a time, on working days, at most once in three; no step of a history is ever changed or lost.
func TestRandomTown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store := openStore(t)
		w := newTown(t, store)
		_, err := duties.Import(t.Context(), store, w.org, list(rt), false, "清单", w.now)
		must(t, err)
		for range rapid.IntRange(5, 20).Draw(rt, "actions") {
			before, history := stored(t, store), steps(t, store)
			who := rapid.SampledFrom(townPeople).Draw(rt, "who").Name
			id := fmt.Sprintf("1-%d", rapid.IntRange(1, 3).Draw(rt, "item"))
			action := rapid.SampledFrom([]string{"report", "confirm", "return", "import", "day", "day"}).Draw(rt, "action")
			switch action {
			case "report":
				w.hear(who, fmt.Sprintf("第1大项第%s小项完成了%d%%", id[2:], rapid.SampledFrom([]int{0, 30, 80, 100}).Draw(rt, "percent")), "")
				w.hear(who, "天气原因推迟", "") // the reason, if one was asked for, or the evidence
			case "confirm":
				w.hear(who, "确认完成", "duties:confirm:"+id)
			case "return":
				w.hear(who, "退回", "duties:return:"+id)
				w.hear(who, "材料不全", "")
			case "import":
				_, err := duties.Import(t.Context(), store, w.org, list(rt), false, "清单", w.now)
				must(t, err)
			case "day":
				w.now = w.now.Add(24 * time.Hour)
				must(t, w.engine.Drain(t.Context()))
			}
			after := stored(t, store)
			for id, old := range before {
				check(rt, w, action, who, old, after[id])
			}
			now := steps(t, store)
			maps.DeleteFunc(now, func(id string, _ duties.Step) bool { _, known := history[id]; return !known })
			if diff := cmp.Diff(history, now); diff != "" {
				rt.Fatalf("history was changed: %s", diff)
			}
		}
	})
}

func check(t *rapid.T, w *town, action, who string, old, it duties.Item) {
	above := w.org.Path(it.Unit)[1]
	moved := old.Percent != it.Percent || old.State != it.State
	switch {
	case moved && (action == "import" || action == "day"):
		t.Fatalf("%s changed the progress of %+v to %+v", action, old, it)
	case moved && !w.org.Allowed(w.people[who], bot.ReportProgress, it.Unit):
		t.Fatalf("%s, who may not, changed %+v to %+v", who, old, it)
	case moved && (action != "report" || old.State == duties.Done) && !w.org.Allowed(w.people[who], bot.ReportProgress, above):
		t.Fatalf("%s, who is not above, made %s of %+v", who, it.State, old)
	case it.State == duties.Done && it.Percent != 100, it.State == duties.Reported && it.Percent != 100, it.State == duties.Open && it.Percent == 100:
		t.Fatalf("state and progress do not fit: %+v", it)
	}
	if it.Steps < old.Steps || moved && it.Steps == old.Steps {
		t.Fatalf("%+v became %+v without a step", old, it)
	}
	if it.Raised == old.Raised || action == "import" && it.Raised == 0 {
		return
	}
	levels := len(w.org.Path(it.Unit)) - 2 // up to the district, which is the root here
	weekday := w.now.Weekday()
	switch {
	case action != "day" || it.Raised != old.Raised+1 || it.Raised > levels:
		t.Fatalf("%s: raised from %d to %d of %d", action, old.Raised, it.Raised, levels)
	case it.State != duties.Open || !it.Late(w.now):
		t.Fatalf("raised though not late: %+v", it)
	case weekday == time.Saturday || weekday == time.Sunday:
		t.Fatalf("raised on a %s", weekday)
	case old.Raised > 0 && w.now.Sub(old.RaisedOn) < 3*24*time.Hour:
		t.Fatalf("raised again after %s", w.now.Sub(old.RaisedOn))
	}
}

// TestLateGoesAllTheWay holds that an item that nobody touches goes up each level once, and then no further.
func TestLateGoesAllTheWay(t *testing.T) {
	store := openStore(t)
	w := newTown(t, store)
	item := duties.Item{ID: "1-1", Head: 1, N: 1, Title: "换届", Unit: "360203003006", State: duties.Open, Due: time.Date(2026, 11, 24, 0, 0, 0, 0, began.Location())}
	_, err := duties.Import(t.Context(), store, w.org, []duties.Item{item}, false, "清单", w.now)
	must(t, err)
	var raised []string
	for range 30 {
		w.now = w.now.Add(24 * time.Hour)
		must(t, w.engine.Drain(t.Context()))
	}
	for i := 1; ; i++ {
		step, ok := steps(t, store)[fmt.Sprintf("1-1/%06d", i)]
		if !ok {
			break
		}
		if step.What == "raised" {
			raised = append(raised, step.At.In(began.Location()).Format("01-02 ")+step.To)
		}
	}
	if diff := cmp.Diff([]string{"11-25 里村街道", "11-30 珠山区"}, raised); diff != "" {
		t.Error(diff)
	}
}
