package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
	"linli/intents/timex/timexeval"
	"linli/knowledge"
)

// evalCommand measures.
type evalCommand struct {
	Answers    evalAnswers    `cmd:"" help:"问答:每行“问题<TAB>应答的条目”(编号、名称或部门,多个用 |;“-”表示不该答)。"`
	Intents    evalIntents    `cmd:"" help:"理解:有表头的 CSV 或 TSV,列 text,role,intent(几个都对的用 | 分开),另可有 category、place、urgent 等信息的列;“# ”开头的是注释。"`
	Classifier evalClassifier `cmd:"" help:"分类:用一份 CSV(text,category)训练,用另一份衡量;不写 --test 则做五折交叉验证。"`
	Times      evalTimes      `cmd:"" help:"时间:用两套公开的时间表达测试集衡量。"`
}

// result is what an evaluation found, as interface and scripts know it.
type result struct {
	Total         int      `json:"total"`
	Right         int      `json:"right"`
	Accuracy      float64  `json:"accuracy"`
	MacroF1       float64  `json:"macro_f1"`
	DeclinedRight float64  `json:"declined_right"`
	First         float64  `json:"first,omitempty"`    // of those that should be answered: the right entry ranked first, whatever the verdict
	InThree       float64  `json:"in_three,omitempty"` // … among the first three
	Wrong         float64  `json:"wrong,omitempty"`    // … answered with another entry
	Slots         float64  `json:"slots,omitempty"`    // of the slots that were expected: filled right
	Misses        []missed `json:"misses"`

	Model *modelResult `json:"model,omitempty"` // with --model
}

type missed struct {
	Text string `json:"text"`
	Want string `json:"want"`
	Got  string `json:"got"`
}

