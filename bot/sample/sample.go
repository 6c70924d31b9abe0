// Package sample is the organisation that a newcomer finds: public names of the units of 景德镇市, and, all of it invented and marked as 示例, what a public
// source doesn't have: grids, estates, departments' desks, people and chats. It is data with a reader, used until somebody imports their own.
package sample

import (
	"embed"
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"linli/intents/place"
)

//go:embed data/*.yaml
var files embed.FS

// Unit is a node of the organisation tree.
type Unit struct {
	ID      string        `yaml:"id"`
	Name    string        `yaml:"name"`
	Short   string        `yaml:"short"` // for case numbers: 马鞍山
	Level   string        `yaml:"level"` // city, district, department, street, management, community, grid
	Parent  string        `yaml:"parent"`
	Aliases []string      `yaml:"aliases"`
	Phone   string        `yaml:"phone"`
	Duties  []string      `yaml:"duties"` // of a department: the owners of Dispatch that it stands for
	Places  []place.Place `yaml:"places"`
	Sample  bool          `yaml:"sample"` // 示例: the unit, or what is said about it, is invented
	Handles []string      `yaml:"-"`      // the codes of incidents that it is the first to answer for below its parent; from Duties and Dispatch
}

// Grant is a role at a unit.
type Grant struct {
	Role string `yaml:"role"`
	Unit string `yaml:"unit"`
}

// Person is somebody invented.
type Person struct {
	ID     string  `yaml:"id"`
	Name   string  `yaml:"name"`
	Title  string  `yaml:"title"`
	Unit   string  `yaml:"unit"` // where the person lives or works
	Grants []Grant `yaml:"grants"`
	Sample bool    `yaml:"sample"`
}

// Chat is a group chat that is bound to a unit.
type Chat struct {
	Channel string   `yaml:"channel"`
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Unit    string   `yaml:"unit"`
	Members []string `yaml:"members"` // persons
	Public  bool     `yaml:"public"`  // residents read it
	Sample  bool     `yaml:"sample"`
}

// Territory is the owner of what the community itself is the first to answer for.
const Territory = "territory"

// Rule says who answers for a code of incident.
type Rule struct {
	Code   string   `yaml:"code"`
	Owner  string   `yaml:"owner"`  // a duty of departments, or Territory
	Assist []string `yaml:"assist"` // who is asked to help, likewise
}

// data is everything, read once. The files are part of the program: one that can't be read is a mistake in it, which a test finds.
var data = sync.OnceValue(func() (d struct {
	units    []Unit
	people   []Person
	chats    []Chat
	dispatch []Rule
}) {
	read("units", &d.units)
	read("people", &d.people)
	read("chats", &d.chats)
	read("dispatch", &d.dispatch)
	for i := range d.units {
		u := &d.units[i]
		for _, rule := range d.dispatch {
			if slices.Contains(u.Duties, rule.Owner) {
				u.Handles = append(u.Handles, rule.Code)
			}
		}
	}
	return d
})

func read(name string, into any) {
	content, err := files.ReadFile("data/" + name + ".yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(content, into, yaml.DisallowUnknownField())
	}
	if err != nil {
		panic(fmt.Sprintf("sample: data/%s.yaml: %v", name, err))
	}
}

// Units returns the units, parents before children. What they hold is shared and must not be changed.
func Units() []Unit { return slices.Clone(data().units) }

// People returns the people.
func People() []Person { return slices.Clone(data().people) }

// Chats returns the group chats.
func Chats() []Chat { return slices.Clone(data().chats) }

// Dispatch returns who answers for each code of incident.
func Dispatch() []Rule { return slices.Clone(data().dispatch) }

// Territories returns the units as places know them, for a gazetteer.
func Territories() []place.Unit {
	var units []place.Unit
	for _, u := range data().units {
		units = append(units, place.Unit{ID: u.ID, Name: u.Name, Parent: u.Parent, Level: place.Level(u.Level), Aliases: u.Aliases, Places: u.Places})
	}
	return units
}
