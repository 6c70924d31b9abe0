package bot

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is, so that a caller can decide without reading its text.
type Kind string

// The kinds of error. Everything that is not one of ours is Internal.
const (
	Invalid     Kind = "invalid"     // the caller's input is wrong; trying again does not help
	NotFound    Kind = "not found"   // the thing that was named does not exist
	Conflict    Kind = "conflict"    // somebody else changed it first, or the lease was lost; read again and try again
	Forbidden   Kind = "forbidden"   // this person may not do this here
	Busy        Kind = "busy"        // too much at once; try again later
	Unavailable Kind = "unavailable" // something that we depend on is away: a disk, a server, a platform
	Internal    Kind = "internal"    // our own mistake
)

// Error is a failure with a kind, a sentence that is safe to show to anybody, and a cause that is only logged.
type Error struct {
	Kind    Kind
	Message string // safe to show; empty where nobody will see it
	Err     error  // the cause, for the log
}

func (e *Error) Error() string {
	text := string(e.Kind)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an error of the kind with a message that is safe to show.
func Errorf(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because wraps a foreign error with a kind and a sentence that is safe to show; the error itself is only logged.
func Because(kind Kind, err error, message string) error {
	return &Error{Kind: kind, Message: message, Err: err}
}

// KindOf returns the kind of the error, Internal if it carries none, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// MessageOf returns the sentence that is safe to show, or "" if the error has none.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}
