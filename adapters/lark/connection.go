package lark

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// connection is one long connection. One goroutine reads, one sends signs of life, and a few take events: those of one chat in
// their order, so that nobody's second sentence comes first.
type connection struct {
	c       *Channel
	socket  *websocket.Conn
	service int32
	ping    atomic.Int64 // a time.Duration
	writing sync.Mutex
	lanes   [16]chan event
	parts   parts
}

// event is a frame that is whole.
type event struct {
	frame *frame
	body  []byte
	err   error // of its form
}

const (
	maxFrame  = 4 << 20
	writeTime = 10 * time.Second
)

// connect opens the connection and serves it until it breaks or the context ends.
func (c *Channel) connect(ctx context.Context, e endpoint) error {
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, Proxy: http.ProxyFromEnvironment}
	socket, resp, err := dialer.DialContext(ctx, e.URL, nil)
	if resp != nil {
		resp.Body.Close()
	}
	if err != nil {
		if resp != nil {
			code, _ := strconv.Atoi(cmp.Or(resp.Header.Get("Handshake-Autherrcode"), resp.Header.Get("Handshake-Status"), strconv.Itoa(resp.StatusCode)))
			return &endpointError{code, resp.Header.Get("Handshake-Msg")}
		}
		return fmt.Errorf("dial: %w", err)
	}
	u, _ := url.Parse(e.URL) // it was read before
	service, _ := strconv.ParseInt(u.Query().Get("service_id"), 10, 32)
	k := &connection{c: c, socket: socket, service: int32(service), parts: parts{waiting: map[string]*partial{}}}
	k.ping.Store(int64(e.Config.ping()))
	return k.serve(ctx)
}

// serve reads until the connection breaks or the context ends; what was read is then taken and acknowledged before it returns.
func (k *connection) serve(ctx context.Context) error {
	defer k.socket.Close()
	k.socket.SetReadLimit(maxFrame)
	k.c.connected.Store(true)
	defer k.c.connected.Store(false)
	k.c.Logger.Info("lark: the long connection is up")

	var taking, helping sync.WaitGroup
	for i := range k.lanes {
		k.lanes[i] = make(chan event, 64)
		taking.Go(func() {
			for e := range k.lanes[i] {
				k.take(context.WithoutCancel(ctx), e)
			}
		})
	}
	living, dead := context.WithCancel(ctx)
	helping.Go(func() { k.beat(living) })
	helping.Go(func() {
		<-living.Done()
		_ = k.socket.SetReadDeadline(time.Unix(1, 0)) // wakes the reader
	})
	err := k.read(living)
	dead()
	for i := range k.lanes {
		close(k.lanes[i])
	}
	taking.Wait()
	helping.Wait()
	if ctx.Err() != nil {
		k.writing.Lock()
		defer k.writing.Unlock()
		_ = k.socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		return nil
	}
	return err
}

// read sorts what comes in until the connection breaks. A connection that says nothing for two beats is broken.
func (k *connection) read(ctx context.Context) error {
	for {
		if err := k.socket.SetReadDeadline(time.Now().Add(2*time.Duration(k.ping.Load()) + 5*time.Second)); err != nil {
			return err
		}
		if ctx.Err() != nil { // the deadline above may have come after the one that wakes us
			return ctx.Err()
		}
		kind, data, err := k.socket.ReadMessage()
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if kind != websocket.BinaryMessage {
			continue
		}
		f, err := readFrame(data)
		if err != nil {
			k.c.Logger.Warn("lark: a frame that can't be read is left out", "bytes", len(data))
			continue
		}
		if f.method == methodControl {
			k.control(f)
			continue
		}
		body, err := k.parts.add(f.header(headerMessage), f.number(headerSum), f.number(headerSeq), f.payload)
		if body == nil && err == nil {
			continue // the rest follows
		}
		select {
		case k.lanes[lane(body, len(k.lanes))] <- event{frame: f, body: body, err: err}:
		case <-ctx.Done():
			return ctx.Err() // not acknowledged: it comes again
		}
	}
}

// control reads a pong, which may say how often to beat from now on.
func (k *connection) control(f *frame) {
	var config streamConfig
	if f.header(headerType) == "pong" && len(f.payload) > 0 && json.Unmarshal(f.payload, &config) == nil && config.PingInterval > 0 {
		k.ping.Store(int64(config.ping()))
	}
}

// lane is by the chat, so that a chat's events keep their order.
func lane(body []byte, lanes int) int {
	var in struct {
		Event struct {
			Chat    string `json:"chat_id"`
			Message struct {
				Chat string `json:"chat_id"`
			} `json:"message"`
			Context struct {
				Chat string `json:"open_chat_id"`
			} `json:"context"`
		} `json:"event"`
	}
	_ = json.Unmarshal(body, &in) // what can't be read has no order to keep
	h := fnv.New32a()
	h.Write([]byte(cmp.Or(in.Event.Message.Chat, in.Event.Chat, in.Event.Context.Chat)))
	return int(h.Sum32() % uint32(lanes))
}

// take makes an event durable and acknowledges it; one that could not be is refused, and comes again.
func (k *connection) take(ctx context.Context, in event) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	code, answer := http.StatusOK, any(nil)
	err := in.err
	if err == nil {
		var e *envelope
		if e, err = readEnvelope(in.body); err == nil {
			if answer, err = k.c.take(ctx, e); err != nil {
				code = http.StatusInternalServerError
			}
		}
	}
	if err != nil { // of an unknown form: acknowledged, since it will not be better the next time
		k.c.Logger.Error("lark: an event was not taken", "message", in.frame.header(headerMessage), "code", code, "error", err)
	}
	if err := k.answer(in.frame, code, answer, time.Since(began)); err != nil {
		k.c.Logger.Warn("lark: an event could not be acknowledged; it comes again", "error", err)
	}
}

// response is the payload of an acknowledgement; Data is JSON in base64.
type response struct {
	Code    int               `json:"code"`
	Headers map[string]string `json:"headers"`
	Data    []byte            `json:"data"`
}

func (k *connection) answer(f *frame, code int, answer any, took time.Duration) error {
	r := response{Code: code}
	if answer != nil {
		data, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		r.Data = data
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return err
	}
	back := *f
	back.headers = append(append([]header{}, f.headers...), header{headerTook, strconv.FormatInt(took.Milliseconds(), 10)})
	back.payload = payload
	return k.write(&back)
}

func (k *connection) write(f *frame) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	return errors.Join(
		k.socket.SetWriteDeadline(time.Now().Add(writeTime)),
		k.socket.WriteMessage(websocket.BinaryMessage, f.encode()),
	)
}

// beat sends signs of life. A failure shows itself to the reader.
func (k *connection) beat(ctx context.Context) {
	for {
		_ = k.write(&frame{service: k.service, method: methodControl, headers: []header{{headerType, "ping"}}})
		if !sleep(ctx, time.Duration(k.ping.Load())) {
			return
		}
	}
}
