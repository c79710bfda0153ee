package read

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/relift/relift/table"
)

// lines reads a text file line by line, whatever ends a line in it: LF, CR LF,
// CR CR LF or CR alone.  A line is as long as the budget allows.
type lines struct {
	s      *source
	end    byte
	number int // 1-based, of the line that next returned
	long   []byte
}

// newLines begins to read the source as text.
func newLines(s *source) (*lines, error) {
	if err := s.decode(); err != nil {
		return nil, err
	}
	return &lines{s: s, end: lineEnd(s.text)}, nil
}

// lineEnd is the last byte of a line end: CR where the first bytes have no LF.
func lineEnd(r *bufio.Reader) byte {
	head, _ := r.Peek(r.Size())
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		return '\r'
	}
	return '\n'
}

// next returns the next line without its end; io.EOF behind the last.
func (l *lines) next() (string, error) {
	l.long = l.long[:0]
	for {
		part, err := l.s.text.ReadSlice(l.end)
		if errors.Is(err, bufio.ErrBufferFull) {
			if err := l.s.budget.take(uint64(len(part))); err != nil {
				return "", err
			}
			l.long = append(l.long, part...)
			continue
		}
		line := part
		if len(l.long) > 0 {
			l.long = append(l.long, part...)
			line = l.long
		}
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return "", table.FileError(l.s.name, err)
		case err != nil && len(line) == 0:
			return "", io.EOF
		}
		l.number++
		if bytes.IndexByte(line, 0) >= 0 {
			return "", notText(l.s.name, l.number)
		}
		return string(bytes.TrimRight(line, "\r\n")), nil
	}
}

// notText refuses a file with a zero byte in the given line.
func notText(name string, line int) error {
	return &table.InputError{File: name, Line: line, Problem: "a zero byte; expected text (other formats go by their extension: .npy, .npz, .parquet)"}
}
