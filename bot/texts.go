package bot

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"time"
)

// Texts are the sentences that Linli says, as templates in files texts/LANGUAGE.tmpl, one file per skill and language.
type Texts struct{ byLanguage map[string]*template.Template }

// Language is the default language, in which every text exists.
const Language = "zh-CN"

//go:embed texts
var ownTexts embed.FS

// ReadTexts reads all texts/LANGUAGE.tmpl of the file system.
func ReadTexts(files fs.FS) (*Texts, error) {
	names, err := fs.Glob(files, "texts/*.tmpl")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no texts/*.tmpl: %w", err)
	}
	t := &Texts{byLanguage: map[string]*template.Template{}}
	for _, name := range names {
		tmpl, err := template.New(name).Funcs(textFuncs).Option("missingkey=error").ParseFS(files, name)
		if err != nil {
			return nil, err
		}
		t.byLanguage[strings.TrimSuffix(strings.TrimPrefix(name, "texts/"), ".tmpl")] = tmpl
	}
	if t.byLanguage[Language] == nil {
		return nil, fmt.Errorf("texts/%s.tmpl is missing", Language)
	}
	return t, nil
}

// MustTexts is ReadTexts for files that are embedded, whose faults a test finds.
func MustTexts(files fs.FS) *Texts {
	t, err := ReadTexts(files)
	if err != nil {
		panic(err)
	}
	return t
}

// Say renders the text of the name. Blank lines at its ends go; a text that is missing or fails is a fault of the program and says so by its name.
func (t *Texts) Say(name string, data any) string {
	var b strings.Builder
	if err := t.byLanguage[Language].ExecuteTemplate(&b, name, data); err != nil {
		return "⟨" + name + "⟩"
	}
	return strings.TrimSpace(b.String())
}

// Names returns the names of all texts in the default language.
func (t *Texts) Names() []string {
	var names []string
	for _, tmpl := range t.byLanguage[Language].Templates() {
		if !strings.HasPrefix(tmpl.Name(), "texts/") && !strings.HasSuffix(tmpl.Name(), ".tmpl") {
			names = append(names, tmpl.Name())
		}
	}
	return names
}

var textFuncs = template.FuncMap{
	"when": When, "day": Day, "clock": func(t time.Time) string { return t.Format("15:04") }, "span": Span,
	"join": strings.Join, "inc": func(i int) int { return i + 1 },
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// Day writes a date as people say it: 12月2日 周三.
func Day(t time.Time) string {
	return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), weekdays[t.Weekday()])
}

// When writes a date and a time: 12月2日 周三 15:00.
func When(t time.Time) string { return Day(t) + t.Format(" 15:04") }

// Span writes a duration as people say it: 1天2小时, 30分钟.
func Span(d time.Duration) string {
	if d < time.Minute {
		return "不到1分钟"
	}
	var b strings.Builder
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "天"}, {time.Hour, "小时"}, {time.Minute, "分钟"}} {
		if n := d / unit.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.name)
			d -= n * unit.size
		}
	}
	return b.String()
}
