package knowledge

import (
	"cmp"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Fact is something in a text that is right or wrong: a number with its unit, a date, an amount, a telephone number, the name of an office, of a
// place or of a paper, or that something is not needed.
type Fact struct {
	Kind FactKind
	Text string // as the text writes it, folded
	key  string // equal for equal facts, however they are written
}

// FactKind is the sort of a fact.
type FactKind string

// The kinds of fact.
const (
	FactNumber   FactKind = "number"
	FactDate     FactKind = "date"
	FactClock    FactKind = "clock"
	FactWeekday  FactKind = "weekday"
	FactAmount   FactKind = "amount"
	FactPhone    FactKind = "phone"
	FactName     FactKind = "name"     // of an office, a place, a person with a title, a paper
	FactWork     FactKind = "work"     // 《…》
	FactForeign  FactKind = "foreign"  // words in Latin letters, addresses of pages
	FactClaim    FactKind = "claim"    // free of charge, at once, online
	FactNegation FactKind = "negation" // that something is not needed, or may not be, or that it is after all
)

// Unsupported returns the facts of the draft that do not stand in the sources, in the order of the text. A draft with any may not go out.
//
// It is strict: what it can't find is reported, also if it may be right. 十五日 is 15日, 两份 is 2份, 1.5万元 is 15000元, 下午5点 is 17:00; but a fact that
// the draft puts together from two that stand apart is not one of the sources'.
func Unsupported(draft string, sources ...string) []Fact {
	var known evidence
	for _, s := range sources {
		known.add(s)
	}
	text := foldFacts(draft)
	found, rest := figures(text)
	var missing []Fact
	for _, f := range found {
		if !known.hasFigure(f) {
			missing = append(missing, f)
		}
	}
	missing = append(missing, known.works(text)...)
	missing = append(missing, known.foreign(text)...)
	missing = append(missing, known.names(rest)...)
	missing = append(missing, known.claims(text)...)
	return append(missing, known.negations(text)...)
}

// Text returns everything that the entry says: what an answer from it may say.
func (e *Entry) Text() string {
	parts := append([]string{e.Title}, e.Aliases...)
	parts = append(parts, e.Answer, e.Office, e.Materials, e.Steps, e.TimeLimit, e.Fee, e.Phone, e.Address, e.Hours, e.Basis, e.Instead, e.CheckedOn)
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" || p == "—" }), "\n")
}

// Overlap returns which share of the draft's pairs of characters stands in the sources, 0…1: what a draft that speaks of something else has little of.
func Overlap(draft string, sources ...string) float64 {
	known := map[[2]rune]bool{}
	for _, s := range sources {
		for pair := range hanPairs(s) {
			known[pair] = true
		}
	}
	all, shared := 0, 0
	for pair := range hanPairs(draft) {
		all++
		if known[pair] {
			shared++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(shared) / float64(all)
}

// Repeats reports whether the text has n letters in a row of the other, whatever stands between them.
func Repeats(text, other string, n int) bool {
	bare := func(s string) string { return strings.ReplaceAll(Normal(s), " ", "") }
	other = bare(other)
	runes := []rune(bare(text))
	for i := 0; i+n <= len(runes); i++ {
		if strings.Contains(other, string(runes[i:i+n])) {
			return true
		}
	}
	return false
}

// hanPairs yields the pairs of neighbouring Chinese characters.
func hanPairs(text string) func(yield func([2]rune) bool) {
	return func(yield func([2]rune) bool) {
		var last rune
		for _, r := range foldFacts(text) {
			if !isHan(r) {
				r = 0
			} else if last != 0 && !yield([2]rune{last, r}) {
				return
			}
			last = r
		}
	}
}

// evidence is what the sources say.
type evidence struct {
	text    string // folded, one after the other
	figures map[FactKind]map[string]bool
	phones  []string
}

func (k *evidence) add(source string) {
	text := foldFacts(source)
	found, _ := figures(text)
	if k.figures == nil {
		k.figures = map[FactKind]map[string]bool{}
	}
	for _, f := range found {
		if k.figures[f.Kind] == nil {
			k.figures[f.Kind] = map[string]bool{}
		}
		for _, key := range implied(f) {
			k.figures[f.Kind][key] = true
		}
		if f.Kind == FactPhone {
			k.phones = append(k.phones, f.key)
		}
	}
	k.text += "\n" + text
}

// hasFigure reports whether a figure stands in the sources.
func (k *evidence) hasFigure(f Fact) bool {
	if f.Kind == FactPhone {
		return slices.ContainsFunc(k.phones, func(p string) bool {
			// The area code may be left out, and nothing else.
			return p == f.key || strings.HasPrefix(p, "0") && len(f.key) >= 7 && len(p)-len(f.key) >= 3 && len(p)-len(f.key) <= 4 && strings.HasSuffix(p, f.key)
		})
	}
	return k.figures[f.Kind][f.key]
}

var bookTitle = regexp.MustCompile(`《([^《》]{1,80})》`)

// works are the titles of laws and papers: they stand in the sources letter by letter.
func (k *evidence) works(text string) []Fact {
	var missing []Fact
	for _, m := range bookTitle.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(k.text, m[1]) {
			missing = append(missing, Fact{FactWork, m[0], m[1]})
		}
	}
	return missing
}

var foreignWords = regexp.MustCompile(`[a-z][a-z0-9._/:@?=&%+-]*[a-z0-9/]`)

// foreign are words in Latin letters: names, addresses of pages, numbers in English.
func (k *evidence) foreign(text string) []Fact {
	var missing []Fact
	for _, w := range foreignWords.FindAllString(text, -1) {
		if !strings.Contains(k.text, w) {
			missing = append(missing, Fact{FactForeign, w, w})
		}
	}
	return missing
}

// claims are words that promise something: one of their group stands in the sources.
func (k *evidence) claims(text string) []Fact {
	var missing []Fact
	for _, group := range factWords().claims {
		at := slices.IndexFunc(group, func(w string) bool { return strings.Contains(text, w) })
		if at >= 0 && !containsAny(k.text, group) {
			missing = append(missing, Fact{FactClaim, group[at], group[0]})
		}
	}
	return missing
}

var negated = regexp.MustCompile(`(?:不需要|不需|不用|不必|无需|无须|不能|不得|不可以|不可|不予|不要|不再|禁止|免于|免去|没有|没|未|非|不)(\p{Han}{2})`)

// negations are said alike in the draft and in the sources: what the draft denies, they deny, and what they deny the draft does not affirm.
func (k *evidence) negations(text string) []Fact {
	theirs, ours := denied(k.text), denied(text)
	var missing []Fact
	for what, said := range ours {
		if theirs[what] == "" && !slices.Contains(factWords().polite, said) {
			missing = append(missing, Fact{FactNegation, said, what})
		}
	}
	for what, said := range theirs {
		bare := strings.Count(text, what) > strings.Count(text, said)
		if bare && ours[what] == "" && strings.Count(k.text, what) == strings.Count(k.text, said) {
			missing = append(missing, Fact{FactNegation, what, what})
		}
	}
	slices.SortFunc(missing, func(a, b Fact) int { return cmp.Compare(strings.Index(text, a.Text), strings.Index(text, b.Text)) })
	return missing
}

// denied returns what the text denies, the first two characters of it, and how.
func denied(text string) map[string]string {
	all := map[string]string{}
	text = factWords().seeming.Replace(text)
	for _, m := range negated.FindAllStringSubmatch(text, -1) {
		all[m[1]] = m[0]
	}
	return all
}

//go:embed words/facts.txt
var factData string

// factLists are the words by which facts are found.
type factLists struct {
	endings [][]rune          // of names, the longest first
	plain   [][]rune          // words in which an ending is none
	links   []string          // what may stand before a name without being part of it, the longest first
	units   []string          // of numbers, the longest first
	same    []string          // pairs: a word and how it is written here
	claims  [][]string        // groups of words that promise the same
	general []string          // endings that add nothing to a name
	polite  []string          // denials that say nothing about a matter
	seeming *strings.Replacer // of words that only look like a denial
}

var factWords = sync.OnceValue(func() *factLists {
	var l factLists
	var seeming, endings, plain []string
	section := ""
	for line := range strings.Lines(factData) {
		line = strings.TrimSpace(line)
		switch words := strings.Fields(line); {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case section == "endings":
			endings = append(endings, words...)
		case section == "plain":
			plain = append(plain, words...)
		case section == "links":
			l.links = append(l.links, words...)
		case section == "units":
			l.units = append(l.units, words...)
		case section == "same":
			for _, w := range words[1:] {
				l.same = append(l.same, w, words[0])
			}
		case section == "claims":
			l.claims = append(l.claims, words)
		case section == "general":
			l.general = append(l.general, words...)
		case section == "polite":
			l.polite = append(l.polite, words...)
		case section == "seeming":
			for _, w := range words {
				seeming = append(seeming, w, cut)
			}
		}
	}
	plain = slices.DeleteFunc(plain, func(w string) bool { return slices.Contains(endings, w) })
	for _, list := range [][]string{endings, plain, l.links, l.units} {
		slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}
	l.endings, l.plain = asRunes(endings), asRunes(plain)
	l.seeming = strings.NewReplacer(seeming...)
	return &l
})

func asRunes(words []string) [][]rune {
	all := make([][]rune, len(words))
	for i, w := range words {
		all[i] = []rune(w)
	}
	return all
}

var sameWords = sync.OnceValue(func() *strings.Replacer { return strings.NewReplacer(factWords().same...) })

// foldFacts writes text the one way in which facts are compared: folded, one word for one thing, no space between Chinese characters.
func foldFacts(text string) string {
	text = sameWords().Replace(fold(text))
	var b strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		if r == ' ' && (i == 0 || i == len(runes)-1 || isHan(runes[i-1]) || isHan(runes[i+1])) {
			continue
		}
		switch r {
		case '*', '_', '`', '\u200b', '\u200c', '\u200d', '\ufeff', '\u00ad': // marks that only hide what is said
			continue
		case '–', '—', '－', '~', '～', '−', '‐', '‑':
			r = '-'
		}
		b.WriteRune(r)
	}
	return b.String()
}
