package meetings

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/bot"
	"linli/bot/calendar"
)

func TestRate(t *testing.T) {
	for _, c := range []struct {
		r    Rate
		want string
	}{
		{Rate{Meetings: 196, Discussed: 1243, Resolved: 1125}, "90.51%"},
		{Rate{Discussed: 30, Resolved: 30}, "100.00%"},
		{Rate{Discussed: 30}, "0.00%"},
		{Rate{Discussed: 3000, Resolved: 2}, "0.07%"},
		{Rate{Discussed: 29, Resolved: 29}, ""}, // too few
		{Rate{}, ""},
	} {
		if got := c.r.Percent(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.r, got, c.want)
		}
	}
}

func TestCadence(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		level, now    string
		at            []string
		held, missing int
		look          string
	}{
		{"city", "2026-11-23", []string{"2026-03-01", "2025-12-30"}, 1, 1, "2026-12-01"},
		{"city", "2026-12-23", []string{"2026-03-01", "2026-12-30", "2026-05-01"}, 3, 0, "2027-12-01"},
		{"district", "2026-06-30", nil, 0, 2, "2026-12-01"},
		{"community", "2026-11-23", []string{"2026-09-30", "2027-01-01"}, 0, 1, "2026-12-01"},
		{"community", "2026-03-31", []string{"2026-01-01"}, 1, 0, "2026-06-01"},
	} {
		var at []time.Time
		for _, d := range c.at {
			at = append(at, day(d))
		}
		now := day(c.now)
		if held, missing := Cadence[c.level].Short(now, at); held != c.held || missing != c.missing {
			t.Errorf("%s on %s: %d held, %d missing; want %d, %d", c.level, c.now, held, missing, c.held, c.missing)
		}
		if look := Cadence[c.level].look(now).Format(time.DateOnly); look != c.look {
			t.Errorf("%s on %s is looked at on %s, want %s", c.level, c.now, look, c.look)
		}
	}
}

