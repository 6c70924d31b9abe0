package lark

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"
)

// api is the platform's calls that we need, each once: a token that is refused is the one thing that is tried again.
type api struct {
	im     *larkim.V1
	config *larkcore.Config
	tokens *tokens
	client *http.Client
	log    *slog.Logger
}

func newAPI(o Options) *api {
	config := &larkcore.Config{
		BaseUrl: o.Domain, AppId: o.AppID, AppSecret: o.AppSecret, AppType: larkcore.AppTypeSelfBuilt,
		HttpClient: &transport{o.Client}, Logger: silent{},
	}
	larkcore.NewSerialization(config)
	return &api{
		im: larkim.New(config), config: config, client: o.Client, log: o.Logger,
		tokens: &tokens{client: o.Client, url: o.Domain, id: o.AppID, secret: o.AppSecret},
	}
}

// silent takes the SDK's log: it writes whole requests, which hold what people said.
type silent struct{}

func (silent) Debug(context.Context, ...any) {}
func (silent) Info(context.Context, ...any)  {}
func (silent) Warn(context.Context, ...any)  {}
func (silent) Error(context.Context, ...any) {}

// transport makes an error of every answer that isn't the API's: the SDK would lose its status.
type transport struct{ client *http.Client }

// maxAnswer is how much of an answer is read; the SDK reads without an end.
const maxAnswer = 4 << 20

// Do implements the SDK's HttpClient.
func (t *transport) Do(r *http.Request) (*http.Response, error) {
	resp, err := t.client.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 500 || !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
		resp.Body.Close()
		return nil, &apiError{status: resp.StatusCode, header: resp.Header}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// apiError is the platform's no.
type apiError struct {
	status int
	code   int
	msg    string
	header http.Header
}

func (e *apiError) Error() string {
	if e.code == 0 {
		return fmt.Sprintf("http %d", e.status)
	}
	return fmt.Sprintf("code %d (http %d): %s", e.code, e.status, e.msg)
}

// reset is how long the platform, or a gateway before it, says to wait; 0: it doesn't.
func (e *apiError) reset() time.Duration {
	s, err := strconv.ParseFloat(cmp.Or(e.header.Get("x-ogw-ratelimit-reset"), e.header.Get("Retry-After")), 64)
	if err != nil || s <= 0 {
		return 0
	}
	return min(time.Duration(s*float64(time.Second)), 10*time.Minute)
}

// staleToken are the codes that say that the token is no longer accepted.
func staleToken(code int) bool { return code == 99991663 || code == 99991664 || code == 99991671 }

// call makes the call with a token, and once more with a new one if the platform no longer accepts it.
func (a *api) call(ctx context.Context, do func(larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error)) error {
	for attempt := 0; ; attempt++ {
		token, err := a.tokens.get(ctx)
		if err != nil {
			return err
		}
		resp, code, err := do(larkcore.WithTenantAccessToken(token))
		if err != nil {
			return err
		}
		if code.Code == 0 && resp.StatusCode < 400 {
			return nil
		}
		if staleToken(code.Code) && attempt == 0 {
			a.tokens.evict(token)
			continue
		}
		return &apiError{status: resp.StatusCode, code: code.Code, msg: code.Msg, header: resp.Header}
	}
}

// get calls a path that the SDK's models don't have, into the answer.
func (a *api) get(ctx context.Context, path string, into any) error {
	return a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		resp, err := larkcore.Request(ctx, &larkcore.ApiReq{
			HttpMethod: http.MethodGet, ApiPath: path, SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant},
		}, a.config, token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		var code larkcore.CodeError
		if err := errors.Join(json.Unmarshal(resp.RawBody, &code), json.Unmarshal(resp.RawBody, into)); err != nil {
			return nil, code, &apiError{status: resp.StatusCode, header: resp.Header}
		}
		return resp, code, nil
	})
}

// outgoing is a message on its way out.
type outgoing struct {
	kind    string // text or interactive
	content string
	uuid    string
}

// create sends a new message to a chat or a person.
func (a *api) create(ctx context.Context, to string, m outgoing) (id string, err error) {
	err = a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		r, err := a.im.Message.Create(ctx, larkim.NewCreateMessageReqBuilder().ReceiveIdType(receiverType(to)).
			Body(larkim.NewCreateMessageReqBodyBuilder().ReceiveId(to).MsgType(m.kind).Content(m.content).Uuid(m.uuid).Build()).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		if r.Data != nil {
			id = text(r.Data.MessageId)
		}
		return r.ApiResp, r.CodeError, nil
	})
	return id, err
}

// reply sends a message into the thread that begins with the root, or quotes it.
func (a *api) reply(ctx context.Context, root string, thread bool, m outgoing) (id string, err error) {
	err = a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		r, err := a.im.Message.Reply(ctx, larkim.NewReplyMessageReqBuilder().MessageId(root).
			Body(larkim.NewReplyMessageReqBodyBuilder().MsgType(m.kind).Content(m.content).ReplyInThread(thread).Uuid(m.uuid).Build()).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		if r.Data != nil {
			id = text(r.Data.MessageId)
		}
		return r.ApiResp, r.CodeError, nil
	})
	return id, err
}

