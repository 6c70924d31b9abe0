package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/intents"
)

// echo is a skill that says back what it hears, and does on request what skills may do.
type echo struct {
	mu   sync.Mutex
	seen []string
	fail map[string]int // how often a text fails before it succeeds
}

func (e *echo) Name() string { return "echo" }
func (e *echo) Routes() []bot.Route {
	return []bot.Route{
		{Intent: "none", Action: bot.Ask, Handle: e.handle},
		{Intent: "secret", Action: bot.ReadStatistics, Handle: e.handle},
	}
}

func (e *echo) handle(t *bot.Turn) error {
	e.mu.Lock()
	e.seen = append(e.seen, t.Message.From.ID+":"+t.Text())
	left := e.fail[t.Text()]
	if left > 0 {
		e.fail[t.Text()]--
	}
	e.mu.Unlock()
	word, rest, _ := strings.Cut(t.Text(), " ")
	switch {
	case word == "panic" && left > 0:
		panic("as asked")
	case left > 0:
		return errors.New("as asked")
	case word == "count":
		n, err := t.Next("all")
		if err != nil {
			return err
		}
		t.Say(fmt.Sprint(n))
	case word == "notice":
		t.Tell(bot.Chat{Channel: "fake", ID: rest}, bot.Reply{Text: "notice"}, time.Time{})
	case word == "timer":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		return t.Wake(bot.Timer{Skill: "echo", Name: "ring", Subject: t.Message.Chat.ID, At: t.Now.Add(d)})
	case word == "personal":
		t.Reply(bot.Reply{Text: "personal", Personal: true})
	case word == "choose":
		t.Say("which", bot.NewChoice("red", "echo", "took", "red"), bot.NewChoice("blue", "echo", "took", "blue"))
	default:
		t.Say("echo " + t.Text())
	}
	return nil
}

func (e *echo) Choose(t *bot.Turn, verb, argument string) error {
	t.Say(verb + " " + argument)
	return nil
}
func (e *echo) Ring(t *bot.Turn, timer bot.Timer) error {
	t.Alert(bot.Chat{Channel: "fake", ID: timer.Subject}, bot.Reply{Text: "ring"})
	return nil
}

// fake is a channel that keeps what is sent and fails as told.
type fake struct {
	mu   sync.Mutex
	sent []bot.Delivery
	fail map[string][]error // by text, one for each attempt
	can  bot.Capabilities
}

func (f *fake) Name() string                                 { return "fake" }
func (f *fake) Capabilities() bot.Capabilities               { return f.can }
func (f *fake) Run(ctx context.Context, _ bot.Receive) error { <-ctx.Done(); return nil }
func (f *fake) Send(_ context.Context, d bot.Delivery) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if errs := f.fail[d.Reply.Text]; len(errs) > 0 {
		f.fail[d.Reply.Text] = errs[1:]
		if errs[0] != nil {
			return "", errs[0]
		}
	}
	f.sent = append(f.sent, d)
	return d.Line, nil
}

func (f *fake) texts(chat string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var texts []string
	for _, d := range f.sent {
		if d.To.ID == chat && !strings.HasPrefix(d.Reply.Text, "说明") { // the privacy notice has a test of its own
			texts = append(texts, d.Reply.Text)
		}
	}
	return texts
}

// plain understands nothing, but for one word.
type plain struct{}

func (plain) Understand(text string, _ intents.Context) intents.Understanding {
	if text == "secret" {
		return intents.Understanding{Text: text, Intent: "secret", Score: 1}
	}
	return intents.Understanding{Text: text, Intent: "none"}
}

// stage is an engine with its store, skill, channel and clock.
type stage struct {
	*bot.Engine
	store   bot.Store
	skill   *echo
	channel *fake
	t       testing.TB
	now     time.Time
	said    int
}

