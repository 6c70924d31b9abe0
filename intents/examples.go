package intents

import (
	_ "embed"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
)

//go:embed data/intents.txt
var intentTexts string

//go:embed data/categories.txt
var categoryTexts string

//go:embed data/told.txt
var toldTexts string

//go:embed data/urgent.txt
var urgentTexts string

//go:embed data/around.txt
var aroundTexts string

// perFrame is how many troubles a frame of data/intents.txt is filled with.
const perFrame = 32

// noCategory is the label of what names no trouble; it takes its share of the probability and is never told.
const noCategory = ""

// timesRead is how many times each pattern is read.
const timesRead = 4

// intentExamples are what people say, by intent.
func intentExamples() []Example {
	examples := plainIntents()
	dice := rand.New(rand.NewPCG(7, 8))
	troubles := troubles()
	for intent, pattern := range intentPatterns() {
		if !strings.Contains(pattern, "{}") {
			continue
		}
		frames := readings(pattern, dice)
		for next := range max(perFrame, len(frames)) {
			if next > 0 && next%len(frames) == 0 {
				frames = readings(pattern, dice)
			}
			examples = append(examples, Example{Normalize(strings.ReplaceAll(frames[next%len(frames)], "{}", troubles[dice.IntN(len(troubles))])), intent})
		}
	}
	before, after, _ := around()
	for round := range 2 {
		for i, trouble := range troubles {
			if (i+round)%2 == 1 {
				trouble = oneOf(before, dice) + trouble + oneOf(after, dice)
			}
			examples = append(examples, Example{Normalize(trouble), "report"})
		}
	}
	return examples
}

// plainIntents are the examples that have no trouble put into them.
func plainIntents() []Example {
	var examples []Example
	dice := rand.New(rand.NewPCG(7, 8))
	for intent, pattern := range intentPatterns() {
		if strings.Contains(pattern, "{}") {
			continue
		}
		for range 2 {
			for _, text := range readings(pattern, dice) {
				examples = append(examples, Example{Normalize(text), intent})
			}
			if !strings.Contains(pattern, "[") {
				break
			}
		}
	}
	return examples
}

// intentPatterns goes through data/intents.txt: an intent and one of its patterns at a time.
func intentPatterns() iter.Seq2[string, string] {
	return func(yield func(intent, pattern string) bool) {
		intent := ""
		for line := range strings.Lines(intentTexts) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "## "):
				intent = strings.Fields(line)[1]
			case line == "" || strings.HasPrefix(line, "#"):
			default:
				for pattern := range strings.SplitSeq(line, "|") {
					if !yield(intent, pattern) {
						return
					}
				}
			}
		}
	}
}

// toldEvery: one of so many texts of data/told.txt is a report among the examples of intents; with more of them too much else seemed one.
const toldEvery = 7

