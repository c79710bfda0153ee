package read

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/relift/relift/table"
)

// source is a file on its way in: its bytes, what may be spent on them, and
// how long.
type source struct {
	ctx    context.Context
	name   string
	text   *bufio.Reader // what is left to read, uncompressed
	file   *os.File      // the same as a file; nil for a pipe or a compressed file
	budget *budget
	// reading is what the user said, remarks is what was guessed.
	reading *table.Reading
	remarks []string
}

// randomAccess gives random access to the source, to a pipe or a compressed
// file through memory.
func (s *source) randomAccess() (io.ReaderAt, int64, error) {
	if s.file != nil {
		info, err := s.file.Stat()
		if err != nil {
			return nil, 0, table.FileError(s.name, err)
		}
		return &interruptibleAt{ctx: s.ctx, r: s.file}, info.Size(), nil
	}
	var content bytes.Buffer
	for {
		n, err := io.CopyN(&content, s.text, 1<<20)
		if charged := s.budget.take(uint64(n)); charged != nil {
			return nil, 0, charged
		}
		if err == io.EOF {
			return bytes.NewReader(content.Bytes()), int64(content.Len()), nil
		}
		if err != nil {
			return nil, 0, table.FileError(s.name, err)
		}
	}
}

// regularFile returns the file that r is, unless it is a pipe or a device.
func regularFile(r io.Reader) (*os.File, bool) {
	file, ok := r.(*os.File)
	if !ok {
		return nil, false
	}
	info, err := file.Stat()
	return file, err == nil && info.Mode().IsRegular()
}

// interruptible returns a reader that fails once ctx has ended.  Bytes that
// may never come, of a pipe or a terminal, are waited for in a goroutine of
// their own, which lives on until they do.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	if _, pipe := r.(*os.File); pipe && ctx.Done() != nil {
		if _, regular := regularFile(r); !regular {
			from, to := io.Pipe()
			context.AfterFunc(ctx, func() { to.CloseWithError(interrupted(ctx)) })
			go func() {
				_, err := io.Copy(to, r)
				to.CloseWithError(err)
			}()
			return from
		}
	}
	return &interruptibleReader{ctx: ctx, r: r}
}

// interrupted is the error of a context that has ended.
func interrupted(ctx context.Context) error {
	return fmt.Errorf("%w (%w)", table.ErrInterrupted, context.Cause(ctx))
}

// atOnce is how much is read without a look at the context: so little takes no
// time, and with a table an interrupted run has something to show.
const atOnce = 1 << 20

type interruptibleReader struct {
	ctx  context.Context
	r    io.Reader
	read int
}

// Read implements io.Reader.
func (i *interruptibleReader) Read(p []byte) (int, error) {
	if i.read >= atOnce && i.ctx.Err() != nil {
		return 0, interrupted(i.ctx)
	}
	n, err := i.r.Read(p)
	i.read += n
	return n, err
}

type interruptibleAt struct {
	ctx  context.Context
	r    io.ReaderAt
	read int
}

// ReadAt implements io.ReaderAt.
func (i *interruptibleAt) ReadAt(p []byte, offset int64) (int, error) {
	if i.read >= atOnce && i.ctx.Err() != nil {
		return 0, interrupted(i.ctx)
	}
	n, err := i.r.ReadAt(p, offset)
	i.read += n
	return n, err
}
