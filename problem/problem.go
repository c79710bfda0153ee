// Package problem states training with weight decay: the [Problem], the [Weights] of a network that solves it, and the dual point and the bound
// that belong to them.  Package problem/loss has the losses.
package problem

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/linalg"
	"github.com/relift/relift/problem/loss"
)

// Problem is the regularised training problem
//
//	p* = min over m, {u_j, v_j}, b of Σ_i w_i ℓ(Σ_j (x_iᵀu_j)₊ v_j + b, y_i) + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
//
// over two-layer ReLU networks of any width m.  With the zero values of the last three fields it is the plain problem
//
//	p* = min over m, {u_j, v_j} of ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖_F² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²)
//
// of Prakhya, Birdal and Yurtsever (ICLR 2025), equation (1).  The data are taken as they are: a bias of the neurons is a
// column of ones in X.
type Problem struct {
	X     *mat.Dense // n×d, one row per sample
	Y     *mat.Dense // n×c, one row of targets per sample
	Gamma float64    // γ > 0, weight decay in the sum-of-squares convention

	Loss      loss.Loss // ℓ; nil for the squared loss
	Weights   []float64 // n, w_i ≥ 0; nil for ones
	Intercept bool      // b is free, and not decayed; else it is zero

	algebra linalg.Algebra // of all that is computed with the problem
}

// On returns the same problem with everything that is made of it (reductions, networks, bounds) computed by an algebra.  Without it
// that is gonum with all processors, also where an OpenBLAS could be found.
func (p Problem) On(a linalg.Algebra) Problem {
	p.algebra = a
	return p
}

// Algebra returns the linear algebra that the problem is computed with.
func (p Problem) Algebra() linalg.Algebra { return p.algebra }

// IsSquared reports whether the loss is the squared one.
func (p Problem) IsSquared() bool { return loss.OrSquared(p.Loss) == loss.Loss(loss.Squared{}) }

// IsPlain reports whether the problem is the paper's: squared loss, no weights, no intercept.
func (p Problem) IsPlain() bool { return p.IsSquared() && p.Weights == nil && !p.Intercept }

// ErrInvalid is wrapped by every error that Validate returns.
var ErrInvalid = errors.New("invalid problem")

// Dims returns the number of samples n, features d and outputs c.
func (p Problem) Dims() (n, d, c int) {
	n, d = p.X.Dims()
	_, c = p.Y.Dims()
	return n, d, c
}

// Subset returns the problem of some rows alone, in the order given.
func (p Problem) Subset(rows []int) Problem {
	of := p
	of.X, of.Y = Rows(p.X, rows), Rows(p.Y, rows)
	if p.Weights != nil {
		of.Weights = make([]float64, len(rows))
		for k, i := range rows {
			of.Weights[k] = p.Weights[i]
		}
	}
	return of
}

// Rows returns some rows of m, a copy; none are an empty matrix.
func Rows(m *mat.Dense, rows []int) *mat.Dense {
	if len(rows) == 0 {
		return new(mat.Dense)
	}
	_, columns := m.Dims()
	out := mat.NewDense(len(rows), columns, nil)
	for k, i := range rows {
		out.SetRow(k, m.RawRowView(i))
	}
	return out
}

// largestEntry is the size from which on squares of entries come near to overflow.
const largestEntry = 1e150

// Validate reports the first thing that makes p unusable: empty or mismatched
// matrices, an entry that is not finite or whose square nearly overflows, a γ that is not a positive finite
// number, targets that the loss is not made for, or weights that are no weights.
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
	if err := p.validateWeights(n); err != nil {
		return err
	}
	if err := loss.OrSquared(p.Loss).Check(linalg.RowMajor(p.Y), p.Y.RawMatrix().Cols); err != nil {
		return fmt.Errorf("%w: Y: %w", ErrInvalid, err)
	}
	return nil
}

// ValidatePlain is Validate for what knows the plain problem alone.
func (p Problem) ValidatePlain() error {
	if err := p.Validate(); err != nil {
		return err
	}
	if !p.IsPlain() {
		return fmt.Errorf("%w: expected the squared loss without weights and intercept here", ErrInvalid)
	}
	return nil
}

// The range of weights that are not zero: what a proof can speak of.
const (
	leastWeight = 0x1p-200
	mostWeight  = 0x1p200
)

// validateWeights checks the weights of n rows.
func (p Problem) validateWeights(n int) error {
	if p.Weights == nil {
		return nil
	}
	if len(p.Weights) != n {
		return fmt.Errorf("%w: there are %d weights and X has %d rows, expected the same number", ErrInvalid, len(p.Weights), n)
	}
	some := false
	for i, w := range p.Weights {
		if w != 0 && !(w >= leastWeight && w <= mostWeight) {
			return fmt.Errorf("%w: the weight of row %d is %v, expected 0 or a positive number, not extreme", ErrInvalid, i, w)
		}
		some = some || w > 0
	}
	if !some {
		return fmt.Errorf("%w: every row has weight 0, expected a positive weight of some rows", ErrInvalid)
	}
	return nil
}

// Objective returns the value of the training problem at the weights w and its
// first part, the data loss.  Squares of the plain problem are summed without error, so that the value of the
// network of width 0 is the nearest number to the true one, and no bound that is rounded down is above it.
func (p Problem) Objective(w Weights) (total, dataLoss float64) {
	if p.IsPlain() {
		dataLoss = sumOfSquares(p.Residual(w)) / 2
	} else {
		_, _, c := p.Dims()
		dataLoss = p.LossOf(w.OutputOn(p.algebra, p.X, c))
	}
	return dataLoss + p.Gamma/2*w.SquaredNorm(), dataLoss
}

// LossOf returns the loss of outputs (n×c), which it leaves as they are.
func (p Problem) LossOf(outputs *mat.Dense) float64 {
	_, c := outputs.Dims()
	return loss.OrSquared(p.Loss).Gradient(mat.DenseCopyOf(outputs).RawMatrix().Data, linalg.RowMajor(p.Y), c, p.Weights)
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

// Residual returns Y − Σ_j (X u_j)₊ v_jᵀ − 1bᵀ (n×c).
func (p Problem) Residual(w Weights) *mat.Dense {
	r := w.OutputOn(p.algebra, p.X, p.Y.RawMatrix().Cols)
	r.Sub(p.Y, r)
	return r
}
