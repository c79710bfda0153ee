package dataset

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

// Format names a file format; the empty format is decided by the file name's
// extension or, where that says nothing, by the first bytes.
type Format string

// The formats; each may be compressed with gzip.
const (
	FormatAuto Format = ""    // by extension, else by the first bytes, else CSV
	FormatCSV  Format = "csv" // comma, semicolon, tab or pipe, found from the header
	FormatTSV  Format = "tsv" // tabs
	// FormatARFF is Weka's attribute-relation file format.
	FormatARFF Format = "arff"
	// FormatLIBSVM is the sparse text format of LIBSVM and SVMlight.
	FormatLIBSVM  Format = "libsvm"
	FormatNPY     Format = "npy"     // one NumPy matrix
	FormatNPZ     Format = "npz"     // NumPy arrays X and y
	FormatParquet Format = "parquet" // Apache Parquet
)

// formats lists the names a user may give, with the extensions that imply them.
var formats = []struct {
	format     Format
	extensions []string
}{
	{FormatCSV, []string{".csv", ".txt", ".data"}},
	{FormatTSV, []string{".tsv", ".tab"}},
	{FormatARFF, []string{".arff"}},
	{FormatLIBSVM, []string{".libsvm", ".svm", ".svmlight"}},
	{FormatNPY, []string{".npy"}},
	{FormatNPZ, []string{".npz"}},
	{FormatParquet, []string{".parquet", ".pq"}},
}

// ParseFormat checks a format's name; "auto" and "" mean by extension.
func ParseFormat(name string) (Format, error) {
	if name == "" || name == "auto" {
		return FormatAuto, nil
	}
	var known []string
	for _, f := range formats {
		if string(f.format) == strings.ToLower(name) {
			return f.format, nil
		}
		known = append(known, string(f.format))
	}
	return "", optionErrorf("format %s is not known; expected one of auto, %s", quote(name), strings.Join(known, ", "))
}

// formatOf decides a format by the extension.
func formatOf(name string) Format {
	extension := strings.ToLower(filepath.Ext(name))
	for _, f := range formats {
		for _, e := range f.extensions {
			if e == extension {
				return f.format
			}
		}
	}
	return FormatAuto
}

// formatOf decides a format by the name, and by the first bytes where it says
// nothing or little: .txt and .data are anything.
func (s *source) formatOf(name string) Format {
	format := formatOf(name)
	start, _ := s.text.Peek(sniffed)
	switch {
	case format == FormatAuto:
		format = sniffFormat(start)
	case format == FormatCSV && looksSparse(start):
		format = FormatLIBSVM
	default:
		return format
	}
	if format == FormatLIBSVM {
		s.remarks = append(s.remarks, s.name+": the lines read LABEL INDEX:VALUE and are taken for LIBSVM's format (--format says otherwise)")
	}
	return format
}

// sniffed is how many first bytes tell a format.
const sniffed = 4096

// sniffFormat decides a format that the name does not tell by the first bytes.
func sniffFormat(start []byte) Format {
	switch {
	case bytes.HasPrefix(start, []byte("\x93NUMPY")):
		return FormatNPY
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return FormatNPZ
	case bytes.HasPrefix(start, []byte("PAR1")):
		return FormatParquet
	}
	for line := range bytes.Lines(start) {
		line = bytes.ToLower(bytes.TrimSpace(line))
		if bytes.HasPrefix(line, []byte("@relation")) {
			return FormatARFF
		}
		if len(line) > 0 && line[0] != '%' {
			break
		}
	}
	if looksSparse(start) {
		return FormatLIBSVM
	}
	return FormatCSV
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
		if _, ok := readPlain(fields[0], '.'); !ok {
			return false
		}
		entries := fields[1:]
		if !bytes.HasSuffix(line, []byte("\n")) && !comment && len(entries) > 1 {
			entries = entries[:len(entries)-1] // the end of the sample may cut the last one
		}
		for _, field := range entries {
			index, value, ok := bytes.Cut(field, []byte(":"))
			if _, number := pointNotation.read(string(value)); !ok || !number || !onlyDigits(string(index)) || len(index) == 0 {
				return false
			}
		}
		return len(entries) > 0
	}
	return false
}

// readError turns an error of the file system or of gzip into one line.
func readError(name string, err error) error {
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
