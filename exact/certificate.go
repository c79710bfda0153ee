package exact

import (
	"gonum.org/v1/gonum/mat"

	"github.com/relift/relift/lift"
)

// Certificate is what proves a lower bound: W, H ≥ h(W) and, for rank(X) ≥ 3,
// the tree of cones that proves H.
type Certificate struct {
	Problem    lift.Problem
	W          *mat.Dense // n×c
	H          float64
	LowerBound float64
}

type tree struct{}

func newCertificate(p lift.Problem, in *instance, w *mat.Dense, h, bound float64, t *tree) *Certificate {
	return &Certificate{Problem: p, W: w, H: h, LowerBound: bound}
}
