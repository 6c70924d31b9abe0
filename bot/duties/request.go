package duties

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"linli/bot"
)

// KindRequest is the kind of record that keeps a Request; keys street=, state=, by=.
const KindRequest = "admission"

// Request is a wish to hand a matter down to communities (准入申请).
type Request struct {
	ID     string       `json:"id"`
	Matter string       `json:"matter"`
	From   string       `json:"from"`             // who wishes it, as it was said
	Unit   string       `json:"unit"`             // … as a unit: the asker's if the words name none that is known
	Street string       `json:"street,omitempty"` // who decides; "" while it is not known
	To     string       `json:"to,omitempty"`     // the one community that is meant; "": those of the street
	Class  Class        `json:"class"`
	Found  string       `json:"found,omitempty"`
	Basis  string       `json:"basis,omitempty"`
	State  RequestState `json:"state"`
	Why    string       `json:"why,omitempty"`   // the reason of the decision
	Term   string       `json:"term,omitempty"`  // until when
	Funds  string       `json:"funds,omitempty"` // who pays what
	By     string       `json:"by"`
	Chat   bot.Chat     `json:"chat"`
	Made   time.Time    `json:"made"`
	Steps  []Step       `json:"steps"`
}

// RequestState is where a request stands.
type RequestState string

// The states of a request.
const (
	Draft   RequestState = "draft"   // it isn't known which street
	Waiting RequestState = "waiting" // for the street
	Agreed  RequestState = "agreed"
	Refused RequestState = "refused"
)

// StateName is shown to who watches.
func (r *Request) StateName() string { return string(r.State) }

// draft is a request, or a decision, as it is read from words.
type draft struct {
	From   string `json:"from,omitempty"`
	Place  string `json:"place,omitempty"`
	Matter string `json:"matter,omitempty"`
	Why    string `json:"why,omitempty"`
	Term   string `json:"term,omitempty"`
	Funds  string `json:"funds,omitempty"`
}

var (
	requestForm  = regexp.MustCompile(`^(?:准入申请|社区事项准入申请|申请准入)\s*[:: ]\s*(.{2,100})$`)
	requestWords = regexp.MustCompile(`^(?:请示[::]?)?([^,,。??]{0,16}?)(?:想要?|拟|准备|需要|申请|希望|打算|请求|计划)(?:请|让|要求|安排|委托|由|把|将|发动)?(?:各|全部|所有|辖区内?|下面)?([^,,。??\s]{0,8}?)(?:社区居委会|居委会|社区)(?:来|去)?((?:帮忙|帮助|帮|协助|配合|承担|负责|代|参与|做|发|开展|完成|上门|入户|收集|统计|组织).{2,60}?)[。.]?$`)
	requestBody  = regexp.MustCompile(`^([^,,。??]{0,16}?)(?:请|让|要求|安排|委托|由)(?:各|全部|所有)?([^,,。??\s]{0,8}?)(?:社区居委会|居委会|社区)(?:来|去|帮忙|帮助|帮)?(.{2,60}?)[。.]?$`) // behind 准入申请:
	requestList  = regexp.MustCompile(`准入(?:申请|事项)?.{0,4}(?:哪些|列表|记录|历史|待|没|未|进展|怎么样|情况)|(?:哪些|待).{0,6}准入申请`)
)

// requestOf reads a wish to hand something down; false if the words are none, or a question.
func requestOf(text string) (draft, bool) {
	if m := requestForm.FindStringSubmatch(text); m != nil {
		if d, ok := requestOf(m[1]); ok {
			return d, true
		}
		if b := requestBody.FindStringSubmatch(m[1]); b != nil {
			return draft{From: b[1], Place: b[2], Matter: b[3]}, true
		}
		return draft{Matter: m[1]}, true
	}
	if strings.ContainsAny(text, "??") || strings.HasSuffix(text, "吗") || strings.Contains(text, "能不能") {
		return draft{}, false
	}
	m := requestWords.FindStringSubmatch(text)
	if m == nil {
		return draft{}, false
	}
	return draft{From: strings.TrimSpace(m[1]), Place: m[2], Matter: strings.TrimSpace(m[3])}, true
}

// request records the wish, asks which street if that is open, and lets it decide. What is barred is refused by the clause at once, and both are told.
func (s *Skill) request(t *bot.Turn, d draft) error {
	if !t.Allowed(bot.ReportProgress, "") {
		t.Say(s.say("forbidden", nil))
		return nil
	}
	asker := t.Person.Grants[0].Unit
	rule := s.rule(t, d.Matter)
	r := &Request{
		ID: requestID(t), Matter: d.Matter, From: d.From, Unit: asker, Class: rule.Class, Found: rule.Found, Basis: rule.Basis, State: Draft,
		By: t.Person.ID, Chat: t.Message.Chat, Made: t.Now,
	}
	if u := unitIn(t.Org, d.From); u != "" {
		r.Unit = u
	}
	if r.From == "" || strings.HasPrefix(r.From, "我") || strings.HasPrefix(r.From, "本") {
		r.From = t.Org.Name(r.Unit)
	}
	r.To = placeOf(t.Org, d.Place)
	r.step(t, "asked", "", string(r.State), "")
	for _, id := range []string{r.To, asker, r.Unit} {
		if street := streetOf(t.Org, id); street != "" && r.Street == "" {
			r.Street = street
		}
	}
	if r.To == r.Street {
		r.To = ""
	}
	if r.Street == "" {
		return s.askStreet(t, r)
	}
	return s.lay(t, r)
}

