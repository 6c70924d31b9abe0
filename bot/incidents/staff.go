package incidents

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"linli/bot"
	"linli/intents/place"
)

// sign takes the case: 签收.
func (s *Skill) sign(t *bot.Turn, c *Case, _ string) error {
	if c.State == Signed && c.Handler.ID == t.Person.ID {
		t.Reply(s.card(t, c, "signed.already"))
		return nil
	}
	if ok, err := s.act(t, c, Sign, ""); !ok || err != nil {
		return err
	}
	c.Handler = Someone{ID: t.Person.ID, Name: t.Person.Name}
	t.Reply(s.card(t, c, "signed"))
	s.progress(t, c, "signed")
	if err := s.tellStaff(t, c, "staff.signed", s.data(t, c)); err != nil {
		return err
	}
	return save(t, c)
}

// begin signs for a case and begins it where the person does something that presupposes it.
func (s *Skill) begin(t *bot.Turn, c *Case, contacted bool) error {
	as := Actors(t.Org, t.Person, c)
	by := speaker(t, c)
	steps := []Event{Sign}
	if contacted {
		steps = append(steps, Contact)
	}
	for _, e := range steps {
		if !c.Can(e, as) {
			continue
		}
		if err := c.Apply(Change{Event: e, By: by, As: as, At: t.Now}); err != nil {
			return err
		}
		if e == Sign {
			c.Handler = by
		}
	}
	if contacted && c.Contacted.IsZero() {
		c.Contacted = t.Now
	}
	return nil
}

// contact records that the reporter was spoken to.
func (s *Skill) contact(t *bot.Turn, c *Case, text string) error {
	if err := s.begin(t, c, false); err != nil {
		return err
	}
	if ok, err := s.act(t, c, Contact, ""); !ok || err != nil {
		return err
	}
	c.Contacted = t.Now
	t.Reply(s.card(t, c, "contacted"))
	s.progress(t, c, "contacted")
	return save(t, c)
}

// done closes the case with its result; words that say no more than "done" ask for it.
func (s *Skill) done(t *bot.Turn, c *Case, text string) error {
	if !c.Can(Answer, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, Answer, "…") // says why not
		return err
	}
	if t.Message.Action != "" {
		text = ""
	}
	result := resultOf(text)
	bare := bareDone.MatchString(result)
	if (result == "" || !finished.MatchString(text)) && len(t.Message.Attachments) == 0 {
		t.Say(s.say("ask.result", c.Number))
		return t.Expect(name, asked{What: "result", Case: c.ID})
	}
	before := c.State
	if err := s.close(t, c, result); err != nil || !bare || c.State == before {
		return err
	}
	t.Say(s.say("ask.after", nil), s.choice("undo", "undo", c.ID))
	return t.Expect(name, asked{What: "after", Case: c.ID})
}

// finished are words of something that has come to its end; without one a model's guess doesn't close a case, the question for the result comes first.
var finished = regexp.MustCompile(`(?:好|完|掉|走|毕|通|成|妥|到位|干净|过|齐|亮|拆|清|修|换|补|撤|装|劝|谈)了|(?:处理|修|弄|办|清理?|换|搞|安装|更换|疏通)(?:好|完|掉|走|毕|到位|干净)|完成|办结|结案|销号|搞定|解决|恢复|妥善|到位|完毕|已经?(?:处理|修|清|换|更换|安装|整改|协调|疏通|拆|搬|劝|调解|扑灭|化解|告知|答复|上门|排除)`)

// bareDone is a result that says no more than that there is one.
var bareDone = regexp.MustCompile(`^(?:都|已经?|现已|全部)*(?:处理|解决|弄|修|办|搞|清理|维修|处置)(?:好|完|掉|毕|完毕|完成)*了?$`)

// addResult takes the line or the photo that follows a bare "done".
func (s *Skill) addResult(t *bot.Turn, c *Case) (bool, error) {
	text := t.Text()
	match, located := place.Best(place.Find(text, t.Places))
	elsewhere := t.Understood.Intent == "report" && located && !match.Weak && !strings.Contains(c.Place.Words, match.Text)
	if t.Now.Sub(t.Session.Last) > burst || len(References(text)) > 0 || elsewhere || text == "" && len(t.Message.Attachments) == 0 {
		return false, nil
	}
	if ok, err := s.act(t, c, Note, cmp.Or(text, s.say("result.photo", nil))); !ok || err != nil {
		return true, err
	}
	c.Result = more(c.Result, text)
	c.attach(t, true)
	t.Say(s.say("noted", map[string]any{"Number": c.Number, "Files": len(t.Message.Attachments)}))
	if len(t.Message.Attachments) > 0 && !c.Secret {
		s.showReporters(t, c, bot.Reply{Text: s.say("progress.photo", s.data(t, c)), Files: t.Message.Attachments})
	}
	return true, save(t, c)
}

