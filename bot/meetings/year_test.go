package meetings_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"golang.org/x/sync/errgroup"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/meetings"
	"linli/intents"
	"linli/intents/place"
	"linli/intents/timex/holiday"
)

// lossy is a store whose commits fail now and then as when the process is killed or the disk is away: before anything was written, or after all
// of it was.
type lossy struct {
	bot.Store
	mu    sync.Mutex
	rand  *rand.Rand
	one   int // in so many commits fails
	kills int
}

var errKilled = bot.Because(bot.Unavailable, errors.New("killed"), "")

func (s *lossy) Commit(ctx context.Context, c bot.Change) error {
	s.mu.Lock()
	dies, before := s.one > 0 && s.rand.IntN(s.one) == 0, s.rand.IntN(2) == 0
	if dies {
		s.kills++
	}
	s.mu.Unlock()
	if dies && before {
		return errKilled
	}
	err := s.Store.Commit(ctx, c)
	if err == nil && dies {
		return errKilled
	}
	return err
}

func (s *lossy) killed() int { s.mu.Lock(); defer s.mu.Unlock(); return s.kills }

// listener is a channel that keeps what arrived, each delivery once, however often it was sent.
type listener struct {
	mu   sync.Mutex
	now  *clock
	seen map[string]bool
	got  map[string][]arrival // by chat
}

type arrival struct {
	at   time.Time
	text string
}

func (l *listener) Name() string { return "test" }
func (l *listener) Capabilities() bot.Capabilities {
	return bot.Capabilities{Buttons: true, Idempotent: true}
}
func (l *listener) Run(ctx context.Context, _ bot.Receive) error { <-ctx.Done(); return nil }
func (l *listener) Send(_ context.Context, d bot.Delivery) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range d.Reply.Choices {
		if len(c.Action) > 64 {
			return "", &bot.SendError{Outcome: bot.Never, Err: errors.New("the action is longer than platforms take: " + c.Action)}
		}
	}
	if key := fmt.Sprintf("%s/%d", d.Line, d.Index); !l.seen[key] {
		l.seen[key] = true
		l.got[d.To.ID] = append(l.got[d.To.ID], arrival{l.now.get(), d.Reply.Text})
	}
	return d.Line, nil
}

// clock is the time of a test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) get() time.Time      { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) set(t time.Time)     { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }
func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// stage is two processes over one store, and a clock.
type stage struct {
	t       *testing.T
	clock   *clock
	store   *lossy
	channel *listener
	org     *bot.Org
	model   *intents.Model
	places  *place.Gazetteer
	workers [2]*bot.Engine
}

func newStage(t *testing.T, now time.Time) *stage {
	t.Helper()
	understand, err := model()
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{t: now}
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{Now: c.get})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &stage{
		t: t, clock: c, org: sampleOrg(t), model: understand,
		store:   &lossy{Store: store, rand: rand.New(rand.NewPCG(1, 2))},
		channel: &listener{now: c, seen: map[string]bool{}, got: map[string][]arrival{}},
	}
	for i := range s.workers {
		s.start(i)
	}
	return s
}

