package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"linli/bot"
)

// parrot has what follows 说 handled as said; what follows 永远 it would have handled so for ever.
type parrot struct{}

func (parrot) Name() string        { return "parrot" }
func (parrot) Routes() []bot.Route { return nil }
func (parrot) Guard(t *bot.Turn) (bool, error) {
	runes := []rune(t.Text())
	switch {
	case len(runes) > 1 && runes[0] == '说':
		t.Again(string(runes[1:]), bot.Attachment{Kind: "audio", Ref: "a"})
	case len(runes) > 1 && runes[0] == '永':
		t.Again(t.Text())
	default:
		return false, nil
	}
	return true, nil
}

// TestAgain: words that are handled as a person's are answered in the same turn, once; the transcript keeps what was really said.
func TestAgain(t *testing.T) {
	s := newStage(t, func(o *bot.Options) { o.Skills = append([]bot.Skill{parrot{}}, o.Skills...) })
	s.hear("1", "说look")
	s.wants("1", "echo look")
	s.hear("2", "永远")
	s.wants("2")
	page, err := s.store.Find(t.Context(), bot.Query{Kind: bot.KindLine, Keys: []string{bot.ChatKey(bot.Chat{Channel: "fake", ID: "1"})}})
	if err != nil || len(page.Records) == 0 {
		t.Fatalf("%d lines, %v", len(page.Records), err)
	}
	var line bot.Line
	if err := json.Unmarshal(page.Records[0].Body, &line); err != nil || line.In.Text != "说look" || len(line.In.Attachments) > 0 {
		t.Errorf("kept %+v, %v", line.In, err)
	}
}

// listener is a model that hears what a test writes.
type listener func(s bot.Speech) (bot.Heard, error)

func (f listener) Hear(_ context.Context, s bot.Speech) (bot.Heard, error) { return f(s) }

// TestModelGuardHears: listening is held by the same switch, places and budgets as asking.
func TestModelGuardHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var used []bot.ModelUse
		guard := func(o bot.ModelGuardOptions) *bot.ModelGuard {
			o.Used = func(u bot.ModelUse) { used = append(used, u) }
			return bot.NewModelGuard(o)
		}
		ears := listener(func(bot.Speech) (bot.Heard, error) { return bot.Heard{Text: "好", Tokens: 30}, nil })
		why := func(g *bot.ModelGuard, person string) bot.ModelFailure {
			_, err := g.Hear(t.Context(), bot.Speech{Person: person})
			return bot.WhyNoModel(err)
		}
		if got := why(guard(bot.ModelGuardOptions{}), "a"); got != bot.ModelOff {
			t.Errorf("without ears: %q", got)
		}
		if got := why(guard(bot.ModelGuardOptions{Ears: ears, Off: map[string]bool{bot.TaskVoice: true}}), "a"); got != bot.ModelOff {
			t.Errorf("switched off: %q", got)
		}
		g := guard(bot.ModelGuardOptions{Ears: ears, Budget: bot.ModelBudget{Person: 1}})
		if a, b, c := why(g, "a"), why(g, "a"), why(g, "b"); a != "" || b != bot.ModelSpent || c != "" {
			t.Errorf("a person's budget: %q %q %q", a, b, c)
		}
		g = guard(bot.ModelGuardOptions{Ears: ears, Model: saying(`{}`), Budget: bot.ModelBudget{Day: 30}})
		if got := why(g, "a"); got != "" {
			t.Errorf("within the day's budget: %q", got)
		}
		if _, err := g.Complete(t.Context(), asking("?")); bot.WhyNoModel(err) != bot.ModelSpent {
			t.Errorf("what was heard counts: %v", err)
		}
		wait := make(chan struct{})
		g = guard(bot.ModelGuardOptions{AtOnce: 1, Ears: listener(func(bot.Speech) (bot.Heard, error) {
			<-wait
			return bot.Heard{}, errors.New("no")
		})})
		ended := make(chan bot.ModelFailure)
		go func() { ended <- why(g, "a") }()
		synctest.Wait()
		if got := why(g, "b"); got != bot.ModelFull {
			t.Errorf("one too many: %q", got)
		}
		close(wait)
		if got := <-ended; got != bot.ModelDead {
			t.Errorf("an error of its own: %q", got)
		}
		if n := len(used); n != 9 || used[n-1].Task != bot.TaskVoice || used[n-1].Why != bot.ModelDead {
			t.Errorf("%d uses: %+v", n, used)
		}
	})
}
