package inspections_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/inspections"
)

var shanghai = time.FixedZone("CST", 8*3600)

// ears is a channel that keeps what arrives, each delivery once.
type ears struct {
	deaf
	mu   sync.Mutex
	seen map[string]bool
	got  []heard
}

type heard struct {
	at      time.Time
	to      string
	text    string
	choices []bot.Choice
}

func (e *ears) Send(_ context.Context, d bot.Delivery) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if key := fmt.Sprintf("%s/%d", d.Line, d.Index); !e.seen[key] {
		e.seen[key] = true
		e.got = append(e.got, heard{time.Now().In(shanghai), d.To.ID, d.Reply.Text, d.Reply.Choices})
	}
	return d.Line, nil
}

// world is a service that can be stopped and started again over the same file, under the clock of a synctest bubble.
type world struct {
	t          *testing.T
	file       string
	store      *sqlite.Store
	engine     *bot.Engine
	ears       *ears
	understand bot.Understander
	org        *bot.Org
	n          int
	clocks     []int // minutes of the day at which somebody looks at the clock
}

func (w *world) open() {
	var err error
	w.store, err = sqlite.Open(w.t.Context(), w.file, sqlite.Options{})
	must(w.t, err)
	w.engine, err = bot.New(bot.Options{
		Store: w.store, Channels: []bot.Channel{w.ears}, Skills: []bot.Skill{inspections.New(inspections.Options{})}, Understand: w.understand, Org: w.org,
		Root: "360203", Location: shanghai,
	})
	must(w.t, err)
	must(w.t, w.engine.Start(w.t.Context()))
}

func (w *world) close() { must(w.t, w.store.Close()) }

func (w *world) person(name string, role bot.Role, unit string) {
	code, err := bot.IssueCode(w.t.Context(), w.store, bot.Code{Role: role, Unit: unit, Name: name}, time.Now())
	must(w.t, err)
	_, err = w.engine.Redeem(w.t.Context(), code, bot.Account{Channel: "test", ID: name, Name: name})
	must(w.t, err)
	w.say(name, "你好", "")
}

func (w *world) say(who, text, action string) {
	w.n++
	must(w.t, w.engine.Receive(w.t.Context(), bot.Message{
		ID: fmt.Sprint(w.n), Chat: bot.Chat{Channel: "test", ID: who}, From: bot.Account{Channel: "test", ID: who, Name: who}, Text: text, Action: action, At: time.Now(),
	}))
	must(w.t, w.engine.Drain(w.t.Context()))
}

// press presses the latest choice of the label that the person was shown.
func (w *world) press(who, label string) {
	w.t.Helper()
	for _, h := range slices.Backward(w.ears.got) {
		for _, c := range h.choices {
			if h.to == who && c.Label == label {
				w.say(who, label, c.Action)
				return
			}
		}
	}
	w.t.Fatalf("%s was not offered %s", who, label)
}

// until lets the time go by. Between two looks at the clock no process runs: each look is another's, over what the last one has left.
func (w *world) until(at time.Time) {
	for time.Now().Before(at) {
		w.close()
		time.Sleep(min(time.Until(look(time.Now(), w.clocks)), time.Until(at)))
		w.open()
		must(w.t, w.engine.Drain(w.t.Context()))
	}
}

// look is the next time of the day after this one at which something may be due.
func look(now time.Time, clocks []int) time.Time {
	now = now.In(shanghai)
	for day := 0; ; day++ {
		for _, clock := range clocks {
			if at := time.Date(now.Year(), now.Month(), now.Day()+day, 0, clock, 0, 0, shanghai); at.After(now) {
				return at
			}
		}
	}
}

// told is what the person was told that contains the words, as days and hours.
func (w *world) told(who, words string) []string {
	var all []string
	for _, h := range w.ears.got {
		if h.to == who && strings.Contains(h.text, words) {
			all = append(all, h.at.Format("01-02 15"))
		}
	}
	return all
}

