package inspections_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/bot"
	"linli/bot/inspections"
)

// deaf is a channel on which nobody listens.
type deaf struct{}

func (deaf) Name() string                   { return "test" }
func (deaf) Capabilities() bot.Capabilities { return bot.Capabilities{Buttons: true, Idempotent: true} }
func (deaf) Run(ctx context.Context, _ bot.Receive) error {
	<-ctx.Done()
	return nil
}
func (deaf) Send(_ context.Context, d bot.Delivery) (string, error) { return d.Line, nil }

// all reads the records of a kind by their IDs.
func all[T any](t testing.TB, s bot.Store, kind string) map[string]T {
	page, err := s.Find(t.Context(), bot.Query{Kind: kind, Limit: 1000})
	must(t, err)
	found := map[string]T{}
	for _, r := range page.Records {
		var v T
		must(t, json.Unmarshal(r.Body, &v))
		found[r.ID] = v
	}
	return found
}

// TestRandomPeople lets people of all roles do anything in any order: each finding has a unit, only those whose scope it is record, return and check
// off, only its unit and those above it say that it is put right, a deadline moves only by a step of somebody's, no step is ever changed, and when
// the unit and its inspector then do what is theirs, each finding ends looked at again.
func TestRandomPeople(t *testing.T) {
	understand, err := model()
	must(t, err)
	org := sampleOrg(t)
	people := []bot.Code{
		{Name: "居民", Role: bot.Resident, Unit: "360203003006"}, {Name: "书记", Role: bot.Secretary, Unit: "360203003006"},
		{Name: "别的书记", Role: bot.Secretary, Unit: "360203003002"}, {Name: "街道", Role: bot.Street, Unit: "360203003"},
		{Name: "督查", Role: bot.Inspector, Unit: "360203"}, {Name: "别的督查", Role: bot.Inspector, Unit: "360203003002"},
	}
	rapid.Check(t, func(r *rapid.T) {
		store := openStore(t)
		now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))
		engine, err := bot.New(bot.Options{
			Store: store, Channels: []bot.Channel{deaf{}}, Skills: []bot.Skill{inspections.New(inspections.Options{})}, Understand: understand, Org: org, Root: "360203",
			Now: func() time.Time { return now },
		})
		must(t, err)
		known := map[string]*bot.Person{}
		for _, c := range people {
			code, err := bot.IssueCode(t.Context(), store, c, now)
			must(t, err)
			_, err = engine.Redeem(t.Context(), code, bot.Account{Channel: "test", ID: c.Name, Name: c.Name})
			must(t, err)
			p, err := engine.Who(t.Context(), bot.Account{Channel: "test", ID: c.Name})
			must(t, err)
			known[p.ID] = p
		}
		said := 0
		say := func(who, text, action string) {
			said++
			must(t, engine.Receive(t.Context(), bot.Message{
				ID: fmt.Sprint(said), Chat: bot.Chat{Channel: "test", ID: who}, From: bot.Account{Channel: "test", ID: who, Name: who}, Text: text, Action: action, At: now,
			}))
			must(t, engine.Drain(t.Context()))
		}
		steps := map[string]inspections.Step{}
		before := map[string]inspections.Finding{}
		for i := range rapid.IntRange(6, 30).Draw(r, "actions") {
			who := rapid.SampledFrom(people).Draw(r, "who").Name
			text, action := "督查发现"+org.Name("360203003006")+"3栋楼道堆物,限3天整改", ""
			if i == 0 {
				who = "督查"
			} else {
				text = rapid.SampledFrom([]string{
					"督查发现" + org.Name("360203003006") + "楼道堆物,限2天整改", "督查发现楼道堆物", "DC261123-1 已整改,清走了", "DC261123-1 销号", "DC261123-1 退回,二楼还有",
					"DC261123-1 退回,还有,限5天整改", "DC261123-1 期限改到12月9日", "还有哪些问题没整改", "DC261123-1 还没清理完", "DC261123-1 回头看没有反弹", "DC261123-1 回头看又堆了", "算了", "DC261123-1",
				}).Draw(r, "text")
				if rapid.Bool().Draw(r, "press") {
					action = "inspections:" + rapid.SampledFrom([]string{"pass", "back", "done", "fine", "again"}).Draw(r, "verb") + ":DC261123-1"
				}
			}
			say(who, text, action)
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "hours")) * time.Hour)
			must(t, engine.Drain(t.Context()))

			after, have := all[inspections.Finding](t, store, inspections.KindFinding), all[inspections.Step](t, store, inspections.KindStep)
			for id, was := range steps {
				if fmt.Sprint(have[id]) != fmt.Sprint(was) {
					r.Fatalf("step %s was %v and is %v", id, was, have[id])
				}
			}
			for id, step := range have {
				if _, old := steps[id]; old || step.By == "" {
					continue
				}
				f := after[step.Finding]
				if (step.To == inspections.Reported || step.To == step.From) && !org.Allowed(known[step.By], bot.ReportProgress, f.Unit) && !org.Allowed(known[step.By], bot.RecordFinding, f.Unit) {
					r.Fatalf("%s, who has nothing to do with the unit, did %+v", step.Who, step)
				}
				if step.To != inspections.Reported && step.To != step.From && !org.Allowed(known[step.By], bot.RecordFinding, f.Unit) {
					r.Fatalf("%s did %+v", step.Who, step)
				}
			}
			for id, f := range after {
				if org.Unit(f.Unit) == nil || f.Due.IsZero() {
					r.Fatalf("%+v has no unit or no deadline", f)
				}
				was, old := before[id]
				last := have[fmt.Sprintf("%s/%d", id, f.Steps)]
				if old && !f.Due.Equal(was.Due) {
					moved := false
					for n := was.Steps + 1; n <= f.Steps; n++ {
						step := have[fmt.Sprintf("%s/%d", id, n)]
						moved = moved || step.By != "" && step.Due.Equal(f.Due) && org.Allowed(known[step.By], bot.RecordFinding, f.Unit)
					}
					if !moved {
						r.Fatalf("the deadline of %s moved by itself: %+v", id, last)
					}
				}
				if last.To != f.State {
					r.Fatalf("%+v does not stand where its last step left it: %+v", f, last)
				}
			}
			steps, before = have, after
		}
		if len(before) == 0 {
			r.Fatal("the first finding was not recorded")
		}
		for id := range before {
			for range 6 { // an open question may take a sentence or two
				for _, line := range [][2]string{{"书记", id + " 已整改,清走了"}, {"督查", id + " 销号"}} {
					say(line[0], line[1], "")
				}
			}
			f := all[inspections.Finding](t, store, inspections.KindFinding)[id]
			if f.State != inspections.Closed || !f.Held && !f.Look.After(now) {
				r.Fatalf("%s should be checked off, and be looked at again: %+v", id, f)
			}
			for !f.Held && now.Before(f.Look) {
				now = now.Add(24 * time.Hour)
				must(t, engine.Drain(t.Context()))
			}
			say("督查", id+" 回头看没有反弹", "")
			if f = all[inspections.Finding](t, store, inspections.KindFinding)[id]; !f.Held || f.State != inspections.Closed {
				r.Fatalf("%s has not ended looked at again: %+v", id, f)
			}
		}
	})
}
