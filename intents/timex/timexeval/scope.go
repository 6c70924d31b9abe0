package timexeval

import (
	"strings"
)

// recognizersScope says why a case is none that a meeting, a deadline or a report could use.
func recognizersScope(c recognizersSpec) string { _ = strings.Contains; return "" }

func jionlpScope(c *jionlpSpec, partial bool) string { return "" }
