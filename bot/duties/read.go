package duties

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
	"linli/knowledge"
)

//go:embed data/list.csv
var sampleList []byte

// Sample is a small list whose every item is invented, to try with.
func Sample(org *bot.Org) ([]Item, []knowledge.Problem) {
	return Load("示例清单.csv", sampleList, org)
}

// columns are the names that a column may have, by what it holds.
var columns = map[string][]string{
	"list": {"清单", "清单名称", "list"}, "kind": {"类型", "类别", "kind"},
	"head": {"大项序号", "大项号", "head"}, "topic": {"大项", "大项名称", "项目类型", "topic"},
	"n": {"小项序号", "小项号", "序号", "number"}, "title": {"任务", "小项", "小项名称", "任务内容", "工作任务", "具体任务", "项目名称", "title"},
	"unit": {"责任单位", "牵头单位", "unit"}, "with": {"配合单位", "协作单位", "with"}, "leader": {"牵头领导", "责任领导", "领导", "leader"},
	"due": {"完成时限", "完成时间", "时限", "截止日期", "due"}, "percent": {"进度", "完成进度", "percent"},
	"note": {"备注", "note"}, "source": {"来源", "source"}, "sample": {"示例", "sample"},
}

var needed = []string{"n", "title", "unit", "due"}

// LoadFiles reads lists from files and folders. The items are whole only if no problem is an error.
func LoadFiles(org *bot.Org, paths ...string) ([]Item, []knowledge.Problem) {
	var items []Item
	var problems []knowledge.Problem
	for _, path := range paths {
		files := []string{path}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			files = nil
			for _, ext := range []string{"*.csv", "*.xlsx"} {
				more, _ := filepath.Glob(filepath.Join(path, ext)) // the pattern is well formed
				files = append(files, more...)
			}
			if len(files) == 0 {
				problems = append(problems, knowledge.Problem{File: path, Message: "文件夹里没有 CSV 或 XLSX 文件"})
			}
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				problems = append(problems, knowledge.Problem{File: file, Message: "打不开,请检查文件名和权限"})
				continue
			}
			more, found := Load(file, text, org)
			items, problems = append(items, more...), append(problems, found...)
		}
	}
	seen := map[string]bool{}
	for _, it := range items {
		if seen[it.ID] && len(paths) > 1 {
			problems = append(problems, knowledge.Problem{File: paths[0], Message: "几个文件里都有 " + it.ID + ",请用“清单”一列区分"})
		}
		seen[it.ID] = true
	}
	return items, problems
}

// Load reads one list. Each problem names the line, the column and what to write instead.
func Load(name string, text []byte, org *bot.Org) ([]Item, []knowledge.Problem) {
	rows, problem := knowledge.ReadTable(name, bytes.NewReader(text))
	if problem != nil {
		return nil, []knowledge.Problem{*problem}
	}
	r := &reader{file: name, org: org, seen: map[string]int{}}
	rows = rows[headAt(rows):]
	r.readHead(rows[0])
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	for _, row := range rows[1:] {
		if slices.ContainsFunc(row.Cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			r.read(row)
		}
	}
	if len(r.items) == 0 && len(r.problems) == 0 {
		r.wrong(2, "", "表头下面没有任务")
	}
	return r.items, r.problems
}

// headAt is where the names of the columns stand: a list may bear a title above them.
func headAt(rows []knowledge.Row) int {
	for i, row := range rows[:min(len(rows), 5)] {
		known := 0
		for _, column := range needed {
			if slices.ContainsFunc(row.Cells, func(c string) bool { return slices.Contains(columns[column], plain(c)) }) {
				known++
			}
		}
		if known >= 2 {
			return i
		}
	}
	return 0
}

// plain is a column's name without what surrounds it.
func plain(cell string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(cell, "\uFEFF")))
}

// reader reads the rows of one file.
type reader struct {
	file     string
	org      *bot.Org
	columns  map[string]int
	names    map[string]string // of the columns, as the file writes them
	above    map[string]string // the last head: merged cells leave the rows below the first empty
	seen     map[string]int
	items    []Item
	problems []knowledge.Problem
}

