package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"linli/adapters/web"
	"linli/bot"
	"linli/bot/answers"
)

// shown is how many rows a section of the desk has.
const shown = 50

// Board is what needs a person: what was given up, who waits for an answer, and what the catalogue lacks.
func (r *reception) Board(ctx context.Context, a bot.Account) (web.Board, error) {
	p, err := r.clerk(ctx, a)
	if err != nil {
		return web.Board{}, err
	}
	who, err := r.Profile(ctx, a)
	if err != nil {
		return web.Board{}, err
	}
	board := web.Board{Who: who}
	if r.house.org.Allowed(p, bot.SeeConversation, r.house.root) {
		letters, err := r.section(ctx, "没处理成功的", "没有。收到的都处理了,要发的都发出去了。", bot.Query{Kind: bot.KindDead, Newest: true}, r.letter)
		if err != nil {
			return board, err
		}
		board.Sections = append(board.Sections, letters)
	}
	for _, state := range []struct{ title, empty, key string }{
		{"等人回复的", "没有人在等回复。", "state=waiting"},
		{"目录答不上的问题", "没有。补充目录用 linli catalog import。", "state=unanswered"},
	} {
		s, err := r.section(ctx, state.title, state.empty, bot.Query{Kind: answers.KindQuestion, Keys: []string{state.key}, Newest: true}, r.question(p))
		if err != nil {
			return board, err
		}
		board.Sections = append(board.Sections, s)
	}
	return board, nil
}

// Act sends a dead letter again.
func (r *reception) Act(ctx context.Context, a bot.Account, row string) error {
	p, err := r.clerk(ctx, a)
	if err != nil {
		return err
	}
	if !r.house.org.Allowed(p, bot.SeeConversation, r.house.root) {
		return bot.Errorf(bot.Forbidden, "重新发送要由整个部署的管理员来做。")
	}
	return r.engine.Revive(ctx, row)
}

// clerk is who sits at the desk, if the desk is for them.
func (r *reception) clerk(ctx context.Context, a bot.Account) (*bot.Person, error) {
	p, err := r.engine.Who(ctx, a)
	if err != nil {
		return nil, err
	}
	if !r.house.org.Allowed(p, bot.SeeConversation, "") {
		return nil, bot.Errorf(bot.Forbidden, "工作台给社区书记、街道和管理员用。需要的话,请向上级要一个登录链接。")
	}
	return p, nil
}

// section makes rows of the records that the query finds. A row that the reader may not see is nil.
func (r *reception) section(ctx context.Context, title, empty string, q bot.Query, row func(bot.Record) (*web.Row, error)) (web.Section, error) {
	s := web.Section{Title: title, Empty: empty}
	q.Limit = 4 * shown
	page, err := r.house.store.Find(ctx, q)
	if err != nil {
		return s, err
	}
	for _, record := range page.Records {
		made, err := row(record)
		switch {
		case err != nil:
			return s, err
		case made == nil:
		case len(s.Rows) == shown:
			s.More++
		default:
			s.Rows = append(s.Rows, *made)
		}
	}
	return s, nil
}

func (r *reception) letter(record bot.Record) (*web.Row, error) {
	var d bot.DeadLetter
	if err := json.Unmarshal(record.Body, &d); err != nil {
		return nil, err
	}
	cause, _, _ := strings.Cut(d.Error, "\n")
	text := map[string]string{
		bot.QueueInbox: "一条收到的消息没有处理成功", bot.QueueOutbox: "一条回复没有发出去", bot.QueueNotice: "一条通知没有发出去", bot.QueueTimer: "一个提醒没有处理成功",
	}[d.Queue]
	return &web.Row{ID: record.ID, Text: text, Detail: fmt.Sprintf("试了%d次:%s", d.Attempt, cause), At: d.At.In(r.house.location), Button: "再试一次"}, nil
}

// question makes a row of a question from the clerk's own units.
func (r *reception) question(p *bot.Person) func(bot.Record) (*web.Row, error) {
	return func(record bot.Record) (*web.Row, error) {
		var q answers.Question
		if err := json.Unmarshal(record.Body, &q); err != nil {
			return nil, err
		}
		if !r.house.org.Allowed(p, bot.SeeConversation, q.Unit) {
			return nil, nil
		}
		return &web.Row{ID: record.ID, Text: bot.Mask(q.Text), Detail: strings.TrimSpace(q.Name + " " + r.house.org.Name(q.Unit)), At: q.At.In(r.house.location)}, nil
	}
}
