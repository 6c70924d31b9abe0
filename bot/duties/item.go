package duties

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
)

// The records.
const (
	KindItem = "duty"      // Item; keys unit=, state=, list=
	KindStep = "duty.step" // Step; key item=; written once and never again
)

// Item is a task of a list: a small item (小项) of a head (大项), or a key project (重点项目).
type Item struct {
	ID       string    `json:"id"`             // 3-2, 项目5; with the list's name before it if it has one: 党建/3-2
	List     string    `json:"list,omitempty"` // of several lists, which
	Project  bool      `json:"project,omitempty"`
	Head     int       `json:"head,omitempty"`
	N        int       `json:"n"`
	Topic    string    `json:"topic,omitempty"` // of the head; of a project its type: 领跑创新, 巩固强基, 追赶提升
	Title    string    `json:"title"`
	Unit     string    `json:"unit"`
	With     string    `json:"with,omitempty"`   // cooperating units, as they stand in the list
	Leader   string    `json:"leader,omitempty"` // of a project
	Due      time.Time `json:"due,omitzero"`     // the day; zero: 长期
	Note     string    `json:"note,omitempty"`
	Source   string    `json:"source,omitempty"`
	Sample   bool      `json:"sample,omitempty"`
	State    State     `json:"state"`
	Percent  int       `json:"percent"`
	Before   int       `json:"before,omitempty"`   // the progress before it was reported as done, which counts again if that is sent back
	Told     Stage     `json:"told,omitempty"`     // how far its unit has been reminded
	Raised   int       `json:"raised,omitempty"`   // how many levels up its being late has gone
	RaisedOn time.Time `json:"raised_on,omitzero"` // when it last went up
	Steps    int       `json:"steps,omitempty"`    // how many steps its history has
}

// State is where an item stands.
type State string

// The states of an item.
const (
	Open     State = "open"
	Reported State = "reported" // its unit says that it is done; the level above has not looked yet
	Done     State = "done"     // the level above has confirmed it
	Gone     State = "gone"     // it no longer stands in the list; its history stays
)

// StateName is shown to who watches.
func (it *Item) StateName() string { return fmt.Sprintf("%s %d%%", it.State, it.Percent) }

// Step is something that happened to an item.
type Step struct {
	Item  string           `json:"item"`
	N     int              `json:"n"`
	At    time.Time        `json:"at"`
	Who   string           `json:"who"`
	By    string           `json:"by,omitempty"` // the person's ID
	What  string           `json:"what"`         // progress, reported, confirmed, returned, raised, list, evidence
	From  string           `json:"from,omitempty"`
	To    string           `json:"to,omitempty"`
	Why   string           `json:"why,omitempty"`
	Files []bot.Attachment `json:"files,omitempty"`
}

func (it *Item) keys() []string {
	keys := []string{"unit=" + it.Unit, "state=" + string(it.State)}
	if it.List != "" {
		keys = append(keys, "list="+it.List)
	}
	return keys
}

func (s *Step) id() string { return fmt.Sprintf("%s/%06d", s.Item, s.N) }

func (s *Step) keys() []string {
	keys := []string{"item=" + s.Item}
	if s.By != "" {
		keys = append(keys, "by="+s.By)
	}
	return keys
}