// print writes the result as JSON or as a small table with the misses below it.
func (r *result) print(io streams, asJSON bool) error {
	if r.Misses == nil {
		r.Misses = []missed{}
	}
	if asJSON {
		encoder := json.NewEncoder(io.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	fmt.Fprintf(io.out, "%d条,%d对,正确率%.1f%%\n", r.Total, r.Right, 100*r.Accuracy)
	for _, figure := range []struct {
		name  string
		value float64
	}{
		{"宏F1", r.MacroF1}, {"该不答的没有答", r.DeclinedRight}, {"排第一的对", r.First}, {"前三里有", r.InThree}, {"答错", r.Wrong}, {"信息对", r.Slots},
	} {
		if figure.value > 0 {
			fmt.Fprintf(io.out, "  %s %.1f%%\n", figure.name, 100*figure.value)
		}
	}
	if r.Model != nil {
		r.Model.print(io)
	}
	for _, m := range r.Misses {
		if _, err := fmt.Fprintf(io.out, "  ✗ %s → %s(应为 %s)\n", m.Text, m.Got, m.Want); err != nil {
			return err
		}
	}
	return nil
}

// readTable reads a CSV or TSV file into rows.
func readTable(file string) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, bot.Because(bot.NotFound, err, "打不开 "+file)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	if ext := filepath.Ext(file); ext == ".tsv" || ext == ".txt" {
		r.Comma, r.LazyQuotes = '\t', true
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, bot.Because(bot.Invalid, err, file+" 读不成表格")
	}
	// A remark begins with "# "; "#7 签收" is a message.
	return slices.DeleteFunc(rows, func(row []string) bool { return strings.HasPrefix(row[0], "# ") }), nil
}

type evalAnswers struct {
	File    string   `arg:"" help:"期望文件。"`
	Catalog []string `help:"目录文件;不写则用示例目录。" placeholder:"PATH" sep:"none"`
	Now     string   `help:"把现在当作这个时间。" placeholder:"T"`
	Model   bool     `help:"另外衡量配置里的大模型:答案改写了多少,为什么没用。"`
	JSON    bool     `help:"输出 JSON。"`
}

// Run asks each question, and with --model once more with the model.
func (c *evalAnswers) Run(ctx context.Context, io streams, g *globals) error {
	k, err := newClock(c.Now)
	if err != nil {
		return err
	}
	rows, err := readTable(c.File)
	if err != nil {
		return err
	}
	if len(rows) > 0 && slices.Contains([]string{"question", "text", "问题"}, strings.TrimPrefix(rows[0][0], "\uFEFF")) {
		rows = rows[1:]
	}
	catalogue, err := loadCatalogue(c.Catalog, io.err)
	if err != nil {
		return err
	}
	r := measureAnswers(catalogue.Build(knowledge.Options{}), rows, k.Now())
	if c.Model {
		if r.Model, err = wordAll(ctx, g, catalogue, rows, k.Now()); err != nil {
			return err
		}
	}
	return r.print(io, c.JSON)
}

// measureAnswers asks the index each question.
func measureAnswers(index *knowledge.Index, rows [][]string, now time.Time) result {
	var r result
	inScope, first, inThree, wrong, outside, declined := 0, 0, 0, 0, 0, 0
	for _, row := range rows {
		want := ""
		if len(row) > 1 {
			want = strings.TrimSpace(row[1])
		}
		a := index.Ask(knowledge.Question{Text: row[0], Now: now, Top: 3})
		answered := a.Verdict == knowledge.VerdictAnswer
		r.Total++
		right := false
		if want == "" || want == "-" {
			outside++
			if right = !answered; right {
				declined++
			}
		} else {
			inScope++
			rank := slices.IndexFunc(a.Hits, func(h knowledge.Hit) bool { return meets(h.Entry, want) })
			right = answered && rank == 0
			if rank == 0 {
				first++
			}
			if rank >= 0 {
				inThree++
			}
			if answered && rank != 0 {
				wrong++
			}
		}
		if right {
			r.Right++
		} else {
			r.Misses = append(r.Misses, missed{row[0], want, describe(a)})
		}
	}
	r.Accuracy = share(r.Right, r.Total)
	r.DeclinedRight, r.First, r.InThree, r.Wrong = share(declined, outside), share(first, inScope), share(inThree, inScope), share(wrong, inScope)
	return r
}

// meets reports whether the entry is one of those that are wanted: by ID, title or office.
func meets(e *knowledge.Entry, want string) bool {
	for w := range strings.SplitSeq(want, "|") {
		if w = strings.TrimSpace(w); w != "" && (e.ID == w || e.Title == w || e.Office == w) {
			return true
		}
	}
	return false
}

func describe(a knowledge.Answer) string {
	text := string(a.Verdict)
	for _, h := range a.Hits {
		text += fmt.Sprintf(" %s(%.2f)", h.Entry.Title, h.Score)
	}
	return text
}

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

type evalIntents struct {
	File string `arg:"" help:"期望文件。"`
	Now  string `help:"把现在当作这个时间。" default:"2026-11-23T10:00:00+08:00" placeholder:"T"`
	JSON bool   `help:"输出 JSON。"`
}

// Run understands each message.
func (c *evalIntents) Run(io streams) error {
	k, err := newClock(c.Now)
	if err != nil {
		return err
	}
	rows, err := readTable(c.File)
	if err != nil {
		return err
	}
	if len(rows) < 2 {
		return bot.Errorf(bot.Invalid, "%s 里没有内容,第一行应是列名 text,role,intent", c.File)
	}
	head := rows[0]
	head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	text, role, intent := slices.Index(head, "text"), slices.Index(head, "role"), slices.Index(head, "intent")
	if text < 0 || intent < 0 {
		return bot.Errorf(bot.Invalid, "%s:1: 需要 text 和 intent 两列,现在是 %s", c.File, strings.Join(head, ","))
	}
	model, err := intents.New(intents.Options{})
	if err != nil {
		return err
	}
	location, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return err
	}
	places := place.NewGazetteer(sample.Territories())
	var r result
	var want, got []string
	slots, filled := 0, 0
	for _, row := range rows[1:] {
		for len(row) < len(head) {
			row = append(row, "")
		}
		context := intents.Context{Role: "resident", Now: k.Now().In(location), Places: places}
		if role >= 0 && row[role] != "" {
			context.Role = row[role]
		}
		u := model.Understand(row[text], context)
		wants := row[intent] // several that are as good as each other stand between |
		if slices.Contains(strings.Split(wants, "|"), u.Intent) {
			wants = u.Intent
		}
		want, got = append(want, wants), append(got, u.Intent)
		wanted, found := []string{wants}, []string{u.Intent}
		for i, name := range head {
			if i == text || i == role || i == intent || row[i] == "" {
				continue
			}
			slots++
			value := slot(u.Slots, name)
			if sameSlot(row[i], value) {
				filled++
				continue
			}
			wanted, found = append(wanted, name+"="+row[i]), append(found, name+"="+value)
		}
		if wants != u.Intent || len(wanted) > 1 {
			r.Misses = append(r.Misses, missed{row[text], strings.Join(wanted, " "), strings.Join(found, " ")})
		}
	}
	score := intents.Score(want, got)
	r.Total, r.Right, r.Accuracy, r.MacroF1, r.Slots = score.Total, score.Right, score.Accuracy, score.MacroF1, share(filled, slots)
	return r.print(io, c.JSON)
}

