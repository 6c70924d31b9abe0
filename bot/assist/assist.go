// Package assist is the skill that drafts for staff with a language model: a summary, a bulletin, a question and answer, and which complaints look like
// one matter. Nothing of it is sent or recorded as anybody's: the draft is shown to who asked for it.
package assist

import (
	"context"
	"embed"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/knowledge"
)

//go:embed texts prompts
var files embed.FS

// Skill drafts.
type Skill struct {
	model   bot.LanguageModel
	filing  string
	texts   *bot.Texts
	tellers []bot.Teller
}

// New returns the skill with the model; nil: there is none, and it says so. Filing is the number under which the model is registered. The tellers
// know what a number stands for: 写摘要 12号.
func New(m bot.LanguageModel, filing string, tellers ...bot.Teller) *Skill {
	if m == nil {
		m = bot.NoModel{}
	}
	return &Skill{model: m, filing: filing, texts: bot.MustTexts(files), tellers: tellers}
}

// Name is the skill's.
func (s *Skill) Name() string { return "assist" }

// Routes are none: it listens to exact words.
func (s *Skill) Routes() []bot.Route { return nil }

// commands are the words that it listens to, and what each is drafted by.
var commands = []command{
	{"写摘要", "summary"}, {"写通报", "bulletin"}, {"写问答", "faq"}, {"找同一件事", "alike"},
}

type command struct{ word, prompt string }

// within is how long a draft may take; a turn may take twice as long.
const within = 15 * time.Second

// about are the words when what they are about stands before them: 12号写个摘要, 把12号写成通报.
var about = regexp.MustCompile(`^(?:请|帮我|帮忙|麻烦)*(?:给|把|为|替)?\s*(\S{1,24}?)\s*(?:的)?(?:写|做|出|整理)(?:个|一个|份|一份|一下|成|一段)?(摘要|通报|问答)[。.!！]?$`)

// Guard takes messages that begin with one of the words and a colon, a space or a line break, and those that ask for a draft about a number.
func (s *Skill) Guard(t *bot.Turn) (bool, error) {
	for _, c := range commands {
		rest, ok := strings.CutPrefix(t.Text(), c.word)
		if !ok || rest != "" && !strings.ContainsAny(string([]rune(rest)[:1]), "::, ,\n") {
			continue
		}
		rest = strings.TrimSpace(strings.TrimLeft(rest, "::, ,\n"))
		switch {
		case !t.Person.Staff():
			t.Say(s.texts.Say("staff", nil))
		case t.Message.Chat.Group:
			t.Say(s.texts.Say("private", nil))
		case rest == "":
			t.Say(s.texts.Say("empty", c.word))
		case c.prompt == "alike":
			return true, s.alike(t, rest)
		default:
			return true, s.draftOf(t, c.prompt, rest)
		}
		return true, nil
	}
	return s.guardAbout(t)
}

// guardAbout takes 12号写个摘要. Words that name nothing that is on record are somebody else's.
func (s *Skill) guardAbout(t *bot.Turn) (bool, error) {
	m := about.FindStringSubmatch(t.Text())
	if m == nil || !t.Person.Staff() {
		return false, nil
	}
	story, refusal, err := s.tell(t, m[1])
	switch {
	case err != nil || story == "" && refusal == "":
		return false, err
	case t.Message.Chat.Group:
		t.Say(s.texts.Say("private", nil))
	case story == "":
		t.Say(refusal)
	default:
		i := slices.IndexFunc(commands, func(c command) bool { return strings.HasSuffix(c.word, m[2]) })
		return true, s.draft(t, commands[i].prompt, story)
	}
	return true, nil
}

// draftOf drafts from the text, or from what is on record where the text is no more than a number.
func (s *Skill) draftOf(t *bot.Turn, kind, text string) error {
	story, refusal, err := s.tell(t, text)
	switch {
	case err != nil:
		return err
	case refusal != "":
		t.Say(refusal)
		return nil
	case story != "":
		text = story
	}
	return s.draft(t, kind, text)
}

// tell asks the tellers for what the words name.
func (s *Skill) tell(t *bot.Turn, words string) (story, refusal string, err error) {
	for _, teller := range s.tellers {
		if story, refusal, err = teller.Tell(t, words); err != nil || story != "" || refusal != "" {
			return story, refusal, err
		}
	}
	return "", "", nil
}