// when orders items in the store: what has no deadline stands at the end.
func (it *Item) when() time.Time {
	if it.Due.IsZero() {
		return time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return it.Due
}

// Late reports whether the deadline's day has passed and the item isn't done.
func (it *Item) Late(now time.Time) bool {
	return it.State == Open && !it.Due.IsZero() && midnight(now).After(midnight(it.Due))
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// byNumber is the order of a list: by list, the heads first, then the projects.
func byNumber(a, b *Item) int {
	project := func(it *Item) int {
		if it.Project {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.List, b.List), project(a)-project(b), a.Head-b.Head, a.N-b.N)
}

// most is how many items are read; a deployment has one district's lists.
const most = 5000

// items returns the items that stand in a list, in its order.
func (s *Skill) items(t *bot.Turn, keys ...string) ([]*Item, error) {
	found, err := t.FindAll(bot.Query{Kind: KindItem, Keys: keys, Limit: 1000}, most)
	if err != nil {
		return nil, err
	}
	all := make([]*Item, 0, len(found))
	for _, r := range found {
		it := &Item{}
		if err := json.Unmarshal(r.Body, it); err != nil {
			return nil, err
		}
		if it.State != Gone {
			it.localise(t)
			all = append(all, it)
		}
	}
	slices.SortFunc(all, byNumber)
	return all, nil
}

func (it *Item) localise(t *bot.Turn) {
	it.Due, it.RaisedOn = local(t, it.Due), local(t, it.RaisedOn)
}

func local(t *bot.Turn, at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.In(t.Now.Location())
}

func (s *Skill) item(t *bot.Turn, id string) (*Item, error) {
	it := &Item{}
	known, err := t.Get(KindItem, id, it)
	if err != nil || !known || it.State == Gone {
		return nil, err
	}
	it.localise(t)
	return it, nil
}

// put writes the item and what happened to it. A step is a record that must not exist yet: history is only ever added to.
func (s *Skill) put(t *bot.Turn, it *Item, steps ...Step) error {
	for _, step := range steps {
		it.Steps++
		step.Item, step.N, step.At = it.ID, it.Steps, t.Now
		if step.Who == "" {
			step.Who, step.By = cmp.Or(t.Person.Name, t.Person.ID), t.Person.ID
		}
		if err := t.Put(KindStep, step.id(), step, t.Now, step.keys()...); err != nil {
			return err
		}
	}
	return t.Put(KindItem, it.ID, it, it.when(), it.keys()...)
}

// history returns the item's steps, oldest first.
func (s *Skill) history(t *bot.Turn, id string) ([]Step, error) {
	found, err := t.FindAll(bot.Query{Kind: KindStep, Keys: []string{"item=" + id}}, 1000)
	if err != nil {
		return nil, err
	}
	steps := make([]Step, len(found))
	for i, r := range found {
		if err := json.Unmarshal(r.Body, &steps[i]); err != nil {
			return nil, err
		}
		steps[i].At = local(t, steps[i].At)
	}
	slices.SortFunc(steps, func(a, b Step) int { return a.N - b.N })
	return steps, nil
}

const digits = `([0-9]{1,3}|[一二三四五六七八九十]{1,3})`

var (
	headAndItem = regexp.MustCompile(`第?` + digits + `\s*(?:个)?大项\s*(?:的|中|里|[,，、])?\s*第?` + digits + `\s*(?:个)?(?:小项|项|条)`)
	dashNumber  = regexp.MustCompile(`(?:^|[^0-9-])([0-9]{1,2})\s*[-—–－]\s*([0-9]{1,2})(?:[^0-9月-]|$)`)
	projectNo   = regexp.MustCompile(`(?:重点项目|^项目|[,,。\s]项目)\s*第?` + digits + `(?:号|个|项)?(?:[^张份批期类大年月0-9]|$)|第` + digits + `(?:个|项)?重点项目`)
	headOnly    = regexp.MustCompile(`第` + digits + `\s*(?:个)?大项`)
)

// numberIn returns the number of the item that the words name, as its ID without the list: "3-2", "项目5"; of a whole head "3-".
func numberIn(text string) string {
	if !strings.ContainsAny(text, "项-—–－") {
		return ""
	}
	if m := headAndItem.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%d-%d", number(m[1]), number(m[2]))
	}
	if m := projectNo.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("项目%d", number(m[1]+m[2]))
	}
	if m := dashNumber.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%d-%d", number(m[1]), number(m[2]))
	}
	if m := headOnly.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%d-", number(m[1]))
	}
	return ""
}

// number reads 12 or 十二; 0 if it is neither.
func number(text string) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	const ones = "一二三四五六七八九"
	one := func(s string) int {
		if s == "" {
			return 0
		}
		return strings.Index(ones, s)/len("一") + 1
	}
	tens, unit, ten := strings.Cut(text, "十")
	if !ten {
		return one(text)
	}
	if tens == "" {
		return 10 + one(unit)
	}
	return 10*one(tens) + one(unit)
}

// bare is the item's number without its list.
func (it *Item) bare() string {
	if it.Project {
		return fmt.Sprintf("项目%d", it.N)
	}
	return fmt.Sprintf("%d-%d", it.Head, it.N)
}
