package intents

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Category is a kind of incident, as the city's table has it.
type Category struct {
	Code         string
	Kind         string // 部件, 事件, 网格
	Group        string
	Name         string
	Handler      string
	Examples     []string
	LimitHours   float64
	LimitDemo    bool // the limit is an example value and is shown as one
	Severity     int  // 1 (emergency) to 4
	Urgent       string
	Confidential bool
	Source       string
}

//go:embed data/incidents.csv
var incidentTable []byte

// urgent are the codes for which somebody must be called at once, and whom.
var urgent = map[string]string{
	"04-03": "119", "04-01": "110", "G1-05": "110", "G2-04": "119", "G2-05": "119", "G2-09": "119", "G2-10": "110", "G2-11": "110",
	"G3-01": "120", "G3-02": "110", "G3-03": "110", "G3-04": "110", "G3-05": "110",
}

// confidential are the codes that only who handles them may see.
var confidential = []string{"G1-05", "G3-03", "G3-04", "G3-05", "G3-06"}

var categories = sync.OnceValue(func() []Category {
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(incidentTable, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		panic(err) // it is part of the program
	}
	var all []Category
	for _, r := range rows[1:] {
		c := Category{Code: r[0], Name: r[2], Handler: r[4], Source: r[7], LimitDemo: r[9] != "cited", Urgent: urgent[r[0]], Confidential: slices.Contains(confidential, r[0])}
		c.Kind, c.Group, _ = strings.Cut(r[1], "/")
		c.Examples = strings.FieldsFunc(r[3], func(x rune) bool { return x == '、' })
		c.LimitHours, _ = strconv.ParseFloat(r[5], 64)
		c.Severity, _ = strconv.Atoi(r[6])
		all = append(all, c)
	}
	return all
})

// Categories returns the table.
func Categories() []Category { return categories() }

// CategoryByCode returns the category of the code.
func CategoryByCode(code string) (Category, bool) {
	i := slices.IndexFunc(categories(), func(c Category) bool { return c.Code == code })
	if i < 0 {
		return Category{}, false
	}
	return categories()[i], true
}
