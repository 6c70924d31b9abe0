package lark

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"linli/adapters/lark/larktest"
	"linli/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRender holds how replies look, by testdata/render/*.json: each has a reply, and beside it stands what is sent.
func TestRender(t *testing.T) {
	files, err := filepath.Glob("testdata/render/*.reply.json")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".reply.json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var in struct {
				To     bot.Chat
				Images []string
				Reply  bot.Reply
			}
			d := json.NewDecoder(bytes.NewReader(data))
			d.DisallowUnknownFields()
			if err := d.Decode(&in); err != nil {
				t.Fatal(err)
			}
			kind, content := render(in.Reply, in.To, in.Images)
			if why := larktest.CheckCard(content); kind == kindCard && why != "" {
				t.Errorf("the platform would refuse the card: %s", why)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, []byte(content), "", "  "); err != nil {
				t.Fatal(err)
			}
			got := kind + "\n" + pretty.String() + "\n"
			golden := strings.TrimSuffix(file, ".reply.json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v (go test ./adapters/lark -update writes it)", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// hostile draws texts that would like to be markup.
var hostile = rapid.OneOf(
	rapid.String(),
	rapid.StringMatching(`(<at (id|user_id)="?(all|ou_x)"?>|</at>|\*\*|\*|_|~|\[x\]\(y\)|!\[a\]\(b\)|:SMILE:|&#42;|&amp;|\n|- |# |> |\x60{3}|\||<font color='red'>|词){0,30}`),
)

func anyReply(t *rapid.T) bot.Reply {
	r := bot.Reply{Text: hostile.Draw(t, "text"), Urgent: rapid.Bool().Draw(t, "urgent"), AskLocation: rapid.Bool().Draw(t, "location")}
	for i := range rapid.IntRange(0, 4).Draw(t, "fields") {
		r.Fields = append(r.Fields, bot.Field{Name: fmt.Sprint("名", i), Value: hostile.Draw(t, "value")})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "choices") {
		r.Choices = append(r.Choices, bot.Choice{Label: "选" + hostile.Draw(t, "label"), Action: fmt.Sprint("a:b:", i)})
	}
	if rapid.Bool().Draw(t, "link") {
		r.Link = &bot.Link{Label: hostile.Draw(t, "linked"), URL: "https://example.org/" + hostile.Draw(t, "url")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "sources") {
		r.Sources = append(r.Sources, bot.Source{Title: hostile.Draw(t, "title"), URL: "https://example.org/a(b)"})
	}
	if r.Text == "" {
		r.Text = "。"
	}
	return r
}

var (
	liveTag  = regexp.MustCompile(`(?i)<(at|a|img|person|link|text_tag|number_tag|audio|local_datetime|raw)\b`)
	liveFont = regexp.MustCompile(`<[^>]*>`)
)

// TestNobodyIsPinged holds for all replies: the platform takes what is rendered, and no words of anybody become a mention, a tag or a button.
func TestNobodyIsPinged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyReply(t)
		kind, content := render(r, bot.Chat{Channel: Name, ID: chat, Group: true}, nil)
		if kind == kindText {
			var in struct{ Text string }
			if json.Unmarshal([]byte(content), &in) != nil || sizeInRequest(content) > maxTextBytes || in.Text == "" {
				t.Fatalf("%q", content)
			}
			if liveTag.MatchString(in.Text) || strings.Contains(in.Text, "](") {
				t.Fatalf("a text with markup: %q", in.Text)
			}
			return
		}
		if why := larktest.CheckCard(content); why != "" || sizeInRequest(content) > maxCardBytes {
			t.Fatalf("%d bytes, %s: %s", len(content), why, content)
		}
		var card struct {
			Body struct{ Elements []map[string]any }
		}
		if err := json.Unmarshal([]byte(content), &card); err != nil {
			t.Fatal(err)
		}
		for _, e := range card.Body.Elements {
			words, _ := e["content"].(string)
			for _, tag := range liveFont.FindAllString(words, -1) {
				if tag != "<font color='grey'>" && tag != "</font>" {
					t.Fatalf("words became a tag: %q", words)
				}
			}
			if strings.Contains(words, "![") || strings.Contains(words, "```") {
				t.Fatalf("words became a picture or code: %q", words)
			}
		}
	})
}

// TestWordsSurvive holds that what is escaped reads as it was written.
func TestWordsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := strings.ToValidUTF8(hostile.Draw(t, "words"), "")
		r := bot.Reply{Text: "头", Fields: []bot.Field{{Name: "名", Value: words}}}
		_, content := render(r, bot.Chat{}, nil)
		if got, want := larktest.See(kindCard, content), oneLine(words); !strings.Contains(strings.ReplaceAll(got, "\u200b", ""), strings.ReplaceAll(want, "\u200b", "")) {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

// TestBigReplies holds that whatever the engine may give fits into a request, and that text is cut between characters.
func TestBigReplies(t *testing.T) {
	c, err := New(Options{AppID: "a", AppSecret: "b"})
	if err != nil {
		t.Fatal(err)
	}
	limit := c.Capabilities().MaxText
	for _, filler := range []string{"长", "*", `"`, "\\", "<", "😀", "a"} {
		r := bot.Reply{Text: strings.Repeat(filler, limit/len(filler)), Choices: []bot.Choice{{Label: "对", Action: "a:b:c"}}}
		kind, content := render(r, bot.Chat{}, nil)
		request := encode(node{"receive_id": chat, "msg_type": kind, "content": content, "uuid": strings.Repeat("u", 50)})
		if most := map[string]int{kindCard: 30 << 10, kindText: 150 << 10}[kind]; len(request) > most {
			t.Errorf("%q: a %s of %d bytes", filler, kind, len(request))
		}
		if filler != "*" && !strings.Contains(larktest.See(kind, content), strings.Repeat(filler, 100)) { // stars are markup to a text
			t.Errorf("%q is lost", filler)
		}
	}
	huge := renderText(bot.Reply{Text: "头", Fields: []bot.Field{{Name: "名", Value: strings.Repeat("长", 100_000)}}})
	if len(huge) > maxTextBytes || !utf8.ValidString(huge) || !strings.HasSuffix(huge, "长…\"}") {
		t.Errorf("%d bytes, %q", len(huge), huge[len(huge)-20:])
	}
}
