// Package larktest is a Feishu server for tests, built from the published formats: tokens, messages, pictures, reactions, the long
// connection, events that it encrypts, signs and sends. It checks what it is sent as the platform does, and fails when it is told to.
package larktest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is the platform with one app.
type Server struct {
	URL       string
	AppID     string
	AppSecret string
	BotID     string // the bot's open_id

	Between           time.Duration // how long the pieces of a long event are apart on the connection
	EncryptKey        string        // events are encrypted and signed with it; empty: neither
	VerificationToken string

	http    *httptest.Server
	mu      sync.Mutex
	tokens  map[string]time.Time
	issued  int
	gone    map[string]int // chats and messages that can't be sent to, with the code that says why
	sent    []*Message
	byID    map[string]*Message
	byUUID  map[string]*Message
	calls   map[string]int
	repeats int
	files   map[string][]byte
	scopes  []Scope
	app     json.RawMessage
	fault   func(*http.Request) *Fault
	limit   map[string][]time.Time
	perChat int
	sockets []*socket
	waiting map[string]chan []byte
	working sync.WaitGroup
}

// Message is what somebody was sent.
type Message struct {
	ID, Chat, Root string
	Thread         bool
	Type, Content  string
	UUID           string
	Edits          int
	Reactions      map[string]string
	ByUser         bool
}

// Scope is a permission, granted or not.
type Scope struct {
	Name    string `json:"scope_name"`
	Granted int    `json:"grant_status"` // 1: granted
	Type    string `json:"scope_type"`
}

// Fault is how a call fails.
type Fault struct {
	Status int           // the answer's; 0: 200
	Code   int           // the API's code; with neither Status nor Code the connection is cut
	Reset  string        // x-ogw-ratelimit-reset
	After  bool          // the call is carried out first
	Slow   time.Duration // waits before
	Pass   bool          // only slow
}

// New starts a platform. Close ends it.
func New() *Server {
	s := &Server{
		AppID: "cli_" + random(8), AppSecret: "secret-" + random(16), BotID: "ou_bot_" + random(8),
		tokens: map[string]time.Time{}, gone: map[string]int{}, byID: map[string]*Message{}, byUUID: map[string]*Message{},
		calls: map[string]int{}, files: map[string][]byte{}, waiting: map[string]chan []byte{}, limit: map[string][]time.Time{},
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	return s
}

// Close ends the platform and its connections.
func (s *Server) Close() {
	s.Disconnect()
	s.http.CloseClientConnections()
	s.http.Close()
	s.working.Wait()
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// Fail decides for each call whether and how it fails; nil: none does.
func (s *Server) Fail(f func(*http.Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// FailNext lets the next calls whose path holds the text fail, one for each fault.
func (s *Server) FailNext(path string, faults ...Fault) {
	var mu sync.Mutex
	s.Fail(func(r *http.Request) *Fault {
		mu.Lock()
		defer mu.Unlock()
		if len(faults) == 0 || !strings.Contains(r.URL.Path, path) {
			return nil
		}
		f := faults[0]
		faults = faults[1:]
		return &f
	})
}

// Refuse makes a chat or a message one that can't be sent to, for the code's reason.
func (s *Server) Refuse(id string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone[id] = code
}

// Limit sets how many messages a chat takes in a second; 0: any number.
func (s *Server) Limit(perChat int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.perChat = perChat
}

// Expire makes all tokens that were given out invalid.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Configure sets what the platform says about the app: its permissions, and its settings as JSON (nil: it may not see them).
func (s *Server) Configure(scopes []Scope, app json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes, s.app = scopes, app
}

// Keep puts a file beside a message of a person's.
func (s *Server) Keep(message, key string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[message+"/"+key] = data
}

// Messages returns what was sent to the chat, in order; "": to all.
func (s *Server) Messages(chat string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.sent {
		if chat == "" || m.Chat == chat {
			all = append(all, *m)
		}
	}
	return all
}

// Calls returns how often a path was called: "POST /open-apis/im/v1/messages".
func (s *Server) Calls(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
}

// Repeats returns how many messages came a second time under the same uuid, and were not shown again.
func (s *Server) Repeats() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.repeats
}

// Tokens returns how many access tokens were given out.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issued
}

// Shown returns what people see in the chat, as text.
func (s *Server) Shown(chat string) string {
	var b strings.Builder
	for _, m := range s.Messages(chat) {
		b.WriteString(See(m.Type, m.Content) + "\n")
	}
	return b.String()
}

// serve answers a call, or fails it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.calls[r.Method+" "+r.URL.Path]++
	s.mu.Unlock()
	if fault != nil {
		if f := fault(r); f != nil && s.fail(w, r, f) {
			return
		}
	}
	s.route(w, r)
}

// fail reports whether it has answered.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	if f.Slow > 0 {
		t := time.NewTimer(f.Slow)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
		}
	}
	if f.Pass {
		return false
	}
	if f.After {
		s.route(httptest.NewRecorder(), r)
	}
	switch {
	case f.Code != 0:
		if f.Reset != "" {
			w.Header().Set("x-ogw-ratelimit-limit", "100")
			w.Header().Set("x-ogw-ratelimit-reset", f.Reset)
		}
		answer(w, max(f.Status, http.StatusOK), map[string]any{"code": f.Code, "msg": fmt.Sprintf("fault %d", f.Code)})
	case f.Status != 0:
		w.Header().Set("Content-Type", "text/html")
		if f.Reset != "" {
			w.Header().Set("x-ogw-ratelimit-reset", f.Reset)
		}
		w.WriteHeader(f.Status)
		fmt.Fprintf(w, "<html>%d</html>", f.Status)
	default:
		panic(http.ErrAbortHandler) // the connection is cut
	}
	return true
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, code int, msg string) {
	status := http.StatusBadRequest
	answer(w, status, map[string]any{"code": code, "msg": msg})
}

