package larktest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// messages answers /im/v1/messages and what is below.
func (s *Server) messages(w http.ResponseWriter, r *http.Request, rest []string) {
	switch {
	case len(rest) == 0 && r.Method == http.MethodPost:
		s.create(w, r)
	case len(rest) == 2 && rest[1] == "reply" && r.Method == http.MethodPost:
		s.reply(w, r, rest[0])
	case len(rest) == 1 && (r.Method == http.MethodPatch || r.Method == http.MethodPut):
		s.update(w, r, rest[0])
	case len(rest) == 1 && r.Method == http.MethodGet:
		s.read(w, rest[0])
	case len(rest) >= 2 && rest[1] == "reactions":
		s.react(w, r, rest)
	case len(rest) == 3 && rest[1] == "resources":
		s.resource(w, r, rest[0]+"/"+rest[2])
	default:
		http.NotFound(w, r)
	}
}

// body is what a message is sent with.
type body struct {
	ReceiveID string `json:"receive_id"`
	Type      string `json:"msg_type"`
	Content   string `json:"content"`
	UUID      string `json:"uuid"`
	InThread  bool   `json:"reply_in_thread"`
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	in, good := readBody(w, r)
	if !good {
		return
	}
	prefix := map[string]string{"chat_id": "oc_", "open_id": "ou_", "union_id": "on_"}[r.URL.Query().Get("receive_id_type")]
	if prefix == "" || !strings.HasPrefix(in.ReceiveID, prefix) {
		refuse(w, 230034, "The receive_id is invalid")
		return
	}
	s.keep(w, in, in.ReceiveID, "")
}

func (s *Server) reply(w http.ResponseWriter, r *http.Request, root string) {
	in, good := readBody(w, r)
	if !good {
		return
	}
	s.mu.Lock()
	m, code := s.byID[root], s.gone[root]
	s.mu.Unlock()
	switch {
	case code != 0:
		refuse(w, code, "the message can't be replied to")
	case m == nil:
		refuse(w, 230110, "Action unavailable as the message has been deleted")
	default:
		s.keep(w, in, m.Chat, root)
	}
}

// readBody checks a message as the platform does.
func readBody(w http.ResponseWriter, r *http.Request) (body, bool) {
	var in body
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &in) != nil {
		refuse(w, 230001, "Your request contains an invalid request parameter")
		return in, false
	}
	if code, msg := check(in.Type, in.Content, len(raw)); code != 0 {
		refuse(w, code, msg)
		return in, false
	}
	if len(in.UUID) > 50 {
		refuse(w, 230001, "the uuid is longer than 50 characters")
		return in, false
	}
	return in, true
}

// check returns the code of what is wrong with a message's content, 0 if nothing is.
func check(kind, content string, size int) (int, string) {
	switch kind {
	case "text":
		var in struct {
			Text *string `json:"text"`
		}
		if json.Unmarshal([]byte(content), &in) != nil || in.Text == nil || *in.Text == "" {
			return 230001, "content of a text has no text"
		}
		if size > 150<<10 {
			return 230025, "The length of the message content reaches its limit"
		}
	case "interactive":
		if size > 30<<10 {
			return 230025, "The length of the message content reaches its limit"
		}
		if why := CheckCard(content); why != "" {
			return 230099, "Failed to create card content, ext=ErrCode: 200621; ErrMsg: " + why
		}
	case "image", "post", "file", "audio", "media", "share_chat", "share_user":
		if !json.Valid([]byte(content)) {
			return 230001, "content is not JSON"
		}
	default:
		return 230055, "The type of the message is not supported"
	}
	return 0, ""
}

