package place

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// row is one expectation of testdata: a message, the words that a person would underline, and the units that they mean.
type row struct {
	line  int
	text  string
	place string
	units string
}

func readRows(t testing.TB, path string) []row {
	var rows []row
	for line, fields := range readTable(t, path) {
		rows = append(rows, row{line, fields[0], fields[1], fields[2]})
	}
	return rows
}

// readTable yields the lines of a file of tab-separated fields, each filled up to six.
func readTable(t testing.TB, path string) func(yield func(int, []string) bool) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(int, []string) bool) {
		defer file.Close()
		lines := bufio.NewScanner(file)
		for n := 1; lines.Scan(); n++ {
			if strings.HasPrefix(lines.Text(), "#") {
				continue
			}
			fields := append(strings.Split(lines.Text(), "\t"), "", "", "", "", "")
			if !yield(n, fields) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			t.Error(err)
		}
	}
}

func testUnits(t testing.TB) []Unit {
	var units []Unit
	for _, f := range readTable(t, "testdata/units.tsv") {
		u := Unit{ID: f[0], Parent: f[1], Level: Level(f[2]), Name: f[3]}
		if f[4] != "" {
			u.Aliases = strings.Split(f[4], "|")
		}
		if f[5] != "" {
			for place := range strings.SplitSeq(f[5], "|") {
				name, numbers, _ := strings.Cut(place, "@")
				u.Places = append(u.Places, Place{Name: name, Range: numbers})
			}
		}
		units = append(units, u)
	}
	return units
}

// overlap is how much two phrases share: 1 for the same words, without regard to spaces and punctuation.
func overlap(a, b string) float64 {
	x, y := bare(a), bare(b)
	if len(x)+len(y) == 0 {
		return 1
	}
	longest := 0
	for i := range x {
		for j := range y {
			n := 0
			for i+n < len(x) && j+n < len(y) && x[i+n] == y[j+n] {
				n++
			}
			longest = max(longest, n)
		}
	}
	return 2 * float64(longest) / float64(len(x)+len(y))
}

func bare(text string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,,。、::", r) {
			return -1
		}
		return fold(r)
	}, text))
}

// enough is the overlap from which a phrase counts as found.
const enough = 0.8

// TestFind holds the shares of messages whose place is found, of those without one that give none, and of units that are resolved. The rows of report.tsv
// were written before the grammar was tuned and were not tuned on.
func TestFind(t *testing.T) {
	g := NewGazetteer(testUnits(t))
	for _, set := range []struct {
		name, file            string
		g                     *Gazetteer
		found, none, resolved float64 // at least
	}{
		{"tune", "tune", g, 0.97, 0.95, 0.95},
		{"report", "report", g, 0.93, 0.93, 0.93},
		{"report by grammar alone", "report", nil, 0.90, 0.93, 0},
	} {
		t.Run(set.name, func(t *testing.T) {
			var found, exact, places, none, without, resolved, units int
			for _, r := range readRows(t, "testdata/"+set.file+".tsv") {
				matches := Find(r.text, set.g)
				best, _ := Best(matches)
				if r.place == "" {
					without++
					if len(matches) == 0 {
						none++
					} else {
						t.Logf("%s.tsv:%d %s: got %q, want none", set.file, r.line, r.text, best.Text)
					}
					continue
				}
				places++
				if best.Text == r.place {
					exact++
				}
				if overlap(best.Text, r.place) >= enough {
					found++
				} else {
					t.Logf("%s.tsv:%d %s: got %q, want %q", set.file, r.line, r.text, best.Text, r.place)
				}
				if r.units != "" && set.g != nil {
					units++
					if sameUnits(best.Units, r.units) {
						resolved++
					} else {
						t.Logf("%s.tsv:%d %s: units %v of %q, want %s", set.file, r.line, r.text, best.Units, best.Text, r.units)
					}
				}
			}
			share := func(n, of int) float64 { return float64(n) / float64(of) }
			t.Logf("places found %d of %d (%.3f), exactly %d; none found in %d of %d; units %d of %d", found, places, share(found, places), exact, none, without, resolved, units)
			if share(found, places) < set.found || share(none, without) < set.none || units > 0 && share(resolved, units) < set.resolved {
				t.Errorf("want at least %.2f, %.2f, %.2f", set.found, set.none, set.resolved)
			}
		})
	}
}

func sameUnits(got []string, want string) bool {
	if want == "-" {
		return len(got) == 0
	}
	wanted := strings.Split(want, ",")
	slices.Sort(wanted)
	return slices.Equal(slices.Sorted(slices.Values(got)), wanted)
}

// TestMatchesLieInTheText: whatever the text, matches are what stands at their positions, in order, apart, and on rune borders.
func TestMatchesLieInTheText(t *testing.T) {
	g := NewGazetteer(testUnits(t))
	pieces := []string{"马鞍山", "社区", "小区", "3", "栋", "二", "单元", "号", "楼", "下", "下水道", "新村", "北路", "与", "的", ",", " ", "-", "门口", "旁", "里", "在", "第", "网格", "恒大", "😀", "\xff", "１", "负", "路口", "电梯"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 14).Draw(t, "pieces"), "")
		checkMatches(t, text, Find(text, g))
	})
}

func checkMatches(t interface {
	Fatalf(format string, args ...any)
}, text string, matches []Match) {
	end := 0
	for _, m := range matches {
		if m.Pos < end || m.End <= m.Pos || m.End > len(text) || text[m.Pos:m.End] != m.Text {
			t.Fatalf("%q: match %+v is out of place", text, m)
		}
		if utf8.ValidString(text) && !utf8.ValidString(m.Text) {
			t.Fatalf("%q: match %q cuts a character", text, m.Text)
		}
		if m.Parts == (Parts{}) {
			t.Fatalf("%q: match %q has no parts", text, m.Text)
		}
		end = m.End
	}
}

func FuzzFind(f *testing.F) {
	g := NewGazetteer(testUnits(f))
	for _, set := range []string{"testdata/tune.tsv", "testdata/report.tsv"} {
		for _, r := range readRows(f, set) {
			f.Add(r.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkMatches(t, text, Find(text, g))
		checkMatches(t, text, Find(text, nil))
	})
}

func BenchmarkFind(b *testing.B) {
	g := NewGazetteer(testUnits(b))
	var texts []string
	runes := 0
	for _, r := range readRows(b, "testdata/report.tsv") {
		if r.place != "" {
			text := "您好,麻烦你们来看一下," + r.text // about 25 characters, as residents write
			texts = append(texts, text)
			runes += utf8.RuneCountInString(text)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Find(texts[i%len(texts)], g)
		i++
	}
	b.ReportMetric(float64(runes)/float64(len(texts)), "runes/msg")
}
