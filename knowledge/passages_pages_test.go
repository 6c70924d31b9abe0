package knowledge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestReadPages: lines that the edge of the page has cut are put together, also over a page; what stands on every page goes; each passage knows its page.
func TestReadPages(t *testing.T) {
	pages := []string{
		"住宅专项维修资金使用办法\r\n第一章 总则........1\r\n第二章 使用 …… 2\r\n第⼀章 总则\r\n第一条 为了加强对住宅专项维修资金的管理,保障住宅共用部位的维修,根\r\n据有关法律,制定本办法。\r\n第二条 使用维修资金应当由占比三分之二以上的业主参与表决,并经参与表\r\n— 1 —",
		"住宅专项维修资金使用办法\n决专有部分面积过半数的业主同意。\n第二章 使用\n应急维修的,应当在3⽇内开⼯,由业主委员会或者物业服务企业⻓期保存下\n列材料:\n(一)申请表\n(二)发票\n— 2 —\n",
		"住宅专项维修资金使用办法\n第三章 附则\n本办法自2026年1月1日起施行。\n— 3 —",
	}
	got, problem := ReadPages("住宅维修资金.pdf", pages)
	if problem != nil {
		t.Fatal(problem)
	}
	title := "住宅专项维修资金使用办法"
	want := []Passage{
		{ID: "doc:住宅维修资金#1", Document: title, Heading: "第一章 总则", Page: 1, Text: "第一条 为了加强对住宅专项维修资金的管理,保障住宅共用部位的维修,根据有关法律,制定本办法。\n第二条 使用维修资金应当由占比三分之二以上的业主参与表决,并经参与表决专有部分面积过半数的业主同意。"},
		{ID: "doc:住宅维修资金#2", Document: title, Heading: "第二章 使用", Page: 2, Text: "应急维修的,应当在3日内开工,由业主委员会或者物业服务企业长期保存下列材料:\n(一)申请表\n(二)发票"},
		{ID: "doc:住宅维修资金#3", Document: title, Heading: "第三章 附则", Page: 3, Text: "本办法自2026年1月1日起施行。"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if cite := got[len(got)-1].Cite(); cite != "《住宅专项维修资金使用办法》第三章 附则(第3页)" {
		t.Errorf("cited as %s", cite)
	}
}

// TestPageTitles: a title may take two lines, below the letterhead; a first line that is no title stays what it is.
func TestPageTitles(t *testing.T) {
	for page, want := range map[string][2]string{
		"景德镇市人民政府办公室文件\n景府办发〔2020〕5号\n关于印发景德镇市城镇老旧小区改造\n实施方案的通知\n各县区人民政府:\n现予印发。": {"关于印发景德镇市城镇老旧小区改造实施方案的通知", "景德镇市人民政府办公室文件\n景府办发〔2020〕5号\n各县区人民政府:\n现予印发。"},
		"居民公约\n(试行)\n爱护公物。":               {"居民公约", "(试行)\n爱护公物。"},
		"物业服务收费管理办法(试行)\n第一条 按面积收。":       {"物业服务收费管理办法(试行)", "第一条 按面积收。"},
		"一张没有标题的纸,写着一句话。\n还有一句。":          {"a", "一张没有标题的纸,写着一句话。\n还有一句。"},
		"第一章 总则\n第一条 本办法适用于本市。":           {"a", "第一条 本办法适用于本市。"},
		"马鞍山社区\n办事大厅\n周一到周五上午九点开门,中午不休息。": {"马鞍山社区", "办事大厅\n周一到周五上午九点开门,中午不休息。"},
	} {
		got, problem := ReadPages("a.pdf", []string{page})
		if problem != nil || len(got) != 1 || got[0].Document != want[0] || got[0].Text != want[1] {
			t.Errorf("%q became %+v, %v", page, got, problem)
		}
	}
}

// TestPagesLoseNothing: whatever the pages are, what was written on them without gaps is in the passages in its order.
func TestPagesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[甲-申]{1,30}[。,]?`)
		pages := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(line, 1, 8), func(l []string) string { return strings.Join(l, "\n") }), 1, 1).Draw(t, "pages")
		got, problem := ReadPages("a.pdf", pages)
		if problem != nil {
			return // nothing but a title
		}
		said := got[0].Document
		for _, p := range got {
			said += p.Text
		}
		whole := strings.ReplaceAll(strings.Join(pages, ""), "\n", "")
		if said = strings.ReplaceAll(said, "\n", ""); said != whole && said != "a"+whole {
			t.Fatalf("%q became %q", whole, said)
		}
	})
}

func FuzzReadPages(f *testing.F) {
	f.Add("办法\n第一章 总则\n第一条 本办法\f— 2 —\n适用。")
	f.Add("⼀⻓\uFFFE\x02\n\f1/3\f2/3")
	f.Fuzz(func(t *testing.T, text string) {
		passages, problem := ReadPages("a.pdf", strings.Split(text, "\f"))
		if (problem == nil) != (len(passages) > 0) {
			t.Errorf("%d passages and problem %v", len(passages), problem)
		}
		for _, p := range passages {
			if p.Page < 1 || p.Page > strings.Count(text, "\f")+1 || p.Text == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}
