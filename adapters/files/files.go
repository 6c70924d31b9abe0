// Package files keeps what people send, photos above all, in a folder. A file is taken for what its bytes are, not for what its name says; a
// photo's location is read and then everything that tells of the camera and the place is taken out of it.
package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"linli/bot"
)

// MaxSize is how big a file may be, in bytes.
const MaxSize = 20 << 20

// Folder keeps files under their IDs. It may be used by several processes at once, and by several machines if they share it.
type Folder struct{ root *os.Root }

// Open opens the folder and makes it if it isn't there.
func Open(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, bot.Because(bot.Unavailable, err, "文件夹 "+path+" 建不了,请检查路径和写权限")
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, bot.Because(bot.Unavailable, err, "文件夹 "+path+" 打不开,请检查权限")
	}
	return &Folder{root}, nil
}

// Close gives the folder back.
func (f *Folder) Close() error { return f.root.Close() }

// Save implements bot.Files. When it returns the bytes are on the disk.
func (f *Folder) Save(ctx context.Context, name string, r io.Reader) (bot.File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		return bot.File{}, bot.Because(bot.Unavailable, err, "文件没有收完整,请再发一次。")
	case len(data) > MaxSize:
		return bot.File{}, bot.Errorf(bot.Invalid, "文件太大,最大%d MB。照片可以压缩一下再发。", MaxSize>>20)
	case len(data) == 0:
		return bot.File{}, bot.Errorf(bot.Invalid, "这个文件是空的,请重新选一个。")
	}
	kind, mime := sniff(name, data)
	if kind == "" {
		return bot.File{}, bot.Errorf(bot.Invalid, "收不了这种文件。可以发照片(JPG、PNG、WebP、GIF)、录音、MP4 视频、PDF、Word 和 Excel。")
	}
	file := bot.File{Kind: kind, Type: mime, Name: clean(name)}
	if data, file.Taken, err = strip(mime, data); err != nil {
		return bot.File{}, bot.Because(bot.Invalid, err, "这张照片读不出来,可能没有传完整,请再发一次。")
	}
	file.ID, file.Size = newID(), int64(len(data))
	if err := ctx.Err(); err != nil {
		return bot.File{}, err
	}
	return file, f.write(file.ID, data)
}

// write puts the bytes beside their place, syncs them, and moves them there: a file is there whole or not at all.
func (f *Folder) write(id string, data []byte) error {
	failed := func(err error) error {
		return bot.Because(bot.Unavailable, err, "现在存不下文件,请过几分钟再发。")
	}
	if err := f.root.Mkdir(id[:2], 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return failed(err)
	}
	part := path(id) + ".part"
	out, err := f.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return failed(err)
	}
	_, err = out.Write(data)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = f.root.Rename(part, path(id))
	}
	if err != nil {
		return failed(errors.Join(err, f.root.Remove(part)))
	}
	if dir, err := f.root.Open(id[:2]); err == nil { // the name is durable too
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// Open implements bot.Files.
func (f *Folder) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	if !validID(id) {
		return nil, bot.Errorf(bot.NotFound, "没有这个文件")
	}
	file, err := f.root.Open(path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bot.Errorf(bot.NotFound, "没有这个文件,可能已按规定删除")
	}
	if err != nil {
		return nil, bot.Because(bot.Unavailable, err, "文件现在读不出来,请稍后再试")
	}
	return file, nil
}

// Remove implements bot.Files.
func (f *Folder) Remove(_ context.Context, id string) error {
	if !validID(id) {
		return nil
	}
	if err := f.root.Remove(path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return bot.Because(bot.Unavailable, err, "文件删不掉,请检查文件夹的权限")
	}
	return nil
}

func path(id string) string { return filepath.Join(id[:2], id) }

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

func validID(id string) bool {
	return len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// clean makes a name that can be shown and saved anywhere.
func clean(name string) string {
	name = filepath.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/|?*`, r) || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[len(runes)-80:])
	}
	if name == "." {
		return ""
	}
	return name
}

// strip takes out of an image what tells of the camera and the place, and returns where it was taken, if it said so.
func strip(mime string, data []byte) ([]byte, *bot.Location, error) {
	switch mime {
	case "image/jpeg":
		return stripJPEG(data)
	case "image/png":
		return stripPNG(data)
	case "image/webp":
		return stripWebP(data)
	}
	return data, nil, nil
}

var errCut = fmt.Errorf("the image ends too early: %w", io.ErrUnexpectedEOF)

// has reports whether the data begin so.
func has(data []byte, prefix string) bool { return bytes.HasPrefix(data, []byte(prefix)) }
