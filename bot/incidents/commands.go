package incidents

import (
	"regexp"
	"slices"
	"strings"

	"linli/bot"
	"linli/intents/place"
)

// command is something that staff say of a case that they name, for which there is no intent: 退单5号,不归我们管.
type command struct {
	words *regexp.Regexp
	event Event // what it asks for, if it is to be refused
	act   func(*bot.Turn, *Case, string) error
}

var storyWords = regexp.MustCompile(`经过|全过程|办理过程|来龙去脉|历史|详细情况`)

// staffCommands are the commands, the first that fits counts.
func (s *Skill) staffCommands() []command {
	return []command{
		{regexp.MustCompile(`合并|并入|并到|并成`), Merge, s.mergeWords},
		{regexp.MustCompile(`拆分|拆成|拆出|拆开`), Split, s.split},
		{regexp.MustCompile(`(?:不同意|不批准?|驳回|拒绝).{0,4}延期|延期.{0,4}(?:不同意|不批|驳回)`), RefuseTime, s.refuseTime},
		{regexp.MustCompile(`(?:同意|批准|准予).{0,4}延期|延期.{0,4}(?:同意|批准)`), GiveTime, s.grantTime},
		{regexp.MustCompile(`延期|延长|宽限|延到|推迟到`), AskTime, s.askTime},
		{regexp.MustCompile(`退单|退回|退件`), Return, s.giveBack},
		{regexp.MustCompile(`协办|协助|配合`), Assist, s.assist},
		{regexp.MustCompile(`督办`), Supervise, s.superviseWords},
		{regexp.MustCompile(`重新办理|重办|重新打开`), Reopen, func(t *bot.Turn, c *Case, text string) error { return s.reopen(t, c, reason(text)) }},
		{askedWords, Question, s.askWords},
		{notedWords, Note, s.noteWords},
		{regexp.MustCompile(`(?:改|更改|修改)(?:一下)?(?:类别|类型|分类)|(?:类别|类型|分类)(?:改|应|错|不对)|号(?:那个|那件)?(?:改成|改为|改到|换成)`), Recategorise, s.categoryWords},
		{regexp.MustCompile(`已?(?:经)?(?:联系|电话联系|打过电话)(?:过|了|上)?(?:报事人|居民|对方)?`), Contact, s.contact},
		{regexp.MustCompile(`(?:已|我们?|调解员)(?:经)?(?:到场|到现场|到了)|到达现场`), Arrive, s.arrive},
		{regexp.MustCompile(`号(?:那个|那件)?[,，]?(?:我)?(?:同意|批准|准了|可以)(?:了|吧)?[。.!！]?$`), GiveTime, s.grantTime},
		{regexp.MustCompile(`号(?:那个|那件)?[,，]?(?:不同意|不批准?|不行)`), RefuseTime, s.refuseTime},
		{regexp.MustCompile(`(?:接单|签收|收到|认领|接下|来处理|去处理|处理中|在处理|在办)(?:了|啦)?[。.!！]?$`), Sign, s.sign},
		{regexp.MustCompile(`[号,，。\s]转(?:给|交|办|派|到|由)?\p{Han}{2,}|派给|交给|移交`), Transfer, s.transfer},
		{regexp.MustCompile(`(?:处理|解决|修|弄|办|清理?|搞|更?换|维修|处置|搬|拆|疏通)(?:好|完|掉|走|毕|成|通)了?|办结|结案|搞定|已经?(?:处理|解决)`), Answer, s.done},
		{storyWords, Note, s.story},
	}
}

// progressWords ask how a case stands that is named by its number.
var progressWords = regexp.MustCompile(`怎么?样|进度|进展|到哪|什么情况|查一?下|查询|(?:处理|解决|办|修)(?:得)?(?:如何|了吗|了没|好了吗|好没|没有?[?？]?$)`)

// implied are the events for which staff need not name the case of the conversation: 退单,不归我们管.
var implied = []Event{Return, AskTime, GiveTime, RefuseTime, Supervise, Question}

