package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/answers"
	"linli/bot/sample"
	"linli/intents"
	"linli/intents/place"
	"linli/intents/timex"
	"linli/knowledge"
)

// askCommand answers from the catalogue alone.
type askCommand struct {
	Catalog  []string `help:"目录文件或文件夹,可写多个;不写则用示例目录。" placeholder:"PATH" sep:"none"`
	Top      int      `help:"最多列出几条。" default:"3"`
	Now      string   `help:"把现在当作这个时间(RFC 3339)。" placeholder:"T"`
	JSON     bool     `help:"每个问题输出一行 JSON。"`
	Question []string `arg:"" optional:"" help:"要问的话;不写则从标准输入逐行读。"`
}

// answerJSON is a line of linli ask --json.
type answerJSON struct {
	Question string      `json:"question"`
	Verdict  string      `json:"verdict"`
	Facet    string      `json:"facet"`
	Entries  []entryJSON `json:"entries"`
	Text     string      `json:"text"`
}

type entryJSON struct {
	ID     string  `json:"id"`
	Kind   string  `json:"kind"`
	Title  string  `json:"title"`
	Office string  `json:"office"`
	Score  float64 `json:"score"`
}

// Run answers each line.
func (c *askCommand) Run(ctx context.Context, io streams) error {
	k, err := newClock(c.Now)
	if err != nil {
		return err
	}
	catalogue, err := loadCatalogue(c.Catalog, io.err)
	if err != nil {
		return err
	}
	index := catalogue.Build(knowledge.Options{})
	composer := answers.NewComposer()
	out := json.NewEncoder(io.out)
	out.SetEscapeHTML(false)
	return eachLine(ctx, c.Question, io.in, func(line string) error {
		a := index.Ask(knowledge.Question{Text: line, Now: k.Now(), Top: c.Top})
		reply := composer.Reply(a)
		if !c.JSON {
			_, err := fmt.Fprintf(io.out, "%s\n\n", reply.Plain())
			return err
		}
		answer := answerJSON{Question: line, Verdict: string(a.Verdict), Facet: string(a.Facet), Entries: []entryJSON{}, Text: reply.Text}
		for _, hit := range a.Hits[:min(len(a.Hits), c.Top)] {
			answer.Entries = append(answer.Entries, entryJSON{hit.Entry.ID, hit.Entry.Kind, hit.Entry.Title, hit.Entry.Office, hit.Score})
		}
		return out.Encode(answer)
	})
}

// loadCatalogue reads the files, or the sample if none are named. Problems go to the log's stream; one that is no warning fails.
func loadCatalogue(paths []string, log io.Writer) (knowledge.Catalogue, error) {
	if len(paths) == 0 {
		return knowledge.Catalogue{Entries: knowledge.Sample()}, nil
	}
	catalogue, problems := knowledge.LoadFiles(paths...)
	failed := 0
	for _, p := range problems {
		fmt.Fprintln(log, p)
		if !p.Warning {
			failed++
		}
	}
	switch {
	case failed > 0:
		return catalogue, bot.Errorf(bot.Invalid, "目录有%d处错误,见上;改正后再试", failed)
	case len(catalogue.Entries) == 0 && catalogue.Synonyms == "":
		return catalogue, bot.Errorf(bot.Invalid, "目录里没有条目:%s", strings.Join(paths, " "))
	}
	return catalogue, nil
}

// understandCommand shows what is understood.
type understandCommand struct {
	As   string   `help:"以什么身份说话。" default:"resident" placeholder:"ROLE"`
	Now  string   `help:"把现在当作这个时间(RFC 3339)。" placeholder:"T"`
	JSON bool     `help:"每句输出一行 JSON。"`
	Text []string `arg:"" optional:"" help:"要理解的话;不写则从标准输入逐行读。"`
}

// Run understands each line.
func (c *understandCommand) Run(ctx context.Context, io streams) error {
	k, err := newClock(c.Now)
	if err != nil {
		return err
	}
	role, err := bot.ParseRole(c.As)
	if err != nil {
		return bot.Errorf(bot.Invalid, "用法:--as %s", bot.MessageOf(err))
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
	out := json.NewEncoder(io.out)
	out.SetEscapeHTML(false)
	return eachLine(ctx, c.Text, io.in, func(line string) error {
		u := model.Understand(line, intents.Context{Role: string(role), Now: k.Now().In(location), Places: places})
		if c.JSON {
			return out.Encode(u)
		}
		slots, err := json.Marshal(u.Slots)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "%s\t%.2f\t%s\t%s\n", u.Intent, u.Score, slots, times(u.Times))
		return err
	})
}

func times(found []timex.Match) string {
	var texts []string
	for _, m := range found {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, " ")
}

// eachLine calls do with each of the words, or if there are none with each line of the input that isn't blank.
func eachLine(ctx context.Context, words []string, in io.Reader, do func(string) error) error {
	if len(words) > 0 {
		return do(strings.Join(words, " "))
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		line := strings.TrimSpace(strings.ToValidUTF8(lines.Text(), ""))
		if line == "" {
			continue
		}
		if err := do(line); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return bot.Because(bot.Invalid, err, "有一行超过 1 MB,请分成几行")
	}
	return nil
}
