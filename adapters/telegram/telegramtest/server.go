// Package telegramtest is a Telegram of our own for tests: a Bot API server built from the published format, with faults on demand. It takes what
// the library sends (chunked multipart) and what others send (JSON), and remembers what people see.
package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is the bot's.
const Token = "123456:AAE-telegram-test-token"

// Call is a call of a method, as it came.
type Call struct {
	Method string
	Params map[string]string
	Files  map[string]int // bytes
}

// Server is the platform.
type Server struct {
	*httptest.Server
	Username string

	mu      sync.Mutex
	updates []map[string]any // not confirmed yet
	next    int64            // ID of the next update
	message int              // ID of the last message
	shown   []Call           // messages that people see
	places  map[int]int      // of messages in shown, by ID
	calls   []Call
	faults  map[string][]Fault // by method, one for each call
	weather func(method string) *Fault
	doubted map[Sight]int // how often each was shown with the answer to us lost
	webhook string
	secret  string
	arrived chan struct{} // closed when an update arrives
	closing chan struct{}
	files   map[string][]byte
}

// New starts a platform.
func New() *Server {
	s := &Server{Username: "linli_bot", next: 1000, faults: map[string][]Fault{}, arrived: make(chan struct{}), closing: make(chan struct{}), files: map[string][]byte{}, places: map[int]int{}, doubted: map[Sight]int{}}
	s.Server = httptest.NewServer(s)
	return s
}

// Close stops it.
func (s *Server) Close() {
	close(s.closing)
	s.Server.Close()
}

// File makes a file that the bot may fetch.
func (s *Server) File(id string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[id] = content
}

// Calls returns the calls of the method.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Call
	for _, c := range s.calls {
		if strings.EqualFold(c.Method, method) {
			all = append(all, c)
		}
	}
	return all
}

// Shown returns what people see of the bot's messages.
func (s *Server) Shown() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call{}, s.shown...)
}

// Update numbers an update; with id 0 it gets the next number.
func (s *Server) Update(id int64, kind string, content any) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == 0 {
		s.next++
		id = s.next
	}
	b, err := json.Marshal(map[string]any{"update_id": id, kind: content})
	if err != nil {
		panic(err)
	}
	return b
}

// Private is a message of a person in the private chat.
func (s *Server) Private(from int64, text string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.message++
	return map[string]any{
		"message_id": s.message, "date": time.Now().Unix(), "text": text,
		"chat": map[string]any{"id": from, "type": "private", "first_name": "王"},
		"from": map[string]any{"id": from, "is_bot": false, "first_name": "王", "last_name": "奶奶"},
	}
}

// Queue puts an update where getUpdates finds it. One with a known number is there twice, as after a crash of the platform's.
func (s *Server) Queue(update []byte) {
	var u map[string]any
	if err := json.Unmarshal(update, &u); err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates = append(s.updates, u)
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// Pending is how many updates have not been confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates)
}

// Post posts an update to the webhook with the secret, and returns the status.
func (s *Server) Post(client *http.Client, address, secret string, update []byte) (int, error) {
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(update))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+Token+"/"); ok {
		s.mu.Lock()
		content, known := s.files[path]
		s.mu.Unlock()
		if !known {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+Token+"/")
	if !ok {
		answer(w, Fault{Code: http.StatusUnauthorized, Description: "Unauthorized"})
		return
	}
	call, err := read(r, method)
	if err != nil {
		answer(w, Fault{Code: http.StatusBadRequest, Description: "Bad Request: " + err.Error()})
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, call)
	var fault *Fault
	if waiting := s.faults[method]; len(waiting) > 0 {
		fault, s.faults[method] = &waiting[0], waiting[1:]
	} else if s.weather != nil {
		fault = s.weather(method)
	}
	s.mu.Unlock()
	if fault == nil {
		fault = &Fault{Pass: true}
	}
	time.Sleep(fault.Slow)
	if fault.Pass {
		s.do(w, r, call)
		return
	}
	if fault.Done {
		s.mu.Lock()
		s.doubted[call.Sight()]++
		s.mu.Unlock()
		s.do(httptest.NewRecorder(), r, call)
	}
	answer(w, *fault)
}

// read reads the parameters: a form or JSON.
func read(r *http.Request, method string) (Call, error) {
	c := Call{Method: method, Params: map[string]string{}, Files: map[string]int{}}
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		parts := multipart.NewReader(r.Body, parameters["boundary"])
		for {
			part, err := parts.NextPart()
			if err != nil { // the library sends no part at all when there are no parameters
				return c, nil
			}
			content, err := io.ReadAll(part)
			if err != nil {
				return c, err
			}
			if part.FileName() != "" {
				c.Files[part.FormName()] = len(content)
				continue
			}
			c.Params[part.FormName()] = string(content)
		}
	case "application/json":
		var all map[string]any
		if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
			return c, err
		}
		for name, v := range all {
			if text, ok := v.(string); ok {
				c.Params[name] = text
				continue
			}
			b, err := json.Marshal(v)
			if err != nil {
				return c, err
			}
			c.Params[name] = string(b)
		}
	}
	return c, nil
}

