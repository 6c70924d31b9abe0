package redis

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"linli/bot"
)

const (
	defaultPage = 100
	largestPage = 1000
	stepsAtOnce = 2000    // members that one call of the find script looks at
	bytesAtOnce = 8 << 20 // that it hands out
)

// Get implements bot.Store.
func (s *Store) Get(ctx context.Context, kind, id string) (bot.Record, error) {
	if kind == "" || id == "" {
		return bot.Record{}, bot.Errorf(bot.NotFound, "没有记录 %s/%s", kind, id)
	}
	if err := s.usable(ctx); err != nil {
		return bot.Record{}, err
	}
	value, err := s.getting.ask(ctx, s.tag.record(kind, id))
	if err != nil {
		return bot.Record{}, err
	}
	if value == nil {
		return bot.Record{}, bot.Errorf(bot.NotFound, "没有记录 %s/%s", kind, id)
	}
	r, err := unpackRecord(kind, id, text(value))
	return r.Record, s.translate(err)
}

// getAll reads what was asked for at the same time.
func (s *Store) getAll(keys []string) ([]any, error) {
	return try(context.Background(), s, again, func(ctx context.Context) ([]any, error) { return s.client.MGet(ctx, keys...).Result() })
}

// search is a query made ready: its bounds as ZRANGEBYLEX wants them.
type search struct {
	kind     string
	keys     []string
	min, max string
	newest   bool
	limit    int
}

func newSearch(q bot.Query) (search, error) {
	f := search{kind: q.Kind, newest: q.Newest, limit: cmp.Or(q.Limit, defaultPage), min: "-", max: "+"}
	if q.Kind == "" || q.Limit < 0 || q.Limit > largestPage {
		return f, bot.Errorf(bot.Invalid, "查询缺少种类，或者每页条数不在 0 到 %d 之间", largestPage)
	}
	f.keys = slices.Clone(q.Keys)
	slices.Sort(f.keys)
	f.keys = slices.Compact(f.keys)
	if !q.From.IsZero() {
		us, err := micros(q.From)
		if err != nil {
			return f, err
		}
		f.min = "[" + string(packTime(us))
	}
	if !q.To.IsZero() {
		us, err := micros(q.To)
		if err != nil {
			return f, err
		}
		f.max = "(" + string(packTime(us))
	}
	if q.After != "" {
		return f, f.goOn(q.After)
	}
	return f, nil
}

// goOn begins behind the place that the cursor names.
func (f *search) goOn(after string) error {
	at, row, ok := strings.Cut(after, ".")
	t, err1 := strconv.ParseInt(at, 36, 64)
	r, err2 := strconv.ParseInt(row, 36, 64)
	if !ok || err1 != nil || err2 != nil || r < 0 {
		return bot.Errorf(bot.Invalid, "翻页标记 %q 无效，请从第一页开始", after)
	}
	if f.newest {
		f.max = "(" + string(packTime(t)) + string(packUint(uint64(r))) // every member of this place is longer
	} else {
		f.min = "[" + string(packTime(t)) + string(packUint(uint64(r)+1))
	}
	return nil
}

// Find implements bot.Store.
func (s *Store) Find(ctx context.Context, q bot.Query) (bot.Page, error) {
	f, err := newSearch(q)
	if err != nil {
		return bot.Page{}, err
	}
	var page bot.Page
	for more := true; more && len(page.Records) <= f.limit; {
		if more, err = s.findOn(ctx, &f, &page); err != nil {
			return bot.Page{}, err
		}
	}
	return page, nil
}

// findOn adds what one call of the script finds to the page, and moves the bounds behind it. One record more than the page's limit says that there is
// another page.
func (s *Store) findOn(ctx context.Context, f *search, page *bot.Page) (more bool, err error) {
	args := []any{f.kind, f.min, f.max, flag(f.newest), f.limit + 1 - len(page.Records), stepsAtOnce, bytesAtOnce}
	for _, k := range f.keys {
		args = append(args, k)
	}
	answer, err := s.run(ctx, again, findScript, args...)
	if err != nil {
		return false, err
	}
	list, ok := answer.([]any)
	if !ok || len(list)%2 != 0 || len(list) == 0 {
		return false, s.translate(errShort)
	}
	for i := 2; i < len(list); i += 2 {
		r, err := unpackRecord(f.kind, text(list[i]), text(list[i+1]))
		if err != nil {
			return false, s.translate(err)
		}
		if len(page.Records) == f.limit {
			return false, nil // it is the one more, and page.Next says where it begins
		}
		page.Records = append(page.Records, r.Record)
		page.Next = strconv.FormatInt(r.Time.UnixMicro(), 36) + "." + strconv.FormatInt(r.row, 36)
	}
	last := text(list[1])
	if text(list[0]) != "1" {
		page.Next = ""
		return false, nil
	}
	if f.newest {
		f.max = "(" + last
	} else {
		f.min = "(" + last
	}
	return true, nil
}

// Count implements bot.Store. All counts are of one moment.
func (s *Store) Count(ctx context.Context, queries ...bot.Query) ([]int, error) {
	var args []any
	for _, q := range queries {
		f, err := newSearch(q)
		if err != nil {
			return nil, err
		}
		args = append(args, f.kind, f.min, f.max, len(f.keys))
		for _, k := range f.keys {
			args = append(args, k)
		}
	}
	answer, err := s.run(ctx, again, countScript, args...)
	if err != nil {
		return nil, err
	}
	list, ok := answer.([]any)
	if !ok || len(list) != len(queries) {
		return nil, s.translate(errShort)
	}
	counts := make([]int, len(list))
	for i, n := range list {
		count, _ := n.(int64)
		counts[i] = int(count)
	}
	return counts, nil
}