func TestDecide(t *testing.T) {
	owners := func(all, present, agree int, allArea, presentArea, agreeArea float64, special bool) Count {
		return Count{Owners: true, Special: special, All: all, Present: present, Agree: agree, AllArea: allArea, PresentArea: presentArea, AgreeArea: agreeArea}
	}
	for name, c := range map[string]struct {
		count          Count
		enough, passed bool
	}{
		"residents, one more than half of both":      {Count{All: 100, Present: 51, Agree: 26}, true, true},
		"residents, just half are there":             {Count{All: 100, Present: 50, Agree: 50}, false, false},
		"residents, just half agree":                 {Count{All: 100, Present: 52, Agree: 26}, true, false},
		"owners, two thirds exactly take part":       {owners(300, 200, 101, 30000, 20000, 10001, false), true, true},
		"owners, one too few by number":              {owners(300, 199, 199, 30000, 25000, 25000, false), false, false},
		"owners, too few by area":                    {owners(300, 300, 300, 30000, 19999, 19999, false), false, false},
		"owners, more than half by number, not area": {owners(300, 200, 150, 30000, 20000, 10000, false), true, false},
		"owners, three quarters exactly":             {owners(300, 200, 150, 30000, 20000, 15000, true), true, true},
		"owners, three quarters by number alone":     {owners(300, 200, 150, 30000, 20000, 14999, true), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			if r := c.count.Decide(); r.Enough != c.enough || r.Passed != c.passed {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// TestDecideGrows: who passes still passes when more agree, and nothing passes that too few took part in.
func TestDecideGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Count{Owners: rapid.Bool().Draw(t, "owners"), Special: rapid.Bool().Draw(t, "special"), All: rapid.IntRange(1, 500).Draw(t, "all")}
		c.Present = rapid.IntRange(0, c.All).Draw(t, "present")
		c.Agree = rapid.IntRange(0, c.Present).Draw(t, "agree")
		c.AllArea = float64(rapid.IntRange(1, 50_000).Draw(t, "all area"))
		c.PresentArea = float64(rapid.IntRange(0, int(c.AllArea)).Draw(t, "present area"))
		c.AgreeArea = float64(rapid.IntRange(0, int(c.PresentArea)).Draw(t, "agree area"))
		r := c.Decide()
		if r.Passed && !r.Enough {
			t.Fatal("passed without enough people")
		}
		more := c
		more.Agree, more.AgreeArea = c.Present, c.PresentArea
		if all := more.Decide(); r.Enough && !all.Passed || all.Enough != r.Enough {
			t.Fatalf("all agree and it does not pass: %+v", all)
		}
		if r.Passed && 2*c.Agree <= c.Present {
			t.Fatalf("passed with %d of %d", c.Agree, c.Present)
		}
	})
}

func TestReadVote(t *testing.T) {
	for text, want := range map[string]Count{
		"应到120人,实到70人,同意40人":                                    {All: 120, Present: 70, Agree: 40},
		"应到120 实到70 同意40":                                       {All: 120, Present: 70, Agree: 40},
		"居民会议应参加 200 人,到会 101 人,赞成 60 人,反对 41 人":                {All: 200, Present: 101, Agree: 60},
		"业主总数300户、30000平方米,参与220户、21500平方米,同意180户、17000平方米":     {Owners: true, All: 300, AllArea: 30000, Present: 220, PresentArea: 21500, Agree: 180, AgreeArea: 17000},
		"业主共有300户,总面积3万平方米;参加表决220户,面积21500.5㎡;同意180户,面积17000㎡": {Owners: true, All: 300, AllArea: 30000, Present: 220, PresentArea: 21500.5, Agree: 180, AgreeArea: 17000},
	} {
		if got, ok := readVote(text); !ok || got != want {
			t.Errorf("%s:\n got %+v %v\nwant %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"同意", "我同意40人参加", "实到70人"} {
		if got, ok := readVote(text); ok {
			t.Errorf("%s is no vote: %+v", text, got)
		}
	}
}

// TestReading reads testdata/reading.tsv: what a sentence says, by kind.
func TestReading(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.FixedZone("CST", 8*3600))
	s := New(Options{})
	content, err := os.ReadFile("testdata/reading.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || len(fields) < 3 {
			continue
		}
		kind, text, want := fields[0], fields[1], fields[2]
		got := ""
		switch kind {
		case "leads":
			_, leads, named := cutLeads(text, now)
			if got = calendar.LeadWords(leads); named && got == "" {
				got = "none"
			}
		case "title":
			rest, _, _ := cutLeads(text, now)
			got = titleIn(s.read(rest, now, true).Rest)
		case "place":
			rest, _, _ := cutLeads(text, now)
			got = placeAt(s.read(rest, now, true).Rest)
		case "owner":
			got = ownerIn(text, now)
		case "due":
			if at := s.deadline(text, now); !at.IsZero() {
				got = at.Format("01-02 15:04")
			}
		case "what":
			got = whatOf(s.read(text, now, false).Rest)
		case "when":
			r := s.read(text, now, true)
			got = r.Invalid
			if !r.At.IsZero() {
				got = r.At.Format("01-02 15:04")
			} else if !r.Day.IsZero() {
				got = r.Day.Format("01-02") + got
			}
			if r.Rule != "" {
				got += " " + r.Rule + " " + string(r.Shift)
			}
			for _, o := range r.Options {
				got += " ?" + o.Format("15:04")
			}
			got = strings.TrimSpace(got)
		}
		if got != want {
			t.Errorf("%s of %q: %q, want %q", kind, text, got, want)
		}
	}
}

// TestTexts: each text that the code says exists, and each that exists is said.
func TestTexts(t *testing.T) {
	names := New(Options{}).texts.Names()
	said := map[string]bool{}
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, f := range sources {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") {
			content, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			code.Write(content)
		}
	}
	for _, found := range regexp.MustCompile(`s\.say\("([^"]+)"[,)]|s\.choice\("([^"]+)"`).FindAllStringSubmatch(code.String(), -1) {
		name := found[1]
		if found[2] != "" {
			name = "choice." + found[2]
		}
		if said[name] = true; !slices.Contains(names, name) && !strings.HasSuffix(name, ".") {
			t.Errorf("the code says %q, which is not in texts/zh-CN.tmpl", name)
		}
	}
	templates, err := os.ReadFile("texts/zh-CN.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		last := name[strings.LastIndex(name, ".")+1:]
		used := said[name] || strings.Contains(code.String(), fmt.Sprintf("%q", name)) || strings.Contains(string(templates), fmt.Sprintf("template %q", name)) ||
			strings.Contains(code.String(), fmt.Sprintf("%q", last)) || strings.HasPrefix(name, "kept.") || strings.HasSuffix(name, ".step") || strings.Contains(name, "shift.")
		if !used {
			t.Errorf("nobody says %q", name)
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile("testdata/" + f.Name())
		if err != nil && !f.IsDir() {
			t.Fatal(err)
		}
		if i := strings.Index(string(content), "⟨"); i >= 0 {
			t.Errorf("%s: a text failed: %s", f.Name(), string(content)[i:min(len(content), i+60)])
		}
	}
}

// FuzzRead: no sentence makes the reading fail, and what it says holds together.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"明天上午9点半在二楼会议室开联席会,提前一小时提醒", "每周一上午十点提醒我交周报", "2月30日", "决议:3栋路灯由照明所负责,12月4日前修好;楼道堆物由第一网格牵头", "联席会改到下午3点",
		"表决:应到120人,实到70人,同意40人", "把吃药的提醒改到下午4点", "选第1、2个议题", "遇节假日顺延", "提前提醒", "在开",
	} {
		f.Add(text)
	}
	s := New(Options{})
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.FixedZone("CST", 8*3600))
	f.Fuzz(func(t *testing.T, text string) {
		rest, leads, named := cutLeads(text, now)
		for _, l := range leads {
			if l.Before < 0 || !named {
				t.Errorf("%q: %v", text, leads)
			}
		}
		r := s.read(rest, now, true)
		if len(r.Options) == 1 {
			t.Errorf("%q: a choice of one", text)
		}
		if !r.At.IsZero() && !r.Timed {
			t.Errorf("%q: a time out of nothing", text)
		}
		var d draft
		d.take(r)
		_, _, _, _ = titleIn(r.Rest), placeAt(r.Rest), ownerIn(text, now), whatOf(r.Rest)
		if c, ok := readVote(text); ok && c.wrong() == "" {
			c.Decide()
		}
		if at := s.deadline(text, now); !at.IsZero() && !at.After(now) {
			t.Errorf("%q: a deadline in the past", text)
		}
	})
}

