// Package torch reads the state dicts that PyTorch's torch.save writes since
// version 1.6: a ZIP archive with a pickle, NAME/data.pkl, that says which
// tensors there are, and a file of numbers, NAME/data/KEY, for each storage.
// Tensors are all that is read: see machine.
package torch

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/relift/relift/internal/element"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/weights/internal/stored"
)

// Limits on what a file can make the reader do.
const (
	maxPickle = 64 << 20 // bytes
	maxDepth  = 16       // dictionaries within dictionaries
)

// ErrFormat is wrapped by every error about the content of a file.
var ErrFormat = errors.New("not a PyTorch state dict")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

var storageTypes = map[string]element.Type{
	"DoubleStorage": element.Float64, "FloatStorage": element.Float32, "HalfStorage": element.Float16, "BFloat16Storage": element.BFloat16,
	"LongStorage": element.Int64, "IntStorage": element.Int32, "ShortStorage": element.Int16, "CharStorage": element.Int8,
	"ByteStorage": element.Uint8, "BoolStorage": element.Bool,
}

// Legacy reports whether a file begins as those of PyTorch before 1.6 do.
func Legacy(first []byte) bool {
	return bytes.HasPrefix(first, []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"))
}

// Recognises reports whether the archive is one of PyTorch.
func Recognises(archive *zip.Reader) bool {
	for _, f := range archive.File {
		if f.Name == "data.pkl" || strings.HasSuffix(f.Name, "/data.pkl") {
			return true
		}
	}
	return false
}

// Read lists the tensors of a file in its order, those in dictionaries within
// the dictionary with the names joined by dots.
func Read(archive *zip.Reader) ([]stored.Array, error) {
	members := map[string]*zip.File{}
	root := ""
	for _, f := range archive.File {
		if members[f.Name] != nil {
			return nil, malformed("%q is in it twice", printable.Short(f.Name, 80))
		}
		members[f.Name] = f
		if before, ok := strings.CutSuffix(f.Name, "data.pkl"); ok {
			if root != "" {
				return nil, malformed("it has two pickles")
			}
			root = before
		}
	}
	if members[root+"constants.pkl"] != nil {
		return nil, malformed("it is a TorchScript program; expected a state dict, torch.save(model.state_dict(), …), or an ONNX file")
	}
	if order := members[root+"byteorder"]; order != nil {
		if text, err := content(order, 16); err != nil || string(text) != "little" {
			return nil, malformed("its numbers are not little-endian")
		}
	}
	if members[root+"data.pkl"] == nil {
		return nil, malformed("it has no data.pkl")
	}
	code, err := content(members[root+"data.pkl"], maxPickle)
	if err != nil {
		return nil, malformed("its data.pkl %v", err)
	}
	top, err := (&machine{code: code}).run()
	if err != nil {
		return nil, malformed("%v", err)
	}
	d, ok := top.(*dict)
	if !ok {
		return nil, malformed("it holds no dictionary of tensors")
	}
	w := walker{root: root, members: members}
	if err := w.walk("", d, maxDepth); err != nil {
		return nil, malformed("%v", err)
	}
	return w.found, nil
}

// walker collects the tensors of dictionaries.
type walker struct {
	root    string
	members map[string]*zip.File
	found   []stored.Array
	entries int
}

func (w *walker) walk(prefix string, d *dict, depth int) error {
	for i, key := range d.keys {
		name, ok := key.(string)
		if !ok {
			continue // an optimizer's numbers
		}
		if w.entries++; w.entries > stored.MaxArrays {
			return fmt.Errorf("it has more than %d entries", stored.MaxArrays)
		}
		switch v := d.values[i].(type) {
		case tensor:
			w.found = append(w.found, w.array(prefix+name, v))
		case *dict:
			if depth == 0 {
				return errors.New("its dictionaries are nested too deep")
			}
			if err := w.walk(prefix+name+".", v, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) array(name string, t tensor) stored.Array {
	kind := storageTypes[t.storage.class]
	return stored.Array{Name: name, Shape: t.shape, Real: kind.Real(), Read: func() ([]float64, error) {
		member := w.members[w.root+"data/"+t.storage.key]
		if member == nil {
			return nil, errors.New("has no numbers in the file")
		}
		count, err := stored.Count(t.shape)
		if err != nil {
			return nil, err
		}
		raw, err := content(member, stored.MaxBytes)
		if err != nil {
			return nil, err
		}
		if len(raw)%kind.Size() != 0 || count > len(raw)/kind.Size() {
			return nil, fmt.Errorf("has %d bytes for %d numbers", len(raw), count)
		}
		return t.elements(kind.Reals(raw), count)
	}}
}

// elements picks the tensor's numbers from its storage, row-major.
func (t tensor) elements(numbers []float64, count int) ([]float64, error) {
	last := float64(t.offset) // what the last number needs, without overflow
	for axis, n := range t.shape {
		last += float64(n-1) * float64(t.strides[axis])
	}
	if count > 0 && last >= float64(len(numbers)) {
		return nil, errors.New("reaches beyond its numbers")
	}
	out := make([]float64, count)
	index := make([]int, len(t.shape))
	for i := range out {
		at := t.offset
		for axis, k := range index {
			at += int64(k) * t.strides[axis]
		}
		out[i] = numbers[at]
		for axis := len(index) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < t.shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return out, nil
}

// content reads a member of at most limit bytes.  PyTorch compresses nothing, so
// that no member is larger than the file.
func content(f *zip.File, limit uint64) ([]byte, error) {
	if f.Method != zip.Store {
		return nil, errors.New("is compressed, which PyTorch does not do")
	}
	if f.UncompressedSize64 > limit {
		return nil, fmt.Errorf("has %d bytes; expected at most %d", f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, errors.New("cannot be read")
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return nil, errors.New("cannot be read")
	}
	return b, nil
}
