package web

import (
	"net/http"
	"time"

	"linli/bot"
)

// heartbeat keeps proxies from closing a quiet stream, and finds out who has gone.
const heartbeat = 25 * time.Second

// patience is how long one write to a stream may take.
const patience = 15 * time.Second

// getEvents is the stream of a page: first the lines that it needs, then each reply as it is sent.
func (c *Channel) getEvents(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok {
		return errNoSeat()
	}
	_, closing, err := c.enter()
	if err != nil {
		return err
	}
	defer c.busy.Done()
	account := s.account()

	// It listens before it reads: what is sent meanwhile comes twice rather than never.
	stream := c.hub.join(account.ID, c.Streams)
	if stream == nil {
		return bot.Errorf(bot.Unavailable, "现在在线的人太多,暂时不能自动刷新。消息照样可以发,答复会留在这里。")
	}
	defer c.hub.leave(account.ID, stream)
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("after")
	}
	missed, err := c.missed(r.Context(), account, last)
	if err != nil {
		return err
	}
	first, err := encode("lines", missed.eventID(), missed)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the server's limit is for requests; a writer without deadlines is a test's
	c.stream(r, w, out, stream, closing, append([]byte("retry: 2000\n"), first...))
	return nil
}

// stream writes events until the page goes away, falls behind, or the channel ends.
func (c *Channel) stream(r *http.Request, w http.ResponseWriter, out *http.ResponseController, s *stream, closing <-chan struct{}, event []byte) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		_ = out.SetWriteDeadline(time.Now().Add(patience))
		if _, err := w.Write(event); err != nil {
			return
		}
		// What else is waiting goes out in the same packet.
		for waiting := true; waiting; {
			select {
			case event = <-s.events:
				if _, err := w.Write(event); err != nil {
					return
				}
			default:
				waiting = false
			}
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case event = <-s.events:
		case <-beat.C:
			event = []byte(": \n\n")
		case <-s.cut:
			return
		case <-closing:
			return
		case <-r.Context().Done():
			return
		}
	}
}
