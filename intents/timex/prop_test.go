package timex

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

var testZone = time.FixedZone("CST", 8*3600)

func drawNow(t *rapid.T) time.Time {
	return time.Date(2020, 1, 1, 0, 0, 0, 0, testZone).Add(time.Duration(rapid.IntRange(0, 10*365*24*60).Draw(t, "now")) * time.Minute)
}

var digits = []rune("零一二三四五六七八九")

// chineseNumber writes 0 to 99 as people do.
func chineseNumber(n int) string {
	switch {
	case n < 10:
		return string(digits[n])
	case n < 20:
		return "十" + strings.TrimPrefix(string(digits[n-10]), "零")
	}
	return string(digits[n/10]) + "十" + strings.TrimPrefix(string(digits[n%10]), "零")
}

// either writes a number with figures or with characters.
func either(t *rapid.T, n int) string {
	if rapid.Bool().Draw(t, "figures") {
		return fmt.Sprint(n)
	}
	return chineseNumber(n)
}

// phrase writes an instant in one of many ways; the day may be said in any way that is certain.
func phrase(t *rapid.T, at, now time.Time) string {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, testZone)
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, testZone)
	k := int(day.Sub(today).Hours() / 24)
	days := []string{
		at.Format("2006-01-02"), at.Format("2006/1/2"), at.Format("2006.1.2"), at.Format("20060102"), at.Format("2006年1月2日"), at.Format("2006年01月02号"),
		strings.Map(func(r rune) rune { return digits[r-'0'] }, fmt.Sprint(at.Year())) + "年" + chineseNumber(int(at.Month())) + "月" + chineseNumber(at.Day()) + "日",
	}
	if name := map[int]string{-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天", 3: "大后天"}[k]; name != "" {
		days = append(days, name)
	}
	if day.After(today) && k < 360 {
		days = append(days, either(t, int(at.Month()))+"月"+either(t, at.Day())+rapid.SampledFrom([]string{"日", "号"}).Draw(t, "unit"))
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	if w := int(day.Sub(monday).Hours()) / 24; w >= 0 && w < 21 {
		days = append(days, []string{"本周", "下周", "下下周"}[w/7]+string([]rune("一二三四五六日")[w%7]))
	}
	said, clock := rapid.SampledFrom(days).Draw(t, "day"), clockPhrase(t, at)
	glue := rapid.SampledFrom([]string{"", " ", "的"}).Draw(t, "glue")
	if said[len(said)-1] <= '9' && clock[0] <= '9' { // figures would run together
		glue = " "
	}
	return said + glue + clock
}

func clockPhrase(t *rapid.T, at time.Time) string {
	h, m := at.Hour(), at.Minute()
	part, said := "", h
	switch {
	case h < 6:
		part = "凌晨"
	case h < 12:
		part = "上午"
	case h == 12:
		part = "中午"
	case h < 18:
		part, said = "下午", h-12
	default:
		part, said = "晚上", h-12
	}
	ways := []string{fmt.Sprintf("%02d:%02d", h, m), fmt.Sprintf("%s%d:%02d", part, said, m), part + either(t, said) + "点" + either(t, m) + "分"}
	if h >= 13 || h == 0 {
		ways = append(ways, fmt.Sprintf("%d时%d分", h, m))
	}
	switch m {
	case 0:
		ways = append(ways, part+either(t, said)+"点", part+either(t, said)+"点整")
	case 30:
		ways = append(ways, part+either(t, said)+"点半")
	case 15:
		ways = append(ways, part+either(t, said)+"点一刻")
	case 45:
		ways = append(ways, part+either(t, said)+"点三刻")
	}
	return rapid.SampledFrom(ways).Draw(t, "clock")
}

// TestPhraseRoundTrip writes a random instant in a random way and reads it back.
func TestPhraseRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := drawNow(t)
		at := now.Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-3, 400).Draw(t, "days"))
		at = time.Date(at.Year(), at.Month(), at.Day(), rapid.IntRange(0, 23).Draw(t, "hour"),
			rapid.SampledFrom([]int{0, 5, 10, 15, 20, 30, 45, 59}).Draw(t, "minute"), 0, 0, testZone)
		said := phrase(t, at, now)
		before, after := rapid.SampledFrom([]string{"", "请大家", "会议改到", "在"}).Draw(t, "before"), rapid.SampledFrom([]string{"", "开会", "，谢谢", "到会议室"}).Draw(t, "after")
		ms := Find(before+said+after, Options{Now: now})
		if len(ms) != 1 || ms[0].Text != said || ms[0].Kind != Instant || !ms[0].Start.Equal(at) {
			t.Fatalf("%q at %s: want %s, got %s", before+said+after, now, at, readings(ms))
		}
	})
}