// live runs the test in a bubble whose time begins with the quarter's eve.
func live(t *testing.T, clocks []int, test func(w *world)) {
	understand, err := model()
	must(t, err)
	org := sampleOrg(t)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 9, 25, 10, 0, 0, 0, shanghai)))
		w := &world{t: t, file: filepath.Join(t.TempDir(), "linli"), ears: &ears{seen: map[string]bool{}}, understand: understand, org: org, clocks: clocks}
		w.open()
		defer w.close()
		w.person("督查员", bot.Inspector, "360203003")
		w.person("马书记", bot.Secretary, "360203003006")
		w.person("街道", bot.Street, "360203003")
		w.person("区里", bot.Liaison, "360203")
		test(w)
	})
}

// TestQuarter lives through two quarters, each step in another process: the plan is proposed once, each of its rounds reminds once and asks once,
// and what was not visited is named before the end.
func TestQuarter(t *testing.T) {
	live(t, []int{8*60 + 30, 9 * 60, 15 * 60, 17*60 + 30}, func(w *world) {
		w.until(time.Date(2026, 10, 8, 12, 0, 0, 0, shanghai))
		w.press("督查员", "确认计划")
		for _, day := range []int{14, 21, 28} {
			w.until(time.Date(2026, 10, day, 18, 0, 0, 0, shanghai))
			if day != 28 {
				w.press("督查员", "都查到了")
			}
		}
		end, plans := time.Date(2027, 1, 20, 0, 0, 0, 0, shanghai), []string{"10-08 09", "01-04 09"}
		if testing.Short() {
			end, plans = time.Date(2026, 12, 19, 0, 0, 0, 0, shanghai), plans[:1]
		}
		w.until(end)
		for words, want := range map[string][]string{
			"季度督查计划(草案)":  plans,
			"明天督查":        {"10-13 15", "10-20 15", "10-27 15"},
			"今天督查":        {"10-14 08", "10-21 08", "10-28 08"},
			"都查到了吗":       {"10-14 17", "10-21 17", "10-28 17"},
			"还有 2 个社区没督查": {"12-18 09"},
		} {
			if got := w.told("督查员", words); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", words, got, want)
			}
		}
		if got := w.told("马书记", "督查通知"); !slices.Equal(got, []string{"10-20 15"}) {
			t.Errorf("the community was told %v", got)
		}
	})
}

// TestFollowed lives with one finding to its end, each step in another process: warned of, late, up level after level, chased at the top, put right,
// checked off, looked at until somebody answers.
func TestFollowed(t *testing.T) {
	live(t, []int{9 * 60, 18 * 60}, func(w *world) {
		w.until(time.Date(2026, 11, 2, 10, 0, 0, 0, shanghai))
		w.say("督查员", "督查发现马鞍山社区3栋楼道堆物,限3天整改", "") // until Thursday
		w.until(time.Date(2026, 11, 20, 12, 0, 0, 0, shanghai))
		for who, want := range map[string][]string{"马书记": {"11-05 18", "11-10 09", "11-13 09", "11-18 09"}, "街道": {"11-05 18"}, "区里": {"11-10 09"}} {
			words := "逾期未整改"
			if who == "马书记" {
				words = "已过期限"
			}
			if got := w.told(who, words); !slices.Equal(got, want) {
				t.Errorf("%s was told %v that it is late, want %v", who, got, want)
			}
		}
		if got := w.told("马书记", "快到期了"); !slices.Equal(got, []string{"11-04 09"}) {
			t.Errorf("the community was warned %v", got)
		}
		w.say("马书记", "DC261102-1 已整改,清走了", "")
		w.press("督查员", "销号")
		w.until(time.Date(2026, 12, 31, 12, 0, 0, 0, shanghai))
		w.press("督查员", "没有反弹")
		w.until(time.Date(2027, 1, 31, 0, 0, 0, 0, shanghai))
		if got, want := w.told("督查员", "回头看 DC261102-1"), []string{"12-21 09", "12-24 09", "12-29 09"}; !slices.Equal(got, want) {
			t.Errorf("the inspector was asked %v, want %v", got, want)
		}
		f := all[inspections.Finding](w.t, w.store, inspections.KindFinding)["DC261102-1"]
		if f.State != inspections.Closed || !f.Held || !f.Due.Equal(time.Date(2026, 11, 5, 18, 0, 0, 0, shanghai)) {
			t.Errorf("it ended as %+v", f)
		}
	})
}
