package incidents

import (
	"context"
	"flag"
	"fmt"
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
		"%d号同意", "%d号不同意,够了", "%d号我们收到了", "%d号改成路灯不亮", "%d号转给公安分局,查一下", "%d号请马鞍山社区协助", "还有股臭味", "不对,是%d单元", "1", "没人联系过我",
		"加入", "不是,我说的是地下室", "退单,不归我们", "请问一下报事人几楼",
	}
)

func TestAnythingAtRandom(t *testing.T) {
	checks := "60"
	if testing.Short() {
		checks = "20" // of which rapid does a fifth
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
