package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

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
	key := ""
	for began := time.Now(); key == ""; time.Sleep(20 * time.Millisecond) {
		page, _ := admin.get("/api/v1/history")
		var history struct {
			Lines []struct {
				Out []struct {
					Text  string
					Files []struct{ Channel, Ref, Name string }
				}
			}
		}
		if err := json.Unmarshal([]byte(page), &history); err != nil {
			t.Fatalf("%v: %s", err, page)
		}
		for _, l := range history.Lines {
			for _, r := range l.Out {
				if len(r.Files) == 1 && strings.HasSuffix(r.Files[0].Name, "督查通报.docx") && strings.HasPrefix(r.Text, "# ") {
					key = r.Files[0].Channel + ":" + r.Files[0].Ref
				}
			}
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("the history has no bulletin: %s", page)
		}
	}
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
