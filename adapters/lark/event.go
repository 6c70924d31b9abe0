package lark

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// envelope is an event as the platform sends it: version 2 has a header, version 1 has not.
type envelope struct {
	Schema string `json:"schema"`
	Header struct {
		EventID    string `json:"event_id"`
		EventType  string `json:"event_type"`
		CreateTime string `json:"create_time"`
		Token      string `json:"token"`
		AppID      string `json:"app_id"`
	} `json:"header"`
	Event json.RawMessage `json:"event"`

	// of the address's verification, and of version 1
	Type      string `json:"type"`
	Token     string `json:"token"`
	Challenge string `json:"challenge"`
	UUID      string `json:"uuid"`
}

var errNoEvent = errors.New("lark: the body is not an event")

// readEnvelope reads an event. Its own checks are of form; who sent it is checked by the caller.
func readEnvelope(body []byte) (*envelope, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, errNoEvent
	}
	if e.Type == "url_verification" && e.Challenge != "" || e.Header.EventType != "" {
		return &e, nil
	}
	if e.Type == "event_callback" { // version 1
		var old struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(e.Event, &old) == nil && old.Type != "" {
			e.Header.EventID, e.Header.EventType, e.Header.Token = e.UUID, old.Type, e.Token
			return &e, nil
		}
	}
	return nil, errNoEvent
}

// token is what the event says to prove itself by.
func (e *envelope) token() string {
	if e.Type == "url_verification" {
		return e.Token
	}
	return e.Header.Token
}

// sealedBody is the outside of an encrypted event.
type sealedBody struct {
	Encrypt string `json:"encrypt"`
}

// readSealed returns what is encrypted in the body, "" if it isn't.
func readSealed(body []byte) string {
	var s sealedBody
	if !bytes.Contains(body, []byte(`"encrypt"`)) || json.Unmarshal(body, &s) != nil {
		return ""
	}
	return s.Encrypt
}

// moment reads the platform's times: seconds, milliseconds or microseconds as text, by their length. The zero time if it is none.
func moment(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}
	case len(text) <= 11:
		return time.Unix(n, 0)
	case len(text) <= 14:
		return time.UnixMilli(n)
	case len(text) <= 17:
		return time.UnixMicro(n)
	}
	return time.Time{}
}
