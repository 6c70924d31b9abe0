package sqlite_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"linli/adapters/sqlite"
	"linli/bot"
	"linli/bot/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Fprintln(os.Stderr, victim(dir, os.Getenv("LINLI_TEST_CRASH_ROUND")))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// open opens a store that is closed at the end of the test.
func open(t testing.TB, dir string, opts sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStoreInFolderConforms(t *testing.T) {
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, now func() time.Time) bot.Store {
			return open(t, t.TempDir(), sqlite.Options{Now: now})
		},
		Reopen: func(t testing.TB, s bot.Store, now func() time.Time) bot.Store {
			old := s.(*sqlite.Store)
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, old.Dir(), sqlite.Options{Now: now})
		},
	})
}

func TestStoreInMemoryConforms(t *testing.T) {
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, now func() time.Time) bot.Store {
			return open(t, ":memory:", sqlite.Options{Now: now})
		},
		Reopen: func(_ testing.TB, s bot.Store, _ func() time.Time) bot.Store { return s }, // nobody else can see it
	})
}
