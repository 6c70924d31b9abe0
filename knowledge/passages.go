package knowledge

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Passage is a piece of a document that can be cited: some sentences under a heading.
type Passage struct {
	ID       string `json:"id"`       // of the document and the number of the passage in it
	Document string `json:"document"` // its title
	Heading  string `json:"heading,omitempty"`
	Page     int    `json:"page,omitempty"` // on which it begins, from 1; 0: the document has none
	Text     string `json:"text"`
}

// Entry returns the passage as an entry that answers by its text.
func (p *Passage) Entry() *Entry {
	return &Entry{ID: p.ID, Kind: "passage", Title: p.Cite(), Answer: p.Text, Basis: p.Cite()}
}

// Cite says where it stands: 《社区管理办法》第二章(第3页).
func (p *Passage) Cite() string {
	cite := "《" + p.Document + "》" + p.Heading
	if p.Page > 0 {
		cite += fmt.Sprintf("(第%d页)", p.Page)
	}
	return cite
}

// passageRunes is how long a passage becomes before the next begins, at the end of a paragraph.
const passageRunes = 350

// ReadDocument reads a document into passages: Markdown, DOCX or plain text (UTF-8 or GB18030), told by the name's ending. Of a PDF somebody else
// finds the text; ReadPages takes it.
func ReadDocument(name string, data []byte) ([]Passage, *Problem) {
	var parts []paragraph
	var problem *Problem
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".md", ".markdown":
		var text []byte
		if text, problem = readText(name, bytes.NewReader(data)); problem == nil {
			parts = markdownParagraphs(string(text))
		}
	case ".txt":
		var text []byte
		if text, problem = readText(name, bytes.NewReader(data)); problem == nil {
			parts = plainParagraphs(string(text))
		}
	case ".docx":
		parts, problem = docxParagraphs(name, data)
	default:
		problem = &Problem{File: name, Message: fmt.Sprintf("不认识的文件格式“%s”,请用 Markdown(.md)、Word(.docx)或纯文本(.txt);旧的 .doc 请先另存", ext)}
	}
	if problem != nil {
		return nil, problem
	}
	passages := passagesOf(name, parts)
	if len(passages) == 0 {
		return nil, &Problem{File: name, Message: "文件里没有文字"}
	}
	return passages, nil
}

// paragraph is a line of text, or a heading.
type paragraph struct {
	level int // of a heading, from 1; 0: text
	text  string
	page  int // 0: unknown
}

// passagesOf gathers paragraphs under their headings.
func passagesOf(name string, parts []paragraph) []Passage {
	base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	title := base
	if i := slices.IndexFunc(parts, func(p paragraph) bool { return p.level > 0 }); i == 0 && parts[0].level == 1 {
		title, parts = parts[0].text, parts[1:]
	}
	title = strings.Trim(title, "《》")
	parts = fillEmpty(parts)
	var all []Passage
	var path []string // the headings that the text stands under
	var text strings.Builder
	page := 0
	end := func() {
		if t := strings.TrimSpace(text.String()); t != "" {
			all = append(all, Passage{ID: fmt.Sprintf("doc:%s#%d", base, len(all)+1), Document: title, Heading: strings.Join(path, " "), Page: page, Text: t})
		}
		text.Reset()
	}
	var levels []int
	for _, p := range parts {
		if p.level > 0 {
			end()
			for len(levels) > 0 && levels[len(levels)-1] >= p.level {
				levels, path = levels[:len(levels)-1], path[:len(path)-1]
			}
			levels, path = append(levels, p.level), append(slices.Clone(path), p.text)
			continue
		}
		if p.page != page {
			end()
			page = p.page
		}
		for _, piece := range pieces(p.text) {
			if text.Len() > 0 && len([]rune(text.String()))+len([]rune(piece)) > passageRunes {
				end()
			}
			text.WriteString(piece + "\n")
		}
	}
	end()
	return all
}

// fillEmpty makes text of headings that nothing stands under: (一)申请表, (二)发票 is a list, and nothing of it may be lost.
func fillEmpty(parts []paragraph) []paragraph {
	out := slices.Clone(parts)
	for i, p := range parts {
		if p.level > 0 && (i == len(parts)-1 || parts[i+1].level > 0 && parts[i+1].level <= p.level) {
			out[i].level = 0
		}
	}
	return out
}

