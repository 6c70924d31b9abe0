package timex

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the readings of testdata/phrases.tsv anew; read the difference before you commit it")

// TestPhrases reads testdata/phrases.tsv: category, text, reading. The moment of speaking is a Monday morning. A line
// whose first column is @now changes it.
func TestPhrases(t *testing.T) {
	const path = "testdata/phrases.tsv"
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	loc := time.FixedZone("CST", 8*3600)
	o := Options{Now: time.Date(2026, 11, 23, 10, 20, 0, 0, loc)}
	var out strings.Builder
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		cols := strings.Split(line, "\t")
		if line == "" || strings.HasPrefix(line, "#") {
			out.WriteString(line + "\n")
			continue
		}
		if cols[0] == "@now" {
			if o.Now, err = time.ParseInLocation("2006-01-02T15:04:05", cols[1], loc); err != nil {
				t.Fatalf("line %d: %v", n, err)
			}
			o.Prefer = map[string]Prefer{"future": Future, "past": Past, "nearest": Nearest, "current": Current}[cols[2]]
			out.WriteString(line + "\n")
			continue
		}
		if len(cols) < 2 {
			t.Fatalf("line %d: %q has no text", n, line)
		}
		got := readings(Find(cols[1], o))
		fmt.Fprintf(&out, "%s\t%s\t%s\n", cols[0], cols[1], got)
		if want := strings.Join(cols[2:], "\t"); !*update && got != want {
			t.Errorf("line %d, %s: %s\n got %s\nwant %s", n, cols[0], cols[1], got, want)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// readings writes matches on one line: text = reading, with ~ for about, ? before other readings, * for
// unannounced holidays, ! before why there is no such time.
func readings(ms []Match) string {
	if len(ms) == 0 {
		return "-"
	}
	var all []string
	for _, m := range ms {
		all = append(all, m.Text+" = "+read(m))
	}
	return strings.Join(all, " ; ")
}

func read(m Match) string {
	if m.Invalid != "" {
		return "!" + m.Invalid
	}
	at := func(t time.Time) string {
		switch {
		case t.IsZero():
			return ""
		case t.Second() > 0:
			return t.Format("2006-01-02T15:04:05")
		case t.Hour() == 0 && t.Minute() == 0 && !m.HasClock:
			return t.Format("2006-01-02")
		}
		return t.Format("2006-01-02T15:04")
	}
	var s string
	switch m.Kind {
	case Length:
		s = m.Duration.String()
		if m.MaxDuration > 0 {
			s += ".." + m.MaxDuration.String()
		}
	case Recurrence:
		s = m.RRule + " @" + at(m.Start)
		if m.Duration > 0 {
			s += " for " + m.Duration.String()
		}
	case Span:
		s = at(m.Start) + ".." + at(m.Stop)
		if m.Mod != "" {
			s += " " + string(m.Mod)
		}
	default:
		s = at(m.Start)
	}
	if m.Approx {
		s += " ~"
	}
	for _, t := range m.Ambiguous {
		s += " ?" + at(t)
	}
	if m.Provisional {
		s += " *"
	}
	if m.Conflict != "" {
		s += " (" + m.Conflict + ")"
	}
	return s
}
