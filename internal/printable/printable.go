// Package printable makes text that comes from files fit to be printed: a
// message with a name from a table, a model or a certificate must neither move
// the cursor of a terminal nor break its line.
package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns text on one line without control characters: each run of white
// space and line breaks is one blank, any other character that does not print,
// and each byte that is no UTF-8, is "?".
func Line(text string) string {
	return strings.Join(strings.Fields(strings.Map(visible, text)), " ")
}

func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r), r == utf8.RuneError:
		return '?'
	}
	return r
}

// Short is Line for a name within a message: of a longer text it keeps the
// first most characters and an ellipsis.
func Short(text string, most int) string {
	const bytesPerRune = utf8.UTFMax
	if len(text) > bytesPerRune*(most+1) { // no more work than the result needs
		text = text[:bytesPerRune*(most+1)]
	}
	runes := []rune(Line(text))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}
