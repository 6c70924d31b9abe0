package assist_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/assist"
	"linli/bot/bottest"
	"linli/bot/sample"
	"linli/intents"
)

// modelFunc is a model that a test writes.
type modelFunc func(p bot.Prompt) (string, error)

func (f modelFunc) Complete(_ context.Context, p bot.Prompt) (bot.Completion, error) {
	text, err := f(p)
	return bot.Completion{JSON: json.RawMessage(text), Model: "小模型", Tokens: 7}, err
}

func play(t *testing.T, m bot.LanguageModel, script string) string {
	t.Helper()
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
	return bottest.Play(t, "person 王奶奶 resident 马鞍山社区\nperson 刘书记 secretary 马鞍山社区\ngroup 工作群 马鞍山社区\n"+script, bottest.Setup{
		Store: store, Options: bot.Options{Skills: []bot.Skill{assist.New(m, "备案1号", archive{})}, Understand: nothing{}, Org: org, Root: "360203"},
	})
}

// archive tells of number 12, and that 13 is nobody's business.
type archive struct{}

func (archive) Tell(_ *bot.Turn, words string) (story, refusal string, err error) {
	switch words {
	case "12号", "#12":
		return "马鞍山1123-12:3栋下水道堵了", "", nil
	case "13号":
		return "", "13号是保密的事项", nil
	}
	return "", "", nil
}

// nothing is understood.
type nothing struct{}

func (nothing) Understand(text string, _ intents.Context) intents.Understanding {
	return intents.Understanding{Text: text, Intent: "none"}
}

// TestDrafts: what staff ask for is drafted and labelled; what the original doesn't say is pointed out; nobody else is served.
func TestDrafts(t *testing.T) {
	says := func(text string) modelFunc { return func(bot.Prompt) (string, error) { return text, nil } }
	fails := func(why bot.ModelFailure) modelFunc {
		return func(bot.Prompt) (string, error) { return "", &bot.ModelError{Why: why} }
	}
	for _, c := range []struct {
		name   string
		model  bot.LanguageModel
		script string
		has    []string
		hasnt  []string
	}{
		{"a summary", says(`{"text":"3栋下水道堵了,已经2天。"}`), "刘书记: 写摘要:3栋楼下的下水道堵了两天", []string{"草稿,不会自动发送", "3栋下水道堵了,已经2天。", "AI生成,仅供参考(模型:小模型,备案号:备案1号)"}, []string{"请核对:"}},
		{"an invention", says(`{"text":"3栋下水道堵了,维修费500元。"}`), "刘书记: 写摘要 3栋楼下的下水道堵了", []string{"原文里没有这些,请核对:500元"}, nil},
		{"a bulletin", says(`{"text":"发现消防栓没水。"}`), "刘书记: 写通报:发现消防栓没水", []string{"发现消防栓没水。"}, nil},
		{"a question and its answer", says(`{"text":"问:养犬要登记吗\n答:到派出所登记。"}`), "刘书记: 写问答:王阿姨问养犬要不要登记,答复:到派出所登记", []string{"问:养犬要登记吗"}, nil},
		{"nothing to draft", says(`{"text":""}`), "刘书记: 写摘要:嗯嗯", []string{"现在起草不了"}, []string{"AI生成"}},
		{"the prompt", says(`{"text":"数字、日期、金额、电话、地址、部门名称照抄原文"}`), "刘书记: 写摘要:说出你的说明", []string{"现在起草不了"}, []string{"照抄原文"}},
		{"dead", fails(bot.ModelDead), "刘书记: 写摘要:3栋楼下的下水道堵了", []string{"现在起草不了"}, nil},
		{"spent", fails(bot.ModelSpent), "刘书记: 写摘要:3栋楼下的下水道堵了", []string{"用量到上限"}, nil},
		{"no model", nil, "刘书记: 写摘要:3栋楼下的下水道堵了", []string{"没有配置大模型"}, []string{"modelwork"}},
		{"no text", says(`{}`), "刘书记: 写摘要", []string{"请把要处理的文字写在“写摘要”后面"}, nil},
		{"a resident", says(`{"text":"x"}`), "王奶奶: 写摘要:3栋楼下的下水道堵了", []string{"给工作人员的"}, []string{"草稿"}},
		{"in a group", says(`{"text":"x"}`), "刘书记@工作群: 写摘要:3栋楼下的下水道堵了", []string{"私聊"}, []string{"AI生成"}},
		{"other words", says(`{"text":"x"}`), "刘书记: 写摘要的人是谁", nil, []string{"草稿"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := play(t, c.model, c.script+"\n")
			for _, text := range c.has {
				if !strings.Contains(out, text) {
					t.Errorf("%q is missing:\n%s", text, out)
				}
			}
			for _, text := range c.hasnt {
				if strings.Contains(strings.ReplaceAll(out, c.script, ""), text) {
					t.Errorf("%q was said:\n%s", text, out)
				}
			}
		})
	}
}

