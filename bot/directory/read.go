package directory

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"linli/intents/place"
	"linli/knowledge"
)

// levels are how a level of units may be called.
var levels = map[string]string{
	"市": "city", "区": "district", "县": "district", "区县": "district", "县区": "district", "部门": "department", "单位": "department", "街道": "street", "乡镇": "street", "镇": "street", "乡": "street",
	"社区管理机构": "management", "社区": "community", "村": "community", "网格": "grid",
	"city": "city", "district": "district", "department": "department", "street": "street", "management": "management", "community": "community", "grid": "grid",
}

// duties are how what a department stands for may be called.
var duties = map[string]string{
	"城管执法": "law", "环卫": "sanitation", "市政道路": "road", "市政排水": "drainage", "照明": "lighting", "园林": "garden", "供水": "water", "供电": "power", "燃气": "gas", "通信": "telecom", "公交": "bus",
	"公安": "police", "交警": "traffic", "消防": "fire", "市场监管": "market", "住建": "housing", "生态环境": "environment", "应急": "emergency", "民政": "civil", "人社": "labour", "卫健": "health",
	"教育": "education", "司法": "justice", "水利": "river", "交通运输": "transport", "文旅": "culture", "金融": "finance", "人防": "airdefence",
}

// columns are how a column may be called.
var columns = map[string]string{
	"编号": "id", "代码": "id", "名称": "name", "单位名称": "name", "简称": "short", "层级": "level", "上级": "parent", "上级编号": "parent", "别名": "aliases", "电话": "phone", "职责": "duties", "负责": "duties",
	"地点": "places", "范围": "places", "小区道路": "places",
}

// Columns are the names of the columns, as a clerk's table has them.
var Columns = []string{"编号", "名称", "简称", "层级", "上级", "别名", "电话", "职责", "地点"}

// ReadFiles reads tables of units (CSV, XLSX, YAML): a row for each, parents by number or by name, in any order.
func ReadFiles(paths ...string) ([]Unit, []knowledge.Problem) {
	var units []Unit
	var problems []knowledge.Problem
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			problems = append(problems, knowledge.Problem{File: path, Message: "打不开:" + err.Error()})
			continue
		}
		read, found := Read(path, f)
		f.Close()
		units, problems = append(units, read...), append(problems, found...)
	}
	if len(problems) == 0 {
		problems = finish(strings.Join(paths, " "), units)
	}
	return units, problems
}

// Read reads one table. What units say of each other is not checked: see ReadFiles.
func Read(name string, r io.Reader) ([]Unit, []knowledge.Problem) {
	rows, problem := knowledge.ReadTable(name, r)
	if problem != nil {
		return nil, []knowledge.Problem{*problem}
	}
	var problems []knowledge.Problem
	head := make([]string, len(rows[0].Cells))
	for i, cell := range rows[0].Cells {
		cell = strings.ToLower(strings.TrimSpace(cell))
		if head[i] = cell; columns[cell] != "" {
			head[i] = columns[cell]
		}
		if !slices.Contains([]string{"id", "name", "short", "level", "parent", "aliases", "phone", "duties", "places", ""}, head[i]) {
			problems = append(problems, knowledge.Problem{File: name, Line: rows[0].Line, Column: cell, Message: fmt.Sprintf("不认识的列“%s”,可用:%s", cell, strings.Join(Columns, "、"))})
		}
	}
	for _, needed := range []string{"name", "level"} {
		if !slices.Contains(head, needed) {
			problems = append(problems, knowledge.Problem{File: name, Line: rows[0].Line, Message: "缺少“名称”或“层级”这一列"})
			break
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var units []Unit
	for _, row := range rows[1:] {
		u, found := readUnit(head, row.Cells)
		for _, text := range found {
			problems = append(problems, knowledge.Problem{File: name, Line: row.Line, Message: text})
		}
		if u.Name != "" {
			units = append(units, u)
		}
	}
	return units, problems
}

// readUnit reads a row; an empty one is nothing.
func readUnit(head, cells []string) (u Unit, problems []string) {
	empty := true
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" || i >= len(head) {
			continue
		}
		empty = false
		switch head[i] {
		case "id":
			u.ID = cell
		case "name":
			u.Name = cell
		case "short":
			u.Short = cell
		case "level":
			level, ok := levels[cell]
			if !ok {
				problems = append(problems, fmt.Sprintf("不认识的层级“%s”,可写:市、区县、部门、街道、社区管理机构、社区、网格", cell))
			}
			u.Level = level
		case "parent":
			u.Parent = cell
		case "aliases":
			u.Aliases = split(cell)
		case "phone":
			u.Phone = cell
		case "duties":
			for _, word := range split(cell) {
				duty, ok := duties[word]
				if !ok && !known(word) {
					problems = append(problems, fmt.Sprintf("不认识的职责“%s”,可写:%s", word, strings.Join(dutyNames(), "、")))
				} else if !ok {
					duty = word
				}
				u.Duties = append(u.Duties, duty)
			}
		case "places":
			u.Places = places(cell)
		}
	}
	switch {
	case empty:
		return Unit{}, nil
	case u.Name == "":
		problems = append(problems, "没有名称")
	case u.Level == "" && len(problems) == 0:
		problems = append(problems, "没有层级")
	}
	if u.ID == "" {
		u.ID = u.Name
	}
	return u, problems
}

// finish puts numbers in the place of names of parents, and checks the tree.
func finish(file string, units []Unit) []knowledge.Problem {
	byID, byName := map[string]bool{}, map[string][]string{}
	for _, u := range units {
		byID[u.ID] = true
		byName[u.Name] = append(byName[u.Name], u.ID)
	}
	var problems []knowledge.Problem
	for i := range units {
		u := &units[i]
		if u.Parent == "" || byID[u.Parent] {
			continue
		}
		switch same := byName[u.Parent]; len(same) {
		case 1:
			u.Parent = same[0]
		case 0:
			problems = append(problems, knowledge.Problem{File: file, Message: fmt.Sprintf("%s的上级“%s”不在表里", u.Name, u.Parent)})
		default:
			problems = append(problems, knowledge.Problem{File: file, Message: fmt.Sprintf("%s的上级“%s”有%d个同名的,请写编号", u.Name, u.Parent, len(same))})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	Complete(units)
	if len(units) == 0 {
		return []knowledge.Problem{{File: file, Message: "表里没有单位"}}
	}
	if _, err := Org(units); err != nil {
		return []knowledge.Problem{{File: file, Message: err.Error()}}
	}
	return nil
}

// places reads "恒大名都;珠山大道 1-99;第一小学": a name, and after a space which of its buildings or numbers lie in the unit. A list of buildings
// without a name is of those that the community knows by their number alone.
func places(cell string) []place.Place {
	var all []place.Place
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";；|\n", r) }) {
		name, numbers, _ := strings.Cut(strings.TrimSpace(part), " ")
		if strings.Trim(name, "0123456789-,,") == "" {
			name, numbers = "", name
		}
		if name != "" || numbers != "" {
			all = append(all, place.Place{Name: name, Range: strings.ReplaceAll(strings.TrimSpace(numbers), ",", ",")})
		}
	}
	return all
}

func split(cell string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("|、;；,, ", r) }), func(s string) bool { return s == "" })
}

func known(duty string) bool {
	return slices.ContainsFunc(dispatch(), func(r Rule) bool { return r.Owner == duty })
}

func dutyNames() []string {
	var names []string
	for name := range duties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
