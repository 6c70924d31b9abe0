package duties_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/duties"
)

func TestSampleIsWhole(t *testing.T) {
	items, problems := duties.Sample(sampleOrg(t))
	if len(problems) > 0 || len(items) < 10 {
		t.Fatalf("%d items, %v", len(items), problems)
	}
	for _, it := range items {
		if !it.Sample {
			t.Errorf("%s is not marked as a sample", it.ID)
		}
	}
}

const head = "类型,大项序号,大项,小项序号,任务,责任单位,完成时限,进度,清单\n"

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		rows string
		want []string // parts of the problems, in order
	}{
		"good":                    {",1,组织,1,换届,里村街道,2026-12-31,,", nil},
		"a street's full name":    {",1,组织,1,换届,里村街道办事处,2026-12-31,,", nil},
		"merged cells":            {",1,组织,1,甲,里村街道,长期,,\n,,,2,乙,里村街道,长期,,", nil},
		"an empty line":           {",1,组织,1,甲,里村街道,长期,,\n,,,,,,,,\n,1,,2,乙,里村街道,长期,,", nil},
		"no unit":                 {",1,组织,1,换届,,2026-12-31,,", []string{":2: 错误:“责任单位”是空的"}},
		"an unknown unit":         {",1,组织,1,换届,火星局,2026-12-31,,", []string{":2: 错误:“责任单位”:没有叫“火星局”"}},
		"no such day":             {",1,组织,1,换届,里村街道,2026-02-30,,", []string{":2: 错误:“完成时限”看不懂“2026-02-30”"}},
		"more than all":           {",1,组织,1,换届,里村街道,长期,101%,", []string{":2: 错误:“进度”应是0到100"}},
		"a word for a number":     {",一二三四五,组织,1,换届,里村街道,长期,,", []string{":2: 错误:“大项序号”"}},
		"twice":                   {",1,组织,1,甲,里村街道,长期,,\n,1,,1,乙,里村街道,长期,,", []string{":3: 错误:“小项序号”和第2行重复"}},
		"the same in two lists":   {",1,组织,1,甲,里村街道,长期,,党建\n,1,,1,乙,里村街道,长期,,民生", nil},
		"a kind that isn't known": {"专项,1,组织,1,换届,里村街道,长期,,", []string{":2: 错误:“类型”不认识“专项”"}},
		"two in one line":         {",1,组织,1,,里村街道,明天,,", []string{"“任务”是空的", "“完成时限”看不懂"}},
		"nothing":                 {"", []string{"表头下面没有任务"}},
	} {
		t.Run(name, func(t *testing.T) {
			items, problems := duties.Load("清单.csv", []byte(head+c.rows+"\n"), sampleOrg(t))
			if len(problems) != len(c.want) || len(c.want) == 0 && len(items) == 0 {
				t.Fatalf("%d items, problems %v", len(items), problems)
			}
			for i, p := range problems {
				if !strings.Contains(p.String(), c.want[i]) {
					t.Errorf("%s does not say %q", p, c.want[i])
				}
			}
		})
	}
}

func TestLoadWithoutColumnsNamesThem(t *testing.T) {
	_, problems := duties.Load("清单.csv", []byte("任务,责任单位\n甲,里村街道\n"), sampleOrg(t))
	if len(problems) != 2 || !strings.Contains(problems[0].String(), "小项序号") || !strings.Contains(problems[1].String(), "完成时限") {
		t.Error(problems)
	}
}

