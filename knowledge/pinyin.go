package knowledge

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// sounds are how pairs of characters are spoken, and which pairs of an index sound so: people write 高令津贴 and mean 高龄津贴.
type sounds struct {
	syllables map[rune]uint32 // numbers of syllables
	pairs     map[gram][]int32
}

// spoken returns the sound of a pair of characters, if it is known.
func (s *sounds) spoken(g gram) (gram, bool) {
	if g.single() || g&word != 0 {
		return 0, false
	}
	a, b := s.syllable(rune(g>>32)), s.syllable(rune(g&0xffffffff))
	return gram(a)<<32 | gram(b), a != 0 && b != 0
}

func (s *sounds) syllable(r rune) uint32 { return s.syllables[r] }

func newSounds() *sounds { return &sounds{syllables(), map[gram][]int32{}} }

// syllables numbers the syllables of the dictionary. Tones don't count; nor what many don't hear apart: zh and z, n and l at the start, ng and n at the end.
var syllables = sync.OnceValue(func() map[rune]uint32 {
	of := make(map[rune]uint32, len(pinyin.PinyinDict))
	numbers := map[string]uint32{}
	fold := strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
		"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m")
	folded := map[string]uint32{}
	for code, readings := range pinyin.PinyinDict {
		first, _, _ := strings.Cut(readings, ",")
		n, ok := folded[first]
		if !ok {
			syllable := merge(fold.Replace(first))
			if n, ok = numbers[syllable]; !ok {
				n = uint32(len(numbers) + 1)
				numbers[syllable] = n
			}
			folded[first] = n
		}
		of[rune(code)] = n
	}
	return of
})

// merge makes one of the syllables that are often confused.
func merge(syllable string) string {
	for _, p := range [...][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}} {
		if rest, ok := strings.CutPrefix(syllable, p[0]); ok {
			syllable = p[1] + rest
		}
	}
	if strings.HasSuffix(syllable, "ing") || strings.HasSuffix(syllable, "eng") {
		syllable = strings.TrimSuffix(syllable, "g")
	}
	return syllable
}
