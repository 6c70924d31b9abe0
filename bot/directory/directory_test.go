package directory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linli/intents/place"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "units.csv")
	table := "\ufeff编号,名称,简称,层级,上级,别名,电话,职责,地点\n" +
		"1,青山市,,市,,,,,\n" +
		"11,东湖区,,区县,1,,,,\n" +
		",东湖区城管局,城管,部门,东湖区,,0791-1,城管执法、环卫,\n" +
		"1101,滨河街道,,街道,东湖区,,,,\n" +
		"110101,柳岸社区,柳岸,社区,滨河街道,柳岸居委会,,,\"锦绣花园 1-8,12;滨河路 1-99;1-20\"\n" +
		",,,,,,,,\n" +
		"110101-1,第一网格,,网格,110101,,,,\n"
	if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	units, problems := ReadFiles(path)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(units) != 6 || units[2].Parent != "11" || units[2].ID != "东湖区城管局" || len(units[2].Handles) < 20 {
		t.Errorf("%+v", units)
	}
	want := []place.Place{{Name: "锦绣花园", Range: "1-8,12"}, {Name: "滨河路", Range: "1-99"}, {Range: "1-20"}}
	if diff := cmp.Diff(want, units[4].Places); diff != "" {
		t.Error(diff)
	}
	org, err := Org(units)
	if err != nil {
		t.Fatal(err)
	}
	if in := org.InCharge("01-02", "110101-1"); in == nil || in.Name != "东湖区城管局" {
		t.Errorf("in charge of litter: %+v", in)
	}
	if got := place.NewGazetteer(Territories(units)); got == nil {
		t.Error("no gazetteer")
	}
}

// TestBadTables: every mistake is named with its line, in words for a clerk.
func TestBadTables(t *testing.T) {
	for name, c := range map[string]struct{ table, want string }{
		"an unknown column":  {"编号,姓名\n1,x\n", "不认识的列"},
		"no name":            {"编号,层级\n1,市\n", "缺少"},
		"an unknown level":   {"名称,层级\n甲,省级\n", "不认识的层级"},
		"an unknown duty":    {"名称,层级,职责\n甲,部门,打酱油\n", "不认识的职责"},
		"a missing parent":   {"名称,层级,上级\n甲,社区,乙\n", "不在表里"},
		"an unclear parent":  {"编号,名称,层级,上级\n1,甲,街道,\n2,甲,街道,\n3,乙,社区,甲\n", "请写编号"},
		"its own ancestor":   {"编号,名称,层级,上级\n1,甲,街道,2\n2,乙,社区,1\n", "自己的上级"},
		"a number twice":     {"编号,名称,层级\n1,甲,街道\n1,乙,社区\n", "出现了两次"},
		"a row without name": {"编号,名称,层级\n1,,街道\n", "没有名称"},
		"empty":              {"", "空的"},
		"only a head":        {"编号,名称,层级\n", "没有单位"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "units.csv")
			if err := os.WriteFile(path, []byte(c.table), 0o600); err != nil {
				t.Fatal(err)
			}
			_, problems := ReadFiles(path)
			if len(problems) == 0 || !strings.Contains(problems[0].Message, c.want) {
				t.Errorf("%v, want %q", problems, c.want)
			}
		})
	}
}

// TestDuties: every duty that a rule names can be written in a table, and every name stands for one.
func TestDuties(t *testing.T) {
	named := map[string]bool{Territory: true}
	for name, duty := range duties {
		if named[duty] = true; !known(duty) {
			t.Errorf("%s stands for %s, which no rule names", name, duty)
		}
	}
	for _, r := range Dispatch() {
		for _, owner := range append(r.Assist, r.Owner) {
			if !named[owner] {
				t.Errorf("%s: %s has no name", r.Code, owner)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("编号,名称,层级,上级,职责,地点\n1,甲,社区,,环卫,锦绣花园 1-8\n")
	f.Fuzz(func(t *testing.T, table string) {
		units, problems := Read("x.csv", strings.NewReader(table))
		for _, u := range units {
			if u.Name == "" || u.Level == "" && len(problems) == 0 {
				t.Errorf("%+v", u)
			}
		}
	})
}
