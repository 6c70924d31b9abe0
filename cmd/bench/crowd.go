package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// patience is how long an answer may take before it counts as missing.
const patience = 20 * time.Second

// crowd is a number of people, each with a page open: one connection that listens, one that writes.
type crowd struct {
	visitors int
	length   time.Duration
	every    time.Duration // between two messages of the whole crowd; 0: each writes again as soon as it has its answer
}

// result is what the crowd saw.
type result struct {
	took       time.Duration
	latencies  []time.Duration // from the first byte of the message to its durable reply
	refused    int             // 429: asked to slow down, nothing was promised
	unanswered int
}

func (r *result) rate() float64 { return float64(len(r.latencies)) / r.took.Seconds() }

func (r *result) quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[int(q*float64(len(r.latencies)-1))]
}

// questions are what the crowd asks; each is answered from the catalogue.
var questions = []string{"开无犯罪记录证明找哪里盖章?", "高龄津贴要带什么材料", "身份证丢了怎么补办", "低保去哪里申请", "残疾人证多久能办好", "居委会能开亲属关系证明吗"}

// run puts the load on and waits for every answer.
func (c crowd) run(ctx context.Context, addr string) (*result, error) {
	people := make([]*visitor, c.visitors)
	for i := range people {
		v, err := enter(addr, fmt.Sprintf("%d-%d", time.Now().UnixNano(), i))
		if err != nil {
			return nil, err
		}
		defer v.leave()
		people[i] = v
	}
	began := time.Now()
	end := began.Add(c.length)
	var turns <-chan time.Time
	if c.every > 0 {
		tick := time.NewTicker(c.every)
		defer tick.Stop()
		turns = tick.C
	}
	var wait sync.WaitGroup
	errs := make([]error, len(people))
	for i, v := range people {
		wait.Go(func() {
			for n := 0; time.Now().Before(end) && ctx.Err() == nil && errs[i] == nil; n++ {
				if turns != nil {
					select {
					case <-turns:
					case <-time.After(time.Until(end)):
						return
					}
				}
				errs[i] = v.ask(questions[(i+n)%len(questions)])
			}
		})
	}
	wait.Wait()
	r := &result{took: time.Since(began)}
	for _, v := range people {
		r.latencies = append(r.latencies, v.latencies...)
		r.refused += v.refused
		r.unanswered += v.unanswered
	}
	slices.Sort(r.latencies)
	return r, errors.Join(errs...)
}

// visitor is one of the crowd. It speaks HTTP by hand: the load must not cost more than what it measures.
type visitor struct {
	addr, cookie string
	write        net.Conn
	answers      *bufio.Reader
	listen       net.Conn
	events       *bufio.Reader
	n            int
	request      bytes.Buffer

	latencies           []time.Duration
	refused, unanswered int
}

// enter opens a page.
func enter(addr, name string) (*visitor, error) {
	token := (strings.Repeat("A", 43) + strings.ReplaceAll(name, ".", "-"))[len(name):]
	v := &visitor{addr: addr, cookie: "linli=" + token}
	var err error
	if v.listen, err = net.Dial("tcp", addr); err != nil {
		return nil, err
	}
	v.events = bufio.NewReader(v.listen)
	if err := v.dial(); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(v.listen, "GET /api/v1/events HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", addr, v.cookie); err != nil {
		return nil, err
	}
	return v, v.until([]byte("event: lines"))
}

// dial opens the connection that writes, anew if there is one.
func (v *visitor) dial() (err error) {
	if v.write != nil {
		v.write.Close()
	}
	if v.write, err = net.Dial("tcp", v.addr); err != nil {
		return err
	}
	v.answers = bufio.NewReader(v.write)
	return nil
}

func (v *visitor) leave() {
	v.listen.Close()
	v.write.Close()
}

// until reads the stream up to the line that begins so.
func (v *visitor) until(prefix []byte) error {
	_ = v.listen.SetReadDeadline(time.Now().Add(patience))
	for {
		line, err := v.events.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("the stream did not begin: %w", err)
		}
		if bytes.HasPrefix(line, prefix) {
			return nil
		}
	}
}

// ask writes a message and waits for its reply in the stream.
func (v *visitor) ask(text string) error {
	v.n++
	id := fmt.Sprintf("message-%d", v.n)
	body := `{"id":"` + id + `","text":"` + text + `"}`
	v.request.Reset()
	fmt.Fprintf(&v.request, "POST /api/v1/messages HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", v.addr, v.cookie, len(body), body)
	began := time.Now()
	if _, err := v.write.Write(v.request.Bytes()); err != nil {
		return err
	}
	status, err := v.answer()
	switch {
	case err != nil:
		return fmt.Errorf("no answer to a message: %w", err)
	case status == 429:
		v.refused++
		time.Sleep(150 * time.Millisecond)
		return v.dial() // what follows the status is not read
	case status != 202:
		return fmt.Errorf("a message was answered with status %d", status)
	}
	// An event's first line is its ID: the line, which ends with the message's, and the index of the reply.
	wanted := []byte("/" + id + "/0/0\n")
	_ = v.listen.SetReadDeadline(time.Now().Add(patience))
	for {
		line, err := v.events.ReadSlice('\n')
		var slow net.Error
		switch {
		case errors.As(err, &slow) && slow.Timeout():
			v.unanswered++
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		case bytes.HasPrefix(line, []byte("id: ")) && bytes.HasSuffix(line, wanted):
			v.latencies = append(v.latencies, time.Since(began))
			return nil
		}
	}
}

// answer reads the response to a message.
func (v *visitor) answer() (status int, err error) {
	_ = v.write.SetReadDeadline(time.Now().Add(patience))
	line, err := v.answers.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 13 {
		return 0, fmt.Errorf("odd answer %q", line)
	}
	status, err = strconv.Atoi(string(line[9:12]))
	if status == 429 {
		return status, err
	}
	length := 0
	for err == nil {
		line, err = v.answers.ReadSlice('\n')
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	if err == nil {
		_, err = v.answers.Discard(length)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return status, err
}
