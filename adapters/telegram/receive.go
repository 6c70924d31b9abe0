package telegram

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	api "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"linli/bot"
)

// maxUpdate is how many bytes an update may have.
const maxUpdate = 1 << 20

// poll asks for updates until the context ends. The offset moves on only when what came before it is durable: the library's own loop moves it when an
// update is in memory.
func (c *Channel) poll(ctx context.Context) {
	offset, wait, hold := int64(0), time.Second, 0 // the first request after a failure is answered at once
	for ctx.Err() == nil {
		updates, err := c.updates(ctx, offset, hold)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			c.ready.Store(false)
			hold = 0
			if errors.Is(err, api.ErrorConflict) {
				c.Logger.Error("telegram: another program polls with the same token; stop it, or give it a bot of its own", "error", c.mask(err))
			} else {
				c.Logger.Warn("telegram: no updates, will ask again", "in", wait, "error", c.mask(err))
			}
			if !sleep(ctx, after(err, wait)) {
				return
			}
			wait = min(2*wait, 30*time.Second)
			continue
		}
		c.ready.Store(true)
		wait, hold = time.Second, pollFor
		for _, raw := range updates {
			var u models.Update
			if err := json.Unmarshal(raw, &u); err != nil {
				var head struct {
					ID int64 `json:"update_id"`
				}
				if json.Unmarshal(raw, &head) != nil || head.ID == 0 {
					c.Logger.Error("telegram: an update that can't be read", "error", err)
					if !sleep(ctx, wait) {
						return
					}
					continue
				}
				u = models.Update{ID: head.ID} // what it holds is not for us
			}
			if err := c.take(ctx, &u); err != nil {
				c.Logger.Warn("telegram: not durable yet, will be asked for again", "update", u.ID, "error", err)
				if !sleep(ctx, wait) {
					return
				}
				break
			}
			offset = u.ID + 1
		}
	}
}

// pollFor is how long the platform holds a request open while there is nothing, in seconds.
const pollFor = 25

