package duties

import (
	"testing"
	"time"
)

// TestDue holds when an item's unit is reminded and when it goes up a level, over weekends, the National Day of 2026 and its working Saturday.
func TestDue(t *testing.T) {
	s := New(Options{})
	day := func(text string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+text+" 09:00", shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for name, c := range map[string]struct {
		due, now string
		raised   int
		on       string // when it last went up
		state    State
		stage    Stage
		up       bool
	}{
		"more than a week":              {due: "12-10", now: "12-02", stage: Quiet},
		"a week":                        {due: "12-10", now: "12-03", stage: Soon},
		"the day before":                {due: "12-10", now: "12-09", stage: Soon},
		"the day":                       {due: "12-10", now: "12-10", stage: Today},
		"a Sunday, on Friday":           {due: "12-13", now: "12-11", stage: Today},
		"a holiday, on the last day":    {due: "10-03", now: "09-30", stage: Today},
		"a working Saturday, on Friday": {due: "10-10", now: "10-09", stage: Soon},
		"a day late":                    {due: "12-10", now: "12-11", stage: Overdue, up: true},
		"up yesterday":                  {due: "12-10", now: "12-14", raised: 1, on: "12-11", stage: Overdue},
		"up three working days ago":     {due: "12-10", now: "12-16", raised: 1, on: "12-11", stage: Overdue, up: true},
		"holidays don't count":          {due: "09-28", now: "10-08", raised: 1, on: "09-29", stage: Overdue},
		"after the holidays":            {due: "09-28", now: "10-09", raised: 1, on: "09-29", stage: Overdue, up: true},
		"at the top":                    {due: "12-10", now: "12-31", raised: 2, on: "12-16", stage: Overdue},
		"reported":                      {due: "12-10", now: "12-31", state: Reported, stage: Quiet},
		"done":                          {due: "12-10", now: "12-31", state: Done, stage: Quiet},
	} {
		it := &Item{State: Open, Due: midnight(day(c.due)), Raised: c.raised}
		if c.state != "" {
			it.State = c.state
		}
		if c.on != "" {
			it.RaisedOn = midnight(day(c.on))
		}
		if stage, up := s.due(it, day(c.now), 2); stage != c.stage || up != c.up {
			t.Errorf("%s: stage %d, up %v; want %d, %v", name, stage, up, c.stage, c.up)
		}
	}
	if stage, up := s.due(&Item{State: Open}, day("12-10"), 2); stage != Quiet || up {
		t.Error("what has no deadline was due")
	}
}

func TestNumberIn(t *testing.T) {
	for text, want := range map[string]string{
		"第3大项第2小项完成了80%": "3-2", "第三大项的第二项": "3-2", "第十二大项第二十一小项": "12-21", "3大项2小项": "3-2", "5-2进度60%": "5-2", "重点项目3": "项目3", "第3个重点项目": "项目3",
		"三张清单更新项目三张": "", "需求资源项目三张清单更新到45%": "", "项目2完成了70%": "项目2",
		"第4大项有哪些": "4-", "老旧小区改造": "", "2026-12-31前": "", "电话0798-0003": "",
	} {
		if got := numberIn(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestMatterOf(t *testing.T) {
	for text, want := range map[string]string{
		"区里能不能把拆违交给社区": "拆违", "拆违归社区管吗": "拆违", "招商引资可以下放给社区吗": "招商引资", "能不能让居委会去清运垃圾": "清运垃圾", "该不该由社区承担违停治理": "违停治理",
		"社区几点上班": "", "把文件交给社区了": "", "社区书记是谁": "",
	} {
		if got, _, _ := matterOf(text); got != want {
			t.Errorf("%s asks about %q, want %q", text, got, want)
		}
	}
}