// slot returns a slot by its JSON name, as text.
func slot(s intents.Slots, name string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	var all map[string]any
	if json.Unmarshal(raw, &all) != nil || all[name] == nil {
		return ""
	}
	if list, ok := all[name].([]any); ok {
		var parts []string
		for _, v := range list {
			parts = append(parts, fmt.Sprint(v))
		}
		return strings.Join(parts, "|")
	}
	return fmt.Sprint(all[name])
}

// sameSlot compares values; instants as instants.
func sameSlot(want, got string) bool {
	if want == got {
		return true
	}
	if strings.HasPrefix(want, "FREQ=") { // an expectation may name only what matters of a rule
		parts := strings.Split(got, ";")
		return !slices.ContainsFunc(strings.Split(want, ";"), func(part string) bool { return !slices.Contains(parts, part) })
	}
	a, err := time.Parse(time.RFC3339, want)
	b, err2 := time.Parse(time.RFC3339, got)
	return err == nil && err2 == nil && a.Equal(b)
}

type evalClassifier struct {
	Train string `help:"训练用的 CSV(text,category)。" required:"" placeholder:"FILE"`
	Test  string `help:"衡量用的 CSV。" placeholder:"FILE"`
	JSON  bool   `help:"输出 JSON。"`
}

// Run trains and predicts.
func (c *evalClassifier) Run(io streams) error {
	train, err := readExamples(c.Train)
	if err != nil {
		return err
	}
	var r result
	if c.Test == "" {
		score := intents.CrossValidate(train, 5, intents.OrderOptions)
		r.Total, r.Right, r.Accuracy, r.MacroF1 = score.Total, score.Right, score.Accuracy, score.MacroF1
		return r.print(io, c.JSON)
	}
	test, err := readExamples(c.Test)
	if err != nil {
		return err
	}
	classifier := intents.Train(train, intents.OrderOptions)
	var want, got []string
	for _, e := range test {
		label := classifier.Predict(e.Text)[0].Label
		want, got = append(want, e.Label), append(got, label)
		if label != e.Label {
			r.Misses = append(r.Misses, missed{e.Text, e.Label, label})
		}
	}
	score := intents.Score(want, got)
	r.Total, r.Right, r.Accuracy, r.MacroF1 = score.Total, score.Right, score.Accuracy, score.MacroF1
	return r.print(io, c.JSON)
}

type evalTimes struct {
	Recognizers string `help:"Recognizers-Text 的中文用例(jsonl)。" placeholder:"FILE"`
	JioNLP      string `name:"jionlp" help:"JioNLP 的时间用例(jsonl)。" placeholder:"FILE"`
	Misses      bool   `help:"列出不对的。"`
}

// Run measures against the suites that are named.
func (c *evalTimes) Run(io streams) error {
	for _, suite := range []struct {
		file    string
		measure func(string) (timexeval.Report, error)
	}{{c.Recognizers, timexeval.Recognizers}, {c.JioNLP, timexeval.JioNLP}} {
		if suite.file == "" {
			continue
		}
		report, err := suite.measure(suite.file)
		if err != nil {
			return bot.Because(bot.Invalid, err, "量不了 "+suite.file)
		}
		if err := report.Write(io.out, c.Misses); err != nil {
			return err
		}
	}
	return nil
}
