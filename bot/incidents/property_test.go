package incidents

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
)

// world is a town of people who do anything at random, through the real engine and store.
type world struct {
	t      tester
	engine *bot.Engine
	store  bot.Store
	org    *bot.Org
	now    time.Time
	said   int
	people []bot.Person
	tokens []string            // every button that anybody was ever offered: pressed by anybody
	sent   []bot.Delivery      // by the last step
	put    map[string][]string // records that the last step changed, by kind
	before map[string]*Case    // all cases as they were before the last step
	cases  map[string]*Case    // … and as they are
	figure map[string]Tally    // what the figures should be
}

var parts = sync.OnceValues(func() (*bot.Org, *intents.Model) {
	var units []bot.Unit
	for _, u := range sample.Units() {
		units = append(units, bot.Unit{ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Handles: u.Handles})
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		panic(err)
	}
	model, err := intents.New(intents.Options{})
	if err != nil {
		panic(err)
	}
	return org, model
})

// who are residents and staff of two streets' units, departments and their common district.
var who = []struct {
	name, unit string
	role       bot.Role
}{
	{"r1", "360203003006-01", bot.Resident}, {"r2", "360203003006-03", bot.Resident}, {"r3", "360203003002-01", bot.Resident}, {"r4", "360203003006-01", bot.Resident},
	{"g1", "360203003006-01", bot.GridStaff}, {"g2", "360203003006-02", bot.GridStaff}, {"s1", "360203003006", bot.Secretary}, {"s2", "360203003002", bot.Secretary},
	{"st", "360203003", bot.Street}, {"st2", "360203001", bot.Street}, {"adm", "360203", bot.Admin}, {"ps", "360203-szps", bot.Street},
	{"zm", "360203-zm", bot.Street}, {"ga", "360203-ga", bot.Street}, {"xf", "360203-xf", bot.Street},
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Fatal(...any)
	Fatalf(string, ...any)
	Cleanup(func())
}

