package duties

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// scope is which items are asked for.
type scope struct {
	Unit     string
	Late     bool
	Open     bool
	Done     bool
	Reported bool
	Project  bool
	Each     bool // the items are asked for, not how many there are
	Topic    string
	From, To time.Time // of the deadline
	Words    string    // the time as it was said
}

// filtered reports whether anything but the unit narrows it.
func (c scope) filtered() bool {
	return c.Each || c.Late || c.Open || c.Done || c.Reported || c.Topic != "" || !c.From.IsZero()
}

func (c scope) has(t *bot.Turn, it *Item) bool {
	switch {
	case c.Unit != "" && !t.Org.Within(it.Unit, c.Unit), c.Project && !it.Project, c.Topic != "" && it.Topic != c.Topic:
		return false
	case c.Late && !it.Late(t.Now), c.Open && it.State != Open, c.Done && it.State != Done, c.Reported && it.State != Reported:
		return false
	case !c.From.IsZero() && (it.Due.IsZero() || it.Due.Before(c.From) || !it.Due.Before(c.To)):
		return false
	}
	return true
}

var (
	lateWords     = regexp.MustCompile(`逾期|超期|过期|超时|拖期|误期`)
	openWords     = regexp.MustCompile(`(?:没|未|没有|尚未)(?:完成|做完|办完|办结|落实)|进行中|在办`)
	doneWords     = regexp.MustCompile(`(?:已经?|都)(?:完成|做完|办完|办结)|(?:完成|做完|办完|办结)了(?:的|哪些|多少)`)
	eachWords     = regexp.MustCompile(`哪些|哪几|列出|什么任务|都是什么`)
	reportedWords = regexp.MustCompile(`待确认|等确认|要我确认`)
	mineWords     = regexp.MustCompile(`我们?单位|本单位|我们?(?:社区|街道|局|所)|我们|本(?:社区|街道|局)|^我(?:有|的|负责|要)|我负责`)
	whoWords      = regexp.MustCompile(`谁|哪个(?:单位|部门|领导)|(?:责任|牵头|配合)单位|什么单位`)
	howFar        = regexp.MustCompile(`进展|进度`)
	filler        = regexp.MustCompile(`责任清单|清单|重点项目|请问|查一下|查询|看看|看一下|列出|帮我|现在|目前|我们?单位|本单位|谁(?:在)?(?:负责|牵头|管|落实)?|哪个(?:单位|部门|领导)|什么单位|(?:责任|牵头|配合)单位|负责|牵头|这项|这个|这件事|工作|任务|项目|的|是|由|归|呢|吗|啊|了|一下|怎么样|进展|进度|情况|历史|记录|经过|到哪了|做到|做得|到|百分之[一二三四五六七八九十百零]+|[0-9]{1,4}\s*%|[一二三四五六七八九]成|一半|已经|已|全部|都|完成|做完|办完|办结|落实|搞好|搞定|确认|退回|[\s,，。?？!！:：、]`)
)

// list answers what is asked of the lists: one item, a unit's, a month's, what is late, or all at a glance.
func (s *Skill) list(t *bot.Turn) error {
	text := t.Text()
	all, err := s.items(t)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.Say(s.say("empty", nil))
		return nil
	}
	if n := numberIn(text); n != "" {
		return s.byNumber(t, all, n, historical.MatchString(text))
	}
	c := s.scopeOf(t, all, text)
	if whoWords.MatchString(text) || !(c.filtered() || c.Project || c.Unit != "") {
		if words := filler.ReplaceAllString(text, ""); len([]rune(words)) > 1 {
			return s.byWords(t, all, words, historical.MatchString(text))
		}
	}
	return s.showScope(t, all, c)
}

// scopeOf reads which items the words mean.
func (s *Skill) scopeOf(t *bot.Turn, all []*Item, text string) scope {
	c := scope{
		Late: lateWords.MatchString(text), Open: openWords.MatchString(text), Reported: reportedWords.MatchString(text), Project: strings.Contains(text, "重点项目"),
	}
	c.Each = eachWords.MatchString(text)
	c.Done = !c.Open && doneWords.MatchString(text)
	for _, topic := range []string{"领跑创新", "巩固强基", "追赶提升"} {
		if strings.Contains(text, topic) {
			c.Topic = topic
		}
	}
	for _, m := range t.Understood.Times {
		if !c.Late && (!m.Start.IsZero() || m.Stop.After(t.Now)) {
			c.From, c.To, c.Words = midnight(m.Start), m.Stop, m.Text
			if m.Start.IsZero() {
				c.From = midnight(t.Now) // 12月20日前: from now on
			}
			if !c.To.After(c.From) {
				c.To = c.From.AddDate(0, 0, 1)
			}
			break
		}
	}
	if c.From.IsZero() && strings.Contains(text, "到期") && !c.Late {
		c.From, c.To, c.Words = midnight(t.Now), midnight(t.Now).AddDate(0, 0, 31), s.say("soon", nil)
	}
	if u := unitIn(t.Org, text); u != "" {
		c.Unit = u
	} else if mineWords.MatchString(text) {
		c.Unit = s.own(t, all)
	}
	return c
}

