package incidents

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"linli/bot"
	"linli/intents/timex/holiday"
)

var china = time.FixedZone("CST", 8*3600)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, china)
	if err != nil {
		panic(err)
	}
	return t
}

func TestDeadlines(t *testing.T) {
	clock := Clock{Days: holiday.China(), Office: Office}
	for _, c := range []struct {
		name, from string
		limit      Limit
		want       string
	}{
		{"working hours over a weekend", "2026-11-20 16:00", Limit{Hours: 4}, "2026-11-23 11:30"},
		{"calendar hours run through the night", "2026-11-20 22:00", Limit{Hours: 12, Calendar: true}, "2026-11-21 10:00"},
		{"the break of noon doesn't count", "2026-11-23 11:00", Limit{Hours: 2}, "2026-11-23 15:00"},
		{"from the night it begins in the morning", "2026-11-23 23:00", Limit{Hours: 1}, "2026-11-24 10:00"},
		{"a weekend that is worked counts", "2026-02-13 17:00", Limit{Hours: 1}, "2026-02-14 09:30"},
		{"National Day is off", "2026-09-30 17:00", Limit{Hours: 1}, "2026-10-08 09:30"},
		{"nothing is at once", "2026-11-23 23:00", Limit{Calendar: true}, "2026-11-23 23:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := clock.Deadline(at(c.from), c.limit).At; !got.Equal(at(c.want)) {
				t.Errorf("%s + %v = %s, want %s", c.from, c.limit, got, c.want)
			}
		})
	}
	if d := clock.Deadline(at("2027-09-30 17:00"), Limit{Hours: 1}); !d.Unannounced {
		t.Error("a deadline over holidays that nobody has announced doesn't say so")
	}
}

// A longer limit never ends before a shorter one, a later start never before an earlier one, and the warning lies between start and end.
func TestDeadlinesAreOrdered(t *testing.T) {
	clock := Clock{Days: holiday.China(), Office: Office}
	rapid.Check(t, func(t *rapid.T) {
		from := at("2026-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 500*24*60).Draw(t, "from")) * time.Minute)
		l := Limit{Hours: float64(rapid.IntRange(1, 640).Draw(t, "quarters")) / 4, Calendar: rapid.Bool().Draw(t, "calendar")}
		d := clock.Deadline(from, l)
		longer := l
		longer.Hours += float64(rapid.IntRange(0, 40).Draw(t, "more"))
		if clock.Deadline(from, longer).At.Before(d.At) || clock.Deadline(from.Add(time.Hour), l).At.Before(d.At) {
			t.Fatalf("%v from %s isn't monotonic", l, from)
		}
		if !d.At.After(from) || !d.Warn().Before(d.At) || l.Hours > 1 && d.Warn().Before(from) {
			t.Fatalf("%s + %v: warn %s, due %s", from, l, d.Warn(), d.At)
		}
	})
}

func TestReferences(t *testing.T) {
	for text, want := range map[string]string{
		"马鞍山1123-05已经处理好了":      "马鞍山/1123/5",
		"查一下马鞍山1123-5":          "马鞍山/1123/5",
		"1123-05怎么样了":           "/1123/5",
		"05号那个好了":               "//5",
		"5号那件退单,不归我们管":          "//5",
		"马鞍山1123－05":            "马鞍山/1123/5",
		"编号12号":                 "//12",
		"5号楼下水道堵了":              "",
		"9号线停了":                 "",
		"里村三路18号院":              "",
		"电话0798-0010":           "",
		"DC261123-1 已整改":        "", // a finding of an inspection
		"把12号合并到3号":             "//12 //3",
		"把马鞍山1123-05合并到1123-03": "马鞍山/1123/5 /1123/3",
		"":                      "",
	} {
		var got []string
		for _, r := range References(text) {
			got = append(got, r.Short+"/"+r.Day+"/"+r.Ordinal)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q names %v, want %q", text, got, want)
		}
	}
}

// What a number looks like is read back as what it is.
func TestNumbersAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := at("2026-01-01 00:00").AddDate(0, 0, rapid.IntRange(0, 730).Draw(t, "day"))
		n := number(rapid.SampledFrom([]string{"马鞍山", "新厂", "六零二所", "曙光路"}).Draw(t, "unit"), day, rapid.IntRange(1, 9999).Draw(t, "n"))
		text := rapid.SampledFrom([]string{"%", "请问%怎么样了", "%已经处理好了", "查询%的进度"}).Draw(t, "words")
		refs := References(strings.Replace(text, "%", n, 1))
		if len(refs) != 1 || !refs[0].Matches(n) {
			t.Fatalf("%s in %q: %+v", n, text, refs)
		}
	})
}

func FuzzReferences(f *testing.F) {
	f.Add("马鞍山1123-05号和5号楼12号")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range References(text) {
			if !strings.Contains(text, r.words) {
				t.Errorf("%q isn't in %q", r.words, text)
			}
		}
		readOpinion(text)
		swapped(text)
		reason(text)
		resultOf(text)
	})
}

