package check

import (
	"fmt"

	"github.com/relift/relift/internal/npy"
)

// arrays takes arrays out of a file until the first error.
type arrays struct {
	archive *npy.Archive
	err     error
}

func (a *arrays) has(name string) bool { return a.archive.Has(name) }

// array returns the named array if it has the kind and number of dimensions.
func (a *arrays) array(name string, kind npy.Kind, dimensions int) (v npy.Array, ok bool) {
	if a.err != nil {
		return v, false
	}
	v, a.err = a.archive.Array(name)
	if a.err == nil && (v.Kind != kind || len(v.Shape) != dimensions) {
		a.err = fmt.Errorf("array %q is %v, expected %v with %d dimensions", name, v, kind, dimensions)
	}
	return v, a.err == nil
}

func (a *arrays) matrix(name string) matrix {
	v, ok := a.array(name, npy.Float64, 2)
	if !ok {
		return matrix{}
	}
	return matrix{v.Shape[0], v.Shape[1], v.Float64}
}

func (a *arrays) vector(name string) []float64 {
	v, _ := a.array(name, npy.Float64, 1)
	return v.Float64
}

func (a *arrays) integers(name string) []int64 {
	v, _ := a.array(name, npy.Int64, 1)
	return v.Int64
}

func (a *arrays) scalar(name string) float64 {
	v, ok := a.array(name, npy.Float64, 0)
	if !ok {
		return 0
	}
	return v.Float64[0]
}

func (a *arrays) integer(name string) int64 {
	v, ok := a.array(name, npy.Int64, 0)
	if !ok {
		return 0
	}
	return v.Int64[0]
}

func (a *arrays) flag(name string) bool {
	v := a.integer(name)
	if a.err == nil && v != 0 && v != 1 {
		a.err = fmt.Errorf("array %q is %d, expected 0 or 1", name, v)
	}
	return v == 1
}

func (a *arrays) text(name string) string {
	v, _ := a.array(name, npy.Text, 0)
	return v.Text
}
