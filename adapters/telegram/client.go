package telegram

import (
	"bytes"
	"io"
	"net/http"
)

// whole is how many bytes of a call go out in one piece.
const whole = 64 << 10

// pieces makes one piece of a call that the library writes in many small ones. That is cheaper, and a call that meets a connection which the platform has
// closed meanwhile is made again on a new one by the transport, since it can be read again: else nobody knew what became of it.
type pieces struct{ client *http.Client }

// Do implements the library's HttpClient.
func (p pieces) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return p.client.Do(r)
	}
	start, err := io.ReadAll(io.LimitReader(r.Body, whole+1))
	if err != nil {
		r.Body.Close()
		return nil, err
	}
	if len(start) > whole { // a file
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(start), r.Body), r.Body}
		return p.client.Do(r)
	}
	r.Body.Close()
	if len(start) == 0 {
		r.Body = http.NoBody
		return p.client.Do(r)
	}
	r.ContentLength = int64(len(start))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(start)), nil }
	r.Body = io.NopCloser(bytes.NewReader(start))
	return p.client.Do(r)
}
