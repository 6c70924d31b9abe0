package sample

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"linli/bot/directory"
	"linli/intents/place"
)

var levels = []string{"city", "district", "department", "street", "management", "community", "grid"}

// public are the codes of units that a public source names.
var public = regexp.MustCompile(`^\d{6}(\d{3}(\d{3})?)?$`)

func unitsByID(t *testing.T) map[string]directory.Unit {
	t.Helper()
	byID := map[string]directory.Unit{}
	for _, u := range Units() {
		if _, double := byID[u.ID]; double {
			t.Errorf("unit %s stands twice", u.ID)
		}
		byID[u.ID] = u
	}
	return byID
}

func TestUnitsAreATree(t *testing.T) {
	byID := unitsByID(t)
	seen := map[string]bool{}
	roots := 0
	for _, u := range Units() {
		if u.Name == "" || !slices.Contains(levels, u.Level) {
			t.Errorf("%s: name %q, level %q", u.ID, u.Name, u.Level)
		}
		switch {
		case u.Parent == "":
			roots++
		case !seen[u.Parent]:
			t.Errorf("%s %s stands before its parent %q or has none: a child follows its parent, so that there is no circle", u.ID, u.Name, u.Parent)
		case slices.Index(levels, byID[u.Parent].Level) > slices.Index(levels, u.Level):
			t.Errorf("%s %s (%s) lies below a %s", u.ID, u.Name, u.Level, byID[u.Parent].Level)
		}
		seen[u.ID] = true
	}
	if roots != 1 {
		t.Errorf("%d roots, want one", roots)
	}
}

func TestTheTreeHasBothShapes(t *testing.T) {
	byID := unitsByID(t)
	path := func(id string) (levels []string) {
		for u, ok := byID[id]; ok; u, ok = byID[u.Parent] {
			levels = append(levels, u.Level)
		}
		return levels
	}
	if got := strings.Join(path("360203003006-01"), " "); got != "grid community street district city" {
		t.Errorf("a grid of 马鞍山社区: %s", got)
	}
	if got := strings.Join(path("360222100004"), " "); got != "community management district city" {
		t.Errorf("城西社区 of 浮梁县: %s", got)
	}
}

func TestWhatIsInventedSaysSo(t *testing.T) {
	for _, u := range Units() {
		invented := !public.MatchString(u.ID) || u.Phone != "" || len(u.Places) > 0 || len(u.Duties) > 0
		if invented && !u.Sample {
			t.Errorf("unit %s %s has something invented and isn't marked sample", u.ID, u.Name)
		}
		if u.Phone != "" && !strings.Contains(u.Phone, "示例") {
			t.Errorf("unit %s %s: the telephone number doesn't say 示例", u.ID, u.Name)
		}
	}
	for _, p := range People() {
		if !p.Sample || !strings.Contains(p.Name, "示例") {
			t.Errorf("person %s %s isn't marked 示例", p.ID, p.Name)
		}
	}
	for _, c := range Chats() {
		if !c.Sample || !strings.Contains(c.Name, "示例") {
			t.Errorf("chat %s %s isn't marked 示例", c.ID, c.Name)
		}
	}
}

// codes are the numbers of codes in each group of the incident table, 131 in all. Groups of events end in 99, others.
var codes = map[string]int{
	"01": 21, "02": 5, "03": 6, "04": 11, "05": 13, "P1": 14, "P2": 8, "P3": 4, "P4": 5, "P5": 4, "G1": 8, "G2": 12, "G3": 7, "G4": 13,
}

func TestEveryCodeHasOneOwner(t *testing.T) {
	duties := map[string]bool{directory.Territory: true}
	districts := map[string]map[string]string{}
	for _, u := range Units() {
		for _, d := range u.Duties {
			duties[d] = true
			if districts[u.Parent] == nil {
				districts[u.Parent] = map[string]string{}
			}
			if other := districts[u.Parent][d]; other != "" {
				t.Errorf("%s and %s of one district both have the duty %s", other, u.Name, d)
			}
			districts[u.Parent][d] = u.Name
		}
	}
	count := map[string]int{}
	seen := map[string]bool{}
	for _, r := range Dispatch() {
		if seen[r.Code] {
			t.Errorf("%s stands twice", r.Code)
		}
		seen[r.Code] = true
		group, _, _ := strings.Cut(r.Code, "-")
		count[group]++
		for _, d := range append([]string{r.Owner}, r.Assist...) {
			if !duties[d] {
				t.Errorf("%s: nobody has the duty %q", r.Code, d)
			}
		}
		if slices.Contains(r.Assist, r.Owner) {
			t.Errorf("%s: the owner %s assists itself", r.Code, r.Owner)
		}
		for district, has := range districts {
			if r.Owner != directory.Territory && has[r.Owner] == "" {
				t.Errorf("%s: no department of %s has the duty %s", r.Code, district, r.Owner)
			}
		}
	}
	for group, want := range codes {
		if count[group] != want {
			t.Errorf("group %s has %d codes, want %d", group, count[group], want)
		}
	}
	if len(seen) != 131 {
		t.Errorf("%d codes, want 131", len(seen))
	}
}

