package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"linli/bot"
)

// shelf keeps files in memory.
type shelf map[string]string

func (s shelf) Save(_ context.Context, name string, r io.Reader) (bot.File, error) {
	data, err := io.ReadAll(r)
	if string(data) == "virus" {
		return bot.File{}, bot.Errorf(bot.Invalid, "收不了这种文件。")
	}
	id := fmt.Sprint("file", len(s))
	s[id] = string(data)
	return bot.File{ID: id, Kind: "image", Type: "image/jpeg", Name: name, Size: int64(len(data))}, err
}

func (s shelf) Open(context.Context, string) (io.ReadSeekCloser, error) {
	return nil, bot.Errorf(bot.NotFound, "")
}
func (s shelf) Remove(_ context.Context, id string) error { delete(s, id); return nil }

// camera is a channel that can bring the bytes of what it announced.
type camera struct {
	*fake
	away int // how often it can't
}

func (c *camera) Fetch(_ context.Context, a bot.Attachment) (io.ReadCloser, error) {
	if c.away > 0 {
		c.away--
		return nil, bot.Errorf(bot.Unavailable, "")
	}
	return io.NopCloser(strings.NewReader(a.Ref)), nil
}

// TestFiles: the bytes are brought after the message is answered, tried again while the platform is away, refused with a reason, removed when their
// time is over.
func TestFiles(t *testing.T) {
	files := shelf{}
	var c *camera
	s := newStage(t, func(o *bot.Options) {
		c = &camera{fake: o.Channels[0].(*fake), away: 2}
		o.Channels[0], o.Files = c, files
	})
	s.receive(bot.Message{
		ID: "m", Chat: bot.Chat{Channel: "fake", ID: "1"}, From: bot.Account{Channel: "fake", ID: "1"}, Text: "look",
		Attachments: []bot.Attachment{{Kind: "image", Ref: "photo", Name: "a.jpg"}, {Kind: "file", Ref: "virus"}},
	})
	s.drain()
	s.wants("1", "echo look")
	if len(files) > 0 {
		t.Fatalf("kept %v while the platform was away", files)
	}
	s.pass(time.Minute)
	if len(files) != 1 || files["file0"] != "photo" {
		t.Errorf("kept %v", files)
	}
	for ref, want := range map[string]bot.KeptFile{
		"photo": {From: "fake:1", File: bot.File{ID: "file0", Kind: "image", Type: "image/jpeg", Name: "a.jpg", Size: 5}},
		"virus": {From: "fake:1", Problem: "收不了这种文件。", File: bot.File{Kind: "file"}},
	} {
		r, err := s.store.Get(t.Context(), bot.KindFile, "fake:"+ref)
		if err != nil {
			t.Fatal(err)
		}
		var got bot.KeptFile
		if err := json.Unmarshal(r.Body, &got); err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", ref, got, err, want)
		}
	}
	s.now = s.now.Add(bot.FileLife + 48*time.Hour)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(24 * time.Hour)
	s.drain()
	if len(files) > 0 {
		t.Errorf("still there after their time: %v", files)
	}
}
