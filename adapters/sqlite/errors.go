package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"linli/bot"
)

var errClosed = bot.Errorf(bot.Unavailable, "数据库已经关闭。")

// translate turns an error of SQLite or of the file system into one of ours: a kind, and a sentence that says what to do.
func translate(err error, dir string) error {
	var ours *bot.Error
	var lite *sqlite.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return bot.Because(bot.Unavailable, err, "")
	case errors.As(err, &lite):
		if code := lite.Code(); code&0xff == sqlite3.SQLITE_INTERRUPT {
			return bot.Because(bot.Unavailable, fmt.Errorf("%w: %w", context.Canceled, err), "")
		}
		return bot.Because(bot.Unavailable, err, sentence(lite.Code(), dir))
	case errors.Is(err, syscall.ENOSPC):
		return bot.Because(bot.Unavailable, err, sentence(sqlite3.SQLITE_FULL, dir))
	case errors.Is(err, fs.ErrPermission):
		return bot.Because(bot.Unavailable, err, sentence(sqlite3.SQLITE_PERM, dir))
	case errors.Is(err, syscall.EROFS):
		return bot.Because(bot.Unavailable, err, sentence(sqlite3.SQLITE_READONLY, dir))
	case errors.Is(err, syscall.ENOTDIR):
		return bot.Because(bot.Unavailable, err, fmt.Sprintf("%s 不是文件夹。请用 --data 指定一个文件夹。", dir))
	}
	return bot.Because(bot.Unavailable, err, fmt.Sprintf("数据文件夹 %s 暂时无法使用，详情见日志。", dir))
}

// sentence is what an operator reads about a result code of SQLite.
func sentence(code int, dir string) string {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Sprintf("磁盘已满，%s 里写不进新内容，刚才的这一步没有保存。清出空间后会自动继续，不需要重启。", dir)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Sprintf("数据库文件 %s/%s 已损坏，或者不是 linli 的数据库。请停止服务，保留这个文件夹，用最近的备份恢复到新文件夹（linli restore）。", dir, fileName)
	case sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
		return fmt.Sprintf("没有权限读写数据文件夹 %s。请检查它和其中文件的所有者，或者用 --data 换一个文件夹。", dir)
	case sqlite3.SQLITE_READONLY:
		return fmt.Sprintf("数据文件夹 %s 是只读的，无法保存。请检查磁盘的挂载方式和文件权限。", dir)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Sprintf("数据文件夹 %s 里的数据库正被别的程序占用，稍后会再试。如果一直这样，请关闭打开它的工具。", dir)
	case sqlite3.SQLITE_IOERR:
		return fmt.Sprintf("读写磁盘失败（%s），刚才的这一步可能没有保存。请检查磁盘和剩余空间。", dir)
	}
	return fmt.Sprintf("数据库暂时无法使用（%s），详情见日志。", dir)
}