func TestDepartmentsHandleWhatTheirDutiesOwn(t *testing.T) {
	owner := map[string]string{}
	for _, r := range Dispatch() {
		owner[r.Code] = r.Owner
	}
	for _, u := range Units() {
		if u.Level == "department" && len(u.Duties) == 0 {
			t.Errorf("%s has no duties", u.Name)
		}
		if u.Level != "department" && len(u.Duties) > 0 {
			t.Errorf("%s isn't a department and has duties", u.Name)
		}
		for _, code := range u.Handles {
			if !slices.Contains(u.Duties, owner[code]) {
				t.Errorf("%s handles %s, which %s owns", u.Name, code, owner[code])
			}
		}
	}
	if u := unitsByID(t)["360203-szps"]; !slices.Contains(u.Handles, "04-04") {
		t.Errorf("%s handles %v, want the blocked drain 04-04 among them", u.Name, u.Handles)
	}
}

func TestPeopleAndChatsHaveUnits(t *testing.T) {
	byID := unitsByID(t)
	roles := []string{"resident", "grid", "secretary", "street", "liaison", "inspector", "admin"}
	people := map[string]bool{}
	held := map[string]bool{}
	for _, p := range People() {
		if people[p.ID] {
			t.Errorf("person %s stands twice", p.ID)
		}
		people[p.ID] = true
		if _, ok := byID[p.Unit]; !ok {
			t.Errorf("person %s: no unit %q", p.ID, p.Unit)
		}
		if len(p.Grants) == 0 {
			held["resident"] = true
		}
		for _, g := range p.Grants {
			held[g.Role] = true
			u, ok := byID[g.Unit]
			if !ok || !slices.Contains(roles, g.Role) || (g.Role == "grid") != (u.Level == "grid") || g.Role == "secretary" && u.Level != "community" {
				t.Errorf("person %s: role %s at %q", p.ID, g.Role, g.Unit)
			}
		}
	}
	for _, r := range roles {
		if !held[r] {
			t.Errorf("nobody plays the %s", r)
		}
	}
	for _, u := range Units() {
		if u.Level == "grid" && !slices.ContainsFunc(People(), func(p Person) bool { return slices.Contains(p.Grants, Grant{"grid", u.ID}) }) {
			t.Errorf("grid %s has no grid member", u.ID)
		}
	}
	chats := map[string]bool{}
	for _, c := range Chats() {
		if chats[c.Channel+c.ID] {
			t.Errorf("chat %s stands twice", c.ID)
		}
		chats[c.Channel+c.ID] = true
		if _, ok := byID[c.Unit]; !ok || c.Channel == "" {
			t.Errorf("chat %s: unit %q, channel %q", c.ID, c.Unit, c.Channel)
		}
		for _, m := range c.Members {
			if !people[m] {
				t.Errorf("chat %s: no person %q", c.ID, m)
			}
		}
	}
}

func TestPlacesResolveInTheSample(t *testing.T) {
	g := place.NewGazetteer(Territories())
	for _, c := range []struct{ text, words, unit string }{
		{"马鞍山社区3栋2单元下水道堵了,污水漫出来了", "马鞍山社区3栋2单元", "360203003006-01"},
		{"锦绣苑12栋电梯坏了", "锦绣苑12栋", "360203003006-04"},
		{"里村三路150号门口有人乱倒垃圾", "里村三路150号门口", "360203003006-04"},
		{"光明小区8栋楼道灯不亮", "光明小区8栋楼道", "360222100004-02"},
		{"陶溪川社区有人打架", "陶溪川社区", "360203003002"},
	} {
		m, _ := place.Best(place.Find(c.text, g))
		if m.Text != c.words || !slices.Equal(m.Units, []string{c.unit}) {
			t.Errorf("%s: %q in %v, want %q in %s", c.text, m.Text, m.Units, c.words, c.unit)
		}
	}
	if near := g.Near(29.2952, 117.2262); len(near) == 0 || near[0] != "360203003006-01" {
		t.Errorf("near a pin in the first grid: %v", near)
	}
	if far := g.Near(39.9, 116.4); far != nil {
		t.Errorf("near a pin in Beijing: %v", far)
	}
}
