package meetings

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// Topic is something that somebody wants a meeting to discuss.
type Topic struct {
	ID      string     `json:"id"`
	N       int        `json:"n"`    // its number at the unit, in the order in which they came
	Unit    string     `json:"unit"` // at whose meeting
	Text    string     `json:"text"`
	By      string     `json:"by"`
	ByName  string     `json:"by_name"`
	Chat    bot.Chat   `json:"chat"`
	Meeting string     `json:"meeting,omitempty"` // that it is proposed for, once there is one
	State   TopicState `json:"state"`
	From    string     `json:"from,omitempty"` // the unit below that could not decide it
	Made    time.Time  `json:"made"`
}

// TopicState is where a topic stands.
type TopicState string

// The states of a topic.
const (
	Proposed  TopicState = "proposed"
	Chosen    TopicState = "chosen"    // on the agenda
	Discussed TopicState = "discussed" // at a meeting that has been held
	Waiting   TopicState = "waiting"   // not chosen: for the next meeting
)

// StateName is shown to who watches.
func (p *Topic) StateName() string { return string(p.State) }

// When topics are called for, chosen, and the agenda goes out, before a meeting.
const (
	callBefore   = 15 * 24 * time.Hour
	chooseBefore = 5 * 24 * time.Hour
	agendaBefore = 3 * 24 * time.Hour
)

// setTopics sets the timers of what comes before a meeting that collects topics. What should have happened already happens soon, if there is
// still time for it.
func (s *Skill) setTopics(t *bot.Turn, m *Meeting) error {
	if !m.Kind.collects() {
		return nil
	}
	morning := func(before time.Duration) time.Time { return on(midnight(m.At.Add(-before)), 9*time.Hour) }
	call, choose, agenda := morning(callBefore), morning(chooseBefore), morning(agendaBefore)
	soon := t.Now.Add(2 * grace)
	for timer := range m.Steps {
		delete(m.Steps, timer)
	}
	if m.At.Sub(t.Now) < agendaBefore {
		return nil // too near to call; topics are still taken, and the agenda goes out by hand
	}
	if call.Before(soon) {
		call = soon
	}
	if choose.Before(soon) {
		choose = call.Add(m.At.Sub(call) / 3)
	}
	if agenda.Before(choose) {
		agenda = choose.Add(m.At.Sub(choose) / 3)
	}
	for timer, at := range map[string]time.Time{"call": call, "choose": choose, "agenda": agenda} {
		if err := m.stepAt(t, timer, at); err != nil {
			return err
		}
	}
	return nil
}

// stepAt sets the timer of a step before the meeting and notes it: one that was set for another time of the meeting does nothing.
func (m *Meeting) stepAt(t *bot.Turn, timer string, at time.Time) error {
	if m.Steps == nil {
		m.Steps = map[string]time.Time{}
	}
	m.Steps[timer] = at.Truncate(time.Minute)
	return wake(t, timer, m.ID, m.Steps[timer])
}

// ringTopics does the step before a meeting for which the timer stands, unless the meeting has moved to where it is not due.
func (s *Skill) ringTopics(t *bot.Turn, timer bot.Timer) error {
	m, err := s.meeting(t, timer.Subject)
	if err != nil || m == nil || m.Status != Planned || !m.At.After(t.Now) || !m.Steps[timer.Name].Equal(timer.At) {
		return err
	}
	topics, err := s.topics(t, m)
	if err != nil {
		return err
	}
	switch timer.Name {
	case "call":
		chats, err := s.listeners(t, m)
		for _, chat := range chats {
			t.Tell(chat, bot.Reply{Text: s.say("topic.call", map[string]any{"M": m, "Unit": t.Org.Name(m.Unit)})}, m.At)
		}
		return err
	case "choose":
		if m.Agenda == nil && len(topics) > 0 {
			t.Tell(m.Chat, s.topicBoard(m, topics), m.At)
		}
		return nil
	}
	if m.Agenda != nil {
		return nil
	}
	if !slices.ContainsFunc(topics, func(p *Topic) bool { return p.State == Chosen }) {
		r := bot.Reply{Text: s.say("agenda.missing", map[string]any{"M": m, "Topics": len(topics)})}
		if len(topics) > 0 {
			board := s.topicBoard(m, topics)
			r.Text, r.Choices = r.Text+"\n"+board.Text, board.Choices
		}
		t.Tell(m.Chat, r, m.At)
		return nil
	}
	return s.publish(t, m, topics)
}

// topics are those proposed for the meeting, and those of its unit that wait for one.
func (s *Skill) topics(t *bot.Turn, m *Meeting) ([]*Topic, error) {
	var all []*Topic
	for _, state := range []TopicState{Proposed, Chosen, Waiting} {
		found, err := t.FindAll(bot.Query{Kind: KindTopic, Keys: []string{"unit=" + m.Unit, "status=" + string(state)}}, 200)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			var p Topic
			if err := json.Unmarshal(r.Body, &p); err != nil {
				return nil, err
			}
			if p.Meeting == "" || p.Meeting == m.ID || p.State == Waiting {
				all = append(all, &p)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Topic) int { return a.N - b.N })
	return all, nil
}

// number gives a new topic its number.
func (p *Topic) number(t *bot.Turn) (err error) {
	p.N, err = t.Next("topics/" + p.Unit)
	return err
}

