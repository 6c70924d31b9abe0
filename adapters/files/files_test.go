package files

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linli/bot"
)

// exif makes a block with an orientation and a place, as phones write them.
func exif(order binary.AppendByteOrder, orientation uint16, lat, lon [3]uint32) []byte {
	var b []byte
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = append(b, "II*\x00"...)
	} else {
		b = append(b, "MM\x00*"...)
	}
	u16 := func(v uint16) { b = order.AppendUint16(b, v) }
	u32 := func(v uint32) { b = order.AppendUint32(b, v) }
	u32(8)
	u16(2)
	u16(tagOrientation)
	u16(3)
	u32(1)
	u16(orientation)
	u16(0)
	u16(tagGPS)
	u16(4)
	u32(1)
	gps := uint32(8 + 2 + 2*12 + 4)
	u32(gps)
	u32(0)
	u16(4)
	place := gps + 2 + 4*12 + 4
	for i, v := range [][3]uint32{lat, lon} {
		u16(uint16(2*i + 1))
		u16(2)
		u32(2)
		b = append(b, "NE"[i], 0, 0, 0)
		u16(uint16(2*i + 2))
		u16(5)
		u32(3)
		u32(place + uint32(i)*24)
		_ = v
	}
	u32(0)
	for _, v := range [][3]uint32{lat, lon} {
		for _, n := range v {
			u32(n)
			u32(1)
		}
	}
	return b
}

func photo(t testing.TB, orientation uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 4)), nil); err != nil {
		t.Fatal(err)
	}
	block := append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, orientation, [3]uint32{29, 17, 36}, [3]uint32{117, 12, 18})...)
	head := []byte{0xff, 0xd8, 0xff, 0xe1}
	head = binary.BigEndian.AppendUint16(head, uint16(len(block)+2))
	return append(append(head, block...), b.Bytes()[2:]...)
}

// TestPhotos: the place is read and gone, the turn stays, the picture too.
func TestPhotos(t *testing.T) {
	tail := []byte("a film that the phone hung behind the picture, with its own GPS")
	for name, data := range map[string][]byte{"upright": photo(t, 1), "turned": photo(t, 6), "with a tail": append(photo(t, 6), tail...)} {
		t.Run(name, func(t *testing.T) {
			out, taken, err := stripJPEG(data)
			if err != nil {
				t.Fatal(err)
			}
			if taken == nil || math.Abs(taken.Lat-29.2933) > .001 || math.Abs(taken.Lon-117.205) > .001 {
				t.Errorf("taken at %+v", taken)
			}
			if _, again, err := stripJPEG(out); err != nil || again != nil {
				t.Errorf("the place is still in it: %+v %v", again, err)
			}
			if _, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
				t.Error(err)
			}
			if bytes.Contains(out, tail) {
				t.Error("the tail is still there")
			}
			want := name != "upright"
			if got := bytes.Contains(out, turned(6)); got != want {
				t.Errorf("says how it is turned: %v, want %v", got, want)
			}
		})
	}
}

func TestPNGAndWebP(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 4))); err != nil {
		t.Fatal(err)
	}
	block := exif(binary.BigEndian, 1, [3]uint32{29, 17, 36}, [3]uint32{117, 12, 18})
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	body := append([]byte("eXIf"), block...)
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE(body))
	data := append(append(bytes.Clone(b.Bytes()[:33]), chunk...), b.Bytes()[33:]...)
	out, taken, err := stripPNG(data)
	if err != nil || taken == nil || !bytes.Equal(out, b.Bytes()) {
		t.Errorf("%+v %v, %d bytes of %d", taken, err, len(out), b.Len())
	}

	riff := func(name string, body []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
	}
	inner := append([]byte("WEBP"), riff("VP8X", []byte{0x08, 0, 0, 0, 7, 0, 0, 3, 0, 0})...)
	inner = append(inner, riff("VP8 ", []byte("pixels"))...)
	webp := riff("RIFF", append(inner, riff("EXIF", block)...))
	out, taken, err = stripWebP(webp)
	if err != nil || taken == nil || bytes.Contains(out, []byte("EXIF")) || out[20] != 0 || int(binary.LittleEndian.Uint32(out[4:])) != len(out)-8 {
		t.Errorf("%+v %v %q", taken, err, out)
	}
}

func TestFolder(t *testing.T) {
	f, err := Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range []struct {
		name string
		data []byte
		kind bot.Kind
		mime string
	}{
		{"a.jpg", photo(t, 1), "", "image/jpeg"},
		{"photo.exe", photo(t, 1), "", "image/jpeg"}, // what it is, not what it is called
		{"voice.ogg", []byte("OggS\x00rest"), "", "audio/ogg"},
		{"voice.amr", []byte("#!AMR\nrest"), "", "audio/amr"},
		{"minutes.docx", []byte("PK\x03\x04rest"), "", offices[".docx"]},
		{"a.zip", []byte("PK\x03\x04rest"), bot.Invalid, ""},
		{"a.jpg", []byte("<html><script>alert(1)</script>"), bot.Invalid, ""},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), bot.Invalid, ""},
		{"a.exe", []byte("MZ\x90\x00"), bot.Invalid, ""},
		{"cut.jpg", photo(t, 1)[:40], bot.Invalid, ""},
		{"empty.jpg", nil, bot.Invalid, ""},
		{"big.jpg", append(photo(t, 1), make([]byte, MaxSize)...), bot.Invalid, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, err := f.Save(t.Context(), c.name, bytes.NewReader(c.data))
			if bot.KindOf(err) != c.kind || file.Type != c.mime {
				t.Fatalf("%+v %v", file, err)
			}
			if err != nil {
				return
			}
			r, err := f.Open(t.Context(), file.ID)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if r.Close(); err != nil || int64(len(got)) != file.Size {
				t.Errorf("%d bytes of %d: %v", len(got), file.Size, err)
			}
			for range 2 {
				if err := f.Remove(t.Context(), file.ID); err != nil {
					t.Error(err)
				}
			}
			if _, err := f.Open(t.Context(), file.ID); bot.KindOf(err) != bot.NotFound {
				t.Errorf("after it was removed: %v", err)
			}
		})
	}
	for _, id := range []string{"", "..", "../../etc/passwd", strings.Repeat("a", 31), strings.Repeat("Z", 32)} {
		if _, err := f.Open(t.Context(), id); bot.KindOf(err) != bot.NotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
	left := 0
	_ = filepath.WalkDir(f.root.Name(), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left++
		}
		return err
	})
	if left > 0 {
		t.Errorf("%d files are left over", left)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{"../../a.jpg": "a.jpg", `C:\fotos\b.jpg`: "b.jpg", "漏水\n.jpg": "漏水.jpg", "": "", "a\xff.jpg": "a.jpg"} {
		if got := clean(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func FuzzStrip(f *testing.F) {
	f.Add("image/jpeg", photo(f, 6))
	f.Add("image/png", []byte("\x89PNG\r\n\x1a\n"))
	f.Add("image/webp", []byte("RIFF\x04\x00\x00\x00WEBP"))
	f.Fuzz(func(t *testing.T, mime string, data []byte) {
		if mime == "image/jpeg" && len(data) < 2 {
			return
		}
		out, _, err := strip(mime, data)
		if err != nil || !strings.HasPrefix(mime, "image/") {
			return
		}
		if _, taken, err := strip(mime, out); err != nil || taken != nil {
			t.Errorf("what was stripped has a place: %+v %v", taken, err)
		}
	})
}
