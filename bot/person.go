package bot

import (
	"encoding/json"
	"slices"
	"time"
)

// Person is somebody whom Linli knows: a resident or staff. An account that nobody has bound is a resident of the deployment's root.
type Person struct {
	ID     string  `json:"id"`
	Name   string  `json:"name,omitempty"`
	Unit   string  `json:"unit,omitempty"` // where the person lives or works
	Grants []Grant `json:"grants,omitempty"`
	Chat   Chat    `json:"chat,omitzero"` // the private chat in which the person was last heard
	Sample bool    `json:"sample,omitempty"`
}

// Grant is a role at a unit.
type Grant struct {
	Role Role   `json:"role"`
	Unit string `json:"unit"`
}

// Role is what a person is to the organisation.
type Role string

// The roles, as the command line names them.
const (
	Resident  Role = "resident"
	GridStaff Role = "grid"
	Secretary Role = "secretary"
	Street    Role = "street"
	Liaison   Role = "liaison"
	Inspector Role = "inspector"
	Admin     Role = "admin"
)

// Roles are all roles, from the one with the fewest rights.
var Roles = []Role{Resident, GridStaff, Secretary, Street, Liaison, Inspector, Admin}

// ParseRole returns the role of the name, or an error that lists the names.
func ParseRole(name string) (Role, error) {
	if r := Role(name); slices.Contains(Roles, r) {
		return r, nil
	}
	return "", Errorf(Invalid, "没有“%s”这个角色,可用的是:resident grid secretary street liaison inspector admin", name)
}

// Role returns the person's first role, a resident's if there is none.
func (p *Person) Role() Role {
	if len(p.Grants) > 0 {
		return p.Grants[0].Role
	}
	return Resident
}

// Staff reports whether the person works for the organisation.
func (p *Person) Staff() bool { return p.Role() != Resident }

// Records about people, accounts and chats.
const (
	KindPerson  = "person"  // ID: the person's; keys role=, unit=
	KindAccount = "account" // ID: the account's key; body: Binding
	KindChat    = "chat"    // ID: the chat's key; key unit=; body: ChatBinding
)

// Binding says whose an account is.
type Binding struct {
	Person string `json:"person"`
}

// ChatBinding says which unit a group chat belongs to.
type ChatBinding struct {
	Chat   Chat   `json:"chat"`
	Unit   string `json:"unit"`
	Name   string `json:"name,omitempty"`
	By     string `json:"by,omitempty"`     // the person who bound it
	Public bool   `json:"public,omitempty"` // residents read it: what is for everybody is said there, and nothing else
	Sample bool   `json:"sample,omitempty"`
}

// Keys returns the keys by which the person is found.
func (p *Person) Keys() []string {
	keys := []string{}
	for _, g := range p.Grants {
		keys = append(keys, "role="+string(g.Role), "at="+g.Unit)
	}
	return keys
}

// PersonRecord returns the record that keeps the person.
func PersonRecord(p *Person, version int64, at time.Time) Record {
	return mustRecord(KindPerson, p.ID, version, at, p, p.Keys()...)
}

// ChatRecord returns the record that keeps the binding.
func ChatRecord(b ChatBinding, version int64, at time.Time) Record {
	return mustRecord(KindChat, b.Chat.Key(), version, at, b, "unit="+b.Unit)
}

// mustRecord makes a record of a value of ours, which always has a JSON form.
func mustRecord(kind, id string, version int64, at time.Time, value any, keys ...string) Record {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return Record{Kind: kind, ID: id, Version: version, Time: at, Keys: keys, Body: body}
}

// AccountRecord returns the record that says whose account it is.
func AccountRecord(a Account, person string, at time.Time) Record {
	return mustRecord(KindAccount, a.Key(), 0, at, Binding{Person: person})
}