var textSchema = json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`)

// longestDraft is how many characters a draft may have.
const longestDraft = 1500

// draft shows what the model makes of the text, and which facts of it don't stand there: staff decide about those.
func (s *Skill) draft(t *bot.Turn, kind, text string) error {
	var said struct {
		Text string `json:"text"`
	}
	source := bot.MaskForModel(text) // what was hidden from the model can't be in its draft
	c, system, why := s.ask(t, kind, []bot.PromptData{{Name: "原文", Text: source}}, textSchema, &said)
	work := bot.ModelWork{Task: bot.TaskStaff, Outcome: bot.ModelUsed, Model: c.Model, Tokens: c.Tokens}
	drafted := strings.TrimSpace(strings.ReplaceAll(said.Text, "**", ""))
	var doubts []string
	if why == "" {
		facts := knowledge.Unsupported(strings.NewReplacer("问:", "", "答:", "").Replace(drafted), source)
		for _, f := range facts {
			work.Facts, doubts = append(work.Facts, string(f.Kind)), append(doubts, f.Text)
		}
		if drafted == "" || len([]rune(drafted)) > longestDraft || knowledge.Repeats(drafted, system, 10) {
			why = string(bot.ModelMalformed)
		}
	}
	if why != "" {
		work.Outcome = why
		return s.apologise(t, work)
	}
	s.show(t, drafted, c.Model, doubts)
	return t.Worked(work)
}

// show says that it is a draft, what to look at twice, and who wrote it.
func (s *Skill) show(t *bot.Turn, text, model string, doubts []string) {
	t.Say(s.texts.Say("draft", map[string]any{"Text": text, "Doubts": doubts, "Model": model, "Filing": s.filing}))
}

// ask asks the model; why says what went wrong.
func (s *Skill) ask(t *bot.Turn, kind string, data []bot.PromptData, schema json.RawMessage, into any) (c bot.Completion, system, why string) {
	prompt, err := files.ReadFile("prompts/" + kind + ".txt")
	if err != nil {
		panic(err) // it is part of the program
	}
	ctx, cancel := context.WithTimeout(t.Context, within)
	defer cancel()
	c, err = s.model.Complete(ctx, bot.Prompt{
		Task: bot.TaskStaff, Person: t.Person.ID, System: string(prompt), Data: data, Schema: schema, MaxTokens: 1500,
	})
	if err != nil {
		return c, string(prompt), string(bot.WhyNoModel(err))
	}
	if json.Unmarshal(c.JSON, into) != nil {
		return c, string(prompt), string(bot.ModelMalformed)
	}
	return c, string(prompt), ""
}

// apologise says that there is no draft, and why where that helps.
func (s *Skill) apologise(t *bot.Turn, work bot.ModelWork) error {
	if work.Outcome == string(bot.ModelOff) {
		t.Say(s.texts.Say("off", nil))
		return nil
	}
	t.Say(s.texts.Say("failed", work.Outcome))
	return t.Worked(work)
}

var groupsSchema = json.RawMessage(`{"type":"object","properties":{"groups":{"type":"array","items":{"type":"array","items":{"type":"integer"}}}},` +
	`"required":["groups"],"additionalProperties":false}`)

// mostLines is how many complaints are compared.
const mostLines = 50

// alike shows which of the lines look like one matter, in the words in which they were written.
func (s *Skill) alike(t *bot.Turn, text string) error {
	var lines []string
	if !strings.Contains(text, "\n") { // one line: where Enter sends
		text = strings.NewReplacer(";", "\n", ";", "\n").Replace(text)
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) < 2 || len(lines) > mostLines {
		t.Say(s.texts.Say("lines", nil))
		return nil
	}
	var data []bot.PromptData
	for i, line := range lines {
		data = append(data, bot.PromptData{Name: strconv.Itoa(i + 1), Text: line})
	}
	var said struct {
		Groups [][]int `json:"groups"`
	}
	c, _, why := s.ask(t, "alike", data, groupsSchema, &said)
	work := bot.ModelWork{Task: bot.TaskStaff, Outcome: bot.ModelUsed, Model: c.Model, Tokens: c.Tokens}
	if why != "" {
		work.Outcome = why
		return s.apologise(t, work)
	}
	groups := together(said.Groups, lines)
	if len(groups) == 0 {
		t.Say(s.texts.Say("apart", nil))
		return t.Worked(work)
	}
	s.show(t, s.texts.Say("groups", groups), c.Model, nil)
	return t.Worked(work)
}

// together returns the groups as lines. Numbers that are none, and lines that are in a group already, are left out.
func together(groups [][]int, lines []string) [][]string {
	var all [][]string
	var taken []int
	for _, g := range groups {
		var of []string
		for _, n := range g {
			if n >= 1 && n <= len(lines) && !slices.Contains(taken, n) {
				taken = append(taken, n)
				of = append(of, lines[n-1])
			}
		}
		if len(of) > 1 {
			all = append(all, of)
		}
	}
	return all
}
