package meetings

import (
	"regexp"
	"strconv"
	"strings"

	"linli/bot"
)

// Count is what was counted at a vote. What nobody said is zero.
type Count struct {
	Owners  bool // by area and number, not by heads alone
	Special bool // one of the matters that need three quarters

	All, Present, Agree             int     // people, or owners
	AllArea, PresentArea, AgreeArea float64 // square metres
}

// Result is what follows from a count.
type Result struct {
	Enough bool         // as many took part as must
	Passed bool         // and as many agreed
	Steps  []Comparison // how that was computed, in order
}

// Comparison is one comparison of the computation.
type Comparison struct {
	What string  // "present", "agree", "present.number", "present.area", "agree.number", "agree.area"
	Part float64 // so many
	Of   float64 // of so many
	Need string  // "half": more than half; "two thirds", "three quarters": at least that
	OK   bool
}

// half, twoThirds and threeQuarters compare without rounding.
func moreThanHalf(part, of float64) bool  { return of > 0 && 2*part > of }
func twoThirds(part, of float64) bool     { return of > 0 && 3*part >= 2*of }
func threeQuarters(part, of float64) bool { return of > 0 && 4*part >= 3*of }

// Decide computes the result. A residents' meeting is valid with more than half of the residents, and decides with more than half of those
// present. Owners vote by area and by number: two thirds of both take part; more than half of those who take part agree, by both, or three
// quarters for special matters.
func (c Count) Decide() Result {
	var r Result
	step := func(what string, part, of float64, need string) bool {
		ok := map[string]func(float64, float64) bool{"half": moreThanHalf, "two thirds": twoThirds, "three quarters": threeQuarters}[need](part, of)
		r.Steps = append(r.Steps, Comparison{what, part, of, need, ok})
		return ok
	}
	if !c.Owners {
		r.Enough = step("present", float64(c.Present), float64(c.All), "half")
		if r.Enough {
			r.Passed = step("agree", float64(c.Agree), float64(c.Present), "half")
		}
		return r
	}
	number := step("present.number", float64(c.Present), float64(c.All), "two thirds")
	area := step("present.area", c.PresentArea, c.AllArea, "two thirds")
	r.Enough = number && area
	if !r.Enough {
		return r
	}
	need := "half"
	if c.Special {
		need = "three quarters"
	}
	number = step("agree.number", float64(c.Agree), float64(c.Present), need)
	area = step("agree.area", c.AgreeArea, c.PresentArea, need)
	r.Passed = number && area
	return r
}

const quantity = `\s*[:：是为有了]*\s*([0-9]+(?:\.[0-9]+)?)\s*(万)?\s*(平方米|平米|㎡|平方|平|[人户名票个])?`

// numbersOf are the words before a number, and what it counts. The unit behind it tells people from square metres.
var numbersOf = []struct {
	what  string
	words *regexp.Regexp
}{
	{"all", regexp.MustCompile(`(?:应到|应参加|应出席|总人数|总户数|总面积|全体|共有|一共|总共|总数|业主总数|专有部分总面积|本社区)[^0-9,，。;；]{0,8}` + quantity)},
	{"present", regexp.MustCompile(`(?:^|[^应])(?:实到|到会|出席|到场|参与|参加表决|参加|投票|实际到)[^0-9,，。;；]{0,8}` + quantity)},
	{"agree", regexp.MustCompile(`(?:同意|赞成|赞同)[^0-9,，。;；]{0,8}` + quantity)},
}

// agreeAfter is a number before its word: 26人同意.
var agreeAfter = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)\s*(万)?\s*(平方米|平米|㎡|平方|平|[人户名票个])?\s*(?:表示)?(?:同意|赞成|赞同)`)

// followOn is a second number of the same thing: 参与220户、21500平方米.
var followOn = regexp.MustCompile(`^\s*[、和,，及(（]?\s*(?:面积)?` + quantity)

var (
	ownersWords  = regexp.MustCompile(`业主|平方米|平米|㎡|面积`)
	specialWords = regexp.MustCompile(`特别事项|特殊事项|特别决议|四分之三|3/4|筹集维修资金|使用维修资金.{0,4}筹集|改建|重建|共有部分.{0,6}(?:用途|经营)|改变.{0,6}用途|从事经营`)
)

// readVote reads the numbers of a vote. It reports false if the text has not enough of them to be one.
func readVote(text string) (Count, bool) {
	c := Count{Owners: ownersWords.MatchString(text), Special: specialWords.MatchString(text)}
	found := 0
	for _, n := range numbersOf {
		for _, at := range n.words.FindAllStringSubmatchIndex(text, -1) {
			found++
			c.set(n.what, text, at)
			if more := followOn.FindStringSubmatchIndex(text[at[1]:]); more != nil {
				c.set(n.what, text[at[1]:], more)
			}
		}
	}
	if c.Agree == 0 {
		for _, at := range agreeAfter.FindAllStringSubmatchIndex(text, -1) {
			found++
			c.set("agree", text, at)
		}
	}
	return c, found >= 3 && c.All > 0
}

func (c *Count) set(what, text string, at []int) {
	value, err := strconv.ParseFloat(text[at[2]:at[3]], 64)
	if err != nil {
		return
	}
	if at[4] >= 0 {
		value *= 10_000
	}
	unit := ""
	if at[6] >= 0 {
		unit = text[at[6]:at[7]]
	}
	area := strings.ContainsAny(unit, "平㎡") || strings.Contains(text[at[0]:at[2]], "面积")
	number, square := map[string]*int{"all": &c.All, "present": &c.Present, "agree": &c.Agree}[what], map[string]*float64{"all": &c.AllArea, "present": &c.PresentArea, "agree": &c.AgreeArea}[what]
	switch {
	case area && *square == 0:
		*square = value
	case !area && *number == 0:
		*number = int(value)
	}
}

// wrong says what cannot be in a count: more agree than are there, a number that is missing; "" if nothing is.
func (c Count) wrong() string {
	switch {
	case c.All == 0 || c.Present == 0:
		return "missing"
	case c.Owners && (c.AllArea == 0 || c.PresentArea == 0):
		return "area"
	case c.Present > c.All || c.Agree > c.Present || c.PresentArea > c.AllArea || c.AgreeArea > c.PresentArea:
		return "more"
	}
	return ""
}

// vote computes the result of a vote, explains it, and keeps it with the meeting at which it was taken.
func (s *Skill) vote(t *bot.Turn, body string) error {
	unit, ok := s.unitWhere(t, bot.ResolveMeeting)
	if !ok {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	c, _ := readVote(body)
	m, err := s.lastMeeting(t, unit)
	if err != nil {
		return err
	}
	if m != nil && m.Kind == Owners {
		c.Owners = true
	}
	if wrong := c.wrong(); wrong != "" {
		t.Say(s.say("vote.wrong", map[string]any{"Why": wrong, "C": c}))
		return nil
	}
	text := s.say("vote", map[string]any{"C": c, "R": c.Decide()})
	t.Reply(bot.Reply{Text: text, Sources: []bot.Source{s.basis(c)}})
	if m == nil || !m.Kind.votes() {
		return nil
	}
	m.Vote = text
	return s.put(t, m)
}

// basis is where the rule is from.
func (s *Skill) basis(c Count) bot.Source {
	if c.Owners {
		return bot.Source{Title: s.say("basis.owners", nil)}
	}
	return bot.Source{Title: s.say("basis.residents", nil)}
}
