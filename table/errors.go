package table

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/relift/relift/internal/memory"
	"github.com/relift/relift/internal/printable"
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
		place = append(place, fmt.Sprintf("column %s", printable.Quote(e.Column)))
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

func Errorf(file, format string, args ...any) *InputError {
	return &InputError{File: file, Problem: fmt.Sprintf(format, args...)}
}

// OptionErrorf reports a bad option, which has no file.
func OptionErrorf(format string, args ...any) *InputError { return Errorf("", format, args...) }

// FileError turns an error of the file system or of gzip into one line.
func FileError(name string, err error) error {
	var known *InputError
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, ErrInterrupted) {
		return fmt.Errorf("%s: reading it was interrupted: %w", name, err)
	}
	e := &InputError{File: name, Err: err}
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Problem = "no such file"
	case errors.Is(err, fs.ErrPermission):
		e.Problem = "no permission to read it"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
		e.Problem = "the compressed file is broken or cut short"
	case errors.As(err, &path):
		e.Problem = fmt.Sprintf("cannot be read: %v", path.Err)
	default:
		e.Problem = fmt.Sprintf("cannot be read: %v", err)
	}
	return e
}

func CheckMemory(name, what string, needed uint64) error {
	available := memory.Available()
	if available == 0 || needed <= available {
		return nil
	}
	return Errorf(name, "%s needs about %s of memory and %s is free; expected a smaller table (fewer rows or columns) or more memory",
		what, memory.Format(needed), memory.Format(available))
}
