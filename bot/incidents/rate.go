package incidents

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/bot"
)

var zeroTime time.Time

const (
	askAgain = 48 * time.Hour // a reporter who doesn't answer is asked once more
	giveUp   = 48 * time.Hour // and then the case is archived
)

// callBack asks the reporters of a closed case whether it is solved: 回访.
func (s *Skill) callBack(t *bot.Turn, c *Case) error {
	if err := auto(t, c, CallBack, ""); err != nil {
		return err
	}
	if err := s.askReporters(t, c, "callback"); err != nil {
		return err
	}
	return t.Wake(bot.Timer{Skill: name, Name: "rate", Subject: c.ID, At: t.Now.Add(askAgain)})
}

// askReporters asks those who haven't said it.
func (s *Skill) askReporters(t *bot.Turn, c *Case, text string) error {
	choices := []bot.Choice{s.choice("solved.yes", "solved", c.ID, "yes"), s.choice("solved.no", "solved", c.ID, "no")}
	for i := range c.Reporters {
		r := &c.Reporters[i]
		if r.answered() || r.Chat.ID == "" || r.Chat.Group && c.Secret {
			continue
		}
		r.Asked++
		r.Rating = nil
		data := s.data(t, c)
		if c.Secret {
			data["Name"] = s.say("secret.name", nil)
		}
		out := bot.Reply{Text: s.say(text, data), Choices: choices}
		if r.Asked == 1 && !r.Chat.Group {
			out.Files = results(c)
		}
		t.Tell(r.Chat, out, time.Time{})
	}
	return s.await(t, c, asked{What: "rate", Case: c.ID, Arg: "solved"}, choices...)
}

// await opens the question in the conversations of the reporters that are at rest: what they write next is the answer.
func (s *Skill) await(t *bot.Turn, c *Case, q asked, choices ...bot.Choice) error {
	state, err := json.Marshal(q)
	if err != nil {
		return err
	}
	for _, r := range c.Reporters {
		if r.Person == t.Person.ID || r.Chat.ID == "" || r.Chat.Group || q.What == "rate" && r.answered() {
			continue
		}
		var session bot.Session
		if _, err := t.Get(bot.KindSession, r.Chat.Key(), &session); err != nil {
			return err
		}
		var open asked
		if session.Skill != "" && t.Now.Sub(session.Last) <= bot.Idle && (session.Skill != name || json.Unmarshal(session.State, &open) != nil || open.What != "made" && open.What != "rate") {
			continue
		}
		session.Skill, session.State, session.Asked, session.Last, session.Case, session.Choices = name, state, t.Now, t.Now, c.ID, choices
		if err := t.Put(bot.KindSession, r.Chat.Key(), session, t.Now); err != nil {
			return err
		}
	}
	return nil
}

// answerRating takes what a reporter writes to the question whether it is solved, or to one that follows it.
func (s *Skill) answerRating(t *bot.Turn, c *Case, q asked) (bool, error) {
	o := readOpinion(t.Text())
	if answer := yes.MatchString(t.Text()); o.empty() && (answer || no.MatchString(t.Text())) {
		switch q.Arg {
		case "solved":
			o.solved = bool3(answer)
		case "contacted":
			o.contacted = bool3(answer)
		case "satisfied":
			o.satisfied = bool3(answer)
		}
	}
	if o.empty() || asking.MatchString(t.Text()) || c.Reporter(t.Person.ID) == nil || c.Open() || len(References(t.Text())) > 0 {
		return false, nil
	}
	t.Settle()
	t.Session.Case = c.ID
	return true, s.takeRating(t, c, o)
}