func ok(w http.ResponseWriter, result any) {
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
}

// do does what the call asks for.
func (s *Server) do(w http.ResponseWriter, r *http.Request, c Call) {
	switch c.Method {
	case "getMe":
		ok(w, map[string]any{"id": 123456, "is_bot": true, "first_name": "邻里", "username": s.Username, "can_join_groups": true})
	case "getUpdates":
		s.getUpdates(w, r, c)
	case "setWebhook":
		s.mu.Lock()
		s.webhook, s.secret = c.Params["url"], c.Params["secret_token"]
		s.mu.Unlock()
		ok(w, true)
	case "deleteWebhook":
		s.mu.Lock()
		s.webhook = ""
		s.mu.Unlock()
		ok(w, true)
	case "getWebhookInfo":
		s.mu.Lock()
		defer s.mu.Unlock()
		ok(w, map[string]any{"url": s.webhook, "pending_update_count": len(s.updates)})
	case "sendMessage", "sendPhoto", "sendDocument", "editMessageText":
		s.send(w, c)
	case "getFile":
		s.mu.Lock()
		_, known := s.files[c.Params["file_id"]]
		s.mu.Unlock()
		if !known {
			answer(w, Fault{Code: http.StatusBadRequest, Description: "Bad Request: invalid file_id"})
			return
		}
		ok(w, map[string]any{"file_id": c.Params["file_id"], "file_path": c.Params["file_id"]})
	default:
		ok(w, true)
	}
}

func (s *Server) send(w http.ResponseWriter, c Call) {
	text := c.Params["text"]
	switch {
	case c.Method != "sendPhoto" && c.Method != "sendDocument" && strings.TrimSpace(text) == "":
		answer(w, Fault{Code: http.StatusBadRequest, Description: "Bad Request: message text is empty"})
		return
	case c.Params["parse_mode"] == "HTML" && !balanced(text):
		answer(w, Fault{Code: http.StatusBadRequest, Description: "Bad Request: can't parse entities: unexpected end tag"})
		return
	}
	var markup struct {
		InlineKeyboard [][]struct {
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	}
	_ = json.Unmarshal([]byte(c.Params["reply_markup"]), &markup)
	for _, row := range markup.InlineKeyboard {
		for _, button := range row {
			if len(button.Data) > 64 {
				answer(w, Fault{Code: http.StatusBadRequest, Description: "Bad Request: BUTTON_DATA_INVALID"})
				return
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.message + 1
	if c.Method == "editMessageText" {
		id, _ = strconv.Atoi(c.Params["message_id"])
		i, there := s.places[id]
		if !there || s.shown[i].Params["chat_id"] != c.Params["chat_id"] {
			answer(w, Fault{Code: http.StatusBadRequest, Description: "Bad Request: message to edit not found"})
			return
		}
		s.shown[i] = c
	} else {
		s.message = id
		s.places[id] = len(s.shown)
		s.shown = append(s.shown, c)
	}
	chat, _ := strconv.ParseInt(c.Params["chat_id"], 10, 64)
	ok(w, map[string]any{"message_id": id, "date": time.Now().Unix(), "text": text, "chat": map[string]any{"id": chat, "type": "private"}})
}

// balanced reports whether every tag of the platform's HTML is closed in order.
func balanced(text string) bool {
	var open []string
	for {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			return len(open) == 0 && !strings.Contains(text, "<")
		}
		end := strings.IndexByte(text[start:], '>')
		if end < 0 {
			return false
		}
		name := text[start+1 : start+end]
		text = text[start+end+1:]
		if closing, ok := strings.CutPrefix(name, "/"); ok {
			if len(open) == 0 || open[len(open)-1] != closing {
				return false
			}
			open = open[:len(open)-1]
			continue
		}
		name, _, _ = strings.Cut(name, " ")
		if !strings.Contains(" b i u s a code pre ", " "+name+" ") {
			return false
		}
		open = append(open, name)
	}
}

// getUpdates confirms what is below the offset and answers with the rest, or waits for some.
func (s *Server) getUpdates(w http.ResponseWriter, r *http.Request, c Call) {
	offset, _ := strconv.ParseInt(c.Params["offset"], 10, 64)
	seconds, _ := strconv.Atoi(c.Params["timeout"])
	deadline := time.After(time.Duration(seconds) * time.Second)
	for {
		s.mu.Lock()
		if s.webhook != "" {
			s.mu.Unlock()
			answer(w, Fault{Code: http.StatusConflict, Description: "Conflict: can't use getUpdates method while webhook is active"})
			return
		}
		var left []map[string]any
		for _, u := range s.updates {
			if id, _ := u["update_id"].(float64); int64(id) >= offset {
				left = append(left, u)
			}
		}
		s.updates = left
		arrived := s.arrived
		s.mu.Unlock()
		if len(left) > 0 {
			ok(w, left[:min(len(left), 100)])
			return
		}
		select {
		case <-arrived:
		case <-deadline:
			ok(w, []any{})
			return
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		}
	}
}

// String says what people see, for tests that fail.
func (c Call) String() string {
	return fmt.Sprintf("%s to %s: %s", c.Method, c.Params["chat_id"], c.Params["text"])
}