// TestVerbs: each choice and each question names something that is heard.
func TestVerbs(t *testing.T) {
	s := New(Options{})
	verbs, questions := s.verbs(), s.questions()
	content := ""
	for _, name := range []string{"schedule", "series", "rsvp", "list", "remind", "own", "topics", "decision", "chase", "escalate", "change", "cancel", "tell"} {
		file, err := os.ReadFile(name + ".go")
		if err != nil {
			t.Fatal(err)
		}
		content += string(file)
	}
	for _, found := range regexp.MustCompile(`s\.choice\([^,]+, "([a-z]+)"|, name, "([a-z]+)"`).FindAllStringSubmatch(content, -1) {
		verb := found[1] + found[2]
		if verbs[verb] == nil && verb != "draft" && verb != "note" {
			t.Errorf("nobody hears the choice %q", verb)
		}
	}
	for _, found := range regexp.MustCompile(`s\.expect\(t, "([a-z]+)"`).FindAllStringSubmatch(content, -1) {
		if questions[found[1]] == nil {
			t.Errorf("nobody hears the answer to %q", found[1])
		}
	}
	var _ bot.Chooser = s
	var _ bot.Continuer = s
	var _ bot.Ringer = s
	var _ bot.Keeper = s
	var _ bot.Guard = s
}
