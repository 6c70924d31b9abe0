package duties

import (
	"slices"
	"strings"
)

// search returns the items whose titles share most with the words, the best first: those that have at least half of the words' pairs of characters and
// not much less than the best.
func search(all []*Item, words string) []*Item {
	want := pairs(words)
	if len(want) == 0 {
		return nil
	}
	score := map[*Item]float64{}
	best := 0.0
	for _, it := range all {
		has, shared := pairs(it.Title), 0
		for p := range want {
			if has[p] {
				shared++
			}
		}
		if score[it] = float64(shared) / float64(len(want)); strings.Contains(words, it.Title) {
			score[it] = 1
		}
		best = max(best, score[it])
	}
	found := slices.DeleteFunc(slices.Clone(all), func(it *Item) bool { return score[it] < 0.5 || score[it] < best-0.1 })
	slices.SortStableFunc(found, func(a, b *Item) int { return int(100*score[b]) - int(100*score[a]) })
	return found
}

// pairs are the pairs of characters that stand next to each other.
func pairs(text string) map[string]bool {
	runes := []rune(strings.ToLower(text))
	all := map[string]bool{}
	for i := 1; i < len(runes); i++ {
		all[string(runes[i-1:i+1])] = true
	}
	return all
}
