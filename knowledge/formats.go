package knowledge

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/xuri/excelize/v2"
)

// Row is a line of a table and where it stands in its file.
type Row struct {
	Line  int
	Cells []string
}

// ReadTable reads a file as a table whose first row are the names of its columns. Its name says the format: CSV (UTF-8 or GB18030), XLSX (the first
// sheet), YAML (a list of items) or Markdown (one item).
func ReadTable(name string, r io.Reader) ([]Row, *Problem) {
	text, problem := readText(name, r)
	if problem != nil {
		return nil, problem
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, &Problem{File: name, Line: 1, Message: "文件是空的"}
	}
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv":
		return readCSV(name, text)
	case ".xlsx":
		return readXLSX(name, text)
	case ".yaml", ".yml":
		return readYAML(name, text)
	case ".md":
		return readMarkdown(name, text)
	default:
		return nil, &Problem{File: name, Message: fmt.Sprintf("不认识的格式“%s”,请用 CSV、XLSX、YAML 或 Markdown", ext)}
	}
}

func readCSV(name string, text []byte) ([]Row, *Problem) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord = -1
	var rows []Row
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, &Problem{File: name, Line: bad.Line, Message: "引号不成对:内容里的引号要写成两个,整格再用引号括起来"}
		}
		if err != nil {
			return nil, &Problem{File: name, Message: "读不出来:" + err.Error()}
		}
		line, _ := reader.FieldPos(0)
		rows = append(rows, Row{line, cells})
	}
}

// unpacked is how large a spreadsheet may become when it is unpacked.
const unpacked = 256 << 20

func readXLSX(name string, text []byte) ([]Row, *Problem) {
	book, err := excelize.OpenReader(bytes.NewReader(text), excelize.Options{UnzipSizeLimit: unpacked, UnzipXMLSizeLimit: unpacked})
	if err != nil {
		return nil, &Problem{File: name, Message: "不是能读的 XLSX(太大、加密或损坏),请另存一份再试"}
	}
	defer book.Close()
	table, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(table) == 0 {
		return nil, &Problem{File: name, Line: 1, Message: "第一张工作表是空的"}
	}
	rows := make([]Row, len(table))
	for i, cells := range table {
		rows[i] = Row{i + 1, cells}
	}
	return rows, nil
}

func readYAML(name string, text []byte) ([]Row, *Problem) {
	var items []map[string]any
	if err := decodeYAML(text, &items); err != nil {
		return nil, &Problem{File: name, Line: 1, Message: "YAML 有误,应是一列条目:\n" + yaml.FormatError(err, false, true)}
	}
	return tabulate(items), nil
}

// decodeYAML is yaml.Unmarshal for files that may be anything: on some that are malformed the library (v1.19.2) panics.
func decodeYAML(text []byte, into any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("malformed: %v", r)
		}
	}()
	return yaml.Unmarshal(text, into)
}

// readMarkdown reads one entry: the front matter's keys, and the text below it as the answer.
func readMarkdown(name string, text []byte) ([]Row, *Problem) {
	front, body, ok := strings.Cut(strings.TrimPrefix(strings.ReplaceAll(string(text), "\r\n", "\n"), "---\n"), "\n---\n")
	if !ok || !bytes.HasPrefix(text, []byte("---")) {
		return nil, &Problem{File: name, Line: 1, Message: "Markdown 要以 --- 包起来的头信息开始,里面至少有 title"}
	}
	item := map[string]any{}
	if err := decodeYAML([]byte(front), &item); err != nil {
		return nil, &Problem{File: name, Line: 2, Message: "头信息有误:\n" + yaml.FormatError(err, false, true)}
	}
	if item == nil { // the front matter was empty
		item = map[string]any{}
	}
	if body = strings.TrimSpace(body); body != "" && item["answer"] == nil {
		item["answer"] = body
	}
	return tabulate([]map[string]any{item}), nil
}

// tabulate makes a table of items that each name their own keys. Lists become cells with |.
func tabulate(items []map[string]any) []Row {
	var head []string
	for _, item := range items {
		for key := range item {
			if !slices.Contains(head, key) {
				head = append(head, key)
			}
		}
	}
	slices.Sort(head)
	rows := []Row{{1, head}}
	for n, item := range items {
		cells := make([]string, len(head))
		for i, key := range head {
			switch v := item[key].(type) {
			case nil:
			case []any:
				parts := make([]string, len(v))
				for j, p := range v {
					parts[j] = fmt.Sprint(p)
				}
				cells[i] = strings.Join(parts, "|")
			default:
				cells[i] = fmt.Sprint(v)
			}
		}
		rows = append(rows, Row{n + 1, cells})
	}
	return rows
}
