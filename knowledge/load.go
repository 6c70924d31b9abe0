package knowledge

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

//go:embed data/*.csv
var sample embed.FS

//go:embed data/asked.tsv
var sampleAsked string

// Sample returns the embedded catalogue.
func Sample() []Entry {
	var all []Entry
	names, _ := fs.Glob(sample, "data/*.csv")
	for _, name := range names {
		f, err := sample.Open(name)
		if err != nil {
			panic(err) // it is part of the program
		}
		entries, _ := Load(name, f)
		all = append(all, entries...)
	}
	addAsked(all)
	return all
}

// addAsked adds to the entries what else people call them, or ask: see data/asked.tsv.
func addAsked(entries []Entry) {
	at := make(map[string]*Entry, len(entries))
	for i := range entries {
		at[entries[i].ID] = &entries[i]
	}
	for line := range strings.Lines(sampleAsked) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 || at[fields[0]] == nil {
			continue // a remark
		}
		switch e := at[fields[0]]; fields[1] {
		case "alias":
			e.Aliases = append(e.Aliases, fields[2])
		case "question":
			e.Questions = append(e.Questions, fields[2])
		}
	}
}

// Problem is something in a catalogue file that a clerk should mend.
type Problem struct {
	File    string
	Line    int
	Column  string
	Message string
	Warning bool
}

func (p Problem) String() string {
	kind := "错误"
	if p.Warning {
		kind = "提醒"
	}
	if p.Line == 0 { // of the whole file
		return fmt.Sprintf("%s: %s:%s", p.File, kind, p.Message)
	}
	return fmt.Sprintf("%s:%d: %s:%s", p.File, p.Line, kind, p.Message)
}

// Catalogue is what files hold: entries, and the words that mean the same in a file .txt (see Synonyms).
type Catalogue struct {
	Entries  []Entry
	Synonyms string // as it was written; "" if there is no such file
}

// Build makes an index of the catalogue. Its synonyms count besides those that come with Linli.
func (c Catalogue) Build(o Options) *Index {
	if c.Synonyms != "" {
		own, _ := ReadSynonyms("", strings.NewReader(c.Synonyms)) // its problems were told when it was loaded
		all := DefaultSynonyms().Add(own)
		o.Synonyms = &all
	}
	return Build(c.Entries, o)
}

// LoadFiles reads files, and the catalogue files in folders.
func LoadFiles(paths ...string) (Catalogue, []Problem) {
	var c Catalogue
	var problems []Problem
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			ext := strings.ToLower(filepath.Ext(file))
			if file != path && !slices.Contains([]string{".csv", ".yaml", ".yml", ".xlsx", ".md", ".txt"}, ext) {
				return nil
			}
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			if ext == ".txt" {
				problems = append(problems, c.addSynonyms(file, f)...)
				return nil
			}
			entries, found := Load(file, f)
			c.Entries, problems = append(c.Entries, entries...), append(problems, found...)
			return nil
		})
		if err != nil {
			problems = append(problems, Problem{File: path, Message: "打不开:" + err.Error()})
		}
	}
	seen := map[string]bool{}
	for _, e := range c.Entries {
		if seen[e.ID] {
			problems = append(problems, Problem{File: strings.Join(paths, " "), Message: "编号 " + e.ID + " 出现了两次,请改成不同的编号"})
		}
		seen[e.ID] = true
	}
	return c, problems
}

// addSynonyms reads a file of synonyms.
func (c *Catalogue) addSynonyms(name string, r io.Reader) []Problem {
	text, problem := readText(name, r)
	if problem != nil {
		return []Problem{*problem}
	}
	_, problems := ReadSynonyms(name, bytes.NewReader(text))
	c.Synonyms += string(text) + "\n"
	return problems
}

// readText reads UTF-8, or GB18030 as Excel writes it.
func readText(name string, r io.Reader) ([]byte, *Problem) {
	text, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return nil, &Problem{File: name, Message: "读不出来:" + err.Error()}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) && strings.ToLower(filepath.Ext(name)) != ".xlsx" {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, &Problem{File: name, Line: 1, Message: "编码不是 UTF-8 也不是 GB18030,请另存为 UTF-8"}
		}
		text = decoded
	}
	return text, nil
}

// Load reads one file; its name says the format.
func Load(name string, r io.Reader) ([]Entry, []Problem) {
	rows, problem := ReadTable(name, r)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	return fromRows(name, rows)
}

// columns are how a column may be called.
var columns = map[string]string{
	"事项名称": "title", "名称": "title", "事项": "title", "别名": "aliases", "问法": "questions", "答复": "answer", "办理部门": "office", "办理机构": "office", "层级": "level",
	"盖章": "stamps", "材料": "materials", "申请材料": "materials", "流程": "steps", "办理流程": "steps", "时限": "time_limit", "办理时限": "time_limit", "费用": "fee", "收费": "fee",
	"电话": "phone", "地址": "address", "办公时间": "hours", "依据": "basis", "法律依据": "basis", "来源": "source", "单位": "unit", "编号": "id", "类型": "kind", "生效日期": "valid_from", "失效日期": "valid_to",
	"核对日期": "checked_on", "核对人": "checked_by", "问题": "question", "回答": "answer", "答案": "answer",
}

