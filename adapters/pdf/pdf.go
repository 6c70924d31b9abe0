// Package pdf reads the text of PDF files with PDFium, which runs as WebAssembly in a room of its own: what a broken or hostile file does to it
// stays there, within a limit of memory and of time. A scanned file has no text; nothing is guessed from its pictures.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"linli/knowledge"
)

// What a file may be, and take.
const (
	mostBytes = 64 << 20
	mostPages = 3000
	mostText  = 16 << 20               // bytes of text in all
	memory    = 512 << 20 / (64 << 10) // pages of WebAssembly's memory
)

// Reader reads PDF files, one after the other. Making one takes a few seconds: PDFium is translated for this machine.
type Reader struct {
	pool   pdfium.Pool
	within time.Duration
}

// Open makes a reader that takes no longer than within for a file; 0: a minute. The context ends it.
func Open(ctx context.Context, within time.Duration) (*Reader, error) {
	if within == 0 {
		within = time.Minute
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: ctx, MaxIdle: 1, MaxTotal: 1, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard, // it sees no files of ours
		RuntimeConfig: wazero.NewRuntimeConfig().WithMemoryLimitPages(memory).WithCloseOnContextDone(true).
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling),
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return &Reader{pool: pool, within: within}, nil
}

// Close ends the reader.
func (r *Reader) Close() error { return r.pool.Close() }

// Read reads a document into passages that cite their page. With passages the problem is a warning: some pages have no text.
func (r *Reader) Read(ctx context.Context, name string, data []byte) ([]knowledge.Passage, *knowledge.Problem) {
	pages, err := r.Pages(ctx, data)
	if err != nil {
		return nil, &knowledge.Problem{File: name, Message: why(err)}
	}
	passages, problem := knowledge.ReadPages(name, pages)
	if blank := blankPages(pages); problem == nil && blank != "" {
		problem = &knowledge.Problem{File: name, Warning: true, Message: "第" + blank + "页没有文字,可能是扫描的图片,引用不到"}
	}
	return passages, problem
}

// blankPages names the pages without a letter, the first ten of them.
func blankPages(pages []string) string {
	var blank []string
	for i, page := range pages {
		if strings.ContainsFunc(page, unicode.IsLetter) {
			continue
		}
		if len(blank) == 10 {
			return strings.Join(blank, "、") + "……"
		}
		blank = append(blank, strconv.Itoa(i+1))
	}
	return strings.Join(blank, "、")
}

// Why a file cannot be read.
var (
	errLarge   = errors.New("too large")
	errScanned = errors.New("no text")
	errSlow    = errors.New("too slow")
)

func why(err error) string {
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return "这个 PDF 加了密码,请去掉密码后另存一份"
	case errors.Is(err, errLarge):
		return fmt.Sprintf("这个 PDF 太大(最多 %d MB、%d 页),请分成几个", mostBytes>>20, mostPages)
	case errors.Is(err, errScanned):
		return "这个 PDF 里没有文字,多半是扫描件;请向发文单位要文字版 PDF 或 Word(.docx),或用 WPS 等软件识别成文字后另存"
	case errors.Is(err, errSlow):
		return "这个 PDF 太复杂,读不完;请用 Word 或 WPS 打开后另存为 .docx"
	}
	return "不是可用的 PDF(打不开或已损坏),请重新下载,或用 WPS 打开后另存一份"
}

// Pages returns the text of the pages.
func (r *Reader) Pages(ctx context.Context, data []byte) ([]string, error) {
	if len(data) > mostBytes {
		return nil, errLarge
	}
	if len(data) == 0 {
		return nil, pdfiumerrors.ErrFormat
	}
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	in, err := r.pool.GetInstanceWithContext(ctx) // a fresh one: no file meets what another has left
	if ctx.Err() != nil {
		return nil, errSlow
	}
	if err != nil {
		return nil, err
	}
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(killed)
		_ = in.Kill()
	})
	pages, err := read(in, data)
	if !stop() {
		<-killed
		return nil, errSlow
	}
	_ = in.Close() // what it says is about the file, and that has been read
	return pages, err
}

// read reads the pages of an opened document.
func read(in pdfium.Pdfium, data []byte) ([]string, error) {
	opened, err := in.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return nil, err
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil {
		return nil, err
	}
	if count.PageCount > mostPages {
		return nil, errLarge
	}
	pages := make([]string, count.PageCount)
	letters, size := 0, 0
	var failed error
	for i := range pages {
		if pages[i], err = pageText(in, opened.Document, i); err != nil {
			failed = err // a page that is broken is left out, and the others stand
			continue
		}
		for _, c := range pages[i] {
			if unicode.IsLetter(c) {
				letters++
			}
		}
		if size += len(pages[i]); size > mostText {
			return nil, errLarge
		}
	}
	// A scan may bear a stamp, or the numbers of its pages.
	if letters < 10+2*len(pages) {
		if failed != nil {
			return nil, failed
		}
		return nil, errScanned
	}
	return pages, nil
}

func pageText(in pdfium.Pdfium, document references.FPDF_DOCUMENT, i int) (string, error) {
	page := requests.Page{ByIndex: &requests.PageByIndex{Document: document, Index: i}}
	said, err := in.GetPageText(&requests.GetPageText{Page: page})
	if err != nil {
		return "", err
	}
	return strings.ToValidUTF8(said.Text, ""), nil
}
