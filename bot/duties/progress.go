package duties

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
)

// above is the level above the unit within the deployment; the unit itself if there is none.
func above(t *bot.Turn, unit string) string {
	if levels := levelsAbove(t.Org, unit, t.Root); len(levels) > 0 {
		return levels[0]
	}
	return unit
}

// levelsAbove are the units above, the nearest first, up to the root.
func levelsAbove(org *bot.Org, unit, root string) []string {
	path := org.Path(unit)
	if i := slices.Index(path, root); i >= 0 {
		path = path[:i+1]
	}
	return path[min(1, len(path)):]
}

// mayConfirm reports whether the person speaks for the level above the item's unit.
func (s *Skill) mayConfirm(t *bot.Turn, it *Item) bool {
	return t.Allowed(bot.ReportProgress, above(t, it.Unit))
}

var (
	percentIn    = regexp.MustCompile(`(\d{1,4})(?:\.\d+)?\s*[%%]`)
	finished     = regexp.MustCompile(`(?:完成|做完|办完|办结|搞定|结束|干完|竣工|落实)(?:了|啦|好了)?[。.!！]?$|(?:已经|已|全部|都)(?:经)?(?:完成|做完|办完|办结|搞定|落实)`)
	unfinished   = regexp.MustCompile(`(?:没|未|没有|还没|尚未|不能|无法)(?:有)?(?:全部)?(?:完成|做完|办完|办结|落实)`)
	confirmWords = regexp.MustCompile(`确认(?:完成|无误|办结|通过)?|同意完成|核实通过`)
	returnWords  = regexp.MustCompile(`退回|不通过|打回`)
	questions    = regexp.MustCompile(`[??]|怎么样|多少|哪|如何|谁|什么|几`)
	plainNumber  = regexp.MustCompile(`^\s*(\d{1,4})\s*$`)
)

// percentOf reads how far something is by the words; false if they do not say.
func percentOf(t *bot.Turn, text string) (int, bool) {
	if m := percentIn.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		return n, err == nil
	}
	if p := t.Understood.Slots.Percent; p != nil {
		return *p, true
	}
	if !unfinished.MatchString(text) && finished.MatchString(text) {
		return 100, true
	}
	return 0, false
}

// tells reports whether the words report, confirm or send back rather than ask.
func tells(t *bot.Turn, text string) bool {
	if strings.HasSuffix(text, "吗") || strings.HasSuffix(text, "没有") || questions.MatchString(text) || historical.MatchString(text) {
		return false
	}
	_, percent := percentOf(t, text)
	return t.Understood.Intent == "duty.progress" || numberIn(text) != "" && (percent || confirmWords.MatchString(text) || returnWords.MatchString(text))
}

// progress hears how far an item is: 第3大项第2小项完成了80%, 老旧小区改造完成了八成.
func (s *Skill) progress(t *bot.Turn) error {
	text := t.Text()
	if !tells(t, text) {
		return s.list(t)
	}
	all, err := s.items(t)
	if err != nil {
		return err
	}
	found := []*Item{}
	n := numberIn(text)
	if n != "" {
		found = withNumber(all, n)
	} else if words := filler.ReplaceAllString(text, ""); len([]rune(words)) > 1 {
		found = search(all, words)
	}
	switch {
	case len(all) == 0:
		t.Say(s.say("empty", nil))
		return nil
	case len(found) == 0 && n != "":
		t.Say(s.say("nosuch", n))
		return nil
	case len(found) == 0:
		t.Say(s.say("whichitem", nil))
		return nil
	}
	if len(found) > 1 { // what the person may report comes before what others do
		if own := slices.DeleteFunc(slices.Clone(found), func(it *Item) bool { return !t.Allowed(bot.ReportProgress, it.Unit) }); len(own) > 0 {
			found = own
		}
	}
	percent, told := percentOf(t, text)
	if len(found) > 1 {
		more := ""
		if told {
			more = "|" + strconv.Itoa(percent)
		}
		s.ask(t, found, map[bool]string{true: "set", false: "update"}[told], more)
		return nil
	}
	it := found[0]
	switch {
	case it.State == Reported && returnWords.MatchString(text):
		return s.askReturn(t, it.ID)
	case it.State == Reported && confirmWords.MatchString(text):
		return s.confirm(t, it.ID)
	case !told:
		return s.askPercent(t, it.ID)
	}
	return s.report(t, it, percent, "")
}

