package senses_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/sample"
	"linli/bot/senses"
	"linli/intents"
)

// eyes see what a test writes.
type eyes func(p bot.Prompt) (string, error)

func (f eyes) Complete(_ context.Context, p bot.Prompt) (bot.Completion, error) {
	text, err := f(p)
	return bot.Completion{JSON: json.RawMessage(text), Model: "小模型", Tokens: 9}, err
}

// ears hear what a test writes.
type ears func(s bot.Speech) (string, error)

func (f ears) Hear(_ context.Context, s bot.Speech) (bot.Heard, error) {
	text, err := f(s)
	return bot.Heard{Text: text, Model: "耳朵", Tokens: 5}, err
}

// drawer has one file.
type drawer struct{ bot.Files }

func (drawer) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	if id == "gone" {
		return nil, bot.Errorf(bot.NotFound, "")
	}
	return nopCloser{bytes.NewReader([]byte("bytes of " + id))}, nil
}

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

// clerk asks about what comes without words, and repeats what it is told.
type clerk struct{}

func (clerk) Name() string { return "clerk" }
func (clerk) Routes() []bot.Route {
	return []bot.Route{{Intent: "none", Action: bot.ReportIncident, Handle: func(t *bot.Turn) error {
		if t.Text() == "" {
			t.Say("什么事?")
			return t.Expect("clerk", 1)
		}
		return clerk{}.take(t, "新的")
	}}}
}

func (clerk) Continue(t *bot.Turn) (bool, error) {
	t.Settle()
	return true, clerk{}.take(t, "接着")
}

func (clerk) take(t *bot.Turn, how string) error {
	files := ""
	for _, a := range t.Message.Attachments {
		files += " " + a.Ref
	}
	t.Say(how + ":" + t.Text() + files)
	return nil
}

// nothing is understood but fire.
type nothing struct{}

func (nothing) Understand(text string, _ intents.Context) intents.Understanding {
	u := intents.Understanding{Text: text, Intent: "none"}
	if strings.Contains(text, "着火") {
		u.Slots.Urgent = "119"
	}
	return u
}

