package lark

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linli/adapters/lark/larktest"
	"linli/bot"
)

// TestContents holds what is read of each type of message, by the rows of testdata/contents.jsonl.
func TestContents(t *testing.T) {
	f, err := os.Open("testdata/contents.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := &Channel{sent: newRecent[string, bool](1)}
	c.self.openID = "ou_self"
	rows := 0
	for lines := bufio.NewScanner(f); lines.Scan(); rows++ {
		var row struct {
			Name, Type, Content string
			Mentions            []mention
			Want                struct {
				Text      string
				Addressed bool
				Files     []bot.Attachment
				Location  *bot.Location
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("row %d: %v", rows+1, err)
		}
		t.Run(row.Name, func(t *testing.T) {
			var in messageEvent
			in.Message.ID, in.Message.Type, in.Message.Content, in.Message.Mentions = "om_x", row.Type, row.Content, row.Mentions
			got, err := c.message(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			want := bot.Message{Text: row.Want.Text, Addressed: row.Want.Addressed, Attachments: row.Want.Files, Location: row.Want.Location}
			if diff := cmp.Diff(want, bot.Message{Text: got.Text, Addressed: got.Addressed, Attachments: got.Attachments, Location: got.Location}); diff != "" {
				t.Error(diff)
			}
		})
	}
	if rows < 30 {
		t.Errorf("only %d rows were read", rows)
	}
}

// TestMessages holds what comes of events, both ways: who said what where, what is dropped, what is greeted.
func TestMessages(t *testing.T) {
	for _, mode := range []string{Webhook, Stream} {
		t.Run(mode, func(t *testing.T) {
			s := raise(t, mode)
			in := s.run()
			p := s.platform
			self := larktest.Mention("@_user_1", p.BotID, "邻里")
			from := bot.Account{Channel: Name, ID: person}
			private := bot.Chat{Channel: Name, ID: chat}
			public := bot.Chat{Channel: Name, ID: group, Group: true}
			thread := public
			thread.Thread = "om_root"
			id, err := s.channel.Send(t.Context(), bot.Delivery{To: public, Line: "l", Kind: "reply", Reply: bot.Reply{Text: "请问"}})
			if err != nil {
				t.Fatal(err)
			}
			p.Say(larktest.Said{ID: "om_other", Chat: group})
			tests := []struct {
				name  string
				event []byte
				want  *bot.Message
			}{
				{"private", p.Say(larktest.Said{ID: "om_1", Chat: chat, From: person, Text: "您好"}), &bot.Message{ID: "om_1", Chat: private, From: from, Text: "您好"}},
				{"group, mentioned", p.Say(larktest.Said{ID: "om_2", Chat: group, Group: true, From: person, Text: "@_user_1 灯坏了", Mentions: []map[string]any{self}}), &bot.Message{ID: "om_2", Chat: public, From: from, Text: "灯坏了", Addressed: true}},
				{"group, not mentioned", p.Say(larktest.Said{ID: "om_3", Chat: group, Group: true, From: person, Text: "吃了吗"}), &bot.Message{ID: "om_3", Chat: public, From: from, Text: "吃了吗"}},
				{"group, a reply to the bot", p.Say(larktest.Said{ID: "om_4", Chat: group, Group: true, From: person, Text: "3栋", Parent: id, Root: id}), &bot.Message{ID: "om_4", Chat: public, From: from, Text: "3栋", Addressed: true, ReplyTo: id}},
				{"group, a reply to somebody else", p.Say(larktest.Said{ID: "om_5", Chat: group, Group: true, From: person, Text: "好", Parent: "om_other"}), &bot.Message{ID: "om_5", Chat: public, From: from, Text: "好", ReplyTo: "om_other"}},
				{"group, a reply to what is gone", p.Say(larktest.Said{ID: "om_5b", Chat: group, Group: true, From: person, Text: "好", Parent: "om_gone"}), &bot.Message{ID: "om_5b", Chat: public, From: from, Text: "好", ReplyTo: "om_gone"}},
				{"thread", p.Say(larktest.Said{ID: "om_6", Chat: group, Group: true, From: person, Text: "@_user_1 在", Mentions: []map[string]any{self}, Thread: "omt_1", Root: "om_root"}), &bot.Message{ID: "om_6", Chat: thread, From: from, Text: "在", Addressed: true}},
				{"thread's first message", p.Say(larktest.Said{ID: "om_root", Chat: group, Group: true, From: person, Text: "@_user_1 在", Mentions: []map[string]any{self}, Thread: "omt_1"}), &bot.Message{ID: "om_root", Chat: thread, From: from, Text: "在", Addressed: true}},
				{"unsupported", p.Say(larktest.Said{ID: "om_7", Chat: chat, From: person, Type: "sticker", Content: `{"file_key":"x"}`}), &bot.Message{ID: "om_7", Chat: private, From: from}},
				{"another bot", p.Say(larktest.Said{ID: "om_8", Chat: chat, From: person, Text: "x", SenderType: "bot"}), nil},
				{"the bot itself", p.Say(larktest.Said{ID: "om_9", Chat: chat, From: person, Text: "x", SenderType: "app"}), nil},
				{"added to a group", p.Event("ev_1", "im.chat.member.bot.added_v1", map[string]any{"chat_id": group, "operator_id": map[string]any{"open_id": person}, "name": "三楼"}), &bot.Message{ID: "ev_1", Chat: public, From: from, Text: "/start", Addressed: true}},
				{"private chat opened first", p.Event("ev_2", "im.chat.access_event.bot_p2p_chat_entered_v1", map[string]any{"chat_id": chat, "operator_id": map[string]any{"open_id": person}}), &bot.Message{ID: "entered:" + chat, Chat: private, From: from, Text: "/start"}},
				{"private chat opened again", p.Event("ev_3", "im.chat.access_event.bot_p2p_chat_entered_v1", map[string]any{"chat_id": chat, "operator_id": map[string]any{"open_id": person}, "last_message_id": "om_1"}), nil},
				{"removed from a group", p.Event("ev_4", "im.chat.member.bot.deleted_v1", map[string]any{"chat_id": group, "operator_id": map[string]any{"open_id": person}}), nil},
				{"recalled", p.Event("ev_5", "im.message.recalled_v1", map[string]any{"chat_id": group, "message_id": "om_1"}), nil},
				{"read", p.Event("ev_6", "im.message.message_read_v1", map[string]any{"reader": 1}), nil},
				{"of next year", p.Event("ev_7", "im.hologram.v9", []int{1}), nil},
				{"a message of another shape", p.Event("ev_8", "im.message.receive_v1", "x"), nil},
				{"a message without ID", p.Say(larktest.Said{Chat: chat, From: person, Text: "x"}), nil},
				{"version 1", []byte(`{"uuid":"u1","token":"` + p.VerificationToken + `","type":"event_callback","event":{"type":"message","text":"x"}}`), nil},
			}
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					before := len(in.messages())
					if _, err := s.deliver(test.event); err != nil {
						t.Fatal(err)
					}
					got := in.messages()[before:]
					if test.want == nil {
						if len(got) > 0 {
							t.Errorf("received %+v", got)
						}
						return
					}
					if len(got) != 1 {
						t.Fatalf("received %d", len(got))
					}
					if since := time.Since(got[0].At); since < -time.Minute || since > time.Minute {
						t.Errorf("At is %v", got[0].At)
					}
					got[0].At = time.Time{}
					if diff := cmp.Diff(*test.want, got[0]); diff != "" {
						t.Error(diff)
					}
				})
			}
		})
	}
}