// set is a choice that names the item and the progress.
func (s *Skill) set(t *bot.Turn, argument string) error {
	id, number, _ := strings.Cut(argument, "|")
	percent, err := strconv.Atoi(number)
	if err != nil {
		t.Say(s.say("gone", nil))
		return nil
	}
	it, err := s.theirs(t, id)
	if err != nil || it == nil {
		return err
	}
	return s.report(t, it, percent, "")
}

// theirs reads an item of which the person may report. It answers itself when there is none.
func (s *Skill) theirs(t *bot.Turn, id string) (*Item, error) {
	it, err := s.item(t, id)
	switch {
	case err != nil:
		return nil, err
	case it == nil:
		t.Say(s.say("gone", nil))
	case !t.Allowed(bot.ReportProgress, it.Unit):
		t.Say(s.say("notyours", map[string]any{"I": it, "Unit": t.Org.Name(it.Unit)}))
	default:
		return it, nil
	}
	return nil, nil
}

func (s *Skill) askPercent(t *bot.Turn, id string) error {
	it, err := s.theirs(t, id)
	if err != nil || it == nil {
		return err
	}
	t.Say(s.say("ask.percent", it))
	return s.expect(t, state{Ask: "percent", ID: id})
}

func (s *Skill) heardPercent(t *bot.Turn, st state) error {
	percent, ok := percentOf(t, t.Text())
	if m := plainNumber.FindStringSubmatch(t.Text()); m != nil && !ok {
		percent, _ = strconv.Atoi(m[1]) // up to four digits
		ok = true
	}
	if !ok {
		t.Say(s.say("ask.percent.again", nil))
		return nil
	}
	t.Settle()
	it, err := s.theirs(t, st.ID)
	if err != nil || it == nil {
		return err
	}
	return s.report(t, it, percent, "")
}

// report takes the progress of an item from who may give it, and shows what changed.
func (s *Skill) report(t *bot.Turn, it *Item, percent int, why string) error {
	data := map[string]any{"I": it, "Unit": t.Org.Name(it.Unit), "From": it.Percent, "To": percent, "Up": t.Org.Name(above(t, it.Unit)), "Why": why}
	switch {
	case !t.Allowed(bot.ReportProgress, it.Unit):
		t.Say(s.say("notyours", data))
		return nil
	case percent < 0 || percent > 100:
		t.Say(s.say("ask.percent.range", nil))
		return s.expect(t, state{Ask: "percent", ID: it.ID})
	case it.State == Done && !s.mayConfirm(t, it):
		t.Say(s.say("closed", data))
		return nil
	case percent == it.Percent:
		t.Say(s.say("same", data))
		return nil
	case percent < it.Percent && why == "":
		t.Say(s.say("ask.lower", data))
		return s.expect(t, state{Ask: "lower", ID: it.ID, Percent: percent})
	}
	step := Step{What: "progress", From: fmt.Sprintf("%d%%", it.Percent), To: fmt.Sprintf("%d%%", percent), Why: why}
	if percent == 100 {
		it.Before, it.Percent, it.State = it.Percent, 100, Reported
		step.What = "reported"
		if err := s.put(t, it, step); err != nil {
			return err
		}
		if err := s.tellUnit(t, above(t, it.Unit), "reported.above", it, s.choice("confirm", "confirm", it.ID), s.choice("return", "return", it.ID)); err != nil {
			return err
		}
		t.Say(s.say("reported", data))
		return s.expect(t, state{Ask: "evidence", ID: it.ID})
	}
	it.Percent, it.State = percent, Open
	t.Say(s.say("progress", data), s.choice("history", "history", it.ID))
	return s.put(t, it, step)
}