// fromRows makes entries of rows under a head of column names.
func fromRows(name string, rows []Row) ([]Entry, []Problem) {
	set, problems := readHead(name, rows[0])
	if len(problems) > 0 {
		return nil, problems
	}
	var entries []Entry
	lines := map[string]int{}
	for _, r := range rows[1:] {
		e := Entry{Kind: "service"}
		blank := true
		for c, cell := range r.Cells {
			if cell = strings.TrimSpace(cell); c < len(set) && cell != "" {
				set[c](&e, cell)
				blank = false
			}
		}
		if blank {
			continue
		}
		bad := func(column, format string, args ...any) {
			problems = append(problems, Problem{File: name, Line: r.Line, Column: column, Message: fmt.Sprintf(format, args...)})
		}
		if e.Title == "" {
			bad("title", "缺少事项名称")
			continue
		}
		if !slices.Contains(entryKinds, e.Kind) {
			bad("kind", "kind 写成了“%s”,可写:%s", e.Kind, strings.Join(entryKinds, "、"))
		}
		if !slices.Contains([]Stamp{"", StampYes, StampNo, StampNegotiable, StampProhibited}, e.Stamps) {
			bad("stamps", "stamps 写成了“%s”,可写 yes(社区可以盖)、no(不用社区盖)、negotiable(居民协商后可以)、prohibited(社区不能盖)", e.Stamps)
		}
		for column, day := range map[string]string{"valid_from": e.ValidFrom, "valid_to": e.ValidTo, "checked_on": e.CheckedOn} {
			if !validDay(day) {
				bad(column, "%s 写成了“%s”,日期要写成 2026-11-23", column, day)
			}
		}
		if e.ID == "" {
			e.ID = cmp.Or(Normal(e.Title), e.Title)
		}
		if first, twice := lines[e.ID]; twice {
			bad("id", "编号 %s 与第%d行重复,请改成不同的编号", e.ID, first)
		}
		lines[e.ID] = r.Line
		e.Sample = e.Sample || e.Confidence == "low"
		entries = append(entries, e)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return entries, problems
}

// entryKinds are the kinds of entries.
var entryKinds = []string{"service", "duty", "unit", "rule", "faq", "place"}

// validDay reports whether the text is a date, a month, or nothing.
func validDay(text string) bool {
	if text == "" {
		return true
	}
	_, err := time.Parse("2006-01-02", text)
	_, err2 := time.Parse("2006-01", text)
	return err == nil || err2 == nil
}

// readHead returns what sets each column. A file of question,answer is a FAQ.
func readHead(name string, head Row) ([]func(*Entry, string), []Problem) {
	var problems []Problem
	var set []func(*Entry, string)
	titled := false
	for _, column := range head.Cells {
		key := strings.ToLower(strings.TrimSpace(column))
		if known, ok := columns[key]; ok {
			key = known
		}
		titled = titled || key == "title" || key == "question"
		f, ok := setters[key]
		if key == "question" {
			f, ok = func(e *Entry, v string) { e.Title, e.Kind = v, "faq" }, true
		}
		if !ok {
			message := fmt.Sprintf("不认识的列“%s”", column)
			if near := nearest(key, columnNames()); near != "" {
				message += fmt.Sprintf(",是不是 %s?", near)
			}
			problems = append(problems, Problem{File: name, Line: head.Line, Column: column, Message: message + "可用的列:" + strings.Join(columnNames(), "、")})
		}
		set = append(set, f)
	}
	if !titled {
		problems = append(problems, Problem{File: name, Line: head.Line, Message: "缺少 title(事项名称)这一列"})
	}
	return set, problems
}

// nearest returns the name that is at most two slips away.
func nearest(word string, names []string) string {
	best, at := "", 3
	for _, n := range names {
		if d := slips(word, n); d < at {
			best, at = n, d
		}
	}
	return best
}

// slips counts the letters that were left out, added, exchanged or swapped between two words.
func slips(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	var older []int
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		older, before, row = before, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(before[j+1]+1, row[j]+1, before[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

func columnNames() []string {
	var names []string
	for n := range setters {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func list(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == '|' || r == '｜' })
}

var setters = map[string]func(*Entry, string){
	"id": func(e *Entry, v string) { e.ID = v }, "kind": func(e *Entry, v string) { e.Kind = v }, "title": func(e *Entry, v string) { e.Title = v },
	"aliases": func(e *Entry, v string) { e.Aliases = list(v) }, "questions": func(e *Entry, v string) { e.Questions = list(v) },
	"answer": func(e *Entry, v string) { e.Answer = v }, "office": func(e *Entry, v string) { e.Office = v }, "level": func(e *Entry, v string) { e.Level = v },
	"stamps": func(e *Entry, v string) { e.Stamps = Stamp(v) }, "materials": func(e *Entry, v string) { e.Materials = v }, "steps": func(e *Entry, v string) { e.Steps = v },
	"time_limit": func(e *Entry, v string) { e.TimeLimit = v }, "fee": func(e *Entry, v string) { e.Fee = v }, "phone": func(e *Entry, v string) { e.Phone = v },
	"address": func(e *Entry, v string) { e.Address = v }, "hours": func(e *Entry, v string) { e.Hours = v }, "basis": func(e *Entry, v string) { e.Basis = v },
	"source": func(e *Entry, v string) { e.Source = v }, "instead": func(e *Entry, v string) { e.Instead = v }, "unit": func(e *Entry, v string) { e.Unit = v },
	"valid_from": func(e *Entry, v string) { e.ValidFrom = v }, "valid_to": func(e *Entry, v string) { e.ValidTo = v }, "checked_on": func(e *Entry, v string) { e.CheckedOn = v },
	"checked_by": func(e *Entry, v string) { e.CheckedBy = v }, "confidence": func(e *Entry, v string) { e.Confidence = v },
	"sample": func(e *Entry, v string) { e.Sample = v == "true" || v == "yes" },
}
