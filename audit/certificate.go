package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/relift/relift/certificate/verify"
	"github.com/relift/relift/internal/certfile"
	"github.com/relift/relift/internal/effort"
	"github.com/relift/relift/problem"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/report"
)

// ErrUnverified is wrapped by the error about a certificate that its verifier
// does not accept.
var ErrUnverified = errors.New("the certificate is not true")

// LoadCertificate reads and verifies the certificate in a file, until ctx ends, and
// returns its bound for the weight decay of p, whose X and Y it has to be about.  A file of
// version 1 has to be for at most that weight decay: the objective of no network falls when γ
// grows.  An error begins with the path.
func LoadCertificate(ctx context.Context, path string, p problem.Problem) (*Bound, error) {
	file, err := certfile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	x, y := certfile.Matrix(p.X), certfile.Matrix(p.Y)
	if !same(file.X, x) || !same(file.Y, y) {
		return nil, fmt.Errorf("%s: proves a bound for other data (X %d×%d, Y %d×%d) than those of the audit (X %d×%d, Y %d×%d); expected a certificate made from the same table with the same scaling and bias",
			path, file.X.Rows, file.X.Cols, file.Y.Rows, file.Y.Cols, x.Rows, x.Cols, y.Rows, y.Cols)
	}
	if !(file.Gamma <= p.Gamma) && !file.EveryGamma() {
		return nil, fmt.Errorf("%s: proves a bound for the weight decay %v, which says nothing about the smaller %v; expected a certificate for at most that", path, file.Gamma, p.Gamma)
	}
	if l := loss.OrSquared(p.Loss); file.Loss != l.Name() || file.Delta != loss.Delta(l) || file.Intercept != p.Intercept || !slices.Equal(file.Weights, p.Weights) {
		return nil, fmt.Errorf("%s: proves a bound for another objective (%s loss%s%s) than that of the audit (%s loss%s%s)", path,
			file.Loss, weighted(file.Weights), intercept(file.Intercept), l.Name(), weighted(p.Weights), intercept(p.Intercept))
	}
	outcome, err := file.Verify(ctx, effort.Effort{}, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if failure, failed := outcome.FirstFailure(); failed || !outcome.OK() {
		return nil, fmt.Errorf("%s: %w: %s: %s", path, ErrUnverified, failure.Name, failure.Detail)
	}
	bound := outcome.Claimed
	if file.Gamma != p.Gamma && file.EveryGamma() {
		bound = outcome.At(p.Gamma)
	}
	return &Bound{Value: report.Number(bound), Source: "the certificate " + path}, nil
}

func weighted(weights []float64) string {
	return map[bool]string{true: " of weighted rows"}[weights != nil]
}

func intercept(free bool) string {
	return map[bool]string{true: ", a free intercept"}[free]
}

func same(a, b verify.Matrix) bool {
	return a.Rows == b.Rows && a.Cols == b.Cols && slices.Equal(a.Data, b.Data)
}
