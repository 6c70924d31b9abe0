package web

import (
	"context"
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
