package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestDocuments: a folder of files is imported, what the catalogue doesn't know is answered from them with the page, and of files that can't be read
// none is imported.
func TestDocuments(t *testing.T) {
	data := t.TempDir()
	const pdfs = "../../adapters/pdf/testdata/"
	out := ask(t, "", "documents", "import", pdfs+"shelf.pdf", pdfs+"chromium.pdf", "--data", data)
	if !strings.Contains(out, "《图书角借阅守则》:2段") || !strings.Contains(out, "《老旧小区加装电梯办法》:4段") {
		t.Errorf("imported: %s", out)
	}
	out = ask(t, "请问图书角的图书借阅期是多少天\n", "chat", "--json", "--data", data, "--now", "2026-11-23T10:00:00+08:00")
	if !strings.Contains(out, "借阅期21天") || !strings.Contains(out, "《图书角借阅守则》第二章 借阅(第2页)") {
		t.Errorf("answered: %s", out)
	}
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"documents", "import", pdfs, "--data", data}, streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
	if code == exitDone || stdout.Len() > 0 || !strings.Contains(stderr.String(), "scanned.pdf: 错误:这个 PDF 里没有文字") || !strings.Contains(stderr.String(), "encrypted.pdf: 错误:这个 PDF 加了密码") {
		t.Errorf("exit %d: %s%s", code, stdout.String(), stderr.String())
	}
}