// lateRating takes a short answer to the question whether it is solved that comes when the conversation has long rested: 1, 解决了, 没人来过.
func (s *Skill) lateRating(t *bot.Turn) (bool, error) {
	text := t.Text()
	short := utf8.RuneCountInString(text) <= 12 && text != "" && !t.Message.Chat.Group
	first, second := text == "1", text == "2"
	if !short || t.Session.Skill != "" || len(t.Session.Choices) > 0 || !first && !second && readOpinion(text).empty() && !yes.MatchString(text) && !no.MatchString(text) {
		return false, nil
	}
	own, err := find(t, "by="+t.Person.ID, true, 20)
	if err != nil {
		return false, err
	}
	waiting := slices.DeleteFunc(own, func(c *Case) bool {
		r := c.Reporter(t.Person.ID)
		return c.State != CalledBack && c.State != Rated || r == nil || r.Asked == 0 || r.answered()
	})
	if len(waiting) != 1 {
		return false, nil
	}
	if first || second {
		return true, s.rateSolved(t, waiting[0], map[bool]string{true: "yes", false: "no"}[first])
	}
	return s.answerRating(t, waiting[0], asked{What: "rate", Arg: "solved"})
}

// askOpinion asks for a part of the rating.
func (s *Skill) askOpinion(t *bot.Turn, c *Case, part string, data any) error {
	t.Say(s.say("ask."+part, data), s.choice(part+".yes", part, c.ID, "yes"), s.choice(part+".no", part, c.ID, "no"))
	return t.Expect(name, asked{What: "rate", Case: c.ID, Arg: part})
}

// answered reports whether the reporter has said of the last closing what was asked.
func (r *Reporter) answered() bool { return r.Rating != nil && r.Rating.Solved != nil && r.Asked > 0 }

// rating is the reporter's, made if there is none.
func (s *Skill) rating(t *bot.Turn, c *Case) *Rating {
	r := c.Reporter(t.Person.ID)
	if r == nil {
		return nil
	}
	if r.Rating == nil {
		r.Rating = &Rating{}
	}
	r.Rating.At = t.Now
	return r.Rating
}

// rateSolved takes whether it is solved. "No" opens the case again.
func (s *Skill) rateSolved(t *bot.Turn, c *Case, answer string) error {
	return s.takeRating(t, c, opinion{solved: bool3(answer == "yes")})
}

func (s *Skill) rateContacted(t *bot.Turn, c *Case, answer string) error {
	return s.takeRating(t, c, opinion{contacted: bool3(answer == "yes")})
}

func (s *Skill) rateSatisfied(t *bot.Turn, c *Case, answer string) error {
	return s.takeRating(t, c, opinion{satisfied: bool3(answer == "yes")})
}

func bool3(b bool) *bool { return &b }

// opinion is what a reporter says in one go.
type opinion struct{ contacted, solved, satisfied *bool }

func (o opinion) empty() bool { return o.contacted == nil && o.solved == nil && o.satisfied == nil }

var opinions = []struct {
	re  *regexp.Regexp
	set func(*opinion)
}{
	{regexp.MustCompile(`(?:没|没有|未|无)人?(?:来)?(?:联系|来过|打电话|上门)|没人(?:管|理|来)`), func(o *opinion) { o.contacted = bool3(false) }},
	{regexp.MustCompile(`联系(?:过|了|到)|来过|打过电话|上过?门`), func(o *opinion) { o.contacted = bool3(true) }},
	{regexp.MustCompile(`(?:没|没有|未|不)(?:能|有)?(?:得到)?(?:解决|修|弄好|处理|办|清|换|搬|好|通|亮|干净)|还(?:是|在)(?:老样子|不行|没|堵|坏|漏|不亮|黑|那样|这样)|又(?:堵|坏|漏|黑|堆|脏|乱|响|臭|出现|不亮|来了|这样|那样)`), func(o *opinion) { o.solved = bool3(false) }},
	{regexp.MustCompile(`解决|(?:修|弄|处理|清理?|换|办|搞|收拾)(?:好|完|走|掉|干净|了)|(?:好|通|亮|走|干净)了|不(?:堵|漏|臭|吵)了|没问题了`), func(o *opinion) { o.solved = bool3(true) }},
	{regexp.MustCompile(`(?:不|没有?|非常不|很不|不太|不够)(?:是?很?)满意|差评|太差`), func(o *opinion) { o.satisfied = bool3(false) }},
	{regexp.MustCompile(`满意|好评|谢谢|感谢|挺好|很好`), func(o *opinion) { o.satisfied = bool3(true) }},
}

