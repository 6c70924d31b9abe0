package main

import (
	"context"
	"path/filepath"
	"strings"

	"linli/adapters/files"
	"linli/bot"
	"linli/bot/inspections"
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
	h.files = inspections.Documents{Files: opened, Store: h.store}
	return nil
}

// Guards implements web.Guard: a bulletin of the inspections is for those who plan them at its unit.
func (r *reception) Guards(ctx context.Context, a bot.Account, key string) (guards, may bool, err error) {
	p, err := r.engine.Who(ctx, a)
	if err != nil {
		return false, false, err
	}
	return inspections.MayRead(ctx, r.house.store, r.house.org, p, key)
}