// update changes a message that was sent: a card by one call, a text by another.
func (a *api) update(ctx context.Context, id string, m outgoing) error {
	return a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		if m.kind == kindCard {
			r, err := a.im.Message.Patch(ctx, larkim.NewPatchMessageReqBuilder().MessageId(id).
				Body(larkim.NewPatchMessageReqBodyBuilder().Content(m.content).Build()).Build(), token)
			if err != nil {
				return nil, larkcore.CodeError{}, err
			}
			return r.ApiResp, r.CodeError, nil
		}
		r, err := a.im.Message.Update(ctx, larkim.NewUpdateMessageReqBuilder().MessageId(id).
			Body(larkim.NewUpdateMessageReqBodyBuilder().MsgType(m.kind).Content(m.content).Build()).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		return r.ApiResp, r.CodeError, nil
	})
}

// sender returns who sent the message: an app's ID, or a person's.
func (a *api) sender(ctx context.Context, id string) (string, error) {
	var sender string
	err := a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		r, err := a.im.Message.Get(ctx, larkim.NewGetMessageReqBuilder().MessageId(id).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		if r.Data != nil && len(r.Data.Items) > 0 && r.Data.Items[0].Sender != nil {
			sender = text(r.Data.Items[0].Sender.Id)
		}
		return r.ApiResp, r.CodeError, nil
	})
	return sender, err
}

// react hangs an emoji on a message.
func (a *api) react(ctx context.Context, id, emoji string) (reactionID string, err error) {
	err = a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		r, err := a.im.MessageReaction.Create(ctx, larkim.NewCreateMessageReactionReqBuilder().MessageId(id).
			Body(larkim.NewCreateMessageReactionReqBodyBuilder().ReactionType(larkim.NewEmojiBuilder().EmojiType(emoji).Build()).Build()).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		if r.Data != nil {
			reactionID = text(r.Data.ReactionId)
		}
		return r.ApiResp, r.CodeError, nil
	})
	return reactionID, err
}

// unreact takes the emoji away.
func (a *api) unreact(ctx context.Context, r reaction) error {
	return a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		resp, err := a.im.MessageReaction.Delete(ctx, larkim.NewDeleteMessageReactionReqBuilder().MessageId(r.message).ReactionId(r.id).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		return resp.ApiResp, resp.CodeError, nil
	})
}

// upload gives the platform an image for a message.
func (a *api) upload(ctx context.Context, image []byte) (key string, err error) {
	err = a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		r, err := a.im.Image.Create(ctx, larkim.NewCreateImageReqBuilder().
			Body(larkim.NewCreateImageReqBodyBuilder().ImageType("message").Image(bytes.NewReader(image)).Build()).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		if r.Data != nil {
			key = text(r.Data.ImageKey)
		}
		return r.ApiResp, r.CodeError, nil
	})
	return key, err
}

// uploadFile gives the platform a document for a message.
func (a *api) uploadFile(ctx context.Context, name string, data []byte) (key string, err error) {
	err = a.call(ctx, func(token larkcore.RequestOptionFunc) (*larkcore.ApiResp, larkcore.CodeError, error) {
		r, err := a.im.File.Create(ctx, larkim.NewCreateFileReqBuilder().
			Body(larkim.NewCreateFileReqBodyBuilder().FileType("stream").FileName(name).File(bytes.NewReader(data)).Build()).Build(), token)
		if err != nil {
			return nil, larkcore.CodeError{}, err
		}
		if r.Data != nil {
			key = text(r.Data.FileKey)
		}
		return r.ApiResp, r.CodeError, nil
	})
	return key, err
}

// botInfo is who the app is in a chat.
type botInfo struct {
	OpenID string `json:"open_id"`
	Name   string `json:"app_name"`
	Status int    `json:"activate_status"` // 2: in use
}

func (a *api) botInfo(ctx context.Context) (botInfo, error) {
	var answer struct {
		Bot botInfo `json:"bot"`
	}
	err := a.get(ctx, "/open-apis/bot/v3/info", &answer)
	return answer.Bot, err
}

// receiverType is what kind of ID it is, by the platform's prefixes.
func receiverType(id string) string {
	switch {
	case strings.HasPrefix(id, "ou_"):
		return "open_id"
	case strings.HasPrefix(id, "on_"):
		return "union_id"
	case strings.Contains(id, "@"):
		return "email"
	}
	return "chat_id"
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// resourceURL is where a message's file lies.
func (a *api) resourceURL(message, key, kind string) string {
	return a.config.BaseUrl + "/open-apis/im/v1/messages/" + url.PathEscape(message) + "/resources/" + url.PathEscape(key) + "?type=" + kind
}
