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

// tree is a proof of h ≤ threshold by cones.
type tree struct {
	frame     *frame
	orthants  [][]byte
	threshold float64
	depth     int
}

func newCertificate(p lift.Problem, in *instance, w *mat.Dense, h, bound float64, t *tree) *Certificate {
	return &Certificate{Problem: p, W: w, H: h, LowerBound: bound}
}