func (s *Skill) heardLower(t *bot.Turn, st state) error {
	t.Settle()
	it, err := s.theirs(t, st.ID)
	if err != nil || it == nil {
		return err
	}
	return s.report(t, it, st.Percent, short(t.Text(), 200))
}

// heardEvidence keeps words and photos of how an item was done, and shows them to the level above.
func (s *Skill) heardEvidence(t *bot.Turn, st state) error {
	t.Settle()
	it, err := s.theirs(t, st.ID)
	if err != nil || it == nil {
		return err
	}
	if it.State != Reported {
		t.Say(s.say("gone", nil))
		return nil
	}
	step := Step{What: "evidence", Why: short(t.Text(), 500), Files: t.Message.Attachments}
	t.Say(s.say("evidence", it))
	chats, err := s.chats(t, above(t, it.Unit))
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if chat != t.Message.Chat {
			t.Tell(chat, s.withChoices(bot.Reply{Text: s.say("evidence.above", map[string]any{"I": it, "Text": step.Why}), Files: step.Files}, it), time.Time{})
		}
	}
	return s.put(t, it, step)
}

func (s *Skill) withChoices(r bot.Reply, it *Item) bot.Reply {
	r.Choices = []bot.Choice{s.choice("confirm", "confirm", it.ID), s.choice("return", "return", it.ID)}
	return r
}

// checkable reads an item that waits to be confirmed by the person. It answers itself when there is none.
func (s *Skill) checkable(t *bot.Turn, id string) (*Item, error) {
	it, err := s.item(t, id)
	switch {
	case err != nil:
		return nil, err
	case it == nil:
		t.Say(s.say("gone", nil))
	case !s.mayConfirm(t, it):
		t.Say(s.say("notabove", map[string]any{"I": it, "Up": t.Org.Name(above(t, it.Unit))}))
	case it.State != Reported:
		t.Say(s.say("notreported", it))
	default:
		return it, nil
	}
	return nil, nil
}

// confirm ends an item.
func (s *Skill) confirm(t *bot.Turn, id string) error {
	it, err := s.checkable(t, id)
	if err != nil || it == nil {
		return err
	}
	it.State = Done
	t.Say(s.say("confirmed", map[string]any{"I": it, "Unit": t.Org.Name(it.Unit)}))
	if err := s.tellUnit(t, it.Unit, "confirmed.unit", it); err != nil {
		return err
	}
	return s.put(t, it, Step{What: "confirmed", From: string(Reported), To: string(Done)})
}

func (s *Skill) askReturn(t *bot.Turn, id string) error {
	it, err := s.checkable(t, id)
	if err != nil || it == nil {
		return err
	}
	t.Say(s.say("ask.return", it))
	return s.expect(t, state{Ask: "return", ID: id})
}

func (s *Skill) heardReturn(t *bot.Turn, st state) error {
	t.Settle()
	it, err := s.checkable(t, st.ID)
	if err != nil || it == nil {
		return err
	}
	why := short(t.Text(), 200)
	it.State, it.Percent = Open, it.Before
	step := Step{What: "returned", From: "100%", To: fmt.Sprintf("%d%%", it.Before), Why: why}
	t.Say(s.say("returned", map[string]any{"I": it, "Unit": t.Org.Name(it.Unit)}))
	chats, err := s.chats(t, it.Unit)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if chat != t.Message.Chat {
			t.Tell(chat, bot.Reply{Text: s.say("returned.unit", map[string]any{"I": it, "Why": why})}, time.Time{})
		}
	}
	return s.put(t, it, step)
}
