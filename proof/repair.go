package proof

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
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

// slack returns a σ for which DSD + σI is positive definite, D as the checker's.
func slack(s *mat.SymDense, floor []float64) (float64, error) {
	n := s.SymmetricDim()
	scale := make([]float64, n)
	for i := range scale {
		v := max(s.At(i, i), floor[i])
		if !(v > 0) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("proof: a diagonal entry of a leaf's matrix is %v", s.At(i, i))
		}
		_, e := math.Frexp(v)
		scale[i] = math.Ldexp(1, -((e + 1) >> 1))
	}
	shifted := mat.NewSymDense(n, nil)
	definite := func(sigma float64) bool {
		for i := range n {
			for j := range i + 1 {
				v := s.At(i, j) * scale[i] * scale[j]
				if i == j {
					v += sigma
				}
				shifted.SetSym(i, j, v)
			}
		}
		var factor mat.Cholesky
		return factor.Factorize(shifted)
	}
	// A margin above the checker's roundings is as good as any.
	for _, margin := range []float64{1e-8, 1e-10, 1e-12} {
		if definite(-margin) {
			return -margin / 2, nil
		}
	}
	for sigma := 1e-14; sigma < 10; sigma *= 4 {
		if definite(sigma) {
			return 2 * sigma, nil
		}
	}
	return 0, fmt.Errorf("proof: a leaf's matrix is far from positive semidefinite")
}
