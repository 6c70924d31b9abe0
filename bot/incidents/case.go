package incidents

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/intents/place"
)

// KindCase is the kind of record that keeps a Case. Its time is when it was reported; its keys are those of Case.Keys.
const KindCase = "case"

// Case is a matter: from the message that reported it to the answer of whoever reported it.
type Case struct {
	ID        string     `json:"id"`
	Number    string     `json:"number,omitempty"` // what people call it: 马鞍山1123-05; a draft has none
	State     State      `json:"state"`
	Category  string     `json:"category,omitempty"` // a code of the table; "": nobody knows yet
	Text      string     `json:"text"`               // what was reported, and what was added
	Place     Place      `json:"place,omitzero"`
	Home      string     `json:"home,omitempty"`    // where it was reported: stands for the place while that isn't known
	Severity  int        `json:"severity"`          // 1 emergency … 4
	Urgent    string     `json:"urgent,omitempty"`  // the number to call: 110, 119, 120
	Secret    bool       `json:"secret,omitempty"`  // confidential: its handlers alone see it
	Unit      string     `json:"unit"`              // in charge; never empty
	First     string     `json:"first,omitempty"`   // 首接: the first that was in charge
	Contact   string     `json:"contact,omitempty"` // speaks for a unit in charge that nobody hears
	Unheard   bool       `json:"unheard,omitempty"` // nobody could be told yet
	Assist    []string   `json:"assist,omitempty"`  // 协办
	Handler   Someone    `json:"handler,omitzero"`  // who signed for it
	Handlers  []string   `json:"handlers,omitempty"`
	Reporters []Reporter `json:"reporters,omitempty"`
	Files     []File     `json:"files,omitempty"`
	Result    string     `json:"result,omitempty"`

	Reported  time.Time   `json:"reported"`
	Due       Deadline    `json:"due,omitzero"`
	Warned    bool        `json:"warned,omitempty"`
	Overdue   bool        `json:"overdue,omitempty"`
	Escalated []string    `json:"escalated,omitempty"` // units that were told, one level up after the other
	Extension *Extension  `json:"extension,omitempty"`
	Contacted time.Time   `json:"contacted,omitzero"`
	Closed    time.Time   `json:"closed,omitzero"`
	Reopened  int         `json:"reopened,omitempty"`
	Joined    []time.Time `json:"joined,omitempty"` // when others joined
	Mediation *Mediation  `json:"mediation,omitempty"`
	Apart     bool        `json:"apart,omitempty"`  // its reporter said that it is not the case that it resembles
	Into      string      `json:"into,omitempty"`   // the case that this one was merged into
	Merged    []string    `json:"merged,omitempty"` // the cases that were merged into this one
	Counted   *Count      `json:"counted,omitempty"`

	History []Step `json:"history"`
}

// Place is where it is.
type Place struct {
	Words string  `json:"words,omitempty"` // as the reporter said it
	Unit  string  `json:"unit,omitempty"`  // the finest unit that it resolves to
	Spot  string  `json:"spot,omitempty"`  // the building, the road, the landmark: what makes two places the same
	Lat   float64 `json:"lat,omitempty"`
	Lon   float64 `json:"lon,omitempty"`
	// Answers is how often the reporter has answered where: nobody is asked the same twice.
	Answers int `json:"answers,omitempty"`
}

// Someone is a person as the history names them.
type Someone struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Reporter is somebody who reported the case or joined it.
type Reporter struct {
	Person    string    `json:"person"`
	Name      string    `json:"name,omitempty"`
	Chat      bot.Chat  `json:"chat,omitzero"`
	Behalf    string    `json:"behalf,omitempty"` // 代报: for whom
	Anonymous bool      `json:"anonymous,omitempty"`
	At        time.Time `json:"at"`
	Asked     int       `json:"asked,omitempty"` // how often the reporter was asked to confirm
	Rating    *Rating   `json:"rating,omitempty"`
}

// Rating is what a reporter says of the end: yes, no or nothing.
type Rating struct {
	Contacted *bool     `json:"contacted,omitempty"`
	Solved    *bool     `json:"solved,omitempty"`
	Satisfied *bool     `json:"satisfied,omitempty"`
	At        time.Time `json:"at"`
}

// File is a photo or a recording that belongs to the case.
type File struct {
	bot.Attachment
	By    Someone   `json:"by"`
	At    time.Time `json:"at"`
	After bool      `json:"after,omitempty"` // shows it when it was done
}