// start starts a process anew: it knows nothing but what is in the store.
func (s *stage) start(i int) {
	engine, err := bot.New(bot.Options{
		Store: s.store, Channels: []bot.Channel{s.channel}, Skills: []bot.Skill{meetings.New(meetings.Options{})}, Understand: s.model, Org: s.org, Root: "360203", Now: s.clock.get,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.workers[i] = engine
}

// settle lets both processes work until nothing is due. After a kill time passes, so that leases end and what was put back is due again.
func (s *stage) settle() {
	s.t.Helper()
	for range 1000 {
		before := s.store.killed()
		var g errgroup.Group
		for i := range s.workers {
			g.Go(func() error {
				err := s.workers[i].Drain(s.t.Context())
				if err != nil {
					s.start(i)
				}
				return err
			})
		}
		err := g.Wait()
		if err != nil && !errors.Is(err, errKilled) && bot.KindOf(err) != bot.Conflict {
			s.t.Fatal(err)
		}
		if err == nil && s.store.killed() == before {
			return
		}
		s.clock.add(70 * time.Second)
	}
	s.t.Fatal("it does not come to rest")
}

func (s *stage) say(who, id, text string) {
	s.t.Helper()
	chat := bot.Chat{Channel: "test", ID: who}
	for {
		err := s.workers[0].Receive(s.t.Context(), bot.Message{ID: id, Chat: chat, From: bot.Account{Channel: "test", ID: who, Name: who}, Text: text, At: s.clock.get()})
		if err == nil {
			return
		}
		if !errors.Is(err, errKilled) {
			s.t.Fatal(err)
		}
	}
}

// TestYear: many series over a year, two processes, killed again and again; each reminder arrives once, at its minute, and none that
// should not.
func TestYear(t *testing.T) {
	people, killed := 100, 900
	if testing.Short() {
		people, killed = 3, 100
	}
	start := at("2026-01-05 06:00")
	s := newStage(t, start)
	s.store.one = killed
	rules := []struct{ words, rule string }{
		{"每月%d号", "FREQ=MONTHLY;BYMONTHDAY=%d"}, {"每两个月的%d号", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=%d"}, {"每年6月%d日", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=%d"},
		{"每周三", "FREQ=WEEKLY;BYDAY=WE"}, {"每月第一个周四", "FREQ=MONTHLY;BYDAY=1TH"}, {"每月最后一天", "FREQ=MONTHLY;BYMONTHDAY=-1"}, {"每两周周五", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"},
	}
	weights := []int{0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 4, 4, 5, 5, 3, 6, 0, 1}
	type series struct {
		who, what, rule string
		hour            int
	}
	var all []series
	for p := range people {
		who := fmt.Sprintf("person%d", p)
		for n := range 100 {
			r := rules[weights[n%len(weights)]]
			day, hour := 1+(p*7+n)%28, 7+(p+n)%14
			words, rule := r.words, r.rule
			if strings.Contains(words, "%d") {
				words, rule = fmt.Sprintf(words, day), fmt.Sprintf(rule, day)
			}
			what := fmt.Sprintf("办事%dx%d", p, n)
			s.say(who, fmt.Sprintf("%d-%d", p, n), fmt.Sprintf("%s%d:00提醒我%s", words, hour, what))
			all = append(all, series{who, what, rule, hour})
		}
		s.settle()
	}
	counts, err := s.store.Count(t.Context(), bot.Query{Kind: meetings.KindReminder, Keys: []string{"status=planned"}})
	if err != nil || counts[0] != len(all) {
		for _, a := range s.channel.got["person0"] {
			t.Log(a.text)
		}
		t.Fatalf("%d of %d series were understood (%v); the last answer: %v", counts[0], len(all), err, s.channel.got["person0"][len(s.channel.got["person0"])-1])
	}
	answered := len(s.channel.seen)
	end := start.AddDate(1, 0, 0)
	for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
		for hour := 7; hour < 21; hour++ {
			s.clock.set(time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location()))
			s.settle()
		}
	}
	wrong, reminded := 0, 0
	due := map[string][]string{}
	for _, chat := range s.channel.got {
		for _, a := range chat {
			if what, ok := strings.CutPrefix(a.text, "提醒:"); ok {
				reminded++
				what, _, _ = strings.Cut(what, "\n")
				due[what] = append(due[what], a.at.Truncate(time.Hour).Format("2006-01-02 15"))
				if late := a.at.Sub(a.at.Truncate(time.Hour)); late > 20*time.Minute {
					t.Errorf("%s came %v late", what, late)
				}
			}
		}
	}
	for _, one := range all {
		want := expected(t, one.rule, one.hour, start, end)
		got := due[one.what]
		slices.Sort(got)
		if !slices.Equal(got, want) {
			if wrong++; wrong < 5 {
				t.Errorf("%s of %s by %s:\n got %v\nwant %v", one.what, one.who, one.rule, got, want)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d series were not reminded of as they should", wrong, len(all))
	}
	t.Logf("%d series, %d answers, %d reminders, %d kills", len(all), answered, reminded, s.store.kills)
	if s.store.kills < 10 {
		t.Errorf("only %d kills: the test shows little", s.store.kills)
	}
}

// expected are the hours at which a series reminds, by rrule-go alone.
func expected(t *testing.T, rule string, hour int, start, end time.Time) []string {
	t.Helper()
	o, err := rrule.StrToROption(rule)
	if err != nil {
		t.Fatal(err)
	}
	// A series begins with the first day that its rule names from now on; only then is "every second" counted.
	first := *o
	first.Interval = 1
	first.Dtstart = time.Date(start.Year(), start.Month(), start.Day(), hour, 0, 0, 0, start.Location())
	r, err := rrule.NewRRule(first)
	if err != nil {
		t.Fatal(err)
	}
	o.Dtstart = r.After(start, true)
	if r, err = rrule.NewRRule(*o); err != nil {
		t.Fatal(err)
	}
	var hours []string
	for _, at := range r.Between(start, end, false) {
		hours = append(hours, at.Format("2006-01-02 15"))
	}
	return hours
}

// TestMeetingsOverAYear: weekly meetings in a hundred communities that keep to working days; each reminder reaches the group once, on
// the working days that the holiday table has.
func TestMeetingsOverAYear(t *testing.T) {
	communities := 60
	if testing.Short() {
		communities = 4
	}
	start := at("2026-01-05 06:00")
	s := newStage(t, start)
	var units []string
	for _, u := range s.org.Units() {
		if u.Level == "community" && len(units) < communities {
			units = append(units, u.ID)
		}
	}
	for i, unit := range units {
		who := fmt.Sprintf("secretary%d", i)
		p := &bot.Person{ID: who, Name: who, Unit: unit, Grants: []bot.Grant{{Role: bot.Secretary, Unit: unit}}, Chat: bot.Chat{Channel: "test", ID: who}}
		account := bot.Account{Channel: "test", ID: who}
		group := bot.ChatBinding{Chat: bot.Chat{Channel: "test", ID: "group" + unit, Group: true}, Unit: unit}
		if err := s.store.Commit(t.Context(), bot.Change{Put: []bot.Record{bot.PersonRecord(p, 0, start), bot.AccountRecord(account, p.ID, start), bot.ChatRecord(group, 0, start)}}); err != nil {
			t.Fatal(err)
		}
		s.say(who, fmt.Sprint(i), "每周四上午9点在二楼会议室开例会,遇节假日提前,提前一小时提醒")
	}
	s.settle()
	s.store.one = 150
	end := start.AddDate(1, 0, 0)
	for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
		for _, hour := range []int{7, 8, 9, 10} {
			s.clock.set(time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location()))
			s.settle()
		}
	}
	table := holiday.China()
	var want []string
	for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
		if day.Weekday() != time.Thursday {
			continue
		}
		to := day
		for work, _ := table.Workday(to); !work; work, _ = table.Workday(to) {
			to = to.AddDate(0, 0, -1)
		}
		if !slices.Contains(want, to.Format(time.DateOnly)) {
			want = append(want, to.Format(time.DateOnly))
		}
	}
	for _, unit := range units {
		var got []string
		for _, a := range s.channel.got["group"+unit] {
			if strings.HasPrefix(a.text, "会议提醒") {
				got = append(got, a.at.Format(time.DateOnly))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s was reminded on\n%v, want\n%v", unit, got, want)
		}
	}
	t.Logf("%d series, %d reminders each, %d kills", len(units), len(want), s.store.kills)
}

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

var shanghai = func() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return loc
}()
