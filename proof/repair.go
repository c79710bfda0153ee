package proof

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/internal/dense"
)

// Repair sets the slack of every leaf made of multipliers to about the smallest one with
// which it can be checked.
func (d *Derivation) Repair() error {
	return d.each(func(leaf *Multipliers, at view) error {
		s, err := leaf.matrix(at)
		if err != nil {
			return err
		}
		leaf.Slack, err = slack(s, d.floor(leaf, at))
		return err
	})
}

// floor is what the checker scales the diagonal of S by at least.
func (d *Derivation) floor(leaf *Multipliers, at view) []float64 {
	_, k := at.r.Dims()
	_, c := at.p.Dims()
	const share = 0x1p-40
	var out []float64
	for _, row := range at.open() {
		r := mat.Norm(at.r.RowView(row), 2)
		out = append(out, share*d.Claim.U/(r*r))
	}
	for range k {
		out = append(out, share*d.Claim.U)
	}
	for range c {
		out = append(out, share*d.Claim.V)
	}
	return out
}

// slack returns about the smallest σ with which the checker can prove what it is made for, S ⪰ −εD⁻² with D
// as the checker's, so that ε is as small as its roundings allow.
//
// The checker factors A = DSD + (σ + shift)I and takes ε = max(0, σ + shift + cover), where cover is what
// roundings can do to S and to the factor of A (docs/proof-format.md, section 5).  With margin −σ − shift = cover
// ε is zero; less margin is for an S that is not definite enough.
func slack(s *mat.SymDense, floor []float64) (float64, error) {
	n := s.SymmetricDim()
	exponent := make([]int, n)
	for i := range exponent {
		v := max(s.At(i, i), floor[i])
		if !(v > 0) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("proof: a diagonal entry of a leaf's matrix is %v", s.At(i, i))
		}
		_, e := math.Frexp(v)
		exponent[i] = -((e + 1) >> 1)
	}
	scaled := mat.NewDense(n, n, nil) // DSD
	rows := make([]float64, n)
	trace := 0.0
	for i := range n {
		for j := range n {
			v := math.Ldexp(s.At(i, j), exponent[i]+exponent[j])
			scaled.Set(i, j, v)
			rows[i] += math.Abs(v)
		}
		trace += scaled.At(i, i)
	}
	definite := func(margin float64) bool {
		factor := mat.DenseCopyOf(scaled)
		for i := range n {
			factor.Set(i, i, factor.At(i, i)-margin)
		}
		return dense.Cholesky(blas.Lower, n, factor.RawMatrix().Data, n)
	}
	const unit = 0x1p-53
	errors := 16 * unit * slices.Max(rows) // of S, above those that the checker takes into account
	factor := float64(n+4) * unit * trace
	shift, cover := errors+float64(n*(n+4))*unit, errors+1.01*factor+4*unit*trace
	// The margin tried is a little below the σ + shift that goes into the file, so that a verifier with other
	// roundings completes its factorization as well.
	spare := factor/8 + 16*unit
	at := func(margin float64) float64 { return -margin - shift }
	if definite(cover + spare) {
		return at(cover), nil
	}
	// cover − margin, which is charged, by powers of two, then by bisection.
	low, high := 0.0, cover/4
	for ; !definite(cover - high + spare); low, high = high, 2*high {
		if high > 10 {
			return 0, fmt.Errorf("proof: a leaf's matrix is far from positive semidefinite")
		}
	}
	for range 4 {
		if middle := (low + high) / 2; definite(cover - middle + spare) {
			high = middle
		} else {
			low = middle
		}
	}
	return at(cover - high), nil
}