// resultOf is what the words say of the result, without the case that they name.
func resultOf(text string) string {
	for _, r := range References(text) {
		text = strings.Replace(text, r.words, "", 1)
	}
	text = opening.ReplaceAllString(strings.Trim(text, " ,，。:：、的"), "")
	if rest := strings.TrimRight(closing.ReplaceAllString(text, ""), " ,，。"); rest != "" {
		return rest
	}
	return text
}

// opening is the command at the beginning of a result.
var opening = regexp.MustCompile(`^(?:办结|结案|销号)[,，:：\s]+`)

// closing is the command at the end of a result.
var closing = regexp.MustCompile(`[,，。\s](?:可以|请|已)?(?:办结|结案|销号)(?:了|吧)?$`)

// close answers and closes: the two steps that one sentence is.
func (s *Skill) close(t *bot.Turn, c *Case, result string) error {
	as := Actors(t.Org, t.Person, c)
	if c.Can(Answer, as) {
		if err := s.begin(t, c, false); err != nil {
			return err
		}
	}
	if c.Can(Begin, as) {
		if err := c.Apply(Change{Event: Begin, By: speaker(t, c), As: as, At: t.Now}); err != nil {
			return err
		}
	}
	if ok, err := s.act(t, c, Answer, cmp.Or(result, s.say("result.photo", nil))); !ok || err != nil {
		return err
	}
	if ok, err := s.act(t, c, Close, ""); !ok || err != nil {
		return err
	}
	c.attach(t, true)
	c.Result, c.Closed, c.Extension = cmp.Or(result, s.say("result.photo", nil)), t.Now, nil
	t.Say(s.say("done", s.data(t, c)), s.choice("undo", "undo", c.ID), s.choice("board", "board", ""))
	if err := s.tellStaff(t, c, "staff.done", s.data(t, c)); err != nil {
		return err
	}
	if err := s.callBack(t, c); err != nil {
		return err
	}
	return save(t, c)
}

// undo opens again what was closed by mistake.
func (s *Skill) undo(t *bot.Turn, c *Case, _ string) error {
	return s.reopen(t, c, s.say("undo.why", nil))
}

// more shows the rarer steps.
func (s *Skill) more(t *bot.Turn, c *Case, _ string) error {
	as := Actors(t.Org, t.Person, c)
	var choices []bot.Choice
	for _, b := range []struct {
		label, verb string
		event       Event
	}{
		{"contact", "contact", Contact}, {"note", "note", Note}, {"ask", "ask", Question}, {"assist", "assist", Assist}, {"transfer", "transfer", Transfer},
		{"return", "return", Return}, {"time", "time", AskTime}, {"category", "category", Recategorise}, {"place", "place", Relocate}, {"supervise", "supervise", Supervise},
	} {
		if c.Can(b.event, as) && (b.event != AskTime || t.Now.Before(c.Due.At)) {
			choices = append(choices, s.choice(b.label, b.verb, c.ID))
		}
	}
	t.Say(s.say("more", c.Number), append(choices, s.choice("story", "story", c.ID))...)
	return nil
}

// ask asks the reporter back.
func (s *Skill) ask(t *bot.Turn, c *Case, _ string) error {
	if !c.Can(Question, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, Question, "")
		return err
	}
	t.Say(s.say("ask.question", c.Number))
	return t.Expect(name, asked{What: "question", Case: c.ID})
}

// question sends the words of staff to the reporters; what they answer goes to the case.
func (s *Skill) question(t *bot.Turn, c *Case, text string) error {
	if err := s.begin(t, c, true); err != nil {
		return err
	}
	if ok, err := s.act(t, c, Question, text); !ok || err != nil {
		return err
	}
	data := s.data(t, c)
	data["Question"] = text
	s.tellReporters(t, c, "question", data, s.choice("reply", "reply", c.ID))
	if err := s.await(t, c, asked{What: "reply", Case: c.ID}, s.choice("reply", "reply", c.ID)); err != nil {
		return err
	}
	t.Say(s.say("question.sent", c.Number))
	return save(t, c)
}

// askReply lets a reporter answer what was asked.
func (s *Skill) askReply(t *bot.Turn, c *Case, _ string) error {
	t.Say(s.say("ask.reply", c.Number))
	return t.Expect(name, asked{What: "reply", Case: c.ID})
}

