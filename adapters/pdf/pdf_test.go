package pdf_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/adapters/pdf"
)

func open(t *testing.T, within time.Duration) *pdf.Reader {
	t.Helper()
	r, err := pdf.Open(t.Context(), within)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestReader uses one reader for all: making one takes seconds.
func TestReader(t *testing.T) {
	r := open(t, 5*time.Second)
	t.Run("reads", func(t *testing.T) { testReads(t, r) })
	t.Run("refuses", func(t *testing.T) { testRefuses(t, r) })
	t.Run("broken", func(t *testing.T) { testBroken(t, r) })
	if _, problem := r.Read(t.Context(), "a.pdf", file(t, "gbk.pdf")); problem != nil {
		t.Errorf("after all of them: %v", problem)
	}
}

// testReads: what several programs write is read with its headings and pages: fonts as subsets with and without forms of their own for radicals, the
// character sets of old office programs with fonts that are not in the file, one that may be read but not changed.
func testReads(t *testing.T, r *pdf.Reader) {
	for name, want := range map[string][]string{
		"chromium.pdf": {"《老旧小区加装电梯办法》第一章 总则(第1页)|第一条 为了方便居民出行,改善居住条件,根据《中华人民共和国民法典》等法律法规,结合本市实际,制定本办法。",
			"《老旧小区加装电梯办法》第二章 条件(第1页)|由本单元三分之二以上业主同意。每台补贴10万元,自2025年3月1日起施行,咨询电话0798-8224321。",
			"《老旧小区加装电梯办法》第三章 材料(第2页)|申请表 2份\n不动产权证 1份", "《老旧小区加装电梯办法》第四章 附则(第3页)|本办法由市住房和城乡建设局负责解释。"},
		"pdfkit.pdf": {"《住宅专项维修资金使用办法》第一章 总则(第1页)|第一条 为了加强对住宅专项维修资金的管理,保障住宅共用部位、共用设施设备的维修和正常使用,根据《中华人民共和国民法典》,制定本办法。\n" +
			"第二条 使用维修资金应当由专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决。\n第三条 应急维修的,应当在3日内开工。"},
		"shelf.pdf": {"《图书角借阅守则》第一章 开放(第1页)|图书角每天对居民开放。", "《图书角借阅守则》第二章 借阅(第2页)|每人每次可借图书2本,借阅期21天,到期前可以续借一次。图书损坏的照价赔偿。"},
		"gbk.pdf":   {"《养犬管理规定》第一章 总则(第1页)|饲养犬只应当到公安机关登记,每年注射狂犬病疫苗。\n罚款200元以上1000元以下。"},
		"ucs2.pdf":  {"《养犬管理规定》第一章 总则(第1页)|饲养犬只应当到公安机关登记,每年注射狂犬病疫苗。\n罚款200元以上1000元以下。"},
		"half.pdf":  {"《议事规则》(第1页)|每季度开一次会,有事随时开。会议要有记录,参加的人要签名。", "《议事规则》(第3页)|记录保存三年。"},
	} {
		passages, problem := r.Read(t.Context(), name, file(t, name))
		if name == "half.pdf" {
			if problem == nil || !problem.Warning || !strings.Contains(problem.Message, "第2页没有文字") {
				t.Errorf("a page that was scanned: %v", problem)
			}
			problem = nil
		}
		if problem != nil {
			t.Errorf("%s: %v", name, problem)
			continue
		}
		var got []string
		for _, p := range passages {
			got = append(got, p.Cite()+"|"+p.Text)
		}
		if strings.Join(got, "\n\n") != strings.Join(want, "\n\n") {
			t.Errorf("%s:\n%s\nwanted:\n%s", name, strings.Join(got, "\n\n"), strings.Join(want, "\n\n"))
		}
	}
}

// testRefuses: what cannot be read is refused with what to do instead.
func testRefuses(t *testing.T, r *pdf.Reader) {
	whole := file(t, "gbk.pdf")
	for _, c := range []struct {
		name string
		data []byte
		says string
	}{
		{"scanned", file(t, "scanned.pdf"), "没有文字"},
		{"encrypted", file(t, "encrypted.pdf"), "去掉密码"},
		{"no PDF", []byte("你好"), "不是可用的 PDF"},
		{"nothing", nil, "不是可用的 PDF"},
		{"only the beginning", whole[:300], "不是可用的 PDF"},
		{"large", make([]byte, 65<<20), "太大"},
	} {
		passages, problem := r.Read(t.Context(), c.name+".pdf", c.data)
		if problem == nil || !strings.Contains(problem.Message, c.says) || problem.File != c.name+".pdf" {
			t.Errorf("%s: %d passages, %v", c.name, len(passages), problem)
		}
	}
}

// TestDeadline: a file that takes too long is given up, and the next one is read.
func TestDeadline(t *testing.T) {
	r := open(t, time.Nanosecond)
	if _, problem := r.Read(t.Context(), "a.pdf", file(t, "gbk.pdf")); problem == nil || !strings.Contains(problem.Message, "太复杂") {
		t.Errorf("in no time: %v", problem)
	}
}

// testBroken: a file with some bytes that are wrong is read or refused.
func testBroken(t *testing.T, r *pdf.Reader) {
	var whole [][]byte
	for _, name := range []string{"gbk.pdf", "ucs2.pdf", "scanned.pdf", "encrypted.pdf"} {
		whole = append(whole, file(t, name))
	}
	rapid.Check(t, func(rt *rapid.T) {
		data := bytes.Clone(rapid.SampledFrom(whole).Draw(rt, "file"))
		for at, b := range rapid.MapOfN(rapid.IntRange(0, len(data)-1), rapid.Byte(), 0, 12).Draw(rt, "changes") {
			data[at] = b
		}
		passages, problem := r.Read(t.Context(), "a.pdf", data)
		if (problem == nil || problem.Warning) != (len(passages) > 0) {
			rt.Errorf("%d passages and problem %v", len(passages), problem)
		}
	})
}