func TestOpinions(t *testing.T) {
	show := func(b *bool) string {
		switch {
		case b == nil:
			return "-"
		case *b:
			return "y"
		}
		return "n"
	}
	for text, want := range map[string]string{ // contacted, solved, satisfied
		"解决了,联系过,很满意": "yyy", "没解决": "-n-", "还是堵": "-n-", "没有人联系我,但是修好了": "ny-", "不满意": "--n", "没修好,太差了": "-nn", "谢谢": "--y", "嗯": "---",
		"来过人,没解决,不满意": "ynn", "已经解决": "-y-", "没得到解决": "-n-", "不太满意": "--n",
		"不好意思,已经解决了": "-y-", "清干净了": "-y-", "假的,根本没清": "-n-", "又堆起来了": "-n-", "灯亮了,挺好的": "-yy", "还在漏": "-n-", "不漏了": "-y-",
	} {
		o := readOpinion(text)
		if got := show(o.contacted) + show(o.solved) + show(o.satisfied); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestCorrectionsAreRead(t *testing.T) {
	for text, want := range map[string][2]string{
		"不是3栋是5栋": {"3栋", "5栋"}, "不是3栋,是5栋": {"3栋", "5栋"}, "不是三单元而是二单元": {"三单元", "二单元"}, "应该是5栋,不是3栋": {"3栋", "5栋"},
		"不在马鞍山在陶溪川": {"马鞍山", "陶溪川"}, "是不是要我去一趟": {}, "不是很满意": {}, "3栋下水道堵了": {},
	} {
		wrong, right, _ := swapped(text)
		if wrong != want[0] || right != want[1] {
			t.Errorf("%q: not %q but %q, want %q", text, wrong, right, want)
		}
	}
}

func TestRatesNeedASample(t *testing.T) {
	if _, ok := (Share{Yes: 9, Of: 9}).Rate(10); ok {
		t.Error("nine answers make no rate")
	}
	if p, ok := (Share{Yes: 1125, Of: 1243}).Rate(10); !ok || p < 90.50 || p > 90.51 {
		t.Errorf("1125 of 1243 is %v", p)
	}
	if _, ok := (Share{}).Rate(0); ok {
		t.Error("nothing makes no rate")
	}
}

// What a tally takes in and gives back leaves nothing.
func TestTalliesCancelOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int { return rapid.IntRange(0, 9).Draw(t, name) }
		x := Tally{In: n("in"), Closed: n("closed"), Overdue: n("overdue"), Repeat: n("repeat"), Reopened: n("reopened"), Contacted: Share{n("a"), n("b")}, Solved: Share{n("c"), n("d")}, Satisfied: Share{n("e"), n("f")}}
		sum := Tally{In: 5}
		sum.add(x, 1)
		sum.add(x, -1)
		if sum != (Tally{In: 5}) {
			t.Fatal(sum)
		}
	})
}

func TestRulesNameRealCategories(t *testing.T) {
	table, err := newTable(shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range table.families {
		for _, code := range f.Codes {
			if table.byCode[code] == nil {
				t.Errorf("family %s has %s, which is no category", f.Name, code)
			}
		}
	}
	if table.byCode[wish] == nil || !table.byCode["G1-01"].dispute || !table.byCode["G1-05"].Secret {
		t.Error("the rules don't fit the table")
	}
}

func TestEveryNameHasAText(t *testing.T) {
	names := bot.MustTexts(files).Names()
	var want []string
	for _, s := range States {
		want = append(want, "state."+string(s))
	}
	for _, r := range rules {
		want = append(want, "event."+string(r.Event))
	}
	for _, l := range lanes {
		want = append(want, "lane."+l)
	}
	for _, name := range want {
		if !slices.Contains(names, name) {
			t.Errorf("there is no text %s", name)
		}
	}
}

func TestActionsAreShort(t *testing.T) {
	s := New(Options{})
	id := strings.Repeat("x", 16)
	for verb := range s.choices() {
		if action := bot.NewChoice("", name, verb, id+"|360203003006-01").Action; len(action) > 64 {
			t.Errorf("%s is longer than 64 bytes", action)
		}
	}
}

func TestExportIsHarmless(t *testing.T) {
	rows := func(yield func([]string, error) bool) {
		_ = yield([]string{"编号", "描述"}, nil) && yield([]string{"马鞍山1123-01", "=HYPERLINK(\"http://x\")"}, nil) && yield([]string{"", "+86"}, nil)
	}
	var text bytes.Buffer
	if err := WriteCSV(&text, rows); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFF编号,描述\n马鞍山1123-01,\"'=HYPERLINK(\"\"http://x\"\")\"\n,'+86\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
	var sheet bytes.Buffer
	if err := WriteXLSX(&sheet, rows); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if cell, err := book.GetCellValue("Sheet1", "B2"); err != nil || cell != "'=HYPERLINK(\"http://x\")" {
		t.Errorf("%q %v", cell, err)
	}
}

// The same category and the same place within the same community, and nothing else, is the same matter.
func TestSamePlace(t *testing.T) {
	for _, c := range []struct {
		a, b Place
		want bool
	}{
		{Place{Spot: "3"}, Place{Spot: "3"}, true}, {Place{Spot: "3"}, Place{Spot: "5"}, false}, {Place{}, Place{}, false},
		{Place{Lat: 29.2951, Lon: 117.2263}, Place{Lat: 29.2955, Lon: 117.2266}, true}, {Place{Lat: 29.2951, Lon: 117.2263}, Place{Lat: 29.2990, Lon: 117.2276}, false},
		{Place{Lat: 29.2951, Lon: 117.2263}, Place{}, false},
	} {
		if same(c.a, c.b) != c.want {
			t.Errorf("%+v and %+v: %v", c.a, c.b, !c.want)
		}
	}
}
