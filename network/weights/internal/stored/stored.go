// Package stored has what all files of named arrays have in common.
package stored

import (
	"errors"
	"math"
)

// Array is an array in a file, which is read when it is needed.
type Array struct {
	Name  string
	Shape []int
	// Real says that the numbers are floating-point numbers, and Read gives
	// them.  Other arrays (counters, indices) are listed and never read.
	Real bool
	// Read returns the numbers in row-major order.
	Read func() ([]float64, error)
}

// MaxArrays bounds the arrays of a file: a network of two layers has four.
const MaxArrays = 10_000

// MaxBytes is the most bytes of an array's numbers in a file.
const MaxBytes = 1 << 30

// ErrSize is the error about a shape whose numbers nobody has.
var ErrSize = errors.New("has an impossible shape")

// Count returns how many numbers an array of the shape has.
func Count(shape []int) (int, error) {
	size := 1
	for _, n := range shape {
		if n < 0 || n > math.MaxInt32 || size > math.MaxInt32 {
			return 0, ErrSize
		}
		size *= n
	}
	return size, nil
}
