// Package bottest plays conversations that are written down as files, through the real engine and a real store, and compares what is said.
//
// A file reads like a script. Lines without indentation are what happens; indented lines are what came of it, and are rewritten by
// go test -update:
//
//	# a comment
//	now 2026-11-23T10:00:00+08:00       the time; it stands still but for:
//	wait 1h30m                          time passes, timers ring
//	person 王奶奶 resident 马鞍山社区     somebody with a role at a unit
//	group 工作群 马鞍山社区              a group chat that is bound to a unit ("-" for none)
//	group 居民群 马鞍山社区 public       … that residents read
//	王奶奶: 楼道灯不亮                    somebody says something privately
//	王奶奶@工作群: 谁在?                  … in a group, to the bot
//	王奶奶 presses 确认                  … presses a choice of the latest reply that has it
//	王奶奶@工作群 presses 参加            … in a group
//	王奶奶 sends 29.29,117.21            … sends a location
//	王奶奶 sends photo.jpg 就是这里       … sends a photo, a recording or a document, and words beside it
package bottest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linli/bot"
)

var update = flag.Bool("update", false, "rewrite the conversations under testdata")

// Setup is what a conversation is played with. The channel "test" and the clock are the player's own.
type Setup struct {
	Store   bot.Store
	Options bot.Options // Store, Channels, Now and Observe are set by the player
}

// Run plays each file that matches the pattern, each with a fresh setup.
func Run(t *testing.T, pattern string, setup func(t *testing.T) Setup) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations at %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := Play(t, string(script), setup(t))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(script), got); diff != "" {
				t.Errorf("the conversation went otherwise (-want +got); go test -update rewrites it:\n%s", diff)
			}
		})
	}
}

// Play plays a script and returns it with what came of it.
func Play(t *testing.T, script string, s Setup) string {
	t.Helper()
	p := &player{t: t, store: s.Store, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("CST", 8*3600)), names: map[string]string{}, choices: map[string][]bot.Choice{}}
	o := s.Options
	o.Store, o.Channels = s.Store, []bot.Channel{p}
	o.Now = func() time.Time { return p.now }
	o.Observe = func(r bot.TurnReport) { p.reports = append(p.reports, r) }
	engine, err := bot.New(o)
	if err != nil {
		t.Fatal(err)
	}
	p.engine = engine
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			continue
		}
		p.out.WriteString(line)
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			p.step(line)
		}
	}
	return p.out.String()
}

// player is the channel of a conversation and its stage.
type player struct {
	t       *testing.T
	engine  *bot.Engine
	store   bot.Store
	now     time.Time
	names   map[string]string       // of chats
	choices map[string][]bot.Choice // of a chat, the latest first
	reports []bot.TurnReport
	out     strings.Builder
	said    int
	started bool

	mu   sync.Mutex
	sent []bot.Delivery
}

func (p *player) Name() string { return "test" }
func (p *player) Capabilities() bot.Capabilities {
	return bot.Capabilities{Buttons: true, Idempotent: true}
}
func (p *player) Run(ctx context.Context, _ bot.Receive) error {
	<-ctx.Done()
	return nil
}

func (p *player) Send(_ context.Context, d bot.Delivery) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, d)
	return d.Line, nil
}

func (p *player) step(line string) {
	words := strings.Fields(line)
	if !p.started && words[0] != "now" { // the service starts at the time that the script begins with
		p.started = true
		p.must("start", p.engine.Start(p.t.Context()))
	}
	switch {
	case words[0] == "now" && len(words) == 2:
		at, err := time.Parse(time.RFC3339, words[1])
		p.must(line, err)
		p.now = at
		p.settle()
	case words[0] == "wait" && len(words) == 2:
		d, err := time.ParseDuration(words[1])
		p.must(line, err)
		p.pass(d)
	case words[0] == "person" && len(words) == 4:
		p.person(line, words[1], bot.Role(words[2]), words[3])
	case words[0] == "group" && (len(words) == 3 || len(words) == 4 && words[3] == "public"):
		p.group(line, words[1], words[2], len(words) == 4)
	case len(words) > 2 && words[1] == "presses":
		p.presses(line, words[0], strings.Join(words[2:], " "))
	case len(words) > 2 && words[1] == "sends" && kindOf(words[2]) != "":
		p.sends(words[0], words[2], strings.TrimSpace(strings.SplitN(line, words[2], 2)[1]))
	case len(words) == 3 && words[1] == "sends":
		var at bot.Location
		_, err := fmt.Sscanf(words[2], "%f,%f", &at.Lat, &at.Lon)
		p.must(line, err)
		p.hear(bot.Message{Chat: p.private(words[0]), From: account(words[0]), Location: &at})
	default:
		who, text, ok := strings.Cut(line, ":")
		if !ok {
			p.t.Fatalf("cannot read %q", line)
		}
		who, group, inGroup := strings.Cut(who, "@")
		m := bot.Message{Chat: p.private(who), From: account(who), Text: strings.TrimSpace(text)}
		if inGroup {
			m.Chat, m.Addressed = bot.Chat{Channel: "test", ID: group, Group: true}, true
		}
		p.hear(m)
	}
}

