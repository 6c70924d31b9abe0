package lark

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"linli/bot"
)

// Fetch implements bot.Fetcher. The SDK would read a whole file into memory; here it flows, and no further than MaxFile.
func (c *Channel) Fetch(ctx context.Context, a bot.Attachment) (io.ReadCloser, error) {
	message, key, ok := strings.Cut(a.Ref, "/")
	if !ok || !validKey(message) || !validKey(key) {
		return nil, bot.Errorf(bot.Invalid, "这不是飞书的文件")
	}
	kind := "file" // sound and films too
	if a.Kind == "image" {
		kind = "image"
	}
	for attempt := 0; ; attempt++ {
		token, err := c.api.tokens.get(ctx)
		if err != nil {
			return nil, bot.Because(bot.Unavailable, err, "飞书暂时取不到文件")
		}
		body, err := c.fetch(ctx, c.api.resourceURL(message, key, kind), token)
		if err == nil {
			return body, nil
		}
		if code := codeOf(err); staleToken(code) && attempt == 0 {
			c.api.tokens.evict(token)
			continue
		}
		if k := kindOf(err); bot.KindOf(err) == bot.Internal {
			message := "飞书上取不到这个文件"
			if k == bot.Invalid {
				message = "飞书不给这个文件(可能已撤回,或应用没有“im:resource”权限)"
			}
			return nil, bot.Because(k, err, message)
		}
		return nil, err
	}
}

func (c *Channel) fetch(ctx context.Context, address, token string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	client := *c.Client
	client.Timeout = 0 // the caller's context says how long a big file may take
	resp, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK || strings.Contains(resp.Header.Get("Content-Type"), "application/json") && resp.Header.Get("Content-Disposition") == "" {
		defer resp.Body.Close()
		refused := &apiError{status: resp.StatusCode, header: resp.Header}
		var answer struct {
			Code int    `json:"code"`
			Msg  string `json:"msg"`
		}
		if json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer) == nil {
			refused.code, refused.msg = answer.Code, answer.Msg
		}
		return nil, refused
	}
	if resp.ContentLength > c.MaxFile {
		resp.Body.Close()
		return nil, c.tooBig()
	}
	return &bounded{ReadCloser: resp.Body, left: c.MaxFile, tooBig: c.tooBig}, nil
}

func (c *Channel) tooBig() error {
	return bot.Errorf(bot.Invalid, "文件太大(上限 %d MB),请压缩后再发", c.MaxFile>>20)
}

// codeOf returns the platform's code, 0 if the error has none.
func codeOf(err error) int {
	if refused, ok := err.(*apiError); ok {
		return refused.code
	}
	return 0
}

// bounded fails instead of reading more than there may be.
type bounded struct {
	io.ReadCloser
	left   int64
	tooBig func() error
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.tooBig()
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return n - 1, b.tooBig()
	}
	if err != nil && err != io.EOF {
		err = bot.Because(bot.Unavailable, fmt.Errorf("read: %w", err), "飞书上的文件没有取完")
	}
	return n, err
}