// TestGroupsWaitForTheIdentity holds that nothing of a group is taken, or lost, before the bot knows its own name.
func TestGroupsWaitForTheIdentity(t *testing.T) {
	s := raise(t, Webhook)
	s.platform.Fail(func(r *http.Request) *larktest.Fault {
		if strings.Contains(r.URL.Path, "/bot/") {
			return &larktest.Fault{Status: 503}
		}
		return nil
	})
	in, stop := s.start()
	defer stop()
	wait(t, "ready", s.channel.Ready)
	event := s.platform.Say(larktest.Said{
		ID: "om_1", Chat: group, Group: true, From: person, Text: "@_user_1 在", Mentions: []map[string]any{larktest.Mention("@_user_1", s.platform.BotID, "邻里")},
	})
	if _, err := s.deliver(event); err == nil {
		t.Error("acknowledged, although nobody knows whether the bot was meant")
	}
	if _, err := s.deliver(s.platform.Say(larktest.Said{ID: "om_2", Chat: chat, From: person, Text: "您好"})); err != nil {
		t.Error("a private message has to wait:", err)
	}
	s.platform.Fail(nil)
	wait(t, "the redelivery is taken", func() bool { _, err := s.deliver(event); return err == nil })
	if got := in.messages(); len(got) != 2 || !got[1].Addressed || got[1].Text != "在" {
		t.Errorf("%+v", got)
	}
}

// TestMoments holds that times are read by their length.
func TestMoments(t *testing.T) {
	want := time.Date(2026, 3, 20, 10, 53, 17, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"1774003997": want, "1774003997000": want, "1774003997000000": want, "": {}, "x": {}, "-5": {}, "99999999999999999999": {},
	} {
		if got := moment(text); !got.Equal(want) {
			t.Errorf("%q: %v, want %v", text, got.UTC(), want)
		}
	}
}