// placeOf is the community or the street whose communities are meant; "" if the words name none that is known.
func placeOf(org *bot.Org, words string) string {
	words = strings.TrimRight(words, "的各全部所有辖区内下面")
	for _, n := range []string{words + "社区", words} {
		if found, err := org.Lookup(n); words != "" && err == nil {
			return found.ID
		}
	}
	return ""
}

func requestID(t *bot.Turn) string {
	sum := sha256.Sum256([]byte(t.Message.Chat.Channel + "\x00" + t.Message.ID))
	return hex.EncodeToString(sum[:6])
}

// streetOf is the street, or in a county without streets the body that manages communities, which the unit is or belongs to.
func streetOf(org *bot.Org, unit string) string {
	for _, level := range []string{"street", "management"} {
		if u := org.Ancestor(unit, level); u != nil {
			return u.ID
		}
	}
	return ""
}

func (r *Request) step(t *bot.Turn, what, from, to, why string) {
	r.Steps = append(r.Steps, Step{Item: r.ID, N: len(r.Steps) + 1, At: t.Now, Who: cmp.Or(t.Person.Name, t.Person.ID), By: t.Person.ID, What: what, From: from, To: to, Why: why})
}

func (s *Skill) putRequest(t *bot.Turn, r *Request) error {
	return t.Put(KindRequest, r.ID, r, r.Made, "street="+r.Street, "state="+string(r.State), "by="+r.By)
}

func (s *Skill) askStreet(t *bot.Turn, r *Request) error {
	var choices []bot.Choice
	for _, u := range t.Org.Units() {
		if (u.Level == "street" || u.Level == "management") && t.Org.Within(u.ID, t.Root) {
			choices = append(choices, bot.NewChoice(u.Name, name, "street", r.ID+"|"+u.ID))
		}
	}
	t.Say(s.say("request.street", r), choices...)
	if err := s.putRequest(t, r); err != nil {
		return err
	}
	return s.expect(t, state{Ask: "street", ID: r.ID})
}

func (s *Skill) chooseStreet(t *bot.Turn, argument string) error {
	id, street, _ := strings.Cut(argument, "|")
	r, err := s.requestByID(t, id)
	if err != nil {
		return err
	}
	if r == nil || r.By != t.Person.ID || r.State != Draft || streetOf(t.Org, street) != street {
		t.Say(s.say("gone", nil))
		return nil
	}
	r.Street = street
	return s.lay(t, r)
}

// lay puts the request before the street.
func (s *Skill) lay(t *bot.Turn, r *Request) error {
	r.State = Waiting
	if r.Class == Barred {
		r.State, r.Why = Refused, s.say("request.barred.why", r)
		r.step(t, "refused", string(Waiting), string(Refused), r.Why)
		t.Reply(bot.Reply{Text: s.say("request.barred", s.facts(t, r)), Sources: []bot.Source{{Title: barredBasis, URL: barredSource, CheckedOn: checkedOn}}})
		if err := s.tell(t, r.Street, bot.Reply{Text: s.say("request.barred.street", s.facts(t, r))}); err != nil {
			return err
		}
		return s.putRequest(t, r)
	}
	r.step(t, "laid", string(Draft), string(Waiting), "")
	t.Say(s.say("request.made", s.facts(t, r)))
	if err := s.tell(t, r.Street, bot.Reply{Text: s.say("request.new", s.facts(t, r)), Choices: s.decisions(r)}); err != nil {
		return err
	}
	return s.putRequest(t, r)
}

func (s *Skill) decisions(r *Request) []bot.Choice {
	return []bot.Choice{s.choice("agree", "agree", r.ID), s.choice("refuse", "refuse", r.ID)}
}

func (s *Skill) facts(t *bot.Turn, r *Request) map[string]any {
	to := s.say("request.all", t.Org.Name(r.Street))
	if r.To != "" {
		to = t.Org.Name(r.To)
	}
	return map[string]any{"R": r, "Street": t.Org.Name(r.Street), "To": to}
}

// tell says it to the unit, but not where it is being spoken of.
func (s *Skill) tell(t *bot.Turn, unit string, reply bot.Reply) error {
	chats, err := s.chats(t, unit)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if chat != t.Message.Chat {
			t.Tell(chat, reply, time.Time{})
		}
	}
	return nil
}

func (s *Skill) requestByID(t *bot.Turn, id string) (*Request, error) {
	r := &Request{}
	known, err := t.Get(KindRequest, id, r)
	if err != nil || !known {
		return nil, err
	}
	return r, nil
}