func (r *reader) wrong(line int, column, message string) {
	if column != "" {
		message = "“" + cmp.Or(r.names[column], columns[column][0]) + "”" + message
	}
	r.problems = append(r.problems, knowledge.Problem{File: r.file, Line: line, Column: column, Message: message})
}

func (r *reader) readHead(row knowledge.Row) {
	r.columns, r.names, r.above = map[string]int{}, map[string]string{}, map[string]string{}
	for i, cell := range row.Cells {
		name := plain(cell)
		for column, names := range columns {
			if _, twice := r.columns[column]; slices.Contains(names, name) && !twice {
				r.columns[column], r.names[column] = i, name
			}
		}
	}
	for _, column := range needed {
		if _, ok := r.columns[column]; !ok {
			r.wrong(row.Line, "", fmt.Sprintf("缺少“%s”这一列(也可以写 %s)", columns[column][0], strings.Join(columns[column][1:], "、")))
		}
	}
}

func (r *reader) cell(row knowledge.Row, column string) string {
	i, ok := r.columns[column]
	if !ok || i >= len(row.Cells) {
		return ""
	}
	text := strings.TrimSpace(row.Cells[i])
	if len(text) > 1 && text[0] == '\'' && strings.ContainsRune("=+-@", rune(text[1])) {
		text = text[1:] // as our own export escapes it
	}
	return text
}

// merged returns the cell, or what stood above it if it belongs to a merged one.
func (r *reader) merged(row knowledge.Row, column string) string {
	if text := r.cell(row, column); text != "" {
		r.above[column] = text
	}
	return r.above[column]
}

func (r *reader) read(row knowledge.Row) {
	before := len(r.problems)
	it := Item{
		List: r.cell(row, "list"), Title: r.cell(row, "title"), With: r.cell(row, "with"), Leader: r.cell(row, "leader"),
		Note: r.cell(row, "note"), Source: r.cell(row, "source"), State: Open,
	}
	if len([]rune(it.List)) > 10 || strings.Contains(it.List, "/") {
		r.wrong(row.Line, "list", "请用不超过10个字、不带“/”的名称")
	}
	sample := r.cell(row, "sample")
	it.Sample = sample != "" && sample != "否" && sample != "no" && sample != "0"
	switch kind := r.cell(row, "kind"); kind {
	case "", "责任清单", "责任事项":
	case "重点项目", "项目":
		it.Project = true
	default:
		r.wrong(row.Line, "kind", fmt.Sprintf("不认识“%s”,请写 责任清单 或 重点项目", kind))
	}
	if !it.Project {
		if text := r.cell(row, "head"); text != "" && text != r.above["head"] {
			r.above["topic"] = ""
		}
		it.Head = r.count(row.Line, "head", r.merged(row, "head"))
		it.Topic = r.merged(row, "topic")
	} else {
		it.Topic = r.cell(row, "topic")
	}
	it.N = r.count(row.Line, "n", r.cell(row, "n"))
	if it.Title == "" {
		r.wrong(row.Line, "title", "是空的,请写任务内容")
	}
	it.Unit = r.unit(row.Line, r.cell(row, "unit"))
	it.Due = r.due(row.Line, r.cell(row, "due"))
	it.Percent = r.percent(row.Line, r.cell(row, "percent"))
	if it.Percent == 100 {
		it.State = Done
	}
	it.ID = it.bare()
	if it.List != "" {
		it.ID = it.List + "/" + it.ID
	}
	if first, twice := r.seen[it.ID]; twice && len(r.problems) == before {
		r.wrong(row.Line, "n", fmt.Sprintf("和第%d行重复(%s)", first, it.ID))
	}
	if len(r.problems) == before {
		r.seen[it.ID] = row.Line
		r.items = append(r.items, it)
	}
}

