package meetings_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/bottest"
	"linli/bot/meetings"
)

// TestFeeds: what was arranged in a conversation is in the calendars of the unit, of who is invited, and of who ordered a reminder.
func TestFeeds(t *testing.T) {
	understand, err := model()
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), ":memory:", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	skill, org := meetings.New(meetings.Options{File: func(id string) string { return "https://example.org/calendar/" + id + ".ics" }}), sampleOrg(t)
	out := bottest.Play(t, `now 2026-11-23T14:00:00+08:00
person 胡主任 street 里村街道
person 刘书记 secretary 马鞍山社区
group 街道群 里村街道
胡主任: 周四上午10点在街道三楼会议室开联席会,提前一天和一小时提醒
胡主任: 每周一上午9点半开街道例会,遇节假日照常
胡主任: 每周五下午5点开碰头会
wait 2m
胡主任: 取消12月7日的街道例会
胡主任: 碰头会以后都不开了
刘书记: 每天早上7点提醒我量血压
`, bottest.Setup{Store: store, Options: bot.Options{Skills: []bot.Skill{skill}, Understand: understand, Org: org, Root: "360203"}})
	if !strings.Contains(out, "加入日历:https://example.org/calendar/") {
		t.Errorf("the invitation has no calendar file:\n%s", out)
	}
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, shanghai)
	unit, err := skill.UnitFeed(t.Context(), store, org, "360203003", now)
	if err != nil {
		t.Fatal(err)
	}
	got := titles(t, unit)
	if want := []string{"碰头会 CANCELLED", "联席会", "街道例会"}; !slices.Equal(got, want) {
		t.Errorf("the unit's calendar has %v, want %v\n%s", got, want, out)
	}
	for _, want := range []string{"EXDATE;TZID=Asia/Shanghai:20261207T093000", "TRIGGER:-P1D", "LOCATION:街道三楼会议室", "X-WR-CALNAME:里村街道"} {
		if !strings.Contains(string(unit), want) {
			t.Errorf("%s is missing in\n%s", want, unit)
		}
	}
	people, err := store.Find(t.Context(), bot.Query{Kind: bot.KindPerson, Keys: []string{"role=secretary"}})
	if err != nil || len(people.Records) != 1 {
		t.Fatal(people, err)
	}
	secretary := &bot.Person{ID: people.Records[0].ID, Name: "刘书记", Grants: []bot.Grant{{Role: bot.Secretary, Unit: "360203003006"}}}
	own, err := skill.PersonFeed(t.Context(), store, secretary, now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := titles(t, own), []string{"联席会", "量血压"}; !slices.Equal(got, want) {
		t.Errorf("the secretary's calendar has %v, want %v", got, want)
	}
	found, err := store.Find(t.Context(), bot.Query{Kind: meetings.KindMeeting, Keys: []string{"kind=liaison"}})
	if err != nil || len(found.Records) != 1 {
		t.Fatal(found, err)
	}
	one, err := skill.Invitation(t.Context(), store, found.Records[0].ID, now)
	if err != nil || !slices.Equal(titles(t, one), []string{"联席会"}) {
		t.Errorf("the invitation is %s (%v)", one, err)
	}
	if _, err := skill.Invitation(t.Context(), store, "nothing", now); bot.KindOf(err) != bot.NotFound {
		t.Errorf("a meeting that does not exist gives %v", err)
	}
}

// titles are the titles in a calendar file, each once, with their status if they are cancelled.
func titles(t *testing.T, file []byte) []string {
	t.Helper()
	cal, err := ics.ParseCalendar(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range cal.Events() {
		title := e.GetProperty(ics.ComponentPropertySummary).Value
		if status := e.GetProperty(ics.ComponentPropertyStatus).Value; status == "CANCELLED" {
			title += " " + status
		}
		all = append(all, title)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
