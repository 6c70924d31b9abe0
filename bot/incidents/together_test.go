package incidents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/bot"
)

// send puts a message with whatever it carries into the engine and lets it settle.
func (w *world) send(m bot.Message) []string {
	w.said++
	m.ID, m.From, m.At = fmt.Sprint("s", w.said), bot.Account{Channel: "test", ID: m.Chat.ID}, w.now
	w.must(w.engine.Receive(context.Background(), m))
	w.settle()
	var texts []string
	for _, d := range w.sent {
		texts = append(texts, d.To.ID+": "+d.Reply.Text)
	}
	return texts
}

func (w *world) only() *Case {
	all := w.all()
	if len(all) != 1 {
		w.t.Fatalf("there are %d cases", len(all))
	}
	for _, c := range all {
		return c
	}
	return nil
}

// A photo that comes before the words, and those that come after them, belong to one report; the photo after is the handler's.
func TestPhotosBelongToTheirReport(t *testing.T) {
	w := newWorld(t)
	chat := bot.Chat{Channel: "test", ID: "r1"}
	photo := func(ref string) []bot.Attachment { return []bot.Attachment{{Kind: "image", Ref: ref}} }
	if got := w.send(bot.Message{Chat: chat, Attachments: photo("before")}); !strings.Contains(got[0], "照片收到了") {
		t.Fatal(got)
	}
	w.send(bot.Message{Chat: chat, Text: "3栋楼道堆了好多杂物"})
	w.now = w.now.Add(time.Minute)
	w.send(bot.Message{Chat: chat, Attachments: photo("more")})
	w.send(bot.Message{Chat: chat, Attachments: photo("more")}) // the same once more
	w.send(bot.Message{Chat: chat, Location: &bot.Location{Lat: 29.2951, Lon: 117.2263}})
	c := w.only()
	if len(c.Files) != 2 || c.Files[0].Ref != "before" || c.Place.Lat == 0 || c.Place.Spot != "3" {
		t.Fatalf("%+v %+v", c.Files, c.Place)
	}
	var told []bot.Delivery
	w.engine.Observe = func(r bot.TurnReport) { told = append(told, r.Deliveries...) }
	w.send(bot.Message{Chat: bot.Chat{Channel: "test", ID: "s1"}, Text: "1号已经处理好了,清走了", Attachments: photo("after")})
	if !slices.ContainsFunc(told, func(d bot.Delivery) bool {
		return d.To == chat && len(d.Reply.Files) == 1 && d.Reply.Files[0].Ref == "after"
	}) {
		t.Errorf("the reporter is not shown the photo of the result: %+v", told)
	}
	c = w.only()
	if len(c.Files) != 3 || !c.Files[2].After || c.State != CalledBack {
		t.Fatalf("%s %+v", c.State, c.Files)
	}
}

// Of many who take one case at once, exactly one has it; each of the others is told who.
func TestOneOfManyWins(t *testing.T) {
	w := newWorld(t)
	w.send(bot.Message{Chat: bot.Chat{Channel: "test", ID: "r1"}, Text: "3栋楼道堆了好多杂物"})
	id := w.only().ID
	ctx, stop := context.WithCancel(context.Background())
	var mu sync.Mutex
	told := map[string]string{}
	w.engine.Observe = func(r bot.TurnReport) {
		mu.Lock()
		defer mu.Unlock()
		for _, d := range r.Deliveries {
			if r.Message != nil && d.To.ID == r.Message.From.ID && d.Index == 0 { // a turn that lost its race reports again: the last counts
				told[d.To.ID] = d.Reply.Text
			}
		}
	}
	done := make(chan error, 1)
	go func() { done <- w.engine.Run(ctx) }()
	takers := []string{"g1", "s1", "st", "adm"}
	for _, p := range takers {
		w.must(w.engine.Receive(ctx, bot.Message{ID: "take" + p, Chat: bot.Chat{Channel: "test", ID: p}, From: bot.Account{Channel: "test", ID: p}, Action: name + ":sign:" + id, Text: "签收"}))
	}
	for n := 0; n < len(takers); {
		time.Sleep(time.Millisecond)
		mu.Lock()
		n = len(told)
		mu.Unlock()
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c := w.only()
	won := 0
	for _, p := range takers {
		switch {
		case strings.HasPrefix(told[p], "已签收"):
			won++
			if c.Handler.ID != p {
				t.Errorf("%s was told that it has the case, but %s has", p, c.Handler.ID)
			}
		case !strings.Contains(told[p], c.Handler.Name+"已签收"):
			t.Errorf("%s wasn't told who was first: %s", p, told[p])
		}
	}
	if won != 1 || c.State != Signed {
		t.Errorf("%d took it; it is %s", won, c.State)
	}
}

// A case is removed three years after its end, and not before; its figures stay.
func TestCasesAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.send(bot.Message{Chat: bot.Chat{Channel: "test", ID: "r1"}, Text: "3栋楼道堆了好多杂物"})
	w.send(bot.Message{Chat: bot.Chat{Channel: "test", ID: "s1"}, Text: "1号已经处理好了,清走了"})
	w.send(bot.Message{Chat: bot.Chat{Channel: "test", ID: "r1"}, Text: "解决了,联系过,满意"})
	if c := w.only(); c.State != Archived {
		t.Fatal(c.State)
	}
	w.now = w.now.AddDate(keptYears, 0, -1)
	w.must(w.engine.Drain(t.Context()))
	w.only()
	w.now = w.now.AddDate(0, 0, 2)
	w.must(w.engine.Drain(t.Context()))
	if n := len(w.all()); n != 0 {
		t.Errorf("%d cases are left", n)
	}
	page, err := w.store.Find(t.Context(), bot.Query{Kind: KindFigures})
	if err != nil || len(page.Records) != 1 {
		t.Errorf("%d %v", len(page.Records), err)
	}
}
