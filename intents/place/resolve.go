package place

import "slices"

// candidates resolves the tokens of one place to units: the finest that all names agree on.
func (g *Gazetteer) candidates(tokens []token, p *Parts) []string {
	if g == nil {
		return nil
	}
	var found []int32
	for i := range tokens {
		switch t := &tokens[i]; {
		case t.kind == gridToken && t.name == nil:
			found = g.grids(found, t.value)
		case t.name == nil:
		case t.coarse && t.short && i+1 < len(tokens) && tokens[i+1].kind == relationToken:
			// 昌江边 is the river's bank, not the district's.
		default:
			found = g.agree(found, g.inRange(t, p))
		}
	}
	return g.ids(g.finer(found, p))
}

// inRange keeps of the units in which an estate or a road lies those whose part of it has the building or the number.
func (g *Gazetteer) inRange(t *token, p *Parts) []int32 {
	ids := t.name.ids
	if len(ids) < 2 || t.kind != estateToken && t.kind != roadToken {
		return ids
	}
	number := p.Building
	if t.kind == roadToken {
		number = p.Number
	}
	kept := slices.DeleteFunc(slices.Clone(ids), func(id int32) bool {
		return !slices.ContainsFunc(g.units[id].Places, func(pl Place) bool { return pl.Name == t.name.text && covers(pl.Range, number) })
	})
	if len(kept) == 0 {
		kept = ids
	}
	// The grid in which it lies says more than the community that names it too.
	return slices.DeleteFunc(slices.Clone(kept), func(id int32) bool {
		return slices.ContainsFunc(kept, func(other int32) bool { return other != id && g.within(other, id) })
	})
}

// agree combines what two names say: the finer units of those that lie within one another, or, if the names contradict each other, both.
func (g *Gazetteer) agree(a, b []int32) []int32 {
	if len(a) == 0 {
		return b
	}
	var both []int32
	add := func(id int32) {
		if !slices.Contains(both, id) {
			both = append(both, id)
		}
	}
	for _, x := range a {
		for _, y := range b {
			switch {
			case g.within(y, x):
				add(y)
			case g.within(x, y):
				add(x)
			}
		}
	}
	if len(both) > 0 {
		return both
	}
	for _, id := range slices.Concat(a, b) {
		add(id)
	}
	return both
}

// grids are the grids of the number within the units.
func (g *Gazetteer) grids(units []int32, number string) []int32 {
	var found []int32
	for _, u := range units {
		for _, child := range g.below[u] {
			if c := &g.units[child]; c.Level == GridLevel && gridNumber(c.Name) == number {
				found = append(found, child)
			}
		}
	}
	if len(found) == 0 {
		return units
	}
	return found
}

// gridNumber is the number in a grid's name: 第三网格 → 3.
func gridNumber(called string) string {
	s := scanner{runes: []rune(called)}
	for i := range s.runes {
		if n, ok := s.numberAt(i); ok {
			return n.text
		}
	}
	return ""
}

// finer goes from communities to their grids where a building's number alone decides.
func (g *Gazetteer) finer(units []int32, p *Parts) []int32 {
	if p.Building == "" || p.Estate != "" {
		return units
	}
	var grids []int32
	for _, u := range units {
		grids = append(grids, g.gridsOf(u, p.Building)...)
	}
	if len(grids) == 0 {
		return units
	}
	return grids
}

// gridsOf are the community's grids that have a building of the number, first by number alone, else in any of their estates.
func (g *Gazetteer) gridsOf(community int32, building string) []int32 {
	if g.units[community].Level != Community {
		return nil
	}
	var plain, named []int32
	for _, child := range g.below[community] {
		for _, pl := range g.units[child].Places {
			switch {
			case pl.Range == "" || !covers(pl.Range, building) || pl.kind() == roadToken:
			case pl.Name == "" && !slices.Contains(plain, child):
				plain = append(plain, child)
			case pl.Name != "" && !slices.Contains(named, child):
				named = append(named, child)
			}
		}
	}
	if len(plain) > 0 {
		return plain
	}
	return named
}

func (g *Gazetteer) ids(units []int32) []string {
	if len(units) == 0 {
		return nil
	}
	ids := make([]string, len(units))
	for i, u := range units {
		ids[i] = g.units[u].ID
	}
	return ids
}

// Locate returns the candidates for the unit of a match that somebody made whose home is the given unit (empty: not known): 3栋楼下 is at home, and of
// several candidates those in the home unit, or in the smallest unit above it that has any, are meant.
func (g *Gazetteer) Locate(m Match, home string) []string {
	if g == nil {
		return nil
	}
	at, ok := g.byID[home]
	if !ok {
		return m.Units
	}
	if len(m.Units) == 0 {
		if m.Parts.Estate != "" && !m.Weak || m.Parts.Road != "" || m.Parts.Community != "" && !m.Weak {
			return nil // a name that isn't known may be anywhere
		}
		units := []int32{at}
		if parent, ok := g.byID[g.units[at].Parent]; ok && g.units[at].Level == GridLevel {
			if m.Parts.Building == "" && m.Parts.Grid == "" {
				return []string{home}
			}
			units = []int32{parent}
		}
		if m.Parts.Grid != "" {
			return g.ids(g.grids(units, m.Parts.Grid))
		}
		p := Parts{Building: m.Parts.Building}
		return g.ids(g.finer(units, &p))
	}
	for _, root := range g.Path(home) {
		near := slices.DeleteFunc(slices.Clone(m.Units), func(id string) bool { return !g.within(g.byID[id], g.byID[root]) })
		if len(near) > 0 {
			return near
		}
	}
	return m.Units
}
