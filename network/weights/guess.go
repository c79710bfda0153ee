package weights

import (
	"fmt"
	"slices"
	"strings"

	"github.com/relift/relift/internal/printable"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/weights/internal/stored"
)

// guess finds the layers among the arrays of a file: U, V, b1 and b2 if they are
// called so, else the two matrices and their biases, if there is nothing else.
// The orientation is what the names of the matrices say.
func guess(arrays []stored.Array) (Names, error) {
	has := func(name string) bool {
		return slices.ContainsFunc(arrays, func(a stored.Array) bool { return a.Name == name })
	}
	if has("U") && has("V") {
		n := Names{U: "U", V: "V"}
		if has("b1") {
			n.B1 = "b1"
		}
		if has("b2") {
			n.B2 = "b2"
		}
		return n, nil
	}
	var matrices, vectors []stored.Array
	for _, a := range arrays {
		switch {
		case a.Real && len(a.Shape) == 2:
			matrices = append(matrices, a)
		case a.Real && len(a.Shape) == 1:
			vectors = append(vectors, a)
		default:
			return Names{}, unclear(arrays, fmt.Sprintf("%q is no matrix and no vector of floating-point numbers", printable.Short(a.Name, 80)))
		}
	}
	if len(matrices) != 2 {
		return Names{}, unclear(arrays, fmt.Sprintf("a two-layer network has two matrices of weights and this file has %d", len(matrices)))
	}
	first, second := matrices[0], matrices[1]
	if follows(second, first) && !follows(first, second) {
		first, second = second, first
	}
	n := Names{U: first.Name, V: second.Name}
	width := func(i int) int { return first.Shape[i] }
	for _, v := range vectors {
		switch {
		case n.B1 == "" && v.Name == biasName(first.Name):
			n.B1 = v.Name
		case n.B2 == "" && v.Name == biasName(second.Name):
			n.B2 = v.Name
		case n.B1 == "" && (v.Shape[0] == width(0) || v.Shape[0] == width(1)) && !slices.Contains(second.Shape, v.Shape[0]):
			n.B1 = v.Name
		default:
			return Names{}, unclear(arrays, fmt.Sprintf("what the vector %q is does not show", printable.Short(v.Name, 80)))
		}
	}
	return n, nil
}

// follows reports whether b can be the layer behind a in the orientation that
// their names say, or in PyTorch's.
func follows(a, b stored.Array) bool {
	if orientationOf(a.Name) == foreign.Sklearn {
		return a.Shape[1] == b.Shape[0]
	}
	return a.Shape[0] == b.Shape[1]
}

// orientationOf returns what the name of a matrix says about it: PyTorch calls
// it weight, Keras and JAX call it kernel, scikit-learn coefs_.
func orientationOf(name string) foreign.Orientation {
	switch {
	case strings.HasSuffix(name, "weight"):
		return foreign.Torch
	case strings.HasSuffix(name, "kernel"), strings.HasPrefix(name, "coefs_"):
		return foreign.Sklearn
	}
	return foreign.OrientationUnknown
}

// biasName returns the name that goes with that of a matrix.
func biasName(matrix string) string {
	for _, pair := range [][2]string{{"weight", "bias"}, {"kernel", "bias"}} {
		if stem, ok := strings.CutSuffix(matrix, pair[0]); ok {
			return stem + pair[1]
		}
	}
	if number, ok := strings.CutPrefix(matrix, "coefs_"); ok {
		return "intercepts_" + number
	}
	return ""
}

// listed is the most arrays that a message lists.
const listed = 8

func unclear(arrays []stored.Array, why string) error {
	var names []string
	for _, a := range arrays[:min(listed, len(arrays))] {
		names = append(names, fmt.Sprintf("%s %v", printable.Short(a.Name, 60), a.Shape))
	}
	if len(arrays) > listed {
		names = append(names, fmt.Sprintf("and %d more", len(arrays)-listed))
	}
	return fmt.Errorf("%s; expected --weights u=NAME,b1=NAME,v=NAME,b2=NAME with names of the file: %s", why, strings.Join(names, ", "))
}