func ok(w http.ResponseWriter, data any) {
	answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "success", "data": data})
}

// route answers as the platform does.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/open-apis/auth/v3/tenant_access_token/internal":
		s.token(w, r)
		return
	case "/callback/ws/endpoint":
		s.endpoint(w, r)
		return
	case "/ws":
		s.upgrade(w, r)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	until, known := s.tokens[token]
	s.mu.Unlock()
	if !known || time.Now().After(until) {
		refuse(w, 99991663, "Invalid access token for authorization. Please make a request with token attached.")
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/open-apis/"), "/")
	switch {
	case r.URL.Path == "/open-apis/bot/v3/info":
		answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "ok", "bot": map[string]any{"open_id": s.BotID, "app_name": "邻里", "activate_status": 2}})
	case r.URL.Path == "/open-apis/application/v6/scopes":
		s.mu.Lock()
		defer s.mu.Unlock()
		ok(w, map[string]any{"scopes": s.scopes})
	case slices.Contains(parts, "applications"):
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.app == nil {
			refuse(w, 99991672, "Access denied. One of the following scopes is required: [application:application:self_manage]")
			return
		}
		ok(w, map[string]any{"app": s.app})
	case r.URL.Path == "/open-apis/im/v1/images" && r.Method == http.MethodPost:
		s.image(w, r)
	case r.URL.Path == "/open-apis/im/v1/files" && r.Method == http.MethodPost:
		s.file(w, r)
	case len(parts) >= 3 && parts[0] == "im" && parts[2] == "messages":
		s.messages(w, r, parts[3:])
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID     string `json:"app_id"`
		Secret string `json:"app_secret"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.ID != s.AppID {
		answer(w, http.StatusOK, map[string]any{"code": 10003, "msg": "invalid param"})
		return
	}
	if in.Secret != s.AppSecret {
		answer(w, http.StatusOK, map[string]any{"code": 10014, "msg": "app secret invalid"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token := "t-" + random(12)
	s.tokens[token] = time.Now().Add(2 * time.Hour)
	s.issued++
	answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "ok", "tenant_access_token": token, "expire": 7200})
}

// Secrets returns what must stand nowhere: the app's secret and each token that is valid.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []string{s.AppSecret}
	for token := range s.tokens {
		all = append(all, token)
	}
	return all
}
