package linalg

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestRowMajor(t *testing.T) {
	m := mat.NewDense(3, 3, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9})
	if got := RowMajor(m); &got[0] != &m.RawMatrix().Data[0] {
		t.Error("a matrix without gaps was copied")
	}
	if got := RowMajor(m.Slice(1, 3, 0, 2).(*mat.Dense)); !slices.Equal(got, []float64{4, 5, 7, 8}) {
		t.Errorf("a part of a matrix is %v", got)
	}
	if got := RowMajor(new(mat.Dense)); len(got) != 0 {
		t.Errorf("no matrix is %v", got)
	}
}
