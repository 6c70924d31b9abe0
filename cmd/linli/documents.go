package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linli/adapters/pdf"
	"linli/bot"
	"linli/bot/answers"
	"linli/knowledge"
)

// documentsCommand imports documents that are quoted where the catalogue has no answer.
type documentsCommand struct {
	Import documentsImport `cmd:"" help:"导入政策文件:目录答不上来时从中引用原文;服务在运行时也可以,几秒内生效。"`
	Remove documentsRemove `cmd:"" help:"删除导入的文件(写文件名,不带扩展名)。"`
}

type documentsImport struct {
	Path []string `arg:"" help:"文件或文件夹(PDF 文字版、Word .docx、Markdown、纯文本 .txt)。同名文件会替换。"`
	Data string   `help:"数据文件夹。" placeholder:"DIR"`
}

// Run reads all files before it imports any.
func (c *documentsImport) Run(ctx context.Context, io streams, g *globals) error {
	files, err := documentFiles(c.Path)
	if err != nil {
		return err
	}
	reader := documentReader{}
	defer reader.close()
	var read [][]knowledge.Passage
	names := map[string]string{}
	failed := 0
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if other := names[base]; other != "" {
			return bot.Errorf(bot.Invalid, "%s 和 %s 同名,请改成不同的文件名", other, file)
		}
		names[base] = file
		passages, problem, err := reader.read(ctx, file)
		if err != nil {
			return err
		}
		if problem != nil {
			fmt.Fprintln(io.err, problem)
		}
		if problem != nil && !problem.Warning {
			failed++
			continue
		}
		read = append(read, passages)
	}
	if failed > 0 {
		return bot.Errorf(bot.Invalid, "%d个文件读不出来,见上;没有导入任何文件", failed)
	}
	return withStore(ctx, g, c.Data, func(s store) error {
		for _, passages := range read {
			count, before, err := answers.ImportDocument(ctx, s, passages, time.Now())
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(io.out, "《%s》:%d段(原有%d段)\n", passages[0].Document, count, before); err != nil {
				return err
			}
		}
		return nil
	})
}

// documentReader reads files of all kinds. What reads PDF takes seconds to make and is made for the first.
type documentReader struct{ pdf *pdf.Reader }

func (r *documentReader) read(ctx context.Context, file string) ([]knowledge.Passage, *knowledge.Problem, error) {
	info, err := os.Stat(file)
	if err == nil && info.Size() > documentBytes {
		return nil, &knowledge.Problem{File: file, Message: fmt.Sprintf("文件太大(最多 %d MB),请分成几个", documentBytes>>20)}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, bot.Because(bot.NotFound, err, "打不开 "+file)
	}
	if !strings.EqualFold(filepath.Ext(file), ".pdf") {
		passages, problem := knowledge.ReadDocument(file, data)
		return passages, problem, nil
	}
	if r.pdf == nil {
		if r.pdf, err = pdf.Open(ctx, 0); err != nil {
			return nil, nil, err
		}
	}
	passages, problem := r.pdf.Read(ctx, file, data)
	return passages, problem, nil
}

// close ends what was opened; there is nothing to lose.
func (r *documentReader) close() {
	if r.pdf != nil {
		_ = r.pdf.Close()
	}
}

// documentBytes is how large a document may be.
const documentBytes = 64 << 20

// documentEndings are the names of files that can be read.
var documentEndings = []string{".pdf", ".docx", ".md", ".markdown", ".txt"}

// documentFiles are the files, and those in folders that can be read.
func documentFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if file == path || slices.Contains(documentEndings, strings.ToLower(filepath.Ext(file))) {
				files = append(files, file)
			}
			return nil
		})
		if err != nil {
			return nil, bot.Because(bot.NotFound, err, "打不开 "+path)
		}
	}
	if len(files) == 0 {
		return nil, bot.Errorf(bot.Invalid, "没有可导入的文件(.pdf .docx .md .txt):%s", strings.Join(paths, " "))
	}
	return files, nil
}

type documentsRemove struct {
	Name string `arg:"" help:"文件名,不带扩展名。"`
	Data string `help:"数据文件夹。" placeholder:"DIR"`
}

// Run removes a document.
func (c *documentsRemove) Run(ctx context.Context, io streams, g *globals) error {
	return withStore(ctx, g, c.Data, func(s store) error {
		n, err := answers.RemoveDocument(ctx, s, c.Name, time.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return bot.Errorf(bot.NotFound, "没有导入过名为 %s 的文件", c.Name)
		}
		_, err = fmt.Fprintf(io.out, "已删除%d段\n", n)
		return err
	})
}

// withStore opens the configured store, also beside a running service, and closes it when done.
func withStore(ctx context.Context, g *globals, data string, do func(store) error) (err error) {
	config, err := readConfig(g.Config)
	if err != nil {
		return err
	}
	if data != "" {
		config.Store = data
	}
	s, err := openStore(ctx, config, &clock{}, true)
	if err != nil {
		return err
	}
	defer func() {
		if closing := s.Close(); err == nil {
			err = closing
		}
	}()
	return do(s)
}
