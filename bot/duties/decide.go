package duties

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"linli/bot"
)

// decidable reads a request that the person may decide now. It answers itself when there is none.
func (s *Skill) decidable(t *bot.Turn, id string) (*Request, error) {
	r, err := s.requestByID(t, id)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		t.Say(s.say("gone", nil))
	case !t.Allowed(bot.AdmitMatter, r.Street):
		t.Say(s.say("request.notyours", s.facts(t, r)))
	case r.State != Waiting:
		t.Say(s.say("request.decided", s.facts(t, r)))
	default:
		return r, nil
	}
	return nil, nil
}

func (s *Skill) askAgree(t *bot.Turn, id string) error {
	r, err := s.decidable(t, id)
	if err != nil || r == nil {
		return err
	}
	t.Say(s.say("ask.agree", s.facts(t, r)))
	return s.expect(t, state{Ask: "agree", ID: id, Draft: &draft{}})
}

func (s *Skill) askRefuse(t *bot.Turn, id string) error {
	r, err := s.decidable(t, id)
	if err != nil || r == nil {
		return err
	}
	t.Say(s.say("ask.refuse", s.facts(t, r)))
	return s.expect(t, state{Ask: "refuse", ID: id})
}

var (
	clauses   = regexp.MustCompile(`[,,;;。\n]+`)
	fundWords = regexp.MustCompile(`经费|费用|补贴|补助|劳务|报酬|\d\s*(?:元|万)|免费|无偿|不产生|出钱|承担`)
	termWords = regexp.MustCompile(`期限|截至|截止|为期|到.{0,8}(?:底|止|为止)|一次性|\d+\s*(?:天|个月|年|周)|[一二三四五六两半]个?(?:天|月|年|周)`)
)

// take reads a reason, a term and who pays out of what was said; each part of a sentence says one of them.
func (d *draft) take(t *bot.Turn, text string) {
	for _, part := range clauses.Split(text, -1) {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case fundWords.MatchString(part):
			d.Funds = strings.TrimPrefix(d.Funds+";"+part, ";")
		case termWords.MatchString(part), len(t.Understand(part).Times) > 0:
			d.Term = strings.TrimPrefix(d.Term+";"+part, ";")
		default:
			d.Why = strings.TrimPrefix(d.Why+";"+part, ";")
		}
	}
}

// heardRequest hears the street's name, or the street's decision.
func (s *Skill) heardRequest(t *bot.Turn, st state) error {
	if st.Ask == "street" {
		u, err := t.Org.Lookup(strings.TrimSuffix(t.Text(), "的"))
		if err != nil || streetOf(t.Org, u.ID) == "" {
			t.Say(s.say("request.street.again", nil))
			return nil
		}
		t.Settle()
		return s.chooseStreet(t, st.ID+"|"+streetOf(t.Org, u.ID))
	}
	r, err := s.decidable(t, st.ID)
	if err != nil || r == nil {
		t.Settle()
		return err
	}
	if st.Ask == "refuse" {
		t.Settle()
		return s.decide(t, r, Refused, draft{Why: short(t.Text(), 200)})
	}
	d := *st.Draft
	d.take(t, short(t.Text(), 300))
	if missing := d.missing(); missing != "" {
		t.Say(s.say("ask.agree."+missing, nil))
		return s.expect(t, state{Ask: "agree", ID: st.ID, Draft: &d})
	}
	t.Settle()
	return s.decide(t, r, Agreed, d)
}

// missing is what an agreement lacks: it has a reason, a term and says who pays.
func (d *draft) missing() string {
	switch {
	case d.Term == "":
		return "term"
	case d.Funds == "":
		return "funds"
	case d.Why == "":
		return "why"
	}
	return ""
}

// decide records the decision and tells who asked and, if it is agreed, who is to do it.
func (s *Skill) decide(t *bot.Turn, r *Request, to RequestState, d draft) error {
	r.step(t, string(to), string(r.State), string(to), d.Why)
	r.State, r.Why, r.Term, r.Funds = to, d.Why, d.Term, d.Funds
	facts := s.facts(t, r)
	t.Say(s.say("request.done", facts))
	if r.Chat != t.Message.Chat {
		t.Tell(r.Chat, bot.Reply{Text: s.say("request.result", facts)}, time.Time{})
	}
	if err := s.putRequest(t, r); err != nil {
		return err
	}
	if to != Agreed {
		return nil
	}
	communities := []string{r.To}
	if r.To == "" {
		communities = t.Org.Children(r.Street)
	}
	for _, c := range communities {
		if err := s.tell(t, c, bot.Reply{Text: s.say("request.community", facts)}); err != nil {
			return err
		}
	}
	return nil
}

// requests lists those that the person's units decided or are to decide, and those that the person laid.
func (s *Skill) requests(t *bot.Turn) error {
	street := streetOf(t.Org, t.Person.Grants[0].Unit)
	key := "by=" + t.Person.ID
	if street != "" {
		key = "street=" + street
	}
	page, err := t.Find(bot.Query{Kind: KindRequest, Keys: []string{key}, Newest: true, Limit: rows})
	if err != nil {
		return err
	}
	var found []map[string]any
	var choices []bot.Choice
	for _, record := range page.Records {
		r := &Request{}
		if err := json.Unmarshal(record.Body, r); err != nil {
			return err
		}
		r.Made = local(t, r.Made)
		found = append(found, s.facts(t, r))
		choices = append(choices, bot.NewChoice(fmt.Sprintf("%s %s", r.Made.Format("1月2日"), short(r.Matter, 12)), name, "matter", r.ID))
	}
	t.Say(s.say("request.list", found), choices...)
	return nil
}

// showRequest shows a request with its history to those whom it concerns.
func (s *Skill) showRequest(t *bot.Turn, id string) error {
	r, err := s.requestByID(t, id)
	if err != nil {
		return err
	}
	if r == nil || !t.Person.Staff() || r.By != t.Person.ID && !t.Allowed(bot.AdmitMatter, r.Street) && streetOf(t.Org, t.Person.Grants[0].Unit) != r.Street {
		t.Say(s.say("gone", nil))
		return nil
	}
	for i := range r.Steps {
		r.Steps[i].At = local(t, r.Steps[i].At)
	}
	reply := bot.Reply{Text: s.say("request.show", s.facts(t, r))}
	if r.State == Waiting && t.Allowed(bot.AdmitMatter, r.Street) {
		reply.Choices = s.decisions(r)
	}
	t.Reply(reply)
	return nil
}

// requestAgain makes a request of a matter that was only asked about.
func (s *Skill) requestAgain(t *bot.Turn, matter string) error {
	return s.request(t, draft{Matter: matter})
}
