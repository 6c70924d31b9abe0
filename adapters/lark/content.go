package lark

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"linli/bot"
)

// content is what a message holds, whatever its type. All empty: a type that can't be read here, which the engine answers with what it can.
type content struct {
	text     string
	files    []file
	location *bot.Location
}

// file is something that can be fetched from the message.
type file struct {
	kind, key, name string
}

// readContent reads a message's content by its type. What is not as it should be is left out: the platform's forms change, and some
// are no JSON at all.
func readContent(kind, body string) content {
	var c content
	var b struct {
		Text      string  `json:"text"`
		ImageKey  string  `json:"image_key"`
		FileKey   string  `json:"file_key"`
		FileName  string  `json:"file_name"`
		Name      string  `json:"name"`
		Longitude degrees `json:"longitude"`
		Latitude  degrees `json:"latitude"`
	}
	if kind == "post" {
		return readPost(body)
	}
	if json.Unmarshal([]byte(body), &b) != nil {
		return c
	}
	add := func(kind, key string) {
		if validKey(key) {
			c.files = append(c.files, file{kind: kind, key: key, name: b.FileName})
		}
	}
	switch kind {
	case "text":
		c.text = b.Text
	case "image":
		add("image", b.ImageKey)
	case "file":
		add("file", b.FileKey)
	case "audio":
		add("audio", b.FileKey)
	case "media":
		add("video", b.FileKey)
	case "location":
		if l := (bot.Location{Lat: float64(b.Latitude), Lon: float64(b.Longitude), Label: b.Name}); plausible(l) {
			c.location = &l
		} else {
			c.text = b.Name
		}
	}
	return c
}

// degrees is a coordinate; the platform writes it as text.
type degrees float64

// UnmarshalJSON implements json.Unmarshaler. What is no number is nowhere.
func (d *degrees) UnmarshalJSON(data []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(data), `" `), 64)
	if err != nil {
		f = math.NaN()
	}
	*d = degrees(f)
	return nil
}

// plausible reports whether the place is on the earth, and said at all.
func plausible(l bot.Location) bool {
	return math.Abs(l.Lat) <= 90 && math.Abs(l.Lon) <= 180 && (l.Lat != 0 || l.Lon != 0)
}

// validKey reports whether the platform's key may stand in an address.
func validKey(key string) bool {
	return key != "" && len(key) <= 200 && !strings.ContainsFunc(key, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
	}) && strings.Trim(key, ".") != ""
}

// post is formatted text: paragraphs of elements.
type post struct {
	Title   string       `json:"title"`
	Content [][]postPart `json:"content"`
}

type postPart struct {
	Tag      string `json:"tag"`
	Text     string `json:"text"`
	Href     string `json:"href"`
	UserID   string `json:"user_id"` // a mention's key
	UserName string `json:"user_name"`
	ImageKey string `json:"image_key"`
	FileKey  string `json:"file_key"`
}

// readPost reads formatted text, with or without a language around it.
func readPost(body string) content {
	var p post
	if json.Unmarshal([]byte(body), &p) != nil || p.Title == "" && p.Content == nil {
		var byLanguage map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &byLanguage) != nil {
			return content{}
		}
		languages := []string{"zh_cn", "zh_hk", "zh_tw", "en_us"}
		for other := range byLanguage {
			if !slices.Contains(languages, other) {
				languages = append(languages, other)
			}
		}
		slices.Sort(languages[4:])
		for _, l := range languages {
			if json.Unmarshal(byLanguage[l], &p) == nil && p.Content != nil {
				break
			}
		}
	}
	var c content
	var lines []string
	if p.Title != "" {
		lines = append(lines, p.Title)
	}
	for _, paragraph := range p.Content {
		var line strings.Builder
		for _, part := range paragraph {
			line.WriteString(part.say(&c))
		}
		lines = append(lines, line.String())
	}
	c.text = strings.TrimSpace(strings.Join(lines, "\n"))
	return c
}

// say returns the part as text, and adds its files to the content.
func (p postPart) say(c *content) string {
	switch p.Tag {
	case "text", "md", "code_block", "code":
		return p.Text
	case "a":
		if p.Href != "" && p.Href != p.Text {
			return strings.TrimSpace(p.Text + " " + p.Href)
		}
		return p.Text
	case "at":
		switch {
		case p.UserID == "all" || p.UserID == "@_all":
			return everyone
		case strings.HasPrefix(p.UserID, "@_"):
			return p.UserID // named with the other mentions
		case p.UserName != "":
			return "@" + p.UserName
		}
	case "img":
		if validKey(p.ImageKey) {
			c.files = append(c.files, file{kind: "image", key: p.ImageKey})
		}
	case "media":
		if validKey(p.FileKey) {
			c.files = append(c.files, file{kind: "video", key: p.FileKey})
		}
	}
	return ""
}

// everyone is a mention of all.
const everyone = "@所有人"

// mention is somebody who was mentioned: the text has the key.
type mention struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	ID   struct {
		OpenID string `json:"open_id"`
	} `json:"id"`
}

// fillIn puts names in place of the mentions' keys, and takes away the mention of ourselves.
func fillIn(text string, mentions []mention, self string) (filled string, addressed bool) {
	// The longest keys first: @_user_1 is the beginning of @_user_10.
	mentions = slices.Clone(mentions)
	slices.SortFunc(mentions, func(a, b mention) int { return len(b.Key) - len(a.Key) })
	pairs := []string{}
	for _, m := range mentions {
		if !strings.HasPrefix(m.Key, "@_") {
			continue
		}
		if self != "" && m.ID.OpenID == self {
			addressed = true
			pairs = append(pairs, m.Key+" ", "", m.Key, "")
			continue
		}
		name := everyone
		if m.Key != "@_all" {
			name = "@" + strings.TrimPrefix(m.Name, "@")
		}
		pairs = append(pairs, m.Key, name)
	}
	pairs = append(pairs, "@_all", everyone)
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(text)), addressed
}
