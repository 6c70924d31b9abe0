package incidents

import (
	"slices"

	"linli/bot"
)

// onDuty are the roles that are told of a unit's cases.
var onDuty = []bot.Role{bot.Secretary, bot.Street, bot.Admin}

// nameHandlers chooses anew who sees a confidential case: those on duty at the unit in charge, in the territory and at the units that help; if none of
// them can be reached, those at the nearest level above that can. An alarm stays with the levels above that it was taken to.
// Whoever had the case before it moved, and isn't among these, sees it no more.
func (s *Skill) nameHandlers(t *bot.Turn, c *Case) error {
	if !c.Secret {
		return nil
	}
	c.Handlers = nil
	home := territory(t.Org, c.where())
	units := append([]string{c.Unit, home}, c.Assist...)
	if c.State == Alarm {
		units = append(units, c.Escalated...)
	}
	heard := false
	for _, unit := range units {
		reached, err := s.addHandlers(t, c, unit)
		if err != nil {
			return err
		}
		heard = heard || reached
	}
	for _, unit := range t.Org.Path(home) {
		if heard {
			break
		}
		var err error
		if heard, err = s.addHandlers(t, c, unit); err != nil {
			return err
		}
	}
	return nil
}

// addHandlers lets those on duty at a unit see a confidential case, and reports whether any of them can be reached.
func (s *Skill) addHandlers(t *bot.Turn, c *Case, unit string) (reached bool, err error) {
	if !c.Secret {
		return false, nil
	}
	people, err := t.People(unit, onDuty...)
	for _, p := range people {
		reached = reached || p.Chat.ID != "" && !p.Chat.Group
		if !slices.Contains(c.Handlers, p.ID) {
			c.Handlers = append(c.Handlers, p.ID)
		}
	}
	return reached, err
}
