package sqlite

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"linli/bot"
)

// change is a bot.Change made ready for the writer, in the caller's goroutine.
type change struct {
	puts     []put
	adds     []add
	ends     []end
	attempts []*job // whose attempt is to be written down: a claim that must survive a crash
}

// put is a record to be written.
type put struct {
	kind, id string
	version  int64 // that was read
	time     int64
	keys     []string // sorted, each once
	packed   []byte
	body     []byte // nil: to be removed
	was      head
}

// head is what the writer needs to know of the record that is there.
type head struct {
	row, version, time int64 // row 0: there is none
	keys               []byte
}

// add is a job to be added.
type add struct {
	queue, id, lane string
	due             int64
	body            []byte
	ready, done     int64 // of a job that comes from a backup; done: 0 if it waits
	attempt         int
	seq             int64 // given by the writer; 0: the job was known
}

// end is a lease that is given up.
type end struct {
	lease bot.Lease
	back  bool
	ready int64
	fresh bool
	queue *queue
	job   *job // held by settle
}

// ready checks a change and makes it ready for the writer.
func ready(c bot.Change) (*change, error) {
	p := &change{
		puts: make([]put, 0, len(c.Put)), adds: make([]add, 0, len(c.Add)), ends: make([]end, 0, len(c.Done)+len(c.Back)),
	}
	for _, r := range c.Put {
		if err := p.put(r); err != nil {
			return nil, err
		}
	}
	for _, j := range c.Add {
		if err := p.add(j); err != nil {
			return nil, err
		}
	}
	for _, l := range c.Done {
		p.ends = append(p.ends, end{lease: l})
	}
	for _, b := range c.Back {
		ready, err := micros(b.Ready)
		if err != nil {
			return nil, err
		}
		p.ends = append(p.ends, end{lease: b.Lease, back: true, ready: ready, fresh: b.Fresh})
	}
	for i := range p.ends {
		for k := range i {
			if p.ends[i].lease == p.ends[k].lease {
				return nil, bot.Errorf(bot.Invalid, "同一个任务在一步里结束了两次：%s/%s", p.ends[i].lease.Queue, p.ends[i].lease.ID)
			}
		}
	}
	return p, nil
}

func (c *change) put(r bot.Record) error {
	if r.Kind == "" || r.ID == "" {
		return bot.Errorf(bot.Invalid, "记录缺少种类或编号")
	}
	if r.Version < 0 {
		return bot.Errorf(bot.Invalid, "记录 %s/%s 的版本不能是负数", r.Kind, r.ID)
	}
	if len(r.Body) > bot.MaxBody {
		return tooBig(r.Kind, r.ID, len(r.Body))
	}
	for i := range c.puts {
		if c.puts[i].id == r.ID && c.puts[i].kind == r.Kind {
			return bot.Errorf(bot.Invalid, "同一条记录在一步里写了两次：%s/%s", r.Kind, r.ID)
		}
	}
	at, err := micros(r.Time)
	if err != nil {
		return err
	}
	keys := slices.Clone(r.Keys)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	c.puts = append(c.puts, put{kind: r.Kind, id: r.ID, version: r.Version, time: at, keys: keys, packed: packKeys(keys), body: r.Body})
	return nil
}

func (c *change) add(j bot.Job) error {
	if j.Queue == "" || j.ID == "" {
		return bot.Errorf(bot.Invalid, "任务缺少队列或编号")
	}
	if len(j.Body) > bot.MaxBody {
		return tooBig(j.Queue, j.ID, len(j.Body))
	}
	due, err := micros(j.Due)
	if err != nil {
		return err
	}
	c.adds = append(c.adds, add{queue: j.Queue, id: j.ID, lane: j.Lane, due: due, body: slices.Clone(j.Body)})
	return nil
}

func tooBig(kind, id string, n int) error {
	return bot.Errorf(bot.Invalid, "%s/%s 的内容有 %d 字节，最多 %d 字节", kind, id, n, bot.MaxBody)
}

// micros turns a time into µs since 1970.
func micros(t time.Time) (int64, error) {
	if y := t.Year(); y < -9999 || y > 9999 {
		return 0, bot.Errorf(bot.Invalid, "时间超出范围：%v", t)
	}
	return t.UnixMicro(), nil
}

// instant is the inverse of micros.
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

// until adds a duration without running over.
func until(us int64, d time.Duration) int64 {
	if n := d.Microseconds(); n < math.MaxInt64-max(us, 0) {
		return us + n
	}
	return math.MaxInt64
}

// packKeys writes the list as each key's length and bytes, since a key may contain anything.
func packKeys(keys []string) []byte {
	var b []byte
	for _, k := range keys {
		b = binary.AppendUvarint(b, uint64(len(k)))
		b = append(b, k...)
	}
	return b
}

func unpackKeys(b []byte) []string {
	var keys []string
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return keys
		}
		keys = append(keys, string(b[size:size+int(n)]))
		b = b[size+int(n):]
	}
	return keys
}
