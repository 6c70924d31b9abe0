package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rule says what packages under a path may import of ours, and why.
type rule struct {
	path string
	may  []string
	why  string
}

// rules hold for the longest path that fits. A package may always import what is below itself.
var rules = []rule{
	{"linli/intents", []string{"linli/intents"}, "intents is a pure library, usable on its own"},
	{"linli/knowledge", []string{"linli/knowledge"}, "knowledge is a pure library, usable on its own"},
	{"linli/bot", []string{"linli/intents"}, "the engine knows what was understood and nothing else of ours; skills and adapters know the engine"},
	{"linli/bot/calendar", []string{"linli/intents/timex"}, "series, working-day rules and reminder plans are arithmetic"},
	{"linli/bot/directory", []string{"linli/bot", "linli/intents", "linli/knowledge"}, "an organisation is read from tables (knowledge reads them) into units and places"},
	{"linli/bot/sample", []string{"linli/bot", "linli/bot/directory", "linli/intents", "linli/knowledge"}, "the sample is data"},
	{"linli/bot/storetest", []string{"linli/bot"}, "the suite knows the contract, not a store"},
	{"linli/bot/channeltest", []string{"linli/bot"}, "the suite knows the contract, not a channel"},
	{"linli/bot/bottest", []string{"linli/bot"}, "the player knows the engine, not a skill"},
	{"linli/bot/answers", skillMay, skillWhy},
	{"linli/bot/assist", skillMay, skillWhy},
	{"linli/bot/senses", skillMay, skillWhy},
	{"linli/bot/incidents", skillMay, skillWhy},
	{"linli/bot/meetings", skillMay, skillWhy},
	{"linli/bot/inspections", skillMay, skillWhy},
	{"linli/bot/duties", skillMay, skillWhy},
	{"linli/adapters", []string{"linli/bot", "linli/intents", "linli/knowledge"}, "an adapter knows the domain, never another adapter"},
	{"linli/cmd", []string{"linli"}, "the command sees everything"},
}

var (
	skillMay = []string{"linli/bot", "linli/bot/calendar", "linli/intents", "linli/knowledge"}
	skillWhy = "a skill never imports another skill: what two share moves down into bot, or passes as a record"
)

// outside are modules that stay where the technology is.
var outside = map[string]string{
	"github.com/larksuite/oapi-sdk-go": "adapters/lark", "github.com/go-telegram/bot": "adapters/telegram",
	"github.com/sashabaranov/go-openai": "adapters/openai", "github.com/redis/go-redis": "adapters/redis",
	"modernc.org/sqlite": "adapters/sqlite", "database/sql": "adapters/sqlite", "github.com/pressly/goose": "adapters/sqlite",
	"github.com/klippa-app/go-pdfium": "adapters/pdf", "github.com/tetratelabs/wazero": "adapters/pdf",
	"github.com/alecthomas/kong": "cmd", "github.com/caarlos0/env": "cmd",
}

type pkg struct {
	ImportPath, Dir string
	Imports         []string
}

// TestImports holds the table of who may know whom.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		r := ruleFor(p.ImportPath)
		if r == nil {
			t.Errorf("%s stands outside bot, intents, knowledge, adapters and cmd: there is no other room for code", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "linli/") && !mayImport(p.ImportPath, imported, r) {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, r.why)
			}
			for module, home := range outside {
				if (imported == module || strings.HasPrefix(imported, module+"/")) && !strings.HasPrefix(p.ImportPath, "linli/"+home) {
					t.Errorf("%s imports %s, which stays under %s", p.ImportPath, imported, home)
				}
			}
		}
	}
}

func mayImport(from, imported string, r *rule) bool {
	if imported == from || strings.HasPrefix(imported, from+"/") && from != "linli/bot" {
		return true
	}
	if strings.HasPrefix(r.path, "linli/adapters") {
		// Below an adapter's own folder it may import its own parts.
		if own := strings.Join(strings.SplitN(from, "/", 4)[:3], "/"); strings.HasPrefix(imported, own) {
			return true
		}
	}
	return slices.ContainsFunc(r.may, func(may string) bool {
		if may == "linli/bot" { // the engine, not what stands beside it
			return imported == may || strings.HasPrefix(r.path, "linli/adapters") && strings.HasPrefix(imported, "linli/bot/")
		}
		return imported == may || strings.HasPrefix(imported, may+"/")
	})
}

func ruleFor(path string) *rule {
	var best *rule
	for i := range rules {
		if r := &rules[i]; (path == r.path || strings.HasPrefix(path, r.path+"/")) && (best == nil || len(r.path) > len(best.path)) {
			best = r
		}
	}
	return best
}

// TestPackageComments holds that each package says what it is for, once.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		comments := 0
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if described(parsed) {
				comments++
			}
		}
		if comments != 1 {
			t.Errorf("%s has %d package comments; it needs one that says what it is for", p.ImportPath, comments)
		}
	}
}

func described(f *ast.File) bool { return f.Doc != nil && len(strings.TrimSpace(f.Doc.Text())) > 20 }

// TestTopLevel holds what stands at the top: the rooms, and files that tools expect there.
func TestTopLevel(t *testing.T) {
	entries, err := fs.ReadDir(os.DirFS("../.."), ".")
	if err != nil {
		t.Fatal(err)
	}
	rooms := []string{"bot", "intents", "knowledge", "adapters", "cmd"}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(rooms, e.Name()) && tracked(t, e.Name()) {
			t.Errorf("the folder %s stands at the top; the rooms are %v", e.Name(), rooms)
		}
	}
}

func tracked(t *testing.T, folder string) bool {
	out, err := exec.CommandContext(t.Context(), "git", "-C", "../..", "ls-files", "--", folder).Output()
	return err == nil && len(out) > 0
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Imports", "linli/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.ImportPath, "linli/tmpdeps") {
			all = append(all, p)
		}
	}
}
