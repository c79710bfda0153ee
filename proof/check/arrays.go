package check

import (
	"fmt"
	"strings"

	"github.com/relift/relift/internal/npy"
)

// arrays takes arrays out of a file until the first error.  What is taken by a name of its own is kept, because it is
// asked for again; the steps, which may be large, are not.
type arrays struct {
	archive *npy.Archive
	kept    map[string]npy.Array
	err     error
}

func newArrays(archive *npy.Archive) *arrays {
	return &arrays{archive: archive, kept: map[string]npy.Array{}}
}

// again returns the same arrays without the error.
func (a *arrays) again() *arrays { return &arrays{archive: a.archive, kept: a.kept} }

func (a *arrays) has(name string) bool { return a.archive.Has(name) }

// array returns the named array if it has the kind and number of dimensions.
func (a *arrays) array(name string, kind npy.Kind, dimensions int) (v npy.Array, ok bool) {
	if a.err != nil {
		return v, false
	}
	v, kept := a.kept[name]
	if !kept {
		v, a.err = a.archive.Array(name)
	}
	if a.err == nil && !kept && !strings.HasPrefix(name, "steps_") {
		a.kept[name] = v
	}
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
