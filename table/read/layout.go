package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// layout is what the first lines of a table of separated fields say about it.
type layout struct {
	names   []string // of the columns
	remarks []string // on what was guessed
}

// sampleRecords is how many records are looked at to find the separator and
// the header.
const sampleRecords = 200

// findLayout reads what comes before the first data row.
func findLayout(r *records, delimiter byte, reading *table.Reading) (*layout, error) {
	for len(r.buffer) < cap(r.buffer) && !r.eof {
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
	l := &layout{}
	if err := refuseOther(r.s.name, r.buffer); err != nil {
		return nil, err
	}
	comments := 0
	for {
		line, err := r.cutLine()
		if errors.Is(err, io.EOF) {
			return nil, table.Errorf(r.s.name, "the file is empty; expected a header line with column names and at least one data row")
		}
		if err != nil {
			return nil, err
		}
		text := strings.TrimSpace(string(line))
		separator, isSeparator := separatorLine(text)
		switch {
		case isSeparator && r.following == 1:
			if delimiter == 0 {
				delimiter = separator
			}
		case strings.HasPrefix(text, "#"):
			comments++
		case text != "":
			if comments > 0 {
				l.remarks = append(l.remarks, fmt.Sprintf("%s: %s at the top that begin with # are taken for comments", r.s.name, printable.Count(comments, "line")))
			}
			if r.delimiter = delimiter; delimiter == 0 {
				r.delimiter = findDelimiter(r, reading)
				if r.delimiter == blanks {
					l.remarks = append(l.remarks, r.s.name+": the columns are taken to be separated by blanks, as many as there are")
				}
			}
			return l, l.findHeader(r, reading)
		}
		r.at += len(line)
		r.following++
	}
}

// refuseOther refuses files that are no tables but often lie in their place.
func refuseOther(name string, head []byte) error {
	start := bytes.ToLower(bytes.TrimSpace(head[:min(len(head), 200)]))
	switch {
	case bytes.HasPrefix(start, []byte("version https://git-lfs")):
		return table.Errorf(name, "a Git LFS pointer, not the table itself; expected the file that git lfs pull brings")
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")), bytes.HasPrefix(start, []byte("<table")):
		return table.Errorf(name, "an HTML page, not a table; expected for example the file that the page links to")
	}
	return nil
}

// separatorLine recognises Excel's first line, such as sep=;
func separatorLine(text string) (byte, bool) {
	text = strings.Trim(text, `"`)
	if len(text) < 4 || !strings.EqualFold(text[:4], "sep=") {
		return 0, false
	}
	switch rest := text[4:]; {
	case rest == "" || rest == `\t`: // the tab was trimmed
		return '\t', true
	case len(rest) == 1 && strings.Contains(",;|:", rest):
		return rest[0], true
	}
	return 0, false
}

// sample returns the first records of the buffer in the given separator,
// without consuming them; nil when they cannot be split so.
func (r *records) sample(delimiter byte) [][]string {
	head := r.buffer[r.at:]
	if !r.eof {
		head = head[:bytes.LastIndexByte(head, r.end)+1]
	}
	s := &records{s: r.s, delimiter: delimiter, end: r.end, buffer: head, eof: true, following: 1}
	var out [][]string
	for len(out) < sampleRecords {
		fields, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out
		}
		record := make([]string, len(fields))
		for i, f := range fields {
			record[i] = string(f)
		}
		out = append(out, record)
	}
	return out
}

// findDelimiter takes the separator that cuts the first records into equally
// many fields, at least two, and of several the one that gives most numbers;
// blanks where no other does.
func findDelimiter(r *records, reading *table.Reading) byte {
	best, bestScore := byte(','), 0.0
	for _, delimiter := range []byte(",;\t|") {
		records := r.sample(delimiter)
		fields := map[int]int{}
		for _, record := range records {
			fields[len(record)]++
		}
		common := 1
		for n := range fields {
			if fields[n] > fields[common] || fields[n] == fields[common] && n > common {
				common = n
			}
		}
		if common < 2 {
			continue
		}
		typed, all := 0, 0
		for _, record := range records[min(1, len(records)-1):] {
			for _, field := range record {
				all++
				if reading.IsMissing([]byte(field)) || isNumber(field) || notation.LayoutOf(field) != "" {
					typed++
				}
			}
		}
		score := 2*float64(fields[common])/float64(len(records)) + float64(typed)/float64(max(all, 1)) + 1e-3*float64(min(common, 100))/100
		if score > bestScore {
			best, bestScore = delimiter, score
		}
	}
	if bestScore == 0 && cutByBlanks(r) {
		return blanks
	}
	return best
}

// cutByBlanks reports whether blanks cut all of the first records into equally many
// fields, at least two.
func cutByBlanks(r *records) bool {
	sample := r.sample(blanks)
	for _, record := range sample {
		if len(record) < 2 || len(record) != len(sample[0]) {
			return false
		}
	}
	return len(sample) > 1
}

