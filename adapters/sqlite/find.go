package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"linli/bot"
)

const (
	defaultPage = 100
	largestPage = 1000
	enoughToRun = 500 // entries of a key are counted up to here to find the one that is borne least
)

// Get implements bot.Store.
func (s *Store) Get(ctx context.Context, kind, id string) (bot.Record, error) {
	if err := s.usable(ctx); err != nil {
		return bot.Record{}, err
	}
	defer s.reading()()
	r := bot.Record{Kind: kind, ID: id}
	err := s.scan(s.queries.get.QueryRowContext(context.WithoutCancel(ctx), kind, id), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Record{}, bot.Errorf(bot.NotFound, "没有记录 %s/%s", kind, id)
	}
	if err != nil {
		return bot.Record{}, translate(err, s.dir)
	}
	return r, nil
}

// scan reads version, time, keys and body, after whatever else stands before them in the row.
func (s *Store) scan(row interface{ Scan(...any) error }, r *bot.Record, first ...any) error {
	var us int64
	var packed, body []byte
	if err := row.Scan(append(first, &r.Version, &us, &packed, &body)...); err != nil {
		return err
	}
	if body == nil {
		body = []byte{}
	}
	r.Time, r.Keys, r.Body = instant(us), unpackKeys(packed), body
	return nil
}

// search is a query made ready: its bounds as places in the order of time and row.
type search struct {
	kind     string
	keys     []string
	from, to int64 // of time, to not included
	newest   bool
	limit    int
	after    *place // due is the time, seq the row
}

func newSearch(q bot.Query) (search, error) {
	s := search{kind: q.Kind, newest: q.Newest, limit: cmp.Or(q.Limit, defaultPage), from: math.MinInt64, to: math.MaxInt64}
	if q.Kind == "" || q.Limit < 0 || q.Limit > largestPage {
		return s, bot.Errorf(bot.Invalid, "查询缺少种类，或者每页条数不在 0 到 %d 之间", largestPage)
	}
	s.keys = slices.Clone(q.Keys)
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
	var err error
	if !q.From.IsZero() {
		if s.from, err = micros(q.From); err != nil {
			return s, err
		}
	}
	if !q.To.IsZero() {
		if s.to, err = micros(q.To); err != nil {
			return s, err
		}
	}
	if q.After != "" {
		at, row, ok := strings.Cut(q.After, ".")
		t, err1 := strconv.ParseInt(at, 36, 64)
		r, err2 := strconv.ParseInt(row, 36, 64)
		if !ok || err1 != nil || err2 != nil {
			return s, bot.Errorf(bot.Invalid, "翻页标记 %q 无效，请从第一页开始", q.After)
		}
		s.after = &place{t, r}
	}
	return s, nil
}

func cursor(at, row int64) string {
	return strconv.FormatInt(at, 36) + "." + strconv.FormatInt(row, 36)
}

// Find implements bot.Store.
func (s *Store) Find(ctx context.Context, q bot.Query) (bot.Page, error) {
	if err := s.usable(ctx); err != nil {
		return bot.Page{}, err
	}
	f, err := newSearch(q)
	if err != nil {
		return bot.Page{}, err
	}
	defer s.reading()()
	page, err := s.find(ctx, s.reads, f)
	return page, translate(err, s.dir)
}

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (s *Store) find(ctx context.Context, db querier, f search) (bot.Page, error) {
	if err := f.leastFirst(ctx, db); err != nil {
		return bot.Page{}, err
	}
	text, args := f.sql("r.id, r.rowid, r.version, r.time, r.keys, r.body", true)
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return bot.Page{}, err
	}
	defer rows.Close()
	var page bot.Page
	var last int64 // row
	for rows.Next() {
		if len(page.Records) == f.limit {
			page.Next = cursor(page.Records[f.limit-1].Time.UnixMicro(), last)
			return page, nil
		}
		r := bot.Record{Kind: f.kind}
		if err := s.scan(rows, &r, &r.ID, &last); err != nil {
			return bot.Page{}, err
		}
		page.Records = append(page.Records, r)
	}
	return page, rows.Err()
}

// leastFirst moves the key that the fewest records bear to the front: the search runs along it and asks for the others.
func (f *search) leastFirst(ctx context.Context, db querier) error {
	if len(f.keys) < 2 {
		return nil
	}
	best, least := 0, math.MaxInt
	for i, key := range f.keys {
		var n int
		err := db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM keys WHERE kind = ? AND key = ? AND time >= ? AND time < ? LIMIT ?)`,
			f.kind, key, f.from, f.to, min(least, enoughToRun)).Scan(&n)
		if err != nil {
			return err
		}
		if n < least {
			best, least = i, n
		}
	}
	f.keys[0], f.keys[best] = f.keys[best], f.keys[0]
	return nil
}

// sql writes the query. It runs along the entries of the first key, or along all records of the kind if there is none.
func (f *search) sql(columns string, page bool) (string, []any) {
	var b strings.Builder
	args := []any{f.kind}
	at, row := "r.time", "r.rowid"
	fmt.Fprintf(&b, "SELECT %s FROM ", columns)
	if len(f.keys) > 0 {
		at, row = "k.time", "k.record"
		b.WriteString("keys k")
		if page {
			b.WriteString(" CROSS JOIN records r ON r.rowid = k.record") // CROSS: in this order
		}
		b.WriteString(" WHERE k.kind = ? AND k.key = ?")
		args = append(args, f.keys[0])
	} else {
		b.WriteString("records r WHERE r.kind = ?")
	}
	fmt.Fprintf(&b, " AND %s >= ? AND %s < ?", at, at)
	args = append(args, f.from, f.to)
	for _, key := range f.keys[min(1, len(f.keys)):] {
		b.WriteString(" AND EXISTS (SELECT 1 FROM keys x WHERE x.kind = k.kind AND x.key = ? AND x.time = k.time AND x.record = k.record)")
		args = append(args, key)
	}
	if !page {
		return b.String(), args
	}
	order, beyond := "ASC", ">"
	if f.newest {
		order, beyond = "DESC", "<"
	}
	if f.after != nil {
		fmt.Fprintf(&b, " AND (%s, %s) %s (?, ?)", at, row, beyond)
		args = append(args, f.after.due, f.after.seq)
	}
	fmt.Fprintf(&b, " ORDER BY %s %s, %s %s LIMIT ?", at, order, row, order)
	return b.String(), append(args, f.limit+1)
}

// Count implements bot.Store. All counts are of one moment.
func (s *Store) Count(ctx context.Context, queries ...bot.Query) ([]int, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	defer s.reading()()
	counts, err := s.countAll(ctx, queries)
	return counts, translate(err, s.dir)
}

func (s *Store) countAll(ctx context.Context, queries []bot.Query) ([]int, error) {
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // it reads only
	counts := make([]int, len(queries))
	for i, q := range queries {
		f, err := newSearch(q)
		if err != nil {
			return nil, err
		}
		if counts[i], err = f.count(ctx, tx); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func (f *search) count(ctx context.Context, db querier) (n int, err error) {
	if len(f.keys) == 0 && f.from == math.MinInt64 && f.to == math.MaxInt64 {
		err = db.QueryRowContext(ctx, `SELECT n FROM counts WHERE what = 'record' AND name = ?`, f.kind).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		return n, err
	}
	if err := f.leastFirst(ctx, db); err != nil {
		return 0, err
	}
	text, args := f.sql("count(*)", false)
	err = db.QueryRowContext(ctx, text, args...).Scan(&n)
	return n, err
}
