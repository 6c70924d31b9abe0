//go:build unix

package sqlite

import (
	"os"
	"syscall"
)

// flock takes the file for this process alone, or reports that another has it.
func flock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// taken reports whether the error of flock means that somebody else has the file.
func taken(err error) bool { return err == syscall.EWOULDBLOCK }
