package lark

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"linli/adapters/lark/larktest"
	"linli/bot"
)

// TestClicks holds that a pressed button comes back as its action, once, and that the presser is answered, whatever happens.
func TestClicks(t *testing.T) {
	for _, mode := range []string{Webhook, Stream} {
		t.Run(mode, func(t *testing.T) {
			s := raise(t, mode)
			in := s.run()
			press := func(event string, value any, message string) (kind, text string) {
				t.Helper()
				data, err := s.deliver(s.platform.Click(event, person, message, chat, value))
				if err != nil {
					t.Fatal(err)
				}
				var answer toast
				if err := json.Unmarshal(data, &answer); err != nil {
					t.Fatalf("%s: %v", data, err)
				}
				return answer.Toast.Type, answer.Toast.Content
			}
			value := buttonValue{Action: "answers:facet:steps", Label: "流程"}
			if kind, text := press("ev_1", value, "om_card"); kind != "info" || text != toastTaken {
				t.Errorf("%s %s", kind, text)
			}
			want := bot.Message{
				Text: "流程", Action: "answers:facet:steps", ReplyTo: "om_card",
				Chat: bot.Chat{Channel: Name, ID: chat}, From: bot.Account{Channel: Name, ID: person},
			}
			got := in.messages()
			if len(got) != 1 {
				t.Fatalf("received %d", len(got))
			}
			if diff := cmp.Diff(want, got[0], cmpopts.IgnoreFields(bot.Message{}, "ID", "At")); diff != "" || got[0].ID == "" {
				t.Error(diff)
			}
			if press("ev_2", value, "om_card"); len(in.messages()) != 1 {
				t.Error("a double click is two messages")
			}
			press("ev_3", value, "om_card_2")
			press("ev_4", buttonValue{Action: "answers:facet:fee", Label: "费用", Group: true, Thread: "om_root"}, "om_card")
			got = in.messages()
			if len(got) != 3 || got[2].Chat != (bot.Chat{Channel: Name, ID: chat, Group: true, Thread: "om_root"}) || !got[2].Addressed {
				t.Errorf("%+v", got)
			}
			if got[0].ID == got[1].ID {
				t.Error("the same button of two cards is one message")
			}
			for name, value := range map[string]any{
				"text that holds the object": `{"action":"a:b:c","label":"x"}`,
			} {
				if kind, _ := press("ev_5", value, "om_card_5"); kind != "info" {
					t.Errorf("%s: %s", name, kind)
				}
			}
			for name, value := range map[string]any{"text": "x", "number": 3, "nothing": nil, "list": []int{1}, "another's object": map[string]any{"k": "v"}} {
				if kind, text := press("ev_6", value, "om_card_6"); kind != "warning" || text != toastOld {
					t.Errorf("%s: %s %s", name, kind, text)
				}
			}
			in.failWith(bot.Because(bot.Unavailable, errors.New("disk full"), ""))
			if kind, text := press("ev_7", value, "om_card_7"); kind != "error" || text != toastFailed {
				t.Errorf("%s %s", kind, text)
			}
			in.failWith(nil)
			if kind, _ := press("ev_8", value, "om_card_7"); kind != "info" {
				t.Error("pressed again after a failure, it is taken as a double click")
			}
			if n := len(in.messages()); n != 5 {
				t.Errorf("received %d", n)
			}
		})
	}
}

// TestClickIDs holds that a press delivered twice by the platform is one message.
func TestClickIDs(t *testing.T) {
	p := larktest.New()
	defer p.Close()
	id := func(event, operator, message, action string) string {
		e, err := readEnvelope(p.Click(event, operator, message, chat, buttonValue{Action: action}))
		if err != nil {
			t.Fatal(err)
		}
		m, ok := readClick(e)
		if !ok {
			t.Fatal("not read")
		}
		return m.ID
	}
	base := id("e", "ou_1", "om_1", "a:b:c")
	if base != id("e", "ou_1", "om_1", "a:b:c") {
		t.Error("the same press has two IDs")
	}
	for _, other := range []string{id("f", "ou_1", "om_1", "a:b:c"), id("e", "ou_2", "om_1", "a:b:c"), id("e", "ou_1", "om_2", "a:b:c"), id("e", "ou_1", "om_1", "a:b:d")} {
		if other == base {
			t.Error("two presses have one ID")
		}
	}
}
