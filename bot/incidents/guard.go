package incidents

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/intents/place"
)

const (
	alarmStep  = 5 * time.Minute  // after it, an alarm that nobody has taken goes one level up
	alarmBurst = 20 * time.Minute // within it, what the same person says of the same kind of emergency belongs to one alarm
)

// Guard sees every message first: an emergency is answered at once, whatever was being asked; a command of staff names its case; a photo without
// words waits for them.
func (s *Skill) Guard(t *bot.Turn) (bool, error) {
	if number := t.Understood.Slots.Urgent; number != "" && !calmed.MatchString(t.Text()) && !slices.Contains([]string{"incident.done", "incident.accept", "incident.transfer", "incident.list", "track", "rate", "stats"}, t.Understood.Intent) {
		return true, s.emergency(t, number)
	}
	if s.conduct(t) {
		return true, nil
	}
	if done, err := s.calm(t); done || err != nil {
		return done, err
	}
	if done, err := s.lateRating(t); done || err != nil {
		return done, err
	}
	if s.tells(t) {
		return true, s.report(t)
	}
	if t.Text() == "" && t.Session.Skill == "" && (len(t.Message.Attachments) > 0 || t.Message.Location != nil) {
		return true, s.keepPhoto(t)
	}
	return s.command(t)
}

var reporting = regexp.MustCompile(`^(?:你好|您好|[,，。])*(?:我们?|俺)?(?:要|想|来)?(?:向[^,，。]{1,8})?(?:匿名|实名)?(?:举报|投诉|反映|报修|上报|报告)(?:一下|一个|个)?(?:情况|问题)?[:：,，]?\s*[^,，。\s]{3,}`)

// tells reports whether the message says of itself that it is a report, whatever the model reads in it.
func (s *Skill) tells(t *bot.Turn) bool {
	text := t.Text()
	if asking.MatchString(text) || len(References(text)) > 0 || slices.Contains([]string{"report", "wish", "track", "rate"}, t.Understood.Intent) {
		return false
	}
	var q asked
	if t.Session.Skill != "" && (t.Session.Skill != name || t.Expected(&q) != nil || q.What != "made" && q.What != "rate") {
		return false
	}
	return reporting.MatchString(text) || onBehalf.MatchString(text) && strings.ContainsAny(text, ",，:：")
}

// calmed are words that take an alarm back. They end nothing: those on duty are told and look for themselves.
var calmed = regexp.MustCompile(`误报|虚惊|没有?(?:着火|起火|冒烟|被困|打架|事了?)|不是真的|(?:说|弄|搞|看|报)错了|(?:已经|都)?(?:扑灭|灭了|救出来|出来了|找到了|没事了|解除了|化解了)`)

// over are words of what has been: it is reported, but nobody has to run.
var over = regexp.MustCompile(`昨天|前天|前几天|上次|上周|上个?月|去年|以前|曾经|之前|已经(?:处理|扑灭|修好|救|报警)|演练|演习|隐患|宣传|建议|怕|担心|万一`)

// calm passes on that the person who raised an alarm takes it back.
func (s *Skill) calm(t *bot.Turn) (bool, error) {
	if t.Session.Skill != name || !calmed.MatchString(t.Text()) {
		return false, nil
	}
	c, err := load(t, t.Session.Case)
	if err != nil || c == nil || c.Urgent == "" || !c.Open() || c.Reporter(t.Person.ID) == nil || t.Now.Sub(c.Reported) > 2*time.Hour {
		return false, err
	}
	if ok, err := s.act(t, c, Note, t.Text()); !ok || err != nil {
		return true, err
	}
	c.Text = more(c.Text, t.Text())
	if _, err := s.alert(t, c, "card.alarm.more", t.Text()); err != nil {
		return true, err
	}
	t.Say(s.say("calmed", s.data(t, c)))
	return true, save(t, c)
}

