package lark

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// frame is what travels over the long connection: a protocol buffer of nine fields, of which the last four may be missing. The SDK's own codec
// would bring the models of all the platform's services into the program; the tests hold this one against it.
type frame struct {
	seq, log        uint64
	service, method int32
	headers         []header
	encoding, kind  string
	payload         []byte
	logNew          string
}

type header struct{ key, value string }

// The methods of a frame.
const (
	methodControl = 0
	methodData    = 1
)

// The keys of a frame's headers.
const (
	headerType    = "type"
	headerMessage = "message_id"
	headerSum     = "sum"
	headerSeq     = "seq"
	headerTook    = "biz_rt"
)

func (f *frame) header(key string) string {
	for _, h := range f.headers {
		if h.key == key {
			return h.value
		}
	}
	return ""
}

var errFrame = errors.New("lark: a frame of unknown form")

// readFrame decodes a frame. Fields that it doesn't know are skipped.
func readFrame(data []byte) (*frame, error) {
	f := &frame{}
	for len(data) > 0 {
		number, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return nil, errFrame
		}
		data = data[n:]
		switch {
		case wire == protowire.VarintType && number <= 4:
			v, n := protowire.ConsumeVarint(data)
			if n < 0 {
				return nil, errFrame
			}
			data = data[n:]
			f.setNumber(number, v)
		case wire == protowire.BytesType && number >= 5 && number <= 9:
			v, n := protowire.ConsumeBytes(data)
			if n < 0 {
				return nil, errFrame
			}
			data = data[n:]
			if err := f.setBytes(number, v); err != nil {
				return nil, err
			}
		default:
			n := protowire.ConsumeFieldValue(number, wire, data)
			if n < 0 {
				return nil, errFrame
			}
			data = data[n:]
		}
	}
	return f, nil
}

func (f *frame) setNumber(number protowire.Number, v uint64) {
	switch number {
	case 1:
		f.seq = v
	case 2:
		f.log = v
	case 3:
		f.service = int32(v)
	case 4:
		f.method = int32(v)
	}
}

func (f *frame) setBytes(number protowire.Number, v []byte) error {
	switch number {
	case 5:
		h, err := readHeader(v)
		if err != nil {
			return err
		}
		f.headers = append(f.headers, h)
	case 6:
		f.encoding = string(v)
	case 7:
		f.kind = string(v)
	case 8:
		f.payload = v
	case 9:
		f.logNew = string(v)
	}
	return nil
}

func readHeader(data []byte) (header, error) {
	var h header
	for len(data) > 0 {
		number, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return h, errFrame
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, wire, data); n < 0 {
			return h, errFrame
		}
		if wire == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(data)
			switch number {
			case 1:
				h.key = string(v)
			case 2:
				h.value = string(v)
			}
		}
		data = data[n:]
	}
	return h, nil
}

// encode writes the frame.
func (f *frame) encode() []byte {
	var b []byte
	for i, v := range []uint64{f.seq, f.log, uint64(f.service), uint64(f.method)} {
		b = protowire.AppendTag(b, protowire.Number(i+1), protowire.VarintType)
		b = protowire.AppendVarint(b, v)
	}
	for _, h := range f.headers {
		var inner []byte
		inner = protowire.AppendTag(inner, 1, protowire.BytesType)
		inner = protowire.AppendString(inner, h.key)
		inner = protowire.AppendTag(inner, 2, protowire.BytesType)
		inner = protowire.AppendString(inner, h.value)
		b = protowire.AppendTag(b, 5, protowire.BytesType)
		b = protowire.AppendBytes(b, inner)
	}
	for _, field := range []struct {
		number protowire.Number
		value  string
	}{{6, f.encoding}, {7, f.kind}, {8, string(f.payload)}, {9, f.logNew}} {
		b = protowire.AppendTag(b, field.number, protowire.BytesType)
		b = protowire.AppendString(b, field.value)
	}
	return b
}
