package relift

import (
	"context"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/internal/effort"
)

// Check is one thing that was checked of a proof.
type Check = verify.Check

// Verification is what the independent verifiers say about a certificate's file.
type Verification struct {
	Checks []Check
	// Bound is the largest lower bound that is proved, −Inf unless every check passed: no two-layer ReLU network
	// of any width has a smaller objective on the X and Y in the file.
	Bound float64
	// At returns the bound that the file proves for another weight decay; nil where it is for Gamma alone.
	At func(gamma float64) float64

	Gamma     float64 // the weight decay γ of Bound
	Loss      string  // squared, huber, logistic or softmax
	Weighted  bool    // whether rows have weights
	Intercept bool    // whether networks have a free intercept
}

// Proved reports whether every check passed.
func (v *Verification) Proved() bool { return certfile.Outcome{Checks: v.Checks}.OK() }

// Verify reads the certificate in a file and has every claim of it recomputed from the numbers in the file, until
// ctx ends.  A file that is no certificate is an error; a false one is not, and Proved says so.
func Verify(ctx context.Context, path string) (*Verification, error) {
	file, err := certfile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	outcome, err := file.Verify(ctx, effort.Effort{}, nil)
	if err != nil {
		return nil, err
	}
	return &Verification{
		Checks: outcome.Checks, Bound: outcome.Proven, At: outcome.At,
		Gamma: file.Gamma, Loss: file.Loss, Weighted: file.Weights != nil, Intercept: file.Intercept,
	}, nil
}
