// Package safetensors reads the file format of that name: the length of a header
// (8 bytes, little-endian), the header in JSON,
//
//	{"name": {"dtype": "F32", "shape": [5, 4], "data_offsets": [0, 80]}, …, "__metadata__": {…}}
//
// and the numbers of all arrays one after the other.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/relift/relift/internal/element"
	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/weights/internal/stored"
)

// maxHeader is the most bytes of a header.
const maxHeader = 16 << 20

// ErrFormat is wrapped by every error about the content of a file.
var ErrFormat = errors.New("not a valid safetensors file")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

var types = map[string]element.Type{
	"F64": element.Float64, "F32": element.Float32, "F16": element.Float16, "BF16": element.BFloat16,
	"I64": element.Int64, "I32": element.Int32, "I16": element.Int16, "I8": element.Int8,
	"U32": element.Uint32, "U16": element.Uint16, "U8": element.Uint8, "BOOL": element.Bool,
}

// Recognises reports whether a file that begins so may be a safetensors file.
func Recognises(first []byte) bool {
	return len(first) > 8 && first[8] == '{' && binary.LittleEndian.Uint64(first) <= maxHeader
}

// entry is what the header says about an array.
type entry struct {
	Type    string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

// Read lists the arrays of a file in the order of their numbers.
func Read(r io.ReaderAt, size int64) ([]stored.Array, error) {
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return nil, malformed("cut short")
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, malformed("its header has %d bytes, the file %d", n, size)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, 8); err != nil && !errors.Is(err, io.EOF) {
		return nil, malformed("cut short")
	}
	names, entries, err := parse(header)
	if err != nil {
		return nil, err
	}
	begin := 8 + int64(n)
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return int(min(max(entries[a].Offsets[0]-entries[b].Offsets[0], -1), 1))
	})
	var out []stored.Array
	end := int64(0)
	for _, i := range order {
		e := entries[i]
		if e.Offsets[0] != end {
			return nil, malformed("array %q begins at byte %d of the numbers; expected %d, the end of the one before", printable.Short(names[i], 80), e.Offsets[0], end)
		}
		end = e.Offsets[1]
		a, err := arrayOf(r, names[i], e, begin)
		if err != nil {
			return nil, malformed("array %q %v", printable.Short(names[i], 80), err)
		}
		out = append(out, a)
	}
	if end != size-begin {
		return nil, malformed("its arrays have %d bytes and the file has %d", end, size-begin)
	}
	return out, nil
}

// parse reads the header.  A name that is there twice would be one array for
// some programs and another for others.
func parse(header []byte) (names []string, entries []entry, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return nil, nil, malformed("its header is no JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, nil, malformed("its header is damaged")
		}
		if seen[name] {
			return nil, nil, malformed("array %q is there twice", printable.Short(name, 80))
		}
		seen[name] = true
		if name == "__metadata__" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return nil, nil, malformed("its header is damaged")
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil || len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[1] < e.Offsets[0] {
			return nil, nil, malformed("its header is damaged at array %q", printable.Short(name, 80))
		}
		if len(names) == stored.MaxArrays {
			return nil, nil, malformed("it has more than %d arrays", stored.MaxArrays)
		}
		names, entries = append(names, name), append(entries, e)
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, malformed("its header is damaged")
	}
	return names, entries, nil
}

func arrayOf(r io.ReaderAt, name string, e entry, begin int64) (stored.Array, error) {
	kind := types[e.Type]
	a := stored.Array{Name: name, Shape: e.Shape, Real: kind.Real()}
	count, err := stored.Count(e.Shape)
	if err != nil || kind == 0 { // of another type: listed, never read
		return a, err
	}
	length := e.Offsets[1] - e.Offsets[0]
	if length != int64(count)*int64(kind.Size()) {
		return a, fmt.Errorf("has %d bytes; its shape %v of %v says %d", length, e.Shape, kind, int64(count)*int64(kind.Size()))
	}
	a.Read = func() ([]float64, error) {
		if length > stored.MaxBytes {
			return nil, fmt.Errorf("has %d bytes; expected a two-layer network", length)
		}
		raw := make([]byte, length)
		if _, err := io.ReadFull(io.NewSectionReader(r, begin+e.Offsets[0], length), raw); err != nil {
			return nil, fmt.Errorf("cannot be read: %w", err)
		}
		return kind.Reals(raw), nil
	}
	return a, nil
}