// keep stores a message, or finds it again by its uuid.
func (s *Server) keep(w http.ResponseWriter, in body, chat, root string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.gone[chat]; code != 0 {
		refuse(w, code, "the chat can't be sent to")
		return
	}
	if m := s.byUUID[in.UUID]; m != nil && in.UUID != "" {
		s.repeats++
		ok(w, map[string]any{"message_id": m.ID, "chat_id": m.Chat, "msg_type": m.Type})
		return
	}
	if s.perChat > 0 {
		now := time.Now()
		s.limit[chat] = slices.DeleteFunc(s.limit[chat], func(t time.Time) bool { return now.Sub(t) >= time.Second })
		if len(s.limit[chat]) >= s.perChat {
			refuse(w, 230020, "This operation triggers the frequency limit")
			return
		}
		s.limit[chat] = append(s.limit[chat], now)
	}
	m := &Message{ID: "om_" + random(12), Chat: chat, Root: root, Thread: in.InThread, Type: in.Type, Content: in.Content, UUID: in.UUID}
	s.sent, s.byID[m.ID] = append(s.sent, m), m
	if in.UUID != "" {
		s.byUUID[in.UUID] = m
	}
	ok(w, map[string]any{"message_id": m.ID, "root_id": root, "chat_id": chat, "msg_type": m.Type, "create_time": fmt.Sprint(time.Now().UnixMilli())})
}

func (s *Server) update(w http.ResponseWriter, r *http.Request, id string) {
	var in body
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &in) != nil {
		refuse(w, 230001, "Your request contains an invalid request parameter")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[id]
	switch {
	case m == nil || m.ByUser:
		refuse(w, 230110, "Action unavailable as the message has been deleted")
		return
	case (r.Method == http.MethodPatch) != (m.Type == "interactive"):
		refuse(w, 230054, "This operation is not supported for this message type")
		return
	case r.Method == http.MethodPut && in.Type != m.Type:
		refuse(w, 230001, "the type differs")
		return
	}
	if code, msg := check(m.Type, in.Content, len(raw)); code != 0 {
		refuse(w, code, msg)
		return
	}
	m.Content = in.Content
	m.Edits++
	ok(w, map[string]any{"message_id": m.ID})
}

func (s *Server) read(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[id]
	if m == nil {
		refuse(w, 230110, "Action unavailable as the message has been deleted")
		return
	}
	sender := map[string]any{"id": s.AppID, "id_type": "app_id", "sender_type": "app"}
	if m.ByUser {
		sender = map[string]any{"id": "ou_somebody", "id_type": "open_id", "sender_type": "user"}
	}
	ok(w, map[string]any{"items": []any{map[string]any{"message_id": m.ID, "msg_type": m.Type, "chat_id": m.Chat, "sender": sender}}})
}

func (s *Server) react(w http.ResponseWriter, r *http.Request, rest []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[rest[0]]
	if m == nil {
		refuse(w, 231003, "The message is not found")
		return
	}
	if r.Method == http.MethodDelete && len(rest) == 3 {
		if m.Reactions[rest[2]] == "" {
			refuse(w, 231007, "The reaction is not yours")
			return
		}
		delete(m.Reactions, rest[2])
		ok(w, map[string]any{})
		return
	}
	var in struct {
		Reaction struct {
			Emoji string `json:"emoji_type"`
		} `json:"reaction_type"`
	}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&in) != nil || in.Reaction.Emoji == "" {
		refuse(w, 231001, "reaction type is invalid")
		return
	}
	if m.Reactions == nil {
		m.Reactions = map[string]string{}
	}
	id := "react_" + random(6)
	m.Reactions[id] = in.Reaction.Emoji
	ok(w, map[string]any{"reaction_id": id})
}

func (s *Server) resource(w http.ResponseWriter, r *http.Request, ref string) {
	s.mu.Lock()
	data, found := s.files[ref]
	s.mu.Unlock()
	if kind := r.URL.Query().Get("type"); !found || kind != "image" && kind != "file" {
		refuse(w, 234003, "File not in message.")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data)
}

