package telegramtest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"time"
)

// Fault is what becomes of a call instead of, or besides, what it asks for.
type Fault struct {
	Code        int           // of the answer; 0: none, the connection is cut
	Description string        // of the answer
	RetryAfter  int           // seconds, with 429
	MigrateTo   int64         // with 400
	HTML        bool          // the answer is a page of a proxy
	Done        bool          // it was done all the same
	Slow        time.Duration // before anything happens
	Pass        bool          // after that all goes well
}

// Sight is a message as people see it: who and what.
type Sight struct{ Chat, Text string }

// Fail prepares faults for the next calls of the method.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Weather asks before each call what becomes of it; nil: what it asks for. A nil function ends it.
func (s *Server) Weather(w func(method string) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = w
}

// Doubted returns how often each message was shown while the bot could not know it.
func (s *Server) Doubted() map[Sight]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.doubted)
}

// Sights counts what people see, by chat and text.
func (s *Server) Sights() map[Sight]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[Sight]int{}
	for _, c := range s.shown {
		all[c.Sight()]++
	}
	return all
}

// Sight is the message of the call.
func (c Call) Sight() Sight { return Sight{c.Params["chat_id"], c.Params["text"]} }

// Seen is how many messages people see.
func (s *Server) Seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.shown)
}

// answer writes a fault.
func answer(w http.ResponseWriter, f Fault) {
	if f.Code == 0 {
		if hijacker, ok := w.(http.Hijacker); ok {
			if conn, _, err := hijacker.Hijack(); err == nil {
				_ = conn.Close()
			}
		}
		return
	}
	w.WriteHeader(f.Code)
	if f.HTML {
		_, _ = io.WriteString(w, "<html><body>Bad Gateway</body></html>")
		return
	}
	parameters := map[string]any{}
	if f.RetryAfter > 0 {
		parameters["retry_after"] = f.RetryAfter
	}
	if f.MigrateTo != 0 {
		parameters["migrate_to_chat_id"] = f.MigrateTo
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error_code": f.Code, "description": f.Description, "parameters": parameters})
}
