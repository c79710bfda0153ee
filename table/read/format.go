package read

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/notation"
)

// formats lists the names a user may give, with the extensions that imply them.
var formats = []struct {
	format     table.Format
	extensions []string
}{
	{table.FormatCSV, []string{".csv", ".txt", ".data"}},
	{table.FormatTSV, []string{".tsv", ".tab"}},
	{table.FormatARFF, []string{".arff"}},
	{table.FormatLIBSVM, []string{".libsvm", ".svm", ".svmlight"}},
	{table.FormatNPY, []string{".npy"}},
	{table.FormatNPZ, []string{".npz"}},
	{table.FormatParquet, []string{".parquet", ".pq"}},
	{table.FormatArrow, []string{".arrow", ".feather", ".ipc", ".arrows"}},
}

// ParseFormat checks a format's name; "auto" and "" mean by extension.
func ParseFormat(name string) (table.Format, error) {
	if name == "" || name == "auto" {
		return table.FormatAuto, nil
	}
	var known []string
	for _, f := range formats {
		if string(f.format) == strings.ToLower(name) {
			return f.format, nil
		}
		known = append(known, string(f.format))
	}
	return "", table.OptionErrorf("format %s is not known; expected one of auto, %s", printable.Quote(name), strings.Join(known, ", "))
}

// formatOf decides a format by the extension.
func formatOf(name string) table.Format {
	extension := strings.ToLower(filepath.Ext(name))
	for _, f := range formats {
		for _, e := range f.extensions {
			if e == extension {
				return f.format
			}
		}
	}
	return table.FormatAuto
}

// formatOf decides a format by the name, and by the first bytes where it says
// nothing or little: .txt and .data are anything.
func (s *source) formatOf(name string) table.Format {
	format := formatOf(name)
	start, _ := s.text.Peek(sniffed)
	switch {
	case format == table.FormatAuto:
		format = sniffFormat(start)
	case format == table.FormatCSV && looksSparse(start):
		format = table.FormatLIBSVM
	case format == table.FormatCSV && bytes.ContainsFunc(start, inNoText):
		if by := sniffFormat(start); by == table.FormatParquet || by == table.FormatArrow || by == table.FormatNPY || by == table.FormatNPZ {
			s.remarks = append(s.remarks, fmt.Sprintf("%s: begins as a file of the format %s and is taken for one, whatever its name says (--format says otherwise)", s.name, by))
			return by
		}
		return format
	default:
		return format
	}
	if format == table.FormatLIBSVM {
		s.remarks = append(s.remarks, s.name+": the lines read LABEL INDEX:VALUE and are taken for LIBSVM's format (--format says otherwise)")
	}
	return format
}

// sniffed is how many first bytes tell a format.
const sniffed = 4096

// sniffFormat decides a format that the name does not tell by the first bytes.
func sniffFormat(start []byte) table.Format {
	switch {
	case bytes.HasPrefix(start, []byte("\x93NUMPY")):
		return table.FormatNPY
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return table.FormatNPZ
	case bytes.HasPrefix(start, []byte("PAR1")):
		return table.FormatParquet
	case bytes.HasPrefix(start, []byte(arrowMark)), bytes.HasPrefix(start, []byte(feather1)), bytes.HasPrefix(start, []byte(streamMark)):
		return table.FormatArrow
	}
	for line := range bytes.Lines(start) {
		line = bytes.ToLower(bytes.TrimSpace(line))
		if bytes.HasPrefix(line, []byte("@relation")) {
			return table.FormatARFF
		}
		if len(line) > 0 && line[0] != '%' {
			break
		}
	}
	if looksSparse(start) {
		return table.FormatLIBSVM
	}
	return table.FormatCSV
}

// looksSparse reports whether the first line that is no comment reads
// LABEL INDEX:VALUE …, as in LIBSVM's format.
func looksSparse(start []byte) bool {
	for line := range bytes.Lines(start) {
		line, _, comment := bytes.Cut(line, []byte("#"))
		fields := bytes.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if _, ok := notation.ReadPlain(fields[0], '.'); !ok {
			return false
		}
		entries := fields[1:]
		if !bytes.HasSuffix(line, []byte("\n")) && !comment && len(entries) > 1 {
			entries = entries[:len(entries)-1] // the end of the sample may cut the last one
		}
		for _, field := range entries {
			index, value, ok := bytes.Cut(field, []byte(":"))
			if _, number := notation.Point.Read(string(value)); !ok || !number || !notation.OnlyDigits(string(index)) || len(index) == 0 {
				return false
			}
		}
		return len(entries) > 0
	}
	return false
}
