package foreign

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestOriented: each orientation of the same network comes back as m×d and m×c,
// with the biases in a column of U or apart.
func TestOriented(t *testing.T) {
	u, v := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}), mat.NewDense(2, 4, []float64{1, 2, 3, 4, 5, 6, 7, 8})
	lie := map[Orientation]*Network{
		Neurons: {U: u, V: v}, Torch: {U: u, V: mat.DenseCopyOf(v.T())},
		Sklearn: {U: mat.DenseCopyOf(u.T()), V: v}, Columns: {U: mat.DenseCopyOf(u.T()), V: mat.DenseCopyOf(v.T())},
	}
	for _, o := range Orientations() {
		n := lie[o]
		for _, other := range Orientations() {
			if _, ok := n.Oriented(other, 3, 4, false); ok != (o == other) {
				t.Errorf("%s taken as %s: %v", o, other, ok)
			}
		}
		got, ok := n.Oriented(o, 3, 4, true)
		if !ok || !mat.Equal(got.U, u) || !mat.Equal(got.V, v) || got.B != nil || got.Orientation != Neurons {
			t.Errorf("%s: %+v", o, got)
		}
		got, ok = n.Oriented(o, 2, 4, true)
		if !ok || !mat.Equal(got.U, u.Slice(0, 2, 0, 2)) || got.B[0] != 3 || got.B[1] != 6 {
			t.Errorf("%s with a column of biases: %+v", o, got)
		}
		if _, ok := n.Oriented(o, 2, 4, false); ok {
			t.Errorf("%s: a column of biases that nobody allowed", o)
		}
		if _, _, ok := (&Network{U: n.U, V: n.V, B: []float64{1}}).Sizes(o); ok {
			t.Errorf("%s: one bias for two neurons", o)
		}
	}
}
