package meetings

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/intents/timex"
)

// Decision is what a meeting decided: who does what until when, and what became of it.
type Decision struct {
	ID      string        `json:"id"`
	N       int           `json:"n"` // its number at the unit
	Unit    string        `json:"unit"`
	Meeting string        `json:"meeting,omitempty"`
	Title   string        `json:"title,omitempty"` // the meeting's
	Text    string        `json:"text"`
	Owner   string        `json:"owner,omitempty"` // a unit
	Who     string        `json:"who,omitempty"`   // the owner as people read it
	Due     time.Time     `json:"due,omitzero"`
	State   DecisionState `json:"state"`
	By      string        `json:"by"`
	Chat    bot.Chat      `json:"chat"`
	Steps   []Step        `json:"steps,omitempty"`
	Chase   time.Time     `json:"chase,omitzero"` // when its owner is asked next
	Made    time.Time     `json:"made"`
}

// DecisionState is where a decision stands.
type DecisionState string

// The states of a decision.
const (
	Incomplete DecisionState = "incomplete" // owner or deadline is missing
	Open       DecisionState = "open"
	Done       DecisionState = "done"     // reported, not yet checked
	Closed     DecisionState = "closed"   // checked and solved: 销号
	Answered   DecisionState = "answered" // answered but not solved; does not count as resolved
	Raised     DecisionState = "raised"   // this level cannot decide it: a topic of the level above
)

// Step is something that happened to a decision.
type Step struct {
	At    time.Time        `json:"at"`
	Who   string           `json:"who"`
	What  string           `json:"what"`
	Files []bot.Attachment `json:"files,omitempty"`
}

// StateName is shown to who watches.
func (d *Decision) StateName() string { return string(d.State) }

func (s *Skill) decision(t *bot.Turn, id string) (*Decision, error) {
	var d Decision
	known, err := t.Get(KindDecision, id, &d)
	if err != nil || !known {
		return nil, err
	}
	d.localise(t)
	return &d, nil
}

func (d *Decision) localise(t *bot.Turn) { d.Due, d.Made = local(t, d.Due), local(t, d.Made) }

func (s *Skill) putDecision(t *bot.Turn, d *Decision) error {
	keys := []string{"unit=" + d.Unit, "status=" + string(d.State), "by=" + d.By}
	if d.Owner != "" {
		keys = append(keys, "owner="+d.Owner)
	}
	if d.Meeting != "" {
		keys = append(keys, "meeting="+d.Meeting)
	}
	return t.Put(KindDecision, d.ID, d, cmp.Or(d.Due, d.Made), append(keys, within(t, d.Unit)...)...)
}

func (s *Skill) decisions(t *bot.Turn, keys ...string) ([]*Decision, error) {
	found, err := t.FindAll(bot.Query{Kind: KindDecision, Keys: keys}, 2000)
	if err != nil {
		return nil, err
	}
	all := make([]*Decision, 0, len(found))
	for _, r := range found {
		var d Decision
		if err := json.Unmarshal(r.Body, &d); err != nil {
			return nil, err
		}
		d.localise(t)
		all = append(all, &d)
	}
	return all, nil
}

var (
	decisionSplit = regexp.MustCompile(`[;；\n]+`)
	itemNumber    = regexp.MustCompile(`^\s*(?:[0-9]+\s*[.、．)）]|[(（]?[一二三四五六七八九十]+[)）、.])\s*`)
	doneWords     = regexp.MustCompile(`办好|办完|办结|完成了|已完成|已经完成|解决了|已解决|修好|弄好|落实了|已落实|做完`)
	resolveLead   = regexp.MustCompile(`^(?:请|帮我)?(?:会上|会议|联席会)?(?:形成|记录|登记|记一下|作出|做出)?(?:决定|决议|议定|明确|要求|定下来?|定了)(?:了|事项)?\s*[:：,，]?\s*`)
	decisionNo    = regexp.MustCompile(`(?:决议|事项|第)\s*#?\s*第?\s*([0-9]+|[一二三四五六七八九十])\s*(?:号|项|条|个)?`)
	decisionForm  = regexp.MustCompile(`^决议\s*第?\s*([0-9]+|[一二三四五六七八九十])\s*(?:号|项|条|个)?[^:：]{0,12}?(?:办好|办完|办结|完成|解决|修好|落实|做完|销号|定不了|上报|报上级)`)
	closeWords    = regexp.MustCompile(`销号|核实|可以销|确认办结`)
	pendingWords  = regexp.MustCompile(`(?:哪些|几条|多少|什么).{0,6}决议|决议.{0,6}(?:没|未).{0,3}(?:销号|办结|办完|完成)|(?:没|未)(?:销号|办结|办完|完成)的决议|^(?:看看?|查看?|查一下)?[^:：,，]{0,8}决议(?:的)?(?:完成|落实|办理|执行|推进|整改)?(?:情况|进展|进度|台账|清单|列表|怎么样了?|如何了?|到哪(?:一步)?了?)[吗呢]?[?？。]?$`)
	upWords       = regexp.MustCompile(`上报|报上级|报街道|报区|提交上级|定不了|决定不了|解决不了`)
)

