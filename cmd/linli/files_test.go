package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/bot"
)

// safeBuffer is written by the service and read by the test.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// served starts the service on a free port and returns what it printed.
func served(t *testing.T, change ...func(*Config)) string {
	t.Helper()
	config := defaults()
	config.Listen, config.Store, config.Log.Level = "127.0.0.1:0", t.TempDir(), "error"
	for _, c := range change {
		c(&config)
	}
	ctx, stop := context.WithCancel(context.Background())
	var out safeBuffer
	done := make(chan error, 1)
	go func() { done <- serve(ctx, config, streams{out: &out, err: io.Discard}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for !strings.Contains(out.String(), "管理员") {
		select {
		case err := <-done:
			t.Fatalf("the service ended: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	for ready := base(out.String()) + "/readyz"; ; time.Sleep(5 * time.Millisecond) {
		r, err := http.Get(ready)
		if err != nil {
			t.Fatal(err)
		}
		report, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if strings.Contains(string(report), `"status":"ok"`) { // all channels
			return out.String()
		}
	}
}

// guest is somebody with a browser.
type guest struct {
	t    *testing.T
	base string
	seat string // the name of the one that was signed in to
	http.Client
}

func enter(t *testing.T, link string) *guest {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	base, query, _ := strings.Cut(link, "/?")
	g := &guest{t: t, base: base, Client: http.Client{Jar: jar, Timeout: 20 * time.Second}}
	code, ok := strings.CutPrefix(query, "code=")
	if !ok {
		g.get("/")
		return g
	}
	r, err := g.PostForm(g.base+"/", map[string][]string{"code": {code}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	g.seat = r.Request.URL.Query().Get("seat")
	return g
}

// address is where the guest's seat finds the path.
func (g *guest) address(path string) string {
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	return g.base + path + sign + "seat=" + g.seat
}

func (g *guest) get(path string) (string, int) {
	r, err := g.Get(g.address(path))
	if err != nil {
		g.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(body), r.StatusCode
}

func (g *guest) post(path, kind string, body []byte, into any) int {
	r, err := g.Post(g.address(path), kind, bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		g.t.Fatal(err)
	}
	return r.StatusCode
}

// TestPhotoOfAReport: a resident sends a photo with a report; it is theirs and the staff's to see, and nobody else's.
func TestPhotoOfAReport(t *testing.T) {
	printed := served(t)
	links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(printed, -1)
	if len(links) < 4 {
		t.Fatalf("printed %q", printed)
	}
	resident, secretary := enter(t, links[0]), enter(t, links[2])
	stranger := enter(t, resident.base+"/")

	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	var photo bot.Attachment
	if status := resident.post("/api/v1/files?name=a.jpg", "application/octet-stream", picture.Bytes(), &photo); status != http.StatusCreated || photo.Kind != "image" {
		t.Fatalf("%d %+v", status, photo)
	}
	var answer struct {
		ID    string
		Error struct{ Message string }
	}
	if status := resident.post("/api/v1/files", "application/octet-stream", []byte("<script>"), &answer); status != http.StatusBadRequest || answer.Error.Message == "" {
		t.Errorf("a script was taken: %d %+v", status, answer)
	}
	say := func(g *guest, id string) int {
		body := fmt.Sprintf(`{"id":%q,"text":"马鞍山社区3栋2单元下水道堵了,污水漫出来了","files":[%q]}`, id, photo.Ref)
		return g.post("/api/v1/messages", "application/json", []byte(body), &answer)
	}
	if status := say(stranger, "stranger-1"); status != http.StatusBadRequest {
		t.Errorf("somebody else's photo was taken: %d", status)
	}
	if status := say(resident, "resident-1"); status != http.StatusAccepted {
		t.Fatalf("%d %+v", status, answer)
	}
	for who, c := range map[string]struct {
		guest *guest
		want  int
	}{"who sent it": {resident, http.StatusOK}, "staff": {secretary, http.StatusOK}, "a stranger": {stranger, http.StatusNotFound}} {
		if body, status := c.guest.get("/api/v1/files/" + photo.Key()); status != c.want {
			t.Errorf("%s: %d %.100s", who, status, body)
		}
	}
	waitFor := func(g *guest, want string) (page string) {
		t.Helper()
		for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
			if page, _ = g.get("/api/v1/history"); strings.Contains(page, `"out":[{`) && strings.Contains(page, want) {
				return page
			}
		}
		t.Fatalf("the history has no %s: %s", want, page)
		return ""
	}
	page := waitFor(resident, photo.Ref)

	// Who handles it closes it with a photo, which is then the reporter's to see too.
	number := regexp.MustCompile(`[A-Z]+-\d{8}-\d+`).FindString(page)
	picture.WriteByte(0) // other bytes, another file
	var after bot.Attachment
	if status := secretary.post("/api/v1/files?name=b.jpg", "application/octet-stream", picture.Bytes(), &after); status != http.StatusCreated || after.Ref == photo.Ref {
		t.Fatalf("%d %+v", status, after)
	}
	body := fmt.Sprintf(`{"id":"secretary-1","text":"%s 已经疏通好了,办结","files":[%q]}`, number, after.Ref)
	if status := secretary.post("/api/v1/messages", "application/json", []byte(body), &answer); status != http.StatusAccepted {
		t.Fatalf("%d %+v", status, answer)
	}
	waitFor(resident, after.Ref)
	for who, c := range map[string]struct {
		guest *guest
		want  int
	}{"the reporter": {resident, http.StatusOK}, "a stranger": {stranger, http.StatusNotFound}} {
		if body, status := c.guest.get("/api/v1/files/" + after.Key()); status != c.want {
			t.Errorf("the photo after, %s: %d %.100s", who, status, body)
		}
	}
}
