package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/bot"
)

// maxFiles is how many files one message may bring.
const maxFiles = 9

// maxFile is how many bytes of a file are read before it is refused; what is taken is for bot.Files to say.
const maxFile = 32 << 20

// postFile keeps the bytes in the body and answers 201 with the reference under which a message may bring them.
func (c *Channel) postFile(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok {
		return errNoSeat()
	}
	if c.Files == nil {
		return bot.Errorf(bot.Unavailable, "这里还不能发照片和文件。请用文字说明。")
	}
	if _, _, err := c.enter(); err != nil {
		return err
	}
	defer c.busy.Done()
	account := s.account()
	if ok, wait := c.uploads.allow(account.ID, c.Now()); !ok {
		return errTooFast(wait)
	}
	file, err := c.Files.Save(r.Context(), r.URL.Query().Get("name"), http.MaxBytesReader(w, r.Body, maxFile))
	if err != nil {
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			return bot.Errorf(bot.Invalid, "文件太大。照片可以压缩一下再发。")
		}
		return err
	}
	a := bot.Attachment{Channel: Name, Ref: file.ID, Kind: file.Kind, Name: file.Name, Size: file.Size}
	record, err := bot.FileRecord(a, bot.KeptFile{File: file, From: account.Key()}, account.Key(), c.Now())
	if err == nil {
		err = c.Store.Commit(r.Context(), bot.Change{Put: []bot.Record{record}})
	}
	if err != nil {
		return errors.Join(err, c.Files.Remove(context.WithoutCancel(r.Context()), file.ID))
	}
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(a)
}

// getFile shows a file to whom it is for; who it isn't for is told that it doesn't exist.
func (c *Channel) getFile(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok {
		return errNoSeat()
	}
	nothing := bot.Errorf(bot.NotFound, "没有这个文件,可能已按规定删除。")
	kept, err := c.keptFile(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	if kept == nil || c.Files == nil {
		return nothing
	}
	if may, err := c.mayRead(r.Context(), s.account(), r.PathValue("key"), kept); err != nil || !may {
		return errors.Join(nothing, err)
	}
	if kept.Problem != "" {
		return bot.Errorf(bot.NotFound, "%s", kept.Problem)
	}
	content, err := c.Files.Open(r.Context(), kept.ID)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", kept.Type)
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	if kept.Kind == "file" { // a document is saved, never shown as a page of ours
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+escape(kept.Name))
	}
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// Guard is the ability of Accounts to know files that aren't for all staff. What it guards it decides about alone.
type Guard interface {
	Guards(ctx context.Context, a bot.Account, key string) (guards, may bool, err error)
}

// mayRead reports whether the file is for the account: its own, what a reply showed it, any for staff; but for what somebody guards.
func (c *Channel) mayRead(ctx context.Context, a bot.Account, key string, kept *bot.KeptFile) (bool, error) {
	if g, ok := c.Accounts.(Guard); ok {
		if guards, may, err := g.Guards(ctx, a, key); guards || err != nil {
			return may, err
		}
	}
	if kept.From == a.Key() {
		return true, nil
	}
	profile, err := c.Accounts.Profile(ctx, a)
	if err != nil || profile.Staff {
		return err == nil, err
	}
	return c.wasShown(ctx, a, key)
}

// wasShown reports whether a reply in the account's conversation bore the file.
func (c *Channel) wasShown(ctx context.Context, a bot.Account, key string) (bool, error) {
	q := bot.Query{Kind: bot.KindLine, Keys: []string{chatKey(a)}, Newest: true, Limit: 100}
	for range maxMissed / q.Limit {
		page, err := c.Store.Find(ctx, q)
		if err != nil {
			return false, err
		}
		for _, r := range page.Records {
			var l bot.Line
			if err := json.Unmarshal(r.Body, &l); err != nil {
				return false, err
			}
			for _, out := range l.Out {
				if slices.ContainsFunc(out.Files, func(f bot.Attachment) bool { return f.Key() == key }) {
					return true, nil
				}
			}
		}
		if q.After = page.Next; page.Next == "" {
			break
		}
	}
	return false, nil
}

// keptFile reads the record of a file; nil if there is none.
func (c *Channel) keptFile(ctx context.Context, key string) (*bot.KeptFile, error) {
	r, err := c.Store.Get(ctx, bot.KindFile, key)
	if bot.KindOf(err) == bot.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var kept bot.KeptFile
	return &kept, json.Unmarshal(r.Body, &kept)
}

// attachments are the files that the message brings. They must be the sender's own.
func (c *Channel) attachments(ctx context.Context, from bot.Account, refs []string) ([]bot.Attachment, *bot.Location, error) {
	var all []bot.Attachment
	var taken *bot.Location
	for _, ref := range refs {
		kept, err := c.keptFile(ctx, bot.Attachment{Channel: Name, Ref: ref}.Key())
		if err != nil {
			return nil, nil, err
		}
		if kept == nil || kept.From != from.Key() {
			return nil, nil, bot.Errorf(bot.Invalid, "没有找到这个文件,请重新选一次再发。")
		}
		all = append(all, bot.Attachment{Channel: Name, Ref: ref, Kind: kept.Kind, Name: kept.Name, Size: kept.Size})
		if taken == nil {
			taken = kept.Taken
			if taken != nil {
				taken.Label = "照片的位置"
			}
		}
	}
	return all, taken, nil
}

// escape writes a name as RFC 5987 wants it.
func escape(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)|0x100, 16)[1:]))
	}
	return b.String()
}
