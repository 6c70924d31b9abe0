package incidents

import (
	"regexp"
	"slices"
	"time"

	"linli/bot"
)

// chats returns where a unit is told of the case. What is confidential goes to its handlers alone, privately.
func (s *Skill) chats(t *bot.Turn, c *Case, unit string) ([]bot.Chat, error) {
	if !c.Secret {
		chats, err := t.Chats(unit, onDuty...)
		if err != nil {
			return nil, err
		}
		// The grid member of the place works with the community.
		if grid := t.Org.Unit(c.where()); grid != nil && grid.Level == "grid" && grid.Parent == unit {
			people, err := t.People(grid.ID, bot.GridStaff)
			if err != nil {
				return nil, err
			}
			chats = append(chats, private(people)...)
		}
		return chats, nil
	}
	people, err := t.People(unit)
	if err != nil {
		return nil, err
	}
	people = slices.DeleteFunc(people, func(p bot.Person) bool { return !slices.Contains(c.Handlers, p.ID) })
	return private(people), nil
}

// private returns the private chats of the people.
func private(people []bot.Person) []bot.Chat {
	var chats []bot.Chat
	for _, p := range people {
		if p.Chat.ID != "" && !p.Chat.Group && !slices.Contains(chats, p.Chat) {
			chats = append(chats, p.Chat)
		}
	}
	return chats
}

// reachable reports whether anybody hears what a unit is told.
func (s *Skill) reachable(t *bot.Turn, c *Case, unit string) (bool, error) {
	chats, err := s.chats(t, c, unit)
	return len(chats) > 0, err
}

// tellUnit sends a card to a unit and reports whether anybody gets it. At night it waits for the morning, unless it is urgent.
func (s *Skill) tellUnit(t *bot.Turn, c *Case, unit string, r bot.Reply, urgent bool) (bool, error) {
	chats, err := s.chats(t, c, unit)
	s.tellChats(t, chats, r, urgent)
	return len(chats) > 0, err
}

func (s *Skill) tellChats(t *bot.Turn, chats []bot.Chat, r bot.Reply, urgent bool) {
	for _, chat := range chats {
		if t.Message != nil && chat == t.Message.Chat && !chat.Group && !urgent {
			continue // who speaks is answered
		}
		out := r
		if chat.Group {
			out = s.masked(r)
		}
		if urgent {
			t.Alert(chat, out)
		} else {
			t.Tell(chat, out, time.Time{})
		}
	}
}

// tellMoved tells those who had the case at a unit that another has it now.
func (s *Skill) tellMoved(t *bot.Turn, c *Case, had []bot.Chat) {
	data := s.data(t, c)
	if c.Secret {
		data["Name"] = s.say("secret.name", nil) // what became of it is no longer theirs
	}
	s.tellChats(t, had, bot.Reply{Text: s.say("staff.moved", data)}, false)
}

// look is a button that shows the case or its story, for those who may see it.
func (s *Skill) look(t *bot.Turn, c *Case, verb string) []bot.Choice {
	if !Sees(t.Org, t.Person, c) {
		return nil
	}
	return []bot.Choice{s.choice(verb, verb, c.ID)}
}

var rooms = regexp.MustCompile(`\d{3,4}(?:室|房|号房)`)

// masked hides what a group should not read: who reported it, numbers of people, the room.
func (s *Skill) masked(r bot.Reply) bot.Reply {
	clean := func(text string) string { return rooms.ReplaceAllString(bot.Mask(text), "＊＊＊室") }
	personal := s.say("field.by", nil)
	r.Text = clean(r.Text)
	r.Fields = slices.DeleteFunc(slices.Clone(r.Fields), func(f bot.Field) bool { return f.Name == personal })
	for i := range r.Fields {
		r.Fields[i].Value = clean(r.Fields[i].Value)
	}
	return r
}

// tellNew tells the unit in charge of a case, or whoever has to say who that is. A unit that nobody hears is spoken for by its contact; if nobody
// hears at all, it is tried again until somebody does: a case never waits where nobody looks.
func (s *Skill) tellNew(t *bot.Turn, c *Case) error {
	urgent := c.Severity <= 1
	unit, card := c.Unit, s.card(t, c, "card.new")
	if c.Contact != "" {
		unit, card = c.Contact, s.card(t, c, "card.contact")
	}
	if c.State == Accepted || c.State == Returned {
		card = s.assignCard(t, c)
	}
	card.Urgent = urgent
	reached, err := s.tellUnit(t, c, unit, card, urgent)
	c.Unheard = !reached
	if err != nil || reached {
		return err
	}
	return t.Wake(bot.Timer{Skill: name, Name: "tell", Subject: c.ID, At: t.Now.Add(unheardStep)})
}

// unheardStep is how often it is tried to find somebody who hears of a case.
const unheardStep = 30 * time.Minute

