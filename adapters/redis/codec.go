package redis

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"linli/bot"
)

// How records and jobs lie in Redis stands at the top of lua/common.lua; this is the same in Go.

var errShort = errors.New("a value of this deployment is not one of Linli's")

// exact is the range in which Lua's numbers hold every µs.
const exact = 1 << 52

// micros turns a time into µs since 1970.
func micros(t time.Time) (int64, error) {
	if y := t.Year(); y < -9999 || y > 9999 {
		return 0, bot.Errorf(bot.Invalid, "时间超出范围：%v", t)
	}
	return t.UnixMicro(), nil
}

// instant is the inverse of micros.
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

// packTime writes µs so that their bytes sort as they do.
func packTime(us int64) []byte { return packUint(uint64(us) ^ 1<<63) }

func unpackTime(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func packUint(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// clamp brings a time into the range in which Lua computes exactly.
func clamp(us int64) int64 { return min(max(us, -exact), exact) }

func packKeys(keys []string) []byte {
	var b []byte
	for _, k := range keys {
		b = binary.BigEndian.AppendUint32(b, uint32(len(k)))
		b = append(b, k...)
	}
	return b
}

func unpackKeys(b []byte) ([]string, error) {
	var keys []string
	for len(b) > 0 {
		if len(b) < 4 {
			return nil, errShort
		}
		n := uint64(binary.BigEndian.Uint32(b))
		if n > uint64(len(b)-4) {
			return nil, errShort
		}
		keys = append(keys, string(b[4:4+n]))
		b = b[4+n:]
	}
	return keys, nil
}

const recordHeader = 28

// stored is a record as it lies in Redis.
type stored struct {
	bot.Record
	row int64
}

func unpackRecord(kind, id, value string) (stored, error) {
	b := []byte(value)
	if len(b) < recordHeader {
		return stored{}, errShort
	}
	n := uint64(binary.BigEndian.Uint32(b[24:]))
	if n > uint64(len(b)-recordHeader) {
		return stored{}, errShort
	}
	keys, err := unpackKeys(b[recordHeader : recordHeader+n])
	if err != nil {
		return stored{}, err
	}
	return stored{
		Record: bot.Record{
			Kind: kind, ID: id, Version: int64(binary.BigEndian.Uint64(b)), Time: instant(unpackTime(b[16:])), Keys: keys, Body: b[recordHeader+n:],
		},
		row: int64(binary.BigEndian.Uint64(b[8:])),
	}, nil
}

const jobHeader = 49

// waiting is a job as it lies in Redis.
type waiting struct {
	bot.Job
	done  bool
	seq   int64
	ready int64
	ends  int64 // of the lease; when it was done
}

func unpackJob(queue, id, value string) (waiting, error) {
	b := []byte(value)
	if len(b) < jobHeader {
		return waiting{}, errShort
	}
	n := uint64(binary.BigEndian.Uint32(b[45:]))
	if n > uint64(len(b)-jobHeader) {
		return waiting{}, errShort
	}
	token := binary.BigEndian.Uint64(b[29:])
	if token > math.MaxInt64 {
		return waiting{}, errShort
	}
	w := waiting{
		Job: bot.Job{
			Queue: queue, ID: id, Lane: string(b[jobHeader : jobHeader+n]), Due: instant(unpackTime(b[1:])), Body: b[jobHeader+n:],
			Attempt: int(binary.BigEndian.Uint32(b[25:])), Lease: bot.Lease{Queue: queue, ID: id, Token: int64(token)},
		},
		done: b[0] == 'd', seq: int64(binary.BigEndian.Uint64(b[9:])), ready: unpackTime(b[17:]), ends: unpackTime(b[37:]),
	}
	return w, nil
}
