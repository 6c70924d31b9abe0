package knowledge

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/encoding/simplifiedchinese"
)

//go:embed data/*.csv
var sample embed.FS

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
	return all
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
	return fmt.Sprintf("%s:%d: %s:%s", p.File, p.Line, kind, p.Message)
}

// LoadFiles reads files, and the catalogue files in folders.
func LoadFiles(paths ...string) ([]Entry, []Problem) {
	var all []Entry
	var problems []Problem
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if ext := strings.ToLower(filepath.Ext(file)); file != path && ext != ".csv" && ext != ".yaml" && ext != ".yml" {
				return nil
			}
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			entries, found := Load(file, f)
			all, problems = append(all, entries...), append(problems, found...)
			return nil
		})
		if err != nil {
			problems = append(problems, Problem{File: path, Message: "打不开:" + err.Error()})
		}
	}
	seen := map[string]bool{}
	for _, e := range all {
		if seen[e.ID] {
			problems = append(problems, Problem{File: strings.Join(paths, " "), Message: "编号 " + e.ID + " 出现了两次,请改成不同的编号"})
		}
		seen[e.ID] = true
	}
	return all, problems
}

// Load reads one file; its name says the format.
func Load(name string, r io.Reader) ([]Entry, []Problem) {
	text, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return nil, []Problem{{File: name, Message: "读不出来:" + err.Error()}}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if err != nil {
			return nil, []Problem{{File: name, Message: "编码不是 UTF-8 也不是 GB18030,请另存为 UTF-8"}}
		}
		text = decoded
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, []Problem{{File: name, Line: 1, Message: "文件是空的"}}
	}
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".yaml", ".yml":
		var rows []map[string]any
		if err := yaml.Unmarshal(text, &rows); err != nil {
			return nil, []Problem{{File: name, Line: 1, Message: "YAML 有误:" + yaml.FormatError(err, false, true)}}
		}
		return fromRows(name, yamlTable(rows))
	case ".csv":
		reader := csv.NewReader(bytes.NewReader(text))
		reader.FieldsPerRecord = -1
		table := [][]string{}
		for {
			row, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return fromRows(name, table)
			}
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				return nil, []Problem{{File: name, Line: bad.Line, Message: "引号不成对,请检查这一行"}}
			}
			table = append(table, row)
		}
	default:
		return nil, []Problem{{File: name, Message: "不认识的格式 " + ext + ",请用 CSV 或 YAML"}}
	}
}

func yamlTable(rows []map[string]any) [][]string {
	var head []string
	for _, r := range rows {
		for k := range r {
			if !slices.Contains(head, k) {
				head = append(head, k)
			}
		}
	}
	slices.Sort(head)
	table := [][]string{head}
	for _, r := range rows {
		line := make([]string, len(head))
		for i, k := range head {
			switch v := r[k].(type) {
			case nil:
			case []any:
				var parts []string
				for _, p := range v {
					parts = append(parts, fmt.Sprint(p))
				}
				line[i] = strings.Join(parts, "|")
			default:
				line[i] = fmt.Sprint(v)
			}
		}
		table = append(table, line)
	}
	return table
}

// columns are how a column may be called.
var columns = map[string]string{
	"事项名称": "title", "名称": "title", "事项": "title", "别名": "aliases", "问法": "questions", "答复": "answer", "办理部门": "office", "办理机构": "office", "层级": "level",
	"盖章": "stamps", "材料": "materials", "申请材料": "materials", "流程": "steps", "办理流程": "steps", "时限": "time_limit", "办理时限": "time_limit", "费用": "fee", "收费": "fee",
	"电话": "phone", "地址": "address", "办公时间": "hours", "依据": "basis", "法律依据": "basis", "来源": "source", "单位": "unit", "编号": "id", "类型": "kind", "生效日期": "valid_from", "失效日期": "valid_to",
	"核对日期": "checked_on", "核对人": "checked_by", "question": "title",
}

func fromRows(name string, table [][]string) ([]Entry, []Problem) {
	if len(table) == 0 {
		return nil, []Problem{{File: name, Line: 1, Message: "没有表头"}}
	}
	var problems []Problem
	var set []func(*Entry, string)
	titled := false
	for _, column := range table[0] {
		key := strings.ToLower(strings.TrimSpace(column))
		if known, ok := columns[key]; ok {
			key = known
		}
		titled = titled || key == "title"
		f, ok := setters[key]
		if !ok {
			problems = append(problems, Problem{File: name, Line: 1, Column: column, Message: fmt.Sprintf("不认识的列“%s”,可用的列:%s", column, strings.Join(columnNames(), "、"))})
		}
		set = append(set, f)
	}
	if !titled {
		problems = append(problems, Problem{File: name, Line: 1, Message: "缺少 title(事项名称)这一列"})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var entries []Entry
	for i, row := range table[1:] {
		e := Entry{Kind: "service"}
		for c, cell := range row {
			if c < len(set) && strings.TrimSpace(cell) != "" {
				set[c](&e, strings.TrimSpace(cell))
			}
		}
		switch e.Stamps {
		case "", StampYes, StampNo, StampNegotiable, StampProhibited:
		default:
			problems = append(problems, Problem{File: name, Line: i + 2, Column: "stamps", Message: fmt.Sprintf("stamps 写成了“%s”,可写 yes、no、negotiable、prohibited", e.Stamps)})
		}
		if e.Title == "" {
			problems = append(problems, Problem{File: name, Line: i + 2, Column: "title", Message: "缺少事项名称"})
			continue
		}
		if e.ID == "" {
			e.ID = Normal(e.Title)
		}
		e.Sample = e.Sample || e.Confidence == "low"
		entries = append(entries, e)
	}
	return entries, problems
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
