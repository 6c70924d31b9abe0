package meetings

import (
	"slices"
	"strings"
	"time"

	"linli/bot"
)

// A room's hour is a record of its own: two people who take it at once write the same record, and the later one sees the other's booking.

// hour is the body of a room's hour.
type hour struct {
	Bookings []Booking `json:"bookings"`
}

// Booking is a meeting's use of a room.
type Booking struct {
	Meeting string    `json:"meeting"`
	Title   string    `json:"title"`
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

// nowhere are the words for places that any number of meetings can be at.
var nowhere = []string{"线上", "腾讯会议", "钉钉", "飞书", "视频", "电话", "网上", "群里"}

// hours are the IDs of the room's hours that the meeting touches, with their beginnings. A meeting that needs no room touches none.
func (m *Meeting) hours() map[string]time.Time {
	place := strings.Join(strings.Fields(m.Place), "")
	if place == "" || slices.ContainsFunc(nowhere, func(w string) bool { return strings.Contains(place, w) }) {
		return nil
	}
	hours := map[string]time.Time{}
	for at := m.At.Truncate(time.Hour); at.Before(m.End()) && len(hours) < 48; at = at.Add(time.Hour) {
		hours[m.Unit+"/"+place+"/"+at.UTC().Format("2006010215")] = at
	}
	return hours
}

// clash returns who has the room at the time of the meeting, or nil.
func (s *Skill) clash(t *bot.Turn, m *Meeting) (*Booking, error) {
	for id := range m.hours() {
		var h hour
		if _, err := t.Get(KindRoom, id, &h); err != nil {
			return nil, err
		}
		for _, b := range h.Bookings {
			if b.Meeting != m.ID && b.From.Before(m.End()) && m.At.Before(b.To) {
				b.From, b.To = local(t, b.From), local(t, b.To)
				return &b, nil
			}
		}
	}
	return nil, nil
}

// book takes the room for the meeting.
func (s *Skill) book(t *bot.Turn, m *Meeting) error {
	return s.changeHours(t, m, func(h *hour) {
		h.Bookings = append(h.Bookings, Booking{Meeting: m.ID, Title: m.Title, By: m.ByName, From: m.At, To: m.End()})
	})
}

// free gives the room back.
func (s *Skill) free(t *bot.Turn, m *Meeting) error { return s.changeHours(t, m, func(*hour) {}) }

func (s *Skill) changeHours(t *bot.Turn, m *Meeting, change func(*hour)) error {
	for id, at := range m.hours() {
		var h hour
		known, err := t.Get(KindRoom, id, &h)
		if err != nil {
			return err
		}
		h.Bookings = slices.DeleteFunc(h.Bookings, func(b Booking) bool { return b.Meeting == m.ID })
		change(&h)
		switch {
		case len(h.Bookings) > 0:
			err = t.Put(KindRoom, id, h, at, "unit="+m.Unit)
		case known:
			t.Remove(KindRoom, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
