package bot

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestSplitLosesNothing: whatever the text and the limit, all of it goes out, in order, and each part fits.
func TestSplitLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.TrimSpace(rapid.StringOf(rapid.SampledFrom([]rune("社区办事a b。!\n😀é"))).Draw(t, "text"))
		c := Capabilities{MaxText: rapid.IntRange(8, 60).Draw(t, "max"), Unit: rapid.SampledFrom([]TextUnit{Runes, Bytes, UTF16}).Draw(t, "unit")}
		var joined strings.Builder
		parts := split(Reply{Text: text, Choices: []Choice{{Label: "好"}}}, c)
		for i, p := range parts {
			if !utf8.ValidString(p.Text) {
				t.Fatalf("part %d was cut within a character: %q", i, p.Text)
			}
			if got := c.Unit.length(p.Text); got > c.MaxText {
				t.Fatalf("part %d has %d units, at most %d", i, got, c.MaxText)
			}
			if last := i == len(parts)-1; (len(p.Choices) > 0) != last {
				t.Fatalf("the choices belong to the last part, part %d of %d has %v", i, len(parts), p.Choices)
			}
			joined.WriteString(p.Text)
		}
		if squeeze(joined.String()) != squeeze(text) {
			t.Fatalf("%q became %q", text, joined.String())
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestSplitAtSentences(t *testing.T) {
	parts := split(Reply{Text: "请到派出所办理。要带身份证。三天办好。"}, Capabilities{MaxText: 16})
	if len(parts) != 2 || !strings.HasSuffix(parts[0].Text, "。") {
		t.Errorf("%+v", parts)
	}
}

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	l := newLimiter(func() time.Time { return now })
	limits := Limits{App: Rate{3, time.Second}, Chat: Rate{1, time.Second}, Group: Rate{2, time.Minute}}
	a, b, group := Chat{Channel: "x", ID: "a"}, Chat{Channel: "x", ID: "b"}, Chat{Channel: "x", ID: "g", Group: true}
	free := func(c Chat) bool { return l.reserve(c, limits).IsZero() }
	if !free(a) || free(a) {
		t.Error("a chat takes one a second")
	}
	if !free(b) || !free(group) {
		t.Error("another chat need not wait for the first")
	}
	if until := l.reserve(Chat{Channel: "x", ID: "c"}, limits); until.IsZero() || until.After(now.Add(time.Second)) {
		t.Errorf("the app's bucket of three is empty; ask again at %v", until)
	}
	now = now.Add(time.Second)
	if !free(a) {
		t.Error("after a second the chat takes another")
	}
	l.pause(a, &SendError{Outcome: Retry, After: 5 * time.Second})
	now = now.Add(2 * time.Second)
	if until := l.reserve(a, limits); !until.Equal(now.Add(3 * time.Second)) {
		t.Errorf("paused chat: ask again at %v", until)
	}
	if !free(b) {
		t.Error("a chat's pause does not hold another")
	}
	l.pause(b, &SendError{Outcome: Retry, After: 5 * time.Second, App: true})
	if free(Chat{Channel: "x", ID: "d"}) {
		t.Error("the app's pause holds every chat")
	}
	if !free(Chat{Channel: "y", ID: "d"}) {
		t.Error("… of that app only")
	}
}

func TestLimiterForgetsFullBuckets(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLimiter(func() time.Time { return now })
	for i := range 3 * forget {
		now = now.Add(time.Second)
		l.reserve(Chat{Channel: "x", ID: string(rune(i))}, Limits{Chat: Rate{1, time.Second}})
	}
	if len(l.buckets) > forget+1 {
		t.Errorf("%d buckets are kept", len(l.buckets))
	}
}

func TestQuiet(t *testing.T) {
	q := Quiet{From: 22 * time.Hour, To: 7 * time.Hour}
	for at, want := range map[string]string{
		"2026-11-23T21:59": "2026-11-23T21:59", "2026-11-23T22:00": "2026-11-24T07:00", "2026-11-24T03:10": "2026-11-24T07:00",
		"2026-11-24T07:00": "2026-11-24T07:00", "2026-12-31T23:59": "2027-01-01T07:00",
	} {
		in, _ := time.Parse("2006-01-02T15:04", at)
		if got := q.After(in).Format("2006-01-02T15:04"); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"身份证36020219810203041X丢了":         "身份证360202＊＊＊＊＊＊＊＊＊＊1X丢了",
		"电话13812345678找我":                 "电话138＊＊＊＊5678找我",
		"3栋2单元501,12号案件,2026-11-23 09:30": "3栋2单元501,12号案件,2026-11-23 09:30",
		"卡号 6222021234567890123 ":         "卡号 ＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊0123 ",
	} {
		if got := Mask(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestChosen(t *testing.T) {
	choices := []Choice{{"材料", "a:b:1"}, {"流程", "a:b:2"}, {"找真人", "a:b:3"}}
	for in, want := range map[string]string{
		"1": "a:b:1", "2.": "a:b:2", "第三个": "a:b:3", "二": "a:b:2", "流程": "a:b:2", "4": "", "0": "", "": "", "材料要几份": "", "1号楼灯坏了": "", "两个": "",
	} {
		if got := chosen(choices, in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestBackoffGrowsAndObeysThePlatform(t *testing.T) {
	last := time.Duration(0)
	for attempt := 1; attempt < 12; attempt++ {
		d := backoff(attempt, nil)
		if d < last*6/10 || d > 12*time.Minute {
			t.Errorf("attempt %d waits %v after %v", attempt, d, last)
		}
		last = d
	}
	if d := backoff(1, &SendError{Outcome: Retry, After: time.Hour}); d != time.Hour {
		t.Errorf("the platform said an hour: %v", d)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"\xff\xfe楼道\x00灯\x1b[31m坏了": "楼道灯[31m坏了", " \n ": "", "\uFEFF你好": "你好", "😀": "😀", "一\n二": "一\n二",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
