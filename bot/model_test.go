package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/intents"
)

// modelFunc is a model that a test writes.
type modelFunc func(ctx context.Context, p bot.Prompt) (bot.Completion, error)

func (f modelFunc) Complete(ctx context.Context, p bot.Prompt) (bot.Completion, error) {
	return f(ctx, p)
}

func saying(text string) modelFunc {
	return func(context.Context, bot.Prompt) (bot.Completion, error) {
		return bot.Completion{JSON: json.RawMessage(text), Model: "m", Tokens: 10}, nil
	}
}

func asking(text string) bot.Prompt {
	return bot.Prompt{Task: bot.TaskAnswer, Person: "a", System: "s", Data: []bot.PromptData{{Name: "问题", Text: text}}}
}

// TestModelGuardMasks: what is personal does not leave, what is public does, and nothing of the person goes with it.
func TestModelGuardMasks(t *testing.T) {
	for text, hidden := range map[string]string{
		"我身份证360202198001011234": "198001011234", "打13907981234": "07981234", "打139 0798 1234": "0798 1234", "打１３９０７９８１２３４": "07981234",
		"打139-0798-1234": "0798-1234", "卡号6222021234567890123": "22021234567", "写信到wang.nainai@example.com": "wang.nainai",
	} {
		var sent bot.Prompt
		g := bot.NewModelGuard(bot.ModelGuardOptions{Model: modelFunc(func(_ context.Context, p bot.Prompt) (bot.Completion, error) {
			sent = p
			return bot.Completion{}, nil
		})})
		p := asking(text)
		p.Data = append(p.Data, bot.PromptData{Name: "条目", Text: "电话13907981234", Public: true})
		if _, err := g.Complete(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(sent.Data[0].Text, hidden) {
			t.Errorf("%s left as %s", text, sent.Data[0].Text)
		}
		if sent.Data[1].Text != "电话13907981234" {
			t.Errorf("what is public was changed: %s", sent.Data[1].Text)
		}
		if p.Data[0].Text != text {
			t.Error("the caller's data was changed")
		}
		if system, user := sent.Messages(); strings.Contains(system+user, "\"a\"") || strings.Contains(system, text) {
			t.Errorf("sent %s %s", system, user)
		}
	}
}

// TestModelGuardBudgets: of a person, of a day, in all; a new day begins anew; what is remembered costs nothing.
func TestModelGuardBudgets(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	guard := func(b bot.ModelBudget) *bot.ModelGuard {
		return bot.NewModelGuard(bot.ModelGuardOptions{Model: saying("{}"), Budget: b, Now: func() time.Time { return now }})
	}
	ask := func(g *bot.ModelGuard, person, text string) bot.ModelFailure {
		p := asking(text)
		p.Person = person
		_, err := g.Complete(t.Context(), p)
		return bot.WhyNoModel(err)
	}
	for _, c := range []struct {
		name     string
		budget   bot.ModelBudget
		two      bot.ModelFailure // the second question of a
		other    bot.ModelFailure // one of b
		tomorrow bot.ModelFailure
	}{
		{"none", bot.ModelBudget{}, "", "", ""},
		{"a person's", bot.ModelBudget{Person: 1}, bot.ModelSpent, "", ""},
		{"a day's", bot.ModelBudget{Day: 10}, bot.ModelSpent, bot.ModelSpent, ""},
		{"all", bot.ModelBudget{Total: 10}, bot.ModelSpent, bot.ModelSpent, bot.ModelSpent},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := guard(c.budget)
			if why := ask(g, "a", "一"); why != "" {
				t.Fatalf("the first question: %s", why)
			}
			if why := ask(g, "b", "一"); why != "" {
				t.Errorf("an equal question costs nothing, but: %s", why)
			}
			if why := ask(g, "a", "二"); why != c.two {
				t.Errorf("the second: %q, want %q", why, c.two)
			}
			if why := ask(g, "b", "三"); why != c.other {
				t.Errorf("another's: %q, want %q", why, c.other)
			}
			now = now.Add(24 * time.Hour)
			if why := ask(g, "a", "四"); why != c.tomorrow {
				t.Errorf("tomorrow: %q, want %q", why, c.tomorrow)
			}
		})
	}
}

// TestModelGuardNeverWaits: when all places are taken the next is told so at once; a task that is off asks nobody.
func TestModelGuardNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		var uses []bot.ModelUse
		var mu sync.Mutex
		g := bot.NewModelGuard(bot.ModelGuardOptions{
			AtOnce: 2, Off: map[string]bool{bot.TaskStaff: true},
			Model: modelFunc(func(context.Context, bot.Prompt) (bot.Completion, error) {
				<-free
				return bot.Completion{Tokens: 5}, nil
			}),
			Used: func(u bot.ModelUse) { mu.Lock(); uses = append(uses, u); mu.Unlock() },
		})
		for _, text := range []string{"一", "二"} {
			go func() { _, _ = g.Complete(t.Context(), asking(text)) }()
		}
		synctest.Wait()
		if _, err := g.Complete(t.Context(), asking("三")); bot.WhyNoModel(err) != bot.ModelFull {
			t.Errorf("%v", err)
		}
		off := asking("四")
		off.Task = bot.TaskStaff
		if _, err := g.Complete(t.Context(), off); bot.WhyNoModel(err) != bot.ModelOff {
			t.Errorf("%v", err)
		}
		close(free)
		synctest.Wait()
		if _, err := g.Complete(t.Context(), asking("五")); err != nil {
			t.Errorf("the places are free, but: %v", err)
		}
		if len(uses) != 5 {
			t.Errorf("%d uses were told of, want 5", len(uses))
		}
	})
}