func newStage(t testing.TB, change ...func(*bot.Options)) *stage {
	t.Helper()
	s := &stage{t: t, skill: &echo{fail: map[string]int{}}, channel: &fake{fail: map[string][]error{}}, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s.store = store
	org, err := bot.NewOrg([]bot.Unit{{ID: "c", Name: "社区", Level: "community"}, {ID: "g", Name: "网格", Level: "grid", Parent: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	o := bot.Options{
		Store: store, Channels: []bot.Channel{s.channel}, Skills: []bot.Skill{s.skill}, Understand: plain{}, Org: org, Root: "c",
		Now: func() time.Time { return s.now },
	}
	for _, c := range change {
		c(&o)
	}
	if s.Engine, err = bot.New(o); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) hear(who, text string) {
	s.t.Helper()
	s.said++
	s.receive(bot.Message{ID: fmt.Sprint("m", s.said), Chat: bot.Chat{Channel: "fake", ID: who}, From: bot.Account{Channel: "fake", ID: who}, Text: text})
	s.drain()
}

func (s *stage) receive(m bot.Message) {
	s.t.Helper()
	if err := s.Receive(s.t.Context(), m); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) drain() {
	s.t.Helper()
	if err := s.Drain(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// pass lets time go by a second at a time.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	for range d / time.Second {
		s.now = s.now.Add(time.Second)
		s.drain()
	}
}

func (s *stage) wants(chat string, want ...string) {
	s.t.Helper()
	if got := s.channel.texts(chat); !slices.Equal(got, want) {
		s.t.Errorf("%s heard %q, want %q", chat, got, want)
	}
}

func (s *stage) dead() []bot.Record {
	s.t.Helper()
	page, err := s.store.Find(s.t.Context(), bot.Query{Kind: bot.KindDead})
	if err != nil {
		s.t.Fatal(err)
	}
	return page.Records
}

func TestRedeliveredMessageIsAnsweredOnce(t *testing.T) {
	s := newStage(t)
	m := bot.Message{ID: "1", Chat: bot.Chat{Channel: "fake", ID: "a"}, From: bot.Account{Channel: "fake", ID: "a"}, Text: "hi"}
	for range 5 {
		s.receive(m)
		s.drain()
	}
	s.wants("a", "echo hi")
}

func TestMessageWithoutNamesIsRefused(t *testing.T) {
	s := newStage(t)
	if err := s.Receive(t.Context(), bot.Message{Text: "hi"}); bot.KindOf(err) != bot.Invalid {
		t.Error(err)
	}
}

func TestGroupTalkThatIsNotForUsIsDropped(t *testing.T) {
	s := newStage(t)
	group := bot.Chat{Channel: "fake", ID: "g", Group: true}
	from := bot.Account{Channel: "fake", ID: "a"}
	s.receive(bot.Message{ID: "1", Chat: group, From: from, Text: "among us"})
	s.receive(bot.Message{ID: "2", Chat: group, From: from, Text: "to you", Addressed: true})
	s.receive(bot.Message{ID: "3", Chat: group, From: from, Text: "上报 3栋路灯不亮"})
	s.receive(bot.Message{ID: "4", Chat: group, From: from, Text: "已经上报了"})
	s.drain()
	s.wants("g", "echo to you", "echo 上报 3栋路灯不亮")
}

func TestPersonalAnswersLeaveTheGroup(t *testing.T) {
	s := newStage(t)
	group := bot.Chat{Channel: "fake", ID: "g", Group: true}
	say := func(id string) {
		s.receive(bot.Message{ID: id, Chat: group, From: bot.Account{Channel: "fake", ID: "a"}, Text: "personal", Addressed: true})
		s.drain()
	}
	say("1")
	if heard := s.channel.texts("g"); len(heard) != 1 || !strings.Contains(heard[0], "私聊") {
		t.Errorf("the group heard %q from somebody whom nobody knows", heard)
	}
	code, err := bot.IssueCode(t.Context(), s.store, bot.Code{Role: bot.GridStaff, Unit: "g"}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	s.hear("a", "绑定 "+code)
	say("2")
	if heard := s.channel.texts("g"); len(heard) != 2 || !strings.Contains(heard[1], "私下") {
		t.Errorf("the group heard %q", heard)
	}
	if heard := s.channel.texts("a"); heard[len(heard)-1] != "personal" {
		t.Errorf("privately: %q", heard)
	}
}

func TestFailedTurnIsTriedAgainInOrder(t *testing.T) {
	s := newStage(t)
	s.skill.fail["first"] = 2
	s.hear("a", "first")
	s.hear("a", "second")
	s.hear("b", "elsewhere")
	s.wants("a")
	s.wants("b", "echo elsewhere")
	s.pass(10 * time.Second)
	s.wants("a", "echo first", "echo second")
	if d := s.dead(); len(d) > 0 {
		t.Errorf("dead letters: %v", d)
	}
}

func TestPanicBecomesADeadLetterThatCanBeSentAgain(t *testing.T) {
	s := newStage(t)
	s.skill.fail["panic now"] = 5
	s.hear("a", "panic now")
	s.pass(5 * time.Minute)
	dead := s.dead()
	if len(dead) != 1 {
		t.Fatalf("%d dead letters", len(dead))
	}
	if heard := s.channel.texts("a"); len(heard) != 1 || !strings.Contains(heard[0], "已经保存") {
		t.Errorf("the sender was told %q", heard)
	}
	if err := s.Revive(t.Context(), dead[0].ID); err != nil {
		t.Fatal(err)
	}
	s.drain()
	if heard := s.channel.texts("a"); len(heard) != 2 || heard[1] != "echo panic now" {
		t.Errorf("after the letter was sent again: %q", heard)
	}
	if len(s.dead()) != 0 {
		t.Error("the letter is still there")
	}
	if err := s.Revive(t.Context(), dead[0].ID); bot.KindOf(err) != bot.NotFound {
		t.Errorf("a letter sent twice: %v", err)
	}
}

func TestSendOutcomes(t *testing.T) {
	failed := func(o bot.Outcome) error { return &bot.SendError{Outcome: o, Err: errors.New("told to")} }
	silent := &bot.SendError{Outcome: bot.Unknown, Err: context.DeadlineExceeded}
	for _, c := range []struct {
		name       string
		errs       []error
		idempotent bool
		heard      int
		dead       int
	}{
		{"tried again until it arrives", []error{failed(bot.Retry), failed(bot.Retry)}, false, 1, 0},
		{"an error that nobody classified is tried again", []error{errors.New("odd")}, false, 1, 0},
		{"never is a dead letter at once", []error{failed(bot.Never)}, false, 0, 1},
		{"an answer that was cut off is sent again", []error{failed(bot.Unknown)}, false, 1, 0},
		{"an answer that the platform was silent about is not", []error{silent}, false, 0, 0},
		{"… but is where a second copy is not shown", []error{silent}, true, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.channel.can.Idempotent = c.idempotent
			s.channel.fail["echo x"] = c.errs
			s.hear("a", "x")
			s.pass(time.Minute)
			if got := len(s.channel.texts("a")); got != c.heard {
				t.Errorf("heard %d times, want %d", got, c.heard)
			}
			if got := len(s.dead()); got != c.dead {
				t.Errorf("%d dead letters, want %d", got, c.dead)
			}
		})
	}
}

// TestEditedMessages: a question is answered anew, what has effects isn't done again, and an edited number chooses nothing.
func TestEditedMessages(t *testing.T) {
	s := newStage(t)
	edit := func(text string) {
		s.said++
		s.receive(bot.Message{ID: fmt.Sprint("m", s.said), Chat: bot.Chat{Channel: "fake", ID: "a"}, From: bot.Account{Channel: "fake", ID: "a"}, Text: text, Edited: true})
		s.drain()
	}
	s.hear("a", "x")
	edit("y")
	s.hear("a", "choose")
	edit("1")
	edit("secret")
	heard := s.channel.texts("a")
	if len(heard) != 5 || heard[1] != "echo y" || heard[3] != "echo 1" || !strings.Contains(heard[4], "再说一句") {
		t.Errorf("%q", heard)
	}
}

func TestUnknownNoticeIsSentAgain(t *testing.T) {
	s := newStage(t)
	s.channel.fail["notice"] = []error{&bot.SendError{Outcome: bot.Unknown, Err: context.DeadlineExceeded}}
	s.hear("a", "notice b")
	s.pass(30 * time.Second)
	s.wants("b", "notice")
}

func TestNoticesWaitForTheMorningAndTimersRing(t *testing.T) {
	s := newStage(t)
	s.now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) // 23:00 in Shanghai
	s.hear("a", "notice b")
	s.hear("a", "timer 90s")
	s.pass(2 * time.Minute)
	s.wants("a", "ring")
	s.wants("b")
	s.now = time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC) // 7:00
	s.drain()
	s.wants("b", "notice")
}

func TestChoiceByNumberLabelAndButton(t *testing.T) {
	s := newStage(t)
	s.hear("a", "choose")
	s.hear("a", "2")
	s.hear("a", "1") // the choices are gone: a number is only a number
	s.hear("a", "choose")
	s.hear("a", "red")
	s.wants("a", "which", "took blue", "echo 1", "which", "took red")
}

func TestRightsAreCheckedBeforeTheSkillActs(t *testing.T) {
	s := newStage(t)
	s.hear("a", "secret")
	if len(s.skill.seen) != 0 {
		t.Error("the skill acted for a resident")
	}
	code, err := bot.IssueCode(t.Context(), s.store, bot.Code{Role: bot.Secretary, Unit: "c", Name: "张书记"}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	s.hear("a", "绑定 "+strings.ToLower(code))
	s.hear("a", "secret")
	if len(s.skill.seen) != 1 {
		t.Error("the skill did not act for a secretary")
	}
	s.hear("b", "绑定 "+code)
	if heard := s.channel.texts("b"); !strings.Contains(heard[0], "已经用过") {
		t.Errorf("a code was used twice: %q", heard)
	}
}

func TestCodesExpire(t *testing.T) {
	s := newStage(t)
	code, err := bot.IssueCode(t.Context(), s.store, bot.Code{Role: bot.GridStaff, Unit: "g"}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(bot.CodeLife + time.Second)
	if _, err := s.Redeem(t.Context(), code, bot.Account{Channel: "fake", ID: "a"}); bot.KindOf(err) != bot.Forbidden {
		t.Error(err)
	}
	if _, err := s.Redeem(t.Context(), "AAAA-AAAA", bot.Account{Channel: "fake", ID: "a"}); bot.KindOf(err) != bot.NotFound {
		t.Error(err)
	}
}

func TestTranscriptKeepsBothSidesAndIsForgottenOnRequest(t *testing.T) {
	s := newStage(t)
	s.hear("a", "hi")
	chat := bot.Chat{Channel: "fake", ID: "a"}
	q := bot.Query{Kind: bot.KindLine, Keys: []string{bot.ChatKey(chat)}}
	page, err := s.store.Find(t.Context(), q)
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%d lines, %v", len(page.Records), err)
	}
	var line bot.Line
	if err := json.Unmarshal(page.Records[0].Body, &line); err != nil {
		t.Fatal(err)
	}
	if line.In.Text != "hi" || line.Out[0].Text != "echo hi" || !strings.Contains(line.Out[1].Text, "180天") {
		t.Errorf("%+v", line)
	}
	s.hear("a", "我的数据")
	s.hear("a", "删除对话")
	if page, err = s.store.Find(t.Context(), q); err != nil || len(page.Records) != 1 { // the line that says so
		t.Errorf("%d lines are left, %v", len(page.Records), err)
	}
}

func TestRetentionRemovesWhatIsOld(t *testing.T) {
	s := newStage(t)
	s.hear("a", "old")
	s.now = s.now.Add(bot.ConversationLife + time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	defer func() { cancel(); <-done }()
	for range 200 {
		page, err := s.store.Find(t.Context(), bot.Query{Kind: bot.KindLine})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Records) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the old line is still there")
}

// TestManyAtOnce: under Run, with many workers, each conversation keeps its order, a count that all share misses nothing, and no goroutine stays.
func TestManyAtOnce(t *testing.T) {
	s := newStage(t, func(o *bot.Options) { o.Now = nil })
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	const people, each = 20, 15
	var speakers sync.WaitGroup
	for p := range people {
		speakers.Go(func() {
			for i := range each {
				id := fmt.Sprintf("p%d", p)
				text := fmt.Sprint("line ", i)
				if i%5 == 0 {
					text = "count"
				}
				m := bot.Message{ID: fmt.Sprintf("%s/%d", id, i), Chat: bot.Chat{Channel: "fake", ID: id}, From: bot.Account{Channel: "fake", ID: id}, Text: text}
				if err := s.Receive(ctx, m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	speakers.Wait()
	for range 500 {
		if s.channel.count() == people*(each+1) { // and a privacy notice each
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	counts := map[string]bool{}
	for p := range people {
		heard := s.channel.texts(fmt.Sprintf("p%d", p))
		if len(heard) != each {
			t.Fatalf("p%d heard %d of %d", p, len(heard), each)
		}
		for i, text := range heard {
			if i%5 == 0 {
				counts[text] = true
			} else if text != fmt.Sprint("echo line ", i) {
				t.Errorf("p%d heard %q as number %d", p, text, i)
			}
		}
	}
	if len(counts) != people*each/5 {
		t.Errorf("%d different counts, want %d: some turns saw the same number", len(counts), people*each/5)
	}
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sent)
}

// TestGroupKeepsItsUnit: when the platform gives a group another ID, what is bound to it goes along; nobody in it can say so.
func TestGroupKeepsItsUnit(t *testing.T) {
	s := newStage(t)
	old := bot.Chat{Channel: "fake", ID: "-1", Group: true}
	if err := s.store.Commit(t.Context(), bot.Change{Put: []bot.Record{bot.ChatRecord(bot.ChatBinding{Chat: old, Unit: "c"}, 0, s.now)}}); err != nil {
		t.Fatal(err)
	}
	for i, from := range []string{"someone", "-1"} {
		s.receive(bot.Message{ID: fmt.Sprint(i), Chat: old, From: bot.Account{Channel: "fake", ID: from}, Action: "house:moved:-100" + fmt.Sprint(i)})
		s.drain()
	}
	page, err := s.store.Find(t.Context(), bot.Query{Kind: bot.KindChat, Keys: []string{"unit=c"}})
	if err != nil || len(page.Records) != 1 || page.Records[0].ID != "fake:-1001" {
		t.Errorf("%+v %v", page.Records, err)
	}
}