// pieces cuts a paragraph that is too long for one passage after its sentences.
func pieces(text string) []string {
	runes := []rune(strings.TrimSpace(text))
	var out []string
	for len(runes) > passageRunes {
		cut := passageRunes
		for i := passageRunes; i > passageRunes/2; i-- {
			if strings.ContainsRune("。;；!！?？", runes[i-1]) {
				cut = i
				break
			}
		}
		out = append(out, string(runes[:cut]))
		runes = runes[cut:]
	}
	if len(runes) > 0 {
		out = append(out, string(runes))
	}
	return out
}

var (
	atxHeading   = regexp.MustCompile(`^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$`)
	setextLine   = regexp.MustCompile(`^ {0,3}(=+|-+)\s*$`)
	fence        = regexp.MustCompile("^ {0,3}(```|~~~)")
	markdownLink = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	markdownMark = regexp.MustCompile("\\*\\*|__|`|</?[A-Za-z][^>]*>")
	tableRule    = regexp.MustCompile(`^[\s|:-]+$`)
)

// markdownParagraphs reads Markdown: what is said, without the marks. Code is text.
func markdownParagraphs(text string) []paragraph {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if _, body, ok := strings.Cut(rest, "\n---\n"); ok {
			text = body
		}
	}
	var all []paragraph
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n ")
		if fence.MatchString(line) {
			fenced = !fenced
			continue
		}
		if !fenced {
			if m := atxHeading.FindStringSubmatch(line); m != nil {
				if m[2] != "" {
					all = append(all, paragraph{level: len(m[1]), text: unmark(m[2])})
				}
				continue
			}
			if m := setextLine.FindStringSubmatch(line); m != nil && len(all) > 0 && all[len(all)-1].level == 0 && all[len(all)-1].text != "" {
				all[len(all)-1].level = 1
				if m[1][0] == '-' {
					all[len(all)-1].level = 2
				}
				continue
			}
			if strings.Contains(line, "|") && tableRule.MatchString(line) {
				continue
			}
			line = unmark(line)
		}
		all = append(all, paragraph{text: strings.TrimSpace(line)})
	}
	return slices.DeleteFunc(all, func(p paragraph) bool { return p.text == "" })
}

// unmark takes the marks away and leaves the words.
func unmark(line string) string {
	line = markdownLink.ReplaceAllString(line, "$1")
	line = markdownMark.ReplaceAllString(line, "")
	line = strings.TrimSpace(strings.TrimLeft(line, "> "))
	return strings.TrimSpace(strings.Trim(strings.ReplaceAll(line, "|", " "), " "))
}

// plainHeading are the headings of Chinese papers: 第三章 总则, 一、办理条件, (二)材料. An article (第五条) is a heading when nothing else is in its line.
var plainHeading = []*regexp.Regexp{
	regexp.MustCompile(`^第[一二三四五六七八九十百零〇\d]+[编章]\s*\S{0,30}$`),
	regexp.MustCompile(`^第[一二三四五六七八九十百零〇\d]+节\s*\S{0,30}$`),
	regexp.MustCompile(`^[一二三四五六七八九十]+、[^。;；]{1,30}$`),
	regexp.MustCompile(`^[(（][一二三四五六七八九十]+[)）][^。;；]{1,30}$`),
	regexp.MustCompile(`^第[一二三四五六七八九十百零〇\d]+条$`),
}

// headingLevel is the level of the line as a heading; 0: it is none. The title of a document has level 1.
func headingLevel(line string) int {
	for i, form := range plainHeading {
		if form.MatchString(line) {
			return i + 2
		}
	}
	return 0
}

// plainParagraphs reads plain text. A short first line without a full stop is the title.
func plainParagraphs(text string) []paragraph {
	var all []paragraph
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.ReplaceAll(line, "　", " "))
		if line == "" {
			continue
		}
		level := headingLevel(line)
		if len(all) == 0 && level == 0 && len([]rune(line)) <= 40 && !strings.ContainsAny(line, "。;；,，") {
			level = 1
		}
		all = append(all, paragraph{level: level, text: line})
	}
	return all
}

// PassageHit is a passage and how much of a question it speaks of, 0…1.
type PassageHit struct {
	Passage *Passage
	Score   float64
}

// byScore orders hits, the best first; equal ones as they stand in their documents.
func byScore(a, b PassageHit) int { return cmp.Compare(b.Score, a.Score) }