// TestModelBudgetOfAll: what other processes spend counts, and what was spent before a restart.
func TestModelBudgetOfAll(t *testing.T) {
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	guard := func() *bot.ModelGuard {
		return bot.NewModelGuard(bot.ModelGuardOptions{Model: saying("{}"), Budget: bot.ModelBudget{Day: 25}})
	}
	keep := func(g *bot.ModelGuard, node string) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // it balances once, and once more when it ends
		if err := g.Keep(ctx, store, node); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	first, second := guard(), guard()
	for _, g := range []*bot.ModelGuard{first, second} {
		if _, err := g.Complete(t.Context(), asking("一")); err != nil {
			t.Fatal(err)
		}
	}
	keep(first, "one")
	keep(second, "two")
	keep(first, "one")
	for _, c := range []struct {
		name string
		g    *bot.ModelGuard
	}{{"first", first}, {"a new process of the same name", guard()}} {
		keep(c.g, "one")
		if _, err := c.g.Complete(t.Context(), asking("二")); (err == nil) != (c.name == "first") { // of 25, 20 are spent; then 30
			t.Errorf("%s: %v", c.name, err)
		}
		keep(c.g, "one")
		if _, err := c.g.Complete(t.Context(), asking("三")); bot.WhyNoModel(err) != bot.ModelSpent {
			t.Errorf("%s: 30 of 25 are spent, but: %v", c.name, err)
		}
	}
}

// TestModelReader: a model is asked only about what is not clear, and heard only if it keeps to its lists.
func TestModelReader(t *testing.T) {
	for _, c := range []struct {
		name, role, text string
		own              intents.Understanding
		said             string
		intent, category string
		place            string
		asked            bool
	}{
		{"clear", "resident", "下水道堵了很多天", intents.Understanding{Intent: "report", Score: .9}, `{"intent":"none"}`, "report", "", "", false},
		{"an emergency", "resident", "着火了快来", intents.Understanding{Intent: "report", Score: .2, Slots: intents.Slots{Urgent: "119"}}, `{"intent":"none"}`, "report", "", "", false},
		{"unclear", "resident", "三号楼那个东西又冒水", intents.Understanding{Intent: "none", Score: .2}, `{"intent":"report","category":"` + intents.Categories()[0].Code + `","place":"三号楼","title":""}`, "report", intents.Categories()[0].Code, "三号楼", true},
		{"a code of its own", "resident", "三号楼那个东西又冒水", intents.Understanding{Intent: "none", Score: .2}, `{"intent":"report","category":"99-99","place":"八号楼","title":""}`, "report", "", "", true},
		{"an intent of its own", "resident", "三号楼那个东西又冒水", intents.Understanding{Intent: "ask", Score: .2}, `{"intent":"pay","category":"","place":"","title":""}`, "ask", "", "", true},
		{"what changes something at once", "grid", "三号楼那个东西又冒水", intents.Understanding{Intent: "ask", Score: .2}, `{"intent":"incident.done","category":"","place":"","title":""}`, "ask", "", "", true},
		{"staff's for a resident", "resident", "我们那个事什么时候弄", intents.Understanding{Intent: "ask", Score: .2}, `{"intent":"meeting.schedule","category":"","place":"","title":""}`, "ask", "", "", true},
		{"staff's for staff", "secretary", "叫几个单位的人来碰一下", intents.Understanding{Intent: "ask", Score: .2}, `{"intent":"meeting.schedule","category":"","place":"","title":""}`, "meeting.schedule", "", "", true},
		{"no JSON", "resident", "三号楼那个东西又冒水", intents.Understanding{Intent: "ask", Score: .2}, `x`, "ask", "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := false
			model := modelFunc(func(_ context.Context, p bot.Prompt) (bot.Completion, error) {
				asked = true
				if system, _ := p.Messages(); strings.Contains(system, c.text) {
					t.Error("the message stands among the instructions")
				}
				return bot.Completion{JSON: json.RawMessage(c.said)}, nil
			})
			c.own.Text = c.text
			r := bot.NewModelReader(fixed(c.own), model, 0, nil)
			person := &bot.Person{ID: "p"}
			if c.role != "resident" {
				person.Grants = []bot.Grant{{Role: bot.Role(c.role)}}
			}
			u, _ := r.Read(t.Context(), person, c.text, intents.Context{Role: c.role})
			if u.Intent != c.intent || u.Slots.Category != c.category || u.Slots.Place != c.place || asked != c.asked {
				t.Errorf("asked %v, read %s %q %q, want %s %q %q", asked, u.Intent, u.Slots.Category, u.Slots.Place, c.intent, c.category, c.place)
			}
		})
	}
}

// TestModelReaderSlow: after its deadline the own reading counts.
func TestModelReaderSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := modelFunc(func(ctx context.Context, _ bot.Prompt) (bot.Completion, error) {
			<-ctx.Done()
			return bot.Completion{}, ctx.Err()
		})
		var work bot.ModelWork
		r := bot.NewModelReader(fixed{Intent: "ask", Score: .1}, model, time.Second, func(w bot.ModelWork) { work = w })
		began := time.Now()
		u, _ := r.Read(t.Context(), &bot.Person{}, "三号楼那个东西又冒水", intents.Context{})
		if u.Intent != "ask" || time.Since(began) != time.Second || work.Outcome != string(bot.ModelSlow) {
			t.Errorf("%s after %v, outcome %q", u.Intent, time.Since(began), work.Outcome)
		}
	})
}

// fixed understands everything alike.
type fixed intents.Understanding

func (f fixed) Understand(string, intents.Context) intents.Understanding {
	return intents.Understanding(f)
}
