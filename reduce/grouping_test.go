package reduce

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Rows with entries so small that products with them underflow are grouped as others are.
func TestTinyEntriesAreGrouped(t *testing.T) {
	x := mat.NewDense(6, 3, []float64{
		1, 1e-300, 2,
		2, 2e-300, 4,
		5e-324, 1, 0,
		1e-324, 1, 0, // rounds to a zero first entry
		-5e-324, -1, 0,
		3, 1e-290, 1,
	})
	g := Group(x)
	want := []int{0, 0, 1, 2, 1, 3}
	for i, k := range g.MergedInto {
		if k != want[i] {
			t.Fatalf("rows are merged into %v, want %v", g.MergedInto, want)
		}
	}
	if g.MergeScale[1] != 2 || g.MergeScale[4] != -1 {
		t.Errorf("scales %v", g.MergeScale)
	}
}

// Factors whose squares overflow merge nothing.
func TestExtremeFactorsDoNotMerge(t *testing.T) {
	if g := Group(mat.NewDense(3, 1, []float64{0x1p-400, 0x1p400, 0x1p-300})); len(g.Representatives) != 2 || g.MergedInto[0] != g.MergedInto[2] {
		t.Errorf("rows are merged into %v", g.MergedInto)
	}
}
