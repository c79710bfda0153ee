package dataset

import (
	"bufio"
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

// sniffFormat decides a format that the name does not tell by the first bytes.
func sniffFormat(r *bufio.Reader) Format {
	start, _ := r.Peek(512)
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
	return FormatCSV
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
