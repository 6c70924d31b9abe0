// Package intents reads what a message means: an intent, and the slots that it fills. It is a library and needs no model of language:
// exact rules for a few things, a linear classifier for the rest, grammars for times and places.
package intents

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/intents/place"
	"linli/intents/timex"
)

// Context is what is known about who speaks.
type Context struct {
	Role   string // resident, grid, secretary, street, liaison, inspector, admin
	Now    time.Time
	Places *place.Gazetteer // may be nil
	Group  bool
}

// Understanding is what a message means.
type Understanding struct {
	Text   string        `json:"text"`
	Intent string        `json:"intent"`
	Score  float64       `json:"score"` // a probability
	Slots  Slots         `json:"slots"`
	Times  []timex.Match `json:"times"`
	Others []Scored      `json:"others,omitempty"` // what else it might be
}

// Slots are what a message says beside its intent.
type Slots struct {
	Category string     `json:"category,omitempty"`
	Place    string     `json:"place,omitempty"`
	Urgent   string     `json:"urgent,omitempty"`
	At       *time.Time `json:"at,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	RRule    string     `json:"rrule,omitempty"`
	Remind   []string   `json:"remind,omitempty"`
	Title    string     `json:"title,omitempty"`
	Due      string     `json:"due,omitempty"`
	Percent  *int       `json:"percent,omitempty"`
	Answer   string     `json:"answer,omitempty"`
	To       string     `json:"to,omitempty"`
	Number   string     `json:"number,omitempty"`
	Unit     string     `json:"unit,omitempty"`
}

// Options are what a model is made with.
type Options struct {
	Learned json.RawMessage // what Learn returned; nil: nothing
}

// Model understands. It does not change and may be used by many at once.
type Model struct {
	intents    *Classifier
	categories *Classifier
	roles      map[string][]string // of an intent; nil: everybody
}

//go:embed data/intents.txt
var intentTexts string

//go:embed data/categories.txt
var categoryTexts string

// New trains a model from its data.
func New(o Options) (*Model, error) {
	m := &Model{roles: map[string][]string{}}
	var examples []Example
	intent := ""
	for line := range strings.Lines(intentTexts) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "## "):
			fields := strings.Fields(line[3:])
			intent = fields[0]
			switch {
			case slices.Contains(fields, "all"):
			case slices.Contains(fields, "staff"):
				m.roles[intent] = []string{"grid", "secretary", "street", "liaison", "inspector", "admin"}
			default:
				m.roles[intent] = fields[1:]
			}
		case line == "" || strings.HasPrefix(line, "#"):
		default:
			for text := range strings.SplitSeq(line, "|") {
				examples = append(examples, Example{Normalize(text), intent})
			}
		}
	}
	m.intents = Train(examples, TrainOptions{C: 1, Grams: 3, Heat: 5, Bits: 15})
	var learned []Example
	if o.Learned != nil {
		if err := json.Unmarshal(o.Learned, &learned); err != nil {
			return nil, err
		}
	}
	learned = append(learned, categoryExamples()...)
	for _, c := range Categories() {
		learned = append(learned, Example{Normalize(c.Name), c.Code})
		for _, e := range c.Examples {
			learned = append(learned, Example{Normalize(e), c.Code})
		}
	}
	m.categories = Train(learned, TrainOptions{C: 1, Grams: 2, Heat: 6, Bits: 13})
	return m, nil
}

// categoryExamples are what people write when they report, by code.
func categoryExamples() []Example {
	var examples []Example
	for line := range strings.Lines(categoryTexts) {
		code, texts, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || code == "#" {
			continue
		}
		for text := range strings.SplitSeq(texts, "|") {
			examples = append(examples, Example{Normalize(text), code})
		}
	}
	return examples
}

// Learn prepares past work orders for Options.Learned. A category may be named by its code or its name.
func Learn(examples []Example) (json.RawMessage, Report, error) {
	for i, e := range examples {
		for _, c := range Categories() {
			if c.Name == e.Label {
				examples[i].Label = c.Code
			}
		}
		examples[i].Text = Normalize(e.Text)
	}
	raw, err := json.Marshal(examples)
	return raw, CrossValidate(examples, 5, TrainOptions{C: 1, Grams: 2}), err
}

var emergencies = []struct {
	number, code string
	words        *regexp.Regexp
}{
	{"119", "G2-09", regexp.MustCompile(`电梯.{0,6}(困|卡|关住|出不来|被关)|(困|卡|关).{0,3}在?电梯`)},
	{"119", "G2-05", regexp.MustCompile(`(煤气|燃气|天然气).{0,4}(味|漏|泄|中毒)|闻到.{0,4}(煤气|燃气)`)},
	{"119", "G2-04", regexp.MustCompile(`着火|起火|失火|冒(浓|黑)?烟|烧起来`)},
	{"110", "G3-05", regexp.MustCompile(`跳楼|自杀|轻生|不想活|割腕|喝农药`)},
	{"110", "G1-05", regexp.MustCompile(`家暴|(老公|丈夫|老婆|男人|爸|他).{0,3}(打|揍)(我|人|老婆|孩子)|被打了|打我`)},
	{"110", "G2-10", regexp.MustCompile(`持刀|拿刀|砍人|抢劫|有小偷|打起来了|打架`)},
	{"110", "G2-11", regexp.MustCompile(`(骗子|诈骗).{0,8}(转账|转钱|汇款)|要.{0,4}给.{0,6}骗子`)},
	{"110", "G3-02", regexp.MustCompile(`(老人|孩子|小孩|我妈|我爸|奶奶|爷爷).{0,4}(走丢|走失|不见了|找不到)`)},
	{"110", "G3-04", regexp.MustCompile(`虐待(孩子|儿童|小孩)|孩子.{0,4}(被打|受伤害)`)},
	{"120", "G3-01", regexp.MustCompile(`晕倒|昏倒|昏迷|没反应|没呼吸|喘不上气|喘不过气|心脏病发|大出血|倒在?地|敲门(没人|不)应|叫不醒`)},
	{"110", "04-01", regexp.MustCompile(`(楼|房子|墙).{0,3}(塌|倒)了?|要塌`)},
}

var calm = regexp.MustCompile(`演练|演习|灭火器|处理完|已经(处理|扑灭|修好|好了|救)|昨天|上次|上周|去年|电话(是)?多少|火锅|上火|预防|宣传|讲座|培训|电视|新闻|听说|怎么防|通行证`)

// Emergency reports whether somebody must be called at once, whom, and the code of the incident.
func (m *Model) Emergency(text string) (number, code string, ok bool) {
	return emergency(Normalize(text))
}

// alarming are characters of which every emergency has one: most messages need not be looked at further.
const alarming = "梯气火烟烧跳杀轻活割药暴打揍刀抢砍偷骗诈丢失见到虐伤晕昏没喘病血倒敲醒塌"

func emergency(text string) (number, code string, ok bool) {
	if !strings.ContainsAny(text, alarming) {
		return "", "", false
	}
	for _, e := range emergencies {
		if e.words.MatchString(text) {
			if calm.MatchString(text) {
				return "", "", false
			}
			return e.number, e.code, true
		}
	}
	return "", "", false
}

// ScoredCategory is a category's code and its probability.
type ScoredCategory struct {
	Code  string
	Score float64
}

// Category returns the likeliest categories of an incident.
func (m *Model) Category(text string, top int) []ScoredCategory {
	var out []ScoredCategory
	for _, s := range m.categories.Predict(Normalize(text)) {
		if len(out) == top {
			break
		}
		out = append(out, ScoredCategory{s.Label, s.Score})
	}
	return out
}

// threshold is the probability below which a message is not ours.
const threshold = .12

// Understand reads a message.
func (m *Model) Understand(text string, c Context) Understanding {
	normal := Normalize(text)
	u := Understanding{Text: text, Intent: "none", Times: timex.Find(normal, timex.Options{Now: c.Now})}
	if u.Times == nil {
		u.Times = []timex.Match{}
	}
	if normal == "" {
		return u
	}
	if number, code, ok := emergency(normal); ok {
		u.Intent, u.Score, u.Slots.Urgent, u.Slots.Category = "report", .99, number, code
	} else {
		total := 0.0
		for _, s := range m.intents.Predict(normal) {
			if roles := m.roles[s.Label]; roles == nil || slices.Contains(roles, c.Role) {
				total += s.Score
				u.Others = append(u.Others, s)
			}
		}
		for i := range u.Others {
			u.Others[i].Score /= total
		}
		if u.Others[0].Score >= threshold {
			u.Intent, u.Score = u.Others[0].Label, u.Others[0].Score
		}
		u.Others = slices.Clone(u.Others[1:min(4, len(u.Others))])
	}
	m.fill(&u, normal, c)
	return u
}

var (
	numberWords  = regexp.MustCompile(`([\p{Han}]{2,6}\d{4}-\d{1,3})|(\d{4}-\d{1,3})|#(\d{1,3})|(\d{1,3})号(?:楼)?`)
	percentWords = regexp.MustCompile(`(\d{1,3})\s*%|百分之([一二三四五六七八九十]+)|([一二三四五六七八九])成|(一半)`)
	titleWords   = regexp.MustCompile(`([\p{Han}]{0,12}?(?:联席会议?|推进会|协调会|议事会|例会|代表大会|座谈会|恳谈会|听证会|评议会|碰头会|部署会|调度会))`)
	leadWords    = regexp.MustCompile(`提前[^,,。;]*`)
)

