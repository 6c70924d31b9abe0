package timex

import (
	"strings"
	"unicode/utf8"
)

// parser holds one text, folded rune by rune so that offsets stay those of the input: full-width forms
// become ASCII, the traditional characters of time words simplified, Latin letters small.
type parser struct {
	text        string
	src         []rune
	off         []int // byte offset of each rune, and the length of the text
	folded      string
	foff        []int // byte offset of each rune in folded
	o           *Options
	clk         reckoner
	lengthsOnly bool
	lastJoin    int    // where the last sign or word stands that may join a range; -1 for none
	last        listed // the last date that a list may go on from
	done        int    // where the last phrase ended
	joint       int    // where the second end of a range begins: the sign before it is no part of a number
}

func newParser(text string, o *Options) *parser {
	n := utf8.RuneCountInString(text)
	p := &parser{joint: -1, lastJoin: -1, text: text, src: make([]rune, 0, n), o: o}
	offsets := make([]int, 0, 2*n+2)
	p.off = offsets[: 0 : n+1]
	p.foff = offsets[n+1 : n+1 : 2*n+2]
	var folded strings.Builder
	folded.Grow(len(text))
	for i, r := range text {
		r = fold(r)
		switch r {
		case '-', '~', '到', '至', '直', '、':
			p.lastJoin = len(p.src)
		}
		p.src = append(p.src, r)
		p.off = append(p.off, i)
		p.foff = append(p.foff, folded.Len())
		folded.WriteRune(r)
	}
	p.off = append(p.off, len(text))
	p.folded, p.foff = folded.String(), append(p.foff, folded.Len())
	p.clk = newReckoner(o)
	return p
}

const (
	traditional = "後週個點時鐘號兩節這禮內過來從現間當農曆臘閏歲趕開國慶聖誕陽驚蟄種處氣離剛馬貳參陸於約〜～–—―‐－・•：，" +
		"萬億幾數勞婦兒親師雙復滿穀總統紀緒順豐黃淩晝聽尋鍾裡裏頭長達歷為終學黨軍護愛樓線門棟單區圓塊級層戶條張項錢議話證會車還餘將舊華際環運連續獨業樹靈電階醫動"
	simplified = "后周个点时钟号两节这礼内过来从现间当农历腊闰岁赶开国庆圣诞阳惊蛰种处气离刚马二三六于约~~-----··:," +
		"万亿几数劳妇儿亲师双复满谷总统纪绪顺丰黄凌昼听寻钟里里头长达历为终学党军护爱楼线门栋单区圆块级层户条张项钱议话证会车还余将旧华际环运连续独业树灵电阶医动"
)

// folds holds for each rune of the basic plane what it folds to, 0 being itself.
var folds = func() *[1 << 16]rune {
	var m [1 << 16]rune
	to := []rune(simplified)
	for i, r := range []rune(traditional) {
		m[r] = to[i]
	}
	return &m
}()

func fold(r rune) rune {
	switch {
	case r < 'A':
		return r
	case r <= 'Z':
		return r + 'a' - 'A'
	case r < 0x80:
		return r
	case r == 0x3000 || r == 0xA0:
		return ' '
	case r >= 0xFF01 && r <= 0xFF5E:
		return fold(r - 0xFEE0)
	}
	if r < 1<<16 && folds[r] != 0 {
		return folds[r]
	}
	return r
}

// at is the rune at i, 0 outside of the text.
func (p *parser) at(i int) rune {
	if i < 0 || i >= len(p.src) {
		return 0
	}
	return p.src[i]
}

// in says whether the rune at i is one of set.
func (p *parser) in(i int, set string) bool {
	r := p.at(i)
	return r != 0 && strings.ContainsRune(set, r)
}

// place is the place of the rune at i in list, the first being 1; 0 when it is not there.
func (p *parser) place(i int, list string) int {
	k := 0
	for _, r := range list {
		if k++; r == p.at(i) {
			return k
		}
	}
	return 0
}

// lit returns the end of word when it stands at i, else -1.
func (p *parser) lit(i int, word string) int {
	if i < 0 || i >= len(p.src) || !begins(p.folded[p.foff[i]:], word) {
		return -1
	}
	return i + utf8.RuneCountInString(word)
}

// begins is strings.HasPrefix for words most of which do not stand there: characters differ in their last byte first.
func begins(s, word string) bool {
	n := len(word)
	return len(s) >= n && s[n-1] == word[n-1] && s[:n] == word
}

// oneOf returns the end of the first of words that stands at i, else -1. Longer words must come first.
func (p *parser) oneOf(i int, words ...string) int {
	for _, w := range words {
		if e := p.lit(i, w); e >= 0 {
			return e
		}
	}
	return -1
}

// opt skips one of words if it stands at i.
func (p *parser) opt(i int, words ...string) int {
	return max(i, p.oneOf(i, words...))
}

// space skips blanks.
func (p *parser) space(i int) int {
	for p.at(i) == ' ' || p.at(i) == '\t' {
		i++
	}
	return i
}

// before says whether one of words ends right before i.
func (p *parser) before(i int, words ...string) bool {
	for _, w := range words {
		if n := utf8.RuneCountInString(w); i >= n && p.lit(i-n, w) == i {
			return true
		}
	}
	return false
}

func digit(r rune) bool  { return r >= '0' && r <= '9' }
func letter(r rune) bool { return r >= 'a' && r <= 'z' }
func han(r rune) bool    { return r >= 0x3400 && r <= 0x9FFF || r == '〇' }

// word is one entry of a table of words with a value.
type word[T any] struct {
	text  string
	value T
}

// find returns the value and end of the first word that stands at i.
func find[T any](p *parser, i int, table []word[T]) (T, int) {
	var none T
	if i < 0 || i >= len(p.src) {
		return none, -1
	}
	rest := p.folded[p.foff[i]:]
	for k := range table {
		if w := &table[k]; begins(rest, w.text) {
			return w.value, i + utf8.RuneCountInString(w.text)
		}
	}
	return none, -1
}
