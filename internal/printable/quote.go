package printable

import (
	"fmt"
	"strings"
)

// longestQuoted bounds how much of a bad field is repeated in a message.
const longestQuoted = 40

// Quote shows a piece of a file on one line, shortened if it is long.
func Quote(s string) string {
	if r := []rune(s); len(r) > longestQuoted {
		s = string(r[:longestQuoted]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// List shows at most limit quoted names and counts the rest.
func List(names []string, limit int) string {
	var b strings.Builder
	for i, name := range names {
		if i == limit {
			fmt.Fprintf(&b, " and %d more", len(names)-limit)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(Quote(name))
	}
	return b.String()
}

func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