// Extension is a request for more time.
type Extension struct {
	By    Someone   `json:"by"`
	Until time.Time `json:"until"`
	Why   string    `json:"why"`
	At    time.Time `json:"at"`
}

// Mediation is a dispute's: the promise to be there, and what came of it.
type Mediation struct {
	Asked   time.Time `json:"asked"`
	Promise time.Time `json:"promise"`
	Arrived time.Time `json:"arrived,omitzero"`
	Told    bool      `json:"told,omitempty"` // that the promise was missed
}

// Step is one change in the history of a case. Steps are only ever added.
type Step struct {
	At    time.Time `json:"at"`
	By    Someone   `json:"by,omitzero"` // nobody: Linli itself
	As    Actor     `json:"as"`
	Event Event     `json:"event"`
	From  State     `json:"from"`
	To    State     `json:"to"`
	Unit  string    `json:"unit,omitempty"` // in charge after it
	Why   string    `json:"why,omitempty"`
}

// StateName is shown to who watches the turns.
func (c *Case) StateName() string { return string(c.State) }

// Open reports whether somebody still has to do something about it.
func (c *Case) Open() bool { return c.State.open() }

// ended reports whether the case has come to its end.
func (c *Case) ended() bool { return c.State == Archived || c.State == Withdrawn || c.State == Merged }

// where is the unit of the place, as near as it is known.
func (c *Case) where() string { return cmp.Or(c.Place.Unit, c.Home, c.Unit) }

// Reporter returns the person's entry among the reporters, or nil.
func (c *Case) Reporter(person string) *Reporter {
	for i := range c.Reporters {
		if c.Reporters[i].Person == person {
			return &c.Reporters[i]
		}
	}
	return nil
}

// last returns the last step with the event, or nil.
func (c *Case) last(e Event) *Step {
	for i := len(c.History) - 1; i >= 0; i-- {
		if c.History[i].Event == e {
			return &c.History[i]
		}
	}
	return nil
}

// lane is the part of the board on which an open case stands.
func (c *Case) lane() string {
	switch {
	case c.State == Alarm:
		return "alarm"
	case c.Overdue:
		return "late"
	case c.Warned:
		return "soon"
	case c.State == Accepted || c.State == Returned:
		return "assign"
	case c.State == Dispatched:
		return "new"
	}
	return "doing"
}

// lanes are the parts of the board, in the order in which they are shown.
var lanes = []string{"alarm", "late", "soon", "assign", "new", "doing"}

// Keys are the keys of the case's record: by number, by reporter, by the units that see it, by what makes it a duplicate. A confidential
// case is on no board and near nothing; its handlers find it by their own key.
func (c *Case) Keys(org *bot.Org) []string {
	var keys []string
	add := func(parts ...string) {
		if key := strings.Join(parts, ""); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, r := range c.Reporters {
		add("by=", r.Person)
	}
	if c.Number == "" {
		return keys
	}
	add("number=", c.Number)
	if c.Secret {
		for _, h := range c.Handlers {
			add("for=", h)
			if c.Open() {
				add("open-for=", h)
			}
		}
		return keys
	}
	for _, unit := range slices.Concat(org.Path(c.Unit), org.Path(c.where()), org.Path(c.Contact), c.Assist) {
		add("in=", unit)
		if !c.Open() {
			continue
		}
		add("open=", unit, "/", c.lane())
		if u := org.Unit(unit); u.Level != "city" && u.Level != "district" { // up there nobody says "number 5"
			add("open=", unit)
			add("open=", unit, "/", ordinal(c.Number))
		}
	}
	if c.Open() && c.Category != "" && c.Place.Unit != "" {
		add("near=", nearKey(org, c.Category, c.Place, false))
		if c.Place.Spot != "" {
			add("near=", nearKey(org, c.Category, c.Place, true))
		}
	}
	return keys
}

// territory returns the unit of the place that answers for what no department owns: its community, or what stands for one.
func territory(org *bot.Org, unit string) string {
	if u := org.Ancestor(unit, "community"); u != nil {
		return u.ID
	}
	if u := org.Unit(unit); u != nil && u.Level == "department" {
		return u.Parent
	}
	return unit
}

// spot names what makes two places the same: the building, else the landmark, else the road.
func spot(p place.Parts) string {
	switch {
	case p.Building != "":
		return strings.TrimSpace(p.Estate + " " + p.Building)
	case p.Landmark != "":
		return p.Landmark
	case p.Road != "":
		return p.Road + p.Number + p.Section + p.Crossing
	}
	return p.Estate
}
