package knowledge

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// wordFile makes a Word file of the body's XML.
func wordFile(t testing.TB, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("word/document.xml")
	if err == nil {
		_, err = f.Write([]byte(`<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func styled(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r><w:t>` + text + `</w:t></w:r></w:p>`
}

// TestReadDocument: the same paper as Markdown, as a Word file and as plain text gives the same passages.
func TestReadDocument(t *testing.T) {
	want := []Passage{
		{Document: "老旧小区加装电梯办法", Heading: "第一章 总则", Text: "第一条 为了方便居民出行,制定本办法。"},
		{Document: "老旧小区加装电梯办法", Heading: "第二章 条件 一、同意比例", Text: "由本单元三分之二以上业主同意。\n每台补贴10万元。"},
		{Document: "老旧小区加装电梯办法", Heading: "第三章 附则", Text: "材料;份数\n申请表;2"},
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("老旧小区加装电梯办法\n\n第一章 总则\n 第一条 为了方便居民出行,制定本办法。\n第二章 条件\n一、同意比例\n由本单元三分之二以上业主同意。\n每台补贴10万元。\n第三章 附则\n材料;份数\n申请表;2"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"a.md":  []byte("---\nauthor: x\n---\n# 老旧小区加装电梯办法\n\n第一章 总则\n----\n第一条 为了**方便**居民[出行](http://x),制定本办法。\n## 第二章 条件\n### 一、同意比例\n> 由本单元三分之二以上业主同意。\n\n每台补贴`10万元`。\n## 第三章 附则\n```\n材料;份数\n```\n申请表;2\n"),
		"a.txt": gb,
		"a.docx": wordFile(t, styled("Title", "老旧小区加装电梯办法")+styled("Heading1", "第一章 总则")+styled("", "第一条 为了方便居民出行,制定本办法。")+
			styled("Heading1", "第二章 条件")+styled("2", "")+styled("Heading2", "一、同意比例")+styled("", "由本单元三分之二以上业主同意。")+styled("", "每台补贴10万元。")+
			styled("Heading1", "第三章 附则")+`<w:tbl><w:tr><w:tc>`+styled("", "材料")+`</w:tc><w:tc>`+styled("", "份数")+`</w:tc></w:tr><w:tr><w:tc>`+styled("", "申请表")+`</w:tc><w:tc>`+styled("", "2")+`</w:tc></w:tr></w:tbl>`),
	} {
		got, problem := ReadDocument(name, data)
		if problem != nil {
			t.Errorf("%s: %v", name, problem)
			continue
		}
		for i := range got {
			if got[i].ID == "" || !strings.HasPrefix(got[i].ID, "doc:a#") {
				t.Errorf("%s: the ID is %q", name, got[i].ID)
			}
			got[i].ID = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, data := range map[string][]byte{"a.doc": {1}, "a.docx": []byte("no zip"), "b.docx": wordFile(t, "<w:p>")[:50], "c.docx": wordFile(t, "<w:p></w:x>"), "a.txt": []byte(" \n"), "a.md": nil} {
		if _, problem := ReadDocument(name, data); problem == nil || problem.Message == "" {
			t.Errorf("%s was read", name)
		}
	}
}

// TestLongParagraphs: nothing is lost where a paragraph is cut.
func TestLongParagraphs(t *testing.T) {
	text := strings.Repeat("业主委员会应当公布账目。", 200)
	got, problem := ReadDocument("a.txt", []byte("办法\n"+text))
	if problem != nil || len(got) < 5 {
		t.Fatalf("%d passages, %v", len(got), problem)
	}
	var all strings.Builder
	for _, p := range got {
		if n := len([]rune(p.Text)); n > passageRunes {
			t.Errorf("a passage of %d characters", n)
		}
		if !strings.HasSuffix(p.Text, "。") {
			t.Errorf("cut within a sentence: %s", p.Text)
		}
		all.WriteString(p.Text)
	}
	if all.String() != text {
		t.Error("the passages are not the text")
	}
}

// TestLibrary: words find, vectors help, what is spoken of nowhere is not found.
func TestLibrary(t *testing.T) {
	passages := []Passage{
		{ID: "1", Document: "加装电梯办法", Heading: "条件", Text: "由本单元三分之二以上业主同意,每台补贴10万元。"},
		{ID: "2", Document: "养犬管理规定", Heading: "登记", Text: "饲养犬只应当到公安机关登记,每年注射狂犬病疫苗。"},
		{ID: "3", Document: "物业管理办法", Heading: "收费", Text: "物业服务费由业主按照建筑面积分摊,每月公布。"},
	}
	l := NewLibrary(passages, nil)
	for question, want := range map[string]string{"加装电梯要多少业主同意": "1", "养犬要登记吗": "2", "物业服务费怎么分摊": "3"} {
		hits := l.Find(question, nil, 2)
		if len(hits) == 0 || hits[0].Passage.ID != want || hits[0].Score < .5 {
			t.Errorf("%s: %v", question, hits)
		}
	}
	for _, question := range []string{"今天天气怎么样", "股票", "", "???", "怎么办"} {
		if hits := l.Find(question, nil, 1); len(hits) > 0 && hits[0].Score > .4 {
			t.Errorf("%s found %s with %.2f", question, hits[0].Passage.ID, hits[0].Score)
		}
	}
	vectors := NewLibrary(passages, func(text string) []float32 {
		if strings.Contains(text, "犬") {
			return []float32{0, 2}
		}
		return []float32{2, 0}
	})
	if hits := vectors.Find("小狗办证", []float32{0, 1}, 1); len(hits) == 0 || hits[0].Passage.ID != "2" {
		t.Errorf("by the vector: %v", hits)
	}
	if hits := vectors.Find("养犬要登记吗", []float32{1, 2, 3}, 1); len(hits) == 0 || hits[0].Passage.ID != "2" {
		t.Errorf("a vector of another dimension must not matter: %v", hits)
	}
}

func FuzzReadDocument(f *testing.F) {
	f.Add("a.md", []byte("# 标题\n```\nx\n\n---\n| a | b |\n|---|---|\n"))
	f.Add("a.txt", []byte("第一章 总则\n一、"))
	f.Add("a.docx", wordFile(f, styled("Heading1", "一")))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		passages, problem := ReadDocument(name, data)
		if (problem == nil) != (len(passages) > 0) {
			t.Errorf("%d passages and problem %v", len(passages), problem)
		}
		NewLibrary(passages, nil).Find(string(data), nil, 3)
	})
}

// BenchmarkLibrary measures a question over 100,000 passages with vectors of 256 dimensions.
func BenchmarkLibrary(b *testing.B) {
	passages := make([]Passage, 100_000)
	for i := range passages {
		passages[i] = Passage{Document: "办法", Text: strings.Repeat(string(rune('一'+i%5000))+string(rune('一'+i%977)), 20)}
	}
	n := 0
	l := NewLibrary(passages, func(string) []float32 {
		v := make([]float32, 256)
		n++
		v[n%256], v[n*7%256] = 1, 1
		return v
	})
	asked := make([]float32, 256)
	asked[3] = 1
	for b.Loop() {
		l.Find("加装电梯要多少业主同意", asked, 3)
	}
}