// command does what staff say of a case by its number, and tells everybody how the case stands whose number they write. Other words go their way.
func (s *Skill) command(t *bot.Turn) (bool, error) {
	named := len(References(t.Text())) > 0
	staff := t.Allowed(bot.HandleIncident, "") || t.Allowed(bot.SuperviseIncident, "")
	if !named && (!staff || t.Session.Skill != "") {
		return false, nil
	}
	for _, cmd := range s.commands {
		at := cmd.words.FindStringIndex(t.Text())
		if !staff || at == nil || !named && (at[0] > len("请您") || !slices.Contains(implied, cmd.event)) {
			continue
		}
		if solved := readOpinion(t.Text()).solved; cmd.event == Answer && (asking.MatchString(t.Text()) || progressWords.MatchString(t.Text()) || solved == nil || !*solved) {
			continue // asked whether, or said that it isn't
		}
		if !named && cmd.event == AskTime && strings.HasPrefix(t.Understood.Intent, "meeting.") {
			continue
		}
		c, err := s.meant(t, func(c *Case) bool { return c.State != Merged && c.State != Withdrawn })
		if c == nil || err != nil {
			return true, err
		}
		if len(Actors(t.Org, t.Person, c)) == 0 && !storyWords.MatchString(t.Text()) {
			t.Say(s.denied(t, c, cmd.event, NotYours))
			return true, nil
		}
		return true, cmd.act(t, c, t.Text())
	}
	if staff && begun.MatchString(t.Text()) && slices.Contains([]string{"none", "report"}, t.Understood.Intent) && !asking.MatchString(t.Text()) {
		return s.remark(t)
	}
	if !named || slices.Contains([]string{"ask", "report"}, t.Understood.Intent) {
		return false, nil
	}
	whole := slices.ContainsFunc(References(t.Text()), func(r Reference) bool { return r.Day != "" })
	switch {
	case progressWords.MatchString(t.Text()):
		return true, s.track(t)
	case whole && !staff && !readOpinion(t.Text()).empty():
		return true, s.rate(t)
	case whole && (!staff || t.Understood.Intent == "none"):
		return true, s.track(t) // who writes a whole number means that case
	}
	return false, nil
}

// begun is a message that begins with the number of a case and goes on.
var begun = regexp.MustCompile(`^(?:\p{Han}{1,8}\d{4}-\d{1,4}|#?\d{1,4}号)(?:那个|那件)?[,，:： ]?[^楼院线栋门路房井\s].{3,}`)

// remark writes what staff say of a case, and no command reads, into its story.
func (s *Skill) remark(t *bot.Turn) (bool, error) {
	refs := References(t.Text())
	if len(refs) == 0 {
		return false, nil
	}
	found, err := s.lookUp(t, refs[0])
	if err != nil || len(found) != 1 || !found[0].Can(Note, Actors(t.Org, t.Person, found[0])) || found[0].Secret && t.Message.Chat.Group {
		return false, err
	}
	t.Session.Case = found[0].ID
	return true, s.noteDown(t, found[0], resultOf(t.Text()))
}

// behind is what stands behind the command's colon, or behind the words themselves.
func behind(text string, words *regexp.Regexp) string {
	text = strings.ReplaceAll(text, "：", ":")
	if _, after, ok := strings.Cut(text, ":"); ok {
		return strings.TrimSpace(after)
	}
	if at := words.FindStringIndex(text); at != nil {
		return strings.Trim(text[at[1]:], " ,，。")
	}
	return ""
}

func (s *Skill) mergeWords(t *bot.Turn, _ *Case, text string) error {
	refs := References(text)
	if len(refs) < 2 {
		t.Say(s.say("merge.how", nil))
		return nil
	}
	var two []*Case
	for _, r := range refs[:2] {
		found, err := s.lookUp(t, r)
		if err != nil {
			return err
		}
		c, err := s.one(t, found, s.say("notfound", r.Text))
		if c == nil || err != nil {
			return err
		}
		two = append(two, c)
	}
	return s.mergeInto(t, two[0], two[1])
}

var (
	askedWords    = regexp.MustCompile(`(?:问|询问)(?:一下|一问|问)?.{0,14}?(?:报事人|报告人|上报人|居民|对方)`)
	notedWords    = regexp.MustCompile(`备注|记一下|记录`)
	pressedWords  = regexp.MustCompile(`督办`)
	categoryLeads = regexp.MustCompile(`(?:改|更改|修改)(?:一下)?(?:类别|类型|分类)|(?:类别|类型|分类)(?:改|应该|应当|应|错了|不对)|改成|改为|改到|换成`)
)

func (s *Skill) askWords(t *bot.Turn, c *Case, text string) error {
	if words := behind(text, askedWords); words != "" {
		return s.question(t, c, words)
	}
	return s.ask(t, c, "")
}

func (s *Skill) noteWords(t *bot.Turn, c *Case, text string) error {
	if words := behind(text, notedWords); words != "" {
		return s.noteDown(t, c, words)
	}
	return s.note(t, c, "")
}

func (s *Skill) superviseWords(t *bot.Turn, c *Case, text string) error {
	if why := reason(text); why != "" {
		return s.superviseWith(t, c, why)
	}
	return s.supervise(t, c, "")
}

func (s *Skill) categoryWords(t *bot.Turn, c *Case, text string) error {
	words := leads.ReplaceAllString(behind(text, categoryLeads), "")
	if code := s.codeOf(t, words); code != "" {
		return s.setCategory(t, c, code, nil)
	}
	if match, ok := place.Best(place.Find(words, t.Places)); ok && !match.Weak {
		_, err := s.newPlace(t, c, words)
		return err
	}
	return s.offerCategories(t, c, "")
}
