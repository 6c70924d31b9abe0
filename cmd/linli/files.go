package main

import (
	"path/filepath"
	"strings"

	"linli/adapters/files"
)

// openFiles opens the folder that keeps what people send: inside the store's, or beside the program where the store is a server.
func (h *house) openFiles() error {
	folder := h.config.Files
	if folder == "" {
		folder = "./linli-files"
		if !strings.Contains(h.config.Store, "://") {
			folder = filepath.Join(h.config.Store, "files")
		}
	}
	opened, err := files.Open(folder)
	if err != nil {
		return err
	}
	h.files = opened
	return nil
}
