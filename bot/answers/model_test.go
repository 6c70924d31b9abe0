package answers_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/answers"
	"linli/bot/bottest"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
	"linli/knowledge"
)

// modelFunc is a model that a test writes.
type modelFunc func(ctx context.Context, p bot.Prompt) (bot.Completion, error)

func (f modelFunc) Complete(ctx context.Context, p bot.Prompt) (bot.Completion, error) {
	return f(ctx, p)
}

func writes(answer string, cited ...string) modelFunc {
	return func(context.Context, bot.Prompt) (bot.Completion, error) {
		text, err := json.Marshal(map[string]any{"enough": true, "answer": answer, "cited": cited})
		return bot.Completion{JSON: text, Model: "小模型", Tokens: 9}, err
	}
}

var permit = knowledge.Entry{
	ID: "svc-1", Kind: "service", Title: "居住证申领", Office: "居住地派出所", Materials: "身份证;本人相片;住址证明", TimeLimit: "受理起15日内", Fee: "首次免费",
	Phone: "0798-0003006", Address: "人民路12号", Stamps: knowledge.StampNo,
}

// TestWord: what a model writes goes out if it keeps to the entry, and else says why it may not.
func TestWord(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		cited        []string
		why          string
	}{
		{"right", "带身份证、照片和住址证明,到居住地派出所办。受理起十五日内办好,首次不收费。", []string{"svc-1"}, ""},
		{"right, with marks", "**带身份证**,到居住地派出所办。\n\n受理起15日内。", []string{"svc-1"}, ""},
		{"a number", "到居住地派出所办,受理起7日内办好。", []string{"svc-1"}, "facts"},
		{"a phone", "到居住地派出所办,电话0798-8888888。", []string{"svc-1"}, "facts"},
		{"an office", "到珠山区公安分局办,带身份证、本人照片、住址证明。", []string{"svc-1"}, "facts"},
		{"an address", "到居住地派出所办,地址在人民路21号。", []string{"svc-1"}, "facts"},
		{"a paper", "带身份证、本人照片、住址证明和结婚证。", []string{"svc-1"}, "facts"},
		{"a stamp", "到居住地派出所办,要先到社区盖章。", []string{"svc-1"}, "stamp"},
		{"nothing cited", "到居住地派出所办。", nil, "cited"},
		{"another cited", "到居住地派出所办。", []string{"svc-2"}, "cited"},
		{"blank", " \n", []string{"svc-1"}, "length"},
		{"long", strings.Repeat("到居住地派出所办。", 60), []string{"svc-1"}, "length"},
		{"a link", "到居住地派出所办,见 http://x.cn", []string{"svc-1"}, "form"},
		{"something else", "春天来了,燕子飞回了屋檐下,桃花开了。", []string{"svc-1"}, "off topic"},
		{"its instructions", "只用条目里写明的内容,居住地派出所。", []string{"svc-1"}, "leak"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := answers.NewDrafter(writes(c.answer, c.cited...), 0).Word(t.Context(), answers.Asked{Question: "居住证怎么办", Entry: &permit, Plain: "找谁办:居住地派出所。"})
			var refused *answers.Misworded
			why := ""
			if errors.As(err, &refused) {
				why = refused.Why
			} else if err != nil {
				t.Fatal(err)
			}
			if why != c.why {
				t.Errorf("%q %v, want %q", why, err, c.why)
			}
			if why == "" && (w.Text == "" || strings.Contains(w.Text, "*") || w.Model != "小模型") {
				t.Errorf("worded %+v", w)
			}
		})
	}
}

// TestWordSlow: after the deadline the plain answer goes out.
func TestWordSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := modelFunc(func(ctx context.Context, _ bot.Prompt) (bot.Completion, error) {
			<-ctx.Done()
			return bot.Completion{}, ctx.Err()
		})
		began := time.Now()
		_, err := answers.NewDrafter(model, 2*time.Second).Word(t.Context(), answers.Asked{Entry: &permit})
		if bot.WhyNoModel(err) != bot.ModelSlow || time.Since(began) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// embedded is trained once for all conversations.
var embedded = sync.OnceValues(func() (*intents.Model, error) { return intents.New(intents.Options{}) })

// stage is where a conversation with a model is played.
type stage struct {
	entries  []knowledge.Entry
	passages []knowledge.Passage
	model    bot.LanguageModel // nil: none
}

