package incidents

import (
	"strings"

	"linli/bot"
)

// afterPhoto joins a photo or a pin that came first with the words that follow.
func (s *Skill) afterPhoto(t *bot.Turn, q asked) (bool, error) {
	t.Settle()
	if t.Now.Sub(t.Session.Last) > burst {
		return false, nil
	}
	for _, f := range q.Files {
		t.Message.Attachments = append(t.Message.Attachments, f.Attachment)
	}
	if q.Pin != nil && t.Message.Location == nil {
		t.Message.Location = &bot.Location{Lat: q.Pin.Lat, Lon: q.Pin.Lon}
	}
	if t.Text() == "" {
		return true, s.keepPhoto(t)
	}
	if t.Understood.Intent == "report" || t.Understood.Intent == "wish" {
		return true, s.report(t)
	}
	return false, nil
}

// keepPhoto remembers a photo or a pin that came without words, and asks for them.
func (s *Skill) keepPhoto(t *bot.Turn) error {
	q := asked{What: "photo"}
	for _, a := range t.Message.Attachments {
		q.Files = append(q.Files, File{Attachment: a, At: t.Now})
	}
	if l := t.Message.Location; l != nil {
		q.Pin = &pin{l.Lat, l.Lon}
	}
	t.Say(s.say("ask.photo", map[string]any{"Pin": q.Pin != nil, "Files": len(q.Files)}))
	return t.Expect(name, q)
}

// seenPhotos is how many photos of a case a card speaks of.
const seenPhotos = 3

// seen is what a model says that the first photos of a case show: a help for who looks at the card, by which nothing changes.
func (s *Skill) seen(t *bot.Turn, c *Case) ([]bot.Field, error) {
	if c.Secret {
		return nil, nil
	}
	var all []string
	for _, f := range c.Files[:min(len(c.Files), seenPhotos)] {
		var seen bot.Seen
		if known, err := t.Get(bot.KindSeen, f.Key(), &seen); err != nil {
			return nil, err
		} else if known {
			all = append(all, s.say("seen", seen))
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return []bot.Field{{Name: s.say("field.seen", nil), Value: strings.Join(all, ";")}}, nil
}
