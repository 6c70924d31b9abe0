package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"linli/bot"
)

// lockFile is held as long as a process uses the folder. It contains the process's number, for the message to the next.
const lockFile = "linli.lock"

// acquire takes the folder. The operating system lets go of it when the process ends, however it ends.
func acquire(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, translate(err, dir)
	}
	if err := flock(f); err != nil {
		defer f.Close()
		if !taken(err) {
			return nil, bot.Because(bot.Unavailable, err, fmt.Sprintf("无法锁定 %s：这个文件系统可能不支持文件锁（例如某些网络盘）。请把数据文件夹放在本机磁盘上。", path))
		}
		return nil, inUse(dir, path)
	}
	if err := f.Truncate(0); err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		f.Close()
		return nil, translate(err, dir)
	}
	return f, nil
}

// inUse says who has the folder and what to do.
func inUse(dir, path string) error {
	who := "另一个进程"
	if text, err := os.ReadFile(path); err == nil {
		if pid := strings.TrimSpace(string(text)); pid != "" {
			who = "进程 " + pid
		}
	}
	return bot.Errorf(bot.Unavailable, "数据文件夹 %s 正被%s使用，同一时间只能有一个 linli 服务使用它。请先停止那个进程（例如在它的终端按 Ctrl-C），或者用 --data 换一个文件夹。", dir, who)
}