func newWorld(t tester) *world {
	org, model := parts()
	store, err := sqlite.Open(context.Background(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &world{t: t, store: store, org: org, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)), cases: map[string]*Case{}, figure: map[string]Tally{}}
	w.engine, err = bot.New(bot.Options{
		Store: store, Org: org, Understand: model, Places: place.NewGazetteer(sample.Territories()), Root: "360203", Channels: []bot.Channel{w},
		Now: func() time.Time { return w.now }, Skills: []bot.Skill{New(Options{Rank: model.Category})},
		Observe: func(r bot.TurnReport) {
			w.sent = append(w.sent, r.Deliveries...)
			for _, state := range r.Records {
				if !slices.Contains(w.put[state.Kind], state.ID) {
					w.put[state.Kind] = append(w.put[state.Kind], state.ID)
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	change := bot.Change{}
	for _, p := range who {
		person := bot.Person{ID: p.name, Name: p.name, Unit: p.unit, Chat: bot.Chat{Channel: "test", ID: p.name}}
		if p.role != bot.Resident {
			person.Grants = []bot.Grant{{Role: p.role, Unit: p.unit}}
		}
		w.people = append(w.people, person)
		change.Put = append(change.Put, bot.PersonRecord(&person, 0, w.now), bot.AccountRecord(bot.Account{Channel: "test", ID: p.name}, p.name, w.now))
	}
	change.Put = append(change.Put, bot.ChatRecord(bot.ChatBinding{Chat: bot.Chat{Channel: "test", ID: "group", Group: true}, Unit: "360203003006"}, 0, w.now))
	w.must(store.Commit(context.Background(), change))
	return w
}

func (w *world) Name() string                   { return "test" }
func (w *world) Capabilities() bot.Capabilities { return bot.Capabilities{Buttons: true} }
func (w *world) Run(ctx context.Context, _ bot.Receive) error {
	<-ctx.Done()
	return nil
}
func (w *world) Send(context.Context, bot.Delivery) (string, error) { return "", nil }

func (w *world) must(err error) {
	if err != nil {
		w.t.Fatal(err)
	}
}

// hear lets somebody say or press something, and checks what came of it.
func (w *world) hear(p bot.Person, text, action string, group bool) {
	w.said++
	m := bot.Message{ID: fmt.Sprint(w.said), Chat: p.Chat, From: bot.Account{Channel: "test", ID: p.ID}, Text: text, Action: action, At: w.now}
	if group {
		m.Chat, m.Addressed = bot.Chat{Channel: "test", ID: "group", Group: true}, true
	}
	w.must(w.engine.Receive(context.Background(), m))
	w.settle()
}

func (w *world) settle() {
	w.sent, w.put = nil, map[string][]string{}
	w.must(w.engine.Drain(context.Background()))
	for _, d := range w.sent {
		for _, c := range d.Reply.Choices {
			if strings.HasPrefix(c.Action, name+":") {
				w.tokens = append(w.tokens, c.Action)
			}
		}
		if strings.Contains(d.Reply.Text, "⟨") || strings.Contains(d.Reply.Text, "没有处理成功") {
			w.t.Fatalf("somebody was told %q", d.Reply.Text)
		}
	}
	w.check()
}

// all reads every case.
func (w *world) all() map[string]*Case {
	found := map[string]*Case{}
	q := bot.Query{Kind: KindCase, Limit: 1000}
	for {
		page, err := w.store.Find(context.Background(), q)
		w.must(err)
		cases, err := decode(page.Records)
		w.must(err)
		for _, c := range cases {
			found[c.ID] = c
		}
		if q.After = page.Next; page.Next == "" {
			return found
		}
	}
}

// check holds the invariants of the cases that the step changed, and of what was said of the others.
func (w *world) check() {
	w.before = maps.Clone(w.cases)
	for _, id := range w.put[KindCase] {
		record, err := w.store.Get(context.Background(), KindCase, id)
		if bot.KindOf(err) == bot.NotFound {
			continue // forgotten
		}
		w.must(err)
		read, err := decode([]bot.Record{record})
		w.must(err)
		w.cases[id] = read[0]
	}
	for _, id := range w.put[KindCase] {
		w.checkCase(w.cases[id])
	}
	for _, c := range w.cases {
		if c.Secret {
			w.checkSecret(c)
		}
	}
	if len(w.put[KindFigures]) > 0 {
		w.checkFigures()
	}
}

func (w *world) checkCase(c *Case) {
	before := w.before[c.ID]
	if before == nil {
		before = &Case{State: Draft}
	}
	w.checkSteps(before, c)
	if w.org.Unit(c.Unit) == nil {
		w.fail(c, "has no owner: %q", c.Unit)
	}
	if c.Open() && c.Due.At.IsZero() {
		w.fail(c, "has no deadline")
	}
	if c.State == Merged {
		w.checkMerged(before, c)
	}
	for n, sign := range map[*Count]int{before.count(w.org): -1, c.count(w.org): 1} {
		if n != nil {
			key := n.Territory + "/" + n.Month + "/" + n.Code + "|" + n.Unit
			sum := w.figure[key]
			sum.add(n.Tally, sign)
			w.figure[key] = sum
		}
	}
}

// unchanged holds that nothing but turns changed a case.
func (w *world) unchanged() {
	if now := w.all(); !reflect.DeepEqual(now, w.cases) {
		w.t.Fatalf("%d cases are stored, %d known; one differs", len(now), len(w.cases))
	}
}

// fail ends the run with the case and its story.
func (w *world) fail(c *Case, format string, args ...any) {
	var story strings.Builder
	for _, step := range c.History {
		fmt.Fprintf(&story, "\n  %s %s as %s: %s, %s to %s, at %s %s", step.At.Format("02 15:04"), step.By.ID, step.As, step.Event, step.From, step.To, step.Unit, step.Why)
	}
	w.t.Fatalf("%s (%s, %s) %s%s\nsecret %t for %v, contact %s, assisted by %v", c.Number, c.ID, c.State, fmt.Sprintf(format, args...), story.String(), c.Secret, c.Handlers, c.Contact, c.Assist)
}

// moves are the events after which a deadline may be another.
var moves = []Event{Complete, Recategorise, GiveTime, Reopen}

func (w *world) checkSteps(before, c *Case) {
	if len(c.History) < len(before.History) || !slices.EqualFunc(before.History, c.History[:len(before.History)], func(a, b Step) bool { return reflect.DeepEqual(a, b) }) {
		w.fail(c, "lost a part of its history")
	}
	added := c.History[len(before.History):]
	state := before.State
	for _, step := range added {
		if step.Event == Complete && step.To == Alarm {
			state = Alarm
			continue
		}
		if step.From != state {
			w.fail(c, "%s from %s, but it was %s", step.Event, step.From, state)
		}
		state = step.To
		if step.From == Alarm && step.To != Alarm && step.As == System {
			w.fail(c, "is an alarm that ended by itself")
		}
		w.checkActor(before, c, step)
	}
	if state != c.State {
		w.fail(c, "should be %s by its history", state)
	}
	if !before.Due.At.Equal(c.Due.At) && !slices.ContainsFunc(added, func(s Step) bool { return slices.Contains(moves, s.Event) }) {
		w.fail(c, "has a deadline that moved by itself")
	}
	if slices.ContainsFunc(added, func(s Step) bool { return s.Event == CallBack }) {
		for _, r := range c.Reporters {
			told := slices.ContainsFunc(w.sent, func(d bot.Delivery) bool { return d.To == r.Chat && strings.Contains(d.Reply.Text, c.Number) })
			if !told && !(r.Chat.Group && c.Secret) {
				w.fail(c, "was closed and %s didn't hear of it", r.Person)
			}
		}
	}
}

// checkActor holds that who acted for a unit works in it, at an assisting unit, or above; it looks at the grants alone.
func (w *world) checkActor(before, c *Case, step Step) {
	if step.As == System || step.As == Reporting || step.By.ID == "" {
		return
	}
	units := append([]string{before.Unit, before.Contact, c.Unit, c.Contact}, append(before.Assist, c.Assist...)...)
	for _, u := range []string{before.Place.Unit, c.Place.Unit, before.Home} {
		if w.org.Within(u, before.Unit) || w.org.Within(u, c.Unit) {
			units = append(units, u) // the grid of the place within the unit in charge
		}
	}
	if step.As == Helping && c.Secret && slices.Contains(append(before.Handlers, c.Handlers...), step.By.ID) {
		return // the territory of a confidential case may add to it
	}
	p := w.people[slices.IndexFunc(w.people, func(p bot.Person) bool { return p.ID == step.By.ID })]
	for _, g := range p.Grants {
		if slices.ContainsFunc(units, func(u string) bool { return u != "" && w.org.Within(u, g.Unit) }) {
			return
		}
	}
	w.fail(c, "let %s of %s do %s", p.ID, p.Unit, step.Event)
}

// checkSecret holds that nobody but reporters and handlers read of it, and no group.
func (w *world) checkSecret(c *Case) {
	for _, d := range w.sent {
		if c.Number == "" || !strings.Contains(d.Reply.Plain(), c.Number) {
			continue
		}
		before := w.before[c.ID]
		// Who hands it over is told that it went, who splits it off, what became of it.
		handled := before != nil && slices.Contains(before.Handlers, d.To.ID) || before == nil && c.last(Complete) != nil && c.last(Complete).By.ID == d.To.ID
		if d.To.Group || !handled && !slices.Contains(c.Handlers, d.To.ID) && c.Reporter(d.To.ID) == nil {
			if before == nil || before.Secret { // what was said before it became confidential can't be unsaid
				w.fail(c, "is confidential, but %s read: %s", d.To.Key(), d.Reply.Plain())
			}
		}
	}
}

// checkMerged holds that the case which goes on has all reporters of the one that was merged into it, but for those who left it later.
func (w *world) checkMerged(before, c *Case) {
	into := w.cases[c.Into]
	if into == nil {
		w.fail(c, "was merged into nothing")
	}
	if before.State == Merged {
		return
	}
	for _, r := range c.Reporters {
		if into.Reporter(r.Person) == nil {
			w.fail(c, "was merged into %s, %s got lost", into.Number, r.Person)
		}
	}
}

// checkFigures holds that the figures are what one would count.
func (w *world) checkFigures() {
	page, err := w.store.Find(context.Background(), bot.Query{Kind: KindFigures, Limit: 1000})
	w.must(err)
	kept := map[string]Tally{}
	for _, r := range page.Records {
		var f figures
		w.must(json.Unmarshal(r.Body, &f))
		for cell, sum := range f.Cells {
			kept[r.ID+"/"+cell] = sum
		}
	}
	counted := maps.Clone(w.figure)
	maps.DeleteFunc(counted, func(_ string, sum Tally) bool { return sum == Tally{} })
	if !reflect.DeepEqual(kept, counted) {
		w.t.Fatalf("the figures are %v, counted %v", kept, counted)
	}
}

// The sentences of the town. Numbers are filled in.
var (
	reports = []string{
		"%d栋楼道堆了好多杂物", "马鞍山社区%d栋路灯不亮", "%d栋下水道堵了", "陶溪川广场路灯不亮", "楼上漏水漏到我家了,%d栋", "%d栋着火了", "%d栋有人家暴,老公打老婆",
		"建议%d栋门口装路灯", "路灯不亮", "匿名反映%d栋楼道堆了好多杂物", "%d栋下水道堵了。还有5栋路灯不亮", "%d栋孩子被打,有人虐待孩子",
	}
	words = []string{
		"%d号已经处理好了", "%d号已经处理好了,清走了", "%d号我来处理", "%d号退单,不归我们管", "%d号转给城管执法,要执法", "%d号转给马鞍山社区,属地", "%d号申请延期2天,等配件",
		"%d号同意延期", "%d号不同意延期,够了", "%d号督办,原因:太慢", "%d号请消防协办", "%d号备注:看过了", "%d号问报事人:几楼?", "把%d号合并到1号", "拆分%d号:5栋路灯不亮",
		"%d号重办,原因:没弄好", "%d号改类别:路灯不亮", "%d号联系过居民了", "%d号怎么样了", "不是3栋是%d栋", "类别不对,是路灯不亮", "解决了", "没解决,还是堵", "满意", "好的", "算了", "撤回",
		"我的待办", "我报的事怎么样了", "匿名", "原因就是这样", "本月统计", "三楼", "周五,等人",
	}
)

func TestAnythingAtRandom(t *testing.T) {
	checks := "60"
	if testing.Short() {
		checks = "30" // of which rapid does a fifth
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.steps": "120"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := flag.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	total := 0
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		someone := rapid.SampledFrom(w.people)
		r.Repeat(map[string]func(*rapid.T){
			"report": func(r *rapid.T) {
				text := rapid.SampledFrom(reports).Draw(r, "report")
				if strings.Contains(text, "%d") {
					text = fmt.Sprintf(text, rapid.IntRange(1, 9).Draw(r, "building"))
				}
				w.hear(someone.Draw(r, "who"), text, "", rapid.IntRange(0, 9).Draw(r, "group") == 0)
			},
			"words": func(r *rapid.T) {
				text := rapid.SampledFrom(words).Draw(r, "words")
				if strings.Contains(text, "%d") {
					text = fmt.Sprintf(text, rapid.IntRange(1, 6).Draw(r, "number"))
				}
				w.hear(someone.Draw(r, "who"), text, "", false)
			},
			"press": func(r *rapid.T) {
				if len(w.tokens) == 0 {
					r.Skip("nothing to press")
				}
				last := w.tokens[max(0, len(w.tokens)-40):]
				w.hear(someone.Draw(r, "who"), "", rapid.SampledFrom(last).Draw(r, "button"), rapid.IntRange(0, 9).Draw(r, "group") == 0)
			},
			"time": func(r *rapid.T) {
				for range rapid.IntRange(1, 6).Draw(r, "steps") {
					w.now = w.now.Add(time.Duration(rapid.IntRange(1, 300).Draw(r, "minutes")) * time.Minute)
					w.settle()
				}
			},
		})
		w.unchanged()
		total += len(w.cases)
	})
	t.Logf("%d cases", total)
}
