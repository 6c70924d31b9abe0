package files

import (
	"encoding/binary"
	"math"

	"linli/bot"
)

// The tags of Exif 2.32 that are read: how the picture is turned, and where it was taken.
const (
	tagOrientation = 0x0112
	tagGPS         = 0x8825
	gpsLatRef      = 1
	gpsLat         = 2
	gpsLonRef      = 3
	gpsLon         = 4
)

// tiff is the block that Exif keeps its tags in.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// readExif returns how the picture is turned (1…8; 1: not at all) and where it was taken, nil if it doesn't say. What it can't read it takes for
// not said: the block is thrown away in any case.
func readExif(data []byte) (orientation uint16, taken *bot.Location) {
	orientation = 1
	t := tiff{data: data}
	switch {
	case has(data, "II*\x00"):
		t.order = binary.LittleEndian
	case has(data, "MM\x00*"):
		t.order = binary.BigEndian
	default:
		return orientation, nil
	}
	first, ok := t.uint32(4)
	if !ok {
		return orientation, nil
	}
	tags := t.directory(first)
	if o, ok := tags[tagOrientation]; ok && o.short >= 1 && o.short <= 8 {
		orientation = o.short
	}
	if gps, ok := tags[tagGPS]; ok {
		taken = t.position(t.directory(gps.long))
	}
	return orientation, taken
}

// entry is one tag: its value if that is short, else where it stands.
type entry struct {
	kind, short uint16
	count, long uint32
	raw         [4]byte
}

func (t *tiff) directory(at uint32) map[uint16]entry {
	n, ok := t.uint16(at)
	if !ok {
		return nil
	}
	tags := map[uint16]entry{}
	for i := range uint32(n) {
		p := at + 2 + 12*i
		tag, ok := t.uint16(p)
		if !ok || p+12 < p || int64(p)+12 > int64(len(t.data)) {
			break
		}
		var e entry
		e.kind, _ = t.uint16(p + 2)
		e.count, _ = t.uint32(p + 4)
		e.short, _ = t.uint16(p + 8)
		e.long, _ = t.uint32(p + 8)
		copy(e.raw[:], t.data[p+8:p+12])
		tags[tag] = e
	}
	return tags
}

func (t *tiff) position(tags map[uint16]entry) *bot.Location {
	lat, ok1 := t.degrees(tags[gpsLat])
	lon, ok2 := t.degrees(tags[gpsLon])
	if !ok1 || !ok2 || lat > 90 || lon > 180 || lat == 0 && lon == 0 {
		return nil
	}
	if tags[gpsLatRef].raw[0] == 'S' {
		lat = -lat
	}
	if tags[gpsLonRef].raw[0] == 'W' {
		lon = -lon
	}
	return &bot.Location{Lat: lat, Lon: lon}
}

// degrees reads three fractions: degrees, minutes, seconds.
func (t *tiff) degrees(e entry) (float64, bool) {
	const rational = 5
	if e.kind != rational || e.count != 3 {
		return 0, false
	}
	sum := 0.
	for i, unit := range [3]float64{1, 60, 3600} {
		over, ok1 := t.uint32(e.long + uint32(i)*8)
		under, ok2 := t.uint32(e.long + uint32(i)*8 + 4)
		if !ok1 || !ok2 || under == 0 && over != 0 {
			return 0, false
		}
		if under != 0 {
			sum += float64(over) / float64(under) / unit
		}
	}
	return sum, !math.IsNaN(sum)
}

func (t *tiff) uint16(at uint32) (uint16, bool) {
	if int64(at)+2 > int64(len(t.data)) {
		return 0, false
	}
	return t.order.Uint16(t.data[at:]), true
}

func (t *tiff) uint32(at uint32) (uint32, bool) {
	if int64(at)+4 > int64(len(t.data)) {
		return 0, false
	}
	return t.order.Uint32(t.data[at:]), true
}

// turned is an Exif block that says how the picture is turned and nothing else: without it, portraits would lie on their side.
func turned(orientation uint16) []byte {
	block := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	binary.BigEndian.PutUint16(block[len(block)-8:], orientation)
	return block
}