func (s *Skill) putTopic(t *bot.Turn, p *Topic) error {
	keys := []string{"unit=" + p.Unit, "status=" + string(p.State), "by=" + p.By}
	if p.Meeting != "" {
		keys = append(keys, "meeting="+p.Meeting)
	}
	return t.Put(KindTopic, p.ID, p, p.Made, append(keys, within(t, p.Unit)...)...)
}

var (
	chooseWords = regexp.MustCompile(`(?:选|选定|确定|就定|定|采用)\s*(?:议题)?\s*(?:第)?\s*([0-9一二三四五六七八九十][0-9一二三四五六七八九十、,，和及\s第个号]*)`)
	topicLead   = regexp.MustCompile(`^[^:：,，]{0,12}?议题\s*[:：,，是]?\s*|^(?:我|们|也|在|建议|希望|想|要|这次|下次|本次|的|联席会议?|会上?|能不能|可以|请|把)*(?:讨论|研究|议一议|商量)(?:一下)?\s*[:：,，]?`)
	topicTail   = regexp.MustCompile(`(?:作为|列为|列入|报为)(?:下次)?(?:联席会议?的?)?(?:议题|议程)$`)
)

// topic takes a topic in, shows the topics, or chooses among them.
func (s *Skill) topic(t *bot.Turn) error {
	text := t.Text()
	form, body, inForm := cutForm(text)
	if found := chooseWords.FindStringSubmatch(text); found != nil && !inForm && strings.Contains(text, "议题") {
		return s.chooseTopics(t, found[1])
	}
	if !inForm || form != formTopic {
		body = strings.TrimSpace(topicTail.ReplaceAllString(topicLead.ReplaceAllString(text, ""), ""))
	}
	if !inForm && (strings.ContainsAny(text, "?？") || strings.Contains(text, "哪些") || strings.Contains(text, "有什么") || strings.Contains(text, "看看") || ownTopics.MatchString(text)) {
		return s.listTopics(t)
	}
	if len([]rune(body)) < 3 {
		t.Say(s.say("topic.empty", nil))
		return nil
	}
	unit := s.topicUnit(t, text)
	if unit == "" {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	m, err := s.nextCollecting(t, unit)
	if err != nil {
		return err
	}
	p := &Topic{ID: newID(t, "topic"), Unit: unit, Text: short(body, 500), By: t.Person.ID, ByName: host(t), Chat: t.Message.Chat, State: Proposed, Made: t.Now}
	if err := p.number(t); err != nil {
		return err
	}
	if m != nil {
		p.Meeting = m.ID
		if m.Agenda != nil {
			p.State, p.Meeting = Waiting, ""
		}
	}
	t.Say(s.say("topic.taken", map[string]any{"P": p, "M": m, "Unit": t.Org.Name(unit)}))
	return s.putTopic(t, p)
}

// topicUnit is the unit for whose meeting the topic is: one that is named; else, for a grid, its community.
func (s *Skill) topicUnit(t *bot.Turn, text string) string {
	if unit := s.unitIn(t, text, bot.ProposeTopic); unit != "" {
		return unit
	}
	unit := t.Unit
	if u := t.Org.Unit(unit); u != nil && u.Level == "grid" {
		unit = u.Parent
	}
	if t.Person.Staff() {
		return unit
	}
	return ""
}

// nextCollecting is the unit's next meeting that collects topics, or nil.
func (s *Skill) nextCollecting(t *bot.Turn, unit string) (*Meeting, error) {
	all, err := s.meetings(t, t.Now, time.Time{}, "unit="+unit, "status="+string(Planned))
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(m *Meeting) bool { return m.Kind.collects() }); i >= 0 {
		return all[i], nil
	}
	return nil, nil
}

// sendAgenda sends the agenda out now.
func (s *Skill) sendAgenda(t *bot.Turn, id string) error {
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return err
	}
	topics, err := s.topics(t, m)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(topics, func(p *Topic) bool { return p.State == Chosen }) {
		t.Reply(s.topicBoard(m, topics))
		return nil
	}
	t.Say(s.say("agenda.sent", map[string]any{"M": m, "Unit": t.Org.Name(m.Unit)}))
	return s.publish(t, m, topics)
}

// publish sends the agenda to the unit and its result to those who proposed.
func (s *Skill) publish(t *bot.Turn, m *Meeting, topics []*Topic) error {
	for _, p := range topics {
		if p.State == Chosen {
			m.Agenda = append(m.Agenda, p.Text)
			continue
		}
		p.State, p.Meeting = Waiting, ""
		if err := s.putTopic(t, p); err != nil {
			return err
		}
		if !p.Chat.Group && p.Chat != m.Chat {
			t.Tell(p.Chat, bot.Reply{Text: s.say("topic.waits", map[string]any{"P": p, "M": m})}, time.Time{})
		}
	}
	chats, err := s.listeners(t, m)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		r := bot.Reply{Text: s.say("agenda", map[string]any{"M": m, "Unit": t.Org.Name(m.Unit)})}
		if !m.Kind.public() {
			r.Choices = s.answers(m)
		}
		t.Tell(chat, r, m.At)
	}
	return s.put(t, m)
}

// closeTopics marks the topics of a meeting that was held as discussed.
func (s *Skill) closeTopics(t *bot.Turn, m *Meeting) error {
	topics, err := s.topics(t, m)
	if err != nil {
		return err
	}
	for _, p := range topics {
		if p.State != Chosen || p.Meeting != m.ID {
			continue
		}
		p.State = Discussed
		if err := s.putTopic(t, p); err != nil {
			return err
		}
	}
	return nil
}