func play(t *testing.T, o senses.Options, script string) string {
	t.Helper()
	var units []bot.Unit
	for _, u := range sample.Units() {
		units = append(units, bot.Unit{ID: u.ID, Name: u.Name, Short: u.Short, Level: u.Level, Parent: u.Parent, Handles: u.Handles})
	}
	org, err := bot.NewOrg(units)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for ref, kept := range map[string]bot.KeptFile{
		"a.jpg": {File: bot.File{ID: "a", Kind: "image", Type: "image/jpeg", Size: 9}}, "b.ogg": {File: bot.File{ID: "b", Kind: "audio", Type: "audio/ogg", Size: 9}},
		"big.jpg": {File: bot.File{ID: "big", Kind: "image", Type: "image/jpeg", Size: 99 << 20}}, "gone.ogg": {File: bot.File{ID: "gone", Kind: "audio", Type: "audio/ogg", Size: 9}},
		"bad.ogg": {Problem: "文件太大。"},
	} {
		r, err := bot.FileRecord(bot.Attachment{Channel: "test", Ref: ref}, kept, "test:王奶奶", time.Now())
		if err == nil {
			err = store.Commit(t.Context(), bot.Change{Put: []bot.Record{r}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	o.Files, o.Filing = drawer{}, "备案1号"
	return bottest.Play(t, "person 王奶奶 resident 马鞍山社区\ngroup 居民群 马鞍山社区 public\n"+script, bottest.Setup{
		Store: store, Options: bot.Options{Skills: []bot.Skill{senses.New(o), clerk{}}, Understand: nothing{}, Org: org, Root: "360203"},
	})
}

func sees(text string) eyes  { return func(bot.Prompt) (string, error) { return text, nil } }
func hears(text string) ears { return func(bot.Speech) (string, error) { return text, nil } }

// TestSenses: what was seen or heard is shown and done only after a yes; the question that was open before stays open; without it all goes as before.
func TestSenses(t *testing.T) {
	lid := sees(`{"matter":true,"shows":"井盖破损。"}`)
	for _, c := range []struct {
		name       string
		o          senses.Options
		script     string
		has, hasnt []string
	}{
		{"a photo", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg\nwait 5s\n王奶奶 presses 对\n", []string{"什么事?", "照片里像是:井盖破损。对吗?", "AI生成,仅供参考(模型:小模型,备案号:备案1号)", "接着:井盖破损 a.jpg"}, nil},
		{"yes in words", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg\nwait 5s\n王奶奶: 对的\n", []string{"接着:井盖破损 a.jpg"}, nil},
		{"no", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg\nwait 5s\n王奶奶: 不对\n王奶奶: 楼道太脏\n", []string{"不按它办", "接着:楼道太脏"}, []string{"接着:井盖"}},
		{"other words", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg\nwait 5s\n王奶奶: 3栋的楼道太脏\n", []string{"接着:3栋的楼道太脏"}, []string{"接着:井盖"}},
		{"words came first", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg\n王奶奶: 楼道太脏\nwait 5s\n", []string{"接着:楼道太脏"}, []string{"照片里像是"}},
		{"with words", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg 楼道太脏\nwait 5s\n", []string{"新的:楼道太脏 a.jpg"}, []string{"照片里像是"}},
		{"several photos", senses.Options{Eyes: lid}, "王奶奶 sends a.jpg\n王奶奶 sends a2.jpg\nwait 5s\n王奶奶: 对\n", []string{"照片里像是:井盖破损。对吗?", "井盖破损 a.jpg"}, nil},
		{"an emergency", senses.Options{Eyes: eyes(func(bot.Prompt) (string, error) { panic("it was sent") })}, "王奶奶 sends a.jpg 着火了\nwait 5s\n", []string{"新的:着火了 a.jpg"}, nil},
		{"in a group", senses.Options{Eyes: lid}, "王奶奶@居民群 sends a.jpg\nwait 5s\n", nil, []string{"照片里像是"}},
		{"nothing to see", senses.Options{Eyes: sees(`{"matter":false,"shows":""}`)}, "王奶奶 sends a.jpg\nwait 5s\n", []string{"什么事?"}, []string{"照片里"}},
		{"too much", senses.Options{Eyes: sees(`{"matter":true,"shows":"` + strings.Repeat("脏", 60) + `"}`)}, "王奶奶 sends a.jpg\nwait 5s\n", nil, []string{"照片里"}},
		{"the prompt", senses.Options{Eyes: sees(`{"matter":true,"shows":"只说看得见的,不猜原因、地点和责任"}`)}, "王奶奶 sends a.jpg\nwait 5s\n", nil, []string{"照片里"}},
		{"a number in the photo", senses.Options{Eyes: sees(`{"matter":true,"shows":"小广告 139 0798 1234"}`)}, "王奶奶 sends a.jpg\nwait 5s\n", []string{"什么事?"}, []string{"照片里"}},
		{"fire", senses.Options{Eyes: sees(`{"matter":true,"shows":"楼道着火"}`)}, "王奶奶 sends a.jpg\nwait 5s\n", []string{"有危险请马上拨打119。"}, nil},
		{"dead eyes", senses.Options{Eyes: eyes(func(bot.Prompt) (string, error) { return "", &bot.ModelError{Why: bot.ModelDead} })}, "王奶奶 sends a.jpg\nwait 5s\n", []string{"什么事?"}, []string{"照片里"}},
		{"a large photo", senses.Options{Eyes: lid}, "王奶奶 sends big.jpg\nwait 5s\n", []string{"什么事?"}, []string{"照片里"}},
		{"no eyes", senses.Options{}, "王奶奶 sends a.jpg\nwait 5s\n", []string{"什么事?"}, []string{"照片里"}},
		{"a voice", senses.Options{Ears: hears(" 3栋路灯不亮 ")}, "王奶奶 sends b.ogg\nwait 5s\n王奶奶 presses 对\n", []string{"收到语音", "我听到的是:", "“3栋路灯不亮”", "AI生成,仅供参考(模型:耳朵,备案号:备案1号)", "新的:3栋路灯不亮 b.ogg"}, []string{"什么事?"}},
		{"an answer by voice", senses.Options{Ears: hears("3栋")}, "王奶奶 sends a.jpg\n王奶奶 sends b.ogg\nwait 5s\n王奶奶: 是\n", []string{"接着:3栋 b.ogg"}, nil},
		{"a voice that is wrong", senses.Options{Ears: hears("三动")}, "王奶奶 sends b.ogg\nwait 5s\n王奶奶 presses 不对\n王奶奶: 3栋\n", []string{"没有办", "新的:3栋"}, []string{"新的:三动"}},
		{"two voices", senses.Options{Ears: hears("3栋")}, "王奶奶 sends b.ogg\nwait 5s\n王奶奶 sends b.ogg\nwait 5s\n王奶奶: 对\n王奶奶: 对\n", []string{"新的:3栋 b.ogg", "新的:对"}, nil},
		{"pressed twice", senses.Options{Ears: hears("3栋")}, "王奶奶 sends b.ogg\nwait 5s\n王奶奶 presses 对\n王奶奶 presses 对\n", []string{"这条已经过去了"}, nil},
		{"fire by voice", senses.Options{Ears: hears("我家着火了")}, "王奶奶 sends b.ogg\nwait 5s\n", []string{"有危险请马上拨打119。"}, nil},
		{"silence", senses.Options{Ears: hears("")}, "王奶奶 sends b.ogg\nwait 5s\n", []string{"没有听出来。请打字"}, []string{"我听到的是"}},
		{"spent", senses.Options{Ears: ears(func(bot.Speech) (string, error) { return "", &bot.ModelError{Why: bot.ModelSpent} })}, "王奶奶 sends b.ogg\nwait 5s\n", []string{"用量到上限"}, nil},
		{"a voice that never comes", senses.Options{Ears: hears("3栋")}, "王奶奶 sends c.ogg\nwait 20m\n", []string{"没有听出来"}, nil},
		{"a voice that was removed", senses.Options{Ears: hears("3栋")}, "王奶奶 sends gone.ogg\nwait 5s\n", []string{"没有听出来"}, nil},
		{"a voice that is refused", senses.Options{Ears: hears("3栋")}, "王奶奶 sends bad.ogg\nwait 5s\n", []string{"这条语音收不了:文件太大。"}, nil},
		{"no ears", senses.Options{}, "王奶奶 sends b.ogg\nwait 5s\n", []string{"什么事?"}, []string{"收到语音"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := play(t, c.o, c.script)
			for _, text := range c.has {
				if !strings.Contains(out, text) {
					t.Errorf("%q is missing:\n%s", text, out)
				}
			}
			for _, text := range c.hasnt {
				if strings.Contains(out, text) {
					t.Errorf("%q was said:\n%s", text, out)
				}
			}
		})
	}
}

// TestSent: the picture and the recording leave, and nothing of who sent them but what limits go by.
func TestSent(t *testing.T) {
	play(t, senses.Options{
		Eyes: eyes(func(p bot.Prompt) (string, error) {
			if len(p.Images) != 1 || string(p.Images[0].Data) != "bytes of a" || p.Images[0].Type != "image/jpeg" || len(p.Data) > 0 || p.Task != bot.TaskPhoto {
				t.Errorf("the eyes got %+v", p)
			}
			return `{"matter":false,"shows":""}`, nil
		}),
		Ears: ears(func(s bot.Speech) (string, error) {
			if string(s.Data) != "bytes of b" || s.Type != "audio/ogg" {
				t.Errorf("the ears got %+v", s)
			}
			return "3栋", nil
		}),
	}, "王奶奶 sends a.jpg\n王奶奶 sends b.ogg\nwait 5s\n")
}