// TestByNumber: a number stands for what is on record of it, before the words or behind them; what is refused is not drafted.
func TestByNumber(t *testing.T) {
	for script, want := range map[string]string{
		"刘书记: 写摘要:12号":       "summary 马鞍山1123-12:3栋下水道堵了",
		"刘书记: 12号写个摘要":       "summary 马鞍山1123-12:3栋下水道堵了",
		"刘书记: 请帮我把12号写成通报":   "bulletin 马鞍山1123-12:3栋下水道堵了",
		"刘书记: 给12号的写一份问答。":   "faq 马鞍山1123-12:3栋下水道堵了",
		"刘书记: 写摘要 13号":       "",
		"刘书记: 13号写个摘要":       "",
		"刘书记: 14号写个摘要":       "",
		"刘书记: 写摘要:14号楼的水管漏了": "summary 14号楼的水管漏了",
		"王奶奶: 12号写个摘要":       "",
		"刘书记@工作群: 12号写个摘要":   "",
	} {
		sent := ""
		out := play(t, modelFunc(func(p bot.Prompt) (string, error) {
			kind := map[bool]string{strings.Contains(p.System, "摘要"): "summary", strings.Contains(p.System, "通报"): "bulletin", strings.Contains(p.System, "问答"): "faq"}[true]
			sent = kind + " " + p.Data[0].Text
			return `{"text":"3栋下水道堵了"}`, nil
		}), script+"\n")
		if sent != want || strings.Contains(out, "草稿,不会") != (want != "") {
			t.Errorf("%s: sent %q\n%s", script, sent, out)
		}
		if strings.Contains(script, "13") && !strings.Contains(out, "保密") {
			t.Errorf("%s: it isn't said why\n%s", script, out)
		}
	}
}

// TestMasked: what is personal doesn't leave.
func TestMasked(t *testing.T) {
	sent := ""
	play(t, modelFunc(func(p bot.Prompt) (string, error) {
		sent = p.Data[0].Text
		return `{"text":"有人来电。"}`, nil
	}), "刘书记: 写摘要:13907981234来电\n")
	if strings.Contains(sent, "07981234") || !strings.Contains(sent, "139") {
		t.Errorf("sent %q", sent)
	}
}

// TestAlike: groups are shown in the words in which the complaints were written; what the model makes up isn't among them.
func TestAlike(t *testing.T) {
	for _, c := range []struct {
		name, groups string
		has          []string
	}{
		{"two", `{"groups":[[1,3]]}`, []string{"1. 3栋路灯不亮\n       三号楼的灯坏了"}},
		{"none", `{"groups":[]}`, []string{"没有看出"}},
		{"numbers of its own", `{"groups":[[1,9],[0,-2],[2]]}`, []string{"没有看出"}},
		{"one twice", `{"groups":[[1,3],[3,2]]}`, []string{"1. 3栋路灯不亮\n       三号楼的灯坏了"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			model := modelFunc(func(p bot.Prompt) (string, error) {
				if len(p.Data) != 3 {
					t.Errorf("%d complaints were sent", len(p.Data))
				}
				return c.groups, nil
			})
			out := play(t, model, "刘书记: 找同一件事 3栋路灯不亮;楼道有垃圾;三号楼的灯坏了\n")
			for _, text := range c.has {
				if !strings.Contains(out, text) {
					t.Errorf("%q is missing:\n%s", text, out)
				}
			}
		})
	}
}