// own is the person's unit, or the nearest above it that has anything in the lists.
func (s *Skill) own(t *bot.Turn, all []*Item) string {
	unit := t.Unit
	if len(t.Person.Grants) > 0 && !t.Message.Chat.Group {
		unit = t.Person.Grants[0].Unit
	}
	for _, id := range t.Org.Path(unit) {
		if slices.ContainsFunc(all, func(it *Item) bool { return t.Org.Within(it.Unit, id) }) {
			return id
		}
	}
	return unit
}

// unitIn returns the unit that the words name: the longest name that stands in them; "" if none does. 区住建局 is found by its short name, too.
func unitIn(org *bot.Org, text string) string {
	best, length := "", 0
	for _, u := range org.Units() {
		for _, n := range []string{u.Name, u.Short + "局", u.Short + "社区", u.Short + "街道", u.Short + "所", u.Short + "办"} {
			if len(n) > length && len([]rune(n)) > 2 && strings.Contains(text, n) {
				best, length = u.ID, len(n)
			}
		}
	}
	return best
}

// rows is how many items one message shows.
const rows = 10

func (s *Skill) showScope(t *bot.Turn, all []*Item, c scope) error {
	found := slices.DeleteFunc(slices.Clone(all), func(it *Item) bool { return !c.has(t, it) })
	if !c.filtered() {
		return s.overview(t, found, c)
	}
	if !c.From.IsZero() || c.Late {
		slices.SortStableFunc(found, func(a, b *Item) int { return a.Due.Compare(b.Due) })
	}
	t.Reply(bot.Reply{Text: s.say("list", s.table(t, found, c)), Sources: sources(found)})
	return nil
}

// table is what the text of a list is made of.
func (s *Skill) table(t *bot.Turn, found []*Item, c scope) map[string]any {
	lines := make([]string, 0, rows)
	for _, it := range found[:min(len(found), rows)] {
		lines = append(lines, s.line(t, it))
	}
	unit := ""
	if c.Unit != "" {
		unit = t.Org.Name(c.Unit)
	}
	return map[string]any{"Unit": unit, "C": c, "N": len(found), "Lines": lines, "More": len(found) - len(lines)}
}

// line is an item on one line.
func (s *Skill) line(t *bot.Turn, it *Item) string {
	return s.say("line", map[string]any{"I": it, "Unit": t.Org.Name(it.Unit), "Late": it.Late(t.Now), "Year": t.Now.Year()})
}

// overview counts, and shows what is late.
func (s *Skill) overview(t *bot.Turn, found []*Item, c scope) error {
	counts := map[string]int{"items": 0, "projects": 0, string(Open): 0, string(Reported): 0, string(Done): 0}
	heads := map[string]bool{}
	var late []*Item
	for _, it := range found {
		counts[string(it.State)]++
		if it.Project {
			counts["projects"]++
		} else {
			counts["items"]++
			heads[fmt.Sprint(it.List, "/", it.Head)] = true
		}
		if it.Late(t.Now) {
			late = append(late, it)
		}
	}
	data := s.table(t, late, c)
	data["Counts"], data["Heads"], data["All"] = counts, len(heads), len(found)
	r := bot.Reply{Text: s.say("overview", data), Sources: sources(found)}
	r.Choices = []bot.Choice{s.choice("late", "late", c.Unit)}
	if t.Person.Staff() && c.Unit == "" {
		r.Choices = append(r.Choices, s.choice("mine", "mine", ""))
	}
	t.Reply(r)
	return nil
}

func (s *Skill) listLate(t *bot.Turn, unit string) error {
	all, err := s.items(t)
	if err != nil {
		return err
	}
	return s.showScope(t, all, scope{Unit: unit, Late: true})
}

func (s *Skill) listMine(t *bot.Turn, _ string) error {
	all, err := s.items(t)
	if err != nil {
		return err
	}
	return s.showScope(t, all, scope{Unit: s.own(t, all), Open: true})
}

