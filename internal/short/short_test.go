package short

import (
	"math"
	"slices"
	"testing"
)

func TestVectors(t *testing.T) {
	a, y := []float64{3, -4}, []float64{1, 2, 7}
	if got := Dot(a, y); got != -5 {
		t.Errorf("Dot is %v, expected −5", got)
	}
	if got := Norm(a); got != 5 {
		t.Errorf("Norm is %v, expected 5", got)
	}
	if Axpy(2, a, y); !slices.Equal(y, []float64{7, -6, 7}) {
		t.Errorf("Axpy leaves %v", y)
	}
	if !IsZero([]float64{0, math.Copysign(0, -1)}) || IsZero([]float64{0, math.NaN()}) || !IsZero(nil) {
		t.Error("IsZero")
	}
}
