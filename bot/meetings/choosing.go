package meetings

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"linli/bot"
)

// topicBoard shows the topics to who chooses.
func (s *Skill) topicBoard(m *Meeting, topics []*Topic) bot.Reply {
	r := bot.Reply{Text: s.say("topic.board", map[string]any{"M": m, "Topics": topics, "Agenda": m.Agenda != nil})}
	chosen := false
	for i, p := range topics {
		chosen = chosen || p.State == Chosen
		if i < 8 && m.Agenda == nil {
			verb := map[bool]string{true: "choice.unpick", false: "choice.pick"}[p.State == Chosen]
			r.Choices = append(r.Choices, bot.NewChoice(s.say(verb, i+1), name, "pick", m.ID+"/"+p.ID))
		}
	}
	if chosen && m.Agenda == nil {
		r.Choices = append(r.Choices, s.choice("agenda", "agenda", m.ID))
	}
	return r
}

// collecting returns the next meeting that collects topics of the units where the person chooses.
func (s *Skill) collecting(t *bot.Turn, action bot.Action) (*Meeting, error) {
	all, err := s.ahead(t, action)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.Kind.collects() && (m.Unit == t.Unit || t.Person.Unit == m.Unit) {
			return m, nil
		}
	}
	if i := slices.IndexFunc(all, func(m *Meeting) bool { return m.Kind.collects() }); i >= 0 {
		return all[i], nil
	}
	return nil, nil
}

// listTopics shows the topics of the next meeting.
func (s *Skill) listTopics(t *bot.Turn) error {
	if ownTopics.MatchString(t.Text()) {
		return s.myTopics(t)
	}
	m, err := s.collecting(t, bot.ListMeetings)
	if err != nil {
		return err
	}
	if m == nil {
		t.Say(s.say("topic.nomeeting", nil))
		return nil
	}
	topics, err := s.topics(t, m)
	if err != nil {
		return err
	}
	r := s.topicBoard(m, topics)
	if !t.Allowed(bot.ArrangeMeeting, m.Unit) {
		r.Choices = nil
	}
	t.Reply(r)
	return nil
}

var ownTopics = regexp.MustCompile(`^[^:：]{0,6}(?:我[提报交]的[^:：]{0,4}议题|我的议题)[^:：]*$`)

// myTopics shows the topics that the person brought in, and where each stands.
func (s *Skill) myTopics(t *bot.Turn) error {
	found, err := t.Find(bot.Query{Kind: KindTopic, Keys: []string{"by=" + t.Person.ID}, Newest: true, Limit: 10})
	if err != nil {
		return err
	}
	all := make([]Topic, len(found.Records))
	for i, r := range found.Records {
		if err := json.Unmarshal(r.Body, &all[i]); err != nil {
			return err
		}
	}
	t.Say(s.say("topic.mine", all))
	return nil
}

// pick puts a topic on the agenda, or takes it off.
func (s *Skill) pick(t *bot.Turn, argument string) error {
	id, topic, _ := strings.Cut(argument, "/")
	return s.choose(t, id, func(_ int, p *Topic) bool { return p.ID == topic }, true)
}

// chooseTopics hears 选第1、3个议题.
func (s *Skill) chooseTopics(t *bot.Turn, words string) error {
	m, err := s.collecting(t, bot.ArrangeMeeting)
	if err != nil {
		return err
	}
	if m == nil {
		t.Say(s.say("topic.nomeeting", nil))
		return nil
	}
	var picked []int
	for _, word := range strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune("、,，和及第个号 ", r) }) {
		picked = append(picked, number(word))
	}
	return s.choose(t, m.ID, func(i int, _ *Topic) bool { return slices.Contains(picked, i+1) }, false)
}

// heardChoice hears the numbers of topics after the board was shown.
func (s *Skill) heardChoice(t *bot.Turn, id string) (bool, error) {
	if strings.IndexFunc(t.Text(), func(r rune) bool {
		return !strings.ContainsRune("0123456789一二三四五六七八九十、,，和及第个号选 ", r)
	}) >= 0 {
		t.Settle()
		return false, nil
	}
	return true, s.chooseTopics(t, strings.TrimPrefix(t.Text(), "选"))
}

// choose turns the choice of the topics that fit, or chooses them and no others.
func (s *Skill) choose(t *bot.Turn, id string, fits func(int, *Topic) bool, turn bool) error {
	m, err := s.mine(t, id, bot.ArrangeMeeting)
	if err != nil || m == nil {
		return err
	}
	if m.Agenda != nil {
		t.Say(s.say("agenda.already", m))
		return nil
	}
	topics, err := s.topics(t, m)
	if err != nil {
		return err
	}
	for i, p := range topics {
		was, state := p.State, p.State
		switch fit := fits(i, p); {
		case fit && turn && was == Chosen, !fit && !turn && was == Chosen:
			state = Proposed
		case fit:
			state = Chosen
		}
		if state == was {
			continue
		}
		if p.State, p.Meeting = state, m.ID; state == Proposed {
			p.Meeting = m.ID
		}
		if err := s.putTopic(t, p); err != nil {
			return err
		}
	}
	t.Reply(s.topicBoard(m, topics))
	return nil
}
