package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asLinli makes the test binary the program.
const asLinli = "LINLI_TEST_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asLinli) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"linli": main})
}

// TestScripts plays the command line as people type it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: filepath.Join("testdata", "script")})
}
