package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// names finds what ends like the name of an office, a place or a paper, and reports what the sources don't have. The text bears no figures any more.
//
// Where a name begins isn't marked in Chinese. So the longest end of what stands before the ending is sought in the sources, and what is left
// before that must be a word that leads to a name (请到, 联系, 和), not a piece of a longer name: 昌江区民政局 is not 民政局.
func (k *evidence) names(text string) []Fact {
	missing := k.people(text)
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !isHan(r) }) {
		runes := []rune(part)
		from := 0
		for at := 0; at < len(runes); at++ {
			skip, n := plainWord(runes, at), ending(runes, from, at)
			if n == 0 || skip >= n {
				at += max(0, skip-1)
				continue
			}
			end := at + n
			if name, ok := k.name(runes[from:end], n); !ok {
				missing = append(missing, Fact{FactName, name, name})
			}
			from, at = end, end-1
		}
	}
	return missing
}

// person is somebody by name: after a word that leads to one, a surname and one or two characters, and then something that ends it.
var person = regexp.MustCompile(`(?:找|联系|联系人|经办人|负责人|姓名|请问)(?:是|叫|为|:)?([` + surnames + `]\p{Han}{1,2})(?:办|就|即|吧|领|问|咨询|处理|负责|帮|同志|[^\p{Han}]|$)`)

// surnames are those that most people bear.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔汤"

// Who does it, and on what: 由县级财政发放, 在赣服通上申请. Such names need not end like one.
var (
	doneBy   = regexp.MustCompile(`由(\p{Han}{2,14}?)(?:负责|发放|审核|办理|受理|管理|管|处理|出具|开具|认定|审批|签发|牵头|实施)`)
	doneOn   = regexp.MustCompile(`在(\p{Han}{2,8}?)上面?(?:办|申|填|查|预约|提交|领|报)`)
	joinedBy = regexp.MustCompile(`和|或者|或|以及|及|与|跟|同|先|再|统一|一起|共同|直接|来|进行|您|本人|自己`)
)

// people are names of persons that the sources don't have, and what is said to do it.
func (k *evidence) people(text string) []Fact {
	var missing []Fact
	for _, form := range []*regexp.Regexp{doneBy, doneOn} {
		for _, m := range form.FindAllStringSubmatch(text, -1) {
			for _, name := range joinedBy.Split(m[1], -1) {
				if len([]rune(name)) > 1 && !strings.Contains(k.text, name) && !k.generalName(name) {
					missing = append(missing, Fact{FactName, name, name})
				}
			}
		}
	}
	for _, m := range person.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(k.text, m[1]) {
			missing = append(missing, Fact{FactName, m[1], m[1]})
		}
	}
	return missing
}

// plainWord returns the length of the word at the position in which an ending is none; 0 if there is none.
func plainWord(runes []rune, at int) int {
	for _, w := range factWords().plain {
		if startsWith(runes, at, w) {
			return len(w)
		}
	}
	return 0
}

// ending returns the length of the ending that begins at the position, if a name may end there: nothing but the ending, or more of the name before it.
func ending(runes []rune, from, at int) int {
	for _, e := range factWords().endings {
		if startsWith(runes, at, e) && (len(e) > 1 || at > from) {
			return len(e)
		}
	}
	return 0
}

// name checks the name at the end of the text, of which the last n characters are its ending.
func (k *evidence) name(text []rune, n int) (string, bool) {
	for from := range len(text) {
		tail := text[from:]
		if len(tail) < max(n, 2) {
			break
		}
		if strings.Contains(k.text, string(tail)) || k.general(tail, n) {
			if k.leads(text[:from]) {
				return string(tail), true
			}
			break
		}
	}
	return string(text[max(0, len(text)-n-6):]), false
}

// general reports whether the name is one of the sources' with an ending that adds nothing to it.
func (k *evidence) general(name []rune, n int) bool {
	bare := name[:len(name)-n]
	return len(bare) >= 2 && slices.Contains(factWords().general, string(name[len(bare):])) && strings.Contains(k.text, string(bare))
}

// generalName is general for a name by itself.
func (k *evidence) generalName(name string) bool {
	for _, w := range factWords().general {
		if strings.HasSuffix(name, w) {
			return k.general([]rune(name), len([]rune(w)))
		}
	}
	return false
}

// leads reports whether the text ends with a word that may stand before a name.
func (k *evidence) leads(text []rune) bool {
	if len(text) == 0 {
		return true
	}
	link := linkAt(text)
	switch {
	case link == 0:
		return false
	case link > 1 || len(text) == 1:
		return true
	}
	// One character may belong to a name: 永和派出所. What stands before it must be known, too.
	rest := text[:len(text)-1]
	return linkAt(rest) > 0 || len(rest) >= 2 && strings.Contains(k.text, string(rest[len(rest)-2:]))
}

// linkAt returns the length of the linking word at the end of the text; 0 if there is none.
func linkAt(text []rune) int {
	for _, w := range factWords().links {
		if strings.HasSuffix(string(text), w) {
			return len([]rune(w))
		}
	}
	return 0
}
