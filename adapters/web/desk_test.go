package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"linli/bot"
)

// desk lets one account in and has one row, which can be done once.
type desk struct {
	clerk bot.Account
	done  []string
}

func (d *desk) Board(_ context.Context, a bot.Account) (Board, error) {
	if a != d.clerk {
		return Board{}, bot.Errorf(bot.Forbidden, "工作台给社区书记用。")
	}
	return Board{Who: Profile{Name: "刘书记"}, Sections: []Section{
		{Title: "没处理成功的", Rows: []Row{{ID: "inbox/<1>", Text: "一条消息<script>", Button: "再试一次"}}},
		{Title: "等人回复的", Empty: "没有人在等。"},
	}}, nil
}

func (d *desk) Act(_ context.Context, a bot.Account, row string) error {
	if a != d.clerk {
		return bot.Errorf(bot.Forbidden, "")
	}
	if len(d.done) > 0 {
		return bot.Errorf(bot.NotFound, "")
	}
	d.done = append(d.done, row)
	return nil
}

func (d *desk) Numbers(_ context.Context, a bot.Account, unit, month string) (Numbers, error) {
	if a != d.clerk {
		return Numbers{}, bot.Errorf(bot.Forbidden, "统计给社区书记看。")
	}
	return Numbers{
		Who: Profile{Name: "刘书记"}, Unit: cmp.Or(unit, "mas"), Units: []Choice{{"mas", "马鞍山社区"}, {"djq", "戴家弄社区"}},
		Month: cmp.Or(month, "2026-11"), Months: []Choice{{"2026-11", "2026年11月"}, {"2026-10", "2026年10月"}},
		Note:    "按受理月份<b>",
		Figures: []Figure{{"受理", "128", "", "有编号的事,不含撤回和并入别件的"}, {"响应率", "96.2%", "75/78", "回访中说联系过 ÷ 回答了的"}},
		Tables: []Table{
			{Titles: []string{"类别", "受理", "响应率"}, Rows: [][]string{{"井盖", "12", "样本不足"}, {"路灯", "30", "95.0%"}}},
			{Titles: []string{"地点", "受理", "响应率"}},
		},
		Files: []Choice{{"figures.csv", "下载统计 CSV"}},
	}, nil
}

func (d *desk) NumbersFile(_ context.Context, a bot.Account, unit, month, name string, w io.Writer) error {
	if a != d.clerk {
		return bot.Errorf(bot.Forbidden, "")
	}
	if name != "figures.csv" {
		return bot.Errorf(bot.NotFound, "没有这个文件。")
	}
	_, err := fmt.Fprintf(w, "%s,%s", unit, month)
	return err
}

func TestNumbers(t *testing.T) {
	d := &desk{}
	h := newHouse(t, func(o *Options) { o.Desk = d })
	clerk, other := h.visitor(), h.visitor()
	d.clerk = clerk.seat.account()
	for _, c := range []struct {
		name, path string
		who        *visitor
		status     int
		want       string
	}{
		{"a stranger is told how to get in", "/console/numbers/", other, http.StatusForbidden, "社区书记"},
		{"a figure stands with its meaning", "/console/numbers/", clerk, http.StatusOK, "75/78</span></dd><dd class=\"detail\">回访中说联系过"},
		{"what is said is text", "/console/numbers/", clerk, http.StatusOK, "按受理月份&lt;b&gt;"},
		{"the unit that was chosen stays chosen", "/console/numbers/?unit=djq", clerk, http.StatusOK, `value="djq" selected`},
		{"a part without cases says so", "/console/numbers/", clerk, http.StatusOK, "没有受理的事"},
		{"a file is for the unit and month shown", "/console/numbers/?unit=djq", clerk, http.StatusOK, "unit=djq&amp;month=2026-11"},
		{"the file", "/console/numbers/figures.csv?unit=djq&month=2026-10", clerk, http.StatusOK, "djq,2026-10"},
		{"not for a stranger", "/console/numbers/figures.csv", other, http.StatusForbidden, ""},
		{"no such file", "/console/numbers/other.csv", clerk, http.StatusNotFound, "没有这个文件"},
		{"no such kind", "/console/numbers/figures.exe", clerk, http.StatusNotFound, "没有这个文件"},
	} {
		resp, err := h.server.Client().Do(c.who.request("GET", c.path, ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != c.status || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %d, %v, %s", c.name, resp.StatusCode, err, text)
		}
	}
}

func TestDesk(t *testing.T) {
	d := &desk{}
	h := newHouse(t, func(o *Options) { o.Desk = d })
	clerk, other := h.visitor(), h.visitor()
	d.clerk = clerk.seat.account()
	page := func(v *visitor, method, body string) (int, string) {
		t.Helper()
		r := v.request(method, "/console/", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := h.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	for _, c := range []struct {
		name, method, body string
		who                *visitor
		status             int
		want               string
	}{
		{"a stranger is told how to get in", "GET", "", other, http.StatusForbidden, "社区书记"},
		{"a clerk sees what there is, as text", "GET", "", clerk, http.StatusOK, "一条消息&lt;script&gt;"},
		{"… and what there isn't", "GET", "", clerk, http.StatusOK, "没有人在等。"},
		{"a button does what it says", "POST", "row=inbox%2F%3C1%3E", clerk, http.StatusOK, "已办。"},
		{"pressed again it says that it is done", "POST", "row=inbox%2F%3C1%3E", clerk, http.StatusOK, "已经处理过了"},
		{"a stranger cannot press it", "POST", "row=x", other, http.StatusForbidden, ""},
		{"no row is a mistake", "POST", "", clerk, http.StatusBadRequest, "再按一次"},
	} {
		if status, text := page(c.who, c.method, c.body); status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d, %s", c.name, status, text)
		}
	}
	if len(d.done) != 1 || d.done[0] != "inbox/<1>" {
		t.Errorf("done: %q", d.done)
	}
}
