package main

import (
	"linli/bot"
	"linli/bot/sample"
)

// samplePeople are the sample's people.
func samplePeople() []bot.Person {
	var people []bot.Person
	for _, p := range sample.People() {
		person := bot.Person{ID: p.ID, Name: p.Name, Unit: p.Unit, Sample: p.Sample}
		for _, g := range p.Grants {
			person.Grants = append(person.Grants, bot.Grant{Role: bot.Role(g.Role), Unit: g.Unit})
		}
		people = append(people, person)
	}
	return people
}

// samplePerson is the first of the sample's people with the role.
func samplePerson(role bot.Role) (bot.Person, bool) {
	for _, p := range samplePeople() {
		if p.Role() == role {
			return p, true
		}
	}
	return bot.Person{}, false
}
