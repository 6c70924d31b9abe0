package knowledge

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestUnsupported reads testdata/facts.tsv: a source, a draft, and the kinds of facts that the draft invents ("-" for none).
func TestUnsupported(t *testing.T) {
	f, err := os.Open("testdata/facts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, 3
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		var kinds []string
		lines := strings.NewReplacer(`\n`, "\n")
		facts := Unsupported(lines.Replace(row[1]), lines.Replace(row[0]))
		for _, f := range facts {
			if len(kinds) == 0 || kinds[len(kinds)-1] != string(f.Kind) {
				kinds = append(kinds, string(f.Kind))
			}
		}
		got := strings.Join(kinds, " ")
		if got == "" {
			got = "-"
		}
		if got != row[2] {
			t.Errorf("%s\n  from %s\n  got %s %v, want %s", row[1], row[0], got, facts, row[2])
		}
	}
}

// TestOwnWords: everything stands in itself, and a line of an entry in the entry.
func TestOwnWords(t *testing.T) {
	for _, e := range Sample() {
		text := e.Text()
		if f := Unsupported(text, text); len(f) > 0 {
			t.Errorf("%s: %v does not stand in itself", e.ID, f)
		}
		for line := range strings.Lines(text) {
			if f := Unsupported(line, text); len(f) > 0 {
				t.Errorf("%s: %v of its own line %q", e.ID, f, line)
			}
		}
	}
}

// Inventions, by how a person might write them. Each is false of every entry of the sample.
func invented(t *rapid.T) string {
	n := rapid.IntRange(31, 9999).Draw(t, "n")
	digit := func(k int) string {
		var b strings.Builder
		for range k {
			fmt.Fprint(&b, rapid.IntRange(0, 9).Draw(t, "digit"))
		}
		return b.String()
	}
	han := rapid.SampledFrom(strings.Fields("昌南 永和 鑫源 东湖 星辰 金盾 博远 汇丰 玉兰 和平 万达 团结 人民")).Draw(t, "name")
	office := rapid.SampledFrom(strings.Fields("分局 派出所 服务中心 便民中心 民政局 办事处 事务所 街道办 委员会 银行 公证处 管理处 服务站 物业公司 医院 法院 税务局 居委会")).Draw(t, "office")
	return rapid.SampledFrom([]string{
		fmt.Sprintf("办理时限%d个工作日。", 1000+n), fmt.Sprintf("收费%d元。", 10000+n), "电话0798-8" + digit(6) + "7。", "电话139" + digit(8) + "。", "请加微信" + digit(9) + "。",
		"请到" + han + office + "办理。", "联系" + han + office + "。", "找" + han + "区" + office + "。", "地址在" + han + "路88号。", "在" + han + "大厦。",
		"请在2031年3月" + fmt.Sprint(1+n%28) + "日前来。", "下午11点半下班。", "还要带" + han + "证明。", "见《" + han + "条例》。", "收费百分之九十七。",
		"只要三百七十一块钱。", "请转账到wx" + digit(5) + "。", "访问 www.xx" + digit(3) + ".com。",
	}).Draw(t, "invention")
}

// TestInvented: an invention is caught, wherever it stands in words that are right.
func TestInvented(t *testing.T) {
	sample := Sample()
	rapid.Check(t, func(t *rapid.T) {
		e := sample[rapid.IntRange(0, len(sample)-1).Draw(t, "entry")]
		lines := strings.Split(e.Text(), "\n")
		at := rapid.IntRange(0, len(lines)).Draw(t, "at")
		lie := invented(t)
		draft := strings.Join(lines[:at], "。") + "。" + lie + strings.Join(lines[at:], "。")
		if len(Unsupported(draft, e.Text())) == 0 {
			t.Errorf("%s: %q was not caught", e.ID, lie)
		}
	})
}

// TestNumerals: a number is the same in digits and in words.
func TestNumerals(t *testing.T) {
	for text, want := range map[string]string{
		"十": "10", "十五": "15", "二十": "20", "一百零五": "105", "一百五": "150", "一百二十三": "123", "一万二": "12000", "三万五千": "35000", "二〇二六": "2026",
		"两千": "2000", "半": "0.5", "壹仟贰佰": "1200", "一亿": "100000000", "廿五": "25", "十万零三": "100003",
	} {
		if got, ok := valueOf([]rune(text)); !ok || got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 99998).Draw(t, "n")
		if got, _ := valueOf([]rune(inChinese(n))); got != fmt.Sprint(n) {
			t.Errorf("%d is %s, which is read as %s", n, inChinese(n), got)
		}
		source, draft := fmt.Sprintf("应在%d日内办结", n), fmt.Sprintf("%s天内办好", inChinese(n))
		for _, f := range Unsupported(draft, source) {
			t.Errorf("%s from %s: %v", draft, source, f)
		}
		if other := inChinese(n + 1); len(Unsupported(other+"天内办好", source)) == 0 {
			t.Errorf("%s stands in %s", other, source)
		}
	})
}

// inChinese writes a number as it is read.
func inChinese(n int) string {
	const digits = "零一二三四五六七八九"
	var b strings.Builder
	zero := false
	for i, p := range []int{10000, 1000, 100, 10, 1} {
		d := n / p % 10
		switch {
		case d == 0:
			zero = b.Len() > 0
			continue
		case zero:
			b.WriteString("零")
			zero = false
		}
		b.WriteString(digits[3*d : 3*d+3])
		b.WriteString([]string{"万", "千", "百", "十", ""}[i])
	}
	return b.String()
}

func FuzzUnsupported(f *testing.F) {
	for _, e := range Sample()[:20] {
		f.Add(e.Office + e.TimeLimit)
	}
	f.Add("1.(2)第3步:0798-8221234,二〇二六年十二月二日下午五点半,百分之十五,¥1.5万元,《办法》不用带")
	f.Fuzz(func(t *testing.T, text string) {
		if facts := Unsupported(text, text); len(facts) > 0 {
			t.Errorf("%q does not stand in itself: %v", text, facts)
		}
		Unsupported(text, "")
	})
}

func BenchmarkUnsupported(b *testing.B) {
	e := Sample()[len(Sample())-100]
	source, draft := e.Text(), e.Office+"办理,"+e.Materials+"。"+e.TimeLimit
	for b.Loop() {
		Unsupported(draft, source)
	}
}
