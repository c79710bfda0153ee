package read

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

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/table"
	"github.com/relift/relift/table/builtin"
)

// Open reads the table at path in the given format, as OpenContext does
// without an end.
func Open(path string, format table.Format) (*table.Table, error) {
	return OpenContext(context.Background(), path, table.Reading{Format: format})
}

// Read reads a table from r in the given format, as ReadContext does without
// an end.
func Read(name string, r io.Reader, format table.Format) (*table.Table, error) {
	return ReadContext(context.Background(), name, r, table.Reading{Format: format})
}

// OpenContext reads the table at path: a file, "-" for standard input, or
// "builtin:NAME" (see package builtin).  Every error that the file causes is an
// *InputError; when ctx ends first, the error wraps its cause.
func OpenContext(ctx context.Context, path string, r table.Reading) (*table.Table, error) {
	if strings.HasPrefix(path, builtin.Prefix) {
		return builtin.Open(path)
	}
	if path == "-" {
		return ReadContext(ctx, "standard input", os.Stdin, r)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, table.FileError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, table.FileError(path, err)
	}
	if info.IsDir() {
		return nil, table.Errorf(path, "is a directory; expected a file with a table")
	}
	return ReadContext(ctx, path, file, r)
}

// ReadContext reads a table from in.  The name is used in messages and, with
// FormatAuto, for its extension.
func ReadContext(ctx context.Context, name string, in io.Reader, r table.Reading) (*table.Table, error) {
	s := &source{ctx: ctx, name: name, reading: &r, budget: newBudget(name, r.MemoryLimit)}
	s.text = bufio.NewReaderSize(interruptible(ctx, in), 1<<16)
	plain := name
	if magic, _ := s.text.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzip, err := gzip.NewReader(s.text)
		if err != nil {
			return nil, table.Errorf(name, "broken gzip file: %v", err)
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
	if format == table.FormatAuto {
		if err := s.refuseForeign(plain); err != nil {
			return nil, err
		}
		format = s.formatOf(plain)
	}
	t, err := s.read(format)
	if err != nil {
		return nil, err
	}
	t.Warnings = slices.Concat(s.remarks, t.Warnings)
	t.Reading = r
	t.Reading.Format, t.Reading.Keep, t.Reading.MemoryLimit = table.FormatAuto, nil, 0
	return t, nil
}

// read reads the source in a known format.
func (s *source) read(format table.Format) (*table.Table, error) {
	switch format {
	case table.FormatCSV:
		return readDelimited(s, 0)
	case table.FormatTSV:
		return readDelimited(s, '\t')
	case table.FormatARFF:
		return readARFF(s)
	case table.FormatLIBSVM:
		return readLIBSVM(s)
	case table.FormatNPY:
		return readNPY(s)
	case table.FormatNPZ:
		return readNPZ(s)
	case table.FormatParquet:
		return readParquet(s)
	case table.FormatArrow:
		return readArrow(s)
	}
	return nil, table.OptionErrorf("format %s is not known", printable.Quote(string(format)))
}
