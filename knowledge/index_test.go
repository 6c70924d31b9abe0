package knowledge

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// TestQuestions asks what the catalogue is tuned on: it must not get worse. What it is worth on other questions is for linli eval.
func TestQuestions(t *testing.T) {
	f, err := os.Open("testdata/questions-tune.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ix := Build(Sample(), Options{})
	inside, right, wrong, outside, declined := 0, 0, 0, 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		question, want, _ := strings.Cut(lines.Text(), "\t")
		a := ix.Ask(Question{Text: question, Now: monday})
		switch answered := a.Verdict == VerdictAnswer; {
		case want == "-":
			outside++
			if !answered {
				declined++
			}
		case a.Hits == nil || a.Hits[0].Entry.Title != want:
			inside++
			if answered {
				wrong++
			}
		default:
			inside++
			right++
		}
	}
	for _, floor := range []struct {
		name       string
		part, of   int
		least, max float64
	}{
		{"right entry first", right, inside, .95, 1}, {"answered wrongly", wrong, inside, 0, .04}, {"out of scope not answered", declined, outside, .88, 1},
	} {
		if got := float64(floor.part) / float64(floor.of); got < floor.least || got > floor.max {
			t.Errorf("%s: %d of %d", floor.name, floor.part, floor.of)
		}
	}
}

func TestFacets(t *testing.T) {
	for text, want := range map[string]Facet{
		"开无犯罪记录证明找哪里盖章?": FacetWhere, "要带什么": FacetMaterials, "多久能办好": FacetTime, "收费吗": FacetFee, "居委会能开亲属关系证明吗": FacetStamp,
		"我妈能代办吗": FacetWho, "周末上班吗": FacetHours, "依据是哪条规定": FacetBasis, "电话多少": FacetPhone, "怎么申请": FacetSteps, "低保": "",
	} {
		if got := facetOf(Normal(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestFollowUp(t *testing.T) {
	ix := Build(Sample(), Options{})
	first := ix.Ask(Question{Text: "无犯罪记录证明怎么办", Now: monday})
	for _, text := range []string{"要带什么", "那多久?", "我妈能代办吗?"} {
		a := ix.Ask(Question{Text: text, Now: monday, Subject: first.Hits[0].Entry.ID})
		if !a.FollowUp || a.Hits[0].Entry != first.Hits[0].Entry {
			t.Errorf("%s: %+v", text, a)
		}
		if a := ix.Ask(Question{Text: text, Now: monday}); a.Verdict == VerdictAnswer {
			t.Errorf("%s was answered without a subject: %+v", text, a)
		}
	}
	if a := ix.Ask(Question{Text: "高龄津贴要带什么", Now: monday, Subject: first.Hits[0].Entry.ID}); a.FollowUp || a.Hits[0].Entry.Title != "高龄津贴" {
		t.Errorf("a question with a subject of its own: %+v", a)
	}
}

func TestValidityAndJurisdiction(t *testing.T) {
	ix := Build([]Entry{
		{ID: "old", Title: "旧规定", Office: "a", ValidTo: "2026-01-01"}, {ID: "here", Title: "游泳馆", Office: "b", Unit: "u1"}, {ID: "there", Title: "图书馆", Office: "c", Unit: "u2"},
	}, Options{})
	if a := ix.Ask(Question{Text: "旧规定", Now: monday}); !a.Expired {
		t.Errorf("an expired entry: %+v", a)
	}
	if a := ix.Ask(Question{Text: "游泳馆", Now: monday, Units: []string{"u1"}}); a.Verdict != VerdictAnswer {
		t.Errorf("an entry of one's own unit: %+v", a)
	}
	if a := ix.Ask(Question{Text: "图书馆", Now: monday, Units: []string{"u1"}}); a.Verdict == VerdictAnswer {
		t.Errorf("an entry of another unit: %+v", a)
	}
}

func TestTraditionalAndFullWidth(t *testing.T) {
	ix := Build(Sample(), Options{})
	want := ix.Ask(Question{Text: "65岁结婚登记", Now: monday})
	got := ix.Ask(Question{Text: "６５歲結婚登記", Now: monday})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzAsk(f *testing.F) {
	ix := Build(Sample(), Options{})
	for _, text := range []string{"", "低保", "😀", "\xff", "where is it"} {
		f.Add(text, "svc-001")
	}
	f.Fuzz(func(t *testing.T, text, subject string) {
		q := Question{Text: text, Subject: subject, Now: monday, Top: 3}
		a := ix.Ask(q)
		for _, h := range a.Hits {
			if h.Score < 0 || h.Score > 1 {
				t.Errorf("%q: score %v", text, h.Score)
			}
		}
		if a.Verdict != VerdictDecline && len(a.Hits) == 0 {
			t.Errorf("%q: %s without a hit", text, a.Verdict)
		}
		if diff := cmp.Diff(a, ix.Ask(q)); diff != "" {
			t.Errorf("%q was answered differently the second time: %s", text, diff)
		}
	})
}

// manyEntries are short titles of the kind that a district's catalogue has.
func manyEntries(n int) []Entry {
	words := []rune("申领登记备案许可证明变更注销补助认定审批养老医疗教育住房车辆道路食品药品建筑工程企业个人社会保障就业人才户籍婚姻生育残疾救助环境水利林业")
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]Entry, n)
	for i := range entries {
		var title strings.Builder
		for range 6 + r.IntN(8) {
			title.WriteRune(words[r.IntN(len(words))])
		}
		entries[i] = Entry{ID: fmt.Sprint(i), Title: title.String(), Office: fmt.Sprintf("第%d局", i%40)}
	}
	return entries
}

func BenchmarkAsk(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		entries := Sample()
		if n > 0 {
			entries = manyEntries(n)
		}
		b.Run(fmt.Sprint(len(entries)), func(b *testing.B) {
			ix := Build(entries, Options{})
			for i := 0; b.Loop(); i++ {
				ix.Ask(Question{Text: "请问我想办理" + entries[i%len(entries)].Title + "要去哪里找谁", Now: monday})
			}
		})
	}
}

func BenchmarkBuild100000(b *testing.B) {
	entries := manyEntries(100_000)
	for b.Loop() {
		Build(entries, Options{})
	}
}
