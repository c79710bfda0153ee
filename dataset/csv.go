package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readDelimited reads a table with a header line.  delimiter 0 is found from
// the header: the one of comma, semicolon, tab and pipe that occurs most often
// outside quotes.
func readDelimited(s *source, delimiter rune) (*Table, error) {
	name, text := s.name, s.text
	if err := checkText(name, text); err != nil {
		return nil, err
	}
	if delimiter == 0 {
		delimiter = sniffDelimiter(text)
	}
	records := csv.NewReader(text)
	records.Comma = delimiter
	records.FieldsPerRecord = -1
	records.ReuseRecord = true
	records.TrimLeadingSpace = delimiter != '\t' // it would swallow empty fields between tabs

	header, err := records.Read()
	if errors.Is(err, io.EOF) {
		return nil, inputErrorf(name, "the file is empty; expected a header line with column names and at least one data row")
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.Clone(strings.TrimSpace(h))
	}
	if err := checkHeader(name, names); err != nil {
		return nil, err
	}
	b, err := newBuilder(name, names, true)
	if err != nil {
		return nil, err
	}
	b.budget = s.budget
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		line, _ := records.FieldPos(0)
		if len(record) == 1 && len(names) > 1 && strings.TrimSpace(record[0]) == "" {
			continue // a line of blanks
		}
		if len(record) != len(names) {
			return nil, &InputError{File: name, Line: line, Problem: fmt.Sprintf(
				"%s; expected %d, as many as the header has", count(len(record), "field"), len(names))}
		}
		for j, field := range record {
			b.addText(j, field)
		}
		if err := b.endRow(line); err != nil {
			return nil, err
		}
	}
	return b.table()
}

// checkText skips a UTF-8 byte order mark and refuses what is plainly no text.
func checkText(name string, r *bufio.Reader) error {
	start, err := r.Peek(3)
	if err == nil && string(start) == "\ufeff" {
		_, err := r.Discard(3)
		return err
	}
	if len(start) >= 2 && (start[0] == 0xff && start[1] == 0xfe || start[0] == 0xfe && start[1] == 0xff) {
		return inputErrorf(name, "the file is in UTF-16; expected UTF-8 text")
	}
	head, err := r.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return readError(name, err)
	}
	if strings.IndexByte(string(head), 0) >= 0 {
		return inputErrorf(name, "the file is not text; expected a table such as CSV (other formats go by their extension: .npy, .npz, .parquet)")
	}
	return nil
}

// sniffDelimiter looks at the header line without consuming it.
func sniffDelimiter(r *bufio.Reader) rune {
	head, _ := r.Peek(r.Size())
	line := strings.TrimLeft(string(head), "\r\n")
	quoted := false
	counts := map[rune]int{}
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' {
			break
		}
		counts[c]++
	}
	best := ','
	for _, c := range ",;\t|" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// checkHeader refuses a first line that is plainly a data row: at least half
// of the names are numbers, and they are not the consecutive integers that
// spreadsheets and data frames make up.
func checkHeader(name string, names []string) error {
	numbers, consecutive := 0, true
	var previous float64
	for _, n := range names {
		kind, v := classify(n)
		if kind != tokenNumber {
			continue
		}
		if numbers > 0 && v != previous+1 {
			consecutive = false
		}
		if numbers == 0 && v != 0 && v != 1 {
			consecutive = false
		}
		numbers, previous = numbers+1, v
	}
	if numbers == 0 || 2*numbers < len(names) || consecutive {
		return nil
	}
	return &InputError{File: name, Line: 1, Problem: fmt.Sprintf(
		"the first line holds numbers (%s); expected a header line with column names such as x1,x2,class", list(names, 3))}
}

// csvError turns a syntax error of encoding/csv into one line.
func csvError(name string, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return readError(name, err)
	}
	problem := parse.Err.Error()
	switch {
	case errors.Is(parse.Err, csv.ErrQuote):
		problem = `a quotation mark that does not open or close a field; expected "..." around the whole field, with "" for a quotation mark inside`
		if parse.StartLine != parse.Line {
			problem = `a quoted field that starts here is not closed properly; expected a closing quotation mark`
		}
	case errors.Is(parse.Err, csv.ErrBareQuote):
		problem = `a quotation mark inside an unquoted field; expected "..." around the whole field, with "" for a quotation mark inside`
	}
	return &InputError{File: name, Line: parse.StartLine, Problem: problem, Err: err}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