// card is what staff see of a case, with what they can do.
func (s *Skill) card(t *bot.Turn, c *Case, text string) bot.Reply {
	names := []string{"number", "category", "place", "text", "by", "unit", "due", "assist", "files"}
	return bot.Reply{
		Text: s.say(text, s.data(t, c)), Fields: s.fields(t, c, names...), Choices: s.staffChoices(t, c), Sources: s.basis(c), Urgent: c.State == Alarm, Files: attachments(c.Files),
	}
}

// attachments are the files as a reply shows them.
func attachments(files []File) []bot.Attachment {
	var all []bot.Attachment
	for _, f := range files {
		all = append(all, f.Attachment)
	}
	return all
}

// staffChoices are the next steps of the handlers, the likeliest first.
func (s *Skill) staffChoices(t *bot.Turn, c *Case) []bot.Choice {
	var choices []bot.Choice
	for _, b := range []struct {
		label, verb string
		event       Event
	}{
		{"sign", "sign", Sign}, {"done", "done", Answer}, {"ask", "ask", Question}, {"time", "time", AskTime},
	} {
		taken := c.State != Dispatched && c.State != Alarm
		if c.Can(b.event, []Actor{Handling}) && (b.event == Sign || taken) && (b.event != AskTime || t.Now.Before(c.Due.At)) {
			choices = append(choices, s.choice(b.label, b.verb, c.ID))
		}
	}
	if c.Mediation != nil && c.Mediation.Arrived.IsZero() && c.Can(Arrive, []Actor{Handling}) {
		choices = append([]bot.Choice{s.choice("arrive", "arrive", c.ID)}, choices...)
	}
	if c.State == Dispatched {
		choices = append(choices, s.choice("transfer", "transfer", c.ID), s.choice("return", "return", c.ID))
	}
	return append(choices, s.choice("more", "more", c.ID))
}

// assignCard asks a dispatcher who is in charge, with ranked candidates.
func (s *Skill) assignCard(t *bot.Turn, c *Case) bot.Reply {
	r := s.card(t, c, "card.assign")
	r.Choices = nil
	for _, unit := range s.candidates(t.Org, c, 4) {
		r.Choices = append(r.Choices, bot.NewChoice(t.Org.Name(unit), name, "to", c.ID+"|"+unit))
	}
	if c.State == Accepted {
		r.Choices = append(r.Choices, bot.NewChoice(s.say("choice.keep", t.Org.Name(c.Unit)), name, "to", c.ID+"|"+c.Unit))
	}
	return r
}

// tellReporters tells everybody who reported or joined the case, but for the one who speaks.
func (s *Skill) tellReporters(t *bot.Turn, c *Case, text string, data map[string]any, choices ...bot.Choice) {
	if c.Secret {
		data["Name"] = s.say("secret.name", nil) // who looks over a shoulder learns nothing
	}
	s.showReporters(t, c, bot.Reply{Text: s.say(text, data), Choices: choices})
}

// showReporters sends the reply to those who reported the case, but for who speaks.
func (s *Skill) showReporters(t *bot.Turn, c *Case, r bot.Reply) {
	for _, reporter := range c.Reporters {
		if reporter.Person == t.Person.ID || reporter.Chat.ID == "" || reporter.Chat.Group && c.Secret {
			continue
		}
		out := r
		if reporter.Chat.Group {
			out = s.masked(r)
			out.Files = nil
		}
		tell(t, c, reporter.Chat, out)
	}
}

// results are the photos that show the matter when it was done: who reported it may see them, unless it is confidential.
func results(c *Case) []bot.Attachment {
	if c.Secret {
		return nil
	}
	return attachments(slices.DeleteFunc(slices.Clone(c.Files), func(f File) bool { return !f.After }))
}

// tell sends a notice; of an emergency it goes out at any hour.
func tell(t *bot.Turn, c *Case, to bot.Chat, r bot.Reply) {
	if c.Severity <= 1 {
		t.Alert(to, r)
		return
	}
	t.Tell(to, r, time.Time{})
}

// progress tells the reporters what changed, who has it now and by when.
func (s *Skill) progress(t *bot.Turn, c *Case, what string) {
	choices := []bot.Choice{s.choice("show", "show", c.ID)}
	if what == "contacted" {
		choices = append(choices, s.choice("reply", "reply", c.ID))
	}
	s.tellReporters(t, c, "progress."+what, s.data(t, c), choices...)
}

// tellStaff tells the unit in charge, its contact and its helpers of something that isn't a new case, but for the chat that is spoken in.
func (s *Skill) tellStaff(t *bot.Turn, c *Case, text string, data map[string]any, choices ...bot.Choice) error {
	r := bot.Reply{Text: s.say(text, data), Choices: choices}
	var told []bot.Chat
	for _, unit := range append([]string{c.Unit, c.Contact}, c.Assist...) {
		if unit == "" {
			continue
		}
		chats, err := s.chats(t, c, unit)
		if err != nil {
			return err
		}
		for _, chat := range chats {
			if slices.Contains(told, chat) || t.Message != nil && chat == t.Message.Chat {
				continue
			}
			told = append(told, chat)
			out := r
			if chat.Group {
				out = s.masked(r)
			}
			tell(t, c, chat, out)
		}
	}
	return nil
}
