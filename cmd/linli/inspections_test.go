package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/bot"
)

// shownReply is a reply as the page reads it.
type shownReply struct {
	Text  string
	Files []bot.Attachment
}

// awaitReply waits for a reply in the guest's conversation.
func awaitReply(t *testing.T, g *guest, want func(shownReply) bool) shownReply {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		page, _ := g.get("/api/v1/history")
		var history struct{ Lines []struct{ Out []shownReply } }
		if err := json.Unmarshal([]byte(page), &history); err != nil {
			t.Fatalf("%v: %s", err, page)
		}
		for _, l := range history.Lines {
			if i := slices.IndexFunc(l.Out, want); i >= 0 {
				return l.Out[i]
			}
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("nothing of the kind was said: %s", page)
		}
	}
}

// TestPhotoOfAFinding: the inspector's photo comes to the community, and its photo of what it did back to the inspector.
func TestPhotoOfAFinding(t *testing.T) {
	links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(served(t), -1)
	if len(links) < 4 {
		t.Fatalf("printed %q", links)
	}
	secretary, admin := enter(t, links[2]), enter(t, links[3])
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	n := 0
	say := func(g *guest, text string, photo bool) string {
		var a bot.Attachment
		files := "[]"
		if photo {
			if status := g.post("/api/v1/files?name=a.jpg", "application/octet-stream", picture.Bytes(), &a); status != http.StatusCreated {
				t.Fatal(status)
			}
			files = fmt.Sprintf("[%q]", a.Ref)
		}
		n++
		var answer any
		body := fmt.Sprintf(`{"id":"finding-%d","text":%q,"files":%s}`, n, text, files)
		if status := g.post("/api/v1/messages", "application/json", []byte(body), &answer); status != http.StatusAccepted {
			t.Fatal(status, answer)
		}
		return a.Ref
	}
	shows := func(g *guest, words, ref string) {
		t.Helper()
		r := awaitReply(t, g, func(r shownReply) bool {
			return strings.Contains(r.Text, words) && len(r.Files) == 1 && r.Files[0].Ref == ref
		})
		if got, status := g.get("/api/v1/files/" + r.Files[0].Key()); status != http.StatusOK || !strings.HasPrefix(got, "\xff\xd8") {
			t.Errorf("%s: %d", words, status)
		}
	}
	say(secretary, "有哪些督查", false) // where somebody speaks is where they are spoken to
	awaitReply(t, secretary, func(r shownReply) bool { return strings.Contains(r.Text, "督查安排") })
	shows(secretary, "督查发现问题,请整改", say(admin, "督查发现马鞍山社区3栋楼道堆物,限3天整改", true))
	told := awaitReply(t, admin, func(r shownReply) bool { return strings.HasPrefix(r.Text, "已记录 DC") })
	number := regexp.MustCompile(`DC[0-9-]+`).FindString(told.Text)
	shows(admin, "报告已整改,请核实", say(secretary, number+" 已整改,清走了", true))
}

// TestBulletinOfInspections: who plans inspections says it, and has the month's bulletin in the chat and as a document; other staff don't get at it.
func TestBulletinOfInspections(t *testing.T) {
	links := regexp.MustCompile(`http://\S+\?\S+`).FindAllString(served(t), -1)
	if len(links) < 4 {
		t.Fatalf("printed %q", links)
	}
	secretary, admin := enter(t, links[2]), enter(t, links[3])
	var answer struct{ ID string }
	body := []byte(`{"id":"bulletin-1","text":"本月督查通报"}`)
	if status := admin.post("/api/v1/messages", "application/json", body, &answer); status != http.StatusAccepted {
		t.Fatal(status)
	}
	reply := awaitReply(t, admin, func(r shownReply) bool {
		return len(r.Files) == 1 && strings.HasSuffix(r.Files[0].Name, "督查通报.docx") && strings.HasPrefix(r.Text, "# ")
	})
	key := reply.Files[0].Key()
	got, status := admin.get("/api/v1/files/" + key)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, got)
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(got)), int64(len(got)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(f); err != nil || !strings.Contains(string(text), "督查通报") {
		t.Errorf("%v %s", err, text)
	}
	for name, g := range map[string]*guest{"a secretary": secretary, "a stranger": enter(t, admin.base+"/")} {
		if got, status := g.get("/api/v1/files/" + key); status != http.StatusNotFound {
			t.Errorf("%s: %d %.100s", name, status, got)
		}
	}
	if _, status := admin.get("/api/v1/files/inspections:nothing"); status != http.StatusNotFound {
		t.Errorf("what isn't there: %d", status)
	}
}
