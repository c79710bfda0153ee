package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/onnx/internal/onnxpb"
)

// external reads the bytes of a tensor that are in another file of the model's
// folder.  Nothing outside that folder is opened, not even by a link in it.
func (in *interpreter) external(t *onnxpb.TensorProto, size int) ([]byte, error) {
	var location string
	var offset int64
	for _, e := range t.ExternalData {
		var err error
		switch e.GetKey() {
		case "location":
			location = e.GetValue()
		case "offset":
			if offset, err = strconv.ParseInt(e.GetValue(), 10, 64); err != nil || offset < 0 {
				return nil, fmt.Errorf("has its data at the offset %q; expected a whole number of bytes", printable.Short(e.GetValue(), 40))
			}
		case "length":
			if length, err := strconv.ParseInt(e.GetValue(), 10, 64); err != nil || length != int64(size) {
				return nil, fmt.Errorf("has %q bytes of data elsewhere; its shape says %d", printable.Short(e.GetValue(), 40), size)
			}
		}
	}
	name := printable.Short(location, 80)
	switch {
	case in.folder == "":
		return nil, errors.New("is in another file; expected a model that is read from a folder, or one without external data")
	case location == "" || !filepath.IsLocal(filepath.FromSlash(location)):
		return nil, fmt.Errorf("is in the file %q; expected one in the folder of the model", name)
	case size > maxSize-in.externalBytes:
		return nil, fmt.Errorf("makes the data in other files larger than %d bytes; expected a two-layer network", maxSize)
	}
	root, err := os.OpenRoot(in.folder)
	if err != nil {
		return nil, fmt.Errorf("is in another file: %w", err)
	}
	defer root.Close()
	info, err := root.Stat(filepath.FromSlash(location)) // before it is opened, which waits for a pipe
	if err != nil {
		return nil, fmt.Errorf("is in the file %q, which cannot be read: %w", name, reason(err))
	}
	if !info.Mode().IsRegular() || info.Size() < offset || info.Size()-offset < int64(size) {
		return nil, fmt.Errorf("is in the file %q at byte %d with %d bytes, which is not there: the file is cut short or another one", name, offset, size)
	}
	f, err := root.Open(filepath.FromSlash(location))
	if err != nil {
		return nil, fmt.Errorf("is in the file %q, which cannot be read: %w", name, reason(err))
	}
	defer f.Close()
	raw := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, offset, int64(size)), raw); err != nil {
		return nil, fmt.Errorf("is in the file %q, which cannot be read: %w", name, reason(err))
	}
	in.externalBytes += size
	in.allowance += size
	return raw, nil
}

// reason leaves out the path of an error of the system.
func reason(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
