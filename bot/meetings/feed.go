package meetings

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linli/bot"
	"linli/bot/calendar"
)

// UnitFeed returns the calendar file of a unit: its meetings of the last month and all that are to come.
func (s *Skill) UnitFeed(ctx context.Context, store bot.Store, org *bot.Org, unit string, now time.Time) ([]byte, error) {
	events, err := s.events(ctx, store, now, "unit="+unit)
	if err != nil {
		return nil, err
	}
	return calendar.File(org.Name(unit), events, now, s.days), nil
}

// PersonFeed returns the calendar file of a person: the meetings of the units where they hold a role, those to which they are invited, and their
// own reminders.
func (s *Skill) PersonFeed(ctx context.Context, store bot.Store, p *bot.Person, now time.Time) ([]byte, error) {
	var all []calendar.Event
	keys := []string{"invited=" + p.ID}
	for _, g := range p.Grants {
		keys = append(keys, "unit="+g.Unit)
	}
	for _, key := range keys {
		events, err := s.events(ctx, store, now, key)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	reminders, err := find(ctx, store, bot.Query{Kind: KindReminder, Keys: []string{"by=" + p.ID, "status=" + string(Planned)}})
	if err != nil {
		return nil, err
	}
	for _, r := range reminders {
		var own Reminder
		if err := json.Unmarshal(r.Body, &own); err != nil {
			return nil, err
		}
		if !own.Chat.Group {
			own.Calendar.Start = own.Calendar.Start.In(now.Location())
			all = append(all, calendar.Event{UID: own.ID, Stamp: own.Made, Series: own.Calendar, Length: 15 * time.Minute, Title: own.Text, Leads: []calendar.Lead{{}}})
		}
	}
	slices.SortFunc(all, func(a, b calendar.Event) int { return cmp.Compare(a.UID, b.UID) })
	all = slices.CompactFunc(all, func(a, b calendar.Event) bool { return a.UID == b.UID })
	return calendar.File(p.Name, all, now, s.days), nil
}

// Invitation returns the calendar file of one meeting.
func (s *Skill) Invitation(ctx context.Context, store bot.Store, id string, now time.Time) ([]byte, error) {
	r, err := store.Get(ctx, KindMeeting, id)
	if err != nil {
		return nil, err
	}
	var m Meeting
	if err := json.Unmarshal(r.Body, &m); err != nil {
		return nil, err
	}
	return calendar.File(m.Title, []calendar.Event{m.event(now.Location())}, now, s.days), nil
}

// events are the series and the meetings that are in no series that bear the key, from a month ago.
func (s *Skill) events(ctx context.Context, store bot.Store, now time.Time, key string) ([]calendar.Event, error) {
	var all []calendar.Event
	series := map[string]bool{}
	if strings.HasPrefix(key, "unit=") {
		found, err := find(ctx, store, bot.Query{Kind: KindSeries, Keys: []string{key}})
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			var sr Series
			if err := json.Unmarshal(r.Body, &sr); err != nil {
				return nil, err
			}
			series[sr.ID] = true
			sr.Calendar.Start = sr.Calendar.Start.In(now.Location())
			e := sr.Pattern.event(now.Location())
			e.UID, e.Series, e.Sequence, e.Stamp = sr.ID, sr.Calendar, sr.Sequence, cmp.Or(sr.Changed, e.Stamp)
			if sr.Status == Cancelled {
				// What took place stays in people's calendars; a series that never did is cancelled as a whole.
				ended := sr.Calendar
				if err := ended.EndBefore(sr.Changed); err != nil {
					return nil, err
				}
				if _, ever := ended.Next(ended.Start.Add(-time.Second), s.days); ever {
					e.Series = ended
				} else {
					e.Off = true
				}
			}
			all = append(all, e)
		}
	}
	found, err := find(ctx, store, bot.Query{Kind: KindMeeting, Keys: []string{key}, From: now.AddDate(0, -1, 0)})
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		var m Meeting
		if err := json.Unmarshal(r.Body, &m); err != nil {
			return nil, err
		}
		if !series[m.Series] {
			all = append(all, m.event(now.Location()))
		}
	}
	return all, nil
}

func (m *Meeting) event(loc *time.Location) calendar.Event {
	return calendar.Event{
		UID: m.ID, Sequence: m.Sequence, Stamp: cmp.Or(m.Changed, m.Made), Series: calendar.Series{Start: m.At.In(loc)}, Length: m.Length,
		Title: m.Title, Place: m.Place, Note: strings.Join(m.Agenda, "\n"), Leads: m.Leads, Off: m.Status == Cancelled,
	}
}

// find reads all records that the query describes.
func find(ctx context.Context, store bot.Store, q bot.Query) ([]bot.Record, error) {
	var all []bot.Record
	for q.Limit = 1000; ; {
		page, err := store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if page.Next == "" {
			return all, nil
		}
		q.After = page.Next
	}
}