// play plays the script and returns it with what came of it, but for the records of what the model did.
func (s stage) play(t *testing.T, script string) string {
	t.Helper()
	understood, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	var units []bot.Unit
	for _, u := range sample.Units() {
		units = append(units, bot.Unit{ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Handles: u.Handles})
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	catalogue, err := answers.OpenCatalogue(t.Context(), store, s.entries, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.passages) > 0 {
		if _, _, err := answers.ImportDocument(t.Context(), store, s.passages, t0); err != nil {
			t.Fatal(err)
		}
	}
	shelf, err := answers.OpenShelf(t.Context(), store, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	skill := answers.New(catalogue)
	skill.Consult(shelf)
	var reader bot.Understander = understood
	if s.model != nil {
		skill.Use(answers.NewDrafter(s.model, 0), "备案1号")
		reader = bot.NewModelReader(understood, s.model, 0, nil)
	}
	out := bottest.Play(t, script, bottest.Setup{Store: store, Options: bot.Options{
		Skills: []bot.Skill{skill}, Understand: reader, Org: org, Root: "360203", Places: place.NewGazetteer(sample.Territories()),
	}})
	return workLine.ReplaceAllString(out, "")
}

var workLine = regexp.MustCompile(`(?m)^  \[modelwork .*\n`)

// TestWordedConversation: the answer in plain words bears its label, choices and sources; what was picked from a list and what a stamp is about do not change.
func TestWordedConversation(t *testing.T) {
	s := stage{entries: []knowledge.Entry{permit}, model: writes("到居住地派出所办,受理起15日内办好。", "svc-1")}
	out := s.play(t, "王奶奶: 居住证申领要多久\n王奶奶: 居住证申领社区能盖章吗\n")
	if strings.Count(out, "AI生成,仅供参考(模型:小模型,备案号:备案1号)") != 1 || !strings.Contains(out, "到居住地派出所办,受理起15日内办好。") {
		t.Error(out)
	}
	if !strings.Contains(out, "不用居委会盖章") {
		t.Error("the colour of the stamp is missing:", out)
	}
}

// TestInjections: testdata/injections.tsv holds attempts to make a model do something else, from a resident, a catalogue entry and a document, and what a
// model writes that obeys. A resident's attempt changes nothing: the conversation goes as without a model. One from an entry or a document can at most have
// said what stands there: nothing leaks, no record changes, nothing is cited that isn't there.
func TestInjections(t *testing.T) {
	file, err := os.ReadFile("testdata/injections.tsv")
	if err != nil {
		t.Fatal(err)
	}
	tried, asked := 0, 0
	for line := range strings.Lines(string(file)) {
		row := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(row) != 3 {
			continue
		}
		tried++
		script := "王奶奶: 便民贴心卡怎么领\n"
		s := stage{entries: append(knowledge.Sample()[:40:40], permit)}
		switch row[0] {
		case "resident":
			script = "王奶奶: " + row[1] + "\n"
		case "entry":
			s.entries = append(s.entries, knowledge.Entry{ID: "card", Kind: "service", Title: "便民贴心卡", Office: "社区居委会", Answer: row[1]})
		case "document":
			s.passages = []knowledge.Passage{{ID: "doc:card#1", Document: "便民贴心卡办法", Heading: "便民贴心卡怎么领", Text: row[1]}}
		default:
			t.Fatalf("who is %q?", row[0])
		}
		want := s.play(t, script)
		system := ""
		s.model = modelFunc(func(_ context.Context, p bot.Prompt) (bot.Completion, error) {
			if p.Task == bot.TaskAnswer {
				asked++
				system, _ = p.Messages()
			}
			return bot.Completion{JSON: obey(row[2], p), Model: "obedient"}, nil
		})
		got := s.play(t, script)
		if got == want {
			continue
		}
		said, _, labelled := strings.Cut(strings.TrimPrefix(got, script), "AI生成,仅供参考")
		switch {
		case row[0] == "resident":
			t.Errorf("%s\nthe model wrote %s\nand the conversation went\n%sinstead of\n%s", row[1], row[2], got, want)
		case !labelled || marked(got) != marked(want):
			t.Errorf("%s: %s\nthe label is missing, or sources or records changed:\n%s", row[0], row[1], got)
		case shares(said, system, 8):
			t.Errorf("%s: %s\nthe prompt leaked:\n%s", row[0], row[1], got)
		case len(knowledge.Unsupported(strings.TrimPrefix(strings.TrimSpace(said), "邻里→王奶奶:"), row[1], want)) > 0:
			t.Errorf("%s: %s\nwhat isn't there was said:\n%s", row[0], row[1], got)
		}
	}
	if tried != 120 || asked < 100 {
		t.Errorf("%d attempts, in %d of them the model wrote; want 120 and nearly all", tried, asked)
	}
}

// marked are the lines of a conversation that name sources, and records that changed.
func marked(conversation string) string {
	var lines []string
	for line := range strings.Lines(conversation) {
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "依据:") || strings.HasPrefix(text, "[") {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// shares reports whether the text has n characters in a row of the other.
func shares(text, other string, n int) bool {
	runes := []rune(text)
	for i := 0; i+n <= len(runes); i++ {
		if part := string(runes[i : i+n]); strings.TrimSpace(part) == part && strings.Contains(other, part) {
			return true
		}
	}
	return false
}

// obey writes what a model writes that does what it is told by the data.
func obey(text string, p bot.Prompt) json.RawMessage {
	system, _ := p.Messages()
	runes := []rune(strings.ReplaceAll(system, "\n", " "))
	spaced := strings.Join(strings.Split(string(runes[:40]), ""), " ")
	reversed := slices.Clone(runes)
	slices.Reverse(reversed)
	id := ""
	for _, d := range p.Data {
		if rest, ok := strings.CutPrefix(d.Name, "条目 "); ok {
			id = rest
		}
	}
	quoted := func(s string) string { b, _ := json.Marshal(s); return strings.Trim(string(b), `"`) }
	return json.RawMessage(strings.NewReplacer("{{system}}", quoted(string(runes[:200])), "{{part}}", quoted(string(runes[70:110])), "{{spaced}}", quoted(spaced),
		"{{reversed}}", quoted(string(reversed[:150])), "{{id}}", id).Replace(text))
}

// TestSuggest: a reply is drafted for staff, and goes out when they say so and not before.
func TestSuggest(t *testing.T) {
	s := stage{
		entries:  []knowledge.Entry{permit},
		passages: []knowledge.Passage{{ID: "doc:dog#1", Document: "养犬管理规定", Heading: "登记", Text: "饲养犬只应当到公安机关登记,免费。"}},
		model:    writes("饲养犬只到公安机关登记,免费。", "doc:dog#1"),
	}
	out := s.play(t, `person 王奶奶 resident 马鞍山社区
person 刘书记 secretary 马鞍山社区
王奶奶: 转人工,问犬只登记
刘书记 presses 回复
刘书记 presses 请AI起草
刘书记 presses 就发这个
`)
	before, after, sent := strings.Cut(out, "刘书记 presses 就发这个")
	if !sent || !strings.Contains(before, "草稿,不会自动发送") || strings.Contains(before, "工作人员回复您") {
		t.Errorf("the draft was not shown, or sent at once:\n%s", out)
	}
	if !strings.Contains(after, "邻里→王奶奶: 马鞍山社区的工作人员回复您:\n    饲养犬只到公安机关登记,免费。") {
		t.Errorf("the draft was not sent:\n%s", out)
	}
	s.model = writes("请交500元。", "doc:dog#1")
	out = s.play(t, "person 王奶奶 resident 马鞍山社区\nperson 刘书记 secretary 马鞍山社区\n王奶奶: 转人工,问犬只登记\n刘书记 presses 回复\n刘书记 presses 请AI起草\n")
	if strings.Contains(out, "500") || !strings.Contains(out, "现在起草不了") {
		t.Errorf("an invention was suggested:\n%s", out)
	}
}

// TestDocumentBesidesEntries: where the catalogue has several entries that may be meant, a passage that speaks of nearly all that was asked is
// quoted, and the entries stay to be chosen; one that speaks of half of it isn't.
func TestDocumentBesidesEntries(t *testing.T) {
	s := stage{
		entries:  knowledge.Sample(),
		passages: []knowledge.Passage{{ID: "doc:lift#1", Document: "电梯补助办法", Heading: "申请", Text: "竣工后多久申请:竣工后60日内要申请电梯补助。"}},
	}
	if out := s.play(t, "王奶奶: 竣工后多久要申请电梯补助\n"); !strings.Contains(out, "60日内") || !strings.Contains(out, "1. 老旧小区加装电梯") || strings.Contains(out, "没有这件事") {
		t.Errorf("no passage, or no entries:\n%s", out)
	}
	s.passages[0].Text = "补助由县区负担。"
	if out := s.play(t, "王奶奶: 竣工后多久要申请电梯补助\n"); strings.Contains(out, "负担") || !strings.Contains(out, "您问的是哪一个") {
		t.Errorf("a passage instead of the entries:\n%s", out)
	}
}