// fill fills the slots that belong to the intent.
func (m *Model) fill(u *Understanding, normal string, c Context) {
	s := &u.Slots
	bare := normal
	if where, ok := place.Best(place.Find(normal, c.Places)); ok && (!where.Weak || u.Intent == "report" || strings.HasPrefix(u.Intent, "meeting.")) {
		s.Place = where.Text
		bare = strings.Replace(bare, where.Text, "", 1)
		if len(where.Units) == 1 {
			s.Unit = where.Units[0]
		}
	}
	if u.Intent == "report" && s.Category == "" {
		if best := m.Category(bare, 1); len(best) > 0 {
			s.Category = best[0].Code
		}
	}
	if strings.HasPrefix(u.Intent, "incident.") || u.Intent == "track" {
		if n := numberWords.FindStringSubmatch(normal); n != nil {
			s.Number = cmp.Or(n[1:]...)
		}
	}
	s.Percent = percent(normal)
	var lead []int
	if strings.Contains(normal, "提前") {
		lead = leadWords.FindStringIndex(normal)
	}
	for _, t := range u.Times {
		switch {
		case lead != nil && t.Pos >= lead[0] && t.End <= lead[1]:
			if t.Duration > 0 {
				s.Remind = append(s.Remind, short(t.Duration))
			}
		case t.RRule != "" && s.RRule == "":
			s.RRule = t.RRule
			if s.At == nil && !t.Start.IsZero() {
				s.At = &t.Start
			}
		case s.At == nil && !t.Start.IsZero():
			s.At = &t.Start
			if t.Joined {
				s.Until = &t.Stop
			}
		}
	}
	if u.Slots.Remind == nil && lead != nil {
		if d, ok := timex.ParseDuration(strings.TrimPrefix(strings.TrimSuffix(normal[lead[0]:lead[1]], "提醒"), "提前")); ok {
			s.Remind = []string{short(d)}
		}
	}
	if strings.HasPrefix(u.Intent, "meeting.") {
		if t := titleWords.FindString(normal); t != "" {
			for _, when := range u.Times {
				t = strings.ReplaceAll(t, when.Text, "")
			}
			s.Title = strings.TrimLeft(strings.TrimPrefix(t, s.Place), "开召的把在安排通知定一个次取消")
		}
	}
}

// percent reads 80%, 八成, 一半; nil if there is none.
func percent(normal string) *int {
	if !strings.ContainsAny(normal, "%百成半") {
		return nil
	}
	p := percentWords.FindStringSubmatch(normal)
	if p == nil {
		return nil
	}
	v := 50
	switch {
	case p[1] != "":
		v, _ = strconv.Atoi(p[1]) // three digits
	case p[2] != "":
		v = tens(p[2])
	case p[3] != "":
		v = 10 * (1 + strings.Index("一二三四五六七八九", p[3])/3)
	}
	return &v
}

// tens reads a Chinese numeral up to 九十九.
func tens(numeral string) int {
	n, last := 0, 0
	for _, r := range numeral {
		if r == '十' {
			n, last = max(last, 1)*10, 0
			continue
		}
		last = 1 + strings.IndexRune("一二三四五六七八九", r)/3
	}
	return n + last
}

// short writes a duration as 24h or 30m.
func short(d time.Duration) string {
	text := d.String()
	text = strings.TrimSuffix(text, "0s")
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
