package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

// flock takes the file for this process alone, or reports that another has it. Only a byte far behind the content is locked, since a locked
// byte could not be read by the process that wants to say who has it.
func flock(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
}

// taken reports whether the error of flock means that somebody else has the file.
func taken(err error) bool { return err == windows.ERROR_LOCK_VIOLATION }
