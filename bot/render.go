package bot

import (
	"strconv"
	"strings"
)

// Plain writes the reply as text, for channels that show nothing else: choices are numbered, fields stand in lines, sources last.
func (r Reply) Plain() string {
	var b strings.Builder
	if r.Urgent {
		b.WriteString("【紧急】")
	}
	b.WriteString(strings.ReplaceAll(r.Text, "**", ""))
	part := func(text string) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(text)
	}
	for _, f := range r.Fields {
		part(f.Name + ":" + f.Value)
	}
	if len(r.Files) > 0 {
		part(FileLine(r.Files))
	}
	if r.Link != nil {
		part(strings.TrimPrefix(r.Link.Label+":"+r.Link.URL, ":"))
	}
	for i, c := range r.Choices {
		part(strconv.Itoa(i+1) + ". " + c.Label)
	}
	if r.AskLocation {
		part("可以发送位置,也可以写地址。")
	}
	if len(r.Sources) > 0 {
		part(SourceLine(r.Sources))
	}
	return b.String()
}

// FileLine says what files belong to a reply, for channels that can't show them: 附:照片2、录音1.
func FileLine(files []Attachment) string {
	counts := map[string]int{}
	for _, f := range files {
		counts[f.Kind]++
	}
	var parts []string
	for _, kind := range []struct{ kind, name string }{{"image", "照片"}, {"audio", "录音"}, {"video", "视频"}, {"file", "文件"}} {
		if n := counts[kind.kind]; n > 0 {
			parts = append(parts, kind.name+strconv.Itoa(n))
		}
	}
	return "附:" + strings.Join(parts, "、") + "(在网页或工作台查看)"
}

// SourceLine is the quiet last line of a reply: 依据, 核对日期, 示例.
func SourceLine(sources []Source) string {
	var b strings.Builder
	b.WriteString("依据:")
	for i, s := range sources {
		if i > 0 {
			b.WriteString(";")
		}
		b.WriteString(s.Title)
		if s.URL != "" {
			b.WriteString(" " + s.URL)
		}
		if s.CheckedOn != "" {
			b.WriteString(" 核对 " + s.CheckedOn)
		}
		if s.Sample {
			b.WriteString(" (示例)")
		}
	}
	return b.String()
}
