package dataset

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInput is matched (errors.Is) by every error that is the fault of a file
// or of an option rather than of this program.
var ErrInput = errors.New("bad input")

// ErrInterrupted is wrapped by the error of a reading whose context ended.
var ErrInterrupted = errors.New("interrupted")

// InputError says in one line what is wrong with a file, where, and what was
// expected.
type InputError struct {
	File    string // name as the user gave it; empty for an option
	Line    int    // 1-based line of a text file; 0 when unknown
	Row     int    // 1-based data row, used when the format has no lines; 0 when unknown
	Column  string // column name; empty when the whole line is meant
	Problem string // what was found and what was expected
	Err     error  // cause, may be nil
}

var _ error = (*InputError)(nil)

// Error returns for example
//
//	iris.csv: line 7, column "petal_width": "abc" is not a number; expected a finite decimal such as 1.5
func (e *InputError) Error() string {
	var place []string
	switch {
	case e.Line > 0:
		place = append(place, fmt.Sprintf("line %d", e.Line))
	case e.Row > 0:
		place = append(place, fmt.Sprintf("row %d", e.Row))
	}
	if e.Column != "" {
		place = append(place, fmt.Sprintf("column %s", quote(e.Column)))
	}
	var parts []string
	if e.File != "" {
		parts = append(parts, e.File)
	}
	if len(place) > 0 {
		parts = append(parts, strings.Join(place, ", "))
	}
	return strings.Join(append(parts, e.Problem), ": ")
}

// Is reports whether target is ErrInput.
func (e *InputError) Is(target error) bool { return target == ErrInput }

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

func inputErrorf(file, format string, args ...any) *InputError {
	return &InputError{File: file, Problem: fmt.Sprintf(format, args...)}
}

// optionErrorf reports a bad option, which has no file.
func optionErrorf(format string, args ...any) *InputError { return inputErrorf("", format, args...) }

// longestQuoted bounds how much of a bad field is repeated in a message.
const longestQuoted = 40

// quote shows a piece of a file on one line, shortened if it is long.
func quote(s string) string {
	if r := []rune(s); len(r) > longestQuoted {
		s = string(r[:longestQuoted]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// list shows at most limit quoted names and counts the rest.
func list(names []string, limit int) string {
	var b strings.Builder
	for i, name := range names {
		if i == limit {
			fmt.Fprintf(&b, " and %d more", len(names)-limit)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(name))
	}
	return b.String()
}
