package timexeval

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSamplesAreRight(t *testing.T) {
	for _, c := range []struct {
		path string
		run  func(string) (Report, error)
	}{{"testdata/recognizers_sample.jsonl", Recognizers}, {"testdata/jionlp_sample.jsonl", JioNLP}} {
		r, err := c.run(c.path)
		if err != nil {
			t.Fatal(err)
		}
		_, _, right, in := r.Count()
		var out bytes.Buffer
		if err := r.Write(&out, true); err != nil {
			t.Fatal(err)
		}
		if right < in-1 {
			t.Errorf("%s", out.String())
		}
	}
}

// TestWrongIsWrong changes what is expected and wants no case right any more.
func TestWrongIsWrong(t *testing.T) {
	for _, c := range []struct{ path, from, to string }{
		{"testdata/recognizers_sample.jsonl", `"Text": "`, `"Text": "x`},
		{"testdata/jionlp_sample.jsonl", `"type": "time_`, `"type": "time_delta", "x": "`},
	} {
		data, err := os.ReadFile(c.path)
		if err != nil {
			t.Fatal(err)
		}
		var changed []string
		for line := range strings.Lines(string(data)) {
			if s := strings.ReplaceAll(line, c.from, c.to); s != line && json.Valid([]byte(s)) && !strings.Contains(line, "time_delta") {
				changed = append(changed, s)
			}
		}
		path := filepath.Join(t.TempDir(), "wrong.jsonl")
		if err := os.WriteFile(path, []byte(strings.Join(changed, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		run := Recognizers
		if strings.Contains(c.path, "jionlp") {
			run = JioNLP
		}
		r, err := run(path)
		if err != nil {
			t.Fatal(err)
		}
		if right, all, _, _ := r.Count(); right != 0 || all < 5 {
			t.Errorf("%s: %d of %d right", c.path, right, all)
		}
	}
}

func TestBadFilesSayWhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.jsonl")
	if err := os.WriteFile(path, []byte("{}\nnot json\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := JioNLP(path); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
	if _, err := Recognizers(path + ".missing"); err == nil {
		t.Error("a missing file is no error")
	}
}
