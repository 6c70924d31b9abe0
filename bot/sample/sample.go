// Package sample is the organisation that a newcomer finds: public names of the units of 景德镇市, and, all of it invented and marked as 示例, what a public
// source doesn't have: grids, estates, departments' desks, people and chats. It is data with a reader, used until somebody imports their own.
package sample

import (
	"embed"
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"linli/bot/directory"
	"linli/intents/place"
)

//go:embed data/*.yaml
var files embed.FS

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

// data is everything, read once. The files are part of the program: one that can't be read is a mistake in it, which a test finds.
var data = sync.OnceValue(func() (d struct {
	units  []directory.Unit
	people []Person
	chats  []Chat
}) {
	read("units", &d.units)
	read("people", &d.people)
	read("chats", &d.chats)
	directory.Complete(d.units)
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
func Units() []directory.Unit { return slices.Clone(data().units) }

// People returns the people.
func People() []Person { return slices.Clone(data().people) }

// Chats returns the group chats.
func Chats() []Chat { return slices.Clone(data().chats) }

// Territories returns the units as places know them, for a gazetteer.
func Territories() []place.Unit { return directory.Territories(data().units) }

// Dispatch returns who answers for each code of incident.
func Dispatch() []directory.Rule { return directory.Dispatch() }
