package larktest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"
)

// Event returns an event of the type, as the platform sends it.
func (s *Server) Event(id, kind string, event any) []byte {
	return must(json.Marshal(map[string]any{
		"schema": "2.0",
		"header": map[string]any{
			"event_id": id, "event_type": kind, "create_time": strconv.FormatInt(time.Now().UnixMilli(), 10),
			"token": s.VerificationToken, "app_id": s.AppID, "tenant_key": "tenant",
		},
		"event": event,
	}))
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// Said is something that a person sends.
type Said struct {
	ID, Chat, From     string
	Group              bool
	Type, Content      string // empty: a text
	Text               string
	Parent, Root       string
	Thread, SenderType string
	Mentions           []map[string]any
}

// Say returns the event of a message, and remembers the message.
func (s *Server) Say(m Said) []byte {
	if m.Type == "" {
		m.Type, m.Content = "text", string(must(json.Marshal(map[string]string{"text": m.Text})))
	}
	if m.SenderType == "" {
		m.SenderType = "user"
	}
	s.mu.Lock()
	s.byID[m.ID] = &Message{ID: m.ID, Chat: m.Chat, Type: m.Type, Content: m.Content, ByUser: true}
	s.mu.Unlock()
	message := map[string]any{
		"message_id": m.ID, "create_time": strconv.FormatInt(time.Now().UnixMilli(), 10), "chat_id": m.Chat,
		"chat_type": map[bool]string{true: "group", false: "p2p"}[m.Group], "message_type": m.Type, "content": m.Content,
	}
	for key, value := range map[string]string{"parent_id": m.Parent, "root_id": m.Root, "thread_id": m.Thread} {
		if value != "" {
			message[key] = value
		}
	}
	if m.Mentions != nil {
		message["mentions"] = m.Mentions
	}
	return s.Event("ev_"+random(8), "im.message.receive_v1", map[string]any{
		"sender":  map[string]any{"sender_id": map[string]any{"open_id": m.From, "union_id": "on_" + m.From}, "sender_type": m.SenderType, "tenant_key": "tenant"},
		"message": message,
	})
}

// Mention is an entry of a message's mentions.
func Mention(key, openID, name string) map[string]any {
	return map[string]any{"key": key, "id": map[string]any{"open_id": openID}, "name": name, "mentioned_type": "user"}
}

// Click returns the event of a pressed button.
func (s *Server) Click(event, operator, message, chat string, value any) []byte {
	return s.Event(event, "card.action.trigger", map[string]any{
		"operator": map[string]any{"open_id": operator, "tenant_key": "tenant"}, "token": "c-" + random(6), "host": "im_message",
		"action":  map[string]any{"tag": "button", "value": value},
		"context": map[string]any{"open_message_id": message, "open_chat_id": chat},
	})
}

// Seal encrypts as the platform does.
func Seal(key string, plain []byte) string {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	out := make([]byte, aes.BlockSize+len(padded))
	_, _ = rand.Read(out[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], padded)
	return base64.StdEncoding.EncodeToString(out)
}

// Request returns the post of an event to the address, encrypted and signed where the app has an Encrypt Key.
func (s *Server) Request(ctx context.Context, url string, event []byte) (*http.Request, error) {
	body := event
	if s.EncryptKey != "" {
		body = must(json.Marshal(map[string]string{"encrypt": Seal(s.EncryptKey, event)}))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if s.EncryptKey != "" {
		stamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), random(5)
		sum := sha256.Sum256(append([]byte(stamp+nonce+s.EncryptKey), body...))
		r.Header.Set("X-Lark-Request-Timestamp", stamp)
		r.Header.Set("X-Lark-Request-Nonce", nonce)
		r.Header.Set("X-Lark-Signature", hex.EncodeToString(sum[:]))
	}
	return r, nil
}

// Post delivers an event to a webhook, with the platform's patience of 3 s, and returns what was answered. An error: it would be sent again.
func (s *Server) Post(client *http.Client, url string, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	r, err := s.Request(ctx, url, event)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return body, fmt.Errorf("%s %s", resp.Status, body)
	}
	return body, nil
}

// socket is a long connection; one writes at a time.
type socket struct {
	*websocket.Conn
	mu sync.Mutex
}

