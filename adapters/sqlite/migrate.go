package sqlite

import (
	"context"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"

	"linli/bot"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. A folder that a newer program wrote is left alone.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.writes, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return bot.Errorf(bot.Unavailable, "数据文件夹 %s 是由更新版本的 linli 写的（结构版本 %d，这个程序只认识到 %d）。请换用新版本的 linli。", s.dir, have, want)
	case have == want:
		return nil
	}
	if s.opts.Attach {
		// Nobody may be using the old schema while it changes.
		lock, err := acquire(s.dir)
		if err != nil {
			return err
		}
		defer lock.Close()
	}
	_, err = p.Up(ctx)
	return err
}
