package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// hub knows which streams listen to which chat. An event is encoded once and handed to each stream as the same bytes.
type hub struct {
	mu      sync.RWMutex
	streams map[string][]*stream
	open    int
}

// stream is one open page's queue of events.
type stream struct {
	events chan []byte
	cut    chan struct{} // closed when the stream is to end: it fell behind, or newer pages took its place
}

// backlog is how many events a stream may be behind; maxPages how many pages of one chat stay connected.
const (
	backlog  = 64
	maxPages = 12
)

// join adds a stream, unless the house is full. The oldest page of a chat that has too many gives way.
func (h *hub) join(chat string, limit int) *stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open >= limit {
		return nil
	}
	s := &stream{events: make(chan []byte, backlog), cut: make(chan struct{})}
	if len(h.streams[chat]) >= maxPages {
		h.drop(chat, h.streams[chat][0])
	}
	h.streams[chat] = append(h.streams[chat], s)
	h.open++
	return s
}

func (h *hub) leave(chat string, s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(chat, s)
}

// drop takes the stream out, if it is still in, and ends it.
func (h *hub) drop(chat string, s *stream) {
	i := slices.Index(h.streams[chat], s)
	if i < 0 {
		return
	}
	close(s.cut)
	h.open--
	// A new slice: publish may be walking the old one.
	rest := slices.Concat(h.streams[chat][:i], h.streams[chat][i+1:])
	if len(rest) == 0 {
		delete(h.streams, chat)
		return
	}
	h.streams[chat] = rest
}

func (h *hub) listening(chat string) bool { return h.count(chat) > 0 }

func (h *hub) count(chat string) int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.streams[chat])
}

// publish hands the event to the chat's streams. It never waits: a stream that is full is cut, and what it missed is in the transcript.
func (h *hub) publish(chat string, event []byte) {
	h.mu.RLock()
	streams := h.streams[chat]
	h.mu.RUnlock()
	for _, s := range streams {
		select {
		case s.events <- event:
		default:
			h.leave(chat, s)
		}
	}
}

// encode writes one server-sent event.
func encode(name, id string, data any) ([]byte, error) {
	body, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(body)+len(id)+len(name)+32)
	if id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	b = append(append(append(b, "event: "...), name...), "\ndata: "...)
	return append(append(b, body...), "\n\n"...), nil
}

// eventID names a reply by its line and index. It is what a browser sends as Last-Event-ID.
func eventID(line string, index int) string {
	line = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, line)
	return line + "/" + strconv.Itoa(index)
}

// lineOf is the line of an event ID.
func lineOf(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		return id[:i]
	}
	return id
}
