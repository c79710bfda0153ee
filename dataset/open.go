package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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

// Open reads the table at path: a file, "-" for standard input, or
// "builtin:NAME" (see Builtin).  Every error that the file causes is an
// *InputError.
func Open(path string, format Format) (*Table, error) {
	if strings.HasPrefix(path, builtinPrefix) {
		return Builtin(path)
	}
	if path == "-" {
		return Read("standard input", os.Stdin, format)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, readError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, readError(path, err)
	}
	if info.IsDir() {
		return nil, inputErrorf(path, "is a directory; expected a file with a table")
	}
	if err := checkMemory(path, "reading it", readingMemory(info.Size())); err != nil {
		return nil, err
	}
	return Read(path, file, format)
}

// Read reads a table from r.  The name is used in messages and, with
// FormatAuto, for its extension.
func Read(name string, r io.Reader, format Format) (*Table, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	zipped := false
	plain := name
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzip, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, inputErrorf(name, "broken gzip file: %v", err)
		}
		defer unzip.Close()
		buffered = bufio.NewReaderSize(unzip, 1<<16)
		zipped = true
		plain = strings.TrimSuffix(name, filepath.Ext(name))
		if !strings.EqualFold(filepath.Ext(name), ".gz") {
			plain = name
		}
	}
	if format == FormatAuto {
		if format = formatOf(plain); format == FormatAuto {
			format = sniffFormat(buffered)
		}
	}
	switch format {
	case FormatCSV:
		return readDelimited(name, buffered, 0)
	case FormatTSV:
		return readDelimited(name, buffered, '\t')
	case FormatARFF:
		return readARFF(name, buffered)
	case FormatLIBSVM:
		return readLIBSVM(name, buffered)
	case FormatNPY:
		return readNPY(name, buffered)
	case FormatNPZ:
		return readNPZ(name, randomAccess(r, buffered, zipped))
	case FormatParquet:
		return readParquet(name, randomAccess(r, buffered, zipped))
	}
	return nil, optionErrorf("format %s is not known", quote(string(format)))
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

// randomAccess returns the file itself where a format needs random access and
// the file is neither compressed nor a pipe, else what is left to read.
func randomAccess(r io.Reader, buffered *bufio.Reader, zipped bool) io.Reader {
	if file, ok := r.(*os.File); ok && !zipped {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return buffered
}

// readError turns an error of the file system or of gzip into one line.
func readError(name string, err error) error {
	var known *InputError
	if errors.As(err, &known) {
		return known
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