func TestDeadlines(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-31": "2026-12-31", "2026/1/5": "2026-01-05", "2026年3月8日前": "2026-03-08", "2026年2月": "2026-02-28", "2028年2月底": "2028-02-29",
		"2026年底": "2026-12-31", "2026": "2026-12-31", "12-31-26": "2026-12-31", "46387": "2026-12-31", "2026-12-31 00:00:00": "2026-12-31", "长期坚持": "0001-01-01",
	} {
		items, problems := duties.Load("清单.csv", []byte(head+",1,组织,1,甲,里村街道,"+text+",,\n"), sampleOrg(t))
		if len(problems) > 0 {
			t.Errorf("%s: %v", text, problems)
		} else if got := items[0].Due.Format(time.DateOnly); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// TestSpreadsheet reads a list as an office keeps it: a title over the table, the date and the share as such.
func TestSpreadsheet(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	sheet := book.GetSheetName(0)
	day, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	share, err := book.NewStyle(&excelize.Style{NumFmt: 9})
	must(t, err)
	must(t, book.SetCellValue(sheet, "A1", "2026年责任清单"))
	must(t, book.SetSheetRow(sheet, "A2", &[]any{"大项序号", "大项名称", "小项序号", "工作任务", "牵头单位", "完成时间", "完成进度"}))
	must(t, book.SetSheetRow(sheet, "A3", &[]any{"一", "组织", "(1)", "换届", "里村街道", time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC), 0.25}))
	must(t, book.SetCellStyle(sheet, "F3", "F3", day))
	must(t, book.SetCellStyle(sheet, "G3", "G3", share))
	var b bytes.Buffer
	must(t, book.Write(&b))
	items, problems := duties.Load("清单.xlsx", b.Bytes(), sampleOrg(t))
	if len(problems) > 0 || len(items) != 1 {
		t.Fatal(items, problems)
	}
	if it := items[0]; it.ID != "1-1" || it.Percent != 25 || it.Due.Format(time.DateOnly) != "2026-12-18" {
		t.Errorf("%+v", it)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestExportReadsBack holds that what is exported can be imported without a change, and that no cell begins a formula.
func TestExportReadsBack(t *testing.T) {
	org, store := sampleOrg(t), openStore(t)
	items, _ := duties.Sample(org)
	for i, bad := range []string{"=HYPERLINK(\"x\")", "+1", "-1", "@A1", "=1+1"} {
		items[i].Note, items[i].Title = bad, bad+items[i].Title
	}
	_, err := duties.Import(t.Context(), store, org, items, false, "test", began)
	must(t, err)
	table, err := duties.Rows(t.Context(), store, org)
	must(t, err)
	var b strings.Builder
	for _, row := range table {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("%q begins a formula", cell)
			}
			row[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	again, problems := duties.Load("out.csv", []byte(b.String()), org)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	done, err := duties.Import(t.Context(), store, org, again, true, "test", began)
	must(t, err)
	if want := (duties.Imported{Same: len(items)}); done != want {
		t.Errorf("%+v, want %+v", done, want)
	}
}

func TestImportKeepsProgressAndRecordsChanges(t *testing.T) {
	org, store := sampleOrg(t), openStore(t)
	load := func(rows string) []duties.Item {
		items, problems := duties.Load("清单.csv", []byte(head+rows), org)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return items
	}
	first := load(",1,组织,1,甲,里村街道,2026-12-01,40%,\n,1,,2,乙,里村街道,长期,,\n")
	done, err := duties.Import(t.Context(), store, org, first, false, "第一次", began)
	must(t, err)
	if want := (duties.Imported{Added: 2}); done != want {
		t.Errorf("%+v", done)
	}
	done, err = duties.Import(t.Context(), store, org, load(",1,组织,1,甲,马鞍山社区,2026-12-31,,\n"), true, "第二次", began.Add(time.Hour))
	must(t, err)
	if want := (duties.Imported{Changed: 1, Removed: 1}); done != want {
		t.Errorf("%+v", done)
	}
	it := stored(t, store)["1-1"]
	if it.Percent != 40 || org.Name(it.Unit) != "马鞍山社区" || it.Due.Format(time.DateOnly) != "2026-12-31" {
		t.Errorf("%+v", it)
	}
	var got []string
	for _, s := range steps(t, store) {
		got = append(got, s.Item+" "+s.Who+" "+s.Why+" "+s.From+"→"+s.To)
	}
	slices.Sort(got)
	want := []string{"1-1 第一次  →列入清单,进度40%", "1-1 第二次 完成时限 2026-12-01→2026-12-31", "1-1 第二次 责任单位 里村街道→马鞍山社区", "1-2 第一次  →列入清单,进度0%", "1-2 第二次 新清单里没有 open→gone"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	done, err = duties.Import(t.Context(), store, org, first, false, "第三次", began.Add(2*time.Hour))
	must(t, err)
	if it := stored(t, store)["1-2"]; done.Changed != 2 || it.State != duties.Open {
		t.Errorf("%+v, %+v", done, it)
	}
}

// TestRealListReplacesSample holds that what was only a sample leaves when a real list comes.
func TestRealListReplacesSample(t *testing.T) {
	org, store := sampleOrg(t), openStore(t)
	must(t, duties.Seed(t.Context(), store, org, began))
	items, problems := duties.Load("清单.csv", []byte(head+",1,组织,1,换届,里村街道,2026-12-31,,\n"), org)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, err := duties.Import(t.Context(), store, org, items, false, "正式", began)
	must(t, err)
	for id, it := range stored(t, store) {
		if (it.State != duties.Gone) != (id == "1-1") || id == "1-1" && it.Sample {
			t.Errorf("%+v", it)
		}
	}
	must(t, duties.Seed(t.Context(), store, org, began))
	if it := stored(t, store)["3-2"]; it.State != duties.Gone {
		t.Error("the sample came back")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("清单.csv", []byte(head+",1,组织,1,换届,里村街道,2026-12-31,50%,\n"))
	f.Add("清单.xlsx", []byte("PK"))
	org, err := bot.NewOrg([]bot.Unit{{ID: "s", Name: "里村街道", Level: "street"}})
	must(f, err)
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		items, problems := duties.Load(name, text, org)
		for _, it := range items {
			if it.N < 1 || it.Title == "" || it.Unit != "s" || it.Percent < 0 || it.Percent > 100 {
				t.Errorf("%+v", it)
			}
		}
		if len(items)+len(problems) == 0 {
			t.Error("nothing was read and nothing said")
		}
	})
}

// TestWholeList imports a list of the size that the city keeps, 20 heads with 62 items and 28 projects, and asks for it.
func TestWholeList(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	n := 0
	for h := 1; h <= 20; h++ {
		for i := 1; i <= 3 || h <= 2 && i <= 4; i++ {
			fmt.Fprintf(&b, "责任清单,%d,大项%d,%d,任务%d,里村街道,2026-12-%02d,,\n", h, h, i, n, 1+n%31)
			n++
		}
	}
	for p := 1; p <= 28; p++ {
		fmt.Fprintf(&b, "重点项目,,%s,%d,项目任务%d,马鞍山社区,2026年底,,\n", []string{"领跑创新", "巩固强基", "追赶提升"}[min(p-1, 26)/9], p, p)
	}
	org, store := sampleOrg(t), openStore(t)
	items, problems := duties.Load("清单.csv", []byte(b.String()), org)
	if len(problems) > 0 || n != 62 || len(items) != 90 {
		t.Fatal(n, len(items), problems)
	}
	_, err := duties.Import(t.Context(), store, org, items, false, "清单", began)
	must(t, err)
	understand, err := model()
	must(t, err)
	got := bottest.Play(t, "person 胡主任 street 里村街道\n胡主任: 责任清单进度\n胡主任: 追赶提升的重点项目有哪些\n", bottest.Setup{Store: store, Options: bot.Options{
		Skills: []bot.Skill{echo{}, duties.New(duties.Options{})}, Understand: understand, Org: org, Root: "360203",
	}})
	for _, want := range []string{"20大项62小项,重点项目28个", "追赶提升重点项目共10项"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}