func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(12 << 20); err != nil || r.FormValue("image_type") != "message" {
		refuse(w, 234001, "Invalid request param.")
		return
	}
	size := int64(len(r.FormValue("image"))) // the SDK for Node names no file
	if f, h, err := r.FormFile("image"); err == nil {
		size = h.Size
		f.Close()
	}
	if size == 0 || size > 10<<20 {
		refuse(w, 234006, "The file size exceed the max value.")
		return
	}
	ok(w, map[string]any{"image_key": "img_v3_" + random(8)})
}

// file takes a document of at most 30 MB.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(32 << 20); err != nil || r.FormValue("file_type") == "" || r.FormValue("file_name") == "" {
		refuse(w, 234001, "Invalid request param.")
		return
	}
	f, h, err := r.FormFile("file")
	if err != nil || h.Size == 0 || h.Size > 30<<20 {
		refuse(w, 234006, "The file size exceed the max value.")
		return
	}
	f.Close()
	ok(w, map[string]any{"file_key": "file_v3_" + random(8)})
}

// CheckCard says what is wrong with a card of version 2.0, "" if nothing is.
func CheckCard(content string) string {
	var card struct {
		Schema string `json:"schema"`
		Config struct {
			UpdateMulti bool `json:"update_multi"`
		} `json:"config"`
		Body struct {
			Elements []map[string]any `json:"elements"`
		} `json:"body"`
	}
	if err := json.Unmarshal([]byte(content), &card); err != nil {
		return "not JSON"
	}
	if card.Schema != "2.0" || !card.Config.UpdateMulti || len(card.Body.Elements) == 0 {
		return "schema, update_multi or elements are missing"
	}
	n := 0
	return checkElements(card.Body.Elements, &n)
}

func checkElements(elements []map[string]any, n *int) string {
	for _, e := range elements {
		if *n++; *n > 200 {
			return "more than 200 elements"
		}
		switch tag := e["tag"]; tag {
		case "markdown":
			if s, _ := e["content"].(string); s == "" {
				return "markdown without content"
			}
		case "button":
			if t, _ := e["text"].(map[string]any); t["content"] == "" || t["tag"] != "plain_text" {
				return "button without text"
			}
			behaviors, _ := e["behaviors"].([]any)
			for _, b := range behaviors {
				b, _ := b.(map[string]any)
				if _, object := b["value"].(map[string]any); b["type"] == "callback" && !object {
					return "a callback's value is no object"
				}
				if url, _ := b["default_url"].(string); b["type"] == "open_url" && url == "" {
					return "a link without address"
				}
			}
		case "img":
			if key, _ := e["img_key"].(string); !strings.HasPrefix(key, "img_") {
				return "an image without key"
			}
		case "column_set", "column":
			key := map[any]string{"column_set": "columns", "column": "elements"}[tag]
			inner, _ := e[key].([]any)
			var below []map[string]any
			for _, i := range inner {
				m, _ := i.(map[string]any)
				below = append(below, m)
			}
			if why := checkElements(below, n); why != "" {
				return why
			}
		default:
			return fmt.Sprintf("an element with tag %v", tag)
		}
	}
	return ""
}

// See returns a message as people see it: its words, its buttons' labels and the addresses behind its links.
func See(kind, content string) string {
	var v any
	if json.Unmarshal([]byte(content), &v) != nil {
		return ""
	}
	var b strings.Builder
	see(v, &b)
	return strings.TrimSpace(strings.ReplaceAll(b.String(), "\u200b", ""))
}

func see(v any, b *strings.Builder) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			see(e, b)
		}
	case map[string]any:
		if t, _ := v["text"].(string); t != "" {
			b.WriteString(t + "\n")
		}
		if t, _ := v["content"].(string); t != "" {
			b.WriteString(html.UnescapeString(t) + "\n")
		}
		if t, _ := v["default_url"].(string); t != "" {
			b.WriteString(t + "\n")
		}
		for _, key := range []string{"header", "title", "body", "elements", "columns", "text", "behaviors"} {
			see(v[key], b)
		}
	}
}

// Reactions returns how many emojis hang on the message.
func (s *Server) Reactions(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.byID[id]; m != nil {
		return len(m.Reactions)
	}
	return 0
}
