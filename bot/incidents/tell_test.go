package incidents_test

import (
	"strings"
	"testing"

	"linli/bot"
	"linli/bot/bottest"
)

// probe says what the first teller tells of the words behind 说说.
type probe struct{ teller bot.Teller }

func (probe) Name() string        { return "probe" }
func (probe) Routes() []bot.Route { return nil }
func (p probe) Guard(t *bot.Turn) (bool, error) {
	words, ok := strings.CutPrefix(t.Text(), "说说")
	if !ok {
		return false, nil
	}
	story, refusal, err := p.teller.Tell(t, words)
	t.Say("故事:" + story + "\n不说:" + refusal)
	return true, err
}

// TestTell: the story of a case is told to who handles it, without the names of people; of what is not theirs or confidential nothing is told, nor of
// words that say more than a number.
func TestTell(t *testing.T) {
	s := stage(t)
	s.Options.Skills = append([]bot.Skill{probe{s.Options.Skills[0].(bot.Teller)}}, s.Options.Skills...)
	out := bottest.Play(t, `person 王奶奶 resident 马鞍山社区
person 刘书记 secretary 马鞍山社区
person 外人 secretary 陶溪川社区
王奶奶: 马鞍山社区3栋2单元下水道堵了
刘书记: 1号签收
刘书记: 说说1号
刘书记: 说说马鞍山1123-01的
刘书记: 说说1号楼漏水
刘书记: 说说1号和2号
刘书记: 说说99号
王奶奶: 说说1号
外人: 说说1号
王奶奶: 3栋202有人家暴,老公打老婆
刘书记: 说说2号
`, s)
	answers := map[string]string{}
	question := ""
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, " ") {
			question = strings.TrimSpace(line)
			continue
		}
		_, said, found := strings.Cut(line, "邻里→"+strings.SplitN(question, ":", 2)[0]+":")
		if !found {
			said = line
		}
		answers[question] += strings.TrimSpace(said) + "\n"
	}
	for question, want := range map[string]string{
		"刘书记: 说说1号": "描述:马鞍山社区3栋2单元下水道堵了", "刘书记: 说说马鞍山1123-01的": "签收", "刘书记: 说说99号": "没有查到", "王奶奶: 说说1号": "没有查到", "外人: 说说1号": "没有查到", "刘书记: 说说2号": "不交给大模型",
		"刘书记: 说说1号楼漏水": "故事:\n不说:\n", "刘书记: 说说1号和2号": "故事:\n不说:\n",
	} {
		got := answers[question]
		if !strings.Contains(got, want) || strings.Contains(got, "王奶奶") || strings.Contains(got, "刘书记") {
			t.Errorf("%s\n%s", question, got)
		}
		if told := strings.Contains(got, "下水道"); told != (strings.HasSuffix(question, "说1号") && strings.HasPrefix(question, "刘") || strings.HasSuffix(question, "的")) {
			t.Errorf("%s: told %v\n%s", question, told, got)
		}
	}
}
