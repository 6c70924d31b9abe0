package incidents

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"linli/intents"
)

//go:embed rules.yaml
var rulesFile []byte

// Category is a kind of matter.
type Category struct {
	Code     string
	Name     string // 路灯不亮
	Examples string
	Handler  string // who handles it by the table, in words
	Limit    Limit
	Severity int // 1 emergency … 4

	Urgent string // whom to call at once: 110, 119, 120; "": nobody
	Secret bool   // confidential: seen by its handlers alone, never in a group, in no figures

	dispute bool
	alarm   *regexp.Regexp // what a message of an emergency says; nil: a case of it is none by itself
}

// Other is the code of a matter that fits no category.
const Other = "other"

// wish is the code of suggestions.
const wish = "G4-13"

// table is all categories and what is known of them.
type table struct {
	byCode   map[string]*Category
	order    []*Category
	families []family
	calendar int // severity up to which every hour counts
	grams    map[string][]string
}

type family struct {
	Name  string   `yaml:"name"`
	Codes []string `yaml:"codes"`
}

// newTable joins the categories with the rules.
func newTable(categories []Category) (*table, error) {
	var r struct {
		Dispute  []string          `yaml:"dispute"`
		Calendar int               `yaml:"calendar_severity"`
		Families []family          `yaml:"families"`
		Alarms   map[string]string `yaml:"alarms"`
	}
	if err := yaml.UnmarshalWithOptions(rulesFile, &r, yaml.DisallowUnknownField()); err != nil {
		return nil, fmt.Errorf("rules.yaml: %w", err)
	}
	t := &table{byCode: map[string]*Category{}, families: r.Families, calendar: r.Calendar, grams: map[string][]string{}}
	for _, c := range categories {
		c.dispute = slices.Contains(r.Dispute, c.Code)
		if words, ok := r.Alarms[c.Code]; ok {
			re, err := regexp.Compile(words)
			if err != nil {
				return nil, fmt.Errorf("rules.yaml, alarms: %w", err)
			}
			c.alarm = re
		}
		c.Limit.Calendar = c.Severity <= r.Calendar
		t.byCode[c.Code] = &c
		t.order = append(t.order, &c)
		for _, g := range bigrams(c.Name + " " + c.Examples) {
			t.grams[g] = append(t.grams[g], c.Code)
		}
	}
	return t, nil
}

// of returns the category; what isn't in the table is a matter of its own, without a limit of its own: two working days, an example.
func (t *table) of(code string) *Category {
	if c := t.byCode[code]; c != nil {
		return c
	}
	return &Category{Code: cmp.Or(code, Other), Name: "其他问题", Severity: 3, Limit: Limit{Hours: 13, Demo: true}}
}

// alike is from which weight of shared words on two texts are alike at all; a pair of characters that only one category has weighs 1.
const alike = 0.6

// anywhere are words of places that tell nothing of what is the matter there: 社区 alone would make everything 社区矫正.
var anywhere = regexp.MustCompile(`社区|小区|街道|居委会|网格|[0-9一二三四五六七八九十]+(?:号?楼|栋|幢|单元|室|层|号)`)

// rank returns the categories whose names and examples share the most with the words, best first.
func (t *table) rank(text string, most int) []*Category {
	scores := map[string]float64{}
	for _, g := range bigrams(anywhere.ReplaceAllString(text, " ")) {
		for _, code := range t.grams[g] {
			scores[code] += 1 / float64(len(t.grams[g]))
		}
	}
	var found []*Category
	for _, c := range t.order {
		if scores[c.Code] >= alike {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b *Category) int { return cmp.Compare(scores[b.Code], scores[a.Code]) })
	return found[:min(len(found), most)]
}

// A category is taken, not asked for, from the probability certain on, or if it is ahead of the next by the factor clearly. A wrong office costs the
// reporter days, a question seconds.
const (
	certain = 0.5
	clearly = 3.0
	guess   = 0.1 // below it, it isn't even offered
	urgent  = 0.2 // from it on, a category for which somebody must be called is taken for what it is: a false alarm costs less than a missed one
)

// likeliest ranks categories for the words, by the model if there is one.
func (s *Skill) likeliest(text string, most int) []*Category {
	if s.rank == nil {
		return s.table.rank(text, most)
	}
	var found []*Category
	best := 0.0
	for _, c := range s.rank(text, most) {
		best = max(best, c.Score)
		if k := s.table.byCode[c.Code]; k != nil && c.Score >= max(best/clearly, guess) {
			found = append(found, k)
		}
	}
	for _, k := range s.table.rank(text, most) {
		if !slices.Contains(found, k) && len(found) < most {
			found = append(found, k)
		}
	}
	return found
}

// sure drops a category that the model only guesses, from the text with or without its place: 楼道 is a place and half of a category.
func (s *Skill) sure(code string, texts ...string) string {
	if s.rank == nil || code == "" {
		return code
	}
	for _, words := range texts {
		score, next := 0.0, 0.0
		for _, c := range s.rank(words, 5) {
			if c.Code == code {
				score = c.Score
			} else {
				next = max(next, c.Score)
			}
		}
		if score >= certain || score >= clearly*next && score > guess {
			return code
		}
	}
	return ""
}

// whole is the category that the words are certainly of, their place included: in 楼道堆满了纸箱 the place is half of what it is.
func (s *Skill) whole(text string) string {
	if s.rank == nil {
		return ""
	}
	if best := s.rank(text, 1); len(best) > 0 && best[0].Score >= certain {
		return best[0].Code
	}
	return ""
}

// spelt is the category, of those that the words resemble, whose name stands in them: 3栋楼道堆了好多杂物 says 楼道堆物. "" if none or several do.
func (s *Skill) spelt(text string) string {
	code := ""
	for _, k := range s.likeliest(text, 3) {
		switch {
		case utf8.RuneCountInString(k.Name) < 4 || !inOrder(text, k.Name):
		case code != "":
			return ""
		default:
			code = k.Code
		}
	}
	return code
}

// probable reports whether the words are likely enough of a category to call somebody for it.
func (s *Skill) probable(code, text string) bool {
	return s.rank != nil && slices.ContainsFunc(s.rank(text, 3), func(c intents.ScoredCategory) bool { return c.Code == code && c.Score >= urgent })
}

// bigrams returns the pairs of neighbouring characters, each once.
func bigrams(text string) []string {
	var grams []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" ,，。;；、/()（）!！?？\n", r) }) {
		runes := []rune(part)
		for i := range len(runes) - 1 {
			if g := string(runes[i : i+2]); !slices.Contains(grams, g) {
				grams = append(grams, g)
			}
		}
	}
	return grams
}
