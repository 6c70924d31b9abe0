package bot

import (
	"context"
	"embed"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linli/intents"
)

// Reader is the ability of an Understander to take longer over a whole message that nobody has asked for: it may ask a model. It returns within
// its deadline, at worst with what Understand says, and with what a model did, if one was asked.
type Reader interface {
	Read(ctx context.Context, person *Person, text string, c intents.Context) (intents.Understanding, *ModelWork)
}

// understand reads the turn's message. An answer to a question of ours is short and read by who asked: no model can know what "周三" answers.
func (t *Turn) understand() error {
	r, ok := t.read.(Reader)
	if !ok || t.Session.Skill != "" || reserved(t.Message.Text) {
		t.Understood = t.Understand(t.Message.Text)
		return nil
	}
	var work *ModelWork
	t.Understood, work = r.Read(t.Context, t.Person, t.Message.Text, intents.Context{
		Role: string(t.Person.Role()), Now: t.Now, Places: t.Places, Group: t.Message.Chat.Group,
	})
	if work == nil || work.Outcome == string(ModelOff) {
		return nil
	}
	return t.Worked(*work)
}

// reserved are words that are exact rather than meaning, and may bear a code that nobody else should see.
func reserved(text string) bool {
	return strings.HasPrefix(text, "/") || bindWords.MatchString(text) || chatWords.MatchString(text) || linkWords.MatchString(text) ||
		idWords.MatchString(text) || dataWords.MatchString(text)
}

// ModelReader asks a model about messages that the Understander is not sure of.
type ModelReader struct {
	Understander
	model    LanguageModel
	deadline time.Duration
	note     func(ModelWork)
	intents  []knownIntent
}

// knownIntent is an intent that a model may choose. Those that change something at once aren't among them: 确认, 取消, 已办好 are said plainly.
type knownIntent struct {
	name  string
	staff bool
	what  string
}

//go:embed prompts
var modelPrompts embed.FS

// unsure is the score below which a model is asked. Of the embedded default's readings below it one in three is right, of those above nearly all.
const unsure = .35

// modelScore is the probability that is given to a model's reading: it is shown, and nothing is done by it without a question.
const modelScore = .6

// NewModelReader returns a reader that waits for the model no longer than the deadline; 0: 3 seconds. Note is told what became of each question.
func NewModelReader(u Understander, m LanguageModel, deadline time.Duration, note func(ModelWork)) *ModelReader {
	if deadline == 0 {
		deadline = 3 * time.Second
	}
	if note == nil {
		note = func(ModelWork) {}
	}
	r := &ModelReader{Understander: u, model: m, deadline: deadline, note: note}
	for line := range strings.Lines(modelPrompt("intents")) {
		if f := strings.Fields(line); len(f) >= 3 && !strings.HasPrefix(f[0], "#") {
			r.intents = append(r.intents, knownIntent{f[0], f[1] == "staff", strings.Join(f[2:], " ")})
		}
	}
	return r
}

func modelPrompt(name string) string {
	text, err := modelPrompts.ReadFile("prompts/" + name + ".txt")
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(text)
}

// reading is what a model makes of a message.
type reading struct {
	Intent   string `json:"intent"`
	Category string `json:"category"`
	Place    string `json:"place"`
	Title    string `json:"title"`
}

// longestRead is how many characters of a message are worth a model: who writes more has said what it is about.
const longestRead = 400

// Read implements Reader.
func (r *ModelReader) Read(ctx context.Context, person *Person, text string, c intents.Context) (intents.Understanding, *ModelWork) {
	own := r.Understand(text, c)
	if own.Score >= unsure || own.Slots.Urgent != "" || len([]rune(text)) < 3 || len([]rune(text)) > longestRead {
		return own, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.deadline)
	defer cancel()
	answer, err := r.model.Complete(ctx, r.prompt(person, text))
	work := ModelWork{Task: TaskUnderstand, Outcome: ModelUsed, Model: answer.Model, Tokens: answer.Tokens, At: c.Now}
	defer func() { r.note(work) }()
	var said reading
	if err == nil {
		err = json.Unmarshal(answer.JSON, &said)
	}
	if err != nil {
		work.Outcome = string(WhyNoModel(err))
		return own, &work
	}
	merged, ok := r.merge(own, said, person.Staff())
	if !ok {
		work.Outcome = "refused"
	}
	return merged, &work
}

// merge takes over what the model says if it is one of the things that it was given, or stands in the message; else the own reading stays.
func (r *ModelReader) merge(own intents.Understanding, said reading, staff bool) (intents.Understanding, bool) {
	if !slices.ContainsFunc(r.intents, func(k knownIntent) bool { return k.name == said.Intent && (staff || !k.staff) }) {
		return own, false
	}
	u := own
	if said.Intent != own.Intent {
		u.Others = append([]intents.Scored{{Label: own.Intent, Score: own.Score}}, own.Others...)
	}
	u.Intent, u.Score = said.Intent, max(own.Score, modelScore)
	u.Slots.Category = ""
	if u.Intent == "report" {
		u.Slots.Category = own.Slots.Category
		if _, known := intents.CategoryByCode(said.Category); known {
			u.Slots.Category = said.Category
		}
	}
	if u.Slots.Place == "" && stands(said.Place, own.Text) {
		u.Slots.Place = said.Place
	}
	if u.Slots.Title == "" && strings.HasPrefix(u.Intent, "meeting.") && stands(said.Title, own.Text) {
		u.Slots.Title = said.Title
	}
	return u, true
}

// stands reports whether the words stand in the message.
func stands(words, message string) bool {
	return len([]rune(words)) >= 2 && len([]rune(words)) <= 40 && strings.Contains(message, words)
}

// prompt asks about the message, with the lists to choose from.
func (r *ModelReader) prompt(person *Person, text string) Prompt {
	system := modelPrompt("understand")
	var names []string
	for _, k := range r.intents {
		if k.staff && !person.Staff() {
			continue
		}
		names = append(names, k.name)
		system += "- " + k.name + ":" + k.what + "\n"
	}
	var table strings.Builder
	codes := []string{""}
	for _, c := range intents.Categories() {
		codes = append(codes, c.Code)
		table.WriteString(c.Code + " " + c.Name + "\n")
	}
	schema, err := json.Marshal(map[string]any{
		"type": "object", "additionalProperties": false, "required": []string{"intent", "category", "place", "title"},
		"properties": map[string]any{
			"intent": map[string]any{"type": "string", "enum": names}, "category": map[string]any{"type": "string", "enum": codes},
			"place": map[string]string{"type": "string"}, "title": map[string]string{"type": "string"},
		},
	})
	if err != nil {
		panic(err) // strings and lists of them
	}
	return Prompt{
		Task: TaskUnderstand, Person: person.ID, System: system, Schema: schema, MaxTokens: 200,
		Data: []PromptData{{Name: "类别表", Text: table.String(), Public: true}, {Name: "消息", Text: text}},
	}
}
