package linalg

import "gonum.org/v1/gonum/mat"

// RowMajor returns the numbers of m row by row without gaps.  It shares memory with m where they lie so.
func RowMajor(m *mat.Dense) []float64 {
	if m == nil || m.IsEmpty() {
		return nil
	}
	if raw := m.RawMatrix(); raw.Stride == raw.Cols {
		return raw.Data[:raw.Rows*raw.Cols]
	}
	return mat.DenseCopyOf(m).RawMatrix().Data
}
