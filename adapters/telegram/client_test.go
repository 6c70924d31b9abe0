package telegram

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// TestPieces: a call arrives as it was written, in one piece of a known length unless it is too long for that.
func TestPieces(t *testing.T) {
	var length int64
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		length = r.ContentLength
		got, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	client := pieces{server.Client()}
	for _, size := range []int{0, 1, whole - 1, whole, whole + 1, 5 * whole} {
		content := bytes.Repeat([]byte("x"), size)
		from, to := io.Pipe()
		go func() {
			for part := range slices.Chunk(content, 1000) {
				_, _ = to.Write(part)
			}
			_ = to.Close()
		}()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, from)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		want := int64(size)
		if size > whole {
			want = -1
		}
		if length != want || !bytes.Equal(got, content) {
			t.Errorf("of %d bytes %d arrived, with the length %d", size, len(got), length)
		}
	}
	from, to := io.Pipe()
	_ = to.CloseWithError(io.ErrUnexpectedEOF)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, from)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(r); err == nil {
		t.Error("half a call was sent")
	}
}
