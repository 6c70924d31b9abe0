package meetings

import (
	"regexp"
	"strconv"
	"strings"

	"linli/bot"
)

var (
	topicClause = regexp.MustCompile(`[,，。;；\s]*(?:会议|主要|讨论)?(?:的)?(?:议题|议程)(?:是|为|有|包括|[:：])+\s*`)
	topicEnd    = regexp.MustCompile(`[。\n]|[,，;；](?:会?前|提前|请|通知|地点|时间|参会|参加|要求|到时|记得)`)
	topicSplit  = regexp.MustCompile(`[、;；]|\s*[0-9一二三四五六七八九]+[.、．)）]`)
)

// cutTopics cuts what a meeting is to be about out of the sentence that arranges it: …开联席会,议题是老旧小区改造、停车难,提前一小时提醒. What is left
// has no dates of topics in it.
func cutTopics(text string) (rest string, topics []string) {
	at := topicClause.FindStringIndex(text)
	if at == nil || at[0] == 0 { // 议题:… is a form of its own
		return text, nil
	}
	clause, after := text[at[1]:], ""
	if end := topicEnd.FindStringIndex(clause); end != nil {
		clause, after = clause[:end[0]], clause[end[0]:]
	}
	for _, topic := range topicSplit.Split(clause, -1) {
		if topic = strings.Trim(topic, " ,，。"); len([]rune(topic)) > 1 {
			topics = append(topics, short(topic, 500))
		}
	}
	if len(topics) == 0 {
		return text, nil
	}
	return text[:at[0]] + after, topics
}

// setAgenda puts topics on the agenda of a new meeting. Where topics are collected they are chosen ones among those that will come, unless it is
// too late to collect any.
func (s *Skill) setAgenda(t *bot.Turn, m *Meeting, topics []string) error {
	if !m.Kind.collects() || m.At.Sub(t.Now) < agendaBefore {
		m.Agenda = topics
	}
	if !m.Kind.collects() {
		return nil
	}
	for i, text := range topics {
		p := &Topic{
			ID: newID(t, "topic"+strconv.Itoa(i)), Unit: m.Unit, Text: text, By: t.Person.ID, ByName: host(t), Chat: t.Message.Chat, Meeting: m.ID,
			State: Chosen, Made: t.Now,
		}
		if err := p.number(t); err != nil {
			return err
		}
		if err := s.putTopic(t, p); err != nil {
			return err
		}
	}
	return nil
}
