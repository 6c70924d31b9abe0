package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ReadPages reads a document of which only the text of its pages is known, line by line as it is printed, into passages that cite their page.
func ReadPages(name string, pages []string) ([]Passage, *Problem) {
	passages := passagesOf(name, pageParagraphs(pages))
	if len(passages) == 0 {
		return nil, &Problem{File: name, Message: "文件里没有文字"}
	}
	return passages, nil
}

var (
	pageNumber = regexp.MustCompile(`^[-—–·\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[,，/／]?\s*共?\s*\d{1,4}\s*页?)?)[-—–·\s]*$`)
	// contentsLine is a line of a table of contents: it says what comes, not what is.
	contentsLine = regexp.MustCompile(`(?:[.．·]{4,}|…{2,})\s*\d{1,4}$`)
	// itemStart is what begins a paragraph of its own.
	itemStart = regexp.MustCompile(`^(?:第[一二三四五六七八九十百零〇\d]+[编章节条款项]|[一二三四五六七八九十]+、|[(（][一二三四五六七八九十\d]+[)）]|\d{1,2}[.．、)）]\D|[①-⑳]|[-•●■◆])`)
	digits    = regexp.MustCompile(`\d+`)
	// ended is a line after which a paragraph ends, or might as well.
	ended = regexp.MustCompile(`[。;；:：!！?？](?:[”"』」）)])?$`)
)

// pageParagraphs puts paragraphs together that the edge of the page has cut into lines.
func pageParagraphs(pages []string) []paragraph {
	lines := make([][]string, len(pages))
	for i, page := range pages {
		lines[i] = pageLines(page)
	}
	dropRunning(lines)
	var all []paragraph
	if len(lines) > 0 {
		var title string
		if title, lines[0] = takeTitle(lines[0]); title != "" {
			all = append(all, paragraph{level: 1, text: title, page: 1})
		}
	}
	open := false // the last line went to the edge: the next one may continue it
	for i, page := range lines {
		full := leastFull
		for _, line := range page {
			full = max(full, width(line))
		}
		for _, line := range page {
			level := headingLevel(line)
			if open && level == 0 && !itemStart.MatchString(line) {
				last := &all[len(all)-1]
				last.text = joinLines(last.text, line)
			} else {
				all = append(all, paragraph{level: level, text: line, page: i + 1})
			}
			last := &all[len(all)-1]
			open = last.level == 0 && len(last.text) < longestParagraph && width(line)*10 >= full*9 && !ended.MatchString(line)
		}
	}
	return all
}

var (
	letterhead = regexp.MustCompile(`文件$|[〔\[(（]\d{4}[〕\])）]\s*第?\d+号|^(?:附件|签发人|密级|特急|加急)`)
	titleEnd   = regexp.MustCompile(`(?:通知|通告|公告|公示|办法|规定|细则|方案|意见|条例|指南|须知|决定|制度|流程|手册|规则|标准|章程|公约|规程|预案|说明|清单|名单|计划|报告|总结|导则|问答|函|令)(?:[(（][^()（）]{1,12}[)）])?$`)
)

// takeTitle takes the title from the lines of the first page: the first short line, or up to four that end as titles of papers do. What stands above
// it, whose paper it is and its number, follows.
func takeTitle(lines []string) (title string, rest []string) {
	n := 0
	for n < min(len(lines), 8) && headingLevel(lines[n]) == 0 && len([]rune(lines[n])) <= 40 && !strings.ContainsAny(lines[n], "。;；,，:：") {
		n++
	}
	opening := lines[:n]
	from := slices.IndexFunc(opening, func(line string) bool { return !letterhead.MatchString(line) })
	if from < 0 {
		return "", lines
	}
	to := from + 1
	for i := from; i < min(n, from+4); i++ {
		if titleEnd.MatchString(opening[i]) {
			to = i + 1
			break
		}
	}
	return strings.Join(opening[from:to], ""), slices.Concat(lines[:from], lines[to:])
}

// pageLines are the lines of a page that say something.
func pageLines(page string) []string {
	var all []string
	for line := range strings.FieldsFuncSeq(page, func(r rune) bool { return r == '\n' || r == '\r' || r == '\f' }) {
		line = strings.Join(strings.Fields(ordinary(line)), " ")
		if line != "" && !pageNumber.MatchString(line) && !contentsLine.MatchString(line) {
			all = append(all, line)
		}
	}
	return all
}

// ordinary writes characters as they are typed: a PDF often names a glyph by the radical that looks the same, and puts marks between words that nobody sees.
func ordinary(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x2E80 && r <= 0x2EFF:
			if i := strings.IndexRune(radicals, r); i >= 0 {
				return []rune(radicals[i:])[1]
			}
		case r >= 0x2F00 && r <= 0x2FDF, r >= 0xF900 && r <= 0xFAFF:
			return []rune(norm.NFKC.String(string(r)))[0]
		case r == 0xFFFE, r == 0xFEFF, r == 0xAD, unicode.IsControl(r) && r != '\t', r >= 0xE000 && r <= 0xF8FF:
			return -1
		}
		return r
	}, line)
}

// radicals are those that have no form of their own in Unicode's normalisation, each followed by the character that is meant.
const radicals = "⺠民⺟母⻁虎⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟"

// runningLines is how many lines at the top and at the foot of a page may stand on every page.
const runningLines = 3

// dropRunning takes away what stands at the top or the foot of most pages, but for its numbers. The top of the first page stays: it is the title.
func dropRunning(pages [][]string) {
	seen := map[string]int{}
	for _, page := range pages {
		on := map[string]bool{}
		for i, line := range page {
			if i < runningLines || i >= len(page)-runningLines {
				on[numberless(line)] = true
			}
		}
		for line := range on {
			seen[line]++
		}
	}
	runs := func(line string) bool { n := seen[numberless(line)]; return n > 1 && n*2 > len(pages) }
	for i, page := range pages {
		for n := 0; n < runningLines && len(page) > 0 && runs(page[len(page)-1]); n++ {
			page = page[:len(page)-1]
		}
		for n := 0; n < runningLines && i > 0 && len(page) > 0 && runs(page[0]); n++ {
			page = page[1:]
		}
		pages[i] = page
	}
}

// numberless is a line with all numbers alike.
func numberless(line string) string { return digits.ReplaceAllString(line, "0") }

// longestParagraph is how many bytes lines are put together to; what is longer is cut into passages anyhow.
const longestParagraph = 16 << 10

// leastFull is the least width of a line that may go to the edge of the page; shorter ones are cut on purpose.
const leastFull = 40

// width is how wide a line is printed, in halves of a Chinese character.
func width(line string) int {
	n := 0
	for _, r := range line {
		n += 1 + min(1, int(r)/0x2000)
	}
	return n
}

// joinLines puts a line to what it continues, with a space between words of letters.
func joinLines(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if unicode.Is(unicode.Latin, last) && unicode.Is(unicode.Latin, first) {
		return a + " " + b
	}
	return a + b
}
