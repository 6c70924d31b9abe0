package lark

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"linli/bot"
)

const (
	maxBody = 2 << 20                 // an event is some kilobytes
	ackTime = 2500 * time.Millisecond // of the 3 s after which the platform gives up
	replay  = 8 * time.Hour           // an event that was signed longer ago is none of the platform's redeliveries, which end after 7 h
)

// Handler takes the platform's posts, at /hooks/lark. Each answer is JSON; what is refused says no more than why.
func (c *Channel) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			reply(w, http.StatusMethodNotAllowed, map[string]string{"msg": "POST only"})
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			status := http.StatusBadRequest
			if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
				status = http.StatusRequestEntityTooLarge
			}
			reply(w, status, map[string]string{"msg": "the body can't be read"})
			return
		}
		e, err := c.verify(r.Header, body)
		if err != nil {
			status := http.StatusUnauthorized
			if errors.Is(err, errNoEvent) && c.EncryptKey == "" {
				status = http.StatusBadRequest
			}
			// Outside all reasons look alike: a difference would tell what an encrypted event holds.
			c.Logger.Warn("lark: refused a post", "error", err, "from", r.RemoteAddr)
			reply(w, status, map[string]string{"msg": "refused"})
			return
		}
		if e.Type == "url_verification" {
			reply(w, http.StatusOK, map[string]string{"challenge": e.Challenge})
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), ackTime)
		defer cancel()
		answer, err := c.take(ctx, e)
		if err != nil {
			// An error of any kind: the platform sends it again, after 15 s, 5 min, 1 h and 6 h.
			c.Logger.Error("lark: an event was not taken", "type", e.Header.EventType, "event", e.Header.EventID, "error", err)
			reply(w, http.StatusServiceUnavailable, map[string]string{"msg": "not taken: " + string(bot.KindOf(err))})
			return
		}
		if answer == nil {
			answer = map[string]string{"msg": "success"}
		}
		reply(w, http.StatusOK, answer)
	})
}

// verify opens the body and checks that the platform sent it.
func (c *Channel) verify(h http.Header, body []byte) (*envelope, error) {
	plain, signed := body, false
	if c.EncryptKey != "" {
		var err error
		if signed, err = c.verifySignature(h, body); err != nil {
			return nil, err
		}
		sealed := readSealed(body)
		if sealed == "" {
			return nil, errSealed // plain, although an Encrypt Key is set
		}
		if plain, err = unseal(c.EncryptKey, sealed); err != nil {
			return nil, err
		}
	}
	e, err := readEnvelope(plain)
	switch {
	case err != nil:
		return nil, err
	case c.VerificationToken != "" && !same(e.token(), c.VerificationToken):
		return nil, errToken
	case c.EncryptKey != "" && !signed && e.Type != "url_verification": // only the address's verification bears no signature
		return nil, errSignature
	case e.Header.AppID != "" && e.Header.AppID != c.AppID:
		return nil, errors.New("lark: the event is for another app: " + e.Header.AppID)
	}
	return e, nil
}

// verifySignature reports whether the body bears a signature; a wrong one is an error. A right one is of the platform even when it is old:
// redeliveries may be signed at their first time. What is older than all of them is somebody's copy.
func (c *Channel) verifySignature(h http.Header, body []byte) (signed bool, err error) {
	given, stamp := h.Get("X-Lark-Signature"), h.Get("X-Lark-Request-Timestamp")
	if given == "" {
		return false, nil
	}
	if !same(given, signature(stamp, h.Get("X-Lark-Request-Nonce"), c.EncryptKey, body)) {
		return false, errSignature
	}
	if at := moment(stamp); !at.IsZero() && time.Since(at).Abs() > replay {
		return false, errors.New("lark: a signed event that is too old, or this machine's clock is wrong")
	}
	return true, nil
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who has gone is told again by the platform's own rules
}
