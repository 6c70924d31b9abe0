package incidents

import (
	"slices"
	"strings"

	"linli/bot"
)

// Rule says who helps with a code: duties of departments, or "territory". Who is in charge is the organisation's own (bot.Unit.Handles).
type Rule struct {
	Code   string
	Assist []string
}

// territoryDuty is the duty that the community of the place has.
const territoryDuty = "territory"

// charge returns the unit that is in charge of the code at the place, and whether that is clear. Without a category, or where the place is no
// nearer known than a street, a dispatcher of the territory has to decide.
func charge(org *bot.Org, code, place string) (unit string, clear bool) {
	if code != "" && code != Other {
		if u := org.InCharge(code, place); u != nil {
			return u.ID, true
		}
	}
	unit = territory(org, place)
	u := org.Unit(unit)
	return unit, code != "" && code != Other && u != nil && u.Level == "community"
}

// mayHave reports whether the unit may be given the code: what a department owns is not pushed to a community or a grid (国办函〔2025〕66号).
func mayHave(org *bot.Org, code, place, unit string) bool {
	owner, u := org.InCharge(code, place), org.Unit(unit)
	if u == nil {
		return false
	}
	return owner == nil || owner.Level != "department" || u.Level != "community" && u.Level != "grid"
}

// assistants returns the units that the rules name as helpers.
func (s *Skill) assistants(org *bot.Org, c *Case) []string {
	i := slices.IndexFunc(s.dispatch, func(r Rule) bool { return r.Code == c.Category })
	if i < 0 {
		return nil
	}
	var units []string
	for _, duty := range s.dispatch[i].Assist {
		unit := s.holder(org, duty, c.where())
		if unit != "" && unit != c.Unit && !returned(c, unit) && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	return units
}

// holder returns the nearest unit on the way up from the place that has the duty or a department that does.
func (s *Skill) holder(org *bot.Org, duty, place string) string {
	if duty == territoryDuty {
		return territory(org, place)
	}
	for _, up := range org.Path(place) {
		for _, unit := range append([]string{up}, org.Children(up)...) {
			if slices.Contains(s.duties[unit], duty) {
				return unit
			}
		}
	}
	return ""
}

// candidates ranks the units to which a dispatcher may give the case: its owner by the list, who would help, its territory, the level above.
func (s *Skill) candidates(org *bot.Org, c *Case, most int) []string {
	var units []string
	add := func(unit string) {
		if unit != "" && unit != c.Unit && !returned(c, unit) && !slices.Contains(units, unit) && mayHave(org, c.Category, c.where(), unit) && org.Unit(unit) != nil {
			units = append(units, unit)
		}
	}
	if u := org.InCharge(c.Category, c.where()); u != nil {
		add(u.ID)
	}
	for _, u := range s.assistants(org, c) {
		add(u)
	}
	if c.Category == "" || c.Category == Other {
		// What the words resemble says who might be meant.
		for _, like := range s.likeliest(c.Text, 3) {
			if u := org.InCharge(like.Code, c.where()); u != nil {
				add(u.ID)
			}
		}
	}
	// A department that the report or a return names is likely meant.
	said := c.Text
	for _, step := range c.History {
		if step.Event == Return {
			said += step.Why
		}
	}
	for _, up := range org.Path(c.where()) {
		for _, child := range org.Children(up) {
			if u := org.Unit(child); u.Level == "department" && u.Short != "" && strings.Contains(said, u.Short) {
				add(child)
			}
		}
	}
	home := territory(org, c.where())
	add(home)
	if u := org.Unit(home); u != nil {
		for _, child := range org.Children(home) {
			if org.Unit(child).Level != "grid" {
				add(child)
			}
		}
		add(u.Parent)
	}
	return units[:min(len(units), most)]
}
