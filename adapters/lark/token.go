package lark

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// tokens keeps the access token. The SDK's own keeping can't forget a token that the platform no longer accepts, and is shared by all of a process.
type tokens struct {
	client *http.Client
	url    string
	id     string
	secret string

	mu    sync.Mutex // held while asking, so that one asks for all
	value string
	until time.Time
}

const tokenPath = "/open-apis/auth/v3/tenant_access_token/internal"

// get returns a token that is good for some minutes more.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value != "" && time.Now().Before(t.until) {
		return t.value, nil
	}
	value, life, err := t.ask(ctx)
	if err != nil {
		return "", err
	}
	t.value, t.until = value, time.Now().Add(max(life-3*time.Minute, life/2))
	return value, nil
}

// evict forgets the token that was refused, unless another has asked for a new one meanwhile.
func (t *tokens) evict(refused string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value == refused {
		t.value = ""
	}
}

func (t *tokens) ask(ctx context.Context) (string, time.Duration, error) {
	body, err := json.Marshal(map[string]string{"app_id": t.id, "app_secret": t.secret})
	if err != nil {
		return "", 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url+tokenPath, bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := t.client.Do(r)
	if err != nil {
		return "", 0, &tokenError{err: err}
	}
	defer resp.Body.Close()
	var answer struct {
		Code   int    `json:"code"`
		Msg    string `json:"msg"`
		Token  string `json:"tenant_access_token"`
		Expire int    `json:"expire"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return "", 0, &tokenError{err: fmt.Errorf("http %d", resp.StatusCode)}
	}
	if answer.Code != 0 || answer.Token == "" {
		return "", 0, &tokenError{code: answer.Code, err: fmt.Errorf("code %d: %s", answer.Code, answer.Msg)}
	}
	return answer.Token, time.Duration(answer.Expire) * time.Second, nil
}

// tokenError says that no access token was to be had: nothing has been sent.
type tokenError struct {
	code int
	err  error
}

func (e *tokenError) Error() string { return "access token: " + e.err.Error() }
func (e *tokenError) Unwrap() error { return e.err }

// credentials reports whether the platform knows the app but not its secret, or not the app.
func (e *tokenError) credentials() bool {
	return e.code == 10003 || e.code == 10014 || e.code == 10012 || e.code == 10005
}
