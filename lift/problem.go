package lift

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Problem is the regularised training problem
//
//	p* = min over m, {u_j, v_j} of ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖_F² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
//
// of Prakhya, Birdal and Yurtsever (ICLR 2025), equation (1), over two-layer
// ReLU networks of any width m.  The data are taken as they are: a bias is a
// column of ones in X.
type Problem struct {
	X     *mat.Dense // n×d, one row per sample
	Y     *mat.Dense // n×c, one row of targets per sample
	Gamma float64    // γ > 0, weight decay in the sum-of-squares convention
}

// ErrInvalid is wrapped by every error that Validate returns.
var ErrInvalid = errors.New("invalid problem")

// Dims returns the number of samples n, features d and outputs c.
func (p Problem) Dims() (n, d, c int) {
	n, d = p.X.Dims()
	_, c = p.Y.Dims()
	return n, d, c
}

// largestEntry is the size from which on squares of entries come near to overflow.
const largestEntry = 1e150

// Validate reports the first thing that makes p unusable: empty or mismatched
// matrices, an entry that is not finite or whose square nearly overflows, or a γ that is not a positive finite
// number.
func (p Problem) Validate() error {
	if p.X == nil || p.Y == nil || p.X.IsEmpty() || p.Y.IsEmpty() {
		return fmt.Errorf("%w: X and Y need at least one row and one column each", ErrInvalid)
	}
	n, _ := p.X.Dims()
	if rows, _ := p.Y.Dims(); rows != n {
		return fmt.Errorf("%w: X has %d rows and Y has %d, expected the same number", ErrInvalid, n, rows)
	}
	if !(p.Gamma > 0) || math.IsInf(p.Gamma, 0) {
		return fmt.Errorf("%w: weight decay γ is %v, expected a positive finite number such as 0.1", ErrInvalid, p.Gamma)
	}
	for _, part := range []struct {
		name string
		m    *mat.Dense
	}{{"X", p.X}, {"Y", p.Y}} {
		rows, cols := part.m.Dims()
		for i := range rows {
			for j := range cols {
				if v := part.m.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("%w: %s[%d,%d] is %v, expected a finite number", ErrInvalid, part.name, i, j, v)
				} else if math.Abs(v) > largestEntry {
					return fmt.Errorf("%w: %s[%d,%d] is %v, whose square overflows; expected a number below %g in size, as standardised columns have", ErrInvalid, part.name, i, j, v, float64(largestEntry))
				}
			}
		}
	}
	return nil
}

// Objective returns the value of the training problem at the weights w and its
// first part, the data loss ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖_F².  Squares are summed without error, so that the value of the
// network of width 0 is the nearest number to the true one, and no bound that is rounded down is above it.
func (p Problem) Objective(w Weights) (total, dataLoss float64) {
	dataLoss = sumOfSquares(p.Residual(w)) / 2
	return dataLoss + p.Gamma/2*w.SquaredNorm(), dataLoss
}

// sumOfSquares is Σ a_ij², as if added up exactly in twice the precision (Ogita, Rump and Oishi 2005, Dot2).
func sumOfSquares(a *mat.Dense) float64 {
	rows, _ := a.Dims()
	sum, rest := 0.0, 0.0
	for i := range rows {
		for _, v := range a.RawRowView(i) {
			square := float64(v * v)
			low := math.FMA(v, v, -square)
			next := float64(sum + square)
			part := float64(next - sum)
			rest += low + (float64(sum-float64(next-part)) + float64(square-part))
			sum = next
		}
	}
	return sum + rest
}

// Residual returns Y − Σ_j (X u_j)₊ v_jᵀ (n×c).
func (p Problem) Residual(w Weights) *mat.Dense {
	r := w.Output(p.X, p.Y.RawMatrix().Cols)
	r.Sub(p.Y, r)
	return r
}
