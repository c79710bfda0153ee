package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
)

// readDelimited reads a table of separated fields.  delimiter 0 is found from
// the first lines.
func readDelimited(s *source, delimiter byte) (*table.Table, error) {
	if err := s.decode(); err != nil {
		return nil, err
	}
	records := newRecords(s)
	l, err := findLayout(records, delimiter, s.reading)
	if err != nil {
		return nil, err
	}
	b, err := table.NewBuilder(s.name, l.names, true)
	if err != nil {
		return nil, err
	}
	b.ChargeTo(s.budget.take)
	b.ReadAs(s.reading)
	s.remarks = append(s.remarks, l.remarks...)
	trailing := 0
	for {
		record, err := records.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(record) == len(l.names)+1 && len(record[len(l.names)]) == 0 {
			trailing++ // a separator at the end of the line
			record = record[:len(l.names)]
		}
		if len(record) != len(l.names) {
			return nil, &table.InputError{File: s.name, Line: records.line, Problem: fmt.Sprintf(
				"%s; expected %d, as many as the header has", printable.Count(len(record), "field"), len(l.names))}
		}
		for j, field := range record {
			b.AddField(j, field)
		}
		if err := b.EndRow(records.line); err != nil {
			return nil, err
		}
	}
	if trailing > 0 {
		b.Warn(fmt.Sprintf("%s: %s with %q behind the last field, which is ignored", s.name, printable.Count(trailing, "row"), string(records.delimiter)))
	}
	return b.Table()
}

// records splits a text into records of separated fields, as RFC 4180 says:
// fields may stand in quotation marks and hold separators and line ends then.
// Blank lines are no records.
type records struct {
	s         *source
	delimiter byte
	end       byte   // last byte of a line end
	buffer    []byte // read and not yet returned, from at on
	at        int
	eof       bool
	zero      bool // a zero byte is in the buffer
	line      int  // 1-based, where the record that next returned begins
	following int  // the line behind it
	fields    [][]byte
	scratch   []byte // fields that had doubled quotation marks
}

const recordBuffer = 1 << 18

func newRecords(s *source) *records {
	return &records{s: s, end: lineEnd(s.text), following: 1, buffer: make([]byte, 0, recordBuffer)}
}

// fill reads more behind the buffer, and makes room where there is none.
func (r *records) fill() error {
	if r.at > 0 && len(r.buffer) == cap(r.buffer) {
		n := copy(r.buffer, r.buffer[r.at:])
		r.buffer, r.at = r.buffer[:n], 0
	}
	if len(r.buffer) == cap(r.buffer) {
		if err := r.s.budget.take(uint64(cap(r.buffer))); err != nil {
			return err
		}
		r.buffer = append(make([]byte, 0, 2*cap(r.buffer)), r.buffer...)
	}
	n, err := r.s.text.Read(r.buffer[len(r.buffer):cap(r.buffer)])
	r.zero = r.zero || bytes.IndexByte(r.buffer[len(r.buffer):len(r.buffer)+n], 0) >= 0
	r.buffer = r.buffer[:len(r.buffer)+n]
	switch {
	case errors.Is(err, io.EOF):
		r.eof = true
	case err != nil:
		return table.FileError(r.s.name, err)
	}
	return nil
}

// next returns the fields of the next record without quotation marks and the
// blanks around them, valid until the next call; io.EOF behind the last.
func (r *records) next() ([][]byte, error) {
	for {
		line, err := r.cutLine()
		if err != nil {
			return nil, err
		}
		r.line = r.following
		if bytes.IndexByte(line, '"') < 0 || r.delimiter == blanks {
			r.following++
			r.at += len(line)
			if r.zero && bytes.IndexByte(line, 0) >= 0 {
				return nil, notText(r.s.name, r.line)
			}
			if line = trimEnd(line); len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			r.split(line)
			return r.fields, nil
		}
		switch done, err := r.quoted(); {
		case err != nil:
			return nil, err
		case done && len(r.fields) > 0:
			return r.fields, nil
		case !done: // twice as much, so that looking again costs no more than once
			for held := len(r.buffer) - r.at; len(r.buffer)-r.at < 2*held && !r.eof; {
				if err := r.fill(); err != nil {
					return nil, err
				}
			}
		}
	}
}

