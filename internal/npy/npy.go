// Package npy reads and writes NumPy's array files: NPY (one array) and NPZ (a
// zip archive of them).
//
// The format is NumPy's NEP 1: the bytes "\x93NUMPY", a version, the length of
// a header, the header (a Python dictionary with the keys descr, fortran_order
// and shape) and the elements. Versions 1.0, 2.0 and 3.0 are read, arrays of 0
// to 2 dimensions, in C or Fortran order, of either byte order, of these types:
//
//	float64, float32                   → Float64
//	int8 … int64, uint8 … uint32       → Int64
//	bool                               → Bool
//	fixed-width Unicode and bytes, 0-d → Text
//
// Everything else, pickled objects above all, is an error.
//
// Files are written in version 1.0, little-endian, C order; what is written is
// a function of the content only, times and order included.
//
// Files are not trusted. No size in a header is believed before that many bytes
// have been seen, and all reading is bounded by limits. An archive that two
// readers could see different arrays in is refused: with data before, between or
// behind its members, with names that occur twice, with headers that contradict
// its directory.
package npy

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Kind says which field of an Array holds its elements.
type Kind int

// The kinds of elements.
const (
	Float64 Kind = iota + 1
	Int64
	Bool
	Text
)

// String returns the NumPy name of the kind.
func (k Kind) String() string {
	switch k {
	case Float64:
		return "float64"
	case Int64:
		return "int64"
	case Bool:
		return "bool"
	case Text:
		return "str"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Array is an array of 0, 1 or 2 dimensions. The field that Kind names holds
// the elements in C (row-major) order; the others are empty.
type Array struct {
	// Shape has the length of each dimension; empty for a scalar.
	Shape []int
	Kind  Kind

	Float64 []float64
	Int64   []int64
	Bool    []bool
	// Text is the string of a scalar of kind Text, Texts are those of an array of
	// strings, which only ReadTable reads.
	Text  string
	Texts []string
}

// ErrFormat is wrapped by every error about the content of a file, as opposed
// to an error of the system.
var ErrFormat = errors.New("not a valid NumPy file")

// Scalar returns a 0-d float64 array.
func Scalar(x float64) Array { return Array{Kind: Float64, Float64: []float64{x}} }

// Vector returns a 1-d float64 array. x is not copied.
func Vector(x []float64) Array { return Array{Shape: []int{len(x)}, Kind: Float64, Float64: x} }

// Ints returns a 1-d int64 array with a copy of x.
func Ints(x []int) Array {
	a := Array{Shape: []int{len(x)}, Kind: Int64, Int64: make([]int64, len(x))}
	for i, v := range x {
		a.Int64[i] = int64(v)
	}
	return a
}

// String returns a 0-d array of kind Text.
func String(s string) Array { return Array{Kind: Text, Text: s} }

// Matrix returns a 2-d float64 array with a copy of m.
func Matrix(m mat.Matrix) Array {
	rows, cols := m.Dims()
	a := Array{Shape: []int{rows, cols}, Kind: Float64, Float64: make([]float64, 0, rows*cols)}
	for i := range rows {
		for j := range cols {
			a.Float64 = append(a.Float64, m.At(i, j))
		}
	}
	return a
}

// AsMatrix returns a 2-d float64 array as a matrix that shares its elements. An
// array without elements is an error, because gonum has no such matrix.
func (a Array) AsMatrix() (*mat.Dense, error) {
	if a.Kind != Float64 || len(a.Shape) != 2 {
		return nil, fmt.Errorf("is %v; expected a float64 matrix", a)
	}
	if len(a.Float64) == 0 {
		return nil, fmt.Errorf("is %v; expected a matrix with elements", a)
	}
	return mat.NewDense(a.Shape[0], a.Shape[1], a.Float64), nil
}

// AsScalar returns the value of a 0-d float64 array.
func (a Array) AsScalar() (float64, error) {
	if a.Kind != Float64 || len(a.Shape) != 0 {
		return 0, fmt.Errorf("is %v; expected a float64 scalar", a)
	}
	return a.Float64[0], nil
}

// AsVector returns the elements of a 1-d float64 array, not copied.
func (a Array) AsVector() ([]float64, error) {
	if a.Kind != Float64 || len(a.Shape) != 1 {
		return nil, fmt.Errorf("is %v; expected a float64 vector", a)
	}
	return a.Float64, nil
}

// AsInts returns a copy of the elements of a 1-d integer array; an element that
// does not fit an int is an error.
func (a Array) AsInts() ([]int, error) {
	if a.Kind != Int64 || len(a.Shape) != 1 {
		return nil, fmt.Errorf("is %v; expected an int64 vector", a)
	}
	x := make([]int, len(a.Int64))
	for i, v := range a.Int64 {
		x[i] = int(v)
		if int64(x[i]) != v {
			return nil, fmt.Errorf("element %d, %d, is too large", i, v)
		}
	}
	return x, nil
}

// AsText returns the string of a 0-d text array.
func (a Array) AsText() (string, error) {
	if a.Kind != Text || len(a.Shape) != 0 {
		return "", fmt.Errorf("is %v; expected a string", a)
	}
	return a.Text, nil
}

// String describes kind and shape, such as "float64 (3, 2)".
func (a Array) String() string { return fmt.Sprintf("%v %s", a.Kind, shapeText(a.Shape)) }

// shapeText writes a shape as Python writes a tuple.
func shapeText(shape []int) string {
	s := "("
	for i, n := range shape {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprint(n)
	}
	if len(shape) == 1 {
		s += ","
	}
	return s + ")"
}

// check reports whether shape, kind and elements of an array agree.
func (a Array) check() error {
	if len(a.Shape) > 2 {
		return fmt.Errorf("npy: %d dimensions; at most 2 are supported", len(a.Shape))
	}
	if slices.ContainsFunc(a.Shape, func(n int) bool { return n < 0 }) {
		return fmt.Errorf("npy: negative shape %s", shapeText(a.Shape))
	}
	want, ok := elements(a.Shape)
	if !ok {
		return fmt.Errorf("npy: shape %s is too large", shapeText(a.Shape))
	}
	var have int
	switch a.Kind {
	case Float64:
		have = len(a.Float64)
	case Int64:
		have = len(a.Int64)
	case Bool:
		have = len(a.Bool)
	case Text:
		if len(a.Shape) != 0 {
			return errors.New("npy: only single strings are supported")
		}
		have = 1
	default:
		return fmt.Errorf("npy: unknown kind %v", a.Kind)
	}
	if have != want {
		return fmt.Errorf("npy: %d elements for the shape %s", have, shapeText(a.Shape))
	}
	return nil
}

// elements is the product of a shape; false if it overflows.
func elements(shape []int) (n int, ok bool) {
	const most = 1 << 48 // times the size of an element it still fits an int64
	n = 1
	for _, s := range shape {
		if s == 0 {
			return 0, true
		}
	}
	for _, s := range shape {
		if s < 0 || s > most/n {
			return 0, false
		}
		n *= s
	}
	return n, true
}