// byNumber shows the item of the number, or the items of a head.
func (s *Skill) byNumber(t *bot.Turn, all []*Item, n string, history bool) error {
	found := withNumber(all, n)
	if len(found) == 0 {
		t.Say(s.say("nosuch", n))
		return nil
	}
	if strings.HasSuffix(n, "-") {
		t.Reply(bot.Reply{Text: s.say("list", s.table(t, found, scope{})), Sources: sources(found)})
		return nil
	}
	return s.showOne(t, found, history)
}

func withNumber(all []*Item, n string) []*Item {
	return slices.DeleteFunc(slices.Clone(all), func(it *Item) bool {
		return it.bare() != n && !(strings.HasSuffix(n, "-") && strings.HasPrefix(it.bare(), n))
	})
}

// byWords shows the items that the words mean.
func (s *Skill) byWords(t *bot.Turn, all []*Item, words string, history bool) error {
	found := search(all, words)
	if len(found) == 0 {
		t.Say(s.say("notfound", words))
		return nil
	}
	return s.showOne(t, found, history)
}

// showOne shows the only item, or asks which.
func (s *Skill) showOne(t *bot.Turn, found []*Item, history bool) error {
	verb, act := "show", s.show
	if history {
		verb, act = "history", s.showHistory
	}
	if len(found) == 1 {
		return act(t, found[0].ID)
	}
	s.ask(t, found, verb, "")
	return nil
}

// asksWho reports whether the words ask who is responsible for something, or how far it is, that is certainly one of the items: they name at least half of its title, and
// say little else. A word that a title shares with a complaint (路灯) is not enough.
func (s *Skill) asksWho(t *bot.Turn, text string) (bool, error) {
	if !whoWords.MatchString(text) && !howFar.MatchString(text) || otherwise.MatchString(t.Understood.Intent) {
		return false, nil
	}
	words := filler.ReplaceAllString(text, "")
	said := pairs(words)
	if len(said) < 3 {
		return false, nil
	}
	all, err := s.items(t)
	if err != nil {
		return false, err
	}
	for _, it := range search(all, words) {
		title, shared := pairs(it.Title), 0
		for p := range said {
			if title[p] {
				shared++
			}
		}
		if 2*shared >= len(title) && 4*shared >= 3*len(said) {
			return true, nil
		}
	}
	return false, nil
}

// ask asks which of the items is meant.
func (s *Skill) ask(t *bot.Turn, found []*Item, verb, more string) {
	var choices []bot.Choice
	for _, it := range found[:min(len(found), 4)] {
		choices = append(choices, bot.NewChoice(it.ID+" "+short(it.Title, 16), name, verb, it.ID+more))
	}
	t.Say(s.say("which", nil), choices...)
}

// show shows an item whole.
func (s *Skill) show(t *bot.Turn, id string) error {
	it, err := s.item(t, id)
	if err != nil {
		return err
	}
	if it == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	r := bot.Reply{Text: s.say("item", map[string]any{"I": it, "Unit": t.Org.Name(it.Unit), "Late": it.Late(t.Now), "Days": days(it.Due, t.Now), "Up": t.Org.Name(above(t, it.Unit))}), Sources: sources([]*Item{it})}
	r.Choices = append(r.Choices, s.choice("history", "history", it.ID))
	switch {
	case it.State == Reported && s.mayConfirm(t, it):
		r.Choices = append(r.Choices, s.choice("confirm", "confirm", it.ID), s.choice("return", "return", it.ID))
	case it.State == Open && t.Allowed(bot.ReportProgress, it.Unit):
		r.Choices = append(r.Choices, s.choice("update", "update", it.ID))
	}
	t.Reply(r)
	return nil
}

// showHistory shows what happened to an item.
func (s *Skill) showHistory(t *bot.Turn, id string) error {
	it, err := s.item(t, id)
	if err != nil {
		return err
	}
	if it == nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	steps, err := s.history(t, id)
	if err != nil {
		return err
	}
	if !t.Person.Staff() { // who reported is for those who work with it
		for i := range steps {
			steps[i].Who = ""
		}
	}
	left := max(0, len(steps)-15)
	t.Say(s.say("history", map[string]any{"I": it, "Steps": steps[left:], "Left": left}))
	return nil
}

// days is how many days the deadline is over.
func days(due, now time.Time) int {
	return int(midnight(now).Sub(midnight(due)).Hours() / 24)
}

// sources are where the items are from, each once.
func sources(found []*Item) []bot.Source {
	var all []bot.Source
	for _, it := range found {
		source := bot.Source{Title: it.Source, Sample: it.Sample}
		if source.Title == "" {
			source.Title = "责任清单"
		}
		if !slices.Contains(all, source) && len(all) < 3 {
			all = append(all, source)
		}
	}
	return all
}

// short cuts a text to so many characters.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