// cutLine returns what is left up to the next line end, inclusive.
func (r *records) cutLine() ([]byte, error) {
	searched := 0
	for {
		if i := bytes.IndexByte(r.buffer[r.at+searched:], r.end); i >= 0 {
			return r.buffer[r.at : r.at+searched+i+1], nil
		}
		if r.eof {
			if r.at == len(r.buffer) {
				return nil, io.EOF
			}
			return r.buffer[r.at:], nil
		}
		searched = len(r.buffer) - r.at
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// trimEnd takes the line end off: LF, CR LF, CR CR LF or CR.
func trimEnd(line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == '\n' || line[n-1] == '\r') {
		n--
	}
	return line[:n]
}

// split cuts a line without quotation marks at the separators.
func (r *records) split(line []byte) {
	r.fields = r.fields[:0]
	if r.delimiter == blanks {
		r.splitBlanks(line)
		return
	}
	for {
		i := bytes.IndexByte(line, r.delimiter)
		if i < 0 {
			r.fields = append(r.fields, trimBlanks(line))
			return
		}
		r.fields = append(r.fields, trimBlanks(line[:i]))
		line = line[i+1:]
	}
}

// blanks is the delimiter of tables in which any number of blanks and tabs separates the
// columns.
const blanks = ' '

// splitBlanks cuts a line at its blanks; those in quotation marks separate nothing.
func (r *records) splitBlanks(line []byte) {
	const between = " \t"
	for line = bytes.TrimLeft(line, between); len(line) > 0; line = bytes.TrimLeft(line, between) {
		end := bytes.IndexAny(line, between)
		if end < 0 {
			end = len(line)
		}
		field := line[:end]
		if line[0] == '"' {
			if closing := bytes.IndexByte(line[1:], '"'); closing >= 0 {
				field, end = line[1:1+closing], closing+2
			}
		}
		r.fields, line = append(r.fields, field), line[end:]
	}
}

// trimBlanks is bytes.TrimSpace, quick where there is nothing to trim.
func trimBlanks(b []byte) []byte {
	if n := len(b); n == 0 || b[0] > ' ' && b[0] < 0x80 && b[n-1] > ' ' && b[n-1] < 0x80 {
		return b
	}
	return bytes.TrimSpace(b)
}

// quoted splits the record that begins at the buffer's front and has quotation
// marks; done is false when it goes on behind the buffer.
func (r *records) quoted() (done bool, err error) {
	r.fields, r.scratch = r.fields[:0], r.scratch[:0]
	var doubled []span
	text, i, lines := r.buffer[r.at:], 0, 0
	bad := func(problem string) (bool, error) {
		return false, &table.InputError{File: r.s.name, Line: r.line, Problem: problem}
	}
	for {
		for i < len(text) && (text[i] == ' ' || text[i] == '\t') && text[i] != r.delimiter {
			i++
		}
		if i < len(text) && text[i] == '"' {
			i++
			start, first := len(r.scratch), i
			for {
				q := bytes.IndexByte(text[i:], '"')
				if q < 0 || i+q+1 == len(text) && !r.eof {
					if r.eof {
						return bad(`a quoted field that starts here is not closed properly; expected a closing quotation mark`)
					}
					return false, nil
				}
				lines += bytes.Count(text[i:i+q], []byte{r.end})
				closing := i + q
				if closing+1 < len(text) && text[closing+1] == '"' {
					r.scratch = append(r.scratch, text[i:closing+1]...)
					i = closing + 2
					continue
				}
				if i == first { // as it stands
					r.fields = append(r.fields, bytes.TrimSpace(text[first:closing]))
				} else {
					r.scratch = append(r.scratch, text[i:closing]...)
					doubled = append(doubled, span{len(r.fields), start, len(r.scratch)})
					r.fields = append(r.fields, nil)
				}
				i = closing + 1
				break
			}
			for i < len(text) && (text[i] == ' ' || text[i] == '\t') && text[i] != r.delimiter {
				i++
			}
		} else {
			start := i
			for i < len(text) && text[i] != r.delimiter && text[i] != r.end && text[i] != '"' {
				i++
			}
			if i < len(text) && text[i] == '"' {
				return bad(`a quotation mark inside an unquoted field; expected "..." around the whole field, with "" for a quotation mark inside`)
			}
			r.fields = append(r.fields, bytes.TrimSpace(text[start:i]))
		}
		for i < len(text) && text[i] == '\r' && r.end == '\n' {
			i++
		}
		switch {
		case i == len(text) && !r.eof:
			return false, nil
		case i < len(text) && text[i] == r.delimiter:
			i++
			continue
		case i < len(text) && text[i] != r.end:
			if lines > 0 {
				return bad(`a quoted field that starts here is not closed properly; expected a closing quotation mark`)
			}
			return bad(`a quotation mark that does not open or close a field; expected "..." around the whole field, with "" for a quotation mark inside`)
		}
		i = min(i+1, len(text))
		if r.zero && bytes.IndexByte(text[:i], 0) >= 0 {
			return false, notText(r.s.name, r.line)
		}
		for _, d := range doubled { // now that scratch does not move any more
			r.fields[d.field] = bytes.TrimSpace(r.scratch[d.start:d.end])
		}
		r.at += i
		r.following += lines + 1
		return true, nil
	}
}

// span is where in scratch the text of a field is.
type span struct{ field, start, end int }

// plainName is a column's name as a header has it.
func plainName(field []byte) string { return strings.TrimSpace(string(field)) }
