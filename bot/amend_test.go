package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/bot"
)

// drafter answers with a draft, and a minute later with something better.
type drafter struct{ echo }

func (d *drafter) handle(t *bot.Turn) error {
	draft := t.Draft(bot.Reply{Text: "draft " + t.Text()})
	if draft == nil {
		t.Say("final " + t.Text())
		return nil
	}
	data, err := json.Marshal(draft)
	if err != nil {
		return err
	}
	return t.Wake(bot.Timer{Skill: "echo", Name: "better", Subject: t.Text(), At: t.Now.Add(time.Minute), Data: data})
}

func (d *drafter) Routes() []bot.Route {
	return []bot.Route{{Intent: "none", Action: bot.Ask, Handle: d.handle}}
}

func (d *drafter) Ring(t *bot.Turn, timer bot.Timer) error {
	var draft bot.Draft
	if err := json.Unmarshal(timer.Data, &draft); err != nil {
		return err
	}
	return t.Amend(draft, bot.Reply{Text: "better " + timer.Subject})
}

// editor is a channel that can change what it has sent.
type editor struct {
	*fake
	fails []error // one for each attempt
}

func (e *editor) Edit(_ context.Context, to bot.Chat, id string, r bot.Reply) error {
	if len(e.fails) > 0 {
		err := e.fails[0]
		e.fails = e.fails[1:]
		if err != nil {
			return err
		}
	}
	for i, d := range e.sent {
		if d.To == to && d.Line == id && d.Index == 0 { // the privacy notice stands behind it
			e.sent[i].Reply = r
		}
	}
	return nil
}

// transcript is what the chat's lines say that was answered.
func (s *stage) transcript(chat string) (texts []string) {
	s.t.Helper()
	page, err := s.store.Find(s.t.Context(), bot.Query{Kind: bot.KindLine, Keys: []string{bot.ChatKey(bot.Chat{Channel: "fake", ID: chat})}})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range page.Records {
		var l bot.Line
		if err := json.Unmarshal(r.Body, &l); err != nil {
			s.t.Fatal(err)
		}
		for _, out := range l.Out {
			if !strings.HasPrefix(out.Text, "说明") {
				texts = append(texts, out.Text)
			}
		}
	}
	return texts
}

// TestDraftsAreAmended: a draft is shown at once and changed later, where people see it and in the transcript; where that fails it stays.
func TestDraftsAreAmended(t *testing.T) {
	broken := &bot.SendError{Outcome: bot.Unknown, Err: errors.New("cut")}
	for _, c := range []struct {
		name  string
		plain bool // the channel can't change anything
		fails []error
		late  bool // the draft itself is held up
		want  string
	}{
		{name: "at the first attempt", want: "better hi"},
		{name: "at the second", fails: []error{broken}, want: "better hi"},
		{name: "given up", fails: []error{broken, broken, broken}, want: "draft hi"},
		{name: "refused", fails: []error{&bot.SendError{Outcome: bot.Never, Err: errors.New("too old")}}, want: "draft hi"},
		{name: "never before the draft", late: true, want: "better hi"},
		{name: "a channel that can't", plain: true, want: "final hi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, func(o *bot.Options) {
				o.Skills = []bot.Skill{&drafter{}}
				if !c.plain {
					o.Channels = []bot.Channel{&editor{fake: o.Channels[0].(*fake), fails: c.fails}}
				}
			})
			if c.late {
				s.channel.fail["draft hi"] = []error{&bot.SendError{Outcome: bot.Retry, After: 2 * time.Minute, Err: errors.New("busy")}}
			}
			s.hear("a", "hi")
			if !c.late && !c.plain {
				s.wants("a", "draft hi")
			}
			s.pass(4 * time.Minute)
			s.wants("a", c.want)
			if got := s.transcript("a"); !slices.Equal(got, []string{c.want}) {
				t.Errorf("the transcript says %q", got)
			}
			if dead := s.dead(); len(dead) > 0 {
				t.Errorf("dead letters: %s", dead[0].Body)
			}
		})
	}
}

// TestForgottenDraftIsNotAmended: who has had the conversation removed doesn't get a part of it back.
func TestForgottenDraftIsNotAmended(t *testing.T) {
	s := newStage(t, func(o *bot.Options) {
		o.Skills = []bot.Skill{&drafter{}}
		o.Channels = []bot.Channel{&editor{fake: o.Channels[0].(*fake)}}
	})
	s.hear("a", "hi")
	page, err := s.store.Find(t.Context(), bot.Query{Kind: bot.KindLine})
	if err != nil || len(page.Records) != 1 {
		t.Fatal(page, err)
	}
	gone := page.Records[0]
	gone.Body = nil
	if err := s.store.Commit(t.Context(), bot.Change{Put: []bot.Record{gone}}); err != nil {
		t.Fatal(err)
	}
	s.pass(2 * time.Minute)
	s.wants("a", "draft hi")
	if got := s.transcript("a"); len(got) > 0 {
		t.Errorf("the transcript says %q again", got)
	}
}
