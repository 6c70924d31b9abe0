package bot

import (
	"regexp"
	"strings"
)

// house is what every conversation needs, whatever it is about: greetings, help, an account that becomes somebody, a group that gets its unit,
// one's own data.
type house struct {
	texts *Texts
	keeps []Kept // what the skills keep of a person
}

func (h *house) Name() string { return "house" }

func (h *house) Routes() []Route {
	say := func(name string) func(*Turn) error {
		return func(t *Turn) error { t.Reply(h.reply(t, name)); return nil }
	}
	return []Route{
		{Intent: "greet", Action: Ask, Handle: say("hello")},
		{Intent: "help", Action: Ask, Handle: say("help")},
		{Intent: "thanks", Action: Ask, Handle: say("thanks")},
		{Intent: "cancel", Action: Ask, Handle: say("nothing")},
		{Intent: "confirm", Action: Ask, Handle: say("nothing")},
		{Intent: "deny", Action: Ask, Handle: say("nothing")},
	}
}

// reply says the text for the person's role, with the first steps to choose from where the text is an invitation.
func (h *house) reply(t *Turn, name string) Reply {
	r := Reply{Text: h.texts.Say(name, map[string]any{"Role": string(t.Person.Role()), "Name": t.Person.Name, "Unit": t.Org.Name(t.Unit), "Group": t.Message.Chat.Group})}
	if name == "hello" || name == "help" {
		r.Choices = []Choice{
			NewChoice(h.texts.Say("choice.ask", nil), "house", "start", "ask"),
			NewChoice(h.texts.Say("choice.report", nil), "house", "start", "report"),
			NewChoice(h.texts.Say("choice.human", nil), "answers", "human", ""),
		}
	}
	return r
}

// Choose explains how to begin.
func (h *house) Choose(t *Turn, verb, argument string) error {
	switch verb {
	case "forget":
		return h.forget(t)
	case "moved":
		return h.moved(t, argument)
	}
	t.Say(h.texts.Say("start."+map[bool]string{true: "report", false: "ask"}[argument == "report"], nil))
	return nil
}

// moved keeps a group's unit when the platform gives the group another ID. The platform says so itself: nobody's account has the ID of a group.
func (h *house) moved(t *Turn, id string) error {
	if t.Message.From.ID != t.Message.Chat.ID || !t.Message.Chat.Group || id == "" {
		return nil
	}
	old := t.Message.Chat.Key()
	var b ChatBinding
	if bound, err := t.Get(KindChat, old, &b); err != nil || !bound {
		return err
	}
	t.Remove(KindChat, old)
	b.Chat.ID = id
	return t.Put(KindChat, b.Chat.Key(), b, t.Now, "unit="+b.Unit)
}

var (
	bindWords = regexp.MustCompile(`^(?:/start|绑定|/bind)\s*([0-9A-Za-z]{4}[-－ ]?[0-9A-Za-z]{4})$`)
	chatWords = regexp.MustCompile(`^(绑定本群|本群绑定|把本群绑定|绑定居民群|把居民群绑定)(?:到|给|为)?\s*(.+)$`)
	linkWords = regexp.MustCompile(`^(?:生成|发|给我)?(?:一个)?绑定码\s*(\S+)\s+(\S+)$`)
	idWords   = regexp.MustCompile(`^(?:我是谁|我的身份|/me)$`)
	dataWords = regexp.MustCompile(`^(?:我的数据|查看我的数据|导出我的数据|删除我的数据)$`)
)

// Guard takes the few commands that are exact words rather than meaning.
func (h *house) Guard(t *Turn) (bool, error) {
	text := t.Text()
	switch {
	case text == "" && len(t.Message.Attachments) == 0 && t.Message.Location == nil:
		t.Say(h.texts.Say("empty", nil))
	case text == "/start" || text == "/help":
		t.Reply(h.reply(t, "hello"))
	case bindWords.MatchString(text):
		return true, h.bind(t, bindWords.FindStringSubmatch(text)[1])
	case chatWords.MatchString(text):
		words := chatWords.FindStringSubmatch(text)
		return true, h.bindChat(t, words[2], strings.Contains(words[1], "居民群"))
	case linkWords.MatchString(text):
		words := linkWords.FindStringSubmatch(text)
		return true, h.issue(t, words[1], words[2])
	case idWords.MatchString(text):
		t.Say(h.texts.Say("who", h.profile(t)))
	case dataWords.MatchString(text):
		return true, h.data(t)
	default:
		return false, nil
	}
	return true, nil
}

