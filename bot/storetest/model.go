package storetest

import (
	"testing"
)

func againstModel(t *testing.T, h Harness) {}
