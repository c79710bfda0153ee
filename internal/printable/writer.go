package printable

import (
	"io"
	"unicode/utf8"
)

// Writer passes text on to a terminal: line feeds and tabs as they are, every
// other character that does not print, and each byte that is no UTF-8, as "?".
type Writer struct {
	to   io.Writer
	rest []byte // the beginning of a character whose end is yet to come
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Unwrap returns the writer beneath, for output that is no text or moves the
// cursor on purpose.
func (w *Writer) Unwrap() io.Writer { return w.to }

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	text := append(w.rest, p...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 && (len(text) >= utf8.UTFMax || utf8.FullRune(text)) {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n' || r == '\t':
		case r == utf8.RuneError && size == 1:
			r = '?'
		case r != ' ' && visible(r) != r:
			r = '?'
		}
		out = utf8.AppendRune(out, r)
		text = text[size:]
	}
	w.rest = append([]byte(nil), text...)
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
