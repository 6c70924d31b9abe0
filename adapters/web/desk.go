package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"linli/bot"
)

// Desk is what staff see of the house: what needs a person.
type Desk interface {
	// Board is what the account may see. It fails with Forbidden for whom the desk is not for.
	Board(ctx context.Context, a bot.Account) (Board, error)

	// Act does what a row's button says. Doing it again, when it is done already, fails with NotFound.
	Act(ctx context.Context, a bot.Account, row string) error

	// Numbers are the figures of a unit and month, as "2026-11"; where one is empty, of the account's own unit, of this month. It fails with
	// Forbidden for whom they are not for.
	Numbers(ctx context.Context, a bot.Account, unit, month string) (Numbers, error)

	// NumbersFile writes one of the Files of Numbers.
	NumbersFile(ctx context.Context, a bot.Account, unit, month, name string, w io.Writer) error
}

// Board is a page of sections.
type Board struct {
	Who      Profile
	Sections []Section
}

// Section is a list with a heading.
type Section struct {
	Title string
	Empty string // said when there are no rows
	Rows  []Row
	More  int // how many more there are than are shown
}

// Row is a thing that needs a person.
type Row struct {
	ID     string // for Act
	Text   string
	Detail string
	At     time.Time
	Button string // what can be done; empty: nothing here
}

// deskPage is what desk.html shows.
type deskPage struct {
	Board
	Seat string
	Done string
}

// getDesk shows the board.
func (c *Channel) getDesk(w http.ResponseWriter, r *http.Request) error {
	return c.showDesk(w, r, "")
}

func (c *Channel) showDesk(w http.ResponseWriter, r *http.Request, done string) error {
	s, ok := seatOf(r)
	if !ok || c.Desk == nil {
		return c.signInFirst(w)
	}
	board, err := c.Desk.Board(r.Context(), s.account())
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, c.pages.desk, deskPage{Board: board, Seat: s.name, Done: done})
}

// signInFirst says how to get to the desk.
func (c *Channel) signInFirst(w http.ResponseWriter) error {
	return c.notice(w, http.StatusForbidden, notice{
		Title: "工作台要先登录", Text: "请用登录链接进入。在运行邻里的机器上可以生成:linli link --role secretary --unit 社区名称", Home: true})
}

// postDesk presses a row's button and shows the board again.
func (c *Channel) postDesk(w http.ResponseWriter, r *http.Request) error {
	s, ok := seatOf(r)
	if !ok || c.Desk == nil {
		return bot.Errorf(bot.Forbidden, "请先用登录链接进入。")
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	row := r.PostFormValue("row")
	if row == "" {
		return bot.Errorf(bot.Invalid, "没有收到要办的是哪一条,请回到工作台再按一次。")
	}
	if err := c.Desk.Act(r.Context(), s.account(), row); err != nil {
		if bot.KindOf(err) == bot.NotFound {
			return c.showDesk(w, r, "这一条已经处理过了。")
		}
		return err
	}
	return c.showDesk(w, r, "已办。")
}
