package incidents

import (
	"math"
	"time"

	"linli/bot"
)

const (
	sameSpot  = 100.0 // metres within which two pins are one place
	surge     = 3     // joins within surgeTime that make a case more urgent
	surgeTime = 30 * time.Minute
)

// nearKey is the key under which an open case waits for its duplicates: its category in its community, or at its very spot.
func nearKey(org *bot.Org, code string, p Place, spot bool) string {
	key := code + "/" + territory(org, p.Unit)
	if spot {
		key += "/" + p.Spot
	}
	return key
}

// same reports whether two places of one community are certainly one: the same building, road or landmark, or two pins close together.
func same(a, b Place) bool {
	if a.Spot != "" && a.Spot == b.Spot {
		return true
	}
	return a.Lat != 0 && b.Lat != 0 && metres(a, b) <= sameSpot
}

func metres(a, b Place) float64 {
	const perDegree = 111_195
	x := (b.Lon - a.Lon) * math.Cos((a.Lat+b.Lat)/2*math.Pi/180)
	return math.Hypot(x, b.Lat-a.Lat) * perDegree
}

// surging reports whether many joined within a short time.
func (c *Case) surging(now time.Time) bool {
	n := 0
	for _, at := range c.Joined {
		if now.Sub(at) <= surgeTime {
			n++
		}
	}
	return n >= surge
}

// duplicate finds an open case of the same category at the same place, the newest of them, or nil.
func duplicate(t *bot.Turn, c *Case) (*Case, error) {
	if c.Category == "" || c.Place.Unit == "" || c.Secret || c.Category == wish {
		return nil, nil
	}
	if c.Place.Spot != "" {
		found, err := near(t, c, true, 1)
		if err != nil || len(found) > 0 {
			return first(found), err
		}
	}
	if c.Place.Lat == 0 {
		return nil, nil
	}
	found, err := near(t, c, false, 100)
	return first(found), err
}

// resembling finds an open case at the draft's place whose category is one that the draft's words resemble.
func (s *Skill) resembling(t *bot.Turn, c *Case) (*Case, error) {
	for _, k := range s.likeliest(c.Text, 3) {
		like := *c
		like.Category, like.Secret = k.Code, k.Secret
		other, err := duplicate(t, &like)
		if other != nil || err != nil {
			return other, err
		}
	}
	return nil, nil
}

func first(cases []*Case) *Case {
	if len(cases) == 0 {
		return nil
	}
	return cases[0]
}

// near returns the newest open cases under the key that are certainly at the case's place.
func near(t *bot.Turn, c *Case, spot bool, most int) ([]*Case, error) {
	page, err := t.Find(bot.Query{Kind: KindCase, Keys: []string{"near=" + nearKey(t.Org, c.Category, c.Place, spot)}, Newest: true, Limit: most + 1})
	if err != nil {
		return nil, err
	}
	cases, err := decode(page.Records)
	if err != nil {
		return nil, err
	}
	var found []*Case
	for _, other := range cases {
		if other.ID != c.ID && same(other.Place, c.Place) {
			found = append(found, other)
		}
	}
	return found, nil
}
