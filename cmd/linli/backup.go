package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linli/bot"
)

// A backup is a gzip of JSON lines: a head, an item a line, and an end with the number of items and the SHA-256 of their lines.
type backupHead struct {
	Linli string    `json:"linli"`
	At    time.Time `json:"at"`
}

type backupEnd struct {
	Items  int    `json:"items"`
	SHA256 string `json:"sha256"`
}

// backupLine is one line: just one of the fields is set.
type backupLine struct {
	Head *backupHead `json:"head,omitempty"`
	Item *item       `json:"item,omitempty"`
	End  *backupEnd  `json:"end,omitempty"`
}

const backupFormat = "backup 1"

type exportCommand struct {
	File string `arg:"" help:"写到哪个文件(.gz)。"`
	Data string `help:"数据文件夹或 Redis 的地址。" placeholder:"DIR"`
}

// Run writes everything that the store holds at one moment; the service may be running. The file appears when it is whole.
func (c *exportCommand) Run(ctx context.Context, io streams, g *globals) error {
	store, err := openExisting(ctx, g, c.Data)
	if err != nil {
		return err
	}
	defer store.Close()
	f, err := os.CreateTemp(filepath.Dir(c.File), ".linli-export-*")
	if err != nil {
		return bot.Because(bot.Invalid, err, "写不了 "+c.File+",请检查文件夹和权限")
	}
	defer os.Remove(f.Name()) // gone already if all went well
	n, sum, err := writeBackup(f, store.Dump(ctx))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.File)
	}
	if err != nil {
		return bot.Because(bot.Unavailable, err, "备份没有写成,"+c.File+" 没有改动")
	}
	_, err = fmt.Fprintf(io.out, "已备份%d项到 %s\n校验和 %s\n", n, c.File, sum)
	return err
}

type restoreCommand struct {
	File string `arg:"" help:"从哪个备份文件恢复。"`
	Data string `help:"恢复到哪个空的数据文件夹,或 Redis 里的哪个新部署。" placeholder:"DIR"`
}

// Run reads the backup once to check it, then fills the empty store from it.
func (c *restoreCommand) Run(ctx context.Context, io streams, g *globals) error {
	n := 0
	for _, err := range readBackup(c.File) {
		if err != nil {
			return err
		}
		n++
	}
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		config.Store = c.Data
	}
	store, err := openStore(ctx, config, &clock{}, false)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Load(ctx, readBackup(c.File)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "已恢复%d项到 %s\n", n, store.Name())
	return err
}

// openExisting opens a store that must be there, beside a running service if there is one.
func openExisting(ctx context.Context, g *globals, data string) (store, error) {
	config, err := readConfig(g.Config)
	if err != nil {
		return nil, err
	}
	if data != "" {
		config.Store = data
	}
	if strings.Contains(config.Store, "://") {
		return openStore(ctx, config, &clock{}, true)
	}
	if _, err := os.Stat(config.Store); err != nil {
		return nil, bot.Because(bot.NotFound, err, "没有数据文件夹 "+config.Store+",请用 --data 指定")
	}
	return openStore(ctx, config, &clock{}, true)
}

// writeBackup writes the items and returns how many there were and their checksum. It is the same for the same records and jobs, whichever store they are in:
// versions, which are each store's own, stay out.
func writeBackup(w io.Writer, items iter.Seq2[item, error]) (int, string, error) {
	zip := gzip.NewWriter(w)
	sum := sha256.New()
	plain := json.NewEncoder(zip)
	summed := json.NewEncoder(io.MultiWriter(zip, sum))
	if err := plain.Encode(backupLine{Head: &backupHead{Linli: backupFormat, At: time.Now()}}); err != nil {
		return 0, "", err
	}
	n := 0
	for i, err := range items {
		if err != nil {
			return n, "", err
		}
		if i.Record != nil {
			i.Record.Version = 0
		}
		if err := summed.Encode(backupLine{Item: &i}); err != nil {
			return n, "", err
		}
		n++
	}
	end := &backupEnd{Items: n, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err := plain.Encode(backupLine{End: end}); err != nil {
		return n, "", err
	}
	return n, end.SHA256, zip.Close()
}

// readBackup yields the items of the file. It fails at the end if the file is not whole.
func readBackup(file string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		f, err := os.Open(file)
		if err != nil {
			yield(item{}, bot.Because(bot.NotFound, err, "打不开备份文件 "+file))
			return
		}
		defer f.Close()
		zip, err := gzip.NewReader(f)
		if err != nil {
			yield(item{}, damaged(file, err))
			return
		}
		readItems(zip, file, sha256.New(), yield)
	}
}

func readItems(r io.Reader, file string, sum hash.Hash, yield func(item, error) bool) {
	lines := bufio.NewReaderSize(r, 1<<20)
	for n := -1; ; n++ {
		text, err := lines.ReadBytes('\n')
		var line backupLine
		if err == nil {
			err = json.Unmarshal(text, &line)
		}
		switch {
		case err != nil:
			yield(item{}, damaged(file, err))
			return
		case n == -1:
			if line.Head == nil || line.Head.Linli != backupFormat {
				yield(item{}, bot.Errorf(bot.Invalid, "%s 不是邻里的备份文件", file))
				return
			}
		case line.End != nil:
			if line.End.Items != n || line.End.SHA256 != hex.EncodeToString(sum.Sum(nil)) {
				yield(item{}, damaged(file, errors.New("the checksum differs")))
			}
			return
		case line.Item == nil:
			yield(item{}, damaged(file, errors.New("an empty line")))
			return
		default:
			sum.Write(text)
			if !yield(*line.Item, nil) {
				return
			}
		}
	}
}

func damaged(file string, err error) error {
	return bot.Because(bot.Invalid, err, file+" 不完整或已损坏,没有恢复任何内容;请换一份备份")
}
