package telegram

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linli/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden holds how replies look, by testdata/render/*.json: each has a reply, and beside it stands what is sent, its buttons, and what is sent when
// the platform can't read the markup.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/render/*.reply.json")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".reply.json"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var in struct {
				To    bot.Chat
				Reply bot.Reply
			}
			d := json.NewDecoder(bytes.NewReader(data))
			d.DisallowUnknownFields()
			if err := d.Decode(&in); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			got.WriteString(render(in.Reply) + "\n\n--- buttons\n")
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(keyboard(in.Reply, !in.To.Group)); err != nil {
				t.Fatal(err)
			}
			got.WriteString("\n--- plain\n" + plain(in.Reply) + "\n")
			golden := strings.TrimSuffix(file, ".reply.json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v (go test ./adapters/telegram -update writes it)", err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
