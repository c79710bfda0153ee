package npy

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/relift/relift/internal/half"
)

// Read reads one array and requires that r ends behind it. limit is the most
// bytes that the file, header included, may have. Memory is taken as data
// arrives, never on the word of the header: a hostile file costs no more than
// a small multiple of its own length.
func Read(r io.Reader, limit int64) (Array, error) { return read(r, limit, numbers) }

// ReadTable is Read for a table, of which nothing is to be proved: it also takes
// arrays of strings, and float16 and uint64, where each number is one of float64.
func ReadTable(r io.Reader, limit int64) (Array, error) { return read(r, limit, tables) }

// readExact is Read for float64, int64 and single strings alone, with headers as NumPy writes them: what the verifiers of certificates agree on.
func readExact(r io.Reader, limit int64) (Array, error) { return read(r, limit, exact) }

// types is which types of elements are read.
type types int

const (
	exact types = iota
	numbers
	tables
)

// have reports whether elements of the type are read.
func (t types) have(d dtype) bool {
	switch {
	case d.letter == 'U' || d.letter == 'S':
		return true
	case t == exact:
		return d.size == 8 && (d.letter == 'f' || d.letter == 'i')
	}
	return t == tables || !d.tableOnly()
}

func read(r io.Reader, limit int64, types types) (Array, error) {
	h, length, err := readHeader(r)
	if err != nil {
		return Array{}, err
	}
	d, err := parseDtype(h.descr, types)
	if err != nil {
		return Array{}, err
	}
	if !types.have(d) {
		return Array{}, unsupported(h.descr, types)
	}
	if types == exact && !h.plain {
		return Array{}, fmt.Errorf("%w: its header is not written as NumPy writes it: %.200s", ErrFormat, h.text())
	}
	isText := d.letter == 'U' || d.letter == 'S'
	if isText && len(h.shape) != 0 && types != tables {
		return Array{}, fmt.Errorf("%w: an array of strings; only single strings are supported", ErrFormat)
	}
	n, ok := elements(h.shape)
	// Also an array without elements may have an absurd length in one dimension.
	for _, s := range h.shape {
		ok = ok && s <= math.MaxInt32
	}
	size := int64(d.size)
	if isText && len(h.shape) != 0 {
		size = max(size, stringBytes) // also texts without a character take memory
	}
	if !ok || (size > 0 && int64(n) > (limit-length)/size) {
		return Array{}, fmt.Errorf("%w: the shape %s of %d-byte elements exceeds the limit of %d bytes", ErrFormat, shapeText(h.shape), d.size, limit)
	}
	data, err := readExactly(r, int64(n)*int64(d.size))
	if err != nil {
		return Array{}, err
	}
	a := Array{Shape: h.shape}
	switch {
	case isText && len(h.shape) != 0:
		a.Kind = Text
		a.Texts, err = d.texts(data, n)
		return a, err
	case isText:
		a.Kind = Text
		a.Text, err = d.text(data)
		return a, err
	}
	switch d.letter {
	case 'f':
		a.Kind, a.Float64 = Float64, d.floats(data)
	case 'i', 'u':
		if d.tableOnly() {
			a.Kind = Float64
			if a.Float64, err = d.wide(data); err != nil {
				return Array{}, err
			}
			break
		}
		a.Kind, a.Int64 = Int64, d.integers(data)
	case 'b':
		a.Kind, a.Bool = Bool, make([]bool, n)
		for i, b := range data {
			if b > 1 {
				return Array{}, fmt.Errorf("%w: byte %d is no bool", ErrFormat, b)
			}
			a.Bool[i] = b == 1
		}
	}
	if h.fortranOrder && len(h.shape) == 2 {
		rows, cols := h.shape[0], h.shape[1]
		a.Float64 = rowMajor(rows, cols, a.Float64)
		a.Int64 = rowMajor(rows, cols, a.Int64)
		a.Bool = rowMajor(rows, cols, a.Bool)
	}
	return a, nil
}