// emergency names the number first and what was done second; only then, if the place isn't known, where to write it.
func (s *Skill) emergency(t *bot.Turn, number string) error {
	c, again, err := s.alarm(t, number)
	if err != nil {
		return err
	}
	card := "card.alarm"
	if again {
		card = "card.alarm.more"
	}
	reached, err := s.alert(t, c, card, t.Text())
	if err != nil {
		return err
	}
	if err := save(t, c); err != nil {
		return err
	}
	t.Session.Case = c.ID
	if err := t.Expect(name, asked{What: "made", Case: c.ID}); err != nil {
		return err
	}
	data := map[string]any{
		"Urgent": number, "Number": c.Number, "Unit": strings.Join(reached, "、"), "Reached": len(reached) > 0, "Group": t.Message.Chat.Group,
		"Secret": c.Secret, "Again": again, "Located": c.Place.Unit != "" && fine(t.Org, c.Place.Unit), "Place": placeWords(t.Org, c),
	}
	if c.Secret && t.Message.Chat.Group {
		t.Reply(bot.Reply{Text: s.say("emergency.private", data), Urgent: true})
		return nil
	}
	t.Reply(bot.Reply{Text: s.say("emergency", data), Urgent: true, AskLocation: c.Place.Lat == 0 && c.Place.Spot == "" && !t.Message.Chat.Group})
	return nil
}

// alarm records the emergency: as more of the alarm that the same person has just raised, else as a new one.
func (s *Skill) alarm(t *bot.Turn, number string) (c *Case, again bool, err error) {
	old, err := load(t, t.Session.Case)
	if err != nil {
		return nil, false, err
	}
	text := t.Text()
	match, located := place.Best(place.Find(text, t.Places))
	if old != nil && old.Urgent == number && old.Open() && t.Now.Sub(old.Reported) <= alarmBurst && old.Reporter(t.Person.ID) != nil &&
		(!located || match.Weak || old.Place.Spot == "" || spot(match.Parts) == old.Place.Spot) {
		old.Text = more(old.Text, text)
		old.attach(t, false)
		if located && old.Place.Spot == "" {
			s.putPlace(t, old, match)
			if err := s.takeCharge(t, old); err != nil {
				return nil, false, err
			}
		}
		return old, true, old.Apply(Change{Event: Note, By: speaker(t, old), As: []Actor{Reporting}, At: t.Now, Why: text})
	}
	c = s.draft(t, s.matter(t, text, t.Understood), 0)
	if old != nil && old.State == Draft && old.Category == "" {
		c.Text = more(old.Text, c.Text)
	}
	c.Urgent, c.State = number, Alarm
	s.weigh(c)
	if err := s.takeCharge(t, c); err != nil {
		return nil, false, err
	}
	c.First = c.Unit
	if err := s.giveNumber(t, c); err != nil {
		return nil, false, err
	}
	c.History = append(c.History, Step{At: t.Now, By: speaker(t, c), As: Reporting, Event: Complete, From: Draft, To: Alarm, Unit: c.Unit, Why: number})
	c.Due = s.clock.Deadline(t.Now, s.table.of(c.Category).Limit)
	c.Due.Limit.Calendar = true
	return c, false, t.Wake(bot.Timer{Skill: name, Name: "alarm", Subject: c.ID, At: t.Now.Add(alarmStep)})
}

// takeCharge finds who is in charge of an alarm; the territory always goes with it.
func (s *Skill) takeCharge(t *bot.Turn, c *Case) error {
	c.Unit, _ = charge(t.Org, c.Category, c.where())
	c.Contact = ""
	if home := territory(t.Org, c.where()); home != c.Unit {
		c.Contact = home
	}
	return s.nameHandlers(t, c)
}

// alert tells those on duty, at any hour: the unit in charge and the territory; if nobody there hears it, the levels above. It returns the
// names of the units that were reached.
func (s *Skill) alert(t *bot.Turn, c *Case, text, added string) ([]string, error) {
	data := s.data(t, c)
	data["Added"] = added
	card := s.card(t, c, "card.alarm")
	card.Text = s.say(text, data)
	card.Urgent = true
	var reached []string
	units := []string{c.Unit, c.Contact}
	for _, unit := range units {
		if unit == "" {
			continue
		}
		if ok, err := s.tellUnit(t, c, unit, card, true); err != nil {
			return nil, err
		} else if ok {
			reached = append(reached, t.Org.Name(unit))
		}
	}
	if len(reached) > 0 {
		return reached, nil
	}
	home := territory(t.Org, c.Unit)
	if c.Contact != "" {
		home = c.Contact
	}
	for _, unit := range t.Org.Path(home) {
		if _, err := s.addHandlers(t, c, unit); err != nil {
			return nil, err
		}
		if ok, err := s.tellUnit(t, c, unit, card, true); err != nil || ok {
			return []string{t.Org.Name(unit)}, err
		}
	}
	return nil, nil
}