func (h *house) profile(t *Turn) map[string]any {
	var roles []string
	for _, g := range t.Person.Grants {
		roles = append(roles, t.Org.Name(g.Unit)+h.texts.Say("role."+string(g.Role), nil))
	}
	if len(roles) == 0 {
		roles = []string{h.texts.Say("role.resident", nil)}
	}
	return map[string]any{"Name": t.Person.Name, "Roles": strings.Join(roles, "、"), "Unit": t.Org.Name(t.Unit), "Sample": t.Person.Sample}
}

// RoleName returns how the role is called.
func (e *Engine) RoleName(r Role) string { return e.texts.Say("role."+string(r), nil) }

func (h *house) bind(t *Turn, letters string) error {
	if t.Message.Chat.Group {
		t.Say(h.texts.Say("bind.private", nil))
		return nil
	}
	p, err := t.redeem(letters, t.Message.From)
	if k := KindOf(err); k == NotFound || k == Forbidden || k == Conflict {
		t.Say(MessageOf(err))
		return nil
	}
	if err != nil {
		return err
	}
	p.Chat = t.Message.Chat
	if err := t.Put(KindPerson, p.ID, p, t.Now, p.Keys()...); err != nil {
		return err
	}
	t.Person = p
	t.Unit = p.Unit
	t.Say(h.texts.Say("bound", h.profile(t)))
	return nil
}

func (h *house) bindChat(t *Turn, name string, public bool) error {
	if !t.Message.Chat.Group {
		t.Say(h.texts.Say("chat.private", nil))
		return nil
	}
	unit, err := t.Org.Lookup(strings.TrimSpace(name))
	if err != nil {
		t.Say(MessageOf(err))
		return nil
	}
	if !t.Allowed(BindChat, unit.ID) {
		t.Say(h.texts.Say("forbidden", nil))
		return nil
	}
	var b ChatBinding
	if _, err := t.Get(KindChat, t.Message.Chat.Key(), &b); err != nil {
		return err
	}
	b.Chat, b.Unit, b.By, b.Public = t.Message.Chat, unit.ID, t.Person.ID, public
	t.Say(h.texts.Say("chat.bound", map[string]any{"Name": unit.Name, "Public": public}))
	return t.Put(KindChat, t.Message.Chat.Key(), b, t.Now, "unit="+unit.ID)
}

func (h *house) issue(t *Turn, role, unitName string) error {
	r := Role(role)
	for _, known := range Roles {
		if h.texts.Say("role."+string(known), nil) == role {
			r = known
		}
	}
	if _, err := ParseRole(string(r)); err != nil {
		t.Say(h.texts.Say("code.role", nil))
		return nil
	}
	unit, err := t.Org.Lookup(unitName)
	if err != nil {
		t.Say(MessageOf(err))
		return nil
	}
	if t.Message.Chat.Group || !t.Org.MayIssue(t.Person, r, unit.ID) {
		t.Say(h.texts.Say("forbidden", nil))
		return nil
	}
	letters := NewCode()
	c := Code{Role: r, Unit: unit.ID, By: t.Person.ID, Expires: t.Now.Add(CodeLife)}
	if err := t.Put(KindCode, codeID(letters), c, t.Now); err != nil {
		return err
	}
	t.Say(h.texts.Say("code", map[string]any{"Code": letters, "Role": h.texts.Say("role."+string(r), nil), "Unit": unit.Name, "Expires": c.Expires}))
	return nil
}

// Starts returns what somebody of the role often says first, for a channel that offers it to a newcomer.
func (e *Engine) Starts(r Role) []string {
	name := "starts.staff"
	if r == Resident {
		name = "starts.resident"
	}
	return strings.Split(e.texts.Say(name, nil), "\n")
}

// Welcome returns the first sentences of an empty conversation.
func (e *Engine) Welcome() string { return e.texts.Say("hello", nil) }