// readExactly reads length bytes and requires the end behind them.
func readExactly(r io.Reader, length int64) ([]byte, error) {
	var buffer bytes.Buffer // grows with what is there
	if known, ok := r.(interface{ Len() int }); ok && int64(known.Len()) >= length {
		buffer.Grow(int(length))
	}
	got, err := io.CopyN(&buffer, r, length)
	if got < length {
		if err == io.EOF {
			return nil, fmt.Errorf("%w: it ends after %d of %d bytes of elements", ErrFormat, got, length)
		}
		return nil, err
	}
	var more [1]byte
	switch n, err := io.ReadFull(r, more[:]); {
	case n > 0:
		return nil, fmt.Errorf("%w: there is more behind the last element", ErrFormat)
	case err != io.EOF:
		return nil, err // such as the wrong checksum of a zip member
	}
	return buffer.Bytes(), nil
}

func (d dtype) floats(data []byte) []float64 {
	x := make([]float64, len(data)/d.size)
	for i := range x {
		element := data[i*d.size:]
		switch d.size {
		case 2:
			x[i] = half.Float16(d.order.Uint16(element))
		case 4:
			x[i] = float64(math.Float32frombits(d.order.Uint32(element)))
		default:
			x[i] = math.Float64frombits(d.order.Uint64(element))
		}
	}
	return x
}

// wide reads uint64 numbers, each of which has to be one of float64.
func (d dtype) wide(data []byte) ([]float64, error) {
	x := make([]float64, len(data)/d.size)
	for i := range x {
		v := d.order.Uint64(data[i*d.size:])
		if x[i] = float64(v); x[i] >= 1<<64 || uint64(x[i]) != v {
			return nil, fmt.Errorf("%w: element %d, %d, has more digits than float64 holds", ErrFormat, i, v)
		}
	}
	return x, nil
}

func (d dtype) integers(data []byte) []int64 {
	x := make([]int64, len(data)/d.size)
	for i := range x {
		element := data[i*d.size:]
		signed := d.letter == 'i'
		switch d.size {
		case 1:
			x[i] = int64(element[0])
			if signed {
				x[i] = int64(int8(element[0]))
			}
		case 2:
			x[i] = int64(d.order.Uint16(element))
			if signed {
				x[i] = int64(int16(x[i]))
			}
		case 4:
			x[i] = int64(d.order.Uint32(element))
			if signed {
				x[i] = int64(int32(x[i]))
			}
		case 8:
			x[i] = int64(d.order.Uint64(element))
		}
	}
	return x
}

// stringBytes is the size of a string beside its characters.
const stringBytes = 16

// texts decodes n strings; they are in the order of the file.
func (d dtype) texts(data []byte, n int) ([]string, error) {
	all := make([]string, n)
	for i := range all {
		var err error
		if all[i], err = d.text(data[i*d.size : (i+1)*d.size]); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return all, nil
}

// text decodes UTF-32, or bytes of UTF-8, with zeros behind the end.
func (d dtype) text(data []byte) (string, error) {
	if d.letter == 'S' {
		s := string(bytes.TrimRight(data, "\x00"))
		if !utf8.ValidString(s) {
			return "", fmt.Errorf("%w: a byte string that is not UTF-8", ErrFormat)
		}
		return s, nil
	}
	var s strings.Builder
	zeros := 0
	for ; len(data) >= 4; data = data[4:] {
		c := d.order.Uint32(data)
		if c == 0 {
			zeros++
			continue
		}
		for ; zeros > 0; zeros-- {
			s.WriteByte(0)
		}
		if c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
			return "", fmt.Errorf("%w: %#x is no character", ErrFormat, c)
		}
		s.WriteRune(rune(c))
	}
	return s.String(), nil
}

// rowMajor turns the columns of a rows×cols matrix into rows.
func rowMajor[T any](rows, cols int, x []T) []T {
	if len(x) == 0 {
		return x
	}
	y := make([]T, len(x))
	for j := range cols {
		for i := range rows {
			y[i*cols+j] = x[j*rows+i]
		}
	}
	return y
}