var countWords = regexp.MustCompile(`^第?\(?([0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:\)|项|大项|小项|[.、．])?$`)

func (r *reader) count(line int, column, text string) int {
	if m := countWords.FindStringSubmatch(text); m != nil && number(m[1]) > 0 {
		return number(m[1])
	}
	r.wrong(line, column, fmt.Sprintf("应是从1开始的序号,现在是“%s”", text))
	return 0
}

func (r *reader) unit(line int, name string) string {
	if name == "" {
		r.wrong(line, "unit", "是空的,每项要有一个责任单位;其他单位写在“配合单位”里")
		return ""
	}
	u, err := r.org.Lookup(name)
	for _, suffix := range []string{"办事处", "居委会", "党工委", "党委"} {
		if short, cut := strings.CutSuffix(name, suffix); cut && err != nil {
			u, err = r.org.Lookup(short)
		}
	}
	if err != nil {
		r.wrong(line, "unit", ":"+bot.MessageOf(err)+";请照组织架构里的名称写,一格只写一个单位")
		return ""
	}
	return u.ID
}

func (r *reader) percent(line int, text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSuffix(text, "%"), "%"), 64)
	if err == nil && n > 0 && n <= 1 && !strings.ContainsAny(text, "%%") && strings.Contains(text, ".") {
		n *= 100 // a spreadsheet's own percent: 0.8
	}
	if err != nil || n < 0 || n > 100 || n != float64(int(n)) {
		r.wrong(line, "percent", fmt.Sprintf("应是0到100的百分数,现在是“%s”", text))
		return 0
	}
	return int(n)
}

var (
	endless   = regexp.MustCompile(`^(?:长期|长期坚持|持续|持续推进|常态化|常年)$`)
	dayWords  = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:前)?(?:\s+0{1,2}:00(?::00)?)?$`)
	monthEnd  = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})月?(?:底|末|底前)?$`)
	yearEnd   = regexp.MustCompile(`^(\d{4})年?(?:底|末|底前|年底|年底前)?$`)
	shortDay  = regexp.MustCompile(`^(\d{2})-(\d{2})-(\d{2})$`) // how a spreadsheet's date without a format is written: 12-31-26
	serialDay = regexp.MustCompile(`^4\d{4}$|^5\d{4}$`)         // … or as a number of days
)

// due reads a deadline; a month or a year means its last day.
func (r *reader) due(line int, text string) time.Time {
	at, ok := readDue(text)
	if !ok {
		r.wrong(line, "due", fmt.Sprintf("看不懂“%s”,请写 2026-12-31、2026年12月底 或 长期", text))
	}
	return at
}

func readDue(text string) (time.Time, bool) {
	if endless.MatchString(text) {
		return time.Time{}, true
	}
	if m := dayWords.FindStringSubmatch(text); m != nil {
		return dayOf(m[1], m[2], m[3])
	}
	if m := shortDay.FindStringSubmatch(text); m != nil {
		return dayOf("20"+m[3], m[1], m[2])
	}
	if serialDay.MatchString(text) {
		n, err := strconv.Atoi(text)
		return time.Date(1899, 12, 30+n, 0, 0, 0, 0, shanghai), err == nil
	}
	month := ""
	m := monthEnd.FindStringSubmatch(text)
	if m != nil {
		month = m[2]
	} else if m = yearEnd.FindStringSubmatch(text); m != nil {
		month = "12"
	} else {
		return time.Time{}, false
	}
	first, ok := dayOf(m[1], month, "1")
	return first.AddDate(0, 1, -1), ok
}

// shanghai is where deadlines are days; China has one zone and no summer time.
var shanghai = time.FixedZone("CST", 8*3600)

// dayOf makes a day, if there is such a day.
func dayOf(year, month, day string) (time.Time, bool) {
	at, err := time.ParseInLocation("2006-1-2", strings.Join([]string{year, trimZero(month), trimZero(day)}, "-"), shanghai)
	return at, err == nil
}

func trimZero(n string) string { return strings.TrimLeft(n, "0") }