func (s *Skill) replyTo(t *bot.Turn, c *Case, text string) error {
	if ok, err := s.act(t, c, Reply, text); !ok || err != nil {
		return err
	}
	c.attach(t, false)
	data := s.data(t, c)
	data["Reply"] = text
	t.Say(s.say("replied", c.Number))
	if err := s.tellStaff(t, c, "staff.replied", data, s.choice("show", "show", c.ID)); err != nil {
		return err
	}
	return save(t, c)
}

// note asks for a comment, or takes the one that was given.
func (s *Skill) note(t *bot.Turn, c *Case, _ string) error {
	t.Say(s.say("ask.note", c.Number))
	return t.Expect(name, asked{What: "note", Case: c.ID})
}

func (s *Skill) noteDown(t *bot.Turn, c *Case, text string) error {
	if ok, err := s.act(t, c, Note, cmp.Or(text, s.say("added.file", nil))); !ok || err != nil {
		return err
	}
	c.attach(t, false)
	t.Say(s.say("noted", map[string]any{"Number": c.Number, "Files": len(t.Message.Attachments)}))
	return save(t, c)
}

// supervise asks why the level above presses.
func (s *Skill) supervise(t *bot.Turn, c *Case, _ string) error {
	if !c.Can(Supervise, Actors(t.Org, t.Person, c)) {
		_, err := s.act(t, c, Supervise, "…")
		return err
	}
	t.Say(s.say("ask.supervise", c.Number))
	return t.Expect(name, asked{What: "supervise", Case: c.ID})
}

func (s *Skill) superviseWith(t *bot.Turn, c *Case, why string) error {
	if ok, err := s.act(t, c, Supervise, why); !ok || err != nil {
		return err
	}
	data := s.data(t, c)
	data["Why"], data["By"] = why, t.Person.Name
	t.Say(s.say("supervised", data))
	if err := s.tellStaff(t, c, "staff.supervised", data, s.choice("show", "show", c.ID)); err != nil {
		return err
	}
	return save(t, c)
}

// mediate sends for the mediators, who promise to be there within minutes, day and night.
func (s *Skill) mediate(t *bot.Turn, c *Case, _ string) error {
	if c.Mediation != nil {
		t.Say(s.say("mediation.already", s.mediation(t, c)))
		return nil
	}
	if !s.table.of(c.Category).dispute {
		t.Say(s.say("mediation.none", nil))
		return nil
	}
	if ok, err := s.act(t, c, Mediate, ""); !ok || err != nil {
		return err
	}
	c.Mediation = &Mediation{Asked: t.Now, Promise: t.Now.Add(mediationPromise)}
	unit := territory(t.Org, c.where())
	if team := t.Org.InCharge(mediationCode, c.where()); team != nil {
		unit = team.ID
		if unit != c.Unit && !slices.Contains(c.Assist, unit) {
			c.Assist = append(c.Assist, unit)
		}
	}
	card := s.card(t, c, "card.mediation")
	card.Urgent = true
	reached := false
	for _, u := range append([]string{unit}, t.Org.Path(territory(t.Org, c.where()))...) {
		var err error
		if reached, err = s.tellUnit(t, c, u, card, true); err != nil {
			return err
		}
		if reached {
			break
		}
	}
	data := s.mediation(t, c)
	data["Reached"] = reached
	t.Say(s.say("mediation", data), s.choice("show", "show", c.ID))
	if err := t.Wake(bot.Timer{Skill: name, Name: "mediation", Subject: c.ID, At: c.Mediation.Promise}); err != nil {
		return err
	}
	return save(t, c)
}

func (s *Skill) mediation(t *bot.Turn, c *Case) map[string]any {
	d := s.data(t, c)
	d["Promise"], d["Arrived"] = c.Mediation.Promise.In(t.Now.Location()), c.Mediation.Arrived.In(t.Now.Location())
	d["There"] = !c.Mediation.Arrived.IsZero()
	return d
}

// arrive records that the mediators are there.
func (s *Skill) arrive(t *bot.Turn, c *Case, _ string) error {
	if c.Mediation == nil || !c.Mediation.Arrived.IsZero() {
		t.Say(s.say("arrive.none", c.Number))
		return nil
	}
	if err := s.begin(t, c, true); err != nil {
		return err
	}
	if ok, err := s.act(t, c, Arrive, ""); !ok || err != nil {
		return err
	}
	c.Mediation.Arrived = t.Now
	t.Reply(s.card(t, c, "arrived"))
	s.progress(t, c, "arrived")
	return save(t, c)
}