// TestDistanceRoundTrip does the same for lengths and distances from now.
func TestDistanceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := drawNow(t)
		n := rapid.IntRange(1, 59).Draw(t, "n")
		unit := rapid.SampledFrom([]struct {
			name string
			d    time.Duration
		}{{"分钟", time.Minute}, {"个小时", time.Hour}, {"小时", time.Hour}, {"天", 24 * time.Hour}, {"周", 7 * 24 * time.Hour}, {"个星期", 7 * 24 * time.Hour}}).Draw(t, "unit")
		said := either(t, n) + unit.name
		d, ok := ParseDuration(said)
		if !ok || d != time.Duration(n)*unit.d {
			t.Fatalf("%s is %v", said, d)
		}
		for _, c := range []struct {
			word string
			sign int
		}{{"后", 1}, {"之后", 1}, {"以前", -1}, {"前", -1}} {
			want := now.Add(time.Duration(c.sign) * d)
			if unit.d >= 24*time.Hour {
				want = time.Date(want.Year(), want.Month(), want.Day(), 0, 0, 0, 0, testZone)
			}
			ms := Find(said+c.word, Options{Now: now})
			if len(ms) != 1 || !ms[0].Start.Equal(want) || ms[0].Text != said+c.word {
				t.Fatalf("%s at %s: want %s, got %s", said+c.word, now, want, readings(ms))
			}
		}
	})
}

// TestRangeRoundTrip writes two instants of one day as a range.
func TestRangeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := drawNow(t)
		day := now.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "days"))
		h := rapid.IntRange(8, 20).Draw(t, "hour")
		from := time.Date(day.Year(), day.Month(), day.Day(), h, 30*rapid.IntRange(0, 1).Draw(t, "half"), 0, 0, testZone)
		to := from.Add(time.Duration(rapid.IntRange(1, 6).Draw(t, "halves")) * 30 * time.Minute)
		said := phrase(t, from, now) + rapid.SampledFrom([]string{"到", "至", "-", "—", "~"}).Draw(t, "sep") + clockPhrase(t, to)
		ms := Find(said, Options{Now: now})
		if len(ms) != 1 || ms[0].Kind != Span || !ms[0].Start.Equal(from) || !ms[0].Stop.Equal(to) {
			t.Fatalf("%s at %s: want %s to %s, got %s", said, now, from, to, readings(ms))
		}
	})
}

// TestRecurrencesAreRules asks rrule-go for the first occurrences of rules and compares them with the days meant.
func TestRecurrencesAreRules(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 20, 0, 0, testZone)
	for _, c := range []struct{ text, want string }{
		{"每天早上8点", "2026-11-24T08:00 2026-11-25T08:00 2026-11-26T08:00"},
		{"每周三下午2点半", "2026-11-25T14:30 2026-12-02T14:30 2026-12-09T14:30"},
		{"每周一三五上午9点", "2026-11-25T09:00 2026-11-27T09:00 2026-11-30T09:00"},
		{"每两周", "2026-11-23T00:00 2026-12-07T00:00 2026-12-21T00:00"},
		{"隔周周三", "2026-11-25T00:00 2026-12-09T00:00 2026-12-23T00:00"},
		{"每月第一个周一", "2026-12-07T00:00 2027-01-04T00:00 2027-02-01T00:00"},
		{"每月最后一个周五", "2026-11-27T00:00 2026-12-25T00:00 2027-01-29T00:00"},
		{"每月最后一天", "2026-11-30T00:00 2026-12-31T00:00 2027-01-31T00:00"},
		{"每月31号", "2026-12-31T00:00 2027-01-31T00:00 2027-03-31T00:00"},
		{"每季度末月25日", "2026-12-25T00:00 2027-03-25T00:00 2027-06-25T00:00"},
		{"每季度末", "2026-12-31T00:00 2027-03-31T00:00 2027-06-30T00:00"},
		{"每季度第一天上午9点", "2027-01-01T09:00 2027-04-01T09:00 2027-07-01T09:00"},
		{"每个工作日上午9点", "2026-11-24T09:00 2026-11-25T09:00 2026-11-26T09:00"},
		{"每月第一个工作日", "2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00"},
		{"每年10月1日", "2027-10-01T00:00 2028-10-01T00:00 2029-10-01T00:00"},
		{"每年母亲节", "2027-05-09T00:00 2028-05-14T00:00 2029-05-13T00:00"},
		{"每年11月第三个周六上午10点", "2027-11-20T10:00 2028-11-18T10:00 2029-11-17T10:00"},
		{"每周末", "2026-11-28T00:00 2026-11-29T00:00 2026-12-05T00:00"},
		{"每月1号和15号", "2026-12-01T00:00 2026-12-15T00:00 2027-01-01T00:00"},
		{"每半年", "2026-11-23T00:00 2027-05-23T00:00 2027-11-23T00:00"},
		{"每晚12点", "2026-11-24T00:00 2026-11-25T00:00 2026-11-26T00:00"},
		{"every Friday at 3pm", "2026-11-27T15:00 2026-12-04T15:00 2026-12-11T15:00"},
	} {
		ms := Find(c.text, Options{Now: now})
		if len(ms) != 1 || ms[0].Kind != Recurrence || ms[0].Text != c.text {
			t.Errorf("%s: %s", c.text, readings(ms))
			continue
		}
		opt, err := rrule.StrToROption(ms[0].RRule)
		if err != nil {
			t.Errorf("%s: %s: %v", c.text, ms[0].RRule, err)
			continue
		}
		opt.Dtstart, opt.Count = ms[0].Start, 3
		r, err := rrule.NewRRule(*opt)
		if err != nil {
			t.Errorf("%s: %s: %v", c.text, ms[0].RRule, err)
			continue
		}
		var got []string
		for _, o := range r.All() {
			got = append(got, o.Format("2006-01-02T15:04"))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.text, ms[0].RRule, s, c.want)
		}
	}
}

