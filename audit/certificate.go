package audit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/relift/relift/certificate"
	"github.com/relift/relift/certificate/verify"
	directions "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
	"github.com/relift/relift/lift"
	"github.com/relift/relift/report"
)

// ErrUnverified is wrapped by the error about a certificate that its verifier
// does not accept.
var ErrUnverified = errors.New("the certificate is not true")

// LoadCertificate reads and verifies the certificate in a file and returns its
// bound, which has to be about the X and Y of p and a weight decay of at most
// that of p: the objective of no network falls when γ grows.  An error begins
// with the path.
func LoadCertificate(path string, p lift.Problem) (*Bound, error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return nil, err
	}
	var c claim
	if directions.Recognises(archive) {
		claims, err := directions.Load(path)
		if err != nil {
			return nil, err
		}
		r := directions.Verify(claims)
		c = claim{verify.Matrix(claims.X), verify.Matrix(claims.Y), claims.Gamma, claims.LowerBound, r.OK(), ""}
		if failure, failed := r.FirstFailure(); failed {
			c.problem = failure.Name + ": " + failure.Detail
		}
	} else {
		claims, err := verify.Load(path)
		if err != nil {
			return nil, err
		}
		r := verify.Verify(claims)
		c = claim{claims.X, claims.Y, claims.Gamma, claims.LowerBound, r.OK(), ""}
		if failure, failed := r.FirstFailure(); failed {
			c.problem = failure.Name + ": " + failure.Detail
		}
	}
	if !c.ok {
		return nil, fmt.Errorf("%s: %w: %s", path, ErrUnverified, c.problem)
	}
	x, y := certificate.PlainMatrix(p.X), certificate.PlainMatrix(p.Y)
	if !same(c.x, x) || !same(c.y, y) {
		return nil, fmt.Errorf("%s: proves a bound for other data (X %d×%d, Y %d×%d) than those of the audit (X %d×%d, Y %d×%d); expected a certificate made from the same table with the same scaling and bias",
			path, c.x.Rows, c.x.Cols, c.y.Rows, c.y.Cols, x.Rows, x.Cols, y.Rows, y.Cols)
	}
	if !(c.gamma <= p.Gamma) {
		return nil, fmt.Errorf("%s: proves a bound for the weight decay %v, which says nothing about the smaller %v; expected a certificate for at most that", path, c.gamma, p.Gamma)
	}
	return &Bound{Value: report.Number(c.bound), Source: "the certificate " + path}, nil
}

// claim is what either kind of certificate says.
type claim struct {
	x, y         verify.Matrix
	gamma, bound float64
	ok           bool   // its verifier accepted it
	problem      string // the first check that failed
}

func same(a, b verify.Matrix) bool {
	return a.Rows == b.Rows && a.Cols == b.Cols && slices.Equal(a.Data, b.Data)
}