// read takes an opinion out of words; a no stands before a yes.
func readOpinion(text string) opinion {
	var o opinion
	text = strings.ReplaceAll(text, "不好意思", "")
	for i := 0; i < len(opinions); i += 2 {
		if opinions[i].re.MatchString(text) {
			opinions[i].set(&o)
		} else if opinions[i+1].re.MatchString(text) {
			opinions[i+1].set(&o)
		}
	}
	return o
}

// rate takes a rating in words: 解决了,很满意; 没解决,还是堵.
func (s *Skill) rate(t *bot.Turn) error {
	c, err := s.meant(t, func(c *Case) bool {
		return c.Reporter(t.Person.ID) != nil && (c.State == CalledBack || c.State == Rated || c.State == Archived || c.State == Closed)
	})
	if c == nil || err != nil {
		return err
	}
	o := readOpinion(t.Text())
	if o.empty() {
		_, err := s.askMissing(t, c)
		return err
	}
	return s.takeRating(t, c, o)
}

// askMissing asks for the first part of the rating that the reporter hasn't given, and reports whether there is one.
func (s *Skill) askMissing(t *bot.Turn, c *Case) (bool, error) {
	r := c.Reporter(t.Person.ID).Rating
	switch {
	case r == nil || r.Solved == nil:
		return true, s.askOpinion(t, c, "solved", s.data(t, c))
	case r.Contacted == nil:
		return true, s.askOpinion(t, c, "contacted", nil)
	case r.Satisfied == nil:
		return true, s.askOpinion(t, c, "satisfied", nil)
	}
	return false, nil
}

// takeRating writes the opinion down and asks for what is left of it, one thing at a time.
func (s *Skill) takeRating(t *bot.Turn, c *Case, o opinion) error {
	as := Actors(t.Org, t.Person, c)
	if o.solved != nil && !*o.solved {
		if !c.Can(Reopen, as) {
			_, err := s.act(t, c, Reopen, "…")
			return err
		}
		s.write(t, c, o)
		if err := save(t, c); err != nil {
			return err
		}
		why := t.Text()
		if t.Message.Action != "" || len([]rune(why)) < 4 {
			why = ""
		}
		return s.reopen(t, c, why)
	}
	if c.State == Archived {
		t.Say(s.say("archived", c.Number))
		return nil
	}
	if ok, err := s.act(t, c, Rate, s.opinionWords(o)); !ok || err != nil {
		return err
	}
	s.write(t, c, o)
	missing, err := s.askMissing(t, c)
	if err != nil {
		return err
	}
	if !missing {
		data := s.data(t, c)
		data["Unhappy"] = !*c.Reporter(t.Person.ID).Rating.Satisfied
		t.Say(s.say("rated", data))
		if s.allRated(c) {
			if err := auto(t, c, Archive, ""); err != nil {
				return err
			}
		}
	}
	return save(t, c)
}

func (s *Skill) write(t *bot.Turn, c *Case, o opinion) {
	r := s.rating(t, c)
	if r == nil {
		return
	}
	for _, p := range []struct{ to, from **bool }{{&r.Contacted, &o.contacted}, {&r.Solved, &o.solved}, {&r.Satisfied, &o.satisfied}} {
		if *p.from != nil {
			*p.to = *p.from
		}
	}
}

func (s *Skill) opinionWords(o opinion) string {
	words := ""
	for _, p := range []struct {
		name string
		is   *bool
	}{{"contacted", o.contacted}, {"solved", o.solved}, {"satisfied", o.satisfied}} {
		if p.is == nil {
			continue
		}
		label := p.name + ".no"
		if *p.is {
			label = p.name + ".yes"
		}
		words = more(words, s.say("choice."+label, nil))
	}
	return words
}

// allRated reports whether every reporter has answered everything.
func (s *Skill) allRated(c *Case) bool {
	for _, r := range c.Reporters {
		if r.Rating == nil || r.Rating.Solved == nil || r.Rating.Contacted == nil || r.Rating.Satisfied == nil {
			return false
		}
	}
	return true
}
