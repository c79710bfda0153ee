package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Reading says how a file is read.  Its zero value finds everything out from
// the file.
type Reading struct {
	// Format is the file's format; FormatAuto goes by the name, then by the
	// first bytes.
	Format Format `json:"format,omitempty"`
	// Header says whether a table of separated fields begins with column names.
	Header Header `json:"header,omitempty"`
	// Decimal and Thousands are the signs in numbers.
	Decimal   Decimal   `json:"decimal,omitempty"`
	Thousands Thousands `json:"thousands,omitempty"`
	// Missing are the texts, in any case, that stand for a missing entry beside
	// the empty one; nil for DefaultMissing.
	Missing []string `json:"missing,omitzero"`
	// Encoding is that of a text file.
	Encoding TextEncoding `json:"encoding,omitempty"`
	// Keep are columns, by name or index, whose entries keep their spelling
	// however many there are: labels, categories and identifiers.
	Keep []string `json:"-"`
	// MemoryLimit bounds the bytes that reading takes, garbage included; 0 is
	// what the machine has available.
	MemoryLimit uint64 `json:"-"`
}

// Open reads the table at path in the given format, as Reading.Open does
// without an end.
func Open(path string, format Format) (*Table, error) {
	return Reading{Format: format}.Open(context.Background(), path)
}

// Read reads a table from r in the given format, as Reading.Read does without
// an end.
func Read(name string, r io.Reader, format Format) (*Table, error) {
	return Reading{Format: format}.Read(context.Background(), name, r)
}

// Open reads the table at path: a file, "-" for standard input, or
// "builtin:NAME" (see Builtin).  Every error that the file causes is an
// *InputError; when ctx ends first, the error wraps its cause.
func (r Reading) Open(ctx context.Context, path string) (*Table, error) {
	if strings.HasPrefix(path, builtinPrefix) {
		return Builtin(path)
	}
	if path == "-" {
		return r.Read(ctx, "standard input", os.Stdin)
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
	return r.Read(ctx, path, file)
}

// Read reads a table from in.  The name is used in messages and, with
// FormatAuto, for its extension.
func (r Reading) Read(ctx context.Context, name string, in io.Reader) (*Table, error) {
	s := &source{ctx: ctx, name: name, reading: &r, budget: newBudget(name, r.MemoryLimit)}
	s.text = bufio.NewReaderSize(interruptible(ctx, in), 1<<16)
	plain := name
	if magic, _ := s.text.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzip, err := gzip.NewReader(s.text)
		if err != nil {
			return nil, inputErrorf(name, "broken gzip file: %v", err)
		}
		defer unzip.Close()
		s.text = bufio.NewReaderSize(unzip, 1<<16)
		if strings.EqualFold(filepath.Ext(name), ".gz") {
			plain = strings.TrimSuffix(name, filepath.Ext(name))
		}
	} else if file, ok := regularFile(in); ok {
		s.file = file
	}
	format := r.Format
	if format == FormatAuto {
		format = s.formatOf(plain)
	}
	t, err := s.read(format)
	if err != nil {
		return nil, err
	}
	t.Warnings = slices.Concat(s.remarks, t.Warnings)
	t.Reading = r
	t.Reading.Format, t.Reading.Keep, t.Reading.MemoryLimit = FormatAuto, nil, 0
	return t, nil
}

// read reads the source in a known format.
func (s *source) read(format Format) (*Table, error) {
	switch format {
	case FormatCSV:
		return readDelimited(s, 0)
	case FormatTSV:
		return readDelimited(s, '\t')
	case FormatARFF:
		return readARFF(s)
	case FormatLIBSVM:
		return readLIBSVM(s)
	case FormatNPY:
		return readNPY(s)
	case FormatNPZ:
		return readNPZ(s)
	case FormatParquet:
		return readParquet(s)
	}
	return nil, optionErrorf("format %s is not known", quote(string(format)))
}