// checkMatches holds for every text whatever.
func checkMatches(t interface{ Fatalf(string, ...any) }, text string, ms []Match) {
	last := 0
	for _, m := range ms {
		if m.Pos < last || m.End <= m.Pos || m.End > len(text) || text[m.Pos:m.End] != m.Text {
			t.Fatalf("%q: offsets %d to %d of %q after %d", text, m.Pos, m.End, m.Text, last)
		}
		last = m.End
		if m.ClockEnd > 0 && (m.ClockPos < m.Pos || m.ClockEnd > m.End) {
			t.Fatalf("%q: the clock of %q is at %d to %d", text, m.Text, m.ClockPos, m.ClockEnd)
		}
		switch {
		case m.Invalid != "":
		case m.Kind == Length:
			if m.Duration <= 0 || !m.Start.IsZero() {
				t.Fatalf("%q: %q is a length of %v", text, m.Text, m.Duration)
			}
		case m.Kind == Recurrence:
			if _, err := rrule.StrToROption(m.RRule); err != nil || m.Start.IsZero() {
				t.Fatalf("%q: %q has the rule %q from %v: %v", text, m.Text, m.RRule, m.Start, err)
			}
		case m.Mod == "" && (m.Start.IsZero() || m.Stop.Before(m.Start)):
			t.Fatalf("%q: %q is %v to %v", text, m.Text, m.Start, m.Stop)
		case m.Mod != "" && m.Start.IsZero() == m.Stop.IsZero():
			t.Fatalf("%q: %q is open on both sides or none: %v to %v", text, m.Text, m.Start, m.Stop)
		}
	}
}

var pieces = strings.Fields("今 明 后 天 年 月 日 号 周 星期 一 二 三 十 廿 两 半 点 分 秒 刻 时 上 下 午 晚 早 凌晨 每 隔 逢 第 个 最后 初 底 末 中 旬 季度 工作日 前 后 内 起 到 至 - ~ : / . ( ) 之 以 的 " +
	"和 12 3 2026 31 00 30 99999 元旦 春节 国庆 除夕 正月 腊月 农历 闰 从 自 截至 现在 未来 过去 近 差 过 再 大约 左右 多 几 年代 世纪 期间 假期 小时 天 tomorrow at pm every 10 in days next Monday Dec half past")

// TestAnyPieces joins pieces of phrases at random: nothing panics, offsets hold.
func TestAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "space"))
		o := Options{Now: drawNow(t), Prefer: Prefer(rapid.IntRange(0, 3).Draw(t, "prefer"))}
		o.Usage.BareYears, o.Usage.FromNow, o.Usage.HoursAsSaid = rapid.Bool().Draw(t, "bare"), rapid.Bool().Draw(t, "now"), rapid.Bool().Draw(t, "said")
		checkMatches(t, text, Find(text, o))
		checkMatches(t, text, FindDurations(text, o))
	})
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"明天下午三点", "2月30日", "每月第一个周一9点到11点", "从3号到５号", "next Friday at 10", "农历二〇二六年闰六月廿九", "\xff\xfe3点", "12.1-12.5", "99999999999年后", "3点差"} {
		f.Add(s, int64(1623604000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%(1<<33), 0).In(testZone)
		for prefer := range Prefer(4) {
			checkMatches(t, text, Find(text, Options{Now: now, Prefer: prefer}))
		}
	})
}
