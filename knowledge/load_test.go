package knowledge

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestLoadFormats(t *testing.T) {
	want := []Entry{{
		ID: "pool", Kind: "service", Title: "游泳馆", Aliases: []string{"泳池", "游泳的地方"}, Office: "体育中心", Stamps: StampNo, Hours: "每天9:00–21:00",
	}}
	const table = "id,title,aliases,office,stamps,hours\npool,游泳馆,泳池|游泳的地方,体育中心,no,每天9:00–21:00\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		cells := []any{}
		for _, c := range strings.Split(line, ",") {
			cells = append(cells, c)
		}
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = book.SetSheetRow("Sheet1", cell, &cells)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var sheet bytes.Buffer
	if err := book.Write(&sheet); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"utf8.csv":    table,
		"bom.csv":     "\ufeff" + table,
		"gb.csv":      gb,
		"chinese.csv": "编号,事项名称,别名,办理部门,盖章,办公时间\npool,游泳馆,泳池｜游泳的地方,体育中心,no,每天9:00–21:00\n\n",
		"sheet.xlsx":  sheet.String(),
		"list.yaml":   "- id: pool\n  title: 游泳馆\n  aliases: [泳池, 游泳的地方]\n  office: 体育中心\n  stamps: no\n  hours: 每天9:00–21:00\n",
	} {
		t.Run(name, func(t *testing.T) {
			if name == "list.yaml" {
				text = strings.Replace(text, "stamps: no", `stamps: "no"`, 1)
			}
			got, problems := Load(name, strings.NewReader(text))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	got, problems := Load("note.md", strings.NewReader("---\ntitle: 装修几点开工\nkind: faq\n---\n8:00 到 18:00。\n"))
	if len(problems) > 0 || got[0].Answer != "8:00 到 18:00。" || got[0].ID == "" {
		t.Errorf("%+v %v", got, problems)
	}
	got, problems = Load("faq.csv", strings.NewReader("question,answer\n几点开工,8点\n"))
	if len(problems) > 0 || got[0].Kind != "faq" || got[0].Title != "几点开工" {
		t.Errorf("%+v %v", got, problems)
	}
}

func TestLoadProblems(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a wrong column names the one that was meant", "titel,office\na,b\n", "a.csv:1: 错误:不认识的列“titel”,是不是 title?"},
		{"no title", "office\nb\n", "a.csv:1: 错误:缺少 title"},
		{"a row without a title", "title,office\n,b\n", "a.csv:2: 错误:缺少事项名称"},
		{"an ID twice", "id,title\n1,a\n1,b\n", "a.csv:3: 错误:编号 1 与第2行重复"},
		{"an unknown stamp", "title,stamps\na,maybe\n", "a.csv:2: 错误:stamps 写成了“maybe”"},
		{"an unknown kind", "title,kind\na,thing\n", "a.csv:2: 错误:kind 写成了“thing”"},
		{"a date that is none", "title,valid_to\na,2026-02-30\n", "a.csv:2: 错误:valid_to 写成了“2026-02-30”"},
		{"a quote that is left open", "title,office\n\"a,b\n", "引号不成对"},
		{"an empty file", " \n", "a.csv:1: 错误:文件是空的"},
		{"bytes that are no text", "title\n\xff\xff\xff\n", "编码"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := Load("a.csv", strings.NewReader(c.text))
			var all strings.Builder
			for _, p := range problems {
				all.WriteString(p.String() + "\n")
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("%q, want %q", all.String(), c.want)
			}
		})
	}
	for name, text := range map[string]string{"a.xlsx": "not a spreadsheet", "a.doc": "x", "a.yaml": "a: [", "a.md": "no front matter"} {
		if _, problems := Load(name, strings.NewReader(text)); len(problems) == 0 {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, problems := LoadFiles("testdata/there-is-no-such-file.csv"); len(problems) != 1 {
		t.Error(problems)
	}
}

// TestSample: the embedded catalogue has no problem, and each of its entries says where it is from.
func TestSample(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Sample() {
		if seen[e.ID] {
			t.Errorf("%s stands twice", e.ID)
		}
		seen[e.ID] = true
		if e.Source == "" && e.Basis == "" {
			t.Errorf("%s %s does not say where it is from", e.ID, e.Title)
		}
		if e.Confidence == "" {
			t.Errorf("%s %s has no confidence", e.ID, e.Title)
		}
	}
	if _, problems := LoadFiles("data"); len(problems) > 0 {
		t.Error(problems)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"a.csv", "a.yaml", "a.md", "a.xlsx"} {
		f.Add(name, []byte("title,office\na,b\n"))
		f.Add(name, []byte("---\ntitle: a\n---\nb"))
		f.Add(name, []byte("- title: a\n  aliases: [b, 1]\n"))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		entries, _ := Load(name, bytes.NewReader(text))
		for _, e := range entries {
			if e.Title == "" || e.ID == "" {
				t.Errorf("an entry without a name: %+v", e)
			}
		}
	})
}

// TestAskedIsWhole: each line of data/asked.tsv is a way to call or ask for an entry of the sample.
func TestAskedIsWhole(t *testing.T) {
	known := map[string]bool{}
	for _, e := range Sample() {
		known[e.ID] = true
	}
	for line := range strings.Lines(sampleAsked) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "# ") {
			continue
		}
		if len(fields) != 3 || !known[fields[0]] || fields[1] != "alias" && fields[1] != "question" {
			t.Errorf("nothing is learned from %q", line)
		}
	}
}
