package npy

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// maxMembers bounds the arrays of an archive.
const maxMembers = 1000

// openLimit is the most bytes of arrays that OpenArchive takes in from a file of
// that size. Deflated zeros shrink a thousandfold, in a sparse matrix as in a zip
// bomb; a small file may grow to 256 MiB, a large one a hundredfold.
func openLimit(fileSize int64) int64 {
	const base, factor, most = 256 << 20, 100, 16 << 30
	return min(base+factor*min(fileSize, most), most)
}

// Entry is an array with the name it has in an archive (without ".npy").
type Entry struct {
	Name  string
	Array Array
}

// Archive is the content of an NPZ file.
type Archive struct {
	entries []Entry // in memory
	file    *members
	size    int64
}

// Size is the size of the file in bytes.
func (a *Archive) Size() int64 { return a.size }

// NewArchive returns an archive of arrays in memory, which has no size.
func NewArchive(entries []Entry) *Archive { return &Archive{entries: entries} }

// Names returns the names of the arrays in the order of the file.
func (a *Archive) Names() []string {
	names := make([]string, len(a.entries))
	for i, e := range a.entries {
		names[i] = e.Name
	}
	if a.file != nil {
		names = append(names, a.file.names...)
	}
	return names
}

// Has reports whether there is an array of that name.
func (a *Archive) Has(name string) bool {
	return slices.ContainsFunc(a.entries, func(e Entry) bool { return e.Name == name }) || a.file != nil && slices.Contains(a.file.names, name)
}

// Array returns the array of that name, or an error that says which are there.
func (a *Archive) Array(name string) (Array, error) {
	for _, e := range a.entries {
		if e.Name == name {
			return e.Array, nil
		}
	}
	if a.file != nil && slices.Contains(a.file.names, name) {
		return a.file.array(name)
	}
	return Array{}, fmt.Errorf("has no array %q, only %.200q", name, a.Names())
}

// OpenArchive is OpenArchiveContext without an end.
func OpenArchive(path string) (*Archive, error) {
	return OpenArchiveContext(context.Background(), path)
}

// OpenArchiveContext reads all of an NPZ file, until ctx ends. What its arrays may
// have in bytes is bounded by a multiple of the size of the file. Errors begin
// with the path.
func OpenArchiveContext(ctx context.Context, path string) (*Archive, error) {
	file, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	archive, err := ReadArchive(interruptible{ctx, file}, size, openLimit(size))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return archive, nil
}

// openRegular opens a file and says how long it is.  Errors begin with the path.
func openRegular(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		var pathError *os.PathError
		if errors.As(err, &pathError) {
			return nil, 0, fmt.Errorf("%s: %w", path, pathError.Err)
		}
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a regular file; expected an NPZ file", path)
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// interruptible stops reading when ctx ends.
type interruptible struct {
	ctx  context.Context
	file io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (r interruptible) ReadAt(p []byte, at int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.ReadAt(p, at)
}

// ReadArchive reads all of an NPZ file of size bytes. limit is the most bytes
// its arrays may have together, uncompressed.
func ReadArchive(r io.ReaderAt, size, limit int64) (*Archive, error) {
	return readMembers(r, size, limit, Read, nil)
}

// ReadTables reads the arrays of an NPZ file that wanted chooses of the names of
// all, as ReadTable does; the others are not even looked at.
func ReadTables(r io.ReaderAt, size, limit int64, wanted func(names []string) []string) (*Archive, error) {
	return readMembers(r, size, limit, ReadTable, wanted)
}

func readMembers(r io.ReaderAt, size, limit int64, read func(io.Reader, int64) (Array, error), wanted func(names []string) []string) (*Archive, error) {
	members, err := readDirectory(r, size)
	if err != nil {
		return nil, err
	}
	archive := &Archive{size: size}
	names, err := arrayNames(members)
	if err != nil {
		return nil, err
	}
	chosen := names
	if wanted != nil {
		chosen = wanted(names)
	}
	for i, member := range members {
		name := names[i]
		if !slices.Contains(chosen, name) {
			continue
		}
		array, used, err := readMember(r, member, limit, read)
		if err != nil {
			return nil, fmt.Errorf("array %.100q: %w", name, err)
		}
		limit -= used
		archive.entries = append(archive.entries, Entry{name, array})
	}
	return archive, nil
}

// arrayNames returns the names of the arrays in an archive of arrays.
func arrayNames(members []zipMember) ([]string, error) {
	names := make([]string, len(members))
	for i, member := range members {
		name, ok := strings.CutSuffix(member.name, ".npy")
		if !ok || name == "" {
			return nil, fmt.Errorf("%w: the archive has a member %.100q that is no array", ErrFormat, member.name)
		}
		names[i] = name
	}
	return names, nil
}

// readMember reads one array of at most limit bytes; used are those it has.
func readMember(r io.ReaderAt, member zipMember, limit int64, read func(io.Reader, int64) (Array, error)) (array Array, used int64, err error) {
	counted := &countingReader{r: member.open(r)}
	array, err = read(counted, limit)
	if err != nil && !errors.Is(err, ErrFormat) && isCorruption(err) {
		err = fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return array, counted.n, err
}

// isCorruption tells damaged content from an error of the system.
func isCorruption(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF)
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// WriteArchive writes an NPZ file with the entries in the order given, not
// compressed and without times, so that equal entries give equal bytes.
func WriteArchive(w io.Writer, entries []Entry) error {
	a := NewArchiveWriter(w)
	for _, e := range entries {
		if err := a.Write(e); err != nil {
			return err
		}
	}
	return a.Close()
}

// ArchiveWriter writes an NPZ file as [WriteArchive] does, one array after the other.
type ArchiveWriter struct {
	zip   *zip.Writer
	names map[string]bool
}

// NewArchiveWriter returns a writer to w.
func NewArchiveWriter(w io.Writer) *ArchiveWriter {
	return &ArchiveWriter{zip.NewWriter(w), map[string]bool{}}
}

// Write writes an array, of which nothing is kept.
func (a *ArchiveWriter) Write(e Entry) error {
	if e.Name == "" || a.names[e.Name] {
		return fmt.Errorf("npy: the name %q of an array is empty or used twice", e.Name)
	}
	a.names[e.Name] = true
	member, err := a.zip.CreateHeader(&zip.FileHeader{Name: e.Name + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	if err := Write(member, e.Array); err != nil {
		return fmt.Errorf("array %q: %w", e.Name, err)
	}
	return nil
}

// Close ends the archive; it does not close what it was written to.
func (a *ArchiveWriter) Close() error { return a.zip.Close() }
