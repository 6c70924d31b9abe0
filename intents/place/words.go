package place

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed words.txt
var wordList string

// class is what a word of the vocabulary does in the text.
type class uint8

const (
	noClass        class = iota
	estateWord           // ends the name of an estate
	plainEstate          // estates at large, 老旧小区
	thisEstate           // an estate without a name
	communityWord        // ends the name of a community or village
	plainCommunity       // a community without a name
	areaWord             // ends the name of a street, town
	roadWord             // ends the name of a road
	landmarkWord         // ends the name of a landmark, or is one
	roomWord             // a room to meet in
	officeWord           // an office: a place only with something before or behind it
	spotWord             // a spot seen from where the speaker stands
	ownWord              // the speaker's home, before a spot
	objectWord           // a thing: a place only with a relation behind it
	groundWord           // ground or a wall: a thing that belongs to the place before it where nothing is said of it
	relationWord         // reaches back to an unknown name
	nearWord             // a relation only directly behind a place
	sectionWord          // a part of a road
	crossingWord         // a crossing of roads
	gateWord             // a gate; reaches back to an unknown name
	keepWord             // holds nothing for us, but hides the words inside it
	entranceWord         // an entrance that is known by its side, 东单元
	nameWord             // the same, and a piece of names
	stopWord             // no name reaches across it
	matterWord           // the same, and names a trouble
)

var classNames = map[string]class{
	"estate": estateWord, "plainestate": plainEstate, "thisestate": thisEstate, "community": communityWord, "plaincommunity": plainCommunity, "area": areaWord, "road": roadWord,
	"landmark": landmarkWord, "room": roomWord, "office": officeWord, "spot": spotWord, "own": ownWord, "object": objectWord, "relation": relationWord,
	"near": nearWord, "section": sectionWord, "crossing": crossingWord, "gate": gateWord, "keep": keepWord, "name": nameWord, "stop": stopWord, "matter": matterWord, "ground": groundWord,
}

// vocabulary is built from words.txt when it is first needed.
var vocabulary = sync.OnceValue(func() *trie[class] {
	t := newTrie[class]()
	for class, word := range words() {
		t.add(word, class)
	}
	return t
})

// words yields the vocabulary. The first class that a word stands in is its class.
func words() func(yield func(class, string) bool) {
	return func(yield func(class, string) bool) {
		for line := range strings.Lines(wordList) {
			name, list, ok := strings.Cut(line, ":")
			if !ok || strings.HasPrefix(line, "#") {
				continue
			}
			for word := range strings.FieldsSeq(list) {
				if !yield(classNames[name], word) {
					return
				}
			}
		}
		// So do the houses next to the speaker's: 前面那栋楼, 隔壁单元.
		for _, next := range []string{"对门", "隔壁"} {
			if !yield(spotWord, next+"那户") || !yield(spotWord, next+"那家") {
				return
			}
		}
		for _, side := range []string{"前面", "后面", "对面", "隔壁", "旁边"} {
			for _, house := range []string{"那栋", "那栋楼", "那幢", "那幢楼", "一栋", "单元", "楼"} {
				if !yield(spotWord, side+house) {
					return
				}
			}
		}
		// Directions make words with every kind of side.
		for _, d := range []string{"东", "南", "西", "北", "东南", "西南", "东北", "西北", "正东", "正南", "正西", "正北"} {
			for _, side := range []string{"侧", "边", "面", "角", "头", "端"} {
				if !yield(relationWord, d+side) {
					return
				}
			}
			for _, part := range []string{"那段", "那截", "这段", "这截"} {
				if !yield(sectionWord, "往"+d+part) {
					return
				}
			}
			for _, unit := range []string{"单元", "边单元"} {
				if !yield(entranceWord, d+unit) {
					return
				}
			}
			for _, gate := range []string{"门", "大门"} {
				if !yield(gateWord, d+gate) {
					return
				}
			}
		}
	}
}

// trie maps words to values and finds the longest word that starts at a position.
type trie[V any] struct {
	first  []int32 // the nodes of the first characters, most of which lead nowhere: asked at every character of a message
	next   map[edge]int32
	values []V
	ends   []bool
}

// The characters that Chinese is written with, but for rare ones.
const firstHan, lastHan = 0x4e00, 0x9fff

type edge struct {
	node int32
	r    rune
}

func newTrie[V any]() *trie[V] {
	return &trie[V]{first: make([]int32, lastHan-firstHan+1), next: map[edge]int32{}, values: make([]V, 1), ends: make([]bool, 1)}
}

// add gives a word its value unless it has one.
func (t *trie[V]) add(word string, v V) {
	if at := t.node(word); !t.ends[at] {
		t.values[at], t.ends[at] = v, true
	}
}

// node returns the node of the word and makes it if there is none.
func (t *trie[V]) node(word string) int32 {
	at := int32(0)
	for _, r := range word {
		to, ok := t.next[edge{at, r}]
		if !ok {
			to = int32(len(t.values))
			t.values = append(t.values, *new(V))
			t.ends = append(t.ends, false)
			t.next[edge{at, r}] = to
			if at == 0 && firstHan <= r && r <= lastHan {
				t.first[r-firstHan] = to
			}
		}
		at = to
	}
	return at
}

// longest returns the longest word that text starts with: its value and its length in runes, 0 if there is none.
func (t *trie[V]) longest(text []rune) (v V, length int) {
	if len(text) == 0 || firstHan <= text[0] && text[0] <= lastHan && t.first[text[0]-firstHan] == 0 {
		return v, 0
	}
	at := int32(0)
	for i, r := range text {
		to, ok := t.next[edge{at, r}]
		if !ok {
			break
		}
		at = to
		if t.ends[at] {
			v, length = t.values[at], i+1
		}
	}
	return v, length
}
