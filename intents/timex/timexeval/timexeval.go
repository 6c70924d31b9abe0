// Package timexeval measures intents/timex on two public suites that it was not written for: the Chinese
// specification of microsoft/Recognizers-Text and the tests of dongrixinyu/JioNLP. README.md in this directory
// says how a reading is compared and which cases are out of scope.
package timexeval

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Result is one case.
type Result struct {
	Kind       string // what the case asks for: date, daterange, time_delta …
	Text       string
	Right      bool
	OutOfScope string // why it is not asked of a meeting, a deadline or a report; "" is in scope
	Want, Got  string
}

// Report is the outcome of one suite.
type Report struct {
	Suite   string
	Results []Result
}

// Recognizers measures on a file of times_recognizers.jsonl's form.
func Recognizers(path string) (Report, error) {
	return run("Recognizers-Text", path, recognizersCase)
}

// JioNLP measures on a file of times_jionlp.jsonl's form.
func JioNLP(path string) (Report, error) { return run("JioNLP", path, jionlpCase) }

func run[T any](suite, path string, one func(T) Result) (Report, error) {
	r := Report{Suite: suite}
	f, err := os.Open(path)
	if err != nil {
		return r, fmt.Errorf("timexeval: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var c T
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return r, fmt.Errorf("timexeval: %s line %d: %w", path, n, err)
		}
		r.Results = append(r.Results, one(c))
	}
	if err := lines.Err(); err != nil {
		return r, fmt.Errorf("timexeval: %s: %w", path, err)
	}
	if len(r.Results) == 0 {
		return r, fmt.Errorf("timexeval: %s has no cases", path)
	}
	return r, nil
}

// Count returns how many cases are right, overall and in scope.
func (r Report) Count() (right, all, rightInScope, inScope int) {
	for _, c := range r.Results {
		all++
		if c.Right {
			right++
		}
		if c.OutOfScope == "" {
			inScope++
			if c.Right {
				rightInScope++
			}
		}
	}
	return right, all, rightInScope, inScope
}

// Write prints the shares, by kind too, and with misses every case that was read otherwise.
func (r Report) Write(w io.Writer, misses bool) error {
	right, all, in, inAll := r.Count()
	_, err := fmt.Fprintf(w, "%s: %d of %d right (%.1f%%); in scope %d of %d (%.1f%%)\n", r.Suite, right, all, share(right, all), in, inAll, share(in, inAll))
	if err != nil {
		return err
	}
	byKind := map[string][2]int{}
	why := map[string][2]int{}
	for _, c := range r.Results {
		add(byKind, c.Kind, c.Right)
		if c.OutOfScope != "" {
			add(why, c.OutOfScope, c.Right)
		}
	}
	for _, m := range []struct {
		head string
		rows map[string][2]int
	}{{"by kind", byKind}, {"out of scope", why}} {
		if len(m.rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "  %s:\n", m.head)
		for _, k := range sortedKeys(m.rows) {
			fmt.Fprintf(w, "    %-44s %d of %d\n", k, m.rows[k][0], m.rows[k][1])
		}
	}
	if !misses {
		return nil
	}
	for _, c := range r.Results {
		if !c.Right {
			fmt.Fprintf(w, "  miss [%s] %s\n    want %s\n    got  %s\n", c.Kind, c.Text, c.Want, c.Got)
			if c.OutOfScope != "" {
				fmt.Fprintf(w, "    out of scope: %s\n", c.OutOfScope)
			}
		}
	}
	return nil
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

func add(m map[string][2]int, key string, right bool) {
	v := m[key]
	v[1]++
	if right {
		v[0]++
	}
	m[key] = v
}

func sortedKeys(m map[string][2]int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var shanghai = time.FixedZone("CST", 8*3600)
