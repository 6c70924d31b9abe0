package bot

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the files under testdata")

func testOrg(t testing.TB) *Org {
	t.Helper()
	org, err := NewOrg([]Unit{
		{ID: "city", Name: "市", Level: "city"},
		{ID: "district", Name: "区", Level: "district", Parent: "city"},
		{ID: "lights", Name: "照明", Level: "department", Parent: "district", Handles: []string{"P1-08"}},
		{ID: "street", Name: "街道", Level: "street", Parent: "district"},
		{ID: "community", Name: "社区", Level: "community", Parent: "street"},
		{ID: "grid", Name: "网格", Level: "grid", Parent: "community"},
		{ID: "neighbour", Name: "邻社区", Level: "community", Parent: "street"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return org
}

// TestPermissions walks every action with every role: at the role's own unit, below it, beside it, and above it. The file is the table as a person
// reads and approves it.
func TestPermissions(t *testing.T) {
	org := testOrg(t)
	var b strings.Builder
	b.WriteString("# may who has the role at the community do it: at that unit, below, beside, above\n")
	for _, r := range Roles {
		p := &Person{ID: "p", Grants: []Grant{{Role: r, Unit: "community"}}}
		for _, a := range Actions {
			fmt.Fprintf(&b, "%-10s %-18s", r, a)
			for _, unit := range []string{"community", "grid", "neighbour", "street"} {
				fmt.Fprintf(&b, " %3s", map[bool]string{true: "yes", false: "no"}[org.Allowed(p, a, unit)])
			}
			b.WriteString("\n")
		}
	}
	const file = "testdata/permissions.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the table of rights has changed (-approved +now); go test -update approves it:\n%s", diff)
	}
}

// TestNobodyGivesMoreThanTheyHave: whoever may give a role could have done everything that the role may do.
func TestNobodyGivesMoreThanTheyHave(t *testing.T) {
	org := testOrg(t)
	for _, giver := range Roles {
		p := &Person{ID: "p", Grants: []Grant{{Role: giver, Unit: "community"}}}
		for _, given := range Roles {
			for _, u := range org.Units() {
				if !org.MayIssue(p, given, u.ID) {
					continue
				}
				q := &Person{ID: "q", Grants: []Grant{{Role: given, Unit: u.ID}}}
				for _, a := range Actions {
					for _, at := range org.Units() {
						if org.Allowed(q, a, at.ID) && !org.Allowed(p, a, at.ID) {
							t.Errorf("a %s gave %s at %s, who then may %s at %s", giver, given, u.ID, a, at.ID)
						}
					}
				}
			}
		}
	}
	if !org.MayIssue(&Person{Grants: []Grant{{Role: Secretary, Unit: "community"}}}, GridStaff, "grid") {
		t.Error("a secretary cannot give a grid its member")
	}
	if org.MayIssue(&Person{Grants: []Grant{{Role: Secretary, Unit: "community"}}}, Admin, "community") {
		t.Error("a secretary made an administrator")
	}
}

func TestUnboundResidentMayAskAndReport(t *testing.T) {
	org, p := testOrg(t), &Person{ID: "web:1"}
	for _, a := range Actions {
		want := a == Ask || a == ReportIncident || a == SetReminder || a == ListDuties
		if got := org.Allowed(p, a, "community"); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

func TestOrg(t *testing.T) {
	org := testOrg(t)
	if diff := cmp.Diff([]string{"grid", "community", "street", "district", "city"}, org.Path("grid")); diff != "" {
		t.Error(diff)
	}
	if u := org.InCharge("P1-08", "grid"); u == nil || u.ID != "lights" {
		t.Errorf("in charge of a street lamp: %v", u)
	}
	if u := org.InCharge("01-01", "grid"); u != nil {
		t.Errorf("in charge of what nobody handles: %v", u)
	}
	for name, units := range map[string][]Unit{
		"double":  {{ID: "a", Name: "A"}, {ID: "a", Name: "B"}},
		"orphan":  {{ID: "a", Name: "A", Parent: "b"}},
		"circle":  {{ID: "a", Name: "A", Parent: "b"}, {ID: "b", Name: "B", Parent: "a"}},
		"unnamed": {{ID: "a"}},
	} {
		if _, err := NewOrg(units); KindOf(err) != Invalid || MessageOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := org.Lookup("社区"); err != nil {
		t.Errorf("an exact name: %v", err)
	}
	if _, err := org.Lookup("区"); err != nil {
		t.Errorf("an exact name that others contain: %v", err)
	}
	if _, err := org.Lookup("火星"); KindOf(err) != NotFound {
		t.Errorf("an unknown name: %v", err)
	}
}
