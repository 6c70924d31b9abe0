package incidents

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"

	"linli/bot"
	"linli/intents"
	"linli/intents/place"
)

// matter is a part of a message that is a report by itself.
type matter struct {
	text  string
	read  intents.Understanding
	place *place.Match
}

var (
	sentences  = regexp.MustCompile(`[^。;；!！\n]+[。;；!！\n]*`)
	connectors = regexp.MustCompile(`[,，、。;；\s]*(?:另外还有|另外|还有就是|再就是|此外|顺便再报|顺便|第二件|其次|还有|[一二三四五]是|第[一二三四五][,，、:：是]|[1-5][、)）]|[①②③④⑤])[,，、:：\s]*`)
	listed     = regexp.MustCompile(`^[,，、。;；\s]*(?:[一二三四五]是|第[一二三四五](?:[,，、:：是]|件|个)|[1-5][、)）]|[①②③④⑤])`)
	preface    = regexp.MustCompile(`^(?:我)?(?:要|想|来)?(?:反映|说|报|上报)?(?:一下)?(?:两|二|三|四|2|3|4|几)(?:件|个|处)(?:事情?|问题|情况)?[:：,，。]\s*`)
)

// matters splits a message into what it reports. A part is a matter of its own if it is an item of a list; if it names another kind of matter, and a place
// of its own or a word that begins something new; if such a word comes with a place; or if it is clearly a report, of another building. Anything else
// belongs to the part before it.
func (s *Skill) matters(t *bot.Turn, text string) []matter {
	whole := s.matter(t, text, t.Understood)
	var all []matter
	for _, sentence := range sentences.FindAllString(preface.ReplaceAllString(text, ""), -1) {
		for i, part := range cutBefore(connectors, sentence) {
			begins := i > 0 || startsNew(part)
			item := listed.MatchString(part)
			for j, clause := range strings.FieldsFunc(connectors.ReplaceAllString(part, ""), func(r rune) bool { return r == ',' || r == '，' }) {
				clause = strings.Trim(clause, " ,，。;；、!！\n")
				if clause == "" {
					continue
				}
				m := s.matter(t, clause, t.Understand(clause))
				if len(all) == 0 || speaks.MatchString(clause) && (item && j == 0 || s.separate(&all[len(all)-1], &m, j == 0 && begins || j > 0 && also.MatchString(clause))) {
					all = append(all, m)
					continue
				}
				last := &all[len(all)-1]
				joined := last.text + "," + clause
				*last = s.matter(t, joined, t.Understand(joined))
			}
		}
	}
	if len(all) < 2 {
		return []matter{whole}
	}
	// What names no place, or only a spot like 楼道里, is where the one before it was.
	for i := range all {
		m := &all[i]
		switch {
		case m.place != nil && !m.place.Weak:
		case i == 0 || all[i-1].place == nil:
			m.place = whole.place
		case m.place == nil:
			m.place = all[i-1].place
		default:
			if both, ok := place.Best(place.Find(all[i-1].place.Text+m.place.Text, t.Places)); ok {
				m.place = &both
			}
		}
	}
	return all[:min(len(all), 5)]
}

// speaks is what a clause has to have to be a matter: signs and figures are none.
var speaks = regexp.MustCompile(`\p{Han}.*\p{Han}`)

// also is how a further matter is told in passing: 楼道里还堆着纸箱.
var also = regexp.MustCompile(`^.{0,6}(?:还|也)`)

// startsNew reports whether the part begins with a connector.
func startsNew(part string) bool {
	at := connectors.FindStringIndex(part)
	return at != nil && at[0] == 0
}

// cutBefore cuts the text before each match.
func cutBefore(re *regexp.Regexp, text string) []string {
	var parts []string
	at := 0
	for _, m := range re.FindAllStringIndex(text, -1) {
		if m[0] > at {
			parts = append(parts, text[at:m[0]])
			at = m[0]
		}
	}
	return append(parts, text[at:])
}

func (s *Skill) matter(t *bot.Turn, text string, u intents.Understanding) matter {
	m := matter{text: text, read: u}
	if best, ok := place.Best(place.Find(text, t.Places)); ok {
		m.place = &best
	}
	if u.Slots.Urgent == "" {
		m.read.Slots.Category = cmp.Or(s.spelt(text), s.whole(text), s.sure(u.Slots.Category, withoutPlace(t, text), text), s.core(t, text))
	}
	return m
}

// core is the category of the one clause that has a certain one, where courtesies and circumstances around it hide it; "" if there is none, or two.
func (s *Skill) core(t *bot.Turn, text string) string {
	clauses := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，。;；!！\n", r) })
	code := ""
	for _, clause := range clauses {
		bare := withoutPlace(t, clause)
		if len(clauses) == 1 || utf8.RuneCountInString(bare) < 4 {
			continue
		}
		u := t.Understand(clause)
		found := cmp.Or(s.sure(u.Slots.Category, bare, clause), s.spelt(clause))
		switch {
		case found == "" || u.Intent != "report" || found == code:
		case code != "":
			return ""
		default:
			code = found
		}
	}
	return code
}

// withoutPlace is what the words say beside where.
func withoutPlace(t *bot.Turn, text string) string {
	for _, m := range place.Find(text, t.Places) {
		text = strings.Replace(text, m.Text, "", 1)
	}
	return text
}

// distinct is from which probability on a clause is a report by itself.
const distinct = 0.8

func (s *Skill) separate(before, m *matter, begins bool) bool {
	elsewhere := m.place != nil && !m.place.Weak && (before.place == nil || before.place.Text != m.place.Text)
	if before.read.Slots.Urgent == "" && m.read.Slots.Urgent == "" && elsewhere && begins && before.place != nil {
		return true // "…, and then, over there …": what each of them is can be asked
	}
	if elsewhere && m.read.Intent == "report" && m.read.Score >= distinct && before.place != nil && m.place.Parts.Building != "" &&
		before.place.Parts.Building != "" && m.place.Parts.Building != before.place.Parts.Building && m.read.Slots.Urgent == "" && before.read.Slots.Urgent == "" {
		return true // a report of its own at another building
	}
	if m.read.Intent != "report" && m.read.Intent != "wish" || m.read.Slots.Category == "" || before.read.Slots.Category == "" {
		return false
	}
	if before.read.Slots.Urgent != "" || m.read.Slots.Urgent != "" {
		return false // an emergency is one matter
	}
	if m.read.Slots.Category == before.read.Slots.Category {
		return elsewhere && begins
	}
	return elsewhere || begins
}