// isNumber reports whether the text is a number in any notation.
func isNumber(text string) bool {
	if _, ok := notation.Point.Read(text); ok {
		return true
	}
	_, ok := notation.Comma.Read(text)
	return ok
}

// findHeader takes the column names from the first record, or makes them up.
func (l *layout) findHeader(r *records, reading *table.Reading) error {
	sample := r.sample(r.delimiter)
	if len(sample) == 0 { // a broken first record: reading it says how
		if _, err := r.next(); err != nil {
			return err
		}
		return table.Errorf(r.s.name, "the first line cannot be split into fields; expected column names")
	}
	if reading.Header == table.HeaderNo {
		for i := range sample[0] {
			l.names = append(l.names, fmt.Sprintf("x%d", i))
		}
		if n := len(l.names); n > 1 && emptyColumn(sample, n-1) { // a separator at the end of each line
			l.names = l.names[:n-1]
		}
		return nil
	}
	if reading.Header == table.HeaderAuto {
		if problem := doubtHeader(sample, reading); problem != "" {
			return &table.InputError{File: r.s.name, Line: r.following, Problem: problem + "; expected column names: --no-header says that it is data, --header that it is not"}
		}
	}
	header, err := r.next()
	if err != nil {
		return err
	}
	for _, field := range header {
		l.names = append(l.names, plainName(field))
	}
	n := len(l.names)
	if n > 1 && l.names[n-1] == "" && emptyColumn(sample[1:], n-1) {
		l.names = l.names[:n-1]
		l.remarks = append(l.remarks, fmt.Sprintf("%s: the last column has neither a name nor an entry and is left out", r.s.name))
	}
	return nil
}

// emptyColumn reports whether no record has an entry in column j.
func emptyColumn(sample [][]string, j int) bool {
	for _, record := range sample {
		if j < len(record) && record[j] != "" {
			return false
		}
	}
	return true
}

// doubtHeader says why the first record does not look like column names, or
// nothing when it does.  A column speaks for a header when its first entry is
// text above numbers, or is new above entries that repeat; it speaks against
// one when its first entry is a number above numbers, or occurs again.
func doubtHeader(sample [][]string, reading *table.Reading) string {
	first, body := sample[0], sample[1:]
	if consecutive(first) {
		return "" // names that spreadsheets and data frames make up
	}
	if title := titleLine(first, body); title != "" {
		return title
	}
	favour, against := 0, 0
	example := ""
	oppose := func(j int) {
		if against++; example == "" {
			example = first[j]
		}
	}
	for j, name := range first {
		if name == "" {
			continue
		}
		seen := map[string]int{}
		present, numbers := 0, 0
		for _, record := range body {
			if j >= len(record) || reading.IsMissing([]byte(record[j])) {
				continue
			}
			present++
			seen[record[j]]++
			if isNumber(record[j]) || notation.LayoutOf(record[j]) != "" {
				numbers++
			}
		}
		isValue := isNumber(name) || notation.LayoutOf(name) != "" || reading.IsMissing([]byte(name))
		switch {
		case isValue && (10*numbers >= 9*present || present == 0):
			oppose(j)
		case present == 0:
		case 10*numbers >= 9*present:
			favour++
		case seen[name] > 0:
			oppose(j)
		case 2*len(seen) <= present:
			favour++
		}
	}
	twice := ""
	names := map[string]bool{}
	for _, name := range first {
		if name != "" && names[name] {
			twice = name
		}
		names[name] = true
	}
	switch {
	case against > 0 && against >= favour:
		return fmt.Sprintf("the first line looks like a row of data (%s, as in other rows)", printable.Quote(example))
	case twice != "" && against > 0:
		return fmt.Sprintf("the first line has %s twice and looks like a row of data", printable.Quote(twice))
	}
	return ""
}

// titleLine says why the first record looks like a title above the table: most columns
// have no name in it, and the second or third record has one for each.
func titleLine(first []string, body [][]string) string {
	named := func(record []string) int {
		n := 0
		for _, field := range record {
			if field != "" {
				n++
			}
		}
		return n
	}
	if len(first) < 3 || named(first) > 1 {
		return ""
	}
	for _, record := range body[:min(len(body), 2)] {
		if named(record) == len(first) {
			return fmt.Sprintf("the first line has one name (%s) for %d columns, as a title above a table", printable.Quote(strings.Join(first, "")), len(first))
		}
	}
	return ""
}

// consecutive reports whether the names are 0, 1, 2, … or 1, 2, 3, … beside
// texts.
func consecutive(names []string) bool {
	numbers := 0
	var previous float64
	for _, n := range names {
		v, ok := notation.ReadPlain(n, '.')
		if !ok {
			continue
		}
		if numbers == 0 && v != 0 && v != 1 || numbers > 0 && v != previous+1 {
			return false
		}
		numbers, previous = numbers+1, v
	}
	return numbers >= 3 || numbers > 0 && numbers == len(names)
}
