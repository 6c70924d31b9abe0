package web

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"linli/bot"
)

// problem is the body of every failed answer of the API.
type problem struct {
	Error struct {
		Kind    bot.Kind `json:"kind"`
		Message string   `json:"message"`
	} `json:"error"`
}

var statuses = map[bot.Kind]int{
	bot.Invalid: http.StatusBadRequest, bot.NotFound: http.StatusNotFound, bot.Conflict: http.StatusConflict,
	bot.Forbidden: http.StatusForbidden, bot.Busy: http.StatusTooManyRequests, bot.Unavailable: http.StatusServiceUnavailable,
	bot.Internal: http.StatusInternalServerError,
}

// sentences are said where an error brings none of its own.
var sentences = map[bot.Kind]string{
	bot.Invalid:     "这条消息没法处理,请换个说法再发。",
	bot.NotFound:    "没有找到您要的内容。请回到首页重新进入。",
	bot.Conflict:    "刚才有别的改动,请再试一次。",
	bot.Forbidden:   "您没有权限做这件事。需要的话请联系社区工作人员。",
	bot.Busy:        "现在人有点多,请过几秒再发。已经收到的都会处理。",
	bot.Unavailable: "服务暂时连不上,请过一会儿再发。没有发出的消息会留在您的手机上。",
	bot.Internal:    "我们这边出了问题,请过一会儿再试。急事请拨12345。",
}

// tooFast says how long to wait.
type tooFast struct {
	error
	wait time.Duration
}

func (e *tooFast) Unwrap() error { return e.error }

func errTooFast(wait time.Duration) error {
	return &tooFast{bot.Errorf(bot.Busy, "您发得太快了,请等几秒再发。已经收到的都会处理。"), wait}
}

// withStatus is an error whose status says more than its kind.
type withStatus struct {
	error
	status int
}

func (e *withStatus) Unwrap() error { return e.error }

func errTooLong() error {
	return &withStatus{bot.Errorf(bot.Invalid, "太长了。一条最多约%d个字,请分几条发。", bot.MaxText/3/100*100), http.StatusRequestEntityTooLarge}
}

// fail answers with the error: its kind, a sentence that is safe to show, and nothing else.
func (c *Channel) fail(w http.ResponseWriter, r *http.Request, err error) {
	kind := bot.KindOf(err)
	if kind == bot.Internal || kind == bot.Unavailable && errors.Unwrap(err) != nil {
		c.logFault(r, err)
	}
	status, ok := statuses[kind]
	if !ok {
		kind, status = bot.Internal, http.StatusInternalServerError
	}
	if s := (*withStatus)(nil); errors.As(err, &s) {
		status = s.status
	}
	switch f := (*tooFast)(nil); {
	case errors.As(err, &f):
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.wait.Seconds()))))
	case kind == bot.Busy, kind == bot.Unavailable:
		w.Header().Set("Retry-After", "2")
	}
	var p problem
	p.Error.Kind, p.Error.Message = kind, bot.MessageOf(err)
	if p.Error.Message == "" {
		p.Error.Message = sentences[kind]
	}
	writeJSON(w, status, p)
}

// logFault logs what is our fault. A caller that went away is nobody's.
func (c *Channel) logFault(r *http.Request, err error) {
	if r.Context().Err() == nil {
		c.Logger.Error("web: request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		http.Error(w, `{"error":{"kind":"internal","message":"我们这边出了问题,请过一会儿再试。"}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b) // the reader may be gone; nothing is to be done about it
}