// owners are the ways to say whose it is, the plainest first.
var owners = []*regexp.Regexp{
	regexp.MustCompile(`(?:由|请|责成|交给|交)\s*([^,，。;；\s在于]{2,20}?)\s*(?:负责|牵头|落实|办理|处理|完成|解决|整改|修|于|在|[0-9]|,|，|\s|$)`),
	regexp.MustCompile(`(?:责任单位|责任人|负责人|牵头单位|负责单位)\s*[:：是为]?\s*([^,，。;；\s]{2,20})`),
	regexp.MustCompile(`(?:^|[,，。;；\s])([^,，。;；\s0-9]{2,20}?)(?:负责|牵头)`),
}

// ownerIn returns whose it is to be by the words; "" if they do not say.
func ownerIn(text string, now time.Time) string {
	masked := []byte(text)
	for _, m := range timex.Find(text, timex.Options{Now: now}) {
		for i := m.Pos; i < m.End; i++ {
			masked[i] = ' ' // 请街道周五前清理
		}
	}
	text = string(masked)
	for _, pattern := range owners {
		if found := pattern.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return ""
}

// resolve records minutes, decisions, votes, and what became of decisions.
func (s *Skill) resolve(t *bot.Turn) error {
	form, body, inForm := cutForm(t.Text())
	_, votes := readVote(t.Text())
	number := decisionNo.FindStringSubmatch(t.Text())
	switch {
	case !inForm && askWords.MatchString(t.Text()) && decisionWords.MatchString(t.Text()):
		return s.listDecisions(t)
	case inForm && form == formVote, !inForm && votes:
		return s.vote(t, body)
	case inForm && form == formMinutes:
		return s.takeMinutes(t, body)
	case !inForm && number != nil && (doneWords.MatchString(t.Text()) || closeWords.MatchString(t.Text()) || upWords.MatchString(t.Text())):
		return s.report(t, atoi(number[1]))
	}
	if !inForm {
		body = resolveLead.ReplaceAllString(t.Text(), "")
	}
	return s.decide(t, body)
}

func atoi(text string) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return number(text)
}