func (s *Server) endpoint(w http.ResponseWriter, r *http.Request) {
	var in larkws.BootstrapRequest
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.AppID != s.AppID || in.AppSecret != s.AppSecret {
		answer(w, http.StatusOK, larkws.EndpointResp{Code: larkws.AuthFailed, Msg: "app_id or app_secret is wrong"})
		return
	}
	answer(w, http.StatusOK, larkws.EndpointResp{Data: &larkws.Endpoint{
		Url:          "ws" + s.URL[len("http"):] + "/ws?device_id=7&service_id=33554678&ticket=" + random(6),
		ClientConfig: &larkws.ClientConfig{ReconnectCount: -1, ReconnectInterval: 1, PingInterval: 20},
	}})
}

func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{Conn: conn}
	s.mu.Lock()
	s.sockets = append(s.sockets, k)
	s.mu.Unlock()
	s.working.Add(1)
	defer s.working.Done()
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			s.drop(k)
			return
		}
		var f larkws.Frame
		if f.Unmarshal(data) != nil {
			continue
		}
		headers := larkws.Headers(f.Headers)
		if f.Method == int32(larkws.FrameTypeControl) {
			if headers.GetString(larkws.HeaderType) == string(larkws.MessageTypePing) {
				pong := larkws.Headers{}
				pong.Add(larkws.HeaderType, string(larkws.MessageTypePong))
				_ = k.send(&larkws.Frame{Service: f.Service, Headers: pong, Payload: []byte(`{"PingInterval":20}`)})
			}
			continue
		}
		s.mu.Lock()
		waits := s.waiting[headers.GetString(larkws.HeaderMessageID)]
		s.mu.Unlock()
		if waits != nil {
			waits <- f.Payload
		}
	}
}

func (k *socket) send(f *larkws.Frame) error {
	data, err := f.Marshal()
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.WriteMessage(websocket.BinaryMessage, data)
}

func (s *Server) drop(k *socket) {
	k.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.sockets {
		if other == k {
			s.sockets = append(s.sockets[:i], s.sockets[i+1:]...)
			return
		}
	}
}

// Connections returns how many long connections there are.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Disconnect breaks all long connections.
func (s *Server) Disconnect() {
	s.mu.Lock()
	all := append([]*socket(nil), s.sockets...)
	s.mu.Unlock()
	for _, k := range all {
		k.Close()
	}
}

// Push delivers an event over one of the long connections, in so many pieces, and returns the data of the acknowledgement. An error: it
// would be sent again.
func (s *Server) Push(event []byte, pieces int) ([]byte, error) {
	acked, err := s.Begin(event, pieces)
	if err != nil {
		return nil, err
	}
	return acked()
}

// Begin writes an event to one of the long connections; what it returns waits for the acknowledgement.
func (s *Server) Begin(event []byte, pieces int) (acked func() ([]byte, error), err error) {
	id := random(8)
	waits := make(chan []byte, 1)
	s.mu.Lock()
	if len(s.sockets) == 0 {
		s.mu.Unlock()
		return nil, errors.New("no long connection")
	}
	n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(s.sockets))))
	k := s.sockets[n.Int64()]
	s.waiting[id] = waits
	s.mu.Unlock()
	size := (len(event) + pieces - 1) / pieces
	for i := range pieces {
		if i > 0 {
			time.Sleep(s.Between)
		}
		headers := larkws.Headers{}
		headers.Add(larkws.HeaderType, string(larkws.MessageTypeEvent))
		headers.Add(larkws.HeaderMessageID, id)
		headers.Add(larkws.HeaderSum, strconv.Itoa(pieces))
		headers.Add(larkws.HeaderSeq, strconv.Itoa(i))
		headers.Add(larkws.HeaderTraceID, "trace")
		piece := event[min(i*size, len(event)):min((i+1)*size, len(event))]
		if err := k.send(&larkws.Frame{SeqID: 1, Method: int32(larkws.FrameTypeData), Headers: headers, Payload: piece}); err != nil {
			return nil, err
		}
	}
	return func() ([]byte, error) { return s.await(id, waits) }, nil
}

// await waits for an acknowledgement, with the platform's patience.
func (s *Server) await(id string, waits <-chan []byte) ([]byte, error) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, id)
	}()
	t := time.NewTimer(3 * time.Second)
	defer t.Stop()
	select {
	case payload := <-waits:
		var r larkws.Response
		if err := json.Unmarshal(payload, &r); err != nil {
			return nil, err
		}
		if r.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("code %d", r.StatusCode)
		}
		return r.Data, nil
	case <-t.C:
		return nil, errors.New("not acknowledged within 3 s")
	}
}
