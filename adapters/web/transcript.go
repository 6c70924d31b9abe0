package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// line is a step of the conversation as a page gets it: bot.Line without what is nobody's business.
type line struct {
	ID  string      `json:"id"`
	At  time.Time   `json:"at"`
	In  *message    `json:"in,omitempty"`
	Out []bot.Reply `json:"out"`
}

// message is what the person said.
type message struct {
	ID       string           `json:"id"` // as the page gave it
	Text     string           `json:"text,omitempty"`
	Location *bot.Location    `json:"location,omitempty"`
	Files    []bot.Attachment `json:"files,omitempty"`
	At       time.Time        `json:"at"`
}

// replyEvent is one reply, as it is sent.
type replyEvent struct {
	Line  string    `json:"line"`
	Index int       `json:"index"`
	At    time.Time `json:"at"`
	Reply bot.Reply `json:"reply"`
}

// amendEvent is a reply that takes the place of one that was sent.
type amendEvent struct {
	Line  string    `json:"line"`
	Index int       `json:"index"`
	Reply bot.Reply `json:"reply"`
}

// lines is a part of a conversation, oldest first.
type lines struct {
	Lines  []line `json:"lines"`
	Before string `json:"before,omitempty"` // what to ask for to see earlier lines; empty at the beginning
}

// atBeginning is the line of the event ID of a page that has seen no line yet.
const atBeginning = "."

// eventID is what a page has seen when it has seen these.
func (l *lines) eventID() string {
	if len(l.Lines) == 0 {
		return eventID(atBeginning, 0)
	}
	last := l.Lines[len(l.Lines)-1]
	return eventID(last.ID, max(0, len(last.Out)-1))
}

func shownMessage(m *bot.Message) *message {
	if m == nil {
		return nil
	}
	return &message{ID: strings.TrimPrefix(m.ID, m.From.ID+"/"), Text: m.Text, Location: m.Location, Files: m.Attachments, At: m.At}
}

// pageLines is how many lines a page gets at once.
const pageLines = 30

// getHistory answers with earlier lines.
func (c *Channel) getHistory(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok {
		return errNoSeat()
	}
	found, err := c.earlier(r.Context(), s.account(), r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, found)
	return nil
}

// earlier reads the lines before the cursor; the newest if there is none.
func (c *Channel) earlier(ctx context.Context, a bot.Account, before string) (lines, error) {
	page, err := c.Store.Find(ctx, bot.Query{Kind: bot.KindLine, Keys: []string{chatKey(a)}, Newest: true, Limit: pageLines, After: before})
	if err != nil {
		if before != "" && bot.KindOf(err) == bot.Invalid {
			return lines{}, bot.Because(bot.Invalid, err, "before 要原样用上一次回答里给的值。")
		}
		return lines{}, err
	}
	shown, err := shownLines(page.Records)
	return lines{Lines: shown, Before: page.Next}, err
}

// A page that comes back is told what it missed since the last event that it saw. Lines may have been written in another order than they were
// sent (a notice waits behind replies), so it is told some more; it shows nothing twice.
const (
	overlap   = 15 * time.Minute
	maxMissed = 600
)

// missed reads what a page needs that starts or comes back: at least the newest lines, and all since the event.
func (c *Channel) missed(ctx context.Context, a bot.Account, lastEvent string) (lines, error) {
	found, err := c.earlier(ctx, a, "")
	if err != nil || lastEvent == "" || found.Before == "" {
		return found, err
	}
	var since time.Time
	if id := lineOf(lastEvent); id != atBeginning {
		last, err := c.Store.Get(ctx, bot.KindLine, id)
		if bot.KindOf(err) == bot.NotFound {
			return found, nil // removed, or invented; the newest lines are right in any case
		}
		if err != nil {
			return lines{}, err
		}
		since = last.Time.Add(-overlap)
	}
	for found.Before != "" && len(found.Lines) < maxMissed && found.Lines[0].At.After(since) {
		more, err := c.earlier(ctx, a, found.Before)
		if err != nil {
			return lines{}, err
		}
		found = lines{Lines: append(more.Lines, found.Lines...), Before: more.Before}
	}
	return found, nil
}

func chatKey(a bot.Account) string { return bot.ChatKey(bot.Chat{Channel: Name, ID: a.ID}) }

// shownLines makes lines of records that are newest first.
func shownLines(records []bot.Record) ([]line, error) {
	shown := make([]line, 0, len(records))
	for _, r := range slices.Backward(records) {
		var l bot.Line
		if err := json.Unmarshal(r.Body, &l); err != nil {
			return nil, bot.Because(bot.Internal, err, "")
		}
		shown = append(shown, line{ID: l.ID, At: l.At, In: shownMessage(l.In), Out: l.Out})
	}
	return shown, nil
}