// decide records decisions, one for each line or part.
func (s *Skill) decide(t *bot.Turn, body string) error {
	unit, ok := s.unitWhere(t, bot.ResolveMeeting)
	if !ok {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	m, err := s.lastMeeting(t, unit)
	if err != nil {
		return err
	}
	var made []*Decision
	for i, part := range decisionSplit.Split(body, -1) {
		part = strings.Trim(itemNumber.ReplaceAllString(part, ""), " ,，。.")
		if len([]rune(part)) < 4 {
			continue
		}
		d := &Decision{ID: newID(t, "decision"+strconv.Itoa(i)), Unit: unit, Text: short(part, 500), State: Open, By: t.Person.ID, Chat: t.Message.Chat, Made: t.Now}
		if d.N, err = t.Next("decisions/" + unit); err != nil {
			return err
		}
		if m != nil {
			d.Meeting, d.Title = m.ID, m.Title
		}
		s.readDecision(t, d)
		made = append(made, d)
	}
	if len(made) == 0 {
		t.Say(s.say("decision.empty", nil))
		return nil
	}
	if m != nil {
		if err := s.closeTopics(t, m); err != nil {
			return err
		}
	}
	t.Say(s.say("decision.taken", map[string]any{"All": made, "M": m, "Unit": t.Org.Name(unit)}))
	for _, d := range made {
		if d.State == Open {
			if err := s.assign(t, d); err != nil {
				return err
			}
		}
		if err := s.putDecision(t, d); err != nil {
			return err
		}
	}
	return s.askMissing(t, made)
}

// unitWhere is the unit at which the person may do it: where we are, else where they hold the right.
func (s *Skill) unitWhere(t *bot.Turn, action bot.Action) (string, bool) {
	if t.Allowed(action, t.Unit) {
		return t.Unit, true
	}
	if units := s.realm(t, action); len(units) > 0 {
		return units[0], true
	}
	return "", false
}

// lastMeeting is the unit's meeting that is going on or was held last, within a month.
func (s *Skill) lastMeeting(t *bot.Turn, unit string) (*Meeting, error) {
	all, err := s.meetings(t, t.Now.AddDate(0, -1, 0), t.Now.Add(time.Minute), "unit="+unit)
	if err != nil {
		return nil, err
	}
	for _, m := range slices.Backward(all) {
		if m.Status != Cancelled && m.Kind != Plain {
			return m, nil
		}
	}
	if i := slices.IndexFunc(all, func(m *Meeting) bool { return m.Status != Cancelled }); i >= 0 {
		return all[len(all)-1], nil
	}
	return nil, nil
}

// readDecision finds who and until when in the words.
func (s *Skill) readDecision(t *bot.Turn, d *Decision) {
	d.Due = s.deadline(d.Text, t.Now)
	s.setOwner(t, d, ownerIn(d.Text, t.Now))
	if d.Who == "" || d.Due.IsZero() {
		d.State = Incomplete
	}
}

// deadline is the last moment that the words allow; zero if they name none.
func (s *Skill) deadline(text string, now time.Time) time.Time {
	for _, m := range timex.Find(text, timex.Options{Now: now, Calendar: s.days}) {
		at, ok := m.Deadline()
		if m.Kind == timex.Length || !ok || !at.After(now) {
			continue
		}
		if at.Equal(midnight(at)) && m.Kind != timex.Instant {
			// 12月5日前 and 12月5日: by the evening of the last day. 前 is read as people mean it, that day included.
			if m.Mod == timex.Before {
				return on(at, 18*time.Hour)
			}
			return on(at.AddDate(0, 0, -1), 18*time.Hour)
		}
		return at
	}
	return time.Time{}
}

// setOwner finds the unit that the words name, among those below, above and beside; any other name is kept as it is.
func (s *Skill) setOwner(t *bot.Turn, d *Decision, words string) {
	words = strings.Trim(words, " 的,，由请")
	if words == "" {
		return
	}
	d.Who, d.Owner = words, ""
	found := t.Org.Find(words)
	for _, up := range t.Org.Path(d.Unit) {
		// The nearest: each community has a first grid.
		near := slices.DeleteFunc(slices.Clone(found), func(u *bot.Unit) bool { return !t.Org.Within(u.ID, up) })
		if len(near) == 1 {
			d.Owner, d.Who = near[0].ID, near[0].Name
		}
		if len(near) > 0 {
			return
		}
	}
}

// askMissing asks for the first thing that a decision lacks.
func (s *Skill) askMissing(t *bot.Turn, all []*Decision) error {
	for _, d := range all {
		switch {
		case d.State != Incomplete:
		case d.Who == "":
			t.Say(s.say("ask.owner", d))
			return s.expect(t, "owner", d.ID)
		default:
			t.Say(s.say("ask.due", d))
			return s.expect(t, "due", d.ID)
		}
	}
	return nil
}

func (s *Skill) heardOwner(t *bot.Turn, id string) (bool, error) {
	return s.complete(t, id, func(d *Decision) bool {
		words := cmp.Or(ownerIn(t.Text(), t.Now), t.Text())
		if len([]rune(words)) > 20 {
			return false
		}
		s.setOwner(t, d, words)
		if d.Due.IsZero() {
			d.Due = s.deadline(t.Text(), t.Now)
		}
		return d.Who != ""
	})
}

func (s *Skill) heardDue(t *bot.Turn, id string) (bool, error) {
	return s.complete(t, id, func(d *Decision) bool { d.Due = s.deadline(t.Text(), t.Now); return !d.Due.IsZero() })
}

// complete takes what a decision lacked. When it lacks nothing more it counts, and the next incomplete one of its meeting is asked about.
func (s *Skill) complete(t *bot.Turn, id string, fill func(*Decision) bool) (bool, error) {
	arranges := t.Understood.Intent == "meeting.schedule" && t.Understood.Score > 0.8
	if (s.elsewhere(t) || arranges) && t.Understood.Intent != "meeting.resolve" && t.Understood.Intent != "ask" && t.Understood.Intent != "report" {
		return false, nil
	}
	d, err := s.decision(t, id)
	if err != nil || d == nil {
		return d != nil, err
	}
	if !fill(d) {
		t.Say(s.say("ask.again.due", d))
		return true, nil
	}
	t.Settle()
	if d.Who != "" && !d.Due.IsZero() {
		d.State = Open
		if err := s.assign(t, d); err != nil {
			return true, err
		}
		t.Say(s.say("decision.complete", d))
	}
	if err := s.putDecision(t, d); err != nil {
		return true, err
	}
	if d.State == Incomplete {
		return true, s.askMissing(t, []*Decision{d})
	}
	rest, err := s.decisions(t, "unit="+d.Unit, "status="+string(Incomplete))
	if err != nil {
		return true, err
	}
	rest = slices.DeleteFunc(rest, func(o *Decision) bool { return o.ID == d.ID || o.By != t.Person.ID })
	return true, s.askMissing(t, rest)
}
