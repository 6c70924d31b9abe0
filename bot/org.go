package bot

import (
	"fmt"
	"slices"
	"strings"
)

// Unit is a part of the organisation: a city, a district, a department, a street, a community, a grid. Units form a tree of any depth.
type Unit struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Short   string   `json:"short,omitempty"` // for case numbers: 马鞍山
	Level   string   `json:"level"`           // city, district, department, street, management (浮梁: 社区管理机构), community, grid
	Parent  string   `json:"parent,omitempty"`
	Phone   string   `json:"phone,omitempty"`
	Handles []string `json:"handles,omitempty"` // codes of incidents that it is the first to answer for, wherever below its parent they happen
	Sample  bool     `json:"sample,omitempty"`  // 示例
}

// Org is the tree of units. It does not change; a new tree replaces it.
type Org struct {
	units    map[string]*Unit
	children map[string][]string
	order    []string
}

// NewOrg checks the units and returns their tree: IDs are unique, parents exist, nothing is its own ancestor.
func NewOrg(units []Unit) (*Org, error) {
	o := &Org{units: make(map[string]*Unit, len(units)), children: map[string][]string{}}
	for i := range units {
		u := &units[i]
		if u.ID == "" || u.Name == "" {
			return nil, Errorf(Invalid, "组织架构第%d个单位缺少编号或名称", i+1)
		}
		if _, double := o.units[u.ID]; double {
			return nil, Errorf(Invalid, "组织架构里编号 %s 出现了两次(%s),请改成不同的编号", u.ID, u.Name)
		}
		o.units[u.ID] = u
		o.order = append(o.order, u.ID)
		if u.Parent != "" {
			o.children[u.Parent] = append(o.children[u.Parent], u.ID)
		}
	}
	for _, u := range o.units {
		seen := map[string]bool{}
		for at := u; at.Parent != ""; {
			if seen[at.ID] {
				return nil, Errorf(Invalid, "组织架构里 %s 成了自己的上级,请检查 parent", u.Name)
			}
			seen[at.ID] = true
			up, ok := o.units[at.Parent]
			if !ok {
				return nil, Errorf(Invalid, "组织架构里 %s 的上级 %s 不存在", at.Name, at.Parent)
			}
			at = up
		}
	}
	return o, nil
}

// Unit returns the unit, or nil.
func (o *Org) Unit(id string) *Unit { return o.units[id] }

// Units returns all units in the order in which they were given.
func (o *Org) Units() []*Unit {
	all := make([]*Unit, len(o.order))
	for i, id := range o.order {
		all[i] = o.units[id]
	}
	return all
}

// Name returns the unit's name, or its ID if it isn't known.
func (o *Org) Name(id string) string {
	if u := o.units[id]; u != nil {
		return u.Name
	}
	return id
}

// Path returns the unit's ID, then its parent's, up to the root; nil for an unknown unit.
func (o *Org) Path(id string) []string {
	var path []string
	for u := o.units[id]; u != nil; u = o.units[u.Parent] {
		path = append(path, u.ID)
	}
	return path
}

// Within reports whether the unit is root or below it. Everything is within the empty root.
func (o *Org) Within(unit, root string) bool {
	return root == "" || slices.Contains(o.Path(unit), root)
}

// Children returns the units directly below.
func (o *Org) Children(id string) []string { return o.children[id] }

// Ancestor returns the nearest unit of the level, the unit itself or above it, or nil.
func (o *Org) Ancestor(id, level string) *Unit {
	for u := o.units[id]; u != nil; u = o.units[u.Parent] {
		if u.Level == level {
			return u
		}
	}
	return nil
}

// InCharge returns the unit that is the first to answer for the code of incident at the place: the nearest on the way up from the place that
// handles the code or has a department that does. It is nil when none does and the territory itself is in charge.
func (o *Org) InCharge(code, place string) *Unit {
	for _, id := range o.Path(place) {
		if o.units[id].handles(code) {
			return o.units[id]
		}
		for _, child := range o.children[id] {
			if u := o.units[child]; u.Level == "department" && u.handles(code) {
				return u
			}
		}
	}
	return nil
}

func (u *Unit) handles(code string) bool { return slices.Contains(u.Handles, code) }

// Find returns the units that are called by the name, exactly or, if none is, in part.
func (o *Org) Find(name string) []*Unit {
	var exact, partly []*Unit
	for _, id := range o.order {
		switch u := o.units[id]; {
		case u.ID == name || u.Name == name || u.Short == name:
			exact = append(exact, u)
		case name != "" && strings.Contains(u.Name, name):
			partly = append(partly, u)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return partly
}

// Lookup returns the one unit that is called by the name, or an error that says what to write instead.
func (o *Org) Lookup(name string) (*Unit, error) {
	switch found := o.Find(name); len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, Errorf(NotFound, "没有叫“%s”的单位", name)
	default:
		names := make([]string, 0, len(found))
		for _, u := range found[:min(len(found), 5)] {
			names = append(names, fmt.Sprintf("%s(%s)", u.Name, u.ID))
		}
		return nil, Errorf(Invalid, "“%s”不止一个,请写全名或编号:%s", name, strings.Join(names, "、"))
	}
}