// troubles are what people name when they report, spread over the categories. Questions and suggestions, which some offices file as matters too, are none.
func troubles() []string {
	var all []string
	dice := rand.New(rand.NewPCG(1, 2))
	for code, pattern := range categoryPatterns() {
		if code == "G4-12" || code == "G4-13" {
			continue
		}
		read := readings(pattern, dice)
		if !strings.Contains(pattern, "[") && dice.IntN(toldEvery) > 0 {
			continue
		}
		all = append(all, read[:min(len(read), 6)]...)
	}
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// categoryExamples are what people write when they report, by code, and the names and examples of the table. Each stands alone and among words that tell
// nothing about its kind, so that these count for none.
func categoryExamples() []Example {
	var examples []Example
	dice := rand.New(rand.NewPCG(3, 4))
	before, after, vague := around()
	for code, pattern := range categoryPatterns() {
		for round := range timesRead {
			for _, text := range readings(pattern, dice) {
				if round%2 == 1 {
					text = oneOf(before, dice) + text + oneOf(after, dice)
				}
				examples = append(examples, Example{Normalize(text), code})
			}
		}
	}
	for i := range 400 {
		examples = append(examples, Example{Normalize(oneOf(before, dice) + oneOf(after, dice)), noCategory})
		examples = append(examples, Example{Normalize(oneOf(before, dice) + vague[i%len(vague)]), noCategory})
	}
	for _, c := range Categories() {
		for _, e := range append([]string{c.Name}, c.Examples...) {
			examples = append(examples, Example{Normalize(e), c.Code})
		}
	}
	return examples
}

// around is what stands before and after a trouble, and how people speak of one without telling which.
func around() (before, after, vague []string) {
	dice := rand.New(rand.NewPCG(5, 6))
	for line := range strings.Lines(aroundTexts) {
		where, patterns, _ := strings.Cut(strings.TrimSpace(line), " ")
		for pattern := range strings.SplitSeq(patterns, "|") {
			for range timesRead {
				switch where {
				case "before":
					before = append(before, readings(pattern, dice)...)
				case "after":
					after = append(after, readings(pattern, dice)...)
				case "vague":
					vague = append(vague, readings(pattern, dice)...)
				}
			}
		}
	}
	return before, after, vague
}

// oneOf is one of the texts, or, one time in three, none.
func oneOf(texts []string, dice *rand.Rand) string {
	if dice.IntN(3) == 0 {
		return ""
	}
	return texts[dice.IntN(len(texts))]
}

// notUrgent is the label of what is no emergency.
const notUrgent = "-"

// urgentExamples are how people tell of emergencies, by the number to call, and what is none: what only sounds alike, the troubles of other
// categories, and what people say otherwise.
func urgentExamples() []Example {
	var examples []Example
	dice := rand.New(rand.NewPCG(9, 10))
	before, after, _ := around()
	for number, text := range patterns(urgentTexts) {
		examples = append(examples, Example{Normalize(text), number}, Example{Normalize(oneOf(before, dice) + text + oneOf(after, dice)), number})
	}
	for code, pattern := range categoryPatterns() {
		if _, ok := urgent[code]; ok {
			continue
		}
		for _, text := range readings(pattern, dice)[:1] {
			examples = append(examples, Example{Normalize(oneOf(before, dice) + text + oneOf(after, dice)), notUrgent})
		}
	}
	for _, e := range plainIntents() {
		if e.Label != "report" {
			examples = append(examples, Example{e.Text, notUrgent})
		}
	}
	return examples
}

// categoryPatterns goes through data/categories.txt and data/told.txt: a code and one of its patterns at a time.
func categoryPatterns() iter.Seq2[string, string] { return patterns(categoryTexts + toldTexts) }

// patterns goes through lines of a code and its patterns.
func patterns(texts string) iter.Seq2[string, string] {
	return func(yield func(code, pattern string) bool) {
		for line := range strings.Lines(texts) {
			code, patterns, ok := strings.Cut(strings.TrimSpace(line), " ")
			if !ok || code == "#" {
				continue
			}
			for pattern := range strings.SplitSeq(patterns, "|") {
				if !yield(code, pattern) {
					return
				}
			}
		}
	}
}

// readings are texts that a pattern stands for: [路灯/街灯][不亮/灭了] has two, in which each alternative stands once; all of them would be too many.
// An empty alternative makes the others optional.
func readings(pattern string, dice *rand.Rand) []string {
	parts := alternatives(pattern)
	n := 1
	for _, options := range parts {
		n = max(n, len(options))
	}
	texts := make([]strings.Builder, n)
	for _, options := range parts {
		order := dice.Perm(len(options))
		for i := range texts {
			if at := i % len(options); at == 0 {
				order = dice.Perm(len(options))
			}
			texts[i].WriteString(options[order[i%len(options)]])
		}
	}
	var all []string
	for i := range texts {
		if text := texts[i].String(); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// alternatives splits a pattern into what stands one after another, each with its alternatives.
func alternatives(pattern string) [][]string {
	var parts [][]string
	for pattern != "" {
		fixed, rest, ok := strings.Cut(pattern, "[")
		if fixed != "" {
			parts = append(parts, []string{fixed})
		}
		if !ok {
			break
		}
		options, after, _ := strings.Cut(rest, "]")
		parts, pattern = append(parts, strings.Split(options, "/")), after
	}
	return parts
}
