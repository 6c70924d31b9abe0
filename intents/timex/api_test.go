package timex

import (
	"testing"
	"time"
)

func TestFindDurations(t *testing.T) {
	for text, want := range map[string]string{
		"提前一天和两小时提醒":    "一天 = 24h0m0s ; 两小时 = 2h0m0s",
		"会前15分钟":        "15分钟 = 15m0s",
		"提前3天、1天和半小时":   "3天 = 72h0m0s ; 1天 = 24h0m0s ; 半小时 = 30m0s",
		"提前一天":          "一天 = 24h0m0s",
		"开会前半小时":        "半小时 = 30m0s",
		"30 minutes":    "30 minutes = 30m0s",
		"不用提醒":          "-",
		"提前一个半小时，别提前两天": "一个半小时 = 1h30m0s ; 两天 = 48h0m0s",
	} {
		if got := readings(FindDurations(text, Options{Now: benchNow})); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"一个半小时": 90 * time.Minute, "三天": 72 * time.Hour, "2小时30分": 150 * time.Minute, "两刻钟": 30 * time.Minute} {
		if got, ok := ParseDuration(text); !ok || got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "三天后来", "明天", "一天 两天", "很久"} {
		if got, ok := ParseDuration(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestDeadline(t *testing.T) {
	for text, want := range map[string]string{
		"周五":         "2026-11-28T00:00",
		"周五前":        "2026-11-27T00:00",
		"周五下午5点前":    "2026-11-27T17:00",
		"周五下午5点":     "2026-11-27T17:00",
		"三天内":        "2026-11-27T00:00",
		"3个工作日内":     "2026-11-27T00:00",
		"月底前":        "2026-12-01T00:00",
		"12月1日或之前":   "2026-12-02T00:00",
		"本周内":        "2026-11-30T00:00",
		"两小时内":       "2026-11-23T12:20",
		"半小时后":       "2026-11-23T10:50",
		"12月1号到5号":   "2026-12-06T00:00",
		"从周五起":       "",
		"每周五":        "",
		"两个小时":       "",
		"2月30日":      "",
		"12月1日之后":    "",
		"by Friday":  "2026-11-28T00:00",
		"国庆后第一个工作日前": "2027-10-04T00:00",
	} {
		ms := Find(text, Options{Now: benchNow})
		if len(ms) != 1 {
			t.Errorf("%s: %s", text, readings(ms))
			continue
		}
		got := ""
		if d, ok := ms[0].Deadline(); ok {
			got = d.Format("2006-01-02T15:04")
		}
		if got != want {
			t.Errorf("%s ends %s, want %s", text, got, want)
		}
	}
}

// everyDay is a calendar in which people always work.
type everyDay struct{}

func (everyDay) Workday(time.Time) (work, announced bool) { return true, false }

func TestOptions(t *testing.T) {
	ms := Find("三个工作日后", Options{Now: time.Date(2026, 11, 27, 9, 0, 0, 0, testZone), Calendar: everyDay{}})
	if len(ms) != 1 || ms[0].Start.Format(time.DateOnly) != "2026-11-30" || !ms[0].Provisional {
		t.Errorf("a calendar of one's own: %s", readings(ms))
	}
	ms = Find("明天3点", Options{Now: benchNow, Usage: Usage{HoursAsSaid: true}})
	if len(ms) != 1 || ms[0].Start.Hour() != 3 {
		t.Errorf("hours as said: %s", readings(ms))
	}
	ms = Find("三天内", Options{Now: benchNow, Usage: Usage{FromNow: true}})
	if len(ms) != 1 || !ms[0].Stop.Equal(benchNow.Add(72*time.Hour)) {
		t.Errorf("from now: %s", readings(ms))
	}
	if ms = Find("法定20个工作日", Options{}); len(ms) != 1 || ms[0].Workdays != 20 || ms[0].Kind != Length {
		t.Errorf("working days: %s", readings(ms))
	}
	if ms = Find("2027年开学", Options{}); len(ms) != 1 || ms[0].Start.Year() != 2027 {
		t.Errorf("without options: %s", readings(ms))
	}
	if ms = Find("明天", Options{Now: time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)}); ms[0].Start.Location() != time.UTC {
		t.Error("the location of Now is kept")
	}
	ms = Find("在２号（周三）下午３点　开会", Options{Now: benchNow})
	if len(ms) != 1 || ms[0].Text != "２号（周三）下午３点" || "在２号（周三）下午３点　开会"[ms[0].ClockPos:ms[0].ClockEnd] != "下午３点" {
		t.Errorf("full-width digits: %s", readings(ms))
	}
}