// updates asks for what comes from the offset on; with nothing there the platform holds the request open for so many seconds.
func (c *Channel) updates(ctx context.Context, offset int64, hold int) ([]json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"offset": offset, "limit": 100, "timeout": hold, "allowed_updates": allowed})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, (pollFor+15)*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Server+"/bot"+c.Token+"/getUpdates", bytes.NewReader(body))
	if err != nil {
		return nil, c.mask(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(r)
	if err != nil {
		return nil, c.mask(err)
	}
	defer response.Body.Close()
	var answer struct {
		OK          bool              `json:"ok"`
		Result      []json.RawMessage `json:"result"`
		Description string            `json:"description"`
		Code        int               `json:"error_code"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<20)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("getUpdates: %s: %w", response.Status, err)
	}
	switch {
	case answer.OK:
		return answer.Result, nil
	case answer.Code == http.StatusTooManyRequests:
		return nil, &api.TooManyRequestsError{Message: answer.Description, RetryAfter: answer.Parameters.RetryAfter}
	case answer.Code == http.StatusConflict:
		return nil, fmt.Errorf("%w, %s", api.ErrorConflict, answer.Description)
	case answer.Code == http.StatusUnauthorized:
		return nil, fmt.Errorf("%w, %s", api.ErrorUnauthorized, answer.Description)
	}
	return nil, fmt.Errorf("getUpdates: %d %s", answer.Code, answer.Description)
}

// Handler takes what the platform posts. It answers 200 only when the message is durable; with anything else the platform posts it again.
func (c *Channel) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		if given := r.Header.Get("X-Telegram-Bot-Api-Secret-Token"); c.Secret == "" || subtle.ConstantTimeCompare([]byte(given), []byte(c.Secret)) != 1 {
			http.Error(w, "wrong secret", http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		if err != nil {
			http.Error(w, "too big or cut", http.StatusRequestEntityTooLarge)
			return
		}
		var u models.Update
		if err := json.Unmarshal(body, &u); err != nil || u.ID == 0 {
			// Posting it again can't help, so it is taken and said in the log.
			c.Logger.Error("telegram: an update that can't be read", "error", err)
			w.WriteHeader(http.StatusOK)
			return
		}
		if err := c.take(r.Context(), &u); err != nil {
			c.Logger.Warn("telegram: not durable, to be posted again", "update", u.ID, "error", err)
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// take hands an update on. An error means: again, please.
func (c *Channel) take(ctx context.Context, u *models.Update) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.receive == nil {
		return bot.Errorf(bot.Unavailable, "not running")
	}
	m, ok := c.message(u)
	if !ok {
		c.release(ctx, u)
		return nil
	}
	err := c.receive(ctx, m)
	if bot.KindOf(err) == bot.Invalid {
		c.Logger.Warn("telegram: refused for good", "update", u.ID, "error", err)
		err = nil
	}
	if err == nil {
		c.release(ctx, u)
	}
	return err
}

// release lets a pressed button stop turning, beside what goes on: a slow platform must not hold up the acknowledgement. If it fails nothing is
// lost, and the person sees the answer anyway.
func (c *Channel) release(ctx context.Context, u *models.Update) {
	if u.CallbackQuery == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	c.beside.Go(func() {
		defer cancel()
		if _, err := c.calls.AnswerCallbackQuery(ctx, &api.AnswerCallbackQueryParams{CallbackQueryID: u.CallbackQuery.ID}); err != nil {
			c.Logger.Debug("telegram: callback not answered", "error", c.mask(err))
		}
	})
}

// message makes a message of an update; false: it is none for us.
func (c *Channel) message(u *models.Update) (bot.Message, bool) {
	m := bot.Message{ID: "u" + strconv.FormatInt(u.ID, 10)}
	switch {
	case u.CallbackQuery != nil:
		return c.pressed(m, u.CallbackQuery)
	case u.Message != nil:
		return c.said(m, u.Message)
	case u.EditedMessage != nil:
		return c.edited(m, u.EditedMessage)
	}
	return m, false
}

// pressed is a button of ours.
func (c *Channel) pressed(m bot.Message, q *models.CallbackQuery) (bot.Message, bool) {
	said := q.Message.Message
	if said == nil || q.Data == "" { // too old to be seen: the chat is not known
		return m, false
	}
	m.Chat, m.From, m.Action, m.Addressed = chatOf(said), account(&q.From), q.Data, true
	m.Text = q.Data
	m.At = time.Now()
	m.ReplyTo = strconv.Itoa(said.ID)
	if said.ReplyMarkup != nil {
		for _, row := range said.ReplyMarkup.InlineKeyboard {
			for _, button := range row {
				if button.CallbackData == q.Data {
					m.Text = button.Text
				}
			}
		}
	}
	return m, true
}

// said is what somebody wrote or sent.
func (c *Channel) said(m bot.Message, said *models.Message) (bot.Message, bool) {
	m.Chat, m.At = chatOf(said), time.Unix(int64(said.Date), 0)
	if said.MigrateToChatID != 0 {
		c.moved.Store(said.Chat.ID, said.MigrateToChatID)
		m.From = bot.Account{Channel: Name, ID: m.Chat.ID}
		m.Action, m.Addressed = "house:moved:"+strconv.FormatInt(said.MigrateToChatID, 10), true
		return m, true
	}
	if said.From == nil || said.From.IsBot {
		return m, false
	}
	m.From = account(said.From)
	text, entities := said.Text, said.Entities
	if text == "" {
		text, entities = said.Caption, said.CaptionEntities
	}
	text, addressed := c.address(text, entities)
	m.Text = command(text)
	m.Attachments = attachments(said)
	if said.Location != nil {
		m.Location = &bot.Location{Lat: said.Location.Latitude, Lon: said.Location.Longitude}
		if said.Venue != nil {
			m.Location.Label = strings.TrimSpace(said.Venue.Title + " " + said.Venue.Address)
		}
	}
	if reply := said.ReplyToMessage; reply != nil {
		m.ReplyTo = strconv.Itoa(reply.ID)
		if me := c.self.Load(); me != nil && reply.From != nil && reply.From.ID == me.ID && reply.ForumTopicCreated == nil {
			addressed = true
		}
	}
	m.Addressed = addressed || !m.Chat.Group
	if m.Text == "" && len(m.Attachments) == 0 && m.Location == nil {
		if said.Sticker == nil && said.Contact == nil && said.Poll == nil { // a service message: somebody joined, a title changed
			return m, false
		}
	}
	return m, true
}

// forget is how long after it was written a message's edits are taken.
const forget = time.Hour

// edited is what somebody wrote anew in the place of something else. A position that moves, and what was said long ago, are left alone.
func (c *Channel) edited(m bot.Message, said *models.Message) (bot.Message, bool) {
	if said.Text+said.Caption == "" || said.Location != nil || time.Duration(said.EditDate-said.Date)*time.Second > forget {
		return m, false
	}
	m, ok := c.said(m, said)
	m.Edited, m.At = true, time.Unix(int64(said.EditDate), 0)
	return m, ok
}

// address takes our name out of the text, and says whether it stood there. Offsets count UTF-16 units.
func (c *Channel) address(text string, entities []models.MessageEntity) (string, bool) {
	me := c.self.Load()
	units := utf16.Encode([]rune(text))
	addressed := false
	for i := len(entities) - 1; i >= 0; i-- {
		e := entities[i]
		if e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(units) {
			continue
		}
		word := string(utf16.Decode(units[e.Offset : e.Offset+e.Length]))
		ours := false
		switch e.Type {
		case models.MessageEntityTypeMention:
			ours = me != nil && strings.EqualFold(word, "@"+me.Username)
		case models.MessageEntityTypeTextMention:
			ours = me != nil && e.User != nil && e.User.ID == me.ID
		case models.MessageEntityTypeBotCommand:
			name, at, named := strings.Cut(word, "@")
			if !named || me != nil && strings.EqualFold(at, me.Username) {
				addressed = true
				units = append(append(append([]uint16{}, units[:e.Offset]...), utf16.Encode([]rune(name))...), units[e.Offset+e.Length:]...)
			}
			continue
		}
		if ours {
			addressed = true
			units = append(append([]uint16{}, units[:e.Offset]...), units[e.Offset+e.Length:]...)
		}
	}
	return strings.TrimSpace(string(utf16.Decode(units))), addressed
}

// command says in words what a command of Telegram's means: its names can't be Chinese.
func command(text string) string {
	if !strings.HasPrefix(text, "/") {
		return text
	}
	name, rest, _ := strings.Cut(text[1:], " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(name) {
	case "start", "help": // the engine knows them, and the code of a deep link: t.me/bot?start=CODE
		return text
	case "report":
		return strings.TrimSpace("上报 " + rest)
	case "todo":
		return "我的待办"
	case "meetings":
		return "有哪些会"
	case "cancel":
		return "算了"
	}
	return strings.TrimSpace(name + " " + rest)
}

func chatOf(m *models.Message) bot.Chat {
	chat := bot.Chat{Channel: Name, ID: strconv.FormatInt(m.Chat.ID, 10), Group: m.Chat.Type != models.ChatTypePrivate}
	if m.IsTopicMessage && m.MessageThreadID != 0 {
		chat.Thread = strconv.Itoa(m.MessageThreadID)
	}
	return chat
}

func account(u *models.User) bot.Account {
	return bot.Account{Channel: Name, ID: strconv.FormatInt(u.ID, 10), Name: strings.TrimSpace(u.FirstName + " " + u.LastName)}
}

// attachments are the files of a message; of a photo the largest size.
func attachments(m *models.Message) []bot.Attachment {
	var all []bot.Attachment
	if n := len(m.Photo); n > 0 {
		all = append(all, bot.Attachment{Kind: "image", Ref: m.Photo[n-1].FileID, Size: int64(m.Photo[n-1].FileSize)})
	}
	if m.Voice != nil {
		all = append(all, bot.Attachment{Kind: "audio", Ref: m.Voice.FileID, Size: m.Voice.FileSize, Name: "voice.ogg"})
	}
	if m.Audio != nil {
		all = append(all, bot.Attachment{Kind: "audio", Ref: m.Audio.FileID, Size: m.Audio.FileSize, Name: m.Audio.FileName})
	}
	if m.Video != nil {
		all = append(all, bot.Attachment{Kind: "video", Ref: m.Video.FileID, Size: m.Video.FileSize, Name: m.Video.FileName})
	}
	if m.Document != nil {
		kind := "file"
		if strings.HasPrefix(m.Document.MimeType, "image/") {
			kind = "image"
		}
		all = append(all, bot.Attachment{Kind: kind, Ref: m.Document.FileID, Size: m.Document.FileSize, Name: m.Document.FileName})
	}
	return all
}
