// Package directory reads an organisation: its units, the places that lie in them, and what its departments answer for. A community brings its own
// as a table; until then the sample's is used.
package directory

import (
	_ "embed" // for the rules of dispatch
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"linli/bot"
	"linli/intents/place"
)

// Unit is a node of the organisation tree.
type Unit struct {
	ID      string        `yaml:"id" json:"id"`
	Name    string        `yaml:"name" json:"name"`
	Short   string        `yaml:"short" json:"short,omitempty"` // for case numbers: 马鞍山
	Level   string        `yaml:"level" json:"level"`           // see levels
	Parent  string        `yaml:"parent" json:"parent,omitempty"`
	Aliases []string      `yaml:"aliases" json:"aliases,omitempty"`
	Phone   string        `yaml:"phone" json:"phone,omitempty"`
	Duties  []string      `yaml:"duties" json:"duties,omitempty"` // of a department: the owners of Dispatch that it stands for
	Places  []place.Place `yaml:"places" json:"places,omitempty"`
	Sample  bool          `yaml:"sample" json:"sample,omitempty"` // 示例: the unit, or what is said about it, is invented
	Handles []string      `yaml:"-" json:"-"`                     // the codes of incidents that it is the first to answer for below its parent; from Duties and Dispatch
}

// Territory is the owner of what the community itself is the first to answer for.
const Territory = "territory"

// Rule says who answers for a code of incident.
type Rule struct {
	Code   string   `yaml:"code"`
	Owner  string   `yaml:"owner"`  // a duty of departments, or Territory
	Assist []string `yaml:"assist"` // who is asked to help, likewise
}

//go:embed data/dispatch.yaml
var dispatchFile []byte

var dispatch = sync.OnceValue(func() []Rule {
	var rules []Rule
	if err := yaml.UnmarshalWithOptions(dispatchFile, &rules, yaml.DisallowUnknownField()); err != nil {
		panic(fmt.Sprintf("directory: data/dispatch.yaml: %v", err)) // it is part of the program
	}
	return rules
})

// Dispatch returns who answers for each code of incident.
func Dispatch() []Rule { return slices.Clone(dispatch()) }

// Complete fills in Handles. It changes the units.
func Complete(units []Unit) {
	for i := range units {
		u := &units[i]
		u.Handles = nil
		for _, rule := range dispatch() {
			if slices.Contains(u.Duties, rule.Owner) {
				u.Handles = append(u.Handles, rule.Code)
			}
		}
	}
}

// Org makes the tree.
func Org(units []Unit) (*bot.Org, error) {
	tree := make([]bot.Unit, len(units))
	for i, u := range units {
		tree[i] = bot.Unit{ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Phone: u.Phone, Handles: u.Handles, Sample: u.Sample}
	}
	return bot.NewOrg(tree)
}

// Territories returns the units as places know them, for a gazetteer.
func Territories(units []Unit) []place.Unit {
	territories := make([]place.Unit, len(units))
	for i, u := range units {
		territories[i] = place.Unit{ID: u.ID, Name: u.Name, Parent: u.Parent, Level: place.Level(u.Level), Aliases: u.Aliases, Places: u.Places}
	}
	return territories
}
