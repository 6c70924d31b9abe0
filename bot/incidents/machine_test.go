package incidents

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// drawing writes the machine as doc.go shows it.
func drawing() string {
	var b strings.Builder
	for _, r := range rules {
		var from, by []string
		for _, s := range r.From {
			from = append(from, string(s))
		}
		for _, a := range r.By {
			by = append(by, string(a))
		}
		to := string(r.To)
		if to == "" {
			to = "(stays)"
		}
		why := ""
		if r.Why {
			why = ", with a reason"
		}
		fmt.Fprintf(&b, "//	%-12s %s → %s    %s%s\n", r.Event, strings.Join(from, " "), to, strings.Join(by, " "), why)
	}
	return b.String()
}

// The drawing in doc.go is the table, line by line.
func TestDocDrawsTheMachine(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), drawing()) {
		t.Errorf("doc.go does not draw the machine as it is; it should have:\n%s", drawing())
	}
}

// Every state can be reached, and from every state that isn't an end a case can get to an end.
func TestStatesAreConnected(t *testing.T) {
	ends := []State{Archived, Withdrawn, Merged}
	reach := func(from State) []State {
		seen := []State{from}
		for i := 0; i < len(seen); i++ {
			for _, r := range rules {
				if r.To != "" && slices.Contains(r.From, seen[i]) && !slices.Contains(seen, r.To) {
					seen = append(seen, r.To)
				}
			}
		}
		return seen
	}
	fromStart := append(reach(Draft), reach(Alarm)...)
	for _, s := range States {
		if !slices.Contains(fromStart, s) {
			t.Errorf("%s can't be reached", s)
		}
		if !slices.ContainsFunc(reach(s), func(to State) bool { return slices.Contains(ends, to) }) {
			t.Errorf("%s never ends", s)
		}
	}
}

// Whatever needs a reason is refused without one, and changes nothing.
func TestReasonsAreNeeded(t *testing.T) {
	for _, r := range rules {
		c := &Case{State: r.From[0]}
		err := c.Apply(Change{Event: r.Event, As: r.By})
		if r.Why && (err != NoReason || c.State != r.From[0] || len(c.History) != 0) {
			t.Errorf("%s without a reason: %v", r.Event, err)
		}
		if !r.Why && (err != nil || len(c.History) != 1) {
			t.Errorf("%s: %v", r.Event, err)
		}
	}
}
