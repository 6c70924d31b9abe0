package files

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"linli/bot"
)

// stripJPEG walks over the segments before the picture itself and leaves out Exif, XMP, IPTC and comments (APP1, APP3…APP13, APP15, COM). What
// is needed to show it stays: JFIF, colour profiles, Adobe's mark.
func stripJPEG(data []byte) ([]byte, *bot.Location, error) {
	out := bytes.NewBuffer(make([]byte, 0, len(data)))
	var taken *bot.Location
	orientation := uint16(1)
	out.Write(data[:2])
	written := false
	for at := 2; ; {
		for at < len(data) && data[at] == 0xff && at+1 < len(data) && data[at+1] == 0xff {
			at++ // fill bytes
		}
		if at+4 > len(data) || data[at] != 0xff {
			return nil, nil, errCut
		}
		marker := data[at+1]
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) {
			return nil, nil, errCut
		}
		segment := data[at : at+2+size]
		if body := segment[4:]; marker == 0xe1 && has(body, "Exif\x00\x00") {
			o, t := readExif(body[6:])
			orientation = max(orientation, o)
			if t != nil {
				taken = t
			}
		}
		if isApp := marker >= 0xe0 && marker <= 0xef; (!isApp && marker != 0xfe) || marker == 0xe0 || marker == 0xe2 || marker == 0xee {
			if marker != 0xe0 && !written { // after JFIF's own segment, which must be the first
				writeTurned(out, orientation, data[at:])
				written = true
			}
			out.Write(segment)
		}
		at += 2 + size
		if marker == 0xda { // the picture begins
			out.Write(trimTail(data[at:]))
			return out.Bytes(), taken, nil
		}
	}
}

// writeTurned writes how the picture is turned. Exif may stand after segments that have been written by now, so the rest is looked through.
func writeTurned(out *bytes.Buffer, orientation uint16, rest []byte) {
	for at := 0; orientation == 1 && at+4 <= len(rest) && rest[at] == 0xff && rest[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(rest[at+2:]))
		if size < 2 || at+2+size > len(rest) {
			break
		}
		if body := rest[at+4 : at+2+size]; rest[at+1] == 0xe1 && has(body, "Exif\x00\x00") {
			orientation, _ = readExif(body[6:])
		}
		at += 2 + size
	}
	if orientation == 1 {
		return
	}
	block := turned(orientation)
	out.Write([]byte{0xff, 0xe1})
	_ = binary.Write(out, binary.BigEndian, uint16(len(block)+2))
	out.Write(block)
}

// trimTail cuts what phones hang behind the picture: films, depth maps, more metadata. It walks over the scans and the segments between them.
func trimTail(scan []byte) []byte {
	for at := 0; at+1 < len(scan); at++ {
		if scan[at] != 0xff {
			continue
		}
		switch marker := scan[at+1]; {
		case marker == 0xd9: // the end of the picture
			return scan[:at+2]
		case marker == 0 || marker == 0xff || marker >= 0xd0 && marker <= 0xd7: // a byte of the scan, fill, restart
		case at+4 <= len(scan):
			at += 1 + int(binary.BigEndian.Uint16(scan[at+2:]))
		}
	}
	return scan
}

// stripPNG leaves out the chunks with Exif, texts and times.
func stripPNG(data []byte) ([]byte, *bot.Location, error) {
	const signature = 8
	if len(data) < signature {
		return nil, nil, errCut
	}
	out := bytes.NewBuffer(make([]byte, 0, len(data)))
	out.Write(data[:signature])
	var taken *bot.Location
	for at := signature; ; {
		if at+12 > len(data) {
			return nil, nil, errCut
		}
		size := int64(binary.BigEndian.Uint32(data[at:]))
		if size > int64(len(data)-at-12) {
			return nil, nil, errCut
		}
		chunk := data[at : at+12+int(size)]
		name, body := string(chunk[4:8]), chunk[8:8+size]
		switch name {
		case "eXIf":
			var orientation uint16
			if orientation, taken = readExif(body); orientation != 1 {
				writeChunk(out, "eXIf", turned(orientation)[6:])
			}
		case "tEXt", "iTXt", "zTXt", "tIME":
		default:
			out.Write(chunk)
		}
		at += len(chunk)
		if name == "IEND" {
			return out.Bytes(), taken, nil
		}
	}
}

func writeChunk(out *bytes.Buffer, name string, body []byte) {
	_ = binary.Write(out, binary.BigEndian, uint32(len(body)))
	chunk := append([]byte(name), body...)
	out.Write(chunk)
	_ = binary.Write(out, binary.BigEndian, crc32.ChecksumIEEE(chunk))
}

// stripWebP leaves out the chunks EXIF and XMP, and says so in the head.
func stripWebP(data []byte) ([]byte, *bot.Location, error) {
	const head = 12
	if len(data) < head {
		return nil, nil, errCut
	}
	size := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	if size > int64(len(data)) || size < head {
		return nil, nil, errCut
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	out.Write(data[:head])
	var taken *bot.Location
	for at := int64(head); at < size; {
		if at+8 > size {
			return nil, nil, errCut
		}
		name, n := string(data[at:at+4]), int64(binary.LittleEndian.Uint32(data[at+4:]))
		end := at + 8 + n + n&1
		if n > size || end > size+1 || at+8+n > size {
			return nil, nil, errCut
		}
		end = min(end, size)
		switch body := data[at+8 : at+8+n]; name {
		case "EXIF":
			_, taken = readExif(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "XMP ":
		default:
			start := out.Len()
			out.Write(data[at:end])
			if name == "VP8X" && n > 0 {
				const exif, xmp = 0x08, 0x04
				out.Bytes()[start+8] &^= exif | xmp
			}
		}
		at = end
	}
	binary.LittleEndian.PutUint32(out.Bytes()[4:], uint32(out.Len()-8))
	return out.Bytes(), taken, nil
}