// sends brings a file, and words beside it.
func (p *player) sends(who, file, text string) {
	who, group, inGroup := strings.Cut(who, "@")
	m := bot.Message{Chat: p.private(who), From: account(who), Text: text, Attachments: []bot.Attachment{{Kind: kindOf(file), Ref: file, Name: file}}}
	if inGroup {
		m.Chat, m.Addressed = bot.Chat{Channel: "test", ID: group, Group: true}, true
	}
	p.hear(m)
}

// kindOf is the kind of attachment that a file's name tells of, "" for what is no file's name.
func kindOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg", ".png":
		return "image"
	case ".mp3", ".ogg", ".wav":
		return "audio"
	case ".mp4":
		return "video"
	case ".pdf", ".docx", ".xlsx":
		return "file"
	}
	return ""
}

// pass lets time go by in steps, so that each timer rings at its time.
func (p *player) pass(d time.Duration) {
	end := p.now.Add(d)
	for p.now.Before(end) {
		p.now = p.now.Add(min(time.Minute, end.Sub(p.now)))
		p.settle()
	}
}

func (p *player) hear(m bot.Message) {
	p.said++
	m.ID, m.At = fmt.Sprintf("m%d", p.said), p.now
	p.must(m.Text, p.engine.Receive(p.t.Context(), m))
	p.settle()
}

// settle runs what is due and writes down what was said and done.
func (p *player) settle() {
	p.must("drain", p.engine.Drain(p.t.Context()))
	for _, d := range p.sent {
		p.choices[d.To.ID] = append(slices.Clone(d.Reply.Choices), p.choices[d.To.ID]...)
		text := strings.ReplaceAll(d.Reply.Plain(), "\n", "\n    ")
		mark := ""
		if d.Reply.Urgent {
			mark = "!"
		}
		fmt.Fprintf(&p.out, "  %s邻里→%s: %s\n", mark, d.To.ID, text)
	}
	for _, r := range p.reports {
		for _, record := range r.Records {
			if record.State != "" {
				fmt.Fprintf(&p.out, "  [%s %s: %s]\n", record.Kind, record.ID, record.State)
			}
		}
	}
	p.sent, p.reports = nil, nil
}

func (p *player) presses(line, who, label string) {
	who, group, inGroup := strings.Cut(who, "@")
	chat := p.private(who)
	if inGroup {
		chat = bot.Chat{Channel: "test", ID: group, Group: true}
	}
	for _, c := range p.choices[chat.ID] {
		if c.Label == label {
			p.hear(bot.Message{Chat: chat, From: account(who), Text: label, Action: c.Action})
			return
		}
	}
	p.t.Fatalf("%s: there is no such choice in %v", line, p.choices[chat.ID])
}

func (p *player) person(line, name string, role bot.Role, unit string) {
	org := p.engine.Org
	u, err := org.Lookup(unit)
	p.must(line, err)
	code, err := bot.IssueCode(p.t.Context(), p.store, bot.Code{Role: role, Unit: u.ID, Name: name}, p.now)
	p.must(line, err)
	_, err = p.engine.Redeem(p.t.Context(), code, account(name))
	p.must(line, err)
	person, err := p.engine.Who(p.t.Context(), account(name))
	p.must(line, err)
	r, err := p.store.Get(p.t.Context(), bot.KindPerson, person.ID)
	p.must(line, err)
	person.Chat = p.private(name)
	p.must(line, p.store.Commit(p.t.Context(), bot.Change{Put: []bot.Record{bot.PersonRecord(person, r.Version, p.now)}}))
	// Everybody here has read the privacy notice; one conversation is about it.
	p.must(line, p.store.Commit(p.t.Context(), bot.Change{Put: []bot.Record{{
		Kind: bot.KindSession, ID: p.private(name).Key(), Time: p.now, Body: []byte(`{"told":true}`),
	}}}))
}

func (p *player) group(line, name, unit string, public bool) {
	if unit == "-" {
		return
	}
	u, err := p.engine.Org.Lookup(unit)
	p.must(line, err)
	chat := bot.Chat{Channel: "test", ID: name, Group: true}
	p.must(line, p.store.Commit(p.t.Context(), bot.Change{Put: []bot.Record{bot.ChatRecord(bot.ChatBinding{Chat: chat, Unit: u.ID, Name: name, Public: public}, 0, p.now)}}))
}

func (p *player) private(who string) bot.Chat { return bot.Chat{Channel: "test", ID: who} }
func account(who string) bot.Account          { return bot.Account{Channel: "test", ID: who, Name: who} }

func (p *player) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}
